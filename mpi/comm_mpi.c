/* comm_mpi.c - the communicator over MPI: start and end, the collectives, in
 * pieces that fit an int. */
#include "mpi/comm.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mpi/comm_mpi.h"
#include "mpi/comm_private.h"

const bool ock_comm_has_mpi = true;

enum { CHUNK_BYTES = 1 << 30 }; /* an MPI-3 count is an int */

static const char *environment(const char *name)
{
    return getenv(name);
}

static void abort_job(void)
{
    MPI_Abort(MPI_COMM_WORLD, OCK_ENVIRONMENT);
}

static void free_comm(ock_comm *comm)
{
    if (comm != NULL) {
        ock_comm_release_requests(comm);
        free(comm->sends);
        free(comm->receives);
        free(comm->votes);
        free(comm);
    }
}

static ock_status allocate_scratch(ock_comm *comm)
{
    const size_t size = (size_t)comm->size;
    comm->sends = calloc(size, sizeof *comm->sends);
    comm->receives = calloc(size, sizeof *comm->receives);
    comm->votes = calloc(size, sizeof *comm->votes);
    if (comm->sends == NULL || comm->receives == NULL || comm->votes == NULL) {
        return ock_fail_memory(size * sizeof *comm->sends, "the list of ranks");
    }
    return OCK_OK;
}

/* After MPI_Init_thread. On failure *comm still is the caller's to free. */
static ock_status count_neighbours(ock_comm *comm)
{
    MPI_Comm machine = MPI_COMM_NULL;
    ock_status status = OCK_CHECKED(
        MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine));
    if (status == OCK_OK) {
        status = OCK_CHECKED(MPI_Comm_size(machine, &comm->neighbours));
    }
    if (status == OCK_OK) {
        status = OCK_CHECKED(MPI_Comm_free(&machine));
    }
    return status;
}

static ock_status set_up(int provided, ock_comm **comm)
{
    ock_comm *made = calloc(1, sizeof *made);
    *comm = made;
    if (made == NULL) {
        return ock_fail_memory(sizeof *made, "the communicator");
    }
    made->chunk = CHUNK_BYTES;
    if (provided < MPI_THREAD_FUNNELED) {
        return ock_fail(OCK_ENVIRONMENT, "this MPI gives no thread level: funneled is needed");
    }
    ock_status status = OCK_CHECKED(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
    if (status == OCK_OK) {
        status = OCK_CHECKED(MPI_Comm_rank(MPI_COMM_WORLD, &made->rank));
    }
    if (status == OCK_OK) {
        status = OCK_CHECKED(MPI_Comm_size(MPI_COMM_WORLD, &made->size));
    }
    if (status == OCK_OK) {
        status = ock_comm_check_launcher(environment, made->size);
    }
    if (status == OCK_OK) {
        status = count_neighbours(made);
    }
    if (status != OCK_OK) {
        return status;
    }
    return allocate_scratch(made);
}

/* A program started without a launcher needs no daemon beside it: Open MPI starts one
 * for a later MPI_Comm_spawn unless told so, which costs a tenth of a second. Nor does it need
 * a folder for shared memory: all such programs would share one, and two that start at once can
 * stumble over each other in making it. Other MPIs ignore the variables. */
static void stay_alone_without_launcher(void)
{
    static const char *const signs[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (getenv(signs[i]) != NULL) {
            return;
        }
    }
    (void)setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    (void)setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
}

/* A rank that waits lets others have its core. Where it has one to itself this costs nothing to speak
 * of; beside anything else that runs, a step would take as long as the other's time slices. Other MPIs
 * ignore the variable. */
static void yield_while_waiting(void)
{
    (void)setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
}

static unsigned number_from(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

/* Before the start is over there is no job to abort: the launcher sees this rank end. */
static void end_alone(void)
{
}

/* The start waits for all ranks, one of which may be gone: a watchdog of its own sees to it. None
 * when the deadline is 0. */
static ock_status watch_start(ock_watchdog **watchdog)
{
    enum { START_SECONDS = 180 };
    const unsigned seconds = number_from("OCKHAM_START_DEADLINE", START_SECONDS);
    const int rank = (int)number_from("OMPI_COMM_WORLD_RANK", number_from("PMIX_RANK", 0));
    *watchdog = NULL;
    return seconds > 0 ? ock_watchdog_start(rank, seconds, end_alone, watchdog) : OCK_OK;
}

static ock_status start(int *argc, char ***argv, ock_watchdog *watchdog, ock_comm **comm)
{
    int provided = MPI_THREAD_SINGLE;
    ock_comm *made = NULL;
    ock_watchdog_enter(watchdog, "MPI_Init", OCK_WATCHDOG_ANY);
    ock_status status = OCK_CHECKED(MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided));
    if (status != OCK_OK) {
        return status;
    }
    ock_watchdog_enter(watchdog, "the start", OCK_WATCHDOG_ANY);
    status = set_up(provided, &made);
    if (status != OCK_OK) {
        free_comm(made);
        MPI_Finalize(); /* the first failure is the one to report */
        return status;
    }
    *comm = made;
    return OCK_OK;
}

ock_status ock_comm_start(int *argc, char ***argv, ock_comm **comm)
{
    ock_watchdog *watchdog = NULL;
    *comm = NULL;
    stay_alone_without_launcher();
    yield_while_waiting();
    ock_status status = watch_start(&watchdog);
    if (status == OCK_OK) {
        status = start(argc, argv, watchdog, comm);
    }
    ock_watchdog_stop(watchdog);
    return status;
}

void ock_comm_finish(ock_comm *comm)
{
    if (comm == NULL) {
        return;
    }
    ock_watchdog_enter(comm->watchdog, "finish", OCK_WATCHDOG_ANY);
    MPI_Finalize(); /* nothing is left that could act on a failure */
    ock_watchdog_stop(comm->watchdog);
    free_comm(comm);
}

int ock_comm_rank(const ock_comm *comm)
{
    return comm->rank;
}

int ock_comm_size(const ock_comm *comm)
{
    return comm->size;
}

int ock_comm_neighbours(const ock_comm *comm)
{
    return comm->neighbours;
}

/* MPI's text is "Open MPI v4.1.4, package: ..." or "MPICH Version:\t4.0\n...": the first clause is
 * kept, with the v before a number dropped. */
const char *ock_comm_library(void)
{
    static char name[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    if (MPI_Get_library_version(name, &length) != MPI_SUCCESS) {
        return "unknown MPI";
    }
    name[strcspn(name, ",\n")] = '\0';
    char *version = strstr(name, " v");
    if (version != NULL && isdigit((unsigned char)version[2])) {
        memmove(version + 1, version + 2, strlen(version + 2) + 1);
    }
    return name;
}

ock_status ock_comm_watch(ock_comm *comm, unsigned seconds)
{
    ock_watchdog_stop(comm->watchdog);
    comm->watchdog = NULL;
    if (seconds == 0) {
        return OCK_OK;
    }
    return ock_watchdog_start(comm->rank, seconds, abort_job, &comm->watchdog);
}

void ock_comm_progress(ock_comm *comm)
{
    ock_watchdog_progress(comm->watchdog);
}

void ock_comm_set_chunk(ock_comm *comm, size_t bytes)
{
    comm->chunk = bytes;
}

_Noreturn void ock_comm_abort(ock_comm *comm, int exit_code)
{
    (void)comm;
    MPI_Abort(MPI_COMM_WORLD, exit_code);
    _exit(exit_code);
}

/* `call` names it to the watchdog. */
static ock_status bcast_pieces(ock_comm *comm, const char *call, int root, void *buffer,
                               size_t bytes)
{
    const int awaited = comm->rank == root ? OCK_WATCHDOG_ANY : root;
    char *at = buffer;
    ock_status status = OCK_OK;
    ock_watchdog_enter(comm->watchdog, call, awaited);
    while (bytes > 0 && status == OCK_OK) {
        const size_t piece = bytes < comm->chunk ? bytes : comm->chunk;
        status = OCK_CHECKED(MPI_Bcast(at, (int)piece, MPI_BYTE, root, MPI_COMM_WORLD));
        at += piece;
        bytes -= piece;
        ock_watchdog_await(comm->watchdog, awaited);
    }
    ock_watchdog_leave(comm->watchdog);
    return status;
}

/* Gathered by rank 0 and not by MPI_Allreduce (which cost the same at 2 to 8 ranks): here most
 * ranks meet one that is stuck, and so rank 0's watchdog can name it. */
ock_status ock_comm_minimum(ock_comm *comm, int *value)
{
    const ock_message vote = {0, value, sizeof *value};
    ock_status status = OCK_OK;
    if (comm->rank != 0) {
        status = ock_comm_transfer(comm, "agree", OCK_TAG_AGREE, &vote, 1, NULL, 0);
    } else {
        for (int peer = 1; peer < comm->size; peer++) {
            comm->receives[peer - 1] = (ock_message){peer, &comm->votes[peer], sizeof *value};
        }
        status = ock_comm_transfer(comm, "agree", OCK_TAG_AGREE, NULL, 0, comm->receives,
                                   (size_t)comm->size - 1);
    }
    if (status != OCK_OK) {
        return status;
    }
    for (int peer = 1; comm->rank == 0 && peer < comm->size; peer++) {
        *value = comm->votes[peer] < *value ? comm->votes[peer] : *value;
    }
    return bcast_pieces(comm, "agree", 0, value, sizeof *value);
}

ock_status ock_comm_bcast_from(ock_comm *comm, int root, void *buffer, size_t bytes)
{
    return bcast_pieces(comm, "bcast", root, buffer, bytes);
}

ock_status ock_comm_bcast(ock_comm *comm, void *buffer, size_t bytes)
{
    return ock_comm_bcast_from(comm, 0, buffer, bytes);
}

/* Rank 0's parts of the other ranks, one message each. */
static void list_parts(const ock_comm *comm, char *buffer, const size_t counts[],
                       const size_t offsets[], ock_message *list)
{
    for (int peer = 1; peer < comm->size; peer++) {
        list[peer - 1] = (ock_message){peer, buffer + offsets[peer], counts[peer]};
    }
}

static void copy_part(void *to, const void *from, size_t bytes)
{
    if (bytes > 0 && to != from) {
        memcpy(to, from, bytes);
    }
}

/* Root-linear: parts are small or rank 0 needs all of them anyway, and the watchdog can name the
 * rank that is missing. */
ock_status ock_comm_gather(ock_comm *comm, const void *mine, void *buffer, const size_t counts[],
                           const size_t offsets[])
{
    if (comm->rank != 0) {
        /* Sends only read, though the list's pointer is not const. */
        const ock_message part = {0, (void *)(uintptr_t)mine, counts[comm->rank]};
        return ock_comm_transfer(comm, "gather", OCK_TAG_GATHER, &part, 1, NULL, 0);
    }
    copy_part((char *)buffer + offsets[0], mine, counts[0]);
    list_parts(comm, buffer, counts, offsets, comm->receives);
    return ock_comm_transfer(comm, "gather", OCK_TAG_GATHER, NULL, 0, comm->receives,
                             (size_t)comm->size - 1);
}

ock_status ock_comm_scatter(ock_comm *comm, const void *buffer, void *mine, const size_t counts[],
                            const size_t offsets[])
{
    if (comm->rank != 0) {
        const ock_message part = {0, mine, counts[comm->rank]};
        return ock_comm_transfer(comm, "scatter", OCK_TAG_SCATTER, NULL, 0, &part, 1);
    }
    copy_part(mine, (const char *)buffer + offsets[0], counts[0]);
    list_parts(comm, (char *)(uintptr_t)buffer, counts, offsets, comm->sends);
    return ock_comm_transfer(comm, "scatter", OCK_TAG_SCATTER, comm->sends, (size_t)comm->size - 1,
                             NULL, 0);
}

/* Every part straight to every rank, which measured no slower than MPI_Allgatherv from 1 MB on, has
 * no limit of an int, and lets the watchdog name a peer. Peers are met in rotated order so that not
 * all start with rank 0. */
ock_status ock_comm_allgather(ock_comm *comm, void *buffer, const size_t counts[],
                              const size_t offsets[])
{
    const size_t size = (size_t)comm->size;
    const size_t rank = (size_t)comm->rank;
    char *parts = buffer;
    for (size_t i = 1; i < size; i++) {
        const size_t to = (rank + i) % size;
        const size_t from = (rank + size - i) % size;
        comm->sends[i - 1] = (ock_message){(int)to, parts + offsets[rank], counts[rank]};
        comm->receives[i - 1] = (ock_message){(int)from, parts + offsets[from], counts[from]};
    }
    return ock_comm_transfer(comm, "allgather", OCK_TAG_ALLGATHER, comm->sends, size - 1,
                             comm->receives, size - 1);
}

static ock_status check_peers(const ock_comm *comm, const ock_message *messages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (messages[i].peer < 0 || messages[i].peer >= comm->size ||
            messages[i].peer == comm->rank) {
            return ock_fail(OCK_INTERNAL, "exchange: rank %d of %d has no peer %d", comm->rank,
                            comm->size, messages[i].peer);
        }
    }
    return OCK_OK;
}

ock_status ock_comm_exchange(ock_comm *comm, const ock_message *sends, size_t send_count,
                             const ock_message *receives, size_t receive_count)
{
    ock_status status = check_peers(comm, sends, send_count);
    if (status == OCK_OK) {
        status = check_peers(comm, receives, receive_count);
    }
    if (status != OCK_OK) {
        return status;
    }
    return ock_comm_transfer(comm, "exchange", OCK_TAG_EXCHANGE, sends, send_count, receives,
                             receive_count);
}
