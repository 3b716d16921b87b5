/* SPDX-License-Identifier: MIT */
/* reduce.h - fixed-order reduction of shard vectors, and who owns which slice of the result.
 *
 * The sum over shards [0, S) is that of a binary tree: node [a, b) is leaf a when b == a + 1, and
 * otherwise the sum left + right of its children split at a + the largest power of two below b - a.
 * Which rank adds which node is scheduling and changes no bit (REDUCTION.md). */
#ifndef OCK_REDUCE_H
#define OCK_REDUCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/range.h"
#include "base/status.h"
#include "mpi/comm.h"
#include "mpi/slice.h"
#include "numeric/kernels.h"

typedef struct ock_reduce ock_reduce;

/* How shard number `shard` must be stored: SET (add == false) or ADD to what `buffer` holds, the
 * product computed from zero first. */
typedef struct ock_leaf {
    float *buffer; /* (n) */
    bool add;
} ock_leaf;

/* Plans the reduction of vectors of n floats over `shards` shards, rank r of the communicator
 * owning shards ock_part(shards, size, r). Allocates the partial buffers (one per maximal subtree
 * of this rank's range, plus the pending right operands), which `memory` (NULL: none) counts. Not
 * collective. */
ock_status ock_reduce_new(ock_comm *comm, ock_memory *memory, const ock_kernels *kernels,
                          size_t shards, size_t n, ock_reduce **reduce) OCK_WARN_UNUSED;
void ock_reduce_free(ock_reduce *reduce);

/* Bytes of the partial buffers that ock_reduce_new allocates on that rank. Not collective. */
ock_status ock_reduce_bytes(size_t shards, size_t n, int ranks, int rank,
                            uint64_t *bytes) OCK_WARN_UNUSED;

/* Where the next owned shard (called once per owned shard, ascending) goes. Not collective. */
ock_leaf ock_reduce_leaf(ock_reduce *reduce);

/* The leaf's vector is complete: adds finished right children to their left siblings, of elements
 * [part.begin, part.end) only, so that threads can share the vector; begin is a multiple of 16. After
 * all of it comes ock_reduce_leaf_done. Not collective. */
void ock_reduce_leaf_add(ock_reduce *reduce, ock_range part);

/* On to the next leaf. Not collective. */
void ock_reduce_leaf_done(ock_reduce *reduce);

/* After all owned leaves: reduce-scatter, in two halves (flight.h). Rank r receives the sum of all shards for
 * ock_slice(n, size, r): *sum says where it lies, in slice[0 .. length) or in place of a leaf's vector; good until
 * the next leaf. Slice and leaves are in use until the finish has returned. Resets the plan for the next step.
 * Collective. */
ock_status ock_reduce_start_scatter(ock_reduce *reduce, float *slice) OCK_WARN_UNUSED;
ock_status ock_reduce_finish_scatter(ock_reduce *reduce, float **sum) OCK_WARN_UNUSED;

/* After that: the same vector (n floats) on every rank from the owned slices, in place, likewise in two halves.
 * Collective. */
ock_status ock_reduce_start_allgather(ock_reduce *reduce, float *vector) OCK_WARN_UNUSED;
ock_status ock_reduce_finish_allgather(ock_reduce *reduce) OCK_WARN_UNUSED;

#endif
