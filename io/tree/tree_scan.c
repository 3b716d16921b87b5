/* SPDX-License-Identifier: MIT */
/* tree_scan.c - what a directory, or a list of paths, holds. */
#include "io/tree/tree_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alive.h"
#include "base/grow.h"
#include "io/file/file_io.h"
#include "io/file/identity.h"
#include "io/tree/parts.h"
#include "io/tree/tree_input.h"
#include "io/tree/tree_text.h"

/* Path and target of the entry are the item's own. */
typedef struct item {
    ock_entry entry;
    ock_identity identity;
    bool shallow; /* a directory that is there only for what lies in it */
} item;

typedef struct scanner {
    const ock_scan *how;
    const char *name; /* of the root, for messages; "" for a list */
    int root;
    item *items;
    size_t count, room;
    /* what the run writes, and the directories it does so in */
    struct stat places[2 * OCK_SCAN_PLACES];
    size_t place_count;
} scanner;

static ock_status fail_errno(const scanner *s, const char *path, const char *what)
{
    return ock_tree_fail_errno(s->name, path, what);
}

/* ---- what the run itself writes ---- */

static void note_place(scanner *s, const char *path)
{
    if (stat(path, &s->places[s->place_count]) == 0) {
        s->place_count++;
    }
}

static void note_places(scanner *s)
{
    for (size_t i = 0; i < OCK_SCAN_PLACES; i++) {
        const char *place = s->how->places[i];
        const char *slash = place != NULL ? strrchr(place, '/') : NULL;
        char folder[OCK_PATH_BYTES];

        if (place == NULL || strcmp(place, "-") == 0 || strlen(place) >= sizeof folder) {
            continue;
        }
        snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - place) + 1 : 1,
                 slash != NULL ? place : ".");
        note_place(s, place);
        note_place(s, folder);
    }
}

static ock_status refuse_places(const scanner *s, const char *path, const struct stat *found)
{
    char text[OCK_TREE_TEXT_BYTES];

    for (size_t i = 0; i < s->place_count; i++) {
        if (ock_is_same_file(&s->places[i], found)) {
            return ock_fail(
                OCK_ENVIRONMENT,
                "%s: is being compressed, and this run would write into it: choose another "
                "place for output, log, trace and checkpoints",
                ock_tree_text(s->name, path, text));
        }
    }
    return OCK_OK;
}

/* ---- entries ---- */

/* *path becomes the item's, or is freed. */
static ock_status append(scanner *s, char *path, item **fresh)
{
    ock_status status =
        ock_grow((void **)&s->items, s->count, &s->room, sizeof *s->items, "the list of files");

    if (status != OCK_OK) {
        free(path);
        return status;
    }
    *fresh = &s->items[s->count++];
    memset(*fresh, 0, sizeof **fresh);
    (*fresh)->entry.path = path;
    return OCK_OK;
}

static ock_status read_link(const scanner *s, int folder, const char *name, ock_entry *entry)
{
    char target[OCK_PATH_BYTES];
    const ssize_t bytes = readlinkat(folder, name, target, sizeof target);
    char text[OCK_TREE_TEXT_BYTES];

    if (bytes < 0) {
        return fail_errno(s, entry->path, "cannot be read");
    }
    if (bytes == sizeof target) {
        return ock_fail(OCK_ENVIRONMENT, "%s: has too long a target",
                        ock_tree_text(s->name, entry->path, text));
    }
    entry->target = strndup(target, (size_t)bytes);
    return entry->target != NULL ? OCK_OK : ock_fail_memory((size_t)bytes, "a link's target");
}

/* Files in /proc say that they are empty, and are not. */
static ock_status check_empty(const scanner *s, int folder, const char *name, const char *path)
{
    const int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    char text[OCK_TREE_TEXT_BYTES], first;
    const ssize_t got = fd >= 0 ? read(fd, &first, 1) : -1;
    ock_status status = OCK_OK;

    if (got < 0) {
        status = fail_errno(s, path, "cannot be read");
    }
    if (got > 0) {
        status = ock_fail(OCK_ENVIRONMENT, "%s: is not empty although its length is 0",
                          ock_tree_text(s->name, path, text));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return status;
}

static ock_status take_kind(scanner *s, int folder, const char *name, const struct stat *found,
                            item *fresh)
{
    ock_entry *entry = &fresh->entry;
    char text[OCK_TREE_TEXT_BYTES];

    if (S_ISDIR(found->st_mode)) {
        entry->kind = OCK_KIND_FOLDER;
        return OCK_OK;
    }
    if (S_ISLNK(found->st_mode)) {
        entry->kind = OCK_KIND_LINK;
        return read_link(s, folder, name, entry);
    }
    if (!S_ISREG(found->st_mode)) {
        return ock_fail(OCK_ENVIRONMENT,
                        "%s: is not a file, directory or symbolic link, and cannot be compressed",
                        ock_tree_text(s->name, entry->path, text));
    }
    entry->kind = (found->st_mode & S_IXUSR) != 0 ? OCK_KIND_PROGRAM : OCK_KIND_FILE;
    entry->length = (uint64_t)found->st_size;
    fresh->identity = ock_identity_of(found);
    ock_status status = refuse_places(s, entry->path, found);
    if (status == OCK_OK && entry->length == 0) {
        status = check_empty(s, folder, name, entry->path);
    }
    return status;
}

/* `name` in the open directory, which the list has as `path`; path becomes the scanner's. */
static ock_status examine(scanner *s, int folder, const char *name, char *path)
{
    struct stat found;
    item *fresh = NULL;
    ock_status status = append(s, path, &fresh);

    ock_alive();
    if (status != OCK_OK) {
        return status;
    }
    if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0) {
        return fail_errno(s, path, "cannot be examined");
    }
    if (s->how->times) {
        fresh->entry.mode = S_ISLNK(found.st_mode) ? 0 : found.st_mode & 0777;
        fresh->entry.seconds = found.st_mtim.tv_sec;
        fresh->entry.nanoseconds = (uint32_t)found.st_mtim.tv_nsec;
    }
    return take_kind(s, folder, name, &found, fresh);
}

/* "PATH/NAME", or "NAME" in the root. */
static char *join(const char *path, const char *name)
{
    char *joined = NULL;

    return asprintf(&joined, "%s%s%s", path, path[0] != '\0' ? "/" : "", name) < 0 ? NULL : joined;
}

static ock_status list_entries(scanner *s, DIR *listing, const char *path)
{
    ock_status status = OCK_OK;

    while (status == OCK_OK) {
        const struct dirent *entry;

        errno = 0;
        entry = readdir(listing);
        if (entry == NULL) {
            return errno == 0 ? OCK_OK : fail_errno(s, path, "cannot be read");
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        char *inner = join(path, entry->d_name);
        status = inner == NULL ? ock_fail_memory(OCK_PATH_BYTES, "a path")
                               : examine(s, dirfd(listing), entry->d_name, inner);
    }
    return status;
}

/* path: "" for the root. */
static ock_status list_folder(scanner *s, const char *path)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    const int fd =
        path[0] == '\0' ? openat(s->root, ".", flags) : ock_open_beneath(s->root, path, flags, 0);
    DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
    struct stat found;
    ock_status status = OCK_OK;

    if (listing == NULL || fstat(fd, &found) != 0) {
        status = fail_errno(s, path, "cannot be read");
    }
    if (status == OCK_OK) {
        status = refuse_places(s, path, &found);
    }
    if (status == OCK_OK) {
        status = list_entries(s, listing, path);
    }
    if (listing != NULL) {
        (void)closedir(listing);
    } else if (fd >= 0) {
        (void)close(fd);
    }
    return status;
}

/* Items are added after those that are there while directories among them are read. */
static ock_status descend(scanner *s)
{
    ock_status status = OCK_OK;

    for (size_t i = 0; status == OCK_OK && i < s->count; i++) {
        if (s->items[i].entry.kind == OCK_KIND_FOLDER && !s->items[i].shallow) {
            status = list_folder(s, s->items[i].entry.path);
        }
    }
    return status;
}

/* ---- the result ---- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const item *)a)->entry.path, ((const item *)b)->entry.path);
}

static void release(item *it)
{
    free((char *)it->entry.path);
    free((char *)it->entry.target);
}

static void sort_and_drop_doubles(scanner *s)
{
    size_t kept = 0;

    if (s->count > 0) {
        qsort(s->items, s->count, sizeof *s->items, by_path);
    }
    for (size_t i = 0; i < s->count; i++) {
        if (kept > 0 && by_path(&s->items[kept - 1], &s->items[i]) == 0) {
            release(&s->items[i]);
        } else {
            s->items[kept++] = s->items[i];
        }
    }
    s->count = kept;
}

static ock_status make_list(const scanner *s, ock_identity **identities, ock_manifest *manifest)
{
    ock_entry *entries = calloc(s->count + 1, sizeof *entries);
    ock_manifest_totals totals;
    size_t files = 0;
    ock_status status = OCK_OK;

    *identities = calloc(s->count + 1, sizeof **identities);
    if (entries == NULL || *identities == NULL) {
        status = ock_fail_memory(s->count * sizeof *entries, "the list of files");
    }
    for (size_t i = 0; status == OCK_OK && i < s->count; i++) {
        entries[i] = s->items[i].entry;
        if (ock_kind_is_file(entries[i].kind)) {
            (*identities)[files++] = s->items[i].identity;
        }
    }
    if (status == OCK_OK) {
        status = ock_manifest_make(entries, s->count, s->how->times, manifest);
    }
    free(entries);
    if (status != OCK_OK) {
        return status;
    }
    status = ock_manifest_check(manifest, s->name, &totals);
    return status == OCK_BAD_DATA ? OCK_INTERNAL : status;
}

static ock_status finish(scanner *s, const char *root, ock_tree *tree)
{
    ock_identity *identities = NULL;
    ock_status status = OCK_OK;

    sort_and_drop_doubles(s);
    status = make_list(s, &identities, &tree->manifest);
    if (status == OCK_OK) {
        status = ock_tree_input_open(root, s->name, &tree->manifest, identities, &tree->input);
    }
    free(identities);
    return status;
}

static ock_status start(scanner *s, const char *root, const char *name, const ock_scan *how,
                        ock_tree *tree)
{
    memset(s, 0, sizeof *s);
    *tree = (ock_tree){{NULL, 0}, NULL};
    s->how = how;
    s->name = name;
    s->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->root < 0) {
        return ock_fail_errno(root, "cannot be opened");
    }
    note_places(s);
    return OCK_OK;
}

static void stop(scanner *s)
{
    for (size_t i = 0; i < s->count; i++) {
        release(&s->items[i]);
    }
    free(s->items);
    if (s->root >= 0) {
        (void)close(s->root);
    }
}

ock_status ock_tree_scan(const char *folder, const ock_scan *how, ock_tree *tree)
{
    scanner s;
    ock_status status = start(&s, folder, folder, how, tree);

    if (status == OCK_OK) {
        status = list_folder(&s, "");
    }
    if (status == OCK_OK) {
        status = descend(&s);
    }
    if (status == OCK_OK) {
        status = finish(&s, folder, tree);
    }
    stop(&s);
    return status;
}

/* ---- lists ---- */

/* Leaves out empty names and "." in place; false for an absolute path and one with "..". */
static bool tidy(char *path)
{
    char *to = path;

    if (path[0] == '/') {
        return false;
    }
    for (const char *from = path; *from != '\0';) {
        const size_t bytes = strcspn(from, "/");
        const char *next = from + bytes + (from[bytes] == '/');

        if (bytes == 2 && from[0] == '.' && from[1] == '.') {
            return false;
        }
        if (bytes > 0 && !(bytes == 1 && from[0] == '.')) {
            if (to != path) {
                *to++ = '/';
            }
            memmove(to, from, bytes);
            to += bytes;
        }
        from = next;
    }
    *to = '\0';
    return true;
}

/* A path that is on the list, or that a path there lies in (`shallow`). */
static ock_status take_one(scanner *s, const char *path, size_t bytes, bool shallow)
{
    char *own = strndup(path, bytes);
    const char *base = NULL;
    int folder = -1;
    ock_status status = OCK_OK;

    if (own == NULL) {
        return ock_fail_memory(bytes, "a path");
    }
    folder = ock_open_folder_of(s->root, own, &base);
    if (folder < 0) {
        status = fail_errno(s, own, "cannot be examined");
        free(own);
        return status;
    }
    status = examine(s, folder, base, own);
    (void)close(folder);
    if (status == OCK_OK) {
        s->items[s->count - 1].shallow = shallow;
    }
    return status;
}

/* before: the path taken before it; the directories of both are there already. */
static ock_status take_path(scanner *s, char *path, const char *before)
{
    const char *slash = strrchr(path, '/');
    const size_t folder = slash != NULL ? (size_t)(slash - path) : 0;
    ock_status status = OCK_OK;

    if (strncmp(path, before, folder) != 0 || before[folder] != '/') {
        for (size_t i = 1; status == OCK_OK && i <= folder; i++) {
            if (path[i] == '/') {
                status = take_one(s, path, i, true);
            }
        }
    }
    return status != OCK_OK ? status : take_one(s, path, strlen(path), false);
}

static ock_status take_line(scanner *s, const char *list, char *line, size_t bytes, char **before)
{
    ock_status status = OCK_OK;

    if (strlen(line) != bytes || !tidy(line)) {
        return ock_fail(
            OCK_ENVIRONMENT,
            "%s: %s: a path must be relative, without .. and NUL, to be restored safely", list,
            line);
    }
    if (line[0] == '\0') {
        return list_folder(s, ""); /* "." */
    }
    status = take_path(s, line, *before != NULL ? *before : "");
    free(*before);
    *before = strdup(line);
    return status == OCK_OK && *before == NULL ? ock_fail_memory(bytes, "a path") : status;
}

static ock_status take_lines(scanner *s, FILE *from, const char *list, int end)
{
    char *line = NULL, *before = NULL;
    size_t room = 0;
    ssize_t bytes = 0;
    ock_status status = OCK_OK;

    while (status == OCK_OK && (bytes = getdelim(&line, &room, end, from)) > 0) {
        if (line[bytes - 1] == end) {
            line[--bytes] = '\0';
        }
        if (bytes > 0) {
            status = take_line(s, list, line, (size_t)bytes, &before);
        }
    }
    if (status == OCK_OK && ferror(from) != 0) {
        status = ock_fail_errno(list, "cannot be read");
    }
    free(before);
    free(line);
    return status;
}

ock_status ock_tree_list(const char *list, bool nul, const ock_scan *how, ock_tree *tree)
{
    const bool standard = strcmp(list, "-") == 0;
    scanner s;
    ock_status status = start(&s, ".", "", how, tree);
    FILE *from = standard ? stdin : fopen(list, "re");

    if (status == OCK_OK && from == NULL) {
        status = ock_fail_errno(list, "cannot be opened");
    }
    if (status == OCK_OK) {
        status = take_lines(&s, from, list, nul ? '\0' : '\n');
    }
    if (from != NULL && !standard) {
        (void)fclose(from);
    }
    if (status == OCK_OK) {
        status = descend(&s);
    }
    if (status == OCK_OK) {
        status = finish(&s, ".", tree);
    }
    stop(&s);
    return status;
}
