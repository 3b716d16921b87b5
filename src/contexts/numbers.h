/* SPDX-License-Identifier: MIT */
/* numbers.h - what the next byte is, if the number it belongs to goes on as its neighbours do.
 *
 * At the start of each number of the layout (layout.h) several predictions of its whole value are made, in the order
 * of values; each says which byte comes next, given those of the number that are known already. Two of them are
 * linear in the numbers before, above and beside, with weights that follow the data (least_squares.h). */
#ifndef OCK_NUMBERS_H
#define OCK_NUMBERS_H

#include "contexts/corners.h"
#include "contexts/hues.h"
#include "contexts/layout.h"
#include "contexts/least_squares.h"
#include "contexts/spreads.h"

enum {
    OCK_NUMBERS_PAST = 1 << 20, /* symbols kept at most; half of them at least */
    OCK_FILTERS = 16            /* one for each number of a record, if it has no more */
};

/* Predictions: */
enum {
    OCK_BY_LAST,      /* the number a record before */
    OCK_BY_SLOPE,     /* twice that, less the one before it */
    OCK_BY_ABOVE,     /* the number a row above */
    OCK_BY_PLANE,     /* last + above - last above */
    OCK_BY_NEIGHBOUR, /* last + what the number beside it in the record has changed by */
    OCK_BY_BESIDE,    /* above + what the number beside it differs from the one above that by */
    OCK_BY_SECOND,    /* last + what the second number beside it has changed by */
    OCK_BY_LISTING, /* the likeliest colour (hues.h), corner (corners.h) or whole number near the blend; of other numbers, between two filters */
    OCK_BY_FILTER,  /* least squares over some thousand numbers */
    OCK_BY_QUICK,   /* the same over some hundred */
    OCK_BY_NEAR,    /* over some dozens, of the nearest */
    OCK_BY_WIDE,    /* over those around it in the rows above, too (window_fit.h) */
    OCK_BY_WINDOW,  /* and over fewer of them */
    OCK_BY_MEDIAN,  /* of last, above, plane */
    OCK_BY_BLEND,   /* the mean of those, the better ones counting more */
    OCK_BY_STACK,   /* least squares over what these differ by, and what was missed before */
    OCK_BY_BEST,    /* whose errors were the smallest of late */
    OCK_PREDICTIONS
};

/* All 64 bits, for the state. */
typedef struct ock_numbers {
    uint64_t count;  /* symbols so far */
    uint64_t filled; /* of the past kept */
    ock_layout layout;
    uint64_t laid,
        laid_row; /* the layout is known up to this symbol, and has such rows, unless others are found */
    uint64_t value[OCK_PREDICTIONS]; /* of the present number, ordered */
    uint64_t error[OCK_FILTERS]
                  [OCK_PREDICTIONS];    /* mean of late, by the filter's number, in 1/16 */
    uint64_t expected[OCK_PREDICTIONS]; /* the next byte */
    uint64_t size[OCK_PREDICTIONS];     /* of the errors: their logarithm, 0 .. 31 */
    uint64_t taps;                      /* inputs of filters, */
    uint64_t period;                    /* which are solved anew after so many numbers */
    uint64_t missed
        [OCK_RECORD_MAX]; /* by the filter, of the newest numbers, the newest first: a class, 0 .. 15 */
    double off[OCK_FILTERS][2]; /* what the filter missed its last numbers by, the newest first */
    uint64_t missed_here;       /* of the number a record before */
    /* how often a prediction was about right of late, and what followed the two newest symbols last; in 1/65536 */
    uint64_t right, right_followers;
    uint64_t sure;         /* 1: the data are numbers, for these are right more often */
    uint64_t phase, place; /* of the next byte in its number, in its record */
    uint64_t known;        /* the number's bytes so far, as ock_layout_bytes has them */
    ock_spreads spreads;
    /* Distributions of the next byte that were made value by value: of each spread, if listed is 1; and of colours or
     * corners, if told is 1. */
    uint64_t listed, told;
    ock_byte_shares listing[OCK_SPREADS], telling;
    ock_corner_guess corners;
} ock_numbers;

typedef struct ock_filters {
    ock_least_squares slow[OCK_FILTERS], quick[OCK_FILTERS], near[OCK_FILTERS];
    ock_least_squares stack[OCK_FILTERS];
    double input[OCK_TAPS], stacked[OCK_TAPS]; /* of the present number */
} ock_filters;

typedef struct ock_number_past {
    uint8_t symbols[OCK_NUMBERS_PAST];
    uint8_t changes[OCK_NUMBERS_PAST]; /* of numbers that ended there (layout.h) */
    uint8_t misses[OCK_NUMBERS_PAST];  /* the same (spreads.h) */
    uint8_t followers[1 << 16];        /* of two symbols */
    union {                            /* what the layout asks for */
        ock_hues hues;
        ock_corners corners;
    };
} ock_number_past;

/* What a prediction expects, the size of its errors, and where in the number. */
static inline uint64_t ock_numbers_opinion(const ock_numbers *numbers, unsigned by)
{
    return numbers->expected[by] | numbers->size[by] << 8 | numbers->phase << 16;
}

/* The odds that its next bit is 1, by what is expected of the number (spreads.h), and by the listing. */
enum { OCK_NUMBER_ODDS = OCK_SPREADS + 1 };
void ock_numbers_say(const ock_numbers *numbers, unsigned node, float odds[OCK_NUMBER_ODDS]);

void ock_numbers_start(ock_numbers *numbers, ock_number_past *past);

/* From the start on, less is done for each number: two spreads, weights solved more rarely, no filter over predictions,
 * and no quick one, in whose place the one of the nearest is asked. */
void ock_numbers_hurry(ock_numbers *numbers);

static inline bool ock_numbers_are_hurried(const ock_numbers *numbers)
{
    return numbers->period > OCK_SOLVED_EVERY;
}

/* The lane's next symbol is known. */
void ock_numbers_follow(ock_numbers *numbers, ock_filters *filters, ock_number_past *past,
                        uint8_t symbol);

/* The same where there are no numbers to expect: the past is kept. */
void ock_numbers_pass(ock_numbers *numbers, ock_number_past *past, uint8_t symbol);

/* The next symbols are numbers of this layout, up to symbol number `end`; its records begin `layout->offset` symbols
 * after the next one. */
void ock_numbers_lay(ock_numbers *numbers, ock_filters *filters, ock_number_past *past,
                     const ock_layout *layout, uint64_t end);

static inline bool ock_numbers_are_laid(const ock_numbers *numbers)
{
    return numbers->count < numbers->laid;
}

/* Whether a state that was loaded is possible. */
bool ock_numbers_is_sound(const ock_numbers *numbers);

#endif
