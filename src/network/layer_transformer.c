/* SPDX-License-Identifier: MIT */
/* layer_transformer.c - causal attention over a sliding window with memory, then a feed-forward
 * block.
 *
 *     y1 = rmsnorm(x);  q, k, v = y1 Wqkv;  x += attention(q, K, V) Wo
 *     y2 = rmsnorm(x);  h = y2 W1;          x += max(h, 0)^2 W2
 *
 * Pre-norm residual blocks (Xiong et al., 2020), squared-ReLU feed-forward (So et al., "Primer",
 * 2021), one learned bias per head and distance. Keys and values of the last window - 1 positions
 * stay in memory from step to step as they were computed (Dai et al., "Transformer-XL", 2019) and
 * are constants to the gradient. Positions before a lane's first have keys and values of zero. */
#include "network/layer_private.h"

#include <string.h>

enum { HEAD_WIDTH = 32 };

typedef struct transformer {
    ock_layer base;
    size_t heads, ff, window;
    size_t padded; /* window rounded up to 16: stride of attention weights and biases */
    size_t memory; /* rows of memory before the step: window - 1 */
    /* parts of the parameter vector */
    const float *w_qkv, *w_o, *w_1, *w_2, *bias;
    /* transposed copies, for gradients of inputs */
    float *t_qkv, *t_o, *t_1, *t_2;
    /* activations, R = lanes * step rows */
    float *y1, *inverse1; /* (R, width), (R) */
    float *qkv;           /* (R, 3*width) */
    float *kv;            /* (lanes, memory + step, 2*width) keys and values, memory first */
    float *weight;        /* (R, heads, padded) attention weights */
    float *mixed;         /* (R, width) attention output before Wo */
    float *y2, *inverse2; /* (R, width), (R) */
    float *h, *a;         /* (R, ff) */
    /* gradients of the same */
    float *d_out2, *d_out1; /* (R, width) of the outputs of the two blocks */
    float *d_norm;          /* (R, width) of y1 or y2 */
    float *d_h;             /* (R, ff) */
    float *d_mixed;         /* (R, width) */
    float *d_qkv;           /* (R, 3*width) */
    float *d_kv;            /* as kv; only the step's rows are used */
    float *d_bias;          /* (lanes at work, heads, padded) summed over a lane's positions */
    float *scratch;         /* (lanes, heads, padded) */
} transformer;

static transformer *of(ock_layer *layer)
{
    return (transformer *)layer;
}

static size_t window_of(const ock_config *c)
{
    return c->window != 0 ? c->window : OCK_USUAL_WINDOW;
}

/* Sizes of the five parameter parts, in the order they lie in the vector. */
typedef struct layout {
    size_t qkv, o, w1, w2, bias;
} layout;

static size_t ff_of(const ock_config *c)
{
    return 2 * (size_t)c->width;
}

static layout layout_of(const ock_config *c)
{
    const size_t d = c->width;
    return (layout){d * 3 * d, d * d, d * ff_of(c), ff_of(c) * d,
                    d / HEAD_WIDTH * ock_whole_vectors(window_of(c))};
}

static size_t parameter_count(const ock_config *config)
{
    layout size = layout_of(config);
    return size.qkv + size.o + size.w1 + size.w2 + size.bias;
}

/* Matrices that write to the residual stream start at zero, so the stack starts as the identity. */
static void initialise(const ock_config *c, uint32_t first_tensor, float *parameters)
{
    layout size = layout_of(c);
    ock_tensor_random(parameters, c->width, 3 * (size_t)c->width, 1.0f, c->seed, first_tensor);
    float *o = parameters + size.qkv;
    memset(o, 0, size.o * sizeof *o);
    float *w1 = o + size.o;
    ock_tensor_random(w1, c->width, ff_of(c), 1.0f, c->seed, first_tensor + 1);
    float *w2 = w1 + size.w1;
    memset(w2, 0, (size.w2 + size.bias) * sizeof *w2);
}

static void place_parameters(transformer *l, const ock_config *config, const float *parameters)
{
    layout size = layout_of(config);
    l->w_qkv = parameters;
    l->w_o = l->w_qkv + size.qkv;
    l->w_1 = l->w_o + size.o;
    l->w_2 = l->w_1 + size.w1;
    l->bias = l->w_2 + size.w2;
}

static ock_status allocate(transformer *l, ock_arena *arena)
{
    const size_t rows = l->base.lanes * l->base.step, d = l->base.width, ff = l->ff;
    const size_t kv = l->base.lanes * (l->memory + l->base.step) * 2 * d;
    const ock_arena_part parts[] = {
        {&l->t_qkv, d * 3 * d, sizeof(float)},
        {&l->t_o, d * d, sizeof(float)},
        {&l->t_1, d * ff, sizeof(float)},
        {&l->t_2, ff * d, sizeof(float)},
        {&l->y1, rows * d, sizeof(float)},
        {&l->inverse1, rows, sizeof(float)},
        {&l->qkv, rows * 3 * d, sizeof(float)},
        {&l->kv, kv, sizeof(float)},
        {&l->weight, rows * l->heads * l->padded, sizeof(float)},
        {&l->mixed, rows * d, sizeof(float)},
        {&l->y2, rows * d, sizeof(float)},
        {&l->inverse2, rows, sizeof(float)},
        {&l->h, rows * ff, sizeof(float)},
        {&l->a, rows * ff, sizeof(float)},
        {&l->d_out2, rows * d, sizeof(float)},
        {&l->d_out1, rows * d, sizeof(float)},
        {&l->d_norm, rows * d, sizeof(float)},
        {&l->d_h, rows * ff, sizeof(float)},
        {&l->d_mixed, rows * d, sizeof(float)},
        {&l->d_qkv, rows * 3 * d, sizeof(float)},
        {&l->d_kv, kv, sizeof(float)},
        {&l->d_bias, l->base.lanes * l->heads * l->padded, sizeof(float)},
        {&l->scratch, l->base.lanes * l->heads * l->padded, sizeof(float)}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), l->base.kind->name);
}

static ock_status create(ock_layer *layer, const ock_site *site)
{
    transformer *l = of(layer);
    l->heads = layer->width / HEAD_WIDTH;
    l->ff = ff_of(site->config);
    l->window = window_of(site->config);
    l->padded = ock_whole_vectors(l->window);
    l->memory = l->window - 1;
    place_parameters(l, site->config, site->parameters);
    return allocate(l, site->arena);
}

static void refresh(ock_layer *layer, const ock_worker *me)
{
    const transformer *l = of(layer);
    const size_t d = layer->width;
    ock_tensor_transpose(me, l->w_qkv, d, 3 * d, l->t_qkv);
    ock_tensor_transpose(me, l->w_o, d, d, l->t_o);
    ock_tensor_transpose(me, l->w_1, d, l->ff, l->t_1);
    ock_tensor_transpose(me, l->w_2, l->ff, d, l->t_2);
    ock_team_barrier(me);
}

/* The attention problem of any position. */
static ock_attention shape_of(const transformer *l, size_t heads)
{
    return (ock_attention){
        .heads = heads,
        .head_width = HEAD_WIDTH,
        .count = l->window,
        .stride = 2 * l->base.width,
        .scale = 1.0f / __builtin_sqrtf((float)HEAD_WIDTH),
        .bias = l->bias,
        .bias_stride = l->padded,
        .weight_stride = l->padded,
    };
}

/* Offset in kv of the row of position t of the i-th lane at work; negative ones are of former steps. */
static size_t kv_offset(const transformer *l, size_t i, ptrdiff_t t)
{
    const size_t first = ock_layer_lane(&l->base, i) * (l->memory + l->base.step) + l->memory;
    return (size_t)((ptrdiff_t)first + t) * 2 * l->base.width;
}

/* The oldest row that position t attends to. */
static size_t oldest(const transformer *l, size_t i, size_t t)
{
    return kv_offset(l, i, (ptrdiff_t)t - (ptrdiff_t)l->memory);
}

static void normalise(const ock_layer *l, ock_rows rows, const float *x, float *y, float *inverse)
{
    const size_t d = l->width;
    l->kernels->rmsnorm(rows.count, d, rows.step * d, x + rows.first * d, y + rows.first * d,
                        inverse + rows.first, rows.step);
}

/* Keys and values of the member's rows go to where later positions find them. */
static void remember(transformer *l, ock_rows own)
{
    const size_t d = l->base.width, step = l->base.step;
    for (size_t k = 0; k < own.count; k++) {
        const size_t row = own.first + k * own.step;
        memcpy(l->kv + kv_offset(l, row / step, (ptrdiff_t)(row % step)), l->qkv + row * 3 * d + d,
               2 * d * sizeof *l->kv);
    }
}

static void attend(transformer *l, ock_rows own)
{
    const size_t d = l->base.width, step = l->base.step;
    const ock_attention shape = shape_of(l, l->heads);
    for (size_t k = 0; k < own.count; k++) {
        const size_t row = own.first + k * own.step;
        const float *keys = l->kv + oldest(l, row / step, row % step);
        l->base.kernels->attention(&shape, l->qkv + row * 3 * d, keys, keys + d,
                                   l->weight + row * l->heads * l->padded, l->mixed + row * d);
    }
}

static void activate(transformer *l, ock_rows rows)
{
    for (size_t i = 0; i < rows.count; i++) {
        size_t at = (rows.first + i * rows.step) * l->ff;
        l->base.kernels->relu2(l->ff, l->h + at, l->a + at);
    }
}

static void forward(ock_layer *layer, const ock_worker *me, ock_span span, float *x)
{
    transformer *l = of(layer);
    const ock_kernels *kernels = layer->kernels;
    const ock_rows rows = ock_span_rows(span, ock_layer_at_work(layer), layer->step);
    const ock_rows own = ock_rows_part(rows, me);
    const size_t d = layer->width, ff = l->ff;
    normalise(layer, own, x, l->y1, l->inverse1);
    ock_team_barrier(me);
    ock_tensor_apply(kernels, me, l->w_qkv, d, 3 * d, rows, l->y1, l->qkv, false);
    ock_team_barrier(me);
    remember(l, own);
    ock_team_barrier(me);
    attend(l, own);
    ock_team_barrier(me);
    ock_tensor_apply(kernels, me, l->w_o, d, d, rows, l->mixed, x, true);
    ock_team_barrier(me);
    normalise(layer, own, x, l->y2, l->inverse2);
    ock_team_barrier(me);
    ock_tensor_apply(kernels, me, l->w_1, d, ff, rows, l->y2, l->h, false);
    ock_team_barrier(me);
    activate(l, own);
    ock_team_barrier(me);
    ock_tensor_apply(kernels, me, l->w_2, ff, d, rows, l->a, x, true);
    ock_team_barrier(me);
}

/* Gradients of q, k, v and of the biases of one head in the i-th lane at work, later positions' share of keys and
 * values included. */
static void attend_backward(transformer *l, size_t i, size_t head)
{
    const size_t d = l->base.width, step = l->base.step, column = head * HEAD_WIDTH;
    const size_t own = kv_offset(l, i, 0) + column, bytes = HEAD_WIDTH * sizeof(float);
    ock_attention shape = shape_of(l, 1);
    float *d_bias = l->d_bias + (i * l->heads + head) * l->padded;
    memset(d_bias, 0, l->padded * sizeof *d_bias);
    for (size_t t = 0; t < step; t++) {
        memset(l->d_kv + own + t * 2 * d, 0, bytes);
        memset(l->d_kv + own + t * 2 * d + d, 0, bytes);
    }
    shape.bias = l->bias + head * l->padded;
    for (size_t t = 0; t < step; t++) {
        const size_t row = i * step + t, from = oldest(l, i, t) + column;
        const size_t constant = l->window > t + 1 ? l->window - (t + 1) : 0;
        l->base.kernels->attention_backward(
            &shape, constant, l->qkv + row * 3 * d + column, l->kv + from, l->kv + from + d,
            l->weight + (row * l->heads + head) * l->padded, l->d_mixed + row * d + column,
            l->d_qkv + row * 3 * d + column, l->d_kv + from, l->d_kv + from + d, d_bias,
            l->scratch + (i * l->heads + head) * l->padded);
    }
    for (size_t t = 0; t < step; t++) {
        float *to = l->d_qkv + (i * step + t) * 3 * d + d + column;
        memcpy(to, l->d_kv + own + t * 2 * d, bytes);
        memcpy(to + d, l->d_kv + own + t * 2 * d + d, bytes);
    }
}

/* Through the feed-forward block; dx becomes the gradient of its input. */
static void feed_backward(transformer *l, const ock_worker *me, ock_rows rows, float *dx)
{
    const ock_kernels *kernels = l->base.kernels;
    const ock_rows own = ock_rows_part(rows, me);
    const size_t d = l->base.width, ff = l->ff, first = own.first * d, hidden = own.first * ff;
    memcpy(l->d_out2 + first, dx + first, own.count * d * sizeof *dx);
    ock_tensor_apply(kernels, me, l->t_2, d, ff, rows, dx, l->d_h, false);
    ock_team_barrier(me);
    kernels->relu2_backward(own.count * ff, l->h + hidden, l->d_h + hidden, l->d_h + hidden);
    ock_team_barrier(me);
    ock_tensor_apply(kernels, me, l->t_1, ff, d, rows, l->d_h, l->d_norm, false);
    ock_team_barrier(me);
    kernels->rmsnorm_backward(own.count, d, l->y2 + first, l->inverse2 + own.first,
                              l->d_norm + first, dx + first);
}

static void backward(ock_layer *layer, const ock_worker *me, float *dx)
{
    transformer *l = of(layer);
    const size_t d = layer->width, lanes = ock_layer_at_work(layer);
    const ock_rows rows = {0, lanes * layer->step, 1}, own = ock_rows_part(rows, me);
    const ock_range heads = ock_team_part(me, lanes * l->heads);
    const size_t first = own.first * d;
    feed_backward(l, me, rows, dx);
    memcpy(l->d_out1 + first, dx + first, own.count * d * sizeof *dx);
    ock_team_barrier(me);
    ock_tensor_apply(layer->kernels, me, l->t_o, d, d, rows, dx, l->d_mixed, false);
    ock_team_barrier(me);
    for (size_t k = heads.begin; k < heads.end; k++) {
        attend_backward(l, k / l->heads, k % l->heads);
    }
    ock_team_barrier(me);
    ock_tensor_apply(layer->kernels, me, l->t_qkv, 3 * d, d, rows, l->d_qkv, l->d_norm, false);
    ock_team_barrier(me);
    layer->kernels->rmsnorm_backward(own.count, d, l->y1 + first, l->inverse1 + own.first,
                                     l->d_norm + first, dx + first);
    ock_team_barrier(me);
}

static void gradient(ock_layer *layer, const ock_worker *me, ock_shard_lanes lanes, float *g,
                     bool add)
{
    transformer *l = of(layer);
    const ock_kernels *kernels = layer->kernels;
    const size_t d = layer->width, ff = l->ff;
    const ock_rows rows = {lanes.first * layer->step, lanes.count * layer->step, 1};
    ock_tensor_gradient(kernels, me, d, 3 * d, rows, l->y1, l->d_qkv, g, add);
    g += d * 3 * d;
    ock_tensor_gradient(kernels, me, d, d, rows, l->mixed, l->d_out1, g, add);
    g += d * d;
    ock_tensor_gradient(kernels, me, d, ff, rows, l->y2, l->d_h, g, add);
    g += d * ff;
    ock_tensor_gradient(kernels, me, ff, d, rows, l->a, l->d_out2, g, add);
    g += ff * d;
    ock_layer_vector_gradient(layer, me, l->heads * l->padded, l->d_bias, lanes, g, add);
    ock_team_barrier(me);
}

static void end_step(ock_layer *layer, const ock_worker *me)
{
    transformer *l = of(layer);
    const ock_range own = ock_team_part(me, ock_layer_at_work(layer));
    for (size_t i = own.begin; i < own.end; i++) {
        memmove(l->kv + oldest(l, i, 0), l->kv + oldest(l, i, layer->step),
                l->memory * 2 * layer->width * sizeof *l->kv);
    }
    ock_team_barrier(me);
}

static void state(ock_layer *layer, size_t lanes, ock_range own, ock_state_visitor *visitor)
{
    const transformer *l = of(layer);
    const size_t row = 2 * layer->width;
    ock_layer_show("memory", lanes, own, l->kv, (l->memory + layer->step) * row, l->memory * row,
                   visitor);
}

const ock_layer_kind ock_layer_transformer = {
    .name = "a transformer layer",
    .bytes = sizeof(transformer),
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
