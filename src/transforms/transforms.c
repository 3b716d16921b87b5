/* SPDX-License-Identifier: MIT */
/* transforms.c - the list of transforms, and where what they make lies. */
#include "transforms/transforms.h"

#include <stdlib.h>

#include "base/grow.h"
#include "base/search.h"

void ock_transforms_start(ock_transforms *list, uint64_t bytes)
{
    *list = (ock_transforms){.bytes = bytes};
}

void ock_transforms_free(ock_transforms *list)
{
    free(list->of);
    *list = (ock_transforms){.of = NULL};
}

const char *ock_transform_name(unsigned kind)
{
    static const char *const names[] = {"base64", "hex", "wrapped", "x86", "arm64"};
    return names[kind];
}

uint64_t ock_transforms_end(const ock_transforms *list, size_t count)
{
    return count == 0 ? 0 : list->of[count - 1].begin + list->of[count - 1].length;
}

/* ---- lengths ---- */

ock_text_group ock_text_group_of(unsigned kind)
{
    static const ock_text_group groups[] = {
        [OCK_BASE64] = {4, 3}, [OCK_HEX] = {2, 1}, [OCK_WRAPPED] = {1, 1}};
    return groups[kind];
}

uint64_t ock_transform_offset(const ock_transform *t, uint64_t character)
{
    return character + (t->width == 0 ? 0 : character / t->width * t->line_end);
}

static uint64_t line_ends(const ock_transform *t)
{
    return t->width == 0 ? 0 : (t->length - 1) / (t->width + t->line_end);
}

uint64_t ock_transform_characters(const ock_transform *t)
{
    return t->length - t->line_end * line_ends(t);
}

uint64_t ock_transform_made(const ock_transform *t)
{
    if (t->kind > OCK_WRAPPED) {
        return t->length;
    }
    const ock_text_group group = ock_text_group_of(t->kind);
    return ock_transform_characters(t) / group.characters * group.bytes -
           (t->kind == OCK_BASE64 ? t->detail : 0);
}

static uint64_t saved_by(const ock_transforms *list, size_t count)
{
    if (count == 0) {
        return 0;
    }
    const ock_transform *last = &list->of[count - 1];
    return last->saved + last->length - ock_transform_made(last);
}

uint64_t ock_transforms_made(const ock_transforms *list)
{
    return list->bytes - saved_by(list, list->count);
}

/* ---- what may stand in a list ---- */

/* The last line has a character, and no more than others. */
static bool has_lines(const ock_transform *t)
{
    if (t->width == 0) {
        return t->line_end == 0;
    }
    const uint64_t line = t->width + t->line_end;
    return t->width <= OCK_MAX_TEXT_WIDTH && (t->line_end == 1 || t->line_end == 2) &&
           t->length > t->width && (t->length - 1) % line < t->width;
}

static bool has_whole_groups(const ock_transform *t)
{
    const unsigned group = ock_text_group_of(t->kind).characters;
    return ock_transform_characters(t) % group == 0 && t->width % group == 0;
}

static bool is_possible(const ock_transform *t)
{
    static const uint8_t most_detail[OCK_TRANSFORM_KINDS] = {[OCK_BASE64] = 2, [OCK_HEX] = 1};
    if (t->kind >= OCK_TRANSFORM_KINDS || t->detail > most_detail[t->kind]) {
        return false;
    }
    return t->kind > OCK_WRAPPED ? t->width == 0 && t->line_end == 0
                                 : has_lines(t) && has_whole_groups(t);
}

bool ock_transforms_allow(const ock_transforms *list, const ock_transform *t)
{
    return t->begin >= ock_transforms_end(list, list->count) && t->begin <= list->bytes &&
           t->length > 0 && t->length <= list->bytes - t->begin && is_possible(t);
}

ock_status ock_transforms_append(ock_transforms *list, const ock_transform *transform)
{
    if (!ock_transforms_allow(list, transform)) {
        return ock_fail(OCK_INTERNAL, "a transform that is out of order or range");
    }
    if (list->count == OCK_MAX_TRANSFORMS) {
        return ock_fail(OCK_ENVIRONMENT, "more than %d transforms", (int)OCK_MAX_TRANSFORMS);
    }
    const uint64_t saved = saved_by(list, list->count);
    ock_status status = ock_grow((void **)&list->of, list->count, &list->room, sizeof *list->of,
                                 "the list of transforms");
    if (status == OCK_OK) {
        list->of[list->count] = *transform;
        list->of[list->count++].saved = saved;
    }
    return status;
}

/* ---- places ---- */

/* Whether a span begins at this byte of what is made or before it. */
static bool begins_by(const void *span, uint64_t at)
{
    const ock_transform *t = span;
    return t->begin - t->saved <= at;
}

ock_made_place ock_transforms_place(const ock_transforms *list, uint64_t at)
{
    const size_t count = ock_count_before(list->of, list->count, sizeof *list->of, begins_by, at);
    if (count > 0) {
        const ock_transform *t = &list->of[count - 1];
        const uint64_t within = at - (t->begin - t->saved), made = ock_transform_made(t);
        if (within < made) {
            return (ock_made_place){t, within, made - within};
        }
    }
    const uint64_t offset = at + saved_by(list, count);
    const uint64_t end = count < list->count ? list->of[count].begin : list->bytes;
    return (ock_made_place){NULL, offset, end - offset};
}

ock_stream_part ock_transforms_origin(const ock_transforms *list, uint64_t at)
{
    const ock_made_place place = ock_transforms_place(list, at);
    const ock_transform *t = place.in;
    if (t == NULL) {
        return (ock_stream_part){place.within, place.within + 1};
    }
    if (t->kind <= OCK_WRAPPED) {
        const ock_text_group group = ock_text_group_of(t->kind);
        const uint64_t first = place.within / group.bytes * group.characters;
        return (ock_stream_part){t->begin + ock_transform_offset(t, first),
                                 t->begin + ock_transform_offset(t, first + group.characters - 1) +
                                     1};
    }
    const uint64_t begin = place.within / OCK_TRANSFORM_BLOCK * OCK_TRANSFORM_BLOCK;
    const uint64_t left = t->length - begin;
    const uint64_t count = left < OCK_TRANSFORM_BLOCK ? left : OCK_TRANSFORM_BLOCK;
    return (ock_stream_part){t->begin + begin, t->begin + begin + count};
}
