/* SPDX-License-Identifier: MIT */
/* state_compare.h - where two states differ first, in the order of the walk. */
#ifndef OCK_STATE_COMPARE_H
#define OCK_STATE_COMPARE_H

#include "state/state_transfer.h"

typedef struct ock_state_difference {
    bool found; /* else nothing below is set */
    char name[OCK_STATE_NAME_BYTES];
    uint32_t index;   /* of the lane, shard or group; 0 where there is only one */
    uint64_t element; /* of the part, from 0 */
    size_t byte;      /* of the element */
    uint8_t ours, theirs;
} ock_state_difference;

/* Compares the ranks' state with another, of which `theirs` delivers the same stream's next bytes at
 * rank 0, which alone gets *difference. Collective. */
ock_status ock_state_compare(ock_comm *comm, const ock_lane_map *map, const ock_state_owner *owner,
                             ock_state_pipe *theirs, void *context,
                             ock_state_difference *difference) OCK_WARN_UNUSED;

#endif
