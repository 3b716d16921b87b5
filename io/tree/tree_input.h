/* SPDX-License-Identifier: MIT */
/* tree_input.h - the files of a list as one input. */
#ifndef OCK_TREE_INPUT_H
#define OCK_TREE_INPUT_H

#include "base/status.h"
#include "io/file/identity.h"
#include "io/file/input.h"
#include "io/tree/manifest.h"

/* The files of a list that was checked, one after the other in its order, from the directory `root`;
 * `name` is what messages call that, "" where paths stand for themselves. identities: (files of the
 * list), copied: what was found when it was made, or NULL when only the lengths are known. Files are
 * opened as they are read. Not collective. */
ock_status ock_tree_input_open(const char *root, const char *name, const ock_manifest *manifest,
                               const ock_identity *identities, ock_input **input) OCK_WARN_UNUSED;

#endif
