/* SPDX-License-Identifier: MIT */
/* input.c - the bytes to compress: a regular file, or anything else spooled to disk first. */
#include "io/file/input.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "io/file/file_io.h"
#include "io/file/identity.h"
#include "io/file/variant.h"

/* ---- any input ---- */

void ock_input_close(ock_input *input)
{
    if (input == NULL) {
        return;
    }
    input->calls->close(input->self);
    free(input);
}

uint64_t ock_input_bytes(const ock_input *input)
{
    return input->bytes;
}

ock_open_file ock_input_file(const ock_input *input)
{
    return input->file;
}

ock_status ock_input_read(ock_input *input, uint64_t offset, void *bytes, size_t count)
{
    return input->calls->read(input->self, offset, bytes, count);
}

ock_status ock_input_try(ock_input *input, uint64_t begin, uint64_t end)
{
    return input->calls->try_range(input->self, begin, end);
}

ock_status ock_input_check_unchanged(ock_input *input)
{
    return input->calls->check_unchanged(input->self);
}

static ock_status read_source(void *context, uint64_t offset, void *bytes, size_t count)
{
    return ock_input_read(context, offset, bytes, count);
}

ock_source ock_input_source(ock_input *input)
{
    return (ock_source){read_source, input};
}

ock_status ock_input_digest(ock_input *input, uint8_t out[32])
{
    const ock_source source = ock_input_source(input);

    return ock_digest_part(&source, 0, input->bytes, out);
}

/* ---- one file ---- */

/* A file with a name, or the unlinked copy of a pipe. */
typedef struct file_input {
    int fd;
    uint64_t bytes;
    struct stat opened; /* of the file itself; of a copy meaningless */
    char *name;         /* for messages */
} file_input;

static void file_close(void *self)
{
    file_input *file = self;

    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    free(file->name);
    free(file);
}

static ock_status fail_changed(const file_input *file)
{
    return ock_fail(OCK_ENVIRONMENT, "%s: changed while it was read", file->name);
}

static ock_status file_read(void *self, uint64_t offset, void *bytes, size_t count)
{
    const file_input *file = self;

    return ock_file_read_all(file->fd, file->name, offset, bytes, count);
}

static ock_status file_check_unchanged(void *self)
{
    const file_input *file = self;
    const ock_identity then = ock_identity_of(&file->opened);
    struct stat now;

    if (fstat(file->fd, &now) != 0) {
        return ock_fail_errno(file->name, "cannot be read");
    }
    return now.st_size == file->opened.st_size && ock_identity_is(&then, &now) ? OCK_OK
                                                                               : fail_changed(file);
}

static const ock_input_calls file_calls = {file_read, ock_input_any_range, file_check_unchanged,
                                           file_close};
static const ock_input_calls spool_calls = {file_read, ock_input_any_range, ock_input_never_changes,
                                            file_close};

/* ---- opening ---- */

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

/* The file becomes an unlinked copy of what the descriptor `from` delivers. */
static ock_status spool_from(file_input *file, int from)
{
    int spool = -1;
    ock_status status = ock_temporary_open_unlinked(NULL, &spool);

    if (status != OCK_OK) {
        return status;
    }
    status = copy_to_spool(from, file->name, spool, &file->bytes);
    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    file->fd = spool;
    return status;
}

/* Files in /proc say that they hold 0 bytes, and hold more. */
static ock_status holds_more_than_it_says(const file_input *file, bool *more)
{
    unsigned char first;
    size_t got = 0;
    ock_status status = OCK_OK;

    if (file->opened.st_size == 0) {
        status = ock_file_read_at(file->fd, file->name, 0, &first, sizeof first, &got);
    }
    *more = got > 0;
    return status;
}

/* *spooled: it is now a copy. */
static ock_status open_named(file_input *file, const char *path, bool *spooled)
{
    bool more = false;
    ock_status status = OCK_OK;

    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file->fd < 0 || fstat(file->fd, &file->opened) != 0) {
        return ock_fail_errno(path, "cannot be opened");
    }
    if (S_ISDIR(file->opened.st_mode)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: is a directory", path);
    }
    if (S_ISREG(file->opened.st_mode)) {
        status = holds_more_than_it_says(file, &more);
    }
    *spooled = !S_ISREG(file->opened.st_mode) || more;
    if (status == OCK_OK && *spooled) {
        status = spool_from(file, file->fd);
    } else {
        file->bytes = (uint64_t)file->opened.st_size;
    }
    return status;
}

static ock_status open_any(file_input *file, const char *path, bool *spooled)
{
    *spooled = strcmp(path, "-") == 0;
    file->fd = -1;
    file->name = strdup(*spooled ? "standard input" : path);
    if (file->name == NULL) {
        return ock_fail_memory(strlen(path) + 1, "a file name");
    }
    return *spooled ? spool_from(file, STDIN_FILENO) : open_named(file, path, spooled);
}

ock_status ock_input_open(const char *path, ock_input **input)
{
    file_input *file = calloc(1, sizeof *file);
    bool spooled = false;
    ock_status status = OCK_OK;

    *input = NULL;
    if (file == NULL) {
        return ock_fail_memory(sizeof *file, "an input file");
    }
    status = open_any(file, path, &spooled);
    if (status != OCK_OK) {
        file_close(file);
        return status;
    }
    return ock_input_new(&(ock_input){.calls = spooled ? &spool_calls : &file_calls,
                                      .self = file,
                                      .bytes = file->bytes,
                                      .file = {file->fd, file->name},
                                      .opened = spooled ? NULL : &file->opened},
                         input);
}
