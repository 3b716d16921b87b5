/* SPDX-License-Identifier: MIT */
/* parts.h - the files of a list as one sequence of bytes, read or written at offsets; for io/tree.
 *
 * The files are concatenated in the order of the list. They are opened when needed, below one directory and
 * never through a symbolic link, and only a few are open at a time. Not collective. */
#ifndef OCK_PARTS_H
#define OCK_PARTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/status.h"
#include "io/file/identity.h"
#include "io/tree/manifest.h"

typedef struct ock_parts ock_parts;

/* root: the open directory, which stays the caller's; name: what messages call it, "" when paths are to
 * stand for themselves. The list is checked and only read here. identities: (files of the list), copied, or
 * NULL when only lengths are known. writing: the files exist, and are written. */
ock_status ock_parts_open(int root, const char *name, const ock_manifest *manifest,
                          const ock_identity *identities, bool writing,
                          ock_parts **parts) OCK_WARN_UNUSED;
/* Closes all files; OCK_ENVIRONMENT when one could not be written to its end. */
ock_status ock_parts_close(ock_parts *parts) OCK_WARN_UNUSED;

/* Exactly `count` bytes at `offset`. Reading: OCK_ENVIRONMENT, "changed while it was read", where a
 * file is not as listed. */
ock_status ock_parts_read(ock_parts *parts, uint64_t offset, void *bytes,
                          size_t count) OCK_WARN_UNUSED;
ock_status ock_parts_write(ock_parts *parts, uint64_t offset, const void *bytes,
                           size_t count) OCK_WARN_UNUSED;

/* Opens every file that has bytes in [begin, end). */
ock_status ock_parts_try(ock_parts *parts, uint64_t begin, uint64_t end) OCK_WARN_UNUSED;
/* Looks at every file again, without opening it. */
ock_status ock_parts_check_unchanged(ock_parts *parts) OCK_WARN_UNUSED;

uint64_t ock_parts_bytes(const ock_parts *parts);

/* Opens the directory of `path` beneath the directory `root`, name by name, each of which must be a directory
 * and no link; *base is the path's last name. -1 with errno. */
int ock_open_folder_of(int root, const char *path, const char **base);
/* Opens `path` beneath `root` likewise; the last name must not be a link either. -1 with errno. */
int ock_open_beneath(int root, const char *path, int flags, mode_t mode);

#endif
