/* SPDX-License-Identifier: MIT */
/* repeats.h - what an input repeats of itself, and of the priors before it: a list of references.
 *
 * Priors and input one after the other are the text; a repeat says that its target, in the input, is equal
 * to its source, which begins earlier in the text. What no target covers is the rest
 * (io/container/FORMAT.md, section 9).
 *
 * Plain data: one thread at a time changes a list, any number read it. */
#ifndef OCK_REPEATS_H
#define OCK_REPEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { OCK_MAX_REPEATS = 1 << 23 }; /* 256 MiB */

typedef struct ock_repeat {
    uint64_t target; /* its begin in the input */
    uint64_t source; /* its begin in the text, before the target */
    uint64_t length; /* at least 1 */
    uint64_t taken;  /* bytes of all repeats before this one */
} ock_repeat;

typedef struct ock_repeats {
    uint64_t prior_bytes; /* of the text, before the input */
    uint64_t input_bytes;
    size_t count, room;
    ock_repeat *of; /* (count) in the order of targets, which are apart */
} ock_repeats;

/* A list without repeats. Nothing is allocated. */
void ock_repeats_start(ock_repeats *repeats, uint64_t prior_bytes, uint64_t input_bytes);
void ock_repeats_free(ock_repeats *repeats);

/* Where the target of the last of the first `count` ends; 0 for none. */
uint64_t ock_repeats_end(const ock_repeats *repeats, size_t count);

/* Whether a repeat could stand after those of the list: its target lies after theirs and within the input,
 * and its source begins earlier. */
bool ock_repeats_allow(const ock_repeats *repeats, uint64_t target, uint64_t source,
                       uint64_t length);

/* Takes a repeat that the list allows (OCK_INTERNAL otherwise). OCK_ENVIRONMENT when memory is short or the
 * list has OCK_MAX_REPEATS. */
ock_status ock_repeats_append(ock_repeats *repeats, uint64_t target, uint64_t source,
                              uint64_t length) OCK_WARN_UNUSED;

/* Those that are not wanted, (count) of them, are part of the rest again; and those shorter than that. */
void ock_repeats_keep(ock_repeats *repeats, const bool *wanted);
void ock_repeats_drop_short(ock_repeats *repeats, uint64_t shortest);

/* Bytes of all repeats, and what is left of the input. */
uint64_t ock_repeats_taken(const ock_repeats *repeats);
uint64_t ock_repeats_rest(const ock_repeats *repeats);

/* Where a byte of the rest lies in the input, and how many bytes from there on lie one after the other in both.
 * at < ock_repeats_rest. */
typedef struct ock_rest_run {
    uint64_t offset, bytes;
} ock_rest_run;
ock_rest_run ock_repeats_place(const ock_repeats *repeats, uint64_t at);

/* How many targets begin at this offset of the input or before it, and how many bytes of the rest lie before it. */
size_t ock_repeats_begun(const ock_repeats *repeats, uint64_t offset);
uint64_t ock_repeats_rest_before(const ock_repeats *repeats, uint64_t offset);

#endif
