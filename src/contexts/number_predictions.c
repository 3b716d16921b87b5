/* SPDX-License-Identifier: MIT */
/* number_predictions.c - what a number's neighbours say of its value. */
#include <string.h>

#include "contexts/numbers_private.h"
#include "contexts/window_fit.h"

/* ---- values ---- */

static int64_t value_at(const ock_numbers *n, const uint8_t *bytes, unsigned width)
{
    return ock_layout_number(&n->layout, bytes, width);
}

static uint64_t clamped(int64_t value, unsigned width)
{
    const int64_t most = (int64_t)(UINT64_MAX >> (64 - 8 * width + ock_layout_dropped(width)));
    return (uint64_t)(value < 0 ? 0 : value > most ? most : value);
}

/* A value that many, a whole number of them, away. */
static uint64_t moved(int64_t from, double change, unsigned width)
{
    return clamped(from + ock_whole_within(change, 0x1p56), width);
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
    const uint64_t r = l->record, others = r > l->width ? r / l->width - 1 : 1;
    const uint64_t end = r > l->width ? most : 1; /* one plane */
    for (uint64_t k = 1; k <= end; k++) {
        const uint8_t *beside = start - k * ock_layout_beside(l);
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
    input_list list = {n, x, 0, ock_number_width(n)};
    if (l->row > 0) {
        add_above(&list, start - l->row, last);
    }
    if (ock_layout_beside(l) > 0) {
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
    if (!ock_numbers_are_hurried(n)) {
        ock_least_squares_learn(&f->quick[number], taps, f->input, change, quick, period);
    }
    ock_least_squares_learn(&f->near[number], nearest(taps), f->input, change, near, period);
}

enum { STACKED = 12 };

/* What predictions differ from the filter's by, and what that missed before. */
static void set_stacked(const ock_numbers *n, size_t filter, double x[OCK_TAPS])
{
    static const uint8_t others[] = {OCK_BY_QUICK, OCK_BY_NEAR,     OCK_BY_WINDOW, OCK_BY_WIDE,
                                     OCK_BY_BLEND, OCK_BY_LAST,     OCK_BY_MEDIAN, OCK_BY_SLOPE,
                                     OCK_BY_ABOVE, OCK_BY_NEIGHBOUR};
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
    return moved(last, ock_least_squares_predict(by, taps, f->input), width);
}

/* The same by a window, or `otherwise` where there is none. */
static uint64_t windowed(const ock_numbers *n, const uint8_t *start, ock_window window,
                         int64_t last, uint64_t otherwise)
{
    const unsigned width = ock_number_width(n);
    const uint64_t kept = OCK_NUMBERS_PAST / 2 - OCK_ELEMENT_MAX;
    if (ock_numbers_are_hurried(n) || !ock_window_cut(&window, &n->layout, kept)) {
        return otherwise;
    }
    return moved(last, ock_window_fit(&window, &n->layout, start, width), width);
}

/* ---- predictions ---- */

static int64_t median(int64_t a, int64_t b, int64_t c)
{
    const int64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Predictions whose spread is measured. */
static const uint8_t centres[OCK_SPREADS] = {OCK_BY_BLEND, OCK_BY_FILTER, OCK_BY_QUICK, OCK_BY_NEAR,
                                             OCK_BY_STACK, OCK_BY_WINDOW, OCK_BY_WIDE};

/* Weighted by the inverse fourth power of errors. */
static uint64_t blend(const ock_numbers *n, unsigned width)
{
    const uint64_t *error = n->error[ock_number_filter(n)];
    const int64_t base = (int64_t)n->value[OCK_BY_FILTER];
    double sum = 0, total = 0;
    for (size_t k = 0; k < OCK_BY_BLEND; k++) {
        const double off = (double)error[k] + 4.0, weight = 1.0 / (off * off * off * off);
        sum = sum + weight * (double)((int64_t)n->value[k] - base);
        total = total + weight;
    }
    return clamped(base + ock_whole_within(sum / total, 0x1p57), width);
}

void ock_number_predict(ock_numbers *n, ock_filters *f, const uint8_t *start)
{
    const ock_layout *l = &n->layout;
    const unsigned width = ock_number_width(n);
    const uint64_t r = l->record;
    const int64_t last = value_at(n, start - r, width), second = value_at(n, start - 2 * r, width);
    int64_t above = second, plane = 3 * (last - second) + value_at(n, start - 3 * r, width);
    if (l->row > 0) {
        above = value_at(n, start - l->row, width);
        plane = last + above - value_at(n, start - l->row - r, width);
    }
    const uint64_t to_beside = ock_layout_beside(l);
    const uint8_t *beside_at = start - to_beside, *second_at = beside_at - to_beside;
    int64_t beside = 2 * second - value_at(n, start - 3 * r, width);
    if (to_beside > 0) {
        beside = last + value_at(n, beside_at, width) - value_at(n, beside_at - r, width);
    }
    const uint64_t far = l->row > 0 ? l->row : 2 * r;
    const int64_t right = value_at(n, start - far + r, width);
    int64_t beside_above = last + right - above, beside_second = (right + last) / 2;
    if (to_beside > 0) {
        beside_above = above + value_at(n, beside_at, width) - value_at(n, beside_at - far, width);
    }
    if (to_beside > 0 && (r == l->width || r > 2 * l->width)) {
        beside_second = last + value_at(n, second_at, width) - value_at(n, second_at - r, width);
    }
    n->value[OCK_BY_BESIDE] = clamped(beside_above, width);
    n->value[OCK_BY_SECOND] = clamped(beside_second, width);
    const size_t filter = ock_number_filter(n);
    n->taps = set_inputs(n, f->input, start);
    n->value[OCK_BY_LAST] = clamped(last, width);
    n->value[OCK_BY_SLOPE] = clamped(2 * last - second, width);
    n->value[OCK_BY_ABOVE] = clamped(above, width);
    n->value[OCK_BY_PLANE] = clamped(plane, width);
    n->value[OCK_BY_NEIGHBOUR] = clamped(beside, width);
    n->value[OCK_BY_FILTER] = changed(f, &f->slow[filter], n->taps, last, width);
    n->value[OCK_BY_NEAR] = changed(f, &f->near[filter], nearest(n->taps), last, width);
    n->value[OCK_BY_QUICK] = ock_numbers_are_hurried(n)
                                 ? n->value[OCK_BY_NEAR]
                                 : changed(f, &f->quick[filter], n->taps, last, width);
    const ock_window close = {.reach = 5, .rows = 5, .taps = 12}, wide = {10, 10, 20};
    n->value[OCK_BY_WINDOW] = windowed(n, start, close, last, n->value[OCK_BY_NEAR]);
    n->value[OCK_BY_WIDE] = windowed(n, start, wide, last, n->value[OCK_BY_NEAR]);
    n->value[OCK_BY_LISTING] = (n->value[OCK_BY_FILTER] + n->value[OCK_BY_NEAR]) / 2;
    n->value[OCK_BY_MEDIAN] = clamped(median(last, above, plane), width);
    n->value[OCK_BY_BLEND] = blend(n, width);
    n->value[OCK_BY_STACK] = n->value[OCK_BY_FILTER];
    if (!ock_numbers_are_hurried(n)) {
        set_stacked(n, filter, f->stacked);
        const double more = ock_least_squares_predict(&f->stack[filter], STACKED, f->stacked);
        n->value[OCK_BY_STACK] = moved((int64_t)n->value[OCK_BY_FILTER], more, width);
    }
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
void ock_number_learn(ock_numbers *n, ock_filters *f, ock_number_past *past, unsigned width,
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
    if (!ock_numbers_are_hurried(n)) {
        ock_least_squares_learn(&f->stack[filter], STACKED, f->stacked, (double)miss, 0.998,
                                n->period);
    }
    n->off[filter][1] = n->off[filter][0];
    n->off[filter][0] = (double)miss;
    learn_filters(n, f, filter, (double)(value - last));
    past->misses[newest] = ock_spreads_learn(&n->spreads, (uint64_t)value);
}
