/* SPDX-License-Identifier: MIT */
/* arena.h - memory of one lifetime: many zeroed blocks, freed together. */
#ifndef OCK_ARENA_H
#define OCK_ARENA_H

#include <stddef.h>

#include "base/memory.h"
#include "base/status.h"

typedef struct ock_arena {
    struct ock_arena_block *blocks; /* newest first */
    size_t bytes;                   /* handed out so far */
    ock_memory *memory;             /* what the blocks are counted in; NULL: nothing */
} ock_arena;

/* `memory` (NULL: none) counts and limits the blocks; it must outlive them. */
void ock_arena_init(ock_arena *arena, ock_memory *memory);

/* Frees all blocks; the arena is as after ock_arena_init. */
void ock_arena_free(ock_arena *arena);

/* *block = `count` elements of `size` bytes, zeroed and aligned to 64. On failure (also when
 * count * size overflows, or the limit of its memory would be passed) *block is NULL and OCK_ENVIRONMENT
 * names `what`.
 * A count of 0 gives a valid pointer. */
ock_status ock_arena_take(ock_arena *arena, size_t count, size_t size, const char *what,
                          void **block) OCK_WARN_UNUSED;

/* One of several blocks: `block` is the address of the pointer that gets it. */
typedef struct ock_arena_part {
    void *block;
    size_t count, size;
} ock_arena_part;

/* ock_arena_take for `part_count` parts; stops at the first failure. */
ock_status ock_arena_take_parts(ock_arena *arena, const ock_arena_part parts[], size_t part_count,
                                const char *what) OCK_WARN_UNUSED;

/* The number of elements of an array of parts. */
#define OCK_PARTS(parts) (sizeof(parts) / sizeof(parts)[0])

#endif
