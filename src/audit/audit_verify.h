/* audit_verify.h - looks at a file without running anything. */
#ifndef OCK_AUDIT_VERIFY_H
#define OCK_AUDIT_VERIFY_H

#include "archive/settings.h"

/* Whether structure and digests of the file at `path` ("-": standard input) are in order, and with a
 * public key (a path, or NULL) its signature too. Reports digests of input and states, then the
 * verdict (ock_audit_verdict). Not collective. */
ock_status ock_audit_verify(const ock_report *report, const ock_program *program, const char *path,
                            const char *key) OCK_WARN_UNUSED;

#endif
