/* SPDX-License-Identifier: MIT */
/* network_train.c - a step of training over the ranks: gradients, their sums, the optimisers. */
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "network/network_private.h"

/* Gradients of all rows; x becomes the gradient of the network's input. */
static void backward(ock_network *n, const ock_worker *me, const ock_history *history)
{
    const size_t step = n->config.step;
    const ock_range part = ock_team_part(me, n->awake.count * step);
    for (size_t row = part.begin; row < part.end; row++) {
        ock_head_target(&n->head, row / step, row % step, *ock_symbol_of(n, history, row));
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
    const size_t first = ock_awake_before(n, ock_shard_first_lane(&n->map, (uint32_t)shard) - own);
    const size_t end =
        ock_awake_before(n, ock_shard_first_lane(&n->map, (uint32_t)shard + 1) - own);
    return (ock_shard_lanes){shard - n->share.shards.begin, first, end - first};
}

static void sum_shard(ock_network *n, const ock_worker *me, size_t shard)
{
    const ock_shard_lanes lanes = lanes_at_work(n, shard);
    const ock_leaf leaf = ock_reduce_leaf(n->reduce);
    const ock_range part = ock_team_part_of(me, n->parameter_count, OCK_LANES16);
    if (lanes.count > 0) {
        for (size_t i = 0; i < n->config.layers; i++) {
            ock_layer_gradient(n->layers[i], me, lanes, ock_layer_part(n, leaf.buffer, i),
                               leaf.add);
        }
        ock_head_gradient(&n->head, me, lanes, ock_head_part(n, leaf.buffer), leaf.add);
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
    float rate; /* without Adam's corrections */
    atomic_bool finite;
} training;

/* The rows of sleeping lanes have none. */
static void take_lane_gradients(ock_network *n, size_t lane)
{
    const size_t numbers = (size_t)n->config.step * n->config.width;
    size_t i;
    float *to = n->row_gradients + (n->share.lanes.begin + lane) * numbers;
    if (ock_is_awake(n, lane, &i)) {
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
    const ock_range own = ock_team_part(me, ock_own_lanes(n));
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
static ock_adam next_update(ock_network *n, float *plain_rate)
{
    const ock_config *c = &n->config;
    ock_schedule *s = &n->schedule;
    float rate = c->rate_end + (c->rate - c->rate_end) / (1.0f + (float)s->updates / c->rate_steps);
    *plain_rate = rate;
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

static void move_by_adam(const training *w, ock_range own)
{
    ock_network *n = w->n;
    float *m = n->m != NULL ? n->m + own.begin : NULL;
    n->kernels->adam(&w->adam, ock_range_length(own), w->sum + own.begin, m, n->v + own.begin,
                     n->parameters + n->slice.begin + own.begin);
}

/* Whether this update moves blocks. */
static bool moves_blocks(const ock_network *n)
{
    return ock_has_muon(n) && n->schedule.updates % n->config.muon_every == 0;
}

/* A run of the slice, all in blocks or all moved by Adam. A block's momentum stands where Adam's second moments do. */
static void update_run(const training *w, ock_range run, bool whole)
{
    ock_network *n = w->n;
    const size_t count = ock_range_length(run), at = n->slice.begin + run.begin;
    if (whole) {
        ock_muon_gather(&n->muon, count, w->sum + run.begin, n->v + run.begin);
    } else {
        move_by_adam(w, run);
    }
    if (!moves_blocks(n)) {
        return;
    }
    if (whole) {
        ock_muon_direct(&n->muon, count, w->sum + run.begin, n->v + run.begin, n->moved + at);
    } else {
        memcpy(n->moved + at, n->parameters + at, count * sizeof *n->moved);
    }
}

static void update_runs(const training *w, ock_range own)
{
    ock_network *n = w->n;
    const size_t first = n->slice.begin;
    for (ock_range run = {own.begin, own.begin}; run.begin < own.end; run.begin = run.end) {
        bool whole;
        run.end = ock_muon_run(&n->muon, first + run.begin, first + own.end, &whole) - first;
        update_run(w, run, whole);
    }
}

static void update_slice(void *context, const ock_worker *me)
{
    training *w = context;
    ock_network *n = w->n;
    const ock_range own = ock_team_part_of(me, ock_range_length(n->slice), OCK_LANES16);
    const size_t count = ock_range_length(own);
    float *gradient = w->sum + own.begin;
    float *parameters = n->parameters + n->slice.begin + own.begin;
    if (ock_has_muon(n)) {
        update_runs(w, own);
    } else {
        move_by_adam(w, own);
    }
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
    if (ock_own_lanes(w->n) > 0) {
        update_rows(w->n, me, w->history);
    }
}

static void end_training(void *context, const ock_worker *me)
{
    const training *w = context;
    ock_network *n = w->n;
    if (ock_own_lanes(n) == 0) {
        return;
    }
    ock_network_refresh(n, me);
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

/* The new values of what Adam moves, of all ranks' slices. */
static void take_moved(ock_network *n, ock_range own)
{
    for (ock_range run = {own.begin, own.begin}; run.begin < own.end; run.begin = run.end) {
        bool whole;
        run.end = ock_muon_run(&n->muon, run.begin, own.end, &whole);
        if (!whole) {
            memcpy(n->parameters + run.begin, n->moved + run.begin,
                   ock_range_length(run) * sizeof *n->moved);
        }
    }
}

static void move_blocks(void *context, const ock_worker *me)
{
    const training *w = context;
    ock_network *n = w->n;
    const ock_range blocks =
        ock_muon_share(&n->muon, ock_comm_size(n->comm), ock_comm_rank(n->comm));
    take_moved(n, ock_team_part_of(me, n->parameter_count, OCK_LANES16));
    ock_muon_move(&n->muon, me, blocks, w->rate * n->config.muon_gain, n->moved, n->parameters);
}

/* Every rank moves its blocks and sends them to all. */
static ock_status finish_blocks(ock_network *n, ock_team *team, training *w)
{
    ock_team_run(team, move_blocks, w);
    const ock_status status = ock_flight_start_allgather(n->moved_flight, n->parameters,
                                                         n->moved_counts, n->moved_offsets);
    return status == OCK_OK ? ock_flight_finish(n->moved_flight) : status;
}

/* Sends the own slice of the new parameters, and whether it may be used. */
static ock_status start_update(ock_network *n, ock_team *team, training *w)
{
    w->adam = next_update(n, &w->rate);
    ock_team_run(team, update_slice, w);
    ock_status mine = OCK_OK;
    if (!atomic_load(&w->finite)) {
        mine = ock_fail(OCK_INTERNAL, "update %" PRIu64 ": a gradient or parameter is not finite",
                        n->schedule.updates);
    }
    const ock_status status =
        ock_reduce_start_allgather(n->reduce, moves_blocks(n) ? n->moved : n->parameters);
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
    if (status == OCK_OK) {
        status = ock_flight_finish_agree(n->agreement);
    }
    return status == OCK_OK && moves_blocks(n) ? finish_blocks(n, team, w) : status;
}

ock_status ock_network_train(ock_network *n, ock_team *team, const ock_history *history)
{
    training w = {.n = n, .history = history};
    if (is_idle(n)) {
        (void)next_update(n, &w.rate);
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
