/* spool.c - many append-only byte streams in one unlinked temporary file.
 *
 * A stream fills a block in memory; a full block goes to the end of the file, behind the file
 * offset of the stream's block before it. So a stream is a chain that is followed from its end. */
#include "files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file_io.h"

enum {
    LARGEST_BLOCK = 1 << 16,
    SMALLEST_BLOCK = 1 << 12,
    BLOCK_MEMORY = 1 << 24, /* bytes for the blocks of all streams, above SMALLEST_BLOCK each */
    LINK_BYTES = 8
};

static const uint64_t no_block = UINT64_MAX;

typedef struct stream {
    uint8_t *block;  /* (block_bytes), NULL until the first byte */
    size_t used;     /* bytes in it */
    uint64_t stored; /* bytes in the file */
    uint64_t last;   /* file offset of its last stored block, or no_block */
} stream;

struct ock_spool {
    int fd;
    uint32_t count;
    size_t block_bytes;
    uint64_t end;     /* of the file */
    stream *streams;  /* (count) */
    uint8_t *scratch; /* (LINK_BYTES + block_bytes) a block on its way to or from the file */
    /* where ock_spool_previous stands */
    const stream *reading;
    bool memory_given;
    uint64_t next_block, next_end;
};

static const char spool_name[] = "temporary file of the transcript";

static size_t choose_block_bytes(uint32_t streams)
{
    size_t bytes = LARGEST_BLOCK;

    while (bytes > SMALLEST_BLOCK && bytes * streams > BLOCK_MEMORY)
        bytes /= 2;
    return bytes;
}

ock_status ock_spool_new(const char *folder, uint32_t streams, ock_spool **spool)
{
    ock_spool *fresh = calloc(1, sizeof *fresh);
    ock_status status = OCK_OK;

    *spool = NULL;
    if (fresh == NULL)
        return ock_fail_memory(sizeof *fresh, "the transcript's spool");
    fresh->fd = -1;
    fresh->count = streams;
    fresh->block_bytes = choose_block_bytes(streams);
    fresh->streams = calloc(streams > 0 ? streams : 1, sizeof *fresh->streams);
    fresh->scratch = malloc(LINK_BYTES + fresh->block_bytes);
    if (fresh->streams == NULL || fresh->scratch == NULL)
        status = ock_fail_memory(streams * sizeof *fresh->streams + fresh->block_bytes,
                                 "the transcript's spool");
    else
        status = ock_temporary_open_unlinked(folder, &fresh->fd);
    for (uint32_t i = 0; status == OCK_OK && i < streams; i++)
        fresh->streams[i].last = no_block;
    if (status == OCK_OK)
        *spool = fresh;
    else
        ock_spool_free(fresh);
    return status;
}

void ock_spool_free(ock_spool *spool)
{
    if (spool == NULL)
        return;
    for (uint32_t i = 0; spool->streams != NULL && i < spool->count; i++)
        free(spool->streams[i].block);
    free(spool->streams);
    free(spool->scratch);
    if (spool->fd >= 0)
        (void)close(spool->fd);
    free(spool);
}

static ock_status store_block(ock_spool *spool, stream *full)
{
    ock_status status = OCK_OK;

    memcpy(spool->scratch, &full->last, LINK_BYTES);
    memcpy(spool->scratch + LINK_BYTES, full->block, spool->block_bytes);
    status = ock_file_write_at(spool->fd, spool_name, spool->end, spool->scratch,
                               LINK_BYTES + spool->block_bytes);
    if (status != OCK_OK)
        return status;
    full->last = spool->end;
    full->stored += spool->block_bytes;
    full->used = 0;
    spool->end += LINK_BYTES + spool->block_bytes;
    return OCK_OK;
}

static ock_status find_stream(const ock_spool *spool, uint32_t index, stream **found)
{
    if (index >= spool->count)
        return ock_fail(OCK_INTERNAL, "spool: stream %lu of %lu", (unsigned long)index,
                        (unsigned long)spool->count);
    *found = &spool->streams[index];
    return OCK_OK;
}

ock_status ock_spool_append(ock_spool *spool, uint32_t index, const uint8_t *bytes, size_t count)
{
    stream *to = NULL;
    ock_status status = find_stream(spool, index, &to);

    if (status == OCK_OK && to->block == NULL && count > 0) {
        to->block = malloc(spool->block_bytes);
        if (to->block == NULL)
            status = ock_fail_memory(spool->block_bytes, "a block of the transcript");
    }
    while (status == OCK_OK && count > 0) {
        const size_t room = spool->block_bytes - to->used;
        const size_t part = count < room ? count : room;

        memcpy(to->block + to->used, bytes, part);
        to->used += part;
        bytes += part;
        count -= part;
        if (to->used == spool->block_bytes)
            status = store_block(spool, to);
    }
    return status;
}

uint64_t ock_spool_bytes(const ock_spool *spool, uint32_t index)
{
    return index < spool->count ? spool->streams[index].stored + spool->streams[index].used : 0;
}

ock_status ock_spool_rewind(ock_spool *spool, uint32_t index)
{
    stream *from = NULL;
    ock_status status = find_stream(spool, index, &from);

    if (status != OCK_OK)
        return status;
    spool->reading = from;
    spool->memory_given = from->used == 0;
    spool->next_block = from->last;
    spool->next_end = from->stored;
    return OCK_OK;
}

static ock_status load_block(ock_spool *spool, uint64_t *offset, const uint8_t **bytes,
                             size_t *count)
{
    const size_t wanted = LINK_BYTES + spool->block_bytes;
    size_t got = 0;
    ock_status status =
        ock_file_read_at(spool->fd, spool_name, spool->next_block, spool->scratch, wanted, &got);

    if (status != OCK_OK)
        return status;
    if (got < wanted)
        return ock_fail(OCK_ENVIRONMENT, "%s: shrank while in use", spool_name);
    spool->next_end -= spool->block_bytes;
    *offset = spool->next_end;
    *bytes = spool->scratch + LINK_BYTES;
    *count = spool->block_bytes;
    memcpy(&spool->next_block, spool->scratch, LINK_BYTES);
    return OCK_OK;
}

ock_status ock_spool_previous(ock_spool *spool, uint64_t *offset, const uint8_t **bytes,
                              size_t *count)
{
    *offset = 0;
    *bytes = NULL;
    *count = 0;
    if (spool->reading == NULL)
        return ock_fail(OCK_INTERNAL, "spool: read without ock_spool_rewind");
    if (!spool->memory_given) {
        spool->memory_given = true;
        *offset = spool->reading->stored;
        *bytes = spool->reading->block;
        *count = spool->reading->used;
        return OCK_OK;
    }
    return spool->next_block == no_block ? OCK_OK : load_block(spool, offset, bytes, count);
}
