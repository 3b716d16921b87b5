/* audit_alone.c - which audit of one process is meant. */
#include "audit/audit_alone.h"

#include "audit/audit.h"
#include "audit/audit_sign.h"

ock_status ock_audit_alone(const ock_options *options, const ock_program *program)
{
    switch (options->audit) {
    case OCK_AUDIT_VERIFY:
        return ock_audit_verify(options, program);
    case OCK_AUDIT_KEYGEN:
        return ock_audit_keygen(options->key, options->force);
    case OCK_AUDIT_SIGN:
        return ock_audit_sign(program, options->input, options->key, options->force);
    case OCK_AUDIT_CHECK:
        return ock_audit_verdict(ock_audit_check_signature(program, options->input, options->key));
    default:
        return ock_audit_doctor(options);
    }
}
