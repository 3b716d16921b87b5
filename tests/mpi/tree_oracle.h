/* SPDX-License-Identifier: MIT */
/* tree_oracle.h - order-sensitive shard vectors and the naive sum over the tree of reduce.h, shared
 * by the unit test and the multi-rank test. */
#ifndef OCK_TREE_ORACLE_H
#define OCK_TREE_ORACLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Element i of a shard's vector: large values that cancel, small ones that survive only in some
 * orders, and exponents from 2^-20 to 2^20. */
static inline float oracle_value(size_t shard, size_t i, unsigned round)
{
    static const float pattern[] = {1e8f, 1.0f, -1e8f, 3.25f, 16777216.0f, -0.1f, -16777216.0f};
    uint32_t h = (uint32_t)(shard * 2654435761u) ^ (uint32_t)(i * 2246822519u) ^ (round * 97u);
    h = (h ^ (h >> 15)) * 2246822519u;
    h ^= h >> 13;
    if (h % 3 != 0) {
        return pattern[(shard + i + round) % (sizeof pattern / sizeof pattern[0])];
    }
    const float mantissa = 1.0f + (float)(h >> 9) / 8388608.0f;
    const int exponent = (int)(h / 3 % 41) - 20;
    const float scale = exponent < 0 ? 1.0f / (float)(1u << -exponent) : (float)(1u << exponent);
    return h & 4 ? -mantissa * scale : mantissa * scale;
}

static inline size_t oracle_split(size_t begin, size_t end)
{
    size_t power = (size_t)1 << 62;
    while (power >= end - begin) {
        power >>= 1;
    }
    return begin + power;
}

/* Element i of the sum over shards [begin, end), as the definition reads. */
static inline float oracle_tree(size_t begin, size_t end, size_t i, unsigned round)
{
    if (end - begin == 1) {
        return oracle_value(begin, i, round);
    }
    const size_t middle = oracle_split(begin, end);
    const float left = oracle_tree(begin, middle, i, round);
    const float right = oracle_tree(middle, end, i, round);
    return left + right;
}

static inline void oracle_sum(size_t shards, size_t n, unsigned round, float *sum)
{
    for (size_t i = 0; i < n; i++) {
        sum[i] = oracle_tree(0, shards, i, round);
    }
}

/* What a gradient computation does with a leaf. */
static inline void oracle_store(float *buffer, int add, size_t shard, size_t n, unsigned round)
{
    for (size_t i = 0; i < n; i++) {
        const float value = oracle_value(shard, i, round);
        buffer[i] = add ? buffer[i] + value : value;
    }
}

/* kernels->add, written plainly. */
static inline void oracle_add(size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = y[i] + x[i];
    }
}

#endif
