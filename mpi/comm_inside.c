/* SPDX-License-Identifier: MIT */
/* comm_inside.c - what MPI says of a failed call. */
#include <stdio.h>
#include <string.h>

#include "mpi/comm_inside_private.h"

ock_status ock_comm_checked(int code, const char *call)
{
    if (code == MPI_SUCCESS) {
        return OCK_OK;
    }
    char text[MPI_MAX_ERROR_STRING];
    int length = 0;
    if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) {
        snprintf(text, sizeof text, "error %d", code);
    }
    return ock_fail(OCK_ENVIRONMENT, "%.*s: %s", (int)strcspn(call, "("), call, text);
}

ock_status ock_comm_usable(const ock_comm *comm)
{
    return comm->broken ? ock_fail(OCK_ENVIRONMENT, "message passing failed earlier") : OCK_OK;
}
