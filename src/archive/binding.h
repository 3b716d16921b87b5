/* SPDX-License-Identifier: MIT */
/* binding.h - spools and containers as the tables of calls that the codec knows (inputs and outputs
 * have ock_input_source and ock_output_target).
 *
 * Each table is for what it was made of, which its owner closes, and which outlives all that use the
 * table. Not collective. */
#ifndef OCK_BINDING_H
#define OCK_BINDING_H

#include "codec/lane_stream.h"
#include "io/container/container.h"
#include "io/file/spool.h"

/* Stream i of the spool for lane i. What was flushed outlives the process if the spool has a name. */
ock_lane_sink ock_bind_spool(ock_spool *spool);

/* The transcripts in a container, and what it says of its lanes. */
ock_lane_source ock_bind_container(ock_container *container);

#endif
