/* SPDX-License-Identifier: MIT */
/* fuzz_tree.c - a list of files from anywhere, checked, walked and restored: what is accepted makes a tree of just
 * these entries, and nothing beside it. */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "io/file/output.h"
#include "io/file/temporaries.h"
#include "io/tree/manifest.h"
#include "io/tree/tree_output.h"

enum { MOST_CONTENT = 1 << 16 };

static char root[] = "/tmp/ockham-fuzz-tree.XXXXXX", target[sizeof root + 8];

static void end(void)
{
    (void)rmdir(root);
}

/* Made once, and removed at the end of the process. */
static int open_root(void)
{
    static int fd = -1;

    if (fd < 0) {
        if (mkdtemp(root) == NULL) {
            abort();
        }
        snprintf(target, sizeof target, "%s/tree", root);
        fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || atexit(end) != 0) {
            abort();
        }
    }
    return fd;
}

static void expect_entries(int folder, unsigned long expected)
{
    const int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
    unsigned long count = 0;

    if (listing == NULL) {
        abort();
    }
    for (const struct dirent *e = readdir(listing); e != NULL; e = readdir(listing)) {
        count += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    }
    closedir(listing);
    if (count != expected) {
        abort();
    }
}

static bool is_of_kind(const struct stat *found, ock_kind kind)
{
    switch (kind) {
    case OCK_KIND_FOLDER:
        return S_ISDIR(found->st_mode);
    case OCK_KIND_LINK:
        return S_ISLNK(found->st_mode);
    default:
        return S_ISREG(found->st_mode);
    }
}

static void expect_tree(const ock_manifest *manifest, int tree)
{
    static ock_cursor cursor;
    unsigned long topmost = 0;

    ock_cursor_start(&cursor, manifest);
    while (ock_cursor_next(&cursor)) {
        struct stat found;

        topmost += strchr(cursor.entry.path, '/') == NULL;
        if (fstatat(tree, cursor.entry.path, &found, AT_SYMLINK_NOFOLLOW) != 0 ||
            !is_of_kind(&found, cursor.entry.kind)) {
            abort();
        }
    }
    expect_entries(tree, topmost);
}

static void restore(const ock_manifest *manifest, uint64_t content)
{
    static const uint8_t zeros[MOST_CONTENT];
    const int folder = open_root();
    ock_output *output = NULL;
    ock_status status = ock_tree_output_create(target, false, manifest, &output);
    int tree = -1;

    if (status == OCK_OK) {
        status = ock_output_write(output, 0, zeros, (size_t)content);
    }
    if (status == OCK_OK) {
        status = ock_output_commit(output);
    } else {
        ock_output_discard(output);
    }
    if (status != OCK_OK) { /* too deep or too long for this file system, which is told */
        expect_entries(folder, 0);
        return;
    }
    tree = openat(folder, "tree", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    expect_entries(folder, 1);
    expect_tree(manifest, tree);
    ock_temporary_remove_tree(folder, "tree", tree);
    (void)close(tree);
    expect_entries(folder, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    ock_manifest manifest = {malloc(bytes + 1), bytes};
    ock_manifest_totals totals;
    ock_status status = OCK_OK;

    if (manifest.bytes == NULL) {
        return 0;
    }
    memcpy(manifest.bytes, data, bytes);
    status = ock_manifest_check(&manifest, "fuzzed", &totals);
    if (status != OCK_OK && (status != OCK_BAD_DATA || ock_error_text()[0] == '\0')) {
        abort(); /* damage is called by its name */
    }
    if (status == OCK_OK && totals.content <= MOST_CONTENT) {
        restore(&manifest, totals.content);
    }
    ock_error_clear();
    free(manifest.bytes);
    return 0;
}
