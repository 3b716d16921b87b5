/* SPDX-License-Identifier: MIT */
/* condensed.c - repeats and transforms between files, ranks and the codec. */
#include "archive/condensed.h"

#include <stdlib.h>
#include <string.h>

#include "codec/study.h"
#include "layouts/find.h"
#include "layouts/region_code.h"
#include "repeats/repeat_choice.h"
#include "repeats/repeat_code.h"
#include "repeats/repeat_find.h"
#include "repeats/repeat_study.h"
#include "transforms/transform_find.h"
#include "transforms/transform_list.h"

/* Priors and input as one source. */
typedef struct text {
    const ock_priors *priors;
    uint64_t prior_bytes;
    ock_input *input;
} text;

static ock_status read_text(void *context, uint64_t at, void *bytes, size_t count)
{
    const text *t = context;
    const uint64_t before = at < t->prior_bytes ? t->prior_bytes - at : 0;
    const size_t first = before < count ? (size_t)before : count;
    ock_status status = OCK_OK;
    if (first > 0) {
        status = ock_priors_read(t->priors, at, bytes, first);
    }
    if (status == OCK_OK && first < count) {
        status = ock_input_read(t->input, at + first - t->prior_bytes, (char *)bytes + first,
                                count - first);
    }
    return status;
}

/* Repeats that a lane's own models are good at have to be so many times as long. */
enum { TIMES_IN_REACH = 16 };

/* The lanes are those that there would be with all repeats left out. */
static ock_status choose(ock_repeats *repeats, const ock_wishes *wishes)
{
    ock_wishes all = *wishes;
    ock_plan plan;
    all.left_out = ock_repeats_taken(repeats);
    ock_status status = ock_plan_make(repeats->input_bytes, &all, &plan);
    return status != OCK_OK
               ? status
               : ock_repeats_leave_to_models(repeats, &plan.map,
                                             TIMES_IN_REACH * (uint64_t)wishes->config.repeats);
}

/* How much of each prior is studied, of those that lie there one after the other. */
static ock_status count_studied(const ock_repeats *repeats, ock_prior_names *names)
{
    ock_repeats parts;
    uint64_t begin = 0;
    ock_status status = ock_repeats_study(repeats, &parts);
    for (uint32_t i = 0; i < names->count && status == OCK_OK; i++) {
        const uint64_t end = begin + names->of[i].bytes;
        names->of[i].studied =
            ock_repeats_rest_before(&parts, end) - ock_repeats_rest_before(&parts, begin);
        begin = end;
    }
    ock_repeats_free(&parts);
    return status;
}

static ock_status find_repeats(const ock_search *search, text *all, ock_wishes *wishes,
                               ock_repeats *repeats)
{
    const ock_source source = {read_text, all};
    if (wishes->config.repeats == 0 || repeats->input_bytes == 0) {
        return OCK_OK;
    }
    ock_status status =
        ock_repeats_find(&source, repeats->prior_bytes, repeats->input_bytes,
                         wishes->config.repeats, search->team, search->memory, repeats);
    if (status == OCK_OK) {
        status = choose(repeats, wishes);
    }
    return status != OCK_OK ? status : count_studied(repeats, &wishes->priors);
}

/* In the rest. Code is learned from priors as it is. */
static ock_status find_transforms(ock_input *input, const ock_wishes *wishes, ock_condensed *c)
{
    const unsigned code = 1 << OCK_X86 | 1 << OCK_ARM64;
    const unsigned kinds = wishes->config.transforms & ~(wishes->priors.count > 0 ? code : 0);
    c->rest = (ock_rest){.repeats = &c->repeats, .input = ock_input_source(input)};
    const ock_source rest = ock_rest_source(&c->rest);
    return ock_transforms_find(&rest, ock_repeats_rest(&c->repeats), kinds, &c->transforms);
}

/* ---- layouts ---- */

static uint64_t end_of_file(void *context, uint64_t begin)
{
    ock_cursor *cursor = context;
    while (ock_cursor_next(cursor)) {
        if (ock_kind_is_file(cursor->entry.kind) && cursor->entry.length > 0) {
            return begin + cursor->entry.length;
        }
    }
    return UINT64_MAX;
}

static ock_status find_layouts(const ock_search *search, ock_input *input, ock_regions *layouts)
{
    const ock_source source = ock_input_source(input);
    const uint64_t bytes = ock_input_bytes(input);
    const bool tree = search->files != NULL && search->files->bytes != NULL;
    ock_cursor cursor;
    const ock_borders borders = {end_of_file, &cursor};
    if (search->layout != NULL && strcmp(search->layout, "none") == 0) {
        return OCK_OK;
    }
    if (search->layout != NULL && strcmp(search->layout, "auto") != 0) {
        return ock_regions_parse(search->layout, bytes, layouts);
    }
    if (tree) {
        ock_cursor_start(&cursor, search->files);
    }
    return ock_regions_find(&source, bytes, tree ? &borders : NULL, search->memory, layouts);
}

/* Where the bytes of the lanes come from: those of text that is rewritten have no layout. */
static ock_status place_layouts(ock_condensed *c)
{
    const uint64_t made = ock_transforms_made(&c->transforms);
    ock_status status = OCK_OK;
    for (uint64_t at = 0, bytes = 0; at < made && status == OCK_OK && c->layouts.count > 0;
         at += bytes) {
        const ock_made_place place = ock_transforms_place(&c->transforms, at);
        const ock_transform *in = place.in;
        const bool other = in != NULL && in->kind != OCK_X86 && in->kind != OCK_ARM64;
        const ock_rest_run run = ock_repeats_place(
            &c->repeats, in == NULL ? place.within : in->begin + (other ? 0 : place.within));
        bytes = other || place.bytes < run.bytes ? place.bytes : run.bytes;
        if (!other) {
            status = ock_regions_cut(&c->layouts, run.offset, bytes, at, &c->lane_layouts);
        }
    }
    return status;
}

static ock_status encode_lists(ock_condensed *c)
{
    ock_status status = ock_repeats_encode(&c->repeats, &c->code[0].bytes, &c->code[0].count);
    if (status == OCK_OK) {
        status = ock_transforms_encode(&c->transforms, &c->code[1].bytes, &c->code[1].count);
    }
    return status != OCK_OK ? status
                            : ock_regions_encode(&c->layouts, &c->code[2].bytes, &c->code[2].count);
}

ock_status ock_condense(const ock_search *search, const ock_priors *priors, ock_input *input,
                        ock_wishes *wishes, ock_condensed *c)
{
    text all = {priors, ock_priors_bytes(priors), input};
    ock_repeats_start(&c->repeats, all.prior_bytes, ock_input_bytes(input));
    ock_status status = find_repeats(search, &all, wishes, &c->repeats);
    if (status == OCK_OK) {
        status = find_transforms(input, wishes, c);
    }
    if (status == OCK_OK) {
        status = find_layouts(search, input, &c->layouts);
    }
    if (status == OCK_OK) {
        status = place_layouts(c);
    }
    wishes->left_out = ock_input_bytes(input) - ock_transforms_made(&c->transforms);
    return status != OCK_OK ? status : encode_lists(c);
}

static uint64_t bytes_of(const ock_prior_names *names)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < names->count; i++) {
        sum += names->of[i].bytes;
    }
    return sum;
}

/* What a file says of lengths is what its lists leave. */
static ock_status check_lengths(const ock_condensed *c, const ock_plan *plan, const char *name)
{
    ock_prior_names names = plan->priors;
    ock_status status = count_studied(&c->repeats, &names);
    bool same = ock_transforms_made(&c->transforms) == plan->map.bytes;
    for (uint32_t i = 0; i < names.count && status == OCK_OK; i++) {
        same = same && names.of[i].studied == plan->priors.of[i].studied;
    }
    return status != OCK_OK || same
               ? status
               : ock_fail(OCK_BAD_DATA, "%s: its lists and its lengths contradict each other",
                          name);
}

/* Of an input that long: repeats, and the transforms of what they leave. */
static ock_status decode_lists(const ock_list_bytes code[2], uint64_t prior_bytes,
                               uint64_t input_bytes, const char *name, ock_condensed *c)
{
    ock_status status = OCK_OK;
    ock_repeats_start(&c->repeats, prior_bytes, input_bytes);
    if (code[0].count > 0) {
        status = ock_repeats_decode(code[0].bytes, code[0].count, prior_bytes, input_bytes, name,
                                    &c->repeats);
    }
    const uint64_t rest = ock_repeats_rest(&c->repeats);
    ock_transforms_start(&c->transforms, rest);
    return status != OCK_OK || code[1].count == 0
               ? status
               : ock_transforms_decode(code[1].bytes, code[1].count, rest, name, &c->transforms);
}

ock_status ock_condensed_load(const ock_container *container, const ock_plan *plan,
                              const char *name, ock_condensed *c)
{
    const ock_container_info *info = ock_container_about(container);
    const ock_list_bytes code[] = {{info->repeats, info->repeats_bytes},
                                   {info->transforms, info->transforms_bytes}};
    ock_status status = decode_lists(code, bytes_of(&plan->priors), plan->input_bytes, name, c);
    if (status == OCK_OK && info->layouts != NULL) {
        status = ock_regions_decode(info->layouts, info->layouts_bytes, plan->input_bytes, name,
                                    &c->layouts);
    }
    if (status == OCK_OK) {
        status = place_layouts(c);
    }
    return status != OCK_OK ? status : check_lengths(c, plan, name);
}

/* ---- ranks ---- */

typedef struct lengths {
    uint64_t prior_bytes, input_bytes, lists[2];
} lengths;

static ock_status make_room(ock_condensed *c, const lengths *l)
{
    for (size_t i = 0; i < 2; i++) {
        c->code[i].count = (size_t)l->lists[i];
        c->code[i].bytes = malloc(c->code[i].count + 1);
        if (c->code[i].bytes == NULL) {
            return ock_fail_memory(l->lists[i], "the lists of repeats and transforms");
        }
    }
    return OCK_OK;
}

ock_status ock_condensed_share(ock_comm *comm, ock_condensed *c)
{
    const bool root = ock_comm_rank(comm) == 0;
    lengths l = {
        c->repeats.prior_bytes, c->repeats.input_bytes, {c->code[0].count, c->code[1].count}};
    ock_status status = ock_comm_bcast(comm, &l, sizeof l);
    if (status == OCK_OK) {
        status = ock_comm_agree(comm, root ? OCK_OK : make_room(c, &l));
    }
    for (size_t i = 0; i < 2 && status == OCK_OK; i++) {
        status = l.lists[i] > 0 ? ock_comm_bcast(comm, c->code[i].bytes, c->code[i].count) : OCK_OK;
    }
    if (status == OCK_OK) {
        status = ock_comm_agree(
            comm,
            root ? OCK_OK : decode_lists(c->code, l.prior_bytes, l.input_bytes, "the input", c));
    }
    return status;
}

/* All ranks get rank 0's layouts of lanes. Collective. */
static ock_status share_layouts(ock_comm *comm, ock_condensed *c)
{
    const bool root = ock_comm_rank(comm) == 0;
    ock_regions *regions = &c->lane_layouts;
    uint64_t count = regions->count;
    ock_status status = ock_comm_bcast(comm, &count, sizeof count);
    const size_t bytes = (size_t)count * sizeof *regions->of;
    if (status == OCK_OK && !root && count > 0) {
        ock_regions_free(regions);
        regions->of = malloc(bytes);
        regions->count = regions->room = regions->of != NULL ? (size_t)count : 0;
        status = regions->of != NULL ? OCK_OK : ock_fail_memory(bytes, "the list of layouts");
    }
    status = ock_comm_agree(comm, status);
    return status != OCK_OK || count == 0 ? status : ock_comm_bcast(comm, regions->of, bytes);
}

ock_status ock_condensed_lay(ock_condensed *c, ock_codec *codec)
{
    ock_status status = share_layouts(codec->comm, c);
    ock_lane_layouts_free(&c->laid);
    if (status == OCK_OK) {
        status = ock_comm_agree(
            codec->comm, ock_lane_layouts_make(&c->lane_layouts, &codec->plan.map, &c->laid));
    }
    codec->laid = c->laid.lanes;
    return status;
}

void ock_condensed_clear(ock_condensed *c)
{
    ock_lane_layouts_free(&c->laid);
    ock_repeats_free(&c->repeats);
    ock_transforms_free(&c->transforms);
    ock_regions_free(&c->layouts);
    ock_regions_free(&c->lane_layouts);
    for (size_t i = 0; i < sizeof c->code / sizeof c->code[0]; i++) {
        free(c->code[i].bytes);
    }
    *c = (ock_condensed){.repeats = {.of = NULL}};
}

/* ---- what others want to know ---- */

bool ock_condensed_is_rewritten(const ock_condensed *c)
{
    return c->transforms.count > 0;
}

bool ock_condensed_differs(const ock_condensed *c)
{
    return c->repeats.count > 0 || ock_condensed_is_rewritten(c);
}

ock_stream_part ock_condensed_origin(const ock_condensed *c, uint64_t at)
{
    const ock_stream_part part = ock_transforms_origin(&c->transforms, at);
    return (ock_stream_part){ock_repeats_place(&c->repeats, part.begin).offset,
                             ock_repeats_place(&c->repeats, part.end - 1).offset + 1};
}

static uint64_t place_of(const void *condensed, uint64_t at)
{
    return ock_condensed_origin(condensed, at).begin;
}

void ock_condensed_tell_places(const ock_condensed *c, ock_encode_port *port)
{
    ock_encode_port_use_places(port, place_of, c);
}

void ock_condensed_describe(ock_condensed *c, ock_container_info *info)
{
    info->repeats = c->code[0].bytes;
    info->repeats_bytes = c->code[0].count;
    info->transforms = c->code[1].bytes;
    info->transforms_bytes = c->code[1].count;
    info->layouts = c->code[2].bytes;
    info->layouts_bytes = c->code[2].count;
    c->code[0].bytes = c->code[1].bytes = c->code[2].bytes = NULL;
}

void ock_condensed_digest(const ock_container_info *info, uint8_t digest[OCK_DIGEST_BYTES])
{
    ock_digest both;
    memcpy(digest, info->input_digest, OCK_DIGEST_BYTES);
    if (info->layouts != NULL) {
        ock_digest_start(&both);
        ock_digest_update(&both, digest, OCK_DIGEST_BYTES);
        ock_digest_update(&both, info->layouts, info->layouts_bytes);
        ock_digest_finish(&both, digest);
    }
}

/* Each list is left out of the way where it is empty. */
ock_source ock_condensed_source(ock_condensed *c, const ock_source *input)
{
    c->rest = (ock_rest){.repeats = &c->repeats, .input = *input};
    const ock_source rest = c->repeats.count > 0 ? ock_rest_source(&c->rest) : *input;
    c->turned = (ock_turned){.list = &c->transforms, .stream = rest};
    return ock_condensed_is_rewritten(c) ? ock_turned_source(&c->turned) : rest;
}

static ock_target rest_target(const ock_condensed *c, ock_rest *rest, const ock_target *output)
{
    *rest = (ock_rest){.repeats = &c->repeats, .output = *output};
    return c->repeats.count > 0 ? ock_rest_target(rest) : *output;
}

ock_target ock_condensed_target(ock_condensed *c, const ock_target *output)
{
    const ock_target rest = rest_target(c, &c->rest, output);
    c->turned = (ock_turned){.list = &c->transforms, .output = rest};
    return ock_condensed_is_rewritten(c) ? ock_turned_target(&c->turned) : rest;
}

static ock_status read_priors(void *context, uint64_t at, void *bytes, size_t count)
{
    return ock_priors_read(context, at, bytes, count);
}

/* One prior of several, without what is left out of it. */
typedef struct studied {
    ock_source parts; /* of all */
    uint64_t begin;   /* of this one, there */
} studied;

static ock_status read_studied(void *context, uint64_t at, void *bytes, size_t count)
{
    const studied *s = context;
    return s->parts.read_at(s->parts.context, s->begin + at, bytes, count);
}

/* Collective. from: rank 0's; NULL elsewhere. */
static ock_status study_all(ock_codec *codec, studied *from)
{
    const ock_prior_names *names = &codec->plan.priors;
    const ock_source source = {read_studied, from};
    ock_status status = OCK_OK;
    for (uint32_t i = 0; i < names->count && status == OCK_OK; i++) {
        status = ock_study(codec, from != NULL ? &source : NULL, names->of[i].studied);
        if (from != NULL) {
            from->begin += names->of[i].studied;
        }
    }
    return status;
}

ock_status ock_condensed_study(const ock_condensed *c, const ock_priors *priors, ock_codec *codec)
{
    ock_repeats parts = {.of = NULL};
    ock_rest rest = {.repeats = &parts, .input = {read_priors, (void *)priors}};
    studied from = {.parts = ock_rest_source(&rest)};
    const bool root = ock_comm_rank(codec->comm) == 0;
    if (codec->plan.priors.count == 0) {
        return OCK_OK;
    }
    ock_status status =
        ock_comm_agree(codec->comm, root ? ock_repeats_study(&c->repeats, &parts) : OCK_OK);
    if (status == OCK_OK) {
        status = study_all(codec, root ? &from : NULL);
    }
    if (status == OCK_OK) {
        status = ock_comm_agree(codec->comm, root ? ock_priors_check_unchanged(priors) : OCK_OK);
    }
    ock_repeats_free(&parts);
    return status;
}

ock_status ock_condensed_restore(const ock_condensed *c, const ock_priors *priors,
                                 const ock_target *output)
{
    const ock_source before = {read_priors, (void *)priors};
    ock_rest behind;
    const ock_target rest = rest_target(c, &behind, output);
    ock_status status = ock_turned_restore(&c->transforms, &rest);
    return status != OCK_OK ? status : ock_rest_fill(&c->repeats, &before, output);
}

ock_status ock_condensed_check(const ock_condensed *c, const ock_priors *priors, ock_input *input,
                               const char *name)
{
    text all = {priors, c->repeats.prior_bytes, input};
    const ock_source source = {read_text, &all};
    ock_rest behind = {.repeats = &c->repeats, .input = ock_input_source(input)};
    const ock_source rest = ock_rest_source(&behind);
    ock_status status = ock_rest_check(&c->repeats, &source, name);
    return status != OCK_OK ? status : ock_turned_check(&c->transforms, &rest, name);
}
