/* SPDX-License-Identifier: MIT */
/* trace_format.h - the file of --trace-bytes: what every byte of an input has cost, beside the container.
 *
 * All integers are little-endian.
 *
 *     offset  bytes
 *          0      8  "OCKCOST1"
 *          8      8  n, the length of the input
 *         16      8  the sum of all costs, in 1/256 bit
 *         24      8  the payload: bytes of the transcript and of the lists of repeats, transforms and layouts
 *         32     32  BLAKE2b-256 of the input
 *         64     2n  the cost of each byte of the input, in 1/256 bit; 65535 stands for that and more
 *
 * A byte of the lanes costs -log2 of the probability it was coded with. One that stands for several bytes of the input
 * (base64, hexadecimal digits) is shared evenly among them. All repeats cost alike, and so do all transforms and all
 * layouts: each its share of its list's bytes, spread evenly over the target, span or region. So the sum is the payload
 * but for the coder's overhead (below 0.005 % and 8 bytes a lane) and for rounding (below 1/256 bit for a step of a lane). */
#ifndef OCK_TRACE_FORMAT_H
#define OCK_TRACE_FORMAT_H

#include "base/digest.h"

enum {
    OCK_TRACE_HEAD_BYTES = 64,
    OCK_TRACE_COST_BYTES = 2,
    OCK_TRACE_BIT = 256, /* units of a bit */
    OCK_TRACE_MOST = 65535
};

#define OCK_TRACE_MAGIC "OCKCOST1"

typedef struct ock_trace_head {
    uint64_t input_bytes, sum, payload_bytes;
    uint8_t input_digest[OCK_DIGEST_BYTES];
} ock_trace_head;

#endif
