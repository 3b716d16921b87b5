/* SPDX-License-Identifier: MIT */
/* test_kernels.c - every kernel but gemm and those of layers: each vector backend equals the scalar specification by
 * memcmp, and the specification equals its golden hashes. */
#include <math.h>

#include "kernel_twins.h"

#include "numeric/cpu.h"

/* --- vectors ---------------------------------------------------------------------------------- */

static void expect_same_float(float expected, float got, const char *what, size_t n,
                              const ock_kernels *variant)
{
    if (memcmp(&expected, &got, sizeof got) != 0) {
        fail_msg("%s: %s n=%zu: %a instead of %a", variant->name, what, n, (double)got,
                 (double)expected);
    }
}

/* Kernels that take any n. */
static void any_length_case(const ock_kernels *k, size_t n)
{
    const float *x = input(n, 11, number), *o = input(n, 13, ordinary);
    twin t = twin_new(n, 14, number);
    spec->add(n, x, t.spec);
    k->add(n, x, t.variant);
    twin_equal(t, "add", k);
    t = twin_new(n, 18, number);
    spec->exp_shifted(n, x, 0.375f, t.spec);
    k->exp_shifted(n, x, 0.375f, t.variant);
    twin_equal(t, "exp_shifted", k);
    t = twin_new(n, 19, number);
    spec->exp_shifted(n, t.spec, -3.0f, t.spec);
    k->exp_shifted(n, t.variant, -3.0f, t.variant);
    twin_equal(t, "exp_shifted in place", k);
    expect_same_float(spec->max(n, x), k->max(n, x), "max", n, k);
    expect_same_float(spec->max(n, o), k->max(n, o), "max", n, k);
    expect_same_float(spec->sum(n, x), k->sum(n, x), "sum", n, k);
    free_input(x);
    free_input(o);
}

static void any_length_equals_scalar(void **state)
{
    (void)state;
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t n = 1; n < 100; n++) {
            any_length_case(variants[v], n);
        }
        any_length_case(variants[v], 1027);
    }
}

static void max_of_zeros_is_plus_zero(void **state)
{
    (void)state;
    const float plus = 0.0f;
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t n = 1; n < 40; n++) {
            float x[40];
            for (size_t i = 0; i < n; i++) {
                x[i] = i % 3 == n % 3 ? 0.0f : -0.0f;
            }
            expect_same_float(plus, variants[v]->max(n, x), "max of zeros", n, variants[v]);
        }
    }
}

static void adam_case(const ock_kernels *k, size_t n, bool moment)
{
    static const ock_adam with = {2e-3f, 0.1f, 0.01f, 1.7f, 1e-8f};
    static const ock_adam without = {2e-3f, 1.0f, 0.01f, 1.7f, 1e-8f};
    const ock_adam *adam = moment ? &with : &without;
    const float *g = input(n, 21, ordinary);
    twin m = twin_new(n, 22, ordinary), v = twin_new(n, 23, ordinary), w = twin_new(n, 24, number);
    for (size_t i = 0; i < n; i++) {
        v.spec[i] = v.variant[i] = v.spec[i] * v.spec[i];
    }
    for (int step = 0; step < 3; step++) {
        spec->adam(adam, n, g, moment ? m.spec : NULL, v.spec, w.spec);
        k->adam(adam, n, g, moment ? m.variant : NULL, v.variant, w.variant);
    }
    twin_equal(m, "adam m", k);
    twin_equal(v, "adam v", k);
    twin_equal(w, "adam w", k);
    free_input(g);
}

static void adam_equals_scalar(void **state)
{
    (void)state;
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t n = 1; n < 70; n++) {
            adam_case(variants[v], n, n % 2 == 0);
            adam_case(variants[v], n, n % 2 == 1);
        }
    }
}

/* Of zeros of both signs, whatever m and v are. */
static void adam_leaves_what_has_no_gradient(void **state)
{
    enum { COUNT = 37 };
    static const ock_adam adam = {2e-3f, 0.1f, 0.01f, 1.7f, 1e-8f};
    (void)state;
    for (size_t variant = 0; variant < variant_count; variant++) {
        float g[COUNT], m[COUNT], v[COUNT], w[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            g[i] = i % 3 == 0 ? 0.0f : i % 3 == 1 ? -0.0f : ordinary(31, i);
            m[i] = 1.0f;
            v[i] = 4.0f;
            w[i] = i % 2 == 0 ? 2.0f : -0.0f;
        }
        variants[variant]->adam(&adam, COUNT, g, m, v, w);
        for (size_t i = 0; i < COUNT; i++) {
            const bool moved = i % 3 == 2;
            assert_int_equal(m[i] != 1.0f, moved);
            assert_int_equal(v[i] != 4.0f, moved);
            assert_int_equal(w[i] != (i % 2 == 0 ? 2.0f : -0.0f), moved);
            assert_true(moved || i % 2 == 0 || signbit(w[i]));
        }
    }
}

enum { MOST_SETS = 9 };

static void sets_case(const ock_kernels *k, size_t sets, size_t n)
{
    const float *x = input(n, 31, number), *rate = input(sets, 32, number);
    twin w = twin_new(sets * n, 33, number), out = twin_new(sets, 34, number);
    float *rows[2][MOST_SETS];
    for (size_t s = 0; s < sets; s++) {
        rows[0][s] = w.spec + s * n;
        rows[1][s] = w.variant + s * n;
    }
    spec->dot_sets(sets, n, x, (const float *const *)rows[0], out.spec);
    k->dot_sets(sets, n, x, (const float *const *)rows[1], out.variant);
    spec->axpy_sets(sets, n, rate, x, rows[0]);
    k->axpy_sets(sets, n, rate, x, rows[1]);
    twin_equal(w, "axpy_sets", k);
    twin_equal(out, "dot_sets", k);
    free_input(x);
    free_input(rate);
}

static void multiple_of_16_case(const ock_kernels *k, size_t n)
{
    const float *x = input(n, 41, number), *y = input(n, 42, number);
    twin t = twin_new(n, 43, number), accumulator = twin_new(1, 44, ordinary);
    twin p = twin_new(n, 45, number);
    spec->sigmoid(n, x, p.spec);
    k->sigmoid(n, x, p.variant);
    twin_equal(p, "sigmoid", k);
    spec->axpy(n, -1.25f, x, t.spec);
    k->axpy(n, -1.25f, x, t.variant);
    accumulator.spec[0] = accumulator.variant[0] = 0.25f;
    spec->adagrad_row(n, 0.6f, y, accumulator.spec, t.spec);
    k->adagrad_row(n, 0.6f, y, accumulator.variant, t.variant);
    twin_equal(accumulator, "adagrad_row accumulator", k);
    twin_equal(t, "axpy and adagrad_row", k);
    expect_same_float(spec->dot(n, x, y), k->dot(n, x, y), "dot", n, k);
    for (size_t sets = 1; sets <= MOST_SETS; sets++) {
        sets_case(k, sets, n);
    }
    free_input(x);
    free_input(y);
}

static void rmsnorm_case(const ock_kernels *k, size_t rows, size_t n, size_t gap)
{
    size_t stride = n + gap;
    const float *x = input(rows * stride, 51, ordinary), *dy = input(rows * n, 52, number);
    twin y = twin_new(rows * stride, 53, number), inverse = twin_new(rows * 3, 54, number);
    twin dx = twin_new(rows * n, 55, number);
    spec->rmsnorm(rows, n, stride, x, y.spec, inverse.spec, 3);
    k->rmsnorm(rows, n, stride, x, y.variant, inverse.variant, 3);
    spec->rmsnorm_backward(rows, n, y.spec, inverse.spec, dy, dx.spec);
    k->rmsnorm_backward(rows, n, y.variant, inverse.variant, dy, dx.variant);
    twin_equal(y, "rmsnorm", k);
    twin_equal(inverse, "rmsnorm inverse", k);
    twin_equal(dx, "rmsnorm_backward", k);
    free_input(x);
    free_input(dy);
}

static void multiples_of_16_equal_scalar(void **state)
{
    (void)state;
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t n = 16; n <= 208; n += 16) {
            multiple_of_16_case(variants[v], n);
        }
        for (size_t rows = 1; rows <= 9; rows++) {
            rmsnorm_case(variants[v], rows, 16, 0);
            rmsnorm_case(variants[v], rows, 192, 0);
            rmsnorm_case(variants[v], rows, 48, 21);
        }
    }
}

/* A row whose gradient is zero keeps its bits and its accumulator. */
static void adagrad_of_zero_gradient_changes_nothing(void **state)
{
    (void)state;
    for (size_t v = 0; v < variant_count; v++) {
        float zero[32] = {0}, accumulator = 0.5f;
        twin row = twin_new(32, 61, ordinary);
        variants[v]->adagrad_row(32, 0.6f, zero, &accumulator, row.variant);
        expect_same_float(0.5f, accumulator, "adagrad_row", 32, variants[v]);
        twin_equal(row, "adagrad_row of zeros", variants[v]);
    }
}

/* --- NaN and infinity ------------------------------------------------------------------------- */

static void all_finite_finds_each_position(void **state)
{
    (void)state;
    const float bad[] = {__builtin_nanf(""), -__builtin_nanf(""), __builtin_inff(),
                         -__builtin_inff()};
    const float good[] = {0x1.fffffep+127f, -0x1.fffffep+127f, 0x1p-149f, 0.0f};
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t n = 0; n < 40; n++) {
            float x[41] = {0};
            x[n] = bad[0]; /* beyond the end */
            assert_true(variants[v]->all_finite(n, x));
            for (size_t i = 0; i < n; i++) {
                x[i] = good[i % 4];
                assert_true(variants[v]->all_finite(n, x));
                x[i] = bad[(i + n) % 4];
                assert_false(variants[v]->all_finite(n, x));
                x[i] = 1.0f;
            }
        }
    }
}

static void nan_passes_through(void **state)
{
    (void)state;
    for (size_t v = 0; v < variant_count; v++) {
        const ock_kernels *k = variants[v];
        float x[48], y[48], b[48 * OCK_PANEL], c[OCK_PANEL];
        for (size_t at = 0; at < 48; at++) {
            for (size_t i = 0; i < 48; i++) {
                x[i] = ordinary(91, i);
            }
            for (size_t i = 0; i < 48 * OCK_PANEL; i++) {
                b[i] = ordinary(92, i);
            }
            x[at] = __builtin_nanf("0x15"); /* the payload reaches the exponent arithmetic of exp */
            k->exp_shifted(48, x, 0.5f, y);
            assert_false(k->all_finite(1, &y[at]));
            k->sigmoid(48, x, y);
            assert_false(k->all_finite(1, &y[at]));
            y[0] = k->sum(48, x);
            y[1] = k->dot(48, x, x);
            assert_false(k->all_finite(1, &y[0]));
            assert_false(k->all_finite(1, &y[1]));
            ock_gemm g = {1,         OCK_PANEL, 48,        x,         48,   1, b, 48 * OCK_PANEL,
                          OCK_PANEL, c,         OCK_PANEL, OCK_PANEL, false};
            k->gemm(&g);
            assert_false(k->all_finite(1, &c[at % OCK_PANEL]));
        }
    }
}

/* --- the specification itself ----------------------------------------------------------------- */

static uint64_t hash(const void *data, size_t bytes, uint64_t h)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < bytes; i++) {
        h = (h ^ p[i]) * 0x100000001b3u; /* FNV-1a */
    }
    return h;
}

static const uint64_t hash_start = 0xcbf29ce484222325u;

/* Golden bits of specification_has_golden_bits; they change only with the contract version. */
#define GOLDEN_INPUT 0x614f811162e03ba7u
#define GOLDEN_OUTPUT 0xe406d1b296857960u

/* Exercises every kernel of the specification on fixed inputs; returns the hash of the outputs. */
static uint64_t specification_hash(const float *in, uint64_t h)
{
    static float out[3][4096];
    float *accumulator = &out[2][0];
    for (size_t i = 0; i < 3 * 4096; i++) {
        out[i / 4096][i % 4096] = in[i];
    }
    ock_gemm g = {16, 64, 48, in, 48, 1, in + 1024, 48 * 32, 32, out[0], 64, 32, true};
    spec->gemm(&g);
    spec->rmsnorm(16, 64, 64, in, out[1], out[1] + 2048, 1);
    spec->rmsnorm_backward(16, 64, out[1], out[1] + 2048, in + 512, out[1] + 3000);
    *accumulator = 0.5f;
    spec->adagrad_row(64, 0.6f, in, accumulator, out[2] + 1);
    ock_adam adam = {2e-3f, 0.1f, 0.01f, 1.7f, 1e-8f};
    spec->rmsnorm(1, 64, 64, in, out[2] + 200, out[2] + 300, 1);
    spec->exp_shifted(64, in, 0.0f, out[2] + 400);
    spec->adam(&adam, 64, in, out[2] + 200, out[2] + 400, out[2] + 500);
    ock_recurrence recurrence = {64, 64, in};
    spec->recur(&recurrence, out[2] + 1000, in + 256, out[2] + 1200, out[2] + 1300);
    spec->recur_backward(&recurrence, out[2] + 1000, in + 256, out[2] + 1200, in + 512,
                         out[2] + 1400, out[2] + 1500, out[2] + 1700);
    out[2][800] = spec->sum(61, in);
    out[2][801] = spec->max(61, in);
    return hash(out, sizeof out, h);
}

static void specification_has_golden_bits(void **state)
{
    (void)state;
    enum { N = 6 * 4096 };
    float *in = malloc(N * sizeof(float));
    assert_non_null(in);
    for (size_t i = 0; i < N; i++) {
        in[i] = ordinary(7, i);
    }
    uint64_t of_input = hash(in, N * sizeof(float), hash_start);
    uint64_t of_output = specification_hash(in, hash_start);
    free(in);
    assert_int_equal(of_input, GOLDEN_INPUT); /* first: has the generator drifted? */
    assert_int_equal(of_output, GOLDEN_OUTPUT);
}

/* --- selection -------------------------------------------------------------------------------- */

static void masked_features_narrow_the_choice(void **state)
{
    (void)state;
    static const struct {
        const char *disabled, *refused;
    } steps[] = {{"avx512", "avx512"},      {"avx2", "avx2"}, {"fma", "avx2"},
                 {"avx512,avx2", "avx512"}, {"neon", "neon"}, {"fma", "neon"}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const ock_kernels *chosen = NULL;
        ock_cpu cpu = ock_cpu_without(ock_cpu_detect(), steps[i].disabled);
        assert_int_equal(ock_kernels_select_on(cpu, NULL, &chosen), OCK_OK);
        assert_string_equal(chosen->name, cpu.avx512 ? "avx512"
                                          : cpu.avx2 ? "avx2"
                                          : cpu.neon ? "neon"
                                                     : "scalar");
        assert_string_not_equal(chosen->name, steps[i].refused);
        assert_int_equal(ock_kernels_select_on(cpu, "scalar", &chosen), OCK_OK);
        assert_ptr_equal(chosen, spec);
        ock_error_clear();
        assert_int_equal(ock_kernels_select_on(cpu, steps[i].refused, &chosen), OCK_ENVIRONMENT);
        assert_non_null(strstr(ock_error_text(), steps[i].refused));
        ock_error_clear();
    }
}

static void unknown_name_is_refused(void **state)
{
    (void)state;
    const ock_kernels *chosen = NULL, *widest = NULL;
    assert_int_equal(ock_kernels_select("sse9", &chosen), OCK_ENVIRONMENT);
    assert_null(chosen);
    assert_non_null(strstr(ock_error_text(), "sse9"));
    ock_error_clear();
    assert_int_equal(ock_kernels_select("", &chosen), OCK_OK);
    assert_int_equal(ock_kernels_select(NULL, &widest), OCK_OK);
    assert_ptr_equal(chosen, widest);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_length_equals_scalar),
        cmocka_unit_test(max_of_zeros_is_plus_zero),
        cmocka_unit_test(adam_equals_scalar),
        cmocka_unit_test(adam_leaves_what_has_no_gradient),
        cmocka_unit_test(multiples_of_16_equal_scalar),
        cmocka_unit_test(adagrad_of_zero_gradient_changes_nothing),
        cmocka_unit_test(all_finite_finds_each_position),
        cmocka_unit_test(nan_passes_through),
        cmocka_unit_test(specification_has_golden_bits),
        cmocka_unit_test(masked_features_narrow_the_choice),
        cmocka_unit_test(unknown_name_is_refused),
    };
    return ock_run_cases(argc, argv, tests, find_variants, NULL);
}
