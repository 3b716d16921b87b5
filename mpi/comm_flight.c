/* SPDX-License-Identifier: MIT */
/* comm_flight.c - flights over MPI: made, finished, and the agreement that is one. What starts the others
 * stands beside the calls that start and finish at once. */
#include "mpi/flight.h"

#include <stdlib.h>

#include "mpi/comm_inside_private.h"
#include "mpi/comm_transfer.h"

ock_status ock_flight_new(ock_comm *comm, ock_flight **flight)
{
    ock_flight *made = calloc(1, sizeof *made);
    *flight = NULL;
    if (made != NULL) {
        made->comm = comm;
        made->votes = calloc((size_t)comm->size, sizeof *made->votes);
    }
    if (made == NULL || made->votes == NULL) {
        free(made);
        return ock_fail_memory((size_t)comm->size * sizeof *made->votes, "messages under way");
    }
    *flight = made;
    return OCK_OK;
}

/* What is under way reads and writes memory that its owner frees next. */
void ock_flight_free(ock_flight *flight)
{
    if (flight == NULL) {
        return;
    }
    if (!flight->comm->broken && ock_comm_await(flight) != OCK_OK) {
        flight->comm->broken = true;
    }
    ock_comm_release_requests(flight);
    free(flight->votes);
    free(flight);
}

/* Everyone's status to everyone. */
ock_status ock_flight_start_agree(ock_flight *flight, ock_status mine)
{
    const ock_comm *comm = flight->comm;
    const size_t size = (size_t)comm->size, rank = (size_t)comm->rank;
    flight->votes[rank] = (int)mine;
    for (size_t i = 1; i < size; i++) {
        const size_t to = (rank + i) % size, from = (rank + size - i) % size;
        comm->sends[i - 1] = (ock_message){(int)to, &flight->votes[rank], sizeof(int)};
        comm->receives[i - 1] = (ock_message){(int)from, &flight->votes[from], sizeof(int)};
    }
    return ock_comm_post(flight, "agree", OCK_TAG_BALLOT, comm->sends, size - 1, comm->receives,
                         size - 1);
}

ock_status ock_flight_finish_agree(ock_flight *flight)
{
    ock_comm *comm = flight->comm;
    ock_status status = ock_comm_await(flight);
    bool failed = false;
    for (int rank = 0; rank < comm->size; rank++) {
        failed = failed || flight->votes[rank] != OCK_OK;
    }
    if (status == OCK_OK && failed) {
        status = ock_comm_agree(comm, (ock_status)flight->votes[comm->rank]);
    }
    return status;
}

ock_status ock_flight_finish(ock_flight *flight)
{
    return ock_comm_await(flight);
}
