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
    /* parts of the parameter vector, and transposed copies for gradients of inputs */
    const float *w_in, *w_hidden, *w_out, *bias;
    float *t_in, *t_hidden, *t_out;
    /* memory, by lane: (lanes, width) */
    float *kept_hidden, *kept_cell;
    /* activations, R = lanes * step rows */
    float *y, *inverse; /* (R, width), (R) */
    float *gates;       /* (R, 4*width) i, f, o, g */
    float *before;      /* (R, width) h of the position before */
    float *cell;        /* (R, width) c, */
    float *squashed;    /* and tanh(c) */
    float *hidden;      /* (R, width) h */
    /* gradients */
    float *d_out, *d_hidden, *d_norm; /* (R, width) of the block's output, of h, of y */
    float *d_gates;                   /* (R, 4*width) before the squashing functions */
    float *d_bias;                    /* (lanes at work, 4*width) summed over a lane's positions */
    float *carry; /* (lanes at work, width) of the cell, on its way to earlier positions */
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

/* The matrix that writes to the residual stream starts at zero, so the stack starts as the
 * identity. Biases of f from 0 to 3: half-lives of one to fourteen positions. */
static void initialise(const ock_config *c, uint32_t first_tensor, float *parameters)
{
    const float longest = 3.0f;
    const size_t d = c->width;
    ock_tensor_random(parameters, d, GATES * d, 1.0f, c->seed, first_tensor);
    float *hidden = parameters + in_count(d);
    ock_tensor_random(hidden, d, GATES * d, 1.0f, c->seed, first_tensor + 1);
    float *rest = hidden + in_count(d);
    memset(rest, 0, (d * d + GATES * d) * sizeof *rest);
    float *b_f = rest + d * d + d;
    for (size_t i = 0; i < d; i++) {
        b_f[i] = longest * (float)i / (float)d;
    }
}

static ock_status allocate(lstm *l, ock_arena *arena)
{
    const size_t lanes = l->base.lanes, rows = lanes * l->base.step, d = l->base.width;
    const ock_arena_part parts[] = {{&l->t_in, in_count(d), sizeof(float)},
                                    {&l->t_hidden, in_count(d), sizeof(float)},
                                    {&l->t_out, d * d, sizeof(float)},
                                    {&l->kept_hidden, lanes * d, sizeof(float)},
                                    {&l->kept_cell, lanes * d, sizeof(float)},
                                    {&l->y, rows * d, sizeof(float)},
                                    {&l->inverse, rows, sizeof(float)},
                                    {&l->gates, rows * GATES * d, sizeof(float)},
                                    {&l->before, rows * d, sizeof(float)},
                                    {&l->cell, rows * d, sizeof(float)},
                                    {&l->squashed, rows * d, sizeof(float)},
                                    {&l->hidden, rows * d, sizeof(float)},
                                    {&l->d_out, rows * d, sizeof(float)},
                                    {&l->d_hidden, rows * d, sizeof(float)},
                                    {&l->d_norm, rows * d, sizeof(float)},
                                    {&l->d_gates, rows * GATES * d, sizeof(float)},
                                    {&l->d_bias, lanes * GATES * d, sizeof(float)},
                                    {&l->carry, lanes * d, sizeof(float)}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), l->base.kind->name);
}

static ock_status create(ock_layer *layer, const ock_site *site)
{
    lstm *l = of(layer);
    l->w_in = site->parameters;
    l->w_hidden = l->w_in + in_count(layer->width);
    l->w_out = l->w_hidden + in_count(layer->width);
    l->bias = l->w_out + layer->width * layer->width;
    return allocate(l, site->arena);
}

static void refresh(ock_layer *layer, const ock_worker *me)
{
    const lstm *l = of(layer);
    const size_t d = layer->width;
    ock_tensor_transpose(me, l->w_in, d, GATES * d, l->t_in);
    ock_tensor_transpose(me, l->w_hidden, d, GATES * d, l->t_hidden);
    ock_tensor_transpose(me, l->w_out, d, d, l->t_out);
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

/* Each gate is a product of its own, so that a member has the same columns of each. */
static void multiply_gates(const lstm *l, const ock_worker *me, const float *weights, ock_rows rows,
                           const float *x, bool add)
{
    const size_t d = l->base.width;
    for (size_t begin = 0; begin < GATES * d; begin += d) {
        ock_tensor_apply_columns(l->base.kernels, me, weights, d, GATES * d,
                                 (ock_range){begin, begin + d}, rows, x, l->gates, add);
    }
}

/* Position t, the products being there, of a piece; h goes to the next position. */
static void squash(lstm *l, const ock_layer_piece *own, size_t t)
{
    const size_t d = l->base.width, e = own->elements.begin;
    const ock_recurrence shape = shape_of(l, own->elements);
    for (size_t i = own->lanes.begin; i < own->lanes.end; i++) {
        const size_t row = i * l->base.step + t, at = row * d + e;
        l->base.kernels->lstm(&shape, l->gates + row * GATES * d + e, cell_before(l, i, t) + e,
                              l->cell + at, l->squashed + at, l->hidden + at);
        if (t + 1 < l->base.step) {
            memcpy(l->before + at + d, l->hidden + at, shape.count * sizeof *l->before);
        }
    }
}

static void forward(ock_layer *layer, const ock_worker *me, ock_span span, float *x)
{
    lstm *l = of(layer);
    const size_t d = layer->width, lanes = ock_layer_at_work(layer);
    const ock_rows rows = ock_span_rows(span, lanes, layer->step), own = ock_rows_part(rows, me);
    const size_t first = own.first * d;
    const bool by_columns = ock_tensor_by_columns(me, lanes, d);
    const ock_layer_piece mine = ock_layer_piece_of(layer, me, by_columns);
    layer->kernels->rmsnorm(own.count, d, own.step * d, x + first, l->y + first,
                            l->inverse + own.first, own.step);
    if (span.begin == 0) {
        recall(l, me);
    }
    ock_team_barrier(me);
    multiply_gates(l, me, l->w_in, rows, l->y, false);
    ock_team_barrier(me);
    for (size_t t = span.begin; t < span.begin + span.count; t++) {
        multiply_gates(l, me, l->w_hidden, rows_at(layer, t), l->before, true);
        squash(l, &mine, t);
        if (by_columns) {
            ock_team_barrier(me); /* else its lanes are the member's own */
        }
    }
    ock_team_barrier(me);
    ock_tensor_apply(layer->kernels, me, l->w_out, d, d, rows, l->hidden, x, true);
    ock_team_barrier(me);
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
        l->base.kernels->lstm_backward(&shape, l->gates + row * GATES * d + e,
                                       cell_before(l, i, t) + e, l->squashed + at, l->d_hidden + at,
                                       l->carry + i * d + e, l->d_gates + row * GATES * d + e,
                                       l->d_bias + i * GATES * d + e);
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
            const float *later = l->d_gates + GATES * d; /* row t of it is row t + 1 */
            ock_tensor_apply(l->base.kernels, me, l->t_hidden, GATES * d, d, rows_at(&l->base, t),
                             later, l->d_hidden, true);
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
    const size_t d = layer->width;
    const ock_rows rows = {0, ock_layer_at_work(layer) * layer->step, 1};
    const ock_rows own = ock_rows_part(rows, me);
    const size_t first = own.first * d;
    memcpy(l->d_out + first, dx + first, own.count * d * sizeof *dx);
    ock_tensor_apply(layer->kernels, me, l->t_out, d, d, rows, dx, l->d_hidden, false);
    ock_team_barrier(me);
    through_time(l, me);
    ock_team_barrier(me);
    ock_tensor_apply(layer->kernels, me, l->t_in, GATES * d, d, rows, l->d_gates, l->d_norm, false);
    ock_team_barrier(me);
    layer->kernels->rmsnorm_backward(own.count, d, l->y + first, l->inverse + own.first,
                                     l->d_norm + first, dx + first);
    ock_team_barrier(me);
}

static void gradient(ock_layer *layer, const ock_worker *me, ock_shard_lanes lanes, float *g,
                     bool add)
{
    lstm *l = of(layer);
    const size_t d = layer->width;
    const ock_rows rows = {lanes.first * layer->step, lanes.count * layer->step, 1};
    ock_tensor_gradient(layer->kernels, me, d, GATES * d, rows, l->y, l->d_gates, g, add);
    g += in_count(d);
    ock_tensor_gradient(layer->kernels, me, d, GATES * d, rows, l->before, l->d_gates, g, add);
    g += in_count(d);
    ock_tensor_gradient(layer->kernels, me, d, d, rows, l->hidden, l->d_out, g, add);
    g += d * d;
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
        memcpy(l->kept_hidden + to, l->hidden + from, d * sizeof *l->hidden);
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
    .initialise = initialise,
    .create = create,
    .refresh = refresh,
    .forward = forward,
    .backward = backward,
    .gradient = gradient,
    .end_step = end_step,
    .state = state,
};
