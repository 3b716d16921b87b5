/* SPDX-License-Identifier: MIT */
/* test_footprint.c - what a plan says of memory is what the ranks allocate, to the byte.
 *
 * Usage: mpirun -n RANKS test_footprint */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "cases.h"

#include "forecast/footprint.h"
#include "mixing/mixing.h"
#include "mpi/process/process.h"
#include "network/network.h"

enum { WATCHDOG_SECONDS = 240, ASSIGNMENTS = 4 };

typedef struct sample {
    uint64_t input_bytes;
    uint32_t level, lanes, shards;
    const char *set[ASSIGNMENTS];
} sample;

/* Tables are small, so that all ranks of a test fit one machine. */
static const sample samples[] = {
    {5000, 1, 0, 0, {"table_bits=12"}},
    {100000, 5, 0, 0, {"table_bits=12", "ngram_bits=10"}},
    {100000, 5, 3, 2, {"table_bits=12", "ngram_bits=10", "beta1=0.9", "contexts=9"}},
    {100000, 9, 13, 11, {"table_bits=13", "ngram_bits=10", "match_bits=12", "contexts=3"}},
    {70000, 5, 6, 6, {"layers=2", "step=20", "mixing=0"}},
    {70000, 5, 3, 3, {"layer=none", "step=20", "mixing=0"}},
    {70000, 5, 3, 3, {"layer=lstm", "step=20", "mixing=0"}},
    {70000, 5, 3, 3, {"layer=transformer", "window=33", "step=20", "mixing=0"}},
    {70000, 5, 3, 3, {"layer=ssm", "layers=2", "step=20", "mixing=0"}},
    {70000, 5, 3, 3, {"orders=3", "table_bits=12", "network=0"}},
};

static ock_plan plan_of(const sample *s)
{
    ock_plan plan;
    ock_wishes wishes = {.level = s->level, .lanes = s->lanes, .shards = s->shards};
    assert_int_equal(ock_config_level(s->level, &wishes.config), OCK_OK);
    for (size_t i = 0; i < ASSIGNMENTS && s->set[i] != NULL; i++) {
        assert_int_equal(ock_config_set(&wishes.config, s->set[i]), OCK_OK);
    }
    assert_int_equal(ock_plan_make(s->input_bytes, &wishes, &plan), OCK_OK);
    return plan;
}

static void assert_network(ock_comm *comm, const ock_plan *plan, const ock_footprint *expected)
{
    const ock_kernels *kernels;
    ock_network *network;
    assert_int_equal(ock_kernels_select(NULL, &kernels), OCK_OK);
    assert_int_equal(ock_network_new(comm, NULL, kernels, plan, &network), OCK_OK);
    assert_int_equal(ock_network_bytes(network), expected->network);
    ock_network_free(network);
}

static void assert_mixing(ock_comm *comm, const ock_plan *plan, const ock_footprint *expected)
{
    const ock_kernels *kernels;
    ock_mixing *mixing;
    ock_share share = ock_share_of(&plan->map, ock_comm_size(comm), ock_comm_rank(comm));
    assert_int_equal(ock_kernels_select(NULL, &kernels), OCK_OK);
    assert_int_equal(ock_mixing_new(NULL, kernels, plan, &share, &mixing), OCK_OK);
    assert_int_equal(ock_mixing_bytes(mixing), expected->tables + expected->mixers);
    ock_mixing_free(mixing);
}

static void test_counted_is_allocated(void **state)
{
    ock_comm *comm = *state;
    int ranks = ock_comm_size(comm);
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        ock_plan plan = plan_of(&samples[i]);
        ock_footprint *list = calloc((size_t)ranks, sizeof *list);
        assert_non_null(list);
        assert_int_equal(ock_footprint_of(&plan, ranks, list), OCK_OK);
        const ock_footprint *mine = &list[ock_comm_rank(comm)];
        if (plan.config.network != 0) {
            assert_network(comm, &plan, mine);
        }
        if (plan.config.mixing != 0) {
            assert_mixing(comm, &plan, mine);
        }
        free(list);
    }
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_counted_is_allocated)};
    return ock_run_cases(argc, argv, tests, start, finish);
}
