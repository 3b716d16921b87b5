/* SPDX-License-Identifier: MIT */
/* digest.h - BLAKE2b-256 (RFC 7693) by libsodium. */
#ifndef OCK_DIGEST_H
#define OCK_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "base/source.h"
#include "base/status.h"

enum { OCK_DIGEST_BYTES = 32, OCK_DIGEST_TEXT_BYTES = 2 * OCK_DIGEST_BYTES + 1 };

/* All but ock_digest_source and ock_digest_part cannot fail, and all are thread-safe for digests of their own.
 * Running state; 64-byte aligned, so allocate arrays with aligned_alloc. */
typedef struct ock_digest {
    crypto_generichash_state state;
} ock_digest;

void ock_digest_start(ock_digest *digest);
void ock_digest_update(ock_digest *digest, const void *bytes, size_t count);
void ock_digest_finish(ock_digest *digest, uint8_t out[OCK_DIGEST_BYTES]);

/* Updates the running digest with the bytes [begin, end) of the source, read in blocks of 64 KiB;
 * none when begin >= end; each is a heartbeat (alive.h). On failure (the source's, or
 * OCK_ENVIRONMENT when memory is short) the digest holds the blocks before, and nothing of the one that
 * could not be read. */
ock_status ock_digest_source(ock_digest *digest, const ock_source *source, uint64_t begin,
                             uint64_t end) OCK_WARN_UNUSED;

/* The digest of just these bytes; fails likewise, and then *out is of no use. */
ock_status ock_digest_part(const ock_source *source, uint64_t begin, uint64_t end,
                           uint8_t out[OCK_DIGEST_BYTES]) OCK_WARN_UNUSED;

/* Lower-case hexadecimal, 64 digits and a NUL. */
void ock_digest_hex(const uint8_t digest[OCK_DIGEST_BYTES], char text[OCK_DIGEST_TEXT_BYTES]);

/* The reverse: false unless the text is 64 hexadecimal digits. */
bool ock_digest_parse(const char *text, uint8_t digest[OCK_DIGEST_BYTES]);

#endif
