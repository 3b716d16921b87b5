/* SPDX-License-Identifier: MIT */
/* distance.h - how far two stretches of symbols are from each other. */
#ifndef OCK_CONTEXTS_DISTANCE_H
#define OCK_CONTEXTS_DISTANCE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Sum of the absolute differences, each counted as `most` (up to 255) at most. */
static inline uint32_t ock_distance(const uint8_t *restrict a, const uint8_t *restrict b,
                                    size_t count, int most)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const int d = abs(a[i] - b[i]);
        sum += (uint32_t)(d < most ? d : most);
    }
    return sum;
}

#endif
