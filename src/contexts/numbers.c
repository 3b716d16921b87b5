/* SPDX-License-Identifier: MIT */
/* numbers.c - which numbers come, and what their predictions say of the next byte. */
#include "contexts/numbers.h"

#include <string.h>

#include "contexts/heavy_tail.h"
#include "contexts/numbers_private.h"

/* Symbols between two searches of the layout, at first and later on. */
enum { SEARCHED_FIRST = 1024, OFTEN_UNTIL = 16384, SEARCHED = 4096 };

enum { MOST_SIZE = 31 };

static void forget_changes(ock_number_past *past)
{
    memset(past->changes, OCK_NO_CHANGE, sizeof past->changes);
    memset(past->misses, 0, sizeof past->misses);
}

void ock_numbers_start(ock_numbers *n, ock_number_past *past)
{
    forget_changes(past);
    memset(n, 0, sizeof *n);
    ock_layout_start(&n->layout);
    ock_spreads_start(&n->spreads);
    n->period = OCK_SOLVED_EVERY;
    n->filled = OCK_NUMBERS_PAST / 2; /* zeros */
}

void ock_numbers_hurry(ock_numbers *n)
{
    enum { SPREADS = 2, PERIOD = 16 };
    n->spreads.used = SPREADS;
    n->period = PERIOD;
}

bool ock_numbers_is_sound(const ock_numbers *n)
{
    for (size_t k = 0; k < OCK_PREDICTIONS; k++) {
        if (n->expected[k] > UINT8_MAX || n->size[k] > MOST_SIZE) {
            return false;
        }
    }
    return ock_layout_is_sound(&n->layout) && ock_spreads_is_sound(&n->spreads) &&
           n->filled >= OCK_NUMBERS_PAST / 2 && n->listed <= 1 && n->told <= 1 &&
           ock_corners_is_sound(&n->corners) && n->filled < OCK_NUMBERS_PAST &&
           n->taps <= OCK_TAPS && n->sure <= 1 && n->period > 0 && n->place < n->layout.record &&
           n->phase == n->place % n->layout.width;
}

static void find_place(ock_numbers *n)
{
    const ock_layout *l = &n->layout;
    n->place = (n->count + l->record - l->offset) % l->record;
    n->phase = n->place % l->width;
}

/* ---- the next byte ---- */

/* The most significant bytes are known: if they are the value's, so is the next; else the next is the smallest or
 * the largest. */
static uint64_t next_of_big(const ock_layout *l, uint64_t value, uint64_t known, unsigned phase,
                            unsigned width)
{
    const unsigned rest = 8 * (width - phase);
    uint64_t prefix = 0, byte = value >> (rest - 8) & 255;
    if (phase > 0) {
        prefix = ock_layout_ordered(l, known << rest, width) >> rest;
        const uint64_t ours = value >> rest;
        byte = prefix == ours ? byte : prefix < ours ? 255 : 0;
    }
    const uint64_t ordered = (phase > 0 ? prefix << rest : 0) | byte << (rest - 8);
    return ock_layout_raw(l, ordered, width) >> (rest - 8) & 255;
}

/* The least significant bytes are known: the number is the nearest to the value that has them. */
static uint64_t next_of_little(const ock_layout *l, uint64_t value, uint64_t known, unsigned phase,
                               unsigned width)
{
    uint64_t raw = ock_layout_raw(l, value, width);
    if (phase > 0) {
        const uint64_t period = UINT64_C(1) << 8 * phase, apart = (known - raw) & (period - 1);
        raw += apart < period / 2 ? apart : apart - period;
    }
    return raw >> (8 * phase) & 255;
}

static void expect(ock_numbers *n, const uint8_t *start)
{
    const ock_layout *l = &n->layout;
    const unsigned width = ock_number_width(n), phase = (unsigned)n->phase;
    const uint64_t *error = n->error[ock_number_filter(n)];
    const uint64_t known = n->known = ock_layout_bytes(l, start, phase);
    for (size_t k = 0; k < OCK_PREDICTIONS; k++) {
        const uint64_t value = n->value[k] << ock_layout_dropped(width);
        const uint64_t size = 64 - (uint64_t)__builtin_clzll(error[k] / 16 + 1) - 1;
        n->expected[k] = l->big ? next_of_big(l, value, known, phase, width)
                                : next_of_little(l, value, known, phase, width);
        n->size[k] = size < MOST_SIZE ? size : MOST_SIZE;
    }
}

void ock_numbers_say(const ock_numbers *n, unsigned node, float odds[OCK_NUMBER_ODDS])
{
    const ock_number_byte byte = {&n->layout, n->known, (unsigned)n->phase, ock_number_width(n)};
    odds[OCK_SPREADS] = n->told ? ock_byte_shares_odds(&n->telling, node) : 1.0f;
    if (!n->listed) {
        ock_spreads_say(&n->spreads, &byte, node, odds);
        return;
    }
    for (size_t k = 0; k < OCK_SPREADS; k++) {
        odds[k] = k < n->spreads.used ? ock_byte_shares_odds(&n->listing[k], node) : 1.0f;
    }
}

/* ---- following ---- */

static void append(ock_numbers *n, ock_number_past *past, uint8_t symbol)
{
    if (n->filled == OCK_NUMBERS_PAST - 1) {
        memmove(past->symbols, past->symbols + OCK_NUMBERS_PAST / 2 - 1, OCK_NUMBERS_PAST / 2);
        memmove(past->changes, past->changes + OCK_NUMBERS_PAST / 2 - 1, OCK_NUMBERS_PAST / 2);
        memmove(past->misses, past->misses + OCK_NUMBERS_PAST / 2 - 1, OCK_NUMBERS_PAST / 2);
        n->filled = OCK_NUMBERS_PAST / 2;
    }
    past->changes[n->filled] = OCK_NO_CHANGE;
    past->misses[n->filled] = 0;
    past->symbols[n->filled++] = symbol;
    n->count++;
}

static bool is_due(uint64_t count)
{
    const uint64_t period = count <= OFTEN_UNTIL ? SEARCHED_FIRST : SEARCHED;
    return count % period == 0;
}

/* What was learned is of another layout. */
static void begin_anew(ock_numbers *n, ock_filters *f, ock_number_past *past)
{
    forget_changes(past);
    memset(f, 0, sizeof *f);
    memset(n->error, 0, sizeof n->error);
    memset(n->off, 0, sizeof n->off);
    if (n->layout.triangles || n->corners.count > 0) {
        memset(&n->corners, 0, sizeof n->corners);
        memset(&past->corners, 0, sizeof past->corners);
    }
}

/* A known layout stays; of its rows, others may be found to be better. */
static void search(ock_numbers *n, ock_filters *f, ock_number_past *past)
{
    enum { RARELY = 1 << 15 };
    const uint64_t kept = n->count < n->filled ? n->count : n->filled;
    const ock_newest newest = {past->symbols + n->filled, past->changes + n->filled, kept,
                               n->count};
    const bool laid = ock_numbers_are_laid(n);
    const bool changed = !laid && ock_layout_search_numbers(&n->layout, &newest);
    const bool doubted = !ock_numbers_are_hurried(n) || n->layout.row_trust < OCK_TRUST_MAX ||
                         n->count % RARELY == 0;
    if (!laid || (n->laid_row > 0 && n->layout.plane == 0 && doubted)) {
        ock_layout_search_row(&n->layout, &newest);
    }
    if (changed) {
        begin_anew(n, f, past);
    }
}

/* ---- are they numbers? ---- */

static uint64_t moved(uint64_t mean, bool right)
{
    enum { MEMORY = 10 };
    return mean + ((right ? UINT64_C(65536) : 0) >> MEMORY) - (mean >> MEMORY);
}

static bool is_about(uint64_t expected, uint8_t symbol)
{
    const int apart = (int)expected - symbol;
    return apart >= -4 && apart <= 4;
}

/* Decides anew every so many symbols, with some inertia. */
static void weigh(ock_numbers *n, ock_number_past *past, uint8_t symbol)
{
    enum { PERIOD = 256, INERTIA = 65536 / 32 };
    uint8_t *follower =
        &past->followers[past->symbols[n->filled - 1] << 8 | past->symbols[n->filled - 2]];
    n->right = moved(n->right, is_about(n->expected[OCK_BY_BEST], symbol));
    n->right_followers = moved(n->right_followers, is_about(*follower, symbol));
    *follower = symbol;
    if (n->count % PERIOD == 0) {
        n->sure = (n->layout.triangles && ock_numbers_are_laid(n)) ||
                  n->right > n->right_followers + (n->sure ? 0 : INERTIA);
    }
}

/* Whole numbers as binary32 in the order of their values are no order of their bytes: those about one of the centres,
 * one by one. */
static void list_whole(const ock_numbers *n, size_t which, double share[256])
{
    enum { MOST = 256, SCALES = 8 };
    const ock_layout *l = &n->layout;
    const int64_t centre = (int64_t)n->spreads.centre[which];
    const double scale = ock_spreads_scale(&n->spreads, which);
    const int64_t reach = SCALES * scale < MOST ? (int64_t)(SCALES * scale) : MOST;
    const unsigned known = 8 * (unsigned)n->phase, after = l->big ? 32 - known : known;
    const uint64_t others = (UINT64_C(1) << known) - 1;
    for (int64_t i = -reach; i <= reach; i++) {
        const uint64_t raw = ock_layout_raw(l, (uint64_t)(centre + i), 4);
        if ((l->big ? raw >> after : raw & others) == n->known) {
            const uint8_t next = (uint8_t)(raw >> (l->big ? after - 8 : after));
            share[next] += ock_heavy_share(((double)i - 0.5) / scale, ((double)i + 0.5) / scale);
        }
    }
}

/* -> the likeliest next byte, as the first centre has it. */
static uint8_t list_all(ock_numbers *n)
{
    uint8_t likeliest = 0;
    n->listed = 1;
    for (size_t k = 0; k < n->spreads.used; k++) {
        double share[256] = {0};
        double *below = n->listing[k].below;
        list_whole(n, k, share);
        below[0] = 0.0;
        for (unsigned x = 0; x < 256; x++) {
            below[x + 1] = below[x] + share[x];
            likeliest = k == 0 && share[x] > share[likeliest] ? (uint8_t)x : likeliest;
        }
    }
    return likeliest;
}

/* Whether the next byte is one of a triangle's corners. */
static bool is_in_triangle(const ock_numbers *n)
{
    return n->layout.triangles && n->place >= ock_triangle_begin(&n->layout) &&
           n->place < ock_triangle_begin(&n->layout) + OCK_TRIANGLE_BYTES;
}

static void tell_corner(ock_numbers *n, const ock_number_past *past)
{
    const unsigned known = (unsigned)(n->place - ock_triangle_begin(&n->layout));
    const ock_corner_opinion corner = ock_corners_weigh(
        &n->corners, &past->corners, past->symbols + n->filled - known, known, &n->telling);
    n->told = corner.certainty > 0;
    if (n->told) {
        n->expected[OCK_BY_LISTING] = corner.likeliest;
        n->size[OCK_BY_LISTING] = corner.certainty;
    }
}

/* What comes next; new: the layout or the number is. */
static void foresee(ock_numbers *n, ock_filters *f, const ock_number_past *past, bool new)
{
    const uint8_t *start = past->symbols + n->filled - n->phase;
    if (new) {
        ock_number_predict(n, f, start);
        ock_spreads_look(&n->spreads, &n->layout, past->misses + n->filled - n->phase,
                         ock_number_width(n));
        n->listed = n->told = 0;
        if (ock_number_is_coloured(n)) {
            n->told = 1;
            n->value[OCK_BY_LISTING] =
                ock_hues_weigh(&past->hues, start - 2, (double)n->spreads.centre[0],
                               ock_spreads_scale(&n->spreads, 0), &n->telling);
        }
    }
    expect(n, start);
    if (n->layout.real >= OCK_WHOLE && ock_number_width(n) == 4) {
        n->expected[OCK_BY_LISTING] = list_all(n);
    }
    if (is_in_triangle(n)) {
        tell_corner(n, past);
    }
}

void ock_numbers_pass(ock_numbers *n, ock_number_past *past, uint8_t symbol)
{
    append(n, past, symbol);
    find_place(n);
}

/* The next number is one of a triangle, or the first behind it. */
static void follow_triangle(ock_numbers *n, ock_number_past *past)
{
    const ock_layout *l = &n->layout;
    const uint64_t begin = ock_triangle_begin(l), end = begin + OCK_TRIANGLE_BYTES;
    const uint64_t place = n->place > 0 ? n->place : l->record;
    if (l->triangles && place >= begin && place <= end) {
        const unsigned known = (unsigned)(place - begin);
        ock_corners_follow(&n->corners, &past->corners, past->symbols + n->filled - known, known);
    }
}

void ock_numbers_follow(ock_numbers *n, ock_filters *f, ock_number_past *past, uint8_t symbol)
{
    const unsigned width = ock_number_width(n);
    const size_t filter = ock_number_filter(n);
    weigh(n, past, symbol);
    const bool coloured = ock_number_is_coloured(n);
    append(n, past, symbol);
    if (coloured) {
        ock_hues_learn(&past->hues, past->symbols + n->filled - 3);
    }
    if (n->phase + 1 == width) {
        ock_number_learn(n, f, past, width, filter);
    }
    if (is_due(n->count)) {
        search(n, f, past);
    }
    find_place(n);
    follow_triangle(n, past);
    foresee(n, f, past, n->phase == 0 || is_due(n->count));
}

/* Whether what was learned of one holds for the other. */
static bool are_alike(const ock_layout *a, const ock_layout *b)
{
    return a->width == b->width && a->big == b->big && a->real == b->real &&
           a->record == b->record && a->triangles == b->triangles &&
           (a->plane > 0) == (b->plane > 0);
}

void ock_numbers_lay(ock_numbers *n, ock_filters *f, ock_number_past *past,
                     const ock_layout *layout, uint64_t end)
{
    const bool alike = are_alike(&n->layout, layout) && n->laid_row == layout->row;
    if (!alike) {
        n->layout = *layout;
        n->layout.row_trust = OCK_TRUST_MAX;
        n->laid_row = layout->row;
        begin_anew(n, f, past);
    }
    n->layout.plane = layout->plane;
    n->layout.offset = (n->count + layout->offset) % layout->record;
    n->laid = end;
    n->sure = 1;
    find_place(n);
    foresee(n, f, past, true);
}
