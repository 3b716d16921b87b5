/* SPDX-License-Identifier: MIT */
/* lane_map.c - the arithmetic of lanes, shards and table groups. */
#include "plan/lane_map.h"

ock_status ock_lane_map_check(const ock_lane_map *map)
{
    if (map->lanes < 1 || map->lanes > OCK_MAX_LANES) {
        return ock_fail(OCK_ENVIRONMENT, "lanes must be 1 to %d, not %lu", (int)OCK_MAX_LANES,
                        (unsigned long)map->lanes);
    }
    if (map->shards < 1 || map->shards > map->lanes) {
        return ock_fail(OCK_ENVIRONMENT, "shards must be 1 to lanes (%lu), not %lu",
                        (unsigned long)map->lanes, (unsigned long)map->shards);
    }
    if (map->groups < 1 || map->groups > map->shards) {
        return ock_fail(OCK_ENVIRONMENT, "groups must be 1 to shards (%lu), not %lu",
                        (unsigned long)map->shards, (unsigned long)map->groups);
    }
    return OCK_OK;
}

uint64_t ock_lane_begin(const ock_lane_map *map, uint32_t lane)
{
    const uint64_t longer = map->bytes % map->lanes;

    return map->bytes / map->lanes * lane + (lane < longer ? lane : longer);
}

uint64_t ock_lane_length(const ock_lane_map *map, uint32_t lane)
{
    return map->bytes / map->lanes + (lane < map->bytes % map->lanes ? 1 : 0);
}

uint64_t ock_lane_positions(const ock_lane_map *map)
{
    return ock_lane_length(map, 0);
}

uint32_t ock_lanes_active(const ock_lane_map *map, uint64_t position)
{
    const uint64_t shorter = map->bytes / map->lanes;

    if (position < shorter) {
        return map->lanes;
    }
    return position == shorter ? (uint32_t)(map->bytes % map->lanes) : 0;
}

uint32_t ock_shard_first_lane(const ock_lane_map *map, uint32_t shard)
{
    return (uint32_t)((uint64_t)map->lanes * shard / map->shards);
}

uint32_t ock_group_first_shard(const ock_lane_map *map, uint32_t group)
{
    return (uint32_t)((uint64_t)map->shards * group / map->groups);
}

ock_range ock_group_lanes(const ock_lane_map *map, uint32_t group)
{
    return (ock_range){ock_shard_first_lane(map, ock_group_first_shard(map, group)),
                       ock_shard_first_lane(map, ock_group_first_shard(map, group + 1))};
}

/* The greatest part p of `parts` with floor(whole*p/parts) <= at, that is whole*p < (at + 1)*parts. */
static uint32_t part_with(uint32_t at, uint32_t whole, uint32_t parts)
{
    return (uint32_t)((((uint64_t)at + 1) * parts - 1) / whole);
}

uint32_t ock_shard_of_lane(const ock_lane_map *map, uint32_t lane)
{
    return part_with(lane, map->lanes, map->shards);
}

uint32_t ock_group_of_shard(const ock_lane_map *map, uint32_t shard)
{
    return part_with(shard, map->shards, map->groups);
}
