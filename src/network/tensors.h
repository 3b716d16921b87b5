/* SPDX-License-Identifier: MIT */
/* tensors.h - weight matrices in panel form (kernels.h), their random start, and the numbers by
 * which the random generator knows each tensor. */
#ifndef OCK_TENSORS_H
#define OCK_TENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "numeric/kernels.h"
#include "threads/team.h"

/* Keys of the random generator. Layer l uses OCK_TENSOR_LAYERS + l * OCK_TENSORS_PER_LAYER + i. */
enum {
    OCK_TENSOR_BYTES = 1,
    OCK_TENSOR_HEAD = 2,
    OCK_TENSOR_LAYERS = 16,
    OCK_TENSORS_PER_LAYER = 8
};

/* A matrix in a vector of parameters, or whole panels of one: (rows, columns) in panels, from parameter number `begin`
 * on. Rows are its inputs, columns its outputs. */
typedef struct ock_matrix {
    size_t begin, rows, columns;
} ock_matrix;

/* Where element (row, column) of a matrix of so many rows is in its panels. */
static inline size_t ock_in_panels(size_t rows, size_t row, size_t column)
{
    return (column / OCK_PANEL * rows + row) * OCK_PANEL + column % OCK_PANEL;
}

/* weights:(inputs, outputs) in panels, uniform with standard deviation gain / sqrt(inputs). The
 * random number of element (k, n) has index k * outputs + n, whatever the panel width. */
void ock_tensor_random(float *weights, size_t inputs, size_t outputs, float gain, uint64_t seed,
                       uint32_t tensor);

/* transposed:(outputs, inputs) in panels = weights:(inputs, outputs) in panels, transposed.
 * Both dimensions are multiples of OCK_PANEL. A copy: no arithmetic. A member's part, likewise. */
void ock_tensor_transpose(const ock_worker *me, const float *weights, size_t inputs, size_t outputs,
                          float *transposed);

/* Rows first, first + step, ... of a (rows, columns) matrix: the rows of one call. */
typedef struct ock_rows {
    size_t first, count, step;
} ock_rows;

/* The products below are a member's part of them: of the outputs where the panels of columns can be
 * shared out evenly, else of the rows. Each output is one chain whoever computes it. All members call
 * alike; the product is there when all have waited for each other. */

/* y[rows] (+)= x[rows] W.  x:(all rows, inputs) y:(all rows, outputs)
 * W:(inputs, outputs) in panels. */
void ock_tensor_apply(const ock_kernels *kernels, const ock_worker *me, const float *weights,
                      size_t inputs, size_t outputs, ock_rows rows, const float *x, float *y,
                      bool add);

/* Whether a product of so many rows and columns is shared out by columns: member by member in whole panels, as
 * ock_tensor_part says. So what is computed element by element from one such product needs no barrier
 * behind it. */
bool ock_tensor_by_columns(const ock_worker *me, size_t rows, size_t columns);
ock_range ock_tensor_part(const ock_worker *me, size_t columns);

/* The same product for columns [columns.begin, columns.end) alone, multiples of OCK_PANEL. */
void ock_tensor_apply_columns(const ock_kernels *kernels, const ock_worker *me,
                              const float *weights, size_t inputs, size_t outputs,
                              ock_range columns, ock_rows rows, const float *x, float *y, bool add);

/* gradient:(inputs, outputs) in panels (+)= x[rows]^T dy[rows], rows contiguous (step 1), summed in
 * ascending row order. */
void ock_tensor_gradient(const ock_kernels *kernels, const ock_worker *me, size_t inputs,
                         size_t outputs, ock_rows rows, const float *x, const float *dy,
                         float *gradient, bool add);

/* y = rmsnorm(x), row by row (kernels.h): x, y:(all rows, width), inverse:(all rows). Only of the rows given: a member's own. */
void ock_tensor_normalise(const ock_kernels *kernels, size_t width, ock_rows rows, const float *x,
                          float *y, float *inverse);

/* dx += what the gradient of y, dy, becomes on its way back; rows contiguous (step 1). */
void ock_tensor_normalise_backward(const ock_kernels *kernels, size_t width, ock_rows rows,
                                   const float *y, const float *inverse, const float *dy,
                                   float *dx);

#endif
