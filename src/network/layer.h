/* SPDX-License-Identifier: MIT */
/* layer.h - a layer of the network.
 *
 * The configuration says of which kind all layers are (`layer`, plan/config.h); what a kind is made of stands in
 * layer_private.h, and each has a file of its own.
 *
 * A layer works on the residual stream x:(rows, width) of the rank's own lanes that are at work in the step.
 * Row i*T + t is position t of the i-th of them, in their order. The encoder runs all T positions of a step in
 * one call, the decoder one position at a time; both give the same bits. Gradients are kept by
 * ock_layer_backward() and summed per shard by ock_layer_gradient(), in row order (lane, then position). */
#ifndef OCK_LAYER_H
#define OCK_LAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/state.h"
#include "base/status.h"
#include "mpi/reduce.h"
#include "network/tensors.h"
#include "numeric/kernels.h"
#include "plan/config.h"
#include "threads/team.h"

typedef struct ock_layer ock_layer;

/* The own lanes at work in a step, ascending; the others are asleep: no row is theirs, and what a layer keeps
 * for them stays as it is. */
typedef struct ock_awake {
    size_t count;
    size_t *lane; /* (count) local numbers */
} ock_awake;

/* Where a layer lives: what it may keep pointers to. Everything outlives the layer. */
typedef struct ock_site {
    const ock_kernels *kernels;
    const ock_config *config;
    ock_arena *arena;        /* the layer's memory; nothing is freed singly */
    size_t lanes;            /* own lanes of this rank (0 on a rank without shards) */
    uint32_t first_tensor;   /* key of the layer's first tensor for the random generator */
    const float *parameters; /* (parameter_count) the layer's part of the global vector */
    const ock_awake *awake;  /* the same during a step; NULL: all lanes, always */
} ock_site;

static inline size_t ock_awake_count(const ock_awake *awake, size_t lanes)
{
    return awake != NULL ? awake->count : lanes;
}

/* Positions [begin, begin + count) of the step, of every lane at work; count is 1
 * or T (then begin is 0). */
typedef struct ock_span {
    size_t begin, count;
} ock_span;

/* The rows of a span among lanes * step rows: all of them, or one position of every lane. */
static inline ock_rows ock_span_rows(ock_span span, size_t lanes, size_t step)
{
    if (span.count == step) {
        return (ock_rows){0, lanes * step, 1};
    }
    return (ock_rows){span.begin, lanes, step};
}

/* The member's part of those rows. */
static inline ock_rows ock_rows_part(ock_rows rows, const ock_worker *me)
{
    const ock_range part = ock_team_part(me, rows.count);
    return (ock_rows){rows.first + part.begin * rows.step, ock_range_length(part), rows.step};
}

/* Lanes at work [first, first + count), not none: those of one shard, number `shard` among the own ones. */
typedef struct ock_shard_lanes {
    size_t shard, first, count;
} ock_shard_lanes;

/* Floats of dense parameters; a multiple of 16. */
size_t ock_layer_parameter_count(const ock_config *config);

/* Start values of the parameters, the same on every rank. */
void ock_layer_initialise(const ock_config *config, uint32_t first_tensor, float *parameters);

/* Allocates activations and memory for the site. */
ock_status ock_layer_create(const ock_site *site, ock_layer **layer) OCK_WARN_UNUSED;

/* What follows, but for ock_layer_state, is called by all members of a team alike, with `me` telling them
 * apart; it waits for the others where it must, and at its end. */

/* Called after the parameters changed (and once at the start): renews derived copies. */
void ock_layer_refresh(ock_layer *layer, const ock_worker *me);

/* x += block(x) for the span's positions. Positions come in order. */
void ock_layer_forward(ock_layer *layer, const ock_worker *me, ock_span span, float *x);

/* After all T positions: dx holds the gradient of the layer's output and
 * gets that of its input. */
void ock_layer_backward(ock_layer *layer, const ock_worker *me, float *dx);

/* The parameters' gradient, summed over one shard: gradient = or += (see ock_leaf). Once a
 * shard after each ock_layer_backward(). */
void ock_layer_gradient(ock_layer *layer, const ock_worker *me, ock_shard_lanes lanes,
                        float *gradient, bool add);

/* The step is over: carries memory over to the next one. */
void ock_layer_end_step(ock_layer *layer, const ock_worker *me);

/* Between steps: shows what is kept from step to step, parameters apart. The site's lanes are
 * number own.begin to own.end of `lanes`. It is nothing but floats, of which all may be used. */
void ock_layer_state(ock_layer *layer, size_t lanes, ock_range own, ock_state_visitor *visitor);

#endif
