/* comm_launcher.c - refuses N lonely programs: a launcher that announces
 * more tasks than MPI sees. */
#include "mpi/comm.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "mpi/comm_private.h"

/* The number in text, or 0 when it is no positive int. */
static int positive_int(const char *text)
{
    char *end = NULL;
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 1 || value > INT_MAX) {
        return 0;
    }
    return (int)value;
}

/* Tasks announced by the innermost launcher, or 0 when none speaks. The order matters: a child of
 * mpirun inside a Slurm job inherits SLURM_*. SLURM_NTASKS is no evidence: a batch script has it,
 * and a lonely program is legitimate there. */
static int announced_tasks(const char *(*lookup)(const char *name))
{
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *text = lookup(names[i]);
        const int tasks = text != NULL ? positive_int(text) : 0;
        if (tasks > 0) {
            return tasks;
        }
    }
    return 0;
}

ock_status ock_comm_check_launcher(const char *(*lookup)(const char *name), int ranks)
{
    const int tasks = announced_tasks(lookup);
    if (tasks <= ranks) {
        return OCK_OK;
    }
    if (!ock_comm_has_mpi) {
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
