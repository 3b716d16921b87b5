/* SPDX-License-Identifier: MIT */
/* test_watchdog.c - how jobs end: one with a stuck rank ends by itself, soon, non-zero, and names
 * the call and the rank; a job that is only slow or suspended does not.
 *
 * Usage: test_watchdog STUCK_RANK LAUNCHER ARGUMENT...   (the launcher up to its -n) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cases.h"

#include "mpi/process/stall.h"

enum {
    DEADLINE_SECONDS = 2,
    /* start of the job, 1 s of resolution, 2 s of grace for who waits for rank 0, the launcher's
     * own clean-up of a stopped process, a loaded machine */
    SLACK_SECONDS = 15
};

static const char *stuck_rank;
static char launcher[4096];

/* The jobs run side by side from the start of the tests: most of their time they wait. */
typedef struct job {
    const char *mode;
    int ranks;
    FILE *output; /* standard output and error, mixed */
    double begin;
} job;

static job jobs[] = {
    {"sleeping", 3, NULL, 0},        {"sleeping_root", 2, NULL, 0}, {"stopped", 2, NULL, 0},
    {"sleeping_at_end", 2, NULL, 0}, {"suspended", 2, NULL, 0},     {"slow_but_alive", 2, NULL, 0},
    {"aborting", 3, NULL, 0},        {"library", 3, NULL, 0},       {"never_started", 2, NULL, 0},
    {"working_root", 2, NULL, 0},    {"working_rank", 3, NULL, 0},  {"stuck_at_work", 2, NULL, 0}};
enum { JOBS = sizeof jobs / sizeof jobs[0] };

typedef struct outcome {
    int exit_code;  /* -1: killed by a signal */
    double seconds; /* until the end was seen: an upper bound */
    char output[16384];
} outcome;

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

static void read_all(FILE *pipe, char *output, size_t bytes)
{
    char rest[1024];
    const size_t length = fread(output, 1, bytes - 1, pipe);
    output[length] = '\0';
    while (fread(rest, 1, sizeof rest, pipe) > 0) {
        /* the launcher must not block on a full pipe */
    }
}

static int start_jobs(void **state)
{
    char command[8192];
    int count;
    char *const *arguments = ock_case_arguments(&count);
    (void)state;
    if (count < 2) {
        fprintf(stderr, "usage: test_watchdog STUCK_RANK LAUNCHER ARGUMENT...\n");
        return -1;
    }
    stuck_rank = arguments[0];
    for (int i = 1; i < count; i++) {
        const size_t used = strlen(launcher);
        snprintf(launcher + used, sizeof launcher - used, "%s'%s'", i > 1 ? " " : "", arguments[i]);
    }
    for (size_t i = 0; i < JOBS; i++) {
        snprintf(command, sizeof command, "exec %s %d '%s' %s %d 2>&1", launcher, jobs[i].ranks,
                 stuck_rank, jobs[i].mode, DEADLINE_SECONDS);
        jobs[i].begin = now();
        jobs[i].output = popen(command, "r");
        if (jobs[i].output == NULL) {
            return -1;
        }
    }
    return 0;
}

static outcome end_of_job(const char *mode)
{
    static outcome seen;
    size_t i = 0;
    while (i + 1 < JOBS && strcmp(jobs[i].mode, mode) != 0) {
        i++;
    }
    assert_string_equal(jobs[i].mode, mode);
    read_all(jobs[i].output, seen.output, sizeof seen.output);
    const int code = pclose(jobs[i].output);
    seen.exit_code = WIFEXITED(code) ? WEXITSTATUS(code) : -1;
    seen.seconds = now() - jobs[i].begin;
    return seen;
}

static void assert_ended(const char *mode, const char *line)
{
    const outcome seen = end_of_job(mode);
    if (strstr(seen.output, line) == NULL) {
        print_error("wanted \"%s\" in:\n%s\n", line, seen.output);
    }
    assert_non_null(strstr(seen.output, line));
    assert_null(strstr(seen.output, "done"));
    assert_int_not_equal(seen.exit_code, 0);
    assert_true(seen.seconds < DEADLINE_SECONDS + SLACK_SECONDS);
}

static void assert_survived(const char *mode)
{
    const outcome seen = end_of_job(mode);
    if (seen.exit_code != 0) {
        print_error("%s\n", seen.output);
    }
    assert_int_equal(seen.exit_code, 0);
    assert_null(strstr(seen.output, "no progress"));
    assert_non_null(strstr(seen.output, "done"));
}

static void test_sleeping_rank(void **state)
{
    (void)state;
    /* rank 1 waits for rank 0, but it is rank 0 that speaks, and of rank 2 */
    assert_ended("sleeping", "ockham: rank 0: no progress for 2 s in agree, waiting for rank 2\n");
}

static void test_sleeping_root(void **state)
{
    (void)state;
    assert_ended("sleeping_root",
                 "ockham: rank 1: no progress for 4 s in bcast, waiting for rank 0\n");
}

static void test_stopped_rank(void **state)
{
    (void)state;
    assert_ended("stopped",
                 "ockham: rank 0: no progress for 2 s in exchange, waiting for rank 1\n");
}

static void test_sleeping_at_end(void **state)
{
    (void)state;
    assert_ended("sleeping_at_end",
                 "ockham: rank 0: no progress for 2 s in finish, waiting for rank 1\n");
}

static void test_never_started(void **state)
{
    (void)state;
    assert_ended("never_started",
                 "ockham: rank 0: no progress for 2 s in allgather, waiting for rank 1\n");
}

static void test_suspended_rank(void **state)
{
    (void)state;
    assert_survived("suspended");
}

static void test_slow_but_alive(void **state)
{
    (void)state;
    assert_survived("slow_but_alive");
}

static void test_working_ranks(void **state)
{
    (void)state;
    assert_survived("working_root");
    assert_survived("working_rank");
}

static void test_stuck_at_work(void **state)
{
    (void)state;
    assert_ended("stuck_at_work",
                 "ockham: rank 1: no progress for 4 s in agree, waiting for rank 0\n");
}

static void test_library(void **state)
{
    (void)state;
    const outcome seen = end_of_job("library");
    assert_true(seen.exit_code > 0); /* MPICH's launcher adds the codes of ranks that it kills */
    assert_null(strstr(seen.output, "ockham: "));
    assert_null(strstr(seen.output, "done"));
    assert_true(seen.seconds < DEADLINE_SECONDS + SLACK_SECONDS);
}

/* A watchdog that only tells: what it knows, once, and the watched thread goes on. */
static void count_stall(const void *context, const ock_stall *stall)
{
    const int *pipe_end = context;
    assert_int_equal(write(*pipe_end, stall, sizeof *stall), sizeof *stall);
}

static void test_act_that_returns(void **state)
{
    int ends[2];
    ock_watchdog *watchdog = NULL;
    ock_stall seen[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(ock_watchdog_start(7, 1, count_stall, &ends[1], &watchdog), OCK_OK);
    ock_watchdog_enter(watchdog, "test", 3);
    sleep(4);
    ock_watchdog_stop(watchdog);
    close(ends[1]);
    assert_int_equal(read(ends[0], seen, sizeof seen), sizeof seen[0]);
    assert_int_equal(seen[0].rank, 7);
    assert_int_equal(seen[0].seconds, 1);
    assert_int_equal(seen[0].peer, 3);
    assert_string_equal(seen[0].call, "test");
    close(ends[0]);
}

/* Not the watchdog's doing: ock_comm_abort hands its exit code on. */
static void test_abort(void **state)
{
    (void)state;
    const outcome seen = end_of_job("aborting");
    assert_int_equal(seen.exit_code, OCK_INTERNAL);
    assert_null(strstr(seen.output, "no progress"));
    assert_null(strstr(seen.output, "done"));
}

static void hang(void)
{
    for (;;) {
        pause();
    }
}

static const ock_stall_end hanging_end = {hang};

/* MPI_Abort may hang like any other call. */
static void test_abort_that_hangs(void **state)
{
    (void)state;
    const double begin = now();
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        ock_watchdog *watchdog = NULL;
        if (ock_watchdog_start(0, 1, ock_stall_end_process, &hanging_end, &watchdog) == OCK_OK) {
            ock_watchdog_enter(watchdog, "test", OCK_WATCHDOG_ANY);
            hang();
        }
        _exit(99);
    }
    int code = 0;
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_true(WIFEXITED(code));
    assert_int_equal(WEXITSTATUS(code), OCK_ENVIRONMENT);
    assert_true(now() - begin < 1 + 5 + SLACK_SECONDS);
}

/* Stopping does not wait for the tick, and without a watchdog all calls do nothing. */
static void test_stop(void **state)
{
    (void)state;
    const double begin = now();
    for (int i = 0; i < 20; i++) {
        ock_watchdog *watchdog = NULL;
        assert_int_equal(ock_watchdog_start(0, 1, ock_stall_end_process, &hanging_end, &watchdog),
                         OCK_OK);
        ock_watchdog_enter(watchdog, "test", 1);
        ock_watchdog_await(watchdog, 2);
        ock_watchdog_progress(watchdog);
        ock_watchdog_leave(watchdog);
        ock_watchdog_stop(watchdog);
    }
    ock_watchdog_enter(NULL, "test", 1);
    ock_watchdog_await(NULL, 2);
    ock_watchdog_progress(NULL);
    ock_watchdog_leave(NULL);
    ock_watchdog_stop(NULL);
    assert_true(now() - begin < 10);
}

/* Between calls no time is too long. */
static void test_computing_does_not_tick(void **state)
{
    (void)state;
    ock_watchdog *watchdog = NULL;
    assert_int_equal(ock_watchdog_start(0, 1, ock_stall_end_process, &hanging_end, &watchdog),
                     OCK_OK);
    ock_watchdog_enter(watchdog, "test", 1);
    ock_watchdog_leave(watchdog);
    sleep(3);
    ock_watchdog_stop(watchdog);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sleeping_rank),
        cmocka_unit_test(test_sleeping_root),
        cmocka_unit_test(test_stopped_rank),
        cmocka_unit_test(test_sleeping_at_end),
        cmocka_unit_test(test_never_started),
        cmocka_unit_test(test_suspended_rank),
        cmocka_unit_test(test_slow_but_alive),
        cmocka_unit_test(test_stuck_at_work),
        cmocka_unit_test(test_abort),
        cmocka_unit_test(test_library),
        cmocka_unit_test(test_working_ranks), /* these take longest */
        cmocka_unit_test(test_abort_that_hangs),
        cmocka_unit_test(test_act_that_returns),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_computing_does_not_tick),
    };
    return ock_run_cases(argc, argv, tests, start_jobs, NULL);
}
