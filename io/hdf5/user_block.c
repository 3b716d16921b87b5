/* SPDX-License-Identifier: MIT */
/* user_block.c - the 512 bytes in front of the HDF5 file that protect every bit of it. */
#include "io/hdf5/user_block.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "io/file/file_io.h"

/* Offsets in the block; the integers are little-endian. */
enum {
    AT_MAGIC = 0,        /* 8 bytes */
    AT_VERSION = 8,      /* u32, of the block */
    AT_CONTRACT = 12,    /* u32 */
    AT_FILE_BYTES = 16,  /* u64, the block included */
    AT_BODY_DIGEST = 24, /* BLAKE2b-256 of the bytes from 512 to the end */
    AT_PLAN_DIGEST = 56,
    AT_HEAD_DIGEST = OCK_HEAD_AT + OCK_HEAD_BYTES /* BLAKE2b-256 of the bytes from 0 to 480 */
};

/* Of the bytes behind the block, of a file of `file_bytes` bytes. */
static ock_status digest_body(int fd, const char *path, uint64_t file_bytes,
                              uint8_t out[OCK_DIGEST_BYTES])
{
    ock_open_file file = {fd, path};
    const ock_source source = ock_open_file_source(&file);

    return ock_digest_part(&source, OCK_USER_BLOCK_BYTES, file_bytes, out);
}

static ock_status measure(int fd, const char *path, uint64_t *file_bytes)
{
    struct stat now;

    *file_bytes = 0;
    if (fstat(fd, &now) != 0) {
        return ock_fail_errno(path, "cannot be read");
    }
    *file_bytes = (uint64_t)now.st_size;
    return OCK_OK;
}

static void digest_head(const uint8_t block[OCK_USER_BLOCK_BYTES], uint8_t out[OCK_DIGEST_BYTES])
{
    ock_digest digest;

    ock_digest_start(&digest);
    ock_digest_update(&digest, block, AT_HEAD_DIGEST);
    ock_digest_finish(&digest, out);
}

ock_status ock_seal_write(int fd, const char *path, const ock_seal *seal, uint64_t *file_bytes)
{
    uint8_t block[OCK_USER_BLOCK_BYTES] = {0};
    size_t got = 0;
    ock_status status = measure(fd, path, file_bytes);

    if (*file_bytes < OCK_USER_BLOCK_BYTES) {
        *file_bytes = OCK_USER_BLOCK_BYTES; /* once the block is written */
    }
    if (status == OCK_OK) {
        status = ock_file_read_at(fd, path, 0, block, sizeof block, &got);
    }
    if (status == OCK_OK) {
        status = digest_body(fd, path, *file_bytes, block + AT_BODY_DIGEST);
    }
    if (status != OCK_OK) {
        return status;
    }
    memcpy(block + AT_MAGIC, ock_file_magic(seal->kind), OCK_MAGIC_BYTES);
    ock_put_le(block + AT_VERSION, seal->format, 4);
    ock_put_le(block + AT_CONTRACT, seal->contract, 4);
    ock_put_le(block + AT_FILE_BYTES, *file_bytes, 8);
    memcpy(block + AT_PLAN_DIGEST, seal->plan_digest, OCK_DIGEST_BYTES);
    digest_head(block, block + AT_HEAD_DIGEST);
    return ock_file_write_at(fd, path, 0, block, sizeof block);
}

/* All of the block that can be judged without the rest of the file. */
static ock_status check_head(const uint8_t block[OCK_USER_BLOCK_BYTES], const char *path,
                             ock_file_kind kind, const uint32_t *contract)
{
    static const uint8_t zeros[OCK_HEAD_BYTES];
    const unsigned long newest = kind == OCK_FILE_CONTAINER ? OCK_FORMAT_NEWEST : OCK_FORMAT_PLAIN;
    const unsigned long version = (unsigned long)ock_get_le(block + AT_VERSION, 4);
    const unsigned long written = (unsigned long)ock_get_le(block + AT_CONTRACT, 4);
    uint8_t digest[OCK_DIGEST_BYTES];

    if (ock_magic_kind(block + AT_MAGIC) != kind) {
        return ock_fail(OCK_BAD_DATA, "%s: is not an Ockham %s", path,
                        kind == OCK_FILE_CONTAINER ? "file" : "checkpoint");
    }
    digest_head(block, digest);
    if (memcmp(block + AT_HEAD_DIGEST, digest, sizeof digest) != 0) {
        return ock_fail(OCK_BAD_DATA, "%s: is damaged (in its first 512 bytes)", path);
    }
    if (version < OCK_FORMAT_PLAIN || version > newest) {
        return ock_fail(OCK_BAD_DATA, "%s: has file format %lu; this program reads %d to %lu", path,
                        version, (int)OCK_FORMAT_PLAIN, newest);
    }
    if (kind == OCK_FILE_CHECKPOINT && memcmp(block + OCK_HEAD_AT, zeros, sizeof zeros) != 0) {
        return ock_fail(OCK_BAD_DATA, "%s: has bytes set that must be zero", path);
    }
    if (contract != NULL && written != *contract) {
        return ock_fail(OCK_BAD_DATA,
                        "%s: was written under contract %lu; this program uses contract %lu: use "
                        "an ockham whose --version says contract %lu",
                        path, written, (unsigned long)*contract, written);
    }
    return OCK_OK;
}

/* The rest of the file against a block that is good in itself. */
static ock_status check_body(int fd, const char *path, const uint8_t block[OCK_USER_BLOCK_BYTES],
                             uint64_t *file_bytes)
{
    const uint64_t stated = ock_get_le(block + AT_FILE_BYTES, 8);
    uint8_t digest[OCK_DIGEST_BYTES];
    ock_status status = measure(fd, path, file_bytes);

    if (status == OCK_OK && *file_bytes != stated) {
        status = ock_fail(OCK_BAD_DATA, "%s: has %llu bytes instead of %llu", path,
                          (unsigned long long)*file_bytes, (unsigned long long)stated);
    }
    if (status == OCK_OK) {
        status = digest_body(fd, path, *file_bytes, digest);
    }
    if (status == OCK_OK && memcmp(block + AT_BODY_DIGEST, digest, sizeof digest) != 0) {
        status = ock_fail(OCK_BAD_DATA, "%s: is damaged (its digest differs)", path);
    }
    return status;
}

/* contract: the only one accepted; NULL: any. */
static ock_status check_block(int fd, const char *path, ock_file_kind kind,
                              const uint32_t *contract, uint8_t block[OCK_USER_BLOCK_BYTES],
                              uint64_t *file_bytes)
{
    size_t got = 0;
    ock_status status = ock_file_read_at(fd, path, 0, block, OCK_USER_BLOCK_BYTES, &got);

    if (status == OCK_OK && got < OCK_USER_BLOCK_BYTES) {
        status = ock_fail(OCK_BAD_DATA, "%s: is not an Ockham file, or is truncated", path);
    }
    if (status == OCK_OK) {
        status = check_head(block, path, kind, contract);
    }
    return status != OCK_OK ? status : check_body(fd, path, block, file_bytes);
}

ock_status ock_user_block_check(int fd, const char *path, uint32_t contract, uint32_t *format,
                                uint8_t plan_digest[OCK_DIGEST_BYTES], uint64_t *file_bytes)
{
    uint8_t block[OCK_USER_BLOCK_BYTES];
    ock_status status = check_block(fd, path, OCK_FILE_CONTAINER, &contract, block, file_bytes);

    if (status == OCK_OK) {
        memcpy(plan_digest, block + AT_PLAN_DIGEST, OCK_DIGEST_BYTES);
        *format = (uint32_t)ock_get_le(block + AT_VERSION, 4);
    }
    return status;
}

const uint8_t ock_no_plan_digest[OCK_DIGEST_BYTES];

ock_status ock_checkpoint_check_seal(int fd, const char *path, uint32_t *contract,
                                     uint64_t *file_bytes)
{
    uint8_t block[OCK_USER_BLOCK_BYTES];
    ock_status status = check_block(fd, path, OCK_FILE_CHECKPOINT, NULL, block, file_bytes);

    *contract = 0;
    if (status == OCK_OK &&
        memcmp(block + AT_PLAN_DIGEST, ock_no_plan_digest, OCK_DIGEST_BYTES) != 0) {
        status = ock_fail(OCK_BAD_DATA, "%s: has bytes set that must be zero", path);
    }
    if (status == OCK_OK) {
        *contract = (uint32_t)ock_get_le(block + AT_CONTRACT, 4);
    }
    return status;
}

/* ---- the end of a file ---- */

ock_status ock_seal_finish(const ock_open_file *file, const ock_seal *seal, ock_seal_verify *verify,
                           void *context, uint64_t *file_bytes)
{
    ock_status status = ock_seal_write(file->fd, file->name, seal, file_bytes);

    if (status == OCK_OK && ock_file_sync(file->fd) != 0) {
        status = ock_fail_errno(file->name, "cannot be flushed");
    }
    if (status == OCK_OK) {
        status = verify(context);
    }
    return status == OCK_BAD_DATA ? OCK_INTERNAL : status; /* our own file: the message stands */
}
