/* speed.c - the table of speeds, and sums over it. The speeds, and their errors in speed.h, are what
 * tests/bench/fit_speed prints for tests/bench/speed.csv; tests/unit/test_speed.c holds them against
 * it. */
#include "forecast/speed.h"

/* Microseconds for */
const double ock_speed_factors[OCK_WORK_KINDS] = {
    [OCK_WORK_MEMORY] = 1030,   /* a megabyte of tables */
    [OCK_WORK_STEP] = 44.6,     /* a step */
    [OCK_WORK_SYMBOL] = 2.14,   /* a symbol */
    [OCK_WORK_CONTEXT] = 0.215, /* a context of it */
    [OCK_WORK_CHANGE] = 0.126,  /* the same, in another lane than before */
    [OCK_WORK_TRAVEL] = 0.0707, /* the same, in lines that another thread changed */
    [OCK_WORK_REPLAY] = 0.15,   /* a context replayed */
    [OCK_WORK_SCAN] = 0.0413,   /* the same, looked at by each thread */
    [OCK_WORK_MULTIPLY] = 33.5, /* a million multiply-adds */
    [OCK_WORK_WEIGHT] = 68.9,   /* a million weights */
    [OCK_WORK_UPDATE] = 603,    /* a million parameters */
    [OCK_WORK_ROW] = 0.0466,    /* an embedding row */
    [OCK_WORK_BARRIER] = 1.38,  /* two threads that meet */
    [OCK_WORK_ROOT] = 0.0835,   /* a symbol at rank 0 */
    [OCK_WORK_MESSAGE] = 2.08,  /* a message */
    [OCK_WORK_TRAFFIC] = 398,   /* a megabyte of messages */
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
