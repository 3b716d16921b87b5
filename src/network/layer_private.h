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
    size_t (*matrices)(const ock_config *config, ock_matrix matrices[OCK_LAYER_MATRICES]);
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

/* So many matrices of (inputs, inputs), one behind the other from parameter `begin` on, added to the `count` there are:
 * -> how many there are then. */
static inline size_t ock_layer_squares(size_t begin, size_t inputs, size_t more,
                                       ock_matrix matrices[OCK_LAYER_MATRICES], size_t count)
{
    for (size_t i = 0; i < more; i++) {
        matrices[count + i] = (ock_matrix){begin + i * inputs * inputs, inputs, inputs};
    }
    return count + more;
}

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

/* The rows of all positions of the lanes at work; of those of one shard. */
static inline ock_rows ock_layer_rows(const ock_layer *l)
{
    return (ock_rows){0, ock_layer_at_work(l) * l->step, 1};
}

static inline ock_rows ock_layer_shard_rows(const ock_layer *l, ock_shard_lanes lanes)
{
    return (ock_rows){lanes.first * l->step, lanes.count * l->step, 1};
}

/* ---- blocks ---- */

/* A pre-norm residual block, two products with what a kind of layer does between them, R = lanes * step rows:
 *
 *     y = rmsnorm(x);  gates = y W_in;  inner: what the kind makes of them;  x += inner W_out */
typedef struct ock_block {
    size_t columns, inside;    /* of the gates; of what goes out: multiples of OCK_PANEL */
    const float *w_in, *w_out; /* (width, columns), (inside, width), where the parameters are */
    float *t_in, *t_out;       /* the same transposed, for gradients of inputs */
    float *y, *inverse;        /* (R, width), (R) */
    float *gates, *inner;      /* (R, columns), (R, inside) */
    float *d_out, *d_norm;     /* gradients: (R, width) of the block's output, of y */
    float *d_gates, *d_inner;  /* (R, columns), (R, inside) */
} ock_block;

/* Takes the memory of a block of which the first four are set. */
ock_status ock_block_init(ock_block *block, const ock_layer *layer,
                          ock_arena *arena) OCK_WARN_UNUSED;

/* Renews the transposed copies; there when all have waited for each other. */
void ock_block_refresh(const ock_block *block, const ock_layer *layer, const ock_worker *me);

/* From x to the gates, which have not been waited for. `pieces`: products of equally many columns, so that a member
 * has the same columns of each. */
void ock_block_enter(const ock_block *block, const ock_layer *layer, const ock_worker *me,
                     ock_rows rows, size_t pieces, const float *x);

/* gates (+)= x W, for a matrix W:(width, columns); likewise. */
void ock_block_multiply(const ock_block *block, const ock_layer *layer, const ock_worker *me,
                        const float *weights, ock_rows rows, size_t pieces, const float *x,
                        bool add);

/* x += inner W_out, for all to use. */
void ock_block_leave(const ock_block *block, const ock_layer *layer, const ock_worker *me,
                     ock_rows rows, float *x);

/* The gradient of inner; not waited for. All rows. */
void ock_block_leave_backward(const ock_block *block, const ock_layer *layer, const ock_worker *me,
                              const float *dx);

/* dx becomes the gradient of the block's input from those of the gates, for all to use. */
void ock_block_enter_backward(const ock_block *block, const ock_layer *layer, const ock_worker *me,
                              float *dx);

/* Gradients of W_in and W_out, summed over a shard's rows: -> what lies behind them in the vector. Not waited for. */
float *ock_block_in_gradient(const ock_block *block, const ock_layer *layer, const ock_worker *me,
                             ock_shard_lanes lanes, float *gradient, bool add);
float *ock_block_out_gradient(const ock_block *block, const ock_layer *layer, const ock_worker *me,
                              ock_shard_lanes lanes, float *gradient, bool add);

/* ---- recurrences ---- */

/* What is kept of each lane after every position of a step: (lanes, 1 + step, floats), that before the step first. */
typedef struct ock_trail {
    float *of;
    size_t floats; /* of a position */
} ock_trail;

/* After position t of a lane; t = -1: before the step. */
static inline float *ock_trail_after(const ock_trail *trail, const ock_layer *l, size_t lane,
                                     ptrdiff_t t)
{
    return trail->of + (lane * (1 + l->step) + (size_t)(t + 1)) * trail->floats;
}

/* The last position's becomes that before the next step. */
void ock_trail_end_step(const ock_trail *trail, const ock_layer *layer, const ock_worker *me);

void ock_trail_state(const ock_trail *trail, const ock_layer *layer, size_t lanes, ock_range own,
                     ock_state_visitor *visitor);

/* Biases of gates that forget, from 0 to 3: half-lives of one to fourteen positions. */
void ock_layer_forget(float *biases, size_t width);

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
