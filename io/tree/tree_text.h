/* SPDX-License-Identifier: MIT */
/* tree_text.h - for io/tree: how messages name what lies in a tree. */
#ifndef OCK_TREE_TEXT_H
#define OCK_TREE_TEXT_H

#include "base/status.h"

enum { OCK_TREE_TEXT_BYTES = 400 };

/* "ROOT/PATH", or PATH alone where root is "", cut in its middle where it is longer. Returns text. */
const char *ock_tree_text(const char *root, const char *path, char text[OCK_TREE_TEXT_BYTES]);

/* ock_fail_errno for what lies in a tree. */
ock_status ock_tree_fail_errno(const char *root, const char *path,
                               const char *what) OCK_WARN_UNUSED;

#endif
