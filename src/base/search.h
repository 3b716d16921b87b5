/* SPDX-License-Identifier: MIT */
/* search.h - binary search among elements in ascending order. */
#ifndef OCK_SEARCH_H
#define OCK_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many of `count` elements, `bytes` each, come before a place: `before` is true of so many from the first one on, and
 * of none of the others. */
static inline size_t ock_count_before(const void *elements, size_t count, size_t bytes,
                                      bool (*before)(const void *element, uint64_t place),
                                      uint64_t place)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (before((const char *)elements + middle * bytes, place)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

#endif
