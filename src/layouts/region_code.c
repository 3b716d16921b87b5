/* SPDX-License-Identifier: MIT */
/* region_code.c - regions as bytes: one walk for both directions.
 *
 * Of each region: how far it is from the end of the one before, its length, its shape. Regions that are the last one again,
 * with the same gap, are counted. Numbers are of seven bits a byte, the lowest first, the highest bit set on all but the last. */
#include "layouts/region_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands for a shape: one of the last ones, a new one, or that of regions which come again. */
enum { RECENT = 8, AGAIN };

typedef struct coding {
    FILE *to; /* encoding; else NULL */
    const uint8_t *at, *end;
    bool damaged;
    ock_shape recent[RECENT]; /* the last one first */
} coding;

static void code_byte(coding *c, uint8_t *byte)
{
    if (c->to != NULL) {
        c->damaged = c->damaged || fputc(*byte, c->to) == EOF;
        return;
    }
    c->damaged = c->damaged || c->at == c->end;
    *byte = c->damaged ? 0 : *c->at++;
}

static void code_number(coding *c, uint64_t *value)
{
    enum { LAST = 63 };
    uint64_t left = *value, made = 0;
    uint8_t byte = 128;
    for (unsigned shift = 0; byte >= 128; shift += 7, left >>= 7) {
        byte = (uint8_t)((left & 127) | (left > 127 ? 128 : 0));
        code_byte(c, &byte);
        c->damaged = c->damaged || (shift == LAST && byte > 1) || (shift > 0 && byte == 0);
        made |= (uint64_t)(byte & 127) << shift;
        byte = c->damaged ? 0 : byte;
    }
    *value = made;
}

static void code_new_shape(coding *c, ock_shape *s)
{
    uint64_t record = s->record;
    enum { FRACTION = OCK_REGION_WHOLE + 1 }; /* and which follows */
    const uint8_t named = s->type < FRACTION ? s->type : FRACTION;
    uint8_t fraction = (uint8_t)(s->type - named);
    uint8_t what = (uint8_t)(s->kind << 4 | named), width = (uint8_t)(s->big << 4 | s->width);
    code_byte(c, &what);
    if ((what & 15) == FRACTION) {
        code_byte(c, &fraction);
    }
    code_byte(c, &width);
    code_number(c, &record);
    code_number(c, &s->row);
    if (s->row > 0) {
        code_number(c, &s->plane);
    }
    s->kind = what >> 4;
    const unsigned type = (what & 15) + fraction;
    s->type = (uint8_t)type;
    s->big = width >> 4;
    s->width = width & 15;
    s->record = (uint32_t)record;
    c->damaged =
        c->damaged || record > UINT32_MAX || (what & 15) > FRACTION || type >= OCK_REGION_TYPES;
}

static uint8_t find_shape(const coding *c, const ock_shape *s)
{
    uint8_t which = 0;
    while (c->to != NULL && which < RECENT && memcmp(&c->recent[which], s, sizeof *s) != 0) {
        which++;
    }
    return which;
}

/* It goes to the front. */
static void code_shape(coding *c, ock_shape *s, uint64_t *again)
{
    uint8_t which = *again > 0 ? AGAIN : find_shape(c, s);
    code_byte(c, &which);
    if (which == AGAIN) {
        code_number(c, again);
        which = find_shape(c, s);
        code_byte(c, &which);
    }
    if (which >= RECENT) {
        c->damaged = c->damaged || which > RECENT;
        code_new_shape(c, s);
        which = RECENT - 1;
    } else {
        *s = c->recent[which];
    }
    memmove(c->recent + 1, c->recent, which * sizeof c->recent[0]);
    c->recent[0] = *s;
}

/* How many regions after number `first` are that one again. */
static uint64_t count_again(const ock_regions *regions, size_t first, uint64_t gap)
{
    const ock_region *const s = &regions->of[first];
    size_t i = first + 1;
    while (i < regions->count && regions->of[i].length == s->length &&
           regions->of[i].begin - ock_regions_end(regions, i) == gap &&
           memcmp(&regions->of[i].shape, &s->shape, sizeof s->shape) == 0) {
        i++;
    }
    return i - first - 1;
}

/* A region that begins `gap` after `from`, and how often it comes again. */
static void code_region(coding *c, uint64_t *gap, ock_region *s, uint64_t *again)
{
    code_number(c, gap);
    code_number(c, &s->length);
    code_shape(c, &s->shape, again);
}

ock_status ock_regions_encode(const ock_regions *regions, uint8_t **bytes, size_t *count)
{
    *bytes = NULL;
    *count = 0;
    if (regions->count == 0) {
        return OCK_OK;
    }
    coding c = {.to = open_memstream((char **)bytes, count)};
    for (size_t i = 0; i < regions->count && c.to != NULL; i++) {
        ock_region s = regions->of[i];
        uint64_t gap = s.begin - ock_regions_end(regions, i), again = count_again(regions, i, gap);
        code_region(&c, &gap, &s, &again);
        i += (size_t)again;
    }
    if (c.to != NULL && fclose(c.to) == 0 && !c.damaged) {
        return OCK_OK;
    }
    free(*bytes);
    *bytes = NULL;
    *count = 0;
    return ock_fail_memory(regions->count, "the code of the layouts");
}

ock_status ock_regions_decode(const uint8_t *bytes, size_t count, uint64_t input_bytes,
                              const char *name, ock_regions *regions)
{
    coding c = {.at = bytes, .end = bytes + count};
    ock_status status = OCK_OK;
    *regions = (ock_regions){.of = NULL};
    do {
        ock_region s = {0};
        uint64_t gap = 0, again = 0;
        code_region(&c, &gap, &s, &again);
        for (uint64_t i = 0; i <= again && status == OCK_OK; i++) {
            s.begin = ock_regions_end(regions, regions->count) + gap;
            if (c.damaged || s.begin < gap || regions->count == OCK_MAX_REGIONS ||
                !ock_regions_allow(regions, &s, input_bytes)) {
                return ock_fail(OCK_BAD_DATA, "%s: its list of layouts is damaged", name);
            }
            status = ock_regions_append(regions, &s);
        }
    } while (status == OCK_OK && c.at < c.end);
    return status;
}
