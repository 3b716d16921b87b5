/* SPDX-License-Identifier: MIT */
/* test_reduce_ranks.c - on every rank the reduction's bits equal those of the naive tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "mpi/process/process.h"
#include "mpi/reduce.h"
#include "reduce_calls.h"
#include "tree_oracle.h"

enum { WATCHDOG_SECONDS = 20 };

static const ock_kernels adder = {.name = "test", .add = oracle_add};

static void store_shards(ock_reduce *reduce, ock_range shards, size_t n, unsigned round)
{
    for (size_t s = shards.begin; s < shards.end; s++) {
        const ock_leaf leaf = ock_reduce_leaf(reduce);
        assert_non_null(leaf.buffer);
        assert_int_equal((uintptr_t)leaf.buffer % 64, 0);
        oracle_store(leaf.buffer, leaf.add, s, n, round);
        leaf_done(reduce, n, round);
    }
    assert_null(ock_reduce_leaf(reduce).buffer);
}

static void assert_reduction(ock_comm *comm, size_t shards, size_t n, unsigned rounds)
{
    const int size = ock_comm_size(comm);
    const int rank = ock_comm_rank(comm);
    const ock_range slice = ock_slice(n, size, rank);
    const size_t bytes = (slice.end - slice.begin) * sizeof(float);
    float *vector = calloc(n + 1, sizeof *vector);
    float *expected = calloc(n + 1, sizeof *expected);
    ock_reduce *reduce = NULL;
    assert_non_null(vector);
    assert_non_null(expected);
    assert_int_equal(ock_reduce_new(comm, NULL, &adder, shards, n, &reduce), OCK_OK);
    for (unsigned round = 0; round < rounds; round++) {
        memset(vector, 0xA5, n * sizeof *vector);
        oracle_sum(shards, n, round, expected);
        store_shards(reduce, ock_part(shards, (size_t)size, (size_t)rank), n, round);
        assert_int_equal(reduce_scatter(reduce, vector + slice.begin, ock_range_length(slice)),
                         OCK_OK);
        assert_memory_equal(vector + slice.begin, expected + slice.begin, bytes);
        assert_int_equal(reduce_allgather(reduce, vector), OCK_OK);
        assert_memory_equal(vector, expected, n * sizeof *vector);
        assert_true(vector[n] == 0.0f);
    }
    ock_reduce_free(reduce);
    free(vector);
    free(expected);
}

static void test_shard_counts(void **state)
{
    static const size_t lengths[] = {0, 1, 15, 16, 17, 100, 1000};
    for (size_t shards = 1; shards <= 20; shards++) {
        for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
            assert_reduction(*state, shards, lengths[k], 2);
        }
    }
}

static void test_many_shards(void **state)
{
    assert_reduction(*state, 64, 5000, 2);
    assert_reduction(*state, 63, 5000, 1);
    assert_reduction(*state, 100, 5000, 1);
}

/* Long enough for the rendezvous protocol of the library. */
static void test_long_vector(void **state)
{
    assert_reduction(*state, 13, 300001, 2);
}

static int start(void **state)
{
    if (ock_comm_start(NULL, NULL, (ock_comm **)state) != OCK_OK) {
        return -1;
    }
    return ock_comm_watch(*state, WATCHDOG_SECONDS) == OCK_OK ? 0 : -1;
}

static int finish(void **state)
{
    ock_comm_finish(*state);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shard_counts),
        cmocka_unit_test(test_many_shards),
        cmocka_unit_test(test_long_vector),
    };
    return ock_run_cases(argc, argv, tests, start, finish);
}
