/* SPDX-License-Identifier: MIT */
/* audit_trail.c - reads the trail of a run, whatever it is. */
#include "audit/audit_trail.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/plan_file.h"
#include "archive/run_identity.h"
#include "audit/audit_common.h"
#include "base/digest.h"
#include "base/grow.h"
#include "io/checkpoint/checkpoint.h"
#include "io/container/container.h"
#include "io/file/file_kind.h"

ock_status ock_digests_add(ock_digests *list, uint64_t step, const uint8_t *digest)
{
    while (list->count > 0 && list->at[list->count - 1].step >= step) {
        list->count--;
    }
    ock_status status = ock_grow((void **)&list->at, list->count, &list->room, sizeof *list->at,
                                 "the digests of a run");
    if (status == OCK_OK) {
        list->at[list->count].step = step;
        memcpy(list->at[list->count++].digest, digest, OCK_MARK_BYTES);
    }
    return status;
}

static ock_status read_file(ock_trail *t)
{
    ock_container *container = NULL;
    ock_status status = ock_container_open(t->path, OCK_CONTRACT_VERSION, &container);
    if (status == OCK_OK) {
        status = ock_plan_load(ock_container_about(container), &t->plan);
    }
    for (uint64_t i = 0; status == OCK_OK && i < ock_plan_marks(&t->plan); i++) {
        status = ock_digests_add(&t->marks, ock_plan_mark_step(&t->plan, i + 1),
                                 ock_container_about(container)->marks[i]);
    }
    ock_container_close(container);
    return status;
}

/* A line of the log: one with a digest is taken, others are passed over. */
static ock_status read_line(ock_trail *t, const char *line)
{
    json_t *fields = json_loads(line, 0, NULL);
    const char *event = json_string_value(json_object_get(fields, "event"));
    const char *text = json_string_value(json_object_get(fields, "digest"));
    json_int_t step = json_integer_value(json_object_get(fields, "step"));
    ock_digests *list = NULL;
    uint8_t digest[OCK_MARK_BYTES];
    ock_status status = OCK_OK;
    if (fields == NULL || event == NULL) {
        status = ock_fail(OCK_ENVIRONMENT,
                          "%s: is not a compressed file, checkpoint or log of ockham", t->path);
    } else if (strcmp(event, "mark") == 0) {
        list = &t->marks;
    } else if (strcmp(event, "state") == 0) {
        list = &t->states;
    }
    if (list != NULL) {
        status = step > 0 && text != NULL && ock_digest_parse(text, digest)
                     ? ock_digests_add(list, (uint64_t)step, digest)
                     : ock_fail(OCK_ENVIRONMENT, "%s: has a malformed digest", t->path);
    }
    json_decref(fields);
    return status;
}

static ock_status read_log(ock_trail *t)
{
    FILE *file = fopen(t->path, "r");
    char *line = NULL;
    size_t room = 0;
    ock_status status = OCK_OK;
    if (file == NULL) {
        return ock_fail(OCK_ENVIRONMENT, "%s: cannot be opened", t->path);
    }
    while (status == OCK_OK && getline(&line, &room, file) > 0) {
        status = read_line(t, line);
    }
    if (status == OCK_OK && ferror(file) != 0) {
        status = ock_fail(OCK_ENVIRONMENT, "%s: cannot be read", t->path);
    }
    free(line);
    fclose(file);
    return status;
}

static ock_status read_checkpoint(ock_trail *t)
{
    ock_checkpoint *source = NULL;
    ock_run_identity run;
    ock_status status = ock_checkpoint_open(t->path, &source);
    if (status != OCK_OK) {
        return status;
    }
    const ock_checkpoint_info *info = ock_checkpoint_about(source);
    if (info->contract != OCK_CONTRACT_VERSION) {
        status = ock_fail(OCK_ENVIRONMENT, "%s: was written under contract %" PRIu32, t->path,
                          info->contract);
    }
    if (status == OCK_OK) {
        status = ock_run_identity_read(info->identity, &run);
    }
    if (status == OCK_OK && info->position >= ock_lane_positions(&run.plan.map)) {
        status = ock_fail(OCK_BAD_DATA, "%s: its position is beyond the end of its input", t->path);
    }
    if (status == OCK_OK) {
        t->plan = run.plan;
        t->step = ock_audit_step_of(&t->plan, info);
    }
    ock_checkpoint_close(source);
    return status;
}

/* By the first bytes. */
static ock_trail_kind kind_of(const char *path)
{
    switch (ock_file_kind_of(path)) {
    case OCK_FILE_CONTAINER:
        return OCK_TRAIL_FILE;
    case OCK_FILE_CHECKPOINT:
        return OCK_TRAIL_CHECKPOINT;
    default:
        return OCK_TRAIL_LOG;
    }
}

ock_status ock_trail_read(ock_trail *t)
{
    t->kind = kind_of(t->path);
    ock_status status = t->kind == OCK_TRAIL_FILE  ? read_file(t)
                        : t->kind == OCK_TRAIL_LOG ? read_log(t)
                                                   : read_checkpoint(t);
    return status == OCK_BAD_DATA ? OCK_ENVIRONMENT : status;
}

void ock_trail_free(ock_trail *t)
{
    free(t->marks.at);
    free(t->states.at);
}
