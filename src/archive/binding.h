/* binding.h - inputs, outputs, spools and containers as the tables of calls that the codec knows.
 *
 * Each table is for what it was made of, which its owner closes, and which outlives all that use the
 * table. Not collective. */
#ifndef OCK_BINDING_H
#define OCK_BINDING_H

#include "base/source.h"
#include "codec/lane_stream.h"
#include "io/container/container.h"
#include "io/file/input.h"
#include "io/file/output.h"
#include "io/file/spool.h"

ock_source ock_bind_input(ock_input *input);

ock_target ock_bind_output(ock_output *output);

/* What was written to an output, to be read again. */
ock_source ock_bind_written(ock_output *output);

/* Stream i of the spool for lane i. What was flushed outlives the process if the spool has a name. */
ock_lane_sink ock_bind_spool(ock_spool *spool);

/* The transcripts in a container, and what it says of its lanes. */
ock_lane_source ock_bind_container(ock_container *container);

#endif
