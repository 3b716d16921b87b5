/* SPDX-License-Identifier: MIT */
/* bench_kernels.c - speed of the kernels of one backend, as a share of the fma peak measured in the
 * same run. Usage: bench_kernels [scalar|avx2|avx512 [seconds per line]] */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "numeric/cpu.h"
#include "numeric/fpenv.h"
#include "numeric/kernels.h"
#include "numeric/rng.h"

static double seconds_per_line = 0.1;
static const ock_kernels *kernels;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- fma peak: independent chains that never leave the registers ------------------------------ */

enum { PEAK_CHAINS = 12, PEAK_ROUNDS = 20000 };

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx512f"), noinline)) static float peak_avx512(float start)
{
    __m512 sum[PEAK_CHAINS], factor = _mm512_set1_ps(start), term = _mm512_set1_ps(0.25f);
    for (int i = 0; i < PEAK_CHAINS; i++) {
        sum[i] = _mm512_set1_ps(start + (float)i);
    }
    for (int round = 0; round < PEAK_ROUNDS; round++) {
#pragma GCC unroll 12
        for (int i = 0; i < PEAK_CHAINS; i++) {
            sum[i] = _mm512_fmadd_ps(sum[i], factor, term);
        }
    }
    for (int i = 1; i < PEAK_CHAINS; i++) {
        sum[0] = _mm512_add_ps(sum[0], sum[i]);
    }
    return _mm512_cvtss_f32(sum[0]);
}

__attribute__((target("avx2,fma"), noinline)) static float peak_avx2(float start)
{
    __m256 sum[PEAK_CHAINS], factor = _mm256_set1_ps(start), term = _mm256_set1_ps(0.25f);
    for (int i = 0; i < PEAK_CHAINS; i++) {
        sum[i] = _mm256_set1_ps(start + (float)i);
    }
    for (int round = 0; round < PEAK_ROUNDS; round++) {
#pragma GCC unroll 12
        for (int i = 0; i < PEAK_CHAINS; i++) {
            sum[i] = _mm256_fmadd_ps(sum[i], factor, term);
        }
    }
    for (int i = 1; i < PEAK_CHAINS; i++) {
        sum[0] = _mm256_add_ps(sum[0], sum[i]);
    }
    return _mm256_cvtss_f32(sum[0]);
}

static float (*peak_loop(double *flops))(float)
{
    bool wide = strcmp(kernels->name, "avx512") == 0;
    *flops = 2.0 * (wide ? 16 : 8) * PEAK_CHAINS * PEAK_ROUNDS;
    return wide ? peak_avx512 : peak_avx2; /* the scalar file is measured against 8 lanes */
}
#else
static float peak_scalar(float start)
{
    float sum[PEAK_CHAINS * 4];
    for (int i = 0; i < PEAK_CHAINS * 4; i++) {
        sum[i] = start + (float)i;
    }
    for (int round = 0; round < PEAK_ROUNDS; round++) {
        for (int i = 0; i < PEAK_CHAINS * 4; i++) {
            sum[i] = __builtin_fmaf(sum[i], start, 0.25f);
        }
    }
    for (int i = 1; i < PEAK_CHAINS * 4; i++) {
        sum[0] += sum[i];
    }
    return sum[0];
}

static float (*peak_loop(double *flops))(float)
{
    *flops = 2.0 * 4 * PEAK_CHAINS * PEAK_ROUNDS;
    return peak_scalar;
}
#endif

static double measure_peak(void)
{
    double flops, best = 0, begin = now();
    float (*loop)(float) = peak_loop(&flops);
    volatile float sink = 0.5f;
    while (now() - begin < 5 * seconds_per_line) {
        double t = now();
        sink = loop(sink * 0x1p-20f + 0.5f);
        double rate = flops / (now() - t) * 1e-9;
        best = rate > best ? rate : best;
    }
    return best;
}

/* --- lines ------------------------------------------------------------------------------------ */

enum { POOL = 1 << 23 }; /* floats in each buffer */
static float *pool_a, *pool_b, *pool_c;

/* Best seconds of one call. Each timing covers enough calls for 20 microseconds or more. */
static double best_seconds(void (*call)(const void *), const void *argument)
{
    double best = 1e9, begin = now();
    int calls = 1;
    while (now() - begin < seconds_per_line) {
        double t = now();
        for (int i = 0; i < calls; i++) {
            call(argument);
        }
        t = now() - t;
        best = t / calls < best ? t / calls : best;
        calls = t < 20e-6 ? calls * 2 : calls;
    }
    return best;
}

static void call_gemm(const void *product)
{
    kernels->gemm(product);
}

static void gemm_line(const char *form, const ock_gemm *g, double peak)
{
    double flops = 2.0 * (double)g->m * (double)g->n * (double)g->k;
    double rate = flops / best_seconds(call_gemm, g) * 1e-9;
    printf("%-8s, %5zu, %5zu, %5zu, %9.1f, %6.1f\n", form, g->m, g->n, g->k, rate,
           100 * rate / peak);
}

/* C row-major = A row-major times weight panels. */
static void forward_line(size_t m, size_t n, size_t k, double peak)
{
    ock_gemm g = {.m = m,
                  .n = n,
                  .k = k,
                  .a = pool_a,
                  .a_row = k,
                  .a_col = 1,
                  .b = pool_b,
                  .b_panel = k * OCK_PANEL,
                  .b_row = OCK_PANEL,
                  .c = pool_c,
                  .c_row = n,
                  .c_panel = OCK_PANEL,
                  .add = false};
    gemm_line("forward", &g, peak);
}

/* Panels of the weight gradient (rows of weights, n) = A^T B over `positions`. */
static void gradient_line(size_t rows, size_t n, size_t positions, double peak)
{
    ock_gemm g = {.m = rows,
                  .n = n,
                  .k = positions,
                  .a = pool_a,
                  .a_row = 1,
                  .a_col = rows,
                  .b = pool_b,
                  .b_panel = OCK_PANEL,
                  .b_row = n,
                  .c = pool_c,
                  .c_row = OCK_PANEL,
                  .c_panel = rows * OCK_PANEL,
                  .add = true};
    gemm_line("gradient", &g, peak);
}

static void gemm_lines(double peak)
{
    static const size_t shapes[][2] = {{576, 192}, {192, 192}, {768, 192},  {192, 768},
                                       {256, 192}, {768, 256}, {256, 1024}, {1024, 256}};
    static const size_t rows[] = {1024, 128, 64, 16, 13, 8, 7, 6, 5, 4, 3, 2, 1};
    static const size_t positions[] = {64, 128, 256};
    printf("form    ,     m,     n,     k,  GFLOP/s, %% peak\n");
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            forward_line(rows[i], shapes[s][0], shapes[s][1], peak);
        }
        for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++) {
            gradient_line(shapes[s][1], shapes[s][0], positions[i], peak);
        }
    }
}

typedef struct sets_shape {
    size_t sets, n;
} sets_shape;

static float *set_rows[8];

static void call_dot_sets(const void *argument)
{
    const sets_shape *s = argument;
    kernels->dot_sets(s->sets, s->n, pool_a, (const float *const *)set_rows, pool_c);
}

static void call_axpy_sets(const void *argument)
{
    const sets_shape *s = argument;
    kernels->axpy_sets(s->sets, s->n, pool_c, pool_a, set_rows);
}

static void sets_lines(void)
{
    static const sets_shape shapes[] = {{1, 16}, {1, 32}, {3, 32}, {4, 32}, {8, 32}, {8, 64}};
    printf("\nkernel   ,  sets,     n, nanoseconds\n");
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        printf("dot_sets , %5zu, %5zu, %11.2f\n", shapes[i].sets, shapes[i].n,
               1e9 * best_seconds(call_dot_sets, &shapes[i]));
        printf("axpy_sets, %5zu, %5zu, %11.2f\n", shapes[i].sets, shapes[i].n,
               1e9 * best_seconds(call_axpy_sets, &shapes[i]));
    }
}

/* --- vectors: nanoseconds per element over 16384 elements ------------------------------------- */

enum { VECTOR = 16384 };
static const ock_adam adam_step = {1e-3f, 1.0f, 0.01f, 1.0f, 1e-8f};

static void call_exp(const void *unused)
{
    (void)unused;
    kernels->exp_shifted(VECTOR, pool_a, 0.5f, pool_c);
}

static void call_sum(const void *unused)
{
    (void)unused;
    pool_c[0] = kernels->sum(VECTOR, pool_a);
}

static void call_max(const void *unused)
{
    (void)unused;
    pool_c[0] = kernels->max(VECTOR, pool_a);
}

static void call_rmsnorm(const void *unused)
{
    (void)unused;
    kernels->rmsnorm(VECTOR / 192, 192, 192, pool_a, pool_c, pool_c + (1 << 20), 1);
}

static void call_rmsnorm_backward(const void *unused)
{
    (void)unused;
    kernels->rmsnorm_backward(VECTOR / 192, 192, pool_a, pool_b, pool_b + 4096, pool_c);
}

static void call_adam(const void *unused)
{
    (void)unused;
    kernels->adam(&adam_step, VECTOR, pool_a, NULL, pool_c, pool_c + (1 << 20));
}

static void call_adagrad(const void *unused)
{
    (void)unused;
    for (size_t i = 0; i + 32 <= VECTOR; i += 32) {
        kernels->adagrad_row(32, 0.6f, pool_a + i, pool_c + i, pool_c + (1 << 20) + i);
    }
}

static void call_finite(const void *unused)
{
    (void)unused;
    pool_c[0] = kernels->all_finite(VECTOR, pool_a);
}

static void vector_lines(void)
{
    static const struct {
        const char *name;
        void (*call)(const void *);
    } lines[] = {{"exp_shifted", call_exp},
                 {"sum", call_sum},
                 {"max", call_max},
                 {"rmsnorm", call_rmsnorm},
                 {"rmsnorm_backward", call_rmsnorm_backward},
                 {"adam", call_adam},
                 {"adagrad_row", call_adagrad},
                 {"all_finite", call_finite}};
    printf("\nkernel          , nanoseconds per element\n");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        printf("%-16s, %23.4f\n", lines[i].name, 1e9 * best_seconds(lines[i].call, NULL) / VECTOR);
    }
}

static bool fill_pools(void)
{
    pool_a = aligned_alloc(64, POOL * sizeof(float));
    pool_b = aligned_alloc(64, POOL * sizeof(float));
    pool_c = aligned_alloc(64, POOL * sizeof(float));
    if (pool_a == NULL || pool_b == NULL || pool_c == NULL) {
        return false;
    }
    for (size_t i = 0; i < POOL; i++) {
        pool_a[i] = ock_rng_uniform(1, 1, i);
        pool_b[i] = ock_rng_uniform(1, 2, i);
        pool_c[i] = 1.0f;
    }
    for (size_t s = 0; s < 8; s++) {
        set_rows[s] = pool_b + s * 4096 + s * 64;
    }
    return true;
}

int main(int argc, char **argv)
{
    if (ock_cpu_require(ock_cpu_detect()) != OCK_OK ||
        ock_kernels_select(argc > 1 ? argv[1] : getenv("OCKHAM_ISA"), &kernels) != OCK_OK) {
        fprintf(stderr, "bench_kernels: %s\n", ock_error_text());
        return 1;
    }
    if (argc > 2) {
        seconds_per_line = strtod(argv[2], NULL);
    }
    ock_fpenv_set();
    if (!fill_pools()) {
        fprintf(stderr, "bench_kernels: out of memory\n");
        return 1;
    }
    double peak = measure_peak();
    printf("backend %s, fma peak %.1f GFLOP/s\n\n", kernels->name, peak);
    gemm_lines(peak);
    sets_lines();
    vector_lines();
    free(pool_a);
    free(pool_b);
    free(pool_c);
    return 0;
}
