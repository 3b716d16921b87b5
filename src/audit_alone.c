/* audit_alone.c - which audit of one process is meant. */
#include "audit_alone.h"

#include "audit.h"
#include "audit_sign.h"

ock_status ock_audit_alone(const ock_options *options)
{
    switch (options->audit) {
    case OCK_AUDIT_VERIFY:
        return ock_audit_verify(options);
    case OCK_AUDIT_KEYGEN:
        return ock_audit_keygen(options->key, options->force);
    case OCK_AUDIT_SIGN:
        return ock_audit_sign(options->input, options->key, options->force);
    case OCK_AUDIT_CHECK:
        return ock_audit_verdict(ock_audit_check_signature(options->input, options->key));
    default:
        return ock_audit_doctor(options);
    }
}
