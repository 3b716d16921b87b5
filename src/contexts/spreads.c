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
    *s = (ock_spreads){.used = OCK_SPREADS};
    for (uint64_t i = 0; i < OCK_SURROUNDINGS; i++) {
        for (size_t k = 0; k < OCK_SPREADS; k++) {
            s->mean[k][i] = (double)(UINT64_C(1) << i / 4) / 2;
        }
    }
}

bool ock_spreads_is_sound(const ock_spreads *s)
{
    bool sound = s->around < OCK_SURROUNDINGS && s->used <= OCK_SPREADS;
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
    const ptrdiff_t beside = (ptrdiff_t)ock_layout_beside(l);
    if (beside > 0) {
        sum += 2u * end[-beside];
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

/* Rows of three edges each, in whole blocks: what begins, halves and ends some values. */
enum {
    EDGES = 3,
    TURNS = 3, /* rows of a prediction, at most */
    BLOCK = 4,
    ROWS = (TURNS * OCK_SPREADS + BLOCK - 1) / BLOCK * BLOCK
};
typedef struct edge_rows {
    size_t count;
    double of[EDGES][ROWS];
    double shares[2][ROWS]; /* of the values below the middle edge, and from there on */
} edge_rows;

static void share_rows(edge_rows *r)
{
    const size_t blocks = (r->count + BLOCK - 1) / BLOCK;
    double tail[EDGES][ROWS];
    for (size_t i = r->count; i < blocks * BLOCK; i++) {
        r->of[0][i] = r->of[1][i] = r->of[2][i] = 0;
    }
    for (size_t e = 0; e < EDGES; e++) {
        const double *restrict of = r->of[e];
        double *restrict to = tail[e];
        for (size_t i = 0; i < blocks * BLOCK; i++) {
            to[i] = ock_heavy_beyond(of[i]);
        }
    }
    for (size_t h = 0; h < 2; h++) {
        const double *restrict low = r->of[h], *restrict high = r->of[h + 1];
        const double *restrict low_tail = tail[h], *restrict high_tail = tail[h + 1];
        double *restrict to = r->shares[h];
        for (size_t i = 0; i < blocks * BLOCK; i++) {
            to[i] = ock_heavy_within(low[i], high[i], low_tail[i], high_tail[i]);
        }
    }
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
    const bool turned = of[1].low < of[0].low; /* negative numbers */
    const double middle = (of[turned].high + of[!turned].low) / 2;
    const double edges[3] = {of[turned].low, middle, of[!turned].high};
    edge_rows rows;
    rows.count = s->used;
    for (size_t k = 0; k < s->used; k++) {
        const double centre = (double)s->centre[k], scale = ock_spreads_scale(s, k);
        for (size_t e = 0; e < EDGES; e++) {
            rows.of[e][k] = (edges[e] - centre) / scale;
        }
    }
    share_rows(&rows);
    for (size_t k = 0; k < s->used; k++) {
        odds[k] = ock_heavy_odds(rows.shares[turned][k], rows.shares[!turned][k]);
    }
}

/* The least significant byte comes first: of what the known bytes leave of `raw`, in steps of their range, the lowest
 * eight bits come next. */
static void add_little(const ock_number_byte *b, unsigned node, uint64_t raw, double scale,
                       edge_rows *rows)
{
    const double range = (double)(UINT64_C(1) << 8 * b->phase), unit = scale / range;
    const uint64_t left = (raw - b->known) & (UINT64_MAX >> (56 - 8 * b->phase));
    const double next = (double)left / range;
    const ock_byte_node bytes = ock_bytes_of_node(node);
    const unsigned half = bytes.count / 2;
    const double period = 256.0 / unit, far = 4096.0;
    const int turns = period < far ? 1 : 0; /* others hardly count */
    for (int turn = -turns; turn <= turns; turn++, rows->count++) {
        for (unsigned e = 0; e < EDGES; e++) {
            const double own = ((double)(bytes.first + e * half) - 0.5 - next) / unit;
            rows->of[e][rows->count] = own + turn * period;
        }
    }
}

static void say_little(const ock_spreads *s, const ock_number_byte *b, unsigned node,
                       float odds[OCK_SPREADS])
{
    const unsigned dropped = ock_layout_dropped(b->width);
    size_t end[OCK_SPREADS];
    edge_rows rows;
    rows.count = 0;
    for (size_t k = 0; k < s->used; k++) {
        const uint64_t raw = ock_layout_raw(b->layout, s->centre[k] << dropped, b->width);
        const double scale = ock_spreads_scale(s, k) * (double)(UINT64_C(1) << dropped);
        add_little(b, node, raw, scale, &rows);
        end[k] = rows.count;
    }
    share_rows(&rows);
    for (size_t k = 0, i = 0; k < s->used; k++) {
        double zero = 0, one = 0;
        for (; i < end[k]; i++) {
            zero += rows.shares[0][i];
            one += rows.shares[1][i];
        }
        odds[k] = ock_heavy_odds(zero, one);
    }
}

double ock_spreads_scale(const ock_spreads *s, size_t k)
{
    const double scales = 0.6, least = 0.25;
    return s->mean[k][s->around] * scales + least;
}

void ock_spreads_say(const ock_spreads *s, const ock_number_byte *b, unsigned node,
                     float odds[OCK_SPREADS])
{
    for (size_t k = s->used; k < OCK_SPREADS; k++) {
        odds[k] = 1.0f;
    }
    if (b->layout->big || b->width == 1) {
        say_big(s, b, node, odds);
    } else {
        say_little(s, b, node, odds);
    }
}
