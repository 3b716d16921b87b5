/* SPDX-License-Identifier: MIT */
/* layer_lstm.c - long short-term memory in a pre-norm residual block.
 *
 *     y = rmsnorm(x);  i, f, o, g = y W + h' U + b          h', c': those of the position before
 *     c = sigmoid(f) c' + sigmoid(i) tanh(g);  h = sigmoid(o) tanh(c);  x += h Wo
 *
 * Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers et al., 2000. h and c go
 * on from step to step and are constants to the gradient there: back-propagation through time is cut at the step.
 * Products with W are of all positions at once, those with U of one position of all lanes. */
#include "network/layer_private.h"

#include <string.h>

enum { GATES = 4 }; /* i, f, o, g */

typedef struct lstm {
    ock_layer base;
    ock_block block; /* gates: i, f, o, g; inner: h */
    /* parts of the parameter vector, and a transposed copy for the gradient of h */
    const float *w_hidden, *bias;
    float *t_hidden;
    /* memory, by lane: (lanes, width) */
    float *kept_hidden, *kept_cell;
    /* activations, R = lanes * step rows: (R, width) */
    float *before;   /* h of the position before */
    float *cell;     /* c, */
    float *squashed; /* and tanh(c) */
    /* gradients */
    float *d_bias; /* (lanes at work, 4*width) summed over a lane's positions */
    float *carry;  /* (lanes at work, width) of the cell, on its way to earlier positions */
} lstm;

static lstm *of(ock_layer *layer)
{
    return (lstm *)layer;
}

static size_t in_count(size_t width)
{
    return width * GATES * width;
}

static size_t parameter_count(const ock_config *config)
{
    const size_t d = config->width;
    return 2 * in_count(d) + d * d + GATES * d;
}

/* Those of the gates, from below and from the state, and w_out. */
static size_t matrices(const ock_config *config, ock_matrix of[OCK_LAYER_MATRICES])
{
    const size_t d = config->width;
    return ock_layer_squares(0, d, 2 * GATES + 1, of, 0);
}

/* The matrix that writes to the residual stream starts at zero, so the stack starts as the identity. */
static void initialise(const ock_config *c, uint32_t first_tensor, float *parameters)
{
    const size_t d = c->width;
    ock_tensor_random(parameters, d, GATES * d, 1.0f, c->seed, first_tensor);
    float *hidden = parameters + in_count(d);
    ock_tensor_random(hidden, d, GATES * d, 1.0f, c->seed, first_tensor + 1);
    float *rest = hidden + in_count(d);
    memset(rest, 0, (d * d + GATES * d) * sizeof *rest);
    ock_layer_forget(rest + d * d + d, d);
}

static ock_status allocate(lstm *l, ock_arena *arena)
{
    const size_t lanes = l->base.lanes, rows = lanes * l->base.step, d = l->base.width;
    const ock_arena_part parts[] = {{&l->t_hidden, in_count(d), sizeof(float)},
                                    {&l->kept_hidden, lanes * d, sizeof(float)},
                                    {&l->kept_cell, lanes * d, sizeof(float)},
                                    {&l->before, rows * d, sizeof(float)},
                                    {&l->cell, rows * d, sizeof(float)},
                                    {&l->squashed, rows * d, sizeof(float)},
                                    {&l->d_bias, lanes * GATES * d, sizeof(float)},
                                    {&l->carry, lanes * d, sizeof(float)}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), l->base.kind->name);
}

static ock_status create(ock_layer *layer, const ock_site *site)
{
    lstm *l = of(layer);
    const size_t d = layer->width;
    l->w_hidden = site->parameters + in_count(d);
    l->block = (ock_block){.columns = GATES * d,
                           .inside = d,
                           .w_in = site->parameters,
                           .w_out = l->w_hidden + in_count(d)};
    l->bias = l->block.w_out + d * d;
    const ock_status status = ock_block_init(&l->block, layer, site->arena);
    return status != OCK_OK ? status : allocate(l, site->arena);
}

static void refresh(ock_layer *layer, const ock_worker *me)
{
    const lstm *l = of(layer);
    ock_block_refresh(&l->block, layer, me);
    ock_tensor_transpose(me, l->w_hidden, layer->width, GATES * layer->width, l->t_hidden);
    ock_team_barrier(me);
}

/* One position of all lanes at work. */
static ock_rows rows_at(const ock_layer *l, size_t t)
{
    return (ock_rows){t, ock_layer_at_work(l), l->step};
}

static ock_recurrence shape_of(const lstm *l, ock_range elements)
{
    return (ock_recurrence){l->base.width, ock_range_length(elements), l->bias + elements.begin};
}

/* The cell before position t of the i-th lane at work. */
static const float *cell_before(const lstm *l, size_t i, size_t t)
{
    const size_t d = l->base.width;
    return t == 0 ? l->kept_cell + ock_layer_lane(&l->base, i) * d
                  : l->cell + (i * l->base.step + t - 1) * d;
}

/* h of the positions before a step, for the member's lanes. */
static void recall(lstm *l, const ock_worker *me)
{
    const size_t d = l->base.width;
    const ock_range own = ock_team_part(me, ock_layer_at_work(&l->base));
    for (size_t i = own.begin; i < own.end; i++) {
        memcpy(l->before + i * l->base.step * d, l->kept_hidden + ock_layer_lane(&l->base, i) * d,
               d * sizeof *l->before);
    }
}

/* Position t, the products being there, of a piece; h goes to the next position. */
static void squash(lstm *l, const ock_layer_piece *own, size_t t)
{
    const size_t d = l->base.width, e = own->elements.begin;
    const ock_recurrence shape = shape_of(l, own->elements);
    for (size_t i = own->lanes.begin; i < own->lanes.end; i++) {
        const size_t row = i * l->base.step + t, at = row * d + e;
        l->base.kernels->lstm(&shape, l->block.gates + row * GATES * d + e,
                              cell_before(l, i, t) + e, l->cell + at, l->squashed + at,
                              l->block.inner + at);
        if (t + 1 < l->base.step) {
            memcpy(l->before + at + d, l->block.inner + at, shape.count * sizeof *l->before);
        }
    }
}

static void forward(ock_layer *layer, const ock_worker *me, ock_span span, float *x)
{
    lstm *l = of(layer);
    const size_t d = layer->width, lanes = ock_layer_at_work(layer);
    const ock_rows rows = ock_span_rows(span, lanes, layer->step);
    const bool by_columns = ock_tensor_by_columns(me, lanes, d);
    const ock_layer_piece mine = ock_layer_piece_of(layer, me, by_columns);
    if (span.begin == 0) {
        recall(l, me);
    }
    ock_block_enter(&l->block, layer, me, rows, GATES, x);
    ock_team_barrier(me);
    for (size_t t = span.begin; t < span.begin + span.count; t++) {
        ock_block_multiply(&l->block, layer, me, l->w_hidden, rows_at(layer, t), GATES, l->before,
                           true);
        squash(l, &mine, t);
        if (by_columns) {
            ock_team_barrier(me); /* else its lanes are the member's own */
        }
    }
    ock_team_barrier(me);
    ock_block_leave(&l->block, layer, me, rows, x);
}

static void clear_sums(lstm *l, const ock_layer_piece *own)
{
    const size_t d = l->base.width, e = own->elements.begin;
    const size_t bytes = ock_range_length(own->elements) * sizeof(float);
    for (size_t i = own->lanes.begin; i < own->lanes.end; i++) {
        memset(l->carry + i * d + e, 0, bytes);
        for (size_t gate = 0; gate < GATES; gate++) {
            memset(l->d_bias + (i * GATES + gate) * d + e, 0, bytes);
        }
    }
}

static void squash_backward(lstm *l, const ock_layer_piece *own, size_t t)
{
    const size_t d = l->base.width, e = own->elements.begin;
    const ock_recurrence shape = shape_of(l, own->elements);
    for (size_t i = own->lanes.begin; i < own->lanes.end; i++) {
        const size_t row = i * l->base.step + t, at = row * d + e;
        l->base.kernels->lstm_backward(
            &shape, l->block.gates + row * GATES * d + e, cell_before(l, i, t) + e,
            l->squashed + at, l->block.d_inner + at, l->carry + i * d + e,
            l->block.d_gates + row * GATES * d + e, l->d_bias + i * GATES * d + e);
    }
}

/* Back through the positions: the gradient of h gets the later position's share, and becomes that of the gates. */
static void through_time(lstm *l, const ock_worker *me)
{
    const size_t d = l->base.width, step = l->base.step;
    const bool by_columns = ock_tensor_by_columns(me, ock_layer_at_work(&l->base), d);
    const ock_layer_piece mine = ock_layer_piece_of(&l->base, me, by_columns);
    clear_sums(l, &mine);
    for (size_t t = step; t-- > 0;) {
        if (t + 1 < step) {
            const float *later = l->block.d_gates + GATES * d; /* row t of it is row t + 1 */
            ock_tensor_apply(l->base.kernels, me, l->t_hidden, GATES * d, d, rows_at(&l->base, t),
                             later, l->block.d_inner, true);
        }
        squash_backward(l, &mine, t);
        if (by_columns) {
            ock_team_barrier(me);
        }
    }
}

static void backward(ock_layer *layer, const ock_worker *me, float *dx)
{
    lstm *l = of(layer);
    ock_block_leave_backward(&l->block, layer, me, dx);
    ock_team_barrier(me);
    through_time(l, me);
    ock_team_barrier(me);
    ock_block_enter_backward(&l->block, layer, me, dx);
}

static void gradient(ock_layer *layer, const ock_worker *me, ock_shard_lanes lanes, float *g,
                     bool add)
{
    lstm *l = of(layer);
    const size_t d = layer->width;
    g = ock_block_in_gradient(&l->block, layer, me, lanes, g, add);
    ock_tensor_gradient(layer->kernels, me, d, GATES * d, ock_layer_shard_rows(layer, lanes),
                        l->before, l->block.d_gates, g, add);
    g += in_count(d);
    g = ock_block_out_gradient(&l->block, layer, me, lanes, g, add);
    ock_layer_vector_gradient(layer, me, GATES * d, l->d_bias, lanes, g, add);
    ock_team_barrier(me);
}

static void end_step(ock_layer *layer, const ock_worker *me)
{
    lstm *l = of(layer);
    const size_t d = layer->width;
    const ock_range own = ock_team_part(me, ock_layer_at_work(layer));
    for (size_t i = own.begin; i < own.end; i++) {
        const size_t to = ock_layer_lane(layer, i) * d, from = ((i + 1) * layer->step - 1) * d;
        memcpy(l->kept_hidden + to, l->block.inner + from, d * sizeof *l->kept_hidden);
        memcpy(l->kept_cell + to, l->cell + from, d * sizeof *l->cell);
    }
    ock_team_barrier(me);
}

static void state(ock_layer *layer, size_t lanes, ock_range own, ock_state_visitor *visitor)
{
    const size_t d = layer->width;
    ock_layer_show("hidden", lanes, own, of(layer)->kept_hidden, d, d, visitor);
    ock_layer_show("cell", lanes, own, of(layer)->kept_cell, d, d, visitor);
}

const ock_layer_kind ock_layer_lstm = {
    .name = "an LSTM layer",
    .bytes = sizeof(lstm),
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
