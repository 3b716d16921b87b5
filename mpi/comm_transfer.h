/* SPDX-License-Identifier: MIT */
/* comm_transfer.h - many sends and receives at once over MPI. */
#ifndef OCK_COMM_TRANSFER_H
#define OCK_COMM_TRANSFER_H

#include "mpi/comm.h"
#include "mpi/comm_inside_private.h"
#include "mpi/flight.h"

/* Posts all receives and sends of a flight that is not under way. `call` names them to the watchdog. After a
 * failure pieces may be under way all the same: the communicator is broken. */
ock_status ock_comm_post(ock_flight *flight, const char *call, ock_tag tag,
                         const ock_message *sends, size_t send_count, const ock_message *receives,
                         size_t receive_count) OCK_WARN_UNUSED;

/* Waits for every one; OCK_OK when nothing is under way. */
ock_status ock_comm_await(ock_flight *flight) OCK_WARN_UNUSED;

/* Both at once. */
ock_status ock_comm_transfer(ock_comm *comm, const char *call, ock_tag tag,
                             const ock_message *sends, size_t send_count,
                             const ock_message *receives, size_t receive_count) OCK_WARN_UNUSED;

/* Frees the scratch of a flight that is not under way. */
void ock_comm_release_requests(ock_flight *flight);

#endif
