/* SPDX-License-Identifier: MIT */
/* audit_doctor.h - a check-up of the machine. */
#ifndef OCK_AUDIT_DOCTOR_H
#define OCK_AUDIT_DOCTOR_H

#include <stdbool.h>

#include "base/report.h"

/* Whether this machine computes what the numeric contract says, on each instruction set it has:
 * floating-point environment, memory, golden vectors, functions over ranges (`full`: over every
 * argument, else over samples). Reports every check, then the verdict (ock_audit_verdict):
 * MACHINE_FAULT with OCK_INTERNAL where one failed. Not collective. */
ock_status ock_audit_doctor(const ock_report *report, bool full) OCK_WARN_UNUSED;

#endif
