/* SPDX-License-Identifier: MIT */
/* watchdog.c - the thread that acts when a communicator call never returns. */
#include "mpi/watchdog.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { GRACE_SECONDS = 2 };

struct ock_watchdog {
    /* Written by the watched thread alone. */
    _Atomic(const char *) call; /* NULL between calls */
    atomic_int peer;
    atomic_uint_fast64_t events; /* changes whenever there is progress */

    int rank;
    unsigned seconds;
    ock_stall_act *act;
    const void *context;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards stop */
    pthread_cond_t wake;
    bool stop;
};

/* Waits one second from now (not from a fixed schedule: a suspended process must not catch up).
 * Returns true when asked to stop. */
static bool sleep_one_tick(ock_watchdog *watchdog)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 1;
    pthread_mutex_lock(&watchdog->mutex);
    int code = 0;
    while (!watchdog->stop && code == 0) {
        code = pthread_cond_timedwait(&watchdog->wake, &watchdog->mutex, &until);
    }
    const bool stop = watchdog->stop;
    pthread_mutex_unlock(&watchdog->mutex);
    return stop;
}

/* Rank 0 relays: who waits for it lets it speak first. */
static uint64_t deadline(const ock_watchdog *watchdog, int peer)
{
    const bool relayed = watchdog->rank != 0 && peer == 0;
    return (uint64_t)watchdog->seconds + (relayed ? GRACE_SECONDS : 0);
}

static void *watch(void *argument)
{
    ock_watchdog *watchdog = argument;
    uint_fast64_t seen = 0;
    unsigned ticks = 0;
    while (!sleep_one_tick(watchdog)) {
        const char *call = atomic_load(&watchdog->call);
        const int peer = atomic_load(&watchdog->peer);
        const uint_fast64_t events = atomic_load(&watchdog->events);
        if (events != seen || call == NULL) {
            seen = events;
            ticks = 0;
        } else if (++ticks >= deadline(watchdog, peer)) {
            const ock_stall stall = {watchdog->rank, ticks, call, peer};
            watchdog->act(watchdog->context, &stall);
            break;
        }
    }
    return NULL;
}

/* Signals stay with the watched thread: its handlers may rely on interrupting it. */
static int create_thread(ock_watchdog *watchdog)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    int code = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (code == 0) {
        code = pthread_create(&watchdog->thread, NULL, watch, watchdog);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    return code;
}

ock_status ock_watchdog_start(int rank, unsigned seconds, ock_stall_act *act, const void *context,
                              ock_watchdog **watchdog)
{
    *watchdog = NULL;
    ock_watchdog *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ock_fail_memory(sizeof *made, "the watchdog");
    }
    made->rank = rank;
    made->seconds = seconds;
    made->act = act;
    made->context = context;
    atomic_init(&made->peer, OCK_WATCHDOG_ANY);
    pthread_mutex_init(&made->mutex, NULL);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&made->wake, &clock);
    pthread_condattr_destroy(&clock);
    const int code = create_thread(made);
    if (code != 0) {
        pthread_cond_destroy(&made->wake);
        pthread_mutex_destroy(&made->mutex);
        free(made);
        return ock_fail(OCK_ENVIRONMENT, "cannot start the watchdog thread: %s", strerror(code));
    }
    *watchdog = made;
    return OCK_OK;
}

void ock_watchdog_stop(ock_watchdog *watchdog)
{
    if (watchdog == NULL) {
        return;
    }
    pthread_mutex_lock(&watchdog->mutex);
    watchdog->stop = true;
    pthread_cond_signal(&watchdog->wake);
    pthread_mutex_unlock(&watchdog->mutex);
    pthread_join(watchdog->thread, NULL);
    pthread_cond_destroy(&watchdog->wake);
    pthread_mutex_destroy(&watchdog->mutex);
    free(watchdog);
}

/* Relaxed is enough: the thread only compares values a second apart. One writer, so no
 * read-modify-write is needed. */
static void count_event(ock_watchdog *watchdog)
{
    const uint_fast64_t events = atomic_load_explicit(&watchdog->events, memory_order_relaxed);
    atomic_store_explicit(&watchdog->events, events + 1, memory_order_relaxed);
}

void ock_watchdog_enter(ock_watchdog *watchdog, const char *call, int peer)
{
    if (watchdog != NULL) {
        atomic_store_explicit(&watchdog->peer, peer, memory_order_relaxed);
        atomic_store_explicit(&watchdog->call, call, memory_order_relaxed);
        count_event(watchdog);
    }
}

void ock_watchdog_await(ock_watchdog *watchdog, int peer)
{
    if (watchdog != NULL) {
        atomic_store_explicit(&watchdog->peer, peer, memory_order_relaxed);
        count_event(watchdog);
    }
}

void ock_watchdog_leave(ock_watchdog *watchdog)
{
    ock_watchdog_enter(watchdog, NULL, OCK_WATCHDOG_ANY);
}

void ock_watchdog_progress(ock_watchdog *watchdog)
{
    if (watchdog != NULL) {
        count_event(watchdog);
    }
}
