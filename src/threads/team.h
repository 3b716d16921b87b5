/* SPDX-License-Identifier: MIT */
/* team.h - a team of threads that works on one state: the whole team runs one function, cut by thread
 * number; barriers keep its phases apart.
 *
 * Which thread does what never decides about a bit: work is cut so that what two threads write in
 * the same phase lies apart, and what is added up in an order stays in one thread.
 *
 * The thread that made a team is its member 0 and the only one that may call ock_team_run; between
 * two runs the others wait. A waiting thread spins briefly, then gives its core away, then sleeps: a
 * team larger than its cores works, only without gain. One that waits in vain on the core of another member
 * goes to a free one of its affinity mask, which is then as it was. */
#ifndef OCK_TEAM_H
#define OCK_TEAM_H

#include <stddef.h>

#include "base/range.h"
#include "base/status.h"

typedef struct ock_team ock_team;

enum { OCK_MAX_THREADS = 1024 };

/* One member of a team, at work. */
typedef struct ock_worker {
    ock_team *team;
    size_t index, count; /* number index of count, 0 is the thread that called ock_team_run */
    size_t crew, seat;   /* of team.c */
} ock_worker;

/* All members call it at the same time with the same context. It cannot fail by itself: failures go
 * to the context, and the error text of a member is the thread's own (status.h). */
typedef void ock_team_work(void *context, const ock_worker *me);

/* A team of `threads` threads (1 .. OCK_MAX_THREADS), the caller among them. OCK_ENVIRONMENT when the
 * system gives no more threads; *team is NULL then. Signals are blocked in the others. */
ock_status ock_team_new(size_t threads, ock_team **team) OCK_WARN_UNUSED;
/* Ends the other threads; NULL is allowed. */
void ock_team_free(ock_team *team);

/* Members, at work or not; 1 where team is NULL. */
size_t ock_team_size(const ock_team *team);

/* From the next run on only the first `members` of the team (1 .. its size) work; the others sleep. Not
 * within a run. */
void ock_team_use(ock_team *team, size_t members);

/* Runs `work` on all members that are in use and returns when all are done: what they wrote can be read by the caller.
 * NULL: a team of the caller alone. Never nested. */
void ock_team_run(ock_team *team, ock_team_work *work, void *context);

/* Within a run, called by all members alike: no one goes on before all have come. */
void ock_team_barrier(const ock_worker *me);

/* Within a run, called by all members alike: the first `first` of them (1 .. me->count - 1) are a crew that
 * does one thing, the others one that does another. -> the member in its crew, whose barriers are the crew's
 * own. `me` is used again after both are done; before its next barrier nobody knows that the other crew
 * is. */
ock_worker ock_team_crew(const ock_worker *me, size_t first);

/* The member's part of [0, total): contiguous, in the order of members, as equal as can be. */
static inline ock_range ock_team_part(const ock_worker *me, size_t total)
{
    return ock_part(total, me->count, me->index);
}

/* The same in multiples of `unit`, but for the end. */
static inline ock_range ock_team_part_of(const ock_worker *me, size_t total, size_t unit)
{
    const ock_range units = ock_part((total + unit - 1) / unit, me->count, me->index);
    const size_t end = units.end * unit;
    return (ock_range){units.begin * unit, end < total ? end : total};
}

/* A worker that is a team by itself. */
static inline ock_worker ock_worker_alone(void)
{
    return (ock_worker){.count = 1};
}

/* How many threads this process may use at once: its affinity mask, at least 1. */
size_t ock_team_cores(void);

#endif
