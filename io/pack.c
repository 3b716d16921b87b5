/* pack.c - zeros left out. */
#include "pack.h"

#include <string.h>

#include "file_io.h"

enum { GROUP = 64, MASK = 8 };

/* L of the block. */
static size_t length_of(const uint8_t *block, size_t count)
{
    size_t nonzero = 0, masked = 0;

    for (size_t i = 0; i < count; i++)
        nonzero += block[i] != 0;
    if (nonzero == 0)
        return 0;
    masked = (count + GROUP - 1) / GROUP * MASK + nonzero;
    return masked < count ? masked : count;
}

size_t ock_pack_size(const uint8_t *block, size_t count)
{
    return OCK_PACK_HEAD + length_of(block, count);
}

/* -> where the next group goes. */
static uint8_t *pack_group(const uint8_t *group, size_t count, uint8_t *packed)
{
    uint8_t *next = packed + MASK;
    uint64_t mask = 0;

    for (size_t i = 0; i < count; i++) {
        if (group[i] == 0)
            continue;
        mask |= (uint64_t)1 << i;
        *next++ = group[i];
    }
    ock_put_le(packed, mask, MASK);
    return next;
}

size_t ock_pack(const uint8_t *block, size_t count, uint8_t *packed)
{
    const size_t length = length_of(block, count);
    uint8_t *next = packed + OCK_PACK_HEAD;

    ock_put_le(packed, length, OCK_PACK_HEAD);
    if (length == count)
        memcpy(next, block, count);
    for (size_t at = 0; length > 0 && length < count && at < count; at += GROUP)
        next = pack_group(block + at, count - at < GROUP ? count - at : GROUP, next);
    return OCK_PACK_HEAD + length;
}

size_t ock_pack_length(const uint8_t head[OCK_PACK_HEAD])
{
    return (size_t)ock_get_le(head, OCK_PACK_HEAD);
}

/* One group; -> bytes taken, 0 when they are no packed group. */
static size_t unpack_group(const uint8_t *packed, size_t left, uint8_t *group, size_t count)
{
    size_t taken = MASK;
    uint64_t mask = 0;

    if (left < MASK)
        return 0;
    mask = ock_get_le(packed, MASK);
    if (count < GROUP && mask >> count != 0)
        return 0;
    if ((size_t)__builtin_popcountll(mask) > left - MASK)
        return 0;
    for (size_t i = 0; i < count; i++)
        group[i] = mask >> i & 1 ? packed[taken++] : 0;
    return taken;
}

bool ock_unpack(const uint8_t *packed, size_t length, uint8_t *block, size_t count)
{
    size_t used = 0;

    if (length > count)
        return false;
    if (length == 0)
        memset(block, 0, count);
    else if (length == count)
        memcpy(block, packed, count);
    for (size_t at = 0; length > 0 && length < count && at < count; at += GROUP) {
        const size_t taken = unpack_group(packed + used, length - used, block + at,
                                          count - at < GROUP ? count - at : GROUP);
        if (taken == 0)
            return false;
        used += taken;
    }
    return length == 0 || length == count || used == length;
}
