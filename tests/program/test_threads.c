/* SPDX-License-Identifier: MIT */
/* test_threads.c - one file from any number of threads on any number of ranks, restored by any other.
 *
 * Usage: test_threads PROGRAM ALICE29 [LAUNCHER ...] */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static const int thread_counts[] = {1, 2, 3, 4, 7};
enum { THREAD_COUNTS = sizeof thread_counts / sizeof thread_counts[0] };

/* All counts of threads on one rank; on more ranks those that the default tier has time for. */
static bool is_sampled(int ranks, int threads)
{
    return ranks == 1 || ock_long_tests() || threads == 2 || (ranks == 2 && threads == 3);
}

/* The file of one thread of a program without a launcher is the reference. */
static void check_matrix(const char *options)
{
    const int most = ock_rank_limit() > 1 ? 3 : 1;
    ock_expect(0, "$OCKHAM compress -T1 $SMALL %s in -o alone.ock", options);
    for (int ranks = 1; ranks <= most; ranks++) {
        for (int i = 0; i < THREAD_COUNTS; i++) {
            const int threads = thread_counts[i];
            if (!is_sampled(ranks, threads)) {
                continue;
            }
            ock_expect(0, "%s $OCKHAM compress -T%d $SMALL %s in -f -o t.ock", ock_on_ranks(ranks),
                       threads, options);
            ock_assert_same("alone.ock", "t.ock");
            ock_expect(0, "%s $OCKHAM decompress -T%d -q -f alone.ock -o out", ock_on_ranks(ranks),
                       threads);
            ock_assert_same("in", "out");
        }
    }
}

static void test_text(void **state)
{
    (void)state;
    ock_make_alice("in", 6007);
    check_matrix("");
}

static void test_one_lane(void **state)
{
    (void)state;
    ock_make_alice("in", 3001);
    check_matrix("--lanes 1 --shards 1");
}

static void test_network_alone(void **state)
{
    (void)state;
    ock_make_alice("in", 3001);
    check_matrix("--set mixing=0 --set layers=2 --set step=8 --lanes 6 --shards 4");
}

static void test_mixing_alone(void **state)
{
    (void)state;
    ock_make_phrases("in", 6007);
    check_matrix("--set network=0 --lanes 9 --shards 7");
}

/* Stopped with some threads, resumed with others. */
static void test_resumed(void **state)
{
    (void)state;
    ock_make_alice("in", 6007);
    ock_expect(0, "$OCKHAM compress -T1 $SMALL in -o alone.ock");
    ock_expect(0, "mkdir -p state && touch state/halt");
    ock_expect(75, "$OCKHAM compress -T3 $SMALL in -o t.ock --checkpoint state");
    ock_expect(0, "$OCKHAM compress -T2 $SMALL in -o t.ock --checkpoint state --resume");
    ock_assert_same("alone.ock", "t.ock");
}

static void test_options(void **state)
{
    (void)state;
    ock_make_alice("in", 500);
    const ock_outcome *o = ock_expect(1, "$OCKHAM compress -T1025 in");
    ock_assert_says(o->err, "0 to 1024");
    o = ock_expect(1, "OCKHAM_THREADS=many $OCKHAM compress in");
    ock_assert_says(o->err, "OCKHAM_THREADS=many: expected a number from 1 to 1024");
    o = ock_expect(0, "OCKHAM_THREADS=3 $OCKHAM compress -v -1 in");
    ock_assert_says(o->err, "of 3 threads");
    o = ock_expect(0, "OCKHAM_THREADS=3 $OCKHAM compress -f -v -T2 -1 in");
    ock_assert_says(o->err, "of 2 threads");
    ock_assert_folder("in in.ock");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_text, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_one_lane, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_network_alone, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_mixing_alone, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_resumed, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_options, ock_folder_new, ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
