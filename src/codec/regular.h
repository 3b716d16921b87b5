/* SPDX-License-Identifier: MIT */
/* regular.h - steps that need no predictor: every lane repeats with a short period.
 *
 * When the symbols of all lanes have equalled those a period before them for long enough, each lane
 * with a period of its own, a step's first code is one yes or no: does it go on like that in every
 * lane? After a yes nothing else of the step is coded, for all its symbols are known; after a no it
 * is coded like any other. All of this follows from symbols that every rank has, in integers, so
 * that all agree without a message. */
#ifndef OCK_REGULAR_H
#define OCK_REGULAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/state.h"
#include "coder/coder.h"
#include "plan/history.h"

enum { OCK_MAX_PERIOD = OCK_MAX_ORDER }; /* what a history keeps of the past */

/* What a lane has been doing, step after step. */
typedef struct ock_repetition {
    uint32_t period; /* 1 .. OCK_MAX_PERIOD; 0: none */
    uint64_t length; /* symbols that have obeyed it */
} ock_repetition;

typedef struct ock_regular {
    uint32_t after; /* symbols, in all lanes together, that are long enough; 0: none ever are */
    size_t lanes;
    ock_repetition *repetitions; /* (lanes) */
    uint32_t yes, no; /* answers of late, from which the next one's probability follows */
} ock_regular;

/* Lanes without a past; memory belongs to the arena. */
ock_status ock_regular_init(ock_regular *regular, size_t lanes, uint32_t after,
                            ock_arena *arena) OCK_WARN_UNUSED;

/* Whether all lanes have repeated for long enough: then the coming step begins with the question. */
bool ock_regular_expected(const ock_regular *regular);

/* The interval of an answer. Yes lies at the low end of [0, 2^32). */
ock_interval ock_regular_interval(const ock_regular *regular, bool yes);

/* Whether the step in `history` goes on as expected, in every lane. */
bool ock_regular_holds(const ock_regular *regular, const ock_history *history);

/* Writes the symbols of a step that goes on as expected. */
void ock_regular_fill(const ock_regular *regular, const ock_history *history);

/* The question was asked and answered. */
void ock_regular_answered(ock_regular *regular, bool yes);

/* Shows the state, a replica on every rank. */
void ock_regular_state(ock_regular *regular, ock_state_visitor *visitor);

/* After the state was replaced: whether it is one that learning leads to. */
bool ock_regular_is_sound(const ock_regular *regular);

/* A whole step is over, its symbols are in `history`. */
void ock_regular_learn(ock_regular *regular, const ock_history *history);

#endif
