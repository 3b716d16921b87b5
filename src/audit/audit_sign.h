/* audit_sign.h - who vouches for a compressed file: an Ed25519 signature and a statement of what was run.
 *
 * FILE.sig is a DSSE envelope (github.com/secure-systems-lab/dsse): JSON with the payload in base64, an
 * in-toto statement (in-toto.io/Statement/v1) with a SLSA-shaped predicate, and one signature over
 *     "DSSEv1 LENGTH TYPE LENGTH PAYLOAD"      lengths in decimal; no NUL, nothing behind it
 * The statement's subject is the file by its BLAKE2b-256, so the signature covers every bit of the
 * file. It says contract, options and configuration, the input's digest and that of the program's
 * sources; what the program ran on is in it too, marked as not binding.
 *
 * Keys are text files of one line: "ed25519-secret HEX" (the seed, 32 bytes) and "ed25519-public HEX". */
#ifndef OCK_AUDIT_SIGN_H
#define OCK_AUDIT_SIGN_H

#include <stdbool.h>

#include "archive/settings.h"

/* Writes the secret key to `key`, readable by its owner alone, and the public one to KEY.pub. Nothing
 * existing is replaced without force. Neither is there after a failure; but with force, when the second can't
 * be given its name, the first is. */
ock_status ock_audit_keygen(const ock_report *report, const char *key, bool force) OCK_WARN_UNUSED;

/* Checks the file's structure and digests, then writes FILE.sig. */
ock_status ock_audit_sign(const ock_report *report, const ock_program *program, const char *path,
                          const char *key, bool force) OCK_WARN_UNUSED;

/* OCK_OK when FILE.sig is a signature of the file as it is now by the public key in `key`, and its
 * statement says of the file what the file says; OCK_BAD_DATA when not, or when FILE.sig is malformed;
 * OCK_ENVIRONMENT when something cannot be read. Reports what was signed. */
ock_status ock_audit_check_signature(const ock_report *report, const ock_program *program,
                                     const char *path, const char *key) OCK_WARN_UNUSED;

/* The same as an audit of its own, with a verdict: MATCH, MISMATCH or INCOMPLETE. */
ock_status ock_audit_check(const ock_report *report, const ock_program *program, const char *path,
                           const char *key) OCK_WARN_UNUSED;

#endif
