/* team.c - threads that wait for work by a generation counter: they spin, yield, then sleep. */
#include "threads/team.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Rounds of waiting: of a few nanoseconds each, then of a microsecond or more, then asleep. Spinning
 * is for members that have a core each; a gap in which rank 0 talks to others or to the disk is
 * longer. A member that spun in vain spins half as long the next time, down to LEAST_SPINS; now and then it
 * tries again whether patience pays. */
enum { LEAST_SPINS = 32, MOST_SPINS = 2048, PATIENT_EVERY = 64, YIELDS = 2 };

/* How a member waits. A cache line of its own. */
typedef struct patience {
    _Alignas(64) unsigned spins;
    unsigned waits;
} patience;

/* Something many threads wait for, each knowing the value it waits to see changed. A cache line of its
 * own, so that waiting disturbs nobody. */
typedef struct gate {
    _Alignas(64) atomic_uint value;
    _Alignas(64) atomic_uint sleepers;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
} gate;

struct ock_team {
    size_t count;
    pthread_t *threads;    /* (count - 1) */
    patience *patience_of; /* (count) */
    size_t started;
    atomic_size_t next_index;
    gate begin;                         /* a run begins; its value is the run's number */
    gate end;                           /* all have passed a barrier */
    _Alignas(64) atomic_size_t arrived; /* at the barrier */
    ock_team_work *work;                /* NULL: the team ends */
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

/* Whether the gate's value changed meanwhile. */
static bool spin_at(gate *g, unsigned seen, patience *own)
{
    const bool patient = ++own->waits % PATIENT_EVERY == 0;
    const unsigned spins = patient ? MOST_SPINS : own->spins;
    for (unsigned i = 0; i < spins; i++) {
        if (has_changed(g, seen)) {
            own->spins = 2 * own->spins < MOST_SPINS ? 2 * own->spins : MOST_SPINS;
            return true;
        }
        pause_briefly();
    }
    own->spins = own->spins / 2 > LEAST_SPINS ? own->spins / 2 : LEAST_SPINS;
    return false;
}

/* Returns when the gate's value is no longer `seen`. */
static void gate_wait(gate *g, unsigned seen, patience *own)
{
    if (spin_at(g, seen, own)) {
        return;
    }
    for (int i = 0; i < YIELDS; i++) {
        if (has_changed(g, seen)) {
            return;
        }
        (void)sched_yield();
    }
    sleep_at(g, seen);
}

static void barrier(ock_team *team, size_t index)
{
    const unsigned seen = gate_value(&team->end);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 ==
        atomic_load_explicit(&team->used, memory_order_relaxed)) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        gate_open(&team->end);
    } else {
        gate_wait(&team->end, seen, &team->patience_of[index]);
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
        gate_wait(&team->change, known->change, &team->patience_of[index]);
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
        gate_wait(&team->begin, known->run, &team->patience_of[index]);
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
        const ock_worker me = {team, index,
                               atomic_load_explicit(&team->used, memory_order_relaxed)};
        team->work(team->context, &me);
        barrier(team, index);
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
    const size_t bytes = team->count * (sizeof *team->threads + sizeof *team->patience_of);
    team->threads = calloc(team->count, sizeof *team->threads);
    team->patience_of = aligned_alloc(64, team->count * sizeof *team->patience_of);
    if (team->threads == NULL || team->patience_of == NULL) {
        return ock_fail_memory(bytes, "a team of threads");
    }
    for (size_t i = 0; i < team->count; i++) {
        team->patience_of[i] = (patience){.spins = MOST_SPINS};
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
    gate_init(&made->end);
    gate_init(&made->change);
    atomic_init(&made->used, threads);
    atomic_init(&made->runs_before, 0);
    atomic_init(&made->arrived, 0);
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
    gate_clear(&team->end);
    gate_clear(&team->change);
    free(team->threads);
    free(team->patience_of);
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
    const ock_worker me = {team, 0, team != NULL ? atomic_load(&team->used) : 1};
    if (me.count == 1) {
        work(context, &me);
        return;
    }
    team->work = work;
    team->context = context;
    gate_open(&team->begin);
    work(context, &me);
    barrier(team, 0);
}

void ock_team_barrier(const ock_worker *me)
{
    if (me->count > 1) {
        barrier(me->team, me->index);
    }
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
