/* SPDX-License-Identifier: MIT */
/* transform_branch.h - addresses in machine code, told from the place of the instruction or from the
 * beginning of the code.
 *
 * A target that many instructions name is the same bytes in all of them when it is told from the begin. Any bytes come
 * back, code or not.
 *
 * Internal to the directory; any thread. */
#ifndef OCK_TRANSFORM_BRANCH_H
#define OCK_TRANSFORM_BRANCH_H

#include "transforms/transforms.h"

/* Rewrites a block, `at` bytes after the beginning of the code (a multiple of 4): targets to absolute ones,
 * or back. */
void ock_branches_turn(unsigned kind, uint64_t at, uint8_t *block, size_t count, bool to_absolute);

#endif
