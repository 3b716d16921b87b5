/* SPDX-License-Identifier: MIT */
/* code_scan.c - blocks that look like machine code, by the instructions that are frequent in it.
 *
 * Measured in blocks of 4096 bytes (libraries and programs of Debian 12): x86-64 code has 270 to 620 of the pairs below,
 * other data up to 50; arm64 code has 22 to 145 calls at one place of a word and next to none at others, and 500 to
 * 800 of 1024 words with one of the usual highest bytes. */
#include <string.h>

#include "base/bytes.h"
#include "transforms/scan.h"

enum { SLACK = 4 }; /* blocks that may be something else */

/* A prefix for 64 bits or for registers, and an opcode. */
static bool is_x86(const uint8_t *bytes, size_t count)
{
    size_t pairs = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        pairs += (bytes[i] & 0xF0) == 0x40 && bytes[i + 1] != 0 &&
                 strchr("HILMJDA", bytes[i]) != NULL &&
                 strchr("\x8b\x89\x8d\x83\x85\x39\x3b\x63\x01\x03\x29\xc7", bytes[i + 1]) != NULL;
    }
    return pairs > 64 && pairs * 32 > count;
}

/* Where in four bytes words with calls begin, if they are more than at all other places: else 4. */
static unsigned find_phase(const uint8_t *bytes, size_t count)
{
    size_t calls[4] = {0}, all = 0;
    for (size_t i = 3; i < count; i++) {
        calls[(i + 1) % 4] += bytes[i] >> 2 == 0x25;
        all += bytes[i] >> 2 == 0x25;
    }
    for (unsigned p = 0; p < 4; p++) {
        if (calls[p] >= 8 && 2 * calls[p] > all) {
            return p;
        }
    }
    return 4;
}

static bool is_arm64(const uint8_t *bytes, size_t count, unsigned phase)
{
    static const char usual[] = "\xf9\xaa\x91\xa9\x52\x54\xb9\xb4\xb5\x71\xeb\xf1\xd6\x94\x97\x14"
                                "\x17\x90\xb0\xd0\xf0\x2a\x39\x11";
    size_t words = 0, returns = 0;
    for (size_t i = phase; i + 4 <= count; i += 4) {
        words += bytes[i + 3] != 0 && strchr(usual, bytes[i + 3]) != NULL;
        returns += ock_get_le(bytes + i, 4) == 0xD65F03C0;
    }
    return words * 10 > count && returns > 0;
}

static unsigned kind_of(const ock_code_scan *s, const ock_scan_block *b, unsigned *phase)
{
    *phase = 0;
    if ((s->kinds >> OCK_X86 & 1) != 0 && is_x86(b->bytes, b->count)) {
        return OCK_X86;
    }
    const unsigned found = find_phase(b->bytes, b->count);
    if (found == 4 || (s->kinds >> OCK_ARM64 & 1) == 0 || !is_arm64(b->bytes, b->count, found)) {
        return OCK_TRANSFORM_KINDS;
    }
    *phase = found;
    return OCK_ARM64;
}

ock_status ock_code_scan_end(ock_code_scan *s)
{
    const ock_transform span = s->span;
    s->span.length = 0;
    return span.length > 0 && s->blocks > 1 ? ock_scan_take(s->found, &span) : OCK_OK;
}

ock_status ock_code_scan_block(ock_code_scan *s, const ock_scan_block *b)
{
    unsigned phase;
    ock_status status = OCK_OK;
    const unsigned kind = kind_of(s, b, &phase);
    const uint64_t begin = b->at + phase, end = b->at + b->count;
    const bool other = kind != s->span.kind || (begin - s->span.begin) % 4 != 0;
    if (s->span.length > 0 && (kind == OCK_TRANSFORM_KINDS ? end - s->span.begin - s->span.length >
                                                                 SLACK * (uint64_t)OCK_SCAN_BYTES
                                                           : other)) {
        status = ock_code_scan_end(s);
    }
    if (kind == OCK_TRANSFORM_KINDS || status != OCK_OK) {
        return status;
    }
    if (s->span.length == 0) {
        s->span = (ock_transform){.begin = begin, .kind = (uint8_t)kind};
        s->blocks = 0;
    }
    s->span.length = end - s->span.begin;
    s->blocks++;
    return OCK_OK;
}
