/* SPDX-License-Identifier: MIT */
/* repeat_code.c - what of a repeat is coded, and how distances are said. */
#include "repeats/repeat_code.h"

#include <string.h>

#include "coder/list_code.h"

enum { RECENT = 4, KIND_BITS = 3 };

/* Where a source lies: as far back as recent[0 .. 3], farther or nearer than recent[0], or anywhere. */
enum { FARTHER = RECENT, NEARER, ANYWHERE, KINDS };

typedef struct models {
    ock_number_model gaps, lengths, distances, shifts;
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

static coding start(ock_repeats *to, const ock_repeats *from)
{
    coding c = {.from = from, .to = to};
    ock_models_start(&c.m, sizeof c.m);
    return c;
}

static ock_status put_repeat(ock_list_coder *list, void *context, uint64_t i)
{
    coding *c = context;
    const ock_repeats *repeats = c->from;
    const ock_repeat *r = &repeats->of[i];
    spoken s = {r->target - ock_repeats_end(repeats, (size_t)i), r->length,
                repeats->prior_bytes + r->target - r->source};
    c->list = list;
    return code_repeat(c, &s);
}

ock_status ock_repeats_encode(const ock_repeats *repeats, uint8_t **bytes, size_t *count)
{
    coding c = start(NULL, repeats);
    return ock_list_encode(repeats->count, put_repeat, &c, bytes, count);
}

/* Sums that wrap around make no repeat that the list allows. */
static ock_status take_repeat(ock_list_coder *list, void *context, uint64_t i)
{
    coding *c = context;
    ock_repeats *repeats = c->to;
    spoken s = {0, 0, 0};
    c->list = list;
    ock_status status = code_repeat(c, &s);
    if (status != OCK_OK) {
        return status;
    }
    const uint64_t target = ock_repeats_end(repeats, (size_t)i) + s.gap;
    const uint64_t source = repeats->prior_bytes + target - s.distance;
    if (!ock_repeats_allow(repeats, target, source, s.length)) {
        return ock_fail(OCK_BAD_DATA, "one is out of range");
    }
    return ock_repeats_append(repeats, target, source, s.length);
}

ock_status ock_repeats_decode(const uint8_t *bytes, size_t count, uint64_t prior_bytes,
                              uint64_t input_bytes, const char *name, ock_repeats *repeats)
{
    coding c = start(repeats, NULL);
    ock_repeats_start(repeats, prior_bytes, input_bytes);
    return ock_list_decode(bytes, count, OCK_MAX_REPEATS, take_repeat, &c, name, "repeats");
}
