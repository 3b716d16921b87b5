/* SPDX-License-Identifier: MIT */
/* speed.c - the table of speeds, and sums over it. The speeds, and their errors in speed.h, are what
 * tests/bench/fit_speed prints for tests/bench/speed.csv; tests/unit/test_speed.c holds them against
 * it. */
#include "forecast/speed.h"

/* Microseconds for */
const double ock_speed_factors[OCK_WORK_KINDS] = {
    [OCK_WORK_MEMORY] = 76.9,   /* a megabyte of tables */
    [OCK_WORK_STEP] = 0,        /* a step */
    [OCK_WORK_SYMBOL] = 2.53,   /* a symbol */
    [OCK_WORK_CONTEXT] = 0.185, /* a context of it */
    [OCK_WORK_WEIGH] = 0.0148,  /* a weight set of it */
    [OCK_WORK_CHANGE] = 0.193,  /* the same, in another lane than before */
    [OCK_WORK_TRAVEL] = 0.0498, /* the same, in lines that another thread changed */
    [OCK_WORK_REPLAY] = 0.0378, /* a context replayed */
    [OCK_WORK_SCAN] = 0.0456,   /* the same, looked at by each thread */
    [OCK_WORK_MULTIPLY] = 14.3, /* a million multiply-adds */
    [OCK_WORK_WEIGHT] = 64.7,   /* a million weights */
    [OCK_WORK_UPDATE] = 1320,   /* a million parameters */
    [OCK_WORK_ROW] = 0.0214,    /* an embedding row */
    [OCK_WORK_BARRIER] = 1.23,  /* two threads that meet */
    [OCK_WORK_ROOT] = 0.0626,   /* a symbol at rank 0 */
    [OCK_WORK_MESSAGE] = 1,     /* a message */
    [OCK_WORK_TRAFFIC] = 300,   /* a megabyte of messages */
};

double ock_speed_of_work(const ock_work *work, const double factors[OCK_WORK_KINDS])
{
    const double microsecond = 1e-6;
    double sum = 0;
    for (int kind = 0; kind < OCK_WORK_KINDS; kind++) {
        sum += work->of[kind] * factors[kind];
    }
    return microsecond * sum + work->link;
}

double ock_speed_seconds(const ock_plan *plan, const ock_cluster *cluster, const ock_load *load,
                         bool restore)
{
    double least = 0;
    for (int members = 1; members <= cluster->threads; members++) {
        const ock_work work = ock_work_of(plan, cluster, load, members, restore);
        const double seconds = ock_speed_of_work(&work, ock_speed_factors);
        least = members == 1 || seconds < least ? seconds : least;
    }
    return least;
}
