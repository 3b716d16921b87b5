/* SPDX-License-Identifier: MIT */
/* hash.h - hashing of what contexts are made of. */
#ifndef OCK_CONTEXTS_HASH_H
#define OCK_CONTEXTS_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Two values as one; the order matters. */
static inline uint64_t ock_hash_pair(uint64_t a, uint64_t b)
{
    return (a + b * 0x2545F4914F6CDD1Du) ^ (a >> 31);
}

/* A sequence's hash with one more value at its end. */
static inline uint64_t ock_hash_next(uint64_t hash, uint64_t value)
{
    return (hash + value + 1) * 0x9E3779B97F4A7C15u;
}

/* The place of a value in a table of 2^bits places. */
static inline size_t ock_hash_place(uint64_t value, unsigned bits)
{
    value = (value ^ value >> 32) * 0xD6E8FEB86659FD93u;
    return (size_t)(value >> (64 - bits));
}

/* An odd multiplier and a shift: enough to spread structured input over table and tag bits. key: of the
 * kind of value. */
static inline uint64_t ock_hash_spread(uint64_t value, unsigned key)
{
    uint64_t h = (value + 0x9E3779B97F4A7C15u * (key + 1)) * 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ (h >> 29);
}

#endif
