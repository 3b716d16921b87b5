/* SPDX-License-Identifier: MIT */
/* port_encode.h - the encoder's side of the codec: symbols in, transcript out. */
#ifndef OCK_PORT_ENCODE_H
#define OCK_PORT_ENCODE_H

#include "base/source.h"
#include "codec/codec.h"
#include "codec/lane_stream.h"
#include "coder/coder.h"
#include "state/state_transfer.h"

/* An input of fewer bytes has no trace; others have a part for every OCK_TRACE_PART_BYTES, within these bounds. */
enum {
    OCK_TRACE_LEAST_BYTES = 131072,
    OCK_TRACE_PART_BYTES = 65536,
    OCK_TRACE_MIN_MARKS = 32,
    OCK_TRACE_MAX_MARKS = 64
};

typedef struct ock_encode_port ock_encode_port;

/* What rank 0 has when the run is over. Arrays belong to the port. */
typedef struct ock_encode_result {
    const uint64_t *lane_bytes; /* (lanes) transcript bytes, in the sink */
    const uint64_t *trace;      /* (trace_marks) code length in 1/256 bit by part of the input */
    uint32_t trace_marks;
    uint8_t (*lane_digests)[OCK_DIGEST_BYTES]; /* (lanes) of the bytes coded */
} ock_encode_result;

/* input: what the lanes have; NULL on a rank that cannot read it (never on rank 0). readable: (ranks) who can, equal on
 * all ranks; rank 0 reads for those who can't; outlives the port. sink: rank 0's; NULL elsewhere.
 * Not collective. */
ock_status ock_encode_port_new(const ock_plan *plan, ock_comm *comm, ock_memory *memory,
                               const ock_source *input, const uint8_t *readable,
                               const ock_lane_sink *sink, ock_encode_port **port) OCK_WARN_UNUSED;
void ock_encode_port_free(ock_encode_port *port);

/* Where in the input a byte of the lanes lies, where they have not all of it: the trace counts the input. */
typedef uint64_t ock_place_of(const void *context, uint64_t at);
void ock_encode_port_use_places(ock_encode_port *port, ock_place_of *place_of, const void *context);

/* Whoever wants to know what every byte costs. Rank 0 tells it while it codes: `intervals` are those of the `count` bytes of
 * what the lanes have from `at` on. A byte may be told again, with what was spent on it besides: costs add up. A failure
 * ends the run. */
typedef struct ock_cost_sink {
    ock_status (*add)(void *context, uint64_t at, const ock_interval *intervals, size_t count);
    void *context;
} ock_cost_sink;
void ock_encode_port_tell_costs(ock_encode_port *port, const ock_cost_sink *sink);

ock_port ock_encode_port_calls(ock_encode_port *port);

/* Which of `marks` equal parts of `bytes` bytes has this one: part i is [bytes*i/marks, bytes*(i+1)/marks). */
static inline uint32_t ock_trace_part(uint64_t offset, uint64_t bytes, uint32_t marks)
{
    const unsigned __int128 scaled = (unsigned __int128)(offset + 1) * marks - 1;
    return (uint32_t)(scaled / bytes);
}

/* Rank 0, after a successful run: ends the lanes' coders and digests. */
ock_status ock_encode_port_finish(ock_encode_port *port, ock_encode_result *result) OCK_WARN_UNUSED;

/* Where an encoder stood in every lane, out of a saved state: `read` delivers the part of it that an encoder's port has
 * shown, from its first byte to its last, where the model's part ends. places: (lanes). Whether they
 * are possible is not looked at. Not collective. */
ock_status ock_encode_port_read_places(const ock_plan *plan, ock_state_pipe *read, void *context,
                                       ock_lane_place *places) OCK_WARN_UNUSED;

#endif
