/* SPDX-License-Identifier: MIT */
/* bases.h - sequences of nucleic acids: letters A, C, G and T or U, capitals or not.
 *
 * The strand that is not written is read the other way round, and has T for A, A for T, G for C and C for G. What a lane
 * says of one strand it says of both: its past, turned. */
#ifndef OCK_BASES_H
#define OCK_BASES_H

#include <stdint.h>

enum { OCK_BASES_KEPT = 32, OCK_NO_BASE = 4 };

/* All values are 64 bits wide, so that a checkpoint can take them as one array. */
typedef struct ock_bases {
    uint64_t recent;  /* the last 32, two bits each, the newest in the low ones: A, C, G, T or U */
    uint64_t small;   /* which of the last 64 were small letters, a bit each */
    uint64_t fourth;  /* 'U' if the last of T and U was one, else 'T' */
    uint64_t between; /* the newest symbol where it is no base, else 0 */
    uint64_t share;   /* bases of late, less other symbols */
    uint64_t active;  /* 1: the past is of bases */
} ock_bases;

/* 0 .. 3 for A, C, G, T or U, so that 3 - code is the one opposite; OCK_NO_BASE. */
unsigned ock_bases_code(uint8_t symbol);

/* The symbol opposite, in its case; what is no base is opposite to itself. */
uint8_t ock_bases_opposite(const ock_bases *bases, uint8_t symbol);

/* The lane's next symbol is known. */
void ock_bases_follow(ock_bases *bases, uint8_t symbol);

/* The newest `order` bases (1 .. 24), the case of the newest one, and what stands behind it. */
static inline uint64_t ock_bases_order(const ock_bases *bases, unsigned order)
{
    return (bases->recent & (UINT64_MAX >> (64 - 2 * order))) | bases->between << 48 |
           (bases->small & 1) << 56;
}

/* The same of the other strand, read to the base opposite to the oldest of the newest `order` ones. */
uint64_t ock_bases_turned(const ock_bases *bases, unsigned order);

/* What comes next there: a symbol. */
uint8_t ock_bases_turned_next(const ock_bases *bases, unsigned order);

#endif
