/* SPDX-License-Identifier: MIT */
/* window_fit.c - copies the numbers around, and fits how they depend on their neighbours. */
#include "contexts/window_fit.h"

#include "contexts/least_squares.h"

enum {
    MARGIN = 3, /* of taps to the right, and up */
    LEFT = 4,   /* to the left */
    COLUMNS = OCK_WINDOW_REACH + LEFT + 1 + OCK_WINDOW_REACH + MARGIN,
    LINES = OCK_WINDOW_ROWS + MARGIN + 1,
    CHANNELS = 3
};

/* An input: what a number differs from another by. Both as places in a patch, from the number that they belong to on. */
typedef struct tap {
    int at, from;
} tap;

/* So many columns to the right of a number and rows above it, in a channel: 0: its own; 1: of the numbers before it, which may
 * be of its record; 2: of those before these. */
#define PLACE(right, up, channel) (((channel)*LINES + (up)) * COLUMNS + (right))
/* From the number before. */
#define OWN(right, up)                                                                             \
    {                                                                                              \
        PLACE(right, up, 0), PLACE(-1, 0, 0)                                                       \
    }
/* What the number beside it differs by from one around that. */
#define BESIDE(channel, right, up)                                                                 \
    {                                                                                              \
        PLACE(0, 0, channel), PLACE(right, up, channel)                                            \
    }

/* The most telling first. */
static const tap taps_alone[OCK_WINDOW_TAPS] = {
    OWN(0, 1),  OWN(-1, 1), OWN(1, 1),  OWN(0, 2),  OWN(-2, 1), OWN(2, 1), OWN(-2, 0),
    OWN(-1, 2), OWN(1, 2),  OWN(-3, 0), OWN(-2, 2), OWN(2, 2),  OWN(0, 3), OWN(-3, 1),
    OWN(3, 1),  OWN(-4, 0), OWN(-1, 3), OWN(1, 3),  OWN(-3, 2), OWN(3, 2)};
static const tap taps_of_records[OCK_WINDOW_TAPS] = {
    OWN(0, 1),        BESIDE(1, -1, 0), BESIDE(1, 0, 1), OWN(-1, 1), OWN(1, 1),
    OWN(0, 2),        BESIDE(2, -1, 0), BESIDE(2, 0, 1), OWN(-2, 0), OWN(-2, 1),
    OWN(2, 1),        BESIDE(1, -1, 1), BESIDE(1, 1, 1), OWN(-1, 2), OWN(1, 2),
    BESIDE(2, -1, 1), BESIDE(2, 1, 1),  OWN(-3, 0),      OWN(0, 3),  BESIDE(1, 0, 2)};

/* What the numbers around are worth: (channels, rows up, columns). */
typedef struct patch {
    double of[CHANNELS][LINES][COLUMNS];
} patch;

bool ock_window_cut(ock_window *w, const ock_layout *l, uint64_t kept)
{
    const uint64_t columns = l->row / l->record;
    if (columns <= MARGIN + 1) {
        return false;
    }
    if (w->reach + MARGIN + 1 > columns) {
        w->reach = (unsigned)columns - MARGIN - 1;
    }
    while (w->rows > 0 &&
           (w->rows + MARGIN) * l->row + (w->reach + LEFT + CHANNELS) * l->record + 2 * l->plane >
               kept) {
        w->rows--;
    }
    return w->rows > 0;
}

/* Of the number's own row, those before it. */
static void copy(const ock_window *w, const ock_layout *l, const uint8_t *start, unsigned width,
                 unsigned channels, patch *p)
{
    const uint64_t beside = ock_layout_beside(l);
    const unsigned left = w->reach + LEFT, all = left + 1 + w->reach + MARGIN;
    for (unsigned k = 0; k < channels; k++) {
        for (unsigned j = 0; j <= w->rows + MARGIN; j++) {
            const unsigned columns = j > 0 ? all : k > 0 ? left + 1 : left;
            const uint8_t *at = start - k * beside - j * l->row - left * l->record;
            for (unsigned c = 0; c < columns; c++) {
                p->of[k][j][c] = (double)ock_layout_number(l, at + c * l->record, width);
            }
        }
    }
}

static void look(const tap *taps, size_t count, const double *number, double *x)
{
    for (size_t i = 0; i < count; i++) {
        x[i] = number[taps[i].at] - number[taps[i].from];
    }
}

enum { OUTCOMES = OCK_WINDOW_REACH + OCK_WINDOW_ROWS * (2 * OCK_WINDOW_REACH + 1) };

typedef struct outcomes {
    size_t count;
    double x[OUTCOMES * OCK_WINDOW_TAPS], weighted[OUTCOMES * OCK_WINDOW_TAPS]; /* (count, taps) */
    double y[OUTCOMES];                                                         /* weighted */
} outcomes;

static void gather(const ock_window *w, const patch *p, const tap *taps, outcomes *o)
{
    const unsigned middle = w->reach + LEFT;
    double inverse[OCK_WINDOW_ROWS + OCK_WINDOW_REACH + 1];
    for (unsigned i = 1; i <= w->rows + w->reach; i++) {
        inverse[i] = 1.0 / (double)i;
    }
    o->count = 0;
    for (unsigned j = 0; j <= w->rows; j++) {
        for (unsigned c = middle - w->reach; c <= middle + w->reach && (j > 0 || c < middle); c++) {
            const double *number = &p->of[0][j][c];
            const double weight = inverse[j + (c < middle ? middle - c : c - middle)];
            double *x = o->x + o->count * w->taps, *weighted = o->weighted + (x - o->x);
            look(taps, w->taps, number, x);
            for (size_t i = 0; i < w->taps; i++) {
                weighted[i] = weight * x[i];
            }
            o->y[o->count++] = weight * (number[0] - number[-1]);
        }
    }
}

double ock_window_fit(const ock_window *w, const ock_layout *l, const uint8_t *start,
                      unsigned width)
{
    const bool alone = ock_layout_beside(l) == 0;
    const tap *taps = alone ? taps_alone : taps_of_records;
    patch p;
    outcomes o;
    ock_least_squares s;
    double x[OCK_WINDOW_TAPS];
    copy(w, l, start, width, alone ? 1 : CHANNELS, &p);
    gather(w, &p, taps, &o);
    ock_least_squares_fit(&s, w->taps, o.count, o.x, o.weighted, o.y);
    look(taps, w->taps, &p.of[0][0][w->reach + LEFT], x);
    return ock_least_squares_predict(&s, w->taps, x);
}

_Static_assert((int)OCK_WINDOW_TAPS % (int)OCK_TAPS_BLOCK == 0, "whole blocks");
