/* SPDX-License-Identifier: MIT */
/* view.c - pages of a source. */
#include "repeats/view.h"

typedef struct place {
    ock_view *view;
    uint64_t at;
} place;

ock_status ock_view_init(ock_view *view, const ock_source *source, uint64_t bytes, size_t slots,
                         ock_arena *arena)
{
    *view = (ock_view){.source = source, .bytes = bytes, .slots = slots};
    const ock_arena_part parts[] = {{&view->pages, slots, sizeof *view->pages},
                                    {&view->memory, slots, OCK_VIEW_PAGE}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), "looking for repeats");
}

ock_status ock_view_at(ock_view *view, uint64_t offset, ock_glimpse *glimpse)
{
    const uint64_t page = offset / OCK_VIEW_PAGE, begin = page * OCK_VIEW_PAGE;
    const size_t slot = (size_t)page & (view->slots - 1);
    const uint64_t left = view->bytes - begin;
    const size_t count = left < OCK_VIEW_PAGE ? (size_t)left : OCK_VIEW_PAGE;
    uint8_t *memory = view->memory + slot * OCK_VIEW_PAGE;
    ock_status status = OCK_OK;
    if (view->pages[slot] != page + 1) {
        view->pages[slot] = 0;
        status = view->source->read_at(view->source->context, begin, memory, count);
        view->pages[slot] = status == OCK_OK ? page + 1 : 0;
    }
    const size_t before = (size_t)(offset - begin);
    *glimpse = (ock_glimpse){memory + before, before, count - before};
    return status;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Page by page, on or back from two places. */
static ock_status count_equal(const place pair[2], int64_t step, uint64_t most, uint64_t *equal)
{
    *equal = 0;
    while (*equal < most) {
        ock_glimpse x, y;
        const uint64_t off = step > 0 ? *equal : -*equal - 1;
        ock_status status = ock_view_at(pair[0].view, pair[0].at + off, &x);
        if (status == OCK_OK) {
            status = ock_view_at(pair[1].view, pair[1].at + off, &y);
        }
        if (status != OCK_OK) {
            return status;
        }
        const uint64_t left = most - *equal;
        const size_t there = step > 0 ? least(x.count, y.count) : least(x.before, y.before) + 1;
        const size_t part = left < there ? (size_t)left : there;
        size_t same = 0;
        while (same < part && x.at[step * (int64_t)same] == y.at[step * (int64_t)same]) {
            same++;
        }
        *equal += same;
        if (same < part) {
            break;
        }
    }
    return OCK_OK;
}

ock_status ock_view_equal_after(ock_view *a, uint64_t at_a, ock_view *b, uint64_t at_b,
                                uint64_t most, uint64_t *equal)
{
    const place pair[2] = {{a, at_a}, {b, at_b}};
    most = most < a->bytes - at_a ? most : a->bytes - at_a;
    most = most < b->bytes - at_b ? most : b->bytes - at_b;
    return count_equal(pair, 1, most, equal);
}

ock_status ock_view_equal_before(ock_view *a, uint64_t at_a, ock_view *b, uint64_t at_b,
                                 uint64_t most, uint64_t *equal)
{
    const place pair[2] = {{a, at_a}, {b, at_b}};
    most = most < at_a ? most : at_a;
    most = most < at_b ? most : at_b;
    return count_equal(pair, -1, most, equal);
}
