/* least_squares.c - sums of squares, and their solution. */
#include "contexts/least_squares.h"

#include <stdbool.h>
#include <stdint.h>

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

/* lower: L, with 1 on its diagonal; scale: 1 / D. false: A is not positive definite, for rounding. */
static bool decompose(const ock_least_squares *s, size_t taps, double lower[OCK_TAPS][OCK_TAPS],
                      double scale[OCK_TAPS])
{
    const double added = ridge(s, taps);
    double row[OCK_TAPS]; /* L D */
    for (size_t i = 0; i < taps; i++) {
        double diagonal = s->squares[i][i] + added;
        for (size_t j = 0; j < i; j++) {
            double sum = s->squares[i][j];
            for (size_t k = 0; k < j; k++) {
                sum = sum - row[k] * lower[j][k];
            }
            row[j] = sum;
            lower[i][j] = sum * scale[j];
            diagonal = diagonal - sum * lower[i][j];
        }
        if (!(diagonal > 0)) {
            return false;
        }
        scale[i] = 1.0 / diagonal;
    }
    return true;
}

static void solve(ock_least_squares *s, size_t taps)
{
    double lower[OCK_TAPS][OCK_TAPS], scale[OCK_TAPS], y[OCK_TAPS];
    if (!decompose(s, taps, lower, scale)) {
        return;
    }
    for (size_t i = 0; i < taps; i++) {
        double sum = s->products[i];
        for (size_t k = 0; k < i; k++) {
            sum = sum - lower[i][k] * y[k];
        }
        y[i] = sum;
    }
    for (size_t i = taps; i-- > 0;) {
        double sum = y[i] * scale[i];
        for (size_t k = i + 1; k < taps; k++) {
            sum = sum - lower[k][i] * s->weight[k];
        }
        s->weight[i] = sum;
    }
}

void ock_least_squares_learn(ock_least_squares *s, size_t taps, const double *x, double y,
                             double decay)
{
    enum { PERIOD = 4 };
    const double share = 1.0 - decay;
    for (size_t i = 0; i < taps; i++) {
        const double own = share * x[i];
        for (size_t j = 0; j <= i; j++) {
            s->squares[i][j] = decay * s->squares[i][j] + own * x[j];
        }
        s->products[i] = decay * s->products[i] + own * y;
    }
    s->age = s->age + 1;
    if ((uint64_t)s->age % PERIOD == 0) {
        solve(s, taps);
    }
}
