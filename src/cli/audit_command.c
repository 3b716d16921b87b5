/* audit_command.c - which audit is meant, and what it is told. */
#include "audit/audit_bisect.h"
#include "audit/audit_doctor.h"
#include "audit/audit_replay.h"
#include "audit/audit_sign.h"
#include "audit/audit_verify.h"
#include "cli/commands.h"
#include "cli/messages.h"

static ock_status replay(const ock_run_settings *run, const ock_options *o)
{
    const ock_replay_wish wish = {.path = o->input,
                                  .from = o->from,
                                  .corpus = o->corpus,
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

static ock_status choose(const ock_report *report, const ock_options *o, const ock_program *program)
{
    switch (o->audit) {
    case OCK_AUDIT_VERIFY:
        return ock_audit_verify(report, program, o->input, o->key);
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
