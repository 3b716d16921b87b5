/* SPDX-License-Identifier: MIT */
/* user_block.h - the 512 bytes in front of the HDF5 file that protect every bit of it (FORMAT.md,
 * section 1): of containers and of checkpoints. */
#ifndef OCK_USER_BLOCK_H
#define OCK_USER_BLOCK_H

#include <stdint.h>

#include "base/digest.h"
#include "base/status.h"
#include "io/file/file_io.h"
#include "io/file/file_kind.h"

enum {
    OCK_USER_BLOCK_BYTES = 512,
    OCK_HEAD_AT = 88, /* of what a container's writer puts into it; zero in a checkpoint */
    OCK_HEAD_BYTES = 392,
    /* Versions of the file format: without a list of files, and with one. */
    OCK_FORMAT_PLAIN = 1,
    OCK_FORMAT_CORPUS = 2,
    OCK_FORMAT_NEWEST = OCK_FORMAT_CORPUS
};

/* What a user block says beside lengths and digests. */
typedef struct ock_seal {
    ock_file_kind kind;
    uint32_t format, contract;
    const uint8_t *plan_digest; /* (OCK_DIGEST_BYTES) */
} ock_seal;

/* A checkpoint holds its plan itself; the place of the digest stays zero. */
extern const uint8_t ock_no_plan_digest[OCK_DIGEST_BYTES];

/* Seals an open file: the user block of its head and everything that follows it, as the file's bytes are now. */
ock_status ock_seal_write(int fd, const char *path, const ock_seal *seal,
                          uint64_t *file_bytes) OCK_WARN_UNUSED;

/* The end of a file that the HDF5 library has written and closed: sealed and flushed. Then verify(context)
 * reads it as any reader would, and compares it with what was to be written; what it finds to be
 * OCK_BAD_DATA is our own file, and so OCK_INTERNAL. *file_bytes gets its size. */
typedef ock_status ock_seal_verify(void *context);
ock_status ock_seal_finish(const ock_open_file *file, const ock_seal *seal, ock_seal_verify *verify,
                           void *context, uint64_t *file_bytes) OCK_WARN_UNUSED;

/* OCK_BAD_DATA unless block and file agree in every bit and the contract is `contract`. *format: one
 * of the two versions. */
ock_status ock_user_block_check(int fd, const char *path, uint32_t contract, uint32_t *format,
                                uint8_t plan_digest[OCK_DIGEST_BYTES],
                                uint64_t *file_bytes) OCK_WARN_UNUSED;

/* The same for a checkpoint. *contract: what the checkpoint was written under. */
ock_status ock_checkpoint_check_seal(int fd, const char *path, uint32_t *contract,
                                     uint64_t *file_bytes) OCK_WARN_UNUSED;

#endif
