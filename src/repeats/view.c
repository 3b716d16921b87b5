/* view.c - pages of a source. */
#include "repeats/view.h"

#include <string.h>

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

/* Eight bytes at a time, then one by one. */
static size_t equal_after(const uint8_t *a, const uint8_t *b, size_t most)
{
    size_t n = 0;
    while (n + 8 <= most && memcmp(a + n, b + n, 8) == 0) {
        n += 8;
    }
    while (n < most && a[n] == b[n]) {
        n++;
    }
    return n;
}

static size_t equal_before(const uint8_t *a, const uint8_t *b, size_t most)
{
    size_t n = 0;
    while (n + 8 <= most && memcmp(a - n - 8, b - n - 8, 8) == 0) {
        n += 8;
    }
    while (n < most && *(a - n - 1) == *(b - n - 1)) {
        n++;
    }
    return n;
}

ock_status ock_view_equal_after(ock_view *a, uint64_t at_a, ock_view *b, uint64_t at_b,
                                uint64_t most, uint64_t *equal)
{
    most = most < a->bytes - at_a ? most : a->bytes - at_a;
    most = most < b->bytes - at_b ? most : b->bytes - at_b;
    *equal = 0;
    while (*equal < most) {
        ock_glimpse x, y;
        ock_status status = ock_view_at(a, at_a + *equal, &x);
        if (status == OCK_OK) {
            status = ock_view_at(b, at_b + *equal, &y);
        }
        if (status != OCK_OK) {
            return status;
        }
        const uint64_t left = most - *equal;
        const size_t there = least(x.count, y.count);
        const size_t part = left < there ? (size_t)left : there;
        const size_t same = equal_after(x.at, y.at, part);
        *equal += same;
        if (same < part) {
            break;
        }
    }
    return OCK_OK;
}

ock_status ock_view_equal_before(ock_view *a, uint64_t at_a, ock_view *b, uint64_t at_b,
                                 uint64_t most, uint64_t *equal)
{
    most = most < at_a ? most : at_a;
    most = most < at_b ? most : at_b;
    *equal = 0;
    while (*equal < most) {
        ock_glimpse x, y;
        ock_status status = ock_view_at(a, at_a - *equal - 1, &x);
        if (status == OCK_OK) {
            status = ock_view_at(b, at_b - *equal - 1, &y);
        }
        if (status != OCK_OK) {
            return status;
        }
        const uint64_t left = most - *equal;
        const size_t there = least(x.before, y.before) + 1;
        const size_t part = left < there ? (size_t)left : there;
        const size_t same = equal_before(x.at + 1, y.at + 1, part);
        *equal += same;
        if (same < part) {
            break;
        }
    }
    return OCK_OK;
}
