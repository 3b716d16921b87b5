/* SPDX-License-Identifier: MIT */
/* heavy_tail.h - shares of Student's t distribution with two degrees of freedom: F(t) = 1/2 + t / (2 sqrt(2 + t^2)).
 *
 * Errors of predictions are rarely as rare as a normal distribution has them; this one needs no more than a square
 * root. In binary64, without fma. */
#ifndef OCK_HEAVY_TAIL_H
#define OCK_HEAVY_TAIL_H

#include <math.h>

/* 1 - F(t) of t >= 0, without cancellation. */
static inline double ock_heavy_tail(double t)
{
    const double root = sqrt(2.0 + t * t);
    return 1.0 / ((root + t) * root);
}

/* Of the values in [low, high), in scales from the centre. */
static inline double ock_heavy_share(double low, double high)
{
    if (low >= 0) {
        return ock_heavy_tail(low) - ock_heavy_tail(high);
    }
    if (high <= 0) {
        return ock_heavy_tail(-high) - ock_heavy_tail(-low);
    }
    return 1.0 - ock_heavy_tail(-low) - ock_heavy_tail(high);
}

/* Of a 1 against a 0. */
static inline float ock_heavy_odds(double zero, double one)
{
    const double least = 1e-9;
    return (float)((one + least) / (zero + least));
}

#endif
