/* SPDX-License-Identifier: MIT */
/* audit_common.c - what the audits share. */
#include "audit/audit_common.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "state/state_transfer.h"

static const char *word_of(ock_status status)
{
    switch (status) {
    case OCK_OK:
    case OCK_STOPPED:
        return "MATCH";
    case OCK_BAD_DATA:
        return "MISMATCH";
    case OCK_INTERNAL:
        return "MACHINE_FAULT";
    default:
        return "INCOMPLETE";
    }
}

ock_status ock_audit_verdict(const ock_report *report, ock_status status)
{
    ock_report_text(report, OCK_REPORT_RESULT, word_of(status));
    if (status != OCK_STOPPED) {
        return status;
    }
    ock_error_clear();
    return OCK_OK;
}

void ock_audit_report_mark(const ock_report *report, uint64_t step, const uint8_t *first,
                           const uint8_t *second, const char *first_name, const char *second_name)
{
    char digest[65];
    const bool same = memcmp(first, second, OCK_MARK_BYTES) == 0;
    ock_report_line(report, OCK_REPORT_RESULT, "after step %" PRIu64 ": %s", step,
                    same ? "the same" : "DIFFERENT");
    ock_digest_hex(first, digest);
    ock_report_line(report, OCK_REPORT_RESULT, "  %s %s", digest, first_name);
    ock_digest_hex(second, digest);
    ock_report_line(report, OCK_REPORT_RESULT, "  %s %s", digest, second_name);
}

uint64_t ock_audit_step_of(const ock_plan *plan, const ock_checkpoint_info *info)
{
    return info->position / plan->config.step;
}

ock_status ock_audit_read_piece(void *checkpoint, void *bytes, size_t count)
{
    return ock_checkpoint_read(checkpoint, bytes, count);
}

void ock_audit_show_model(void *codec, ock_state_visitor *visitor)
{
    ock_codec_model_state(codec, visitor);
}

/* Rank 0: the model comes first in a checkpoint's list of tensors. */
static ock_status check_layout(const ock_state_owner *owner, const ock_checkpoint *source)
{
    const ock_checkpoint_info *info = ock_checkpoint_about(source);
    char *tensors = NULL;
    uint64_t bytes;
    ock_status status = ock_state_describe(owner, &tensors, &bytes);
    if (status == OCK_OK && strncmp(tensors, info->tensors, strlen(tensors)) != 0) {
        status = ock_fail(OCK_ENVIRONMENT,
                          "the checkpoint was written by another version of the program");
    }
    free(tensors);
    return status;
}

ock_status ock_audit_load_model(ock_codec *codec, ock_checkpoint *source)
{
    const ock_state_owner owner = {ock_audit_show_model, codec};
    ock_status status = ock_comm_rank(codec->comm) == 0 ? check_layout(&owner, source) : OCK_OK;
    status = ock_comm_agree(codec->comm, status);
    return status != OCK_OK ? status
                            : ock_state_load(codec->comm, &codec->plan.map, &owner,
                                             ock_audit_read_piece, source);
}
