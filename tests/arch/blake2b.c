/* SPDX-License-Identifier: MIT */
/* blake2b.c - BLAKE2b without a key, written from RFC 7693, behind the names of sodium.h. Its output
 * is compared with libsodium's: matrix.sh takes files whose digests were made by the real program. */
#include "sodium.h"

#include <string.h>

static const uint64_t iv[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                               0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                               0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

static const uint8_t sigma[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                      {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                      {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                      {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                      {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                      {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                      {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                      {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                      {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                      {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

static uint64_t rotate_right(uint64_t x, unsigned bits)
{
    return x >> bits | x << (64 - bits);
}

static void mix(uint64_t v[16], unsigned a, unsigned b, unsigned c, unsigned d, uint64_t x,
                uint64_t y)
{
    v[a] = v[a] + v[b] + x;
    v[d] = rotate_right(v[d] ^ v[a], 32);
    v[c] = v[c] + v[d];
    v[b] = rotate_right(v[b] ^ v[c], 24);
    v[a] = v[a] + v[b] + y;
    v[d] = rotate_right(v[d] ^ v[a], 16);
    v[c] = v[c] + v[d];
    v[b] = rotate_right(v[b] ^ v[c], 63);
}

static uint64_t word(const uint8_t *bytes)
{
    uint64_t x = 0;
    for (int i = 7; i >= 0; i--) {
        x = x << 8 | bytes[i];
    }
    return x;
}

static void compress(crypto_generichash_state *s, const uint8_t *block, int last)
{
    uint64_t v[16], m[16];
    for (int i = 0; i < 16; i++) {
        m[i] = word(block + 8 * i);
    }
    for (int i = 0; i < 8; i++) {
        v[i] = s->h[i];
        v[i + 8] = iv[i];
    }
    v[12] ^= s->bytes;
    v[14] = last ? ~v[14] : v[14];
    for (int round = 0; round < 12; round++) {
        const uint8_t *p = sigma[round % 10];
        for (unsigned i = 0; i < 4; i++) {
            mix(v, i, i + 4, i + 8, i + 12, m[p[2 * i]], m[p[2 * i + 1]]);
        }
        for (unsigned i = 0; i < 4; i++) {
            mix(v, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12, m[p[2 * i + 8]],
                m[p[2 * i + 9]]);
        }
    }
    for (int i = 0; i < 8; i++) {
        s->h[i] ^= v[i] ^ v[i + 8];
    }
}

int sodium_init(void)
{
    return 0;
}

int crypto_generichash_init(crypto_generichash_state *s, const unsigned char *key, size_t key_bytes,
                            size_t out_bytes)
{
    if (key != NULL || key_bytes != 0 || out_bytes == 0 || out_bytes > 64) {
        return -1;
    }
    memset(s, 0, sizeof *s);
    memcpy(s->h, iv, sizeof iv);
    s->h[0] ^= 0x01010000 ^ out_bytes;
    return 0;
}

/* A full block waits for a byte behind it: the last one is compressed in another way. */
int crypto_generichash_update(crypto_generichash_state *s, const unsigned char *in,
                              unsigned long long in_bytes)
{
    while (in_bytes > 0) {
        if (s->filled == sizeof s->block) {
            s->bytes += sizeof s->block;
            compress(s, s->block, 0);
            s->filled = 0;
        }
        size_t room = sizeof s->block - s->filled;
        size_t count = in_bytes < room ? (size_t)in_bytes : room;
        memcpy(s->block + s->filled, in, count);
        s->filled += count;
        in += count;
        in_bytes -= count;
    }
    return 0;
}

int crypto_generichash_final(crypto_generichash_state *s, unsigned char *out, size_t out_bytes)
{
    memset(s->block + s->filled, 0, sizeof s->block - s->filled);
    s->bytes += s->filled;
    compress(s, s->block, 1);
    for (size_t i = 0; i < out_bytes; i++) {
        out[i] = (unsigned char)(s->h[i / 8] >> 8 * (i % 8));
    }
    return 0;
}

int crypto_generichash(unsigned char *out, size_t out_bytes, const unsigned char *in,
                       unsigned long long in_bytes, const unsigned char *key, size_t key_bytes)
{
    crypto_generichash_state s;
    if (crypto_generichash_init(&s, key, key_bytes, out_bytes) != 0) {
        return -1;
    }
    crypto_generichash_update(&s, in, in_bytes);
    return crypto_generichash_final(&s, out, out_bytes);
}

char *sodium_bin2hex(char *hex, size_t hex_bytes, const unsigned char *bin, size_t bin_bytes)
{
    static const char digits[] = "0123456789abcdef";
    if (hex_bytes <= 2 * bin_bytes) {
        return NULL;
    }
    for (size_t i = 0; i < bin_bytes; i++) {
        hex[2 * i] = digits[bin[i] >> 4];
        hex[2 * i + 1] = digits[bin[i] & 15];
    }
    hex[2 * bin_bytes] = '\0';
    return hex;
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int sodium_hex2bin(unsigned char *bin, size_t bin_most, const char *hex, size_t hex_bytes,
                   const char *ignore, size_t *bin_bytes, const char **end)
{
    size_t count = 0;
    (void)ignore;
    for (; 2 * count + 1 < hex_bytes && digit(hex[2 * count]) >= 0; count++) {
        if (count == bin_most || digit(hex[2 * count + 1]) < 0) {
            return -1;
        }
        bin[count] = (unsigned char)(digit(hex[2 * count]) << 4 | digit(hex[2 * count + 1]));
    }
    *bin_bytes = count;
    *end = hex + 2 * count;
    return 0;
}
