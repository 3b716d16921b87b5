/* SPDX-License-Identifier: MIT */
/* lane_stream.h - the coded bytes of a run, one stream a lane: where an encoder's go to, and where a
 * decoder's come from.
 *
 * Both are tables of calls, made by whoever knows what is behind them; only rank 0 has any. Ports
 * copy the tables; what `context` points to outlives the port. Calls return OCK_ENVIRONMENT when bytes
 * cannot be had or kept, with a message that names them. Not collective. */
#ifndef OCK_LANE_STREAM_H
#define OCK_LANE_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/status.h"

/* What a run has produced, and sent out of its state: a prefix that only grows. */
typedef struct ock_produced {
    uint64_t bytes;
    uint8_t digest[OCK_DIGEST_BYTES]; /* of them */
} ock_produced;

/* Where an encoder stands in a lane: its low end and range, and how many bytes have left the range. */
typedef struct ock_lane_place {
    uint64_t low, range, shifted;
} ock_lane_place;

enum { OCK_PLACE_NUMBERS = 2 };

typedef struct ock_lane_sink {
    /* The lane's next bytes. */
    ock_status (*append)(void *context, uint32_t lane, const uint8_t *bytes, size_t count);
    /* How many the lane has. */
    uint64_t (*bytes)(const void *context, uint32_t lane);
    /* The sink's part of a state, for each lane, right after a flush: OCK_PLACE_NUMBERS numbers, the
     * first of them the lane's bytes. It is loaded again after go_back. The sink owns them. */
    uint64_t *(*place)(void *context, uint32_t lane);

    /* For checkpoints; both NULL in a sink that does not outlive the process. */

    /* Everything appended is kept, whatever comes: *produced names it. */
    ock_status (*flush)(void *context, ock_produced *produced);
    /* In an empty sink: back to what a flush has named. OCK_BAD_DATA when that is not there (any more):
     * the sink then still is empty. */
    ock_status (*go_back)(void *context, const ock_produced *produced);
    void *context;
} ock_lane_sink;

typedef struct ock_lane_source {
    /* Exactly `count` bytes of the lane's stream at `offset`, within its length; count > 0. */
    ock_status (*read)(void *context, uint32_t lane, uint64_t offset, uint8_t *bytes, size_t count);
    void *context;
    /* What was noted of each lane when it was coded; the arrays outlive the port too. */
    const uint64_t *lane_bytes;                /* (lanes) its stream's length */
    uint8_t (*lane_digests)[OCK_DIGEST_BYTES]; /* (lanes) of the bytes that were coded */
} ock_lane_source;

#endif
