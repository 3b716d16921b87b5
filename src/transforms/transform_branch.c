/* SPDX-License-Identifier: MIT */
/* transform_branch.c - which fields of instructions are addresses. */
#include "transforms/transform_branch.h"

#include "base/bytes.h"

/* ---- x86-64 ---- */

enum { NO_FIELD = -1 };

/* Of an opcode with a byte of operands: bytes of constants after them, or NO_FIELD where it is another. */
static int constants_of(uint8_t op)
{
    if ((op < 0x40 && (op & 5) == 1) || op == 0x63 || (op >= 0x84 && op <= 0x8B) || op == 0x8D ||
        op == 0xFF) {
        return 0;
    }
    if (op == 0x80 || op == 0x83 || op == 0xC0 || op == 0xC1 || op == 0xC6 || op == 0x6B) {
        return 1;
    }
    return op == 0x81 || op == 0xC7 || op == 0x69 ? 4 : NO_FIELD;
}

static int constants_of_0f(uint8_t op)
{
    const bool vector = (op >= 0x10 && op < 0x18) || (op >= 0x28 && op < 0x30) ||
                        (op >= 0x51 && op < 0x80) || op >= 0xD0;
    const bool whole = (op >= 0x40 && op < 0x50) || op == 0xAF || (op & 0xF6) == 0xB6;
    return vector || whole ? 0 : op == 0xC2 || op == 0xC6 ? 1 : NO_FIELD;
}

/* An instruction may begin at `at`: with 4 bytes, *place after, that are a distance from its end, *after
 * them. */
static bool find_field(const uint8_t *at, size_t *place, int *after)
{
    size_t operands = 1;
    *after = 0;
    if (at[0] == 0xE8 || at[0] == 0xE9) {
        *place = 1;
        return true;
    }
    if (at[0] == 0x0F) {
        operands = 2;
        *after = constants_of_0f(at[1]);
    } else if (at[0] == 0xC5) { /* the same with more operands */
        operands = 3;
        *after = constants_of_0f(at[2]);
    } else {
        *after = constants_of(at[0]);
    }
    *place = operands + 1;
    return *after != NO_FIELD && (at[operands] & 0xC7) == 0x05;
}

/* Within 16 MiB both ways: the highest byte says no more than the sign, and stays in its place; before it the others
 * stand with the highest first. What was looked at and not rewritten must be found again as it is:
 * no later field that has a part of it is rewritten. looked_at: bit k is byte i + k. */
static void turn_x86(uint64_t at, uint8_t *block, size_t count, bool to_absolute)
{
    enum { LONGEST = 8 }; /* up to the field's end */
    size_t place;
    int after;
    unsigned looked_at = 0;
    for (size_t i = 0; i + LONGEST <= count; i++, looked_at >>= 1) {
        const bool found = find_field(block + i, &place, &after);
        looked_at |= (1U << place) - 1;
        if (!found || (looked_at >> place & 15) != 0) {
            continue;
        }
        uint8_t *field = block + i + place;
        if (field[3] != 0 && field[3] != 0xFF) {
            looked_at |= 1U << (place + 3);
            continue;
        }
        const uint32_t end = (uint32_t)(at + i + place + 4) + (uint32_t)after;
        const uint32_t sign = (uint32_t)(field[3] & 1) << 24;
        const uint32_t told = to_absolute
                                  ? sign | (uint32_t)ock_get_le(field, 3)
                                  : sign | (uint32_t)field[0] << 16 | field[1] << 8 | field[2];
        const uint32_t value = to_absolute ? told + end : told - end;
        for (unsigned k = 0; k < 3; k++) {
            field[k] = (uint8_t)(value >> 8 * (to_absolute ? 2 - k : k));
        }
        field[3] = (value >> 24 & 1) != 0 ? 0xFF : 0;
        i += place + 3;
        looked_at = 0;
    }
}

/* ---- arm64 ---- */

/* BL counts words, ADRP pages. What BL names is then told with the highest byte first, but for the one of the opcode:
 * measured 0.4 % less of a library. */
static uint32_t turn_word(uint32_t word, uint32_t at, uint32_t sign)
{
    if (word >> 26 == 0x25) {
        return (word & 0xFC000000) | ((word + sign * (at >> 2)) & 0x03FFFFFF);
    }
    if ((word & 0x9F000000) == 0x90000000) {
        const uint32_t pages = (word >> 29 & 3) | (word >> 3 & 0x1FFFFC);
        const uint32_t value = pages + sign * (at >> 12);
        return (word & 0x9F00001F) | (value & 3) << 29 | (value & 0x1FFFFC) << 3;
    }
    return word;
}

static void swap(uint8_t *bytes)
{
    const uint8_t first = bytes[0];
    bytes[0] = bytes[2];
    bytes[2] = first;
}

static void turn_arm64(uint64_t at, uint8_t *block, size_t count, bool to_absolute)
{
    for (size_t i = 0; i + 4 <= count; i += 4) {
        uint8_t *bytes = block + i;
        const bool call = bytes[3] >> 2 == 0x25;
        if (call && !to_absolute) {
            swap(bytes);
        }
        const uint32_t word = (uint32_t)ock_get_le(bytes, 4);
        ock_put_le(bytes, turn_word(word, (uint32_t)(at + i), to_absolute ? 1 : UINT32_MAX), 4);
        if (call && to_absolute) {
            swap(bytes);
        }
    }
}

void ock_branches_turn(unsigned kind, uint64_t at, uint8_t *block, size_t count, bool to_absolute)
{
    if (kind == OCK_X86) {
        turn_x86(at, block, count, to_absolute);
    } else {
        turn_arm64(at, block, count, to_absolute);
    }
}
