/* SPDX-License-Identifier: MIT */
/* contexts.c - the rows as functions, and the hashes of those in use. */
#include "contexts/contexts.h"

#include <string.h>

#include "contexts/hash.h"

/* The words of rows.h. */
#define H2(a, b) ock_hash_pair(a, b)
#define H3(a, b, c) H2(H2(a, b), c)
#define H4(a, b, c, d) H2(H3(a, b, c), d)
#define R(n) (p->symbols.recent & (UINT64_MAX >> (64 - 8 * (n))))
#define OLD(n) (p->symbols.older & (UINT64_MAX >> (64 - 8 * (n))))
#define W(x) (p->words.x)
#define T(x) (p->tokens.x)
#define L(x) (p->lines.x)
#define B(x) (p->brackets.x)
#define C(x) (p->classes.x)
#define F(x) (p->following.x)
#define A(n) ((uint64_t)ock_lines_above(&p->lines, &p->texts, n))
#define SECOND ((uint64_t)p->texts.second[L(column) % OCK_LINE_COLUMNS])
#define COLUMN (L(column) < OCK_LINE_COLUMNS ? L(column) : OCK_LINE_COLUMNS - 1)
#define AGREED (L(agreed) < 15 ? L(agreed) : 15)
#define FIELD_ABOVE (L(fields_above)[L(field) % OCK_LINE_FIELDS])
#define FIELD_BEFORE (L(field) > 0 ? L(fields)[(L(field) - 1) % OCK_LINE_FIELDS] : 0)
#define SINCE (B(since) < 31 ? B(since) : 31)
#define RUN (C(run) < 15 ? C(run) : 15)
#define UP(n) ((uint64_t)ock_stride_symbol(&p->stride, n))
#define WIDTH (p->stride.stride)
#define N(x) (p->numbers.x)
#define AROUND (p->numbers.spreads.around)
#define NEXT(by) (N(expected)[OCK_BY_##by])
#define SIZE(by) (N(size)[OCK_BY_##by])
#define NUMBER(by) ock_numbers_opinion(&p->numbers, OCK_BY_##by)

#define P(x) (p->pages.x)
#define PAGE(by) ock_pages_opinion(&p->pages, OCK_PAGE_BY_##by)

#define BASES(n) ock_bases_order(&p->bases, n)

#define K(x) (p->columns.x)
#define GUESS(at, as) ock_columns_opinion(&p->columns, OCK_AT_##at, OCK_AS_##as)

#define VALUE(name, needs, value, text)                                                            \
    static uint64_t value_of_##name(const ock_past *p)                                             \
    {                                                                                              \
        (void)p;                                                                                   \
        return value;                                                                              \
    }
OCK_CONTEXT_ROWS(VALUE)

#define TOKENS OCK_NEED_TOKENS
#define FOLLOWERS OCK_NEED_FOLLOWERS
#define LINES OCK_NEED_LINES
#define STRIDE OCK_NEED_STRIDE
#define OWN OCK_ROW_OWN
#define TABLE_ROW(name, needs, value, text) {#name, text, needs, value_of_##name},
const ock_context_row ock_context_rows[OCK_CONTEXT_COUNT] = {OCK_CONTEXT_ROWS(TABLE_ROW)};

static const uint8_t orders[OCK_MAX_ORDERS] = {
    OCK_CONTEXT_order0, OCK_CONTEXT_order1, OCK_CONTEXT_order2,
    OCK_CONTEXT_order3, OCK_CONTEXT_order4, OCK_CONTEXT_order5,
    OCK_CONTEXT_order6, OCK_CONTEXT_order7, OCK_CONTEXT_order8};

const ock_context_list ock_context_orders[OCK_DATA_KINDS] = {
    [OCK_DATA_TEXT] = {sizeof orders, orders},    [OCK_DATA_OTHER] = {sizeof orders, orders},
    [OCK_DATA_NUMBERS] = {sizeof orders, orders}, [OCK_DATA_TABLE] = {sizeof orders, orders},
    [OCK_DATA_PAGES] = {sizeof orders, orders},   [OCK_DATA_BASES] = {sizeof orders, orders}};

static void derive(ock_contexts *c)
{
    const unsigned kind = ock_past_kind(&c->past);
    const uint64_t far = 0xA0761D6478BD642Fu;
    const bool apart = kind == OCK_DATA_TEXT || kind == OCK_DATA_TABLE || kind == OCK_DATA_OTHER;
    const uint8_t *rows = c->lists[kind].of;
    const size_t used = ock_contexts_used(c);
    for (size_t i = 0; i < used; i++) {
        const ock_context_row *row = &ock_context_rows[rows[i]];
        const uint64_t lane = apart && (row->needs & OCK_ROW_OWN) != 0 ? c->lane : 0;
        c->hash[i] = ock_hash_spread(row->value(&c->past) + lane * far, rows[i]);
    }
    memset(c->hash + used, 0, (c->count - used) * sizeof c->hash[0]);
}

static const uint8_t base_orders[] = {OCK_BASE_ORDERS};

size_t ock_contexts_turned(const ock_contexts *c, uint64_t *hash, uint8_t *next)
{
    enum { FIRST = OCK_CONTEXT_COUNT - sizeof base_orders };
    const unsigned kind = ock_past_kind(&c->past);
    const size_t used = kind == OCK_DATA_BASES ? ock_contexts_used(c) : 0;
    const ock_bases *bases = &c->past.bases;
    size_t count = 0;
    for (size_t i = 0; i < used; i++) {
        const unsigned row = c->lists[kind].of[i];
        if (row >= FIRST) {
            const unsigned order = base_orders[row - FIRST];
            hash[count] = ock_hash_spread(ock_bases_turned(bases, order), row);
            next[count++] = ock_bases_turned_next(bases, order);
        }
    }
    return count;
}

static unsigned needs_of(const ock_context_list *list, size_t count)
{
    unsigned needs = 0;
    for (size_t i = 0; i < count && i < list->count; i++) {
        needs |= ock_context_rows[list->of[i]].needs;
    }
    return needs;
}

void ock_contexts_start(ock_contexts *c, const ock_context_list *lists, size_t count, uint64_t lane)
{
    c->lane = lane;
    c->lists = lists;
    c->count = count;
    c->needs = 0;
    for (unsigned kind = 0; kind < OCK_DATA_KINDS; kind++) {
        c->needs |= needs_of(&lists[kind], count);
    }
    ock_past_start(&c->past);
    derive(c);
}

/* A layout may begin at the next symbol. */
static void lay(ock_contexts *c)
{
    ock_past *p = &c->past;
    if (c->next < c->laid_count && p->numbers.count - c->before == c->laid[c->next].begin) {
        const ock_laid *laid = &c->laid[c->next++];
        if (laid->page > 0) {
            ock_past_lay_pages(p, laid->page, laid->at, c->before + laid->end);
            return;
        }
        ock_numbers_lay(&p->numbers, &p->filters, &p->number_past, &laid->layout,
                        c->before + laid->end);
    }
}

void ock_contexts_lay(ock_contexts *c, const ock_laid *laid, size_t count, uint64_t position)
{
    c->laid = laid;
    c->laid_count = count;
    c->before = c->past.numbers.count - position;
    for (c->next = 0; c->next < count && laid[c->next].begin < position;) {
        c->next++;
    }
    lay(c);
    derive(c);
}

void ock_contexts_update(ock_contexts *c, uint8_t symbol)
{
    ock_past_follow(&c->past, c->needs, symbol);
    lay(c);
    derive(c);
}

void ock_contexts_advance(ock_contexts *c, const uint8_t *symbols, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ock_past_follow(&c->past, c->needs, symbols[i]);
        lay(c);
    }
    derive(c);
}
