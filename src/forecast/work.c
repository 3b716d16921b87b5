/* SPDX-License-Identifier: MIT */
/* work.c - the counts follow the codec's loop: codec_positions.c, network.c, the ports' messages. */
#include "forecast/work.h"

#include "mixing/counters.h"
#include "mpi/reduce_plan.h"
#include "network/head.h"
#include "network/layer.h"
#include "network/muon.h"
#include "plan/share.h"

static const double million = 1e-6;

uint64_t ock_dense_parameters(const ock_config *c)
{
    if (c->network == 0) {
        return 0;
    }
    return ock_config_layers(c) * ock_layer_parameter_count(c) + ock_head_parameter_count(c);
}

/* ---- what a rank owns ---- */

static void raise(double *most, size_t value)
{
    *most = (double)value > *most ? (double)value : *most;
}

static void weigh_share(const ock_lane_map *map, const ock_share *share, ock_load *load)
{
    size_t replayed = 0;
    for (size_t g = share->groups.begin; g < share->groups.end; g++) {
        replayed += ock_range_length(ock_group_lanes(map, (uint32_t)g));
    }
    raise(&load->shards, ock_range_length(share->shards));
    raise(&load->lanes, ock_range_length(share->lanes));
    raise(&load->groups, ock_range_length(share->groups));
    raise(&load->replayed, replayed);
}

static ock_status count_operands(const ock_lane_map *map, int ranks, ock_load *load)
{
    ock_reduce_plan plan;
    ock_status status = ock_reduce_plan_make(map->shards, ranks, 0, &plan);
    if (status != OCK_OK) {
        ock_reduce_plan_clear(&plan);
        return status;
    }
    size_t own = 0;
    for (size_t i = 0; i < plan.operand_count; i++) {
        own = i > 0 && plan.operands[i].owner == plan.operands[i - 1].owner ? own + 1 : 1;
        raise(&load->own_operands, own);
    }
    load->operands = (double)plan.operand_count;
    ock_reduce_plan_clear(&plan);
    return OCK_OK;
}

/* Ranks beyond the shards raise nothing. */
ock_status ock_load_of(const ock_lane_map *map, int ranks, ock_load *load)
{
    ranks = ranks < (int)map->shards ? ranks : (int)map->shards;
    *load = (ock_load){.shards = 0};
    for (int rank = 0; rank < ranks; rank++) {
        const ock_share share = ock_share_of(map, ranks, rank);
        weigh_share(map, &share, load);
    }
    return count_operands(map, ranks, load);
}

/* ---- a run, as its parts see it ---- */

typedef struct run {
    const ock_config *config;
    const ock_cluster *cluster;
    const ock_load *load;
    bool restore;
    double bytes, lanes, positions, steps;
    double members;
    double parameters; /* in millions */
    ock_work *work;
} run;

static void add(const run *r, ock_work_kind kind, double count)
{
    r->work->of[kind] += count;
}

/* Least number of doublings that make 1 to n or more. */
static double doublings(double n)
{
    double count = 0, reached = 1;
    while (reached < n) {
        reached *= 2;
        count++;
    }
    return count;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

/* ---- symbols ---- */

/* Of what is dealt out one by one to so many: the most that one gets. */
static double dealt(double count, double to)
{
    const long most_of_one = ((long)count + (long)to - 1) / (long)to;
    return (double)most_of_one;
}

/* Lanes of the member that has most: a shard is coded by one. */
static double member_lanes(const run *r)
{
    const double shards = dealt(r->load->shards, r->members);
    return least(shards * r->load->lanes / r->load->shards, r->load->lanes);
}

static void count_symbols(const run *r)
{
    const double lanes = member_lanes(r), symbols = r->positions * lanes;
    add(r, OCK_WORK_STEP, r->steps);
    add(r, OCK_WORK_SYMBOL, symbols);
    add(r, OCK_WORK_ROOT, r->bytes);
    if (r->config->mixing == 0) {
        return;
    }
    const double contexts = ock_config_contexts(r->config),
                 replayed = r->positions * r->load->replayed;
    const double table = (double)ock_counters_bytes(r->config->table_bits);
    const double filled = 2 * replayed * contexts * sizeof(ock_counter_line);
    add(r, OCK_WORK_MEMORY, least(table * r->load->groups, filled) * million);
    add(r, OCK_WORK_CONTEXT, symbols * contexts);
    add(r, OCK_WORK_WEIGH, symbols * contexts * r->config->sets);
    add(r, OCK_WORK_CHANGE, r->positions * most(lanes - 1, 0) * contexts);
    add(r, OCK_WORK_TRAVEL, symbols * contexts * (1 - 1 / r->members));
    add(r, OCK_WORK_REPLAY, replayed * contexts / r->members);
    add(r, OCK_WORK_SCAN, r->members > 1 ? replayed * contexts : 0);
}

/* ---- network ---- */

/* A multiply-add for every parameter forward, two backward. Every update goes over all parameters: once for
 * each own shard, in the own slice, and to transpose them. */
static void count_network(const run *r)
{
    const double passes = 3,
                 rows = r->config->order_max - r->config->order_min + 1 + r->config->features;
    const double symbols = r->positions * r->load->lanes, all = r->positions * r->lanes;
    const double updates = r->load->shards + 1.0 / r->cluster->ranks + 1;
    add(r, OCK_WORK_MULTIPLY, passes * r->parameters * symbols / r->members);
    add(r, OCK_WORK_WEIGHT, r->restore ? r->positions * r->parameters / r->members : 0);
    add(r, OCK_WORK_UPDATE, r->steps * r->parameters * updates / r->members);
    add(r, OCK_WORK_ROW, rows * (symbols + all) / r->members);
}

/* What kinds of layers do besides products with their parameters. An LSTM goes through a step's positions one by
 * one, forward and back, and all members meet at each; a state is about twelve multiply-adds, most of them its
 * exponential. */
static void count_layers(const run *r)
{
    enum { GATES = 4, STATES = 16, OF_STATE = 12, PASSES = 3 };
    const ock_config *c = r->config;
    const double layers = ock_config_layers(c), width = c->width;
    const double symbols = PASSES * layers * r->positions * r->load->lanes / r->members;
    if (c->layer == OCK_LAYER_LSTM) {
        const double times = 2 * layers * r->positions;
        add(r, OCK_WORK_WEIGHT, times * GATES * width * width * million / r->members);
        add(r, OCK_WORK_BARRIER, doublings(r->members) * times);
    } else if (c->layer == OCK_LAYER_TRANSFORMER) {
        add(r, OCK_WORK_MULTIPLY, symbols * 2 * ock_config_window(c) * width * million);
    } else if (c->layer == OCK_LAYER_SSM) {
        add(r, OCK_WORK_MULTIPLY, symbols * STATES * OF_STATE * width * million);
    }
}

/* ---- meetings of threads ---- */

static void count_meetings(const run *r)
{
    const bool network = r->config->network != 0;
    const double layers = ock_config_layers(r->config), predict = network ? 4 + 4 * layers : 0;
    double position = 2, step = 3; /* a run of the team is two */
    if (r->restore) {
        position = 3 + predict;
        step = 3;
    } else {
        step += predict;
    }
    if (network) {
        step += 10 + 5 * layers + r->load->shards * (3 + layers);
    }
    add(r, OCK_WORK_BARRIER, doublings(r->members) * (position * r->positions + step * r->steps));
}

/* ---- messages ---- */

/* How many times, and the bytes each time. `shared`: all ranks of a node send at once, and share its link; else
 * it is rank 0 that all wait for. */
typedef struct talk {
    double times, messages, rounds, bytes;
    bool shared;
} talk;

static void count_talk(const run *r, talk t)
{
    const double nodes = r->cluster->nodes, ranks = r->cluster->ranks;
    if (ranks == 1) {
        return;
    }
    add(r, OCK_WORK_MESSAGE, t.times * t.messages);
    add(r, OCK_WORK_TRAFFIC, t.times * t.bytes * million);
    if (nodes > 1) {
        const double node_ranks = dealt(ranks, nodes);
        const double leaving = t.bytes * (ranks - node_ranks) / (ranks - 1);
        r->work->link +=
            t.times * (t.rounds * r->cluster->latency +
                       leaving * (t.shared ? node_ranks : 1) * r->cluster->byte_seconds);
    }
}

/* To rank 0, from each other rank a message. */
static void count_gather(const run *r, double times, double bytes)
{
    count_talk(r, (talk){times, r->cluster->ranks - 1, 1, bytes, false});
}

/* From rank 0 along a tree. */
static void count_bcast(const run *r, double times, double bytes)
{
    const double hops = doublings(r->cluster->ranks);
    count_talk(r, (talk){times, hops, doublings(r->cluster->nodes), bytes * hops, false});
}

/* Every rank's part to every other one; `own` of `all` bytes are the largest part. */
static void count_allgather(const run *r, double times, double own, double all)
{
    const double others = r->cluster->ranks - 1;
    count_talk(r, (talk){times, 2 * others, 1, most(own * others, all - own), true});
}

/* The port's: port_encode.c, port_decode.c. */
static void count_port(const run *r)
{
    enum { INTERVAL = 8, ANSWER = 16, VERDICT = 8 };
    const double batch = r->lanes * r->config->step;
    if (r->restore) {
        count_bcast(r, r->steps, VERDICT * r->lanes);
        count_gather(r, r->positions, ANSWER * (r->lanes + r->cluster->ranks));
        count_bcast(r, r->positions, VERDICT * r->lanes);
    } else {
        count_allgather(r, r->steps, r->load->lanes * r->config->step + 1,
                        batch + r->cluster->ranks + 1);
        count_gather(r, r->steps, INTERVAL * batch);
    }
}

/* The reduction: every own operand to every rank, a slice each; then the new slices, and all rows' gradients. */
static void count_training(const run *r)
{
    const double ranks = r->cluster->ranks, others = ranks - 1;
    const double vector = (double)sizeof(float) * r->parameters / million, slice = vector / ranks;
    const double own = r->load->own_operands, arriving = most(r->load->operands - own, 0);
    const double lane = (double)sizeof(float) * r->config->step * r->config->width;
    count_talk(r, (talk){r->steps, own * others + arriving, 1, most(own * others, arriving) * slice,
                         true});
    count_allgather(r, r->steps, 1, ranks); /* of statuses */
    count_allgather(r, r->steps, slice, vector);
    count_allgather(r, r->steps, r->load->lanes * lane, r->lanes * lane);
}

/* Blocks are dealt out to ranks and shared by their members; directions, and then blocks, go to every rank. */
static void count_muon(const run *r)
{
    if (r->config->optimiser != OCK_MUON) {
        return;
    }
    const double ranks = r->cluster->ranks,
                 vector = (double)sizeof(float) * r->parameters / million;
    const double moves = r->steps / r->config->muon_every;
    add(r, OCK_WORK_MULTIPLY, r->steps * ock_muon_work(r->config) * million / (ranks * r->members));
    add(r, OCK_WORK_UPDATE, moves * r->parameters / r->members);
    count_allgather(r, moves, vector / ranks, vector);
}

ock_work ock_work_of(const ock_plan *plan, const ock_cluster *cluster, const ock_load *load,
                     int members, bool restore)
{
    ock_work work = {.link = 0};
    const run r = {.config = &plan->config,
                   .cluster = cluster,
                   .load = load,
                   .restore = restore,
                   .bytes = (double)plan->map.bytes,
                   .lanes = plan->map.lanes,
                   .positions = (double)ock_lane_positions(&plan->map),
                   .steps = (double)ock_plan_steps(plan),
                   .members = members,
                   .parameters = (double)ock_dense_parameters(&plan->config) * million,
                   .work = &work};
    count_symbols(&r);
    count_meetings(&r);
    count_port(&r);
    if (plan->config.network != 0) {
        count_network(&r);
        count_layers(&r);
        count_training(&r);
        count_muon(&r);
    }
    return work;
}
