/* SPDX-License-Identifier: MIT */
/* repeat_choice.c - where in the lanes source and target lie. */
#include "repeats/repeat_choice.h"

#include <stdlib.h>

typedef struct place {
    uint32_t group;
    uint64_t position; /* in its lane */
} place;

/* Lanes are equally long, but for a byte. What lies after the last one counts as its. */
static place place_of(const ock_lane_map *map, uint64_t at)
{
    const uint64_t lane_at = at / ock_lane_positions(map);
    uint32_t lane = lane_at < map->lanes ? (uint32_t)lane_at : map->lanes - 1;
    while (lane + 1 < map->lanes && ock_lane_begin(map, lane + 1) <= at) {
        lane++;
    }
    const uint32_t shard = ock_shard_of_lane(map, lane);
    return (place){ock_group_of_shard(map, shard), at - ock_lane_begin(map, lane)};
}

/* Whether a byte of the input lies in a repeat that stays one: no lane has it. */
static bool is_replaced(const ock_repeats *repeats, const bool *wanted, uint64_t offset)
{
    const size_t begun = ock_repeats_begun(repeats, offset);
    const ock_repeat *last = &repeats->of[begun - (begun > 0)];
    return begun > 0 && wanted[begun - 1] && offset - last->target < last->length;
}

/* Priors are no part of the rest; what of them is referred to is not learned. wanted: of the repeats before. */
static bool is_reachable(const ock_repeats *repeats, const ock_lane_map *map, const bool *wanted,
                         const ock_repeat *repeat)
{
    if (repeat->source < repeats->prior_bytes || map->bytes == 0) {
        return false;
    }
    const uint64_t offset = repeat->source - repeats->prior_bytes;
    if (is_replaced(repeats, wanted, offset)) {
        return false;
    }
    const uint64_t source = ock_repeats_rest_before(repeats, offset);
    const place from = place_of(map, source), to = place_of(map, repeat->target - repeat->taken);
    return from.group == to.group && from.position < to.position;
}

ock_status ock_repeats_leave_to_models(ock_repeats *repeats, const ock_lane_map *map,
                                       uint64_t shortest)
{
    bool *wanted = malloc(repeats->count + 1);
    if (wanted == NULL) {
        return ock_fail_memory(repeats->count, "choosing repeats");
    }
    for (size_t i = 0; i < repeats->count; i++) {
        const ock_repeat *repeat = &repeats->of[i];
        wanted[i] = repeat->length >= shortest || !is_reachable(repeats, map, wanted, repeat);
    }
    ock_repeats_keep(repeats, wanted);
    free(wanted);
    return OCK_OK;
}
