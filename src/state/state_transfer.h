/* SPDX-License-Identifier: MIT */
/* state_transfer.h - the state as one stream of bytes at rank 0, gathered from whoever holds each
 * part and handed out again to other ranks, of any number.
 *
 * The stream is the walk's parts one after the other, as they stand in memory. It goes through a
 * buffer of OCK_STATE_PIECE bytes at rank 0; the others send from and receive into the state. */
#ifndef OCK_STATE_TRANSFER_H
#define OCK_STATE_TRANSFER_H

#include "base/state.h"
#include "mpi/comm.h"
#include "plan/lane_map.h"
#include "plan/share.h"

enum { OCK_STATE_PIECE = 1 << 20 };

/* What makes the walk: shows everything to the visitor, on every rank the same. */
typedef struct ock_state_owner {
    void (*show)(void *context, ock_state_visitor *visitor);
    void *context;
} ock_state_owner;

/* Whether the rank with this share has the whole part, for parts that are not cut into slices. */
bool ock_state_is_held(const ock_share *share, int rank, const ock_state_part *part);

/* Takes (saving) or delivers (loading) the stream's next `count` bytes: a part's next piece, 1 to
 * OCK_STATE_PIECE bytes; only a part's last one is shorter than that. Rank 0 only. */
typedef ock_status ock_state_pipe(void *context, void *bytes, size_t count);

/* Rank 0's pipe gets the whole state. After its first failure it is not called again, but the
 * ranks go on to the end together; all return that failure. Collective. */
ock_status ock_state_save(ock_comm *comm, const ock_lane_map *map, const ock_state_owner *owner,
                          ock_state_pipe *pipe, void *context) OCK_WARN_UNUSED;

/* The reverse: afterwards all holders of a part have it. After a failure the state is good for
 * nothing. Collective. */
ock_status ock_state_load(ock_comm *comm, const ock_lane_map *map, const ock_state_owner *owner,
                          ock_state_pipe *pipe, void *context) OCK_WARN_UNUSED;

/* The layout as text, one line a tensor: name, bytes of an element, number of elements; *bytes: of
 * the whole state. The caller frees *text. Not collective. */
ock_status ock_state_describe(const ock_state_owner *owner, char **text,
                              uint64_t *bytes) OCK_WARN_UNUSED;

#endif
