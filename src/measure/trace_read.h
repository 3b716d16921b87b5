/* SPDX-License-Identifier: MIT */
/* trace_read.h - a file of --trace-bytes, read (trace_format.h).
 *
 * Not collective; of one thread at a time. */
#ifndef OCK_TRACE_READ_H
#define OCK_TRACE_READ_H

#include "io/file/input.h"
#include "measure/trace_format.h"

typedef struct ock_trace {
    const char *path;
    ock_input *input;
    ock_trace_head head;
} ock_trace;

/* Opens and checks the file: its head, its length, and by reading all of it the sum. OCK_BAD_DATA where it is no such file
 * or a damaged one. The caller closes the trace, after a failure too. */
ock_status ock_trace_open(const char *path, ock_trace *trace) OCK_WARN_UNUSED;
void ock_trace_close(ock_trace *trace);

/* The costs of `count` bytes from `offset` on, in 1/256 bit. */
ock_status ock_trace_read(const ock_trace *trace, uint64_t offset, uint16_t *costs,
                          size_t count) OCK_WARN_UNUSED;

/* sums: (parts) those of equal parts of the input, in 1/256 bit: part i is ock_part(n, parts, i). Reads all of it. */
ock_status ock_trace_sums(const ock_trace *trace, uint32_t parts, uint64_t *sums) OCK_WARN_UNUSED;

#endif
