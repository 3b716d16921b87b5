/* SPDX-License-Identifier: MIT */
/* communicator.c - the library on the ranks of a communicator. */
#include "lib/ockham_mpi.h"

#include "lib/library_private.h"
#include "mpi/comm_from.h"

ockham_status ockham_use_communicator(ockham *handle, MPI_Comm communicator)
{
    ock_comm *made = NULL;
    ock_error_clear();
    const ock_status status = handle != NULL ? ock_comm_from(communicator, &made) : ock_fail_null();
    if (status == OCK_OK) {
        ock_comm_free(handle->comm);
        handle->comm = made;
    }
    return ock_handle_end(handle, status);
}
