/* SPDX-License-Identifier: MIT */
/* comm_mpi.c - the communicator over MPI: made of another one or alone, the collectives, in pieces that
 * fit an int. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mpi/comm_alive.h"
#include "mpi/comm_from.h"
#include "mpi/comm_inside_private.h"
#include "mpi/comm_private.h"
#include "mpi/comm_transfer.h"
#include "mpi/flight.h"

enum { CHUNK_BYTES = 1 << 30 }; /* an MPI-3 count is an int */

/* The usual act of a watchdog. */
static void abort_ranks(const void *context, const ock_stall *stall)
{
    const ock_comm *comm = context;
    (void)stall;
    MPI_Abort(comm->handle, OCK_ENVIRONMENT);
}

static ock_status new_comm(ock_comm **comm)
{
    ock_comm *made = calloc(1, sizeof *made);
    *comm = made;
    if (made == NULL) {
        return ock_fail_memory(sizeof *made, "the communicator");
    }
    made->handle = MPI_COMM_NULL;
    made->heard = MPI_REQUEST_NULL;
    made->size = 1;
    made->neighbours = 1;
    made->chunk = CHUNK_BYTES;
    made->act = abort_ranks;
    made->context = made;
    made->whole.comm = made;
    return OCK_OK;
}

static ock_status allocate_scratch(ock_comm *comm)
{
    const size_t size = (size_t)comm->size;
    comm->sends = calloc(size, sizeof *comm->sends);
    comm->receives = calloc(size, sizeof *comm->receives);
    comm->votes = calloc(size, sizeof *comm->votes);
    if (comm->sends == NULL || comm->receives == NULL || comm->votes == NULL) {
        return ock_fail_memory(size * sizeof *comm->sends, "the list of ranks");
    }
    return OCK_OK;
}

void ock_comm_free_then(ock_comm *comm, int (*last)(void))
{
    ock_watchdog *watchdog = comm != NULL ? comm->watchdog : NULL;
    ock_watchdog_enter(watchdog, "finish", OCK_WATCHDOG_ANY);
    if (comm != NULL && comm->handle != MPI_COMM_NULL) {
        ock_comm_stop_hearing(comm);
        MPI_Comm_free(&comm->handle); /* nothing is left that could act on a failure */
    }
    if (last != NULL) {
        last();
    }
    ock_watchdog_stop(watchdog);
    if (comm != NULL) {
        ock_comm_release_requests(&comm->whole);
        free(comm->sends);
        free(comm->receives);
        free(comm->votes);
        free(comm);
    }
}

void ock_comm_free(ock_comm *comm)
{
    ock_comm_free_then(comm, NULL);
}

/* Hands *comm out when all went well. */
static ock_status complete(ock_status status, ock_comm *made, ock_comm **comm)
{
    if (status == OCK_OK) {
        status = allocate_scratch(made);
    }
    if (status == OCK_OK) {
        status = ock_comm_start_hearing(made);
    }
    if (status != OCK_OK) {
        ock_comm_free(made);
        return status;
    }
    *comm = made;
    return OCK_OK;
}

ock_status ock_comm_alone(ock_comm **comm)
{
    ock_comm *made = NULL;
    *comm = NULL;
    const ock_status status = new_comm(&made);
    return status != OCK_OK ? status : complete(status, made, comm);
}

static ock_status count_neighbours(ock_comm *comm)
{
    MPI_Comm machine = MPI_COMM_NULL;
    ock_status status = OCK_CHECKED(
        MPI_Comm_split_type(comm->handle, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine));
    if (status == OCK_OK) {
        status = OCK_CHECKED(MPI_Comm_size(machine, &comm->neighbours));
    }
    if (status == OCK_OK) {
        status = OCK_CHECKED(MPI_Comm_free(&machine));
    }
    return status;
}

static ock_status check_level(void)
{
    int started = 0;
    int level = MPI_THREAD_SINGLE;
    ock_status status = OCK_CHECKED(MPI_Initialized(&started));
    if (status != OCK_OK) {
        return status;
    }
    if (!started) {
        return ock_fail(OCK_ENVIRONMENT, "MPI has not been started");
    }
    status = OCK_CHECKED(MPI_Query_thread(&level));
    if (status == OCK_OK && level < MPI_THREAD_FUNNELED) {
        status = ock_fail(OCK_ENVIRONMENT, "this MPI does not support MPI_THREAD_FUNNELED");
    }
    return status;
}

static ock_status duplicate(MPI_Comm communicator, ock_comm *comm)
{
    ock_status status = OCK_CHECKED(MPI_Comm_dup(communicator, &comm->handle));
    if (status == OCK_OK) {
        status = OCK_CHECKED(MPI_Comm_set_errhandler(comm->handle, MPI_ERRORS_RETURN));
    }
    if (status == OCK_OK) {
        status = OCK_CHECKED(MPI_Comm_rank(comm->handle, &comm->rank));
    }
    if (status == OCK_OK) {
        status = OCK_CHECKED(MPI_Comm_size(comm->handle, &comm->size));
    }
    if (status == OCK_OK) {
        status = count_neighbours(comm);
    }
    comm->far = comm->neighbours < comm->size;
    return status;
}

ock_status ock_comm_from(MPI_Comm communicator, ock_comm **comm)
{
    ock_comm *made = NULL;
    *comm = NULL;
    ock_status status = check_level();
    if (status == OCK_OK) {
        status = new_comm(&made);
    }
    return status != OCK_OK ? status : complete(duplicate(communicator, made), made, comm);
}

int ock_comm_rank(const ock_comm *comm)
{
    return comm->rank;
}

int ock_comm_size(const ock_comm *comm)
{
    return comm->size;
}

int ock_comm_neighbours(const ock_comm *comm)
{
    return comm->neighbours;
}

/* MPI's text is "Open MPI v4.1.4, package: ..." or "MPICH Version:\t4.0\n...": the first clause is
 * kept, with a space for the tab, and the v before a number dropped. */
const char *ock_comm_library(char name[OCK_COMM_LIBRARY_BYTES])
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    if (MPI_Get_library_version(text, &length) != MPI_SUCCESS) {
        snprintf(text, sizeof text, "unknown MPI");
    }
    text[strcspn(text, ",\n")] = '\0';
    char *tab = strchr(text, '\t');
    if (tab != NULL) {
        *tab = ' ';
    }
    char *version = strstr(text, " v");
    if (version != NULL && isdigit((unsigned char)version[2])) {
        memmove(version + 1, version + 2, strlen(version + 2) + 1);
    }
    snprintf(name, OCK_COMM_LIBRARY_BYTES, "%.*s", OCK_COMM_LIBRARY_BYTES - 1, text);
    return name;
}

ock_status ock_comm_watch(ock_comm *comm, unsigned seconds)
{
    ock_watchdog_stop(comm->watchdog);
    comm->watchdog = NULL;
    if (seconds == 0 || comm->handle == MPI_COMM_NULL) {
        return OCK_OK;
    }
    return ock_watchdog_start(comm->rank, seconds, comm->act, comm->context, &comm->watchdog);
}

void ock_comm_at_stall(ock_comm *comm, ock_stall_act *act, const void *context)
{
    comm->act = act;
    comm->context = context;
}

bool ock_comm_broken(const ock_comm *comm)
{
    return comm->broken;
}

void ock_comm_progress(ock_comm *comm)
{
    ock_watchdog_progress(comm->watchdog);
    ock_comm_say_alive(comm);
}

void ock_comm_set_chunk(ock_comm *comm, size_t bytes)
{
    comm->chunk = bytes;
}

/* Not MPI_Bcast: who waits in it would hear no heartbeat. */
static ock_status pass_piece(ock_comm *comm, int root, char *at, int bytes)
{
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Status arrived;
    const ock_status status =
        OCK_CHECKED(MPI_Ibcast(at, bytes, MPI_BYTE, root, comm->handle, &request));
    return status == OCK_OK ? ock_comm_wait(comm, &request, &arrived) : status;
}

static ock_status pass_pieces(ock_comm *comm, int root, int awaited, char *at, size_t bytes)
{
    ock_status status = OCK_OK;
    while (bytes > 0 && status == OCK_OK) {
        const size_t piece = bytes < comm->chunk ? bytes : comm->chunk;
        status = pass_piece(comm, root, at, (int)piece);
        at += piece;
        bytes -= piece;
        ock_watchdog_await(comm->watchdog, awaited);
    }
    return status;
}

/* `call` names it to the watchdog. */
static ock_status bcast_pieces(ock_comm *comm, const char *call, int root, void *buffer,
                               size_t bytes)
{
    const int awaited = comm->rank == root ? OCK_WATCHDOG_ANY : root;
    ock_status status = ock_comm_usable(comm);
    if (status != OCK_OK || comm->size == 1) {
        return status;
    }
    ock_watchdog_enter(comm->watchdog, call, awaited);
    status = pass_pieces(comm, root, awaited, buffer, bytes);
    ock_watchdog_leave(comm->watchdog);
    comm->broken = status != OCK_OK;
    return status;
}

/* Gathered by rank 0 and not by MPI_Allreduce (which cost the same at 2 to 8 ranks): here most
 * ranks meet one that is stuck, and so rank 0's watchdog can name it. */
ock_status ock_comm_minimum(ock_comm *comm, int *value)
{
    const ock_message vote = {0, value, sizeof *value};
    ock_status status = OCK_OK;
    if (comm->rank != 0) {
        status = ock_comm_transfer(comm, "agree", OCK_TAG_AGREE, &vote, 1, NULL, 0);
    } else {
        for (int peer = 1; peer < comm->size; peer++) {
            comm->receives[peer - 1] = (ock_message){peer, &comm->votes[peer], sizeof *value};
        }
        status = ock_comm_transfer(comm, "agree", OCK_TAG_AGREE, NULL, 0, comm->receives,
                                   (size_t)comm->size - 1);
    }
    if (status != OCK_OK) {
        return status;
    }
    for (int peer = 1; comm->rank == 0 && peer < comm->size; peer++) {
        *value = comm->votes[peer] < *value ? comm->votes[peer] : *value;
    }
    return bcast_pieces(comm, "agree", 0, value, sizeof *value);
}

ock_status ock_comm_bcast_from(ock_comm *comm, int root, void *buffer, size_t bytes)
{
    return bcast_pieces(comm, "bcast", root, buffer, bytes);
}

ock_status ock_comm_bcast(ock_comm *comm, void *buffer, size_t bytes)
{
    return ock_comm_bcast_from(comm, 0, buffer, bytes);
}

/* Rank 0's parts of the other ranks, one message each. */
static void list_parts(const ock_comm *comm, char *buffer, const size_t counts[],
                       const size_t offsets[], ock_message *list)
{
    for (int peer = 1; peer < comm->size; peer++) {
        list[peer - 1] = (ock_message){peer, buffer + offsets[peer], counts[peer]};
    }
}

static void copy_part(void *to, const void *from, size_t bytes)
{
    if (bytes > 0 && to != from) {
        memcpy(to, from, bytes);
    }
}

/* Root-linear: parts are small or rank 0 needs all of them anyway, and the watchdog can name the
 * rank that is missing. */
ock_status ock_flight_start_gather(ock_flight *flight, const void *mine, void *buffer,
                                   const size_t counts[], const size_t offsets[])
{
    const ock_comm *comm = flight->comm;
    if (comm->rank != 0) {
        /* Sends only read, though the list's pointer is not const. */
        const ock_message part = {0, (void *)(uintptr_t)mine, counts[comm->rank]};
        return ock_comm_post(flight, "gather", OCK_TAG_GATHER, &part, 1, NULL, 0);
    }
    copy_part((char *)buffer + offsets[0], mine, counts[0]);
    list_parts(comm, buffer, counts, offsets, comm->receives);
    return ock_comm_post(flight, "gather", OCK_TAG_GATHER, NULL, 0, comm->receives,
                         (size_t)comm->size - 1);
}

ock_status ock_comm_gather(ock_comm *comm, const void *mine, void *buffer, const size_t counts[],
                           const size_t offsets[])
{
    const ock_status status = ock_flight_start_gather(&comm->whole, mine, buffer, counts, offsets);
    return status == OCK_OK ? ock_comm_await(&comm->whole) : status;
}

ock_status ock_comm_scatter(ock_comm *comm, const void *buffer, void *mine, const size_t counts[],
                            const size_t offsets[])
{
    if (comm->rank != 0) {
        const ock_message part = {0, mine, counts[comm->rank]};
        return ock_comm_transfer(comm, "scatter", OCK_TAG_SCATTER, NULL, 0, &part, 1);
    }
    copy_part(mine, (const char *)buffer + offsets[0], counts[0]);
    list_parts(comm, (char *)(uintptr_t)buffer, counts, offsets, comm->sends);
    return ock_comm_transfer(comm, "scatter", OCK_TAG_SCATTER, comm->sends, (size_t)comm->size - 1,
                             NULL, 0);
}

/* Every part straight to every rank, which measured no slower than MPI_Allgatherv from 1 MB on, has
 * no limit of an int, and lets the watchdog name a peer. Peers are met in rotated order so that not
 * all start with rank 0. */
ock_status ock_flight_start_allgather(ock_flight *flight, void *buffer, const size_t counts[],
                                      const size_t offsets[])
{
    const ock_comm *comm = flight->comm;
    const size_t size = (size_t)comm->size;
    const size_t rank = (size_t)comm->rank;
    char *parts = buffer;
    for (size_t i = 1; i < size; i++) {
        const size_t to = (rank + i) % size;
        const size_t from = (rank + size - i) % size;
        comm->sends[i - 1] = (ock_message){(int)to, parts + offsets[rank], counts[rank]};
        comm->receives[i - 1] = (ock_message){(int)from, parts + offsets[from], counts[from]};
    }
    return ock_comm_post(flight, "allgather", OCK_TAG_ALLGATHER, comm->sends, size - 1,
                         comm->receives, size - 1);
}

ock_status ock_comm_allgather(ock_comm *comm, void *buffer, const size_t counts[],
                              const size_t offsets[])
{
    const ock_status status = ock_flight_start_allgather(&comm->whole, buffer, counts, offsets);
    return status == OCK_OK ? ock_comm_await(&comm->whole) : status;
}

static ock_status check_peers(const ock_comm *comm, const ock_message *messages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (messages[i].peer < 0 || messages[i].peer >= comm->size ||
            messages[i].peer == comm->rank) {
            return ock_fail(OCK_INTERNAL, "exchange: rank %d of %d has no peer %d", comm->rank,
                            comm->size, messages[i].peer);
        }
    }
    return OCK_OK;
}

ock_status ock_flight_start_exchange(ock_flight *flight, const ock_message *sends,
                                     size_t send_count, const ock_message *receives,
                                     size_t receive_count)
{
    ock_status status = check_peers(flight->comm, sends, send_count);
    if (status == OCK_OK) {
        status = check_peers(flight->comm, receives, receive_count);
    }
    if (status != OCK_OK) {
        return status;
    }
    return ock_comm_post(flight, "exchange", OCK_TAG_EXCHANGE, sends, send_count, receives,
                         receive_count);
}

ock_status ock_comm_exchange(ock_comm *comm, const ock_message *sends, size_t send_count,
                             const ock_message *receives, size_t receive_count)
{
    const ock_status status =
        ock_flight_start_exchange(&comm->whole, sends, send_count, receives, receive_count);
    return status == OCK_OK ? ock_comm_await(&comm->whole) : status;
}
