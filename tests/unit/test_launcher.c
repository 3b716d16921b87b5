/* SPDX-License-Identifier: MIT */
/* test_launcher.c - which environments are refused as N lonely programs, what else is read from them, and
 * what one rank says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cases.h"

#include "mpi/comm.h"
#include "mpi/process/launcher.h"

/* The environment of the case at work: name, value, name, value, ..., NULL. */
static const char *const *environment;

static const char *lookup(const char *name)
{
    for (size_t i = 0; environment[i] != NULL; i += 2) {
        if (strcmp(environment[i], name) == 0) {
            return environment[i + 1];
        }
    }
    return NULL;
}

static ock_status check(const char *const *variables, int ranks)
{
    environment = variables;
    ock_error_clear();
    return ock_launcher_check(lookup, ranks);
}

#define ENVIRONMENT(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_accepted(void **state)
{
    (void)state;
    assert_int_equal(check((const char *const[]){NULL}, 1), OCK_OK);
    assert_int_equal(check(ENVIRONMENT("OMPI_COMM_WORLD_SIZE", "4"), 4), OCK_OK);
    assert_int_equal(check(ENVIRONMENT("PMI_SIZE", "2"), 2), OCK_OK);
    assert_int_equal(check(ENVIRONMENT("SLURM_STEP_NUM_TASKS", "8"), 8), OCK_OK);
    assert_int_equal(check(ENVIRONMENT("SLURM_STEP_NUM_TASKS", "1"), 1), OCK_OK);
    /* ranks may be spawned beyond what the launcher said */
    assert_int_equal(check(ENVIRONMENT("PMI_SIZE", "2"), 3), OCK_OK);
}

static void test_lonely(void **state)
{
    (void)state;
    assert_int_equal(check(ENVIRONMENT("OMPI_COMM_WORLD_SIZE", "2"), 1), OCK_ENVIRONMENT);
    assert_int_equal(check(ENVIRONMENT("PMI_SIZE", "3"), 1), OCK_ENVIRONMENT);
    assert_int_equal(check(ENVIRONMENT("SLURM_STEP_NUM_TASKS", "4"), 1), OCK_ENVIRONMENT);
    if (ock_process_has_mpi) {
        assert_string_equal(ock_error_text(), "the launcher started 4 tasks but MPI sees 1: start "
                                              "it with srun --mpi=pmix, or mpirun");
    } else {
        assert_string_equal(ock_error_text(), "the launcher started 4 tasks but this build has no "
                                              "MPI: start one task, or build with -DOCK_MPI=ON");
    }
}

static void test_batch_script(void **state)
{
    (void)state;
    /* one program on its own in a batch script of 8 tasks */
    assert_int_equal(check(ENVIRONMENT("SLURM_NTASKS", "8", "SLURM_NPROCS", "8"), 1), OCK_OK);
}

static void test_innermost_launcher_wins(void **state)
{
    (void)state;
    /* mpirun -n 2 within a step of 16 */
    assert_int_equal(
        check(ENVIRONMENT("SLURM_STEP_NUM_TASKS", "16", "OMPI_COMM_WORLD_SIZE", "2"), 2), OCK_OK);
    assert_int_equal(check(ENVIRONMENT("SLURM_STEP_NUM_TASKS", "16", "PMI_SIZE", "2"), 2), OCK_OK);
    assert_int_equal(
        check(ENVIRONMENT("SLURM_STEP_NUM_TASKS", "1", "OMPI_COMM_WORLD_SIZE", "2"), 1),
        OCK_ENVIRONMENT);
}

static void test_nonsense_is_no_evidence(void **state)
{
    (void)state;
    static const char *const values[] = {"", "x", "0", "-4", "4x", "99999999999999999999"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_int_equal(check(ENVIRONMENT("OMPI_COMM_WORLD_SIZE", values[i]), 1), OCK_OK);
        assert_int_equal(check(ENVIRONMENT("PMI_SIZE", values[i], "SLURM_STEP_NUM_TASKS", "2"), 1),
                         OCK_ENVIRONMENT);
    }
}

static void test_library_name(void **state)
{
    (void)state;
    char name[OCK_COMM_LIBRARY_BYTES];
    assert_ptr_equal(ock_comm_library(name), name);
    if (ock_process_has_mpi) {
        assert_true(strlen(name) > 3);
        assert_null(strpbrk(name, ",\n"));
    } else {
        assert_string_equal(name, "none (serial build)");
    }
}

static void test_rank_of_the_launcher(void **state)
{
    (void)state;
    environment = ENVIRONMENT("PMIX_RANK", "3", "OMPI_COMM_WORLD_RANK", "5");
    assert_int_equal(ock_launcher_rank(lookup), 5);
    environment = ENVIRONMENT("PMIX_RANK", "3", "OMPI_COMM_WORLD_RANK", "5x");
    assert_int_equal(ock_launcher_rank(lookup), 3);
    environment = (const char *const[]){NULL};
    assert_int_equal(ock_launcher_rank(lookup), 0);
}

static ock_status deadline(const char *text, unsigned *seconds)
{
    environment = ENVIRONMENT("OCKHAM_START_DEADLINE", text);
    ock_error_clear();
    return ock_launcher_deadline(lookup, seconds);
}

/* A number of seconds, or nothing; whatever else stands there was meant to be one. */
static void test_start_deadline(void **state)
{
    static const char *const wrong[] = {"abc", "-1",   "+3",  " 3",         "3 ",
                                        "3s",  "0x10", "1e3", "4294967296", "99999999999999999999"};
    unsigned seconds = 1;
    (void)state;
    environment = (const char *const[]){NULL};
    assert_int_equal(ock_launcher_deadline(lookup, &seconds), OCK_OK);
    assert_int_equal(seconds, 180);
    assert_int_equal(deadline("", &seconds), OCK_OK);
    assert_int_equal(seconds, 180);
    assert_int_equal(deadline("0", &seconds), OCK_OK);
    assert_int_equal(seconds, 0);
    assert_int_equal(deadline("4294967295", &seconds), OCK_OK);
    assert_true(seconds == 4294967295u);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(deadline(wrong[i], &seconds), OCK_ENVIRONMENT);
        assert_non_null(strstr(ock_error_text(), wrong[i]));
    }
    ock_error_clear();
}

/* Every call, by a rank that needs no message passing, in builds with MPI too. */
static void test_one_rank_alone(void **state)
{
    const size_t count = 3, offset = 1;
    char there[8] = "-------", mine[4] = "abc";
    ock_comm *comm = NULL;
    (void)state;
    assert_int_equal(ock_comm_alone(&comm), OCK_OK);
    assert_int_equal(ock_comm_rank(comm), 0);
    assert_int_equal(ock_comm_size(comm), 1);
    assert_int_equal(ock_comm_neighbours(comm), 1);
    assert_int_equal(ock_comm_watch(comm, 1), OCK_OK);
    assert_int_equal(ock_comm_agree(comm, OCK_OK), OCK_OK);
    assert_int_equal(ock_comm_agree(comm, ock_fail(OCK_BAD_DATA, "its own")), OCK_BAD_DATA);
    assert_string_equal(ock_error_text(), "its own");
    assert_int_equal(ock_comm_bcast(comm, mine, sizeof mine), OCK_OK);
    assert_int_equal(ock_comm_gather(comm, mine, there, &count, &offset), OCK_OK);
    assert_string_equal(there, "-abc---");
    there[1] = 'x';
    assert_int_equal(ock_comm_scatter(comm, there, mine, &count, &offset), OCK_OK);
    assert_string_equal(mine, "xbc");
    assert_int_equal(ock_comm_allgather(comm, there, &count, &offset), OCK_OK);
    assert_string_equal(there, "-xbc---");
    assert_int_equal(ock_comm_exchange(comm, NULL, 0, NULL, 0), OCK_OK);
    assert_false(ock_comm_broken(comm));
    ock_error_clear();
    ock_comm_free(comm);
    ock_comm_free(NULL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_lonely),
        cmocka_unit_test(test_batch_script),
        cmocka_unit_test(test_innermost_launcher_wins),
        cmocka_unit_test(test_nonsense_is_no_evidence),
        cmocka_unit_test(test_library_name),
        cmocka_unit_test(test_rank_of_the_launcher),
        cmocka_unit_test(test_start_deadline),
        cmocka_unit_test(test_one_rank_alone),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
