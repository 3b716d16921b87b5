/* audit_alone.c - which audit of one process is meant, and its last line. */
#include "audit_alone.h"

#include <stdio.h>

#include "audit_sign.h"

static ock_status check_signature(const ock_options *options)
{
    ock_status status = ock_audit_check_signature(options->input, options->key);
    puts(status == OCK_OK ? "MATCH" : status == OCK_BAD_DATA ? "MISMATCH" : "INCOMPLETE");
    if (fflush(stdout) != 0)
        return ock_fail(OCK_ENVIRONMENT, "cannot write to standard output");
    return status;
}

ock_status ock_audit_alone(const ock_options *options)
{
    switch (options->audit) {
    case OCK_AUDIT_KEYGEN:
        return ock_audit_keygen(options->key, options->force);
    case OCK_AUDIT_SIGN:
        return ock_audit_sign(options->input, options->key, options->force);
    case OCK_AUDIT_CHECK:
        return check_signature(options);
    default:
        return ock_audit_doctor(options);
    }
}
