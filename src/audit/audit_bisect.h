/* SPDX-License-Identifier: MIT */
/* audit_bisect.h - two runs that should agree, and where they do not any more. */
#ifndef OCK_AUDIT_BISECT_H
#define OCK_AUDIT_BISECT_H

#include "archive/settings.h"

/* Compares two runs, each by a file, a log or a checkpoint (paths on rank 0), and reports in which step
 * they part, in which tensor where that can be found out, and what is missing to find out more; last
 * the verdict (ock_audit_verdict). from: where replays of their files may begin, a checkpoint or a
 * directory of them, or NULL. OCK_BAD_DATA: they part; OCK_ENVIRONMENT: they cannot be compared.
 * Collective. */
ock_status ock_audit_bisect(const ock_run_settings *run, const char *first, const char *second,
                            const char *from) OCK_WARN_UNUSED;

#endif
