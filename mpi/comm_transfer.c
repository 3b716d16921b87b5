/* SPDX-License-Identifier: MIT */
/* comm_transfer.c - many sends and receives at once over MPI, cut into pieces that fit an int. */
#include "mpi/comm_transfer.h"

#include <stdlib.h>

#include "mpi/comm_alive.h"
#include "mpi/comm_inside_private.h"

/* Between machines a message that is not small waits for an answer before it is sent: two delays more, and
 * none of it moves while the ranks compute. TCP asks from 64 KiB on, so what is not huge goes in pieces
 * below that; a huge one, which would fill the receiver's memory if it came unasked, does ask. */
static size_t piece_bytes(const ock_comm *comm, size_t bytes)
{
    enum { UNASKED_BYTES = 60 << 10, HUGE_BYTES = 16 << 20 };
    const bool cut = comm->far && bytes <= HUGE_BYTES && comm->chunk > UNASKED_BYTES;
    return cut ? UNASKED_BYTES : comm->chunk;
}

/* A message of no bytes is not sent: both sides know its length. */
static size_t count_pieces(const ock_comm *comm, const ock_message *messages, size_t count)
{
    size_t pieces = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t bytes = messages[i].bytes, piece = piece_bytes(comm, bytes);
        pieces += bytes / piece + (bytes % piece != 0);
    }
    return pieces;
}

void ock_comm_release_requests(ock_flight *flight)
{
    free(flight->pieces);
    free(flight->requests);
    flight->pieces = NULL;
    flight->requests = NULL;
    flight->capacity = 0;
}

/* Between flights the scratch holds nothing worth keeping. */
static ock_status reserve(ock_flight *flight, size_t count)
{
    if (count <= flight->capacity) {
        return OCK_OK;
    }
    ock_comm_release_requests(flight);
    flight->pieces = calloc(count, sizeof *flight->pieces);
    flight->requests = calloc(count, sizeof(MPI_Request));
    if (flight->pieces == NULL || flight->requests == NULL) {
        ock_comm_release_requests(flight);
        return ock_fail_memory(count * (sizeof *flight->pieces + sizeof(MPI_Request)),
                               "message requests");
    }
    flight->capacity = count;
    return OCK_OK;
}

static ock_status post_piece(ock_flight *flight, char *at, ock_piece piece, ock_tag tag)
{
    const ock_comm *comm = flight->comm;
    MPI_Request *request = &flight->requests[flight->count];
    flight->pieces[flight->count++] = piece;
    if (piece.receive) {
        return OCK_CHECKED(
            MPI_Irecv(at, piece.bytes, MPI_BYTE, piece.peer, (int)tag, comm->handle, request));
    }
    return OCK_CHECKED(
        MPI_Isend(at, piece.bytes, MPI_BYTE, piece.peer, (int)tag, comm->handle, request));
}

/* Pieces of one message arrive in order: MPI keeps the order of equal (peer, tag). */
static ock_status post(ock_flight *flight, const ock_message *messages, size_t count, bool receive,
                       ock_tag tag)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        char *at = messages[i].data;
        size_t left = messages[i].bytes;
        const size_t most = piece_bytes(flight->comm, left);
        while (left > 0 && status == OCK_OK) {
            const size_t bytes = left < most ? left : most;
            status =
                post_piece(flight, at, (ock_piece){messages[i].peer, (int)bytes, receive}, tag);
            at += bytes;
            left -= bytes;
        }
    }
    return status;
}

/* A peer that sends less than this rank expects has lost the common order of calls. */
static ock_status check_length(const ock_piece *piece, const MPI_Status *arrived)
{
    int bytes = 0;
    if (!piece->receive) {
        return OCK_OK;
    }
    const ock_status status = OCK_CHECKED(MPI_Get_count(arrived, MPI_BYTE, &bytes));
    if (status != OCK_OK || bytes == piece->bytes) {
        return status;
    }
    return ock_fail(OCK_INTERNAL, "rank %d sent %d bytes where %d were expected", piece->peer,
                    bytes, piece->bytes);
}

/* One after the other: all must complete, MPI moves every one of them while it waits for one, and
 * the watchdog learns whose it is. */
static ock_status wait_all(ock_flight *flight)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < flight->count && status == OCK_OK; i++) {
        MPI_Status arrived;
        ock_watchdog_await(flight->comm->watchdog, flight->pieces[i].peer);
        status = ock_comm_wait(flight->comm, &flight->requests[i], &arrived);
        if (status == OCK_OK) {
            status = check_length(&flight->pieces[i], &arrived);
        }
    }
    return status;
}

static ock_status post_all(ock_flight *flight, ock_tag tag, const ock_message *sends,
                           size_t send_count, const ock_message *receives, size_t receive_count)
{
    const ock_comm *comm = flight->comm;
    ock_status status = reserve(flight, count_pieces(comm, sends, send_count) +
                                            count_pieces(comm, receives, receive_count));
    flight->count = 0;
    if (status == OCK_OK) {
        status = post(flight, receives, receive_count, true, tag);
    }
    return status == OCK_OK ? post(flight, sends, send_count, false, tag) : status;
}

ock_status ock_comm_post(ock_flight *flight, const char *call, ock_tag tag,
                         const ock_message *sends, size_t send_count, const ock_message *receives,
                         size_t receive_count)
{
    ock_comm *comm = flight->comm;
    ock_status status = ock_comm_usable(comm);
    if (status != OCK_OK) {
        return status;
    }
    if (flight->call != NULL) {
        return ock_fail(OCK_INTERNAL, "%s: the previous one, %s, is still in progress", call,
                        flight->call);
    }
    ock_watchdog_enter(comm->watchdog, call, OCK_WATCHDOG_ANY);
    status = post_all(flight, tag, sends, send_count, receives, receive_count);
    ock_watchdog_leave(comm->watchdog);
    flight->call = call;
    comm->broken = status != OCK_OK;
    return status;
}

ock_status ock_comm_await(ock_flight *flight)
{
    ock_comm *comm = flight->comm;
    const char *call = flight->call;
    ock_status status = ock_comm_usable(comm);
    if (status != OCK_OK || call == NULL) {
        return status;
    }
    flight->call = NULL;
    ock_watchdog_enter(comm->watchdog, call, OCK_WATCHDOG_ANY);
    status = wait_all(flight);
    ock_watchdog_leave(comm->watchdog);
    comm->broken = status != OCK_OK;
    return status;
}

ock_status ock_comm_transfer(ock_comm *comm, const char *call, ock_tag tag,
                             const ock_message *sends, size_t send_count,
                             const ock_message *receives, size_t receive_count)
{
    const ock_status status =
        ock_comm_post(&comm->whole, call, tag, sends, send_count, receives, receive_count);
    return status == OCK_OK ? ock_comm_await(&comm->whole) : status;
}
