/* corpus.c - trees of files as one input. */
#include "archive/corpus.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/manifest_code.h"
#include "base/digest.h"
#include "io/tree/tree_scan.h"

static bool is_folder(const char *path)
{
    struct stat found;
    return strcmp(path, "-") != 0 && stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

ock_status ock_corpus_open(const ock_options *o, ock_manifest *manifest, ock_input **input)
{
    const ock_scan how = {.times = o->times, .places = {o->output, o->checkpoint, o->log}};
    ock_tree tree = {{NULL, 0}, NULL};
    ock_status status = OCK_OK;
    if (o->files_from) {
        status = ock_tree_list(o->input, o->nul, &how, &tree);
    } else if (is_folder(o->input)) {
        status = ock_tree_scan(o->input, &how, &tree);
    } else if (o->times) {
        status = ock_fail(OCK_ENVIRONMENT, "--times is for folders and --files-from");
    } else {
        status = ock_input_open(o->input, &tree.input);
    }
    *manifest = tree.manifest;
    *input = tree.input;
    return status;
}

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

void ock_corpus_reopen(const ock_options *o, const ock_manifest *manifest, uint64_t begin,
                       uint64_t end, ock_input **input)
{
    const char *root = o->files_from ? "." : o->input, *name = o->files_from ? "" : o->input;
    ock_status status = ock_input_open_tree(root, name, manifest, NULL, input);
    if (status == OCK_OK) {
        status = ock_input_try(*input, begin, end);
    }
    if (status == OCK_OK) {
        return;
    }
    ock_error_clear(); /* rank 0 reads for this one */
    ock_input_close(*input);
    *input = NULL;
}

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
        status = ock_fail(OCK_BAD_DATA, "%s: the files of the list are not as long as the content",
                          name);
    }
    return status;
}

ock_status ock_corpus_find(const ock_manifest *manifest, const char *name, const char *path,
                           ock_corpus_file *file)
{
    ock_cursor *cursor = malloc(sizeof *cursor);
    uint64_t begin = 0;
    bool found = false;
    if (cursor == NULL) {
        return ock_fail_memory(sizeof *cursor, "the list of files");
    }
    ock_cursor_start(cursor, manifest);
    while (!found && ock_cursor_next(cursor)) {
        const ock_entry *entry = &cursor->entry;
        found = ock_kind_is_file(entry->kind) && strcmp(entry->path, path) == 0;
        *file = (ock_corpus_file){begin, begin + entry->length, entry->kind == OCK_KIND_PROGRAM};
        begin += entry->length;
    }
    free(cursor);
    if (!found) {
        return ock_fail(OCK_ENVIRONMENT, "%s: has no file %s (info --files lists them)", name,
                        path);
    }
    return OCK_OK;
}

void ock_corpus_digest(const ock_manifest *manifest, char text[65])
{
    uint8_t bytes[OCK_DIGEST_BYTES];
    ock_digest digest;
    ock_digest_start(&digest);
    ock_digest_update(&digest, manifest->bytes, manifest->count);
    ock_digest_finish(&digest, bytes);
    ock_digest_hex(bytes, text);
}
