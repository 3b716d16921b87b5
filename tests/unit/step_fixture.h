/* SPDX-License-Identifier: MIT */
/* step_fixture.h - where a step's symbols stand, for ports that tests bring. */
#ifndef OCK_STEP_FIXTURE_H
#define OCK_STEP_FIXTURE_H

#include "codec/codec.h"

/* Of position t of the step, in the input. */
static inline size_t offset_of(const ock_step *step, uint32_t lane, size_t t)
{
    return ock_lane_begin(step->map, lane) + step->position + t;
}

/* Lanes that have a symbol there. */
static inline uint32_t active(const ock_step *step, size_t t)
{
    return ock_lanes_active(step->map, step->position + t);
}

static inline ock_choice *choice_of(ock_codec *codec, uint32_t lane, size_t t)
{
    return &codec->choices[lane * codec->plan.config.step + t];
}

#endif
