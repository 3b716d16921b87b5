/* SPDX-License-Identifier: MIT */
/* numbers.c - predictions of numbers from their neighbours. */
#include "contexts/numbers.h"

#include <string.h>

#include "contexts/heavy_tail.h"

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
           n->filled >= OCK_NUMBERS_PAST / 2 && n->listed <= OCK_SPREADS &&
           n->filled < OCK_NUMBERS_PAST && n->taps <= OCK_TAPS && n->sure <= 1 && n->period > 0 &&
           n->place < n->layout.record && n->phase == n->place % n->layout.width;
}

/* ---- values ---- */

static int64_t value_at(const ock_numbers *n, const uint8_t *bytes, unsigned width)
{
    return (int64_t)(ock_layout_value(&n->layout, bytes, width) >> ock_layout_dropped(width));
}

static uint64_t clamped(int64_t value, unsigned width)
{
    const int64_t most = (int64_t)(UINT64_MAX >> (64 - 8 * width + ock_layout_dropped(width)));
    return (uint64_t)(value < 0 ? 0 : value > most ? most : value);
}

/* ---- the present number ---- */

/* Its bytes: numbers fill a record from its beginning, the last one may be shorter. */
static unsigned own_width(const ock_numbers *n)
{
    const uint64_t left = n->layout.record - (n->place - n->phase);
    return (unsigned)(left < n->layout.width ? left : n->layout.width);
}

static void find_place(ock_numbers *n)
{
    const ock_layout *l = &n->layout;
    n->place = (n->count + l->record - l->offset) % l->record;
    n->phase = n->place % l->width;
}

/* Whether it is the third byte of a pixel. */
static bool is_coloured(const ock_numbers *n)
{
    const ock_layout *l = &n->layout;
    return l->width == 1 && (l->record == 3 || l->record == 4) && n->place == 2;
}

static size_t filter_of(const ock_numbers *n)
{
    return (size_t)((n->place - n->phase) / n->layout.width % OCK_FILTERS);
}

/* ---- filters ---- */

/* Where the inputs come from, as long as there is room: differences, so that a constant is nothing. */
typedef struct input_list {
    const ock_numbers *n;
    double *x;
    size_t count;
    unsigned width;
} input_list;

/* The number at `at` less that at `other`. */
static void add_difference(input_list *list, const uint8_t *at, const uint8_t *other)
{
    if (list->count < OCK_TAPS) {
        const int64_t apart =
            value_at(list->n, at, list->width) - value_at(list->n, other, list->width);
        list->x[list->count++] = (double)apart;
    }
}

/* Around the number above. */
static void add_above(input_list *list, const uint8_t *above, const uint8_t *last)
{
    const uint64_t r = list->n->layout.record, row = list->n->layout.row;
    add_difference(list, above, last);
    add_difference(list, above - r, last);
    add_difference(list, above + r, last);
    add_difference(list, above - row, last);
    add_difference(list, above - 2 * r, last);
    add_difference(list, above + 2 * r, last);
    add_difference(list, above - row - r, last);
    add_difference(list, above - row + r, last);
}

/* What numbers beside it in the record have changed by, from record to record, and from row to row. */
static void add_beside(input_list *list, const uint8_t *start, size_t most)
{
    const ock_layout *l = &list->n->layout;
    const uint64_t r = l->record, others = r / l->width - 1;
    for (uint64_t k = 1; k <= most; k++) {
        const uint8_t *beside = start - k * l->width;
        add_difference(list, beside, beside - r);
        if (l->row > 0 && k <= others) {
            add_difference(list, beside, beside - l->row);
        }
    }
}

/* -> how many. */
static size_t set_inputs(const ock_numbers *n, double x[OCK_TAPS], const uint8_t *start)
{
    enum { BESIDE = 8, BESIDE_IN_ROWS = 3, BEFORE_IN_ROWS = 8 };
    const ock_layout *l = &n->layout;
    const uint8_t *last = start - l->record;
    input_list list = {n, x, 0, own_width(n)};
    if (l->row > 0) {
        add_above(&list, start - l->row, last);
    }
    if (l->record > l->width) {
        add_beside(&list, start, l->row > 0 ? BESIDE_IN_ROWS : BESIDE);
    }
    const size_t before = l->row > 0 ? list.count + BEFORE_IN_ROWS : OCK_TAPS;
    for (uint64_t i = 2; list.count < OCK_TAPS && list.count < before; i++) {
        add_difference(&list, start - i * l->record, last);
    }
    return list.count;
}

/* Inputs of the filter of the nearest. */
static size_t nearest(size_t taps)
{
    enum { NEAREST = 12 };
    return taps < NEAREST ? taps : NEAREST;
}

/* What the number differs from the last one by. */
static void learn_filters(const ock_numbers *n, ock_filters *f, size_t number, double change)
{
    const double slow = 0.999, quick = 0.995, near = 0.98;
    const size_t taps = n->taps;
    const uint64_t period = n->period;
    ock_least_squares_learn(&f->slow[number], taps, f->input, change, slow, period);
    ock_least_squares_learn(&f->quick[number], taps, f->input, change, quick, period);
    ock_least_squares_learn(&f->near[number], nearest(taps), f->input, change, near, period);
}

enum { STACKED = 10 };

/* What predictions differ from the filter's by, and what that missed before. */
static void set_stacked(const ock_numbers *n, size_t filter, double x[OCK_TAPS])
{
    static const uint8_t others[] = {OCK_BY_QUICK,  OCK_BY_NEAR,  OCK_BY_BLEND, OCK_BY_LAST,
                                     OCK_BY_MEDIAN, OCK_BY_SLOPE, OCK_BY_ABOVE, OCK_BY_NEIGHBOUR};
    enum { OTHERS = sizeof others };
    _Static_assert((int)OTHERS + 2 == (int)STACKED, "all");
    for (size_t i = 0; i < OTHERS; i++) {
        x[i] = (double)((int64_t)n->value[others[i]] - (int64_t)n->value[OCK_BY_FILTER]);
    }
    x[OTHERS] = n->off[filter][0];
    x[OTHERS + 1] = n->off[filter][1];
}

/* -> the number before, changed as a filter says. */
static uint64_t changed(const ock_filters *f, const ock_least_squares *by, size_t taps,
                        int64_t last, unsigned width)
{
    const double y = ock_least_squares_predict(by, taps, f->input);
    return clamped(last + ock_whole_within(y, 0x1p56), width);
}

/* ---- predictions ---- */

static int64_t median(int64_t a, int64_t b, int64_t c)
{
    const int64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Predictions whose spread is measured. */
static const uint8_t centres[OCK_SPREADS] = {OCK_BY_BLEND, OCK_BY_FILTER, OCK_BY_QUICK, OCK_BY_NEAR,
                                             OCK_BY_STACK};

/* Weighted by the inverse fourth power of errors. */
static uint64_t blend(const ock_numbers *n, unsigned width)
{
    const uint64_t *error = n->error[filter_of(n)];
    const int64_t base = (int64_t)n->value[OCK_BY_FILTER];
    double sum = 0, total = 0;
    for (size_t k = 0; k < OCK_BY_BLEND; k++) {
        const double off = (double)error[k] + 4.0, weight = 1.0 / (off * off * off * off);
        sum = sum + weight * (double)((int64_t)n->value[k] - base);
        total = total + weight;
    }
    return clamped(base + ock_whole_within(sum / total, 0x1p57), width);
}

static void predict(ock_numbers *n, ock_filters *f, const uint8_t *start)
{
    const ock_layout *l = &n->layout;
    const unsigned width = own_width(n);
    const uint64_t r = l->record;
    const int64_t last = value_at(n, start - r, width), second = value_at(n, start - 2 * r, width);
    int64_t above = second, plane = 3 * (last - second) + value_at(n, start - 3 * r, width);
    if (l->row > 0) {
        above = value_at(n, start - l->row, width);
        plane = last + above - value_at(n, start - l->row - r, width);
    }
    int64_t beside = 2 * second - value_at(n, start - 3 * r, width);
    if (r > width) {
        beside = last + value_at(n, start - width, width) - value_at(n, start - width - r, width);
    }
    const uint64_t far = l->row > 0 ? l->row : 2 * r;
    const int64_t right = value_at(n, start - far + r, width);
    int64_t beside_above = last + right - above, beside_second = (right + last) / 2;
    if (r > width) {
        beside_above =
            above + value_at(n, start - width, width) - value_at(n, start - width - far, width);
    }
    if (r > 2 * l->width) {
        const uint8_t *second_beside = start - (ptrdiff_t)(2 * width);
        beside_second =
            last + value_at(n, second_beside, width) - value_at(n, second_beside - r, width);
    }
    n->value[OCK_BY_BESIDE] = clamped(beside_above, width);
    n->value[OCK_BY_SECOND] = clamped(beside_second, width);
    const size_t filter = filter_of(n);
    n->taps = set_inputs(n, f->input, start);
    n->value[OCK_BY_LAST] = clamped(last, width);
    n->value[OCK_BY_SLOPE] = clamped(2 * last - second, width);
    n->value[OCK_BY_ABOVE] = clamped(above, width);
    n->value[OCK_BY_PLANE] = clamped(plane, width);
    n->value[OCK_BY_NEIGHBOUR] = clamped(beside, width);
    n->value[OCK_BY_FILTER] = changed(f, &f->slow[filter], n->taps, last, width);
    n->value[OCK_BY_QUICK] = changed(f, &f->quick[filter], n->taps, last, width);
    n->value[OCK_BY_NEAR] = changed(f, &f->near[filter], nearest(n->taps), last, width);
    n->value[OCK_BY_LISTING] = (n->value[OCK_BY_FILTER] + n->value[OCK_BY_NEAR]) / 2;
    n->value[OCK_BY_MEDIAN] = clamped(median(last, above, plane), width);
    n->value[OCK_BY_BLEND] = blend(n, width);
    set_stacked(n, filter, f->stacked);
    const double more = ock_least_squares_predict(&f->stack[filter], STACKED, f->stacked);
    n->value[OCK_BY_STACK] =
        clamped((int64_t)n->value[OCK_BY_FILTER] + ock_whole_within(more, 0x1p56), width);
    const uint64_t numbers = (r + l->width - 1) / l->width; /* of a record */
    n->missed_here = n->missed[numbers - 1];
    size_t best = 0;
    for (size_t k = 1; k < OCK_BY_BEST; k++) {
        best = n->error[filter][k] < n->error[filter][best] ? k : best;
    }
    n->value[OCK_BY_BEST] = n->value[best];
    for (size_t k = 0; k < OCK_SPREADS; k++) {
        n->spreads.centre[k] = n->value[centres[k]];
    }
}

/* Its sign and logarithm. */
static uint64_t class_of(int64_t miss)
{
    enum { EXACT = 7, MOST = 7 };
    const uint64_t size = (uint64_t)(miss < 0 ? -miss : miss);
    const uint64_t log = size == 0 ? 0 : 64 - (uint64_t)__builtin_clzll(size);
    const uint64_t bounded = log < MOST ? log : MOST;
    return miss < 0 ? EXACT - bounded : EXACT + bounded;
}

static void note_miss(ock_numbers *n, int64_t miss)
{
    memmove(n->missed + 1, n->missed, (OCK_RECORD_MAX - 1) * sizeof n->missed[0]);
    n->missed[0] = class_of(miss);
}

/* The number that ends with the newest symbol. */
static void learn(ock_numbers *n, ock_filters *f, ock_number_past *past, unsigned width,
                  size_t filter)
{
    const uint64_t newest = n->filled - 1;
    const uint8_t *start = past->symbols + n->filled - width;
    const int64_t value = value_at(n, start, width);
    const int64_t last = value_at(n, start - n->layout.record, width);
    past->changes[newest] = ock_layout_step(value - last, n->error[filter][OCK_BY_LAST] / 16);
    for (size_t k = 0; k < OCK_PREDICTIONS; k++) {
        const int64_t apart = value - (int64_t)n->value[k];
        const uint64_t error = (uint64_t)(apart < 0 ? -apart : apart);
        n->error[filter][k] += 2 * error - n->error[filter][k] / 8;
    }
    const int64_t miss = value - (int64_t)n->value[OCK_BY_FILTER];
    note_miss(n, miss);
    ock_least_squares_learn(&f->stack[filter], STACKED, f->stacked, (double)miss, 0.998, n->period);
    n->off[filter][1] = n->off[filter][0];
    n->off[filter][0] = (double)miss;
    learn_filters(n, f, filter, (double)(value - last));
    past->misses[newest] = ock_spreads_learn(&n->spreads, (uint64_t)value);
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
    const unsigned width = own_width(n), phase = (unsigned)n->phase;
    const uint64_t *error = n->error[filter_of(n)];
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
    const ock_number_byte byte = {&n->layout, n->known, (unsigned)n->phase, own_width(n)};
    ock_spreads_say(&n->spreads, &byte, node, odds);
    odds[OCK_SPREADS] = n->listed == 1 ? ock_byte_shares_odds(&n->listing[0], node) : 1.0f;
    for (size_t k = 0; k < n->spreads.used && n->listed == OCK_SPREADS; k++) {
        odds[k] = ock_byte_shares_odds(&n->listing[k], node);
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
    const bool hurried = n->period > OCK_SOLVED_EVERY;
    const bool doubted = !hurried || n->layout.row_trust < OCK_TRUST_MAX || n->count % RARELY == 0;
    if (!laid || (n->laid_row > 0 && doubted)) {
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
        n->sure = n->right > n->right_followers + (n->sure ? 0 : INERTIA);
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
    n->listed = OCK_SPREADS;
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

/* What comes next; new: the layout or the number is. */
static void foresee(ock_numbers *n, ock_filters *f, const ock_number_past *past, bool new)
{
    const uint8_t *start = past->symbols + n->filled - n->phase;
    if (new) {
        predict(n, f, start);
        ock_spreads_look(&n->spreads, &n->layout, past->misses + n->filled - n->phase,
                         own_width(n));
        n->listed = 0;
        if (is_coloured(n)) {
            n->listed = 1;
            n->value[OCK_BY_LISTING] =
                ock_hues_weigh(&past->hues, start - 2, (double)n->spreads.centre[0],
                               ock_spreads_scale(&n->spreads, 0), &n->listing[0]);
        }
    }
    expect(n, start);
    if (n->layout.real == OCK_WHOLE && own_width(n) == 4) {
        n->expected[OCK_BY_LISTING] = list_all(n);
    }
}

void ock_numbers_pass(ock_numbers *n, ock_number_past *past, uint8_t symbol)
{
    append(n, past, symbol);
    find_place(n);
}

void ock_numbers_follow(ock_numbers *n, ock_filters *f, ock_number_past *past, uint8_t symbol)
{
    const unsigned width = own_width(n);
    const size_t filter = filter_of(n);
    weigh(n, past, symbol);
    const bool coloured = is_coloured(n);
    append(n, past, symbol);
    if (coloured) {
        ock_hues_learn(&past->hues, past->symbols + n->filled - 3);
    }
    if (n->phase + 1 == width) {
        learn(n, f, past, width, filter);
    }
    if (is_due(n->count)) {
        search(n, f, past);
    }
    find_place(n);
    foresee(n, f, past, n->phase == 0 || is_due(n->count));
}

/* Whether what was learned of one holds for the other. */
static bool are_alike(const ock_layout *a, const ock_layout *b)
{
    return a->width == b->width && a->big == b->big && a->real == b->real && a->record == b->record;
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
    n->layout.offset = (n->count + layout->offset) % layout->record;
    n->laid = end;
    n->sure = 1;
    find_place(n);
    foresee(n, f, past, true);
}
