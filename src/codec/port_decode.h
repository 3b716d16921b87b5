/* SPDX-License-Identifier: MIT */
/* port_decode.h - the decoder's side of the codec: transcript in, symbols out. */
#ifndef OCK_PORT_DECODE_H
#define OCK_PORT_DECODE_H

#include "base/source.h"
#include "codec/codec.h"
#include "codec/lane_stream.h"

typedef struct ock_decode_port ock_decode_port;

/* transcripts: rank 0's, NULL elsewhere. output: where rank 0 writes, or NULL to write nothing: then no
 * checkpoint can be made or gone on from. The port copies both tables. Not collective. */
ock_status ock_decode_port_new(const ock_plan *plan, ock_comm *comm, ock_memory *memory,
                               const ock_lane_source *transcripts, const ock_target *output,
                               ock_decode_port **port) OCK_WARN_UNUSED;
void ock_decode_port_free(ock_decode_port *port);

ock_port ock_decode_port_calls(ock_decode_port *port);

/* Rank 0: goes to where the encoder of a lane stood. OCK_BAD_DATA when no transcript leads there. */
ock_status ock_decode_port_place(ock_decode_port *port, uint32_t lane,
                                 const ock_lane_place *place) OCK_WARN_UNUSED;

/* Rank 0: transcript bytes taken so far. */
uint64_t ock_decode_port_bytes_read(const ock_decode_port *port);

/* Rank 0, after a successful run: writes the rest of the output, checks that every lane's transcript ended
 * where it should and that every lane's digest is the stored one. OCK_BAD_DATA names the first lane
 * that differs. */
ock_status ock_decode_port_finish(ock_decode_port *port) OCK_WARN_UNUSED;

#endif
