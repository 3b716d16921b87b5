/* output.c - outputs of single files: those that appear whole or not at all, and those that only
 * hold what is written. */
#include "io/file/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file/atomic_name.h"
#include "io/file/file_io.h"
#include "io/file/variant.h"

/* ---- any output ---- */

void ock_output_discard(ock_output *output)
{
    if (output == NULL) {
        return;
    }
    output->calls->discard(output->self);
    free(output);
}

const char *ock_output_temporary(const ock_output *output)
{
    return output->temporary;
}

ock_status ock_output_write(ock_output *output, uint64_t offset, const void *bytes, size_t count)
{
    return output->calls->write(output->self, offset, bytes, count);
}

ock_status ock_output_read(ock_output *output, uint64_t offset, void *bytes, size_t count)
{
    return output->calls->read(output->self, offset, bytes, count);
}

static ock_status write_target(void *context, uint64_t offset, const void *bytes, size_t count)
{
    return ock_output_write(context, offset, bytes, count);
}

static ock_status read_source(void *context, uint64_t offset, void *bytes, size_t count)
{
    return ock_output_read(context, offset, bytes, count);
}

static ock_status flush_target(void *context)
{
    return ock_output_flush(context);
}

ock_target ock_output_target(ock_output *output)
{
    return (ock_target){write_target, read_source, flush_target, output};
}

ock_source ock_output_source(ock_output *output)
{
    return (ock_source){read_source, output};
}

ock_status ock_output_flush(ock_output *output)
{
    return output->calls->flush(output->self);
}

void ock_output_copy_attributes(ock_output *output, const ock_input *input)
{
    output->has_like = input->opened != NULL;
    if (output->has_like) {
        output->like = *input->opened;
    }
}

void ock_output_report_to(ock_output *output, const ock_report *report)
{
    output->report = report;
}

ock_status ock_output_commit(ock_output *output)
{
    ock_status status = output->calls->commit(output->self, output->has_like ? &output->like : NULL,
                                              output->report);

    free(output);
    return status;
}

/* ---- one open file ---- */

/* What most variants are. Growing files and scratch files have no atomic name. */
typedef struct file_output {
    int fd;
    bool force;
    mode_t mode; /* of the finished file */
    ock_atomic_name name;
} file_output;

static ock_status file_write(void *self, uint64_t offset, const void *bytes, size_t count)
{
    const file_output *file = self;

    return ock_file_write_at(file->fd, file->name.target, offset, bytes, count);
}

static ock_status file_read(void *self, uint64_t offset, void *bytes, size_t count)
{
    const file_output *file = self;
    size_t got = 0;
    ock_status status = ock_file_read_at(file->fd, file->name.target, offset, bytes, count, &got);

    if (status == OCK_OK && got < count) {
        status = ock_fail(OCK_INTERNAL, "%s: read beyond what was written", file->name.target);
    }
    return status;
}

static ock_status file_flush(void *self)
{
    const file_output *file = self;

    return ock_file_sync(file->fd) != 0 ? ock_fail_errno(file->name.target, "cannot be flushed")
                                        : OCK_OK;
}

static void file_discard(void *self)
{
    file_output *file = self;

    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    if (file->name.made) {
        (void)unlink(file->name.temporary);
    }
    ock_atomic_name_end(&file->name);
    free(file);
}

static ock_status new_file(file_output **file)
{
    *file = calloc(1, sizeof **file);
    if (*file == NULL) {
        return ock_fail_memory(sizeof **file, "an output file");
    }
    (*file)->fd = -1;
    (*file)->name.slot = -1;
    return OCK_OK;
}

/* *output: of the file, as far as `status` says that it is good; else the file is discarded. */
static ock_status finish_new(ock_status status, const ock_output_calls *calls, file_output *file,
                             ock_output **output)
{
    *output = NULL;
    if (status == OCK_OK) {
        return ock_output_new(calls, file, file->name.temporary, output);
    }
    if (file != NULL) {
        file_discard(file);
    }
    return status;
}

/* ---- growing and scratch: never committed ---- */

static ock_status growing_commit(void *self, const struct stat *like, const ock_report *report);

static const ock_output_calls growing_calls = {file_write, file_read, file_flush, growing_commit,
                                               file_discard};

static ock_status growing_commit(void *self, const struct stat *like, const ock_report *report)
{
    (void)like;
    (void)report;
    return ock_output_no_commit(&growing_calls, self);
}

/* name: for messages. path: of a growing file; NULL: a scratch file. */
static ock_status open_unnamed(const char *name, const char *path, ock_output **output)
{
    file_output *file = NULL;
    ock_status status = new_file(&file);

    if (status == OCK_OK) {
        file->name.target = strdup(name);
        if (file->name.target == NULL) {
            status = ock_fail_memory(strlen(name) + 1, "a file name");
        }
    }
    if (status == OCK_OK) {
        status = path != NULL ? ock_file_open_growing(path, &file->fd)
                              : ock_temporary_open_unlinked(NULL, &file->fd);
    }
    return finish_new(status, &growing_calls, file, output);
}

ock_status ock_output_open_growing(const char *path, ock_output **output)
{
    return open_unnamed(path, path, output);
}

ock_status ock_output_open_scratch(ock_output **output)
{
    return open_unnamed("the temporary file", NULL, output);
}

/* ---- a file that appears ---- */

static const char exists_text[] = "%s: exists already (--force replaces it)";

static ock_status check_target(const file_output *file)
{
    struct stat there;

    if (lstat(file->name.target, &there) != 0) {
        return errno == ENOENT ? OCK_OK : ock_fail_errno(file->name.target, "cannot be examined");
    }
    if (!S_ISREG(there.st_mode) && !S_ISLNK(there.st_mode)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: is not a regular file", file->name.target);
    }
    if (!file->force) {
        return ock_fail(OCK_ENVIRONMENT, exists_text, file->name.target);
    }
    return OCK_OK;
}

/* Owner and group are not copied, so permissions meant for another group are not given to ours. */
static mode_t mode_like(const struct stat *like, gid_t own_group)
{
    mode_t mode = like->st_mode & 0777;

    if (own_group != like->st_gid) {
        mode &= ~(mode_t)(((~mode & 07) << 3));
    }
    return mode;
}

/* Created for its owner alone; now what it is to have. */
static void give_attributes(file_output *file, const struct stat *like)
{
    struct stat own;

    if (like == NULL || fstat(file->fd, &own) != 0) {
        (void)fchmod(file->fd, file->mode);
        return;
    }
    if (fchmod(file->fd, mode_like(like, own.st_gid)) != 0) {
        (void)fchmod(file->fd, file->mode);
    }
    (void)futimens(file->fd, (struct timespec[2]){like->st_atim, like->st_mtim});
}

static ock_status flush_and_close(file_output *file)
{
    ock_status status = file_flush(file);

    if (close(file->fd) != 0 && status == OCK_OK) {
        status = ock_fail_errno(file->name.target, "cannot be closed");
    }
    file->fd = -1;
    return status;
}

static ock_status rename_to_target(file_output *file)
{
    const char *from = file->name.temporary, *to = file->name.target;
    ock_status status = check_target(file);
    int failed = 0;

    if (status != OCK_OK) {
        return status;
    }
    failed = file->force ? rename(from, to) : ock_rename_new_file(from, to);
    if (failed && errno == EEXIST) {
        return ock_fail(OCK_ENVIRONMENT, exists_text, to);
    }
    if (failed) {
        return ock_fail_errno(to, "cannot be given its name");
    }
    file->name.made = false;
    return OCK_OK;
}

/* The name itself reaches the disk. When it can't, a new name is taken back; a file that replaced
 * another stays, for it is whole, and to remove it would be to lose both. */
static ock_status flush_name(const file_output *file, const ock_report *report)
{
    const int failure = ock_try_to_flush_folder(file->name.folder);

    if (failure == 0) {
        return OCK_OK;
    }
    if (!file->force && unlink(file->name.target) == 0) {
        errno = failure;
        return ock_fail_errno(file->name.folder, "cannot be flushed");
    }
    ock_warn_unflushed(&file->name, failure, report);
    return OCK_OK;
}

static ock_status file_commit(void *self, const struct stat *like, const ock_report *report)
{
    file_output *file = self;
    ock_status status = OCK_OK;

    give_attributes(file, like);
    status = flush_and_close(file);
    if (status == OCK_OK) {
        status = rename_to_target(file);
    }
    if (status == OCK_OK) {
        status = flush_name(file, report);
    }
    file_discard(file);
    return status;
}

static const ock_output_calls file_calls = {file_write, file_read, file_flush, file_commit,
                                            file_discard};

/* ---- standard output ---- */

static ock_status copy_all(const file_output *file, unsigned char *buffer)
{
    uint64_t offset = 0;
    size_t got = 1;
    ock_status status = OCK_OK;

    while (status == OCK_OK && got > 0) {
        status = ock_file_read_at(file->fd, file->name.temporary, offset, buffer,
                                  OCK_IO_BUFFER_BYTES, &got);
        if (status == OCK_OK) {
            status = ock_file_write(STDOUT_FILENO, file->name.target, buffer, got);
        }
        offset += got;
    }
    return status;
}

/* Some network file systems report a full disk only at a close: closing a duplicate asks them. */
static ock_status check_standard_output(const file_output *file)
{
    const int copy = dup(STDOUT_FILENO);

    if (copy < 0 || close(copy) != 0) {
        return ock_fail_errno(file->name.target, "cannot be written");
    }
    return OCK_OK;
}

static ock_status standard_commit(void *self, const struct stat *like, const ock_report *report)
{
    file_output *file = self;
    unsigned char *buffer = malloc(OCK_IO_BUFFER_BYTES);
    ock_status status = buffer != NULL ? copy_all(file, buffer)
                                       : ock_fail_memory(OCK_IO_BUFFER_BYTES, "standard output");

    (void)like;
    (void)report;
    if (status == OCK_OK) {
        status = check_standard_output(file);
    }
    free(buffer);
    file_discard(file);
    return status;
}

static const ock_output_calls standard_calls = {file_write, file_read, file_flush, standard_commit,
                                                file_discard};

/* ---- creating both ---- */

static mode_t mode_of(ock_access access)
{
    switch (access) {
    case OCK_ACCESS_OWNER:
        return 0600;
    case OCK_ACCESS_PROGRAM:
        return 0777 & ~ock_file_mask();
    default:
        return 0666 & ~ock_file_mask();
    }
}

static ock_status create_temporary(file_output *file)
{
    file->fd = open(file->name.temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file->fd < 0) {
        return ock_fail_errno(file->name.target, "cannot be created");
    }
    file->name.made = true;
    return OCK_OK;
}

static ock_status choose_names(file_output *file, const char *target, bool standard)
{
    ock_status status = OCK_OK;

    if (standard) {
        return ock_atomic_name_in(ock_temporary_folder(NULL), "ockham", "standard output",
                                  &file->name);
    }
    status = ock_atomic_name_beside(target, &file->name);
    return status != OCK_OK ? status : check_target(file);
}

ock_status ock_output_create_for(const char *target, bool force, ock_access access,
                                 ock_output **output)
{
    const bool standard = strcmp(target, "-") == 0;
    file_output *file = NULL;
    ock_status status = new_file(&file);

    if (status == OCK_OK) {
        file->force = force;
        file->mode = mode_of(access);
        status = choose_names(file, target, standard);
    }
    if (status == OCK_OK) {
        status = create_temporary(file);
    }
    return finish_new(status, standard ? &standard_calls : &file_calls, file, output);
}

ock_status ock_output_create(const char *target, bool force, ock_output **output)
{
    return ock_output_create_for(target, force, OCK_ACCESS_USUAL, output);
}

/* ---- a part of what is written ---- */

typedef struct part_output {
    ock_output *whole; /* the file that the part makes */
    uint64_t begin, end;
} part_output;

static ock_status part_write(void *self, uint64_t offset, const void *bytes, size_t count)
{
    const part_output *part = self;
    const uint64_t from = offset > part->begin ? offset : part->begin;
    const uint64_t to = offset + count < part->end ? offset + count : part->end;

    if (from >= to) {
        return OCK_OK;
    }
    return ock_output_write(part->whole, from - part->begin,
                            (const uint8_t *)bytes + (from - offset), (size_t)(to - from));
}

static ock_status part_read(void *self, uint64_t offset, void *bytes, size_t count)
{
    const part_output *part = self;

    if (offset < part->begin || offset > part->end || count > part->end - offset) {
        return ock_fail(OCK_INTERNAL, "read outside of the part that is written");
    }
    return ock_output_read(part->whole, offset - part->begin, bytes, count);
}

static ock_status part_flush(void *self)
{
    const part_output *part = self;

    return ock_output_flush(part->whole);
}

/* The file that the whole came from doesn't lend a part of it its mode and times. */
static ock_status part_commit(void *self, const struct stat *like, const ock_report *report)
{
    part_output *part = self;
    ock_status status = OCK_OK;

    (void)like;
    ock_output_report_to(part->whole, report);
    status = ock_output_commit(part->whole);
    free(part);
    return status;
}

static void part_discard(void *self)
{
    part_output *part = self;

    ock_output_discard(part->whole);
    free(part);
}

static const ock_output_calls part_calls = {part_write, part_read, part_flush, part_commit,
                                            part_discard};

ock_status ock_output_create_part(const char *target, bool force, ock_access access, uint64_t begin,
                                  uint64_t end, ock_output **output)
{
    part_output *part = calloc(1, sizeof *part);
    ock_status status = OCK_OK;

    *output = NULL;
    if (part == NULL) {
        return ock_fail_memory(sizeof *part, "an output file");
    }
    status = ock_output_create_for(target, force, access, &part->whole);
    if (status != OCK_OK) {
        free(part);
        return status;
    }
    part->begin = begin;
    part->end = end;
    return ock_output_new(&part_calls, part, ock_output_temporary(part->whole), output);
}
