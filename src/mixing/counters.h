/* counters.h - hashed tables of bit counters, shared by the lanes of a table group.
 *
 * One 64-byte line holds the 15 counters of one nibble (4 bits) in one context. Looking up changes
 * nothing; claiming a line and all updates happen in ock_counters_learn, which every rank that
 * holds the group runs for every lane in the same order. */
#ifndef OCK_COUNTERS_H
#define OCK_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "mixing/bit_history.h"

enum { OCK_NODES = 15 };

/* Counter of tree node i (1 .. 15: 1 followed by the nibble's bits so far) stands at i - 1. */
typedef struct ock_counter_line {
    uint16_t tag; /* of the context's hash; 0: the line is free */
    /* in lines of a first nibble: the symbol seen last in the context, and how often in a row */
    uint8_t last, run;
    uint16_t p[OCK_NODES];    /* P(bit is 1) in 1/65536 */
    uint8_t n[OCK_NODES];     /* times seen, up to the limit */
    uint8_t state[OCK_NODES]; /* bit history */
} ock_counter_line;

_Static_assert(sizeof(ock_counter_line) == 64, "a line is one cache line");

typedef struct ock_counters {
    ock_counter_line *lines; /* (2^bits) */
    uint32_t bits;
    uint32_t limit;     /* largest n */
    uint16_t rate[256]; /* 65536 / (n + 1.5) */
    const ock_bit_history *machine;
} ock_counters;

ock_status ock_counters_init(ock_counters *counters, uint32_t bits, uint32_t limit,
                             const ock_bit_history *machine, ock_arena *arena) OCK_WARN_UNUSED;

void ock_counters_prefetch(const ock_counters *counters, uint64_t hash);

/* The line of a context, or a line of fresh counters (tag 0, static storage) when there is none. */
const ock_counter_line *ock_counters_find(const ock_counters *counters, uint64_t hash);

/* The place of a hash's lines, of 2^(bits - 1): its two lines are learned by one thread. */
static inline size_t ock_counters_place(const ock_counters *counters, uint64_t hash)
{
    return (size_t)(hash >> (65 - counters->bits));
}

/* Counts a nibble (0 .. 15) in a context; claims a line where there is none, replacing the less
 * used one of two. -> the line. */
ock_counter_line *ock_counters_learn(ock_counters *counters, uint64_t hash, unsigned nibble);

/* Counts a symbol in the line of its first nibble's context. */
void ock_counters_learn_run(ock_counter_line *line, uint8_t symbol);

#endif
