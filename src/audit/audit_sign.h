/* SPDX-License-Identifier: MIT */
/* audit_sign.h - who vouches for a compressed file: an Ed25519 signature and a statement of what was run.
 *
 * FILE.sig is a DSSE envelope (github.com/secure-systems-lab/dsse): JSON with the payload in base64, and
 * one signature over
 *     "DSSEv1 LENGTH TYPE LENGTH PAYLOAD"      lengths in decimal; no NUL, nothing after it
 * The payload is an in-toto statement (in-toto.io/Statement/v1):
 *     subject[0].name          the file's name when it was signed; not compared: a file may be renamed
 *     subject[0].digest        sha256 and blake2b_256 of the whole file, so every bit of it is covered
 *     predicateType            urn:ockham:compression:v1
 *     predicate.parameters     contract, level, lanes, shards, groups, step, input_bytes, and config, every number
 *                              of the model, and where there are any, priors: bytes and digest of each: what the
 *                              file says
 *     predicate.input          digest: blake2b_256 of the input (whose SHA-256 the file does not know); and list.digest
 *                              of its list of files, as audit verify prints it, where it was a tree: what the file says
 *     predicate.program.digest sha256 of the program's sources (L(program) of mdl)
 *     predicate.environment    what the program ran on; "binding" is false: nothing in the file depends on it
 * Digests are in-toto's DigestSets, in lower-case hexadecimal. blake2b_256 is BLAKE2b (RFC 7693) with a
 * digest of 32 bytes and without a key. in-toto has no name for it; blake2b alone is usually the one of 64. */
#ifndef OCK_AUDIT_SIGN_H
#define OCK_AUDIT_SIGN_H

#include <stdbool.h>

#include "archive/settings.h"
#include "io/container/container.h"
#include "io/file/input.h"

/* A file that is open (ock_plan_open). */
typedef struct ock_signed_file {
    const char *path;
    ock_input *input;
    ock_container *container;
    ock_plan plan;
} ock_signed_file;

/* By its name, once; the caller closes it, after a failure too. */
ock_status ock_signed_file_open(const char *path, ock_signed_file *file) OCK_WARN_UNUSED;
void ock_signed_file_close(ock_signed_file *file);

/* Checks the file's structure and digests, then writes FILE.sig, with the secret key in `key`. */
ock_status ock_audit_sign(const ock_report *report, const ock_program *program, const char *path,
                          const char *key, bool force) OCK_WARN_UNUSED;

/* OCK_OK when FILE.sig, beside the file's path, is a signature of the file as it is now by the public key in `key`, and its
 * statement has both digests of it and says of the file what the file says; OCK_BAD_DATA when not, or when
 * FILE.sig is malformed; OCK_ENVIRONMENT when something cannot be read. Reports what was signed. */
ock_status ock_audit_check_signature(const ock_report *report, const ock_program *program,
                                     const ock_signed_file *file, const char *key) OCK_WARN_UNUSED;

/* The same as an audit of its own, with a verdict: MATCH, MISMATCH or INCOMPLETE. */
ock_status ock_audit_check(const ock_report *report, const ock_program *program, const char *path,
                           const char *key) OCK_WARN_UNUSED;

#endif
