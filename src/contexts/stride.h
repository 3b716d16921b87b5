/* SPDX-License-Identifier: MIT */
/* stride.h - how far apart the rows of an image or the records of a table lie, found from the data.
 *
 * Every so many symbols the newest ones are compared with those `stride` before them, for every
 * stride in question: the one with the least sum of absolute differences is taken. Integers only,
 * and a pure function of a lane's symbols. */
#ifndef OCK_STRIDE_H
#define OCK_STRIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OCK_STRIDE_MIN = 16,     /* shorter ones are seen by contexts of fixed distance */
    OCK_STRIDE_MAX = 3072,   /* longest stride looked for */
    OCK_STRIDE_PAST = 8192,  /* symbols kept at most */
    OCK_STRIDE_PERIOD = 2048 /* symbols between two searches */
};

typedef struct ock_stride {
    uint8_t past[OCK_STRIDE_PAST]; /* the newest symbol at filled - 1, older ones before it */
    size_t filled;
    size_t stride; /* OCK_STRIDE_MIN .. OCK_STRIDE_MAX */
} ock_stride;

/* As if the lane had begun with zeros. */
void ock_stride_start(ock_stride *stride);

/* The lane's next symbol is known. */
void ock_stride_update(ock_stride *stride, uint8_t symbol);

/* Whether fill and stride are possible, for a stride that was loaded. */
bool ock_stride_is_sound(const ock_stride *stride);

/* The symbol `back` positions before the next one; back 1 is the newest. 1 <= back <= 2 *
 * OCK_STRIDE_MAX. */
static inline uint8_t ock_stride_symbol(const ock_stride *stride, size_t back)
{
    return stride->past[stride->filled - back];
}

#endif
