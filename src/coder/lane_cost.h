/* SPDX-License-Identifier: MIT */
/* lane_cost.h - what a lane's symbols have cost of late, and what both sides conclude from it.
 *
 * A lane whose symbols have cost more than eight bits (random or encrypted data) is bypassed: coded by the
 * uniform distribution. The model goes on predicting and learning, and the decision rests on
 * what it would have cost, so that the lane returns to it when it is worth its price again.
 * A lane whose symbols cost next to nothing needs no network (ock_network_wake).
 * Integers only: both sides know the lane's past. */
#ifndef OCK_LANE_COST_H
#define OCK_LANE_COST_H

#include <stdbool.h>
#include <stdint.h>

#include "coder/coder.h"

enum {
    OCK_COST_BIT = 1 << 24,
    OCK_COST_BYPASS = 8 * OCK_COST_BIT, /* above it, a lane is bypassed */
    OCK_COST_MOST = 32 * OCK_COST_BIT   /* no symbol costs more */
};

/* Exponential means of the model's code length, in 2^-24 bits. */
typedef struct ock_lane_cost {
    int64_t slow;  /* over some 256 symbols */
    int64_t quick; /* over some 64 */
} ock_lane_cost;

static inline void ock_lane_cost_start(ock_lane_cost *cost)
{
    cost->slow = cost->quick = OCK_COST_BYPASS;
}

/* The model's interval of the lane's symbol. */
static inline void ock_lane_cost_learn(ock_lane_cost *cost, ock_interval interval)
{
    const int64_t length = (int64_t)ock_code_length_q24(interval);
    cost->slow += (length - cost->slow) / 256;
    cost->quick += (length - cost->quick) / 64;
}

static inline bool ock_lane_cost_is_sound(const ock_lane_cost *cost)
{
    return cost->slow >= 0 && cost->slow <= OCK_COST_MOST && cost->quick >= 0 &&
           cost->quick <= OCK_COST_MOST;
}

/* ---- bypass ---- */

static inline bool ock_bypass_is_on(const ock_lane_cost *cost)
{
    return cost->slow > OCK_COST_BYPASS;
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
