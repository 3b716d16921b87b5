/* SPDX-License-Identifier: MIT */
/* audit_command.c - which audit is meant, and what it is told. */
#include "audit/audit_bisect.h"
#include "audit/audit_common.h"
#include "audit/audit_doctor.h"
#include "audit/audit_keys.h"
#include "audit/audit_replay.h"
#include "audit/audit_sign.h"
#include "audit/audit_verify.h"
#include "cli/commands.h"
#include "cli/machine.h"
#include "cli/messages.h"
#include "numeric/fpenv.h"

static ock_status replay(const ock_run_settings *run, const ock_options *o)
{
    const ock_input_choice corpus = {.path = o->files_from != NULL ? o->files_from : o->corpus,
                                     .list = o->files_from != NULL,
                                     .nul = o->nul,
                                     .log = o->log};
    const ock_replay_wish wish = {.path = o->input,
                                  .from = o->from,
                                  .corpus = corpus.path != NULL ? &corpus : NULL,
                                  .first_step = o->first_step,
                                  .last_step = o->last_step};
    return ock_audit_replay(run, &wish, o->each_step);
}

ock_status ock_audit(const ock_session *session)
{
    const ock_run_settings *run = &session->run;
    const ock_options *o = session->options;
    return ock_messages_end(o->audit == OCK_AUDIT_REPLAY
                                ? replay(run, o)
                                : ock_audit_bisect(run, o->input, o->second, o->from));
}

/* Numbers that a list of files is decoded with are computed by the contract. */
static ock_status verify(const ock_report *report, const ock_options *o, const ock_program *program)
{
    const ock_kernels *kernels;
    ock_fpenv before;
    ock_fpenv_enter(&before);
    ock_status status = ock_machine_kernels(&kernels);
    status = status == OCK_OK ? ock_audit_verify(report, program, kernels, o->input, o->key)
                              : ock_audit_verdict(report, status);
    ock_fpenv_leave(&before);
    return status;
}

static ock_status choose(const ock_report *report, const ock_options *o, const ock_program *program)
{
    switch (o->audit) {
    case OCK_AUDIT_VERIFY:
        return verify(report, o, program);
    case OCK_AUDIT_KEYGEN:
        return ock_audit_keygen(report, o->key, o->force);
    case OCK_AUDIT_SIGN:
        return ock_audit_sign(report, program, o->input, o->key, o->force);
    case OCK_AUDIT_CHECK:
        return ock_audit_check(report, program, o->input, o->key);
    default:
        return ock_audit_doctor(report, o->full);
    }
}

ock_status ock_audit_alone(const ock_options *options, const ock_program *program)
{
    const ock_report report = ock_messages(&options->verbosity);
    return ock_messages_end(choose(&report, options, program));
}
