/* SPDX-License-Identifier: MIT */
/* split.h - a symbol's interval by eight binary splits of [0, 2^32), most significant bit first. */
#ifndef OCK_SPLIT_H
#define OCK_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "coder/coder.h"

enum { OCK_P_BITS = 24 }; /* bit probabilities are integers in 1/2^24 */

typedef struct ock_split {
    uint64_t low, size; /* the interval so far */
    unsigned node;      /* 1 followed by the bits so far */
} ock_split;

static inline ock_split ock_split_start(void)
{
    return (ock_split){0, (uint64_t)1 << 32, 1};
}

/* How much of the interval goes to bit 1, the upper part, when P(bit is 1) is p1 / 2^24. Each side
 * keeps at least as many units as it has leaves. */
static inline uint64_t ock_split_upper(const ock_split *split, uint32_t p1)
{
    const unsigned known = 31u - (unsigned)__builtin_clz(split->node);
    const uint64_t leaves = 128u >> known;
    uint64_t upper = (split->size * p1) >> OCK_P_BITS;
    upper = upper < leaves ? leaves : upper;
    return upper > split->size - leaves ? split->size - leaves : upper;
}

/* Which bit a decoder's target (within the interval) means. */
static inline unsigned ock_split_bit(const ock_split *split, uint64_t upper, uint32_t target)
{
    return target - split->low >= split->size - upper;
}

static inline void ock_split_take(ock_split *split, uint64_t upper, unsigned bit)
{
    if (bit) {
        split->low += split->size - upper;
    }
    split->size = bit ? upper : split->size - upper;
    split->node = 2 * split->node + bit;
}

/* After eight splits. */
static inline ock_interval ock_split_interval(const ock_split *split)
{
    return (ock_interval){(uint32_t)split->low, (uint32_t)split->size};
}

/* P in 1/2^24 from a float, clamped by compare and select to [1, 2^24 - 1]; NaN becomes 1. */
static inline uint32_t ock_split_quantise(float p)
{
    float scaled = p * 16777216.0f;
    scaled = scaled > 1.0f ? scaled : 1.0f;
    scaled = scaled < 16777215.0f ? scaled : 16777215.0f;
    return (uint32_t)scaled;
}

#endif
