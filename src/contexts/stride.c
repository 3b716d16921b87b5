/* SPDX-License-Identifier: MIT */
/* stride.c - searches the distance at which a lane's symbols resemble each other most. */
#include "contexts/stride.h"

#include <string.h>

#include "contexts/distance.h"

/* At least twice the longest stride stays within reach. */
enum { KEPT = OCK_STRIDE_PAST - OCK_STRIDE_PERIOD, COMPARED = 512 };

_Static_assert((int)KEPT >= 2 * (int)OCK_STRIDE_MAX, "two rows are kept");
_Static_assert((int)KEPT >= (int)OCK_STRIDE_MAX + (int)COMPARED, "and what a search compares");

void ock_stride_start(ock_stride *s)
{
    memset(s, 0, sizeof *s);
    s->filled = KEPT;
    s->stride = OCK_STRIDE_MIN;
}

static size_t best_stride(const ock_stride *s)
{
    const uint8_t *newest = s->past + s->filled - COMPARED;
    size_t best = OCK_STRIDE_MIN;
    uint32_t least = UINT32_MAX;
    for (size_t stride = OCK_STRIDE_MIN; stride <= OCK_STRIDE_MAX && least > 0; stride++) {
        uint32_t sum = ock_distance(newest, newest - stride, COMPARED, UINT8_MAX);
        if (sum < least) {
            least = sum;
            best = stride;
        }
    }
    return best;
}

void ock_stride_update(ock_stride *s, uint8_t symbol)
{
    s->past[s->filled++] = symbol;
    if (s->filled < OCK_STRIDE_PAST) {
        return;
    }
    s->stride = best_stride(s);
    memmove(s->past, s->past + OCK_STRIDE_PERIOD, KEPT);
    s->filled = KEPT;
}

bool ock_stride_is_sound(const ock_stride *s)
{
    return s->filled >= KEPT && s->filled < OCK_STRIDE_PAST && s->stride >= OCK_STRIDE_MIN &&
           s->stride <= OCK_STRIDE_MAX;
}
