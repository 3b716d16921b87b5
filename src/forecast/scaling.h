/* SPDX-License-Identifier: MIT */
/* scaling.h - what more nodes bring to a run: times, efficiency, and where there is nothing left to gain. */
#ifndef OCK_SCALING_H
#define OCK_SCALING_H

#include "forecast/speed.h"

typedef enum ock_direction { OCK_COMPRESSING, OCK_RESTORING, OCK_DIRECTIONS } ock_direction;

/* Of one number of nodes. */
typedef struct ock_scaling {
    ock_cluster cluster;
    double seconds[OCK_DIRECTIONS];
    double efficiency[OCK_DIRECTIONS]; /* speed over that of one thread alone, a thread */
} ock_scaling;

typedef struct ock_scaling_limits {
    int working;                 /* nodes beyond these own no shard: they are idle */
    int fastest[OCK_DIRECTIONS]; /* more nodes than these save no hundredth of the time */
} ock_scaling_limits;

/* Ranks of a node of the cluster: the most that one has. */
int ock_cluster_node_ranks(const ock_cluster *cluster);

/* The same with another number of nodes (1 ..), each with as many ranks; with its own number it is the
 * cluster itself. */
ock_cluster ock_cluster_with(const ock_cluster *cluster, int nodes);

/* Not collective. */
ock_status ock_scaling_of(const ock_plan *plan, const ock_cluster *cluster,
                          ock_scaling *scaling) OCK_WARN_UNUSED;

/* Of clusters like this one. Not collective. */
ock_status ock_scaling_find_limits(const ock_plan *plan, const ock_cluster *cluster,
                                   ock_scaling_limits *limits) OCK_WARN_UNUSED;

#endif
