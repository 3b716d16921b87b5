/* SPDX-License-Identifier: MIT */
/* slice.c - whole vectors to a slice, so that kernels never share one. */
#include "mpi/slice.h"

#include "numeric/kernels.h"

ock_range ock_slice(size_t n, int ranks, int rank)
{
    const size_t blocks = n / OCK_LANES16 + (n % OCK_LANES16 != 0);
    const ock_range part = ock_part(blocks, (size_t)ranks, (size_t)rank);
    /* The last block may be short. */
    const ock_range slice = {part.begin * OCK_LANES16,
                             part.end == blocks ? n : part.end * OCK_LANES16};
    return slice;
}
