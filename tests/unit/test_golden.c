/* SPDX-License-Identifier: MIT */
/* test_golden.c - the golden vectors hold for every backend of this machine, and would show a kernel
 * that is wrong in any way: each kernel's check is run with one that spoils its results a little. */
#include "kernel_twins.h"

#include "numeric/golden.h"

static void every_backend_passes(void **state)
{
    (void)state;
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t check = 0; check < ock_golden_kernels(); check++) {
            assert_int_equal(ock_golden_kernel(variants[v], check), OCK_OK);
        }
        for (size_t function = 0; function < OCK_GOLDEN_RANGES; function++) {
            ock_golden_range range;
            assert_int_equal(ock_golden_function(variants[v], function, OCK_GOLDEN_STRIDE, &range),
                             OCK_OK);
            assert_true(range.skipped != NULL || range.arguments > 30000000);
        }
    }
    assert_string_equal(ock_error_text(), "");
}

/* ---- kernels that are wrong as bugs and faulty machines are ---- */

static float backward_dot(size_t n, const float *x, const float *y)
{
    float sum = 0;
    for (size_t i = n; i > 0; i--) {
        sum = __builtin_fmaf(x[i - 1], y[i - 1], sum);
    }
    return sum;
}

static float plain_sum(size_t n, const float *x)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum = sum + x[i];
    }
    return sum;
}

static void contracted_twice(size_t n, float a, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++) {
        volatile float product = a * x[i];
        y[i] = y[i] + product;
    }
}

static void flip_last_bit(float *x)
{
    uint32_t bits;
    memcpy(&bits, x, sizeof bits);
    bits ^= 1;
    memcpy(x, &bits, sizeof bits);
}

static void one_bit_in_one_product(const ock_gemm *product)
{
    spec->gemm(product);
    flip_last_bit(product->c + 5);
}

static void one_bit_in_one_exp(size_t n, const float *x, float shift, float *y)
{
    spec->exp_shifted(n, x, shift, y);
    flip_last_bit(y + n - 1);
}

static bool blind(size_t n, const float *x)
{
    (void)n;
    (void)x;
    return true;
}

static void expect_found(const ock_kernels *faulty, const char *name)
{
    for (size_t check = 0; check < ock_golden_kernels(); check++) {
        bool meant = strcmp(ock_golden_kernel_name(check), name) == 0;
        assert_int_equal(ock_golden_kernel(faulty, check), meant ? OCK_INTERNAL : OCK_OK);
        assert_true(!meant || strstr(ock_error_text(), name) != NULL);
        ock_error_clear();
    }
}

static void faulty_kernels_are_named(void **state)
{
    (void)state;
    ock_kernels faulty = *spec;
    faulty.dot = backward_dot;
    expect_found(&faulty, "dot");
    faulty = *spec;
    faulty.sum = plain_sum;
    expect_found(&faulty, "sum");
    faulty = *spec;
    faulty.axpy = contracted_twice;
    expect_found(&faulty, "axpy");
    faulty = *spec;
    faulty.gemm = one_bit_in_one_product;
    expect_found(&faulty, "gemm");
    faulty = *spec;
    faulty.exp_shifted = one_bit_in_one_exp;
    expect_found(&faulty, "exp_shifted");
    faulty = *spec;
    faulty.all_finite = blind;
    expect_found(&faulty, "all_finite");
}

static void wrong_function_is_found(void **state)
{
    (void)state;
    ock_kernels faulty = *spec;
    ock_golden_range range;
    faulty.exp_shifted = one_bit_in_one_exp;
    assert_int_equal(ock_golden_function(&faulty, 0, OCK_GOLDEN_STRIDE, &range), OCK_INTERNAL);
    assert_string_equal(range.name, "exp");
    assert_non_null(strstr(ock_error_text(), "exp"));
    ock_error_clear();
}

/* The exponential's own bits where variants of a widespread libm's expf disagree, and the CPU
 * decides which one is taken. Every backend has the same; no libm is asked. */
static void exp_where_libraries_differ(void **state)
{
    static const struct {
        uint32_t argument, value;
    } known[] = {{0x4202422fu, 0x56fc9f1bu}, {0xc27c65d9u, 0x11fa2992u}};
    (void)state;
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t i = 0; i < 2; i++) {
            float x[19], y[19]; /* at every place of a vector, and in a tail */
            for (size_t at = 0; at < 19; at++) {
                memcpy(&x[at], &known[i].argument, sizeof x[at]);
            }
            variants[v]->exp_shifted(19, x, 0.0f, y);
            for (size_t at = 0; at < 19; at++) {
                assert_memory_equal(&y[at], &known[i].value, sizeof y[at]);
            }
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_backend_passes),
        cmocka_unit_test(faulty_kernels_are_named),
        cmocka_unit_test(wrong_function_is_found),
        cmocka_unit_test(exp_where_libraries_differ),
    };
    return ock_run_cases(argc, argv, tests, find_variants, NULL);
}
