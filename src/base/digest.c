/* SPDX-License-Identifier: MIT */
/* digest.c - BLAKE2b-256 over libsodium. */
#include "base/digest.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alive.h"

enum { BLOCK_BYTES = 1 << 16 };

/* None of libsodium's calls below can fail with a 32-byte unkeyed digest. */

/* Chooses the fastest body; the portable one works without it. */
static void start_sodium(void)
{
    (void)!sodium_init();
}

void ock_digest_start(ock_digest *digest)
{
    /* Once for all threads: the choice is the machine's and never changes. */
    static pthread_once_t started = PTHREAD_ONCE_INIT;

    (void)pthread_once(&started, start_sodium);
    (void)crypto_generichash_init(&digest->state, NULL, 0, 32);
}

void ock_digest_update(ock_digest *digest, const void *bytes, size_t count)
{
    if (count > 0) {
        (void)crypto_generichash_update(&digest->state, bytes, count);
    }
}

void ock_digest_finish(ock_digest *digest, uint8_t out[32])
{
    (void)crypto_generichash_final(&digest->state, out, 32);
}

ock_status ock_digest_source(ock_digest *digest, const ock_source *source, uint64_t begin,
                             uint64_t end)
{
    uint8_t *block = malloc(BLOCK_BYTES);
    ock_status status = OCK_OK;

    if (block == NULL) {
        return ock_fail_memory(BLOCK_BYTES, "reading what a digest is of");
    }
    for (uint64_t at = begin; status == OCK_OK && at < end;) {
        const size_t count = end - at < BLOCK_BYTES ? (size_t)(end - at) : BLOCK_BYTES;

        status = source->read_at(source->context, at, block, count);
        if (status == OCK_OK) {
            ock_digest_update(digest, block, count);
            ock_alive();
        }
        at += count;
    }
    free(block);
    return status;
}

ock_status ock_digest_part(const ock_source *source, uint64_t begin, uint64_t end, uint8_t out[32])
{
    ock_digest digest;
    ock_status status = OCK_OK;

    ock_digest_start(&digest);
    status = ock_digest_source(&digest, source, begin, end);
    ock_digest_finish(&digest, out);
    return status;
}

void ock_digest_hex(const uint8_t digest[32], char text[65])
{
    sodium_bin2hex(text, 65, digest, 32);
}

bool ock_digest_parse(const char *text, uint8_t digest[32])
{
    size_t count = 0;
    const char *end = NULL;

    return sodium_hex2bin(digest, 32, text, strlen(text), NULL, &count, &end) == 0 && count == 32 &&
           *end == '\0';
}
