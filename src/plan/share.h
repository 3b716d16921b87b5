/* share.h - what one rank owns: contiguous ranges of shards, lanes and table groups. */
#ifndef OCK_SHARE_H
#define OCK_SHARE_H

#include "base/range.h"
#include "plan/lane_map.h"

typedef struct ock_share {
    ock_range shards; /* own shards; empty on ranks beyond S */
    ock_range lanes;  /* the lanes of the own shards */
    ock_range groups; /* table groups the own shards belong to: replayed in full */
} ock_share;

ock_share ock_share_of(const ock_lane_map *map, int ranks, int rank);

#endif
