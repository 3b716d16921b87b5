/* SPDX-License-Identifier: MIT */
/* copies.h - what a sequence of bases repeats, read forwards or, from the other strand, backwards.
 *
 * Repeats of sequences differ in single bases: unlike a match (match.h), a copy goes on after a base that was wrong,
 * until too many were. Found by the index of the shorter matches, in which bases have entries of their own. */
#ifndef OCK_COPIES_H
#define OCK_COPIES_H

#include "contexts/bases.h"
#include "mixing/match.h"

/* Ways to read, and copies: the best of each way, and others of it. Copy number i goes way i % OCK_COPY_WAYS. */
enum { OCK_COPY_FORWARDS, OCK_COPY_TURNED, OCK_COPY_WAYS, OCK_COPIES = 2 * OCK_COPY_WAYS };

enum { OCK_COPY_ORDER = OCK_MATCH_BASES }; /* bases that are looked up, and at least repeated */

enum {
    OCK_COPY_MISSES = 8,
    OCK_COPY_LENGTHS = 16,
    OCK_COPY_KINDS = OCK_COPY_MISSES * OCK_COPY_LENGTHS
};

typedef struct ock_copy {
    uint32_t lane, place; /* of the symbol that is copied next */
    uint32_t length;      /* symbols right since the last wrong one */
    uint32_t misses;      /* which of the last 32 were wrong, a bit each */
    uint32_t active;      /* 0: there is none */
} ock_copy;

/* The symbol that an active copy expects. */
uint8_t ock_copy_symbol(const ock_match_index *index, const ock_bases *bases, unsigned way,
                        const ock_copy *copy);

/* How good it was of late: below OCK_COPY_KINDS. */
unsigned ock_copy_kind(const ock_copy *copy);

/* As ock_match_follow; bases: of the past without the symbol. */
void ock_copy_follow(const ock_match_index *index, const ock_bases *bases, unsigned way,
                     ock_copy *copy, uint8_t symbol);

/* As ock_match_find; bases: of the past with all symbols. Of each way the better ones of what there was and what is
 * found are kept, the best first. copies: (OCK_COPIES) */
void ock_copies_find(const ock_match_index *index, const ock_bases *bases, ock_copy *copies,
                     size_t lane);

#endif
