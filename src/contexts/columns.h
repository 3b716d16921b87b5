/* columns.h - decimal numbers in text: what the next digit is, if a number goes on as numbers at its place did.
 *
 * A number's place is looked up twice: by field of the line and number in the field, and by the word before it and
 * the marks since. At each place several predictions of the whole number are made, as it was last written, with a
 * fixed number of decimals; each says which digit comes next, given those that are known, and how sure that is.
 * Followed where digits are frequent: elsewhere a symbol costs next to nothing. */
#ifndef OCK_COLUMNS_H
#define OCK_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "contexts/least_squares.h"

enum {
    OCK_COLUMN_SLOTS = 256,   /* places, hashed */
    OCK_COLUMN_KEPT = 4096,   /* newest numbers */
    OCK_COLUMN_FILTERS = 32,  /* places share them */
    OCK_COLUMN_PATTERN_BITS = 12,
    OCK_COLUMN_BACK = 12      /* numbers before that may be copied */
};

/* By which a place is looked up. */
enum { OCK_AT_FIELD, OCK_AT_WORD, OCK_VIEWS };

/* Predictions of each view: */
enum {
    OCK_AS_LAST,   /* the number at this place before */
    OCK_AS_STEP,   /* twice that, less the one before it */
    OCK_AS_COPY,   /* that of the numbers just before that has been nearest of late */
    OCK_AS_FILTER, /* least squares */
    OCK_AS_PATTERN, /* as it went on after the same changes before */
    OCK_AS_PREV1,  /* the number before, */
    OCK_AS_PREV2,  /* the second, */
    OCK_AS_PREV3,  /* and the third before */
    OCK_AS_FIRST,  /* what it was where the line's first number was about the same, */
    OCK_AS_NEAR,   /* where the number before was, */
    OCK_AS_NEAR2,  /* where the second number before was */
    OCK_GUESSES
};

/* All 64 bits, for the state. */
typedef struct ock_columns {
    uint64_t symbols;
    uint64_t digits;              /* their share of late, in 1/65536 */
    uint64_t active;              /* 1: there are many */
    uint64_t newest;              /* symbol */
    uint64_t count;               /* numbers so far */
    uint64_t first;               /* number of the line's first one */
    uint64_t field, in_field;     /* of the line, numbers in the field */
    uint64_t separators;          /* of fields: 0 blanks, 1 , ; |, 2 tabs */
    uint64_t seen;                /* separators of this line */
    uint64_t word, marks;         /* the last word's hash, the marks since */
    uint64_t in_number;           /* 0: no; 1; 2: its decimals */
    uint64_t negative, value, whole, decimals; /* of its digits so far: sign, value, how many */
    uint64_t text;                /* hash of the number so far */
    uint64_t texts[3];            /* and of those before */
    uint64_t known[OCK_VIEWS];    /* 1: there was a number at its place before */
    uint64_t slot[OCK_VIEWS];     /* of the number that is or may begin */
    uint64_t guess[OCK_VIEWS][OCK_GUESSES];   /* int64_t */
    uint64_t gap[OCK_VIEWS][OCK_GUESSES];     /* expected error */
    uint64_t opinion[OCK_VIEWS][OCK_GUESSES]; /* of the next symbol; 0: none */
    uint64_t copied[OCK_VIEWS];   /* which number */
} ock_columns;

typedef struct ock_column_slot {
    uint64_t key;  /* 0: unused */
    uint64_t last; /* its number */
    uint64_t value[3]; /* int64_t */
    uint64_t decimals, width, padded;
    uint64_t seen;
    uint64_t changes; /* hash of the newest */
    uint64_t change; /* mean */
    uint64_t error[OCK_GUESSES]; /* mean, in 1/16 */
    uint64_t exact[OCK_GUESSES]; /* which of the last were exact, a bit each */
    uint64_t apart[OCK_COLUMN_BACK]; /* mean, in 1/16 */
} ock_column_slot;

typedef struct ock_column_past {
    uint64_t went[1 << OCK_COLUMN_PATTERN_BITS]; /* (changes) what came then: int64_t */
    ock_column_slot slots[OCK_VIEWS][OCK_COLUMN_SLOTS];
    uint64_t value[OCK_COLUMN_KEPT]; /* (number) int64_t */
    uint64_t decimals[OCK_COLUMN_KEPT];
    uint64_t first[OCK_COLUMN_KEPT]; /* of the line */
    uint64_t before[OCK_VIEWS][OCK_COLUMN_KEPT]; /* the number at the same place */
} ock_column_past;

typedef struct ock_column_filters {
    ock_least_squares at[OCK_VIEWS][OCK_COLUMN_FILTERS];
    double input[OCK_VIEWS][OCK_TAPS];
} ock_column_filters;

/* What one of them expects; where none does, the place and the newest symbols. */
static inline uint64_t ock_columns_opinion(const ock_columns *c, unsigned view, unsigned as)
{
    const uint64_t opinion = c->opinion[view][as];
    return opinion != 0 ? opinion : (c->slot[view] * OCK_GUESSES + as) << 32 | c->text << 8 | c->newest;
}

/* Digit and certainty of that: 9 bits, the digit in the lower 5. */
static inline uint64_t ock_columns_brief(const ock_columns *c, unsigned view, unsigned as)
{
    const uint64_t opinion = c->opinion[view][as], kind = opinion >> 20;
    return kind < 3 ? kind : (opinion >> 8 & 31) | (opinion >> 2 & 15) << 5;
}

/* The lane's next symbol is known. */
void ock_columns_follow(ock_columns *columns, ock_column_past *past, ock_column_filters *filters,
                        uint8_t symbol);

/* Whether a state that was loaded is possible. */
bool ock_columns_is_sound(const ock_columns *columns, const ock_column_past *past);

#endif
