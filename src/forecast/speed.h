/* speed.h - how long a run will take, from speeds measured on one machine: an estimate. */
#ifndef OCK_SPEED_H
#define OCK_SPEED_H

#include "plan/config.h"

/* Dense parameters of the network: layers and softmax, without embedding rows. */
uint64_t ock_dense_parameters(const ock_config *config);

/* Seconds of compressing (restoring takes a fifth more) on `ranks` ranks with a core each, on a
 * machine like the one measured. Not collective. */
double ock_speed_seconds(const ock_plan *plan, int ranks);

#endif
