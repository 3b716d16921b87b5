/* SPDX-License-Identifier: MIT */
/* spool.c - many append-only byte streams in one file, unlinked or with a name.
 *
 * A stream fills a block in memory; a full block, or at a flush any, goes to the end of the file,
 * after the file offset of the stream's block before it and its own length. So a stream is a chain
 * that is followed from its end. */
#include "io/file/spool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "io/file/file_io.h"

enum {
    LARGEST_BLOCK = 1 << 16,
    SMALLEST_BLOCK = 1 << 12,
    BLOCK_MEMORY = 1 << 24, /* bytes for the blocks of all streams, above SMALLEST_BLOCK each */
    LINK_BYTES = 16         /* offset of the block before, length of this one */
};

static const uint64_t no_block = UINT64_MAX;

typedef struct stream {
    uint8_t *block; /* (block_bytes), NULL until the first byte */
    size_t used;    /* bytes in it */
    /* What ock_spool_place gives out: */
    uint64_t place[2];
} stream;

enum {
    STORED, /* bytes in the file */
    LAST    /* file offset of the last stored block, or no_block */
};

struct ock_spool {
    int fd;
    uint32_t count;
    size_t block_bytes;
    uint64_t end;       /* of the file */
    ock_digest *digest; /* of the file's bytes; NULL in a spool without a name */
    stream *streams;    /* (count) */
    uint8_t *scratch;   /* (LINK_BYTES + block_bytes) a block on its way to or from the file */
    /* where ock_spool_previous stands */
    const stream *reading;
    bool memory_given;
    uint64_t next_block, next_end;
};

static const char spool_name[] = "temporary file of the transcript";

static size_t choose_block_bytes(uint32_t streams)
{
    size_t bytes = LARGEST_BLOCK;

    while (bytes > SMALLEST_BLOCK && bytes * streams > BLOCK_MEMORY) {
        bytes /= 2;
    }
    return bytes;
}

static ock_status allocate(ock_spool *spool)
{
    spool->streams = calloc(spool->count > 0 ? spool->count : 1, sizeof *spool->streams);
    spool->scratch = malloc(LINK_BYTES + spool->block_bytes);
    if (spool->streams == NULL || spool->scratch == NULL) {
        return ock_fail_memory(spool->count * sizeof *spool->streams + spool->block_bytes,
                               "the transcript's spool");
    }
    for (uint32_t i = 0; i < spool->count; i++) {
        spool->streams[i].place[LAST] = no_block;
    }
    return OCK_OK;
}

static ock_status make(uint32_t streams, ock_spool **spool)
{
    ock_spool *fresh = calloc(1, sizeof *fresh);
    ock_status status = OCK_OK;

    *spool = NULL;
    if (fresh == NULL) {
        return ock_fail_memory(sizeof *fresh, "the transcript's spool");
    }
    fresh->fd = -1;
    fresh->count = streams;
    fresh->block_bytes = choose_block_bytes(streams);
    status = allocate(fresh);
    if (status == OCK_OK) {
        *spool = fresh;
    } else {
        ock_spool_free(fresh);
    }
    return status;
}

ock_status ock_spool_new(const char *folder, uint32_t streams, ock_spool **spool)
{
    ock_status status = make(streams, spool);

    if (status == OCK_OK) {
        status = ock_temporary_open_unlinked(folder, &(*spool)->fd);
    }
    if (status != OCK_OK) {
        ock_spool_free(*spool);
        *spool = NULL;
    }
    return status;
}

ock_status ock_spool_open(int folder, const char *path, uint32_t streams, ock_spool **spool)
{
    ock_status status = make(streams, spool);

    if (status != OCK_OK) {
        return status;
    }
    (*spool)->digest = aligned_alloc(64, sizeof *(*spool)->digest);
    if ((*spool)->digest == NULL) {
        status = ock_fail_memory(sizeof *(*spool)->digest, "the transcript's spool");
    } else {
        status = ock_file_open_growing(folder, path, path, &(*spool)->fd);
    }
    if (status == OCK_OK) {
        ock_digest_start((*spool)->digest);
    } else {
        ock_spool_free(*spool);
        *spool = NULL;
    }
    return status;
}

void ock_spool_free(ock_spool *spool)
{
    if (spool == NULL) {
        return;
    }
    for (uint32_t i = 0; spool->streams != NULL && i < spool->count; i++) {
        free(spool->streams[i].block);
    }
    free(spool->streams);
    free(spool->scratch);
    free(spool->digest);
    if (spool->fd >= 0) {
        (void)close(spool->fd);
    }
    free(spool);
}

static ock_status store_block(ock_spool *spool, stream *full)
{
    const size_t bytes = LINK_BYTES + full->used;
    ock_status status = OCK_OK;

    ock_put_le(spool->scratch, full->place[LAST], 8);
    ock_put_le(spool->scratch + 8, full->used, 8);
    memcpy(spool->scratch + LINK_BYTES, full->block, full->used);
    status = ock_file_write_at(spool->fd, spool_name, spool->end, spool->scratch, bytes);
    if (status != OCK_OK) {
        return status;
    }
    if (spool->digest != NULL) {
        ock_digest_update(spool->digest, spool->scratch, bytes);
    }
    full->place[LAST] = spool->end;
    full->place[STORED] += full->used;
    full->used = 0;
    spool->end += bytes;
    return OCK_OK;
}

static ock_status find_stream(const ock_spool *spool, uint32_t index, stream **found)
{
    if (index >= spool->count) {
        return ock_fail(OCK_INTERNAL, "spool: stream %lu of %lu", (unsigned long)index,
                        (unsigned long)spool->count);
    }
    *found = &spool->streams[index];
    return OCK_OK;
}

ock_status ock_spool_append(ock_spool *spool, uint32_t index, const uint8_t *bytes, size_t count)
{
    stream *to = NULL;
    ock_status status = find_stream(spool, index, &to);

    if (status == OCK_OK && to->block == NULL && count > 0) {
        to->block = malloc(spool->block_bytes);
        if (to->block == NULL) {
            status = ock_fail_memory(spool->block_bytes, "a block of the transcript");
        }
    }
    while (status == OCK_OK && count > 0) {
        const size_t room = spool->block_bytes - to->used;
        const size_t part = count < room ? count : room;

        memcpy(to->block + to->used, bytes, part);
        to->used += part;
        bytes += part;
        count -= part;
        if (to->used == spool->block_bytes) {
            status = store_block(spool, to);
        }
    }
    return status;
}

uint64_t ock_spool_bytes(const ock_spool *spool, uint32_t index)
{
    return index < spool->count ? spool->streams[index].place[STORED] + spool->streams[index].used
                                : 0;
}

uint64_t ock_spool_total(const ock_spool *spool)
{
    uint64_t total = 0;

    for (uint32_t index = 0; index < spool->count; index++) {
        total += ock_spool_bytes(spool, index);
    }
    return total;
}

ock_status ock_spool_rewind(ock_spool *spool, uint32_t index)
{
    stream *from = NULL;
    ock_status status = find_stream(spool, index, &from);

    if (status != OCK_OK) {
        return status;
    }
    spool->reading = from;
    spool->memory_given = from->used == 0;
    spool->next_block = from->place[LAST];
    spool->next_end = from->place[STORED];
    return OCK_OK;
}

/* Links that lead elsewhere than back can only come from a damaged or foreign file. */
static ock_status load_block(ock_spool *spool, uint64_t *offset, const uint8_t **bytes,
                             size_t *count)
{
    const size_t most = LINK_BYTES + spool->block_bytes;
    const uint64_t here = spool->next_block;
    uint64_t length = 0;
    size_t got = 0;
    ock_status status = ock_file_read_at(spool->fd, spool_name, here, spool->scratch, most, &got);

    if (status != OCK_OK) {
        return status;
    }
    if (got >= LINK_BYTES) {
        length = ock_get_le(spool->scratch + 8, 8);
    }
    if (length < 1 || length > got - LINK_BYTES || length > spool->next_end) {
        return ock_fail(OCK_ENVIRONMENT, "%s: changed while in use", spool_name);
    }
    spool->next_block = ock_get_le(spool->scratch, 8);
    spool->next_end -= length;
    if ((spool->next_block == no_block) != (spool->next_end == 0) ||
        (spool->next_block != no_block && spool->next_block >= here)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: changed while in use", spool_name);
    }
    *offset = spool->next_end;
    *bytes = spool->scratch + LINK_BYTES;
    *count = (size_t)length;
    return OCK_OK;
}

ock_status ock_spool_previous(ock_spool *spool, uint64_t *offset, const uint8_t **bytes,
                              size_t *count)
{
    *offset = 0;
    *bytes = NULL;
    *count = 0;
    if (spool->reading == NULL) {
        return ock_fail(OCK_INTERNAL, "spool: read without ock_spool_rewind");
    }
    if (!spool->memory_given) {
        spool->memory_given = true;
        *offset = spool->reading->place[STORED];
        *bytes = spool->reading->block;
        *count = spool->reading->used;
        return OCK_OK;
    }
    return spool->next_block == no_block ? OCK_OK : load_block(spool, offset, bytes, count);
}

/* ---- a spool that survives ---- */

ock_status ock_spool_flush(ock_spool *spool, uint64_t *bytes, uint8_t digest[32])
{
    ock_digest copy;
    ock_status status = OCK_OK;

    if (spool->digest == NULL) {
        return ock_fail(OCK_INTERNAL, "spool: flush of one without a name");
    }
    for (uint32_t i = 0; status == OCK_OK && i < spool->count; i++) {
        if (spool->streams[i].used > 0) {
            status = store_block(spool, &spool->streams[i]);
        }
    }
    if (status == OCK_OK && ock_file_sync(spool->fd) != 0) {
        status = ock_fail_errno(spool_name, "cannot be flushed");
    }
    copy = *spool->digest;
    ock_digest_finish(&copy, digest);
    *bytes = spool->end;
    return status;
}

void *ock_spool_place(ock_spool *spool, uint32_t index)
{
    return spool->streams[index].place;
}

/* The digest of the file's first `bytes` bytes, into the running one. */
static ock_status digest_file(ock_spool *spool, uint64_t bytes)
{
    ock_open_file file = {spool->fd, spool_name};
    const ock_source source = ock_open_file_source(&file);
    struct stat found;

    if (fstat(spool->fd, &found) != 0) {
        return ock_fail_errno(spool_name, "cannot be examined");
    }
    if ((uint64_t)found.st_size < bytes) {
        return ock_fail(OCK_BAD_DATA, "%s: is shorter than the checkpoint says", spool_name);
    }
    ock_digest_start(spool->digest);
    return ock_digest_source(spool->digest, &source, 0, bytes);
}

ock_status ock_spool_go_back(ock_spool *spool, uint64_t bytes, const uint8_t digest[32])
{
    uint8_t found[32];
    ock_digest copy;
    ock_status status = digest_file(spool, bytes);

    copy = *spool->digest;
    ock_digest_finish(&copy, found);
    if (status == OCK_OK && memcmp(found, digest, sizeof found) != 0) {
        status = ock_fail(OCK_BAD_DATA, "%s: does not match the checkpoint", spool_name);
    }
    if (status == OCK_OK && ftruncate(spool->fd, (off_t)bytes) != 0) {
        status = ock_fail_errno(spool_name, "cannot be truncated");
    }
    if (status == OCK_OK) {
        spool->end = bytes;
    } else {
        ock_digest_start(spool->digest); /* empty, as before */
    }
    return status;
}
