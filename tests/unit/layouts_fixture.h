/* SPDX-License-Identifier: MIT */
/* layouts_fixture.h - what the tests of layouts share: files made by hand, and what is found in them as text. */
#ifndef OCK_LAYOUTS_FIXTURE_H
#define OCK_LAYOUTS_FIXTURE_H

#include "repeats_fixture.h"

#include "base/bytes.h"
#include "layouts/find.h"
#include "layouts/region_code.h"

enum { FILE_BYTES = 60000, FOUND_BYTES = 4096 };

typedef struct made {
    uint8_t bytes[4 * FILE_BYTES];
    size_t count;
} made;

/* A file of noise, in which nothing is found, and `zeros` in front. */
static inline made *noise(size_t zeros)
{
    made *m = memory_of(sizeof *m);
    m->count = FILE_BYTES;
    scramble(m->bytes + zeros, sizeof m->bytes - zeros, 1);
    return m;
}

static inline void put(made *m, size_t at, unsigned width, uint64_t value, bool big)
{
    for (unsigned i = 0; i < width; i++) {
        m->bytes[at + (big ? width - 1 - i : i)] = i < 8 ? (uint8_t)(value >> 8 * i) : 0;
    }
}

static inline void put_text(made *m, size_t at, const char *text)
{
    memcpy(m->bytes + at, text, strlen(text));
}

/* All regions, as one would type them. */
static inline char *text_of(const ock_regions *regions, char to[FOUND_BYTES])
{
    char one[OCK_REGION_TEXT_BYTES];
    size_t n = 0;
    to[0] = 0;
    for (size_t i = 0; i < regions->count && n + sizeof one < FOUND_BYTES; i++) {
        n += (size_t)snprintf(to + n, FOUND_BYTES - n, "%s%s", i > 0 ? ";" : "",
                              ock_region_print(&regions->of[i], one));
    }
    return to;
}

static inline void find_in(const made *m, size_t bytes, const ock_borders *borders,
                           ock_regions *regions)
{
    shelf s = shelf_of((uint8_t *)m->bytes, bytes);
    const ock_source source = {read_shelf, &s};
    *regions = (ock_regions){.of = NULL};
    assert_int_equal(ock_regions_find(&source, bytes, borders, NULL, regions), OCK_OK);
    for (size_t i = 0; i < regions->count; i++) {
        const ock_regions before = {.count = i, .of = regions->of};
        assert_true(ock_regions_allow(&before, &regions->of[i], bytes));
    }
}

/* The file is freed. */
static inline void expect(made *m, const char *found)
{
    char text[FOUND_BYTES];
    ock_regions regions;
    find_in(m, m->count, NULL, &regions);
    assert_string_equal(text_of(&regions, text), found);
    ock_regions_free(&regions);
    free(m);
}

#endif
