/* test_launcher.c - which environments are refused as N lonely programs, and what
 * one rank says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cases.h"

#include "mpi/comm.h"
#include "mpi/comm_private.h"

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
    return ock_comm_check_launcher(lookup, ranks);
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
    if (ock_comm_has_mpi) {
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
    const char *name = ock_comm_library();
    if (ock_comm_has_mpi) {
        assert_true(strlen(name) > 3);
        assert_null(strpbrk(name, ",\n"));
    } else {
        assert_string_equal(name, "none (serial build)");
    }
    assert_ptr_equal(name, ock_comm_library());
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
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
