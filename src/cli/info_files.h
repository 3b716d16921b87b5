/* SPDX-License-Identifier: MIT */
/* info_files.h - the list of a corpus, for people and as JSON. Not collective. */
#ifndef OCK_INFO_FILES_H
#define OCK_INFO_FILES_H

#include <jansson.h>

#include "io/container/container.h"
#include "io/tree/manifest.h"

/* The list of files in a container, as ock_corpus_load says: it is decoded by the model, with this machine's kernels. */
ock_status ock_info_files_load(const ock_container *container, const char *name,
                               ock_manifest *manifest, ock_manifest_totals *totals) OCK_WARN_UNUSED;

/* A line for each entry on standard output: kind (- file, x program, d directory, l link), bytes, path;
 * control characters and backslashes as \ooo. */
ock_status ock_info_files_print(const ock_manifest *manifest) OCK_WARN_UNUSED;

/* An array of objects, empty where there is no list; NULL when memory is short. */
json_t *ock_info_files_json(const ock_manifest *manifest);

#endif
