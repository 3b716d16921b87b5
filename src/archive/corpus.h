/* SPDX-License-Identifier: MIT */
/* corpus.h - what commands do besides where there is a tree of files, and not one. */
#ifndef OCK_CORPUS_H
#define OCK_CORPUS_H

#include <stdbool.h>

#include "archive/condensed.h"
#include "archive/settings.h"
#include "base/memory.h"
#include "io/container/container.h"
#include "io/file/input.h"
#include "io/tree/manifest.h"
#include "plan/config.h"

/* Whether there is a directory of that name; "-" is none. Not collective. */
bool ock_corpus_is_directory(const char *path);

/* Rank 0: opens the input that was chosen. *manifest: its list of files where that is a
 * directory or a list (the caller frees the bytes), else without bytes. Not collective. */
ock_status ock_corpus_open(const ock_input_choice *choice, ock_manifest *manifest,
                           ock_input **input) OCK_WARN_UNUSED;

/* What a compressed file says of what it was made of; list and totals by ock_corpus_load. */
typedef struct ock_corpus_record {
    const char *name; /* the file's, for messages */
    const ock_container_info *about;
    ock_manifest list; /* without bytes: it was one file */
    ock_manifest_totals totals;
} ock_corpus_record;

/* Rank 0: opens what a compressed file was made of; whether times count the record says, not the choice.
 * OCK_BAD_DATA when it is something else: one file and not a tree, or the other way round, another list,
 * other bytes; OCK_ENVIRONMENT when it cannot be read. The caller closes *input, after a failure too. Not
 * collective. */
ock_status ock_corpus_open_again(const ock_input_choice *choice, const ock_corpus_record *record,
                                 ock_input **input) OCK_WARN_UNUSED;

/* Rank 0's list reaches every rank, if there is one. Collective. */
ock_status ock_corpus_share(ock_comm *comm, ock_manifest *manifest) OCK_WARN_UNUSED;

/* Who can read the input, which is condensed so: a rank other than rank 0, which has opened it, tries it by its
 * name, of a tree what lies in its own lanes; *input is NULL where that fails. *readable: (ranks) 1 or 0, the same on every
 * rank; the caller frees it. Collective (agrees on failure). */
ock_status ock_corpus_readers(ock_comm *comm, const ock_input_choice *choice,
                              const ock_manifest *manifest, const ock_plan *plan,
                              const ock_condensed *condensed, ock_input **input,
                              uint8_t **readable) OCK_WARN_UNUSED;

/* The list of files in a container, checked, with a content as long as the container's; without bytes
 * where it has none. `name` is the file's. The caller frees the bytes. Not collective. */
ock_status ock_corpus_load(ock_memory *memory, const ock_kernels *kernels,
                           const ock_container *container, const char *name, ock_manifest *manifest,
                           ock_manifest_totals *totals) OCK_WARN_UNUSED;

/* A file of a list, and where its bytes lie in the content. */
typedef struct ock_corpus_file {
    uint64_t begin, end;
    bool program;
} ock_corpus_file;

/* The file of the list whose path has these bytes, else the one whose path is shown so (base/text.h), as lists
 * print it. OCK_ENVIRONMENT when the list, of the file `name`, has neither. */
ock_status ock_corpus_find(const ock_manifest *manifest, const char *name, const char *path,
                           ock_corpus_file *file) OCK_WARN_UNUSED;

#endif
