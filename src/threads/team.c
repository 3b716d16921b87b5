/* SPDX-License-Identifier: MIT */
/* team.c - threads that wait for work by a generation counter: they spin, yield, then sleep. */
#include "threads/team.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Rounds of waiting, of a few nanoseconds each; from round SPINS on each gives the core away to whoever
 * wants it, which takes a microsecond or so. Then the member sleeps. To be woken can take a tenth of a
 * millisecond: waiting must last longer, or one that has slept makes the others fall asleep in turn. */
enum { SPINS = 1024, ROUNDS = 2048, HASTY_SPINS = 32, HASTY_ROUNDS = 34 };

/* Where cores are fewer than members, spinning keeps others from work. A member that spins in vain more often
 * than every fifth time stops doing so for a while, each time for longer. */
enum { DEBT_OF_FAILURE = 4, MOST_DEBT = 40, SHORTEST_WHILE = 64, LONGEST_WHILE = 4096 };

/* How a member waits, and where it was seen last. A cache line of its own. */
typedef struct member_state {
    _Alignas(64) unsigned debt;
    unsigned hasty; /* waits yet to come in which it hardly spins */
    unsigned pause; /* how many those will be the next time */
    atomic_int core;
} member_state;

/* Something many threads wait for, each knowing the value it waits to see changed. A cache line of its
 * own, so that waiting disturbs nobody. */
typedef struct gate {
    _Alignas(64) atomic_uint value;
    _Alignas(64) atomic_uint sleepers;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
} gate;

enum { WHOLE_TEAM, FIRST_CREW, SECOND_CREW, CREWS };

struct ock_team {
    size_t count;
    pthread_t *threads;    /* (count - 1) */
    member_state *members; /* (count) */
    size_t started;
    atomic_size_t next_index;
    gate begin; /* a run begins; its value is the run's number */
    /* Of the whole team, and of each of two crews: */
    struct {
        gate end;                           /* all have passed a barrier */
        _Alignas(64) atomic_size_t arrived; /* at the barrier */
    } barriers[CREWS];
    ock_team_work *work; /* NULL: the team ends */
    void *context;
    /* Members in use, and how they were when that was last changed. */
    _Alignas(64) atomic_size_t used;
    atomic_uint runs_before; /* number of the run before the change */
    gate change;
};

static void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void gate_init(gate *g)
{
    atomic_init(&g->value, 0);
    atomic_init(&g->sleepers, 0);
    (void)pthread_mutex_init(&g->mutex, NULL);
    (void)pthread_cond_init(&g->changed, NULL);
}

static void gate_clear(gate *g)
{
    (void)pthread_cond_destroy(&g->changed);
    (void)pthread_mutex_destroy(&g->mutex);
}

static unsigned gate_value(gate *g)
{
    return atomic_load_explicit(&g->value, memory_order_relaxed);
}

/* Either the sleeper is seen here, or the new value is seen there: both sides are sequentially
 * consistent. */
static void gate_open(gate *g)
{
    (void)atomic_fetch_add(&g->value, 1);
    if (atomic_load(&g->sleepers) > 0) {
        (void)pthread_mutex_lock(&g->mutex);
        (void)pthread_cond_broadcast(&g->changed);
        (void)pthread_mutex_unlock(&g->mutex);
    }
}

static void sleep_at(gate *g, unsigned seen)
{
    (void)pthread_mutex_lock(&g->mutex);
    (void)atomic_fetch_add(&g->sleepers, 1);
    while (atomic_load(&g->value) == seen) {
        (void)pthread_cond_wait(&g->changed, &g->mutex);
    }
    (void)atomic_fetch_sub(&g->sleepers, 1);
    (void)pthread_mutex_unlock(&g->mutex);
}

static bool has_changed(gate *g, unsigned seen)
{
    return atomic_load_explicit(&g->value, memory_order_acquire) != seen;
}

static void spun(member_state *own, bool in_vain)
{
    if (!in_vain) {
        own->debt -= own->debt > 0;
        own->pause -= own->pause > SHORTEST_WHILE;
        return;
    }
    own->debt += DEBT_OF_FAILURE;
    if (own->debt >= MOST_DEBT) {
        own->debt = 0;
        own->hasty = own->pause;
        own->pause = 2 * own->pause < LONGEST_WHILE ? 2 * own->pause : LONGEST_WHILE;
    }
}

/* Whether the gate's value changed meanwhile. */
static bool spin_at(gate *g, unsigned seen, member_state *own)
{
    const bool hasty = own->hasty > 0;
    const int spins = hasty ? HASTY_SPINS : SPINS, rounds = hasty ? HASTY_ROUNDS : ROUNDS;
    bool changed = has_changed(g, seen);
    for (int i = 0; i < rounds && !changed; i++) {
        if (i < spins) {
            pause_briefly();
        } else {
            (void)sched_yield();
        }
        changed = has_changed(g, seen);
    }
    if (hasty) {
        own->hasty--;
    } else {
        spun(own, !changed);
    }
    return changed;
}

static void tell_core(ock_team *team, size_t index)
{
    atomic_store_explicit(&team->members[index].core, sched_getcpu(), memory_order_relaxed);
}

/* Cores on which other members in use were seen. */
static void find_taken(ock_team *team, size_t index, cpu_set_t *taken)
{
    const size_t used = atomic_load_explicit(&team->used, memory_order_relaxed);
    CPU_ZERO(taken);
    for (size_t i = 0; i < used; i++) {
        const int core = atomic_load_explicit(&team->members[i].core, memory_order_relaxed);
        if (i != index && core >= 0 && core < CPU_SETSIZE) {
            CPU_SET(core, taken);
        }
    }
}

/* The first core of the mask that no other member has; -1: there is none. */
static int free_core(const cpu_set_t *mask, const cpu_set_t *taken)
{
    for (int core = 0; core < CPU_SETSIZE; core++) {
        if (CPU_ISSET(core, mask) && !CPU_ISSET(core, taken)) {
            return core;
        }
    }
    return -1;
}

/* Two members that wait for each other on one core look idle to the kernel, which may leave them there
 * while another core has nothing to do. So one that waits in vain and shares its core with another goes to a
 * free one, where there is one; it may be moved from there again. */
static void part_ways(ock_team *team, size_t index)
{
    cpu_set_t mask, taken, target;
    const int own = sched_getcpu();
    find_taken(team, index, &taken);
    if (own < 0 || own >= CPU_SETSIZE || !CPU_ISSET(own, &taken) ||
        sched_getaffinity(0, sizeof mask, &mask) != 0) {
        return;
    }
    const int core = free_core(&mask, &taken);
    if (core < 0) {
        return;
    }
    CPU_ZERO(&target);
    CPU_SET(core, &target);
    if (sched_setaffinity(0, sizeof target, &target) == 0) {
        atomic_store_explicit(&team->members[index].core, core, memory_order_relaxed);
        (void)sched_setaffinity(0, sizeof mask, &mask);
    }
}

/* Returns when the gate's value is no longer `seen`. */
static void gate_wait(ock_team *team, size_t index, gate *g, unsigned seen)
{
    tell_core(team, index);
    if (!spin_at(g, seen, &team->members[index])) {
        part_ways(team, index);
        sleep_at(g, seen);
    }
}

static void barrier(const ock_worker *me)
{
    ock_team *team = me->team;
    gate *end = &team->barriers[me->crew].end;
    atomic_size_t *arrived = &team->barriers[me->crew].arrived;
    const unsigned seen = gate_value(end);
    if (atomic_fetch_add_explicit(arrived, 1, memory_order_acq_rel) + 1 == me->count) {
        tell_core(team, me->seat);
        atomic_store_explicit(arrived, 0, memory_order_relaxed);
        gate_open(end);
    } else {
        gate_wait(team, me->seat, end, seen);
    }
}

/* What a member knows: the last run and the last change of `used` that it has seen. */
typedef struct knowledge {
    unsigned run, change;
} knowledge;

/* Not in use: sleeps until it is again. */
static void stand_by(ock_team *team, size_t index, knowledge *known)
{
    while (index >= atomic_load(&team->used)) {
        gate_wait(team, index, &team->change, known->change);
        known->change = gate_value(&team->change);
    }
    known->run = atomic_load(&team->runs_before);
}

/* The next run that the member is part of: waits for its begin. A member that is in use misses no run; one
 * that was not may wake late, and must not take a run that is over for one that goes on: no run goes on as
 * long as the number is that before the last change. */
static void wait_for_run(ock_team *team, size_t index, knowledge *known)
{
    for (;;) {
        gate_wait(team, index, &team->begin, known->run);
        if (index >= atomic_load(&team->used)) {
            stand_by(team, index, known);
            continue;
        }
        const unsigned before = atomic_load(&team->runs_before),
                       now = atomic_load(&team->begin.value);
        known->run = now;
        if (now != before) {
            return;
        }
    }
}

static void *member(void *argument)
{
    ock_team *team = argument;
    const size_t index = atomic_fetch_add(&team->next_index, 1);
    knowledge known = {0, 0};
    for (;;) {
        wait_for_run(team, index, &known);
        if (team->work == NULL) {
            return NULL;
        }
        const size_t used = atomic_load_explicit(&team->used, memory_order_relaxed);
        const ock_worker me = {team, index, used, WHOLE_TEAM, index};
        team->work(team->context, &me);
        barrier(&me);
    }
}

/* Signals belong to the thread that owns the process. */
static ock_status start_members(ock_team *team)
{
    sigset_t all, before;
    ock_status status = OCK_OK;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    while (team->started + 1 < team->count && status == OCK_OK) {
        int failed = pthread_create(&team->threads[team->started], NULL, member, team);
        if (failed != 0) {
            status = ock_fail(OCK_ENVIRONMENT, "no more than %zu threads: %s", team->started + 1,
                              strerror(failed));
        } else {
            team->started++;
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

static ock_status allocate(ock_team *team)
{
    const size_t bytes = team->count * (sizeof *team->threads + sizeof *team->members);
    team->threads = calloc(team->count, sizeof *team->threads);
    team->members = aligned_alloc(64, team->count * sizeof *team->members);
    if (team->threads == NULL || team->members == NULL) {
        return ock_fail_memory(bytes, "a team of threads");
    }
    for (size_t i = 0; i < team->count; i++) {
        team->members[i] = (member_state){.pause = SHORTEST_WHILE, .core = -1};
    }
    return OCK_OK;
}

ock_status ock_team_new(size_t threads, ock_team **team)
{
    *team = NULL;
    if (threads < 1 || threads > OCK_MAX_THREADS) {
        return ock_fail(OCK_ENVIRONMENT, "%zu threads: a team has 1 to %d", threads,
                        (int)OCK_MAX_THREADS);
    }
    ock_team *made = aligned_alloc(64, (sizeof *made + 63) / 64 * 64);
    if (made == NULL) {
        return ock_fail_memory(sizeof *made, "a team of threads");
    }
    *made = (ock_team){.count = threads};
    gate_init(&made->begin);
    for (int i = 0; i < CREWS; i++) {
        gate_init(&made->barriers[i].end);
        atomic_init(&made->barriers[i].arrived, 0);
    }
    gate_init(&made->change);
    atomic_init(&made->used, threads);
    atomic_init(&made->runs_before, 0);
    atomic_init(&made->next_index, 1);
    ock_status status = allocate(made);
    if (status == OCK_OK) {
        status = start_members(made);
    }
    if (status != OCK_OK) {
        ock_team_free(made);
        return status;
    }
    *team = made;
    return OCK_OK;
}

void ock_team_free(ock_team *team)
{
    if (team == NULL) {
        return;
    }
    ock_team_use(team, team->count);
    team->work = NULL;
    gate_open(&team->begin);
    for (size_t i = 0; i < team->started; i++) {
        (void)pthread_join(team->threads[i], NULL);
    }
    gate_clear(&team->begin);
    for (int i = 0; i < CREWS; i++) {
        gate_clear(&team->barriers[i].end);
    }
    gate_clear(&team->change);
    free(team->threads);
    free(team->members);
    free(team);
}

size_t ock_team_size(const ock_team *team)
{
    return team != NULL ? team->count : 1;
}

void ock_team_use(ock_team *team, size_t members)
{
    if (team != NULL && atomic_load(&team->used) != members) {
        atomic_store(&team->runs_before, gate_value(&team->begin));
        atomic_store(&team->used, members);
        gate_open(&team->change);
    }
}

void ock_team_run(ock_team *team, ock_team_work *work, void *context)
{
    const size_t used = team != NULL ? atomic_load(&team->used) : 1;
    const ock_worker me = {team, 0, used, WHOLE_TEAM, 0};
    if (me.count == 1) {
        work(context, &me);
        return;
    }
    team->work = work;
    team->context = context;
    gate_open(&team->begin);
    work(context, &me);
    barrier(&me);
}

void ock_team_barrier(const ock_worker *me)
{
    if (me->count > 1) {
        barrier(me);
    }
}

ock_worker ock_team_crew(const ock_worker *me, size_t first)
{
    if (me->index < first) {
        return (ock_worker){me->team, me->index, first, FIRST_CREW, me->seat};
    }
    return (ock_worker){me->team, me->index - first, me->count - first, SECOND_CREW, me->seat};
}

size_t ock_team_cores(void)
{
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof mask, &mask) != 0) {
        return 1;
    }
    int count = CPU_COUNT(&mask);
    return count > 0 ? (size_t)count : 1;
}
