/* SPDX-License-Identifier: MIT */
/* layer_private.h - what a kind of layer is made of, and what all kinds have in common.
 *
 * Each function is one of layer.h, with its promises. A kind's own structure begins with an ock_layer. */
#ifndef OCK_LAYER_PRIVATE_H
#define OCK_LAYER_PRIVATE_H

#include "network/layer.h"

typedef struct ock_layer_kind {
    const char *name; /* of its memory, in messages: "an LSTM layer" */
    size_t bytes;     /* of its structure */
    size_t (*parameter_count)(const ock_config *config);
    void (*initialise)(const ock_config *config, uint32_t first_tensor, float *parameters);
    /* The structure is zeroed but for its ock_layer. */
    ock_status (*create)(ock_layer *layer, const ock_site *site);
    void (*refresh)(ock_layer *layer, const ock_worker *me);
    void (*forward)(ock_layer *layer, const ock_worker *me, ock_span span, float *x);
    void (*backward)(ock_layer *layer, const ock_worker *me, float *dx);
    void (*gradient)(ock_layer *layer, const ock_worker *me, ock_shard_lanes lanes, float *gradient,
                     bool add);
    void (*end_step)(ock_layer *layer, const ock_worker *me);
    void (*state)(ock_layer *layer, size_t lanes, ock_range own, ock_state_visitor *visitor);
} ock_layer_kind;

extern const ock_layer_kind ock_layer_recurrent, ock_layer_lstm, ock_layer_transformer,
    ock_layer_ssm;

struct ock_layer {
    const ock_layer_kind *kind;
    const ock_kernels *kernels;
    size_t lanes, step, width;
    const ock_awake *awake;
};

static inline size_t ock_layer_at_work(const ock_layer *l)
{
    return ock_awake_count(l->awake, l->lanes);
}

/* The number of the i-th lane at work. */
static inline size_t ock_layer_lane(const ock_layer *l, size_t i)
{
    return l->awake != NULL ? l->awake->lane[i] : i;
}

/* What a member does of a recurrence: elements of the state, in lanes at work. Where products are shared out by
 * columns, it goes on with its own columns of them. */
typedef struct ock_layer_piece {
    ock_range lanes, elements;
} ock_layer_piece;

ock_layer_piece ock_layer_piece_of(const ock_layer *layer, const ock_worker *me, bool by_columns);

/* Gradients of vectors, n floats in all, whose sums over positions were taken for each lane at work:
 * sums:(lanes at work, n). Lanes are added in ascending order. */
void ock_layer_vector_gradient(const ock_layer *layer, const ock_worker *me, size_t n, float *sums,
                               ock_shard_lanes lanes, float *gradient, bool add);

/* Shows floats kept of each lane: `kept` is the first own lane's, the next lane's lie `stride` behind. */
void ock_layer_show(const char *name, size_t lanes, ock_range own, float *kept, size_t stride,
                    size_t count, ock_state_visitor *visitor);

#endif
