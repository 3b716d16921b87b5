/* SPDX-License-Identifier: MIT */
/* work.h - what a run has to do, counted: its time is the sum of these counts, each times what one of
 * its kind takes (speed.c).
 *
 * Counted is the work of the rank that has most, in one direction. What its threads share is divided by
 * their number; what each of them does is not. Ranks beyond the last shard own nothing, but messages
 * go to them too. */
#ifndef OCK_WORK_H
#define OCK_WORK_H

#include <stdbool.h>

#include "plan/config.h"

/* What a run is put on. */
typedef struct ock_cluster {
    int nodes;           /* 1 .. ranks */
    int ranks;           /* of all nodes together, spread evenly */
    int threads;         /* of a rank, a core each */
    double latency;      /* seconds that a message takes between two nodes */
    double byte_seconds; /* and each byte of it: 1 / bandwidth; 0: no time */
} ock_cluster;

typedef enum ock_work_kind {
    OCK_WORK_MEMORY,   /* megabytes of tables that are filled */
    OCK_WORK_STEP,     /* steps */
    OCK_WORK_SYMBOL,   /* symbols coded by one thread */
    OCK_WORK_CONTEXT,  /* contexts of symbols coded by one thread */
    OCK_WORK_WEIGH,    /* the same, for each set of weights */
    OCK_WORK_CHANGE,   /* the same, less those where the thread coded the same lane before */
    OCK_WORK_TRAVEL,   /* the same, for lines of tables that another thread changed */
    OCK_WORK_REPLAY,   /* contexts of symbols replayed, shared by threads */
    OCK_WORK_SCAN,     /* the same where threads are several: each looks at all of them */
    OCK_WORK_MULTIPLY, /* million multiply-adds of the network, shared by threads */
    OCK_WORK_WEIGHT,   /* million weights fetched for a single position, shared by threads */
    OCK_WORK_UPDATE,   /* million parameters summed, updated or transposed, shared by threads */
    OCK_WORK_ROW,      /* embedding rows looked up or updated, shared by threads */
    OCK_WORK_BARRIER,  /* meetings of threads, each times log2 of how many meet */
    OCK_WORK_ROOT,     /* symbols that rank 0 codes, whoever predicted them */
    OCK_WORK_MESSAGE,  /* messages that one rank sends or receives, one after the other */
    OCK_WORK_TRAFFIC,  /* megabytes of them */
    OCK_WORK_KINDS
} ock_work_kind;

typedef struct ock_work {
    double of[OCK_WORK_KINDS];
    double link; /* seconds that messages are under way between nodes */
} ock_work;

/* What one rank owns at most, and the operands of the reduction (reduce_plan.h). */
typedef struct ock_load {
    double shards, lanes, groups, replayed; /* own ones; lanes of the own groups */
    double operands, own_operands;          /* of all ranks; of one at most */
} ock_load;

/* Dense parameters of the network: layers and softmax, without embedding rows. */
uint64_t ock_dense_parameters(const ock_config *config);

/* Ranks 1 .. Not collective. */
ock_status ock_load_of(const ock_lane_map *map, int ranks, ock_load *load) OCK_WARN_UNUSED;

/* With `members` of a rank's threads at work, load being that of the cluster's ranks. Not collective. */
ock_work ock_work_of(const ock_plan *plan, const ock_cluster *cluster, const ock_load *load,
                     int members, bool restore);

#endif
