/* SPDX-License-Identifier: MIT */
/* audit_verify.c - audit verify: structure, digests and signature of a file. */
#include "audit/audit_verify.h"

#include <inttypes.h>
#include <stdlib.h>

#include "archive/condensed.h"
#include "archive/corpus.h"
#include "archive/manifest_code.h"
#include "archive/plan_file.h"
#include "audit/audit_common.h"
#include "audit/audit_sign.h"
#include "base/digest.h"

/* What is in a file besides its container. */
typedef struct content {
    ock_manifest list; /* without bytes: it was made from one file */
    ock_manifest_totals totals;
    ock_condensed condensed;
} content;

static void report_list(const ock_report *report, const content *c)
{
    uint8_t digest[OCK_DIGEST_BYTES];
    char hex[OCK_DIGEST_TEXT_BYTES];
    if (c->list.bytes == NULL) {
        return;
    }
    ock_manifest_digest(&c->list, digest);
    ock_digest_hex(digest, hex);
    ock_report_line(report, OCK_REPORT_RESULT,
                    "%s list of %" PRIu64 " files, %" PRIu64 " directories, %" PRIu64 " links", hex,
                    c->totals.files, c->totals.folders, c->totals.links);
}

static void report_file(const ock_report *report, const ock_signed_file *file, const content *c)
{
    const ock_container_info *info = ock_container_about(file->container);
    char hex[OCK_DIGEST_TEXT_BYTES];
    ock_digest_hex(info->input_digest, hex);
    ock_report_text(report, OCK_REPORT_RESULT, "structure and digests are correct");
    ock_report_line(report, OCK_REPORT_RESULT, "%s input of %" PRIu64 " bytes", hex,
                    info->input_bytes);
    report_list(report, c);
    if (c->condensed.repeats.count > 0) {
        ock_report_line(report, OCK_REPORT_RESULT, "%zu repeats of %" PRIu64 " bytes",
                        c->condensed.repeats.count, ock_repeats_taken(&c->condensed.repeats));
    }
    if (c->condensed.transforms.count > 0) {
        ock_report_line(report, OCK_REPORT_RESULT, "%zu spans are rewritten",
                        c->condensed.transforms.count);
    }
    for (uint32_t i = 0; i < info->mark_count; i++) {
        ock_digest_hex(info->marks[i], hex);
        ock_report_line(report, OCK_REPORT_RESULT, "%s state after step %" PRIu64, hex,
                        ock_plan_mark_step(&file->plan, i + 1));
    }
}

ock_status ock_audit_verify(const ock_report *report, const ock_program *program,
                            const ock_kernels *kernels, const char *path, const char *key)
{
    ock_signed_file file;
    content c = {.list = {NULL, 0}};
    ock_status status = ock_signed_file_open(path, &file);
    if (status == OCK_OK) {
        status = ock_corpus_load(NULL, kernels, file.container, path, &c.list, &c.totals);
    }
    if (status == OCK_OK) {
        status = ock_condensed_load(file.container, &file.plan, path, &c.condensed);
    }
    if (status == OCK_OK) {
        report_file(report, &file, &c);
    }
    if (status == OCK_OK && key != NULL) {
        status = ock_audit_check_signature(report, program, &file, key);
    }
    if (status == OCK_OK && key != NULL) {
        ock_report_line(report, OCK_REPORT_RESULT, "signed by the key in %s", key);
    }
    free(c.list.bytes);
    ock_condensed_clear(&c.condensed);
    ock_signed_file_close(&file);
    return ock_audit_verdict(report, status);
}
