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

enum { GATES = 3, VECTORS = 4 }; /* u, a, b; v_f, v_r, b_f, b_r */

typedef struct recurrent {
    ock_layer base;
    ock_block block;      /* gates: u, f, r, their gradients those of u, a, b; inner: r c */
    const float *vectors; /* v_f, v_r, b_f, b_r */
    ock_trail state;      /* c */
    float *d_vectors;     /* (lanes at work, VECTORS*width) summed over a lane's positions */
    float
        *carry; /* (lanes at work, width) gradient of the state, on its way to earlier positions */
} recurrent;

static recurrent *of(ock_layer *layer)
{
    return (recurrent *)layer;
}

static size_t in_count(size_t width)
{
    return width * GATES * width;
}

static size_t parameter_count(const ock_config *config)
{
    size_t d = config->width;
    return in_count(d) + d * d + VECTORS * d;
}

/* Those of u, a and b, and w_out. */
static size_t matrices(const ock_config *config, ock_matrix of[OCK_LAYER_MATRICES])
{
    const size_t d = config->width;
    return ock_layer_squares(0, d, GATES + 1, of, 0);
}

/* The matrix that writes to the residual stream starts at zero, so the stack starts as the identity. */
static void initialise(const ock_config *c, uint32_t first_tensor, float *parameters)
{
    const size_t d = c->width;
    ock_tensor_random(parameters, d, GATES * d, 1.0f, c->seed, first_tensor);
    float *rest = parameters + in_count(d);
    memset(rest, 0, (d * d + VECTORS * d) * sizeof *rest);
    ock_layer_forget(rest + d * d + 2 * d, d);
}

static ock_status create(ock_layer *layer, const ock_site *site)
{
    recurrent *l = of(layer);
    const size_t d = layer->width;
    l->block = (ock_block){.columns = GATES * d,
                           .inside = d,
                           .w_in = site->parameters,
                           .w_out = site->parameters + in_count(d)};
    l->vectors = l->block.w_out + d * d;
    l->state.floats = d;
    const ock_arena_part parts[] = {
        {&l->state.of, layer->lanes * (1 + layer->step) * d, sizeof(float)},
        {&l->d_vectors, layer->lanes * VECTORS * d, sizeof(float)},
        {&l->carry, layer->lanes * d, sizeof(float)}};
    const ock_status status = ock_block_init(&l->block, layer, site->arena);
    return status != OCK_OK
               ? status
               : ock_arena_take_parts(site->arena, parts, OCK_PARTS(parts), layer->kind->name);
}

static void refresh(ock_layer *layer, const ock_worker *me)
{
    ock_block_refresh(&of(layer)->block, layer, me);
    ock_team_barrier(me);
}

static ock_recurrence shape_of(const recurrent *l, ock_range elements)
{
    return (ock_recurrence){l->base.width, ock_range_length(elements), l->vectors + elements.begin};
}

static float *state_after(const recurrent *l, size_t lane, ptrdiff_t t)
{
    return ock_trail_after(&l->state, &l->base, lane, t);
}

static void recur(recurrent *l, const ock_layer_piece *own, ock_span span)
{
    const size_t d = l->base.width, e = own->elements.begin;
    const ock_recurrence shape = shape_of(l, own->elements);
    for (size_t i = own->lanes.begin; i < own->lanes.end; i++) {
        const size_t lane = ock_layer_lane(&l->base, i);
        for (size_t t = span.begin; t < span.begin + span.count; t++) {
            const size_t row = i * l->base.step + t;
            l->base.kernels->recur(&shape, l->block.gates + row * GATES * d + e,
                                   state_after(l, lane, (ptrdiff_t)t - 1) + e,
                                   state_after(l, lane, (ptrdiff_t)t) + e,
                                   l->block.inner + row * d + e);
        }
    }
}

static void forward(ock_layer *layer, const ock_worker *me, ock_span span, float *x)
{
    recurrent *l = of(layer);
    const ock_rows rows = ock_span_rows(span, ock_layer_at_work(layer), layer->step);
    const bool by_columns = ock_tensor_by_columns(me, rows.count, layer->width);
    const ock_layer_piece mine = ock_layer_piece_of(layer, me, by_columns);
    ock_block_enter(&l->block, layer, me, rows, GATES, x);
    if (!by_columns) {
        ock_team_barrier(me);
    }
    recur(l, &mine, span);
    ock_team_barrier(me);
    ock_block_leave(&l->block, layer, me, rows, x);
}

/* Back through the positions of the i-th lane at work. */
static void recur_backward(recurrent *l, size_t i, ock_range elements)
{
    const size_t d = l->base.width, e = elements.begin, count = ock_range_length(elements);
    const size_t lane = ock_layer_lane(&l->base, i);
    const ock_recurrence shape = shape_of(l, elements);
    const ock_block *b = &l->block;
    float *d_vectors = l->d_vectors + i * VECTORS * d + e, *carry = l->carry + i * d + e;
    for (size_t v = 0; v < VECTORS; v++) {
        memset(d_vectors + v * d, 0, count * sizeof *d_vectors);
    }
    memset(carry, 0, count * sizeof *carry);
    for (size_t t = l->base.step; t-- > 0;) {
        const size_t row = i * l->base.step + t;
        l->base.kernels->recur_backward(
            &shape, b->gates + row * GATES * d + e, state_after(l, lane, (ptrdiff_t)t - 1) + e,
            state_after(l, lane, (ptrdiff_t)t) + e, b->d_inner + row * d + e, carry,
            b->d_gates + row * GATES * d + e, d_vectors);
    }
}

static void backward(ock_layer *layer, const ock_worker *me, float *dx)
{
    recurrent *l = of(layer);
    const bool by_columns = ock_tensor_by_columns(me, ock_layer_rows(layer).count, layer->width);
    const ock_layer_piece mine = ock_layer_piece_of(layer, me, by_columns);
    ock_block_leave_backward(&l->block, layer, me, dx);
    if (!by_columns) {
        ock_team_barrier(me);
    }
    for (size_t i = mine.lanes.begin; i < mine.lanes.end; i++) {
        recur_backward(l, i, mine.elements);
    }
    ock_team_barrier(me);
    ock_block_enter_backward(&l->block, layer, me, dx);
}

static void gradient(ock_layer *layer, const ock_worker *me, ock_shard_lanes lanes, float *g,
                     bool add)
{
    recurrent *l = of(layer);
    g = ock_block_in_gradient(&l->block, layer, me, lanes, g, add);
    g = ock_block_out_gradient(&l->block, layer, me, lanes, g, add);
    ock_layer_vector_gradient(layer, me, VECTORS * layer->width, l->d_vectors, lanes, g, add);
    ock_team_barrier(me);
}

static void end_step(ock_layer *layer, const ock_worker *me)
{
    ock_trail_end_step(&of(layer)->state, layer, me);
}

static void state(ock_layer *layer, size_t lanes, ock_range own, ock_state_visitor *visitor)
{
    ock_trail_state(&of(layer)->state, layer, lanes, own, visitor);
}

const ock_layer_kind ock_layer_recurrent = {
    .name = "a layer",
    .bytes = sizeof(recurrent),
    .parameter_count = parameter_count,
    .matrices = matrices,
    .initialise = initialise,
    .create = create,
    .refresh = refresh,
    .forward = forward,
    .backward = backward,
    .gradient = gradient,
    .end_step = end_step,
    .state = state,
};
