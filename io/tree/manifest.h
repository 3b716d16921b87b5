/* SPDX-License-Identifier: MIT */
/* manifest.h - the list of what a corpus holds, and its bytes (FORMAT.md, section 8).
 *
 * A list has exactly one byte form, and is walked in that form, entry by entry: so memory is bounded
 * by its bytes, however long the paths that it spells out. Not collective. */
#ifndef OCK_MANIFEST_H
#define OCK_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    OCK_PATH_BYTES = 4096, /* PATH_MAX: of a path or a link's target, with a NUL */
    OCK_NAME_BYTES = 256,  /* NAME_MAX: of one name within a path, with a NUL */
    OCK_MANIFEST_MAX_BYTES = 1 << 28
};

typedef enum ock_kind {
    OCK_KIND_FILE,
    OCK_KIND_PROGRAM, /* a file that its owner may execute */
    OCK_KIND_FOLDER,
    OCK_KIND_LINK /* symbolic */
} ock_kind;

typedef struct ock_entry {
    const char *path; /* relative; NUL-terminated */
    ock_kind kind;
    uint64_t length;    /* of files */
    const char *target; /* of links, verbatim */
    /* Of a list with times; else 0. */
    uint32_t mode; /* permissions, 0 to 0777; 0 for links */
    int64_t seconds;
    uint32_t nanoseconds; /* below 10^9 */
} ock_entry;

static inline bool ock_kind_is_file(ock_kind kind)
{
    return kind == OCK_KIND_FILE || kind == OCK_KIND_PROGRAM;
}

/* A list as its bytes. */
typedef struct ock_manifest {
    uint8_t *bytes; /* owned by whoever holds the struct; NULL: no list */
    size_t count;
} ock_manifest;

typedef struct ock_manifest_totals {
    uint64_t files, folders, links;
    uint64_t content; /* bytes of all files together */
    bool times;
} ock_manifest_totals;

/* The bytes of `count` entries in strictly ascending order of their paths' bytes, the directories of each
 * being entries before it. OCK_ENVIRONMENT when they exceed OCK_MANIFEST_MAX_BYTES, or when a path or
 * target is not valid in a list. manifest->bytes is the caller's to free. */
ock_status ock_manifest_make(const ock_entry *entries, size_t count, bool times,
                             ock_manifest *manifest) OCK_WARN_UNUSED;

/* Checks untrusted bytes: OCK_BAD_DATA unless ock_manifest_make could have made them: paths
 * relative, without empty names, "." and "..", each once and in order, everything in a directory of the
 * list, lengths with a sum below 2^63. `name`, for messages, is the file they are from. */
ock_status ock_manifest_check(const ock_manifest *manifest, const char *name,
                              ock_manifest_totals *totals) OCK_WARN_UNUSED;

/* A walk over a list that was checked or made here. */
typedef struct ock_cursor {
    const uint8_t *at, *end;
    bool times;
    uint64_t left; /* entries */
    ock_entry entry;
    size_t path_bytes;
    char path[OCK_PATH_BYTES], target[OCK_PATH_BYTES];
} ock_cursor;

/* Before the first entry. manifest must outlive the walk; the cursor is not to be copied. */
void ock_cursor_start(ock_cursor *cursor, const ock_manifest *manifest);
/* The next entry is in cursor->entry, and valid until the next call; false when there is none. */
bool ock_cursor_next(ock_cursor *cursor);

#endif
