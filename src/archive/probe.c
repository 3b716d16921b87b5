/* SPDX-License-Identifier: MIT */
/* probe.c - an .ock file in memory, written and read back before the work begins. */
#include <stdlib.h>
#include <unistd.h>

#include "archive/description.h"
#include "io/file/file_io.h"

/* More than what the library stores in a header. */
enum { LONG_LANE = 1 << 16 };

/* Transcripts of one byte, the last one of `last`. */
static ock_status fill(ock_spool *spool, ock_container_info *info, size_t last)
{
    uint8_t *zeros = calloc(last, 1);
    ock_status status = zeros != NULL ? OCK_OK : ock_fail_memory(last, "a file in memory");
    for (uint32_t lane = 0; lane < info->lanes && status == OCK_OK; lane++) {
        info->lane_bytes[lane] = lane + 1 < info->lanes ? 1 : last;
        status = ock_spool_append(spool, lane, zeros, info->lane_bytes[lane]);
    }
    free(zeros);
    return status;
}

static ock_status write_in_memory(const ock_container_info *info, ock_spool *spool)
{
    ock_open_file file = {-1, "a file made to try the HDF5 library"};
    uint64_t bytes = 0;
    ock_status status = ock_temporary_open_unlinked(ock_in_memory, &file.fd);
    if (status == OCK_OK) {
        status = ock_container_write(&file, info, spool, &bytes);
    }
    if (file.fd >= 0) {
        (void)close(file.fd);
    }
    return status;
}

/* The trace is as long as it can be, and its numbers as wide. */
static ock_status probe(const ock_container_info *described, size_t last)
{
    ock_container_info info = *described;
    ock_spool *spool = NULL;
    info.trace_marks = OCK_CONTAINER_MAX_TRACE;
    info.trace = calloc(OCK_CONTAINER_MAX_TRACE, sizeof *info.trace);
    info.lane_bytes = calloc(info.lanes, sizeof *info.lane_bytes);
    ock_status status = ock_spool_new(ock_in_memory, info.lanes, &spool);
    if (status == OCK_OK && (info.trace == NULL || info.lane_bytes == NULL)) {
        status = ock_fail_memory(OCK_CONTAINER_MAX_TRACE * sizeof *info.trace, "a file in memory");
    }
    if (status == OCK_OK) {
        info.trace[0] = last;
        status = fill(spool, &info, last);
    }
    if (status == OCK_OK) {
        status = write_in_memory(&info, spool);
    }
    ock_spool_free(spool);
    free(info.lane_bytes);
    free(info.trace);
    return status;
}

ock_status ock_probe_container(const ock_container_info *info)
{
    ock_status status = probe(info, LONG_LANE / 2);
    return status != OCK_OK ? status : probe(info, LONG_LANE);
}
