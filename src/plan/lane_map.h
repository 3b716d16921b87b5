/* SPDX-License-Identifier: MIT */
/* lane_map.h - how the input is cut into lanes, and lanes into shards and table groups.
 *
 * What is cut is the input's rest, without its repeats (repeats.h). Everything here follows from its length,
 * lanes, shards and groups alone: never from ranks. Lane i has length/lanes bytes, the first length % lanes lanes one more;
 * lanes lie in order. So at step position t the active lanes are always a prefix [0, a).
 * All lengths are 64-bit. */
#ifndef OCK_LANE_MAP_H
#define OCK_LANE_MAP_H

#include <stdint.h>

#include "base/range.h"
#include "base/status.h"

enum { OCK_MAX_LANES = 4096 };

typedef struct ock_lane_map {
    uint64_t bytes;  /* of what is cut */
    uint32_t lanes;  /* 1 .. OCK_MAX_LANES */
    uint32_t shards; /* 1 .. lanes: shard s owns lanes [lanes*s/shards, lanes*(s+1)/shards) */
    uint32_t groups; /* 1 .. shards: group g serves shards [shards*g/groups, shards*(g+1)/groups) */
} ock_lane_map;

/* OCK_ENVIRONMENT unless 1 <= groups <= shards <= lanes <= OCK_MAX_LANES. */
ock_status ock_lane_map_check(const ock_lane_map *map) OCK_WARN_UNUSED;

uint64_t ock_lane_begin(const ock_lane_map *map, uint32_t lane); /* lane <= lanes */
uint64_t ock_lane_length(const ock_lane_map *map, uint32_t lane);
/* Length of the longest lane (lane 0): the number of positions. */
uint64_t ock_lane_positions(const ock_lane_map *map);
/* How many lanes have a symbol at `position` (they are lanes [0, result)). */
uint32_t ock_lanes_active(const ock_lane_map *map, uint64_t position);
uint32_t ock_shard_first_lane(const ock_lane_map *map, uint32_t shard);  /* shard <= shards */
uint32_t ock_group_first_shard(const ock_lane_map *map, uint32_t group); /* group <= groups */
uint32_t ock_shard_of_lane(const ock_lane_map *map, uint32_t lane);      /* lane < lanes */
ock_range ock_group_lanes(const ock_lane_map *map, uint32_t group);      /* group < groups */
uint32_t ock_group_of_shard(const ock_lane_map *map, uint32_t shard);

#endif
