/* SPDX-License-Identifier: MIT */
/* governor.h - how many members of a team are worth using. Cores may be fewer than members, or busy with
 * other work: members that wait for one that does not run make all of them slower than one alone. Tried
 * now and then: half and double the number, in turn with the settled one, for a moment each. It is
 * scheduling, and changes no bit.
 *
 * Pure: the caller brings the time, which is that spent in such work and none else. */
#ifndef OCK_GOVERNOR_H
#define OCK_GOVERNOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ock_trial { OCK_TRIAL_NONE, OCK_TRIAL_HALF, OCK_TRIAL_DOUBLE } ock_trial;

typedef struct ock_governor {
    size_t most;     /* members of the team */
    size_t cores;    /* that they may use */
    size_t settled;  /* the number that was best */
    ock_trial trial; /* of another number; between its windows come those of the settled one */
    bool trying;     /* this window is the trial's */
    int won;         /* pairs of windows that the trial has won */
    double seconds;  /* of the window in which speed is measured */
    uint64_t work;   /* done in it */
    double speed;    /* work a second of the last window with `settled` members; 0: not known yet */
    double left;     /* seconds to the next trial */
    double pause;    /* seconds between trials */
} ock_governor;

/* All `most` members (1 ..) are used at first, on `cores` cores. */
void ock_governor_start(ock_governor *governor, size_t most, size_t cores);

/* `work` more was done in `seconds`, in any unit that takes about equally long each: how many members to
 * use for what comes next. */
size_t ock_governor_use(ock_governor *governor, double seconds, uint64_t work);

#endif
