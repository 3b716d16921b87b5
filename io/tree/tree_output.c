/* SPDX-License-Identifier: MIT */
/* tree_output.c - a tree that appears whole or not at all.
 *
 * Everything is made in a new directory that is its owner's alone (mode 0700), reached by descriptors from
 * there, name by name and through no link; links come last. */
#include "io/tree/tree_output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alive.h"
#include "io/file/atomic_name.h"
#include "io/file/file_io.h"
#include "io/file/temporaries.h"
#include "io/file/variant.h"
#include "io/tree/parts.h"
#include "io/tree/tree_flush.h"
#include "io/tree/tree_text.h"

/* A directory of the list that the walk is in. */
typedef struct level {
    size_t path_bytes;
    ock_entry entry; /* its path is not kept */
} level;

typedef struct tree_output {
    bool force;
    int root; /* the temporary directory, or -1 */
    ock_atomic_name name;
    ock_manifest manifest; /* a copy */
    ock_parts *parts;
    mode_t mask; /* of the process */
    ock_tree_flush flush;
    /* for walks */
    ock_cursor cursor;
    level levels[OCK_PATH_BYTES];
    size_t depth;
} tree_output;

/* ---- the target ---- */

/* The open directory: nothing in it. */
static bool is_empty(int folder)
{
    DIR *listing = ock_list_folder(folder);
    int entries = 0;

    if (listing == NULL) {
        return false;
    }
    while (entries <= 2 && readdir(listing) != NULL) {
        entries++;
    }
    (void)closedir(listing);
    return entries == 2; /* . and .. */
}

static bool target_is_empty_folder(const tree_output *r)
{
    const int fd =
        openat(r->name.folder, r->name.base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const bool empty = fd >= 0 && is_empty(fd);

    if (fd >= 0) {
        (void)close(fd);
    }
    return empty;
}

static ock_status check_target(const tree_output *r)
{
    struct stat there;

    if (fstatat(r->name.folder, r->name.base, &there, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? OCK_OK : ock_fail_errno(r->name.target, "cannot be examined");
    }
    if (!r->force) {
        return ock_fail(OCK_ENVIRONMENT, "%s: exists already (--force replaces an empty directory)",
                        r->name.target);
    }
    if (target_is_empty_folder(r)) {
        return OCK_OK;
    }
    return ock_fail(
        OCK_ENVIRONMENT,
        "%s: exists and is not an empty directory; nothing else is ever replaced by a tree",
        r->name.target);
}

/* ---- making ---- */

static ock_status make_entry(tree_output *r, const ock_entry *entry)
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
        status = ock_tree_fail_errno("", entry->path, "cannot be created");
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    if (folder >= 0) {
        (void)close(folder);
    }
    return status;
}

static ock_status make_tree(tree_output *r)
{
    ock_status status = OCK_OK;

    ock_cursor_start(&r->cursor, &r->manifest);
    while (status == OCK_OK && ock_cursor_next(&r->cursor)) {
        if (r->cursor.entry.kind != OCK_KIND_LINK) {
            status = make_entry(r, &r->cursor.entry);
        }
        ock_alive();
    }
    if (status == OCK_OK) {
        status = ock_parts_open(r->root, r->name.target, &r->manifest, NULL, true, &r->parts);
    }
    return status;
}

static ock_status fail_replaced(const tree_output *r)
{
    return ock_fail(OCK_ENVIRONMENT, "%s: the temporary directory was replaced by another process",
                    r->name.target);
}

/* Whether the open directory is as one that this process has just made. */
static bool is_new(int folder)
{
    struct stat found;

    return fstat(folder, &found) == 0 && (found.st_mode & (S_IRWXG | S_IRWXO)) == 0 &&
           is_empty(folder) && ock_folder_is_own(folder);
}

/* What is opened by its name may be another's by now. */
static ock_status make_root(tree_output *r)
{
    const ock_atomic_name *name = &r->name;

    if (mkdirat(name->folder, name->temporary, 0700) != 0) {
        return ock_fail_errno(name->target, "cannot be created");
    }
    r->root =
        openat(name->folder, name->temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (r->root < 0) {
        (void)unlinkat(name->folder, name->temporary, AT_REMOVEDIR);
        return ock_fail_errno(name->target, "cannot be created");
    }
    if (!is_new(r->root)) { /* or it cannot be examined: an empty one goes, whosever it is */
        (void)unlinkat(name->folder, name->temporary, AT_REMOVEDIR);
        return ock_fail(
            OCK_ENVIRONMENT,
            "%s: the temporary directory cannot be distinguished from another process's",
            name->target);
    }
    r->name.made = true;
    ock_temporary_is_tree(name->slot, r->root);
    return OCK_OK;
}

/* Slashes at the target's end are left out. */
static ock_status set_names(tree_output *r, const char *target)
{
    size_t bytes = strlen(target);
    char *tidy = NULL;
    ock_status status = OCK_OK;

    while (bytes > 1 && target[bytes - 1] == '/') {
        bytes--;
    }
    tidy = strndup(target, bytes);
    if (tidy == NULL) {
        return ock_fail_memory(bytes, "a file name");
    }
    status = ock_atomic_name_beside(tidy, &r->name);
    free(tidy);
    return status;
}

static ock_status copy_list(tree_output *r, const ock_manifest *manifest)
{
    r->manifest.bytes = malloc(manifest->count + 1);
    if (r->manifest.bytes == NULL) {
        return ock_fail_memory(manifest->count, "the list of files");
    }
    memcpy(r->manifest.bytes, manifest->bytes, manifest->count);
    r->manifest.count = manifest->count;
    return OCK_OK;
}

static void tree_discard(void *self)
{
    tree_output *r = self;

    (void)!ock_parts_close(r->parts);
    if (r->name.made) {
        ock_temporary_remove_tree(r->name.folder, r->name.temporary, r->root);
    }
    ock_atomic_name_end(&r->name);
    if (r->root >= 0) {
        (void)close(r->root);
    }
    free(r->manifest.bytes);
    free(r);
}

/* ---- permissions, times and flushes ---- */

static mode_t mode_of(const tree_output *r, const ock_entry *entry)
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

/* Gives an open file or directory, at `path` of the list, what it is to have, flushes and closes it.
 * Times a file system cannot hold are left, as those of a single file are. */
static ock_status settle(const tree_output *r, int fd, const char *path, const ock_entry *entry)
{
    struct timespec times[2];
    bool good = fd >= 0;

    times_of(entry, times);
    if (good && r->cursor.times) {
        (void)futimens(fd, times);
    }
    good = good && fchmod(fd, mode_of(r, entry)) == 0 &&
           ock_tree_flush_one(&r->flush, fd, entry->length);
    ock_status status = good ? OCK_OK : ock_tree_fail_errno("", path, "cannot be completed");
    if (fd >= 0 && close(fd) != 0 && status == OCK_OK) {
        status = ock_tree_fail_errno("", path, "cannot be completed");
    }
    return status;
}

static ock_status settle_files(tree_output *r)
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

static ock_status make_link(tree_output *r, const ock_entry *entry)
{
    struct timespec times[2];
    const char *base = NULL;
    const int folder = ock_open_folder_of(r->root, entry->path, &base);
    ock_status status = OCK_OK;

    times_of(entry, times);
    if (folder < 0 || symlinkat(entry->target, folder, base) != 0) {
        status = ock_tree_fail_errno("", entry->path, "cannot be created");
    } else if (r->cursor.times) {
        (void)utimensat(folder, base, times, AT_SYMLINK_NOFOLLOW);
    }
    if (folder >= 0) {
        (void)close(folder);
    }
    return status;
}

static ock_status make_links(tree_output *r)
{
    ock_status status = OCK_OK;

    ock_cursor_start(&r->cursor, &r->manifest);
    while (status == OCK_OK && ock_cursor_next(&r->cursor)) {
        if (r->cursor.entry.kind == OCK_KIND_LINK) {
            status = make_link(r, &r->cursor.entry);
            ock_alive();
        }
    }
    return status;
}

/* Leaves the directories in which `path` does not lie, innermost first: all in them is complete. before: a
 * path that lies in them all, or is the innermost. In the order of bytes a directory's content is not all
 * together, but all that begins with its path is. */
static ock_status leave(tree_output *r, char *before, const char *path)
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

/* Each directory after everything in it: one that even its owner may not enter is possible. */
static ock_status settle_folders(tree_output *r)
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

/* A tree stays or goes as a file does whose directory cannot be flushed. */
static ock_status give_name(tree_output *r, const ock_report *report)
{
    const ock_atomic_name *name = &r->name;
    ock_status status = check_target(r);
    int failure = 0;

    if (status != OCK_OK) {
        return status;
    }
    failure = r->force ? ock_name_in_place(name->folder, r->root, name->temporary, name->base)
                       : ock_name_new_folder(name->folder, r->root, name->temporary, name->base);
    if (failure != 0 && errno == ESTALE) {
        return fail_replaced(r);
    }
    if (failure != 0) {
        return ock_fail_errno(name->target, "cannot be renamed to its name");
    }
    failure = ock_try_to_flush_folder(name->folder);
    if (failure != 0 && !r->force &&
        ock_name_in_place(name->folder, r->root, name->base, name->temporary) == 0) {
        errno = failure;
        return ock_fail_errno(name->folder_path, "cannot be flushed");
    }
    r->name.made = false;
    if (failure != 0) {
        ock_warn_unflushed(name, failure, report);
    }
    return OCK_OK;
}

static ock_status settle_root(tree_output *r)
{
    if (fchmod(r->root, 0777 & ~r->mask) != 0 || !ock_tree_flush_one(&r->flush, r->root, 0) ||
        !ock_tree_flush_rest(&r->flush)) {
        return ock_fail_errno(r->name.target, "cannot be completed");
    }
    return OCK_OK;
}

static ock_status tree_commit(void *self, const struct stat *like, const ock_report *report)
{
    tree_output *r = self;
    ock_status status = ock_parts_close(r->parts);

    (void)like;
    r->parts = NULL;
    ock_cursor_start(&r->cursor, &r->manifest);
    r->flush = ock_tree_flush_choose(r->root, (size_t)r->cursor.left);
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
        status = give_name(r, report);
    }
    tree_discard(r);
    return status;
}

/* ---- the output ---- */

static ock_status tree_write(void *self, uint64_t offset, const void *bytes, size_t count)
{
    const tree_output *r = self;

    return ock_parts_write(r->parts, offset, bytes, count);
}

static ock_status tree_read(void *self, uint64_t offset, void *bytes, size_t count)
{
    const tree_output *r = self;

    return ock_parts_read(r->parts, offset, bytes, count);
}

/* Each file is flushed when the tree gets its name. */
static ock_status tree_flush(void *self)
{
    (void)self;
    return OCK_OK;
}

static const ock_output_calls tree_calls = {tree_write, tree_read, tree_flush, tree_commit,
                                            tree_discard};

ock_status ock_tree_output_create(const char *target, bool force, const ock_manifest *manifest,
                                  ock_output **output)
{
    tree_output *r = calloc(1, sizeof *r);
    ock_status status = OCK_OK;

    *output = NULL;
    if (r == NULL) {
        return ock_fail_memory(sizeof *r, "a tree of files");
    }
    r->name = OCK_NO_ATOMIC_NAME;
    r->root = -1;
    r->force = force;
    r->mask = ock_file_mask();
    status = set_names(r, target);
    if (status == OCK_OK) {
        status = copy_list(r, manifest);
    }
    if (status == OCK_OK) {
        status = check_target(r);
    }
    if (status == OCK_OK) {
        status = make_root(r);
    }
    if (status == OCK_OK) {
        status = make_tree(r);
    }
    if (status != OCK_OK) {
        tree_discard(r);
        return status;
    }
    return ock_output_new(&tree_calls, r, (ock_open_file){-1, r->name.target}, output);
}
