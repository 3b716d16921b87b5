/* SPDX-License-Identifier: MIT */
/* layer_ssm.c - a diagonal state-space layer whose step sizes, inputs and outputs follow from the data.
 *
 *     y = rmsnorm(x);  u, r, a, B, C = y W;  step = sigmoid(a + b);  r = sigmoid(r)
 *     h[n] = exp(-step rate[n]) h'[n] + (1 - exp(-step rate[n])) B[n] u        n = 1 .. 16, h': the position before
 *     x += (r (sum of C[n] h[n] + D u)) Wo
 *
 * Diagonal real states (Gu et al., "On the Parameterization and Initialization of Diagonal State Space Models",
 * 2022) held for a step that the input chooses (Gu and Dao, "Mamba", 2023), with the exact input of a step instead
 * of Euler's, which keeps every state a weighted mean of its inputs. Each channel has 16 states, whose rates are 2 to
 * 2^-15 of a step at the start. States go on from step to step and are constants to the gradient there, so what to keep
 * for longer than a step is never learned. Therefore steps differ widely at the start: what a channel hardly notices
 * (a step of next to nothing) leaves its states alone, whatever they hold and for however long. Nothing but element by
 * element work goes along the positions. */
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
    ock_block block;      /* gates: u, r, step, B, C; inner: r times what is read from the state */
    const float *vectors; /* b, D, logarithms of the rates */
    float *rates;         /* (STATES, width) */
    ock_trail state;      /* (STATES, width) a position */
    float *sum, *d_sum;   /* (R, width) what is read from the state; its gradient */
    float *d_inputs;      /* (R, STATES, width) gradient of B[n] u */
    float *d_vectors;     /* (lanes at work, VECTORS, width) summed over a lane's positions */
    float *
        carry; /* (lanes at work, STATES, width) gradient of the state, on its way to earlier positions */
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

/* Those of u, r and a, and w_out; the panel of B and C is moved by Adam. */
static size_t matrices(const ock_config *config, ock_matrix of[OCK_LAYER_MATRICES])
{
    const size_t d = config->width;
    const size_t count = ock_layer_squares(0, d, 3, of, 0);
    return ock_layer_squares(d * columns_of(d), d, 1, of, count);
}

/* Rates from 2 to 2^-15; logits of steps have a standard deviation of eight, around b; D is small, so that states
 * have a say. The matrix that writes to the residual stream starts at zero, so the stack starts as the identity. */
static void initialise(const ock_config *c, uint32_t first_tensor, float *parameters)
{
    const float fastest = 0.6931472f, apart = 0.7393570f; /* ln 2, 16/15 ln 2 */
    const float wide = 8.0f, gentle = 0.25f, lazy = -3.0f, some = 0.1f;
    const size_t d = c->width;
    ock_tensor_random(parameters, d, columns_of(d), 1.0f, c->seed, first_tensor);
    for (size_t i = 2 * d * d; i < 3 * d * d; i++) {
        parameters[i] *= wide; /* the panels of a */
    }
    for (size_t i = 3 * d * d; i < d * columns_of(d); i++) {
        parameters[i] *= gentle; /* the last panel, of B and C */
    }
    float *rest = parameters + d * columns_of(d), *b = rest + d * d, *skip = b + d,
          *rates = skip + d;
    memset(rest, 0, d * d * sizeof *rest);
    for (size_t i = 0; i < d; i++) {
        b[i] = lazy;
        skip[i] = some;
    }
    for (size_t n = 0; n < STATES; n++) {
        for (size_t i = 0; i < d; i++) {
            rates[n * d + i] = fastest - apart * (float)n;
        }
    }
}

static ock_status create(ock_layer *layer, const ock_site *site)
{
    ssm *l = of(layer);
    const size_t d = layer->width, rows = layer->lanes * layer->step, columns = columns_of(d);
    l->block = (ock_block){.columns = columns,
                           .inside = d,
                           .w_in = site->parameters,
                           .w_out = site->parameters + d * columns};
    l->vectors = l->block.w_out + d * d;
    l->state.floats = STATES * d;
    const ock_arena_part parts[] = {
        {&l->rates, STATES * d, sizeof(float)},
        {&l->state.of, layer->lanes * (1 + layer->step) * STATES * d, sizeof(float)},
        {&l->sum, rows * d, sizeof(float)},
        {&l->d_sum, rows * d, sizeof(float)},
        {&l->d_inputs, rows * STATES * d, sizeof(float)},
        {&l->d_vectors, layer->lanes * VECTORS * d, sizeof(float)},
        {&l->carry, layer->lanes * STATES * d, sizeof(float)}};
    const ock_status status = ock_block_init(&l->block, layer, site->arena);
    return status != OCK_OK
               ? status
               : ock_arena_take_parts(site->arena, parts, OCK_PARTS(parts), layer->kind->name);
}

static void refresh(ock_layer *layer, const ock_worker *me)
{
    const ssm *l = of(layer);
    const size_t d = layer->width;
    const ock_range own = ock_team_part_of(me, STATES * d, OCK_LANES16);
    ock_block_refresh(&l->block, layer, me);
    layer->kernels->exp_shifted(ock_range_length(own), l->vectors + 2 * d + own.begin, 0.0f,
                                l->rates + own.begin);
    ock_team_barrier(me);
}

static float *state_after(const ssm *l, size_t lane, ptrdiff_t t)
{
    return ock_trail_after(&l->state, &l->base, lane, t);
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
            float *gates = l->block.gates + row * l->block.columns;
            const float *shared = gates + 3 * d;
            l->base.kernels->scan(&shape, gates + e, shared, shared + STATES,
                                  state_after(l, lane, (ptrdiff_t)t - 1) + e,
                                  state_after(l, lane, (ptrdiff_t)t) + e, l->sum + row * d + e,
                                  l->block.inner + row * d + e);
        }
    }
}

static ock_layer_piece piece_of(const ock_layer *layer, const ock_worker *me, ock_rows rows)
{
    return ock_layer_piece_of(layer, me, ock_tensor_by_columns(me, rows.count, layer->width));
}

static void forward(ock_layer *layer, const ock_worker *me, ock_span span, float *x)
{
    ssm *l = of(layer);
    const ock_rows rows = ock_span_rows(span, ock_layer_at_work(layer), layer->step);
    const ock_layer_piece mine = piece_of(layer, me, rows);
    ock_block_enter(&l->block, layer, me, rows, 1, x);
    ock_team_barrier(me);
    scan(l, &mine, span);
    ock_team_barrier(me);
    ock_block_leave(&l->block, layer, me, rows, x);
}

/* Back through the positions of the i-th lane at work. */
static void scan_backward(ssm *l, size_t i, ock_range elements)
{
    const size_t d = l->base.width, e = elements.begin, count = ock_range_length(elements);
    const size_t lane = ock_layer_lane(&l->base, i);
    const ock_state_space shape = shape_of(l, elements);
    const ock_block *b = &l->block;
    float *d_vectors = l->d_vectors + i * VECTORS * d + e, *carry = l->carry + i * STATES * d + e;
    for (size_t v = 0; v < VECTORS; v++) {
        memset(d_vectors + v * d, 0, count * sizeof *d_vectors);
    }
    for (size_t n = 0; n < STATES; n++) {
        memset(carry + n * d, 0, count * sizeof *carry);
    }
    for (size_t t = l->base.step; t-- > 0;) {
        const size_t row = i * l->base.step + t;
        const float *gates = b->gates + row * b->columns, *shared = gates + 3 * d;
        l->base.kernels->scan_backward(&shape, gates + e, shared, shared + STATES,
                                       state_after(l, lane, (ptrdiff_t)t - 1) + e,
                                       l->sum + row * d + e, b->d_inner + row * d + e, carry,
                                       b->d_gates + row * b->columns + e, l->d_sum + row * d + e,
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
        const float *u = l->block.gates + row * l->block.columns;
        float *shared = l->block.d_gates + row * l->block.columns + 3 * d;
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
    const ock_rows rows = ock_layer_rows(layer);
    const ock_layer_piece mine = piece_of(layer, me, rows);
    ock_block_leave_backward(&l->block, layer, me, dx);
    ock_team_barrier(me);
    for (size_t i = mine.lanes.begin; i < mine.lanes.end; i++) {
        scan_backward(l, i, mine.elements);
    }
    ock_team_barrier(me);
    share_backward(l, ock_rows_part(rows, me));
    ock_team_barrier(me);
    ock_block_enter_backward(&l->block, layer, me, dx);
}

static void gradient(ock_layer *layer, const ock_worker *me, ock_shard_lanes lanes, float *g,
                     bool add)
{
    ssm *l = of(layer);
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

const ock_layer_kind ock_layer_ssm = {
    .name = "a state-space layer",
    .bytes = sizeof(ssm),
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
