/* SPDX-License-Identifier: MIT */
/* audit_start.h - the checkpoint that a replay begins with. */
#ifndef OCK_AUDIT_START_H
#define OCK_AUDIT_START_H

#include "archive/run_identity.h"
#include "base/report.h"
#include "io/checkpoint/checkpoint.h"

/* Which one is wanted. */
typedef struct ock_audit_start {
    const char *from;                 /* its path, or that of a directory of them */
    const ock_plan *plan;             /* of the compressed file */
    ock_run_subject encodes, decodes; /* what the runs work on that make the file and restore it */
    uint64_t first_step;              /* the first to be replayed; 0: any */
} ock_audit_start;

/* Opens the checkpoint, or the newest good one in the directory from which first_step can be replayed, and
 * makes sure that it is of a run that made or restored the file. *run: which of them. OCK_ENVIRONMENT when
 * there is none: that says nothing about the file. Damaged ones in a directory are reported and passed
 * over. The caller closes *source, after a failure too. Not collective. */
ock_status ock_audit_start_open(const ock_audit_start *start, const ock_report *report,
                                ock_checkpoint **source, ock_run_identity *run) OCK_WARN_UNUSED;

#endif
