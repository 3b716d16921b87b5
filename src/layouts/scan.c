/* SPDX-License-Identifier: MIT */
/* scan.c - tile by tile: a search for layouts in the bytes before, and whether they pay. */
#include "layouts/scan.h"

#include <string.h>

#include "layouts/price.h"

enum {
    TILE = 1 << 14,
    BLOCK = 1 << 10, /* borders are found to that */
    BLOCKS = TILE / BLOCK,
    KEPT = 5 * TILE, /* more than a row and what is compared of it */
    ROOM = 2 * KEPT,
    FRONT = 2,        /* zeros before the first byte */
    LEAST = 2 * BLOCK /* of a region */
};

/* A layout, and where one of its records begins. */
typedef struct guess {
    ock_shape shape; /* kind OCK_REGION_UNKNOWN: nothing known */
    uint64_t origin;
} guess;

struct ock_scan {
    const ock_source *source;
    ock_arena *arena;
    ock_byte_price price;
    uint8_t *memory, *changes;        /* (FRONT + ROOM), (ROOM) */
    size_t filled;                    /* the tile is at the end */
    uint64_t at;                      /* of the tile in the source */
    size_t count;                     /* of its bytes */
    uint64_t bytes[BLOCKS];           /* what its blocks cost as bytes */
    uint64_t cost, last_cost;         /* all of it, and of the one before */
    guess now;                        /* of the open region: its kind is known */
    uint64_t begun, in_rows, without; /* what its tiles cost, in rows and without them */
    unsigned asked, agreed;           /* searches for its rows, and those that found the same */
    unsigned wait, waited;            /* tiles without a search */
    ock_regions *regions;
};

ock_status ock_scan_new(const ock_source *source, ock_arena *arena, ock_scan **scan)
{
    void *block;
    ock_status status = ock_arena_take(arena, 1, sizeof **scan, "looking for layouts", &block);
    if (status == OCK_OK) {
        *scan = block;
        **scan = (ock_scan){.source = source, .arena = arena};
    }
    return status;
}

/* What small files do not need. */
static ock_status prepare(ock_scan *s)
{
    if (s->memory != NULL) {
        return OCK_OK;
    }
    const ock_arena_part parts[] = {{&s->price.after_two, OCK_PRICE_SLOTS, sizeof(uint16_t)},
                                    {&s->price.after_one, 1 << 16, sizeof(uint16_t)},
                                    {&s->changes, ROOM, 1},
                                    {&s->memory, FRONT + ROOM, 1}};
    ock_status status =
        ock_arena_take_parts(s->arena, parts, OCK_PARTS(parts), "looking for layouts");
    if (status == OCK_OK) {
        ock_byte_price_start(&s->price);
    }
    return status;
}

static const uint8_t *end_of(const ock_scan *s)
{
    return s->memory + FRONT + s->filled;
}

/* ---- a search ---- */

/* As searches for rows want them. */
static void set_changes(ock_scan *s, const ock_layout *l, const ock_shape *shape, size_t end,
                        uint64_t count)
{
    const uint8_t *symbols = s->memory + FRONT;
    uint64_t sum = 0; /* of 16 */
    size_t i = (size_t)((l->offset + l->record - (count - end) % l->record) % l->record);
    memset(s->changes, OCK_NO_CHANGE, end);
    for (i += l->record; i + l->record <= end; i += l->record) {
        for (size_t k = 0; k + l->width <= l->record; k += l->width) {
            const int64_t apart = ock_shape_value(shape, symbols + i + k, shape->width) -
                                  ock_shape_value(shape, symbols + i + k - l->record, shape->width);
            s->changes[i + k + l->width - 1] = ock_layout_step(apart, sum / 16);
            sum += (uint64_t)(apart < 0 ? -apart : apart) - sum / 16;
        }
    }
}

static uint8_t kind_of(const ock_shape *s)
{
    return s->width == 1 && s->row > 0 && s->record <= 4 ? OCK_REGION_PIXELS : OCK_REGION_NUMBERS;
}

static ock_shape shape_of(const ock_layout *l)
{
    return (ock_shape){.kind = OCK_REGION_NUMBERS,
                       .type = l->real > 0    ? ock_shape_type(l->real)
                               : l->width > 1 ? OCK_REGION_SIGNED
                                              : OCK_REGION_UNSIGNED,
                       .big = l->width > 1 && l->big,
                       .width = (uint8_t)l->width,
                       .record = (uint32_t)l->record,
                       .row = l->row};
}

/* ---- prices ---- */

/* Of the tile's bytes [from, from + count). */
static uint64_t price(const ock_scan *s, const guess *g, size_t from, size_t count)
{
    const size_t before = s->filled - s->count + from;
    const uint64_t record = g->shape.record;
    return ock_price_numbers(&g->shape, s->at + from + record - g->origin % record,
                             s->memory + FRONT + before, before, count);
}

static void price_as_bytes(ock_scan *s)
{
    s->last_cost = s->cost;
    s->cost = 0;
    for (size_t i = 0; i < BLOCKS && i * BLOCK < s->count; i++) {
        const size_t left = s->count - i * BLOCK;
        s->bytes[i] = ock_price_bytes(&s->price, end_of(s) - left, left < BLOCK ? left : BLOCK);
        s->cost += s->bytes[i];
    }
}

/* How many of the first blocks cost more as numbers of a layout than what is compared. */
static size_t count_dearer(const ock_scan *s, const guess *g, const guess *than)
{
    size_t i = 0;
    for (; (i + 1) * BLOCK <= s->count; i++) {
        const uint64_t other = than != NULL ? price(s, than, i * BLOCK, BLOCK) : s->bytes[i];
        if (price(s, g, i * BLOCK, BLOCK) <= other) {
            break;
        }
    }
    return i;
}

static size_t count_cheaper(const ock_scan *s, const guess *g)
{
    size_t i = 0;
    while ((i + 1) * BLOCK <= s->count && price(s, g, i * BLOCK, BLOCK) < s->bytes[i]) {
        i++;
    }
    return i;
}

/* In the bytes before the tile's byte number `upto`. */
static guess search(ock_scan *s, size_t upto)
{
    enum { NOISE = 256 * 8 - 64 };
    const size_t end = s->filled - s->count + upto;
    const uint64_t count = s->at + upto;
    const ock_newest newest = {s->memory + FRONT + end, s->changes + end, end, count};
    ock_layout l;
    ock_layout_start(&l);
    ock_layout_search_numbers(&l, &newest);
    const ock_shape without_rows = shape_of(&l);
    const guess g = {without_rows, l.offset};
    const uint64_t now = price(s, &g, 0, s->count);
    if (now < s->cost + s->cost / 4 && now < s->count * NOISE) { /* rows could help */
        set_changes(s, &l, &without_rows, end, count);
        ock_layout_search_row(&l, &newest);
    }
    return (guess){shape_of(&l), l.offset};
}

/* ---- regions ---- */

/* Those that are too many are unknown. */
static ock_status append(ock_scan *s, const ock_region *region)
{
    return s->regions->count < OCK_MAX_REGIONS ? ock_regions_append(s->regions, region) : OCK_OK;
}

static bool is_open(const ock_scan *s)
{
    return s->now.shape.kind != OCK_REGION_UNKNOWN;
}

static ock_status close_region(ock_scan *s, uint64_t end)
{
    const uint64_t record = s->now.shape.record;
    if (!is_open(s)) {
        return OCK_OK;
    }
    const uint64_t begin =
        s->begun + (s->now.origin % record + record - s->begun % record) % record;
    ock_region region = {.begin = begin, .length = end - begin, .shape = s->now.shape};
    if (2 * s->agreed < s->asked && s->in_rows > s->without - s->without / 64) {
        region.shape.row = 0;
    }
    s->now.shape.kind = OCK_REGION_UNKNOWN;
    return end < begin + LEAST ? OCK_OK : append(s, &region);
}

static void open_region(ock_scan *s, const guess *g, uint64_t begin)
{
    s->now = *g;
    s->begun = begin;
    s->in_rows = s->without = 0;
    s->asked = s->agreed = 0;
}

static void weigh_rows(ock_scan *s)
{
    guess without = s->now;
    without.shape.row = 0;
    if (is_open(s) && s->now.shape.row > 0) {
        s->in_rows += price(s, &s->now, 0, s->count);
        s->without += price(s, &without, 0, s->count);
    }
}

/* What says more has to be clearly better. */
static void try_shape(const ock_scan *s, guess g, guess *best, uint64_t *least)
{
    const uint64_t cost = price(s, &g, 0, s->count);
    if (*least == UINT64_MAX || cost < *least - *least / 128) {
        *least = cost;
        *best = g;
    }
}

/* The numbers alone, in parts of their records, in their records; then in rows; with a sign or without. */
static void try_guess(const ock_scan *s, const guess *g, guess *best, uint64_t *least)
{
    const uint32_t width = g->shape.width, numbers = g->shape.record / width;
    const uint32_t parts[] = {numbers, 3, 2, 1};
    for (size_t i = 0; i < 8; i++) {
        guess part = *g;
        const uint32_t in = parts[i % 4];
        if (in != 1 &&
            (in == 0 || g->shape.record % (in * width) != 0 || (i % 4 > 0 && in >= numbers))) {
            continue;
        }
        part.shape.record /= in;
        part.shape.row = i < 4 ? 0 : part.shape.row;
        part.shape.kind = kind_of(&part.shape);
        if (i < 4 || g->shape.row > 0) {
            try_shape(s, part, best, least);
            part.shape.type = OCK_REGION_UNSIGNED;
            if (g->shape.type == OCK_REGION_SIGNED) {
                try_shape(s, part, best, least);
            }
        }
    }
}

/* Where all was quiet, tiles are left out. */
static bool is_due(ock_scan *s, uint64_t now)
{
    enum { MOST_IF_OPEN = 7, MOST = 3 };
    const uint64_t apart = s->cost > s->last_cost ? s->cost - s->last_cost : s->last_cost - s->cost;
    const bool news = apart > s->last_cost / 8 || (is_open(s) && now > s->cost - s->cost / 16);
    if (!news && s->waited < s->wait) {
        s->waited++;
        return false;
    }
    const unsigned most = is_open(s) ? MOST_IF_OPEN : MOST;
    s->waited = 0;
    s->wait = news ? 0 : 2 * s->wait + 1 < most ? 2 * s->wait + 1 : most;
    return true;
}

/* The same numbers, in rows: the whole region has them. */
static void take_rows(ock_scan *s, const guess *best, uint64_t now, uint64_t least)
{
    ock_shape in_rows = s->now.shape;
    in_rows.row = best->shape.row;
    in_rows.kind = best->shape.kind;
    if (is_open(s) && least < now - now / 64 &&
        memcmp(&in_rows, &best->shape, sizeof in_rows) == 0) {
        s->now.shape = in_rows;
        s->in_rows = s->without = 0;
        s->asked = s->agreed = 0;
    }
}

/* Goes over to another layout where that is clearly better, and begins where numbers pay well. */
static ock_status decide(ock_scan *s, uint64_t now, const guess *best, uint64_t least)
{
    ock_status status = OCK_OK;
    enum { WORTH = 128 * 8 * 256 }; /* so many bytes */
    const bool numbers = least < UINT64_MAX - WORTH && least + WORTH < s->cost - s->cost / 12;
    if (is_open(s) && now < s->cost && now <= least + least / 16 + WORTH) {
        return OCK_OK;
    }
    if (is_open(s)) {
        const size_t kept = numbers ? count_dearer(s, best, &s->now) : count_cheaper(s, &s->now);
        const uint64_t border = s->at + kept * BLOCK;
        status = close_region(s, border);
        if (numbers) {
            open_region(s, best, border);
        }
    } else if (numbers) {
        const size_t dear = count_dearer(s, best, NULL) * BLOCK;
        open_region(s, best, s->at + (dear + BLOCK <= s->count ? dear : 0));
    }
    return status;
}

/* ---- tiles ---- */

static ock_status read_tile(ock_scan *s, uint64_t end)
{
    const uint64_t left = end - s->at;
    if (s->filled + TILE > ROOM) {
        memmove(s->memory, s->memory + s->filled - KEPT, FRONT + KEPT);
        s->filled = KEPT;
    }
    s->count = left < TILE ? (size_t)left : TILE;
    ock_status status =
        s->source->read_at(s->source->context, s->at, s->memory + FRONT + s->filled, s->count);
    s->filled += s->count;
    return status;
}

static ock_status take_code(ock_scan *s, unsigned width)
{
    const ock_region region = {
        .begin = s->at,
        .length = s->count,
        .shape = {.kind = OCK_REGION_CODE, .width = (uint8_t)width, .record = width}};
    ock_status status = close_region(s, s->at);
    return status != OCK_OK ? status : append(s, &region);
}

static ock_status take_tile(ock_scan *s)
{
    const uint8_t *tile = end_of(s) - s->count;
    if (ock_is_text(tile, s->count)) {
        return close_region(s, s->at);
    }
    const unsigned code = ock_code_width(tile, s->count, s->at);
    if (code > 0) {
        return take_code(s, code);
    }
    price_as_bytes(s);
    if (s->last_cost == 0) { /* once more, for it has learned nothing before */
        price_as_bytes(s);
        s->cost = (s->cost + s->last_cost) / 2;
    }
    const uint64_t now = is_open(s) ? price(s, &s->now, 0, s->count) : UINT64_MAX;
    uint64_t least = now;
    guess best = s->now;
    if (is_due(s, now) && !(is_open(s) && s->count < TILE / 2)) {
        for (size_t part = 2; part > 0; part--) {
            const guess g = search(s, s->count / part);
            s->asked++;
            s->agreed += g.shape.row == s->now.shape.row;
            try_guess(s, &g, &best, &least);
        }
    }
    take_rows(s, &best, now, least);
    ock_status status = decide(s, now, &best, least);
    weigh_rows(s);
    return status;
}

ock_status ock_scan_range(ock_scan *s, uint64_t begin, uint64_t end, ock_regions *regions)
{
    enum { LEAST_RANGE = 8192 };
    s->regions = regions;
    s->filled = 0;
    s->wait = s->waited = 0;
    s->now.shape.kind = OCK_REGION_UNKNOWN;
    if (end < begin + LEAST_RANGE) {
        return OCK_OK;
    }
    ock_status status = prepare(s);
    if (status == OCK_OK) {
        memset(s->memory, 0, FRONT);
    }
    for (s->at = begin; s->at < end && status == OCK_OK; s->at += s->count) {
        status = read_tile(s, end);
        if (status == OCK_OK) {
            status = take_tile(s);
        }
    }
    return status != OCK_OK ? status : close_region(s, end);
}
