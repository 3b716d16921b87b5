/* SPDX-License-Identifier: MIT */
/* comm.h - the communicator: everything Ockham asks of message passing, in bytes.
 *
 * One header, two link-time bodies: comm_mpi.c (Open MPI or any MPI-3) and comm_serial.c (one rank,
 * no library). Rank 0 is the root of every rooted call. All calls marked Collective must be made by
 * every rank in the same order with matching sizes. No call adds floats: order is the business of
 * reduce.h. On an MPI error a call returns OCK_ENVIRONMENT with MPI's text (see ock_comm_broken).
 *
 * Nothing here starts or ends message passing or the process. A communicator is made of one that the
 * caller has (comm_from.h), alone (ock_comm_alone), or by a program that owns its process
 * (mpi/process/process.h). Different ones may be used at the same time as far as the MPI's thread
 * level allows; one is used by one thread, the one that MPI calls its main thread at level funneled. */
#ifndef OCK_COMM_H
#define OCK_COMM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "mpi/watchdog.h"

typedef struct ock_comm ock_comm;

/* One point-to-point part of an exchange. `data` is read for sends, written for receives. */
typedef struct ock_message {
    int peer;
    void *data;
    size_t bytes;
} ock_message;

/* A communicator of one rank, which needs no message passing: neither a started one nor a library. The
 * caller owns *comm and ends it with ock_comm_free(). Not collective. */
ock_status ock_comm_alone(ock_comm **comm) OCK_WARN_UNUSED;

/* Ends the watchdog and frees comm (NULL is allowed). Collective. */
void ock_comm_free(ock_comm *comm);

int ock_comm_rank(const ock_comm *comm);
int ock_comm_size(const ock_comm *comm);
/* How many of the ranks run on this machine, this one counted. */
int ock_comm_neighbours(const ock_comm *comm);

enum { OCK_COMM_LIBRARY_BYTES = 128 };

/* "Open MPI 4.1.4" or "none (serial build)", written to `name`, which it returns; needs no
 * communicator. */
const char *ock_comm_library(char name[OCK_COMM_LIBRARY_BYTES]);

/* Starts the watchdog of this rank, in place of the one it has: a thread that counts its own
 * one-second ticks since the last completed communicator call (or ock_comm_progress, of this rank or one
 * that it hears of) and acts at
 * `seconds` ticks inside one blocked call (ock_comm_at_stall). A suspended process does not tick. 0 =
 * never, which is how a communicator begins. With one rank there is nobody to wait for, and it does
 * nothing. Not collective. */
ock_status ock_comm_watch(ock_comm *comm, unsigned seconds) OCK_WARN_UNUSED;

/* What the watchdogs of this rank do from the next ock_comm_watch on (watchdog.h). Until it is called
 * they call MPI_Abort on the communicator, which is a duplicate, and do no more. Not collective. */
void ock_comm_at_stall(ock_comm *comm, ock_stall_act *act, const void *context);

/* A call has failed in a way that the ranks cannot agree on: messages may be under way, and the others
 * may wait. All later calls fail at once; what is left is to tell the others by other means, such as
 * the end of the job. Not collective. */
bool ock_comm_broken(const ock_comm *comm);

/* Every rank brings its own status; all return the status of the lowest rank that
 * failed, with that rank's message recorded (prefixed "rank N: " unless the rank is 0),
 * or OCK_OK. Collective. */
ock_status ock_comm_agree(ock_comm *comm, ock_status mine) OCK_WARN_UNUSED;

/* `bytes` from rank 0's buffer to everyone's. Collective. */
ock_status ock_comm_bcast(ock_comm *comm, void *buffer, size_t bytes) OCK_WARN_UNUSED;

/* Rank r's counts[r] bytes arrive at buffer + offsets[r] on rank 0. counts and offsets:
 * (size), equal on all ranks. On rank 0 `mine` may equal buffer + offsets[0] (nothing is moved).
 * `buffer` is ignored on other ranks. Collective. */
ock_status ock_comm_gather(ock_comm *comm, const void *mine, void *buffer, const size_t counts[],
                           const size_t offsets[]) OCK_WARN_UNUSED;

/* Rank 0's bytes at buffer + offsets[r], counts[r] of them, arrive in rank r's `mine`. On rank 0
 * `mine` may equal buffer + offsets[0]. Collective. */
ock_status ock_comm_scatter(ock_comm *comm, const void *buffer, void *mine, const size_t counts[],
                            const size_t offsets[]) OCK_WARN_UNUSED;

/* In place: rank r brings the counts[r] bytes at buffer + offsets[r]; afterwards every rank has
 * all parts. Collective. */
ock_status ock_comm_allgather(ock_comm *comm, void *buffer, const size_t counts[],
                              const size_t offsets[]) OCK_WARN_UNUSED;

/* All sends and receives at once, matched per peer in list order; returns when all are complete.
 * Messages to oneself are not allowed. Collective in the sense that peers must match. */
ock_status ock_comm_exchange(ock_comm *comm, const ock_message *sends, size_t send_count,
                             const ock_message *receives, size_t receive_count) OCK_WARN_UNUSED;

/* This rank is alive: tells its watchdog, and, at most once a second, the ranks that wait, which take it
 * for progress. For whoever works long between calls, on files or otherwise, after each piece of the
 * work; may stand between the halves of a flight. Not collective; the communicator's thread alone. */
void ock_comm_progress(ock_comm *comm);

/* The same for those who know nothing of communicators: an ock_tick (base/alive.h). */
static inline void ock_comm_tick(void *comm)
{
    ock_comm_progress((ock_comm *)comm);
}

#endif
