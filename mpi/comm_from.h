/* SPDX-License-Identifier: MIT */
/* comm_from.h - a communicator of a caller that has MPI. It is a header of its own, as users without MPI
 * have no mpi.h. */
#ifndef OCK_COMM_FROM_H
#define OCK_COMM_FROM_H

#include <mpi.h>

#include "mpi/comm.h"

/* The ranks of `communicator`, which is duplicated: messages do not meet the caller's, and only the
 * duplicate gets an error handler. MPI must have been started with thread level funneled at least, and
 * must outlive *comm. The caller owns *comm and ends it with ock_comm_free().
 * Collective over `communicator`. */
ock_status ock_comm_from(MPI_Comm communicator, ock_comm **comm) OCK_WARN_UNUSED;

/* ock_comm_free, and `last` with the watchdog still awake: for MPI_Finalize, which waits for all ranks
 * as a call of the communicator does ("finish"). comm may be NULL. Collective. */
void ock_comm_free_then(ock_comm *comm, int (*last)(void));

#endif
