/* audit_alone.c - which audit of one process is meant. */
#include "audit_alone.h"

ock_status ock_audit_alone(const ock_options *options)
{
    return ock_audit_doctor(options);
}
