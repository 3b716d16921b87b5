/* SPDX-License-Identifier: MIT */
/* test_least_squares.c - weights come to those of the data, follow them when they change, and stay finite whatever
 * comes; what is predicted is linear. */
#include "model_fixture.h"

#include <math.h>

#include "contexts/least_squares.h"

enum { TAPS = 6 };

static double noise(uint64_t stream, uint64_t index)
{
    return (double)(fixture_bits(stream, index) % 2001) - 1000.0;
}

/* Inputs of a step, and their sum with the weights. */
static double make_step(const double weight[TAPS], uint64_t step, double x[TAPS])
{
    double sum = 0;
    for (size_t i = 0; i < TAPS; i++) {
        x[i] = noise(i, step);
        sum += weight[i] * x[i];
    }
    return sum;
}

static void assert_weights(const ock_least_squares *s, const double weight[TAPS], double error)
{
    for (size_t i = 0; i < TAPS; i++) {
        if (!(fabs(s->weight[i] - weight[i]) < error)) {
            fail_msg("weight %zu: %g instead of %g", i, s->weight[i], weight[i]);
        }
    }
}

/* Of a hundred outcomes without noise all weights are known; when they change, soon the new ones are. */
static void weights_are_found(void **state)
{
    static const double first[TAPS] = {1.5, -0.25, 0, 3, 0.125, -1};
    static const double second[TAPS] = {0, 2, -1, 0.5, 0, 0.75};
    static ock_least_squares s;
    double x[TAPS];
    (void)state;
    memset(&s, 0, sizeof s);
    for (uint64_t step = 0; step < 100; step++) {
        const double y = make_step(first, step, x);
        ock_least_squares_learn(&s, TAPS, x, y, 0.995, OCK_SOLVED_EVERY);
    }
    assert_weights(&s, first, 1e-3);
    const double y = make_step(first, 1000, x);
    assert_true(fabs(ock_least_squares_predict(&s, TAPS, x) - y) < 1);
    for (uint64_t step = 100; step < 4000; step++) {
        const double other = make_step(second, step, x);
        ock_least_squares_learn(&s, TAPS, x, other, 0.995, OCK_SOLVED_EVERY);
    }
    assert_weights(&s, second, 1e-3);
}

/* With noise: the longer the memory the better; the mean of all is not learned before there is something. */
static void memory_averages(void **state)
{
    static const double weight[TAPS] = {0.5, 0.25, -0.5, 0.125, 0, 0};
    static const double decays[] = {0.9, 0.99, 0.999};
    double errors[3] = {0};
    (void)state;
    for (size_t d = 0; d < 3; d++) {
        static ock_least_squares s;
        double x[TAPS];
        memset(&s, 0, sizeof s);
        for (uint64_t step = 0; step < 8000; step++) {
            const double y = make_step(weight, step, x) + noise(77, step);
            if (step > 4000) {
                errors[d] += fabs(ock_least_squares_predict(&s, TAPS, x) - y);
            }
            ock_least_squares_learn(&s, TAPS, x, y, decays[d], OCK_SOLVED_EVERY);
        }
    }
    assert_true(errors[0] > errors[1] && errors[1] > errors[2]);
}

/* Equal inputs, none, huge ones: no weight is beyond what their sum asks for, and none is no number. */
static void nothing_blows_up(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 4; kind++) {
        static ock_least_squares s;
        memset(&s, 0, sizeof s);
        for (uint64_t step = 0; step < 3000; step++) {
            double x[OCK_TAPS];
            for (size_t i = 0; i < OCK_TAPS; i++) {
                const double wild = (double)fixture_bits(i, step) * 0x1p-8;
                x[i] = kind == 0 ? 0 : kind == 1 ? 5 : kind == 2 ? wild : step % 2 ? wild : 0;
            }
            ock_least_squares_learn(&s, OCK_TAPS, x, kind == 3 ? 1e15 : x[0] + x[1], 0.999,
                                    OCK_SOLVED_EVERY);
            for (size_t i = 0; i < OCK_TAPS; i++) {
                assert_true(isfinite(s.weight[i]));
            }
            assert_true(isfinite(ock_least_squares_predict(&s, OCK_TAPS, x)));
        }
        if (kind == 1) {
            double sum = 0;
            for (size_t i = 0; i < OCK_TAPS; i++) {
                sum += s.weight[i];
            }
            assert_true(fabs(sum - 2) < 1e-3);
        }
    }
}

/* All at once: each sum has the order of the outcomes, to the last bit, and the weights are found. */
static void all_at_once(void **state)
{
    enum { BLOCKS = 2 * OCK_TAPS_BLOCK, COUNT = 50 };
    static const double weights[TAPS] = {1.5, -0.25, 0, 3, 0.125, -1};
    static ock_least_squares s;
    static double x[COUNT][BLOCKS], weighted[COUNT][BLOCKS], y[COUNT];
    (void)state;
    for (uint64_t n = 0; n < COUNT; n++) {
        const double weight = 1.0 / (double)(1 + n % 7);
        y[n] = weight * make_step(weights, n, x[n]);
        for (size_t i = 0; i < BLOCKS; i++) {
            weighted[n][i] = weight * x[n][i];
        }
    }
    ock_least_squares_fit(&s, BLOCKS, COUNT, x[0], weighted[0], y);
    assert_weights(&s, weights, 1e-3);
    for (size_t i = 0; i < BLOCKS; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t n = 0; n < COUNT; n++) {
                sum = sum + weighted[n][i] * x[n][j];
            }
            assert_memory_equal(&s.squares[i][j], &sum, sizeof sum);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_found),
        cmocka_unit_test(memory_averages),
        cmocka_unit_test(nothing_blows_up),
        cmocka_unit_test(all_at_once),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
