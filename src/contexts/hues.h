/* SPDX-License-Identifier: MIT */
/* hues.h - colours that a picture has, as the third byte of a pixel tells.
 *
 * A picture that once was stored as luminance and colour (JPEG, video, Photo CD) has few of all colours: what the third
 * byte of a pixel differs from the second by is hardly ever anything but what it has been where the first differed from
 * the second alike. How often each pair of differences was seen weighs the values around a prediction (spreads.h). */
#ifndef OCK_HUES_H
#define OCK_HUES_H

#include <stdint.h>

enum { OCK_DIFFERENCES = 512 };

/* How often: by first less second, and third less second, 256 added to both. */
typedef struct ock_hues {
    uint16_t seen[OCK_DIFFERENCES][OCK_DIFFERENCES];
} ock_hues;

/* A byte's distribution. All 64 bits, for the state. */
typedef struct ock_byte_shares {
    double below[257]; /* the share of bytes below each */
} ock_byte_shares;

/* A third byte, which is about `centre`; pixel: the two before it. -> the likeliest one. */
uint8_t ock_hues_weigh(const ock_hues *hues, const uint8_t pixel[2], double centre, double scale,
                       ock_byte_shares *shares);

/* It is known: pixel[2]. */
void ock_hues_learn(ock_hues *hues, const uint8_t pixel[3]);

/* The odds that the next bit is 1; node: a 1 and the byte's known bits. */
float ock_byte_shares_odds(const ock_byte_shares *shares, unsigned node);

#endif
