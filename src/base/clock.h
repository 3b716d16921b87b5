/* SPDX-License-Identifier: MIT */
/* clock.h - time that only goes forward. */
#ifndef OCK_CLOCK_H
#define OCK_CLOCK_H

/* Seconds on the monotonic clock, from an arbitrary start. Thread-safe. */
double ock_clock_seconds(void);

#endif
