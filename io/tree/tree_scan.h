/* SPDX-License-Identifier: MIT */
/* tree_scan.h - what a folder, or a list of paths, holds: found once, in an order that does not depend
 * on the file system. Not collective: rank 0 does it. */
#ifndef OCK_TREE_SCAN_H
#define OCK_TREE_SCAN_H

#include "io/file/input.h"
#include "io/tree/manifest.h"

enum { OCK_SCAN_PLACES = 4 };

/* How to scan. */
typedef struct ock_scan {
    bool times; /* times and rights go into the list */
    const char *places
        [OCK_SCAN_PLACES]; /* files or folders that the run itself writes: where one of them, or its
                            * folder when it doesn't exist yet, would be part of what is scanned,
                            * that is refused. NULL: none */
} ock_scan;

/* A list, and the input that reads what it lists. */
typedef struct ock_tree {
    ock_manifest manifest;
    ock_input *input;
} ock_tree;

/* Everything in `folder`, recursively; symbolic links are taken as links (`folder` itself may be one).
 * OCK_ENVIRONMENT, naming it, for what can't be read or is neither file, folder nor link. Both parts
 * of *tree are the caller's to free. */
ock_status ock_tree_scan(const char *folder, const ock_scan *how, ock_tree *tree) OCK_WARN_UNUSED;

/* What the file `list` ("-": standard input) names, one path a line, or ended by NULs (`nul`): relative
 * to the working folder; a folder is taken with everything in it, and a path named twice once. */
ock_status ock_tree_list(const char *list, bool nul, const ock_scan *how,
                         ock_tree *tree) OCK_WARN_UNUSED;

#endif
