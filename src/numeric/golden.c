/* SPDX-License-Identifier: MIT */
/* golden.c - golden vectors of the kernels and the functions. */
#include "numeric/golden.h"

#include <stdlib.h>
#include <string.h>

#include "numeric/numeric.h"
#include "numeric/rng.h"

enum {
    INPUTS = 4096,
    OUTPUTS = 4096,
    WIDTH = 48, /* of vectors */
    ODD = 61,   /* where a kernel takes any number */
    BLOCK = 4096
};

/* What a check works on. */
typedef struct bench {
    float wide[INPUTS];     /* 2^-12 to 2^12, zeros of both signs, denormals */
    float ordinary[INPUTS]; /* [-1, 1) */
    float out[OUTPUTS];     /* all of it is compared */
} bench;

static float wide_number(size_t i)
{
    uint64_t bits = ock_rng_bits(11, 1, i);
    float mantissa = ock_rng_uniform(11, 2, i);
    switch (bits % 16) {
    case 0:
        return bits & 16 ? 0.0f : -0.0f;
    case 1:
        return mantissa * 0x1p-130f;
    default:
        return mantissa * (float)(1 << (bits >> 8) % 12) * (bits & 64 ? 1.0f : 0x1p-12f);
    }
}

/* Outputs start as ordinary numbers, for some kernels add to them. */
static void fill(bench *b)
{
    for (size_t i = 0; i < INPUTS; i++) {
        b->wide[i] = wide_number(i);
        b->ordinary[i] = ock_rng_uniform(12, 1, i);
    }
    for (size_t i = 0; i < OUTPUTS; i++) {
        b->out[i] = ock_rng_uniform(12, 2, i);
    }
}

/* ---- one function a kernel ---- */

static void run_gemm(const ock_kernels *k, bench *b)
{
    ock_gemm g = {.m = 15, .n = 64, .k = 30, .a = b->wide, .a_row = 30, .a_col = 1};
    g.b = b->ordinary;
    g.b_row = OCK_PANEL;
    g.b_panel = (size_t)30 * OCK_PANEL;
    g.c = b->out;
    g.c_row = 64;
    g.c_panel = OCK_PANEL;
    k->gemm(&g);
    g.c = b->out + (size_t)15 * 64;
    g.add = true;
    k->gemm(&g);
}

static void run_add(const ock_kernels *k, bench *b)
{
    k->add(ODD, b->wide, b->out);
}

static void run_axpy(const ock_kernels *k, bench *b)
{
    k->axpy(WIDTH, 0.3f, b->wide, b->out);
}

static void run_dot(const ock_kernels *k, bench *b)
{
    for (size_t i = 0; i < 32; i++) {
        b->out[i] = k->dot(WIDTH, b->wide + i, b->wide + 1000 + i);
    }
}

enum { SETS = 7 };

static void run_dot_sets(const ock_kernels *k, bench *b)
{
    const float *w[SETS];
    for (size_t s = 0; s < SETS; s++) {
        w[s] = b->wide + 100 * (s + 1);
    }
    k->dot_sets(SETS, WIDTH, b->wide, w, b->out);
}

static void run_axpy_sets(const ock_kernels *k, bench *b)
{
    float *w[SETS];
    for (size_t s = 0; s < SETS; s++) {
        w[s] = b->out + 100 * s;
    }
    k->axpy_sets(SETS, WIDTH, b->ordinary, b->wide, w);
}

static void run_rmsnorm(const ock_kernels *k, bench *b)
{
    k->rmsnorm(SETS, WIDTH, WIDTH, b->wide, b->out, b->out + 1000, 1);
}

static void run_rmsnorm_backward(const ock_kernels *k, bench *b)
{
    k->rmsnorm_backward(SETS, WIDTH, b->ordinary, b->ordinary + 1000, b->wide, b->out);
}

static void run_exp_shifted(const ock_kernels *k, bench *b)
{
    k->exp_shifted(ODD, b->wide, 0.375f, b->out);
}

static void run_sigmoid(const ock_kernels *k, bench *b)
{
    k->sigmoid(WIDTH, b->wide, b->out);
}

static void run_max(const ock_kernels *k, bench *b)
{
    for (size_t i = 0; i < 32; i++) {
        b->out[i] = k->max(i + 1, b->wide + 100 * i);
    }
}

static void run_sum(const ock_kernels *k, bench *b)
{
    for (size_t i = 0; i < 32; i++) {
        b->out[i] = k->sum(i + 1, b->wide + 100 * i);
    }
}

static void run_recur(const ock_kernels *k, bench *b)
{
    ock_recurrence shape = {WIDTH, WIDTH, b->wide};
    k->recur(&shape, b->out, b->ordinary, b->out + 200, b->out + 300);
}

static void run_recur_backward(const ock_kernels *k, bench *b)
{
    ock_recurrence shape = {WIDTH, WIDTH, b->wide};
    k->recur_backward(&shape, b->ordinary, b->ordinary + 200, b->ordinary + 300, b->ordinary + 400,
                      b->out, b->out + 100, b->out + 300);
}

static void run_relu2(const ock_kernels *k, bench *b)
{
    k->relu2(ODD, b->wide, b->out);
}

static void run_relu2_backward(const ock_kernels *k, bench *b)
{
    k->relu2_backward(ODD, b->wide, b->ordinary, b->out);
}

static ock_attention attention_shape(const bench *b)
{
    ock_attention shape = {.heads = 2, .head_width = 32, .count = 21, .stride = 64};
    shape.scale = 0.1767767f;
    shape.bias = b->ordinary + 4000;
    shape.bias_stride = 32;
    shape.weight_stride = 32;
    return shape;
}

static void run_attention(const ock_kernels *k, bench *b)
{
    const ock_attention shape = attention_shape(b);
    k->attention(&shape, b->ordinary, b->ordinary + 100, b->wide + 100, b->out, b->out + 100);
}

static void run_attention_backward(const ock_kernels *k, bench *b)
{
    const ock_attention shape = attention_shape(b);
    float scratch[32];
    memcpy(b->out, b->ordinary + 50, 64 * sizeof *b->out);
    k->attention_backward(&shape, 5, b->ordinary, b->ordinary + 100, b->ordinary + 2000,
                          b->ordinary + 50, b->ordinary + 64, b->out + 100, b->out + 200,
                          b->out + 1600, b->out + 3000, scratch);
}

static void run_lstm(const ock_kernels *k, bench *b)
{
    const ock_recurrence shape = {WIDTH, WIDTH, b->wide};
    k->lstm(&shape, b->out, b->ordinary, b->out + 200, b->out + 300, b->out + 400);
}

static void run_lstm_backward(const ock_kernels *k, bench *b)
{
    const ock_recurrence shape = {WIDTH, WIDTH, b->wide};
    k->lstm_backward(&shape, b->ordinary, b->ordinary + 200, b->ordinary + 300, b->ordinary + 400,
                     b->out, b->out + 100, b->out + 300);
}

enum { STATES = 5 };

static ock_state_space scan_shape(const bench *b)
{
    return (ock_state_space){WIDTH, WIDTH, STATES, b->wide, b->ordinary + 3000};
}

static void run_scan(const ock_kernels *k, bench *b)
{
    const ock_state_space shape = scan_shape(b);
    k->scan(&shape, b->out, b->ordinary, b->ordinary + 50, b->ordinary + 100, b->out + 200,
            b->out + 500, b->out + 600);
}

static void run_scan_backward(const ock_kernels *k, bench *b)
{
    const ock_state_space shape = scan_shape(b);
    k->scan_backward(&shape, b->ordinary + 1000, b->ordinary, b->ordinary + 50, b->ordinary + 100,
                     b->ordinary + 400, b->ordinary + 500, b->out, b->out + 300, b->out + 500,
                     b->out + 600, b->out + 900);
}

static void run_adam(const ock_kernels *k, bench *b)
{
    static const ock_adam with = {2e-3f, 0.1f, 0.01f, 1.7f, 1e-8f};
    static const ock_adam without = {2e-3f, 1.0f, 0.01f, 1.7f, 1e-8f};
    for (size_t i = 0; i < 200; i++) {
        b->out[i] = b->out[i] * b->out[i]; /* v is never negative */
    }
    k->adam(&with, ODD, b->wide, b->out + 200, b->out, b->out + 300);
    k->adam(&without, ODD, b->wide, NULL, b->out + 100, b->out + 400);
}

static void run_adagrad_row(const ock_kernels *k, bench *b)
{
    b->out[0] = 0.5f;
    k->adagrad_row(WIDTH, 0.08f, b->wide, b->out, b->out + 1);
}

static void run_all_finite(const ock_kernels *k, bench *b)
{
    static const uint32_t bad[] = {0x7f800000u, 0xff800000u, 0x7fc00000u, 0x7f800001u};
    float x[ODD];
    for (size_t i = 0; i < ODD; i++) {
        memcpy(x, b->wide, sizeof x);
        b->out[2 * i] = k->all_finite(ODD, x);
        memcpy(&x[i], &bad[i % 4], sizeof x[i]);
        b->out[2 * i + 1] = k->all_finite(ODD, x);
    }
}

static const struct {
    const char *name;
    void (*run)(const ock_kernels *kernels, bench *b);
    uint64_t golden; /* hash of b->out after the specification ran */
} checks[] = {
#define CHECK(name, golden)                                                                        \
    {                                                                                              \
#name, run_##name, golden                                                                  \
    }
    CHECK(gemm, 0x91363d59a2d68134u),        CHECK(add, 0x2ce07b436a21bbb9u),
    CHECK(axpy, 0x3531bdb840abc65cu),        CHECK(dot, 0x047ab429cdaa9afeu),
    CHECK(dot_sets, 0x79c12fb20490569cu),    CHECK(axpy_sets, 0x3bf96da5cca9841au),
    CHECK(rmsnorm, 0xb05952262690982fu),     CHECK(rmsnorm_backward, 0x4aa760dca9333261u),
    CHECK(exp_shifted, 0x361da90cc91ffd76u), CHECK(sigmoid, 0x2e87b84afa411b9du),
    CHECK(max, 0xfb7c612adfefb57bu),         CHECK(sum, 0x9d226aed96d5a41eu),
    CHECK(recur, 0xd05922504c2718bau),       CHECK(recur_backward, 0x80248f584cd09138u),
    CHECK(relu2, 0xca1ba8a7bdccd68bu),       CHECK(relu2_backward, 0x056b4faefb755822u),
    CHECK(attention, 0x6c54955e46af3aaeu),   CHECK(attention_backward, 0x09d07eed61008a76u),
    CHECK(lstm, 0xcad61c348bf8533du),        CHECK(lstm_backward, 0x64ec0b912032f4dbu),
    CHECK(scan, 0x6359867d56ce657eu),        CHECK(scan_backward, 0x0b2f75703411f38fu),
    CHECK(adam, 0x643242b0dc84cc1au),        CHECK(adagrad_row, 0xa7d3ac4ec80d6f11u),
    CHECK(all_finite, 0x76adc432afd1e033u),
#undef CHECK
};

size_t ock_golden_kernels(void)
{
    return sizeof checks / sizeof checks[0];
}

const char *ock_golden_kernel_name(size_t check)
{
    return checks[check].name;
}

static uint64_t hash_of(const void *data, size_t bytes)
{
    const unsigned char *at = data;
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < bytes; i++) {
        hash = (hash ^ at[i]) * 0x100000001b3u;
    }
    return hash;
}

static ock_status compare(const char *name, const ock_kernels *kernels, const bench *expected,
                          const bench *got)
{
    for (size_t i = 0; i < OUTPUTS; i++) {
        if (memcmp(&expected->out[i], &got->out[i], sizeof(float)) != 0) {
            return ock_fail(OCK_INTERNAL,
                            "%s of the %s kernels: number %zu is %a, and %a by the specification",
                            name, kernels->name, i, (double)got->out[i], (double)expected->out[i]);
        }
    }
    return OCK_OK;
}

ock_status ock_golden_kernel(const ock_kernels *kernels, size_t check)
{
    bench *expected = malloc(2 * sizeof *expected), *got = expected + 1;
    if (expected == NULL) {
        return ock_fail_memory(2 * sizeof *expected, "golden vectors");
    }
    fill(expected);
    *got = *expected;
    checks[check].run(&ock_kernels_scalar, expected);
    checks[check].run(kernels, got);
    uint64_t hash = hash_of(expected->out, sizeof expected->out);
    ock_status status = compare(checks[check].name, kernels, expected, got);
    if (status == OCK_OK && hash != checks[check].golden) {
        status = ock_fail(OCK_INTERNAL,
                          "%s of the scalar kernels: the results have the hash %#llx instead of "
                          "%#llx",
                          checks[check].name, (unsigned long long)hash,
                          (unsigned long long)checks[check].golden);
    }
    free(expected);
    return status;
}

/* ---- functions over ranges ---- */

static void exp_block(const ock_kernels *k, const float *x, float *y)
{
    k->exp_shifted(BLOCK, x, 0.0f, y);
}

static void sigmoid_block(const ock_kernels *k, const float *x, float *y)
{
    k->sigmoid(BLOCK, x, y);
}

static void log_block(const ock_kernels *k, const float *x, float *y)
{
    (void)k;
    for (size_t i = 0; i < BLOCK; i++) {
        y[i] = ock_log(x[i]);
    }
}

static void tanh_block(const ock_kernels *k, const float *x, float *y)
{
    (void)k;
    for (size_t i = 0; i < BLOCK; i++) {
        y[i] = ock_tanh(x[i]);
    }
}

/* The floats from +-0 to `most` and to -`least`, by their bits; a logarithm's from `first` on. */
static const struct {
    const char *name, *range;
    void (*block)(const ock_kernels *kernels, const float *x, float *y);
    bool scalar_only;
    uint32_t first, most, least; /* bits; least 0: no negative ones */
    uint64_t golden[2];          /* with OCK_GOLDEN_STRIDE; with stride 1 */
} functions[OCK_GOLDEN_RANGES] = {
    {"exp",
     "-87 to 88",
     exp_block,
     false,
     0,
     0x42b00000u,
     0xc2ae0000u,
     {0xb6fcc0c938522641u, 0xad1ca481bc15b9cau}},
    {"sigmoid",
     "-88 to 87",
     sigmoid_block,
     false,
     0,
     0x42ae0000u,
     0xc2b00000u,
     {0x19766f59b0543edeu, 0x33e8ca920d008be8u}},
    {"log",
     "all normal",
     log_block,
     true,
     0x00800000u,
     0x7f7fffffu,
     0,
     {0xc18317325bd5ebe3u, 0x8e0f0401113ca145u}},
    {"tanh",
     "-9 to 9",
     tanh_block,
     true,
     0,
     0x41100000u,
     0xc1100000u,
     {0xb3fbb9e6f04236d5u, 0xa27e12876bc024e5u}},
};

/* Running hash of many results, in eight lanes of 32 bits so that it costs next to nothing. */
typedef struct wide_hash {
    uint32_t lane[8];
} wide_hash;

static void hash_block(wide_hash *h, const float *y)
{
    uint32_t bits[BLOCK];
    memcpy(bits, y, sizeof bits);
    for (size_t i = 0; i < BLOCK; i += 8) {
        for (size_t l = 0; l < 8; l++) {
            h->lane[l] = (h->lane[l] ^ bits[i + l]) * 0x01000193u;
        }
    }
}

/* Every stride-th of the patterns from `begin` to `end`; the last block is filled up with `end`. */
static uint64_t hash_patterns(const ock_kernels *kernels, size_t function, uint32_t begin,
                              uint32_t end, uint32_t stride, wide_hash *h)
{
    float x[BLOCK], y[BLOCK];
    uint64_t arguments = 0;
    for (uint64_t bits = begin; bits <= end;) {
        for (size_t i = 0; i < BLOCK; i++) {
            uint32_t pattern = bits <= end ? (uint32_t)bits : end;
            memcpy(&x[i], &pattern, sizeof x[i]);
            arguments += bits <= end;
            bits += stride;
        }
        functions[function].block(kernels, x, y);
        hash_block(h, y);
    }
    return arguments;
}

ock_status ock_golden_function(const ock_kernels *kernels, size_t function, uint32_t stride,
                               ock_golden_range *range)
{
    wide_hash h = {{1, 2, 3, 4, 5, 6, 7, 8}};
    bool scalar = kernels == &ock_kernels_scalar;
    *range = (ock_golden_range){functions[function].name, functions[function].range, NULL, 0};
    if (functions[function].scalar_only && !scalar) {
        range->skipped = "no kernel: the same code on every instruction set";
        return OCK_OK;
    }
    range->arguments = hash_patterns(kernels, function, functions[function].first,
                                     functions[function].most, stride, &h);
    if (functions[function].least != 0) {
        range->arguments +=
            hash_patterns(kernels, function, 0x80000000u, functions[function].least, stride, &h);
    }
    uint64_t hash = hash_of(h.lane, sizeof h.lane);
    uint64_t golden = functions[function].golden[stride == 1];
    if (hash == golden) {
        return OCK_OK;
    }
    return ock_fail(
        OCK_INTERNAL, "%s by the %s kernels: the results have the hash %#llx instead of %#llx",
        range->name, kernels->name, (unsigned long long)hash, (unsigned long long)golden);
}
