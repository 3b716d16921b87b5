/* repeats.h - what an input repeats of itself, and of the priors before it: a list of references.
 *
 * Priors and input lie one behind the other: that is the text. A repeat replaces bytes of the input, its target,
 * by a reference to equal bytes that begin earlier in the text, its source; both may overlap, and a run of
 * a period is one repeat. What no repeat covers is the rest: it is cut into lanes and coded, and the repeats
 * are filled in afterwards, in the order of their targets. A source may lie in the target of a repeat before.
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

/* Whether a repeat could stand behind those of the list: its target begins where theirs end or later and
 * ends within the input, and its source begins earlier in the text. */
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

/* Where a byte of the rest lies in the input, and how many bytes from there on lie behind each other in both.
 * at < ock_repeats_rest. */
typedef struct ock_rest_run {
    uint64_t offset, bytes;
} ock_rest_run;
ock_rest_run ock_repeats_place(const ock_repeats *repeats, uint64_t at);

/* How many bytes of the rest lie before this offset of the input. */
uint64_t ock_repeats_rest_before(const ock_repeats *repeats, uint64_t offset);

#endif
