/* SPDX-License-Identifier: MIT */
/* kernel_twins.h - what test_kernels.c, test_layer_kernels.c and test_gemm.c share: reproducible numbers,
 * buffers in twins (one for the specification, one for a variant), and the list of
 * backends this machine runs. */
#ifndef OCK_KERNEL_TWINS_H
#define OCK_KERNEL_TWINS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "numeric/fpenv.h"
#include "numeric/kernels.h"
#include "numeric/rng.h"

static const ock_kernels *const spec = &ock_kernels_scalar;
static const ock_kernels *variants[4]; /* backends this machine runs, the scalar one last */
static size_t variant_count;

/* Order-sensitive numbers: magnitudes from 2^-12 to 2^12, with zeros of
 * both signs and denormals. */
static inline float number(uint32_t tensor, size_t i)
{
    uint64_t bits = ock_rng_bits(99, tensor, i);
    float mantissa = ock_rng_uniform(98, tensor, i);
    switch (bits % 32) {
    case 0:
        return 0.0f;
    case 1:
        return -0.0f;
    case 2:
        return mantissa * 0x1p-130f;
    default:
        return mantissa * (float)(1 << (bits >> 8) % 12) * (bits & 64 ? 1.0f : 0x1p-12f);
    }
}

/* Numbers with which a softmax or a norm is ordinary. */
static inline float ordinary(uint32_t tensor, size_t i)
{
    return ock_rng_uniform(97, tensor, i);
}

enum { GUARD = 17 }; /* floats around each buffer that no kernel may touch; odd, so unaligned */

/* The same buffer twice: one for the specification, one for the variant under test. */
typedef struct twin {
    float *spec, *variant;
    float *memory;
    size_t n;
} twin;

static inline twin twin_new(size_t n, uint32_t tensor, float (*value)(uint32_t, size_t))
{
    size_t total = n + 2 * GUARD;
    twin t = {.memory = malloc(2 * total * sizeof(float)), .n = n};
    assert_non_null(t.memory);
    for (size_t i = 0; i < total; i++) {
        t.memory[i] = t.memory[total + i] = value(tensor, i);
    }
    t.spec = t.memory + GUARD;
    t.variant = t.memory + total + GUARD;
    return t;
}

/* Both hold the same bits, guards included; frees them. */
static inline void twin_equal(twin t, const char *what, const ock_kernels *variant)
{
    size_t total = t.n + 2 * GUARD;
    if (memcmp(t.memory, t.memory + total, total * sizeof(float)) != 0) {
        for (size_t i = 0; i < total; i++) {
            if (memcmp(&t.memory[i], &t.memory[total + i], sizeof(float)) != 0) {
                fail_msg("%s: %s differs from scalar at %zd of %zu: %a instead of %a",
                         variant->name, what, (ptrdiff_t)i - GUARD, t.n,
                         (double)t.memory[total + i], (double)t.memory[i]);
            }
        }
    }
    free(t.memory);
}

/* A buffer that is only read. Freed by free_input. */
static inline const float *input(size_t n, uint32_t tensor, float (*value)(uint32_t, size_t))
{
    float *x = malloc((n + 1) * sizeof(float));
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) {
        x[i + 1] = value(tensor, i);
    }
    return x + 1; /* unaligned */
}

static inline void free_input(const float *x)
{
    free((float *)(uintptr_t)(x - 1));
}

/* Collects what this machine runs; what it does not run is named loudly. */
static inline int find_variants(void **state)
{
    (void)state;
    static const char *const names[] = {"avx512", "avx2", "neon"};
    ock_fpenv_set();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (ock_kernels_select(names[i], &variants[variant_count]) == OCK_OK) {
            variant_count++;
        } else {
            ock_leave_out("this machine has no kernels %s", names[i]);
            ock_error_clear();
        }
    }
    variants[variant_count++] = spec;
    return 0;
}

#endif
