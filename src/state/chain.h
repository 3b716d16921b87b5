/* SPDX-License-Identifier: MIT */
/* chain.h - digests of the state of a run, each chained to the one before (DIGESTS.md).
 *
 * A mark is made every `mark_steps` steps and after the last one. Every rank hashes what it holds of
 * the state; rank 0 compares what several ranks hold, and makes the mark's digest. */
#ifndef OCK_CHAIN_H
#define OCK_CHAIN_H

#include "plan/config.h"
#include "state/state_hash.h"
#include "state/state_transfer.h"

enum { OCK_MARK_BYTES = 32 }; /* BLAKE2b-256 */

/* Steps count from 1; the state of mark `number` (from 1) is that after step `step`. */
typedef struct ock_mark {
    uint64_t number, step;
    uint8_t digest[OCK_MARK_BYTES];
} ock_mark;

typedef struct ock_chain {
    ock_comm *comm;
    ock_team *team; /* hashes together; NULL: the caller alone */
    ock_plan plan;
    ock_share *shares; /* (ranks) */
    uint64_t marks;    /* of the whole run */
    /* (marks) at rank 0, NULL elsewhere: those made so far, zeros after them */
    uint8_t (*digests)[OCK_MARK_BYTES];
    uint8_t begin[OCK_MARK_BYTES]; /* rank 0: what the first mark is chained to */
    /* under way */
    ock_state_hash *own;        /* (own_count) of the parts this rank holds, in the walk's order */
    ock_state_hash *all;        /* rank 0: of all ranks, one after the other */
    size_t own_count, own_room; /* parts */
    size_t *counts, *offsets;   /* (ranks) bytes in `all`; set by the first mark */
} ock_chain;

/* Not collective. To be freed even after a failure. */
ock_status ock_chain_init(ock_chain *chain, ock_comm *comm, const ock_plan *plan) OCK_WARN_UNUSED;
void ock_chain_free(ock_chain *chain);

/* Whether a mark is made after the step. */
bool ock_chain_is_due(const ock_chain *chain, uint64_t step);

/* Makes the mark after `step`, which is due; rank 0 gets it in *mark. `owner` shows what both
 * directions share of the state. OCK_INTERNAL, naming rank and tensor, when ranks hold different
 * replicas. Collective: all ranks return the same. */
ock_status ock_chain_mark(ock_chain *chain, uint64_t step, const ock_state_owner *owner,
                          ock_mark *mark) OCK_WARN_UNUSED;

/* The digest of the state after `step` by itself, chained to zeros: the same wherever the marks are.
 * Rank 0 gets it. Otherwise like ock_chain_mark. Collective. */
ock_status ock_chain_digest(ock_chain *chain, uint64_t step, const ock_state_owner *owner,
                            uint8_t digest[OCK_MARK_BYTES]) OCK_WARN_UNUSED;

/* Shows the digests made so far: they are no part of the state, but a checkpoint needs them. */
void ock_chain_state(ock_chain *chain, ock_state_visitor *visitor);

#endif
