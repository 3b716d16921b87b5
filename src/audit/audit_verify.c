/* audit_verify.c - audit verify: structure, digests and signature of a file. */
#include "audit/audit_verify.h"

#include <inttypes.h>

#include "archive/plan_file.h"
#include "audit/audit_common.h"
#include "audit/audit_sign.h"
#include "base/digest.h"
#include "io/container/container.h"
#include "io/file/input.h"

static void report_file(const ock_report *report, const ock_container *container,
                        const ock_plan *plan)
{
    const ock_container_info *info = ock_container_about(container);
    char digest[65];
    ock_digest_hex(info->input_digest, digest);
    ock_report_text(report, OCK_REPORT_RESULT, "structure and digests are in order");
    ock_report_line(report, OCK_REPORT_RESULT, "%s input of %" PRIu64 " bytes", digest,
                    info->input_bytes);
    for (uint32_t i = 0; i < info->mark_count; i++) {
        ock_digest_hex(info->marks[i], digest);
        ock_report_line(report, OCK_REPORT_RESULT, "%s state after step %" PRIu64, digest,
                        ock_plan_mark_step(plan, i + 1));
    }
}

ock_status ock_audit_verify(const ock_report *report, const ock_program *program, const char *path,
                            const char *key)
{
    ock_input *input = NULL;
    ock_container *container = NULL;
    ock_plan plan;
    ock_status status = ock_plan_open(path, &input, &container, &plan);
    if (status == OCK_OK) {
        report_file(report, container, &plan);
    }
    if (status == OCK_OK && key != NULL) {
        status = ock_audit_check_signature(report, program, path, key);
    }
    if (status == OCK_OK && key != NULL) {
        ock_report_line(report, OCK_REPORT_RESULT, "signed by the key in %s", key);
    }
    ock_container_close(container);
    ock_input_close(input);
    return ock_audit_verdict(report, status);
}
