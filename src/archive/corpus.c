/* SPDX-License-Identifier: MIT */
/* corpus.c - trees of files as one input. */
#include "archive/corpus.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/manifest_code.h"
#include "base/digest.h"
#include "base/text.h"
#include "io/tree/tree_input.h"
#include "io/tree/tree_scan.h"
#include "plan/share.h"

bool ock_corpus_is_directory(const char *path)
{
    struct stat found;
    return strcmp(path, "-") != 0 && stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

ock_status ock_corpus_open(const ock_input_choice *choice, ock_manifest *manifest,
                           ock_input **input)
{
    const ock_scan how = {
        .times = choice->times,
        .places = {choice->output, choice->checkpoints, choice->log, choice->trace}};
    ock_tree tree = {{NULL, 0}, NULL};
    ock_status status = OCK_OK;
    if (choice->list) {
        status = ock_tree_list(choice->path, choice->nul, &how, &tree);
    } else if (ock_corpus_is_directory(choice->path)) {
        status = ock_tree_scan(choice->path, &how, &tree);
    } else if (choice->times) {
        status = ock_fail(OCK_ENVIRONMENT, "--times needs a directory or --files-from");
    } else {
        status = ock_input_open(choice->path, &tree.input);
    }
    *manifest = tree.manifest;
    *input = tree.input;
    return status;
}

/* ---- what a compressed file was made of ---- */

static bool same_lists(const ock_manifest *a, const ock_manifest *b)
{
    return a->count == b->count && (a->count == 0 || memcmp(a->bytes, b->bytes, a->count) == 0);
}

/* The kind first, then the list, then the bytes. */
static ock_status compare_with_record(const char *path, const ock_manifest *list, ock_input *input,
                                      const ock_corpus_record *record)
{
    const ock_container_info *about = record->about;
    const bool tree = list->bytes != NULL;
    uint8_t digest[OCK_DIGEST_BYTES];
    if (tree != (record->list.bytes != NULL)) {
        return ock_fail(OCK_BAD_DATA, "%s: is %s, but %s was made from %s", path,
                        tree ? "a tree of files" : "one file", record->name,
                        tree ? "one file" : "a tree of files");
    }
    if (!same_lists(list, &record->list)) {
        return ock_fail(OCK_BAD_DATA,
                        "%s: contains other files than %s was made from, by their list", path,
                        record->name);
    }
    ock_status status = ock_input_digest(input, digest);
    if (status == OCK_OK && (ock_input_bytes(input) != about->input_bytes ||
                             memcmp(digest, about->input_digest, sizeof digest) != 0)) {
        status = ock_fail(OCK_BAD_DATA, "%s: is not what %s was made from", path, record->name);
    }
    return status;
}

ock_status ock_corpus_open_again(const ock_input_choice *choice, const ock_corpus_record *record,
                                 ock_input **input)
{
    ock_input_choice like = *choice;
    ock_manifest list = {NULL, 0};
    like.times = record->totals.times && (like.list || ock_corpus_is_directory(like.path));
    ock_status status = ock_corpus_open(&like, &list, input);
    if (status == OCK_OK) {
        status = compare_with_record(like.path, &list, *input, record);
    }
    free(list.bytes);
    return status;
}

/* ---- ranks ---- */

ock_status ock_corpus_share(ock_comm *comm, ock_manifest *manifest)
{
    const bool root = ock_comm_rank(comm) == 0;
    uint64_t count = root && manifest->bytes != NULL ? manifest->count : 0;
    ock_status status = ock_comm_bcast(comm, &count, sizeof count);
    if (status != OCK_OK || count == 0) {
        return status;
    }
    if (!root) {
        manifest->count = (size_t)count;
        manifest->bytes = malloc(manifest->count);
        if (manifest->bytes == NULL) {
            status = ock_fail_memory(count, "the list of files");
        }
    }
    status = ock_comm_agree(comm, status);
    return status != OCK_OK ? status : ock_comm_bcast(comm, manifest->bytes, manifest->count);
}

/* ---- other ranks ---- */

static ock_status reopen_tree(const ock_input_choice *choice, const ock_manifest *manifest,
                              uint64_t begin, uint64_t end, ock_input **input)
{
    const char *root = choice->list ? "." : choice->path, *name = choice->list ? "" : choice->path;
    ock_status status = ock_tree_input_open(root, name, manifest, NULL, input);
    return status != OCK_OK ? status : ock_input_try(*input, begin, end);
}

static ock_status reopen_file(const char *path, uint64_t bytes, ock_input **input)
{
    if (strcmp(path, "-") == 0) {
        return OCK_ENVIRONMENT;
    }
    ock_status status = ock_input_open(path, input);
    return status == OCK_OK && ock_input_bytes(*input) != bytes ? OCK_ENVIRONMENT : status;
}

typedef struct span {
    uint64_t begin, end;
} span;

/* What of the input a rank's lanes have, and what is repeated between. */
static span span_of(ock_comm *comm, const ock_lane_map *map, const ock_condensed *condensed)
{
    const ock_range lanes = ock_share_of(map, ock_comm_size(comm), ock_comm_rank(comm)).lanes;
    const uint64_t begin = ock_lane_begin(map, (uint32_t)lanes.begin);
    const uint64_t end = ock_lane_begin(map, (uint32_t)lanes.end);
    return begin == end ? (span){0, 0}
                        : (span){ock_condensed_origin(condensed, begin).begin,
                                 ock_condensed_origin(condensed, end - 1).end};
}

/* Where it fails, or finds another length, rank 0 reads for this one. */
static void reopen(ock_comm *comm, const ock_input_choice *choice, const ock_manifest *manifest,
                   const ock_plan *plan, const ock_condensed *condensed, ock_input **input)
{
    const span own = span_of(comm, &plan->map, condensed);
    *input = NULL;
    ock_status status = manifest->bytes != NULL
                            ? reopen_tree(choice, manifest, own.begin, own.end, input)
                            : reopen_file(choice->path, plan->input_bytes, input);
    if (status != OCK_OK) {
        ock_error_clear();
        ock_input_close(*input);
        *input = NULL;
    }
}

ock_status ock_corpus_readers(ock_comm *comm, const ock_input_choice *choice,
                              const ock_manifest *manifest, const ock_plan *plan,
                              const ock_condensed *condensed, ock_input **input, uint8_t **readable)
{
    int rank = ock_comm_rank(comm), ranks = ock_comm_size(comm);
    size_t *layout = calloc(2 * (size_t)ranks, sizeof *layout); /* counts, then offsets */
    ock_status status = OCK_OK;
    *readable = calloc((size_t)ranks, 1);
    if (layout == NULL || *readable == NULL) {
        status = ock_fail_memory((size_t)ranks, "the list of ranks");
    }
    status = ock_comm_agree(comm, status);
    if (status != OCK_OK) {
        goto done;
    }
    if (rank != 0) {
        reopen(comm, choice, manifest, plan, condensed, input);
    }
    (*readable)[rank] = *input != NULL;
    for (int r = 0; r < ranks; r++) {
        layout[r] = 1;
        layout[ranks + r] = (size_t)r;
    }
    status = ock_comm_allgather(comm, *readable, layout, layout + ranks);
done:
    free(layout);
    return status;
}

/* ---- files in a container ---- */

ock_status ock_corpus_load(ock_memory *memory, const ock_kernels *kernels,
                           const ock_container *container, const char *name, ock_manifest *manifest,
                           ock_manifest_totals *totals)
{
    const ock_container_info *info = ock_container_about(container);
    *manifest = (ock_manifest){NULL, 0};
    *totals = (ock_manifest_totals){0};
    if (info->manifest == NULL) {
        return OCK_OK;
    }
    ock_status status = ock_manifest_decode(memory, kernels, info->manifest, info->manifest_bytes,
                                            name, manifest, totals);
    if (status == OCK_OK && totals->content != info->input_bytes) {
        status =
            ock_fail(OCK_BAD_DATA,
                     "%s: the lengths in the list of files do not add up to the content", name);
    }
    return status;
}

ock_status ock_corpus_find(const ock_manifest *manifest, const char *name, const char *path,
                           ock_corpus_file *file)
{
    ock_cursor *cursor = malloc(sizeof *cursor);
    uint64_t begin = 0;
    bool exact = false, listed = false;
    if (cursor == NULL) {
        return ock_fail_memory(sizeof *cursor, "the list of files");
    }
    ock_cursor_start(cursor, manifest);
    while (!exact && ock_cursor_next(cursor)) {
        const ock_entry *entry = &cursor->entry;
        const bool is_file = ock_kind_is_file(entry->kind);
        exact = is_file && strcmp(entry->path, path) == 0;
        if (exact || (is_file && ock_text_is_shown_as(entry->path, path))) {
            *file =
                (ock_corpus_file){begin, begin + entry->length, entry->kind == OCK_KIND_PROGRAM};
            listed = true;
        }
        begin += entry->length;
    }
    free(cursor);
    return listed ? OCK_OK
                  : ock_fail(OCK_ENVIRONMENT, "%s: has no file %s (info --files lists them)", name,
                             path);
}
