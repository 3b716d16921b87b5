/* SPDX-License-Identifier: MIT */
/* session.h - the command line of a command that codes, turned into the settings that others take. */
#ifndef OCK_SESSION_H
#define OCK_SESSION_H

#include "archive/settings.h"
#include "cli/options.h"
#include "cli/progress.h"

/* The settings point into it: it stays where it is. */
typedef struct ock_session {
    ock_run_settings run;
    ock_input_choice input;
    ock_keeping_policy keeping;
    const ock_options *options; /* for the commands themselves, in this directory */
    /* behind run.report and run.progress */
    ock_report report;
    ock_progress progress;
    ock_progress_view view;
} ock_session;

/* Kernels are chosen, threads started, and rank 0 opens the log. Afterwards, also after a failure, the
 * caller closes session->run.log and frees session->run.team. Not collective. */
ock_status ock_session_open(ock_session *session, const ock_options *options,
                            const ock_program *program, ock_comm *comm,
                            ock_memory *memory) OCK_WARN_UNUSED;

#endif
