/* SPDX-License-Identifier: MIT */
/* process_mpi.c - the start and the end of MPI in a program: the only place that knows MPI_COMM_WORLD. */
#include "mpi/process/process.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "mpi/comm_from.h"
#include "mpi/process/launcher.h"
#include "mpi/process/stall.h"

const bool ock_process_has_mpi = true;

static const char *environment(const char *name)
{
    return getenv(name);
}

/* Before the start is over there is no job to abort: the launcher sees this rank end. */
static void end_alone(void)
{
}

/* What was said goes through the launcher, which forwards nothing once the job is over. */
static void let_messages_arrive(void)
{
    const struct timespec short_while = {0, 100000000};
    (void)nanosleep(&short_while, NULL);
}

static void abort_job(void)
{
    let_messages_arrive();
    MPI_Abort(MPI_COMM_WORLD, OCK_ENVIRONMENT);
}

static const ock_stall_end end_of_start = {end_alone}, end_of_job = {abort_job};

/* A program started without a launcher needs no daemon beside it: Open MPI starts one
 * for a later MPI_Comm_spawn unless told so, which costs a tenth of a second. Nor does it need
 * a directory for shared memory: all such programs would share one, and two that start at once can
 * stumble over each other in making it. Other MPIs ignore the variables. */
static void stay_alone_without_launcher(void)
{
    static const char *const signs[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (getenv(signs[i]) != NULL) {
            return;
        }
    }
    (void)setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    (void)setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
}

/* UCX starts debugging when it gets a SIGHUP, which is to end the program. Where it is loaded before main, as under MPICH, the
 * variable has to be set by the user. */
static void leave_hangups_alone(void)
{
    (void)setenv("UCX_DEBUG_SIGNO", "0", 0);
}

/* In calls of Open MPI's own, at start and end, as comm_alive.c does in all others. Other MPIs ignore the
 * variable. */
static void yield_while_waiting(void)
{
    (void)setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
}

/* The start waits for all ranks, one of which may be gone: a watchdog of its own sees to it. None
 * when the deadline is 0. */
static ock_status watch_start(ock_watchdog **watchdog)
{
    unsigned seconds = 0;
    *watchdog = NULL;
    const ock_status status = ock_launcher_deadline(environment, &seconds);
    if (status != OCK_OK || seconds == 0) {
        return status;
    }
    return ock_watchdog_start(ock_launcher_rank(environment), seconds, ock_stall_end_process,
                              &end_of_start, watchdog);
}

/* Within MPI: failures of making the communicator are returned, not fatal. */
static ock_status make_comm(ock_comm **comm)
{
    if (MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN) != MPI_SUCCESS) {
        return ock_fail(OCK_ENVIRONMENT, "MPI_Comm_set_errhandler failed");
    }
    ock_status status = ock_comm_from(MPI_COMM_WORLD, comm);
    if (status == OCK_OK) {
        status = ock_launcher_check(environment, ock_comm_size(*comm));
    }
    if (status == OCK_OK) {
        ock_comm_at_stall(*comm, ock_stall_end_process, &end_of_job);
    }
    return status;
}

static ock_status start(int *argc, char ***argv, ock_watchdog *watchdog, ock_comm **comm)
{
    int provided = MPI_THREAD_SINGLE; /* ock_comm_from asks for it too */
    ock_watchdog_enter(watchdog, "MPI_Init", OCK_WATCHDOG_ANY);
    if (MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
        return ock_fail(OCK_ENVIRONMENT, "MPI_Init_thread failed");
    }
    ock_watchdog_enter(watchdog, "the start", OCK_WATCHDOG_ANY);
    const ock_status status = make_comm(comm);
    if (status != OCK_OK) {
        ock_comm_free_then(*comm, MPI_Finalize); /* the first failure is the one to report */
        *comm = NULL;
    }
    return status;
}

ock_status ock_comm_start(int *argc, char ***argv, ock_comm **comm)
{
    ock_watchdog *watchdog = NULL;
    *comm = NULL;
    stay_alone_without_launcher();
    leave_hangups_alone();
    yield_while_waiting();
    ock_status status = watch_start(&watchdog);
    if (status == OCK_OK) {
        status = start(argc, argv, watchdog, comm);
    }
    ock_watchdog_stop(watchdog);
    return status;
}

void ock_comm_finish(ock_comm *comm)
{
    if (comm != NULL) {
        ock_comm_free_then(comm, MPI_Finalize);
    }
}

_Noreturn void ock_comm_abort(int exit_code)
{
    let_messages_arrive();
    MPI_Abort(MPI_COMM_WORLD, exit_code);
    _exit(exit_code);
}
