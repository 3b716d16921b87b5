/* comm_transfer.c - many sends and receives at once over MPI, cut into pieces that fit an int. */
#include "mpi/comm_transfer.h"

#include <stdlib.h>

#include "mpi/comm_inside_private.h"

/* A message of no bytes is not sent: both sides know its length. */
static size_t count_pieces(const ock_comm *comm, const ock_message *messages, size_t count)
{
    size_t pieces = 0;
    for (size_t i = 0; i < count; i++) {
        pieces += messages[i].bytes / comm->chunk + (messages[i].bytes % comm->chunk != 0);
    }
    return pieces;
}

void ock_comm_release_requests(ock_comm *comm)
{
    free(comm->pieces);
    free(comm->requests);
    comm->pieces = NULL;
    comm->requests = NULL;
    comm->capacity = 0;
}

/* Between transfers the scratch holds nothing worth keeping. */
static ock_status reserve(ock_comm *comm, size_t count)
{
    if (count <= comm->capacity) {
        return OCK_OK;
    }
    ock_comm_release_requests(comm);
    comm->pieces = calloc(count, sizeof *comm->pieces);
    comm->requests = calloc(count, sizeof(MPI_Request));
    if (comm->pieces == NULL || comm->requests == NULL) {
        ock_comm_release_requests(comm);
        return ock_fail_memory(count * (sizeof *comm->pieces + sizeof(MPI_Request)),
                               "message requests");
    }
    comm->capacity = count;
    return OCK_OK;
}

static ock_status post_piece(ock_comm *comm, char *at, ock_piece piece, ock_tag tag, size_t slot)
{
    MPI_Request *request = &comm->requests[slot];
    comm->pieces[slot] = piece;
    if (piece.receive) {
        return OCK_CHECKED(
            MPI_Irecv(at, piece.bytes, MPI_BYTE, piece.peer, (int)tag, comm->handle, request));
    }
    return OCK_CHECKED(
        MPI_Isend(at, piece.bytes, MPI_BYTE, piece.peer, (int)tag, comm->handle, request));
}

/* Posts the list from request *slot on. Pieces of one message arrive in order: MPI keeps the order
 * of equal (peer, tag). */
static ock_status post(ock_comm *comm, const ock_message *messages, size_t count, bool receive,
                       ock_tag tag, size_t *slot)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        char *at = messages[i].data;
        size_t left = messages[i].bytes;
        while (left > 0 && status == OCK_OK) {
            const size_t bytes = left < comm->chunk ? left : comm->chunk;
            const ock_piece piece = {messages[i].peer, (int)bytes, receive};
            status = post_piece(comm, at, piece, tag, *slot);
            at += bytes;
            left -= bytes;
            ++*slot;
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
static ock_status wait_all(ock_comm *comm, size_t count)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        MPI_Status arrived;
        ock_watchdog_await(comm->watchdog, comm->pieces[i].peer);
        status = OCK_CHECKED(MPI_Wait(&comm->requests[i], &arrived));
        if (status == OCK_OK) {
            status = check_length(&comm->pieces[i], &arrived);
        }
    }
    return status;
}

static ock_status transfer(ock_comm *comm, ock_tag tag, const ock_message *sends, size_t send_count,
                           const ock_message *receives, size_t receive_count)
{
    const size_t pieces =
        count_pieces(comm, sends, send_count) + count_pieces(comm, receives, receive_count);
    size_t posted = 0;
    ock_status status = reserve(comm, pieces);
    if (status == OCK_OK) {
        status = post(comm, receives, receive_count, true, tag, &posted);
    }
    if (status == OCK_OK) {
        status = post(comm, sends, send_count, false, tag, &posted);
    }
    return status == OCK_OK ? wait_all(comm, posted) : status;
}

ock_status ock_comm_transfer(ock_comm *comm, const char *call, ock_tag tag,
                             const ock_message *sends, size_t send_count,
                             const ock_message *receives, size_t receive_count)
{
    ock_status status = ock_comm_usable(comm);
    if (status != OCK_OK) {
        return status;
    }
    ock_watchdog_enter(comm->watchdog, call, OCK_WATCHDOG_ANY);
    status = transfer(comm, tag, sends, send_count, receives, receive_count);
    ock_watchdog_leave(comm->watchdog);
    comm->broken = status != OCK_OK;
    return status;
}
