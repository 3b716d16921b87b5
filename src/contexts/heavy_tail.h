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

/* The tail beyond a value on its side of the centre. */
static inline double ock_heavy_beyond(double x)
{
    return ock_heavy_tail(fabs(x));
}

/* Of the values in [low, high), in scales from the centre; of both, the tails beyond. */
static inline double ock_heavy_within(double low, double high, double low_tail, double high_tail)
{
    const double more = low >= 0 ? low_tail : high <= 0 ? high_tail : 1.0 - low_tail;
    const double less = low < 0 && high <= 0 ? low_tail : high_tail;
    return more - less; /* selected, not branched to, for it is hard to foretell */
}

static inline double ock_heavy_share(double low, double high)
{
    return ock_heavy_within(low, high, ock_heavy_beyond(low), ock_heavy_beyond(high));
}

/* Of a 1 against a 0. */
static inline float ock_heavy_odds(double zero, double one)
{
    const double least = 1e-9;
    return (float)((one + least) / (zero + least));
}

#endif
