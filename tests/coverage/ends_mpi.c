/* SPDX-License-Identifier: MIT */
/* ends_mpi.c - as ends.c, for a rank that ends the job: the launcher may kill it before it exits. */
#include <mpi.h>

#include "ends.h"

#pragma weak PMPI_Abort /* programs without message passing have this file too */

int MPI_Abort(MPI_Comm comm, int exit_code)
{
    ock_ends_write();
    return PMPI_Abort(comm, exit_code);
}
