/* SPDX-License-Identifier: MIT */
/* rng.c - counter-based random numbers. */
#include "numeric/rng.h"

/* SplitMix64's increment (2^64 / golden ratio, odd) and finaliser. */
static const uint64_t golden_gamma = 0x9e3779b97f4a7c15u;

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t ock_rng_bits(uint64_t seed, uint32_t tensor, uint64_t index)
{
    uint64_t key = mix(mix(seed + golden_gamma) + ((uint64_t)tensor + 1) * golden_gamma);
    return mix(key + (index + 1) * golden_gamma);
}

float ock_rng_uniform(uint64_t seed, uint32_t tensor, uint64_t index)
{
    int32_t top24 = (int32_t)(ock_rng_bits(seed, tensor, index) >> 40);
    return (float)(top24 - (1 << 23)) * 0x1p-23f;
}
