/* speed.h - how long a run will take: the work of its busiest rank (work.h), each kind of it at a speed
 * that was measured, and the time of its messages between nodes. An estimate; nothing of it reaches a
 * bit of any file. */
#ifndef OCK_SPEED_H
#define OCK_SPEED_H

#include "forecast/work.h"

/* Of the runs that the factors were fitted to (tests/bench/speed.csv): half of all forecasts are
 * wrong by less than `median`, all by less than `worst`. 0.1: a tenth too long, or short by as much. */
typedef struct ock_speed_error {
    double median, worst;
} ock_speed_error;

extern const ock_speed_error ock_speed_error_of_fit;

/* Microseconds that one of each kind of work takes. */
extern const double ock_speed_factors[OCK_WORK_KINDS];

/* The sum of work. */
double ock_speed_of_work(const ock_work *work, const double factors[OCK_WORK_KINDS]);

/* Seconds of compressing or restoring on the cluster; load is that of its ranks. As in a run, no more of a rank's
 * threads work than pay. Not collective. */
double ock_speed_seconds(const ock_plan *plan, const ock_cluster *cluster, const ock_load *load,
                         bool restore);

#endif
