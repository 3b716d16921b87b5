/* SPDX-License-Identifier: MIT */
/* contexts.h - the contexts in which the mixing stage counts: one 64-bit hash each, from a lane's past.
 *
 * What there is to choose from stands in rows.h, which of it a level uses for which kind of data in
 * lists.c. */
#ifndef OCK_CONTEXTS_H
#define OCK_CONTEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "contexts/past.h"
#include "contexts/rows.h"
#include "plan/config.h"
#include "plan/limits.h"

enum {
#define NAME(name, needs, value, text) OCK_CONTEXT_##name,
    OCK_CONTEXT_ROWS(NAME)
#undef NAME
        OCK_CONTEXT_COUNT
};

/* Contexts of bases, at most. */
enum { OCK_MAX_TURNED = 32 };

_Static_assert((int)OCK_CONTEXT_COUNT <= UINT8_MAX + 1, "a byte names a row");

enum { OCK_ROW_OWN = OCK_NEED_ALL + 1 };

typedef struct ock_context_row {
    const char *name, *text;
    unsigned needs; /* of OCK_NEED_; and OCK_ROW_OWN where each lane counts for itself */
    uint64_t (*value)(const ock_past *past);
} ock_context_row;

extern const ock_context_row ock_context_rows[OCK_CONTEXT_COUNT];

/* Rows in use, of a kind of data, the most worthy first: */
typedef struct ock_context_list {
    size_t count;
    const uint8_t *of;
} ock_context_list;

/* by OCK_DATA_. */
extern const ock_context_list ock_context_lists[OCK_DATA_KINDS];

/* In their place where nothing but the newest symbols is to be counted in, whatever the data: orders 0, 1 and so on. */
extern const ock_context_list ock_context_orders[OCK_DATA_KINDS];

/* Those that a configuration asks for, of each of which ock_config_contexts are in use, or all. */
static inline const ock_context_list *ock_context_lists_of(const ock_config *config)
{
    return config->orders != 0 ? ock_context_orders : ock_context_lists;
}

typedef struct ock_contexts {
    uint64_t hash[OCK_MAX_CONTEXTS]; /* contexts of the next symbol's first nibble */
    ock_past past;
    size_t count;   /* contexts in use at most */
    unsigned needs; /* of the rows in use */
    /* Layouts known beforehand, of a lane that had `before` symbols of other data: those from number `next` on lie
     * ahead. No state. */
    const ock_laid *laid;
    size_t laid_count, next;
    uint64_t before;
    uint64_t lane;                 /* No state. */
    const ock_context_list *lists; /* (OCK_DATA_KINDS) No state. */
} ock_contexts;

/* Contexts of a lane's first symbol. The first `count` of a list are in use, or all; further hashes mean
 * nothing. lists: (OCK_DATA_KINDS) outlives them. lane: its number among those that share a table. */
void ock_contexts_start(ock_contexts *contexts, const ock_context_list *lists, size_t count,
                        uint64_t lane);

/* How many are in use at present: hash[0] and so on. */
static inline size_t ock_contexts_used(const ock_contexts *contexts)
{
    const size_t all = contexts->lists[ock_past_kind(&contexts->past)].count;
    return all < contexts->count ? all : contexts->count;
}

/* What the strand opposite to the past counts in, where the past is of bases: some hashes, and the symbol that comes
 * next in each, both already known. hash, next: as many as are in use, at most OCK_MAX_TURNED. -> how many */
size_t ock_contexts_turned(const ock_contexts *contexts, uint64_t *hash, uint8_t *next);

/* What is known beforehand of the lane's layouts, in order and apart, of which `position` symbols are over; it outlives the
 * contexts. */
void ock_contexts_lay(ock_contexts *contexts, const ock_laid *laid, size_t count,
                      uint64_t position);

/* The lane's next symbol is known: moves on to the contexts of the one after it. */
void ock_contexts_update(ock_contexts *contexts, uint8_t symbol);

/* The same for `count` further symbols at once, whose own contexts nobody asks for. */
void ock_contexts_advance(ock_contexts *contexts, const uint8_t *symbols, size_t count);

#endif
