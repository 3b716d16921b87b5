/* SPDX-License-Identifier: MIT */
/* scan_kinds.c - text and code by their looks. */
#include <string.h>

#include "layouts/scan.h"

/* Bytes of the character there, if it is of valid UTF-8 beyond ASCII; else 0. */
static size_t utf8_bytes(const uint8_t *at, size_t left)
{
    const size_t bytes = at[0] < 0xC2   ? 0
                         : at[0] < 0xE0 ? 2
                         : at[0] < 0xF0 ? 3
                         : at[0] < 0xF5 ? 4
                                        : 0;
    for (size_t i = 1; i < bytes; i++) {
        if (i >= left || (at[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return bytes;
}

bool ock_is_text(const uint8_t *bytes, size_t count)
{
    size_t printable = 0, spaces = 0;
    for (size_t i = 0; i < count;) {
        const uint8_t c = bytes[i];
        const bool space = c == ' ' || (c >= '\t' && c <= '\r');
        const size_t more = utf8_bytes(bytes + i, count - i);
        spaces += space;
        printable += more > 0 ? more : space || (c > ' ' && c < 0x7F);
        i += more > 0 ? more : 1;
    }
    return 64 * (count - printable) <= count && 128 * spaces >= count;
}

/* ---- code ---- */

/* Pairs that x86-64 programs are full of. */
static bool is_x86_pair(uint8_t a, uint8_t b)
{
    static const uint8_t after_prefix[] = {0x83, 0x85, 0x89, 0x8B, 0x8D, 0x01, 0x29, 0x39, 0xC7};
    return (((a & 0xFB) == 0x48) && memchr(after_prefix, b, sizeof after_prefix) != NULL) ||
           (a == 0x0F && ((b & 0xF0) == 0x80 || b == 0xB6 || b == 0x1F));
}

/* Whether the word is one of those that make up most of arm64 programs, by its highest byte. */
static bool is_arm_word(uint8_t top)
{
    static const uint8_t usual[] = {0x14, 0x17, 0x1A, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39,
                                    0x52, 0x54, 0x6B, 0x71, 0x72, 0x8B, 0x90, 0x91, 0x94, 0x97,
                                    0xA9, 0xAA, 0xB4, 0xB5, 0xB9, 0xCB, 0xD0, 0xD1, 0xD2, 0xD3,
                                    0xD5, 0xD6, 0xEB, 0xF0, 0xF1, 0xF8, 0xF9, 0xB0};
    return memchr(usual, top, sizeof usual) != NULL;
}

unsigned ock_code_width(const uint8_t *bytes, size_t count, uint64_t at)
{
    enum { BYTES_A_PAIR = 24, ARM = 4 };
    size_t pairs = 0, words = 0, same = 0, branches = 0;
    for (size_t i = 1; i < count; i++) {
        pairs += is_x86_pair(bytes[i - 1], bytes[i]);
        if ((at + i) % ARM == ARM - 1) {
            words += is_arm_word(bytes[i]);
            branches += bytes[i] == 0x94 || bytes[i] == 0x97 || bytes[i] == 0x54;
            same += i >= ARM && bytes[i] == bytes[i - ARM];
        }
    }
    if (BYTES_A_PAIR * pairs > count) {
        return 1;
    }
    const size_t all = count / ARM;
    return 4 * words > 3 * all && 32 * branches > all && 2 * same < all ? ARM : 0;
}
