/* SPDX-License-Identifier: MIT */
/* comm_agree.c - one status and one message for all ranks. */
#include "mpi/comm.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "mpi/comm_private.h"

/* What the lowest failing rank tells the others. */
typedef struct verdict {
    int status;
    char text[OCK_ERROR_TEXT_BYTES];
} verdict;

static void write_verdict(verdict *spoken, ock_status mine, int rank)
{
    const char *text = ock_error_text();
    char whole[OCK_ERROR_TEXT_BYTES + 32];
    if (text[0] == '\0') {
        text = "failed without a message";
    }
    spoken->status = (int)mine;
    if (rank == 0) {
        snprintf(whole, sizeof whole, "%s", text);
    } else {
        snprintf(whole, sizeof whole, "rank %d: %s", rank, text);
    }
    ock_text_cut(whole, spoken->text, sizeof spoken->text);
}

ock_status ock_comm_agree(ock_comm *comm, ock_status mine)
{
    const int rank = ock_comm_rank(comm);
    const int size = ock_comm_size(comm);
    int lowest = mine == OCK_OK ? size : rank;
    ock_status status = ock_comm_minimum(comm, &lowest);
    if (status != OCK_OK || lowest == size) {
        return status;
    }
    verdict spoken;
    memset(&spoken, 0, sizeof spoken);
    if (rank == lowest) {
        write_verdict(&spoken, mine, rank);
    }
    status = ock_comm_bcast_from(comm, lowest, &spoken, sizeof spoken);
    if (status != OCK_OK) {
        return status;
    }
    ock_error_clear();
    return ock_fail((ock_status)spoken.status, "%s", spoken.text);
}
