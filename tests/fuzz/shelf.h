/* SPDX-License-Identifier: MIT */
/* shelf.h - what the fuzzers of lists share: memory that is exactly as long as it should be, as a source and a target. */
#ifndef OCK_SHELF_H
#define OCK_SHELF_H

#include <stdlib.h>
#include <string.h>

#include "base/source.h"

static inline void hold(int condition)
{
    if (!condition) {
        abort();
    }
}

static inline void *memory_of(size_t bytes)
{
    void *memory = calloc(bytes > 0 ? bytes : 1, 1);
    hold(memory != NULL);
    return memory;
}

/* Bytes by offset. */
typedef struct shelf {
    uint8_t *bytes;
    size_t count;
} shelf;

static inline ock_status read_shelf(void *context, uint64_t offset, void *bytes, size_t count)
{
    const shelf *s = context;
    hold(offset <= s->count && count <= s->count - offset);
    memcpy(bytes, s->bytes + offset, count);
    return OCK_OK;
}

static inline ock_status write_shelf(void *context, uint64_t offset, const void *bytes,
                                     size_t count)
{
    const shelf *s = context;
    hold(offset <= s->count && count <= s->count - offset);
    memcpy(s->bytes + offset, bytes, count);
    return OCK_OK;
}

#endif
