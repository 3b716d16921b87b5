/* user_block.c - the 512 bytes in front of the HDF5 file that protect every bit of it. */
#include "io/hdf5/user_block.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "io/file/file_io.h"

/* Offsets in the block; the integers are little-endian. What lies between is zero. */
enum {
    AT_MAGIC = 0,        /* 8 bytes */
    AT_VERSION = 8,      /* u32, of the block */
    AT_CONTRACT = 12,    /* u32 */
    AT_FILE_BYTES = 16,  /* u64, the block included */
    AT_BODY_DIGEST = 24, /* BLAKE2b-256 of the bytes from 512 to the end */
    AT_PLAN_DIGEST = 56,
    AT_PADDING = 88,
    AT_HEAD_DIGEST = 480 /* BLAKE2b-256 of the bytes from 0 to 480 */
};

/* The first byte is no text, and the line ends catch a transfer that rewrites them. */
static const uint8_t magic[8] = {0x89, 'O', 'C', 'K', '\r', '\n', 0x1A, '\n'};
static const uint8_t checkpoint_magic[8] = {0x89, 'O', 'C', 'C', '\r', '\n', 0x1A, '\n'};

static ock_status digest_body(int fd, const char *path, uint8_t out[OCK_DIGEST_BYTES],
                              uint64_t *file_bytes)
{
    ock_digest digest;
    uint8_t *buffer = malloc(OCK_IO_BUFFER_BYTES);
    size_t got = 1;
    ock_status status = OCK_OK;

    if (buffer == NULL) {
        return ock_fail_memory(OCK_IO_BUFFER_BYTES, "reading a file");
    }
    ock_digest_start(&digest);
    *file_bytes = OCK_USER_BLOCK_BYTES;
    while (status == OCK_OK && got > 0) {
        status = ock_file_read_at(fd, path, *file_bytes, buffer, OCK_IO_BUFFER_BYTES, &got);
        ock_digest_update(&digest, buffer, got);
        *file_bytes += got;
    }
    ock_digest_finish(&digest, out);
    free(buffer);
    return status;
}

static void digest_head(const uint8_t block[OCK_USER_BLOCK_BYTES], uint8_t out[OCK_DIGEST_BYTES])
{
    ock_digest digest;

    ock_digest_start(&digest);
    ock_digest_update(&digest, block, AT_HEAD_DIGEST);
    ock_digest_finish(&digest, out);
}

static ock_status write_block(int fd, const char *path, const uint8_t kind[8], uint32_t format,
                              uint32_t contract, const uint8_t plan_digest[OCK_DIGEST_BYTES],
                              uint64_t *file_bytes)
{
    uint8_t block[OCK_USER_BLOCK_BYTES] = {0};
    ock_status status = digest_body(fd, path, block + AT_BODY_DIGEST, file_bytes);

    if (status != OCK_OK) {
        return status;
    }
    memcpy(block + AT_MAGIC, kind, 8);
    ock_put_le(block + AT_VERSION, format, 4);
    ock_put_le(block + AT_CONTRACT, contract, 4);
    ock_put_le(block + AT_FILE_BYTES, *file_bytes, 8);
    memcpy(block + AT_PLAN_DIGEST, plan_digest, OCK_DIGEST_BYTES);
    digest_head(block, block + AT_HEAD_DIGEST);
    return ock_file_write_at(fd, path, 0, block, sizeof block);
}

/* All of the block that can be judged without the rest of the file. */
static ock_status check_head(const uint8_t block[OCK_USER_BLOCK_BYTES], const char *path,
                             const uint8_t kind[8], const uint32_t *contract)
{
    static const uint8_t zeros[AT_HEAD_DIGEST - AT_PADDING];
    const unsigned long newest = kind == magic ? OCK_FORMAT_CORPUS : OCK_FORMAT_PLAIN;
    const unsigned long version = (unsigned long)ock_get_le(block + AT_VERSION, 4);
    const unsigned long written = (unsigned long)ock_get_le(block + AT_CONTRACT, 4);
    uint8_t digest[OCK_DIGEST_BYTES];

    if (memcmp(block + AT_MAGIC, kind, 8) != 0) {
        return ock_fail(OCK_BAD_DATA, "%s: is not an Ockham %s", path,
                        kind == magic ? "file" : "checkpoint");
    }
    digest_head(block, digest);
    if (memcmp(block + AT_HEAD_DIGEST, digest, sizeof digest) != 0) {
        return ock_fail(OCK_BAD_DATA, "%s: is damaged (in its first 512 bytes)", path);
    }
    if (version < OCK_FORMAT_PLAIN || version > newest) {
        return ock_fail(OCK_BAD_DATA, "%s: has file format %lu; this program reads %d to %lu", path,
                        version, (int)OCK_FORMAT_PLAIN, newest);
    }
    if (memcmp(block + AT_PADDING, zeros, sizeof zeros) != 0) {
        return ock_fail(OCK_BAD_DATA, "%s: has bytes set that must be zero", path);
    }
    if (contract != NULL && written != *contract) {
        return ock_fail(OCK_BAD_DATA,
                        "%s: was written under contract %lu; this program keeps contract %lu: use "
                        "an ockham whose --version says contract %lu",
                        path, written, (unsigned long)*contract, written);
    }
    return OCK_OK;
}

/* contract: the only one accepted; NULL: any. */
static ock_status check_block(int fd, const char *path, const uint8_t kind[8],
                              const uint32_t *contract, uint32_t *format,
                              uint8_t plan_digest[OCK_DIGEST_BYTES], uint64_t *file_bytes)
{
    uint8_t block[OCK_USER_BLOCK_BYTES], digest[OCK_DIGEST_BYTES];
    struct stat now;
    uint64_t stated = 0;
    size_t got = 0;
    ock_status status = ock_file_read_at(fd, path, 0, block, sizeof block, &got);

    if (status == OCK_OK && got < sizeof block) {
        status = ock_fail(OCK_BAD_DATA, "%s: is not an Ockham file (or only its beginning)", path);
    }
    if (status == OCK_OK) {
        status = check_head(block, path, kind, contract);
    }
    if (status == OCK_OK && fstat(fd, &now) != 0) {
        status = ock_fail_errno(path, "cannot be read");
    }
    if (status != OCK_OK) {
        return status;
    }
    stated = ock_get_le(block + AT_FILE_BYTES, 8);
    if ((uint64_t)now.st_size != stated) {
        return ock_fail(OCK_BAD_DATA, "%s: has %llu bytes where it should have %llu", path,
                        (unsigned long long)now.st_size, (unsigned long long)stated);
    }
    status = digest_body(fd, path, digest, file_bytes);
    if (status != OCK_OK) {
        return status;
    }
    if (*file_bytes != stated || memcmp(block + AT_BODY_DIGEST, digest, sizeof digest) != 0) {
        return ock_fail(OCK_BAD_DATA, "%s: is damaged (its digest differs)", path);
    }
    memcpy(plan_digest, block + AT_PLAN_DIGEST, OCK_DIGEST_BYTES);
    *format = (uint32_t)ock_get_le(block + AT_VERSION, 4);
    return OCK_OK;
}

ock_status ock_user_block_write(int fd, const char *path, uint32_t format, uint32_t contract,
                                const uint8_t plan_digest[OCK_DIGEST_BYTES], uint64_t *file_bytes)
{
    return write_block(fd, path, magic, format, contract, plan_digest, file_bytes);
}

ock_status ock_user_block_check(int fd, const char *path, uint32_t contract, uint32_t *format,
                                uint8_t plan_digest[OCK_DIGEST_BYTES], uint64_t *file_bytes)
{
    return check_block(fd, path, magic, &contract, format, plan_digest, file_bytes);
}

/* A checkpoint holds its plan itself; the place of the digest stays zero. */
static const uint8_t no_digest[OCK_DIGEST_BYTES];

ock_status ock_checkpoint_seal(int fd, const char *path, uint32_t contract, uint64_t *file_bytes)
{
    return write_block(fd, path, checkpoint_magic, OCK_FORMAT_PLAIN, contract, no_digest,
                       file_bytes);
}

ock_status ock_checkpoint_check_seal(int fd, const char *path, uint32_t *contract,
                                     uint64_t *file_bytes)
{
    uint8_t bytes[4], digest[OCK_DIGEST_BYTES];
    uint32_t format = 0;
    size_t got = 0;
    ock_status status = check_block(fd, path, checkpoint_magic, NULL, &format, digest, file_bytes);

    if (status == OCK_OK && memcmp(digest, no_digest, sizeof digest) != 0) {
        status = ock_fail(OCK_BAD_DATA, "%s: has bytes set that must be zero", path);
    }
    if (status == OCK_OK) {
        status = ock_file_read_at(fd, path, AT_CONTRACT, bytes, sizeof bytes, &got);
    }
    *contract = status == OCK_OK ? (uint32_t)ock_get_le(bytes, sizeof bytes) : 0;
    return status;
}
