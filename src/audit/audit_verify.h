/* SPDX-License-Identifier: MIT */
/* audit_verify.h - looks at a file without running anything. */
#ifndef OCK_AUDIT_VERIFY_H
#define OCK_AUDIT_VERIFY_H

#include "archive/settings.h"

/* Whether structure and digests of the file at `path` ("-": standard input, without a key) are in order, its list of
 * files is one, and with a public key (a path, or NULL) its signature too. Reports digests of input, list and
 * states, then the verdict (ock_audit_verdict). The contract's floating-point environment must be
 * set, for the list is decoded. Not collective. */
ock_status ock_audit_verify(const ock_report *report, const ock_program *program,
                            const ock_kernels *kernels, const char *path,
                            const char *key) OCK_WARN_UNUSED;

#endif
