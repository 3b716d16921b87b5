/* SPDX-License-Identifier: MIT */
/* texts.h - texts in memory: files one behind the other, and the items that they are cut into. */
#ifndef OCK_TEXTS_H
#define OCK_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* A piece of a text. */
typedef struct ock_text_part {
    char *name;          /* of the file; owned; in items NULL where the file is no item */
    uint64_t begin, end; /* in the text */
    uint64_t line;       /* of an item: the number of its first line, from 1; of files 0 */
} ock_text_part;

/* Begin with zeros. */
typedef struct ock_texts {
    uint8_t *bytes; /* (count) owned */
    uint64_t count;
    ock_text_part *parts; /* (part_count) in order, apart; owned */
    size_t part_count, room;
} ock_texts;

void ock_texts_clear(ock_texts *texts);

/* Adds what `path` names: a file, standard input ("-"), or the files of a directory by name, with all in it; a part each.
 * OCK_ENVIRONMENT when it can't be read. After a failure the texts are still to be cleared. Not collective. */
ock_status ock_texts_read(ock_texts *texts, const char *path) OCK_WARN_UNUSED;

/* The part that has this byte of the text. NULL when none has. */
const ock_text_part *ock_texts_part_at(const ock_texts *texts, uint64_t at);

/* What an item is. */
typedef enum ock_item_kind {
    OCK_ITEM_LINE,      /* a line that is not blank */
    OCK_ITEM_PARAGRAPH, /* lines up to a blank one */
    OCK_ITEM_FILE,      /* a file */
    OCK_ITEM_FIELD      /* a field of the JSON object in a line */
} ock_item_kind;

/* Cuts the files into items: the parts of *items, whose text is a copy. field: the name of OCK_ITEM_FIELD's.
 * OCK_ENVIRONMENT, with file and line, where a line is no JSON object or has no such field with a text;
 * and when there is no item at all, with `path`, which they were read from. *items is to be cleared, after a failure
 * too. */
ock_status ock_texts_cut(const ock_texts *texts, const char *path, ock_item_kind kind,
                         const char *field, ock_texts *items) OCK_WARN_UNUSED;

/* Folds each part by itself (fold.h): the parts then lie one behind the other. */
void ock_texts_fold(ock_texts *texts);

#endif
