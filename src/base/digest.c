/* digest.c - BLAKE2b-256 over libsodium. */
#include "base/digest.h"

#include <string.h>

/* None of libsodium's calls below can fail with a 32-byte unkeyed digest. */

void ock_digest_start(ock_digest *digest)
{
    static int ready = -1;

    if (ready < 0) {
        ready = sodium_init(); /* chooses the fastest body; the portable one works without it */
    }
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
