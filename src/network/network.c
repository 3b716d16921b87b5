/* SPDX-License-Identifier: MIT */
/* network.c - assembles embedding, layers and head; predicts; shows its state. */
#include "network/network.h"

#include <stdlib.h>

#include "network/network_private.h"
#include "network/tensors.h"

static uint32_t first_tensor(size_t layer)
{
    return OCK_TENSOR_LAYERS + (uint32_t)layer * OCK_TENSORS_PER_LAYER;
}

void ock_network_refresh(ock_network *n, const ock_worker *me)
{
    if (ock_own_lanes(n) == 0) {
        return;
    }
    for (size_t i = 0; i < n->config.layers; i++) {
        ock_layer_refresh(n->layers[i], me);
    }
    ock_head_refresh(&n->head, me);
}

static ock_status make_layers(ock_network *n)
{
    ock_site site = {n->kernels, &n->config, &n->arena, ock_own_lanes(n), 0, NULL, &n->awake};
    ock_status status = ock_arena_take(&n->arena, n->config.layers, sizeof(ock_layer *),
                                       "the layers", (void **)&n->layers);
    for (size_t i = 0; i < n->config.layers && status == OCK_OK; i++) {
        site.first_tensor = first_tensor(i);
        site.parameters = ock_layer_part(n, n->parameters, i);
        ock_layer_initialise(&n->config, site.first_tensor, ock_layer_part(n, n->parameters, i));
        status = ock_layer_create(&site, &n->layers[i]);
    }
    if (status != OCK_OK) {
        return status;
    }
    ock_head_initialise(&n->config, ock_head_part(n, n->parameters));
    site.parameters = ock_head_part(n, n->parameters);
    return ock_head_init(&n->head, &site);
}

/* Where each rank's lanes lie in row_gradients. */
static void plan_gather(ock_network *n)
{
    size_t lane_bytes = (size_t)n->config.step * n->config.width * sizeof(float);
    for (int r = 0; r < ock_comm_size(n->comm); r++) {
        ock_range lanes = ock_share_of(&n->map, ock_comm_size(n->comm), r).lanes;
        n->gather_offsets[r] = lanes.begin * lane_bytes;
        n->gather_counts[r] = ock_range_length(lanes) * lane_bytes;
    }
}

static ock_status allocate(ock_network *n)
{
    size_t d = n->config.width, step = n->config.step, ranks = (size_t)ock_comm_size(n->comm);
    size_t slice = ock_range_length(n->slice);
    const ock_arena_part parts[] = {
        {&n->parameters, n->parameter_count, sizeof(float)},
        {&n->x, ock_own_lanes(n) * step * d, sizeof(float)},
        {&n->row_gradients, (size_t)n->map.lanes * step * d, sizeof(float)},
        {&n->awake.lane, ock_own_lanes(n), sizeof *n->awake.lane},
        {&n->rows, (size_t)n->map.lanes * step * OCK_MAX_SLICES, sizeof *n->rows},
        {&n->gather_counts, ranks, sizeof(size_t)},
        {&n->gather_offsets, ranks, sizeof(size_t)},
        {&n->gradient, slice, sizeof(float)},
        {&n->v, slice, sizeof(float)},
        {&n->m, n->config.beta1 != 0 ? slice : 0, sizeof(float)},
    };
    ock_status status = ock_arena_take_parts(&n->arena, parts, OCK_PARTS(parts), "the network");
    if (status != OCK_OK) {
        return status;
    }
    if (n->config.beta1 == 0) {
        n->m = NULL;
    }
    return OCK_OK;
}

/* Whose blocks lie where in the vector. */
static void plan_moves(ock_network *n)
{
    const int ranks = ock_comm_size(n->comm);
    for (int r = 0; r < ranks; r++) {
        const ock_range span = ock_muon_span(&n->muon, n->parameter_count, ranks, r);
        n->moved_offsets[r] = span.begin * sizeof(float);
        n->moved_counts[r] = ock_range_length(span) * sizeof(float);
    }
}

/* The blocks of all layers' matrices, and what moving them takes. */
static ock_status make_muon(ock_network *n)
{
    const size_t ranks = (size_t)ock_comm_size(n->comm);
    const ock_arena_part parts[] = {{&n->moved, n->parameter_count, sizeof(float)},
                                    {&n->moved_counts, ranks, sizeof(size_t)},
                                    {&n->moved_offsets, ranks, sizeof(size_t)}};
    ock_status status = ock_arena_take_parts(&n->arena, parts, OCK_PARTS(parts), "the optimiser");
    if (status == OCK_OK) {
        status = ock_muon_init(&n->muon, n->kernels, &n->config, &n->arena);
    }
    if (status == OCK_OK) {
        plan_moves(n);
        status = ock_flight_new(n->comm, &n->moved_flight);
    }
    return status;
}

static ock_status build(ock_network *n)
{
    n->layer_floats = ock_layer_parameter_count(&n->config);
    n->parameter_count = n->config.layers * n->layer_floats + ock_head_parameter_count(&n->config);
    n->slice = ock_slice(n->parameter_count, ock_comm_size(n->comm), ock_comm_rank(n->comm));
    n->schedule = (ock_schedule){0, 1.0f, 1.0f};
    ock_status status = allocate(n);
    if (status == OCK_OK) {
        status = make_layers(n);
    }
    if (status == OCK_OK) {
        status = ock_embedding_init(&n->embedding, n->kernels, &n->config, &n->arena);
    }
    if (status == OCK_OK) {
        status = ock_reduce_new(n->comm, n->arena.memory, n->kernels, n->map.shards,
                                n->parameter_count, &n->reduce);
    }
    if (status == OCK_OK) {
        status = ock_flight_new(n->comm, &n->rows_flight);
    }
    if (status == OCK_OK) {
        status = ock_flight_new(n->comm, &n->agreement);
    }
    if (status == OCK_OK && ock_has_muon(n)) {
        status = make_muon(n);
    }
    if (status != OCK_OK) {
        return status;
    }
    plan_gather(n);
    for (size_t lane = 0; lane < ock_own_lanes(n); lane++) {
        ock_network_wake(n, lane);
    }
    ock_network_restored(n);
    return OCK_OK;
}

ock_status ock_network_new(ock_comm *comm, ock_memory *memory, const ock_kernels *kernels,
                           const ock_plan *plan, ock_network **network)
{
    ock_network *n = calloc(1, sizeof *n);
    *network = NULL;
    if (n == NULL) {
        return ock_fail_memory(sizeof *n, "the network");
    }
    n->comm = comm;
    n->kernels = kernels;
    n->config = plan->config;
    n->config.layers = ock_config_layers(&plan->config);
    n->map = plan->map;
    n->share = ock_share_of(&plan->map, ock_comm_size(comm), ock_comm_rank(comm));
    ock_arena_init(&n->arena, memory);
    ock_status status = build(n);
    if (status != OCK_OK) {
        ock_network_free(n);
        return status;
    }
    *network = n;
    return OCK_OK;
}

void ock_network_free(ock_network *n)
{
    if (n == NULL) {
        return;
    }
    ock_reduce_free(n->reduce);
    ock_flight_free(n->rows_flight);
    ock_flight_free(n->agreement);
    ock_flight_free(n->moved_flight);
    ock_arena_free(&n->arena);
    free(n);
}

void ock_network_sleep(ock_network *n)
{
    n->awake.count = 0;
}

void ock_network_wake(ock_network *n, size_t lane)
{
    n->awake.lane[n->awake.count++] = lane;
}

size_t ock_network_awake(const ock_network *n)
{
    return n->awake.count;
}

/* Sums of embeddings of the member's own rows, with which layers and head begin. */
static void look_up(ock_network *n, const ock_worker *me, const ock_history *history, ock_span span)
{
    const size_t d = n->config.width, step = n->config.step;
    const ock_rows own = ock_rows_part(ock_span_rows(span, n->awake.count, step), me);
    for (size_t i = 0; i < own.count; i++) {
        ock_embedding_prefetch(&n->embedding, ock_symbol_of(n, history, own.first + i * own.step));
    }
    for (size_t i = 0; i < own.count; i++) {
        const size_t row = own.first + i * own.step;
        ock_embedding_lookup(&n->embedding, ock_symbol_of(n, history, row), n->x + row * d);
    }
}

void ock_network_predict(ock_network *n, const ock_worker *me, const ock_history *history,
                         ock_span span)
{
    if (n->awake.count == 0) {
        return;
    }
    look_up(n, me, history, span);
    for (size_t i = 0; i < n->config.layers; i++) {
        ock_layer_forward(n->layers[i], me, span, n->x);
    }
    ock_head_forward(&n->head, me, span, n->x);
}

const float *ock_network_tree(const ock_network *n, size_t lane, size_t t)
{
    size_t i;
    return ock_is_awake(n, lane, &i) ? ock_head_tree(&n->head, i, t) : NULL;
}

size_t ock_network_parameters(const ock_network *n)
{
    return n->parameter_count;
}

size_t ock_network_bytes(const ock_network *n)
{
    return n->arena.bytes;
}

/* ---- state ---- */

static void show_moments(const ock_network *n, ock_state_visitor *visitor)
{
    ock_state_part part = {"optimiser.v", OCK_HELD_BY_SLICE,  0,
                           sizeof(float), n->parameter_count, n->v};
    ock_state_show(visitor, &part);
    part.name = "optimiser.m";
    part.data = n->m;
    if (n->m != NULL) {
        ock_state_show(visitor, &part);
    }
}

static void show_schedule(ock_schedule *s, ock_state_visitor *visitor)
{
    ock_state_show_replica(visitor, "optimiser.updates", sizeof s->updates, 1, &s->updates);
    ock_state_show_replica(visitor, "optimiser.beta1_power", sizeof(float), 1, &s->beta1_power);
    ock_state_show_replica(visitor, "optimiser.beta2_power", sizeof(float), 1, &s->beta2_power);
}

void ock_network_state(ock_network *n, ock_state_visitor *visitor)
{
    ock_state_show_replica(visitor, "network.parameters", sizeof(float), n->parameter_count,
                           n->parameters);
    show_moments(n, visitor);
    show_schedule(&n->schedule, visitor);
    ock_embedding_state(&n->embedding, visitor);
    for (size_t i = 0; i < n->config.layers; i++) {
        ock_state_enter(visitor, "layer", i);
        ock_layer_state(n->layers[i], n->map.lanes, n->share.lanes, visitor);
        ock_state_leave(visitor);
    }
}

void ock_network_restored(ock_network *n)
{
    const ock_worker me = ock_worker_alone();
    ock_network_refresh(n, &me);
}
