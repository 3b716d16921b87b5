/* SPDX-License-Identifier: MIT */
/* regular.c - finds the periods of lanes and how far they can be relied on. */
#include "codec/regular.h"

ock_status ock_regular_init(ock_regular *regular, size_t lanes, uint32_t after, ock_arena *arena)
{
    *regular = (ock_regular){.after = after, .lanes = lanes};
    return ock_arena_take(arena, lanes, sizeof *regular->repetitions, "the periods of lanes",
                          (void **)&regular->repetitions);
}

bool ock_regular_expected(const ock_regular *regular)
{
    if (regular->after == 0) {
        return false;
    }
    for (size_t lane = 0; lane < regular->lanes; lane++) {
        if (regular->repetitions[lane].length * regular->lanes < regular->after) {
            return false;
        }
    }
    return true;
}

/* Krichevsky and Trofimov's estimate, P(no) = (no + 1/2) / (yes + no + 1). */
ock_interval ock_regular_interval(const ock_regular *regular, bool yes)
{
    uint64_t asked = (uint64_t)regular->yes + regular->no;
    uint32_t no = (uint32_t)(((2 * (uint64_t)regular->no + 1) << 32) / (2 * (asked + 1)));
    return yes ? (ock_interval){0, -no} : (ock_interval){-no, no};
}

enum { MOST_ANSWERS = 1 << 12 };

/* Older answers count less and less; a no is possible for ever. */
void ock_regular_answered(ock_regular *regular, bool yes)
{
    *(yes ? &regular->yes : &regular->no) += 1;
    if (regular->yes + regular->no < MOST_ANSWERS) {
        return;
    }
    regular->yes /= 2;
    regular->no /= 2;
}

/* Whether each of the step's symbols equals that `period` before it. */
static bool obeys(const ock_history *history, size_t lane, uint32_t period)
{
    const uint8_t *first = ock_history_at(history, lane, 0);
    return memcmp(first, first - period, history->step) == 0;
}

bool ock_regular_holds(const ock_regular *regular, const ock_history *history)
{
    for (size_t lane = 0; lane < regular->lanes; lane++) {
        if (!obeys(history, lane, regular->repetitions[lane].period)) {
            return false;
        }
    }
    return true;
}

void ock_regular_fill(const ock_regular *regular, const ock_history *history)
{
    for (size_t lane = 0; lane < regular->lanes; lane++) {
        uint8_t *first = ock_history_at(history, lane, 0);
        for (size_t t = 0; t < history->step; t++) {
            first[t] = *(first + t - regular->repetitions[lane].period);
        }
    }
}

/* The shortest period that the step obeys, 0: none. */
static uint32_t find_period(const ock_history *history, size_t lane)
{
    for (uint32_t period = 1; period <= OCK_MAX_PERIOD; period++) {
        if (obeys(history, lane, period)) {
            return period;
        }
    }
    return 0;
}

void ock_regular_learn(ock_regular *regular, const ock_history *history)
{
    for (size_t lane = 0; lane < regular->lanes && regular->after > 0; lane++) {
        ock_repetition *r = &regular->repetitions[lane];
        if (r->period == 0 || !obeys(history, lane, r->period)) {
            *r = (ock_repetition){.period = find_period(history, lane)};
        }
        r->length += r->period != 0 ? history->step : 0;
    }
}

void ock_regular_state(ock_regular *regular, ock_state_visitor *visitor)
{
    ock_state_show_replica(visitor, "regular.yes", sizeof regular->yes, 1, &regular->yes);
    ock_state_show_replica(visitor, "regular.no", sizeof regular->no, 1, &regular->no);
    for (size_t lane = 0; lane < regular->lanes; lane++) {
        ock_repetition *r = &regular->repetitions[lane];
        ock_state_show_replica(visitor, "regular.period", sizeof r->period, 1, &r->period);
    }
    for (size_t lane = 0; lane < regular->lanes; lane++) {
        ock_repetition *r = &regular->repetitions[lane];
        ock_state_show_replica(visitor, "regular.length", sizeof r->length, 1, &r->length);
    }
}

bool ock_regular_is_sound(const ock_regular *regular)
{
    if ((uint64_t)regular->yes + regular->no >= MOST_ANSWERS) {
        return false;
    }
    for (size_t lane = 0; lane < regular->lanes; lane++) {
        const ock_repetition *r = &regular->repetitions[lane];
        if (r->period > OCK_MAX_PERIOD || (r->period == 0 && r->length > 0)) {
            return false;
        }
    }
    return true;
}
