/* SPDX-License-Identifier: MIT */
/* past.c - follows a lane's symbols. */
#include "contexts/past.h"

#include <string.h>

#include "contexts/symbol_kind.h"

void ock_past_start(ock_past *p)
{
    memset(p, 0, sizeof *p);
    p->lines.in_word = p->lines.blank = 1;
    ock_stride_start(&p->stride);
    ock_numbers_start(&p->numbers, &p->number_past);
}

/* Whether text has no such symbol there: control characters, and bytes beyond ASCII that are no UTF-8. */
static bool is_foreign(ock_symbols *s, uint8_t symbol)
{
    const unsigned group = ock_symbol_group(symbol);
    const bool continues = group == OCK_GROUP_CONTINUED, awaited = s->awaited > 0;
    if (continues) {
        s->awaited -= awaited;
    } else {
        s->awaited = symbol < 192 ? 0 : symbol < 224 ? 1 : symbol < 240 ? 2 : 3;
    }
    return group == OCK_GROUP_CONTROL || continues != awaited;
}

/* Decides anew every so many symbols, with some inertia. */
static void follow_symbols(ock_symbols *s, uint64_t count, uint8_t symbol)
{
    enum { MEMORY = 8, PERIOD = 256, TEXT = 3000, BINARY = 5000 };
    const uint64_t share = is_foreign(s, symbol) ? 65536 : 0;
    s->foreign = s->foreign + (share >> MEMORY) - (s->foreign >> MEMORY);
    s->older = s->older << 8 | s->recent >> 56;
    s->recent = s->recent << 8 | symbol;
    if (count % PERIOD == 0) {
        s->binary = s->foreign > (s->binary ? TEXT : BINARY);
    }
}

static ock_page_bytes bytes_of(const ock_past *p)
{
    const ock_numbers *n = &p->numbers;
    return (ock_page_bytes){p->number_past.symbols + n->filled, n->filled, n->count};
}

void ock_past_lay_pages(ock_past *p, uint64_t size, uint64_t at, uint64_t end)
{
    const ock_page_bytes bytes = bytes_of(p);
    ock_pages_lay(&p->pages, &p->page_past, &bytes, size, at, end);
}

void ock_past_follow(ock_past *p, unsigned needs, uint8_t symbol)
{
    if (needs & OCK_NEED_FOLLOWERS) {
        ock_followers_learn(&p->followers, &p->following, p->symbols.recent, symbol);
    }
    ock_words_follow(&p->words, &p->ages, symbol);
    follow_symbols(&p->symbols, p->words.count, symbol);
    ock_brackets_follow(&p->brackets, symbol);
    ock_classes_follow(&p->classes, symbol);
    ock_bases_follow(&p->bases, symbol);
    if (needs & OCK_NEED_TOKENS) {
        ock_tokens_follow(&p->tokens, &p->token_followers, symbol);
    }
    if (needs & OCK_NEED_LINES) {
        ock_lines_follow(&p->lines, &p->texts, symbol);
    }
    if (needs & OCK_NEED_FOLLOWERS) {
        ock_followers_find(&p->followers, &p->following, p->symbols.recent, p->classes.folded,
                           p->classes.kinds);
    }
    if (needs & OCK_NEED_STRIDE) {
        ock_stride_update(&p->stride, symbol);
    }
    ock_columns_follow(&p->columns, &p->column_past, &p->column_filters, symbol);
    if (ock_past_has_pages(p)) {
        ock_numbers_pass(&p->numbers, &p->number_past, symbol);
        const ock_page_bytes bytes = bytes_of(p);
        ock_pages_follow(&p->pages, &p->page_past, &bytes);
    } else if (p->symbols.binary || ock_numbers_are_laid(&p->numbers)) {
        ock_numbers_follow(&p->numbers, &p->filters, &p->number_past, symbol);
    } else {
        ock_numbers_pass(&p->numbers, &p->number_past, symbol);
    }
}
