/* bypass.h - symbols cost eight bits where the model would ask for more.
 *
 * A lane whose symbols have cost more than eight bits of late (random or encrypted data) is coded
 * by the uniform distribution. The model goes on predicting and learning, and the decision rests on
 * what it would have cost, so that the lane returns to it when it is worth its price again.
 * Integers only: both sides know the lane's past. */
#ifndef OCK_BYPASS_H
#define OCK_BYPASS_H

#include <stdbool.h>
#include <stdint.h>

#include "coder/coder.h"

/* Exponential mean of the model's code length over some 256 symbols, in 2^-24 bits. */
typedef struct ock_bypass {
    int64_t mean;
} ock_bypass;

enum { OCK_BYPASS_LIMIT = 8 << 24 }; /* eight bits */

static inline void ock_bypass_start(ock_bypass *bypass)
{
    bypass->mean = OCK_BYPASS_LIMIT;
}

static inline bool ock_bypass_is_on(const ock_bypass *bypass)
{
    return bypass->mean > OCK_BYPASS_LIMIT;
}

/* The model's interval of the lane's symbol. */
static inline void ock_bypass_learn(ock_bypass *bypass, ock_interval interval)
{
    bypass->mean += ((int64_t)ock_code_length_q24(interval) - bypass->mean) / 256;
}

static inline ock_interval ock_bypass_interval(uint8_t symbol)
{
    return (ock_interval){(uint32_t)symbol << 24, (uint32_t)1 << 24};
}

/* The symbol whose interval the decoder's target lies in. */
static inline uint8_t ock_bypass_symbol(uint32_t target)
{
    return (uint8_t)(target >> 24);
}

#endif
