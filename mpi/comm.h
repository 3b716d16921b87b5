/* comm.h - the communicator: everything Ockham asks of message passing, in bytes.
 *
 * One header, two link-time bodies: comm_mpi.c (Open MPI or any MPI-3) and comm_serial.c (one rank,
 * no library). Rank 0 is the root of every rooted call. All calls marked Collective must be made by
 * every rank in the same order with matching sizes. No call adds floats: order is the business of
 * reduce.h. On an MPI error a call returns OCK_ENVIRONMENT with MPI's text. */
#ifndef OCK_COMM_H
#define OCK_COMM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef struct ock_comm ock_comm;

/* One point-to-point part of an exchange. `data` is read for sends, written for receives. */
typedef struct ock_message {
    int peer;
    void *data;
    size_t bytes;
} ock_message;

/* Starts message passing (thread level funneled; a rank that waits longer than OCKHAM_START_DEADLINE, 180
 * seconds, for the others ends with OCK_ENVIRONMENT) and refuses, with a message that says
 * --mpi=pmix, a launcher that announces more tasks than MPI reports (N lonely programs).
 * The caller owns *comm and ends it with ock_comm_finish(). Collective over all started tasks. */
ock_status ock_comm_start(int *argc, char ***argv, ock_comm **comm) OCK_WARN_UNUSED;

/* Ends message passing and frees comm (NULL is allowed). Collective. */
void ock_comm_finish(ock_comm *comm);

/* The launcher check of ock_comm_start alone, on environment variables read through `lookup`
 * (getenv in production), for tests. `ranks` is what MPI reports. Not collective. */
ock_status ock_comm_check_launcher(const char *(*lookup)(const char *name),
                                   int ranks) OCK_WARN_UNUSED;

int ock_comm_rank(const ock_comm *comm);
int ock_comm_size(const ock_comm *comm);
/* How many of the ranks run on this machine, this one counted. */
int ock_comm_neighbours(const ock_comm *comm);

/* "Open MPI 4.1.4" or "none (serial build)"; static storage; needs no started communicator. */
const char *ock_comm_library(void);

/* Starts the watchdog of this rank: a thread that counts its own one-second ticks since the last
 * completed communicator call (or ock_comm_progress) and, at `seconds` ticks inside one blocked
 * call, prints rank, call and awaited peer, tries MPI_Abort, then _exits with OCK_ENVIRONMENT.
 * A suspended process does not tick. 0 = never. In the serial body this does nothing.
 * Not collective. */
ock_status ock_comm_watch(ock_comm *comm, unsigned seconds) OCK_WARN_UNUSED;

/* Ends all ranks at once, without clean-up of the others. For failures that cannot be agreed on. */
_Noreturn void ock_comm_abort(ock_comm *comm, int exit_code);

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

/* Tells the watchdog that this rank is alive (long computation between calls). Not collective. */
void ock_comm_progress(ock_comm *comm);

/* The same for those who know nothing of communicators: an ock_tick (base/digest.h). */
static inline void ock_comm_tick(void *comm)
{
    ock_comm_progress((ock_comm *)comm);
}

#endif
