/* SPDX-License-Identifier: MIT */
/* history.h - the symbols of the running step and those just before it, for every lane.
 *
 * Each lane has one row: OCK_MAX_ORDER older symbols, then the step's T symbols. All ranks hold all
 * lanes, for tables shared by all of them are trained on everybody's symbols. */
#ifndef OCK_HISTORY_H
#define OCK_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "plan/limits.h"

typedef struct ock_history {
    size_t lanes, step;
    uint8_t *rows; /* (lanes, OCK_MAX_ORDER + step), zero at the start */
} ock_history;

/* Where the symbol of position t of the step stands; what precedes it lies before it in memory. */
static inline uint8_t *ock_history_at(const ock_history *history, size_t lane, size_t t)
{
    return history->rows + lane * (OCK_MAX_ORDER + history->step) + OCK_MAX_ORDER + t;
}

/* The step is over: its last symbols become the older ones; the step's places are zeroed. */
static inline void ock_history_advance(const ock_history *history)
{
    for (size_t lane = 0; lane < history->lanes; lane++) {
        uint8_t *first = ock_history_at(history, lane, 0);
        memmove(first - OCK_MAX_ORDER, first - OCK_MAX_ORDER + history->step, OCK_MAX_ORDER);
        memset(first, 0, history->step);
    }
}

#endif
