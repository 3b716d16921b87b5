/* SPDX-License-Identifier: MIT */
/* numbers_private.h - what the files of numbers share. */
#ifndef OCK_NUMBERS_PRIVATE_H
#define OCK_NUMBERS_PRIVATE_H

#include "contexts/numbers.h"

/* Bytes of the present number: numbers fill a record from its beginning, the last one may be shorter. */
static inline unsigned ock_number_width(const ock_numbers *n)
{
    const uint64_t left = n->layout.record - (n->place - n->phase);
    return (unsigned)(left < n->layout.width ? left : n->layout.width);
}

static inline size_t ock_number_filter(const ock_numbers *n)
{
    return (size_t)((n->place - n->phase) / n->layout.width % OCK_FILTERS);
}

/* Whether the next byte is the third byte of a pixel. */
static inline bool ock_number_is_coloured(const ock_numbers *n)
{
    const ock_layout *l = &n->layout;
    return l->width == 1 && (l->record == 3 || l->record == 4) && n->place == 2;
}

/* Where a triangle begins in its record (layout.h). */
static inline uint64_t ock_triangle_begin(const ock_layout *l)
{
    return l->record - l->record % l->width - OCK_TRIANGLE_BYTES;
}

/* All predictions of the number that begins at `start`, in the past. */
void ock_number_predict(ock_numbers *n, ock_filters *f, const uint8_t *start);

/* The number that ends with the newest symbol: what every prediction missed it by. */
void ock_number_learn(ock_numbers *n, ock_filters *f, ock_number_past *past, unsigned width,
                      size_t filter);

#endif
