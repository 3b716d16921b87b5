/* SPDX-License-Identifier: MIT */
/* reduce_plan.h - the fixed tree of a reduction as lists of actions, for one rank of R.
 *
 * A maximal subtree is a node of the tree over [0, shards) that lies inside one rank's range while
 * its parent does not; its sum is an operand. Operands are numbered by ascending shards, so by
 * ascending owner too. Pure: no communication, no floats. Not for src/. */
#ifndef OCK_REDUCE_PLAN_H
#define OCK_REDUCE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/range.h"
#include "base/status.h"

/* The sum over one maximal subtree. */
typedef struct ock_operand {
    int owner;
    ock_range shards;
} ock_operand;

/* operand[into] = operand[into] + operand[from], in list order; the last result is operand 0. */
typedef struct ock_operand_sum {
    size_t into, from;
} ock_operand_sum;

/* What this rank does with its next shard: SET or ADD level `level` of the operand's stack, then
 * `merges` times level = level - 1: stack[level] = stack[level] + stack[level + 1]. Level 0 is the
 * operand itself. */
typedef struct ock_leaf_step {
    size_t operand;
    size_t level;
    size_t merges;
    bool add;
} ock_leaf_step;

typedef struct ock_reduce_plan {
    size_t shards;
    int ranks, rank;
    ock_operand *operands; /* (operand_count) */
    size_t operand_count;
    ock_operand_sum *sums; /* (sum_count), operand_count - 1 of them */
    size_t sum_count;
    ock_leaf_step *steps; /* (step_count), one per owned shard, ascending */
    size_t step_count;
    size_t level_count; /* levels of the deepest stack, 0 where no shard is owned */
} ock_reduce_plan;

/* Fills *plan; the caller ends it with ock_reduce_plan_clear(), also after a failure.
 * shards >= 1, 0 <= rank < ranks. */
ock_status ock_reduce_plan_make(size_t shards, int ranks, int rank,
                                ock_reduce_plan *plan) OCK_WARN_UNUSED;
void ock_reduce_plan_clear(ock_reduce_plan *plan);

#endif
