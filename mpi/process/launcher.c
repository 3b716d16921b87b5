/* SPDX-License-Identifier: MIT */
/* launcher.c - numbers in environment variables, and what they tell of a launcher. */
#include "mpi/process/launcher.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "base/number.h"

/* Digits and nothing else, at most `most`. */
static bool read_number(const char *text, uint64_t most, uint64_t *number)
{
    return text != NULL && ock_number_take(&text, most, number) && *text == '\0';
}

/* The number in text, or 0 when it is no positive int. */
static int positive_int(const char *text)
{
    uint64_t number = 0;
    return read_number(text, INT_MAX, &number) ? (int)number : 0;
}

/* Tasks announced by the innermost launcher, or 0 when none speaks. The order matters: a child of
 * mpirun inside a Slurm job inherits SLURM_*. SLURM_NTASKS is no evidence: a batch script has it,
 * and a lonely program is legitimate there. */
static int announced_tasks(ock_lookup *lookup)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const int tasks = positive_int(lookup(names[i]));
        if (tasks > 0) {
            return tasks;
        }
    }
    return 0;
}

ock_status ock_launcher_check(ock_lookup *lookup, int ranks)
{
    const int tasks = announced_tasks(lookup);
    if (tasks <= ranks) {
        return OCK_OK;
    }
    if (!ock_process_has_mpi) {
        return ock_fail(OCK_ENVIRONMENT,
                        "the launcher started %d tasks but this build has no MPI: start one task, "
                        "or build with -DOCK_MPI=ON",
                        tasks);
    }
    return ock_fail(OCK_ENVIRONMENT,
                    "the launcher started %d tasks but MPI sees %d: start it with srun "
                    "--mpi=pmix, or mpirun",
                    tasks, ranks);
}

int ock_launcher_rank(ock_lookup *lookup)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint64_t rank = 0;
        if (read_number(lookup(names[i]), INT_MAX, &rank)) {
            return (int)rank;
        }
    }
    return 0;
}

ock_status ock_launcher_deadline(ock_lookup *lookup, unsigned *seconds)
{
    enum { START_SECONDS = 180 };
    const char *text = lookup("OCKHAM_START_DEADLINE");
    uint64_t number = START_SECONDS;
    if (text != NULL && text[0] != '\0' && !read_number(text, UINT_MAX, &number)) {
        return ock_fail(
            OCK_ENVIRONMENT,
            "OCKHAM_START_DEADLINE=%s is not a number of seconds (0: never, at most %u)", text,
            UINT_MAX);
    }
    *seconds = (unsigned)number;
    return OCK_OK;
}
