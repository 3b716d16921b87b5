/* SPDX-License-Identifier: MIT */
/* repeat_code.c - what of a repeat is coded, and how distances are said. */
#include "repeats/repeat_code.h"

#include <stdlib.h>
#include <string.h>

#include "coder/list_code.h"

enum { RECENT = 4, KIND_BITS = 3 };

/* Where a source lies: as far back as recent[0 .. 3], farther or nearer than recent[0], or anywhere. */
enum { FARTHER = RECENT, NEARER, ANYWHERE, KINDS };

typedef struct models {
    ock_number_model repeats, gaps, lengths, distances, shifts;
    ock_bit_model kinds[1 << KIND_BITS];
} models;

typedef struct coding {
    ock_list_coder *list;
    models m;
    uint64_t recent[RECENT]; /* distances, the last one first */
    const ock_repeats *from; /* encoding */
    ock_repeats *to;         /* decoding */
} coding;

/* The cheapest way to say a distance; *extra is the number that goes with it. */
static unsigned kind_of(const coding *c, uint64_t distance, uint64_t *extra)
{
    for (unsigned i = 0; i < RECENT; i++) {
        if (c->recent[i] == distance) {
            return i;
        }
    }
    const bool farther = distance > c->recent[0];
    const uint64_t shift = farther ? distance - c->recent[0] : c->recent[0] - distance;
    const bool near = ock_bits_of(shift) + 2 < ock_bits_of(distance);
    *extra = near ? shift - 1 : distance - 1;
    return near ? (farther ? FARTHER : NEARER) : ANYWHERE;
}

/* The distance goes to the front; those before where it was move up by one. */
static void remember(coding *c, uint64_t distance)
{
    unsigned at = 0;
    while (at < RECENT - 1 && c->recent[at] != distance) {
        at++;
    }
    memmove(c->recent + 1, c->recent, at * sizeof c->recent[0]);
    c->recent[0] = distance;
}

/* Wraps around where bytes from outside say so: what comes out is then refused. */
static uint64_t distance_of(const coding *c, unsigned kind, uint64_t extra)
{
    switch (kind) {
    case FARTHER:
        return c->recent[0] + extra + 1;
    case NEARER:
        return c->recent[0] - extra - 1;
    case ANYWHERE:
        return extra + 1;
    default:
        return c->recent[kind];
    }
}

static ock_status code_distance(coding *c, uint64_t *distance)
{
    uint64_t extra = 0;
    unsigned kind = c->list->decode ? 0 : kind_of(c, *distance, &extra);
    ock_status status = ock_list_tree(c->list, c->m.kinds, KIND_BITS, &kind);
    if (status == OCK_OK && kind >= KINDS) {
        status = ock_fail(OCK_BAD_DATA, "a source of an unknown kind");
    }
    if (status == OCK_OK && kind >= RECENT) {
        status =
            ock_list_number(c->list, kind == ANYWHERE ? &c->m.distances : &c->m.shifts, &extra);
    }
    if (status == OCK_OK) {
        *distance = distance_of(c, kind, extra);
        remember(c, *distance);
    }
    return status;
}

/* What is coded of a repeat; any of it may be impossible where it comes from outside. */
typedef struct spoken {
    uint64_t gap, length, distance;
} spoken;

static ock_status code_repeat(coding *c, spoken *s)
{
    ock_status status = ock_list_number(c->list, &c->m.gaps, &s->gap);
    if (status == OCK_OK) {
        status = ock_list_number(c->list, &c->m.lengths, &s->length);
    }
    return status != OCK_OK ? status : code_distance(c, &s->distance);
}

static coding *start(void)
{
    coding *c = calloc(1, sizeof *c);
    if (c != NULL) {
        ock_models_start(&c->m, sizeof c->m);
    }
    return c;
}

static ock_status put_all(ock_list_coder *list, void *context)
{
    coding *c = context;
    const ock_repeats *repeats = c->from;
    uint64_t count = repeats->count;
    c->list = list;
    ock_status status = ock_list_number(list, &c->m.repeats, &count);
    for (size_t i = 0; i < repeats->count && status == OCK_OK; i++) {
        const ock_repeat *r = &repeats->of[i];
        spoken s = {r->target - ock_repeats_end(repeats, i), r->length,
                    repeats->prior_bytes + r->target - r->source};
        status = code_repeat(c, &s);
    }
    return status;
}

ock_status ock_repeats_encode(const ock_repeats *repeats, uint8_t **bytes, size_t *count)
{
    *bytes = NULL;
    *count = 0;
    if (repeats->count == 0) {
        return OCK_OK;
    }
    coding *c = start();
    if (c == NULL) {
        return ock_fail_memory(sizeof *c, "the code of the repeats");
    }
    c->from = repeats;
    ock_status status = ock_list_encode(put_all, c, bytes, count);
    free(c);
    return status;
}

/* Sums that wrap around make no repeat that the list allows. */
static ock_status take_repeat(coding *c)
{
    ock_repeats *repeats = c->to;
    spoken s = {0, 0, 0};
    ock_status status = code_repeat(c, &s);
    if (status != OCK_OK) {
        return status;
    }
    const uint64_t target = ock_repeats_end(repeats, repeats->count) + s.gap;
    const uint64_t source = repeats->prior_bytes + target - s.distance;
    if (!ock_repeats_allow(repeats, target, source, s.length)) {
        return ock_fail(OCK_BAD_DATA, "one is out of range");
    }
    return ock_repeats_append(repeats, target, source, s.length);
}

static ock_status take_all(ock_list_coder *list, void *context)
{
    coding *c = context;
    uint64_t count = 0;
    c->list = list;
    ock_status status = ock_list_number(list, &c->m.repeats, &count);
    if (status == OCK_OK && (count < 1 || count > OCK_MAX_REPEATS)) {
        status = ock_fail(OCK_BAD_DATA, "there are none or too many");
    }
    for (uint64_t i = 0; i < count && status == OCK_OK; i++) {
        status = take_repeat(c);
    }
    return status;
}

ock_status ock_repeats_decode(const uint8_t *bytes, size_t count, uint64_t prior_bytes,
                              uint64_t input_bytes, const char *name, ock_repeats *repeats)
{
    coding *c = start();
    ock_repeats_start(repeats, prior_bytes, input_bytes);
    if (c == NULL) {
        return ock_fail_memory(sizeof *c, "the code of the repeats");
    }
    c->to = repeats;
    ock_status status = ock_list_decode(bytes, count, take_all, c, name, "repeats");
    free(c);
    return status;
}
