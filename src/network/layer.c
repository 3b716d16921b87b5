/* SPDX-License-Identifier: MIT */
/* layer.c - the kinds of layers, and what they have in common. */
#include "network/layer_private.h"

#include <string.h>

/* A network without layers asks for none; what is asked for all the same is answered for the usual kind. */
static const ock_layer_kind *kind_of(const ock_config *config)
{
    static const ock_layer_kind *const kinds[OCK_LAYER_CHOICES] = {
        [OCK_LAYER_RECURRENT] = &ock_layer_recurrent,
        [OCK_LAYER_NONE] = &ock_layer_recurrent,
        [OCK_LAYER_LSTM] = &ock_layer_lstm,
        [OCK_LAYER_TRANSFORMER] = &ock_layer_transformer,
        [OCK_LAYER_SSM] = &ock_layer_ssm,
    };
    return kinds[config->layer];
}

size_t ock_layer_parameter_count(const ock_config *config)
{
    return kind_of(config)->parameter_count(config);
}

size_t ock_layer_matrices(const ock_config *config, ock_matrix matrices[OCK_LAYER_MATRICES])
{
    return kind_of(config)->matrices(config, matrices);
}

void ock_layer_initialise(const ock_config *config, uint32_t first_tensor, float *parameters)
{
    kind_of(config)->initialise(config, first_tensor, parameters);
}

ock_status ock_layer_create(const ock_site *site, ock_layer **layer)
{
    const ock_layer_kind *kind = kind_of(site->config);
    ock_status status = ock_arena_take(site->arena, 1, kind->bytes, kind->name, (void **)layer);
    if (status != OCK_OK) {
        return status;
    }
    **layer = (ock_layer){
        kind, site->kernels, site->lanes, site->config->step, site->config->width, site->awake};
    return kind->create(*layer, site);
}

void ock_layer_refresh(ock_layer *layer, const ock_worker *me)
{
    layer->kind->refresh(layer, me);
}

void ock_layer_forward(ock_layer *layer, const ock_worker *me, ock_span span, float *x)
{
    layer->kind->forward(layer, me, span, x);
}

void ock_layer_backward(ock_layer *layer, const ock_worker *me, float *dx)
{
    layer->kind->backward(layer, me, dx);
}

void ock_layer_gradient(ock_layer *layer, const ock_worker *me, ock_shard_lanes lanes,
                        float *gradient, bool add)
{
    layer->kind->gradient(layer, me, lanes, gradient, add);
}

void ock_layer_end_step(ock_layer *layer, const ock_worker *me)
{
    layer->kind->end_step(layer, me);
}

void ock_layer_state(ock_layer *layer, size_t lanes, ock_range own, ock_state_visitor *visitor)
{
    layer->kind->state(layer, lanes, own, visitor);
}

/* ---- in common ---- */

ock_layer_piece ock_layer_piece_of(const ock_layer *l, const ock_worker *me, bool by_columns)
{
    if (by_columns) {
        return (ock_layer_piece){{0, ock_layer_at_work(l)}, ock_tensor_part(me, l->width)};
    }
    return (ock_layer_piece){ock_team_part(me, ock_layer_at_work(l)), {0, l->width}};
}

void ock_layer_vector_gradient(const ock_layer *l, const ock_worker *me, size_t n, float *sums,
                               ock_shard_lanes lanes, float *gradient, bool add)
{
    const ock_range own = ock_team_part_of(me, n, OCK_LANES16);
    const size_t count = ock_range_length(own);
    float *sum = sums + lanes.first * n + own.begin;
    for (size_t i = 1; i < lanes.count; i++) {
        l->kernels->add(count, sum + i * n, sum);
    }
    if (add) {
        l->kernels->add(count, sum, gradient + own.begin);
    } else {
        memcpy(gradient + own.begin, sum, count * sizeof *sum);
    }
}

void ock_layer_show(const char *name, size_t lanes, ock_range own, float *kept, size_t stride,
                    size_t count, ock_state_visitor *visitor)
{
    for (size_t lane = 0; lane < lanes && count > 0; lane++) {
        const bool held = lane >= own.begin && lane < own.end;
        ock_state_show(visitor,
                       &(ock_state_part){name, OCK_HELD_BY_LANE, (uint32_t)lane, sizeof *kept,
                                         count, held ? kept + (lane - own.begin) * stride : NULL});
    }
}

void ock_layer_forget(float *biases, size_t width)
{
    const float longest = 3.0f;
    for (size_t i = 0; i < width; i++) {
        biases[i] = longest * (float)i / (float)width;
    }
}

void ock_trail_end_step(const ock_trail *trail, const ock_layer *layer, const ock_worker *me)
{
    const ock_range own = ock_team_part(me, ock_layer_at_work(layer));
    for (size_t i = own.begin; i < own.end; i++) {
        const size_t lane = ock_layer_lane(layer, i);
        memcpy(ock_trail_after(trail, layer, lane, -1),
               ock_trail_after(trail, layer, lane, (ptrdiff_t)layer->step - 1),
               trail->floats * sizeof *trail->of);
    }
    ock_team_barrier(me);
}

void ock_trail_state(const ock_trail *trail, const ock_layer *layer, size_t lanes, ock_range own,
                     ock_state_visitor *visitor)
{
    ock_layer_show("state", lanes, own, trail->of, (1 + layer->step) * trail->floats, trail->floats,
                   visitor);
}
