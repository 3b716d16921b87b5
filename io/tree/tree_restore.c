/* tree_restore.c - a tree that appears whole or not at all.
 *
 * Everything is made in a new folder that is its owner's alone (mode 0700), reached by descriptors from
 * there, name by name and through no link; links come last. */
#include "io/tree/tree_restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file/file_io.h"
#include "io/file/temporaries.h"
#include "io/tree/parts.h"

/* A folder of the list that the walk is in. */
typedef struct level {
    size_t path_bytes;
    ock_entry entry; /* its path is not kept */
} level;

struct ock_restore {
    bool force, created;
    int slot; /* of ock_temporary_remember, or -1 */
    int root; /* the temporary folder, or -1 */
    char *target, *folder, *temporary;
    ock_manifest manifest; /* a copy */
    ock_parts *parts;
    mode_t mask; /* of the process */
    /* for walks */
    ock_cursor cursor;
    level levels[OCK_PATH_BYTES];
    size_t depth;
};

static ock_status fail_errno(const char *path, const char *what)
{
    const int reason = errno;
    char text[OCK_ERROR_TEXT_BYTES / 2];

    ock_path_text(path, text, sizeof text);
    errno = reason;
    return ock_fail_errno(text, what);
}

/* ---- the target ---- */

static bool is_empty_folder(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
    int entries = 0;

    if (listing == NULL) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return false;
    }
    while (entries <= 2 && readdir(listing) != NULL) {
        entries++;
    }
    (void)closedir(listing);
    return entries == 2; /* . and .. */
}

static ock_status check_target(const ock_restore *r)
{
    struct stat there;

    if (lstat(r->target, &there) != 0) {
        return errno == ENOENT ? OCK_OK : ock_fail_errno(r->target, "cannot be examined");
    }
    if (!r->force) {
        return ock_fail(OCK_ENVIRONMENT, "%s: exists already (--force replaces an empty folder)",
                        r->target);
    }
    if (is_empty_folder(r->target)) {
        return OCK_OK;
    }
    return ock_fail(OCK_ENVIRONMENT,
                    "%s: exists and is no empty folder; a tree never replaces anything else",
                    r->target);
}

/* ---- making ---- */

static ock_status make_entry(ock_restore *r, const ock_entry *entry)
{
    const char *base = NULL;
    const int folder = ock_open_folder_of(r->root, entry->path, &base);
    int fd = -1;
    bool good = folder >= 0;
    ock_status status = OCK_OK;

    if (good && entry->kind == OCK_KIND_FOLDER) {
        good = mkdirat(folder, base, 0700) == 0;
    }
    if (good && ock_kind_is_file(entry->kind)) {
        fd = openat(folder, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        good = fd >= 0 && ftruncate(fd, (off_t)entry->length) == 0;
    }
    if (!good) {
        status = fail_errno(entry->path, "cannot be created");
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    if (folder >= 0) {
        (void)close(folder);
    }
    return status;
}

static ock_status make_tree(ock_restore *r)
{
    ock_status status = OCK_OK;

    ock_cursor_start(&r->cursor, &r->manifest);
    while (status == OCK_OK && ock_cursor_next(&r->cursor)) {
        if (r->cursor.entry.kind != OCK_KIND_LINK) {
            status = make_entry(r, &r->cursor.entry);
        }
    }
    if (status == OCK_OK) {
        status = ock_parts_open(r->temporary, r->target, &r->manifest, NULL, true, &r->parts);
    }
    return status;
}

static ock_status make_root(ock_restore *r)
{
    ock_status status = ock_temporary_remember(r->temporary, &r->slot);

    if (status != OCK_OK) {
        return status;
    }
    if (mkdir(r->temporary, 0700) != 0) {
        return ock_fail_errno(r->target, "cannot be created");
    }
    r->created = true;
    r->root = open(r->temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return r->root < 0 ? ock_fail_errno(r->target, "cannot be created") : OCK_OK;
}

/* Slashes at the target's end are left out. */
static ock_status set_names(ock_restore *r, const char *target, const ock_manifest *manifest)
{
    size_t bytes = strlen(target);

    while (bytes > 1 && target[bytes - 1] == '/') {
        bytes--;
    }
    r->target = strndup(target, bytes);
    r->manifest.bytes = malloc(manifest->count + 1);
    if (r->target == NULL || r->manifest.bytes == NULL) {
        return ock_fail_memory(bytes + manifest->count, "the list of files");
    }
    memcpy(r->manifest.bytes, manifest->bytes, manifest->count);
    r->manifest.count = manifest->count;
    return ock_temporary_beside(r->target, &r->folder, &r->temporary);
}

ock_status ock_restore_open(const char *target, bool force, const ock_manifest *manifest,
                            ock_restore **restore)
{
    ock_restore *r = calloc(1, sizeof *r);
    ock_status status = OCK_OK;

    *restore = NULL;
    if (r == NULL) {
        return ock_fail_memory(sizeof *r, "a tree of files");
    }
    r->slot = r->root = -1;
    r->force = force;
    r->mask = umask(077);
    (void)umask(r->mask);
    status = set_names(r, target, manifest);
    if (status == OCK_OK) {
        status = check_target(r);
    }
    if (status == OCK_OK) {
        status = make_root(r);
    }
    if (status == OCK_OK) {
        status = make_tree(r);
    }
    if (status == OCK_OK) {
        *restore = r;
    } else {
        ock_restore_discard(r);
    }
    return status;
}

void ock_restore_discard(ock_restore *r)
{
    if (r == NULL) {
        return;
    }
    (void)!ock_parts_close(r->parts);
    if (r->root >= 0) {
        (void)close(r->root);
    }
    if (r->created) {
        ock_temporary_remove_tree(r->temporary);
    }
    ock_temporary_forget(r->slot);
    free(r->manifest.bytes);
    free(r->temporary);
    free(r->folder);
    free(r->target);
    free(r);
}

ock_status ock_restore_write(ock_restore *r, uint64_t offset, const void *bytes, size_t count)
{
    return ock_parts_write(r->parts, offset, bytes, count);
}

ock_status ock_restore_read(ock_restore *r, uint64_t offset, void *bytes, size_t count)
{
    return ock_parts_read(r->parts, offset, bytes, count);
}

/* ---- rights, times and flushes ---- */

static mode_t mode_of(const ock_restore *r, const ock_entry *entry)
{
    if (r->cursor.times) {
        return entry->mode;
    }
    return (entry->kind == OCK_KIND_FILE ? 0666 : 0777) & ~r->mask;
}

static void times_of(const ock_entry *entry, struct timespec times[2])
{
    times[0] = (struct timespec){0, UTIME_OMIT};
    times[1] = (struct timespec){(time_t)entry->seconds, (long)entry->nanoseconds};
}

/* Gives an open file or folder, at `path` of the list, what it is to have, and flushes and closes it.
 * Times a file system can't hold are left, as those of a single file are. */
static ock_status settle(const ock_restore *r, int fd, const char *path, const ock_entry *entry)
{
    struct timespec times[2];
    bool good = fd >= 0;

    times_of(entry, times);
    if (good && r->cursor.times) {
        (void)futimens(fd, times);
    }
    good = good && fchmod(fd, mode_of(r, entry)) == 0 && fsync(fd) == 0;
    ock_status status = good ? OCK_OK : fail_errno(path, "cannot be completed");
    if (fd >= 0 && close(fd) != 0 && status == OCK_OK) {
        status = fail_errno(path, "cannot be completed");
    }
    return status;
}

static ock_status settle_files(ock_restore *r)
{
    ock_status status = OCK_OK;

    ock_cursor_start(&r->cursor, &r->manifest);
    while (status == OCK_OK && ock_cursor_next(&r->cursor)) {
        const ock_entry *entry = &r->cursor.entry;
        if (ock_kind_is_file(entry->kind)) {
            status =
                settle(r, ock_open_beneath(r->root, entry->path, O_RDWR, 0), entry->path, entry);
        }
    }
    return status;
}

static ock_status make_link(ock_restore *r, const ock_entry *entry)
{
    struct timespec times[2];
    const char *base = NULL;
    const int folder = ock_open_folder_of(r->root, entry->path, &base);
    ock_status status = OCK_OK;

    times_of(entry, times);
    if (folder < 0 || symlinkat(entry->target, folder, base) != 0) {
        status = fail_errno(entry->path, "cannot be created");
    } else if (r->cursor.times) {
        (void)utimensat(folder, base, times, AT_SYMLINK_NOFOLLOW);
    }
    if (folder >= 0) {
        (void)close(folder);
    }
    return status;
}

static ock_status make_links(ock_restore *r)
{
    ock_status status = OCK_OK;

    ock_cursor_start(&r->cursor, &r->manifest);
    while (status == OCK_OK && ock_cursor_next(&r->cursor)) {
        if (r->cursor.entry.kind == OCK_KIND_LINK) {
            status = make_link(r, &r->cursor.entry);
        }
    }
    return status;
}

/* Leaves the folders in which `path` doesn't lie, innermost first: all in them is complete. before: a
 * path that lies in them all, or is the innermost. In the order of bytes a folder's content is not all
 * together, but all that begins with its path is. */
static ock_status leave(ock_restore *r, char *before, const char *path)
{
    ock_status status = OCK_OK;

    while (r->depth > 0 && status == OCK_OK) {
        const level *inner = &r->levels[r->depth - 1];
        if (strncmp(before, path, inner->path_bytes) == 0) {
            break;
        }
        before[inner->path_bytes] = '\0';
        status = settle(r, ock_open_beneath(r->root, before, O_RDONLY | O_DIRECTORY, 0), before,
                        &inner->entry);
        r->depth--;
    }
    return status;
}

/* Each folder after everything in it: one that even its owner may not enter is possible. */
static ock_status settle_folders(ock_restore *r)
{
    char *before = calloc(OCK_PATH_BYTES, 1);
    ock_status status = OCK_OK;

    if (before == NULL) {
        return ock_fail_memory(OCK_PATH_BYTES, "a path");
    }
    r->depth = 0;
    ock_cursor_start(&r->cursor, &r->manifest);
    while (status == OCK_OK && ock_cursor_next(&r->cursor)) {
        const ock_entry *entry = &r->cursor.entry;
        status = leave(r, before, entry->path);
        if (entry->kind != OCK_KIND_FOLDER) {
            continue;
        }
        memcpy(before, entry->path, r->cursor.path_bytes + 1);
        r->levels[r->depth++] = (level){r->cursor.path_bytes, *entry};
    }
    if (status == OCK_OK) {
        status = leave(r, before, "");
    }
    free(before);
    return status;
}

/* ---- the name ---- */

/* File systems without RENAME_NOREPLACE: a folder takes the place of an empty one in any case, and of
 * nothing else. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) {
        return -1;
    }
    if (mkdir(to, 0700) != 0) {
        return -1;
    }
    if (rename(from, to) == 0) {
        return 0;
    }
    (void)rmdir(to);
    return -1;
}

static ock_status give_name(ock_restore *r)
{
    ock_status status = check_target(r);

    if (status != OCK_OK) {
        return status;
    }
    if ((r->force ? rename(r->temporary, r->target) : rename_new(r->temporary, r->target)) != 0) {
        return ock_fail_errno(r->target, "cannot be given its name");
    }
    status = ock_flush_folder(r->folder);
    if (status == OCK_OK) {
        r->created = false;
    } else {
        (void)rename(r->target, r->temporary);
    }
    return status;
}

static ock_status settle_root(ock_restore *r)
{
    if (fchmod(r->root, 0777 & ~r->mask) != 0 || fsync(r->root) != 0) {
        return ock_fail_errno(r->target, "cannot be completed");
    }
    return OCK_OK;
}

ock_status ock_restore_commit(ock_restore *r)
{
    ock_status status = ock_parts_close(r->parts);

    r->parts = NULL;
    if (status == OCK_OK) {
        status = settle_files(r);
    }
    if (status == OCK_OK) {
        status = make_links(r);
    }
    if (status == OCK_OK) {
        status = settle_folders(r);
    }
    if (status == OCK_OK) {
        status = settle_root(r);
    }
    if (status == OCK_OK) {
        status = give_name(r);
    }
    ock_restore_discard(r);
    return status;
}
