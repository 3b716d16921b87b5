/* SPDX-License-Identifier: MIT */
/* info_files.c - the list of a corpus, for people and as JSON. */
#include "cli/info_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/corpus.h"
#include "cli/machine.h"
#include "cli/print.h"
#include "io/file/log.h"
#include "numeric/fpenv.h"

static const char *const kinds[] = {"file", "program", "folder", "link"};

/* The bytes of a name in hexadecimal; NULL when memory is short. */
static json_t *hex_text(const char *name)
{
    const size_t bytes = strlen(name);
    char *text = malloc(2 * bytes + 1);
    json_t *string = NULL;
    if (text == NULL) {
        return NULL;
    }
    text[0] = '\0';
    for (size_t i = 0; i < bytes; i++) {
        snprintf(text + 2 * i, 3, "%02x", (unsigned char)name[i]);
    }
    string = json_string(text);
    free(text);
    return string;
}

/* A name as JSON: one that is not UTF-8 has its bytes beside the text that is like it. */
static void set_name(json_t *object, const char *key, const char *hex_key, const char *name)
{
    json_t *exact = json_string(name);
    if (exact == NULL) {
        json_object_set_new(object, hex_key, hex_text(name));
    }
    json_object_set_new(object, key, exact != NULL ? exact : ock_log_text(name));
}

static json_t *entry_json(const ock_entry *entry, bool times)
{
    json_t *object = json_pack("{s:s}", "kind", kinds[entry->kind]);
    if (object == NULL) {
        return NULL;
    }
    set_name(object, "path", "path_hex", entry->path);
    if (ock_kind_is_file(entry->kind)) {
        json_object_set_new(object, "bytes", json_integer((json_int_t)entry->length));
    }
    if (entry->kind == OCK_KIND_LINK) {
        set_name(object, "target", "target_hex", entry->target);
    }
    if (times) {
        json_object_set_new(object, "mode", json_integer(entry->mode));
        json_object_set_new(object, "mtime", json_integer(entry->seconds));
        json_object_set_new(object, "mtime_ns", json_integer(entry->nanoseconds));
    }
    return object;
}

json_t *ock_info_files_json(const ock_manifest *manifest)
{
    json_t *list = json_array();
    ock_cursor *cursor = malloc(sizeof *cursor);
    if (cursor != NULL && manifest->bytes != NULL) {
        ock_cursor_start(cursor, manifest);
        while (ock_cursor_next(cursor)) {
            json_array_append_new(list, entry_json(&cursor->entry, cursor->times));
        }
    }
    free(cursor);
    return list;
}

static void print_entry(const ock_entry *entry)
{
    static const char letters[] = "-xdl";
    const bool link = entry->kind == OCK_KIND_LINK;
    ock_print_line(stdout, "%c %12" PRIu64 "  %s%s%s", letters[entry->kind], entry->length,
                   entry->path, link ? " -> " : "", link ? entry->target : "");
}

ock_status ock_info_files_print(const ock_manifest *manifest)
{
    ock_cursor *cursor = malloc(sizeof *cursor);
    if (cursor == NULL) {
        return ock_fail_memory(sizeof *cursor, "the list of files");
    }
    ock_cursor_start(cursor, manifest);
    while (ock_cursor_next(cursor)) {
        print_entry(&cursor->entry);
    }
    free(cursor);
    return OCK_OK;
}

ock_status ock_info_files_load(const ock_container *container, const char *name,
                               ock_manifest *manifest, ock_manifest_totals *totals)
{
    const ock_kernels *kernels;
    ock_fpenv before;
    ock_fpenv_enter(&before);
    ock_status status = ock_machine_kernels(&kernels);
    if (status == OCK_OK) {
        status = ock_corpus_load(NULL, kernels, container, name, manifest, totals);
    }
    ock_fpenv_leave(&before);
    return status;
}
