/* SPDX-License-Identifier: MIT */
/* pack.c - repetition and zeros left out. */
#include "io/checkpoint/pack.h"

#include <string.h>

#include "base/bytes.h"
#include "io/file/file_io.h"

enum { LINE = 64, MASK = 8 };

static size_t lines_of(size_t count)
{
    return (count + LINE - 1) / LINE;
}

static size_t line_bytes(size_t count, size_t line)
{
    return count - line * LINE < LINE ? count - line * LINE : LINE;
}

/* Line number `line`, exclusive-or the one before; a short last line is filled up with zeros. */
static void difference(const uint8_t *block, size_t count, size_t line, uint8_t out[LINE])
{
    const size_t bytes = line_bytes(count, line);

    memset(out, 0, LINE);
    memcpy(out, block + line * LINE, bytes);
    for (size_t i = 0; line > 0 && i < bytes; i++) {
        out[i] ^= block[(line - 1) * LINE + i];
    }
}

static size_t count_nonzero(const uint8_t line[LINE])
{
    size_t nonzero = 0;

    for (size_t i = 0; i < LINE; i++) {
        nonzero += line[i] != 0;
    }
    return nonzero;
}

static bool equals_line_before(const uint8_t *block, size_t count, size_t line)
{
    return line > 0 &&
           memcmp(block + line * LINE, block + (line - 1) * LINE, line_bytes(count, line)) == 0;
}

/* L of the block. */
static size_t length_of(const uint8_t *block, size_t count)
{
    const size_t map = (lines_of(count) + 7) / 8;
    size_t length = map;
    uint8_t line[LINE];

    for (size_t i = 0; i < lines_of(count); i++) {
        size_t nonzero = 0;

        if (equals_line_before(block, count, i)) {
            continue;
        }
        difference(block, count, i, line);
        nonzero = count_nonzero(line);
        if (nonzero == 0) {
            continue;
        }
        length += MASK + nonzero;
        if (length >= count) {
            return count;
        }
    }
    return length == map ? 0 : length;
}

size_t ock_pack_size(const uint8_t *block, size_t count)
{
    return OCK_PACK_HEAD + length_of(block, count);
}

/* -> where the next line goes. */
static uint8_t *pack_line(const uint8_t line[LINE], uint8_t *packed)
{
    uint8_t *next = packed + MASK;
    uint64_t mask = 0;

    for (size_t i = 0; i < LINE; i++) {
        if (line[i] == 0) {
            continue;
        }
        mask |= (uint64_t)1 << i;
        *next++ = line[i];
    }
    ock_put_le(packed, mask, MASK);
    return next;
}

static void pack_lines(const uint8_t *block, size_t count, uint8_t *packed)
{
    uint8_t line[LINE], *map = packed;
    uint8_t *next = packed + (lines_of(count) + 7) / 8;

    memset(map, 0, (size_t)(next - map));
    for (size_t i = 0; i < lines_of(count); i++) {
        if (equals_line_before(block, count, i)) {
            continue;
        }
        difference(block, count, i, line);
        if (count_nonzero(line) == 0) {
            continue;
        }
        map[i / 8] |= (uint8_t)(1u << i % 8);
        next = pack_line(line, next);
    }
}

size_t ock_pack(const uint8_t *block, size_t count, uint8_t *packed)
{
    const size_t length = length_of(block, count);

    ock_put_le(packed, length, OCK_PACK_HEAD);
    if (length == count) {
        memcpy(packed + OCK_PACK_HEAD, block, count);
    } else if (length > 0) {
        pack_lines(block, count, packed + OCK_PACK_HEAD);
    }
    return OCK_PACK_HEAD + length;
}

size_t ock_pack_length(const uint8_t head[OCK_PACK_HEAD])
{
    return (size_t)ock_get_le(head, OCK_PACK_HEAD);
}

/* One line of `bytes` bytes; -> bytes taken, 0 when they are no packed line. */
static size_t unpack_line(const uint8_t *packed, size_t left, uint8_t *line, size_t bytes)
{
    size_t taken = MASK;
    uint64_t mask = 0;

    if (left < MASK) {
        return 0;
    }
    mask = ock_get_le(packed, MASK);
    if (mask == 0 || (bytes < LINE && mask >> bytes != 0) ||
        (size_t)__builtin_popcountll(mask) > left - MASK) {
        return 0;
    }
    for (size_t i = 0; i < bytes; i++) {
        line[i] = mask >> i & 1 ? packed[taken++] : 0;
    }
    return taken;
}

static bool unpack_lines(const uint8_t *packed, size_t length, uint8_t *block, size_t count)
{
    size_t used = (lines_of(count) + 7) / 8;

    if (used > length) {
        return false;
    }
    for (size_t i = 0; i < lines_of(count); i++) {
        const size_t bytes = line_bytes(count, i);
        uint8_t *line = block + i * LINE;

        memset(line, 0, bytes);
        if (packed[i / 8] >> i % 8 & 1) {
            const size_t taken = unpack_line(packed + used, length - used, line, bytes);
            if (taken == 0) {
                return false;
            }
            used += taken;
        }
        for (size_t k = 0; i > 0 && k < bytes; k++) {
            line[k] ^= block[(i - 1) * LINE + k];
        }
    }
    return used == length;
}

bool ock_unpack(const uint8_t *packed, size_t length, uint8_t *block, size_t count)
{
    if (length == 0) {
        memset(block, 0, count);
    } else if (length == count) {
        memcpy(block, packed, count);
    } else {
        return length < count && unpack_lines(packed, length, block, count);
    }
    return true;
}
