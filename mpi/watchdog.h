/* SPDX-License-Identifier: MIT */
/* watchdog.h - a thread that acts when a communicator call never returns.
 *
 * The thread wakes once a second. A second in which the watched thread sat in one call without
 * progress is a tick; any enter, await, leave or progress starts the count again. A suspended
 * process does not tick, for the thread is suspended with it. All calls but start and stop are a
 * few nanoseconds and accept NULL (no watchdog). One watched thread only. */
#ifndef OCK_WATCHDOG_H
#define OCK_WATCHDOG_H

#include "base/status.h"

enum { OCK_WATCHDOG_ANY = -1 }; /* awaited peer: any rank */

typedef struct ock_watchdog ock_watchdog;

/* A call that makes no progress. */
typedef struct ock_stall {
    int rank;         /* this one */
    unsigned seconds; /* ticks so far */
    const char *call; /* static storage */
    int peer;         /* awaited, or OCK_WATCHDOG_ANY */
} ock_stall;

/* What is done about it, once, on the watchdog's thread, while the watched thread sits in its call. It
 * may end the process; where it returns, the watchdog watches no more. */
typedef void ock_stall_act(const void *context, const ock_stall *stall);

/* At `seconds` (>= 1) ticks calls `act`. A rank that waits for rank 0 allows 2 ticks more: rank 0 may
 * itself wait, and then it is the one that knows for whom.
 * The caller owns *watchdog. */
ock_status ock_watchdog_start(int rank, unsigned seconds, ock_stall_act *act, const void *context,
                              ock_watchdog **watchdog) OCK_WARN_UNUSED;

/* Ends the thread and frees. */
void ock_watchdog_stop(ock_watchdog *watchdog);

/* `call` begins and waits for `peer`; `call` is static storage. */
void ock_watchdog_enter(ock_watchdog *watchdog, const char *call, int peer);

/* The same call has made progress and now waits for `peer`. */
void ock_watchdog_await(ock_watchdog *watchdog, int peer);

/* The call is complete. */
void ock_watchdog_leave(ock_watchdog *watchdog);

/* Alive between calls. */
void ock_watchdog_progress(ock_watchdog *watchdog);

#endif
