/* SPDX-License-Identifier: MIT */
/* brackets.c - follows what opens and closes. */
#include "contexts/brackets.h"

#include <stdbool.h>

#include "contexts/hash.h"
#include "contexts/symbol_kind.h"

/* A stack of the innermost two; what marks up text without closing itself is replaced by the next. A line
 * feed closes all. */
static void follow_marks(ock_brackets *b, uint8_t symbol)
{
    b->since++;
    if (b->since <= 6) {
        b->inner = ock_hash_next(b->inner, symbol);
    }
    if (symbol == '\n') {
        b->marks = 0;
    } else if (ock_symbol_is_one_of(symbol, "[<{(|=\"'*&")) {
        b->marks = (b->marks & 0xFF) << 8 | symbol;
    } else if (ock_symbol_is_one_of(symbol, "]>});")) {
        b->marks >>= 8;
    } else {
        return;
    }
    b->since = b->inner = 0;
}

static void follow_depth(ock_brackets *b, uint8_t symbol)
{
    if (ock_symbol_is_one_of(symbol, "([{")) {
        b->open[b->depth++ % OCK_BRACKETS_DEPTH] = symbol;
    } else if (ock_symbol_is_one_of(symbol, ")]}") && b->depth > 0) {
        b->depth--;
    }
    if (symbol == '"' || symbol == '`') {
        b->quote = b->quote == symbol ? 0 : symbol;
    } else if (symbol == '\n') {
        b->quote = 0;
    }
}

static void end_name(ock_brackets *b)
{
    if (b->in_name == 2) {
        b->tag_depth -= b->tag_depth > 0;
    } else {
        b->tags[b->tag_depth++ % OCK_TAGS_DEPTH] = b->tag;
    }
    b->in_name = 0;
}

static void follow_tags(ock_brackets *b, uint8_t symbol)
{
    const bool letter = ock_symbol_is_letter(symbol);
    if (symbol == '<') {
        b->tag = 0;
        b->in_name = 1;
    } else if (b->in_name != 0 && letter) {
        b->tag = ock_hash_next(b->tag, symbol);
    } else if (b->in_name == 1 && b->tag == 0 && symbol == '/') {
        b->in_name = 2;
    } else if (b->in_name != 0 && b->tag != 0) {
        end_name(b);
    } else {
        b->in_name = 0; /* no name: a sign of something else */
    }
    if (symbol == '>' && b->slash) { /* "/>": the tag is closed where it was opened */
        b->tag_depth -= b->tag_depth > 0;
    }
    b->slash = symbol == '/' && b->in_name == 0;
}

void ock_brackets_follow(ock_brackets *b, uint8_t symbol)
{
    follow_marks(b, symbol);
    follow_depth(b, symbol);
    follow_tags(b, symbol);
}
