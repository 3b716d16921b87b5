/* SPDX-License-Identifier: MIT */
/* rng.h - counter-based random numbers: a pure function of (seed, tensor, index), so nothing
 * depends on call order. The generator is SplitMix64's finaliser over a keyed counter (Steele, Lea
 * and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). */
#ifndef OCK_RNG_H
#define OCK_RNG_H

#include <stdint.h>

uint64_t ock_rng_bits(uint64_t seed, uint32_t tensor, uint64_t index);

/* Uniform in [-1, 1), a multiple of 2^-23. */
float ock_rng_uniform(uint64_t seed, uint32_t tensor, uint64_t index);

#endif
