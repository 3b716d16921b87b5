/* SPDX-License-Identifier: MIT */
/* audit_trail.h - the records of a run by which it can be compared with another: a file or a log, which
 * have digests of its states, or a checkpoint, which has a state and the digests before it. */
#ifndef OCK_AUDIT_TRAIL_H
#define OCK_AUDIT_TRAIL_H

#include "state/chain.h"

typedef enum ock_trail_kind { OCK_TRAIL_FILE, OCK_TRAIL_LOG, OCK_TRAIL_CHECKPOINT } ock_trail_kind;

/* By step, ascending; `number` of a mark is not set. */
typedef struct ock_digests {
    ock_mark *at; /* (count) */
    size_t count, room;
} ock_digests;

typedef struct ock_trail {
    const char *path;
    ock_trail_kind kind;
    ock_plan plan;      /* of a file and of a checkpoint */
    uint64_t step;      /* of a checkpoint */
    ock_digests marks;  /* each chained to the one before */
    ock_digests states; /* by themselves, as audit replay --each-step logs them */
} ock_trail;

/* A log may contain a step twice if the run was resumed: later entries are then dropped. */
ock_status ock_digests_add(ock_digests *list, uint64_t step, const uint8_t *digest) OCK_WARN_UNUSED;

/* Reads what lies at t->path, all else being zero; of a checkpoint neither state nor marks. What is
 * damaged cannot be compared: OCK_ENVIRONMENT, for it says nothing about where two runs part. Not
 * collective. */
ock_status ock_trail_read(ock_trail *trail) OCK_WARN_UNUSED;
void ock_trail_free(ock_trail *trail);

#endif
