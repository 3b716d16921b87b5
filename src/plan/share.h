/* SPDX-License-Identifier: MIT */
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

/* The lanes of part `part` of `parts` of the own shards, whose lanes need their order: what one member of
 * a team codes. */
ock_range ock_share_part(const ock_lane_map *map, const ock_share *share, size_t parts,
                         size_t part);

#endif
