/* SPDX-License-Identifier: MIT */
/* stuck_rank.c - a job in which one rank stops taking part: the subject of test_watchdog.c.
 *
 * stuck_rank MODE SECONDS: the ranks do some rounds, then misbehave as MODE says under a watchdog
 * of SECONDS. Prints "done" on rank 0 where the job comes to its end. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mpi/comm_from.h"
#include "mpi/flight.h"
#include "mpi/process/process.h"

enum { FOREVER_SECONDS = 60, MAX_RANKS = 16 };

static int last_rank(const ock_comm *comm)
{
    return ock_comm_size(comm) - 1;
}

/* The last rank computes for ever while the others agree. */
static ock_status sleeping(ock_comm *comm, unsigned seconds)
{
    (void)seconds;
    if (ock_comm_rank(comm) == last_rank(comm)) {
        sleep(FOREVER_SECONDS);
    }
    return ock_comm_agree(comm, OCK_OK);
}

/* The root is missing. */
static ock_status sleeping_root(ock_comm *comm, unsigned seconds)
{
    char byte = 0;
    (void)seconds;
    if (ock_comm_rank(comm) == 0) {
        sleep(FOREVER_SECONDS);
    }
    return ock_comm_bcast(comm, &byte, 1);
}

/* The last rank is stopped while the others wait for its message. */
static ock_status stopped(ock_comm *comm, unsigned seconds)
{
    char out = 1;
    char in = 0;
    const int last = last_rank(comm);
    const ock_message send = {0, &out, 1};
    const ock_message receive = {last, &in, 1};
    (void)seconds;
    if (ock_comm_rank(comm) == last) {
        raise(SIGSTOP);
        return ock_comm_exchange(comm, &send, 1, NULL, 0);
    }
    if (ock_comm_rank(comm) == 0) {
        return ock_comm_exchange(comm, NULL, 0, &receive, 1);
    }
    return ock_comm_agree(comm, OCK_OK);
}

/* Between the halves of a call the others compute for longer than the deadline, which is no failure; the
 * last rank never starts it. */
static ock_status never_started(ock_comm *comm, unsigned seconds)
{
    const size_t counts[MAX_RANKS] = {1, 1}, offsets[MAX_RANKS] = {0, 1};
    char bytes[2] = {0};
    ock_flight *flight = NULL;
    if (ock_comm_rank(comm) == last_rank(comm)) {
        sleep(FOREVER_SECONDS);
    }
    ock_status status = ock_flight_new(comm, &flight);
    if (status == OCK_OK) {
        status = ock_flight_start_allgather(flight, bytes, counts, offsets);
    }
    sleep(seconds + 1);
    if (status == OCK_OK) {
        status = ock_flight_finish(flight);
    }
    ock_flight_free(flight);
    return status;
}

/* Ends without the others: they wait in ock_comm_finish. */
static ock_status sleeping_at_end(ock_comm *comm, unsigned seconds)
{
    (void)seconds;
    if (ock_comm_rank(comm) == last_rank(comm)) {
        sleep(FOREVER_SECONDS);
    }
    return OCK_OK;
}

/* Rank 1 suspends rank 0 inside a call for longer than the deadline: not a failure. */
static ock_status suspended(ock_comm *comm, unsigned seconds)
{
    size_t counts[MAX_RANKS] = {0};
    const size_t offsets[MAX_RANKS] = {0};
    char byte = 0;
    pid_t root = getpid();
    const ock_status status = ock_comm_bcast(comm, &root, sizeof root);
    if (status != OCK_OK) {
        return status;
    }
    if (ock_comm_rank(comm) == 1) {
        usleep(200000); /* rank 0 is in the gather by now */
        kill(root, SIGSTOP);
        sleep(seconds + 2);
        kill(root, SIGCONT);
    }
    counts[1] = 1;
    return ock_comm_gather(comm, &byte, &byte, counts, offsets);
}

/* Each call is short of the deadline, all together are not: no failure. */
static ock_status slow_but_alive(ock_comm *comm, unsigned seconds)
{
    ock_status status = OCK_OK;
    for (unsigned i = 0; i < 8 && status == OCK_OK; i++) {
        if (ock_comm_rank(comm) == last_rank(comm)) {
            usleep(seconds * 1000000u / 4);
        }
        status = ock_comm_agree(comm, OCK_OK);
    }
    return status;
}

/* A rank works for longer than the deadline and the grace of those that wait for rank 0, and says after each
 * piece of it that it lives. */
static void work(ock_comm *comm, unsigned seconds, int rank)
{
    enum { PIECES_A_SECOND = 10 };
    for (unsigned i = 0; ock_comm_rank(comm) == rank && i < (seconds + 3) * PIECES_A_SECOND; i++) {
        usleep(1000000 / PIECES_A_SECOND);
        ock_comm_progress(comm);
    }
}

/* The others wait for rank 0 in an agreement, a broadcast, messages of two kinds and the end. */
static ock_status working_root(ock_comm *comm, unsigned seconds)
{
    const size_t counts[MAX_RANKS] = {1, 1}, offsets[MAX_RANKS] = {0, 1};
    char bytes[MAX_RANKS] = {0};
    work(comm, seconds, 0);
    ock_status status = ock_comm_agree(comm, OCK_OK);
    work(comm, seconds, 0);
    if (status == OCK_OK) {
        status = ock_comm_bcast(comm, bytes, 1);
    }
    work(comm, seconds, 0);
    if (status == OCK_OK) {
        status = ock_comm_scatter(comm, bytes, bytes, counts, offsets);
    }
    work(comm, seconds, 0);
    if (status == OCK_OK) {
        status = ock_comm_allgather(comm, bytes, counts, offsets);
    }
    work(comm, seconds, 0);
    return status;
}

/* Rank 0 waits too, and hands on what it hears. */
static ock_status working_rank(ock_comm *comm, unsigned seconds)
{
    work(comm, seconds, last_rank(comm));
    return ock_comm_agree(comm, OCK_OK);
}

/* One piece of work takes for ever: that is found, whatever was said before. */
static ock_status stuck_at_work(ock_comm *comm, unsigned seconds)
{
    (void)seconds;
    if (ock_comm_rank(comm) == 0) {
        sleep(1);
        ock_comm_progress(comm);
        sleep(FOREVER_SECONDS);
    }
    return ock_comm_agree(comm, OCK_OK);
}

/* As a library has it: a duplicate whose watchdog calls MPI_Abort, prints nothing and ends nothing by
 * itself. */
static ock_status library(ock_comm *comm, unsigned seconds)
{
    ock_comm *own = NULL;
    ock_status status = ock_comm_watch(comm, 0);
    if (status == OCK_OK) {
        status = ock_comm_from(MPI_COMM_WORLD, &own);
    }
    if (status == OCK_OK) {
        status = ock_comm_watch(own, seconds);
    }
    if (status == OCK_OK && ock_comm_rank(own) == last_rank(own)) {
        sleep(FOREVER_SECONDS);
    }
    return status == OCK_OK ? ock_comm_agree(own, OCK_OK) : status;
}

/* The last rank gives up for all. */
static ock_status aborting(ock_comm *comm, unsigned seconds)
{
    (void)seconds;
    if (ock_comm_rank(comm) == last_rank(comm)) {
        ock_comm_abort(OCK_INTERNAL);
    }
    return ock_comm_agree(comm, OCK_OK);
}

static const struct {
    const char *name;
    ock_status (*misbehave)(ock_comm *comm, unsigned seconds);
} modes[] = {{"sleeping", sleeping},
             {"sleeping_root", sleeping_root},
             {"stopped", stopped},
             {"sleeping_at_end", sleeping_at_end},
             {"suspended", suspended},
             {"slow_but_alive", slow_but_alive},
             {"aborting", aborting},
             {"library", library},
             {"never_started", never_started},
             {"working_root", working_root},
             {"working_rank", working_rank},
             {"stuck_at_work", stuck_at_work}};

static ock_status run(ock_comm *comm, const char *mode, unsigned seconds)
{
    ock_status status = ock_comm_watch(comm, seconds);
    for (int i = 0; i < 100 && status == OCK_OK; i++) {
        status = ock_comm_agree(comm, OCK_OK);
    }
    for (size_t i = 0; i < sizeof modes / sizeof modes[0] && status == OCK_OK; i++) {
        if (strcmp(mode, modes[i].name) == 0) {
            return modes[i].misbehave(comm, seconds);
        }
    }
    return status == OCK_OK ? ock_fail(OCK_INTERNAL, "no mode %s", mode) : status;
}

int main(int argc, char **argv)
{
    ock_comm *comm = NULL;
    if (argc != 3 || ock_comm_start(&argc, &argv, &comm) != OCK_OK) {
        fprintf(stderr, "stuck_rank MODE SECONDS, under mpirun: %s\n", ock_error_text());
        return 99;
    }
    if (run(comm, argv[1], (unsigned)strtoul(argv[2], NULL, 10)) != OCK_OK) {
        fprintf(stderr, "stuck_rank: %s\n", ock_error_text());
        ock_comm_abort(98);
    }
    const bool root = ock_comm_rank(comm) == 0;
    ock_comm_finish(comm);
    if (root) {
        puts("done");
    }
    return 0;
}
