/* SPDX-License-Identifier: MIT */
/* tree_flush.h - for io/tree: how what a tree holds reaches the disk.
 *
 * A flush of every file costs each a turn of the disk, or of its cache: milliseconds. Where there are many
 * small files one syncfs(2) at the end takes their place. It is used only where it tells of every write
 * that has failed since the tree's folder was opened: from Linux 5.8 on, on file systems that are known
 * to keep account of that. Elsewhere (older kernels, network file systems, overlays, FUSE) every file is
 * flushed by itself. A syncfs also waits for what others have written to the same file system. */
#ifndef OCK_TREE_FLUSH_H
#define OCK_TREE_FLUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ock_tree_flush {
    int root;      /* the tree's folder, opened before anything was written to it */
    bool together; /* small things wait for ock_tree_flush_rest */
} ock_tree_flush;

/* How a tree of so many entries is flushed. `root` stays the caller's, and is open for reading. */
ock_tree_flush ock_tree_flush_choose(int root, size_t entries);

/* An open file or folder is complete: it is flushed, or, where its `bytes` are few,
 * ock_tree_flush_rest sees to it. False with errno. A sign of life. */
bool ock_tree_flush_one(const ock_tree_flush *flush, int fd, uint64_t bytes);

/* Everything in the tree is on disk, links included. False with errno. */
bool ock_tree_flush_rest(const ock_tree_flush *flush);

#endif
