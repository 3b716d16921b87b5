/* governor.c - hill climbing on the number of members in use. */
#include "threads/governor.h"

static const double window = 0.08;     /* seconds over which speed is measured */
static const double first_trial = 0.2; /* after so long */
static const double shortest_pause = 1.0, longest_pause = 10.0;
static const double better = 1.1;  /* so much faster is worth a change */
static const double fallen = 0.75; /* so much slower than before is another situation */

void ock_governor_start(ock_governor *g, size_t most)
{
    *g =
        (ock_governor){.most = most, .settled = most, .left = first_trial, .pause = shortest_pause};
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

/* A trial brought nothing, or there is none: the next ones are further apart. */
static void rest(ock_governor *g)
{
    g->trial = OCK_TRIAL_NONE;
    g->left = g->pause;
    g->pause = 2 * g->pause < longest_pause ? 2 * g->pause : longest_pause;
}

static void end_trial(ock_governor *g, double speed)
{
    if (speed > better * g->speed) {
        g->settled = members(g, g->trial);
        g->speed = speed;
        g->trial = OCK_TRIAL_NONE;
        g->pause = shortest_pause;
        g->left = 0; /* perhaps there is more to gain that way */
    } else if (g->trial == OCK_TRIAL_HALF && can_try(g, OCK_TRIAL_DOUBLE)) {
        g->trial = OCK_TRIAL_DOUBLE;
    } else {
        rest(g);
    }
}

static void end_window(ock_governor *g, double speed)
{
    if (g->trial != OCK_TRIAL_NONE) {
        end_trial(g, speed);
        return;
    }
    if (speed < fallen * g->speed) {
        g->left = 0;
        g->pause = shortest_pause;
    }
    g->left -= g->seconds;
    g->speed = speed;
    if (g->left > 0) {
        return;
    }
    if (can_try(g, OCK_TRIAL_HALF)) {
        g->trial = OCK_TRIAL_HALF;
    } else if (can_try(g, OCK_TRIAL_DOUBLE)) {
        g->trial = OCK_TRIAL_DOUBLE;
    }
}

size_t ock_governor_use(ock_governor *g, double seconds, uint64_t work)
{
    g->seconds += seconds;
    g->work += work;
    if (g->most > 1 && g->seconds >= window) {
        end_window(g, (double)g->work / g->seconds);
        g->seconds = 0;
        g->work = 0;
    }
    return members(g, g->trial);
}
