/* SPDX-License-Identifier: MIT */
/* layer_recurrent.c - a gated recurrence whose loop over positions has no matrices in it.
 *
 *     y = rmsnorm(x);  u, a, b = y W
 *     f = sigmoid(a + v_f c' + b_f);  r = sigmoid(b + v_r c' + b_r)     c': the state before
 *     c = f c' + (1 - f) u;  x += (r c) Wo
 *
 * The simple recurrent unit (Lei et al., "Simple Recurrent Units for Highly Parallelizable
 * Recurrence", 2018) in a pre-norm residual block instead of its highway connection. The state goes
 * on from step to step and is a constant to the gradient there. */
#include "network/layer_private.h"

#include <string.h>

enum { VECTORS = 4 }; /* v_f, v_r, b_f, b_r */

typedef struct recurrent {
    ock_layer base;
    /* parts of the parameter vector, and transposed copies for gradients of inputs */
    const float *w_in, *w_out;
    const float *vectors; /* v_f, v_r, b_f, b_r */
    float *t_in, *t_out;
    /* activations, R = lanes * step rows */
    float *y, *inverse; /* (R, width), (R) */
    float *gates;       /* (R, 3*width) u, f, r */
    float *state;       /* (lanes, 1 + step, width), that before the step first */
    float *gated;       /* (R, width) r c */
    /* gradients */
    float *d_out, *d_gated, *d_norm; /* (R, width) of the block's output, of r c, of y */
    float *d_gates;                  /* (R, 3*width) of u, a, b */
    float *d_vectors; /* (lanes at work, VECTORS*width) summed over a lane's positions */
    float *carry;     /* (lanes at work, width) of the state, on its way to earlier positions */
} recurrent;

static recurrent *of(ock_layer *layer)
{
    return (recurrent *)layer;
}

static size_t in_count(size_t width)
{
    return width * 3 * width;
}

static size_t parameter_count(const ock_config *config)
{
    size_t d = config->width;
    return in_count(d) + d * d + VECTORS * d;
}

/* The matrix that writes to the residual stream starts at zero, so the stack starts as the
 * identity. Biases of f from 0 to 3: half-lives of one to fourteen positions. */
static void initialise(const ock_config *c, uint32_t first_tensor, float *parameters)
{
    const float longest = 3.0f;
    size_t d = c->width;
    ock_tensor_random(parameters, d, 3 * d, 1.0f, c->seed, first_tensor);
    float *rest = parameters + in_count(d);
    memset(rest, 0, (d * d + VECTORS * d) * sizeof *rest);
    float *b_f = rest + d * d + 2 * d;
    for (size_t i = 0; i < d; i++) {
        b_f[i] = longest * (float)i / (float)d;
    }
}

static ock_status allocate(recurrent *l, ock_arena *arena)
{
    size_t rows = l->base.lanes * l->base.step, d = l->base.width;
    const ock_arena_part parts[] = {
        {&l->t_in, d * 3 * d, sizeof(float)},
        {&l->t_out, d * d, sizeof(float)},
        {&l->y, rows * d, sizeof(float)},
        {&l->inverse, rows, sizeof(float)},
        {&l->gates, rows * 3 * d, sizeof(float)},
        {&l->state, l->base.lanes * (1 + l->base.step) * d, sizeof(float)},
        {&l->gated, rows * d, sizeof(float)},
        {&l->d_out, rows * d, sizeof(float)},
        {&l->d_gated, rows * d, sizeof(float)},
        {&l->d_norm, rows * d, sizeof(float)},
        {&l->d_gates, rows * 3 * d, sizeof(float)},
        {&l->d_vectors, l->base.lanes * VECTORS * d, sizeof(float)},
        {&l->carry, l->base.lanes * d, sizeof(float)}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), l->base.kind->name);
}

static ock_status create(ock_layer *layer, const ock_site *site)
{
    recurrent *l = of(layer);
    l->w_in = site->parameters;
    l->w_out = l->w_in + in_count(layer->width);
    l->vectors = l->w_out + layer->width * layer->width;
    return allocate(l, site->arena);
}

static void refresh(ock_layer *layer, const ock_worker *me)
{
    recurrent *l = of(layer);
    ock_tensor_transpose(me, l->w_in, layer->width, 3 * layer->width, l->t_in);
    ock_tensor_transpose(me, l->w_out, layer->width, layer->width, l->t_out);
    ock_team_barrier(me);
}

/* The state after position t of a lane; t = -1: that before the step. */
static float *state_after(const recurrent *l, size_t lane, ptrdiff_t t)
{
    return l->state + (lane * (1 + l->base.step) + (size_t)(t + 1)) * l->base.width;
}

static ock_recurrence shape_of(const recurrent *l, ock_range elements)
{
    return (ock_recurrence){l->base.width, ock_range_length(elements), l->vectors + elements.begin};
}

static void recur(recurrent *l, const ock_layer_piece *own, ock_span span)
{
    const size_t d = l->base.width, e = own->elements.begin;
    const ock_recurrence shape = shape_of(l, own->elements);
    for (size_t i = own->lanes.begin; i < own->lanes.end; i++) {
        const size_t lane = ock_layer_lane(&l->base, i);
        for (size_t t = span.begin; t < span.begin + span.count; t++) {
            const size_t row = i * l->base.step + t;
            l->base.kernels->recur(&shape, l->gates + row * 3 * d + e,
                                   state_after(l, lane, (ptrdiff_t)t - 1) + e,
                                   state_after(l, lane, (ptrdiff_t)t) + e, l->gated + row * d + e);
        }
    }
}

/* u, a and b are products of their own, so that a member has the same columns of each. */
static void forward(ock_layer *layer, const ock_worker *me, ock_span span, float *x)
{
    recurrent *l = of(layer);
    const ock_rows rows = ock_span_rows(span, ock_layer_at_work(&l->base), l->base.step),
                   own = ock_rows_part(rows, me);
    const size_t d = l->base.width, first = own.first * d;
    const bool by_columns = ock_tensor_by_columns(me, rows.count, d);
    const ock_layer_piece mine = ock_layer_piece_of(&l->base, me, by_columns);
    l->base.kernels->rmsnorm(own.count, d, own.step * d, x + first, l->y + first,
                             l->inverse + own.first, own.step);
    ock_team_barrier(me);
    for (size_t begin = 0; begin < 3 * d; begin += d) {
        ock_tensor_apply_columns(l->base.kernels, me, l->w_in, d, 3 * d,
                                 (ock_range){begin, begin + d}, rows, l->y, l->gates, false);
    }
    if (!by_columns) {
        ock_team_barrier(me);
    }
    recur(l, &mine, span);
    ock_team_barrier(me);
    ock_tensor_apply(l->base.kernels, me, l->w_out, d, d, rows, l->gated, x, true);
    ock_team_barrier(me);
}

/* Back through the positions of the i-th lane at work. */
static void recur_backward(recurrent *l, size_t i, ock_range elements)
{
    const size_t d = l->base.width, e = elements.begin, count = ock_range_length(elements);
    const size_t lane = ock_layer_lane(&l->base, i);
    const ock_recurrence shape = shape_of(l, elements);
    float *d_vectors = l->d_vectors + i * VECTORS * d + e, *carry = l->carry + i * d + e;
    for (size_t v = 0; v < VECTORS; v++) {
        memset(d_vectors + v * d, 0, count * sizeof *d_vectors);
    }
    memset(carry, 0, count * sizeof *carry);
    for (size_t t = l->base.step; t-- > 0;) {
        const size_t row = i * l->base.step + t;
        l->base.kernels->recur_backward(
            &shape, l->gates + row * 3 * d + e, state_after(l, lane, (ptrdiff_t)t - 1) + e,
            state_after(l, lane, (ptrdiff_t)t) + e, l->d_gated + row * d + e, carry,
            l->d_gates + row * 3 * d + e, d_vectors);
    }
}

static void backward(ock_layer *layer, const ock_worker *me, float *dx)
{
    recurrent *l = of(layer);
    const size_t d = l->base.width;
    const ock_rows rows = {0, ock_layer_at_work(&l->base) * l->base.step, 1},
                   own = ock_rows_part(rows, me);
    const bool by_columns = ock_tensor_by_columns(me, rows.count, d);
    const ock_layer_piece mine = ock_layer_piece_of(&l->base, me, by_columns);
    const size_t first = own.first * d;
    memcpy(l->d_out + first, dx + first, own.count * d * sizeof *dx);
    ock_tensor_apply(l->base.kernels, me, l->t_out, d, d, rows, dx, l->d_gated, false);
    if (!by_columns) {
        ock_team_barrier(me);
    }
    for (size_t i = mine.lanes.begin; i < mine.lanes.end; i++) {
        recur_backward(l, i, mine.elements);
    }
    ock_team_barrier(me);
    ock_tensor_apply(l->base.kernels, me, l->t_in, 3 * d, d, rows, l->d_gates, l->d_norm, false);
    ock_team_barrier(me);
    l->base.kernels->rmsnorm_backward(own.count, d, l->y + first, l->inverse + own.first,
                                      l->d_norm + first, dx + first);
    ock_team_barrier(me);
}

static void gradient(ock_layer *layer, const ock_worker *me, ock_shard_lanes lanes, float *g,
                     bool add)
{
    recurrent *l = of(layer);
    size_t d = l->base.width;
    ock_rows rows = {lanes.first * l->base.step, lanes.count * l->base.step, 1};
    ock_tensor_gradient(l->base.kernels, me, d, 3 * d, rows, l->y, l->d_gates, g, add);
    g += in_count(d);
    ock_tensor_gradient(l->base.kernels, me, d, d, rows, l->gated, l->d_out, g, add);
    g += d * d;
    ock_layer_vector_gradient(layer, me, VECTORS * d, l->d_vectors, lanes, g, add);
    ock_team_barrier(me);
}

static void end_step(ock_layer *layer, const ock_worker *me)
{
    const recurrent *l = of(layer);
    const ock_range own = ock_team_part(me, ock_layer_at_work(layer));
    for (size_t i = own.begin; i < own.end; i++) {
        const size_t lane = ock_layer_lane(layer, i);
        memcpy(state_after(l, lane, -1), state_after(l, lane, (ptrdiff_t)layer->step - 1),
               layer->width * sizeof *l->state);
    }
    ock_team_barrier(me);
}

static void state(ock_layer *layer, size_t lanes, ock_range own, ock_state_visitor *visitor)
{
    const size_t stride = (1 + layer->step) * layer->width;
    ock_layer_show("state", lanes, own, of(layer)->state, stride, layer->width, visitor);
}

const ock_layer_kind ock_layer_recurrent = {
    .name = "a layer",
    .bytes = sizeof(recurrent),
    .parameter_count = parameter_count,
    .initialise = initialise,
    .create = create,
    .refresh = refresh,
    .forward = forward,
    .backward = backward,
    .gradient = gradient,
    .end_step = end_step,
    .state = state,
};
