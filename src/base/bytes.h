/* SPDX-License-Identifier: MIT */
/* bytes.h - integers as little-endian bytes, whatever the machine's order. */
#ifndef OCK_BYTES_H
#define OCK_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* Little-endian integers of `size` bytes, 1 to 8. */
static inline void ock_put_le(uint8_t *bytes, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
}

static inline uint64_t ock_get_le(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size; i > 0; i--) {
        value = value << 8 | bytes[i - 1];
    }
    return value;
}

#endif
