/* SPDX-License-Identifier: MIT */
/* network.c - assembles embedding, layers and head; trains them over the ranks. */
#include "network/network.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "mpi/flight.h"
#include "network/embedding.h"
#include "network/head.h"
#include "network/tensors.h"

/* Running numbers of Adam's schedule and bias correction. */
typedef struct schedule {
    uint64_t updates;
    float beta1_power, beta2_power; /* beta^updates */
} schedule;

struct ock_network {
    ock_comm *comm;
    const ock_kernels *kernels;
    ock_config config;
    ock_lane_map map;
    ock_share share;
    ock_arena arena;
    ock_awake awake; /* in the step */
    ock_embedding embedding;
    ock_layer **layers; /* (config.layers) */
    size_t layer_floats;
    ock_head head;
    size_t parameter_count;
    float *parameters;    /* (parameter_count): layers in order, then the head */
    float *x;             /* (own rows, width) residual stream, later its gradient */
    float *row_gradients; /* (lanes * T, width) gradients of all lanes' inputs */
    size_t *rows;         /* (lanes * T, OCK_MAX_SLICES) which rows those are of */
    size_t *gather_counts, *gather_offsets; /* (ranks) bytes of row_gradients by rank */
    ock_flight *rows_flight, *agreement;    /* messages under way */
    ock_reduce *reduce;
    ock_range slice;         /* own part of the parameter vector */
    float *gradient, *m, *v; /* (slice) room for a sum; m is NULL when beta1 is 0 */
    bool differentiated;     /* the step's gradients are there */
    schedule schedule;
};

static size_t own_lanes(const ock_network *n)
{
    return ock_range_length(n->share.lanes);
}

/* How many of the own lanes before this one are at work. */
static size_t awake_before(const ock_network *n, size_t lane)
{
    size_t count = 0;
    while (count < n->awake.count && n->awake.lane[count] < lane) {
        count++;
    }
    return count;
}

/* Whether the own lane is at work; *i: as which one. */
static bool is_awake(const ock_network *n, size_t lane, size_t *i)
{
    *i = awake_before(n, lane);
    return *i < n->awake.count && n->awake.lane[*i] == lane;
}

static float *layer_part(const ock_network *n, float *vector, size_t layer)
{
    return vector + layer * n->layer_floats;
}

static float *head_part(const ock_network *n, float *vector)
{
    return vector + n->config.layers * n->layer_floats;
}

static uint32_t first_tensor(size_t layer)
{
    return OCK_TENSOR_LAYERS + (uint32_t)layer * OCK_TENSORS_PER_LAYER;
}

static void refresh(ock_network *n, const ock_worker *me)
{
    if (own_lanes(n) == 0) {
        return;
    }
    for (size_t i = 0; i < n->config.layers; i++) {
        ock_layer_refresh(n->layers[i], me);
    }
    ock_head_refresh(&n->head, me);
}

static ock_status make_layers(ock_network *n)
{
    ock_site site = {n->kernels, &n->config, &n->arena, own_lanes(n), 0, NULL, &n->awake};
    ock_status status = ock_arena_take(&n->arena, n->config.layers, sizeof(ock_layer *),
                                       "the layers", (void **)&n->layers);
    for (size_t i = 0; i < n->config.layers && status == OCK_OK; i++) {
        site.first_tensor = first_tensor(i);
        site.parameters = layer_part(n, n->parameters, i);
        ock_layer_initialise(&n->config, site.first_tensor, layer_part(n, n->parameters, i));
        status = ock_layer_create(&site, &n->layers[i]);
    }
    if (status != OCK_OK) {
        return status;
    }
    ock_head_initialise(&n->config, head_part(n, n->parameters));
    site.parameters = head_part(n, n->parameters);
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
        {&n->x, own_lanes(n) * step * d, sizeof(float)},
        {&n->row_gradients, (size_t)n->map.lanes * step * d, sizeof(float)},
        {&n->awake.lane, own_lanes(n), sizeof *n->awake.lane},
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

static ock_status build(ock_network *n)
{
    n->layer_floats = ock_layer_parameter_count(&n->config);
    n->parameter_count = n->config.layers * n->layer_floats + ock_head_parameter_count(&n->config);
    n->slice = ock_slice(n->parameter_count, ock_comm_size(n->comm), ock_comm_rank(n->comm));
    n->schedule = (schedule){0, 1.0f, 1.0f};
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
    if (status != OCK_OK) {
        return status;
    }
    plan_gather(n);
    for (size_t lane = 0; lane < own_lanes(n); lane++) {
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

/* The symbol of a row: what comes before it is the row's past. */
static const uint8_t *symbol_of(const ock_network *n, const ock_history *history, size_t row)
{
    const size_t step = n->config.step, lane = n->awake.lane[row / step];
    return ock_history_at(history, n->share.lanes.begin + lane, row % step);
}

/* Sums of embeddings of the member's own rows, with which layers and head begin. */
static void look_up(ock_network *n, const ock_worker *me, const ock_history *history, ock_span span)
{
    const size_t d = n->config.width, step = n->config.step;
    const ock_rows own = ock_rows_part(ock_span_rows(span, n->awake.count, step), me);
    for (size_t i = 0; i < own.count; i++) {
        ock_embedding_prefetch(&n->embedding, symbol_of(n, history, own.first + i * own.step));
    }
    for (size_t i = 0; i < own.count; i++) {
        const size_t row = own.first + i * own.step;
        ock_embedding_lookup(&n->embedding, symbol_of(n, history, row), n->x + row * d);
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
    return is_awake(n, lane, &i) ? ock_head_tree(&n->head, i, t) : NULL;
}

/* Gradients of all rows; x becomes the gradient of the network's input. */
static void backward(ock_network *n, const ock_worker *me, const ock_history *history)
{
    const size_t step = n->config.step;
    const ock_range part = ock_team_part(me, n->awake.count * step);
    for (size_t row = part.begin; row < part.end; row++) {
        ock_head_target(&n->head, row / step, row % step, *symbol_of(n, history, row));
    }
    ock_team_barrier(me);
    ock_head_backward(&n->head, me, n->x);
    for (size_t i = n->config.layers; i-- > 0;) {
        ock_layer_backward(n->layers[i], me, n->x);
    }
}

static ock_shard_lanes lanes_at_work(const ock_network *n, size_t shard)
{
    const size_t own = n->share.lanes.begin;
    const size_t first = awake_before(n, ock_shard_first_lane(&n->map, (uint32_t)shard) - own);
    const size_t end = awake_before(n, ock_shard_first_lane(&n->map, (uint32_t)shard + 1) - own);
    return (ock_shard_lanes){shard - n->share.shards.begin, first, end - first};
}

static void sum_shard(ock_network *n, const ock_worker *me, size_t shard)
{
    const ock_shard_lanes lanes = lanes_at_work(n, shard);
    const ock_leaf leaf = ock_reduce_leaf(n->reduce);
    const ock_range part = ock_team_part_of(me, n->parameter_count, OCK_LANES16);
    if (lanes.count > 0) {
        for (size_t i = 0; i < n->config.layers; i++) {
            ock_layer_gradient(n->layers[i], me, lanes, layer_part(n, leaf.buffer, i), leaf.add);
        }
        ock_head_gradient(&n->head, me, lanes, head_part(n, leaf.buffer), leaf.add);
    } else if (!leaf.add) {
        memset(leaf.buffer + part.begin, 0, ock_range_length(part) * sizeof *leaf.buffer);
    }
    ock_reduce_leaf_add(n->reduce, part);
    ock_team_barrier(me);
    if (me->index == 0) {
        ock_reduce_leaf_done(n->reduce);
    }
    ock_team_barrier(me);
}

/* One step of training, as a team goes through it; between its runs the ranks talk. */
typedef struct training {
    ock_network *n;
    const ock_history *history;
    float *sum; /* (slice) of all shards' gradients */
    ock_adam adam;
    atomic_bool finite;
} training;

/* The rows of sleeping lanes have none. */
static void take_lane_gradients(ock_network *n, size_t lane)
{
    const size_t numbers = (size_t)n->config.step * n->config.width;
    size_t i;
    float *to = n->row_gradients + (n->share.lanes.begin + lane) * numbers;
    if (is_awake(n, lane, &i)) {
        memcpy(to, n->x + i * numbers, numbers * sizeof *to);
    } else {
        memset(to, 0, numbers * sizeof *to);
    }
}

/* Own rows' gradients. */
static void take_row_gradients(void *context, const ock_worker *me)
{
    const training *w = context;
    ock_network *n = w->n;
    if (n->awake.count > 0) {
        backward(n, me, w->history);
        ock_team_barrier(me);
    }
    const ock_range own = ock_team_part(me, own_lanes(n));
    for (size_t lane = own.begin; lane < own.end; lane++) {
        take_lane_gradients(n, lane);
    }
}

/* The parameters', summed shard by shard, in the reduction's order. */
static void take_gradients(void *context, const ock_worker *me)
{
    const training *w = context;
    for (size_t s = w->n->share.shards.begin; s < w->n->share.shards.end; s++) {
        sum_shard(w->n, me, s);
    }
}

/* rate(s) = end + (start - end) / (1 + s / rate_steps), with Adam's bias corrections. */
static ock_adam next_update(ock_network *n)
{
    const ock_config *c = &n->config;
    schedule *s = &n->schedule;
    float rate = c->rate_end + (c->rate - c->rate_end) / (1.0f + (float)s->updates / c->rate_steps);
    s->updates++;
    s->beta1_power *= c->beta1;
    s->beta2_power *= c->beta2;
    return (ock_adam){
        .rate = rate / (1.0f - s->beta1_power),
        .one_minus_beta1 = 1.0f - c->beta1,
        .one_minus_beta2 = 1.0f - c->beta2,
        .v_correction = 1.0f / (1.0f - s->beta2_power),
        .epsilon = c->epsilon,
    };
}

static void update_slice(void *context, const ock_worker *me)
{
    training *w = context;
    ock_network *n = w->n;
    const ock_range own = ock_team_part_of(me, ock_range_length(n->slice), OCK_LANES16);
    const size_t count = ock_range_length(own);
    float *gradient = w->sum + own.begin, *m = n->m != NULL ? n->m + own.begin : NULL;
    float *parameters = n->parameters + n->slice.begin + own.begin;
    n->kernels->adam(&w->adam, count, gradient, m, n->v + own.begin, parameters);
    if (!n->kernels->all_finite(count, gradient) || !n->kernels->all_finite(count, parameters)) {
        atomic_store(&w->finite, false);
    }
}

/* Every rank applies all lanes' row updates in the global order: position, then lane. A sleeping lane has none. */
static void update_rows(ock_network *n, const ock_worker *me, const ock_history *history)
{
    const size_t d = n->config.width, step = n->config.step, lanes = n->map.lanes;
    const ock_range part = ock_team_part(me, step * lanes);
    for (size_t i = part.begin; i < part.end; i++) {
        ock_embedding_rows(&n->embedding, ock_history_at(history, i % lanes, i / lanes),
                           n->rows + i * OCK_MAX_SLICES);
    }
    ock_team_barrier(me);
    for (size_t t = 0; t < step; t++) {
        const size_t *rows = n->rows + t * lanes * OCK_MAX_SLICES;
        for (size_t lane = 0; lane < lanes; lane++) {
            ock_embedding_prefetch_update(&n->embedding, me, rows + lane * OCK_MAX_SLICES);
        }
        for (size_t lane = 0; lane < lanes; lane++) {
            const float *gradient = n->row_gradients + (lane * step + t) * d;
            if (n->kernels->dot(d, gradient, gradient) > 0.0f) {
                ock_embedding_update(&n->embedding, me, ock_history_at(history, lane, t),
                                     rows + lane * OCK_MAX_SLICES, gradient);
            }
        }
    }
}

/* All lanes sleep, and no other rank can have one that doesn't: the sums would be zero, and change nothing. */
static bool is_idle(const ock_network *n)
{
    return n->awake.count == 0 && ock_comm_size(n->comm) == 1;
}

void ock_network_differentiate(ock_network *n, const ock_worker *me, const ock_history *history)
{
    if (is_idle(n)) {
        return;
    }
    training w = {.n = n, .history = history};
    take_row_gradients(&w, me);
    take_gradients(&w, me);
    if (me->index == 0) {
        n->differentiated = true;
    }
}

static void take_rows(void *context, const ock_worker *me)
{
    const training *w = context;
    if (own_lanes(w->n) > 0) {
        update_rows(w->n, me, w->history);
    }
}

static void end_training(void *context, const ock_worker *me)
{
    const training *w = context;
    ock_network *n = w->n;
    if (own_lanes(n) == 0) {
        return;
    }
    refresh(n, me);
    for (size_t i = 0; i < n->config.layers; i++) {
        ock_layer_end_step(n->layers[i], me);
    }
}

/* Gradients of rows travel while those of the parameters are summed. */
static ock_status start_sums(ock_network *n, ock_team *team, training *w)
{
    if (!n->differentiated) {
        ock_team_run(team, take_row_gradients, w);
    }
    ock_status status = ock_flight_start_allgather(n->rows_flight, n->row_gradients,
                                                   n->gather_counts, n->gather_offsets);
    if (!n->differentiated) {
        ock_team_run(team, take_gradients, w);
    }
    n->differentiated = false;
    return status == OCK_OK ? ock_reduce_start_scatter(n->reduce, n->gradient) : status;
}

/* Sends the own slice of the new parameters, and whether it may be used. */
static ock_status start_update(ock_network *n, ock_team *team, training *w)
{
    w->adam = next_update(n);
    ock_team_run(team, update_slice, w);
    ock_status mine = OCK_OK;
    if (!atomic_load(&w->finite)) {
        mine = ock_fail(OCK_INTERNAL, "update %" PRIu64 ": a gradient or parameter is not finite",
                        n->schedule.updates);
    }
    const ock_status status = ock_reduce_start_allgather(n->reduce, n->parameters);
    return status == OCK_OK ? ock_flight_start_agree(n->agreement, mine) : status;
}

/* Rows are updated while the parameters travel. */
static ock_status finish_update(ock_network *n, ock_team *team, training *w)
{
    ock_status status = ock_flight_finish(n->rows_flight);
    if (status == OCK_OK) {
        ock_team_run(team, take_rows, w);
        status = ock_reduce_finish_allgather(n->reduce);
    }
    return status == OCK_OK ? ock_flight_finish_agree(n->agreement) : status;
}

ock_status ock_network_train(ock_network *n, ock_team *team, const ock_history *history)
{
    training w = {.n = n, .history = history};
    if (is_idle(n)) {
        (void)next_update(n);
        return OCK_OK;
    }
    atomic_init(&w.finite, true);
    ock_status status = start_sums(n, team, &w);
    if (status == OCK_OK) {
        status = ock_reduce_finish_scatter(n->reduce, &w.sum);
    }
    if (status == OCK_OK) {
        status = start_update(n, team, &w);
    }
    if (status == OCK_OK) {
        status = finish_update(n, team, &w);
    }
    if (status == OCK_OK) {
        ock_team_run(team, end_training, &w);
    }
    return status;
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

static void show_schedule(schedule *s, ock_state_visitor *visitor)
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
    refresh(n, &me);
}
