/* SPDX-License-Identifier: MIT */
/* price.h - about what a stretch of bytes costs: as bytes, and as numbers of a layout. In integers, in 1/256 bit.
 *
 * Internal to the directory. */
#ifndef OCK_PRICE_H
#define OCK_PRICE_H

#include <stddef.h>

#include "layouts/regions.h"

/* Bytes after the two before them, and after one: what was seen so far. */
enum { OCK_PRICE_SLOTS = 1 << 20 };
typedef struct ock_byte_price {
    uint16_t *after_two;    /* (OCK_PRICE_SLOTS) P(1) in 1/65536, from 1/2 */
    uint16_t *after_one;    /* (1 << 16) */
    uint16_t cost[1 << 12]; /* of p / 4096 */
} ock_byte_price;
/* Both tables are there. */
void ock_byte_price_start(ock_byte_price *price);

/* `count` bytes, of which two lie in front of them. */
uint64_t ock_price_bytes(ock_byte_price *price, const uint8_t *bytes, size_t count);

/* `count` bytes of a region that began `at` bytes before them, after `before` bytes in front of them. -> the cheapest of
 * differences from neighbours, and of bytes by their place in a number. */
uint64_t ock_price_numbers(const ock_shape *shape, uint64_t at, const uint8_t *bytes, size_t before,
                           size_t count);

/* The value in whose order numbers of a shape follow each other, up to 56 bits. */
int64_t ock_shape_value(const ock_shape *shape, const uint8_t *bytes, unsigned width);

#endif
