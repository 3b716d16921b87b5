/* SPDX-License-Identifier: MIT */
/* tree_flush.h - for io/tree: how the contents of a tree are flushed to disk.
 *
 * Flushing a file takes milliseconds, for a rotation of the disk or a flush of its cache. For many small
 * files one syncfs(2) at the end is used instead, but only where it reports every write that failed since
 * the tree's directory was opened: from Linux 5.8 on, on file systems that are known to record that.
 * Elsewhere (older kernels, network file systems, overlays, FUSE) every file is flushed by itself. A syncfs
 * also waits for what others have written to the same file system. */
#ifndef OCK_TREE_FLUSH_H
#define OCK_TREE_FLUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ock_tree_flush {
    int root;      /* the tree's directory, opened before anything was written to it */
    bool together; /* small things wait for ock_tree_flush_rest */
} ock_tree_flush;

/* How a tree of so many entries is flushed. `root` stays the caller's, and is open for reading. */
ock_tree_flush ock_tree_flush_choose(int root, size_t entries);

/* An open file or directory is complete: it is flushed, or, where its `bytes` are few,
 * ock_tree_flush_rest sees to it. False with errno. A heartbeat. */
bool ock_tree_flush_one(const ock_tree_flush *flush, int fd, uint64_t bytes);

/* Everything in the tree is on disk, links included. False with errno. */
bool ock_tree_flush_rest(const ock_tree_flush *flush);

#endif
