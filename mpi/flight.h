/* SPDX-License-Identifier: MIT */
/* flight.h - calls of the communicator in two halves, so that messages travel while a rank works.
 *
 * A start posts a call's messages and returns, a finish waits for them. Starts are collective: every rank
 * makes them, and all calls of comm.h, in one order with matching sizes; other calls may come between the
 * halves, and other flights. Messages of two ranks meet in the order in which they were posted, so when a
 * flight is finished is each rank's own affair: a finish waits for what its peers have posted, never for
 * their finish. Until it has returned, what is sent must not be changed and what is received not looked at.
 *
 * What is shared before it is finished must be safe to share: a rank that has failed takes part in the
 * flight all the same, and the ranks agree afterwards. Failures of MPI, and the watchdog, are as in comm.h:
 * while nothing is waited for, nothing ticks. Whether messages move on while a rank computes is the
 * library's affair; those that fit its buffers do. */
#ifndef OCK_FLIGHT_H
#define OCK_FLIGHT_H

#include "mpi/comm.h"

/* One call that may be under way. It can be used again when it is finished. */
typedef struct ock_flight ock_flight;

/* Not collective. The communicator outlives it. */
ock_status ock_flight_new(ock_comm *comm, ock_flight **flight) OCK_WARN_UNUSED;

/* Waits for what is under way, unless the communicator is broken; NULL is allowed. Comes before the memory
 * that is sent or received is freed. */
void ock_flight_free(ock_flight *flight);

/* ock_comm_gather, ock_comm_allgather, ock_comm_exchange. Rank 0's own part of a gather is in its place when
 * the start returns. Collective. */
ock_status ock_flight_start_gather(ock_flight *flight, const void *mine, void *buffer,
                                   const size_t counts[], const size_t offsets[]) OCK_WARN_UNUSED;
ock_status ock_flight_start_allgather(ock_flight *flight, void *buffer, const size_t counts[],
                                      const size_t offsets[]) OCK_WARN_UNUSED;
ock_status ock_flight_start_exchange(ock_flight *flight, const ock_message *sends,
                                     size_t send_count, const ock_message *receives,
                                     size_t receive_count) OCK_WARN_UNUSED;

/* Waits for what was started; OCK_OK when nothing is under way. Not collective. */
ock_status ock_flight_finish(ock_flight *flight) OCK_WARN_UNUSED;

/* ock_comm_agree, beside other flights, and in the time of one message where nobody has failed: every rank
 * tells all others. Where one has, the finish is ock_comm_agree, with this rank's message of then; so it
 * is a call like those of comm.h: every rank makes it at the same place. Collective, both. */
ock_status ock_flight_start_agree(ock_flight *flight, ock_status mine) OCK_WARN_UNUSED;
ock_status ock_flight_finish_agree(ock_flight *flight) OCK_WARN_UNUSED;

#endif
