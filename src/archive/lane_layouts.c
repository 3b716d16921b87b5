/* SPDX-License-Identifier: MIT */
/* lane_layouts.c - regions, lane by lane. */
#include "archive/lane_layouts.h"

#include <stdlib.h>
#include <string.h>

#include "contexts/pages.h"

void ock_lane_layouts_free(ock_lane_layouts *l)
{
    free(l->of);
    free(l->lanes);
    *l = (ock_lane_layouts){NULL, NULL};
}

static bool has_numbers(const ock_shape *shape)
{
    return shape->kind == OCK_REGION_NUMBERS || shape->kind == OCK_REGION_PIXELS ||
           shape->kind == OCK_REGION_SAMPLES || shape->kind == OCK_REGION_TRIANGLES;
}

/* Pages that contexts know. */
static bool has_pages(const ock_shape *shape)
{
    return shape->kind == OCK_REGION_PAGES && shape->row >= OCK_PAGE_LEAST &&
           shape->row <= OCK_PAGE_MOST;
}

/* Lanes lie apart in the list of all, so that no region is one with the next lane's. */
static uint64_t place_of(const ock_lane_map *map, uint32_t lane)
{
    return ock_lane_begin(map, lane) + lane;
}

/* All lanes' regions one behind the other, and how many each lane has. */
static ock_status cut(const ock_regions *regions, const ock_lane_map *map, ock_laid_lane *lanes,
                      ock_regions *all)
{
    ock_status status = OCK_OK;
    for (uint32_t i = 0; i < map->lanes && status == OCK_OK; i++) {
        const size_t before = all->count;
        const uint64_t begin = ock_lane_begin(map, i);
        status = ock_regions_cut(regions, begin, ock_lane_length(map, i), place_of(map, i), all);
        lanes[i].count = all->count - before;
    }
    return status;
}

/* How far it is from region k to the next, if that is laid out alike and contexts reach so far; else 0. */
static uint64_t pitch_of(const ock_region *regions, size_t k, size_t count, uint64_t row)
{
    if (k + 1 >= count ||
        memcmp(&regions[k].shape, &regions[k + 1].shape, sizeof regions->shape) != 0) {
        return 0;
    }
    const uint64_t pitch = regions[k + 1].begin - regions[k].begin;
    return ock_layout_reaches(pitch, row) ? pitch : 0;
}

/* Rows that are laid out as those of the region before are taken for another plane. */
static void lay_plane(const ock_region *regions, size_t k, size_t count, ock_layout *layout)
{
    if (layout->row > 0 && layout->plane == 0) {
        const uint64_t before = k > 0 ? pitch_of(regions, k - 1, count, layout->row) : 0;
        layout->plane = before > 0 ? before : pitch_of(regions, k, count, layout->row);
    }
}

/* Keeps those of numbers and of pages, at places of the lane. */
static void lay(const ock_region *regions, uint64_t begin, ock_laid *to, ock_laid_lane *lane)
{
    size_t kept = 0;
    for (size_t k = 0; k < lane->count; k++) {
        const ock_region *r = &regions[k];
        if (has_numbers(&r->shape) || has_pages(&r->shape)) {
            ock_laid *laid = &to[kept++];
            laid->begin = r->begin - begin;
            laid->end = laid->begin + r->length;
            ock_region_layout(r, r->begin, &laid->layout);
            lay_plane(regions, k, lane->count, &laid->layout);
            laid->page = has_pages(&r->shape) ? r->shape.row : 0;
            laid->at = r->phase;
        }
    }
    lane->of = to;
    lane->count = kept;
}

ock_status ock_lane_layouts_make(const ock_regions *regions, const ock_lane_map *map,
                                 ock_lane_layouts *l)
{
    ock_regions all = {.of = NULL};
    *l = (ock_lane_layouts){NULL, NULL};
    if (regions->count == 0) {
        return OCK_OK;
    }
    l->lanes = calloc(map->lanes, sizeof *l->lanes);
    ock_status status = l->lanes != NULL ? cut(regions, map, l->lanes, &all)
                                         : ock_fail_memory(map->lanes, "layouts of lanes");
    if (status == OCK_OK && all.count > 0) {
        l->of = calloc(all.count, sizeof *l->of);
        status = l->of != NULL ? OCK_OK : ock_fail_memory(all.count, "layouts of lanes");
    }
    for (size_t i = 0, at = 0; i < map->lanes && status == OCK_OK && all.count > 0; i++) {
        const size_t count = l->lanes[i].count;
        lay(all.of + at, place_of(map, (uint32_t)i), l->of + at, &l->lanes[i]);
        at += count;
    }
    ock_regions_free(&all);
    return status;
}
