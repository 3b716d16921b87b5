/* SPDX-License-Identifier: MIT */
/* parts.c - the files of a list as one row of bytes. */
#include "io/tree/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alive.h"
#include "base/search.h"
#include "io/file/file_io.h"
#include "io/tree/tree_text.h"

/* Every lane reads or writes a place of its own. */
enum { OPEN_FILES = 128 };

/* A file: its bytes are [begin, begin of the next). */
typedef struct part {
    uint64_t begin;
    size_t path; /* where in the paths */
} part;

typedef struct open_file {
    int fd; /* -1: none */
    size_t part;
    uint64_t used; /* when last */
} open_file;

struct ock_parts {
    int root;
    bool writing;
    char *name;
    size_t count;
    part *parts;              /* (count + 1); the last one only ends the one before */
    char *paths;              /* with a NUL after each */
    ock_identity *identities; /* (count) or NULL */
    open_file open[OPEN_FILES];
    uint64_t clock;
};

/* ---- beneath a directory ---- */

int ock_open_folder_of(int root, const char *path, const char **base)
{
    int folder = fcntl(root, F_DUPFD_CLOEXEC, 0);

    for (const char *slash; folder >= 0 && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
        char name[OCK_NAME_BYTES];
        const size_t bytes = (size_t)(slash - path);
        int inner = -1, reason = ENAMETOOLONG;

        if (bytes < sizeof name) {
            memcpy(name, path, bytes);
            name[bytes] = '\0';
            inner = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            reason = errno;
        }
        (void)close(folder);
        folder = inner;
        errno = reason;
    }
    *base = path;
    return folder;
}

int ock_open_beneath(int root, const char *path, int flags, mode_t mode)
{
    const char *base = NULL;
    const int folder = ock_open_folder_of(root, path, &base);
    int fd = -1, reason = 0;

    if (folder < 0) {
        return -1;
    }
    fd = openat(folder, base, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, mode);
    reason = errno;
    (void)close(folder);
    errno = reason;
    return fd;
}

/* ---- open and close ---- */

static const char *path_of(const ock_parts *parts, size_t i)
{
    return parts->paths + parts->parts[i].path;
}

/* "NAME: WHAT: text of errno" of a file. */
static ock_status fail_errno(const ock_parts *parts, size_t i, const char *what)
{
    return ock_tree_fail_errno(parts->name, path_of(parts, i), what);
}

static ock_status count_files(const ock_manifest *manifest, size_t *files, size_t *path_bytes)
{
    ock_cursor *cursor = malloc(sizeof *cursor);

    *files = *path_bytes = 0;
    if (cursor == NULL) {
        return ock_fail_memory(sizeof *cursor, "the list of files");
    }
    ock_cursor_start(cursor, manifest);
    while (ock_cursor_next(cursor)) {
        if (!ock_kind_is_file(cursor->entry.kind)) {
            continue;
        }
        ++*files;
        *path_bytes += cursor->path_bytes + 1;
    }
    free(cursor);
    return OCK_OK;
}

static ock_status take_files(ock_parts *parts, const ock_manifest *manifest)
{
    ock_cursor *cursor = malloc(sizeof *cursor);
    uint64_t begin = 0;
    size_t i = 0, path = 0;

    if (cursor == NULL) {
        return ock_fail_memory(sizeof *cursor, "the list of files");
    }
    ock_cursor_start(cursor, manifest);
    while (ock_cursor_next(cursor)) {
        if (!ock_kind_is_file(cursor->entry.kind)) {
            continue;
        }
        parts->parts[i++] = (part){begin, path};
        memcpy(parts->paths + path, cursor->path, cursor->path_bytes + 1);
        path += cursor->path_bytes + 1;
        begin += cursor->entry.length;
    }
    parts->parts[i] = (part){begin, path};
    free(cursor);
    return OCK_OK;
}

static ock_status allocate(ock_parts *parts, const ock_manifest *manifest,
                           const ock_identity *identities)
{
    size_t path_bytes = 0;
    ock_status status = count_files(manifest, &parts->count, &path_bytes);

    if (status != OCK_OK) {
        return status;
    }
    parts->parts = calloc(parts->count + 1, sizeof *parts->parts);
    parts->paths = calloc(path_bytes + 1, 1);
    if (identities != NULL) {
        parts->identities = calloc(parts->count + 1, sizeof *identities);
    }
    if (parts->parts == NULL || parts->paths == NULL || parts->name == NULL ||
        (identities != NULL && parts->identities == NULL)) {
        return ock_fail_memory(parts->count * sizeof *parts->parts + path_bytes,
                               "the files' places");
    }
    if (identities != NULL) {
        memcpy(parts->identities, identities, parts->count * sizeof *identities);
    }
    return take_files(parts, manifest);
}

ock_status ock_parts_open(int root, const char *name, const ock_manifest *manifest,
                          const ock_identity *identities, bool writing, ock_parts **parts)
{
    ock_parts *fresh = calloc(1, sizeof *fresh);
    ock_status status = OCK_OK;

    *parts = NULL;
    if (fresh == NULL) {
        return ock_fail_memory(sizeof *fresh, "the files' places");
    }
    for (size_t i = 0; i < OPEN_FILES; i++) {
        fresh->open[i].fd = -1;
    }
    fresh->writing = writing;
    fresh->name = strdup(name);
    fresh->root = fcntl(root, F_DUPFD_CLOEXEC, 0);
    status = fresh->root < 0 ? ock_fail_errno(name, "cannot be opened")
                             : allocate(fresh, manifest, identities);
    if (status == OCK_OK) {
        *parts = fresh;
    } else {
        (void)!ock_parts_close(fresh);
    }
    return status;
}

static ock_status close_file(ock_parts *parts, open_file *file)
{
    const int fd = file->fd;

    file->fd = -1;
    if (fd >= 0 && close(fd) != 0 && parts->writing) {
        return fail_errno(parts, file->part, "cannot be written");
    }
    return OCK_OK;
}

ock_status ock_parts_close(ock_parts *parts)
{
    ock_status status = OCK_OK;

    if (parts == NULL) {
        return OCK_OK;
    }
    for (size_t i = 0; i < OPEN_FILES; i++) {
        const ock_status closed = close_file(parts, &parts->open[i]);
        if (status == OCK_OK) {
            status = closed;
        }
    }
    if (parts->root >= 0) {
        (void)close(parts->root);
    }
    free(parts->identities);
    free(parts->parts);
    free(parts->paths);
    free(parts->name);
    free(parts);
    return status;
}

uint64_t ock_parts_bytes(const ock_parts *parts)
{
    return parts->parts[parts->count].begin;
}

/* ---- one file ---- */

static uint64_t length_of(const ock_parts *parts, size_t i)
{
    return parts->parts[i + 1].begin - parts->parts[i].begin;
}

static bool is_as_listed(const ock_parts *parts, size_t i, const struct stat *found)
{
    const ock_identity *then = parts->identities != NULL ? &parts->identities[i] : NULL;

    if (!S_ISREG(found->st_mode) || (uint64_t)found->st_size != length_of(parts, i)) {
        return false;
    }
    return then == NULL || ock_identity_is(then, found);
}

static ock_status fail_changed(const ock_parts *parts, size_t i)
{
    char text[OCK_TREE_TEXT_BYTES];

    return ock_fail(OCK_ENVIRONMENT, "%s: changed while it was read",
                    ock_tree_text(parts->name, path_of(parts, i), text));
}

static ock_status open_part(ock_parts *parts, size_t i, int *fd)
{
    const int flags = parts->writing ? O_RDWR : O_RDONLY | O_NONBLOCK;
    struct stat found;

    *fd = ock_open_beneath(parts->root, path_of(parts, i), flags, 0);
    if (*fd < 0 || fstat(*fd, &found) != 0) {
        return fail_errno(parts, i, "cannot be opened");
    }
    if (!parts->writing && !is_as_listed(parts, i, &found)) {
        (void)close(*fd);
        *fd = -1; /* another try must not find it open */
        return fail_changed(parts, i);
    }
    return OCK_OK;
}

/* The open file of a part, in the place of the one that was used least lately if necessary. */
static ock_status reach(ock_parts *parts, size_t i, open_file **file)
{
    open_file *oldest = &parts->open[0];
    ock_status status = OCK_OK;

    *file = NULL;
    for (size_t k = 0; k < OPEN_FILES && *file == NULL; k++) {
        open_file *candidate = &parts->open[k];
        if (candidate->fd >= 0 && candidate->part == i) {
            *file = candidate;
        } else if (candidate->fd < 0 ? oldest->fd >= 0
                                     : oldest->fd >= 0 && candidate->used < oldest->used) {
            oldest = candidate;
        }
    }
    if (*file == NULL) {
        status = close_file(parts, oldest);
        oldest->part = i;
        if (status == OCK_OK) {
            status = open_part(parts, i, &oldest->fd);
        }
        *file = oldest;
    }
    (*file)->used = ++parts->clock;
    return status;
}

/* ---- the row of bytes ---- */

static bool begins_by(const void *file, uint64_t offset)
{
    return ((const part *)file)->begin <= offset;
}

/* The file that has the byte at `offset`; offset is less than the row's length. */
static size_t find(const ock_parts *parts, uint64_t offset)
{
    return ock_count_before(parts->parts, parts->count, sizeof *parts->parts, begins_by, offset) -
           1;
}

static ock_status check_reach(const ock_parts *parts, uint64_t offset, size_t count)
{
    if (offset <= ock_parts_bytes(parts) && count <= ock_parts_bytes(parts) - offset) {
        return OCK_OK;
    }
    return ock_fail(OCK_INTERNAL, "%s: a place beyond the end of all files", parts->name);
}

/* The bytes of [offset, offset + count) that lie in one file: how many they are. */
static size_t within(const ock_parts *parts, size_t i, uint64_t offset, size_t count)
{
    const uint64_t left = parts->parts[i + 1].begin - offset;

    return left < count ? (size_t)left : count;
}

/* A run of bytes that lies in one file. */
typedef struct run {
    int fd;
    const char *name;
    uint64_t offset;    /* in the file */
    size_t done, count; /* bytes before it, and of it */
} run;

/* The caller's bytes: to read into, or to write from. */
typedef struct memory {
    uint8_t *to;
    const uint8_t *from;
} memory;

typedef ock_status transfer(const run *r, const memory *m);

static ock_status read_run(const run *r, const memory *m)
{
    return ock_file_read_all(r->fd, r->name, r->offset, m->to + r->done, r->count);
}

static ock_status write_run(const run *r, const memory *m)
{
    return ock_file_write_at(r->fd, r->name, r->offset, m->from + r->done, r->count);
}

/* The bytes [offset, offset + count), file by file. */
static ock_status walk(ock_parts *parts, uint64_t offset, size_t count, transfer *call,
                       const memory *m)
{
    char text[OCK_TREE_TEXT_BYTES];
    ock_status status = check_reach(parts, offset, count);

    for (size_t done = 0; status == OCK_OK && done < count;) {
        const size_t i = find(parts, offset + done);
        const size_t some = within(parts, i, offset + done, count - done);
        open_file *file = NULL;

        status = reach(parts, i, &file);
        if (status == OCK_OK) {
            status = call(&(run){.fd = file->fd,
                                 .name = ock_tree_text(parts->name, path_of(parts, i), text),
                                 .offset = offset + done - parts->parts[i].begin,
                                 .done = done,
                                 .count = some},
                          m);
        }
        done += some;
    }
    return status;
}

ock_status ock_parts_read(ock_parts *parts, uint64_t offset, void *bytes, size_t count)
{
    return walk(parts, offset, count, read_run, &(memory){.to = bytes});
}

ock_status ock_parts_write(ock_parts *parts, uint64_t offset, const void *bytes, size_t count)
{
    return walk(parts, offset, count, write_run, &(memory){.from = bytes});
}

ock_status ock_parts_try(ock_parts *parts, uint64_t begin, uint64_t end)
{
    open_file *file = NULL;
    ock_status status = OCK_OK;

    for (uint64_t at = begin; status == OCK_OK && at < end;) {
        const size_t i = find(parts, at);
        status = reach(parts, i, &file);
        at = parts->parts[i + 1].begin;
        ock_alive();
    }
    return status;
}

static ock_status check_part(ock_parts *parts, size_t i)
{
    const char *base = NULL;
    const int folder = ock_open_folder_of(parts->root, path_of(parts, i), &base);
    struct stat found;
    bool same = false;

    if (folder < 0) {
        return fail_changed(parts, i);
    }
    same =
        fstatat(folder, base, &found, AT_SYMLINK_NOFOLLOW) == 0 && is_as_listed(parts, i, &found);
    (void)close(folder);
    return same ? OCK_OK : fail_changed(parts, i);
}

ock_status ock_parts_check_unchanged(ock_parts *parts)
{
    ock_status status = OCK_OK;

    for (size_t i = 0; status == OCK_OK && i < parts->count; i++) {
        status = check_part(parts, i);
        ock_alive();
    }
    return status;
}
