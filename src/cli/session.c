/* SPDX-License-Identifier: MIT */
/* session.c - the one place where options become settings. */
#include "cli/session.h"

#include <stdlib.h>

#include "cli/machine.h"
#include "cli/messages.h"
#include "cli/signals.h"

static const char *stop_asked(void *nothing)
{
    (void)nothing;
    return ock_signals_stop_asked();
}

static ock_input_choice choose_input(const ock_options *o)
{
    return (ock_input_choice){.path = o->input,
                              .list = o->files_from != NULL,
                              .nul = o->nul,
                              .times = o->times,
                              .output = o->output,
                              .checkpoints = o->checkpoint,
                              .log = o->log,
                              .trace = o->traces[0]};
}

static ock_keeping_policy choose_keeping(const ock_options *o)
{
    return (ock_keeping_policy){.directory = o->checkpoint,
                                .resume = o->resume,
                                .replace = o->force,
                                .keep_all = o->keep_checkpoints,
                                .every_steps = o->every_steps,
                                .every_seconds = o->every_seconds,
                                .stop_before = o->stop_before,
                                .stop_asked = stop_asked};
}

/* Rank 0 alone speaks. */
static void listen_to_root(ock_session *s)
{
    s->report = ock_messages(&s->options->verbosity);
    s->progress = (ock_progress){.log = s->run.log, .quiet = s->options->verbosity < 0};
    s->view = ock_progress_show(&s->progress);
    s->run.report = &s->report;
    s->run.progress = &s->view;
}

ock_status ock_session_open(ock_session *session, const ock_options *options,
                            const ock_program *program, ock_comm *comm, ock_memory *memory)
{
    const bool root = ock_comm_rank(comm) == 0;
    *session = (ock_session){
        .run = {.comm = comm,
                .memory = memory,
                .program = program,
                .input = options->input,
                .priors = {(const char *const *)options->priors, options->prior_count},
                .deadline = options->deadline},
        .input = choose_input(options),
        .keeping = choose_keeping(options),
        .options = options};
    size_t threads = 1;
    ock_status status = ock_machine_kernels(&session->run.kernels);
    if (status == OCK_OK) {
        status = ock_machine_threads(ock_comm_neighbours(comm), options->threads, &threads);
    }
    if (status == OCK_OK) {
        status = ock_team_new(threads, &session->run.team);
    }
    if (status == OCK_OK) {
        status = ock_log_open(root ? options->log : NULL, &session->run.log);
    }
    if (root) {
        listen_to_root(session);
    }
    return status;
}
