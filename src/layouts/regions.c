/* SPDX-License-Identifier: MIT */
/* regions.c - the list of regions. */
#include "layouts/regions.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/search.h"

void ock_regions_free(ock_regions *regions)
{
    free(regions->of);
    *regions = (ock_regions){.of = NULL};
}

static uint64_t end_of(const ock_region *region)
{
    return region->begin + region->length;
}

uint64_t ock_regions_end(const ock_regions *regions, size_t count)
{
    return count == 0 ? 0 : end_of(&regions->of[count - 1]);
}

bool ock_shape_is_sound(const ock_shape *s, uint64_t length)
{
    const bool width =
        s->width == 1 || s->width == 2 || s->width == 3 || s->width == 4 || s->width == 8;
    const bool type =
        s->type < OCK_REGION_REAL ||
        (s->type >= OCK_REGION_WHOLE && s->type < OCK_REGION_TYPES && s->width == 4) ||
        (s->type == OCK_REGION_REAL && s->width != 1 && s->width != 3);
    const bool row = s->row == 0 ? s->plane == 0 : s->row > s->record && s->row < length;
    const bool kind =
        s->kind < OCK_REGION_TRIANGLES ||
        (s->kind == OCK_REGION_TRIANGLES && s->width == 4 && s->record >= OCK_TRIANGLE_BYTES);
    return kind && width && type && s->big <= (s->width > 1) && s->record >= s->width &&
           s->record <= length && row &&
           (s->plane == 0 || (s->plane > s->row && s->plane < length));
}

bool ock_regions_allow(const ock_regions *regions, const ock_region *s, uint64_t bytes)
{
    const uint64_t least = ock_regions_end(regions, regions->count);
    return s->begin >= least && s->begin <= bytes && s->length > 0 &&
           s->length <= bytes - s->begin && ock_shape_is_sound(&s->shape, s->length);
}

ock_status ock_regions_append(ock_regions *regions, const ock_region *region)
{
    if (regions->count == OCK_MAX_REGIONS) {
        return ock_fail(OCK_ENVIRONMENT, "more than %d regions of known layout",
                        (int)OCK_MAX_REGIONS);
    }
    ock_status status = ock_grow((void **)&regions->of, regions->count, &regions->room,
                                 sizeof *regions->of, "the list of layouts");
    if (status == OCK_OK) {
        regions->of[regions->count++] = *region;
    }
    return status;
}

/* ---- settling ---- */

/* By begin; of equal ones the longer one first. */
static int compare(const void *a, const void *b)
{
    const ock_region *x = a, *y = b;
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    return x->length != y->length ? (x->length > y->length ? -1 : 1)
                                  : memcmp(&x->shape, &y->shape, sizeof x->shape);
}

static void clip(ock_region *s, uint64_t bytes)
{
    const uint64_t left = s->begin < bytes ? bytes - s->begin : 0;
    s->length = s->length < left ? s->length : left;
    if (s->shape.row >= s->length) {
        s->shape.row = 0;
    }
    if (s->shape.row == 0 || s->shape.plane <= s->shape.row || s->shape.plane >= s->length) {
        s->shape.plane = 0;
    }
}

static bool goes_on(const ock_region *before, const ock_region *s)
{
    const ock_shape *shape = &before->shape;
    const uint64_t period = shape->row > 0 ? shape->row : shape->record;
    return end_of(before) == s->begin && before->length % period == 0 &&
           memcmp(shape, &s->shape, sizeof *shape) == 0;
}

void ock_regions_settle(ock_regions *regions, size_t first, uint64_t bytes)
{
    const size_t end = regions->count;
    if (first < end) {
        qsort(regions->of + first, end - first, sizeof *regions->of, compare);
    }
    regions->count = first;
    for (size_t i = first; i < end; i++) {
        ock_region s = regions->of[i];
        clip(&s, bytes);
        ock_region *last = regions->count > 0 ? &regions->of[regions->count - 1] : NULL;
        if (!ock_regions_allow(regions, &s, bytes)) {
            continue;
        }
        if (last != NULL && goes_on(last, &s)) {
            last->length += s.length;
        } else {
            regions->of[regions->count++] = s;
        }
    }
}

bool ock_regions_equal(const ock_regions *a, const ock_regions *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->of, b->of, a->count * sizeof *a->of) == 0);
}

/* ---- looking up ---- */

static bool begins_by(const void *region, uint64_t offset)
{
    return ((const ock_region *)region)->begin <= offset;
}

const ock_region *ock_regions_at(const ock_regions *regions, uint64_t offset, uint64_t *end)
{
    const size_t begun =
        ock_count_before(regions->of, regions->count, sizeof *regions->of, begins_by, offset);
    const ock_region *s = begun > 0 ? &regions->of[begun - 1] : NULL;
    if (s != NULL && offset < end_of(s)) {
        *end = end_of(s);
        return s;
    }
    *end = begun < regions->count ? regions->of[begun].begin : UINT64_MAX;
    return NULL;
}

void ock_region_layout(const ock_region *region, uint64_t at, ock_layout *l)
{
    const ock_shape *s = &region->shape;
    const bool far = s->record > OCK_RECORD_MAX;
    ock_layout_start(l);
    l->width = s->width;
    l->big = s->big;
    l->real = ock_shape_real(s);
    l->record = far ? s->width : s->record;
    l->triangles = s->kind == OCK_REGION_TRIANGLES && !far;
    l->row = s->row > 0 || !far ? s->row : s->record;
    if (l->row > OCK_ROW_MAX || l->row <= l->record) {
        l->row = 0;
    }
    l->plane = l->row > 0 && ock_layout_reaches(s->plane, l->row) ? s->plane : 0;
    const uint64_t gone = (at - region->begin + region->phase) % s->record % l->record;
    l->offset = (l->record - gone) % l->record;
}

/* ---- parts ---- */

static bool goes_on_in_parts(const ock_region *before, const ock_region *s)
{
    return end_of(before) == s->begin && before->phase + before->length == s->phase &&
           memcmp(&before->shape, &s->shape, sizeof s->shape) == 0;
}

static ock_status append_part(ock_regions *to, const ock_region *part)
{
    ock_region *last = to->count > 0 ? &to->of[to->count - 1] : NULL;
    if (last != NULL && goes_on_in_parts(last, part)) {
        last->length += part->length;
        return OCK_OK;
    }
    return ock_regions_append(to, part);
}

ock_status ock_regions_cut(const ock_regions *regions, uint64_t begin, uint64_t length, uint64_t at,
                           ock_regions *to)
{
    const uint64_t end = begin + length;
    ock_status status = OCK_OK;
    for (uint64_t from = begin, stop = 0; from < end && status == OCK_OK; from = stop) {
        const ock_region *s = ock_regions_at(regions, from, &stop);
        stop = stop < end ? stop : end;
        if (s != NULL) {
            const ock_region part = {at + from - begin, stop - from, s->phase + from - s->begin,
                                     s->shape};
            status = append_part(to, &part);
        }
    }
    return status;
}
