/* audit_alone.h - the audits of one process, which start no message passing. Those
 * that check something print one word as the last line of standard output. */
#ifndef OCK_AUDIT_ALONE_H
#define OCK_AUDIT_ALONE_H

#include "audit/audit_sign.h"
#include "base/status.h"
#include "cli/options.h"

/* Chooses by options->audit. OCK_AUDIT_CHECK ends with MATCH, MISMATCH or INCOMPLETE. */
ock_status ock_audit_alone(const ock_options *options, const ock_program *program) OCK_WARN_UNUSED;

/* audit doctor: whether this machine computes what the numeric contract says, on each instruction set
 * it has: floating-point environment, memory, golden vectors, functions over ranges (with
 * options->full over every argument). Last line MATCH, or MACHINE_FAULT with OCK_INTERNAL. */
ock_status ock_audit_doctor(const ock_options *options) OCK_WARN_UNUSED;

#endif
