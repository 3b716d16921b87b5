/* SPDX-License-Identifier: MIT */
/* counters.h - what contexts have seen: hash -> counters of the symbol's bits, two nibbles each.
 *
 * A context that has seen one symbol only, up to sixteen times, is an entry of four bytes: its tag, how often, and
 * that symbol. Most contexts never see another. Who does gets a line of 64 bytes for the first nibble, where the symbol
 * seen last and the length of its run stand too. Its second nibble after each value of the first is an entry again, and
 * gets a line once it has two values. Lines and entries of a context lie in one block of the table, 16 KB of lines and
 * 4 KB of entries: so updates of different blocks never touch the same bytes. (Smaller blocks fill unevenly:
 * PREDICTOR.md, "Seen once".)
 *
 * The table is shared by all lanes of a group. Looking up changes nothing; claiming, replacing and all updates
 * happen in ock_counters_learn, which every rank that holds the group runs for every lane in the same order. */
#ifndef OCK_COUNTERS_H
#define OCK_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "mixing/bit_history.h"

enum {
    OCK_NODES = 15,
    OCK_BLOCK_BITS = 8, /* log2 of lines of a block, at most */
    OCK_ENTRY_WAYS = 4, /* entries that a context may have its own among */
    OCK_ENTRY_TIMES = 16
};

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

/* Contexts that have seen one symbol only, or one second nibble, the one met last first:
 * tag << 12 | (times - 1) << 8 | symbol; 0: free. */
typedef struct ock_entries {
    uint32_t of[OCK_ENTRY_WAYS];
} ock_entries;

/* What a context has seen: one symbol, of which the value is (times - 1) << 8 | symbol, or: */
enum { OCK_SEEN_NEVER = OCK_ENTRY_TIMES << 8, OCK_SEEN_OFTEN };

typedef struct ock_counters {
    ock_counter_line *lines; /* (2^bits) */
    ock_entries *entries;    /* (2^bits) */
    uint32_t bits, block_bits;
    uint32_t limit;     /* largest n */
    uint16_t rate[256]; /* 65536 / (n + 1.5) */
    const ock_bit_history *machine;
    /* the lines of a context that has seen one symbol, one nibble, so often: (times, 256), (times, 16), each with a
     * fresh line behind them */
    ock_counter_line *first_of, *second_of;
} ock_counters;

ock_status ock_counters_init(ock_counters *counters, uint32_t bits, uint32_t limit,
                             const ock_bit_history *machine, ock_arena *arena) OCK_WARN_UNUSED;

/* Bytes of the table with 2^bits lines. */
uint64_t ock_counters_bytes(uint32_t bits);

void ock_counters_prefetch(const ock_counters *counters, uint64_t hash);
void ock_counters_prefetch_second(const ock_counters *counters, uint64_t hash, unsigned first);

/* The line of a context's first nibble; *seen: what it has seen. Of a new context, a line of fresh counters (tag 0).
 * Lines are in the table, or constants of it. */
const ock_counter_line *ock_counters_find(const ock_counters *counters, uint64_t hash,
                                          uint16_t *seen);

/* The line of its second nibble after the first one, `seen` being what find said. */
const ock_counter_line *ock_counters_second(const ock_counters *counters, uint64_t hash,
                                            unsigned first, uint16_t seen);

/* The number of a hash's block. */
static inline size_t ock_counters_block(const ock_counters *counters, uint64_t hash)
{
    return (size_t)(hash >> 1 >> (63 - counters->bits + counters->block_bits));
}

/* Counts a symbol in a context. */
void ock_counters_learn(ock_counters *counters, uint64_t hash, uint8_t symbol);

#endif
