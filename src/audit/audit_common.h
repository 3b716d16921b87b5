/* SPDX-License-Identifier: MIT */
/* audit_common.h - what the audits share: the verdict, marks side by side, states out of checkpoints. */
#ifndef OCK_AUDIT_COMMON_H
#define OCK_AUDIT_COMMON_H

#include "base/report.h"
#include "codec/codec.h"
#include "io/checkpoint/checkpoint.h"

/* How an audit ended: OCK_OK MATCH, OCK_BAD_DATA MISMATCH, OCK_INTERNAL MACHINE_FAULT, OCK_ENVIRONMENT
 * INCOMPLETE. Reports the word, its last result, and returns the status, which is the exit code.
 * OCK_STOPPED, an early end that was wanted, is a MATCH. */
ock_status ock_audit_verdict(const ock_report *report, ock_status status) OCK_WARN_UNUSED;

/* A mark as two runs made it: step, both digests in full, whether they are the same. */
void ock_audit_report_mark(const ock_report *report, uint64_t step, const uint8_t *first,
                           const uint8_t *second, const char *first_name, const char *second_name);

/* Steps done in a checkpoint of such a plan. */
uint64_t ock_audit_step_of(const ock_plan *plan, const ock_checkpoint_info *info);

/* Brings the codec, and what it knows of earlier marks, to the checkpoint's state but for its
 * direction's own part; `source` is rank 0's, which afterwards has read so far. Collective. */
ock_status ock_audit_load_model(ock_codec *codec, ock_checkpoint *source) OCK_WARN_UNUSED;

/* For ock_state_load and its like: reads from the ock_checkpoint that is the context. */
ock_status ock_audit_read_piece(void *checkpoint, void *bytes, size_t count) OCK_WARN_UNUSED;

/* Shows the model of the codec that is the context. */
void ock_audit_show_model(void *codec, ock_state_visitor *visitor);

#endif
