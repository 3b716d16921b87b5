/* SPDX-License-Identifier: MIT */
/* range.h - half-open ranges, and how a total is cut into parts. Pure functions. */
#ifndef OCK_RANGE_H
#define OCK_RANGE_H

#include <stddef.h>

/* A half-open range. */
typedef struct ock_range {
    size_t begin, end;
} ock_range;

static inline size_t ock_range_length(ock_range range)
{
    return range.end - range.begin;
}

/* Part `index` of [0, total) cut into `parts` contiguous ranges:
 * [total*index/parts, total*(index+1)/parts) in 128-bit arithmetic. Used for shards
 * over ranks and lanes over shards. */
ock_range ock_part(size_t total, size_t parts, size_t index);

#endif
