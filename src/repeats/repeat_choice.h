/* SPDX-License-Identifier: MIT */
/* repeat_choice.h - which repeats are worth a reference, once it is known how the rest is cut.
 *
 * A reference costs some four bytes: what a lane's match models have met they predict for less. */
#ifndef OCK_REPEAT_CHOICE_H
#define OCK_REPEAT_CHOICE_H

#include "plan/lane_map.h"
#include "repeats/repeats.h"

/* Repeats whose source is coded before them in the same table group are left out where they are shorter than
 * `shortest`. map: of the rest with all repeats of the list left out. OCK_ENVIRONMENT when memory is short. */
ock_status ock_repeats_leave_to_models(ock_repeats *repeats, const ock_lane_map *map,
                                       uint64_t shortest) OCK_WARN_UNUSED;

#endif
