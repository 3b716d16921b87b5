/* SPDX-License-Identifier: MIT */
/* test_reduce.c - the fixed tree: cuts, plans of simulated ranks, and the reduction of one rank. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "../mpi/reduce_calls.h"
#include "../mpi/tree_oracle.h"
#include "mpi/reduce.h"
#include "mpi/reduce_plan.h"

enum { MAX_SHARDS = 20, LENGTH = 64, MAX_LEVELS = 8 };

static const int rank_counts[] = {1, 2, 3, 4, 5, 6, 7, 8, 21, 64};
enum { RANK_COUNTS = sizeof rank_counts / sizeof rank_counts[0] };

static const ock_kernels adder = {.name = "test", .add = oracle_add};

static void assert_tiles(size_t total, size_t parts)
{
    size_t at = 0;
    for (size_t i = 0; i < parts; i++) {
        const ock_range part = ock_part(total, parts, i);
        const size_t length = part.end - part.begin;
        assert_int_equal(part.begin, at);
        assert_true(part.end >= part.begin);
        assert_true(length == total / parts || length == total / parts + 1);
        at = part.end;
    }
    assert_int_equal(at, total);
}

static void test_part(void **state)
{
    (void)state;
    static const size_t totals[] = {0, 1, 2, 7, 64, 4095, 4096, SIZE_MAX / 2, SIZE_MAX};
    static const size_t parts[] = {1, 2, 3, 5, 8, 64, 1000};
    for (size_t t = 0; t < sizeof totals / sizeof totals[0]; t++) {
        for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
            assert_tiles(totals[t], parts[p]);
        }
    }
    const ock_range last = ock_part(SIZE_MAX, SIZE_MAX, SIZE_MAX - 1);
    assert_int_equal(last.begin, SIZE_MAX - 1);
    assert_int_equal(last.end, SIZE_MAX);
    assert_int_equal(ock_part(7, 3, 1).begin, 2);
    assert_int_equal(ock_part(7, 3, 1).end, 4);
}

static void assert_slices(size_t n, int ranks)
{
    size_t at = 0;
    for (int rank = 0; rank < ranks; rank++) {
        const ock_range slice = ock_slice(n, ranks, rank);
        assert_int_equal(slice.begin, at);
        assert_true(slice.end >= slice.begin);
        assert_true(slice.end % 16 == 0 || slice.end == n);
        at = slice.end;
    }
    assert_int_equal(at, n);
}

static void test_slice(void **state)
{
    (void)state;
    for (size_t k = 0; k < RANK_COUNTS; k++) {
        for (size_t n = 0; n < 300; n++) {
            assert_slices(n, rank_counts[k]);
        }
        assert_slices(SIZE_MAX, rank_counts[k]);
        assert_slices(SIZE_MAX - 15, rank_counts[k]);
        assert_slices(SIZE_MAX / 2 + 1, rank_counts[k]);
    }
    assert_int_equal(ock_slice(1000, 2, 0).end, 496); /* 63 blocks: 31 and 32 */
}

/* The operands lie in order, without gaps, each inside its owner's shards. */
static void assert_operands(const ock_reduce_plan *plan)
{
    size_t at = 0;
    for (size_t i = 0; i < plan->operand_count; i++) {
        const ock_operand *operand = &plan->operands[i];
        const ock_range part = ock_part(plan->shards, (size_t)plan->ranks, (size_t)operand->owner);
        assert_int_equal(operand->shards.begin, at);
        assert_true(operand->shards.end > at);
        assert_true(part.begin <= at && operand->shards.end <= part.end);
        at = operand->shards.end;
    }
    assert_int_equal(at, plan->shards);
    assert_int_equal(plan->sum_count, plan->operand_count - 1);
}

/* Runs one rank's steps on LENGTH elements; its operands land in operands[]. */
static void run_steps(const ock_reduce_plan *plan, float (*operands)[LENGTH])
{
    float stack[MAX_LEVELS][LENGTH];
    const ock_range owned = ock_part(plan->shards, (size_t)plan->ranks, (size_t)plan->rank);
    assert_int_equal(plan->step_count, owned.end - owned.begin);
    assert_true(plan->level_count <= MAX_LEVELS);
    for (size_t s = 0; s < plan->step_count; s++) {
        const ock_leaf_step *step = &plan->steps[s];
        size_t level = step->level;
        assert_true(level < plan->level_count && step->merges <= level);
        oracle_store(stack[level], step->add, owned.begin + s, LENGTH, 0);
        for (size_t m = 0; m < step->merges; m++, level--) {
            oracle_add(LENGTH, stack[level], stack[level - 1]);
        }
        memcpy(operands[step->operand], stack[0], sizeof stack[0]);
    }
}

static void assert_simulated(size_t shards, int ranks)
{
    static float operands[MAX_SHARDS][LENGTH];
    float expected[LENGTH];
    ock_reduce_plan first;
    assert_int_equal(ock_reduce_plan_make(shards, ranks, 0, &first), OCK_OK);
    assert_operands(&first);
    for (int rank = 0; rank < ranks; rank++) {
        ock_reduce_plan plan;
        assert_int_equal(ock_reduce_plan_make(shards, ranks, rank, &plan), OCK_OK);
        assert_int_equal(plan.operand_count, first.operand_count);
        assert_memory_equal(plan.sums, first.sums, first.sum_count * sizeof *first.sums);
        run_steps(&plan, operands);
        ock_reduce_plan_clear(&plan);
    }
    for (size_t i = 0; i < first.sum_count; i++) {
        oracle_add(LENGTH, operands[first.sums[i].from], operands[first.sums[i].into]);
    }
    oracle_sum(shards, LENGTH, 0, expected);
    assert_memory_equal(operands[0], expected, sizeof expected);
    ock_reduce_plan_clear(&first);
}

static void test_simulated_ranks(void **state)
{
    (void)state;
    for (size_t shards = 1; shards <= MAX_SHARDS; shards++) {
        for (size_t k = 0; k < RANK_COUNTS; k++) {
            assert_simulated(shards, rank_counts[k]);
        }
    }
}

static void test_message_count(void **state)
{
    (void)state;
    ock_reduce_plan plan;
    assert_int_equal(ock_reduce_plan_make(4096, 1, 0, &plan), OCK_OK);
    assert_int_equal(plan.operand_count, 1);
    assert_int_equal(plan.level_count, 12); /* 4096 = 2^12: right children of 2 to 2048 shards */
    ock_reduce_plan_clear(&plan);
    assert_int_equal(ock_reduce_plan_make(4096, 8, 3, &plan), OCK_OK);
    assert_int_equal(plan.operand_count, 8); /* one a rank where R divides a power of two */
    ock_reduce_plan_clear(&plan);
    assert_int_equal(ock_reduce_plan_make(0, 1, 0, &plan), OCK_INTERNAL);
    ock_reduce_plan_clear(&plan);
    ock_error_clear();
}

/* The inputs can tell orders apart: otherwise the tests above prove nothing. */
static void test_negative_control(void **state)
{
    (void)state;
    for (size_t shards = 3; shards <= MAX_SHARDS; shards++) {
        float tree[LENGTH];
        float forward[LENGTH] = {0};
        float backward[LENGTH] = {0};
        oracle_sum(shards, LENGTH, 0, tree);
        for (size_t s = 0; s < shards; s++) {
            oracle_store(forward, s > 0, s, LENGTH, 0);
            oracle_store(backward, s > 0, shards - 1 - s, LENGTH, 0);
        }
        assert_memory_not_equal(tree, backward, sizeof tree);
        if (shards > 3) { /* over three shards the tree is the sum from left to right */
            assert_memory_not_equal(tree, forward, sizeof tree);
        }
    }
}

static void reduce_once(ock_reduce *reduce, size_t shards, size_t n, unsigned round)
{
    static float slice[1000];
    static float expected[1000];
    for (size_t s = 0; s < shards; s++) {
        const ock_leaf leaf = ock_reduce_leaf(reduce);
        assert_non_null(leaf.buffer);
        oracle_store(leaf.buffer, leaf.add, s, n, round);
        leaf_done(reduce, n, round);
    }
    assert_null(ock_reduce_leaf(reduce).buffer);
    assert_int_equal(reduce_scatter(reduce, slice, n), OCK_OK);
    oracle_sum(shards, n, round, expected);
    assert_memory_equal(slice, expected, n * sizeof(float));
    assert_int_equal(reduce_allgather(reduce, slice), OCK_OK);
    assert_memory_equal(slice, expected, n * sizeof(float));
}

static void test_one_rank(void **state)
{
    static const size_t lengths[] = {1, 15, 16, 17, 1000};
    for (size_t shards = 1; shards <= MAX_SHARDS; shards++) {
        for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
            ock_reduce *reduce = NULL;
            assert_int_equal(ock_reduce_new(*state, NULL, &adder, shards, lengths[k], &reduce),
                             OCK_OK);
            reduce_once(reduce, shards, lengths[k], 0);
            reduce_once(reduce, shards, lengths[k], 1);
            ock_reduce_free(reduce);
        }
    }
}

static void test_refusals(void **state)
{
    ock_reduce *reduce = NULL;
    assert_int_equal(ock_reduce_new(*state, NULL, &adder, 4, SIZE_MAX / 2, &reduce),
                     OCK_ENVIRONMENT);
    assert_null(reduce);
    ock_error_clear();
    assert_int_equal(ock_reduce_new(*state, NULL, &adder, 4096, SIZE_MAX / 32, &reduce),
                     OCK_ENVIRONMENT);
    assert_null(reduce);
    ock_error_clear();

    float slice[3];
    assert_int_equal(ock_reduce_new(*state, NULL, &adder, 2, 3, &reduce), OCK_OK);
    oracle_store(ock_reduce_leaf(reduce).buffer, 0, 0, 3, 0);
    leaf_done(reduce, 3, 0);
    assert_int_equal(reduce_scatter(reduce, slice, 3), OCK_INTERNAL);
    assert_string_equal(ock_error_text(), "reduction after 1 of 2 shards");
    ock_error_clear();
    ock_reduce_free(reduce);
    ock_reduce_free(NULL);
}

static int start(void **state)
{
    return ock_comm_alone((ock_comm **)state) == OCK_OK ? 0 : -1;
}

static int finish(void **state)
{
    ock_comm_free(*state);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_part),
        cmocka_unit_test(test_slice),
        cmocka_unit_test(test_simulated_ranks),
        cmocka_unit_test(test_message_count),
        cmocka_unit_test(test_negative_control),
        cmocka_unit_test(test_one_rank),
        cmocka_unit_test(test_refusals),
    };
    return ock_run_cases(argc, argv, tests, start, finish);
}
