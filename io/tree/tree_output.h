/* SPDX-License-Identifier: MIT */
/* tree_output.h - a tree that appears whole or not at all, as an output. */
#ifndef OCK_TREE_OUTPUT_H
#define OCK_TREE_OUTPUT_H

#include <stdbool.h>

#include "base/status.h"
#include "io/file/output.h"
#include "io/tree/manifest.h"

/* Makes a directory with a temporary name beside `target`, and in it all directories and files of the
 * list, which was checked; files have their length, and no content. It is written at offsets of all
 * files one after the other in the order of the list. Nothing may be at `target`, but with `force` an
 * empty directory.
 * The commit makes the links, gives permissions and times, flushes everything, and gives the directory
 * its name; ock_output_flush does nothing before. Not collective. */
ock_status ock_tree_output_create(const char *target, bool force, const ock_manifest *manifest,
                                  ock_output **output) OCK_WARN_UNUSED;

#endif
