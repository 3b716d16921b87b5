/* SPDX-License-Identifier: MIT */
/* repeat_find.h - finds long repeats, at any distance, in memory that is bounded.
 *
 * Where a hash of the last 64 bytes has zeros on top is an anchor, wherever these bytes lie. From an anchor to the
 * latest one with the same hash, equal bytes around both are a repeat. Runs of a short period are looked for where
 * anchors stay away.
 *
 * The shortest repeat has eight anchors on average. Of a text with more than 2^26 of them there are fewer, for the table,
 * of eight bytes an entry, is never larger than 512 MiB: one in 2 KiB of 100 GB. What is n times as long as anchors
 * are apart is missed with a probability of e^-n, and one in five is lost to others of its entry.
 *
 * The list follows from the text and `shortest` alone. The calls are not collective; members of the team
 * only read blocks in memory, the source is used by the caller. */
#ifndef OCK_REPEAT_FIND_H
#define OCK_REPEAT_FIND_H

#include "base/memory.h"
#include "base/source.h"
#include "plan/limits.h"
#include "repeats/repeats.h"
#include "threads/team.h"

enum { OCK_REPEAT_WINDOW = 64 }; /* no shorter repeat is found */
_Static_assert((int)OCK_REPEAT_WINDOW == (int)OCK_LEAST_REPEAT, "the configuration knows it");

/* The repeats of at least `shortest` bytes (OCK_REPEAT_WINDOW or more) of the input; of the text
 * the first `prior_bytes` are priors'. When there are more than OCK_MAX_REPEATS the shortest ones are left
 * out. The caller frees the list, after a failure too. team: NULL for the caller alone. */
ock_status ock_repeats_find(const ock_source *text, uint64_t prior_bytes, uint64_t input_bytes,
                            uint64_t shortest, ock_team *team, ock_memory *memory,
                            ock_repeats *repeats) OCK_WARN_UNUSED;

#endif
