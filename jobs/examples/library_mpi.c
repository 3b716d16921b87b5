/* SPDX-License-Identifier: MIT */
/* library_mpi.c - compresses a file on all ranks together; rank 0 reads and writes.
 *     mpicc library_mpi.c $(pkg-config --cflags --libs ockham-mpi) -o library_mpi
 *     mpirun -n 4 ./library_mpi FILE FILE.ock */
#include <ockham_mpi.h>
#include <stdio.h>

static int read_at(void *file, uint64_t offset, void *bytes, size_t count)
{
    return fseek(file, (long)offset, SEEK_SET) != 0 || fread(bytes, 1, count, file) != count;
}

static int write_at(void *file, uint64_t offset, const void *bytes, size_t count)
{
    return fseek(file, (long)offset, SEEK_SET) != 0 || fwrite(bytes, 1, count, file) != count;
}

static int compress(ockham *handle, FILE *from, FILE *to)
{
    ockham_source source = {0, read_at, from};
    const ockham_target target = {write_at, NULL, to};
    if (from != NULL && fseek(from, 0, SEEK_END) == 0) {
        source.bytes = (uint64_t)ftell(from);
    }
    return ockham_compress_from(handle, &source, &target);
}

int main(int argc, char **argv)
{
    int provided, rank, ready = 0;
    FILE *from = NULL, *to = NULL;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0 && argc == 3) {
        from = fopen(argv[1], "rb");
        to = fopen(argv[2], "wb");
        ready = from != NULL && to != NULL;
    }
    MPI_Bcast(&ready, 1, MPI_INT, 0, MPI_COMM_WORLD);
    ockham *handle = ockham_new();
    int status = OCKHAM_ENVIRONMENT;
    if (ready && handle != NULL) {
        status = ockham_use_communicator(handle, MPI_COMM_WORLD);
    }
    if (status == OCKHAM_OK) {
        status = compress(handle, from, to);
    }
    if (rank == 0 && (status != OCKHAM_OK || fclose(to) != 0)) {
        fprintf(stderr, "library_mpi: %s\n", ready ? ockham_error(handle) : "no such files");
    }
    ockham_free(handle);
    MPI_Finalize();
    return status;
}
