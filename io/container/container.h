/* SPDX-License-Identifier: MIT */
/* container.h - the .ock file: an HDF5 file behind a 512-byte user block (FORMAT.md).
 *
 * Not collective: only rank 0 touches files of this kind. */
#ifndef OCK_CONTAINER_H
#define OCK_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/status.h"
#include "io/file/file_io.h"
#include "io/file/spool.h"

enum {
    OCK_CONTAINER_MAX_LANES = 4096,
    OCK_CONTAINER_MAX_CONFIG_BYTES = 16384,
    OCK_CONTAINER_MAX_TRACE = 4096,
    OCK_CONTAINER_MAX_MARKS = 65536,
    OCK_CONTAINER_MAX_MANIFEST_BYTES = 1 << 29,
    OCK_CONTAINER_MAX_REPEATS_BYTES = 1 << 28,
    OCK_CONTAINER_MAX_TRANSFORMS_BYTES = 1 << 26,
    OCK_CONTAINER_MAX_LAYOUTS_BYTES = 1 << 26
};

/* Everything in the file but the transcript's bytes. Arrays are owned by whoever filled it. A new
 * member goes into the list in container.c, from which info is checked, compared and freed. */
typedef struct ock_container_info {
    uint32_t contract; /* version of the numeric contract */
    uint32_t level;    /* 1..9, as given by the user */
    uint32_t lanes, shards, step;
    uint32_t trace_marks; /* 0 .. OCK_CONTAINER_MAX_TRACE */
    uint32_t mark_count;  /* 0 .. OCK_CONTAINER_MAX_MARKS */
    uint32_t unused;      /* 0: in the place of padding */
    char *config_text;    /* NUL-terminated lines "name=value\n"; floats as 0x%08x IEEE bits */
    uint8_t plan_digest[OCK_DIGEST_BYTES]; /* carried in the user block for plan_file.h */
    uint64_t input_bytes;
    uint64_t rest_bytes; /* of what the lanes have: without what is repeated, and rewritten */
    uint8_t input_digest[OCK_DIGEST_BYTES]; /* of the whole input, in order */
    uint8_t root_digest[OCK_DIGEST_BYTES];  /* of the lane digests concatenated */
    uint8_t (
        *lane_digests)[OCK_DIGEST_BYTES]; /* (lanes) of each lane's bytes of the rest; a single one
                                                * is input_digest where the lists are empty */
    uint64_t *lane_bytes;                 /* (lanes) transcript bytes of each lane */
    uint64_t *trace; /* (trace_marks) ideal code length, in bytes, of input part i of
                      * trace_marks equal parts: bytes [L*i/marks, L*(i+1)/marks) */
    uint8_t (*marks)[OCK_DIGEST_BYTES]; /* (mark_count) digests of the state, in order */
    uint8_t
        *repeats; /* the coded list of repeats (repeat_code.h); NULL where nothing is repeated */
    size_t repeats_bytes; /* 1 .. OCK_CONTAINER_MAX_REPEATS_BYTES where there is one, else 0 */
    uint8_t *transforms;  /* likewise, of what is rewritten (transform_list.h) */
    size_t transforms_bytes;
    uint8_t
        *layouts; /* likewise, of how numbers lie (region_code.h): what lanes are predicted with */
    size_t layouts_bytes;
    uint8_t *manifest;     /* of a corpus: the coded list of files (manifest_code.h); else NULL */
    size_t manifest_bytes; /* 1 .. OCK_CONTAINER_MAX_MANIFEST_BYTES where there is one, else 0 */
} ock_container_info;

/* Frees the arrays inside (not the struct) and zeroes it. */
void ock_container_info_clear(ock_container_info *info);

/* Writes the whole container to the open, empty file (which the caller gives its name afterwards), the
 * transcript of lane i from stream i of the spool (info->lane_bytes[i] must equal its length:
 * OCK_INTERNAL), flushes it, and verifies it as ock_container_open_file would. *file_bytes gets its size.
 * On failure the caller discards the file. */
ock_status ock_container_write(const ock_open_file *file, const ock_container_info *info,
                               ock_spool *spool, uint64_t *file_bytes) OCK_WARN_UNUSED;

typedef struct ock_container ock_container;

/* Opens and checks a file from outside, in the order of FORMAT.md, section 4: every damage, another contract than
 * `contract` and what is no regular file are OCK_BAD_DATA, with `path` and what is wrong in the message; a file that
 * cannot be read is OCK_ENVIRONMENT. */
ock_status ock_container_open(const char *path, uint32_t contract,
                              ock_container **container) OCK_WARN_UNUSED;
/* The same of a file that is open for reading, and stays the caller's. */
ock_status ock_container_open_file(const ock_open_file *file, uint32_t contract,
                                   ock_container **container) OCK_WARN_UNUSED;
void ock_container_close(ock_container *container);

const ock_container_info *ock_container_about(const ock_container *container);
uint64_t ock_container_file_bytes(const ock_container *container);
/* Sum of lane_bytes; the lists before them are not counted. */
uint64_t ock_container_transcript_bytes(const ock_container *container);

/* Bytes of the file's length that are for the eye and for audits, and that no decoder needs: /trace
 * and the digests of states. */
uint64_t ock_container_extra_bytes(const ock_container *container);

/* Reads exactly `count` bytes of a lane's transcript at `offset` (within lane_bytes[lane]). */
ock_status ock_container_read(ock_container *container, uint32_t lane, uint64_t offset,
                              uint8_t *bytes, size_t count) OCK_WARN_UNUSED;

/* For programs, before all else that this header has: HDF5 does nothing at the process's end (hdf5_setup.h). */
void ock_container_keep_out_of_exit(void);

/* Version of the file format (FORMAT.md, section 6): it and all before it are read. */
uint32_t ock_container_newest_format(void);

/* "1.10.8", of the linked library; static storage. */
const char *ock_container_hdf5_version(void);

#endif
