/* SPDX-License-Identifier: MIT */
/* test_numeric.c - exp, log, sigmoid, tanh and the random numbers: literal bits, golden hashes, and
 * accuracy against double precision. Accuracy takes every 61st argument; the environment variable
 * OCKHAM_TEST_STRIDE=1 takes all of them (a minute). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include <math.h>

#include "numeric/fpenv.h"
#include "numeric/numeric.h"
#include "numeric/rng.h"

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static uint64_t hash(uint64_t h, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        h = (h ^ (value >> 8 * i & 0xff)) * 0x100000001b3u; /* FNV-1a */
    }
    return h;
}

static const uint64_t hash_start = 0xcbf29ce484222325u;

/* Golden hashes; they change only with the contract version. */
#define GOLDEN_ARGUMENTS 0xf4b40c62870ce3e7u
#define GOLDEN_VALUES 0xc9580a9942ee97ceu
#define GOLDEN_RNG 0x749b8ca750c81ed1u

/* --- bits ------------------------------------------------------------------------------------- */

typedef struct known {
    uint32_t argument, value;
} known;

static void expect_known(float (*f)(float), const known *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(bits_of(f(float_of(table[i].argument))), table[i].value);
    }
}

static void exp_has_known_bits(void **state)
{
    (void)state;
    /* The first two are where variants of a widespread libm disagree with each other. */
    static const known table[] = {
        {0x4202422fu, 0x56fc9f1bu}, {0xc27c65d9u, 0x11fa2992u}, {0x00000000u, 0x3f800000u},
        {0x80000000u, 0x3f800000u}, {0x3f800000u, 0x402df854u}, {0xbf800000u, 0x3ebc5ab2u},
        {0x3f317218u, 0x40000000u}, {0xc2ae0000u, 0x00b33687u}, {0x42b00000u, 0x7ef882b7u},
        {0x42b0ffffu, 0x7ef882b7u}, {0x00000001u, 0x3f800000u}, {0x3eb17218u, 0x3fb504f3u},
        {0xbeb17218u, 0x3f3504f3u}, {0xc1200000u, 0x383e6bceu},
    };
    expect_known(ock_exp, table, sizeof table / sizeof table[0]);
}

static void log_has_known_bits(void **state)
{
    (void)state;
    static const known table[] = {
        {0x00800000u, 0xc2aeac50u}, {0x7f7fffffu, 0x42b17218u}, {0x3f800000u, 0x00000000u},
        {0x3f800001u, 0x33ffffffu}, {0x3f7fffffu, 0xb3800000u}, {0x3f3504f3u, 0xbeb17218u},
        {0x3f3504f2u, 0xbeb1721cu}, {0x3fb504f3u, 0x3eb17217u}, {0x3fb504f4u, 0x3eb1721au},
        {0x40000000u, 0x3f317218u}, {0x3f000000u, 0xbf317218u}, {0x402df854u, 0x3f800000u},
        {0x41200000u, 0x40135d8eu},
    };
    expect_known(ock_log, table, sizeof table / sizeof table[0]);
}

static void exp_clamps(void **state)
{
    (void)state;
    assert_int_equal(bits_of(ock_exp(-1e30f)), bits_of(ock_exp(-87.0f)));
    assert_int_equal(bits_of(ock_exp(-INFINITY)), bits_of(ock_exp(-87.0f)));
    assert_int_equal(bits_of(ock_exp(1e30f)), bits_of(ock_exp(88.0f)));
    assert_int_equal(bits_of(ock_exp(INFINITY)), bits_of(ock_exp(88.0f)));
    assert_true(isnormal(ock_exp(-87.0f)));
    assert_true(isfinite(ock_exp(88.0f)));
}

static void nan_stays_nan(void **state)
{
    (void)state;
    /* Any payload: the low bits of a NaN reach the exponent arithmetic. */
    for (uint32_t payload = 1; payload < 0x800000u; payload += 4099) {
        assert_true(isnan(ock_exp(float_of(0x7f800000u | payload))));
        assert_true(isnan(ock_exp(float_of(0xff800000u | payload))));
        assert_true(isnan(ock_sigmoid(float_of(0x7f800000u | payload))));
        assert_true(isnan(ock_tanh(float_of(0x7f800000u | payload))));
    }
}

static void sigmoid_and_tanh_at_their_ends(void **state)
{
    (void)state;
    assert_int_equal(bits_of(ock_sigmoid(0.0f)), bits_of(0.5f));
    assert_int_equal(bits_of(ock_tanh(0.0f)), bits_of(0.0f));
    assert_int_equal(bits_of(ock_sigmoid(100.0f)), bits_of(1.0f));
    assert_true(ock_sigmoid(-1000.0f) > 0.0f);
    assert_true(ock_tanh(9.0f) <= 1.0f && ock_tanh(-9.0f) >= -1.0f);
    assert_int_equal(bits_of(ock_tanh(50.0f)), bits_of(ock_tanh(9.0f)));
    assert_int_equal(bits_of(ock_tanh(-50.0f)), bits_of(ock_tanh(-9.0f)));
}

/* The arguments first, so that a changed generator is told from a changed function. */
static void functions_have_golden_bits(void **state)
{
    (void)state;
    uint64_t arguments = hash_start, values = hash_start;
    for (uint64_t i = 0; i < 200000; i++) {
        float x = ock_rng_uniform(5, 1, i) * 90.0f;
        float positive = float_of((uint32_t)(ock_rng_bits(5, 2, i) % 0x7f000000u) + 0x00800000u);
        arguments = hash(arguments, (uint64_t)bits_of(x) << 32 | bits_of(positive));
        values = hash(values, (uint64_t)bits_of(ock_exp(x)) << 32 | bits_of(ock_log(positive)));
        values = hash(values, (uint64_t)bits_of(ock_sigmoid(x)) << 32 | bits_of(ock_tanh(x)));
    }
    assert_int_equal(arguments, GOLDEN_ARGUMENTS);
    assert_int_equal(values, GOLDEN_VALUES);
}

/* --- accuracy --------------------------------------------------------------------------------- */

static uint32_t stride(void)
{
    const char *text = getenv("OCKHAM_TEST_STRIDE");
    long value = text != NULL ? strtol(text, NULL, 10) : 61;
    return value > 0 ? (uint32_t)value : 61;
}

/* Largest error of f over the floats between two of the same sign, by bits. */
static double worst(float from, float to, double (*error)(float))
{
    double largest = 0.0;
    uint32_t step = stride();
    for (uint64_t bits = bits_of(from); bits <= bits_of(to); bits += step) {
        double e = error(float_of((uint32_t)bits));
        largest = e > largest || isnan(e) ? e : largest;
    }
    return largest;
}

static double exp_error(float x)
{
    double truth = exp((double)x);
    return fabs((double)ock_exp(x) - truth) / truth;
}

static double log_error(float x)
{
    double truth = log((double)x), size = fabs(truth);
    return fabs((double)ock_log(x) - truth) / (size > 1.0 ? size : 1.0);
}

static double sigmoid_error(float x)
{
    return fabs((double)ock_sigmoid(x) - 1.0 / (1.0 + exp(-(double)x)));
}

static double tanh_error(float x)
{
    return fabs((double)ock_tanh(x) - tanh((double)x));
}

static void exp_is_accurate(void **state)
{
    (void)state;
    assert_true(worst(0.0f, 88.0f, exp_error) < 0x1p-22);
    assert_true(worst(-0.0f, -87.0f, exp_error) < 0x1p-22);
}

static void log_is_accurate(void **state)
{
    (void)state;
    assert_true(worst(0x1p-126f, 0x1.fffffep+127f, log_error) < 0x1p-22);
}

static void sigmoid_and_tanh_are_accurate(void **state)
{
    (void)state;
    assert_true(worst(0x1p-20f, 87.0f, sigmoid_error) < 0x1p-22);
    assert_true(worst(-0x1p-20f, -87.0f, sigmoid_error) < 0x1p-22);
    assert_true(worst(0x1p-20f, 9.0f, tanh_error) < 0x1p-21);
    assert_true(worst(-0x1p-20f, -9.0f, tanh_error) < 0x1p-21);
}

/* --- random numbers --------------------------------------------------------------------------- */

static void rng_has_golden_bits(void **state)
{
    (void)state;
    uint64_t h = hash_start;
    for (uint64_t i = 0; i < 1000; i++) {
        h = hash(h, ock_rng_bits(i % 7, (uint32_t)i % 5, i * i));
        h = hash(h, bits_of(ock_rng_uniform(i % 7, (uint32_t)i % 5, i * i)));
    }
    assert_int_equal(ock_rng_bits(0, 0, 0), 0x238275bc38fcbe91u);
    assert_int_equal(h, GOLDEN_RNG);
}

static void rng_is_uniform_and_keyed(void **state)
{
    (void)state;
    enum { N = 1 << 20 };
    double sum = 0, square = 0, product = 0;
    float low = 1, high = -1;
    for (uint64_t i = 0; i < N; i++) {
        float x = ock_rng_uniform(1, 2, i);
        assert_true(x >= -1.0f && x < 1.0f);
        assert_true(x * 0x1p23f == floorf(x * 0x1p23f));
        low = x < low ? x : low;
        high = x > high ? x : high;
        sum += x;
        square += (double)x * x;
        product += (double)x * ock_rng_uniform(1, 3, i);
    }
    /* Five standard deviations: of x 0.577, of x^2 0.298, of x y 0.333, each over sqrt(N). */
    assert_true(fabs(sum / N) < 5 * 0.577 / 1024);
    assert_true(fabs(square / N - 1.0 / 3) < 5 * 0.298 / 1024);
    assert_true(fabs(product / N) < 5 * 0.333 / 1024);
    assert_true(low < -0.9999f && high > 0.9999f);
    assert_int_not_equal(ock_rng_bits(1, 2, 3), ock_rng_bits(2, 1, 3));
    assert_int_not_equal(ock_rng_bits(1, 2, 3), ock_rng_bits(1, 3, 2));
    assert_int_not_equal(ock_rng_bits(0, 0, 1), ock_rng_bits(0, 1, 0));
}

static int set_environment(void **state)
{
    (void)state;
    ock_fpenv_set();
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_has_known_bits),
        cmocka_unit_test(log_has_known_bits),
        cmocka_unit_test(exp_clamps),
        cmocka_unit_test(nan_stays_nan),
        cmocka_unit_test(sigmoid_and_tanh_at_their_ends),
        cmocka_unit_test(functions_have_golden_bits),
        cmocka_unit_test(exp_is_accurate),
        cmocka_unit_test(log_is_accurate),
        cmocka_unit_test(sigmoid_and_tanh_are_accurate),
        cmocka_unit_test(rng_has_golden_bits),
        cmocka_unit_test(rng_is_uniform_and_keyed),
    };
    return ock_run_cases(argc, argv, tests, set_environment, NULL);
}
