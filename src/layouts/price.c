/* SPDX-License-Identifier: MIT */
/* price.c - costs of bytes and of numbers. */
#include "layouts/price.h"

#include <string.h>

#include "coder/coder.h"

enum { BIT = 256, EVEN = 1 << 15 };

/* -log2(p / 65536), 0 < p <= 65536. */
static uint64_t cost_of(uint64_t p)
{
    return p >= 65536 ? 0 : ock_code_length_q24((ock_interval){0, (uint32_t)(p << 16)}) >> 16;
}

void ock_byte_price_start(ock_byte_price *price)
{
    for (size_t i = 0; i < OCK_PRICE_SLOTS; i++) {
        price->after_two[i] = EVEN;
    }
    for (size_t i = 0; i < 1 << 16; i++) {
        price->after_one[i] = EVEN;
    }
    for (size_t i = 0; i < 1 << 12; i++) {
        price->cost[i] = (uint16_t)cost_of(16 * i + 8);
    }
}

static void learn(uint16_t *p, unsigned bit)
{
    enum { RATE = 4, LEAST = 64 };
    const int wanted = bit ? 65536 - LEAST : LEAST;
    *p = (uint16_t)(*p + (wanted - *p) / (1 << RATE));
}

uint64_t ock_price_bytes(ock_byte_price *price, const uint8_t *bytes, size_t count)
{
    enum { SPREAD = 0x9E3779B1, SHIFT = 32 - 16, HALF = 16 };
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = bytes + i;
        uint16_t *one = price->after_one + (size_t)256 * at[-1], *two = NULL;
        uint32_t node = 1, own = 1; /* own: within a half of the byte */
        for (unsigned k = 8; k-- > 0;) {
            if (k % 4 == 3) {
                const uint32_t key = (uint32_t)at[-2] << 16 | (uint32_t)at[-1] << 8 | node;
                two = price->after_two + (size_t)HALF * (key * (uint32_t)SPREAD >> SHIFT);
                own = 1;
            }
            const unsigned bit = *at >> k & 1;
            const uint32_t p = ((uint32_t)two[own] + one[node]) / 2;
            sum += price->cost[(bit ? p : 65535 - p) >> 4];
            learn(&two[own], bit);
            learn(&one[node], bit);
            node = 2 * node + bit;
            own = 2 * own + bit;
        }
    }
    const uint64_t plain = (uint64_t)8 * BIT * count;
    return sum < plain ? sum : plain;
}

/* ---- numbers ---- */

int64_t ock_shape_value(const ock_shape *s, const uint8_t *bytes, unsigned width)
{
    const ock_layout l = {.big = s->big, .real = ock_shape_real(s)};
    const uint64_t value = s->type == OCK_REGION_UNSIGNED ? ock_layout_bytes(&l, bytes, width)
                                                          : ock_layout_value(&l, bytes, width);
    return (int64_t)(value >> ock_layout_dropped(width));
}

enum { BY_LAST, BY_SLOPE, BY_ABOVE, BY_PLANE, BY_MEDIAN, BY_BESIDE, BY_BOTH, WAYS, CLASSES = 65 };

/* How many of `total` there are of each kind: their entropy, and what it takes to say. */
static uint64_t entropy(const uint32_t *counts, size_t kinds, uint64_t total)
{
    enum { TO_SAY = 6 };
    uint64_t sum = 0;
    for (size_t i = 0; i < kinds; i++) {
        const uint64_t c = counts[i];
        sum += c == 0
                   ? 0
                   : (uint64_t)TO_SAY * BIT + c * cost_of(c * 65536 / total + (c * 65536 < total));
    }
    return sum;
}

/* Of differences: the class of their size, then sign and lower bits. */
static uint64_t cost_of_classes(const uint32_t counts[CLASSES], uint64_t total, unsigned width)
{
    uint64_t bits = 0;
    for (unsigned c = 1; c < CLASSES; c++) {
        bits += (uint64_t)counts[c] * c;
    }
    const uint64_t plain = total * 8 * width * BIT,
                   sum = bits * BIT + entropy(counts, CLASSES, total);
    return sum < plain ? sum : plain;
}

static unsigned class_of(int64_t apart)
{
    const uint64_t size = (uint64_t)(apart < 0 ? -apart : apart);
    return size == 0 ? 0 : 64 - (unsigned)__builtin_clzll(size);
}

/* Shapes of whole numbers say nothing of others. */
static bool is_number(const ock_shape *s, const uint8_t *at)
{
    const ock_layout l = {.big = s->big};
    return s->type < OCK_REGION_WHOLE ||
           ock_layout_is_whole(ock_layout_bytes(&l, at, s->width), s->type - OCK_REGION_WHOLE);
}

static void count_number(const ock_shape *s, const uint8_t *at, size_t before,
                         uint32_t counts[WAYS][CLASSES])
{
    const size_t record = s->record, row = (size_t)s->row;
    const unsigned w = s->width;
    const int64_t value = ock_shape_value(s, at, w);
    const int64_t last = before >= record ? ock_shape_value(s, at - record, w) : 0;
    const int64_t second = before >= 2 * record ? ock_shape_value(s, at - 2 * record, w) : last;
    const bool rows = row > 0 && before >= row + record;
    const int64_t above = rows ? ock_shape_value(s, at - row, w) : last;
    const int64_t corner = rows ? ock_shape_value(s, at - row - record, w) : above;
    const int64_t plane = last + above - corner, low = last < above ? last : above;
    const int64_t high = last + above - low, median = plane < low    ? low
                                                      : plane > high ? high
                                                                     : plane;
    counts[BY_LAST][class_of(value - last)]++;
    counts[BY_SLOPE][class_of(value - 2 * last + second)]++;
    counts[BY_ABOVE][class_of(value - above)]++;
    counts[BY_PLANE][class_of(value - plane)]++;
    const bool others = record > w && before >= record + w + row;
    const int64_t beside = others ? ock_shape_value(s, at - w, w) : 0;
    const int64_t left = others ? beside - ock_shape_value(s, at - w - record, w) : 0;
    const int64_t up = others && rows ? beside - ock_shape_value(s, at - w - row, w) : left;
    counts[BY_BESIDE][class_of(value - last - left)]++;
    counts[BY_BOTH][class_of(value - (last + left + above + up) / 2)]++;
    counts[BY_MEDIAN][class_of(value - median)]++;
}

static uint64_t price_differences(const ock_shape *s, uint64_t at, const uint8_t *bytes,
                                  size_t before, size_t count)
{
    uint32_t counts[WAYS][CLASSES];
    uint64_t total = 0, least = UINT64_MAX, odd = 0;
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < count;) {
        const uint64_t place = (at + i) % s->record;
        const bool whole =
            place % s->width == 0 && place + s->width <= s->record && i + s->width <= count;
        if (whole && is_number(s, bytes + i)) {
            count_number(s, bytes + i, before + i, counts);
            total++;
        } else { /* or a byte that is no part of one */
            odd += whole ? s->width : 1;
        }
        i += whole ? s->width : 1;
    }
    for (size_t k = 0; k < WAYS && total > 0; k++) {
        const uint64_t cost = cost_of_classes(counts[k], total, s->width);
        least = cost < least ? cost : least;
    }
    return total == 0 ? (uint64_t)8 * BIT * count : least + odd * 8 * BIT;
}

/* Bytes by their place in a number, nothing else known. */
static uint64_t price_places(const ock_shape *s, uint64_t at, const uint8_t *bytes, size_t count)
{
    uint32_t counts[OCK_ELEMENT_MAX][256];
    uint64_t totals[OCK_ELEMENT_MAX] = {0}, sum = 0;
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < count; i++) {
        const size_t place = (at + i) % s->record % s->width;
        counts[place][bytes[i]]++;
        totals[place]++;
    }
    for (size_t k = 0; k < s->width; k++) {
        const uint64_t cost = totals[k] > 0 ? entropy(counts[k], 256, totals[k]) : 0;
        const uint64_t plain = totals[k] * 8 * BIT;
        sum += cost < plain ? cost : plain;
    }
    return sum;
}

uint64_t ock_price_numbers(const ock_shape *s, uint64_t at, const uint8_t *bytes, size_t before,
                           size_t count)
{
    const uint64_t apart = price_differences(s, at, bytes, before, count);
    const uint64_t places = s->width > 1 ? price_places(s, at, bytes, count) : apart;
    return apart < places ? apart : places;
}
