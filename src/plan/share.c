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
