/* SPDX-License-Identifier: MIT */
/* audit_start.c - finds the checkpoint that a replay begins with, and makes sure whose it is. */
#include "audit/audit_start.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/audit_common.h"

static uint64_t step_of(const ock_audit_start *start, const ock_checkpoint *source)
{
    return ock_audit_step_of(start->plan, ock_checkpoint_about(source));
}

static bool is_too_late(const ock_audit_start *start, const ock_checkpoint *source)
{
    return start->first_step > 0 && step_of(start, source) >= start->first_step;
}

static int is_generation(const struct dirent *entry)
{
    const char *suffix = strrchr(entry->d_name, '.');
    return suffix != NULL && strcmp(suffix, ".ockc") == 0;
}

/* The newest of the directory that is not too late. */
static ock_status open_newest(const ock_audit_start *start, const ock_report *report,
                              ock_checkpoint **source)
{
    struct dirent **names = NULL;
    char path[4096];
    int count = scandir(start->from, &names, is_generation, alphasort);
    for (int i = count - 1; i >= 0 && *source == NULL; i--) {
        snprintf(path, sizeof path, "%s/%s", start->from, names[i]->d_name);
        if (ock_checkpoint_open(path, source) != OCK_OK) {
            ock_report_text(report, OCK_REPORT_WARNING, ock_error_text());
            ock_error_clear();
        } else if (is_too_late(start, *source)) {
            ock_checkpoint_close(*source);
            *source = NULL;
        }
    }
    for (int i = 0; i < count; i++) {
        free(names[i]);
    }
    free(names);
    return *source != NULL
               ? OCK_OK
               : ock_fail(OCK_ENVIRONMENT, "%s: contains no good checkpoint before step %" PRIu64,
                          start->from, start->first_step);
}

/* Its run is the one that the file tells of in the same direction. */
static ock_status check_run(const ock_audit_start *start, const char *text, ock_run_identity *run)
{
    char lines[2][96], *wanted = NULL;
    ock_status status = ock_run_identity_read(text, run);
    if (status != OCK_OK) {
        return status;
    }
    const ock_run_identity expected = {run->subject.decodes ? start->decodes : start->encodes,
                                       *start->plan};
    status = ock_run_identity_write(&expected, &wanted);
    if (status == OCK_OK && strcmp(wanted, text) != 0) {
        ock_first_difference(text, wanted, lines);
        status =
            ock_fail(OCK_ENVIRONMENT,
                     "%s: the checkpoint belongs to another run: it has \"%s\", the file \"%s\"",
                     start->from, lines[0], lines[1]);
    }
    free(wanted);
    return status;
}

static ock_status check(const ock_audit_start *start, const ock_checkpoint *source,
                        ock_run_identity *run)
{
    const ock_checkpoint_info *info = ock_checkpoint_about(source);
    if (info->contract != OCK_CONTRACT_VERSION) {
        return ock_fail(OCK_ENVIRONMENT, "%s: was written under contract %" PRIu32, start->from,
                        info->contract);
    }
    ock_status status = check_run(start, info->identity, run);
    if (status == OCK_OK && is_too_late(start, source)) {
        status =
            ock_fail(OCK_ENVIRONMENT,
                     "%s: is after step %" PRIu64 ": step %" PRIu64 " cannot be replayed from it",
                     start->from, step_of(start, source), start->first_step);
    }
    return status;
}

ock_status ock_audit_start_open(const ock_audit_start *start, const ock_report *report,
                                ock_checkpoint **source, ock_run_identity *run)
{
    struct stat found;
    bool folder = stat(start->from, &found) == 0 && S_ISDIR(found.st_mode);
    *source = NULL;
    ock_status status =
        folder ? open_newest(start, report, source) : ock_checkpoint_open(start->from, source);
    if (status == OCK_OK) {
        status = check(start, *source, run);
    }
    return status == OCK_BAD_DATA ? OCK_ENVIRONMENT : status;
}
