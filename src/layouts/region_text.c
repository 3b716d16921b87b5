/* SPDX-License-Identifier: MIT */
/* region_text.c - regions as text: what was typed, and what is printed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "layouts/region_code.h"

static const char *const kinds[OCK_REGION_KINDS] = {"unknown", "text",    "code",  "numbers",
                                                    "pixels",  "samples", "pages", "triangles"};
static const char types[OCK_REGION_WHOLE + 1] = {'u', 'i', 'f', 'w'};

/* ---- parsing ---- */

static bool take(const char **text, const char *word)
{
    const size_t length = strlen(word);
    const bool there = strncmp(*text, word, length) == 0;
    *text += there ? length : 0;
    return there;
}

static bool take_type(const char **text, ock_shape *s)
{
    uint64_t bits;
    const char *letter = memchr(types, **text, sizeof types), *at = *text + 1;
    if (letter == NULL || !ock_number_take(&at, 64, &bits) || bits % 8 != 0) {
        return false;
    }
    s->type = (uint8_t)(letter - types);
    s->width = (uint8_t)(bits / 8);
    s->big = take(&at, "be");
    (void)(!s->big && take(&at, "le"));
    *text = at;
    return true;
}

static bool take_word(const char **text, ock_shape *s)
{
    uint64_t number;
    for (unsigned k = 0; k < OCK_REGION_KINDS; k++) {
        if (take(text, kinds[k])) {
            s->kind = (uint8_t)k;
            return true;
        }
    }
    if (take(text, "record=")) {
        const bool fits = ock_number_take(text, UINT32_MAX, &number) && number > 0;
        s->record = fits ? (uint32_t)number : 0;
        return fits;
    }
    if (s->type == OCK_REGION_WHOLE && take(text, "fraction=")) {
        const bool fits = ock_number_take(text, OCK_FRACTION_MAX, &number);
        s->type = fits ? (uint8_t)(s->type + number) : s->type;
        return fits;
    }
    return take(text, "row=")     ? ock_number_take(text, UINT64_MAX, &s->row)
           : take(text, "plane=") ? ock_number_take(text, UINT64_MAX, &s->plane)
                                  : take_type(text, s);
}

static bool take_region(const char **text, uint64_t bytes, ock_region *s)
{
    *s = (ock_region){.shape = {.kind = OCK_REGION_NUMBERS, .width = 1}};
    bool fits = ock_number_take(text, bytes, &s->begin) && take(text, "+");
    if (fits && !ock_number_take(text, UINT64_MAX, &s->length)) {
        s->length = bytes - s->begin;
    }
    fits = fits && take(text, ":");
    do {
        fits = fits && take_word(text, &s->shape);
    } while (fits && take(text, ","));
    s->shape.record = s->shape.record == 0 ? s->shape.width : s->shape.record;
    return fits;
}

ock_status ock_regions_parse(const char *text, uint64_t bytes, ock_regions *regions)
{
    ock_status status = OCK_OK;
    *regions = (ock_regions){.of = NULL};
    do {
        ock_region s;
        const int length = (int)strcspn(text, ";");
        const char *const begin = text;
        const bool fits = take_region(&text, bytes, &s) && text == begin + length;
        if (!fits || !ock_regions_allow(regions, &s, bytes)) {
            return ock_fail(OCK_ENVIRONMENT,
                            "the layout '%.*s' is malformed, or does not fit this input", length,
                            begin);
        }
        status = ock_regions_append(regions, &s);
    } while (status == OCK_OK && take(&text, ";"));
    return status;
}

/* ---- printing ---- */

char *ock_region_print(const ock_region *region, char to[OCK_REGION_TEXT_BYTES])
{
    const ock_shape *s = &region->shape;
    int n = snprintf(to, OCK_REGION_TEXT_BYTES, "%" PRIu64 "+%" PRIu64 ":%s,%c%d%s", region->begin,
                     region->length, kinds[s->kind],
                     types[s->type < OCK_REGION_WHOLE ? s->type : OCK_REGION_WHOLE], 8 * s->width,
                     s->width == 1 ? ""
                     : s->big      ? "be"
                                   : "le");
    const struct {
        const char *name;
        uint64_t value;
    } more[] = {{"fraction", s->type > OCK_REGION_WHOLE ? s->type - OCK_REGION_WHOLE : 0},
                {"record", s->record == s->width ? 0 : s->record},
                {"row", s->row},
                {"plane", s->plane}};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        if (more[i].value > 0) {
            n += snprintf(to + n, OCK_REGION_TEXT_BYTES - (size_t)n, ",%s=%" PRIu64, more[i].name,
                          more[i].value);
        }
    }
    return to;
}
