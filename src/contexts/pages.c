/* SPDX-License-Identifier: MIT */
/* pages.c - from page to page, from cell to cell. */
#include "contexts/pages.h"

#include <string.h>

#include "contexts/cells.h"
#include "contexts/hash.h"
#include "contexts/pages_private.h"

enum { FILE_HEAD = 100, CELLS_AT = 3, CONTENT_AT = 5, LEAF_HEAD = 8, INNER_HEAD = 12 };

static bool is_node(uint64_t type)
{
    return ock_page_is_inner(type) || type == OCK_INDEX_LEAF || type == OCK_TABLE_LEAF;
}

static uint64_t head_of(const ock_pages *p)
{
    return p->first ? FILE_HEAD : 0;
}

/* Where they end. */
static uint64_t pointers_end(const ock_pages *p)
{
    return p->head + 2 * p->cells;
}

/* ---- cells ---- */

enum { KEPT_OF_TYPE = OCK_PAGE_KEPT / 4 };

/* Where the last cell of a type is kept, */
static uint64_t last_of(uint64_t type)
{
    return ock_page_class(type) * KEPT_OF_TYPE;
}

/* and the last one whose header had that size. */
static uint64_t last_with(uint64_t type, uint64_t size)
{
    return last_of(type) + 1 + size % (KEPT_OF_TYPE - 1);
}

static void keep_cell(const ock_pages *p, ock_page_past *past)
{
    if (p->filled > 0) {
        past->kept[last_of(p->type)] = p->cell;
        past->kept[last_with(p->type, p->cell.value[OCK_PAGE_SIZE])] = p->cell;
    }
}

/* A cell that is known, of the present page. */
static void read_cell(const ock_pages *p, const ock_page_bytes *bytes, uint64_t begin, ock_cell *c)
{
    enum { MOST = 512 };
    ock_cell_start(c, p->type, begin);
    while (c->field != OCK_PAGE_REST && c->known < MOST) {
        const uint64_t byte = ock_page_byte(bytes, begin + c->known);
        if (byte == OCK_NO_BYTE) {
            return;
        }
        ock_cell_follow(c, p->type, (uint8_t)byte);
    }
}

/* The nearest of the pointers before or after whose cell is known. -> how many pointers away; 0: none. */
static uint64_t find_beside(const ock_pages *p, const ock_page_past *past,
                            const ock_page_bytes *bytes, bool upper, ock_cell *c)
{
    enum { MOST = 256 };
    const uint64_t own = p->rank - 1, most = upper ? p->cells - p->rank : own;
    c->known = 0;
    for (uint64_t k = 1; k <= most && k <= MOST; k++) {
        const uint64_t at = upper ? own + k : own - k;
        const uint64_t place = ock_page_word(p, bytes, p->head + 2 * at);
        if (place < p->place && past->rank[place] == at + 1) {
            read_cell(p, bytes, p->begin + place, c);
            return k;
        }
    }
    return 0;
}

static void start_cell(ock_pages *p, ock_page_past *past, const ock_page_bytes *bytes)
{
    keep_cell(p, past);
    if (p->filled > 0) {
        p->second = p->last;
        p->last = p->cell;
    } else {
        p->second.known = 0;
        p->last = past->kept[last_of(p->type)];
    }
    p->filled++;
    p->rank = past->rank[p->place];
    p->lower_by = find_beside(p, past, bytes, false, &p->lower);
    p->upper_by = find_beside(p, past, bytes, true, &p->upper);
    uint64_t end = p->place + 1;
    while (end < p->size && past->rank[end] == 0) {
        end++;
    }
    p->end = p->begin + end;
    ock_cell_start(&p->cell, p->type, p->begin + p->place);
    p->stage = OCK_PAGE_CHILD;
    p->in = p->before = p->initial = p->types = 0;
}

/* A field of the cell has ended. */
static void end_field(ock_pages *p, const ock_page_past *past, uint64_t field)
{
    const uint64_t value = p->cell.value[field];
    if (field == OCK_PAGE_SIZE && p->filled == 1) {
        p->last = past->kept[last_with(p->type, value)];
    }
    if (field >= OCK_PAGE_COLUMN) {
        p->before = p->text;
        p->initial = p->initial == 0 ? p->text : p->initial;
    } else if (field >= OCK_PAGE_SIZE) {
        p->types = ock_hash_next(p->types, value);
    }
}

static bool follow_cell(ock_pages *p, const ock_page_past *past, uint8_t byte)
{
    const uint64_t field = p->cell.field;
    const bool ended = ock_cell_follow(&p->cell, p->type, byte);
    p->text = ock_hash_next(p->text, byte);
    p->in++;
    if (ended) {
        end_field(p, past, field);
        p->in = 0;
    }
    return ended;
}

/* ---- the page's head ---- */

/* Pointers go down, in runs, one for each time at which keys came in order. */
static void take_pointer(ock_pages *p, ock_page_past *past, uint64_t pointer)
{
    enum { NEAR = 64 };
    const uint64_t near = 4 * p->step > NEAR ? 4 * p->step : NEAR;
    const uint64_t number = (p->place - p->head) / 2;
    if (pointer >= pointers_end(p) && pointer < p->size) {
        past->rank[pointer] = number;
    }
    if (p->pointer > pointer && p->pointer - pointer <= near) {
        p->step = p->pointer - pointer;
    } else if (p->pointer > 0) {
        const bool goes_on = p->ran[0] > pointer && p->ran[0] - pointer <= 2 * p->step;
        p->ran[1] = goes_on ? p->ran[1] : p->ran[0];
        p->ran[0] = p->pointer;
    }
    p->pointer = pointer;
}

static void follow_head(ock_pages *p, const ock_page_bytes *bytes, uint8_t byte)
{
    const uint64_t begin = head_of(p);
    if (p->place == begin + 1) {
        p->type = is_node(byte) ? byte : 0;
        p->head = begin + (ock_page_is_inner(byte) ? INNER_HEAD : LEAF_HEAD);
    }
    if (p->place == begin + LEAF_HEAD) {
        const uint64_t most = (p->size - p->head) / 4;
        p->cells = ock_page_word(p, bytes, begin + CELLS_AT);
        p->content = ock_page_word(p, bytes, begin + CONTENT_AT);
        p->cells = p->cells < most ? p->cells : most;
        p->page_of[ock_page_class(p->type)] = p->begin + 1;
    }
    p->in = 0;
}

static void start_page(ock_pages *p, ock_page_past *past)
{
    memset(past->rank, 0, p->size * sizeof past->rank[0]);
    p->place = p->type = p->cells = p->filled = p->in = p->rank = 0;
    p->pointer = p->ran[0] = p->ran[1] = 0;
    p->content = p->end = p->head = 0;
    p->stage = OCK_PAGE_OTHER;
    p->step = p->step == 0 ? 1 : p->step;
}

/* ---- following ---- */

/* What comes next. -> whether a field begins. */
static bool enter(ock_pages *p, ock_page_past *past, const ock_page_bytes *bytes)
{
    const uint64_t before = p->stage, begin = head_of(p);
    if (p->type != 0 && past->rank[p->place] != 0 && p->place >= pointers_end(p)) {
        start_cell(p, past, bytes);
        return true;
    }
    if (p->place < begin || (p->type == 0 && p->place > begin)) {
        p->stage = OCK_PAGE_OTHER;
    } else if (p->place == begin || p->place < p->head) {
        p->stage = OCK_PAGE_HEAD;
        return true;
    } else if (p->place < pointers_end(p)) {
        p->stage = OCK_PAGE_POINTER;
        return p->in == 0 || before != p->stage;
    } else if (p->filled == 0) {
        p->stage = OCK_PAGE_FREE;
    }
    return before != p->stage;
}

void ock_pages_lay(ock_pages *p, ock_page_past *past, const ock_page_bytes *bytes, uint64_t size,
                   uint64_t at, uint64_t end)
{
    p->laid = end;
    p->size = size;
    start_page(p, past);
    p->place = at % size;
    p->begin = bytes->count - p->place;
    p->first = at == 0;
    enter(p, past, bytes);
    ock_pages_aim(p);
    ock_pages_say(p, bytes);
}

void ock_pages_follow(ock_pages *p, ock_page_past *past, const ock_page_bytes *bytes)
{
    const uint8_t byte = bytes->end[-1];
    bool begins = false;
    ock_pages_score(p, byte);
    p->place++;
    if (p->stage == OCK_PAGE_HEAD) {
        follow_head(p, bytes, byte);
    } else if (p->stage == OCK_PAGE_POINTER) {
        p->in = p->in == 0;
        p->text = ock_hash_next(p->text, byte);
        if (p->in == 0) {
            take_pointer(p, past, ock_page_word(p, bytes, p->place - 2));
        }
    } else if (p->stage == OCK_PAGE_CHILD) {
        begins = follow_cell(p, past, byte);
    }
    if (p->place == p->size) {
        keep_cell(p, past);
        p->begin += p->size;
        p->first = 0;
        start_page(p, past);
    }
    begins |= enter(p, past, bytes);
    if (begins) {
        ock_pages_aim(p);
    }
    ock_pages_say(p, bytes);
}

bool ock_pages_is_sound(const ock_pages *p, const ock_page_past *past)
{
    bool sound = p->size == 0 || (p->size >= OCK_PAGE_LEAST && p->size <= OCK_PAGE_MOST);
    sound = sound && (p->size == 0 || p->place < p->size) && p->rank <= OCK_PAGE_MOST &&
            p->cells <= OCK_PAGE_MOST / 4 && p->stage <= OCK_PAGE_OTHER && p->in <= p->size &&
            p->head <= FILE_HEAD + INNER_HEAD && ock_cell_is_sound(&p->cell) &&
            ock_cell_is_sound(&p->last) && ock_cell_is_sound(&p->second) &&
            ock_cell_is_sound(&p->lower) && ock_cell_is_sound(&p->upper);
    for (size_t i = 0; i < OCK_PAGE_KEPT; i++) {
        sound = sound && ock_cell_is_sound(&past->kept[i]);
    }
    for (size_t k = 0; k < OCK_PAGE_GUESSES; k++) {
        const ock_page_guess *g = &p->guess[k];
        sound = sound && g->expected <= OCK_NO_BYTE && (g->from > 0 || g->count <= 8);
    }
    return sound;
}
