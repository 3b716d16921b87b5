/* SPDX-License-Identifier: MIT */
/* reduce_calls.h - a reduction's calls in the order in which its users make them, for its tests. */
#ifndef OCK_REDUCE_CALLS_H
#define OCK_REDUCE_CALLS_H

#include <string.h>

#include "mpi/reduce.h"

/* A leaf is complete. Added to its siblings in two parts, as two threads would, or at once. */
static inline void leaf_done(ock_reduce *reduce, size_t n, unsigned round)
{
    const size_t middle = round % 2 == 0 ? 0 : n / 2 / 16 * 16;
    ock_reduce_leaf_add(reduce, (ock_range){middle, n});
    ock_reduce_leaf_add(reduce, (ock_range){0, middle});
    ock_reduce_leaf_done(reduce);
}

/* The sum of `count` numbers, wherever it lies, in slice. */
static inline ock_status reduce_scatter(ock_reduce *reduce, float *slice, size_t count)
{
    float *sum = slice;
    ock_status status = ock_reduce_start_scatter(reduce, slice);
    if (status == OCK_OK) {
        status = ock_reduce_finish_scatter(reduce, &sum);
    }
    if (status == OCK_OK && sum != slice && count > 0) {
        memcpy(slice, sum, count * sizeof *sum);
    }
    return status;
}

static inline ock_status reduce_allgather(ock_reduce *reduce, float *vector)
{
    const ock_status status = ock_reduce_start_allgather(reduce, vector);
    return status == OCK_OK ? ock_reduce_finish_allgather(reduce) : status;
}

#endif
