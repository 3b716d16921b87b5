/* SPDX-License-Identifier: MIT */
/* view.h - a source as though it lay in memory: its latest pages are kept.
 *
 * Internal to the directory; one thread at a time. */
#ifndef OCK_VIEW_H
#define OCK_VIEW_H

#include "base/arena.h"
#include "base/source.h"

enum { OCK_VIEW_PAGE = 1 << 14 };

typedef struct ock_view {
    const ock_source *source;
    uint64_t bytes;  /* of the source */
    size_t slots;    /* a power of two */
    uint64_t *pages; /* (slots) number of the page there, plus 1; 0: none */
    uint8_t *memory; /* (slots, OCK_VIEW_PAGE) */
} ock_view;

ock_status ock_view_init(ock_view *view, const ock_source *source, uint64_t bytes, size_t slots,
                         ock_arena *arena) OCK_WARN_UNUSED;

/* The byte at an offset, with those of its page: `before` in front of it, `count` from it on. Valid until the next
 * call. */
typedef struct ock_glimpse {
    const uint8_t *at;
    size_t before, count;
} ock_glimpse;
ock_status ock_view_at(ock_view *view, uint64_t offset, ock_glimpse *glimpse) OCK_WARN_UNUSED;

/* How many bytes from a of one view and b of another on are equal, up to `most` and the end of each. */
ock_status ock_view_equal_after(ock_view *a, uint64_t at_a, ock_view *b, uint64_t at_b,
                                uint64_t most, uint64_t *equal) OCK_WARN_UNUSED;
/* The same backwards, of those before a and b, up to `most` and the beginning of each. */
ock_status ock_view_equal_before(ock_view *a, uint64_t at_a, ock_view *b, uint64_t at_b,
                                 uint64_t most, uint64_t *equal) OCK_WARN_UNUSED;

#endif
