/* SPDX-License-Identifier: MIT */
/* test_gemm.c - the matrix product: every vector backend equals the scalar specification by memcmp,
 * and bits do not depend on how many rows a call covers. */
#include "kernel_twins.h"

typedef enum gemm_form { FORWARD, GRADIENT, SPARSE, GEMM_FORMS } gemm_form;

typedef struct gemm_sizes {
    size_t a, b, c; /* floats of each operand */
} gemm_sizes;

/* The strides of a form, without operands. SPARSE has gaps everywhere. */
static ock_gemm gemm_of(gemm_form form, size_t m, size_t n, size_t k, gemm_sizes *sizes)
{
    ock_gemm g = {.m = m, .n = n, .k = k};
    size_t panels = n / OCK_PANEL;
    if (form == FORWARD) {
        g.a_row = k, g.a_col = 1, g.b_row = OCK_PANEL, g.b_panel = k * OCK_PANEL;
        g.c_row = n, g.c_panel = OCK_PANEL;
    } else if (form == GRADIENT) {
        g.a_row = 1, g.a_col = m, g.b_row = n, g.b_panel = OCK_PANEL;
        g.c_row = OCK_PANEL, g.c_panel = m * OCK_PANEL;
    } else {
        g.a_row = 3 * k + 1, g.a_col = 3, g.b_row = OCK_PANEL + 5;
        g.b_panel = k * g.b_row + 7, g.c_row = n + 11, g.c_panel = OCK_PANEL;
    }
    sizes->a = (m - 1) * g.a_row + (k - 1) * g.a_col + 1;
    sizes->b = (panels - 1) * g.b_panel + (k - 1) * g.b_row + OCK_PANEL;
    sizes->c = (panels - 1) * g.c_panel + (m - 1) * g.c_row + OCK_PANEL;
    return g;
}

static void gemm_case(const ock_kernels *variant, gemm_form form, size_t m, size_t n, size_t k,
                      bool add)
{
    gemm_sizes sizes;
    ock_gemm g = gemm_of(form, m, n, k, &sizes);
    const float *a = input(sizes.a, 1, number), *b = input(sizes.b, 2, number);
    twin c = twin_new(sizes.c, 3, number);
    char what[80];
    snprintf(what, sizeof what, "gemm form %d m=%zu n=%zu k=%zu add=%d", form, m, n, k, add);
    g.a = a, g.b = b, g.add = add;
    g.c = c.spec;
    spec->gemm(&g);
    g.c = c.variant;
    variant->gemm(&g);
    twin_equal(c, what, variant);
    free_input(a);
    free_input(b);
}

static void gemm_equals_scalar(void **state)
{
    (void)state;
    static const size_t ms[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 23, 24, 25, 37, 61};
    static const size_t ns[] = {32, 64, 96, 160, 224};
    static const size_t ks[] = {1, 2, 7, 64, 101};
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t i = 0; i < sizeof ms / sizeof ms[0] * 5 * 5 * GEMM_FORMS; i++) {
            size_t shape = i / GEMM_FORMS;
            gemm_case(variants[v], (gemm_form)(i % GEMM_FORMS), ms[shape / 25], ns[shape / 5 % 5],
                      ks[shape % 5], ock_rng_bits(1, 1, i) & 1);
        }
        /* Around the longest panel that is copied. */
        gemm_case(variants[v], GRADIENT, 40, 64, 511, true);
        gemm_case(variants[v], GRADIENT, 40, 64, 512, false);
        gemm_case(variants[v], GRADIENT, 40, 64, 513, true);
        gemm_case(variants[v], SPARSE, 31, 64, 513, true);
        gemm_case(variants[v], FORWARD, 129, 64, 2048, false);
    }
}

/* m rows in one call equal m calls of one row, and any split between. */
static void gemm_rows_do_not_depend_on_batch(void **state)
{
    (void)state;
    enum { M = 29, N = 160, K = 77 };
    gemm_sizes sizes;
    ock_gemm whole = gemm_of(FORWARD, M, N, K, &sizes);
    const float *a = input(sizes.a, 1, number), *b = input(sizes.b, 2, number);
    whole.a = a, whole.b = b;
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t rows = 1; rows <= M; rows++) {
            twin c = twin_new(sizes.c, 3, number);
            whole.c = c.spec;
            variants[v]->gemm(&whole);
            for (size_t first = 0; first < M; first += rows) {
                ock_gemm part = whole;
                part.m = M - first < rows ? M - first : rows;
                part.a = a + first * part.a_row;
                part.c = c.variant + first * part.c_row;
                variants[v]->gemm(&part);
            }
            twin_equal(c, "gemm in batches", variants[v]);
        }
    }
    free_input(a);
    free_input(b);
}

/* Negative control: with these numbers another order of k gives other bits. */
static void gemm_inputs_are_order_sensitive(void **state)
{
    (void)state;
    enum { K = 101 };
    gemm_sizes sizes;
    ock_gemm g = gemm_of(FORWARD, 1, OCK_PANEL, K, &sizes);
    const float *a = input(sizes.a, 1, number), *b = input(sizes.b, 2, number);
    float c[OCK_PANEL];
    size_t different = 0;
    g.a = a, g.b = b, g.c = c;
    spec->gemm(&g);
    for (size_t j = 0; j < OCK_PANEL; j++) {
        float forward = 0.0f, backward = 0.0f;
        for (size_t k = 0; k < K; k++) {
            forward = __builtin_fmaf(a[k], b[k * OCK_PANEL + j], forward);
            backward = __builtin_fmaf(a[K - 1 - k], b[(K - 1 - k) * OCK_PANEL + j], backward);
        }
        assert_memory_equal(&c[j], &forward, sizeof forward);
        different += memcmp(&forward, &backward, sizeof forward) != 0;
    }
    assert_true(different > OCK_PANEL / 2);
    free_input(a);
    free_input(b);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gemm_equals_scalar),
        cmocka_unit_test(gemm_rows_do_not_depend_on_batch),
        cmocka_unit_test(gemm_inputs_are_order_sensitive),
    };
    return ock_run_cases(argc, argv, tests, find_variants, NULL);
}
