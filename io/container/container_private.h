/* SPDX-License-Identifier: MIT */
/* container_private.h - what the .ock reader, writer and their tests share.
 *
 * FORMAT.md describes the file. All functions here keep to it; none prints. */
#ifndef OCK_CONTAINER_PRIVATE_H
#define OCK_CONTAINER_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "io/container/container.h"
#include "io/file/file_io.h"
#include "io/hdf5/user_block.h"

enum {
    OCK_HEAD_END = 1, /* ends a transcript that is all in the user block */
    OCK_CONTAINER_MOST_OBJECTS = 6,
    OCK_CONTAINER_MAX_STEP = 65536,
    OCK_CONTAINER_MAX_COMPACT_BYTES = 60000, /* HDF5 holds at most 64 KiB in an object header */
    OCK_CONTRACT_LINE_BYTES = 208 /* more than the longest line of /contract, its NUL included */
};

#define OCK_CODER_NAME "range64"

struct ock_container {
    int fd;
    char *path;
    ock_container_info info;
    uint64_t file_bytes;
    uint64_t lists_bytes; /* of the transcript, before the lanes */
    uint64_t rest_base;   /* byte i of the transcript, in the dataset, is byte rest_base + i */
};

/* ---- container.c ---- */

/* The limits and sums every file keeps: `status` when the info breaks one (the reader says
 * OCK_BAD_DATA, the writer OCK_INTERNAL). */
ock_status ock_container_info_check(const ock_container_info *info, const char *path,
                                    ock_status status) OCK_WARN_UNUSED;

/* Whether two infos, which were checked, say the same. */
bool ock_container_info_same(const ock_container_info *a, const ock_container_info *b);

/* The line of /contract; reading takes it only in the form in which it is written. */
void ock_contract_line(const ock_container_info *info, char line[OCK_CONTRACT_LINE_BYTES]);
bool ock_contract_parse(const char *line, ock_container_info *info);

/* BLAKE2b-256 of the lane digests. */
void ock_container_root(const ock_container_info *info, uint8_t root[OCK_DIGEST_BYTES]);

/* The digests of the input in /digest, before those of the state: how many stand before those of the lanes, and all. */
typedef struct ock_digest_layout {
    size_t before, count;
} ock_digest_layout;
ock_digest_layout ock_container_digests(const ock_container_info *info);

/* Bytes per lane of the table of lane lengths in the transcript, after the list of repeats: the fewest that
 * hold the `length` of list, table and lanes together; none for a single lane. */
size_t ock_container_table_width(uint64_t length, uint32_t lanes);
/* That length. */
uint64_t ock_container_transcript_length(const ock_container_info *info);

/* Reads exactly `count` bytes at `offset` of the transcript, wherever they are. */
ock_status ock_container_read_at(const ock_container *container, uint64_t offset, uint8_t *bytes,
                                 size_t count) OCK_WARN_UNUSED;

/* How many of them are in the user block. */
size_t ock_container_in_head(uint64_t offset, size_t count);

/* Bytes per element of an array of unsigned integers: the fewest of 1, 2, 4, 8 that hold all. */
size_t ock_container_width(const uint64_t *values, size_t count);

/* Sum of lane_bytes; UINT64_MAX when it does not fit. */
uint64_t ock_container_sum(const ock_container_info *info);

/* Bytes of the lists of repeats, transforms and layouts. */
static inline uint64_t ock_container_lists(const ock_container_info *info)
{
    return (uint64_t)info->repeats_bytes + info->transforms_bytes + info->layouts_bytes;
}

/* Whether the lanes have anything else than the input. */
static inline bool ock_container_differs(const ock_container_info *info)
{
    return info->repeats_bytes > 0 || info->transforms_bytes > 0;
}

#endif
