/* SPDX-License-Identifier: MIT */
/* layout.c - searches for records, numbers in them, and rows. */
#include "contexts/layout.h"

#include <stdlib.h>
#include <string.h>

#include "contexts/distance.h"

enum {
    COMPARED = OCK_LAYOUT_COMPARED,
    ROWS_COMPARED = 2048, /* and a search for rows */
    LEAST_RECORDS = 8,    /* of a row */
    FAR = 15,   /* a difference of symbols counts so much at most: low-order bytes say nothing */
    WHOLE = 255 /* those of changes count whole */
};

void ock_layout_start(ock_layout *l)
{
    *l = (ock_layout){.width = 1, .record = 1};
}

bool ock_layout_is_sound(const ock_layout *l)
{
    return l->width >= 1 && l->width <= OCK_ELEMENT_MAX && l->big <= 1 &&
           l->real <= OCK_WHOLE + OCK_FRACTION_MAX && (l->real < OCK_WHOLE || l->width == 4) &&
           l->trust <= OCK_TRUST_MAX && l->row_trust <= OCK_TRUST_MAX && l->record >= 1 &&
           l->record <= OCK_RECORD_MAX && l->offset < l->record &&
           (l->row == 0 || (l->row > l->record && l->row <= OCK_ROW_MAX)) &&
           ock_layout_reaches(l->plane, l->row) &&
           (l->triangles == 0 ||
            (l->triangles == 1 && l->width == 4 && l->record >= OCK_TRIANGLE_BYTES));
}

/* ---- numbers ---- */

/* Whole numbers as binary32, over a power of two or not, have an order of their own: that of the numbers, half the range
 * added. Multiplying and dividing by the power is exact. */
enum { WHOLE_BOUND = 1 << 30 };

static float float_of(uint64_t raw)
{
    const uint32_t bits = (uint32_t)raw;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float power_of(uint64_t fraction)
{
    return (float)(UINT32_C(1) << fraction);
}

bool ock_layout_is_whole(uint64_t raw, uint64_t fraction)
{
    const float x = float_of(raw) * power_of(fraction), bound = (float)WHOLE_BOUND;
    return x > -bound && x < bound && x == (float)(int32_t)x;
}

static uint64_t ordered_whole(uint64_t raw, uint64_t fraction)
{
    const float x = float_of(raw) * power_of(fraction), bound = (float)WHOLE_BOUND;
    const float bounded = x > -bound ? x < bound ? x : bound : -bound; /* of a NaN, too */
    return (uint64_t)((int64_t)bounded + (INT64_C(1) << 31));
}

static uint64_t raw_whole(uint64_t ordered, uint64_t fraction)
{
    const float x = (float)((int64_t)ordered - (INT64_C(1) << 31)) / power_of(fraction);
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Signed numbers are moved up by half the range; negative IEEE numbers are turned round. */
uint64_t ock_layout_ordered(const ock_layout *l, uint64_t raw, unsigned width)
{
    const uint64_t mask = UINT64_MAX >> (64 - 8 * width), sign = mask / 2 + 1;
    if (width == 1) {
        return raw;
    }
    if (l->real >= OCK_WHOLE && width == 4) {
        return ordered_whole(raw, l->real - OCK_WHOLE);
    }
    return l->real && (raw & sign) != 0 ? ~raw & mask : raw ^ sign;
}

uint64_t ock_layout_raw(const ock_layout *l, uint64_t ordered, unsigned width)
{
    const uint64_t mask = UINT64_MAX >> (64 - 8 * width), sign = mask / 2 + 1;
    if (width == 1) {
        return ordered;
    }
    if (l->real >= OCK_WHOLE && width == 4) {
        return raw_whole(ordered, l->real - OCK_WHOLE);
    }
    return l->real && (ordered & sign) == 0 ? ~ordered & mask : ordered ^ sign;
}

uint64_t ock_layout_bytes(const ock_layout *l, const uint8_t *bytes, unsigned width)
{
    if (width == 2) { /* the most usual */
        return l->big ? (uint64_t)bytes[0] << 8 | bytes[1] : (uint64_t)bytes[1] << 8 | bytes[0];
    }
    uint64_t raw = 0;
    for (unsigned i = 0; i < width; i++) {
        raw = raw << 8 | bytes[l->big ? i : width - 1 - i];
    }
    return raw;
}

uint64_t ock_layout_value(const ock_layout *l, const uint8_t *bytes, unsigned width)
{
    return ock_layout_ordered(l, ock_layout_bytes(l, bytes, width), width);
}

static uint32_t size_of(const uint8_t *changes, size_t count)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (uint32_t)abs(changes[i] - OCK_NO_CHANGE);
    }
    return sum;
}

/* In steps of an eighth of the mean. */
uint8_t ock_layout_step(int64_t change, uint64_t mean)
{
    enum { STEPS = 8, MOST = 64 };
    const int64_t unit = (int64_t)(mean / STEPS + 1), step = change / unit;
    return (uint8_t)(OCK_NO_CHANGE + (step > MOST ? MOST : step < -MOST ? -MOST : step));
}

/* ---- fractions ---- */

void ock_fractions_add(ock_fractions *f, uint64_t raw)
{
    enum { MANTISSA = 23, BIAS = 127, SMALL = 18, LARGE = 30 };
    const int exponent = (int)(raw >> MANTISSA & 255) - BIAS;
    const uint32_t mantissa = (uint32_t)(raw & ((1 << MANTISSA) - 1)) | 1 << MANTISSA;
    const int lowest = exponent - MANTISSA + __builtin_ctz(mantissa);
    const bool none = raw << 33 == 0; /* zero */
    const int least = none || lowest > -1 ? 1 : -lowest;
    const int most =
        none || SMALL - exponent > OCK_FRACTION_MAX ? OCK_FRACTION_MAX + 1 : SMALL - exponent;
    f->all++;
    f->whole += none || (lowest >= 0 && exponent < LARGE);
    if (least < most) {
        f->of[least]++;
        f->of[most]--;
    }
}

uint64_t ock_fractions_kind(const ock_fractions *f)
{
    uint32_t fit = f->whole;
    for (uint64_t k = 0; k <= OCK_FRACTION_MAX; k++) {
        fit = k == 1 ? f->of[1] : k > 1 ? fit + f->of[k] : fit;
        if (20 * (uint64_t)fit > 19 * (uint64_t)f->all) {
            return OCK_WHOLE + k;
        }
    }
    return 1;
}

/* ---- records and numbers ---- */

static unsigned log2_of(uint64_t x)
{
    return x == 0 ? 0 : 64 - (unsigned)__builtin_clzll(x);
}

/* Where low-order bytes are noise, single bytes cost as much as the numbers that they form. Bytes that are IEEE
 * numbers by chance are rare. */
static uint64_t biased(const ock_layout *l, uint64_t cost)
{
    return (l->width == 1 ? 34 : l->real ? 29 : 32) * cost;
}

/* The first of the newest symbols that is number offset + i * period. */
static const uint8_t *first_of(const ock_newest *newest, uint64_t offset, uint64_t period)
{
    const uint64_t begin = newest->count - COMPARED;
    return newest->end - COMPARED + (offset + period - begin % period) % period;
}

/* What the newest numbers of a layout cost, each after the one a record before, in half bits: about as much
 * as a code of their differences that knows nothing else. */
static uint64_t cost_of(const ock_layout *l, const ock_newest *newest)
{
    const unsigned width = (unsigned)l->width;
    const uint64_t whole = 16 * (uint64_t)width;
    uint64_t cost = 0, bytes = 0;
    for (const uint8_t *at = first_of(newest, l->offset, l->record);
         (uint64_t)(newest->end - at) >= l->record; at += l->record) {
        for (uint64_t place = 0; place < l->record; place += width) {
            const uint64_t left = l->record - place;
            const unsigned own = left < width ? (unsigned)left : width;
            const uint64_t now = ock_layout_value(l, at + place, own);
            const uint64_t before = ock_layout_value(l, at + place - l->record, own);
            const uint64_t apart = now > before ? now - before : before - now;
            const uint64_t bits = apart == 0 ? 1 : 2 * (uint64_t)log2_of(apart) + 3;
            cost += bits < whole ? bits : whole;
            bytes += own;
        }
    }
    return cost * 1024 / bytes;
}

/* IEEE numbers of everyday size, or zero: exponents about that of 1. -> of what kind, as layout's `real` says. */
static uint64_t kind_of(const ock_layout *l, const ock_newest *newest)
{
    const uint64_t width = l->width;
    uint64_t usual = 0, all = 0;
    ock_fractions fractions = {0};
    if (width != 4 && width != 8) {
        return 0;
    }
    for (const uint8_t *at = first_of(newest, l->offset, l->record);
         (uint64_t)(newest->end - at) >= l->record; at += l->record) {
        for (uint64_t place = 0; place + width <= l->record; place += width) {
            const uint64_t raw = ock_layout_bytes(l, at + place, (unsigned)width);
            const uint64_t top = raw >> (8 * width - 8) & 0x7F;
            usual += (top >= 0x30 && top < 0x50) || raw == 0;
            if (width == 4) {
                ock_fractions_add(&fractions, raw);
            }
            all++;
        }
    }
    if (10 * usual <= 8 * all) {
        return 0;
    }
    return width == 4 ? ock_fractions_kind(&fractions) : 1;
}

/* The best layout of numbers in records of that length, and its cost. */
static uint64_t best_numbers(uint64_t record, const ock_newest *newest, ock_layout *best)
{
    enum { LEAST_MIXED = 16 }; /* records of that length and less have numbers of one width */
    static const uint8_t widths[] = {1, 2, 4, 3, 8};
    uint64_t least = UINT64_MAX;
    for (size_t w = 0; w < sizeof widths; w++) {
        const uint64_t width = widths[w], ways = width == 1 ? 1 : 2 * width;
        const bool fits = record % width == 0 || record > LEAST_MIXED;
        for (uint64_t k = 0; k < ways && fits; k++) {
            ock_layout l = {.width = width, .record = record, .big = k % 2, .offset = k / 2};
            l.real = kind_of(&l, newest);
            const uint64_t cost = biased(&l, cost_of(&l, newest));
            if (cost < least) {
                least = cost;
                *best = l;
            }
        }
    }
    return least;
}

/* Distances at which bytes resemble each other most, the best first. */
enum { CANDIDATES = 4 };

static void list_records(const uint8_t *begin, uint64_t list[CANDIDATES])
{
    uint32_t score[CANDIDATES];
    for (size_t c = 0; c < CANDIDATES; c++) {
        list[c] = 1;
        score[c] = UINT32_MAX;
    }
    for (uint64_t d = 1; d <= OCK_RECORD_MAX; d++) {
        uint32_t sum = ock_distance(begin, begin - d, COMPARED, FAR);
        sum += sum / 2048 * (uint32_t)d; /* as good, the shorter one */
        uint64_t record = d;
        for (size_t c = 0; c < CANDIDATES; c++) {
            if (sum < score[c]) {
                const uint32_t other = score[c];
                const uint64_t shifted = list[c];
                score[c] = sum;
                list[c] = record;
                sum = other;
                record = shifted;
            }
        }
    }
}

/* ---- rows ---- */

/* Of a distance and its parts, the shortest that is about as good. */
static uint64_t shortest(const ock_layout *l, const uint8_t *begin, uint64_t row, int far,
                         uint32_t *least)
{
    enum { MOST_PARTS = 24 };
    for (uint64_t parts = MOST_PARTS; parts > 1; parts--) {
        const uint64_t d = row / parts;
        if (row % parts == 0 && d % l->record == 0 && d >= LEAST_RECORDS * l->record) {
            const uint32_t sum = ock_distance(begin, begin - d, ROWS_COMPARED, far);
            if (sum <= *least + *least / 8) {
                *least = sum;
                return d;
            }
        }
    }
    return row;
}

/* The multiple of the record at which the stretch that ends at `end` is least far from itself, less than `least`, and
 * how far; far: what a difference counts as at most. 0: none is. */
static uint64_t nearest_row(const ock_layout *l, const uint8_t *end, uint64_t most, int far,
                            uint32_t *least)
{
    enum { LEAST_BYTES = 16, FIRST = ROWS_COMPARED / 4 };
    const uint8_t *begin = end - ROWS_COMPARED;
    uint64_t d = LEAST_RECORDS * l->record, best = 0;
    while (d < LEAST_BYTES) {
        d += l->record;
    }
    for (; d <= most; d += l->record) {
        const uint32_t part = ock_distance(begin, begin - d, FIRST, far);
        if (part <= *least / 2) { /* else the whole is hardly less */
            const uint32_t sum =
                part + ock_distance(begin + FIRST, begin + FIRST - d, ROWS_COMPARED - FIRST, far);
            if (sum < *least) {
                *least = sum;
                best = d;
            }
        }
    }
    return best == 0 ? 0 : shortest(l, begin, best, far, least);
}

static bool is_row(const ock_layout *l, uint64_t most)
{
    return l->row != 0 && l->row <= most;
}

/* Whether the present row is about as good. */
static bool is_as_good(const ock_layout *l, const uint8_t *end, uint64_t most, int far,
                       uint32_t least)
{
    const uint8_t *begin = end - ROWS_COMPARED;
    if (!is_row(l, most)) {
        return false;
    }
    const uint32_t now = ock_distance(begin, begin - l->row, ROWS_COMPARED, far);
    return least >= now - now / 8;
}

/* The row above: where numbers have changed alike, so that the differences of changes are less than the changes; else
 * where symbols are more like than those a record before. 0: neither. *same: whether the present one is about as
 * good. */
static uint64_t best_row(const ock_layout *l, const ock_newest *newest, bool *same)
{
    const uint64_t reach = newest->kept - ROWS_COMPARED;
    const uint64_t most = reach < OCK_ROW_MAX ? reach : OCK_ROW_MAX;
    const uint8_t *begin = newest->end - ROWS_COMPARED;
    const uint8_t *changes = newest->changes_end - ROWS_COMPARED;
    const uint32_t none = size_of(changes, ROWS_COMPARED);
    uint32_t least = none - none / 16;
    uint64_t best = nearest_row(l, newest->changes_end, most, WHOLE, &least);
    *same = best == l->row || (best != 0 && is_as_good(l, newest->changes_end, most, WHOLE, least));
    if (best == 0) {
        least = ock_distance(begin, begin - l->record, ROWS_COMPARED, FAR);
        best = nearest_row(l, newest->end, most, FAR, &least);
        *same = best == l->row || is_as_good(l, newest->end, most, FAR, least);
    }
    if (best == 0 && is_row(l, most)) { /* nothing: is the present one much worse? */
        *same = ock_distance(changes, changes - l->row, ROWS_COMPARED, WHOLE) < none + none / 4;
    }
    return best;
}

/* Something else was found, or the same: goes over to it when it was found more often. */
static bool goes_over(uint64_t *trust, bool same)
{
    if (same) {
        *trust += *trust < OCK_TRUST_MAX;
        return false;
    }
    *trust -= *trust > 0;
    return *trust == 0;
}

bool ock_layout_search_numbers(ock_layout *l, const ock_newest *newest)
{
    if (newest->kept < 2 * COMPARED + ROWS_COMPARED) {
        return false;
    }
    uint64_t records[CANDIDATES];
    list_records(newest->end - COMPARED, records);
    const uint64_t present = biased(l, cost_of(l, newest));
    uint64_t least = present - present / 16;
    ock_layout best = *l;
    bool same = true;
    for (size_t c = 0; c < CANDIDATES; c++) {
        ock_layout found = *l;
        const uint64_t cost = best_numbers(records[c], newest, &found);
        if (cost < least) {
            least = cost;
            best = found;
            same = false;
        }
    }
    if (!goes_over(&l->trust, same)) {
        return false;
    }
    best.trust = 1;
    best.row = l->row;
    best.row_trust = l->row_trust;
    *l = best;
    return true;
}

void ock_layout_search_row(ock_layout *l, const ock_newest *newest)
{
    if (newest->kept < 2 * COMPARED + ROWS_COMPARED) {
        return;
    }
    if (l->row % l->record != 0 || (l->row != 0 && l->row / l->record < LEAST_RECORDS)) {
        l->row = l->row_trust = 0;
    }
    bool same;
    const uint64_t found = best_row(l, newest, &same);
    if (goes_over(&l->row_trust, same)) {
        l->row = found;
        l->row_trust = 1;
    }
}
