/* head.c - softmax head and bit-probability tree. */
#include "network/head.h"

#include <string.h>

#include "network/tensors.h"

size_t ock_head_parameter_count(const ock_config *config)
{
    return (size_t)config->width * OCK_SYMBOLS;
}

void ock_head_initialise(const ock_config *config, float *parameters)
{
    const float gain = 0.1f; /* near-uniform at the start */
    ock_tensor_random(parameters, config->width, OCK_SYMBOLS, gain, config->seed, OCK_TENSOR_HEAD);
}

ock_status ock_head_init(ock_head *head, const ock_site *site)
{
    size_t d = site->config->width, rows = site->lanes * site->config->step;
    head->kernels = site->kernels;
    head->lanes = site->lanes;
    head->step = site->config->step;
    head->width = d;
    head->weights = site->parameters;
    const ock_arena_part parts[] = {{&head->transposed, d * OCK_SYMBOLS, sizeof(float)},
                                    {&head->y, rows * d, sizeof(float)},
                                    {&head->inverse, rows, sizeof(float)},
                                    {&head->logits, rows * OCK_SYMBOLS, sizeof(float)},
                                    {&head->tree, rows * OCK_TREE_NODES, sizeof(float)},
                                    {&head->d_norm, rows * d, sizeof(float)}};
    return ock_arena_take_parts(site->arena, parts, OCK_PARTS(parts), "the softmax head");
}

void ock_head_refresh(ock_head *head)
{
    ock_tensor_transpose(head->weights, head->width, OCK_SYMBOLS, head->transposed);
}

/* Fills one row's tree from its logits. */
static void build_tree(const ock_kernels *kernels, const float *logits, float *tree)
{
    const float floor = 0x1p-20f;
    float *leaf = tree + OCK_SYMBOLS;
    kernels->exp_shifted(OCK_SYMBOLS, logits, kernels->max(OCK_SYMBOLS, logits), leaf);
    for (size_t s = 0; s < OCK_SYMBOLS; s++) {
        leaf[s] += floor;
    }
    for (size_t i = OCK_SYMBOLS - 1; i >= 1; i--) {
        tree[i] = tree[2 * i] + tree[2 * i + 1];
    }
}

void ock_head_forward(ock_head *head, ock_span span, const float *x)
{
    size_t d = head->width;
    ock_rows rows = ock_span_rows(span, head->lanes, head->step);
    head->kernels->rmsnorm(rows.count, d, rows.step * d, x + rows.first * d,
                           head->y + rows.first * d, head->inverse + rows.first, rows.step);
    ock_tensor_apply(head->kernels, head->weights, d, OCK_SYMBOLS, rows, head->y, head->logits,
                     false);
    for (size_t i = 0; i < rows.count; i++) {
        size_t row = rows.first + i * rows.step;
        build_tree(head->kernels, head->logits + row * OCK_SYMBOLS,
                   head->tree + row * OCK_TREE_NODES);
    }
}

const float *ock_head_tree(const ock_head *head, size_t lane, size_t t)
{
    return head->tree + (lane * head->step + t) * OCK_TREE_NODES;
}

void ock_head_target(ock_head *head, size_t lane, size_t t, uint8_t symbol)
{
    const float *tree = ock_head_tree(head, lane, t);
    float *d_logits = head->logits + (lane * head->step + t) * OCK_SYMBOLS;
    float scale = 1.0f / tree[1];
    for (size_t s = 0; s < OCK_SYMBOLS; s++) {
        d_logits[s] = tree[OCK_SYMBOLS + s] * scale;
    }
    d_logits[symbol] -= 1.0f;
}

void ock_head_backward(ock_head *head, float *dx)
{
    size_t d = head->width, count = head->lanes * head->step;
    ock_tensor_apply(head->kernels, head->transposed, OCK_SYMBOLS, d, (ock_rows){0, count, 1},
                     head->logits, head->d_norm, false);
    memset(dx, 0, count * d * sizeof *dx);
    head->kernels->rmsnorm_backward(count, d, head->y, head->inverse, head->d_norm, dx);
}

void ock_head_gradient(ock_head *head, ock_shard_lanes lanes, float *gradient, bool add)
{
    ock_rows rows = {lanes.first * head->step, lanes.count * head->step, 1};
    ock_tensor_gradient(head->kernels, head->width, OCK_SYMBOLS, rows, head->y, head->logits,
                        gradient, add);
}
