/* SPDX-License-Identifier: MIT */
/* audit_compare.h - what is learned from two runs side by side: after which steps they are the same, and
 * so in which steps they part. Arithmetic on lists; nothing is read or reported here. */
#ifndef OCK_AUDIT_COMPARE_H
#define OCK_AUDIT_COMPARE_H

#include "audit/audit_trail.h"

/* Whether two runs are the same after a step. */
typedef struct ock_comparison {
    uint64_t step;
    bool same;
} ock_comparison;

/* Starts as all zeros; the owner frees `at`. */
typedef struct ock_comparisons {
    ock_comparison *at; /* (count) */
    size_t count, room;
} ock_comparisons;

ock_status ock_comparisons_add(ock_comparisons *list, uint64_t step, bool same) OCK_WARN_UNUSED;

/* Adds a comparison for each step of which both have a digest, ascending. */
ock_status ock_comparisons_merge(ock_comparisons *list, const ock_digests *first,
                                 const ock_digests *second) OCK_WARN_UNUSED;

/* The runs part in one of the steps after `agreed`, up to and with `parted`. */
typedef struct ock_parting {
    uint64_t
        agreed; /* the last step before `parted` after which they are the same; 0: none known */
    uint64_t parted; /* the first step after which they differ; 0: none known */
} ock_parting;

/* The narrowest span that `count` comparisons tell of, in any order. That runs are the same again after
 * the first difference says nothing about where they part. */
ock_parting ock_parting_of(const ock_comparison *comparisons, size_t count);

/* Digests of every step of a span are to be had by replaying runs that left files. */
typedef struct ock_replays {
    uint64_t first, last; /* steps */
    uint32_t wanted[2];   /* 1: of this run, 0 */
} ock_replays;

/* Which of two runs to replay so that the span becomes a single step: those whose log has no digest after
 * each step. None where it is a single step already, where both logs have them, and where a run that
 * lacks them left no file. */
ock_replays ock_replays_for(const ock_trail trails[2], ock_parting span);

#endif
