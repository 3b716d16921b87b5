/* SPDX-License-Identifier: MIT */
/* least_squares.h - the linear prediction that has been best for the inputs of late.
 *
 * Weighted least squares: of past inputs x and outcomes y, A = sum of d^age x x', b = sum of d^age x y, and
 * (A + r I) w = b (Lawson and Hanson, "Solving Least Squares Problems"; r: a millionth of A's mean diagonal), solved
 * anew after every few outcomes by A = L D L'. In binary64, without fma, each sum in one written order. */
#ifndef OCK_LEAST_SQUARES_H
#define OCK_LEAST_SQUARES_H

#include <stddef.h>
#include <stdint.h>

enum { OCK_TAPS = 32 /* inputs at most */ };

typedef struct ock_least_squares {
    double squares[OCK_TAPS][OCK_TAPS]; /* A, at and below the diagonal */
    double products[OCK_TAPS];          /* b */
    double weight[OCK_TAPS];            /* w */
    double age;                         /* outcomes so far */
} ock_least_squares;

/* x: (taps). */
double ock_least_squares_predict(const ock_least_squares *s, size_t taps, const double *x);

/* Outcomes after which it is solved anew, usually. */
enum { OCK_SOLVED_EVERY = 4 };

/* The outcome is known. decay: d, below 1; period: solved anew after so many outcomes. */
void ock_least_squares_learn(ock_least_squares *s, size_t taps, const double *x, double y,
                             double decay, uint64_t period);

/* Instead: all outcomes at once, of which each counts its weight. taps: in whole blocks. x: (count, taps); weighted: the
 * same times the weights; y: (count), times the weights too. */
enum { OCK_TAPS_BLOCK = 4 };

void ock_least_squares_fit(ock_least_squares *s, size_t taps, size_t count, const double *x,
                           const double *weighted, const double *y);

/* A prediction as a whole number, the nearest; 0 where it is none within the bound. */
static inline int64_t ock_whole_within(double y, double bound)
{
    return y > -bound && y < bound ? (int64_t)(y + (y < 0 ? -0.5 : 0.5)) : 0;
}

#endif
