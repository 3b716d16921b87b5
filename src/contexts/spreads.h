/* SPDX-License-Identifier: MIT */
/* spreads.h - how likely the next bit of a number is, when its value lies about predictions.
 *
 * How far numbers lie from each prediction is measured, for each class of how large errors were around them (before,
 * above, beside); they are taken to be distributed as heavy_tail.h says. */
#ifndef OCK_SPREADS_H
#define OCK_SPREADS_H

#include <stddef.h>

#include "contexts/layout.h"

enum {
    OCK_SPREADS = 7,        /* predictions that it is measured of */
    OCK_SURROUNDINGS = 128, /* classes of how large errors were around */
    OCK_LONGEST_VALUE = 56  /* bits: of larger numbers the lowest are left out */
};

/* All 64 bits, for the state. */
typedef struct ock_spreads {
    uint64_t used;                /* of the spreads, the first ones: others say nothing */
    uint64_t around;              /* the class of the present number */
    uint64_t centre[OCK_SPREADS]; /* predictions of it, ordered */
    double mean[OCK_SPREADS][OCK_SURROUNDINGS]; /* of errors */
    uint64_t seen[OCK_SURROUNDINGS];            /* numbers, up to some */
} ock_spreads;

void ock_spreads_start(ock_spreads *spreads);

/* The present number. misses: what ock_spreads_learn said of numbers, each at its last byte, the present one's included
 * (anything); row: 0, or how far it is to the row above. */
void ock_spreads_look(ock_spreads *spreads, const ock_layout *layout, const uint8_t *misses,
                      unsigned width);

/* The scale of errors of prediction k. */
double ock_spreads_scale(const ock_spreads *spreads, size_t k);

/* Its value is known. -> what it was missed by, as a logarithm. */
uint8_t ock_spreads_learn(ock_spreads *spreads, uint64_t value);

/* Whether a state that was loaded is possible. */
bool ock_spreads_is_sound(const ock_spreads *spreads);

/* A byte of the present number, of `width` bytes: number `phase`, those before are worth `known`
 * (ock_layout_bytes). */
typedef struct ock_number_byte {
    const ock_layout *layout;
    uint64_t known;
    unsigned phase, width;
} ock_number_byte;

/* The odds that its next bit is 1, by each prediction; node: a 1 and the byte's known bits. */
void ock_spreads_say(const ock_spreads *spreads, const ock_number_byte *byte, unsigned node,
                     float odds[OCK_SPREADS]);

#endif
