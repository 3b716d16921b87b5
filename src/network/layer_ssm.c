/* SPDX-License-Identifier: MIT */
/* layer_ssm.c - a diagonal state-space layer whose step sizes, inputs and outputs follow from the data.
 *
 *     y = rmsnorm(x);  u, r, a, B, C = y W;  step = sigmoid(a + b);  r = sigmoid(r)
 *     h[n] = exp(-step rate[n]) h'[n] + (1 - exp(-step rate[n])) B[n] u        n = 1 .. 16, h': the position before
 *     x += (r (sum of C[n] h[n] + D u)) Wo
 *
 * Diagonal real states (Gu et al., "On the Parameterization and Initialization of Diagonal State Space Models",
 * 2022) held for a step that the input chooses (Gu and Dao, "Mamba", 2023), with the exact input of a step instead
 * of Euler's, which keeps every state a weighted mean of its inputs. Each channel has 16 states; at the start they
 * forget in 1 to 2^16 positions. States go on from step to step and are constants to the gradient there. Nothing but
 * element by element work goes along the positions. */
#include "network/layer_private.h"

#include <string.h>

enum {
    STATES = 16,          /* of a channel */
    SHARED = 2 * STATES,  /* numbers of a position that all channels share: B, C */
    VECTORS = 2 + STATES, /* b, D, logarithms of the rates */
};

_Static_assert((int)SHARED == (int)OCK_PANEL, "B and C are one panel of the product");

typedef struct ssm {
    ock_layer base;
    size_t columns; /* 3*width + SHARED: u, r, a, B, C */
    /* parts of the parameter vector, and copies derived from them */
    const float *w_in, *w_out, *vectors;
    float *t_in, *t_out, *rates; /* rates:(STATES, width) */
    /* activations, R = lanes * step rows */
    float *y, *inverse; /* (R, width), (R) */
    float *gates;       /* (R, columns) u, r, step, B, C */
    float *state;       /* (lanes, 1 + step, STATES, width), that before the step first */
    float *sum, *gated; /* (R, width) what is read from the state; r times that */
    /* gradients */
    float *d_out, *d_gated, *d_norm; /* (R, width) of the block's output, of r times sum, of y */
    float *d_sum;                    /* (R, width) */
    float *d_inputs;                 /* (R, STATES, width) of B[n] u */
    float *d_gates;                  /* (R, columns) */
    float *d_vectors; /* (lanes at work, VECTORS, width) summed over a lane's positions */
    float *carry; /* (lanes at work, STATES, width) of the state, on its way to earlier positions */
} ssm;

static ssm *of(ock_layer *layer)
{
    return (ssm *)layer;
}

static size_t columns_of(size_t width)
{
    return 3 * width + SHARED;
}

static size_t parameter_count(const ock_config *config)
{
    const size_t d = config->width;
    return d * columns_of(d) + d * d + VECTORS * d;
}

/* Rates from 2 to 2^-15, of which the first steps take about half; D is 1. The matrix that writes to the residual
 * stream starts at zero, so the stack starts as the identity. */
static void initialise(const ock_config *c, uint32_t first_tensor, float *parameters)
{
    const float fastest = 0.6931472f, apart = 0.7393570f; /* ln 2, 16/15 ln 2 */
    const float gentle = 0.25f;
    const size_t d = c->width;
    ock_tensor_random(parameters, d, columns_of(d), 1.0f, c->seed, first_tensor);
    for (size_t i = 3 * d * d; i < d * columns_of(d); i++) {
        parameters[i] *= gentle; /* the last panel, of B and C */
    }
    float *rest = parameters + d * columns_of(d), *skip = rest + d * d + d, *rates = skip + d;
    memset(rest, 0, (d * d + d) * sizeof *rest);
    for (size_t i = 0; i < d; i++) {
        skip[i] = 1.0f;
    }
    for (size_t n = 0; n < STATES; n++) {
        for (size_t i = 0; i < d; i++) {
            rates[n * d + i] = fastest - apart * (float)n;
        }
    }
}

static ock_status allocate(ssm *l, ock_arena *arena)
{
    const size_t lanes = l->base.lanes, rows = lanes * l->base.step, d = l->base.width;
    const ock_arena_part parts[] = {
        {&l->t_in, d * l->columns, sizeof(float)},
        {&l->t_out, d * d, sizeof(float)},
        {&l->rates, STATES * d, sizeof(float)},
        {&l->y, rows * d, sizeof(float)},
        {&l->inverse, rows, sizeof(float)},
        {&l->gates, rows * l->columns, sizeof(float)},
        {&l->state, lanes * (1 + l->base.step) * STATES * d, sizeof(float)},
        {&l->sum, rows * d, sizeof(float)},
        {&l->gated, rows * d, sizeof(float)},
        {&l->d_out, rows * d, sizeof(float)},
        {&l->d_gated, rows * d, sizeof(float)},
        {&l->d_norm, rows * d, sizeof(float)},
        {&l->d_sum, rows * d, sizeof(float)},
        {&l->d_inputs, rows * STATES * d, sizeof(float)},
        {&l->d_gates, rows * l->columns, sizeof(float)},
        {&l->d_vectors, lanes * VECTORS * d, sizeof(float)},
        {&l->carry, lanes * STATES * d, sizeof(float)}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), l->base.kind->name);
}

static ock_status create(ock_layer *layer, const ock_site *site)
{
    ssm *l = of(layer);
    l->columns = columns_of(layer->width);
    l->w_in = site->parameters;
    l->w_out = l->w_in + layer->width * l->columns;
    l->vectors = l->w_out + layer->width * layer->width;
    return allocate(l, site->arena);
}

static void refresh(ock_layer *layer, const ock_worker *me)
{
    const ssm *l = of(layer);
    const size_t d = layer->width;
    const ock_range own = ock_team_part_of(me, STATES * d, OCK_LANES16);
    ock_tensor_transpose(me, l->w_in, d, l->columns, l->t_in);
    ock_tensor_transpose(me, l->w_out, d, d, l->t_out);
    layer->kernels->exp_shifted(ock_range_length(own), l->vectors + 2 * d + own.begin, 0.0f,
                                l->rates + own.begin);
    ock_team_barrier(me);
}

/* The states after position t of a lane; t = -1: those before the step. */
static float *state_after(const ssm *l, size_t lane, ptrdiff_t t)
{
    return l->state + (lane * (1 + l->base.step) + (size_t)(t + 1)) * STATES * l->base.width;
}

static ock_state_space shape_of(const ssm *l, ock_range elements)
{
    return (ock_state_space){l->base.width, ock_range_length(elements), STATES,
                             l->vectors + elements.begin, l->rates + elements.begin};
}

static void scan(ssm *l, const ock_layer_piece *own, ock_span span)
{
    const size_t d = l->base.width, e = own->elements.begin;
    const ock_state_space shape = shape_of(l, own->elements);
    for (size_t i = own->lanes.begin; i < own->lanes.end; i++) {
        const size_t lane = ock_layer_lane(&l->base, i);
        for (size_t t = span.begin; t < span.begin + span.count; t++) {
            const size_t row = i * l->base.step + t;
            float *gates = l->gates + row * l->columns;
            const float *shared = gates + 3 * d;
            l->base.kernels->scan(&shape, gates + e, shared, shared + STATES,
                                  state_after(l, lane, (ptrdiff_t)t - 1) + e,
                                  state_after(l, lane, (ptrdiff_t)t) + e, l->sum + row * d + e,
                                  l->gated + row * d + e);
        }
    }
}

static void forward(ock_layer *layer, const ock_worker *me, ock_span span, float *x)
{
    ssm *l = of(layer);
    const ock_rows rows = ock_span_rows(span, ock_layer_at_work(layer), layer->step);
    const ock_rows own = ock_rows_part(rows, me);
    const size_t d = layer->width, first = own.first * d;
    const ock_layer_piece mine =
        ock_layer_piece_of(layer, me, ock_tensor_by_columns(me, rows.count, d));
    layer->kernels->rmsnorm(own.count, d, own.step * d, x + first, l->y + first,
                            l->inverse + own.first, own.step);
    ock_team_barrier(me);
    ock_tensor_apply(layer->kernels, me, l->w_in, d, l->columns, rows, l->y, l->gates, false);
    ock_team_barrier(me);
    scan(l, &mine, span);
    ock_team_barrier(me);
    ock_tensor_apply(layer->kernels, me, l->w_out, d, d, rows, l->gated, x, true);
    ock_team_barrier(me);
}

/* Back through the positions of the i-th lane at work. */
static void scan_backward(ssm *l, size_t i, ock_range elements)
{
    const size_t d = l->base.width, e = elements.begin, count = ock_range_length(elements);
    const size_t lane = ock_layer_lane(&l->base, i);
    const ock_state_space shape = shape_of(l, elements);
    float *d_vectors = l->d_vectors + i * VECTORS * d + e, *carry = l->carry + i * STATES * d + e;
    for (size_t v = 0; v < VECTORS; v++) {
        memset(d_vectors + v * d, 0, count * sizeof *d_vectors);
    }
    for (size_t n = 0; n < STATES; n++) {
        memset(carry + n * d, 0, count * sizeof *carry);
    }
    for (size_t t = l->base.step; t-- > 0;) {
        const size_t row = i * l->base.step + t;
        const float *gates = l->gates + row * l->columns, *shared = gates + 3 * d;
        l->base.kernels->scan_backward(&shape, gates + e, shared, shared + STATES,
                                       state_after(l, lane, (ptrdiff_t)t - 1) + e,
                                       l->sum + row * d + e, l->d_gated + row * d + e, carry,
                                       l->d_gates + row * l->columns + e, l->d_sum + row * d + e,
                                       l->d_inputs + row * STATES * d + e, d_vectors);
    }
}

/* Gradients of what a position's channels share: sums over all of them, row by row. */
static void share_backward(ssm *l, ock_rows own)
{
    const size_t d = l->base.width, step = l->base.step;
    for (size_t row = own.first; row < own.first + own.count; row++) {
        const size_t lane = ock_layer_lane(&l->base, row / step);
        const float *state = state_after(l, lane, (ptrdiff_t)(row % step));
        const float *u = l->gates + row * l->columns;
        float *shared = l->d_gates + row * l->columns + 3 * d;
        for (size_t n = 0; n < STATES; n++) {
            const float *d_input = l->d_inputs + (row * STATES + n) * d;
            shared[n] = l->base.kernels->dot(d, d_input, u);
            shared[STATES + n] = l->base.kernels->dot(d, state + n * d, l->d_sum + row * d);
        }
    }
}

static void backward(ock_layer *layer, const ock_worker *me, float *dx)
{
    ssm *l = of(layer);
    const size_t d = layer->width;
    const ock_rows rows = {0, ock_layer_at_work(layer) * layer->step, 1};
    const ock_rows own = ock_rows_part(rows, me);
    const ock_layer_piece mine =
        ock_layer_piece_of(layer, me, ock_tensor_by_columns(me, rows.count, d));
    const size_t first = own.first * d;
    memcpy(l->d_out + first, dx + first, own.count * d * sizeof *dx);
    ock_tensor_apply(layer->kernels, me, l->t_out, d, d, rows, dx, l->d_gated, false);
    ock_team_barrier(me);
    for (size_t i = mine.lanes.begin; i < mine.lanes.end; i++) {
        scan_backward(l, i, mine.elements);
    }
    ock_team_barrier(me);
    share_backward(l, own);
    ock_team_barrier(me);
    ock_tensor_apply(layer->kernels, me, l->t_in, l->columns, d, rows, l->d_gates, l->d_norm,
                     false);
    ock_team_barrier(me);
    layer->kernels->rmsnorm_backward(own.count, d, l->y + first, l->inverse + own.first,
                                     l->d_norm + first, dx + first);
    ock_team_barrier(me);
}

static void gradient(ock_layer *layer, const ock_worker *me, ock_shard_lanes lanes, float *g,
                     bool add)
{
    ssm *l = of(layer);
    const size_t d = layer->width;
    const ock_rows rows = {lanes.first * layer->step, lanes.count * layer->step, 1};
    ock_tensor_gradient(layer->kernels, me, d, l->columns, rows, l->y, l->d_gates, g, add);
    g += d * l->columns;
    ock_tensor_gradient(layer->kernels, me, d, d, rows, l->gated, l->d_out, g, add);
    g += d * d;
    ock_layer_vector_gradient(layer, me, VECTORS * d, l->d_vectors, lanes, g, add);
    ock_team_barrier(me);
}

static void end_step(ock_layer *layer, const ock_worker *me)
{
    const ssm *l = of(layer);
    const ock_range own = ock_team_part(me, ock_layer_at_work(layer));
    for (size_t i = own.begin; i < own.end; i++) {
        const size_t lane = ock_layer_lane(layer, i);
        memcpy(state_after(l, lane, -1), state_after(l, lane, (ptrdiff_t)layer->step - 1),
               STATES * layer->width * sizeof *l->state);
    }
    ock_team_barrier(me);
}

static void state(ock_layer *layer, size_t lanes, ock_range own, ock_state_visitor *visitor)
{
    const size_t kept = STATES * layer->width;
    ock_layer_show("state", lanes, own, of(layer)->state, (1 + layer->step) * kept, kept, visitor);
}

const ock_layer_kind ock_layer_ssm = {
    .name = "a state-space layer",
    .bytes = sizeof(ssm),
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
