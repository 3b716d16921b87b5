/* spans.c - the list of spans. */
#include "layouts/spans.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

void ock_spans_free(ock_spans *spans)
{
    free(spans->of);
    *spans = (ock_spans){.of = NULL};
}

static uint64_t end_of(const ock_span *span)
{
    return span->begin + span->length;
}

uint64_t ock_spans_end(const ock_spans *spans, size_t count)
{
    return count == 0 ? 0 : end_of(&spans->of[count - 1]);
}

bool ock_shape_is_sound(const ock_shape *s, uint64_t length)
{
    const bool width =
        s->width == 1 || s->width == 2 || s->width == 3 || s->width == 4 || s->width == 8;
    const bool type = s->type < OCK_SPAN_REAL || (s->type == OCK_SPAN_WHOLE && s->width == 4) ||
                      (s->type == OCK_SPAN_REAL && s->width != 1 && s->width != 3);
    const bool row = s->row == 0 ? s->plane == 0 : s->row > s->record && s->row < length;
    return s->kind < OCK_SPAN_KINDS && width && type && s->big <= (s->width > 1) &&
           s->record >= s->width && s->record <= length && row &&
           (s->plane == 0 || (s->plane > s->row && s->plane < length));
}

bool ock_spans_allow(const ock_spans *spans, const ock_span *s, uint64_t bytes)
{
    const uint64_t least = ock_spans_end(spans, spans->count);
    return s->begin >= least && s->begin <= bytes && s->length > 0 &&
           s->length <= bytes - s->begin && ock_shape_is_sound(&s->shape, s->length);
}

ock_status ock_spans_append(ock_spans *spans, const ock_span *span)
{
    if (spans->count == OCK_MAX_SPANS) {
        return ock_fail(OCK_ENVIRONMENT, "more than %d spans of known layout", (int)OCK_MAX_SPANS);
    }
    ock_status status = ock_grow((void **)&spans->of, spans->count, &spans->room, sizeof *spans->of,
                                 "the list of layouts");
    if (status == OCK_OK) {
        spans->of[spans->count++] = *span;
    }
    return status;
}

/* ---- settling ---- */

/* By begin; of equal ones the longer one first. */
static int compare(const void *a, const void *b)
{
    const ock_span *x = a, *y = b;
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    return x->length != y->length ? (x->length > y->length ? -1 : 1)
                                  : memcmp(&x->shape, &y->shape, sizeof x->shape);
}

static void clip(ock_span *s, uint64_t bytes)
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

static bool goes_on(const ock_span *before, const ock_span *s)
{
    const ock_shape *shape = &before->shape;
    const uint64_t period = shape->row > 0 ? shape->row : shape->record;
    return end_of(before) == s->begin && before->length % period == 0 &&
           memcmp(shape, &s->shape, sizeof *shape) == 0;
}

void ock_spans_settle(ock_spans *spans, size_t first, uint64_t bytes)
{
    const size_t end = spans->count;
    if (first < end) {
        qsort(spans->of + first, end - first, sizeof *spans->of, compare);
    }
    spans->count = first;
    for (size_t i = first; i < end; i++) {
        ock_span s = spans->of[i];
        clip(&s, bytes);
        ock_span *last = spans->count > 0 ? &spans->of[spans->count - 1] : NULL;
        if (!ock_spans_allow(spans, &s, bytes)) {
            continue;
        }
        if (last != NULL && goes_on(last, &s)) {
            last->length += s.length;
        } else {
            spans->of[spans->count++] = s;
        }
    }
}

bool ock_spans_equal(const ock_spans *a, const ock_spans *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->of, b->of, a->count * sizeof *a->of) == 0);
}

/* ---- looking up ---- */

/* How many spans begin at `offset` or before it. */
static size_t count_begun(const ock_spans *spans, uint64_t offset)
{
    size_t low = 0, high = spans->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (spans->of[middle].begin <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const ock_span *ock_spans_at(const ock_spans *spans, uint64_t offset, uint64_t *end)
{
    const size_t begun = count_begun(spans, offset);
    const ock_span *s = begun > 0 ? &spans->of[begun - 1] : NULL;
    if (s != NULL && offset < end_of(s)) {
        *end = end_of(s);
        return s;
    }
    *end = begun < spans->count ? spans->of[begun].begin : UINT64_MAX;
    return NULL;
}

void ock_span_layout(const ock_span *span, uint64_t at, ock_layout *l)
{
    const ock_shape *s = &span->shape;
    const bool far = s->record > OCK_RECORD_MAX;
    ock_layout_start(l);
    l->width = s->width;
    l->big = s->big;
    l->real = s->type == OCK_SPAN_REAL ? 1 : s->type == OCK_SPAN_WHOLE ? OCK_WHOLE : 0;
    l->record = far ? s->width : s->record;
    l->row = s->row > 0 || !far ? s->row : s->record;
    if (l->row > OCK_ROW_MAX || l->row <= l->record) {
        l->row = 0;
    }
    const uint64_t gone = (at - span->begin + span->phase) % s->record % l->record;
    l->offset = (l->record - gone) % l->record;
}

/* ---- parts ---- */

static bool goes_on_in_parts(const ock_span *before, const ock_span *s)
{
    return end_of(before) == s->begin && before->phase + before->length == s->phase &&
           memcmp(&before->shape, &s->shape, sizeof s->shape) == 0;
}

static ock_status append_part(ock_spans *to, const ock_span *part)
{
    ock_span *last = to->count > 0 ? &to->of[to->count - 1] : NULL;
    if (last != NULL && goes_on_in_parts(last, part)) {
        last->length += part->length;
        return OCK_OK;
    }
    return ock_spans_append(to, part);
}

ock_status ock_spans_cut(const ock_spans *spans, uint64_t begin, uint64_t length, uint64_t at,
                         ock_spans *to)
{
    const uint64_t end = begin + length;
    ock_status status = OCK_OK;
    for (uint64_t from = begin, stop = 0; from < end && status == OCK_OK; from = stop) {
        const ock_span *s = ock_spans_at(spans, from, &stop);
        stop = stop < end ? stop : end;
        if (s != NULL) {
            const ock_span part = {at + from - begin, stop - from, s->phase + from - s->begin,
                                   s->shape};
            status = append_part(to, &part);
        }
    }
    return status;
}
