/* SPDX-License-Identifier: MIT */
/* columns.h - decimal numbers in text: which digit comes next, if a number goes on as those at its place did.
 *
 * A number has two places: by field of the line and number in the field; and by the word before it and the marks
 * since. At each several predictions of the whole number are made, from numbers at the same place, from those just
 * before it, and from the lines in which these were about the same. Each says which digit comes next, given those that
 * are known, and how far off it was of late. Only where digits are frequent: elsewhere a symbol costs next to
 * nothing. */
#ifndef OCK_COLUMNS_H
#define OCK_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "contexts/least_squares.h"

enum {
    OCK_COLUMN_SLOT_BITS = 8,
    OCK_COLUMN_SLOTS = 1 << OCK_COLUMN_SLOT_BITS, /* places, hashed */
    OCK_COLUMN_KEPT = 4096,                       /* newest numbers */
    OCK_COLUMN_FILTERS = 48,                      /* of the newest places, in turn */
    OCK_COLUMN_TAPS = 16,
    OCK_COLUMN_BACK = 12, /* numbers before that may be copied */
    OCK_COLUMN_PATTERN_BITS = 12
};

/* By which a place is looked up. */
enum { OCK_AT_FIELD, OCK_AT_WORD, OCK_VIEWS };

/* Predictions of each: */
enum {
    OCK_AS_LAST,    /* the number there before */
    OCK_AS_STEP,    /* twice that, less the one before it */
    OCK_AS_PATTERN, /* it changes as it did after the same changes */
    OCK_AS_COPY,    /* the number so many before that has been nearest of late */
    OCK_AS_PREV1,   /* the number before, */
    OCK_AS_PREV2,   /* and the second */
    OCK_AS_FILTER,  /* least squares */
    OCK_AS_NEAR,    /* what it was where the number before was about the same, */
    OCK_AS_OTHER,   /* where the line's first one was; at words, where the second before was */
    OCK_GUESSES
};

/* All 64 bits, for the state; numbers are int64_t, with so many of their digits as decimals. */
typedef struct ock_columns {
    uint64_t count;              /* symbols so far */
    uint64_t digits;             /* their share of late, in 1/65536 */
    uint64_t active;             /* 1: there are many */
    uint64_t newest;             /* symbol */
    uint64_t field, in_field;    /* of the line; numbers in the field */
    uint64_t separators;         /* of fields, in the line before: 0 blanks, 1 , ; |, 2 tabs */
    uint64_t seen;               /* and in this one, so far */
    uint64_t word, marks;        /* the last word, the marks since */
    uint64_t in_number;          /* 0: no; 1: yes; 2: in its decimals */
    uint64_t apart;              /* 1: no letter stands before it */
    uint64_t negative, value;    /* of its digits so far */
    uint64_t whole, decimals;    /* how many they are */
    uint64_t text, texts[2];     /* its hash, those of the numbers before */
    uint64_t numbers;            /* so far */
    uint64_t first;              /* number of this line */
    uint64_t filters;            /* given away so far */
    uint64_t slot[OCK_VIEWS];    /* of the number that is or may begin */
    uint64_t guessed[OCK_VIEWS]; /* 1: there are predictions: */
    uint64_t guess[OCK_VIEWS][OCK_GUESSES];
    uint64_t error[OCK_VIEWS][OCK_GUESSES]; /* to be expected, in 1/16 */
    uint64_t opinion[OCK_VIEWS]
                    [OCK_GUESSES]; /* of the next symbol (ock_columns_opinion); 0: none */
} ock_columns;

typedef struct ock_column_slot {
    uint64_t key;      /* 0: not in use */
    uint64_t last;     /* which number was the last one there */
    uint64_t value[3]; /* of the last ones, the newest first */
    uint64_t decimals; /* the most so far, which all of these have */
    uint64_t width;    /* digits that the number has at least */
    uint64_t seen, filter;
    uint64_t changes;                /* of the last four, 16 bits each */
    uint64_t change;                 /* mean of their sizes */
    uint64_t error[OCK_GUESSES];     /* mean of late, in 1/16 */
    uint64_t exact[OCK_GUESSES];     /* which of the last were exact, a bit each */
    uint64_t apart[OCK_COLUMN_BACK]; /* from the numbers before; mean, in 1/16 */
} ock_column_slot;

typedef struct ock_column_past {
    ock_column_slot slots[OCK_VIEWS][OCK_COLUMN_SLOTS];
    uint64_t went[1 << OCK_COLUMN_PATTERN_BITS]; /* (changes) the change after them */
    uint64_t value[OCK_COLUMN_KEPT];             /* (number) */
    uint64_t decimals[OCK_COLUMN_KEPT];
    uint64_t first[OCK_COLUMN_KEPT];             /* of its line */
    uint64_t before[OCK_VIEWS][OCK_COLUMN_KEPT]; /* the last one at the same place */
} ock_column_past;

typedef struct ock_column_filters {
    ock_least_squares of[OCK_COLUMN_FILTERS];
    double input[OCK_VIEWS][OCK_COLUMN_TAPS]; /* of the present predictions */
} ock_column_filters;

/* What one of the predictions expects: digit, certainty, whether it was exact twice. Where it does not: the place and
 * the newest symbol. */
static inline uint64_t ock_columns_opinion(const ock_columns *c, unsigned view, unsigned as)
{
    const uint64_t opinion = c->opinion[view][as];
    return opinion != 0 ? opinion
                        : (c->slot[view] * OCK_GUESSES + as) << 32 | c->text << 8 | c->newest;
}

/* Digit and certainty of that: 9 bits, the digit in the lower 5. */
static inline uint64_t ock_columns_brief(const ock_columns *c, unsigned view, unsigned as)
{
    const uint64_t opinion = c->opinion[view][as], kind = opinion >> 20;
    return kind < 3 ? kind : (opinion >> 8 & 31) | (opinion >> 2 & 15) << 5;
}

/* Before the first symbol all is 0. The lane's next symbol is known. */
void ock_columns_follow(ock_columns *columns, ock_column_past *past, ock_column_filters *filters,
                        uint8_t symbol);

/* Whether a state that was loaded is possible. */
bool ock_columns_is_sound(const ock_columns *columns, const ock_column_past *past);

#endif
