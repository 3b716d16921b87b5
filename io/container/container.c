/* SPDX-License-Identifier: MIT */
/* container.c - what is known of an .ock file: its limits, and an opened one. */
#include "io/container/container.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/number.h"
#include "io/container/container_private.h"
#include "io/hdf5/fields.h"
#include "io/hdf5/hdf5_subset.h"

/* ---- info ---- */

#define INFO_FIELDS(NUMBER, BYTES, TEXT, ARRAY)                                                    \
    NUMBER(contract, 0, UINT32_MAX)                                                                \
    NUMBER(level, 1, 9)                                                                            \
    NUMBER(lanes, 1, OCK_CONTAINER_MAX_LANES)                                                      \
    NUMBER(shards, 1, OCK_CONTAINER_MAX_LANES)                                                     \
    NUMBER(step, 1, OCK_CONTAINER_MAX_STEP)                                                        \
    NUMBER(trace_marks, 0, OCK_CONTAINER_MAX_TRACE)                                                \
    NUMBER(mark_count, 0, OCK_CONTAINER_MAX_MARKS)                                                 \
    NUMBER(unused, 0, 0)                                                                           \
    TEXT(config_text)                                                                              \
    BYTES(plan_digest)                                                                             \
    NUMBER(input_bytes, 0, UINT64_MAX)                                                             \
    NUMBER(rest_bytes, 0, UINT64_MAX)                                                              \
    BYTES(input_digest)                                                                            \
    BYTES(root_digest)                                                                             \
    ARRAY(lane_digests, lanes)                                                                     \
    ARRAY(lane_bytes, lanes)                                                                       \
    ARRAY(trace, trace_marks)                                                                      \
    ARRAY(marks, mark_count)                                                                       \
    ARRAY(repeats, repeats_bytes)                                                                  \
    NUMBER(repeats_bytes, 0, OCK_CONTAINER_MAX_REPEATS_BYTES)                                      \
    ARRAY(transforms, transforms_bytes)                                                            \
    NUMBER(transforms_bytes, 0, OCK_CONTAINER_MAX_TRANSFORMS_BYTES)                                \
    ARRAY(layouts, layouts_bytes)                                                                  \
    NUMBER(layouts_bytes, 0, OCK_CONTAINER_MAX_LAYOUTS_BYTES)                                      \
    ARRAY(manifest, manifest_bytes)                                                                \
    NUMBER(manifest_bytes, 0, OCK_CONTAINER_MAX_MANIFEST_BYTES)

#define NUMBER(member, least, most) OCK_NUMBER_FIELD(ock_container_info, member, least, most),
#define BYTES(member) OCK_BYTES_FIELD(ock_container_info, member),
#define TEXT(member) OCK_TEXT_FIELD(ock_container_info, member),
#define ARRAY(member, counter) OCK_ARRAY_FIELD(ock_container_info, member, counter),

static const ock_field fields[] = {INFO_FIELDS(NUMBER, BYTES, TEXT, ARRAY)};

#define SIZE(member, ...) char member[OCK_MEMBER_BYTES(ock_container_info, member)];

OCK_FIELDS_COVER(ock_container_info, sizeof(struct {INFO_FIELDS(SIZE, SIZE, SIZE, SIZE)}));

enum { FIELDS = sizeof fields / sizeof fields[0] };

void ock_container_info_clear(ock_container_info *info)
{
    ock_fields_free(fields, FIELDS, info);
    memset(info, 0, sizeof *info);
}

bool ock_container_info_same(const ock_container_info *a, const ock_container_info *b)
{
    return ock_fields_same(fields, FIELDS, a, b);
}

uint64_t ock_container_sum(const ock_container_info *info)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < info->lanes; i++) {
        if (info->lane_bytes[i] > UINT64_MAX - sum) {
            return UINT64_MAX;
        }
        sum += info->lane_bytes[i];
    }
    return sum;
}

size_t ock_container_width(const uint64_t *values, size_t count)
{
    uint64_t largest = 0;

    for (size_t i = 0; i < count; i++) {
        if (values[i] > largest) {
            largest = values[i];
        }
    }
    if (largest > UINT32_MAX) {
        return 8;
    }
    if (largest > UINT16_MAX) {
        return 4;
    }
    return largest > UINT8_MAX ? 2 : 1;
}

ock_digest_layout ock_container_digests(const ock_container_info *info)
{
    const size_t before = info->lanes > 1 ? 2 : ock_container_differs(info);

    return (ock_digest_layout){before, before + info->lanes};
}

size_t ock_container_table_width(uint64_t length, uint32_t lanes)
{
    size_t width = 1;

    if (lanes == 1) {
        return 0;
    }
    while (width < 8 && length >> (8 * width) != 0) {
        width++;
    }
    return width;
}

/* The first width that is enough is the one that the reader finds: had a narrower table been enough
 * for the length with this one, it would have been for its own, which is less. */
uint64_t ock_container_transcript_length(const ock_container_info *info)
{
    const uint64_t sum = ock_container_sum(info) + ock_container_lists(info);
    size_t width = 0;

    while (ock_container_table_width(sum + info->lanes * width, info->lanes) > width) {
        width++;
    }
    return sum + info->lanes * width;
}

/* ---- the line of /contract ---- */

void ock_contract_line(const ock_container_info *info, char line[OCK_CONTRACT_LINE_BYTES])
{
    char rest[40] = "", list[32] = "", spans[32] = "", layouts[32] = "";
    const bool less = info->repeats_bytes > 0 && info->rest_bytes != info->input_bytes;

    if (less || info->transforms_bytes > 0) {
        snprintf(rest, sizeof rest, " rest=%" PRIu64, info->rest_bytes);
    }
    if (less) {
        snprintf(list, sizeof list, " list=%zu", info->repeats_bytes);
    }
    if (info->transforms_bytes > 0) {
        snprintf(spans, sizeof spans, " spans=%zu", info->transforms_bytes);
    }
    if (info->layouts_bytes > 0) {
        snprintf(layouts, sizeof layouts, " layouts=%zu", info->layouts_bytes);
    }
    snprintf(line, OCK_CONTRACT_LINE_BYTES,
             "v%" PRIu32 " " OCK_CODER_NAME " level=%" PRIu32 " bytes=%" PRIu64
             "%s%s%s%s lanes=%" PRIu32 " shards=%" PRIu32 " step=%" PRIu32,
             info->contract, info->level, info->input_bytes, rest, list, spans, layouts,
             info->lanes, info->shards, info->step);
}

/* Takes `label` and a number from the line, if they come next. */
static bool take_number(const char **line, const char *label, uint64_t most, uint64_t *number)
{
    const size_t label_bytes = strlen(label);
    const char *at = *line + label_bytes;

    if (strncmp(*line, label, label_bytes) != 0 || !ock_number_take(&at, most, number)) {
        return false;
    }
    *line = at;
    return true;
}

bool ock_contract_parse(const char *line, ock_container_info *info)
{
    static const char *const labels[] = {"v",         (" " OCK_CODER_NAME " level="),
                                         " bytes=",   " rest=",
                                         " list=",    " spans=",
                                         " layouts=", " lanes=",
                                         " shards=",  " step="};
    enum { BYTES = 2, REST, LIST, SPANS, LAYOUTS, LANES, SHARDS, STEP, COUNT };
    uint64_t numbers[COUNT];
    const char *at = line;
    char again[OCK_CONTRACT_LINE_BYTES];

    for (size_t i = 0; i < COUNT; i++) {
        const uint64_t most = i == BYTES || i == REST ? UINT64_MAX : UINT32_MAX;
        const bool found = take_number(&at, labels[i], most, &numbers[i]);
        if (!found && (i < REST || i > LAYOUTS)) {
            return false;
        }
        if (!found) {
            numbers[i] = i == REST ? numbers[BYTES] : 0;
        }
    }
    info->contract = (uint32_t)numbers[0];
    info->level = (uint32_t)numbers[1];
    info->input_bytes = numbers[BYTES];
    info->rest_bytes = numbers[REST];
    info->repeats_bytes = (size_t)numbers[LIST];
    info->transforms_bytes = (size_t)numbers[SPANS];
    info->layouts_bytes = (size_t)numbers[LAYOUTS];
    info->lanes = (uint32_t)numbers[LANES];
    info->shards = (uint32_t)numbers[SHARDS];
    info->step = (uint32_t)numbers[STEP];
    ock_contract_line(info, again);
    return strcmp(line, again) == 0; /* no leading zeros, nothing after */
}

/* ---- limits ---- */

void ock_container_root(const ock_container_info *info, uint8_t root[OCK_DIGEST_BYTES])
{
    ock_digest digest;

    ock_digest_start(&digest);
    ock_digest_update(&digest, info->lane_digests, (size_t)info->lanes * OCK_DIGEST_BYTES);
    ock_digest_finish(&digest, root);
}

static ock_status check_digests(const ock_container_info *info, const char *path,
                                ock_status failure)
{
    uint8_t root[OCK_DIGEST_BYTES];

    ock_container_root(info, root);
    if (memcmp(root, info->root_digest, sizeof root) != 0) {
        return ock_fail(failure, "%s: the root digest does not match the lane digests", path);
    }
    if (ock_container_digests(info).before == 0 &&
        memcmp(info->lane_digests, info->input_digest, sizeof root) != 0) {
        return ock_fail(failure, "%s: the digest of the only lane is not that of the input", path);
    }
    return OCK_OK;
}

ock_status ock_container_info_check(const ock_container_info *info, const char *path,
                                    ock_status failure)
{
    ock_status status = ock_fields_check(fields, FIELDS, info, path, failure);

    if (status != OCK_OK) {
        return status;
    }
    if (info->shards > info->lanes) {
        return ock_fail(failure, "%s: shards is %lu, not 1 to %lu, the lanes", path,
                        (unsigned long)info->shards, (unsigned long)info->lanes);
    }
    if (info->input_bytes > INT64_MAX) { /* no file is longer */
        return ock_fail(failure, "%s: the input has an impossible length", path);
    }
    if (strlen(info->config_text) > OCK_CONTAINER_MAX_CONFIG_BYTES ||
        !ock_h5_is_plain_text(info->config_text)) {
        return ock_fail(failure, "%s: the configuration is too long or not plain text", path);
    }
    const bool less = info->rest_bytes < info->input_bytes;
    if (info->rest_bytes > info->input_bytes || (less && !ock_container_differs(info)) ||
        (!less && info->repeats != NULL) || (info->repeats != NULL) != (info->repeats_bytes > 0) ||
        (info->transforms != NULL) != (info->transforms_bytes > 0) ||
        (info->layouts != NULL) != (info->layouts_bytes > 0)) {
        return ock_fail(failure, "%s: the lengths of repeats and rest contradict each other", path);
    }
    if ((info->manifest != NULL) != (info->manifest_bytes > 0)) {
        return ock_fail(failure, "%s: the list of files is empty", path);
    }
    if (ock_container_sum(info) > INT64_MAX) {
        return ock_fail(failure, "%s: the lane lengths have an impossible sum", path);
    }
    return check_digests(info, path, failure);
}

/* ---- an opened container ---- */

void ock_container_close(ock_container *container)
{
    if (container == NULL) {
        return;
    }
    if (container->fd >= 0) {
        (void)close(container->fd);
    }
    ock_container_info_clear(&container->info);
    free(container->path);
    free(container);
}

const ock_container_info *ock_container_about(const ock_container *container)
{
    return &container->info;
}

uint64_t ock_container_file_bytes(const ock_container *container)
{
    return container->file_bytes;
}

uint64_t ock_container_extra_bytes(const ock_container *container)
{
    const ock_container_info *info = &container->info;
    return info->trace_marks * ock_container_width(info->trace, info->trace_marks) +
           (uint64_t)info->mark_count * OCK_DIGEST_BYTES;
}

uint64_t ock_container_transcript_bytes(const ock_container *container)
{
    return ock_container_sum(&container->info);
}

size_t ock_container_in_head(uint64_t offset, size_t count)
{
    const uint64_t room = offset < OCK_HEAD_BYTES ? OCK_HEAD_BYTES - offset : 0;
    return count < room ? count : (size_t)room;
}

ock_status ock_container_read_at(const ock_container *container, uint64_t offset, uint8_t *bytes,
                                 size_t count)
{
    const size_t head = ock_container_in_head(offset, count);
    ock_status status =
        ock_file_read_all(container->fd, container->path, OCK_HEAD_AT + offset, bytes, head);

    return status != OCK_OK ? status
                            : ock_file_read_all(container->fd, container->path,
                                                container->rest_base + offset + head, bytes + head,
                                                count - head);
}

ock_status ock_container_read(ock_container *container, uint32_t lane, uint64_t offset,
                              uint8_t *bytes, size_t count)
{
    const ock_container_info *info = &container->info;
    uint64_t at = container->lists_bytes + offset;

    if (lane >= info->lanes || offset > info->lane_bytes[lane] ||
        count > info->lane_bytes[lane] - offset) {
        return ock_fail(OCK_INTERNAL, "%s: read outside the transcript of lane %lu",
                        container->path, (unsigned long)lane);
    }
    for (uint32_t i = 0; i < lane; i++) {
        at += info->lane_bytes[i];
    }
    return ock_container_read_at(container, at, bytes, count);
}
