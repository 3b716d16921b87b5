/* SPDX-License-Identifier: MIT */
/* texts.c - files are read, cut into items, folded. */
#include "measure/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "archive/corpus.h"
#include "base/alive.h"
#include "base/grow.h"
#include "base/search.h"
#include "measure/fold.h"

void ock_texts_clear(ock_texts *t)
{
    for (size_t i = 0; i < t->part_count; i++) {
        free(t->parts[i].name);
    }
    free(t->parts);
    free(t->bytes);
    *t = (ock_texts){.bytes = NULL};
}

static bool ends_by(const void *part, uint64_t at)
{
    return ((const ock_text_part *)part)->end <= at;
}

const ock_text_part *ock_texts_part_at(const ock_texts *t, uint64_t at)
{
    const size_t i = ock_count_before(t->parts, t->part_count, sizeof *t->parts, ends_by, at);
    return i < t->part_count && t->parts[i].begin <= at ? &t->parts[i] : NULL;
}

/* Room for `count` bytes more. */
static ock_status make_room(ock_texts *t, uint64_t count)
{
    uint8_t *more = count < SIZE_MAX - t->count ? realloc(t->bytes, t->count + count + 1) : NULL;
    if (more == NULL) {
        return ock_fail_memory(t->count + count, "a text");
    }
    t->bytes = more;
    return OCK_OK;
}

/* A part of the next `count` bytes. name: copied; NULL: none. */
static ock_status add_part(ock_texts *t, const char *name, uint64_t count, uint64_t line)
{
    void *parts = t->parts;
    ock_status status = ock_grow(&parts, t->part_count, &t->room, sizeof *t->parts, "a text");
    t->parts = parts;
    char *own = name != NULL && status == OCK_OK ? strdup(name) : NULL;
    if (status == OCK_OK && name != NULL && own == NULL) {
        status = ock_fail_memory(strlen(name) + 1, "a file's name");
    }
    if (status == OCK_OK) {
        t->parts[t->part_count++] = (ock_text_part){own, t->count, t->count + count, line};
        t->count += count;
    }
    return status;
}

/* ---- files ---- */

static ock_status name_tree(ock_texts *t, const char *directory, const ock_manifest *list)
{
    ock_status status = OCK_OK;
    ock_cursor cursor;
    ock_cursor_start(&cursor, list);
    while (status == OCK_OK && ock_cursor_next(&cursor)) {
        if (!ock_kind_is_file(cursor.entry.kind)) {
            continue;
        }
        const size_t bytes = strlen(directory) + strlen(cursor.entry.path) + 2;
        char *name = malloc(bytes);
        if (name == NULL) {
            return ock_fail_memory(bytes, "a file's name");
        }
        snprintf(name, bytes, "%s/%s", directory, cursor.entry.path);
        status = add_part(t, name, cursor.entry.length, 0);
        free(name);
    }
    return status;
}

static ock_status read_all(ock_input *input, uint8_t *to)
{
    enum { PIECE = 1 << 20 };
    const uint64_t bytes = ock_input_bytes(input);
    ock_status status = OCK_OK;
    for (uint64_t at = 0; at < bytes && status == OCK_OK; at += PIECE) {
        status = ock_input_read(input, at, to + at,
                                bytes - at < PIECE ? (size_t)(bytes - at) : (size_t)PIECE);
        ock_alive();
    }
    return status != OCK_OK ? status : ock_input_check_unchanged(input);
}

ock_status ock_texts_read(ock_texts *t, const char *path)
{
    const ock_input_choice choice = {.path = path};
    ock_manifest list = {NULL, 0};
    ock_input *input = NULL;
    ock_status status = ock_corpus_open(&choice, &list, &input);
    if (status == OCK_OK) {
        status = make_room(t, ock_input_bytes(input));
    }
    if (status == OCK_OK) {
        status = read_all(input, t->bytes + t->count);
    }
    if (status == OCK_OK) {
        status = list.bytes != NULL ? name_tree(t, path, &list)
                                    : add_part(t, path, ock_input_bytes(input), 0);
    }
    ock_input_close(input);
    free(list.bytes);
    return status;
}

/* ---- items ---- */

/* There is room for it: all items together are no longer than what they are cut from. */
static ock_status add_item(ock_texts *items, const char *name, const void *text, uint64_t count,
                           uint64_t line)
{
    memcpy(items->bytes + items->count, text, count);
    return add_part(items, name, count, line);
}

static bool is_blank(const uint8_t *text, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (text[i] > ' ') {
            return false;
        }
    }
    return true;
}

/* One line of a file. */
typedef struct line {
    const uint8_t *text;
    uint64_t count;  /* without its end */
    uint64_t number; /* from 1 */
} line;

typedef struct cut {
    const char *file, *field;
    ock_texts *items;
    const uint8_t *begun; /* a paragraph; NULL: none */
    uint64_t begun_at;    /* its first line's number */
} cut;

static ock_status take_line(cut *c, const line *l)
{
    return is_blank(l->text, l->count) ? OCK_OK
                                       : add_item(c->items, NULL, l->text, l->count, l->number);
}

static ock_status take_field(cut *c, const line *l)
{
    json_error_t error = {.text = ""};
    if (is_blank(l->text, l->count)) {
        return OCK_OK;
    }
    json_t *object = json_loadb((const char *)l->text, l->count, JSON_ALLOW_NUL, &error);
    const json_t *value = json_object_get(object, c->field);
    ock_status status;
    if (!json_is_object(object)) {
        status =
            ock_fail(OCK_ENVIRONMENT, "%s, line %llu: is no JSON object%s%s", c->file,
                     (unsigned long long)l->number, error.text[0] != 0 ? ": " : "", error.text);
    } else if (!json_is_string(value)) {
        status = ock_fail(OCK_ENVIRONMENT, "%s, line %llu: has no text in a field \"%s\"", c->file,
                          (unsigned long long)l->number, c->field);
    } else {
        status = add_item(c->items, NULL, json_string_value(value), json_string_length(value),
                          l->number);
    }
    json_decref(object);
    return status;
}

/* Ends the paragraph before `end`. */
static ock_status end_paragraph(cut *c, const uint8_t *end)
{
    if (c->begun == NULL) {
        return OCK_OK;
    }
    while (end > c->begun && end[-1] <= ' ') {
        end--;
    }
    const uint8_t *begun = c->begun;
    c->begun = NULL;
    return add_item(c->items, NULL, begun, (uint64_t)(end - begun), c->begun_at);
}

static ock_status take_paragraph(cut *c, const line *l)
{
    if (is_blank(l->text, l->count)) {
        return end_paragraph(c, l->text);
    }
    if (c->begun == NULL) {
        c->begun = l->text;
        c->begun_at = l->number;
    }
    return OCK_OK;
}

static ock_status each_line(cut *c, const uint8_t *text, uint64_t count,
                            ock_status (*take)(cut *c, const line *l))
{
    ock_status status = OCK_OK;
    uint64_t number = 0;
    for (uint64_t at = 0; at < count && status == OCK_OK;) {
        const uint8_t *end = memchr(text + at, '\n', count - at);
        const uint64_t length = end != NULL ? (uint64_t)(end - text) - at : count - at;
        const bool returns = length > 0 && text[at + length - 1] == '\r'; /* ends of DOS */
        status = take(c, &(line){text + at, length - returns, ++number});
        at += length + 1;
    }
    return status != OCK_OK ? status : end_paragraph(c, text + count);
}

static ock_status cut_file(cut *c, const ock_text_part *file, const uint8_t *text,
                           ock_item_kind kind)
{
    const uint64_t count = file->end - file->begin;
    c->file = file->name;
    switch (kind) {
    case OCK_ITEM_FILE:
        return add_item(c->items, file->name, text, count, 0);
    case OCK_ITEM_PARAGRAPH:
        return each_line(c, text, count, take_paragraph);
    case OCK_ITEM_FIELD:
        return each_line(c, text, count, take_field);
    default:
        return each_line(c, text, count, take_line);
    }
}

ock_status ock_texts_cut(const ock_texts *t, const char *path, ock_item_kind kind,
                         const char *field, ock_texts *items)
{
    cut c = {.field = field, .items = items};
    ock_status status = make_room(items, t->count);
    for (size_t i = 0; i < t->part_count && status == OCK_OK; i++) {
        status = cut_file(&c, &t->parts[i], t->bytes + t->parts[i].begin, kind);
    }
    if (status == OCK_OK && items->part_count == 0) {
        status = ock_fail(OCK_ENVIRONMENT, "%s: has no items", path);
    }
    return status;
}

void ock_texts_fold(ock_texts *t)
{
    uint64_t at = 0;
    for (size_t i = 0; i < t->part_count; i++) {
        ock_text_part *p = &t->parts[i];
        const size_t count = ock_fold(t->bytes + p->begin, p->end - p->begin, t->bytes + at);
        p->begin = at;
        p->end = at + count;
        at += count;
    }
    t->count = at;
}
