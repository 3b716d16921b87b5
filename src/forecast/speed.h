/* SPDX-License-Identifier: MIT */
/* speed.h - how long a run will take: the work of its busiest rank (work.h), each kind of it at a speed
 * that was measured, and the time of its messages between nodes. An estimate; nothing of it reaches a
 * bit of any file. */
#ifndef OCK_SPEED_H
#define OCK_SPEED_H

#include "forecast/work.h"

/* Of the runs that the speeds were fitted to (tests/bench/speed.csv, which says what machines): half of the
 * forecasts are wrong by less than the median, all by less than the worst. 0.1: a tenth too long, or too short
 * by as much. Of machines but the first it holds for proportions: those
 * with AVX-512 took 0.8 times as long as the first, which has AVX2. More than two ranks, and links, are
 * extrapolated. */
#define OCK_SPEED_MEDIAN_ERROR 0.05
#define OCK_SPEED_WORST_ERROR 0.69

/* Microseconds that one of each kind of work takes. */
extern const double ock_speed_factors[OCK_WORK_KINDS];

/* The sum of work. */
double ock_speed_of_work(const ock_work *work, const double factors[OCK_WORK_KINDS]);

/* Seconds of compressing or restoring on the cluster; load is that of its ranks. As in a run, no more of a rank's
 * threads work than pay. Not collective. */
double ock_speed_seconds(const ock_plan *plan, const ock_cluster *cluster, const ock_load *load,
                         bool restore);

#endif
