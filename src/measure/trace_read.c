/* SPDX-License-Identifier: MIT */
/* trace_read.c - costs of bytes, checked, read and summed. */
#include "measure/trace_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/range.h"

enum { PIECE = 1 << 15 };

ock_status ock_trace_read(const ock_trace *trace, uint64_t offset, uint16_t *costs, size_t count)
{
    uint8_t *bytes = (uint8_t *)costs;
    const ock_status status =
        ock_input_read(trace->input, OCK_TRACE_HEAD_BYTES + OCK_TRACE_COST_BYTES * offset, bytes,
                       OCK_TRACE_COST_BYTES * count);
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        costs[i] = (uint16_t)ock_get_le(bytes + OCK_TRACE_COST_BYTES * i, OCK_TRACE_COST_BYTES);
    }
    return status;
}

/* Adds costs from `at` on to the sums, from *part on, which is moved along. */
static void add_piece(uint64_t bytes, uint64_t at, const uint16_t *costs, size_t count,
                      uint32_t parts, uint32_t *part, uint64_t *sums)
{
    uint64_t end = ock_part(bytes, parts, *part).end;
    for (size_t i = 0; i < count; i++) {
        while (at + i >= end) {
            end = ock_part(bytes, parts, ++*part).end;
        }
        sums[*part] += costs[i];
    }
}

ock_status ock_trace_sums(const ock_trace *trace, uint32_t parts, uint64_t *sums)
{
    const uint64_t bytes = trace->head.input_bytes;
    uint32_t part = 0;
    uint16_t *costs = malloc(PIECE * sizeof *costs);
    ock_status status = costs != NULL ? OCK_OK : ock_fail_memory(PIECE * sizeof *costs, "a trace");
    memset(sums, 0, parts * sizeof *sums);
    for (uint64_t at = 0; at < bytes && status == OCK_OK; at += PIECE) {
        const size_t count = bytes - at < PIECE ? (size_t)(bytes - at) : PIECE;
        status = ock_trace_read(trace, at, costs, count);
        if (status == OCK_OK) {
            add_piece(bytes, at, costs, count, parts, &part, sums);
        }
    }
    free(costs);
    return status;
}

static bool take_head(const uint8_t *head, uint64_t file_bytes, ock_trace_head *to)
{
    *to = (ock_trace_head){.input_bytes = ock_get_le(head + 8, 8),
                           .sum = ock_get_le(head + 16, 8),
                           .payload_bytes = ock_get_le(head + 24, 8)};
    memcpy(to->input_digest, head + 32, OCK_DIGEST_BYTES);
    return memcmp(head, OCK_TRACE_MAGIC, 8) == 0 &&
           (file_bytes - OCK_TRACE_HEAD_BYTES) % OCK_TRACE_COST_BYTES == 0 &&
           (file_bytes - OCK_TRACE_HEAD_BYTES) / OCK_TRACE_COST_BYTES == to->input_bytes;
}

static ock_status check_sum(const ock_trace *trace)
{
    uint64_t sum = 0;
    const ock_status status = ock_trace_sums(trace, 1, &sum);
    return status != OCK_OK || sum == trace->head.sum
               ? status
               : ock_fail(OCK_BAD_DATA, "%s: its costs have another sum than it says: damaged",
                          trace->path);
}

ock_status ock_trace_open(const char *path, ock_trace *trace)
{
    uint8_t head[OCK_TRACE_HEAD_BYTES];
    *trace = (ock_trace){.path = path};
    ock_status status = ock_input_open(path, &trace->input);
    if (status != OCK_OK) {
        return status;
    }
    const uint64_t bytes = ock_input_bytes(trace->input);
    status = bytes >= sizeof head ? ock_input_read(trace->input, 0, head, sizeof head) : OCK_OK;
    if (status == OCK_OK && (bytes < sizeof head || !take_head(head, bytes, &trace->head))) {
        status =
            ock_fail(OCK_BAD_DATA, "%s: is not a file of --trace-bytes, or is truncated", path);
    }
    return status != OCK_OK ? status : check_sum(trace);
}

void ock_trace_close(ock_trace *trace)
{
    ock_input_close(trace->input);
    trace->input = NULL;
}
