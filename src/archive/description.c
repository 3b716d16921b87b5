/* SPDX-License-Identifier: MIT */
/* description.c - fills in the description of an .ock file. */
#include "archive/description.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/manifest_code.h"
#include "archive/plan_file.h"

/* Room for the arrays: an element more where there may be none. */
static ock_status allocate(const ock_plan *plan, ock_container_info *info)
{
    const size_t lanes = plan->map.lanes, marks = (size_t)ock_plan_marks(plan);
    info->lane_digests = calloc(lanes, sizeof *info->lane_digests);
    info->lane_bytes = calloc(lanes, sizeof *info->lane_bytes);
    info->trace = calloc(OCK_TRACE_MAX_MARKS, sizeof *info->trace);
    info->marks = calloc(marks + 1, sizeof *info->marks);
    if (info->lane_digests == NULL || info->lane_bytes == NULL || info->trace == NULL ||
        info->marks == NULL) {
        return ock_fail_memory(lanes * sizeof *info->lane_digests, "the file's description");
    }
    return OCK_OK;
}

static ock_status describe_manifest(ock_memory *memory, const ock_manifest *manifest,
                                    const ock_kernels *kernels, ock_container_info *info)
{
    ock_manifest coded = {NULL, 0};
    if (manifest->bytes == NULL) {
        return OCK_OK;
    }
    ock_status status = ock_manifest_encode(memory, kernels, manifest, &coded);
    info->manifest = coded.bytes;
    info->manifest_bytes = coded.count;
    return status;
}

/* ---- digests of the input ---- */

/* A source that digests what is read from it. */
typedef struct noting {
    const ock_source *from;
    ock_digest digest;
} noting;

static ock_status read_and_note(void *context, uint64_t offset, void *bytes, size_t count)
{
    noting *n = context;
    ock_status status = n->from->read_at(n->from->context, offset, bytes, count);
    if (status == OCK_OK) {
        ock_digest_update(&n->digest, bytes, count);
    }
    return status;
}

static ock_status digest_lanes(const ock_lane_map *map, const ock_source *rest,
                               ock_container_info *info)
{
    ock_status status = OCK_OK;
    for (uint32_t lane = 0; lane < map->lanes && status == OCK_OK; lane++) {
        status = ock_digest_part(rest, ock_lane_begin(map, lane), ock_lane_begin(map, lane + 1),
                                 info->lane_digests[lane]);
    }
    return status;
}

/* Lanes lie in order: where that is all of the input the whole is noted while each is digested. */
static ock_status digest_at_once(const ock_plan *plan, const ock_source *input,
                                 ock_container_info *info)
{
    noting whole = {.from = input};
    const ock_source noted = {read_and_note, &whole};
    ock_digest_start(&whole.digest);
    ock_status status = digest_lanes(&plan->map, &noted, info);
    ock_digest_finish(&whole.digest, info->input_digest);
    return status;
}

/* The digest over all lanes' digests. */
static void digest_root(ock_container_info *info)
{
    ock_digest root;
    ock_digest_start(&root);
    ock_digest_update(&root, info->lane_digests, info->lanes * sizeof *info->lane_digests);
    ock_digest_finish(&root, info->root_digest);
}

static ock_status digest_input(const ock_plan *plan, const ock_subject *subject,
                               ock_container_info *info)
{
    const ock_source rest = ock_condensed_source(subject->condensed, subject->input);
    if (!ock_condensed_differs(subject->condensed)) {
        return digest_at_once(plan, &rest, info);
    }
    ock_status status = digest_lanes(&plan->map, &rest, info);
    return status != OCK_OK
               ? status
               : ock_digest_part(subject->input, 0, plan->input_bytes, info->input_digest);
}

ock_status ock_describe_input(const ock_plan *plan, const ock_subject *subject, ock_memory *memory,
                              const ock_kernels *kernels, ock_container_info *info)
{
    *info = (ock_container_info){.contract = OCK_CONTRACT_VERSION};
    ock_status status = allocate(plan, info);
    if (status == OCK_OK) {
        status = ock_plan_store(plan, info);
    }
    if (status == OCK_OK) {
        status = describe_manifest(memory, subject->manifest, kernels, info);
    }
    if (status == OCK_OK) {
        ock_condensed_describe(subject->condensed, info);
        status = digest_input(plan, subject, info);
    }
    if (status == OCK_OK) {
        digest_root(info);
    }
    return status;
}

/* ---- the run ---- */

/* What was coded must be what was digested before. */
static ock_status check_lanes(const ock_encode_result *result, const char *name,
                              const ock_container_info *info)
{
    for (uint32_t lane = 0; lane < info->lanes; lane++) {
        if (memcmp(result->lane_digests[lane], info->lane_digests[lane], OCK_DIGEST_BYTES) != 0) {
            return ock_fail(OCK_ENVIRONMENT,
                            "%s: changed while it was read, or differs between ranks (lane %" PRIu32
                            ")",
                            name, lane);
        }
    }
    return OCK_OK;
}

enum { UNITS = 256 * 8 }; /* of a trace, in a byte */

static void trace(uint64_t offset, uint64_t units, ock_container_info *info)
{
    info->trace[ock_trace_part(offset, info->input_bytes, info->trace_marks)] += units;
}

/* All repeats cost alike, each where its target begins; and all transforms, each where its span begins. */
static void trace_lists(const ock_condensed *condensed, ock_container_info *info)
{
    const ock_repeats *repeats = &condensed->repeats;
    const ock_transforms *spans = &condensed->transforms;
    for (size_t i = 0; i < repeats->count && info->trace_marks > 0; i++) {
        trace(repeats->of[i].target, info->repeats_bytes * UNITS / repeats->count, info);
    }
    for (size_t i = 0; i < spans->count && info->trace_marks > 0; i++) {
        trace(ock_repeats_place(repeats, spans->of[i].begin).offset,
              info->transforms_bytes * UNITS / spans->count, info);
    }
}

/* From 1/256 bit to the nearest byte. */
static void describe_trace(const ock_encode_result *result, const ock_condensed *condensed,
                           ock_container_info *info)
{
    info->trace_marks = result->trace_marks;
    memcpy(info->trace, result->trace, info->trace_marks * sizeof *info->trace);
    trace_lists(condensed, info);
    for (uint32_t i = 0; i < result->trace_marks; i++) {
        info->trace[i] = (info->trace[i] + UNITS / 2) / UNITS;
    }
}

ock_status ock_describe_run(const ock_encode_result *result, const ock_chain *chain,
                            const ock_condensed *condensed, const char *name,
                            ock_container_info *info)
{
    ock_status status = check_lanes(result, name, info);
    if (status != OCK_OK) {
        return status;
    }
    memcpy(info->lane_bytes, result->lane_bytes, info->lanes * sizeof *info->lane_bytes);
    describe_trace(result, condensed, info);
    memcpy(info->marks, chain->digests, info->mark_count * sizeof *info->marks);
    return OCK_OK;
}
