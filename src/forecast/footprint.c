/* SPDX-License-Identifier: MIT */
/* footprint.c - one part of each kind is built in an arena of its own and measured; how many there
 * are follows from the plan. What is missing here is found by tests/mpi/test_footprint.c, which
 * compares with what real ranks have allocated. */
#include "forecast/footprint.h"

#include "codec/regular.h"
#include "coder/lane_cost.h"
#include "forecast/work.h"
#include "mixing/mixing.h"
#include "network/embedding.h"
#include "network/head.h"
#include "network/layer.h"
#include "network/muon.h"
#include "numeric/kernels.h"
#include "plan/history.h"
#include "plan/share.h"

/* Bytes of a part that grows in proportion with lanes: without one, and for each. */
typedef struct by_lanes {
    uint64_t none, each;
} by_lanes;

typedef struct counting {
    const ock_plan *plan;
    const ock_config *config;
    const ock_kernels *kernels;
    int ranks;
    /* one part of each kind */
    ock_mixing_part_bytes mixing;
    uint64_t embedding, muon;
    by_lanes layer, head;
    size_t group_lanes;   /* of the table group measured last; 0: none was */
    uint64_t group_bytes; /* and its bytes, which follow from its lanes */
    /* the rank at work */
    int rank;
    ock_share share;
} counting;

/* Builds one part in the arena. */
typedef ock_status builder(const counting *c, size_t number, ock_arena *arena);

static ock_status measure(builder *build, const counting *c, size_t number, uint64_t *bytes)
{
    ock_arena arena;
    ock_arena_init(&arena, NULL);
    ock_status status = build(c, number, &arena);
    *bytes = arena.bytes;
    ock_arena_free(&arena);
    return status;
}

/* ---- mixing stage ---- */

static ock_status measure_group(counting *c, size_t group)
{
    const size_t lanes = ock_range_length(ock_group_lanes(&c->plan->map, (uint32_t)group));
    if (lanes == c->group_lanes) {
        return OCK_OK;
    }
    c->group_lanes = lanes;
    return ock_mixing_group_bytes(c->plan, (uint32_t)group, &c->group_bytes);
}

static ock_status count_mixing(counting *c, ock_footprint *f)
{
    ock_status status = OCK_OK;
    f->mixers = ock_range_length(c->share.lanes) * c->mixing.lane +
                ock_range_length(c->share.shards) * c->mixing.shard;
    for (size_t g = c->share.groups.begin; g < c->share.groups.end && status == OCK_OK; g++) {
        status = measure_group(c, g);
        f->tables += c->group_bytes;
    }
    return status;
}

/* ---- network ---- */

static ock_status build_layer(const counting *c, size_t lanes, ock_arena *arena)
{
    ock_layer *layer;
    void *parameters;
    ock_status status = ock_arena_take(arena, ock_layer_parameter_count(c->config), sizeof(float),
                                       "parameters", &parameters);
    const ock_site site = {c->kernels, c->config, arena, lanes, 0, parameters, NULL};
    return status != OCK_OK ? status : ock_layer_create(&site, &layer);
}

static ock_status build_head(const counting *c, size_t lanes, ock_arena *arena)
{
    ock_head head;
    void *parameters;
    ock_status status = ock_arena_take(arena, ock_head_parameter_count(c->config), sizeof(float),
                                       "parameters", &parameters);
    const ock_site site = {c->kernels, c->config, arena, lanes, 0, parameters, NULL};
    return status != OCK_OK ? status : ock_head_init(&head, &site);
}

static ock_status build_embedding(const counting *c, size_t number, ock_arena *arena)
{
    ock_embedding embedding;
    (void)number;
    return ock_embedding_init(&embedding, c->kernels, c->config, arena);
}

static ock_status build_muon(const counting *c, size_t number, ock_arena *arena)
{
    ock_muon muon;
    (void)number;
    return ock_muon_init(&muon, c->kernels, c->config, arena);
}

static ock_status measure_lanes(builder *build, const counting *c, by_lanes *bytes)
{
    uint64_t one = 0;
    ock_status status = measure(build, c, 0, &bytes->none);
    if (status == OCK_OK) {
        status = measure(build, c, 1, &one);
    }
    bytes->each = one - bytes->none;
    return status;
}

static uint64_t with_lanes(const counting *c, by_lanes bytes)
{
    return bytes.none + ock_range_length(c->share.lanes) * bytes.each;
}

/* What network.c takes itself. */
static uint64_t count_vectors(const counting *c)
{
    const ock_range slice = ock_slice(ock_dense_parameters(c->config), c->ranks, c->rank);
    uint64_t row = (uint64_t)c->config->step * c->config->width * sizeof(float);
    uint64_t rows = (uint64_t)c->config->step * OCK_MAX_SLICES * sizeof(size_t); /* embeddings' */
    uint64_t moments = c->config->beta1 != 0 ? 3 : 2; /* and the gradient */
    return (row + sizeof(size_t)) * ock_range_length(c->share.lanes) + row * c->plan->map.lanes +
           rows * c->plan->map.lanes + moments * ock_range_length(slice) * sizeof(float) +
           2 * sizeof(size_t) * (uint64_t)c->ranks +
           ock_config_layers(c->config) * sizeof(ock_layer *);
}

/* The optimiser's, beside Adam's. */
static uint64_t count_muon(const counting *c)
{
    if (c->config->optimiser != OCK_MUON) {
        return 0;
    }
    return c->muon + ock_dense_parameters(c->config) * sizeof(float) +
           2 * sizeof(size_t) * (uint64_t)c->ranks;
}

static ock_status count_network(const counting *c, ock_footprint *f)
{
    f->network = ock_config_layers(c->config) * with_lanes(c, c->layer) + with_lanes(c, c->head) +
                 c->embedding + count_vectors(c) + count_muon(c);
    return ock_reduce_bytes(c->plan->map.shards, ock_dense_parameters(c->config), c->ranks, c->rank,
                            &f->gradients);
}

/* ---- coding ---- */

/* At most: a decoder with its buffers, or an encoder with its block of the spool. */
static const uint64_t lane_buffers = 80 << 10;

static uint64_t count_coding(const counting *c)
{
    uint64_t lanes = c->plan->map.lanes, own = ock_range_length(c->share.lanes),
             step = c->config->step;
    uint64_t choices = own * (step * sizeof(ock_choice) + sizeof(ock_lane_cost));
    uint64_t symbols = lanes * (OCK_MAX_ORDER + step) + lanes * sizeof(ock_repetition);
    uint64_t held = c->rank == 0 ? lanes : own;
    return choices + symbols + held * step * sizeof(ock_interval) + lanes * step +
           (c->rank == 0 ? lanes * lane_buffers : 0);
}

/* ---- together ---- */

/* Measured (Open MPI 4.1.4, HDF5 1.10, levels 1, 5 and 9, 1 and 2 ranks): 36 MB with a model too
 * small to count, up to 50 where large pages are used in part. */
static const uint64_t program_bytes = 40 << 20;

static ock_status measure_parts(counting *c)
{
    ock_status status = ock_kernels_select("scalar", &c->kernels);
    if (status == OCK_OK) {
        status = ock_mixing_measure(c->config, &c->mixing);
    }
    if (status == OCK_OK) {
        status = measure(build_embedding, c, 0, &c->embedding);
    }
    if (status == OCK_OK && c->config->optimiser == OCK_MUON) {
        status = measure(build_muon, c, 0, &c->muon);
    }
    if (status == OCK_OK) {
        status = measure_lanes(build_layer, c, &c->layer);
    }
    return status != OCK_OK ? status : measure_lanes(build_head, c, &c->head);
}

static ock_status count_rank(counting *c, int rank, ock_footprint *f)
{
    ock_status status = OCK_OK;
    c->rank = rank;
    c->share = ock_share_of(&c->plan->map, c->ranks, rank);
    *f = (ock_footprint){.coding = count_coding(c), .program = program_bytes};
    if (c->config->mixing != 0) {
        status = count_mixing(c, f);
    }
    if (status == OCK_OK && c->config->network != 0) {
        status = count_network(c, f);
    }
    return status;
}

ock_status ock_footprint_of(const ock_plan *plan, int ranks, ock_footprint footprints[])
{
    counting c = {.plan = plan, .config = &plan->config, .ranks = ranks};
    ock_status status = measure_parts(&c);
    for (int rank = 0; rank < ranks && status == OCK_OK; rank++) {
        status = count_rank(&c, rank, &footprints[rank]);
    }
    return status;
}

uint64_t ock_footprint_total(const ock_footprint *f)
{
    return f->tables + f->mixers + f->network + f->gradients + f->coding + f->program;
}
