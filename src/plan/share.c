/* SPDX-License-Identifier: MIT */
/* share.c - from rank to shards, lanes and groups. */
#include "plan/share.h"

ock_share ock_share_of(const ock_lane_map *map, int ranks, int rank)
{
    ock_share share = {ock_part(map->shards, (size_t)ranks, (size_t)rank), {0, 0}, {0, 0}};
    share.lanes.begin = ock_shard_first_lane(map, (uint32_t)share.shards.begin);
    share.lanes.end = ock_shard_first_lane(map, (uint32_t)share.shards.end);
    if (share.shards.begin < share.shards.end) {
        share.groups.begin = ock_group_of_shard(map, (uint32_t)share.shards.begin);
        share.groups.end = ock_group_of_shard(map, (uint32_t)share.shards.end - 1) + 1;
    }
    return share;
}

ock_range ock_share_part(const ock_lane_map *map, const ock_share *share, size_t parts, size_t part)
{
    const ock_range shards = ock_part(ock_range_length(share->shards), parts, part);
    const size_t first = share->shards.begin;
    return (ock_range){ock_shard_first_lane(map, (uint32_t)(first + shards.begin)),
                       ock_shard_first_lane(map, (uint32_t)(first + shards.end))};
}
