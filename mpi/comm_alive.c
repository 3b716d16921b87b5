/* SPDX-License-Identifier: MIT */
/* comm_alive.c - heartbeats between ranks, and the wait that hears them. */
#include "mpi/comm_alive.h"

#include <sched.h>
#include <stdlib.h>

#include "base/clock.h"
#include "mpi/comm_inside_private.h"

static const double seconds_between = 1.0;

/* The next sign to be heard: by rank 0 from anybody, by others from rank 0. */
static ock_status listen_on(ock_comm *comm)
{
    return OCK_CHECKED(MPI_Irecv(NULL, 0, MPI_BYTE, comm->rank == 0 ? MPI_ANY_SOURCE : 0,
                                 OCK_TAG_ALIVE, comm->handle, &comm->heard));
}

ock_status ock_comm_start_hearing(ock_comm *comm)
{
    const size_t size = (size_t)comm->size;
    if (size == 1) {
        return OCK_OK;
    }
    comm->signs = calloc(size, sizeof(MPI_Request));
    if (comm->signs == NULL) {
        return ock_fail_memory(size * sizeof(MPI_Request), "the list of ranks");
    }
    for (size_t peer = 0; peer < size; peer++) {
        comm->signs[peer] = MPI_REQUEST_NULL;
    }
    comm->said = ock_clock_seconds();
    return listen_on(comm);
}

/* Not to a rank that has yet to take the one before: a synchronous send is over when it is taken. */
static ock_status say_to(ock_comm *comm, int peer)
{
    int taken = 0;
    const ock_status status = OCK_CHECKED(MPI_Test(&comm->signs[peer], &taken, MPI_STATUS_IGNORE));
    if (status != OCK_OK || !taken) {
        return status;
    }
    return OCK_CHECKED(
        MPI_Issend(NULL, 0, MPI_BYTE, peer, OCK_TAG_ALIVE, comm->handle, &comm->signs[peer]));
}

void ock_comm_say_alive(ock_comm *comm)
{
    const int first = comm->rank == 0 ? 1 : 0, behind = comm->rank == 0 ? comm->size : 1;
    ock_status status = OCK_OK;
    if (comm->signs == NULL || comm->broken) {
        return;
    }
    const double time = ock_clock_seconds();
    if (time - comm->said < seconds_between) {
        return;
    }
    comm->said = time;
    for (int peer = first; peer < behind && status == OCK_OK; peer++) {
        status = say_to(comm, peer);
    }
    comm->broken = status != OCK_OK;
}

static ock_status hear(ock_comm *comm)
{
    const ock_status status = listen_on(comm);
    ock_watchdog_progress(comm->watchdog);
    if (status == OCK_OK && comm->rank == 0) {
        ock_comm_say_alive(comm);
    }
    return status;
}

/* A rank that waits lets others have its core. Where it has one to itself this costs nothing to speak of;
 * beside anything else that runs, a step would take as long as the other's time slices. */
static ock_status wait_for_any(MPI_Request both[2], int *which, MPI_Status *arrived)
{
    int come = 0;
    ock_status status = OCK_CHECKED(MPI_Testany(2, both, which, &come, arrived));
    while (status == OCK_OK && !come) {
        (void)sched_yield();
        status = OCK_CHECKED(MPI_Testany(2, both, which, &come, arrived));
    }
    return status;
}

/* Signs stand first, so that those that have come are taken before the call is over. */
ock_status ock_comm_wait(ock_comm *comm, MPI_Request *request, MPI_Status *arrived)
{
    enum { SIGN, WANTED };
    int which = SIGN;
    ock_status status = OCK_OK;
    while (status == OCK_OK && which == SIGN) {
        MPI_Request both[] = {comm->heard, *request};
        status = wait_for_any(both, &which, arrived);
        comm->heard = both[SIGN];
        *request = both[WANTED];
        if (status == OCK_OK && which == SIGN) {
            status = hear(comm);
        }
    }
    return status;
}

/* ---- the end ---- */

static ock_status say_last_word(ock_comm *comm, int peer)
{
    return OCK_CHECKED(MPI_Send(NULL, 0, MPI_BYTE, peer, OCK_TAG_LAST_WORD, comm->handle));
}

static ock_status hear_last_word(ock_comm *comm, int peer)
{
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Status arrived;
    const ock_status status =
        OCK_CHECKED(MPI_Irecv(NULL, 0, MPI_BYTE, peer, OCK_TAG_LAST_WORD, comm->handle, &request));
    ock_watchdog_await(comm->watchdog, peer);
    return status == OCK_OK ? ock_comm_wait(comm, &request, &arrived) : status;
}

/* Between two ranks MPI keeps the order: what was said before the last word has come with it. */
static ock_status part(ock_comm *comm)
{
    ock_status status = comm->rank == 0 ? OCK_OK : say_last_word(comm, 0);
    if (comm->rank != 0 && status == OCK_OK) {
        return hear_last_word(comm, 0);
    }
    for (int peer = 1; peer < comm->size && status == OCK_OK; peer++) {
        status = hear_last_word(comm, peer);
    }
    for (int peer = 1; peer < comm->size && status == OCK_OK; peer++) {
        status = say_last_word(comm, peer);
    }
    return status;
}

/* Takes those that nobody has waited for, and then waits until its own are taken. */
static void drop_signs(ock_comm *comm)
{
    int come = 1;
    ock_status status = OCK_OK;
    while (status == OCK_OK && come) {
        status = OCK_CHECKED(MPI_Test(&comm->heard, &come, MPI_STATUS_IGNORE));
        if (status == OCK_OK && come) {
            status = listen_on(comm);
        }
    }
    for (int peer = 0; peer < comm->size && status == OCK_OK; peer++) {
        status = OCK_CHECKED(MPI_Wait(&comm->signs[peer], MPI_STATUS_IGNORE));
    }
}

/* A sign has no buffer that it could miss, so a request that is left may be given up as it is. */
void ock_comm_stop_hearing(ock_comm *comm)
{
    ock_error before;
    if (comm->signs == NULL) {
        return;
    }
    ock_error_take(&before);
    if (part(comm) == OCK_OK) {
        drop_signs(comm);
    }
    ock_error_clear(); /* nothing is left to do about it */
    ock_error_give(&before);
    if (comm->heard != MPI_REQUEST_NULL) {
        MPI_Cancel(&comm->heard);
        MPI_Request_free(&comm->heard);
    }
    for (int peer = 0; peer < comm->size; peer++) {
        if (comm->signs[peer] != MPI_REQUEST_NULL) {
            MPI_Request_free(&comm->signs[peer]);
        }
    }
    free(comm->signs);
    comm->signs = NULL;
}
