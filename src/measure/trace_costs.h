/* SPDX-License-Identifier: MIT */
/* trace_costs.h - what every byte of the input costs, noted while an encoder works (trace_format.h).
 *
 * Rank 0, one thread at a time, not collective. */
#ifndef OCK_TRACE_COSTS_H
#define OCK_TRACE_COSTS_H

#include "archive/condensed.h"
#include "base/source.h"
#include "codec/port_encode.h"

typedef struct ock_trace_costs {
    ock_target to; /* an empty file of the format */
    const ock_condensed *condensed;
    uint64_t input_bytes;
    uint64_t sum; /* 1/256 bit, so far */
} ock_trace_costs;

/* to: written and read again, outlives the costs, as the lists do. */
ock_status ock_trace_costs_start(ock_trace_costs *costs, const ock_target *to,
                                 const ock_condensed *condensed,
                                 uint64_t input_bytes) OCK_WARN_UNUSED;

/* What an encoder's port is to be told, valid as long as the costs. */
ock_cost_sink ock_trace_costs_sink(ock_trace_costs *costs);

/* After the run: adds the lists, and writes the head. info: after ock_describe_run. */
ock_status ock_trace_costs_finish(ock_trace_costs *costs,
                                  const ock_container_info *info) OCK_WARN_UNUSED;

#endif
