/* container_private.h - what the .ock reader, writer and their tests share; private to io/.
 *
 * FORMAT.md describes the file. All functions here keep to it; none prints. */
#ifndef OCK_CONTAINER_PRIVATE_H
#define OCK_CONTAINER_PRIVATE_H

#include <stdint.h>

#include "container.h"
#include "file_io.h"

enum {
    OCK_USER_BLOCK_BYTES = 512,
    OCK_CONTAINER_OBJECTS = 5,
    OCK_CONTAINER_NAME_ESTIMATE = 7, /* mean length of the names: sizes the root's header */
    OCK_CONTAINER_MAX_STEP = 65536,
    OCK_CONTAINER_MAX_COMPACT_BYTES = 60000, /* HDF5 holds at most 64 KiB in an object header */
    OCK_CODER_NAME_BYTES = 8,
    OCK_CONTRACT_BYTES = 6 * 4 + OCK_CODER_NAME_BYTES, /* the value of /contract */
    OCK_INPUT_FIXED_BYTES = 8 + 2 * OCK_DIGEST_BYTES   /* that of /input, less the lanes */
};

#define OCK_CODER_NAME "range64"
#define OCK_LANE_BYTES_NAME "lane_bytes"

struct ock_container {
    int fd;
    char *path;
    ock_container_info info;
    uint64_t file_bytes, transcript_bytes;
    uint64_t transcript_offset; /* in the file, user block included */
    uint64_t *lane_offsets;     /* (lanes) in the transcript */
};

/* ---- user_block.c ---- */

/* Seals the file: the user block of everything that follows it, as the file's bytes are now. */
ock_status ock_user_block_write(int fd, const char *path, uint32_t contract,
                                uint64_t *file_bytes) OCK_WARN_UNUSED;
/* OCK_BAD_DATA unless block and file agree in every bit and the contract is `contract`. */
ock_status ock_user_block_check(int fd, const char *path, uint32_t contract,
                                uint64_t *file_bytes) OCK_WARN_UNUSED;

/* The same block under the magic of checkpoints. */
ock_status ock_checkpoint_seal(int fd, const char *path, uint32_t contract,
                               uint64_t *file_bytes) OCK_WARN_UNUSED;
/* *contract: what the checkpoint was written under. */
ock_status ock_checkpoint_check_seal(int fd, const char *path, uint32_t *contract,
                                     uint64_t *file_bytes) OCK_WARN_UNUSED;

/* ---- container.c ---- */

/* The limits and sums every file keeps: `status` when the info breaks one (the reader says
 * OCK_BAD_DATA, the writer OCK_INTERNAL). */
ock_status ock_container_info_check(const ock_container_info *info, const char *path,
                                    ock_status status) OCK_WARN_UNUSED;

/* Bytes per element of an array of unsigned integers: the fewest of 1, 2, 4, 8 that hold all. */
size_t ock_container_width(const uint64_t *values, size_t count);

/* Sum of lane_bytes; UINT64_MAX when it does not fit. */
uint64_t ock_container_sum(const ock_container_info *info);

#endif
