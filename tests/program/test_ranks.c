/* SPDX-License-Identifier: MIT */
/* test_ranks.c - one file from any number of ranks, restored on any other.
 *
 * Usage: test_ranks PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int rank_counts[] = {1, 2, 3, 4, 5, 8};
enum { RANK_COUNTS = sizeof rank_counts / sizeof rank_counts[0] };

/* The counts a build without MPI can start come first. */
static int counts_at_hand(void)
{
    return ock_rank_limit() > 1 ? RANK_COUNTS : 1;
}

/* As even as can be, uneven, and more than most cases have shards: enough where it is not ranks
 * that a case is about. All where there is no launcher: that is one. */
static bool is_sampled(int ranks)
{
    return ock_long_tests() || ock_rank_limit() == 1 || ranks == 2 || ranks == 3 || ranks == 8;
}

/* The file of a lonely program is the reference. */
static void check_matrix(const char *options, bool all)
{
    ock_expect(0, "$OCKHAM compress $SMALL %s in -o alone.ock", options);
    for (int i = 0; i < counts_at_hand(); i++) {
        if (!all && !is_sampled(rank_counts[i])) {
            continue;
        }
        ock_expect(0, "%s $OCKHAM compress $SMALL %s in -f -o r.ock", ock_on_ranks(rank_counts[i]),
                   options);
        ock_assert_same("alone.ock", "r.ock");
        ock_expect(0, "%s $OCKHAM decompress -q -f alone.ock -o out", ock_on_ranks(rank_counts[i]));
        ock_assert_same("in", "out");
    }
}

static void test_text(void **state)
{
    (void)state;
    ock_make_alice("in", ock_long_tests() ? 20011 : 6007); /* no multiple of lanes nor of steps */
    check_matrix("", true);
}

static void test_network_alone(void **state)
{
    (void)state;
    ock_make_alice("in", ock_long_tests() ? 8003 : 4001);
    check_matrix("--set mixing=0 --set layers=2 --set step=8", false);
}

/* Its blocks have owners. */
static void test_orthogonalised_momentum(void **state)
{
    (void)state;
    ock_make_alice("in", ock_long_tests() ? 8003 : 2001);
    check_matrix("--set mixing=0 --set layers=2 --set step=8 --lanes 6 --set optimiser=muon "
                 "--set muon_every=16",
                 false);
}

static void test_mixing_alone(void **state)
{
    (void)state;
    ock_make_alice("in", ock_long_tests() ? 20011 : 6007);
    check_matrix("--set network=0", false);
}

static void test_random_bytes(void **state)
{
    (void)state;
    ock_make_random("in", ock_long_tests() ? 5003 : 2003);
    check_matrix("", false);
}

/* Four shards at most share a group of tables: here there are ten groups; shards of
 * unequal size. */
static void test_many_shards(void **state)
{
    (void)state;
    ock_make_phrases("in", ock_long_tests() ? 12345 : 4321);
    check_matrix("--lanes 50 --shards 37 --set contexts=8", false);
}

/* Zeros, a few of them replaced. */
static void test_zeros_with_deviations(void **state)
{
    enum { BYTES = 60007, DEVIATIONS = 4 };
    static uint8_t data[BYTES];
    uint64_t random = 3;
    (void)state;
    memset(data, 0, sizeof data);
    for (int i = 0; i < DEVIATIONS; i++) {
        data[ock_random(&random, BYTES)] = (uint8_t)ock_random(&random, 256);
    }
    ock_store("in", data, BYTES);
    check_matrix("--lanes 6 --shards 5 --set light_after=1000", false);
}

/* Runs of several periods between random bytes: within steps, over lanes, in all lanes at once. */
static void test_repetitions(void **state)
{
    enum { BYTES = 30011, LANES = 4 };
    static uint8_t data[BYTES];
    uint64_t random = 4;
    (void)state;
    for (size_t i = 0; i < BYTES; i++) {
        data[i] = (uint8_t)ock_random(&random, 256);
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        for (size_t t = 700 + 3 * lane; t < 6000; t++) {
            if (t % 1999 != 5 * lane) { /* now and then one lane breaks its pattern */
                data[lane * (BYTES / LANES) + t] = (uint8_t)(t % (1 + lane));
            }
        }
    }
    ock_store("in", data, BYTES);
    check_matrix("--lanes 4 --shards 3 --set light_after=400", false);
}

/* Lanes, some of them empty, for less than one symbol each. */
static void test_fewer_bytes_than_lanes(void **state)
{
    (void)state;
    ock_make_alice("in", 3);
    check_matrix("", false);
}

static void test_idle_ranks_say_so(void **state)
{
    (void)state;
    ock_need_mpi();
    ock_make_alice("in", 2000);
    const ock_outcome *result = ock_expect(
        0, "$MPIRUN 4 $OCKHAM compress --set network=0 --lanes 3 --shards 2 in -o a.ock");
    ock_assert_says(result->err, "4 ranks but 2 shards");
    ock_expect(0, "$MPIRUN 4 $OCKHAM decompress -q a.ock -o out");
    ock_assert_same("in", "out");
}

/* Only rank 0 has standard input, and only its standard output counts. */
static void test_pipes_under_launcher(void **state)
{
    (void)state;
    ock_make_alice("in", 4001);
    ock_expect(0, "$OCKHAM compress $SMALL in -o alone.ock");
    for (int i = 0; i < counts_at_hand(); i++) {
        if (!is_sampled(rank_counts[i])) {
            continue;
        }
        ock_expect(0, "%s $OCKHAM compress $SMALL - <in >r.ock", ock_on_ranks(rank_counts[i]));
        ock_assert_same("alone.ock", "r.ock");
        ock_expect(0, "%s $OCKHAM decompress -q - <r.ock >out", ock_on_ranks(rank_counts[i]));
        ock_assert_same("in", "out");
    }
}

/* The ranks after the first stand in another folder, where "in" is missing. */
static void test_input_missing_on_other_ranks(void **state)
{
    (void)state;
    ock_need_mpi();
    ock_make_alice("in", 9001);
    ock_expect(0, "$OCKHAM compress $SMALL in -o alone.ock && mkdir elsewhere");
    ock_expect(0, "$MPIRUN 1 $OCKHAM compress $SMALL in -o r.ock : "
                  "-n 2 -wdir elsewhere $OCKHAM compress $SMALL in -o r.ock");
    ock_assert_same("alone.ock", "r.ock");
    ock_assert_folder("in alone.ock r.ock elsewhere");
}

/* Another file of that name: of another length it is not used, of the same
 * length it is found out. */
static void test_other_input_on_other_ranks(void **state)
{
    (void)state;
    ock_need_mpi();
    ock_make_alice("in", 9001);
    ock_expect(0, "$OCKHAM compress $SMALL in -o alone.ock && mkdir elsewhere");
    ock_expect(0, "head -c 9000 in >elsewhere/in");
    ock_expect(0, "$MPIRUN 1 $OCKHAM compress $SMALL in -o r.ock : "
                  "-n 2 -wdir elsewhere $OCKHAM compress $SMALL in -o r.ock");
    ock_assert_same("alone.ock", "r.ock");
    ock_expect(0, "printf x >>elsewhere/in; rm r.ock; test $(wc -c <elsewhere/in) = 9001");
    const ock_outcome *result =
        ock_expect(1, "$MPIRUN 1 $OCKHAM compress $SMALL in -o r.ock : "
                      "-n 2 -wdir elsewhere $OCKHAM compress $SMALL in -o r.ock");
    ock_assert_says(result->err, "differs between ranks");
    ock_assert_folder("in alone.ock elsewhere");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_text, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_orthogonalised_momentum, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_network_alone, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_mixing_alone, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_random_bytes, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_many_shards, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_zeros_with_deviations, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_repetitions, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_fewer_bytes_than_lanes, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_idle_ranks_say_so, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_pipes_under_launcher, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_input_missing_on_other_ranks, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_other_input_on_other_ranks, ock_folder_new,
                                        ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
