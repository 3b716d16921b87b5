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
    ock_block attention; /* gates: q, k, v; inner: what heads make of them */
    ock_block feed;      /* gates: h, inner: max(h, 0)^2; 2*width of them */
    size_t heads, window;
    size_t padded;     /* window rounded up to 16: stride of attention weights and biases */
    size_t memory;     /* rows of memory before the step: window - 1 */
    const float *bias; /* (heads, padded), where the parameters are */
    /* activations, R = lanes * step rows */
    float *kv;      /* (lanes, memory + step, 2*width) keys and values, memory first */
    float *weight;  /* (R, heads, padded) attention weights */
    float *d_kv;    /* as kv; only the step's rows are used */
    float *d_bias;  /* (lanes at work, heads, padded) summed over a lane's positions */
    float *scratch; /* (lanes, heads, padded) */
} transformer;

static transformer *of(ock_layer *layer)
{
    return (transformer *)layer;
}

/* Sizes of the five parts of the parameters, in the order they lie in the vector. */
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
                    d / HEAD_WIDTH * ock_whole_vectors(ock_config_window(c))};
}

static size_t parameter_count(const ock_config *config)
{
    layout size = layout_of(config);
    return size.qkv + size.o + size.w1 + size.w2 + size.bias;
}

/* Those of queries, keys and values, w_o, the halves of w_1, and w_2. */
static size_t matrices(const ock_config *config, ock_matrix of[OCK_LAYER_MATRICES])
{
    const size_t d = config->width;
    const layout size = layout_of(config);
    const size_t count = ock_layer_squares(0, d, 6, of, 0), w_2 = size.qkv + size.o + size.w1;
    of[count] = (ock_matrix){w_2, ff_of(config), d};
    return count + 1;
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

/* Where the parts lie in the vector. */
static void place_parameters(transformer *l, const ock_config *config, const float *parameters)
{
    const size_t d = config->width, ff = ff_of(config);
    const layout size = layout_of(config);
    l->attention = (ock_block){.columns = 3 * d, .inside = d, .w_in = parameters};
    l->attention.w_out = l->attention.w_in + size.qkv;
    l->feed = (ock_block){.columns = ff, .inside = ff, .w_in = l->attention.w_out + size.o};
    l->feed.w_out = l->feed.w_in + size.w1;
    l->bias = l->feed.w_out + size.w2;
}

static ock_status allocate(transformer *l, ock_arena *arena)
{
    const size_t lanes = l->base.lanes, rows = lanes * l->base.step, d = l->base.width;
    const size_t kv = lanes * (l->memory + l->base.step) * 2 * d;
    const ock_arena_part parts[] = {{&l->kv, kv, sizeof(float)},
                                    {&l->weight, rows * l->heads * l->padded, sizeof(float)},
                                    {&l->d_kv, kv, sizeof(float)},
                                    {&l->d_bias, lanes * l->heads * l->padded, sizeof(float)},
                                    {&l->scratch, lanes * l->heads * l->padded, sizeof(float)}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), l->base.kind->name);
}

static ock_status create(ock_layer *layer, const ock_site *site)
{
    transformer *l = of(layer);
    l->heads = layer->width / HEAD_WIDTH;
    l->window = ock_config_window(site->config);
    l->padded = ock_whole_vectors(l->window);
    l->memory = l->window - 1;
    place_parameters(l, site->config, site->parameters);
    ock_status status = ock_block_init(&l->attention, layer, site->arena);
    if (status == OCK_OK) {
        status = ock_block_init(&l->feed, layer, site->arena);
    }
    return status != OCK_OK ? status : allocate(l, site->arena);
}

static void refresh(ock_layer *layer, const ock_worker *me)
{
    ock_block_refresh(&of(layer)->attention, layer, me);
    ock_block_refresh(&of(layer)->feed, layer, me);
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

/* Keys and values of the member's rows go to where later positions find them. */
static void remember(transformer *l, ock_rows own)
{
    const size_t d = l->base.width, step = l->base.step;
    for (size_t k = 0; k < own.count; k++) {
        const size_t row = own.first + k * own.step;
        memcpy(l->kv + kv_offset(l, row / step, (ptrdiff_t)(row % step)),
               l->attention.gates + row * 3 * d + d, 2 * d * sizeof *l->kv);
    }
}

static void attend(transformer *l, ock_rows own)
{
    const size_t d = l->base.width, step = l->base.step;
    const ock_attention shape = shape_of(l, l->heads);
    for (size_t k = 0; k < own.count; k++) {
        const size_t row = own.first + k * own.step;
        const float *keys = l->kv + oldest(l, row / step, row % step);
        l->base.kernels->attention(&shape, l->attention.gates + row * 3 * d, keys, keys + d,
                                   l->weight + row * l->heads * l->padded,
                                   l->attention.inner + row * d);
    }
}

static void activate(transformer *l, ock_rows rows)
{
    const ock_block *b = &l->feed;
    for (size_t i = 0; i < rows.count; i++) {
        const size_t at = (rows.first + i * rows.step) * b->columns;
        l->base.kernels->relu2(b->columns, b->gates + at, b->inner + at);
    }
}

static void forward(ock_layer *layer, const ock_worker *me, ock_span span, float *x)
{
    transformer *l = of(layer);
    const ock_rows rows = ock_span_rows(span, ock_layer_at_work(layer), layer->step);
    const ock_rows own = ock_rows_part(rows, me);
    ock_block_enter(&l->attention, layer, me, rows, 1, x);
    ock_team_barrier(me);
    remember(l, own);
    ock_team_barrier(me);
    attend(l, own);
    ock_team_barrier(me);
    ock_block_leave(&l->attention, layer, me, rows, x);
    ock_block_enter(&l->feed, layer, me, rows, 1, x);
    ock_team_barrier(me);
    activate(l, own);
    ock_team_barrier(me);
    ock_block_leave(&l->feed, layer, me, rows, x);
}

/* Gradients of q, k, v and of the biases of one head in the i-th lane at work, later positions' share of keys and
 * values included. */
static void attend_backward(transformer *l, size_t i, size_t head)
{
    const size_t d = l->base.width, step = l->base.step, column = head * HEAD_WIDTH;
    const size_t own = kv_offset(l, i, 0) + column, bytes = HEAD_WIDTH * sizeof(float);
    const ock_block *b = &l->attention;
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
            &shape, constant, b->gates + row * 3 * d + column, l->kv + from, l->kv + from + d,
            l->weight + (row * l->heads + head) * l->padded, b->d_inner + row * d + column,
            b->d_gates + row * 3 * d + column, l->d_kv + from, l->d_kv + from + d, d_bias,
            l->scratch + (i * l->heads + head) * l->padded);
    }
    for (size_t t = 0; t < step; t++) {
        float *to = b->d_gates + (i * step + t) * 3 * d + d + column;
        memcpy(to, l->d_kv + own + t * 2 * d, bytes);
        memcpy(to + d, l->d_kv + own + t * 2 * d + d, bytes);
    }
}

/* Through the feed-forward block; dx becomes the gradient of its input. */
static void feed_backward(transformer *l, const ock_worker *me, float *dx)
{
    const ock_block *b = &l->feed;
    const ock_rows own = ock_rows_part(ock_layer_rows(&l->base), me);
    const size_t first = own.first * b->columns;
    ock_block_leave_backward(b, &l->base, me, dx);
    ock_team_barrier(me);
    l->base.kernels->relu2_backward(own.count * b->columns, b->gates + first, b->d_inner + first,
                                    b->d_gates + first);
    ock_team_barrier(me);
    ock_block_enter_backward(b, &l->base, me, dx);
}

static void backward(ock_layer *layer, const ock_worker *me, float *dx)
{
    transformer *l = of(layer);
    const ock_range heads = ock_team_part(me, ock_layer_at_work(layer) * l->heads);
    feed_backward(l, me, dx);
    ock_block_leave_backward(&l->attention, layer, me, dx);
    ock_team_barrier(me);
    for (size_t k = heads.begin; k < heads.end; k++) {
        attend_backward(l, k / l->heads, k % l->heads);
    }
    ock_team_barrier(me);
    ock_block_enter_backward(&l->attention, layer, me, dx);
}

static void gradient(ock_layer *layer, const ock_worker *me, ock_shard_lanes lanes, float *g,
                     bool add)
{
    transformer *l = of(layer);
    g = ock_block_in_gradient(&l->attention, layer, me, lanes, g, add);
    g = ock_block_out_gradient(&l->attention, layer, me, lanes, g, add);
    g = ock_block_in_gradient(&l->feed, layer, me, lanes, g, add);
    g = ock_block_out_gradient(&l->feed, layer, me, lanes, g, add);
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
