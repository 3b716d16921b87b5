/* SPDX-License-Identifier: MIT */
/* layer.c - a gated recurrence whose loop over positions has no matrices in it.
 *
 *     y = rmsnorm(x);  u, a, b = y W
 *     f = sigmoid(a + v_f c' + b_f);  r = sigmoid(b + v_r c' + b_r)     c': the state before
 *     c = f c' + (1 - f) u;  x += (r c) Wo
 *
 * The simple recurrent unit (Lei et al., "Simple Recurrent Units for Highly Parallelizable
 * Recurrence", 2018) in a pre-norm residual block instead of its highway connection. The state goes
 * on from step to step and is a constant to the gradient there. */
#include "network/layer.h"

#include <string.h>

enum { VECTORS = 4 }; /* v_f, v_r, b_f, b_r */

struct ock_layer {
    const ock_kernels *kernels;
    size_t lanes, step, width;
    const ock_awake *awake;
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
};

static size_t in_count(size_t width)
{
    return width * 3 * width;
}

size_t ock_layer_parameter_count(const ock_config *config)
{
    size_t d = config->width;
    return in_count(d) + d * d + VECTORS * d;
}

/* The matrix that writes to the residual stream starts at zero, so the stack starts as the
 * identity. Biases of f from 0 to 3: half-lives of one to fourteen positions. */
void ock_layer_initialise(const ock_config *c, uint32_t first_tensor, float *parameters)
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

static ock_status allocate(ock_layer *l, ock_arena *arena)
{
    size_t rows = l->lanes * l->step, d = l->width;
    const ock_arena_part parts[] = {{&l->t_in, d * 3 * d, sizeof(float)},
                                    {&l->t_out, d * d, sizeof(float)},
                                    {&l->y, rows * d, sizeof(float)},
                                    {&l->inverse, rows, sizeof(float)},
                                    {&l->gates, rows * 3 * d, sizeof(float)},
                                    {&l->state, l->lanes * (1 + l->step) * d, sizeof(float)},
                                    {&l->gated, rows * d, sizeof(float)},
                                    {&l->d_out, rows * d, sizeof(float)},
                                    {&l->d_gated, rows * d, sizeof(float)},
                                    {&l->d_norm, rows * d, sizeof(float)},
                                    {&l->d_gates, rows * 3 * d, sizeof(float)},
                                    {&l->d_vectors, l->lanes * VECTORS * d, sizeof(float)},
                                    {&l->carry, l->lanes * d, sizeof(float)}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), "a layer");
}

ock_status ock_layer_create(const ock_site *site, ock_layer **layer)
{
    ock_status status = ock_arena_take(site->arena, 1, sizeof **layer, "a layer", (void **)layer);
    if (status != OCK_OK) {
        return status;
    }
    ock_layer *l = *layer;
    l->kernels = site->kernels;
    l->lanes = site->lanes;
    l->awake = site->awake;
    l->step = site->config->step;
    l->width = site->config->width;
    l->w_in = site->parameters;
    l->w_out = l->w_in + in_count(l->width);
    l->vectors = l->w_out + l->width * l->width;
    return allocate(l, site->arena);
}

void ock_layer_refresh(ock_layer *l, const ock_worker *me)
{
    ock_tensor_transpose(me, l->w_in, l->width, 3 * l->width, l->t_in);
    ock_tensor_transpose(me, l->w_out, l->width, l->width, l->t_out);
    ock_team_barrier(me);
}

static size_t at_work(const ock_layer *l)
{
    return ock_awake_count(l->awake, l->lanes);
}

/* The number of the i-th lane at work. */
static size_t lane_of(const ock_layer *l, size_t i)
{
    return l->awake != NULL ? l->awake->lane[i] : i;
}

/* The state after position t of a lane; t = -1: that before the step. */
static float *state_after(const ock_layer *l, size_t lane, ptrdiff_t t)
{
    return l->state + (lane * (1 + l->step) + (size_t)(t + 1)) * l->width;
}

/* What a member does of the recurrence: elements of the state, in lanes at work. Where products are shared out by
 * columns, it goes on with its own columns of them. */
typedef struct piece {
    ock_range lanes, elements;
} piece;

static piece piece_of(const ock_layer *l, const ock_worker *me, bool by_columns)
{
    if (by_columns) {
        return (piece){{0, at_work(l)}, ock_tensor_part(me, l->width)};
    }
    return (piece){ock_team_part(me, at_work(l)), {0, l->width}};
}

static ock_recurrence shape_of(const ock_layer *l, ock_range elements)
{
    return (ock_recurrence){l->width, ock_range_length(elements), l->vectors + elements.begin};
}

static void recur(ock_layer *l, const piece *own, ock_span span)
{
    const size_t d = l->width, e = own->elements.begin;
    const ock_recurrence shape = shape_of(l, own->elements);
    for (size_t i = own->lanes.begin; i < own->lanes.end; i++) {
        const size_t lane = lane_of(l, i);
        for (size_t t = span.begin; t < span.begin + span.count; t++) {
            const size_t row = i * l->step + t;
            l->kernels->recur(&shape, l->gates + row * 3 * d + e,
                              state_after(l, lane, (ptrdiff_t)t - 1) + e,
                              state_after(l, lane, (ptrdiff_t)t) + e, l->gated + row * d + e);
        }
    }
}

/* u, a and b are products of their own, so that a member has the same columns of each. */
void ock_layer_forward(ock_layer *l, const ock_worker *me, ock_span span, float *x)
{
    const ock_rows rows = ock_span_rows(span, at_work(l), l->step), own = ock_rows_part(rows, me);
    const size_t d = l->width, first = own.first * d;
    const bool by_columns = ock_tensor_by_columns(me, rows.count, d);
    const piece mine = piece_of(l, me, by_columns);
    l->kernels->rmsnorm(own.count, d, own.step * d, x + first, l->y + first, l->inverse + own.first,
                        own.step);
    ock_team_barrier(me);
    for (size_t begin = 0; begin < 3 * d; begin += d) {
        ock_tensor_apply_columns(l->kernels, me, l->w_in, d, 3 * d, (ock_range){begin, begin + d},
                                 rows, l->y, l->gates, false);
    }
    if (!by_columns) {
        ock_team_barrier(me);
    }
    recur(l, &mine, span);
    ock_team_barrier(me);
    ock_tensor_apply(l->kernels, me, l->w_out, d, d, rows, l->gated, x, true);
    ock_team_barrier(me);
}

/* Back through the positions of the i-th lane at work. */
static void recur_backward(ock_layer *l, size_t i, ock_range elements)
{
    const size_t d = l->width, e = elements.begin, count = ock_range_length(elements);
    const size_t lane = lane_of(l, i);
    const ock_recurrence shape = shape_of(l, elements);
    float *d_vectors = l->d_vectors + i * VECTORS * d + e, *carry = l->carry + i * d + e;
    for (size_t v = 0; v < VECTORS; v++) {
        memset(d_vectors + v * d, 0, count * sizeof *d_vectors);
    }
    memset(carry, 0, count * sizeof *carry);
    for (size_t t = l->step; t-- > 0;) {
        const size_t row = i * l->step + t;
        l->kernels->recur_backward(&shape, l->gates + row * 3 * d + e,
                                   state_after(l, lane, (ptrdiff_t)t - 1) + e,
                                   state_after(l, lane, (ptrdiff_t)t) + e, l->d_gated + row * d + e,
                                   carry, l->d_gates + row * 3 * d + e, d_vectors);
    }
}

void ock_layer_backward(ock_layer *l, const ock_worker *me, float *dx)
{
    const size_t d = l->width;
    const ock_rows rows = {0, at_work(l) * l->step, 1}, own = ock_rows_part(rows, me);
    const bool by_columns = ock_tensor_by_columns(me, rows.count, d);
    const piece mine = piece_of(l, me, by_columns);
    const size_t first = own.first * d;
    memcpy(l->d_out + first, dx + first, own.count * d * sizeof *dx);
    ock_tensor_apply(l->kernels, me, l->t_out, d, d, rows, dx, l->d_gated, false);
    if (!by_columns) {
        ock_team_barrier(me);
    }
    for (size_t i = mine.lanes.begin; i < mine.lanes.end; i++) {
        recur_backward(l, i, mine.elements);
    }
    ock_team_barrier(me);
    ock_tensor_apply(l->kernels, me, l->t_in, 3 * d, d, rows, l->d_gates, l->d_norm, false);
    ock_team_barrier(me);
    l->kernels->rmsnorm_backward(own.count, d, l->y + first, l->inverse + own.first,
                                 l->d_norm + first, dx + first);
    ock_team_barrier(me);
}

/* The vectors' sums over positions were taken per lane; lanes are added in ascending order. */
static void vector_gradient(ock_layer *l, const ock_worker *me, ock_shard_lanes lanes,
                            float *gradient, bool add)
{
    const size_t n = VECTORS * l->width;
    const ock_range own = ock_team_part_of(me, n, OCK_LANES16);
    const size_t count = ock_range_length(own);
    float *sum = l->d_vectors + lanes.first * n + own.begin;
    for (size_t i = 1; i < lanes.count; i++) {
        l->kernels->add(count, sum + i * n, sum);
    }
    if (add) {
        l->kernels->add(count, sum, gradient + own.begin);
    } else {
        memcpy(gradient + own.begin, sum, count * sizeof *sum);
    }
}

void ock_layer_gradient(ock_layer *l, const ock_worker *me, ock_shard_lanes lanes, float *g,
                        bool add)
{
    size_t d = l->width;
    ock_rows rows = {lanes.first * l->step, lanes.count * l->step, 1};
    ock_tensor_gradient(l->kernels, me, d, 3 * d, rows, l->y, l->d_gates, g, add);
    g += in_count(d);
    ock_tensor_gradient(l->kernels, me, d, d, rows, l->gated, l->d_out, g, add);
    g += d * d;
    vector_gradient(l, me, lanes, g, add);
    ock_team_barrier(me);
}

void ock_layer_end_step(ock_layer *l, const ock_worker *me)
{
    const ock_range own = ock_team_part(me, at_work(l));
    for (size_t i = own.begin; i < own.end; i++) {
        const size_t lane = lane_of(l, i);
        memcpy(state_after(l, lane, -1), state_after(l, lane, (ptrdiff_t)l->step - 1),
               l->width * sizeof *l->state);
    }
    ock_team_barrier(me);
}

void ock_layer_state(ock_layer *l, size_t lanes, ock_range own, ock_state_visitor *visitor)
{
    for (size_t lane = 0; lane < lanes; lane++) {
        bool held = lane >= own.begin && lane < own.end;
        float *kept = held ? state_after(l, lane - own.begin, -1) : NULL;
        ock_state_show(visitor, &(ock_state_part){"state", OCK_HELD_BY_LANE, (uint32_t)lane,
                                                  sizeof *kept, l->width, kept});
    }
}
