/* input.c - the bytes to compress: a regular file, or anything else spooled to disk first. */
#include "io/file/input.h"
#include "io/tree/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "io/file/file_io.h"
#include "io/tree/parts.h"

struct ock_input {
    int fd;
    bool spooled;
    uint64_t bytes;
    struct stat opened; /* of the file itself; of a spool meaningless */
    char *name;         /* for messages */
    char descriptor_path[32];
    ock_parts *parts; /* of a tree; there is no descriptor then */
};

static ock_status copy_to_spool(int from, const char *name, int spool, uint64_t *bytes)
{
    unsigned char *buffer = malloc(OCK_IO_BUFFER_BYTES);
    size_t got = 1;
    ock_status status = OCK_OK;

    *bytes = 0;
    if (buffer == NULL) {
        return ock_fail_memory(OCK_IO_BUFFER_BYTES, "spooling the input");
    }
    while (status == OCK_OK && got > 0) {
        status = ock_file_read_some(from, name, buffer, OCK_IO_BUFFER_BYTES, &got);
        if (status == OCK_OK) {
            status = ock_file_write_at(spool, "temporary copy of the input", *bytes, buffer, got);
        }
        *bytes += got;
    }
    free(buffer);
    return status;
}

/* Replaces what the descriptor `from` delivers by an unlinked copy of it. */
static ock_status spool_from(ock_input *input, int from)
{
    int spool = -1;
    ock_status status = ock_temporary_open_unlinked(NULL, &spool);

    if (status != OCK_OK) {
        return status;
    }
    status = copy_to_spool(from, input->name, spool, &input->bytes);
    if (input->fd >= 0) {
        (void)close(input->fd);
    }
    input->fd = spool;
    input->spooled = true;
    snprintf(input->descriptor_path, sizeof input->descriptor_path, "/proc/self/fd/%d", spool);
    return status;
}

/* Files in /proc say that they hold 0 bytes, and hold more. */
static ock_status holds_more_than_it_says(const ock_input *input, bool *more)
{
    unsigned char first;
    size_t got = 0;
    ock_status status = OCK_OK;

    if (input->opened.st_size == 0) {
        status = ock_file_read_at(input->fd, input->name, 0, &first, sizeof first, &got);
    }
    *more = got > 0;
    return status;
}

static ock_status open_named(ock_input *input, const char *path)
{
    bool more = false;
    ock_status status = OCK_OK;

    input->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (input->fd < 0 || fstat(input->fd, &input->opened) != 0) {
        return ock_fail_errno(path, "cannot be opened");
    }
    if (S_ISDIR(input->opened.st_mode)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: is a directory", path);
    }
    if (!S_ISREG(input->opened.st_mode)) {
        return spool_from(input, input->fd);
    }
    status = holds_more_than_it_says(input, &more);
    if (status != OCK_OK || more) {
        return status != OCK_OK ? status : spool_from(input, input->fd);
    }
    input->bytes = (uint64_t)input->opened.st_size;
    return OCK_OK;
}

ock_status ock_input_open(const char *path, ock_input **input)
{
    const bool standard = strcmp(path, "-") == 0;
    ock_input *fresh = calloc(1, sizeof *fresh);
    ock_status status = OCK_OK;

    *input = NULL;
    if (fresh == NULL) {
        return ock_fail_memory(sizeof *fresh, "an input file");
    }
    fresh->fd = -1;
    fresh->name = strdup(standard ? "standard input" : path);
    if (fresh->name == NULL) {
        status = ock_fail_memory(strlen(path) + 1, "a file name");
    } else if (standard) {
        status = spool_from(fresh, STDIN_FILENO);
    } else {
        status = open_named(fresh, path);
    }
    if (status == OCK_OK) {
        *input = fresh;
    } else {
        ock_input_close(fresh);
    }
    return status;
}

ock_status ock_input_open_tree(const char *root, const char *name, const ock_manifest *manifest,
                               const ock_identity *identities, ock_input **input)
{
    ock_input *fresh = calloc(1, sizeof *fresh);
    ock_status status = OCK_OK;

    *input = NULL;
    if (fresh == NULL) {
        return ock_fail_memory(sizeof *fresh, "an input");
    }
    fresh->fd = -1;
    fresh->name = strdup(name);
    if (fresh->name == NULL) {
        status = ock_fail_memory(strlen(name) + 1, "a file name");
    }
    if (status == OCK_OK) {
        status = ock_parts_open(root, name, manifest, identities, false, &fresh->parts);
    }
    if (status == OCK_OK) {
        fresh->bytes = ock_parts_bytes(fresh->parts);
        *input = fresh;
    } else {
        ock_input_close(fresh);
    }
    return status;
}

void ock_input_close(ock_input *input)
{
    if (input == NULL) {
        return;
    }
    (void)!ock_parts_close(input->parts); /* nothing was written */
    if (input->fd >= 0) {
        (void)close(input->fd);
    }
    free(input->name);
    free(input);
}

uint64_t ock_input_bytes(const ock_input *input)
{
    return input->bytes;
}

const char *ock_input_path(const ock_input *input)
{
    return input->spooled ? input->descriptor_path : input->name;
}

const struct stat *ock_input_stat(const ock_input *input)
{
    return input->spooled || input->parts != NULL ? NULL : &input->opened;
}

static ock_status fail_changed(const ock_input *input)
{
    return ock_fail(OCK_ENVIRONMENT, "%s: changed while it was read", input->name);
}

ock_status ock_input_read(ock_input *input, uint64_t offset, void *bytes, size_t count)
{
    size_t got = 0;
    ock_status status = OCK_OK;

    if (input->parts != NULL) {
        return ock_parts_read(input->parts, offset, bytes, count);
    }
    status = ock_file_read_at(input->fd, input->name, offset, bytes, count, &got);
    if (status == OCK_OK && got < count) {
        status = fail_changed(input);
    }
    return status;
}

ock_status ock_input_try(ock_input *input, uint64_t begin, uint64_t end)
{
    return input->parts != NULL ? ock_parts_try(input->parts, begin, end) : OCK_OK;
}

static bool same_moment(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* The change time (ctime) also catches a file renamed away, unlinked, or written and then given its
 * old modification time back. */
ock_status ock_input_digest(ock_input *input, uint8_t out[32])
{
    uint8_t *block = malloc(OCK_IO_BUFFER_BYTES);
    ock_digest digest;
    ock_status status = OCK_OK;

    if (block == NULL) {
        return ock_fail_memory(OCK_IO_BUFFER_BYTES, "a digest");
    }
    ock_digest_start(&digest);
    for (uint64_t at = 0, bytes = ock_input_bytes(input); at < bytes && status == OCK_OK;) {
        const uint64_t left = bytes - at;
        const size_t count = left < OCK_IO_BUFFER_BYTES ? (size_t)left : OCK_IO_BUFFER_BYTES;

        status = ock_input_read(input, at, block, count);
        ock_digest_update(&digest, block, count);
        at += count;
    }
    ock_digest_finish(&digest, out);
    free(block);
    return status;
}

ock_status ock_input_check_unchanged(ock_input *input)
{
    const struct stat *then = &input->opened;
    struct stat now;

    if (input->parts != NULL) {
        return ock_parts_check_unchanged(input->parts);
    }
    if (input->spooled) {
        return OCK_OK;
    }
    if (fstat(input->fd, &now) != 0) {
        return ock_fail_errno(input->name, "cannot be read");
    }
    if (now.st_dev != then->st_dev || now.st_ino != then->st_ino || now.st_size != then->st_size ||
        !same_moment(now.st_mtim, then->st_mtim) || !same_moment(now.st_ctim, then->st_ctim)) {
        return fail_changed(input);
    }
    return OCK_OK;
}
