/* SPDX-License-Identifier: MIT */
/* output_file.c - outputs that are one open file: one that appears under its name, standard output, a
 * growing file, a scratch file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file/atomic_name.h"
#include "io/file/file_io.h"
#include "io/file/identity.h"
#include "io/file/output.h"
#include "io/file/variant.h"

/* What most variants are. */
typedef struct file_output {
    int fd;
    const char *called; /* in messages: the target's name, or `text` */
    char *text;
    /* of one that appears under a name: */
    bool force;
    mode_t mode; /* of the finished file */
    ock_atomic_name name;
} file_output;

static ock_status file_write(void *self, uint64_t offset, const void *bytes, size_t count)
{
    const file_output *file = self;

    return ock_file_write_at(file->fd, file->called, offset, bytes, count);
}

static ock_status file_read(void *self, uint64_t offset, void *bytes, size_t count)
{
    const file_output *file = self;
    size_t got = 0;
    ock_status status = ock_file_read_at(file->fd, file->called, offset, bytes, count, &got);

    if (status == OCK_OK && got < count) {
        status = ock_fail(OCK_INTERNAL, "%s: read beyond what was written", file->called);
    }
    return status;
}

static ock_status file_flush(void *self)
{
    const file_output *file = self;

    return ock_file_sync(file->fd) != 0 ? ock_fail_errno(file->called, "cannot be flushed")
                                        : OCK_OK;
}

static void file_discard(void *self)
{
    file_output *file = self;

    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    if (file->name.made) {
        (void)unlinkat(file->name.folder, file->name.temporary, 0);
    }
    ock_atomic_name_end(&file->name);
    free(file->text);
    free(file);
}

static ock_status new_file(file_output **file)
{
    *file = calloc(1, sizeof **file);
    if (*file == NULL) {
        return ock_fail_memory(sizeof **file, "an output file");
    }
    (*file)->fd = -1;
    (*file)->name = OCK_NO_ATOMIC_NAME;
    return OCK_OK;
}

/* *output: of the file, as far as `status` says that it is good; else the file is discarded. */
static ock_status finish_new(ock_status status, const ock_output_calls *calls, file_output *file,
                             ock_output **output)
{
    *output = NULL;
    if (status == OCK_OK) {
        return ock_output_new(calls, file, (ock_open_file){file->fd, file->called}, output);
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

/* One without a target, which messages call `text`. */
static ock_status new_called(const char *text, file_output **file)
{
    const ock_status status = new_file(file);

    if (status != OCK_OK) {
        return status;
    }
    (*file)->called = (*file)->text = strdup(text);
    return (*file)->text != NULL ? OCK_OK : ock_fail_memory(strlen(text) + 1, "a file name");
}

ock_status ock_output_open_growing(int folder, const char *path, const char *called,
                                   ock_output **output)
{
    file_output *file = NULL;
    ock_status status = new_called(called, &file);

    if (status == OCK_OK) {
        status = ock_file_open_growing(folder, path, called, &file->fd);
    }
    return finish_new(status, &growing_calls, file, output);
}

/* Without a name, where temporary files are. */
static ock_status open_scratch(const char *called, const ock_output_calls *calls,
                               ock_output **output)
{
    file_output *file = NULL;
    ock_status status = new_called(called, &file);

    if (status == OCK_OK) {
        status = ock_temporary_open_unlinked(NULL, &file->fd);
    }
    return finish_new(status, calls, file, output);
}

ock_status ock_output_open_scratch(ock_output **output)
{
    return open_scratch("the temporary file", &growing_calls, output);
}

/* ---- a file that appears ---- */

static const char exists_text[] = "%s: exists already (--force replaces it)";

static bool is_standard(const struct stat *found)
{
    struct stat standard;

    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (fstat(fd, &standard) == 0 && ock_is_same_file(&standard, found)) {
            return true;
        }
    }
    return false;
}

/* A link to what is no regular file, or to what standard output is: whoever names one wants to write
 * through it, and to replace it would take it from everybody else. */
static ock_status check_link(const ock_atomic_name *name)
{
    char leads_to[sizeof "/proc/"] = "";
    struct stat behind;

    if (fstatat(name->folder, name->base, &behind, 0) != 0 || !S_ISREG(behind.st_mode)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: is a symlink that does not lead to a regular file",
                        name->target);
    }
    (void)!readlinkat(name->folder, name->base, leads_to, sizeof leads_to - 1);
    if (is_standard(&behind) || strcmp(leads_to, "/proc/") == 0 ||
        strncmp(leads_to, "/dev/", 5) == 0) {
        return ock_fail(OCK_ENVIRONMENT,
                        "%s: is a symlink to a device (-c writes to standard output)",
                        name->target);
    }
    return OCK_OK;
}

static ock_status check_target(const file_output *file)
{
    const ock_atomic_name *name = &file->name;
    struct stat there;
    ock_status status = OCK_OK;

    if (fstatat(name->folder, name->base, &there, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? OCK_OK : ock_fail_errno(name->target, "cannot be examined");
    }
    if (!S_ISREG(there.st_mode) && !S_ISLNK(there.st_mode)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: is not a regular file", name->target);
    }
    if (S_ISLNK(there.st_mode)) {
        status = check_link(name);
    }
    if (status == OCK_OK && !file->force) {
        status = ock_fail(OCK_ENVIRONMENT, exists_text, name->target);
    }
    return status;
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

/* Some network file systems report a full disk only at a close: closing a duplicate asks them. */
static ock_status check_close(int fd, const char *called)
{
    const int copy = dup(fd);

    if (copy < 0 || close(copy) != 0) {
        return ock_fail_errno(called, "cannot be written");
    }
    return OCK_OK;
}

static ock_status create_named(file_output *file)
{
    ock_atomic_name *name = &file->name;
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

    file->fd = openat(name->folder, name->temporary, flags, 0600);
    if (file->fd < 0) {
        return ock_fail_errno(name->target, "cannot be created");
    }
    name->made = true;
    return OCK_OK;
}

static ock_status copy_all(int from, int to, const char *called)
{
    unsigned char *buffer = malloc(OCK_IO_BUFFER_BYTES);
    uint64_t offset = 0;
    size_t got = 1;
    ock_status status = buffer != NULL ? OCK_OK : ock_fail_memory(OCK_IO_BUFFER_BYTES, called);

    while (status == OCK_OK && got > 0) {
        status = ock_file_read_at(from, called, offset, buffer, OCK_IO_BUFFER_BYTES, &got);
        if (status == OCK_OK) {
            status = ock_file_write(to, called, buffer, got);
        }
        offset += got;
    }
    free(buffer);
    return status;
}

/* The file system made a file without a name, and now gives it none: a copy with a name is made. */
static ock_status copy_to_named(file_output *file, const struct stat *like)
{
    const int nameless = file->fd;
    ock_status status = create_named(file);

    if (status == OCK_OK) {
        status = copy_all(nameless, file->fd, file->called);
        give_attributes(file, like);
    }
    (void)close(nameless);
    return status == OCK_OK ? file_flush(file) : status;
}

static int try_to_name(file_output *file)
{
    ock_atomic_name *name = &file->name;
    const char *from = name->made ? name->temporary : NULL;
    int failed = ock_name_new_file(name->folder, file->fd, from, name->base);

    if (failed == 0 || errno != EEXIST || !file->force) {
        return failed;
    }
    if (!name->made) {
        failed = ock_name_new_file(name->folder, file->fd, NULL, name->temporary);
        name->made = failed == 0;
    }
    return name->made ? ock_name_in_place(name->folder, file->fd, name->temporary, name->base)
                      : failed;
}

/* What another way would not get round. */
static bool is_of_the_disk(int reason)
{
    return reason == EIO || reason == ENOSPC || reason == EDQUOT || reason == EROFS;
}

static ock_status give_name(file_output *file, const struct stat *like)
{
    ock_atomic_name *name = &file->name;
    ock_status status = check_target(file);
    int failed = 0;

    if (status != OCK_OK) {
        return status;
    }
    failed = try_to_name(file);
    if (failed && !name->made && errno != EEXIST && !is_of_the_disk(errno)) {
        status = copy_to_named(file, like);
        if (status != OCK_OK) {
            return status;
        }
        failed = try_to_name(file);
    }
    if (failed && errno == EEXIST) {
        return ock_fail(OCK_ENVIRONMENT, exists_text, name->target);
    }
    if (failed && errno == ESTALE) {
        return ock_fail(OCK_ENVIRONMENT, "%s: the temporary file was replaced by another process",
                        name->target);
    }
    if (failed) {
        return ock_fail_errno(name->target, "cannot be renamed to its name");
    }
    name->made = false;
    return OCK_OK;
}

/* The name itself reaches the disk. When it cannot, a new name is taken back; a file that replaced
 * another stays, for it is whole, and to remove it would be to lose both. */
static ock_status flush_name(const file_output *file, const ock_report *report)
{
    const ock_atomic_name *name = &file->name;
    const int failure = ock_try_to_flush_folder(name->folder);

    if (failure == 0) {
        return OCK_OK;
    }
    if (!file->force && ock_is_named(name->folder, name->base, file->fd) &&
        unlinkat(name->folder, name->base, 0) == 0) {
        errno = failure;
        return ock_fail_errno(name->folder_path, "cannot be flushed");
    }
    ock_warn_unflushed(name, failure, report);
    return OCK_OK;
}

static ock_status file_commit(void *self, const struct stat *like, const ock_report *report)
{
    file_output *file = self;
    ock_status status = OCK_OK;

    give_attributes(file, like);
    status = file_flush(file);
    if (status == OCK_OK) {
        status = check_close(file->fd, file->called);
    }
    if (status == OCK_OK) {
        status = give_name(file, like);
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

static ock_status standard_commit(void *self, const struct stat *like, const ock_report *report)
{
    file_output *file = self;
    ock_status status = copy_all(file->fd, STDOUT_FILENO, file->called);

    (void)like;
    (void)report;
    if (status == OCK_OK) {
        status = check_close(STDOUT_FILENO, file->called);
    }
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

static ock_status create_file(file_output *file)
{
    file->called = file->name.target;
    ock_status status = check_target(file);

    if (status != OCK_OK) {
        return status;
    }
    file->fd = openat(file->name.folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return file->fd >= 0 ? OCK_OK : create_named(file);
}

/* The file's name is chosen, as far as `status` says that it is good. */
static ock_status create(ock_status status, file_output *file, bool force, ock_access access,
                         ock_output **output)
{
    if (status == OCK_OK) {
        file->force = force;
        file->mode = mode_of(access);
        status = create_file(file);
    }
    return finish_new(status, &file_calls, file, output);
}

ock_status ock_output_create_for(const char *target, bool force, ock_access access,
                                 ock_output **output)
{
    file_output *file = NULL;
    ock_status status = OCK_OK;

    if (strcmp(target, "-") == 0) {
        return open_scratch("standard output", &standard_calls, output);
    }
    status = new_file(&file);
    if (status == OCK_OK) {
        status = ock_atomic_name_beside(target, &file->name);
    }
    return create(status, file, force, access, output);
}

ock_status ock_output_create_in(int folder, const char *folder_path, const char *base,
                                ock_access access, ock_output **output)
{
    file_output *file = NULL;
    ock_status status = new_file(&file);

    if (status == OCK_OK) {
        status = ock_atomic_name_in(folder, folder_path, base, &file->name);
    }
    return create(status, file, false, access, output);
}

ock_status ock_output_create(const char *target, bool force, ock_output **output)
{
    return ock_output_create_for(target, force, OCK_ACCESS_USUAL, output);
}
