/* SPDX-License-Identifier: MIT */
/* comm_alive.h - what ranks at work tell those that wait: that they live (REDUCTION.md, section 6).
 *
 * A sign is a message of no bytes, at most one a second from a rank. Ranks tell rank 0; rank 0 tells all
 * others, also when it waits and has been told. It is sent by the thread that uses the communicator, from
 * where it makes progress: the thread level funneled allows no other, and a thread of its own would go on
 * telling while the rank hangs. */
#ifndef OCK_COMM_ALIVE_H
#define OCK_COMM_ALIVE_H

#include <mpi.h>

#include "mpi/comm.h"

/* From now on signs can be told and are heard; with one rank there is nobody. Not collective. */
ock_status ock_comm_start_hearing(ock_comm *comm) OCK_WARN_UNUSED;

/* No sign is told or heard any more, and none is under way: before the communicator goes. Also of one that
 * is broken, as far as its MPI still passes messages. Collective. */
void ock_comm_stop_hearing(ock_comm *comm);

/* Tells that this rank lives, if it is a second since it last did. A failure of MPI breaks the communicator. */
void ock_comm_say_alive(ock_comm *comm);

/* Waits for a request, within a call that the watchdog was told of; signs that are heard meanwhile are
 * progress, and rank 0 hands them on. On failure the request may be under way. */
ock_status ock_comm_wait(ock_comm *comm, MPI_Request *request, MPI_Status *arrived) OCK_WARN_UNUSED;

#endif
