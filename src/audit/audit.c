/* audit.c - audit verify, and what the other audits share. */
#include "audit/audit.h"
#include "audit/audit_sign.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/plan_file.h"
#include "audit/audit_sign.h"
#include "base/digest.h"
#include "io/file/input.h"
#include "state/state_transfer.h"

ock_status ock_audit_verdict(ock_status status)
{
    const char *word = "INCOMPLETE";
    if (status == OCK_OK || status == OCK_STOPPED) {
        word = "MATCH";
    } else if (status == OCK_BAD_DATA) {
        word = "MISMATCH";
    } else if (status == OCK_INTERNAL) {
        word = "MACHINE_FAULT";
    }
    printf("%s\n", word);
    if (fflush(stdout) != 0) {
        return ock_fail(OCK_ENVIRONMENT, "cannot write to standard output");
    }
    if (status == OCK_STOPPED) {
        ock_error_clear();
    }
    return status == OCK_STOPPED ? OCK_OK : status;
}

void ock_audit_print_mark(uint64_t step, const uint8_t *first, const uint8_t *second,
                          const char *first_name, const char *second_name)
{
    char digests[2][65];
    ock_digest_hex(first, digests[0]);
    ock_digest_hex(second, digests[1]);
    printf("after step %" PRIu64 ": %s\n  %s %s\n  %s %s\n", step,
           memcmp(first, second, OCK_MARK_BYTES) == 0 ? "the same" : "DIFFERENT", digests[0],
           first_name, digests[1], second_name);
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

ock_status ock_audit(const ock_session *session)
{
    return session->options->audit == OCK_AUDIT_REPLAY ? ock_audit_replay(session)
                                                       : ock_audit_bisect(session);
}

/* ---- verify ---- */

static void print_file(const ock_container *container, const ock_plan *plan)
{
    const ock_container_info *info = ock_container_about(container);
    char digest[65];
    ock_digest_hex(info->input_digest, digest);
    printf("structure and digests are in order\n");
    printf("%s input of %" PRIu64 " bytes\n", digest, info->input_bytes);
    for (uint32_t i = 0; i < info->mark_count; i++) {
        ock_digest_hex(info->marks[i], digest);
        printf("%s state after step %" PRIu64 "\n", digest, ock_plan_mark_step(plan, i + 1));
    }
}

ock_status ock_audit_verify(const ock_options *options, const ock_program *program)
{
    ock_input *input = NULL;
    ock_container *container = NULL;
    ock_plan plan;
    ock_status status = ock_plan_open(options->input, &input, &container, &plan);
    if (status == OCK_OK) {
        print_file(container, &plan);
    }
    if (status == OCK_OK && options->key != NULL) {
        status = ock_audit_check_signature(program, options->input, options->key);
    }
    if (status == OCK_OK && options->key != NULL) {
        printf("signed by the key in %s\n", options->key);
    }
    ock_container_close(container);
    ock_input_close(input);
    return ock_audit_verdict(status);
}
