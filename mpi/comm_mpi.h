/* comm_mpi.h - what comm_mpi.c and comm_transfer.c share: the communicator's fields, the tags and
 * the check of every MPI return. */
#ifndef OCK_COMM_MPI_H
#define OCK_COMM_MPI_H

#include <mpi.h>

#include "mpi/comm.h"
#include "mpi/watchdog.h"

/* All point-to-point tags. Calls are collective and ordered, so one tag a call is enough. */
typedef enum ock_tag {
    OCK_TAG_EXCHANGE = 1,
    OCK_TAG_GATHER,
    OCK_TAG_SCATTER,
    OCK_TAG_ALLGATHER,
    OCK_TAG_AGREE
} ock_tag;

/* One MPI send or receive under way. */
typedef struct ock_piece {
    int peer;
    int bytes;
    bool receive;
} ock_piece;

struct ock_comm {
    int rank, size;
    int neighbours;         /* ranks on this machine */
    size_t chunk;           /* most bytes in one MPI call, 1 .. INT_MAX */
    ock_watchdog *watchdog; /* NULL: none */

    /* Scratch of one transfer, (capacity) each; grows, and may be NULL while capacity is 0. */
    size_t capacity;
    ock_piece *pieces;
    MPI_Request *requests;

    /* Scratch of the collectives. */
    ock_message *sends;    /* (size) */
    ock_message *receives; /* (size) */
    int *votes;            /* (size) rank 0: what each brought to an agreement */
};

/* OCK_OK, or OCK_ENVIRONMENT with the name of the failed MPI function and MPI's text. */
ock_status ock_comm_checked(int code, const char *call) OCK_WARN_UNUSED;
#define OCK_CHECKED(call) ock_comm_checked((call), #call)

/* Posts all receives and sends and waits for every one. `call` names them to the watchdog. After a
 * failure pieces may still be under way: the program can only end. */
ock_status ock_comm_transfer(ock_comm *comm, const char *call, ock_tag tag,
                             const ock_message *sends, size_t send_count,
                             const ock_message *receives, size_t receive_count) OCK_WARN_UNUSED;

/* Frees the scratch of transfers. */
void ock_comm_release_requests(ock_comm *comm);

#endif
