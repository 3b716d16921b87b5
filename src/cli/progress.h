/* SPDX-License-Identifier: MIT */
/* progress.h - the line a person watches on standard error, and its twin in the log. */
#ifndef OCK_PROGRESS_H
#define OCK_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/settings.h"

/* Rank 0's view of a run. Under mpirun standard error is no terminal even when the user's is, so
 * lines are shown unless `quiet`: overwritten in place on a terminal, else one every few seconds. */
typedef struct ock_progress {
    ock_log *log;
    bool quiet;
    /* of the run that is watched */
    double start, last_shown, last_logged; /* seconds, monotonic clock */
    bool terminal, shown;
    uint64_t before;                        /* symbols done when a resumed run began */
    uint64_t (*transcript_bytes)(void *of); /* so far */
    void *of;
} ock_progress;

/* Shows runs one after the other; *progress has log and quiet, all else zero, and outlives them. */
ock_progress_view ock_progress_show(ock_progress *progress);

#endif
