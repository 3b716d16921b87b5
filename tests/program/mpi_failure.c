/* SPDX-License-Identifier: MIT */
/* mpi_failure.c - an MPI that fails, preloaded: on rank MPI_FAILURE_RANK the MPI_FAILURE_AFTERth MPI_Testany that
 * has found something returns an error all the same. */
#include <mpi.h>
#include <stdlib.h>

static long number(const char *variable)
{
    const char *text = getenv(variable);
    return text != NULL ? strtol(text, NULL, 10) : -1;
}

static long own_rank(void)
{
    return number(getenv("PMI_RANK") != NULL ? "PMI_RANK" : "OMPI_COMM_WORLD_RANK");
}

int MPI_Testany(int count, MPI_Request requests[], int *index, int *flag, MPI_Status *status)
{
    static long calls;
    const int code = PMPI_Testany(count, requests, index, flag, status);
    if (*flag && own_rank() == number("MPI_FAILURE_RANK") &&
        ++calls >= number("MPI_FAILURE_AFTER")) {
        return MPI_ERR_OTHER;
    }
    return code;
}
