/* SPDX-License-Identifier: MIT */
/* audit_replay.h - runs a file's transcript, or its input, once more and compares the states. */
#ifndef OCK_AUDIT_REPLAY_H
#define OCK_AUDIT_REPLAY_H

#include "archive/settings.h"

typedef struct ock_replay ock_replay;

/* What is done after each step from `first` to `last` (0: the end), by all ranks, before the step's mark
 * is compared. OCK_STOPPED ends the replay. */
typedef struct ock_replay_visit {
    uint64_t first, last;
    ock_status (*visit)(void *context, ock_codec *codec); /* NULL: nothing. Collective */
    void *context;
} ock_replay_visit;

/* Replays the file at `path`: from a checkpoint (a path or a directory, NULL: from the beginning), as an
 * encoder of `corpus` (NULL: as a decoder), which must be what the file was made of, and compares and prints the marks from first_step on (0:
 * all) to the first at last_step or after (0: the end). OCK_OK or OCK_STOPPED: all agreed; OCK_BAD_DATA:
 * not; OCK_ENVIRONMENT: could not be done. Collective. */
typedef struct ock_replay_wish {
    const char *path, *from;
    const ock_input_choice *corpus;
    uint64_t first_step, last_step;
    ock_replay_visit visit;
} ock_replay_wish;

ock_status ock_replay_run(const ock_run_settings *run, const ock_replay_wish *wish) OCK_WARN_UNUSED;

/* audit replay: the same with a verdict (ock_audit_verdict). each_step: the digest of every state from
 * first_step to last_step is reported and logged; the wish has no visit of its own. Collective. */
ock_status ock_audit_replay(const ock_run_settings *run, const ock_replay_wish *wish,
                            bool each_step) OCK_WARN_UNUSED;

#endif
