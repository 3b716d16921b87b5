/* SPDX-License-Identifier: MIT */
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
    head->awake = site->awake;
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

void ock_head_refresh(ock_head *head, const ock_worker *me)
{
    ock_tensor_transpose(me, head->weights, head->width, OCK_SYMBOLS, head->transposed);
    ock_team_barrier(me);
}

static size_t at_work(const ock_head *head)
{
    return ock_awake_count(head->awake, head->lanes);
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

void ock_head_forward(ock_head *head, const ock_worker *me, ock_span span, const float *x)
{
    const size_t d = head->width;
    const ock_rows rows = ock_span_rows(span, at_work(head), head->step);
    const ock_rows own = ock_rows_part(rows, me);
    ock_tensor_normalise(head->kernels, d, own, x, head->y, head->inverse);
    ock_team_barrier(me);
    ock_tensor_apply(head->kernels, me, head->weights, d, OCK_SYMBOLS, rows, head->y, head->logits,
                     false);
    ock_team_barrier(me);
    for (size_t i = 0; i < own.count; i++) {
        size_t row = own.first + i * own.step;
        build_tree(head->kernels, head->logits + row * OCK_SYMBOLS,
                   head->tree + row * OCK_TREE_NODES);
    }
}

const float *ock_head_tree(const ock_head *head, size_t i, size_t t)
{
    return head->tree + (i * head->step + t) * OCK_TREE_NODES;
}

void ock_head_target(ock_head *head, size_t i, size_t t, uint8_t symbol)
{
    const float *tree = ock_head_tree(head, i, t);
    float *d_logits = head->logits + (i * head->step + t) * OCK_SYMBOLS;
    float scale = 1.0f / tree[1];
    for (size_t s = 0; s < OCK_SYMBOLS; s++) {
        d_logits[s] = tree[OCK_SYMBOLS + s] * scale;
    }
    d_logits[symbol] -= 1.0f;
}

void ock_head_backward(ock_head *head, const ock_worker *me, float *dx)
{
    const size_t d = head->width;
    const ock_rows rows = {0, at_work(head) * head->step, 1}, own = ock_rows_part(rows, me);
    const size_t first = own.first * d;
    ock_tensor_apply(head->kernels, me, head->transposed, OCK_SYMBOLS, d, rows, head->logits,
                     head->d_norm, false);
    ock_team_barrier(me);
    memset(dx + first, 0, own.count * d * sizeof *dx);
    ock_tensor_normalise_backward(head->kernels, d, own, head->y, head->inverse, head->d_norm, dx);
    ock_team_barrier(me);
}

void ock_head_gradient(ock_head *head, const ock_worker *me, ock_shard_lanes lanes, float *gradient,
                       bool add)
{
    ock_rows rows = {lanes.first * head->step, lanes.count * head->step, 1};
    ock_tensor_gradient(head->kernels, me, head->width, OCK_SYMBOLS, rows, head->y, head->logits,
                        gradient, add);
    ock_team_barrier(me);
}
