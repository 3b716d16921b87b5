/* SPDX-License-Identifier: MIT */
/* sodium.h - the few calls of libsodium that the coding part of Ockham makes, with libsodium's names
 * and types, for builds of tests/arch where there is no libsodium for the target: blake2b.c. */
#ifndef OCK_ARCH_SODIUM_H
#define OCK_ARCH_SODIUM_H

#include <stddef.h>
#include <stdint.h>

typedef struct crypto_generichash_state {
    uint64_t h[8], bytes; /* chaining value; bytes compressed so far */
    uint8_t block[128];
    size_t filled; /* of block */
} crypto_generichash_state;

int sodium_init(void);
/* key must be NULL; 0 < out_bytes <= 64. */
int crypto_generichash_init(crypto_generichash_state *state, const unsigned char *key,
                            size_t key_bytes, size_t out_bytes);
int crypto_generichash_update(crypto_generichash_state *state, const unsigned char *in,
                              unsigned long long in_bytes);
int crypto_generichash_final(crypto_generichash_state *state, unsigned char *out, size_t out_bytes);
int crypto_generichash(unsigned char *out, size_t out_bytes, const unsigned char *in,
                       unsigned long long in_bytes, const unsigned char *key, size_t key_bytes);
char *sodium_bin2hex(char *hex, size_t hex_bytes, const unsigned char *bin, size_t bin_bytes);
/* Pairs of hexadecimal digits up to the first other character, where *end points; ignore must be NULL. 0, or -1
 * when there are more than bin_most. */
int sodium_hex2bin(unsigned char *bin, size_t bin_most, const char *hex, size_t hex_bytes,
                   const char *ignore, size_t *bin_bytes, const char **end);

#endif
