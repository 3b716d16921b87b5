/* SPDX-License-Identifier: MIT */
/* scaling.c - the forecast for many numbers of nodes. */
#include "forecast/scaling.h"

static int divide_up(int a, int b)
{
    return a / b + (a % b != 0);
}

int ock_cluster_node_ranks(const ock_cluster *cluster)
{
    return divide_up(cluster->ranks, cluster->nodes);
}

ock_cluster ock_cluster_with(const ock_cluster *cluster, int nodes)
{
    ock_cluster other = *cluster;
    if (nodes != cluster->nodes) {
        other.nodes = nodes;
        other.ranks = nodes * ock_cluster_node_ranks(cluster);
    }
    return other;
}

static ock_status find_seconds(const ock_plan *plan, const ock_cluster *cluster,
                               double seconds[OCK_DIRECTIONS])
{
    ock_load load;
    ock_status status = ock_load_of(&plan->map, cluster->ranks, &load);
    if (status == OCK_OK) {
        seconds[OCK_COMPRESSING] = ock_speed_seconds(plan, cluster, &load, false);
        seconds[OCK_RESTORING] = ock_speed_seconds(plan, cluster, &load, true);
    }
    return status;
}

ock_status ock_scaling_of(const ock_plan *plan, const ock_cluster *cluster, ock_scaling *scaling)
{
    const ock_cluster alone = {.nodes = 1, .ranks = 1, .threads = 1};
    const double threads = (double)cluster->ranks * cluster->threads;
    double one[OCK_DIRECTIONS] = {0, 0};
    *scaling = (ock_scaling){.cluster = *cluster};
    ock_status status = find_seconds(plan, &alone, one);
    if (status == OCK_OK) {
        status = find_seconds(plan, cluster, scaling->seconds);
    }
    for (int d = 0; d < OCK_DIRECTIONS && status == OCK_OK; d++) {
        const double used = scaling->seconds[d] * threads;
        scaling->efficiency[d] = used > 0 ? one[d] / used : 1; /* nothing to do */
    }
    return status;
}

/* From the largest number down, so that in the end the smallest remains that is as fast as any. */
ock_status ock_scaling_find_limits(const ock_plan *plan, const ock_cluster *cluster,
                                   ock_scaling_limits *limits)
{
    const double gain = 1.01; /* times of the two are the same below it */
    const int nodes = divide_up((int)plan->map.shards, ock_cluster_node_ranks(cluster));
    double least[OCK_DIRECTIONS] = {0, 0};
    ock_status status = OCK_OK;
    limits->working = nodes;
    for (int n = nodes; n >= 1 && status == OCK_OK; n--) {
        const ock_cluster other = ock_cluster_with(cluster, n);
        double seconds[OCK_DIRECTIONS];
        status = find_seconds(plan, &other, seconds);
        for (int d = 0; d < OCK_DIRECTIONS && status == OCK_OK; d++) {
            if (n == nodes || seconds[d] <= gain * least[d]) {
                limits->fastest[d] = n;
            }
            least[d] = n == nodes || seconds[d] < least[d] ? seconds[d] : least[d];
        }
    }
    return status;
}
