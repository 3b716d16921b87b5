/* SPDX-License-Identifier: MIT */
/* stall.c - the last things of a process: a line, the end of the job, the end. */
#include "mpi/process/stall.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

enum { LAST_RESORT_SECONDS = 5 };

static void *last_resort(void *unused)
{
    (void)unused;
    sleep(LAST_RESORT_SECONDS);
    _exit(OCK_ENVIRONMENT);
}

/* The line goes out in one write: a blocked stream lock cannot stop it. */
static void report(const ock_stall *stall)
{
    char line[256];
    char awaited[32] = "any rank";
    if (stall->peer != OCK_WATCHDOG_ANY) {
        snprintf(awaited, sizeof awaited, "rank %d", stall->peer);
    }
    const int length =
        snprintf(line, sizeof line, "ockham: rank %d: no progress for %u s in %s, waiting for %s\n",
                 stall->rank, stall->seconds, stall->call, awaited);
    const ssize_t written = write(STDERR_FILENO, line, (size_t)length);
    (void)written; /* nobody is left to tell */
}

void ock_stall_end_process(const void *context, const ock_stall *stall)
{
    const ock_stall_end *end = context;
    pthread_t helper;
    const bool helped = pthread_create(&helper, NULL, last_resort, NULL) == 0;
    report(stall);
    if (helped) {
        end->abort_job();
    }
    _exit(OCK_ENVIRONMENT);
}
