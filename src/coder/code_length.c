/* SPDX-License-Identifier: MIT */
/* code_length.c - the ideal code length of an interval, by integer
 * arithmetic: it reaches the file. */
#include "coder/coder.h"

enum { FRACTION_BITS = 24 };

/* The rule, exactly: with width = m / 2^31 * 2^e, 2^31 <= m < 2^32, the fraction of log2 comes bit
 * by bit from 24 squarings m' = floor(m*m / 2^31); when m' >= 2^32 the bit is 1 and m' is halved
 * (the floor is of m*m / 2^32 then). The result is 32*2^24 less (e*2^24 + fraction): rounded up, so
 * that nothing but certainty is free. Squaring i's floor moves the logarithm by less than
 * 2^-30 / 2^i: the error is below 2^-24 + 2^-29 bit. */
uint64_t ock_code_length_q24(ock_interval interval)
{
    uint64_t mantissa = interval.width;
    uint64_t logarithm = 31;

    if (mantissa == 0) {
        return (uint64_t)32 << FRACTION_BITS; /* no interval: the caller's error, kept finite */
    }
    while (mantissa < (uint64_t)1 << 31) {
        mantissa <<= 1;
        logarithm--;
    }
    for (int i = 0; i < FRACTION_BITS; i++) {
        const uint64_t square = mantissa * mantissa;
        const uint64_t bit = square >> 63;

        mantissa = square >> (31 + bit);
        logarithm = logarithm << 1 | bit;
    }
    return ((uint64_t)32 << FRACTION_BITS) - logarithm;
}
