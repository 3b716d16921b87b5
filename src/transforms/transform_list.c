/* SPDX-License-Identifier: MIT */
/* transform_list.c - what of a transform is coded: little where it is like the last one of its kind. */
#include "transforms/transform_list.h"

#include "coder/list_code.h"

enum { KIND_BITS = 3, SHAPE_BITS = 2 };

typedef struct models {
    ock_number_model gaps, lengths, widths;
    ock_bit_model kinds[1 << KIND_BITS], line_ends[1 << SHAPE_BITS], details[1 << SHAPE_BITS];
} models;

typedef struct coding {
    ock_list_coder *list;
    models m;
    uint64_t widths[1 << KIND_BITS]; /* of the last of each kind */
    const ock_transforms *from;      /* encoding */
    ock_transforms *to;              /* decoding */
} coding;

/* Widths that are as before are 0. */
static ock_status code_shape(coding *c, unsigned kind, uint64_t *width, unsigned *line_end,
                             unsigned *detail)
{
    const uint64_t last = c->widths[kind];
    uint64_t told = *width == last ? 0 : *width + 1;
    ock_status status = ock_list_number(c->list, &c->m.widths, &told);
    *width = told == 0 ? last : told - 1;
    c->widths[kind] = *width;
    if (status == OCK_OK) {
        status = ock_list_tree(c->list, c->m.line_ends, SHAPE_BITS, line_end);
    }
    return status != OCK_OK ? status : ock_list_tree(c->list, c->m.details, SHAPE_BITS, detail);
}

/* gap: from the end of the one before. What comes from outside may be impossible. */
static ock_status code_transform(coding *c, uint64_t *gap, ock_transform *t)
{
    unsigned kind = t->kind, line_end = t->line_end, detail = t->detail;
    uint64_t width = t->width;
    ock_status status = ock_list_number(c->list, &c->m.gaps, gap);
    if (status == OCK_OK) {
        status = ock_list_number(c->list, &c->m.lengths, &t->length);
    }
    if (status == OCK_OK) {
        status = ock_list_tree(c->list, c->m.kinds, KIND_BITS, &kind);
    }
    if (status == OCK_OK && kind <= OCK_WRAPPED) {
        status = code_shape(c, kind, &width, &line_end, &detail);
    }
    if (status == OCK_OK && width > OCK_MAX_TEXT_WIDTH) {
        status = ock_fail(OCK_BAD_DATA, "too long a line");
    }
    t->kind = (uint8_t)kind;
    t->width = (uint32_t)width;
    t->line_end = (uint8_t)line_end;
    t->detail = (uint8_t)detail;
    return status;
}

static coding start(ock_transforms *to, const ock_transforms *from)
{
    coding c = {.from = from, .to = to};
    ock_models_start(&c.m, sizeof c.m);
    return c;
}

static ock_status put_one(ock_list_coder *list, void *context, uint64_t i)
{
    coding *c = context;
    ock_transform t = c->from->of[i];
    uint64_t gap = t.begin - ock_transforms_end(c->from, (size_t)i);
    c->list = list;
    return code_transform(c, &gap, &t);
}

ock_status ock_transforms_encode(const ock_transforms *list, uint8_t **coded, size_t *count)
{
    coding c = start(NULL, list);
    return ock_list_encode(list->count, put_one, &c, coded, count);
}

/* A sum that wraps around makes no transform that the list allows. */
static ock_status take_one(ock_list_coder *list, void *context, uint64_t i)
{
    coding *c = context;
    uint64_t gap = 0;
    ock_transform t = {.kind = 0};
    c->list = list;
    ock_status status = code_transform(c, &gap, &t);
    if (status != OCK_OK) {
        return status;
    }
    t.begin = ock_transforms_end(c->to, (size_t)i) + gap;
    return ock_transforms_allow(c->to, &t) ? ock_transforms_append(c->to, &t)
                                           : ock_fail(OCK_BAD_DATA, "one is out of range");
}

ock_status ock_transforms_decode(const uint8_t *coded, size_t count, uint64_t bytes,
                                 const char *name, ock_transforms *list)
{
    coding c = start(list, NULL);
    ock_transforms_start(list, bytes);
    return ock_list_decode(coded, count, OCK_MAX_TRANSFORMS, take_one, &c, name, "transforms");
}
