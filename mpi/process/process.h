/* SPDX-License-Identifier: MIT */
/* process.h - message passing of a program that owns its process: it starts and ends MPI, sets variables
 * for it in the environment, and ends the process where a rank is stuck. Libraries stay away from it and
 * use comm_from.h.
 *
 * Two link-time bodies, process_mpi.c and process_serial.c. */
#ifndef OCK_PROCESS_H
#define OCK_PROCESS_H

#include "mpi/comm.h"

/* Starts message passing (thread level funneled; a rank that waits longer than OCKHAM_START_DEADLINE, 180
 * seconds, for the others ends with OCK_ENVIRONMENT) and refuses, with a message that says
 * --mpi=pmix, a launcher that announces more tasks than MPI reports (N lonely programs). A watchdog of
 * *comm (ock_comm_watch) prints rank, call and awaited peer, tries MPI_Abort, then ends the process
 * with OCK_ENVIRONMENT (stall.h).
 * Once a process, from its main thread. The caller owns *comm, the communicator of all started tasks, and
 * ends it with ock_comm_finish(). Collective over all started tasks. */
ock_status ock_comm_start(int *argc, char ***argv, ock_comm **comm) OCK_WARN_UNUSED;

/* Ends message passing and frees comm (NULL, after a failed start: does nothing). Collective. */
void ock_comm_finish(ock_comm *comm);

/* Ends all ranks at once, without clean-up of the others: for failures that cannot be agreed on
 * (ock_comm_broken). Not collective. */
_Noreturn void ock_comm_abort(int exit_code);

#endif
