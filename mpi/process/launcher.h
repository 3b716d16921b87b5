/* SPDX-License-Identifier: MIT */
/* launcher.h - what the environment variables of a start say, read through a function (getenv but in
 * tests). Not collective. */
#ifndef OCK_LAUNCHER_H
#define OCK_LAUNCHER_H

#include <stdbool.h>

#include "base/status.h"

/* The variable's value, NULL when there is none. */
typedef const char *ock_lookup(const char *name);

/* False in a build without MPI. */
extern const bool ock_process_has_mpi;

/* Refuses N lonely programs: a launcher that announces more tasks than MPI reports `ranks`. The message
 * says --mpi=pmix. */
ock_status ock_launcher_check(ock_lookup *lookup, int ranks) OCK_WARN_UNUSED;

/* The rank that a launcher gives this process, before MPI knows: for messages. 0 when none speaks. */
int ock_launcher_rank(ock_lookup *lookup);

/* OCKHAM_START_DEADLINE: the seconds that a rank waits at the start for the others, 0: for ever; 180
 * where it is not set or empty. OCK_ENVIRONMENT when it is no number. */
ock_status ock_launcher_deadline(ock_lookup *lookup, unsigned *seconds) OCK_WARN_UNUSED;

#endif
