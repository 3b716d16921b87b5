/* SPDX-License-Identifier: MIT */
/* layout.h - how numbers lie in a lane, found from its past: how wide they are, which byte comes first, how
 * long the records are that they form, and how far it is to the row above.
 *
 * A pure function of the symbols, in integers. */
#ifndef OCK_LAYOUT_H
#define OCK_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    OCK_RECORD_MAX = 64,
    OCK_ROW_MAX = (1 << 16) - 256,
    OCK_PLANES_MAX = (1 << 19) - 4096, /* two planes and a row */
    OCK_ELEMENT_MAX = 8,
    OCK_TRIANGLE_BYTES = 36,
    OCK_TRUST_MAX = 8,
    OCK_WHOLE = 2,
    OCK_FRACTION_MAX = 24,
    OCK_LAYOUT_COMPARED = 1024 /* newest symbols that a search for numbers looks at */
};

/* All 64 bits, for the state. */
typedef struct ock_layout {
    uint64_t width; /* bytes of a number: 1, 2, 3, 4 or 8 */
    uint64_t big;   /* 1: the most significant byte comes first */
    /* 1: IEEE binary32 or binary64; OCK_WHOLE + k, k up to OCK_FRACTION_MAX: binary32, all of them whole numbers over 2^k */
    uint64_t real;
    uint64_t record; /* bytes between a number and the one like it, 1 .. OCK_RECORD_MAX */
    uint64_t offset; /* records begin at symbols number offset + i * record, offset < record */
    uint64_t row;    /* bytes to the row above, more than record; 0: no rows */
    uint64_t plane;  /* bytes to the plane before, more than row; 0: no planes */
    /* 1: the last nine whole numbers of a record, of 4 bytes each, are a triangle (corners.h) */
    uint64_t triangles;
    uint64_t trust, row_trust; /* how often a search has found the same, up to OCK_TRUST_MAX */
} ock_layout;

/* A layout that is known beforehand: of a lane's symbols number begin to end - 1; its records begin at symbols number
 * begin + offset + i * record. */
typedef struct ock_laid {
    uint64_t begin, end;
    ock_layout layout;
    /* In place of the layout, of a database (pages.h): bytes of a page, 0: it is none; and its symbol that comes first. */
    uint64_t page, at;
} ock_laid;

/* Single bytes. */
void ock_layout_start(ock_layout *layout);

/* The newest symbols of a lane: `kept` of them end at `end`; the next one is number `count`. Beside them, what numbers
 * differed from those a record before by, at their last bytes: OCK_NO_CHANGE and some steps more or less, which are
 * as wide as such differences are on average; elsewhere OCK_NO_CHANGE. */
enum { OCK_NO_CHANGE = 128 };

typedef struct ock_newest {
    const uint8_t *end, *changes_end;
    uint64_t kept, count;
} ock_newest;

/* A change as such a step; mean: of the changes' sizes. */
uint8_t ock_layout_step(int64_t change, uint64_t mean);

/* Look at the newest symbols: for numbers and records, then for the row above, for which the changes count. Keep what is
 * there unless something else was clearly better more often, and with few symbols. -> whether numbers or records
 * changed. */
bool ock_layout_search_numbers(ock_layout *layout, const ock_newest *newest);
void ock_layout_search_row(ock_layout *layout, const ock_newest *newest);

/* Whether contexts reach two planes back. */
static inline bool ock_layout_reaches(uint64_t plane, uint64_t row)
{
    return plane < OCK_PLANES_MAX && 2 * plane + row <= OCK_PLANES_MAX;
}

/* Whether a layout that was loaded is possible. */
bool ock_layout_is_sound(const ock_layout *layout);

/* Whether the bits of a binary32 are a whole number over 2^fraction, and that one within 2^30. */
bool ock_layout_is_whole(uint64_t raw, uint64_t fraction);

/* Of some binary32: how many are whole numbers; of[k] more than of[k - 1], added up, are those over 2^k, small enough for
 * the lowest bits to be unused. Starts as zeros. */
typedef struct ock_fractions {
    uint32_t all, whole, of[OCK_FRACTION_MAX + 2];
} ock_fractions;

void ock_fractions_add(ock_fractions *fractions, uint64_t raw);

/* -> what layout's `real` says of them: OCK_WHOLE and the least fraction that nearly all have, or 1. */
uint64_t ock_fractions_kind(const ock_fractions *fractions);

/* What `width` bytes (0: none, 0) are worth, in the layout's order of bytes. */
uint64_t ock_layout_bytes(const ock_layout *layout, const uint8_t *bytes, unsigned width);

/* `width` bytes as a number whose order is that of the values: two's complement and IEEE numbers alike. */
uint64_t ock_layout_value(const ock_layout *layout, const uint8_t *bytes, unsigned width);

/* That number from the raw one (the bytes' value, the most significant first), and back. Of a binary32 that is no whole
 * number within 2^30, where all are expected to be, about the nearest one. */
uint64_t ock_layout_ordered(const ock_layout *layout, uint64_t raw, unsigned width);
uint64_t ock_layout_raw(const ock_layout *layout, uint64_t ordered, unsigned width);

/* Bytes to the number beside one: in its record or, where that has no other, in the plane before; 0: there is none. As many
 * further on is another one. */
static inline uint64_t ock_layout_beside(const ock_layout *layout)
{
    return layout->record > layout->width ? layout->width : layout->plane;
}

/* Values have 56 bits at most, so that sums of some fit: how many of the lowest bits are left out. */
static inline unsigned ock_layout_dropped(unsigned width)
{
    return width == 8 ? 8 : 0;
}

/* A number's value without those bits. */
static inline int64_t ock_layout_number(const ock_layout *layout, const uint8_t *bytes,
                                        unsigned width)
{
    return width == 1
               ? *bytes
               : (int64_t)(ock_layout_value(layout, bytes, width) >> ock_layout_dropped(width));
}

#endif
