/* SPDX-License-Identifier: MIT */
/* least_squares.c - sums of squares, and their solution. */
#include "contexts/least_squares.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

double ock_least_squares_predict(const ock_least_squares *s, size_t taps, const double *x)
{
    double sum = 0;
    for (size_t i = 0; i < taps; i++) {
        sum = sum + s->weight[i] * x[i];
    }
    return sum;
}

static double ridge(const ock_least_squares *s, size_t taps)
{
    const double share = 1e-6, least = 1e-9;
    double trace = 0;
    for (size_t i = 0; i < taps; i++) {
        trace = trace + s->squares[i][i];
    }
    return share * trace / (double)taps + least;
}

/* A's part at and below the diagonal becomes L, with 1 on its diagonal; scale: 1 / D. Column by column, each taken off
 * all that is to its right. false: A is not positive definite, for rounding. */
static bool decompose(size_t taps, double a[OCK_TAPS][OCK_TAPS], double scale[OCK_TAPS])
{
    double column[OCK_TAPS];
    for (size_t j = 0; j < taps; j++) {
        if (!(a[j][j] > 0)) {
            return false;
        }
        scale[j] = 1.0 / a[j][j];
        for (size_t i = j + 1; i < taps; i++) {
            column[i] = a[i][j];
            a[i][j] = a[i][j] * scale[j];
            for (size_t k = j + 1; k <= i; k++) {
                a[i][k] = a[i][k] - a[i][j] * column[k];
            }
        }
    }
    return true;
}

static void solve(ock_least_squares *s, size_t taps)
{
    double lower[OCK_TAPS][OCK_TAPS], scale[OCK_TAPS], y[OCK_TAPS];
    const double added = ridge(s, taps);
    for (size_t i = 0; i < taps; i++) {
        memcpy(lower[i], s->squares[i], (i + 1) * sizeof lower[i][0]);
        lower[i][i] = lower[i][i] + added;
        y[i] = s->products[i];
    }
    if (!decompose(taps, lower, scale)) {
        return;
    }
    for (size_t i = 0; i < taps; i++) {
        for (size_t k = 0; k < i; k++) {
            y[i] = y[i] - lower[i][k] * y[k];
        }
    }
    for (size_t i = taps; i-- > 0;) {
        s->weight[i] = y[i] * scale[i];
        for (size_t k = i + 1; k < taps; k++) {
            s->weight[i] = s->weight[i] - lower[k][i] * s->weight[k];
        }
    }
}

void ock_least_squares_learn(ock_least_squares *s, size_t taps, const double *x, double y,
                             double decay, uint64_t period)
{
    const double share = 1.0 - decay;
    for (size_t i = 0; i < taps; i++) {
        const double own = share * x[i];
        for (size_t j = 0; j <= i; j++) {
            s->squares[i][j] = decay * s->squares[i][j] + own * x[j];
        }
        s->products[i] = decay * s->products[i] + own * y;
    }
    s->age = s->age + 1;
    if ((uint64_t)s->age % period == 0) {
        solve(s, taps);
    }
}

/* So many inputs beside each other, for the compiler to keep in a register; each is rounded as alone. */
typedef double inputs
    __attribute__((vector_size(OCK_TAPS_BLOCK * sizeof(double)), aligned(sizeof(double))));

/* A block of A. x, weighted: from the inputs of its columns and of its rows on; row: the first of its rows, from there. */
static void sum_block(size_t taps, size_t count, const double *x, const double *weighted,
                      double *row)
{
    inputs first = {0}, second = {0}, third = {0}, fourth = {0};
    for (size_t n = 0; n < count; n++, x += taps, weighted += taps) {
        const inputs beside = *(const inputs *)x;
        first = first + weighted[0] * beside;
        second = second + weighted[1] * beside;
        third = third + weighted[2] * beside;
        fourth = fourth + weighted[3] * beside;
    }
    memcpy(row, &first, sizeof first);
    memcpy(row + OCK_TAPS, &second, sizeof second);
    memcpy(row + (ptrdiff_t)2 * OCK_TAPS, &third, sizeof third);
    memcpy(row + (ptrdiff_t)3 * OCK_TAPS, &fourth, sizeof fourth);
}

void ock_least_squares_fit(ock_least_squares *s, size_t taps, size_t count, const double *x,
                           const double *weighted, const double *y)
{
    enum { N = OCK_TAPS_BLOCK };
    for (size_t i = 0; i < taps; i += N) {
        for (size_t j = 0; j <= i; j += N) {
            sum_block(taps, count, x + j, weighted + i, &s->squares[i][j]);
        }
    }
    memset(s->products, 0, sizeof s->products);
    for (size_t n = 0; n < count; n++) {
        for (size_t i = 0; i < taps; i++) {
            s->products[i] = s->products[i] + y[n] * x[n * taps + i];
        }
    }
    memset(s->weight, 0, sizeof s->weight);
    solve(s, taps);
}
