/* SPDX-License-Identifier: MIT */
/* reduce_plan.c - the fixed tree of a reduction as lists of actions, and the cuts of a range. */
#include "mpi/reduce_plan.h"

#include <stdlib.h>
#include <string.h>

/* Where the children of a node of two or more shards meet. */
static size_t split(ock_range node)
{
    const size_t length = ock_range_length(node);
    size_t left = 1;
    while (left < length - left) {
        left *= 2;
    }
    return node.begin + left;
}

static bool is_leaf(ock_range node)
{
    return ock_range_length(node) == 1;
}

/* Appends the steps of a subtree whose sum goes to `level`. Depth of
 * recursion: log2 of its size. */
static void plan_steps(ock_reduce_plan *plan, ock_range node, size_t operand, size_t level)
{
    if (level + 1 > plan->level_count) {
        plan->level_count = level + 1;
    }
    if (is_leaf(node)) {
        plan->steps[plan->step_count++] = (ock_leaf_step){operand, level, 0, false};
        return;
    }
    const size_t middle = split(node);
    const ock_range right = {middle, node.end};
    plan_steps(plan, (ock_range){node.begin, middle}, operand, level);
    if (is_leaf(right)) {
        /* left + (0 + products) and left + right have the same bits: no buffer is needed. */
        plan->steps[plan->step_count++] = (ock_leaf_step){operand, level, 0, true};
    } else {
        plan_steps(plan, right, operand, level + 1);
        plan->steps[plan->step_count - 1].merges++;
    }
}

/* The rank that owns the shard, not below `from`. */
static int owner_of(const ock_reduce_plan *plan, size_t shard, int from)
{
    int owner = from;
    while (ock_part(plan->shards, (size_t)plan->ranks, (size_t)owner).end <= shard) {
        owner++;
    }
    return owner;
}

/* Appends the operands and sums of a node and returns the operand that holds its sum. */
static size_t plan_operands(ock_reduce_plan *plan, ock_range node)
{
    const size_t count = plan->operand_count;
    const int owner = owner_of(plan, node.begin, count > 0 ? plan->operands[count - 1].owner : 0);
    if (node.end <= ock_part(plan->shards, (size_t)plan->ranks, (size_t)owner).end) {
        plan->operands[plan->operand_count++] = (ock_operand){owner, node};
        if (owner == plan->rank) {
            plan_steps(plan, node, count, 0);
        }
        return count;
    }
    const size_t middle = split(node);
    const size_t into = plan_operands(plan, (ock_range){node.begin, middle});
    const size_t from = plan_operands(plan, (ock_range){middle, node.end});
    plan->sums[plan->sum_count++] = (ock_operand_sum){into, from};
    return into;
}

ock_status ock_reduce_plan_make(size_t shards, int ranks, int rank, ock_reduce_plan *plan)
{
    memset(plan, 0, sizeof *plan);
    if (shards < 1 || ranks < 1 || rank < 0 || rank >= ranks) {
        return ock_fail(OCK_INTERNAL, "reduction of %zu shards for rank %d of %d", shards, rank,
                        ranks);
    }
    plan->shards = shards;
    plan->ranks = ranks;
    plan->rank = rank;
    plan->operands = calloc(shards, sizeof *plan->operands);
    plan->sums = calloc(shards, sizeof *plan->sums);
    plan->steps = calloc(shards, sizeof *plan->steps);
    if (plan->operands == NULL || plan->sums == NULL || plan->steps == NULL) {
        return ock_fail_memory(shards * sizeof *plan->operands, "the reduction plan");
    }
    (void)plan_operands(plan, (ock_range){0, shards});
    return OCK_OK;
}

void ock_reduce_plan_clear(ock_reduce_plan *plan)
{
    free(plan->operands);
    free(plan->sums);
    free(plan->steps);
    memset(plan, 0, sizeof *plan);
}
