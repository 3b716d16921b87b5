/* SPDX-License-Identifier: MIT */
/* arena.c - blocks straight from the kernel, so that large tables are zeroed lazily and can have
 * large pages. Each block starts with one 64-byte header:
 *
 *     | header: next, mapped bytes (64) | caller's bytes ... |                          */
#include "base/arena.h"

#include <stdint.h>
#include <sys/mman.h>

enum { HEADER = 64, LARGE_PAGE = 2 << 20, LARGE_BLOCK = LARGE_PAGE / 8 };

struct ock_arena_block {
    struct ock_arena_block *next;
    size_t mapped;
};

void ock_arena_init(ock_arena *arena, ock_memory *memory)
{
    arena->memory = memory;
    arena->blocks = NULL;
    arena->bytes = 0;
}

void ock_arena_free(ock_arena *arena)
{
    struct ock_arena_block *block = arena->blocks;
    while (block != NULL) {
        struct ock_arena_block *next = block->next;
        ock_memory_give(arena->memory, block->mapped);
        munmap(block, block->mapped);
        block = next;
    }
    ock_arena_init(arena, arena->memory);
}

/* Whole large pages for all but small blocks: neighbours then share none, and the kernel places
 * them so that all of a block can be in large pages. Tables are read at random places, and with small
 * pages every read would be a miss in the TLB too. */
static size_t mapped_for(size_t bytes)
{
    size_t needed = bytes + HEADER;
    return needed < LARGE_BLOCK ? needed : (needed + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
}

ock_status ock_arena_take(ock_arena *arena, size_t count, size_t size, const char *what,
                          void **block)
{
    *block = NULL;
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
        return ock_fail_memory(SIZE_MAX, what);
    }
    size_t mapped = mapped_for(bytes);
    ock_status status = ock_memory_take(arena->memory, mapped, what);
    if (status != OCK_OK) {
        return status;
    }
    void *memory = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        ock_memory_give(arena->memory, mapped);
        return ock_fail_memory(bytes, what);
    }
    if (mapped >= LARGE_PAGE) {
        madvise(memory, mapped, MADV_HUGEPAGE); /* a hint: failure costs speed only */
    }
    struct ock_arena_block *head = memory;
    head->next = arena->blocks;
    head->mapped = mapped;
    arena->blocks = head;
    arena->bytes += bytes;
    *block = (char *)memory + HEADER;
    return OCK_OK;
}

ock_status ock_arena_take_parts(ock_arena *arena, const ock_arena_part parts[], size_t part_count,
                                const char *what)
{
    for (size_t i = 0; i < part_count; i++) {
        ock_status status =
            ock_arena_take(arena, parts[i].count, parts[i].size, what, (void **)parts[i].block);
        if (status != OCK_OK) {
            return status;
        }
    }
    return OCK_OK;
}
