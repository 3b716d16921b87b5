/* SPDX-License-Identifier: MIT */
/* test_faults.c - what surrounds the program goes wrong: signals, launchers, inputs that change,
 * libraries that meddle.
 *
 * Usage: test_faults PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

/* Many seconds of work, so that there is time to disturb it. */
#define SLOW "-q --set layers=8 --lanes 2 --log log in"
enum { SLOW_BYTES = 100000 };

/* Starts the command and waits until it works: the first line of its log is there. */
#define STARTED "%s & pid=$!; while ! test -s log; do kill -0 $pid || exit 99; sleep 0.02; done; "

/* ---- signals ---- */

static void test_signals_leave_nothing(void **state)
{
    static const struct {
        const char *name;
        int exit_code;
    } signals[] = {{"TERM", 143}, {"HUP", 129}};
    (void)state;
    ock_make_alice("in", SLOW_BYTES);
    for (size_t i = 0; i < 2; i++) {
        ock_expect(signals[i].exit_code,
                   STARTED "ls -A | grep -q '[.]tmp$' || exit 98; kill -%s $pid; wait $pid",
                   "LD_PRELOAD=$OCKHAM_NEEDS_NAMES $OCKHAM compress " SLOW, signals[i].name);
        ock_assert_folder("in log");
        ock_expect(0, "rm log");
    }
}

static void test_signal_while_decompressing(void **state)
{
    (void)state;
    ock_make_alice("in", SLOW_BYTES / 4);
    ock_expect(0, "$OCKHAM compress " SLOW " && rm log && mv in before");
    ock_expect(143, STARTED "kill -TERM $pid; wait $pid", "$OCKHAM decompress -q --log log in.ock");
    ock_assert_folder("in.ock log before");
}

/* A kill leaves the old file whole; the next run is not disturbed by what lies about. */
static void test_kill_leaves_the_old_file(void **state)
{
    (void)state;
    ock_make_alice("in", SLOW_BYTES);
    ock_expect(0, "echo old >in.ock && cp in.ock before");
    ock_expect(137, STARTED "kill -KILL $pid; wait $pid", "$OCKHAM compress -f " SLOW);
    ock_assert_same("in.ock", "before");
    ock_make_alice("in", 1000);
    ock_expect(0, "$OCKHAM compress $SMALL -f in && $OCKHAM test -q in.ock");
}

/* The launcher's time between the signal and SIGKILL is the shorter the more ranks end in it: seven
 * with nothing to remove would leave rank 0 none. It is made two seconds, for on a busy machine once in
 * 140 times the usual one was not enough. */
static void test_signals_under_launcher(void **state)
{
    static const char *const signals[] = {"TERM", "HUP"};
    (void)state;
    ock_need_mpi();
    ock_make_alice("in", SLOW_BYTES);
    for (size_t i = 0; i < 2; i++) {
        ock_expect(0, STARTED "kill -%s $pid; ! wait $pid",
                   "OMPI_MCA_odls_base_sigkill_timeout=2 $MPIRUN 8 $OCKHAM compress " SLOW,
                   signals[i]);
        ock_assert_folder("in log");
        ock_expect(0, "rm log");
    }
}

/* A rank dies: the job ends, without an output. */
static void test_lost_rank(void **state)
{
    (void)state;
    ock_need_mpi();
    ock_make_alice("in", SLOW_BYTES);
    ock_expect(0, STARTED "kill -KILL $(cat rank1) && ! wait $pid",
               "$MPIRUN 1 $OCKHAM compress " SLOW
               " : -n 1 sh -c 'echo $$ >rank1; exec $OCKHAM compress " SLOW "'");
    ock_assert_folder("in log rank1");
}

/* A rank is gone before message passing has started: the others don't wait for ever. */
static void test_rank_that_never_starts(void **state)
{
    (void)state;
    ock_need_mpi();
    ock_make_alice("in", 1000);
    const ock_outcome *result = ock_expect(
        0, "%s",
        "OCKHAM_START_DEADLINE=3 $MPIRUN 1 $OCKHAM compress in : -n 1 sh -c 'sleep 30' && "
        "exit 1; exit 0");
    ock_assert_says(result->err, "ockham: rank 0: no progress for 3 s in MPI_Init");
    ock_assert_folder("in");
}

/* A rank is stuck before the run has begun, in opening a pipe that nobody reads. */
static void test_rank_stuck_before_the_run(void **state)
{
    static const char *const commands[] = {"compress in -o made", "test ref.ock",
                                           "audit bisect ref.ock ref.ock"};
    (void)state;
    ock_need_mpi();
    ock_make_alice("in", 1000);
    ock_expect(0, "$OCKHAM compress $SMALL in -o ref.ock && mkfifo pipe");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const ock_outcome *result = ock_expect(
            0, "! $MPIRUN 1 $OCKHAM %s --deadline 3 --log pipe : -n 1 $OCKHAM %s --deadline 3",
            commands[i], commands[i]);
        ock_assert_says(result->err,
                        "ockham: rank 1: no progress for 5 s in agree, waiting for rank 0");
        ock_assert_folder("in ref.ock pipe");
    }
}

/* ---- inputs that change ---- */

static void test_input_that_changes(void **state)
{
    static const char *const changes[] = {"echo x >>in", "touch in",
                                          "printf x | dd of=in conv=notrunc status=none bs=1",
                                          "truncate -s 50000 in"};
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ock_make_alice("in", SLOW_BYTES / 2);
        const ock_outcome *result =
            ock_expect(1, STARTED "sleep 0.1; %s; wait $pid",
                       "$OCKHAM compress -q --log log --set layers=2 --lanes 2 in", changes[i]);
        ock_assert_says(result->err, "changed while it was read");
        ock_assert_folder("in log");
        ock_expect(0, "rm log");
    }
}

/* Nor is it damage, of a compressed file or of what is replayed. */
static void test_restored_input_that_changes(void **state)
{
    static const char *const runs[][2] = {{"test", "in.ock"},
                                          {"decompress -o out", "in.ock"},
                                          {"audit replay --input in", "in"},
                                          {"audit replay", "in.ock"}};
    (void)state;
    ock_make_alice("in", SLOW_BYTES / 2);
    ock_expect(0,
               "$OCKHAM compress -q --set layers=2 --lanes 2 in && cp in.ock kept && cp in text");
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        const ock_outcome *result = ock_expect(1,
                                               "$OCKHAM %s --log log in.ock & pid=$!; while ! test "
                                               "-s log; do kill -0 $pid || exit 99; sleep "
                                               "0.02; done; s=$(stat -c %%s %s); head -c 3000 "
                                               "/dev/zero | dd of=%s bs=1 seek=$((s - 4000)) "
                                               "conv=notrunc status=none; wait $pid",
                                               runs[i][0], runs[i][1], runs[i][1]);
        ock_assert_says(result->err, "changed while it was read");
        ock_expect(0, "rm log && cp kept in.ock && cp text in");
        ock_assert_folder("in in.ock kept text");
    }
}

/* A target that appears meanwhile is not overwritten. */
static void test_target_that_appears(void **state)
{
    (void)state;
    ock_make_alice("in", 30000);
    ock_expect(1, STARTED "echo mine >in.ock; wait $pid",
               "$OCKHAM compress -q --log log --lanes 2 in");
    ock_expect(0, "test \"$(cat in.ock)\" = mine");
    ock_assert_folder("in in.ock log");
}

/* ---- launchers ---- */

static void test_lonely_programs_are_refused(void **state)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"};
    (void)state;
    ock_make_alice("in", 1000);
    for (size_t i = 0; i < 3; i++) {
        const ock_outcome *result = ock_expect(1, "%s=4 $OCKHAM compress $SMALL in", names[i]);
        ock_assert_says(result->err, "4 tasks");
        if (ock_rank_limit() > 1) {
            ock_assert_says(result->err, "--mpi=pmix");
        }
        ock_assert_folder("in");
    }
    ock_expect(0, "SLURM_NTASKS=4 $OCKHAM compress $SMALL in"); /* any batch script has this one */
    ock_expect(0, "SLURM_STEP_NUM_TASKS=4 $OCKHAM info in.ock");
    ock_expect(0, "SLURM_STEP_NUM_TASKS=4 $OCKHAM --version");
}

static void test_exit_codes_through_launcher(void **state)
{
    (void)state;
    ock_need_mpi();
    ock_make_alice("in", 3000);
    ock_expect(0, "$MPIRUN 3 $OCKHAM compress $SMALL in");
    ock_expect(0, "$MPIRUN 3 $OCKHAM test -q in.ock");
    ock_expect(1, "$MPIRUN 3 $OCKHAM compress $SMALL in");
    ock_expect(1, "$MPIRUN 3 $OCKHAM compress $SMALL missing");
    ock_expect(1, "$MPIRUN 3 $OCKHAM compress --set nonsense=1 in");
    ock_expect(1, "OCKHAM_ISA=sse9 $MPIRUN 3 $OCKHAM compress $SMALL -f in");
    ock_expect(2, "$MPIRUN 3 $OCKHAM test -q in");
    ock_assert_folder("in in.ock");
}

/* MPI itself fails on one rank, early or late, before a run and within it: that rank says so, and the job
 * ends at once, long before any deadline, with nothing left behind. */
static void test_mpi_that_fails(void **state)
{
    /* UCX (of MPICH) may read the memory of another rank, here of one that has given up and freed it: such a
     * read ends the reader with a code of its own, which the launcher adds. */
    static const struct {
        int rank, after;
    } cases[] = {{0, 1}, {1, 1}, {0, 40}, {2, 40}};
    const char *failure = getenv("OCKHAM_MPI_FAILURE");
    (void)state;
    ock_need_mpi();
    assert_non_null(failure);
    ock_make_alice("in", 3000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ock_outcome *result = ock_expect(
            1,
            "MPI_FAILURE_RANK=%d MPI_FAILURE_AFTER=%d UCX_TLS=^cma timeout 60 $MPIRUN 3 env "
            "LD_PRELOAD=%s $OCKHAM compress $SMALL in",
            cases[i].rank, cases[i].after, failure);
        char said[64];
        snprintf(said, sizeof said, "ockham: rank %d: MPI_Testany: ", cases[i].rank);
        ock_assert_says(result->err, cases[i].rank == 0 ? "ockham: MPI_Testany: " : said);
        ock_assert_folder("in");
    }
}

/* What is no number of seconds is no deadline. */
static void test_start_deadline_is_a_number(void **state)
{
    (void)state;
    ock_make_alice("in", 1000);
    const ock_outcome *result =
        ock_expect(1, "OCKHAM_START_DEADLINE=abc $OCKHAM compress $SMALL in");
    ock_assert_says(result->err, "OCKHAM_START_DEADLINE=abc");
    ock_assert_folder("in");
}

/* ---- meddling libraries ---- */

/* meddler.c, preloaded, switches denormals off once the program has begun to digest its input. */
static void test_floating_point_environment_is_guarded(void **state)
{
    const char *meddler = getenv("OCKHAM_MEDDLER");
    (void)state;
    if (meddler == NULL || meddler[0] == '\0') {
        ock_skip("no library to preload, as it is for x86-64");
    }
    ock_make_alice("in", 3000);
    const ock_outcome *result = ock_expect(3, "LD_PRELOAD=%s $OCKHAM compress $SMALL in", meddler);
    ock_assert_says(result->err, "floating-point environment");
    if (ock_rank_limit() > 1) {
        ock_expect(3, "$MPIRUN 3 env LD_PRELOAD=%s $OCKHAM compress $SMALL in", meddler);
    }
    ock_expect(0, "$OCKHAM compress $SMALL in");
    ock_expect(3, "LD_PRELOAD=%s $OCKHAM decompress -q in.ock -o out", meddler);
    ock_assert_folder("in in.ock");
}

/* The same for a rounding mode, and in the check-up of the machine. */
static void test_rounding_is_guarded(void **state)
{
    const char *meddler = getenv("OCKHAM_MEDDLER");
    (void)state;
    if (meddler == NULL || meddler[0] == '\0') {
        ock_skip("no library to preload, as it is for x86-64");
    }
    ock_make_alice("in", 3000);
    for (int bits = 0x2000; bits <= 0x6000; bits += 0x2000) {
        const ock_outcome *result = ock_expect(
            3, "MEDDLER_BITS=%d LD_PRELOAD=%s $OCKHAM compress $SMALL in", bits, meddler);
        ock_assert_says(result->err, "floating-point environment");
        result = ock_expect(3, "MEDDLER_BITS=%d LD_PRELOAD=%s $OCKHAM audit doctor", bits, meddler);
        ock_assert_says(result->err, "floating-point environment");
        ock_assert_says(result->out, "\nMACHINE_FAULT\n");
    }
    ock_assert_folder("in");
}

/* Rounding and denormals as they are when the program starts don't matter: it sets them. */
static void test_inherited_environment_is_set_right(void **state)
{
    const char *meddler = getenv("OCKHAM_MEDDLER");
    (void)state;
    if (meddler == NULL || meddler[0] == '\0') {
        ock_skip("no library to preload, as it is for x86-64");
    }
    ock_make_alice("in", 3000);
    ock_expect(0, "$OCKHAM compress $SMALL in -o a.ock");
    ock_expect(0,
               "MEDDLER_BITS=0 MEDDLER_START=%d LD_PRELOAD=%s $OCKHAM compress $SMALL in -o b.ock",
               0xe040, meddler);
    ock_assert_same("a.ock", "b.ock");
    const ock_outcome *result = ock_expect(
        0, "MEDDLER_BITS=0 MEDDLER_START=%d LD_PRELOAD=%s $OCKHAM audit doctor", 0xe040, meddler);
    ock_assert_says(result->out, "at the start: another one");
    ock_assert_folder("a.ock b.ock in");
}

static void test_doctor(void **state)
{
    (void)state;
    const ock_outcome *result = ock_expect(0, "$OCKHAM audit doctor");
    ock_assert_says(result->out, " 0 faults\nMATCH\n");
    ock_assert_says(result->out, "scalar: gemm ");
    ock_assert_says(result->out, "scalar: log, ");
    ock_expect(1, "$OCKHAM audit doctor in");
    ock_expect(1, "$OCKHAM audit nonsense");
    ock_assert_folder("");
}

static void test_too_little_memory(void **state)
{
    (void)state;
    ock_make_alice("in", 1000);
    const ock_outcome *result =
        ock_expect(1, "$OCKHAM compress -q --set layers=1024 --set width=4064 "
                      "--set order_max=2 --set features=0 in");
    ock_assert_says(result->err, "memory");
    ock_assert_folder("in");
}

/* What many lanes take is refused before it is taken; a limit that is met changes no bit. */
static void test_memory_limit(void **state)
{
    (void)state;
    ock_make_alice("in", 1000);
    const ock_outcome *result =
        ock_expect(1, "$OCKHAM compress -q --lanes 4096 --memory-limit 1G in");
    ock_assert_says(result->err, "1073741824 (--memory-limit)");
    ock_assert_folder("in");
    ock_expect(0, "$OCKHAM compress $SMALL in && mv in.ock wanted");
    ock_expect(0, "$OCKHAM compress $SMALL --memory-limit 4G in");
    ock_assert_same("in.ock", "wanted");
    result = ock_expect(1, "$OCKHAM test -q --memory-limit 1M in.ock");
    ock_assert_says(result->err, "1048576 (--memory-limit)");
    result = ock_expect(1, "$OCKHAM decompress -q --memory-limit 1024K in.ock -o out");
    ock_assert_says(result->err, "1048576 (--memory-limit)");
    ock_assert_folder("in in.ock wanted");
    if (ock_rank_limit() > 1) {
        ock_expect(1, "$MPIRUN 3 $OCKHAM compress $SMALL --memory-limit 1M in -o out");
    }
    ock_expect(1, "$OCKHAM test -q --memory-limit 1Q in.ock");
    ock_expect(1, "$OCKHAM test -q --memory-limit 1MB in.ock");
    ock_expect(
        0,
        "$OCKHAM test -q --memory-limit 4GiB in.ock && $OCKHAM test -q --memory-limit 1T in.ock");
    ock_expect(1, "$OCKHAM test -q --memory-limit '' in.ock");
    ock_expect(1, "$OCKHAM test -q --memory-limit 20000000000G in.ock");
    ock_assert_folder("in in.ock wanted");
}

/* ---- disks ---- */

/* A limit on the length of files (in units of 512 bytes) stands for a full disk. What fails is the
 * first write or the last flush, depending on the limit. */
static void test_full_disk(void **state)
{
    (void)state;
    ock_make_random("in", 30000);
    for (int limit = 2; limit < 60; limit += 19) {
        ock_expect(1, "trap '' XFSZ; ulimit -f %d; $OCKHAM compress $SMALL --set network=0 in",
                   limit);
        ock_assert_folder("in");
    }
    ock_expect(0, "$OCKHAM compress $SMALL --set network=0 in");
    for (int limit = 2; limit < 58; limit += 18) {
        ock_expect(1, "trap '' XFSZ; ulimit -f %d; $OCKHAM decompress -q in.ock -o out", limit);
        ock_assert_folder("in in.ock");
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_signals_leave_nothing, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_signal_while_decompressing, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_kill_leaves_the_old_file, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_signals_under_launcher, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_lost_rank, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_rank_that_never_starts, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_rank_stuck_before_the_run, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_input_that_changes, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_restored_input_that_changes, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_target_that_appears, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_lonely_programs_are_refused, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_exit_codes_through_launcher, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_mpi_that_fails, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_start_deadline_is_a_number, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_floating_point_environment_is_guarded, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_rounding_is_guarded, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_inherited_environment_is_set_right, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_doctor, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_too_little_memory, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_memory_limit, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_full_disk, ock_folder_new, ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
