/* SPDX-License-Identifier: MIT */
/* layer_block.c - the residual block that kinds of layers have in common. */
#include <string.h>

#include "network/layer_private.h"

ock_status ock_block_init(ock_block *b, const ock_layer *l, ock_arena *arena)
{
    const size_t rows = l->lanes * l->step, d = l->width;
    const ock_arena_part parts[] = {{&b->t_in, d * b->columns, sizeof(float)},
                                    {&b->t_out, b->inside * d, sizeof(float)},
                                    {&b->y, rows * d, sizeof(float)},
                                    {&b->inverse, rows, sizeof(float)},
                                    {&b->gates, rows * b->columns, sizeof(float)},
                                    {&b->inner, rows * b->inside, sizeof(float)},
                                    {&b->d_out, rows * d, sizeof(float)},
                                    {&b->d_norm, rows * d, sizeof(float)},
                                    {&b->d_gates, rows * b->columns, sizeof(float)},
                                    {&b->d_inner, rows * b->inside, sizeof(float)}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), l->kind->name);
}

void ock_block_refresh(const ock_block *b, const ock_layer *l, const ock_worker *me)
{
    ock_tensor_transpose(me, b->w_in, l->width, b->columns, b->t_in);
    ock_tensor_transpose(me, b->w_out, b->inside, l->width, b->t_out);
}

/* ---- forward ---- */

void ock_block_multiply(const ock_block *b, const ock_layer *l, const ock_worker *me,
                        const float *weights, ock_rows rows, size_t pieces, const float *x,
                        bool add)
{
    const size_t columns = b->columns / pieces;
    for (size_t begin = 0; begin < b->columns; begin += columns) {
        ock_tensor_apply_columns(l->kernels, me, weights, l->width, b->columns,
                                 (ock_range){begin, begin + columns}, rows, x, b->gates, add);
    }
}

void ock_block_enter(const ock_block *b, const ock_layer *l, const ock_worker *me, ock_rows rows,
                     size_t pieces, const float *x)
{
    ock_tensor_normalise(l->kernels, l->width, ock_rows_part(rows, me), x, b->y, b->inverse);
    ock_team_barrier(me);
    ock_block_multiply(b, l, me, b->w_in, rows, pieces, b->y, false);
}

void ock_block_leave(const ock_block *b, const ock_layer *l, const ock_worker *me, ock_rows rows,
                     float *x)
{
    ock_tensor_apply(l->kernels, me, b->w_out, b->inside, l->width, rows, b->inner, x, true);
    ock_team_barrier(me);
}

/* ---- backward ---- */

void ock_block_leave_backward(const ock_block *b, const ock_layer *l, const ock_worker *me,
                              const float *dx)
{
    const ock_rows rows = ock_layer_rows(l), own = ock_rows_part(rows, me);
    const size_t d = l->width, first = own.first * d;
    memcpy(b->d_out + first, dx + first, own.count * d * sizeof *dx);
    ock_tensor_apply(l->kernels, me, b->t_out, d, b->inside, rows, dx, b->d_inner, false);
}

void ock_block_enter_backward(const ock_block *b, const ock_layer *l, const ock_worker *me,
                              float *dx)
{
    const ock_rows rows = ock_layer_rows(l);
    ock_tensor_apply(l->kernels, me, b->t_in, b->columns, l->width, rows, b->d_gates, b->d_norm,
                     false);
    ock_team_barrier(me);
    ock_tensor_normalise_backward(l->kernels, l->width, ock_rows_part(rows, me), b->y, b->inverse,
                                  b->d_norm, dx);
    ock_team_barrier(me);
}

/* ---- gradients of the parameters ---- */

float *ock_block_in_gradient(const ock_block *b, const ock_layer *l, const ock_worker *me,
                             ock_shard_lanes lanes, float *gradient, bool add)
{
    ock_tensor_gradient(l->kernels, me, l->width, b->columns, ock_layer_shard_rows(l, lanes), b->y,
                        b->d_gates, gradient, add);
    return gradient + l->width * b->columns;
}

float *ock_block_out_gradient(const ock_block *b, const ock_layer *l, const ock_worker *me,
                              ock_shard_lanes lanes, float *gradient, bool add)
{
    ock_tensor_gradient(l->kernels, me, b->inside, l->width, ock_layer_shard_rows(l, lanes),
                        b->inner, b->d_out, gradient, add);
    return gradient + b->inside * l->width;
}
