/* SPDX-License-Identifier: MIT */
/* window_fit.h - what a number is, if it depends on its neighbours as the numbers around it do on theirs.
 *
 * Least squares (least_squares.h) over a window: the numbers before it in its row, and those left and right of it in the
 * rows above; the nearer ones count more (Wu, Barthel and Zhang, "Piecewise 2D autoregression for predictive image
 * coding", 1998). It is fitted anew for every number from the past alone, and so has no state. */
#ifndef OCK_WINDOW_FIT_H
#define OCK_WINDOW_FIT_H

#include "contexts/layout.h"

/* Numbers to either side, rows above, and on how many neighbours each is said to depend. */
typedef struct ock_window {
    unsigned reach, rows, taps;
} ock_window;

enum { OCK_WINDOW_REACH = 10, OCK_WINDOW_ROWS = 10, OCK_WINDOW_TAPS = 20 }; /* at most */

/* What of a window lies in the `kept` symbols before a number of that layout, and does not go around the ends of rows;
 * without rows there is nothing. taps stay as they are. -> whether there is anything. */
bool ock_window_cut(ock_window *window, const ock_layout *layout, uint64_t kept);

/* What the number of `width` bytes at `start` differs from the one a record before by. Nothing from `start` on is read.
 * window: as ock_window_cut left it. */
double ock_window_fit(const ock_window *window, const ock_layout *layout, const uint8_t *start,
                      unsigned width);

#endif
