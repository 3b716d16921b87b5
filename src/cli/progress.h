/* progress.h - the line a person watches on standard error, and its twin in the log. */
#ifndef OCK_PROGRESS_H
#define OCK_PROGRESS_H

#include <stdint.h>

#include "cli/commands.h"
#include "codec/codec.h"

/* Rank 0's view of a run. Under mpirun standard error is no terminal even when the user's is, so
 * lines are shown unless -q: overwritten in place on a terminal, else one every few seconds. */
typedef struct ock_progress {
    const ock_session *session;
    double start, last_shown, last_logged; /* seconds, monotonic clock */
    bool terminal, shown;
    uint64_t before;                             /* symbols done when a resumed run began */
    uint64_t (*transcript_bytes)(void *context); /* so far */
    void *context;
} ock_progress;

void ock_progress_start(ock_progress *progress, const ock_session *session,
                        uint64_t (*transcript_bytes)(void *context), void *context);

/* To be used as ock_codec's report. */
void ock_progress_report(void *progress, const ock_codec *codec);

/* Clears the line; seconds since the start. */
double ock_progress_end(ock_progress *progress);

#endif
