/* SPDX-License-Identifier: MIT */
/* page_guess.c - what the next byte of a page is, as cells beside it have it. */
#include "contexts/cells.h"
#include "contexts/hash.h"
#include "contexts/pages_private.h"

/* ---- a field as one guess has it ---- */

static void expect_whole(ock_page_guess *g, uint64_t value, uint64_t width)
{
    g->count = width;
    g->bytes = value << (64 - 8 * width);
}

/* Seven bits a byte, the highest first. */
static void expect_varint(ock_page_guess *g, uint64_t value)
{
    enum { MOST = 8 };
    uint64_t count = 1;
    while (count < MOST && value >> 7 * count > 0) {
        count++;
    }
    if (value >> 7 * count > 0) {
        return;
    }
    g->bytes = 0;
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t seven = value >> 7 * (count - 1 - i) & 127;
        g->bytes |= (seven | (i + 1 < count ? 128 : 0)) << (56 - 8 * i);
    }
    g->count = count;
}

/* A whole number that the cell has there: columns of types 8 and 9 are 0 and 1. */
static bool number_of(const ock_cell *c, uint64_t field, uint64_t *value)
{
    *value = c->value[field];
    if (c->known == 0 || field < OCK_PAGE_COLUMN) {
        return c->known > 0 && c->length[field] > 0;
    }
    const uint64_t serial = ock_cell_serial(c, field);
    *value = serial == 9 ? 1 : *value;
    return field - OCK_PAGE_COLUMN < c->columns &&
           (serial == 8 || serial == 9 || (ock_cell_is_integer(serial) && c->length[field] > 0));
}

static void expect_number(ock_page_guess *g, const ock_cell *own, uint64_t value)
{
    const uint64_t f = own->field;
    if (f == OCK_PAGE_CHILD) {
        expect_whole(g, value, 4);
    } else if (f < OCK_PAGE_COLUMN) {
        expect_varint(g, value);
    } else {
        expect_whole(g, value, ock_cell_length(ock_cell_serial(own, f)));
    }
}

static void expect_text(ock_page_guess *g, const ock_cell *own, const ock_cell *other)
{
    const uint64_t f = own->field;
    if (other->known > 0 && f - OCK_PAGE_COLUMN < other->columns && other->length[f] > 0 &&
        !ock_cell_is_integer(ock_cell_serial(other, f))) {
        g->from = other->begin + other->at[f];
        g->count = other->length[f];
    }
}

/* Bytes of the cell that are not known yet. */
static uint64_t left_of_cell(const ock_pages *p)
{
    return p->end - p->cell.begin - p->cell.known;
}

/* Of the cell's length, the record's. */
static uint64_t payload_of(const ock_pages *p)
{
    const uint64_t bytes = left_of_cell(p);
    const uint64_t rowid = p->type == OCK_TABLE_LEAF ? p->last.length[OCK_PAGE_ROWID] : 0;
    const uint64_t left = bytes > rowid + 1 ? bytes - rowid - 1 : 0;
    return left < 128 ? left : left - 1;
}

static bool is_text(const ock_cell *c)
{
    return c->field >= OCK_PAGE_COLUMN && !ock_cell_is_integer(ock_cell_serial(c, c->field));
}

/* How far the key is from those beside it, where all keys are there. */
static uint64_t keys_to(const ock_pages *p, unsigned by)
{
    if (p->cell.field != OCK_PAGE_ROWID || p->type != OCK_TABLE_LEAF) {
        return 0;
    }
    return by == OCK_PAGE_BY_LOWER ? p->lower_by : 0 - p->upper_by;
}

static void aim_number(ock_pages *p, const ock_cell *const others[OCK_PAGE_GUESSES])
{
    const uint64_t f = p->cell.field;
    for (unsigned k = 0; k < OCK_PAGE_GUESSES; k++) {
        uint64_t value, last;
        bool known = number_of(others[k], f, &value);
        if (k == OCK_PAGE_BY_STEP && f == OCK_PAGE_PAYLOAD) {
            value = payload_of(p);
            known = true;
        } else if (k == OCK_PAGE_BY_STEP && (f < OCK_PAGE_SIZE || f >= OCK_PAGE_COLUMN) &&
                   number_of(&p->last, f, &last)) {
            value = known ? 2 * last - value : last;
            known = true;
        } else if (k >= OCK_PAGE_BY_LOWER) {
            value += keys_to(p, k);
        }
        if (known) {
            expect_number(&p->guess[k], &p->cell, value);
        }
    }
}

/* ---- pointers and headers ---- */

static void aim_pointer(ock_pages *p)
{
    const uint64_t starts[OCK_PAGE_GUESSES] = {p->pointer == 0 ? p->size : p->pointer,
                                               p->pointer == 0 ? 0 : p->content + p->step,
                                               p->ran[0], p->ran[1]};
    for (unsigned k = 0; k < OCK_PAGE_GUESSES; k++) {
        if (starts[k] > p->step) {
            expect_whole(&p->guess[k], starts[k] - p->step, 2);
        }
    }
}

static void aim_head(ock_pages *p)
{
    const uint64_t same = p->type == 0 ? 0 : p->page_of[ock_page_class(p->type)];
    if (p->begin + 1 != same && p->place > 0 && same > 0) {
        p->guess[OCK_PAGE_BY_UPPER].from = same - 1 + p->place;
        p->guess[OCK_PAGE_BY_UPPER].count = 1;
    }
    p->guess[OCK_PAGE_BY_LAST].from = p->begin + p->place - p->size;
    p->guess[OCK_PAGE_BY_LAST].count = 1;
}

void ock_pages_aim(ock_pages *p)
{
    const ock_cell *const others[OCK_PAGE_GUESSES] = {&p->last, &p->second, &p->lower, &p->upper};
    for (unsigned k = 0; k < OCK_PAGE_GUESSES; k++) {
        ock_page_guess *g = &p->guess[k];
        g->count = g->from = g->wrong = 0;
    }
    if (p->stage == OCK_PAGE_HEAD) {
        aim_head(p);
    } else if (p->stage == OCK_PAGE_POINTER) {
        aim_pointer(p);
    } else if (p->stage == OCK_PAGE_CHILD && p->cell.field < OCK_PAGE_REST) {
        if (is_text(&p->cell)) {
            for (unsigned k = 0; k < OCK_PAGE_GUESSES; k++) {
                expect_text(&p->guess[k], &p->cell, others[k]);
            }
        } else {
            aim_number(p, others);
        }
    }
}

/* ---- byte by byte ---- */

void ock_pages_score(ock_pages *p, uint8_t byte)
{
    enum { MOST = 15 };
    for (unsigned k = 0; k < OCK_PAGE_GUESSES; k++) {
        ock_page_guess *g = &p->guess[k];
        if (g->expected != OCK_NO_BYTE) {
            const bool right = g->expected == byte;
            g->right = right ? g->right + (g->right < MOST) : 0;
            g->wrong |= !right;
        }
    }
}

static uint64_t expected(const ock_page_guess *g, const ock_page_bytes *bytes, uint64_t in)
{
    if (in >= g->count) {
        return OCK_NO_BYTE;
    }
    return g->from > 0 ? ock_page_byte(bytes, g->from + in) : g->bytes >> (56 - 8 * in) & 255;
}

/* What kind of field it is, in which kind of record. */
static uint64_t kind_of_field(const ock_pages *p)
{
    const ock_cell *c = &p->cell;
    if (p->stage != OCK_PAGE_CHILD) {
        return p->stage << 8 | p->type;
    }
    const uint64_t of = c->field << 8 | p->type;
    if (c->field < OCK_PAGE_COLUMN || c->field == OCK_PAGE_REST) {
        return ock_hash_pair(of, p->last.columns);
    }
    const uint64_t serial = ock_cell_serial(c, c->field);
    return ock_hash_pair(of, c->columns << 4 | (serial < 12 ? serial : 12 + (serial & 1)));
}

static uint64_t at_most(uint64_t value, uint64_t most)
{
    return value < most ? value : most;
}

void ock_pages_say(ock_pages *p, const ock_page_bytes *bytes)
{
    enum { NEAR = 63, IN_TEXT = 2, IN_NUMBER = 15 };
    const ock_cell *c = &p->cell;
    const bool in_cell = p->stage == OCK_PAGE_CHILD;
    const bool text = in_cell && c->field < OCK_PAGE_REST && is_text(c);
    for (unsigned k = 0; k < OCK_PAGE_GUESSES; k++) {
        p->guess[k].expected = expected(&p->guess[k], bytes, p->in);
    }
    const uint64_t kind = kind_of_field(p);
    p->field = ock_hash_place(kind, 12);
    p->slot = p->field & 255;
    p->where = kind << 4 | at_most(p->in, text ? IN_TEXT : IN_NUMBER);
    p->text = p->in == 0 ? kind : p->text;
    p->left = text      ? at_most(ock_cell_length(ock_cell_serial(c, c->field)) - p->in, NEAR)
              : in_cell ? at_most(left_of_cell(p), NEAR) | (NEAR + 1)
                        : 0;
}
