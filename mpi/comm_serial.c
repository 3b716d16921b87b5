/* SPDX-License-Identifier: MIT */
/* comm_serial.c - the communicator of one rank, without any message-passing library. */
#include "mpi/comm.h"

#include <stdlib.h>
#include <string.h>

#include "mpi/comm_private.h"
#include "mpi/flight.h"

struct ock_comm {
    int size; /* always 1 */
};

struct ock_flight {
    ock_status mine; /* brought to an agreement */
};

ock_status ock_comm_alone(ock_comm **comm)
{
    ock_comm *made = malloc(sizeof *made);
    *comm = made;
    if (made == NULL) {
        return ock_fail_memory(sizeof *made, "the communicator");
    }
    made->size = 1;
    return OCK_OK;
}

void ock_comm_free(ock_comm *comm)
{
    free(comm);
}

int ock_comm_rank(const ock_comm *comm)
{
    (void)comm;
    return 0;
}

int ock_comm_size(const ock_comm *comm)
{
    return comm->size;
}

int ock_comm_neighbours(const ock_comm *comm)
{
    (void)comm;
    return 1;
}

const char *ock_comm_library(char name[OCK_COMM_LIBRARY_BYTES])
{
    return strcpy(name, "none (serial build)");
}

ock_status ock_comm_watch(ock_comm *comm, unsigned seconds)
{
    (void)comm;
    (void)seconds;
    return OCK_OK;
}

void ock_comm_progress(ock_comm *comm)
{
    (void)comm;
}

void ock_comm_set_chunk(ock_comm *comm, size_t bytes)
{
    (void)comm;
    (void)bytes;
}

void ock_comm_at_stall(ock_comm *comm, ock_stall_act *act, const void *context)
{
    (void)comm;
    (void)act;
    (void)context;
}

bool ock_comm_broken(const ock_comm *comm)
{
    (void)comm;
    return false;
}

ock_status ock_comm_minimum(ock_comm *comm, int *value)
{
    (void)comm;
    (void)value;
    return OCK_OK;
}

ock_status ock_comm_bcast_from(ock_comm *comm, int root, void *buffer, size_t bytes)
{
    (void)comm;
    (void)root;
    (void)buffer;
    (void)bytes;
    return OCK_OK;
}

ock_status ock_comm_bcast(ock_comm *comm, void *buffer, size_t bytes)
{
    return ock_comm_bcast_from(comm, 0, buffer, bytes);
}

static void copy_part(void *to, const void *from, size_t bytes)
{
    if (bytes > 0 && to != from) {
        memcpy(to, from, bytes);
    }
}

ock_status ock_comm_gather(ock_comm *comm, const void *mine, void *buffer, const size_t counts[],
                           const size_t offsets[])
{
    (void)comm;
    copy_part((char *)buffer + offsets[0], mine, counts[0]);
    return OCK_OK;
}

ock_status ock_comm_scatter(ock_comm *comm, const void *buffer, void *mine, const size_t counts[],
                            const size_t offsets[])
{
    (void)comm;
    copy_part(mine, (const char *)buffer + offsets[0], counts[0]);
    return OCK_OK;
}

ock_status ock_comm_allgather(ock_comm *comm, void *buffer, const size_t counts[],
                              const size_t offsets[])
{
    (void)comm;
    (void)buffer;
    (void)counts;
    (void)offsets;
    return OCK_OK;
}

ock_status ock_comm_exchange(ock_comm *comm, const ock_message *sends, size_t send_count,
                             const ock_message *receives, size_t receive_count)
{
    (void)comm;
    (void)sends;
    (void)receives;
    if (send_count > 0 || receive_count > 0) {
        return ock_fail(OCK_INTERNAL, "exchange: rank 0 of 1 has no peer");
    }
    return OCK_OK;
}

/* ---- flights: a start does all of it ---- */

ock_status ock_flight_new(ock_comm *comm, ock_flight **flight)
{
    (void)comm;
    *flight = calloc(1, sizeof **flight);
    return *flight != NULL ? OCK_OK : ock_fail_memory(sizeof **flight, "messages under way");
}

void ock_flight_free(ock_flight *flight)
{
    free(flight);
}

ock_status ock_flight_start_gather(ock_flight *flight, const void *mine, void *buffer,
                                   const size_t counts[], const size_t offsets[])
{
    (void)flight;
    return ock_comm_gather(NULL, mine, buffer, counts, offsets);
}

ock_status ock_flight_start_allgather(ock_flight *flight, void *buffer, const size_t counts[],
                                      const size_t offsets[])
{
    (void)flight;
    return ock_comm_allgather(NULL, buffer, counts, offsets);
}

ock_status ock_flight_start_exchange(ock_flight *flight, const ock_message *sends,
                                     size_t send_count, const ock_message *receives,
                                     size_t receive_count)
{
    (void)flight;
    return ock_comm_exchange(NULL, sends, send_count, receives, receive_count);
}

ock_status ock_flight_start_agree(ock_flight *flight, ock_status mine)
{
    flight->mine = mine;
    return OCK_OK;
}

ock_status ock_flight_finish_agree(ock_flight *flight)
{
    return flight->mine;
}

ock_status ock_flight_finish(ock_flight *flight)
{
    (void)flight;
    return OCK_OK;
}
