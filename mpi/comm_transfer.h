/* comm_transfer.h - many sends and receives at once over MPI. */
#ifndef OCK_COMM_TRANSFER_H
#define OCK_COMM_TRANSFER_H

#include "mpi/comm.h"

/* All point-to-point tags. Calls are collective and ordered, so one tag a call is enough. */
typedef enum ock_tag {
    OCK_TAG_EXCHANGE = 1,
    OCK_TAG_GATHER,
    OCK_TAG_SCATTER,
    OCK_TAG_ALLGATHER,
    OCK_TAG_AGREE
} ock_tag;

/* Posts all receives and sends and waits for every one. `call` names them to the watchdog. After a
 * failure pieces may still be under way: the communicator is broken. */
ock_status ock_comm_transfer(ock_comm *comm, const char *call, ock_tag tag,
                             const ock_message *sends, size_t send_count,
                             const ock_message *receives, size_t receive_count) OCK_WARN_UNUSED;

/* Frees the scratch of transfers. */
void ock_comm_release_requests(ock_comm *comm);

#endif
