/* SPDX-License-Identifier: MIT */
/* process_serial.c - a program of one rank, without any message-passing library. */
#include "mpi/process/process.h"

#include <stdlib.h>
#include <unistd.h>

#include "mpi/process/launcher.h"

const bool ock_process_has_mpi = false;

static const char *environment(const char *name)
{
    return getenv(name);
}

/* The deadline is read, though nothing waits: what is refused does not depend on the build. */
ock_status ock_comm_start(int *argc, char ***argv, ock_comm **comm)
{
    unsigned seconds = 0;
    (void)argc;
    (void)argv;
    *comm = NULL;
    ock_status status = ock_launcher_deadline(environment, &seconds);
    if (status == OCK_OK) {
        status = ock_launcher_check(environment, 1);
    }
    return status == OCK_OK ? ock_comm_alone(comm) : status;
}

void ock_comm_finish(ock_comm *comm)
{
    ock_comm_free(comm);
}

_Noreturn void ock_comm_abort(int exit_code)
{
    _exit(exit_code);
}
