/* SPDX-License-Identifier: MIT */
/* tensors.c - panel-form matrices: start values, transposition, and the three
 * products of training. */
#include "network/tensors.h"

#include <string.h>

#include "numeric/rng.h"

void ock_tensor_random(float *weights, size_t inputs, size_t outputs, float gain, uint64_t seed,
                       uint32_t tensor)
{
    const float sqrt3 = 1.7320508f; /* a uniform number in [-1, 1) has deviation 1 / sqrt(3) */
    float scale = gain * sqrt3 / __builtin_sqrtf((float)inputs);
    for (size_t k = 0; k < inputs; k++) {
        for (size_t n = 0; n < outputs; n++) {
            weights[ock_in_panels(inputs, k, n)] =
                scale * ock_rng_uniform(seed, tensor, k * outputs + n);
        }
    }
}

/* Eight floats; the compiler makes of it what the machine has. A copy needs no numeric contract. */
typedef float eight __attribute__((vector_size(32)));

enum { TILE = 8 };

/* to[j][i] = from[i][j] for 8 x 8 elements, rows OCK_PANEL apart: three rounds in which pairs of
 * rows exchange single elements, then pairs, then quadruples. */
static void transpose_tile(const float *from, float *to)
{
    eight r[TILE], s[TILE];
    for (size_t i = 0; i < TILE; i++) {
        memcpy(&r[i], from + i * OCK_PANEL, sizeof r[i]);
    }
    for (int i = 0; i < TILE; i += 2) {
        s[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        s[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < TILE; i += 4) {
        for (int j = i; j < i + 2; j++) {
            r[j] = __builtin_shufflevector(s[j], s[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            r[j + 2] = __builtin_shufflevector(s[j], s[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (int i = 0; i < TILE / 2; i++) {
        s[i] = __builtin_shufflevector(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        s[i + 4] = __builtin_shufflevector(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
    for (size_t i = 0; i < TILE; i++) {
        memcpy(to + i * OCK_PANEL, &s[i], sizeof s[i]);
    }
}

static void transpose_panel_block(const float *from, float *to)
{
    for (size_t i = 0; i < OCK_PANEL; i += TILE) {
        for (size_t j = 0; j < OCK_PANEL; j += TILE) {
            transpose_tile(from + i * OCK_PANEL + j, to + j * OCK_PANEL + i);
        }
    }
}

void ock_tensor_transpose(const ock_worker *me, const float *weights, size_t inputs, size_t outputs,
                          float *transposed)
{
    const ock_range panels = ock_team_part(me, outputs / OCK_PANEL);
    for (size_t n = panels.begin; n < panels.end; n++) {
        for (size_t k = 0; k < inputs / OCK_PANEL; k++) {
            transpose_panel_block(weights + (n * inputs + k * OCK_PANEL) * OCK_PANEL,
                                  transposed + (k * outputs + n * OCK_PANEL) * OCK_PANEL);
        }
    }
}

bool ock_tensor_by_columns(const ock_worker *me, size_t rows, size_t columns)
{
    enum {
        LEAST_ROWS = 12
    }; /* for each member, that a part's tiles are not much lower than a whole's */
    return columns / OCK_PANEL % me->count == 0 || rows < LEAST_ROWS * me->count;
}

ock_range ock_tensor_part(const ock_worker *me, size_t columns)
{
    return ock_team_part_of(me, columns, OCK_PANEL);
}

/* The member's part of a product. */
static void multiply(const ock_kernels *kernels, const ock_worker *me, ock_gemm product)
{
    if (ock_tensor_by_columns(me, product.m, product.n)) {
        const ock_range part = ock_tensor_part(me, product.n);
        product.n = ock_range_length(part);
        product.b += part.begin / OCK_PANEL * product.b_panel;
        product.c += part.begin / OCK_PANEL * product.c_panel;
    } else {
        const ock_range rows = ock_team_part(me, product.m);
        product.m = ock_range_length(rows);
        product.a += rows.begin * product.a_row;
        product.c += rows.begin * product.c_row;
    }
    if (product.m > 0 && product.n > 0) {
        kernels->gemm(&product);
    }
}

void ock_tensor_apply_columns(const ock_kernels *kernels, const ock_worker *me,
                              const float *weights, size_t inputs, size_t outputs,
                              ock_range columns, ock_rows rows, const float *x, float *y, bool add)
{
    multiply(kernels, me,
             (ock_gemm){
                 .m = rows.count,
                 .n = ock_range_length(columns),
                 .k = inputs,
                 .a = x + rows.first * inputs,
                 .a_row = rows.step * inputs,
                 .a_col = 1,
                 .b = weights + columns.begin * inputs,
                 .b_panel = inputs * OCK_PANEL,
                 .b_row = OCK_PANEL,
                 .c = y + rows.first * outputs + columns.begin,
                 .c_row = rows.step * outputs,
                 .c_panel = OCK_PANEL,
                 .add = add,
             });
}

void ock_tensor_apply(const ock_kernels *kernels, const ock_worker *me, const float *weights,
                      size_t inputs, size_t outputs, ock_rows rows, const float *x, float *y,
                      bool add)
{
    ock_tensor_apply_columns(kernels, me, weights, inputs, outputs, (ock_range){0, outputs}, rows,
                             x, y, add);
}

void ock_tensor_gradient(const ock_kernels *kernels, const ock_worker *me, size_t inputs,
                         size_t outputs, ock_rows rows, const float *x, const float *dy,
                         float *gradient, bool add)
{
    multiply(kernels, me,
             (ock_gemm){
                 .m = inputs,
                 .n = outputs,
                 .k = rows.count,
                 .a = x + rows.first * inputs,
                 .a_row = 1,
                 .a_col = inputs,
                 .b = dy + rows.first * outputs,
                 .b_panel = OCK_PANEL,
                 .b_row = outputs,
                 .c = gradient,
                 .c_row = OCK_PANEL,
                 .c_panel = inputs * OCK_PANEL,
                 .add = add,
             });
}

void ock_tensor_normalise(const ock_kernels *kernels, size_t width, ock_rows rows, const float *x,
                          float *y, float *inverse)
{
    const size_t first = rows.first * width;
    kernels->rmsnorm(rows.count, width, rows.step * width, x + first, y + first,
                     inverse + rows.first, rows.step);
}

void ock_tensor_normalise_backward(const ock_kernels *kernels, size_t width, ock_rows rows,
                                   const float *y, const float *inverse, const float *dy, float *dx)
{
    const size_t first = rows.first * width;
    kernels->rmsnorm_backward(rows.count, width, y + first, inverse + rows.first, dy + first,
                              dx + first);
}
