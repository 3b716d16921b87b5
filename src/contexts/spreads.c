/* SPDX-License-Identifier: MIT */
/* spreads.c - errors around, and shares of a distribution with heavy tails. */
#include "contexts/spreads.h"

#include <stddef.h>

#include "contexts/byte_node.h"
#include "contexts/heavy_tail.h"

/* ---- how far off ---- */

enum { MOST_SEEN = 254 };

void ock_spreads_start(ock_spreads *s)
{
    *s = (ock_spreads){.around = 0};
    for (uint64_t i = 0; i < OCK_SURROUNDINGS; i++) {
        for (size_t k = 0; k < OCK_SPREADS; k++) {
            s->mean[k][i] = (double)(UINT64_C(1) << i / 4) / 2;
        }
    }
}

bool ock_spreads_is_sound(const ock_spreads *s)
{
    bool sound = s->around < OCK_SURROUNDINGS;
    for (size_t i = 0; i < OCK_SURROUNDINGS; i++) {
        sound = sound && s->seen[i] <= MOST_SEEN;
    }
    for (size_t k = 0; k < OCK_SPREADS; k++) {
        sound = sound && s->centre[k] >> OCK_LONGEST_VALUE == 0;
    }
    return sound;
}

void ock_spreads_look(ock_spreads *s, const ock_layout *l, const uint8_t *misses, unsigned width)
{
    const uint8_t *end = misses + width - 1;
    const ptrdiff_t r = (ptrdiff_t)l->record, row = (ptrdiff_t)l->row;
    unsigned sum = 2u * end[-r] + end[-2 * r], parts = 3;
    if (row > 0) {
        sum += 2u * end[-row] + end[-row - r] + end[-row + r];
        parts += 4;
    }
    if (l->record > l->width) {
        sum += 2u * end[-(ptrdiff_t)l->width];
        parts += 2;
    }
    const unsigned mean = sum / parts;
    s->around = mean < OCK_SURROUNDINGS ? mean : OCK_SURROUNDINGS - 1;
}

static uint64_t apart(uint64_t a, uint64_t b)
{
    return a < b ? b - a : a - b;
}

/* In quarters. */
static uint8_t log_of(uint64_t error)
{
    const uint64_t x = 4 * error + 4;
    const unsigned log = 63u - (unsigned)__builtin_clzll(x);
    return (uint8_t)(4 * (log - 2) + (unsigned)(x >> (log - 2) & 3));
}

uint8_t ock_spreads_learn(ock_spreads *s, uint64_t value)
{
    uint64_t *seen = &s->seen[s->around];
    for (size_t k = 0; k < OCK_SPREADS; k++) {
        double *mean = &s->mean[k][s->around];
        *mean = *mean + ((double)apart(value, s->centre[k]) - *mean) / (double)(*seen + 2);
    }
    *seen += *seen < MOST_SEEN;
    return log_of(apart(value, s->centre[0]));
}

/* ---- shares ---- */

/* Of values in [low, high), in scales from the centre, and those a period before and after. */
static double share_wrapped(double low, double high, double period)
{
    return ock_heavy_share(low, high) + ock_heavy_share(low - period, high - period) +
           ock_heavy_share(low + period, high + period);
}

/* ---- bits ---- */

/* Values, ordered: those below `low` and from `high` on are others. */
typedef struct stretch_of_values {
    double low, high;
} stretch_of_values;

/* The most significant byte comes first: the values that begin like that lie side by side. */
static stretch_of_values values_of(const ock_number_byte *b, unsigned node)
{
    const ock_byte_node bytes = ock_bytes_of_node(node);
    const unsigned rest = 8 * (b->width - b->phase - 1), dropped = ock_layout_dropped(b->width);
    const uint64_t first = (b->known << 8 | bytes.first) << rest;
    const uint64_t last = (((b->known << 8) + bytes.first + bytes.count) << rest) - 1;
    const uint64_t x = ock_layout_ordered(b->layout, first, b->width) >> dropped;
    const uint64_t y = ock_layout_ordered(b->layout, last, b->width) >> dropped;
    return (stretch_of_values){(double)(x < y ? x : y) - 0.5, (double)(x < y ? y : x) + 0.5};
}

static void say_big(const ock_spreads *s, const ock_number_byte *b, unsigned node,
                    float odds[OCK_SPREADS])
{
    const stretch_of_values of[2] = {values_of(b, 2 * node), values_of(b, 2 * node + 1)};
    for (size_t k = 0; k < OCK_SPREADS; k++) {
        const double centre = (double)s->centre[k], scale = ock_spreads_scale(s, k);
        double shares[2];
        for (size_t bit = 0; bit < 2; bit++) {
            shares[bit] =
                ock_heavy_share((of[bit].low - centre) / scale, (of[bit].high - centre) / scale);
        }
        odds[k] = ock_heavy_odds(shares[0], shares[1]);
    }
}

/* The least significant byte comes first: of what the known bytes leave of `raw`, in steps of their range, the lowest
 * eight bits come next. */
static float say_little(const ock_number_byte *b, unsigned node, uint64_t raw, double scale)
{
    const double range = (double)(UINT64_C(1) << 8 * b->phase), unit = scale / range;
    const uint64_t left = (raw - b->known) & (UINT64_MAX >> (56 - 8 * b->phase));
    const double next = (double)left / range;
    double shares[2];
    for (unsigned bit = 0; bit < 2; bit++) {
        const ock_byte_node bytes = ock_bytes_of_node(2 * node + bit);
        const double low = (double)bytes.first - 0.5 - next, high = low + (double)bytes.count;
        shares[bit] = share_wrapped(low / unit, high / unit, 256.0 / unit);
    }
    return ock_heavy_odds(shares[0], shares[1]);
}

double ock_spreads_scale(const ock_spreads *s, size_t k)
{
    const double scales = 0.6, least = 0.25;
    return s->mean[k][s->around] * scales + least;
}

void ock_spreads_say(const ock_spreads *s, const ock_number_byte *b, unsigned node,
                     float odds[OCK_SPREADS])
{
    const unsigned dropped = ock_layout_dropped(b->width);
    if (b->layout->big || b->width == 1) {
        say_big(s, b, node, odds);
        return;
    }
    for (size_t k = 0; k < OCK_SPREADS; k++) {
        const uint64_t raw = ock_layout_raw(b->layout, s->centre[k] << dropped, b->width);
        const double scale = ock_spreads_scale(s, k) * (double)(UINT64_C(1) << dropped);
        odds[k] = say_little(b, node, raw, scale);
    }
}
