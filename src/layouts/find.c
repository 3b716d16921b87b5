/* SPDX-License-Identifier: MIT */
/* find.c - file by file: the header, then what it says nothing of. */
#include "layouts/find.h"

#include <string.h>

#include "layouts/scan.h"

enum { MOST_DEPTH = 4, LEAST_OF_WHOLE = 1 << 13 };

/* binary32 that are whole numbers, or such over a power of two, as far as some of them show. */
static void look_for_whole(ock_file *f, ock_region *s)
{
    enum { PLACES = 8, NUMBERS = 128 };
    ock_fractions fractions = {0};
    for (uint64_t k = 0; k < PLACES; k++) {
        const uint64_t place = s->length / 4 / PLACES * k * 4;
        f->big = s->shape.big;
        for (uint64_t i = 0; i < NUMBERS; i++) {
            ock_fractions_add(&fractions, ock_file_get(f, s->begin - f->begin + place + 4 * i, 4));
        }
    }
    s->shape.type = ock_shape_type(ock_fractions_kind(&fractions));
}

/* Between the regions from `first` on. */
static void scan_gaps(ock_file *f, size_t first)
{
    const size_t end = f->regions->count;
    uint64_t at = f->begin;
    for (size_t i = first; i <= end && f->status == OCK_OK; i++) {
        const ock_region s =
            i < end ? f->regions->of[i] : (ock_region){.begin = f->begin + f->bytes};
        f->status = ock_scan_range(f->scan, at, s.begin, f->regions);
        at = s.begin + s.length;
    }
    ock_regions_settle(f->regions, first, f->begin + f->bytes);
}

static void look(ock_file *f)
{
    const size_t first = f->regions->count;
    ock_headers_read(f);
    ock_regions_settle(f->regions, first, f->begin + f->bytes);
    for (size_t i = first; i < f->regions->count && f->status == OCK_OK && !f->members; i++) {
        ock_region *s = &f->regions->of[i];
        if (s->length >= LEAST_OF_WHOLE && s->shape.type == OCK_REGION_REAL &&
            s->shape.width == 4 && s->shape.record % 4 == 0) {
            look_for_whole(f, s);
        }
    }
    if (f->status == OCK_OK && !f->members) {
        scan_gaps(f, first);
    }
}

void ock_find_in_member(ock_file *around, uint64_t begin, uint64_t bytes)
{
    around->members = true;
    if (around->status != OCK_OK || begin >= around->bytes || around->depth == MOST_DEPTH) {
        return;
    }
    const uint64_t left = around->bytes - begin;
    ock_file f = {.source = around->source,
                  .begin = around->begin + begin,
                  .bytes = bytes < left ? bytes : left,
                  .depth = around->depth + 1,
                  .regions = around->regions,
                  .scan = around->scan};
    look(&f);
    around->status = f.status;
}

ock_status ock_regions_find(const ock_source *source, uint64_t bytes, const ock_borders *borders,
                            ock_memory *memory, ock_regions *regions)
{
    ock_arena arena;
    ock_scan *scan;
    ock_arena_init(&arena, memory);
    ock_status status = ock_scan_new(source, &arena, &scan);
    uint64_t end = 0;
    for (uint64_t at = 0; at < bytes && status == OCK_OK; at = end) {
        end = borders != NULL ? borders->end_of(borders->context, at) : bytes;
        ock_file f = {
            .source = source, .begin = at, .bytes = end - at, .regions = regions, .scan = scan};
        look(&f);
        status = f.status;
    }
    ock_arena_free(&arena);
    return status;
}
