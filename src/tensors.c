/* tensors.c - panel-form matrices: start values, transposition, and the three products of training. */
#include "tensors.h"

#include "rng.h"

void ock_tensor_random(float *weights, size_t inputs, size_t outputs, float gain, uint64_t seed,
                       uint32_t tensor)
{
    const float sqrt3 = 1.7320508f; /* a uniform number in [-1, 1) has deviation 1 / sqrt(3) */
    float scale = gain * sqrt3 / __builtin_sqrtf((float)inputs);
    for (size_t k = 0; k < inputs; k++)
        for (size_t n = 0; n < outputs; n++)
            weights[(n / OCK_PANEL) * inputs * OCK_PANEL + k * OCK_PANEL + n % OCK_PANEL] =
                scale * ock_rng_uniform(seed, tensor, k * outputs + n);
}

/* One 32 x 32 tile: to[j][i] = from[i][j]. */
static void transpose_tile(const float *from, float *to)
{
    for (size_t j = 0; j < OCK_PANEL; j++)
        for (size_t i = 0; i < OCK_PANEL; i++)
            to[j * OCK_PANEL + i] = from[i * OCK_PANEL + j];
}

void ock_tensor_transpose(const float *weights, size_t inputs, size_t outputs, float *transposed)
{
    for (size_t n = 0; n < outputs / OCK_PANEL; n++)
        for (size_t k = 0; k < inputs / OCK_PANEL; k++)
            transpose_tile(weights + (n * inputs + k * OCK_PANEL) * OCK_PANEL,
                           transposed + (k * outputs + n * OCK_PANEL) * OCK_PANEL);
}

void ock_tensor_apply(const ock_kernels *kernels, const float *weights, size_t inputs,
                      size_t outputs, ock_rows rows, const float *x, float *y, bool add)
{
    kernels->gemm(&(ock_gemm){
        .m = rows.count,
        .n = outputs,
        .k = inputs,
        .a = x + rows.first * inputs,
        .a_row = rows.step * inputs,
        .a_col = 1,
        .b = weights,
        .b_panel = inputs * OCK_PANEL,
        .b_row = OCK_PANEL,
        .c = y + rows.first * outputs,
        .c_row = rows.step * outputs,
        .c_panel = OCK_PANEL,
        .add = add,
    });
}

void ock_tensor_gradient(const ock_kernels *kernels, size_t inputs, size_t outputs, ock_rows rows,
                         const float *x, const float *dy, float *gradient, bool add)
{
    kernels->gemm(&(ock_gemm){
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
