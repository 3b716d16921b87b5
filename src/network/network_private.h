/* SPDX-License-Identifier: MIT */
/* network_private.h - what a network is made of: network.c builds it and predicts, network_train.c trains it. */
#ifndef OCK_NETWORK_PRIVATE_H
#define OCK_NETWORK_PRIVATE_H

#include "mpi/flight.h"
#include "network/embedding.h"
#include "network/head.h"
#include "network/muon.h"
#include "network/network.h"

/* Running numbers of Adam's schedule and bias correction. */
typedef struct ock_schedule {
    uint64_t updates;
    float beta1_power, beta2_power; /* beta^updates */
} ock_schedule;

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
    ock_schedule schedule;
    ock_muon muon; /* where it is the optimiser; then */
    float *moved;  /* (parameter_count) new values of what Adam moves, and directions of blocks */
    size_t *moved_counts, *moved_offsets; /* (ranks) bytes of parameters by owner of the blocks */
    ock_flight *moved_flight;
};

static inline size_t ock_own_lanes(const ock_network *n)
{
    return ock_range_length(n->share.lanes);
}

/* How many of the own lanes before this one are at work. */
static inline size_t ock_awake_before(const ock_network *n, size_t lane)
{
    size_t count = 0;
    while (count < n->awake.count && n->awake.lane[count] < lane) {
        count++;
    }
    return count;
}

/* Whether the own lane is at work; *i: as which one. */
static inline bool ock_is_awake(const ock_network *n, size_t lane, size_t *i)
{
    *i = ock_awake_before(n, lane);
    return *i < n->awake.count && n->awake.lane[*i] == lane;
}

static inline float *ock_layer_part(const ock_network *n, float *vector, size_t layer)
{
    return vector + layer * n->layer_floats;
}

static inline float *ock_head_part(const ock_network *n, float *vector)
{
    return vector + n->config.layers * n->layer_floats;
}

static inline bool ock_has_muon(const ock_network *n)
{
    return n->config.optimiser == OCK_MUON;
}

/* The symbol of a row: what comes before it is the row's past. */
static inline const uint8_t *ock_symbol_of(const ock_network *n, const ock_history *history,
                                           size_t row)
{
    const size_t step = n->config.step, lane = n->awake.lane[row / step];
    return ock_history_at(history, n->share.lanes.begin + lane, row % step);
}

/* What layers and head derive from the parameters, anew; by a team's members. */
void ock_network_refresh(ock_network *n, const ock_worker *me);

#endif
