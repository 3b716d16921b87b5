/* SPDX-License-Identifier: MIT */
/* comm_inside_private.h - what a communicator over MPI is, and the check of every MPI return. */
#ifndef OCK_COMM_INSIDE_PRIVATE_H
#define OCK_COMM_INSIDE_PRIVATE_H

#include <mpi.h>

#include "mpi/comm.h"
#include "mpi/flight.h"
#include "mpi/watchdog.h"

/* All point-to-point tags. Calls are collective and ordered, so one tag a call is enough. */
typedef enum ock_tag {
    OCK_TAG_EXCHANGE = 1,
    OCK_TAG_GATHER,
    OCK_TAG_SCATTER,
    OCK_TAG_ALLGATHER,
    OCK_TAG_AGREE,
    OCK_TAG_BALLOT,
    OCK_TAG_ALIVE,
    OCK_TAG_LAST_WORD
} ock_tag;

/* One MPI send or receive under way. */
typedef struct ock_piece {
    int peer;
    int bytes;
    bool receive;
} ock_piece;

/* A call under way: what it has posted, (count) each; grows, and may be NULL while capacity is 0. */
struct ock_flight {
    ock_comm *comm;
    const char *call; /* its name for the watchdog; NULL: none is under way */
    size_t count, capacity;
    ock_piece *pieces;
    MPI_Request *requests;
    int *votes; /* (size) what each brought to an agreement; NULL in `whole` */
};

struct ock_comm {
    MPI_Comm handle; /* a duplicate of our own; MPI_COMM_NULL: one rank, without MPI */
    int rank, size;
    int neighbours; /* ranks on this machine */
    bool broken;    /* a call has failed: no other is begun */
    size_t chunk;   /* most bytes in one MPI call, 1 .. INT_MAX */
    bool far;       /* not all ranks are on one machine */

    ock_watchdog *watchdog; /* NULL: none */
    ock_stall_act *act;     /* of the next one */
    const void *context;

    /* Signs of life (comm_alive.h). */
    MPI_Request heard; /* the next one that is told to this rank; MPI_REQUEST_NULL: none is heard */
    MPI_Request
        *signs;  /* (size) the last one to each rank, under way or taken; NULL: none is told */
    double said; /* when, by ock_clock_seconds */

    ock_flight whole; /* of calls that start and finish at once */

    /* Scratch of the collectives. */
    ock_message *sends;    /* (size) */
    ock_message *receives; /* (size) */
    int *votes;            /* (size) rank 0: what each brought to an agreement */
};

/* OCK_OK, or OCK_ENVIRONMENT with the name of the failed MPI function and MPI's text. */
ock_status ock_comm_checked(int code, const char *call) OCK_WARN_UNUSED;
#define OCK_CHECKED(call) ock_comm_checked((call), #call)

/* Before every call that passes messages: OCK_ENVIRONMENT when an earlier one has failed. */
ock_status ock_comm_usable(const ock_comm *comm) OCK_WARN_UNUSED;

#endif
