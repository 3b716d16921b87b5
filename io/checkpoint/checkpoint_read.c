/* SPDX-License-Identifier: MIT */
/* checkpoint_read.c - opens a checkpoint and delivers its state; trusts nothing in it. */
#include "io/checkpoint/checkpoint.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "io/checkpoint/checkpoint_private.h"
#include "io/hdf5/hdf5_subset.h"

struct ock_checkpoint {
    int fd;
    char *path;
    ock_checkpoint_info info;
    uint64_t file_bytes;
    uint64_t next, end; /* the part of the state not yet read, by place in the file */
    uint8_t *packed;    /* (OCK_PACK_HEAD + OCK_PACK_BLOCK) */
};

enum { PROGRESS, IDENTITY, TENSORS, STATE, OBJECTS };

static const char *const names[OBJECTS] = {OCK_CHECKPOINT_PROGRESS, OCK_CHECKPOINT_IDENTITY,
                                           OCK_CHECKPOINT_TENSORS, OCK_CHECKPOINT_STATE};

static ock_status fail(const ock_checkpoint *checkpoint, int object, const char *what)
{
    return ock_fail(OCK_BAD_DATA, "%s: %s %s", checkpoint->path, names[object], what);
}

/* ---- objects ---- */

/* Datatype messages as HDF5 writes them: an unsigned byte; text of `count` bytes with its NUL. */
static bool is_byte(ock_h5_bytes type)
{
    static const uint8_t byte[12] = {0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0};

    return type.count == sizeof byte && memcmp(type.at, byte, sizeof byte) == 0;
}

static bool is_text(ock_h5_bytes type, uint64_t count)
{
    uint8_t text[8] = {0x13, 0, 0, 0};

    ock_put_le(text + 4, count, 4);
    return type.count == sizeof text && memcmp(type.at, text, sizeof text) == 0;
}

/* The value of a dataset: `count` bytes. */
static ock_status copy_value(const ock_checkpoint *checkpoint, int object,
                             const ock_h5_dataset *dataset, void *bytes, size_t count)
{
    size_t got = 0;
    ock_status status =
        ock_file_read_at(checkpoint->fd, checkpoint->path, dataset->offset, bytes, count, &got);

    if (status == OCK_OK && got < count) {
        status = fail(checkpoint, object, "is truncated");
    }
    return status;
}

static ock_status take_progress(ock_checkpoint *checkpoint, const ock_h5_dataset *dataset)
{
    ock_checkpoint_info *info = &checkpoint->info;
    uint8_t bytes[OCK_CHECKPOINT_PROGRESS_BYTES];
    uint64_t length = 0;
    ock_status status = OCK_OK;

    if (!is_byte(dataset->type) || !ock_h5_is_row(dataset->space, &length) ||
        length != OCK_CHECKPOINT_PROGRESS_BYTES || !dataset->compact ||
        dataset->value_bytes != length) {
        return fail(checkpoint, PROGRESS, "has an unexpected type or shape");
    }
    status = copy_value(checkpoint, PROGRESS, dataset, bytes, sizeof bytes);
    if (status != OCK_OK) {
        return status;
    }
    info->position = ock_get_le(bytes, 8);
    info->produced_bytes = ock_get_le(bytes + 8, 8);
    memcpy(info->produced_digest, bytes + 16, OCK_DIGEST_BYTES);
    return OCK_OK;
}

static ock_status take_text(ock_checkpoint *checkpoint, int object, const ock_h5_dataset *dataset,
                            char **text)
{
    const uint64_t count = dataset->value_bytes;
    ock_status status = OCK_OK;

    if (count < 1 || count > OCK_CHECKPOINT_TEXT_MAX || !dataset->compact ||
        !is_text(dataset->type, count) || !ock_h5_is_scalar(dataset->space)) {
        return fail(checkpoint, object, "has an unexpected type or shape");
    }
    *text = malloc(count);
    if (*text == NULL) {
        return ock_fail_memory(count, "a checkpoint's description");
    }
    status = copy_value(checkpoint, object, dataset, *text, count);
    if (status != OCK_OK) {
        return status;
    }
    if (memchr(*text, '\0', count) != *text + count - 1) {
        (*text)[count - 1] = '\0';
        return fail(checkpoint, object, "has the wrong length");
    }
    return ock_h5_is_plain_text(*text) ? OCK_OK : fail(checkpoint, object, "is not plain text");
}

static ock_status take_state(ock_checkpoint *checkpoint, const ock_h5_dataset *dataset)
{
    uint64_t length = 0;

    if (!is_byte(dataset->type) || !ock_h5_is_row(dataset->space, &length) || length < 1 ||
        dataset->compact || dataset->value_bytes != length) {
        return fail(checkpoint, STATE, "has an unexpected type or shape");
    }
    checkpoint->next = dataset->offset;
    checkpoint->end = dataset->offset + length;
    return OCK_OK;
}

static ock_status take(ock_checkpoint *checkpoint, int object, const ock_h5_dataset *dataset)
{
    switch (object) {
    case PROGRESS:
        return take_progress(checkpoint, dataset);
    case IDENTITY:
        return take_text(checkpoint, object, dataset, &checkpoint->info.identity);
    case TENSORS:
        return take_text(checkpoint, object, dataset, &checkpoint->info.tensors);
    default:
        return take_state(checkpoint, dataset);
    }
}

static ock_status load(ock_checkpoint *checkpoint)
{
    const ock_h5_file file = {checkpoint->fd, checkpoint->path, checkpoint->file_bytes,
                              OCK_USER_BLOCK_BYTES};
    uint64_t addresses[OBJECTS];
    ock_status status = ock_h5_find(&file, names, OBJECTS, addresses);

    for (int i = 0; status == OCK_OK && i < OBJECTS; i++) {
        ock_h5_dataset dataset;

        if (addresses[i] == OCK_H5_ABSENT) {
            return fail(checkpoint, i, "is missing");
        }
        status = ock_h5_dataset_open(&file, addresses[i], names[i], &dataset);
        if (status == OCK_OK) {
            status = take(checkpoint, i, &dataset);
        }
        ock_h5_dataset_close(&dataset);
    }
    return status;
}

/* ---- open ---- */

/* Takes the descriptor over. *checkpoint: to be closed, whatever happens. */
static ock_status make(int fd, const char *name, ock_checkpoint **checkpoint)
{
    ock_checkpoint *fresh = calloc(1, sizeof *fresh);

    *checkpoint = fresh;
    if (fresh == NULL) {
        (void)close(fd);
        return ock_fail_memory(sizeof *fresh, "a checkpoint");
    }
    fresh->fd = fd;
    fresh->path = strdup(name);
    fresh->packed = malloc(OCK_PACK_HEAD + OCK_PACK_BLOCK);
    if (fresh->path == NULL || fresh->packed == NULL) {
        return ock_fail_memory(OCK_PACK_BLOCK, "a checkpoint");
    }
    return OCK_OK;
}

static ock_status open_descriptor(int fd, const char *name, ock_checkpoint **checkpoint)
{
    ock_status status = make(fd, name, checkpoint);

    if (status == OCK_OK) {
        status = ock_checkpoint_check_seal(fd, name, &(*checkpoint)->info.contract,
                                           &(*checkpoint)->file_bytes);
    }
    if (status == OCK_OK) {
        status = load(*checkpoint);
    }
    if (status != OCK_OK) {
        ock_checkpoint_close(*checkpoint);
        *checkpoint = NULL;
    }
    return status;
}

ock_status ock_checkpoint_open(const char *path, ock_checkpoint **checkpoint)
{
    int fd = -1;
    ock_status status = ock_file_open_regular(AT_FDCWD, path, path, &fd);

    *checkpoint = NULL;
    return status != OCK_OK ? status : open_descriptor(fd, path, checkpoint);
}

ock_status ock_checkpoint_open_file(const ock_open_file *file, ock_checkpoint **checkpoint)
{
    int fd = -1;
    ock_status status = ock_open_file_again(file, &fd);

    *checkpoint = NULL;
    return status != OCK_OK ? status : open_descriptor(fd, file->name, checkpoint);
}

void ock_checkpoint_close(ock_checkpoint *checkpoint)
{
    if (checkpoint == NULL) {
        return;
    }
    if (checkpoint->fd >= 0) {
        (void)close(checkpoint->fd);
    }
    free(checkpoint->info.identity);
    free(checkpoint->info.tensors);
    free(checkpoint->packed);
    free(checkpoint->path);
    free(checkpoint);
}

const ock_checkpoint_info *ock_checkpoint_about(const ock_checkpoint *checkpoint)
{
    return &checkpoint->info;
}

/* ---- the state ---- */

/* The next packed bytes of the state; *got < count only at its end. */
static ock_status read_packed(ock_checkpoint *checkpoint, uint8_t *bytes, size_t count, size_t *got)
{
    const uint64_t left = checkpoint->end - checkpoint->next;

    *got = left < count ? (size_t)left : count;
    checkpoint->next += *got;
    return ock_file_read_all(checkpoint->fd, checkpoint->path, checkpoint->next - *got, bytes,
                             *got);
}

ock_status ock_checkpoint_digest_rest(const ock_checkpoint *checkpoint,
                                      uint8_t out[OCK_DIGEST_BYTES])
{
    ock_open_file file = {checkpoint->fd, checkpoint->path};
    const ock_source source = ock_open_file_source(&file);

    return ock_digest_part(&source, checkpoint->next, checkpoint->end, out);
}

static ock_status read_block(ock_checkpoint *checkpoint, uint8_t *block, size_t count)
{
    size_t got = 0, length = 0;
    ock_status status = read_packed(checkpoint, checkpoint->packed, OCK_PACK_HEAD, &got);

    if (status != OCK_OK) {
        return status;
    }
    length = got == OCK_PACK_HEAD ? ock_pack_length(checkpoint->packed) : SIZE_MAX;
    if (length > count) {
        return fail(checkpoint, STATE, "has a broken block");
    }
    status = read_packed(checkpoint, checkpoint->packed, length, &got);
    if (status == OCK_OK &&
        (got < length || !ock_unpack(checkpoint->packed, length, block, count))) {
        status = fail(checkpoint, STATE, "has a broken block");
    }
    return status;
}

ock_status ock_checkpoint_read(ock_checkpoint *checkpoint, void *piece, size_t count)
{
    uint8_t *bytes = piece;
    ock_status status = OCK_OK;

    for (size_t at = 0; status == OCK_OK && at < count; at += OCK_PACK_BLOCK) {
        status = read_block(checkpoint, bytes + at,
                            count - at < OCK_PACK_BLOCK ? count - at : OCK_PACK_BLOCK);
    }
    return status;
}

ock_status ock_checkpoint_end(const ock_checkpoint *checkpoint)
{
    return checkpoint->next == checkpoint->end ? OCK_OK : fail(checkpoint, STATE, "is too long");
}
