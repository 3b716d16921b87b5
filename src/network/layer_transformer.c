/* layer_transformer.c - causal attention over a sliding window with memory, then a feed-forward
 * block.
 *
 *     y1 = rmsnorm(x);  q, k, v = y1 Wqkv;  x += attention(q, K, V) Wo
 *     y2 = rmsnorm(x);  h = y2 W1;          x += max(h, 0)^2 W2
 *
 * Pre-norm residual blocks (Xiong et al., 2020), squared-ReLU feed-forward (So et al., "Primer",
 * 2021), one learned bias per head and distance. Keys and values of the last window - 1 positions
 * stay in memory from step to step as they were computed (Dai et al., "Transformer-XL", 2019) and
 * are constants to the gradient. */
#include "network/layer.h"

#include <string.h>

#include "network/tensors.h"

struct ock_layer {
    const ock_kernels *kernels;
    size_t lanes, step, width, heads, ff, window;
    size_t padded; /* window rounded up to 16: stride of attention weights and biases */
    size_t memory; /* rows of memory before the step: window - 1 */
    size_t filled; /* how many of them hold positions; grows to `memory` */
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
    float *d_bias;          /* (lanes, heads, padded) summed over a lane's positions */
    float *scratch;         /* (lanes, padded) */
};

/* Sizes of the five parameter parts, in the order they lie in the vector. */
typedef struct layout {
    size_t qkv, o, w1, w2, bias;
} layout;

static layout layout_of(const ock_config *c)
{
    size_t d = c->width;
    return (layout){d * 3 * d, d * d, d * c->ff, (size_t)c->ff * d,
                    c->heads * ock_whole_vectors(c->window)};
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
    ock_tensor_random(w1, c->width, c->ff, 1.0f, c->seed, first_tensor + 1);
    float *w2 = w1 + size.w1;
    memset(w2, 0, (size.w2 + size.bias) * sizeof *w2);
}

static void place_parameters(ock_layer *l, const ock_config *config, const float *parameters)
{
    layout size = layout_of(config);
    l->w_qkv = parameters;
    l->w_o = l->w_qkv + size.qkv;
    l->w_1 = l->w_o + size.o;
    l->w_2 = l->w_1 + size.w1;
    l->bias = l->w_2 + size.w2;
}

static ock_status allocate(ock_layer *l, ock_arena *arena)
{
    size_t rows = l->lanes * l->step, d = l->width, ff = l->ff;
    size_t kv = l->lanes * (l->memory + l->step) * 2 * d;
    const ock_arena_part parts[] = {{&l->t_qkv, d * 3 * d, sizeof(float)},
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
                                    {&l->d_bias, l->lanes * l->heads * l->padded, sizeof(float)},
                                    {&l->scratch, l->lanes * l->padded, sizeof(float)}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), "a transformer layer");
}

static ock_status create(const ock_site *site, ock_layer **layer)
{
    ock_status status =
        ock_arena_take(site->arena, 1, sizeof **layer, "a transformer layer", (void **)layer);
    if (status != OCK_OK) {
        return status;
    }
    const ock_config *c = site->config;
    ock_layer *l = *layer;
    l->kernels = site->kernels;
    l->lanes = site->lanes;
    l->step = c->step;
    l->width = c->width;
    l->heads = c->heads;
    l->ff = c->ff;
    l->window = c->window;
    l->padded = ock_whole_vectors(c->window);
    l->memory = c->window - 1;
    place_parameters(l, c, site->parameters);
    return allocate(l, site->arena);
}

static void refresh(ock_layer *l, const ock_worker *me)
{
    size_t d = l->width;
    ock_tensor_transpose(me, l->w_qkv, d, 3 * d, l->t_qkv);
    ock_tensor_transpose(me, l->w_o, d, d, l->t_o);
    ock_tensor_transpose(me, l->w_1, d, l->ff, l->t_1);
    ock_tensor_transpose(me, l->w_2, l->ff, d, l->t_2);
    ock_team_barrier(me);
}

/* The attention problem of the position t of a step. */
static ock_attention shape_at(const ock_layer *l, size_t t)
{
    const size_t seen = l->filled + t + 1, head_width = l->width / l->heads;
    return (ock_attention){
        .heads = l->heads,
        .head_width = head_width,
        .count = seen < l->window ? seen : l->window,
        .stride = 2 * l->width,
        .scale = 1.0f / __builtin_sqrtf((float)head_width),
        .bias = l->bias,
        .bias_stride = l->padded,
        .weight_stride = l->padded,
    };
}

/* Offset in kv of the memory row of position t of a lane (t may be negative: former steps). */
static size_t kv_offset(const ock_layer *l, size_t lane, ptrdiff_t t)
{
    size_t row = lane * (l->memory + l->step) + (size_t)((ptrdiff_t)l->memory + t);
    return row * 2 * l->width;
}

static void attend(ock_layer *l, size_t lane, size_t t)
{
    size_t d = l->width, row = lane * l->step + t;
    const float *qkv = l->qkv + row * 3 * d;
    memcpy(l->kv + kv_offset(l, lane, (ptrdiff_t)t), qkv + d, 2 * d * sizeof *qkv);
    ock_attention shape = shape_at(l, t);
    const float *keys = l->kv + kv_offset(l, lane, (ptrdiff_t)(t + 1) - (ptrdiff_t)shape.count);
    l->kernels->attention(&shape, qkv, keys, keys + d, l->weight + row * l->heads * l->padded,
                          l->mixed + row * d);
}

static void normalise(const ock_layer *l, ock_rows rows, const float *x, float *y, float *inverse)
{
    size_t d = l->width;
    l->kernels->rmsnorm(rows.count, d, rows.step * d, x + rows.first * d, y + rows.first * d,
                        inverse + rows.first, rows.step);
}

static void attend_lanes(ock_layer *l, const ock_worker *me, ock_span span)
{
    const ock_range own = ock_team_part(me, l->lanes);
    for (size_t lane = own.begin; lane < own.end; lane++) {
        for (size_t t = span.begin; t < span.begin + span.count; t++) {
            attend(l, lane, t);
        }
    }
}

static void activate(ock_layer *l, ock_rows rows)
{
    for (size_t i = 0; i < rows.count; i++) {
        size_t at = (rows.first + i * rows.step) * l->ff;
        l->kernels->relu2(l->ff, l->h + at, l->a + at);
    }
}

static void forward(ock_layer *l, const ock_worker *me, ock_span span, float *x)
{
    const ock_rows rows = ock_span_rows(span, l->lanes, l->step), own = ock_rows_part(rows, me);
    const size_t d = l->width, ff = l->ff;
    normalise(l, own, x, l->y1, l->inverse1);
    ock_team_barrier(me);
    ock_tensor_apply(l->kernels, me, l->w_qkv, d, 3 * d, rows, l->y1, l->qkv, false);
    ock_team_barrier(me);
    attend_lanes(l, me, span);
    ock_team_barrier(me);
    ock_tensor_apply(l->kernels, me, l->w_o, d, d, rows, l->mixed, x, true);
    ock_team_barrier(me);
    normalise(l, own, x, l->y2, l->inverse2);
    ock_team_barrier(me);
    ock_tensor_apply(l->kernels, me, l->w_1, d, ff, rows, l->y2, l->h, false);
    ock_team_barrier(me);
    activate(l, own);
    ock_team_barrier(me);
    ock_tensor_apply(l->kernels, me, l->w_2, ff, d, rows, l->a, x, true);
    ock_team_barrier(me);
}

/* Gradients of q, k, v and of the biases of one lane, later positions' share of keys included. */
static void attend_backward(ock_layer *l, size_t lane)
{
    size_t d = l->width;
    size_t own = kv_offset(l, lane, 0);
    float *d_bias = l->d_bias + lane * l->heads * l->padded;
    memset(d_bias, 0, l->heads * l->padded * sizeof *d_bias);
    memset(l->d_kv + own, 0, l->step * 2 * d * sizeof *l->d_kv);
    for (size_t t = 0; t < l->step; t++) {
        size_t row = lane * l->step + t;
        ock_attention shape = shape_at(l, t);
        size_t oldest = kv_offset(l, lane, (ptrdiff_t)(t + 1) - (ptrdiff_t)shape.count);
        size_t constant = shape.count > t + 1 ? shape.count - (t + 1) : 0;
        l->kernels->attention_backward(
            &shape, constant, l->qkv + row * 3 * d, l->kv + oldest, l->kv + oldest + d,
            l->weight + row * l->heads * l->padded, l->d_mixed + row * d, l->d_qkv + row * 3 * d,
            l->d_kv + oldest, l->d_kv + oldest + d, d_bias, l->scratch + lane * l->padded);
    }
    for (size_t t = 0; t < l->step; t++) {
        memcpy(l->d_qkv + (lane * l->step + t) * 3 * d + d, l->d_kv + own + t * 2 * d,
               2 * d * sizeof *l->d_qkv);
    }
}

static void backward(ock_layer *l, const ock_worker *me, float *dx)
{
    const size_t d = l->width, ff = l->ff;
    const ock_rows rows = {0, l->lanes * l->step, 1}, own = ock_rows_part(rows, me);
    const ock_range lanes = ock_team_part(me, l->lanes);
    const size_t first = own.first * d, floats = own.count * d, hidden = own.first * ff;
    memcpy(l->d_out2 + first, dx + first, floats * sizeof *dx);
    ock_tensor_apply(l->kernels, me, l->t_2, d, ff, rows, dx, l->d_h, false);
    ock_team_barrier(me);
    l->kernels->relu2_backward(own.count * ff, l->h + hidden, l->d_h + hidden, l->d_h + hidden);
    ock_team_barrier(me);
    ock_tensor_apply(l->kernels, me, l->t_1, ff, d, rows, l->d_h, l->d_norm, false);
    ock_team_barrier(me);
    l->kernels->rmsnorm_backward(own.count, d, l->y2 + first, l->inverse2 + own.first,
                                 l->d_norm + first, dx + first);
    memcpy(l->d_out1 + first, dx + first, floats * sizeof *dx);
    ock_team_barrier(me);
    ock_tensor_apply(l->kernels, me, l->t_o, d, d, rows, dx, l->d_mixed, false);
    ock_team_barrier(me);
    for (size_t lane = lanes.begin; lane < lanes.end; lane++) {
        attend_backward(l, lane);
    }
    ock_team_barrier(me);
    ock_tensor_apply(l->kernels, me, l->t_qkv, 3 * d, d, rows, l->d_qkv, l->d_norm, false);
    ock_team_barrier(me);
    l->kernels->rmsnorm_backward(own.count, d, l->y1 + first, l->inverse1 + own.first,
                                 l->d_norm + first, dx + first);
    ock_team_barrier(me);
}

/* Biases: sums over positions were taken per lane; lanes are added in
 * ascending order, from zero. */
static void bias_gradient(ock_layer *l, const ock_worker *me, ock_shard_lanes lanes,
                          float *gradient, bool add)
{
    const size_t n = l->heads * l->padded;
    const ock_range own = ock_team_part_of(me, n, OCK_LANES16);
    const size_t count = ock_range_length(own);
    float *sum = l->d_bias + lanes.first * n + own.begin;
    for (size_t i = 1; i < lanes.count; i++) {
        l->kernels->add(count, sum + i * n, sum);
    }
    if (add) {
        l->kernels->add(count, sum, gradient + own.begin);
    } else {
        memcpy(gradient + own.begin, sum, count * sizeof *sum);
    }
}

static void gradient(ock_layer *l, const ock_worker *me, ock_shard_lanes lanes, float *g, bool add)
{
    size_t d = l->width, ff = l->ff;
    ock_rows rows = {lanes.first * l->step, lanes.count * l->step, 1};
    ock_tensor_gradient(l->kernels, me, d, 3 * d, rows, l->y1, l->d_qkv, g, add);
    g += d * 3 * d;
    ock_tensor_gradient(l->kernels, me, d, d, rows, l->mixed, l->d_out1, g, add);
    g += d * d;
    ock_tensor_gradient(l->kernels, me, d, ff, rows, l->y2, l->d_h, g, add);
    g += d * ff;
    ock_tensor_gradient(l->kernels, me, ff, d, rows, l->a, l->d_out2, g, add);
    g += ff * d;
    bias_gradient(l, me, lanes, g, add);
    ock_team_barrier(me);
}

static void end_step(ock_layer *l, const ock_worker *me)
{
    const ock_range own = ock_team_part(me, l->lanes);
    for (size_t lane = own.begin; lane < own.end; lane++) {
        memmove(l->kv + kv_offset(l, lane, -(ptrdiff_t)l->memory),
                l->kv + kv_offset(l, lane, (ptrdiff_t)l->step - (ptrdiff_t)l->memory),
                l->memory * 2 * l->width * sizeof *l->kv);
    }
    if (me->index == 0) {
        size_t filled = l->filled + l->step;
        l->filled = filled < l->memory ? filled : l->memory;
    }
    ock_team_barrier(me);
}

static void state(ock_layer *l, size_t lanes, ock_range own, ock_state_visitor *visitor)
{
    ock_state_show(visitor, &(ock_state_part){"filled", OCK_HELD_BY_WORKERS, 0, sizeof l->filled, 1,
                                              &l->filled});
    for (size_t lane = 0; lane < lanes; lane++) {
        bool held = lane >= own.begin && lane < own.end;
        float *rows = held ? l->kv + kv_offset(l, lane - own.begin, -(ptrdiff_t)l->memory) : NULL;
        ock_state_show(visitor, &(ock_state_part){"memory", OCK_HELD_BY_LANE, (uint32_t)lane,
                                                  sizeof *rows, l->memory * 2 * l->width, rows});
    }
}

/* Positions in memory are counted from its end: more than it has would be read from before it. */
static bool is_sound(const ock_layer *l)
{
    return l->filled <= l->memory;
}

const ock_layer_kind ock_layer_transformer = {
    .name = "transformer",
    .parameter_count = parameter_count,
    .initialise = initialise,
    .create = create,
    .refresh = refresh,
    .forward = forward,
    .backward = backward,
    .gradient = gradient,
    .end_step = end_step,
    .state = state,
    .is_sound = is_sound,
};
