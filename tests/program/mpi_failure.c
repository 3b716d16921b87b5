/* mpi_failure.c - an MPI that fails, preloaded: on rank MPI_FAILURE_RANK the MPI_FAILURE_AFTERth MPI_Waitany
 * returns an error, though its message has arrived. */
#include <mpi.h>
#include <stdlib.h>

static long number(const char *variable)
{
    const char *text = getenv(variable);
    return text != NULL ? strtol(text, NULL, 10) : -1;
}

int MPI_Waitany(int count, MPI_Request requests[], int *index, MPI_Status *status)
{
    static long calls;
    const int code = PMPI_Waitany(count, requests, index, status);
    if (number("OMPI_COMM_WORLD_RANK") == number("MPI_FAILURE_RANK") &&
        ++calls >= number("MPI_FAILURE_AFTER")) {
        return MPI_ERR_OTHER;
    }
    return code;
}
