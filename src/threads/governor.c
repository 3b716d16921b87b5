/* SPDX-License-Identifier: MIT */
/* governor.c - hill climbing on the number of members in use, by pairs of windows. */
#include "threads/governor.h"

static const double window = 0.06;     /* seconds over which a speed is measured */
static const double first_trial = 0.5; /* after so long */
static const double shortest_pause = 2.0;
/* At most so long between trials: less where cores may have become free. */
static const double longest_pause = 30.0, longest_with_spare_cores = 4.0;
static const double fallen = 0.7; /* so much slower than before is another situation */

/* Pairs that a trial must win one after the other: speed changes by chance too. */
enum { PAIRS = 3 };

/* So much faster a number must be than the settled one, to take its place. As many members as cores pay
 * everywhere but where cores are busy with other work, and then much is to be gained. */
static double worth(const ock_governor *g)
{
    const bool fewer_than_cores = g->trial == OCK_TRIAL_HALF && g->settled <= g->cores;
    return fewer_than_cores ? 1.2 : 1.06;
}

void ock_governor_start(ock_governor *g, size_t most, size_t cores)
{
    *g = (ock_governor){.most = most,
                        .cores = cores,
                        .settled = most,
                        .left = first_trial,
                        .pause = shortest_pause};
}

static size_t members(const ock_governor *g, ock_trial trial)
{
    if (trial == OCK_TRIAL_HALF) {
        return g->settled / 2;
    }
    if (trial == OCK_TRIAL_DOUBLE) {
        return 2 * g->settled < g->most ? 2 * g->settled : g->most;
    }
    return g->settled;
}

static bool can_try(const ock_governor *g, ock_trial trial)
{
    return trial == OCK_TRIAL_HALF ? g->settled > 1 : g->settled < g->most;
}

/* The trial that comes after `trial`, or none. */
static ock_trial next_trial(const ock_governor *g, ock_trial trial)
{
    if (trial == OCK_TRIAL_NONE && can_try(g, OCK_TRIAL_HALF)) {
        return OCK_TRIAL_HALF;
    }
    if (trial != OCK_TRIAL_DOUBLE && can_try(g, OCK_TRIAL_DOUBLE)) {
        return OCK_TRIAL_DOUBLE;
    }
    return OCK_TRIAL_NONE;
}

static void begin_trial(ock_governor *g, ock_trial trial)
{
    g->trial = trial;
    g->trying = trial != OCK_TRIAL_NONE;
    g->won = 0;
}

/* A trial brought nothing: the next ones are further apart. */
static void lose(ock_governor *g)
{
    begin_trial(g, next_trial(g, g->trial));
    if (g->trial == OCK_TRIAL_NONE) {
        const bool spare = g->settled < g->cores && g->settled < g->most;
        const double longest = spare ? longest_with_spare_cores : longest_pause;
        g->left = g->pause;
        g->pause = 2 * g->pause < longest ? 2 * g->pause : longest;
    }
}

/* The number on trial is settled; perhaps there is more to gain that way. */
static void win(ock_governor *g, double speed)
{
    g->settled = members(g, g->trial);
    g->speed = speed;
    g->pause = shortest_pause;
    begin_trial(g, can_try(g, g->trial) ? g->trial : OCK_TRIAL_NONE);
    g->left = g->pause;
}

/* A window of the number on trial: the second of a pair. */
static void end_tried(ock_governor *g, double speed)
{
    g->trying = false;
    if (speed < worth(g) * g->speed) {
        lose(g);
    } else if (++g->won == PAIRS) {
        win(g, speed);
    }
}

/* A window of the settled number: between trials, or the first of a pair. */
static void end_settled(ock_governor *g, double speed)
{
    if (g->trial == OCK_TRIAL_NONE && speed < fallen * g->speed) {
        g->left = 0;
        g->pause = shortest_pause;
    }
    g->speed = speed;
    if (g->trial != OCK_TRIAL_NONE) {
        g->trying = true;
        return;
    }
    g->left -= g->seconds;
    if (g->left <= 0) {
        begin_trial(g, next_trial(g, OCK_TRIAL_NONE));
    }
}

size_t ock_governor_use(ock_governor *g, double seconds, uint64_t work)
{
    g->seconds += seconds;
    g->work += work;
    if (g->most > 1 && g->seconds >= window) {
        const double speed = (double)g->work / g->seconds;
        if (g->trying) {
            end_tried(g, speed);
        } else {
            end_settled(g, speed);
        }
        g->seconds = 0;
        g->work = 0;
    }
    return g->trying ? members(g, g->trial) : g->settled;
}
