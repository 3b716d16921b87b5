/* SPDX-License-Identifier: MIT */
/* audit_keys.h - keys of Ed25519, and the small files of text that signatures are made of.
 *
 * A key is a file of one line: "ed25519-secret HEX" (the seed, 32 bytes) or "ed25519-public HEX". Nothing here
 * is collective. */
#ifndef OCK_AUDIT_KEYS_H
#define OCK_AUDIT_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/report.h"
#include "base/status.h"
#include "io/file/output.h"

enum { OCK_KEY_BYTES = 32 };

/* Writes the secret key to `key`, readable by its owner alone, and the public one to KEY.pub; nothing existing is
 * replaced without force. After a failure neither is there, or with force neither the new one: both are complete
 * before the first gets its name. */
ock_status ock_audit_keygen(const ock_report *report, const char *key, bool force) OCK_WARN_UNUSED;

/* The seed of a secret key. OCK_ENVIRONMENT, as for a file that cannot be read, for a file that others than
 * its owner can access: the message says which command to type. (The permissions of a pipe do not matter.) */
ock_status ock_key_read_secret(const char *path, uint8_t seed[OCK_KEY_BYTES]) OCK_WARN_UNUSED;
ock_status ock_key_read_public(const char *path, uint8_t key[OCK_KEY_BYTES]) OCK_WARN_UNUSED;

/* The whole of a file of at most 1 MiB, NUL-terminated; the caller frees *text. OCK_BAD_DATA when it is longer. */
ock_status ock_key_read_text(const char *path, char **text) OCK_WARN_UNUSED;

/* A small file with this text, all of which is on the disk but for the name, that a commit gives; created as
 * ock_output_create_for has it. *output is the caller's, after a failure too. */
ock_status ock_key_prepare_text(const ock_report *report, const char *path, bool force,
                                ock_access access, const char *text,
                                ock_output **output) OCK_WARN_UNUSED;

/* PATH and the suffix after it; the caller frees *name. */
ock_status ock_key_name(const char *path, const char *suffix, char **name) OCK_WARN_UNUSED;

#endif
