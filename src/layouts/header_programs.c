/* SPDX-License-Identifier: MIT */
/* header_programs.c - programs: what of them a CPU executes. And archives of files. */
#include "layouts/headers.h"

#include "layouts/find.h"

static void add_code(ock_file *f, uint64_t begin, uint64_t length, unsigned width)
{
    ock_file_add(
        f, &(ock_found){.begin = begin, .length = length, .kind = OCK_REGION_CODE, .width = width});
}

/* ---- ELF ---- */

static unsigned elf_width(uint64_t machine)
{
    enum { RISC_V = 243 };
    static const uint8_t fixed[] = {2, 8, 18, 20, 21, 22, 40, 43, 183};
    for (size_t i = 0; i < sizeof fixed; i++) {
        if (machine == fixed[i]) {
            return 4;
        }
    }
    return machine == RISC_V ? 2 : 1;
}

bool ock_read_elf(ock_file *f)
{
    enum { LITTLE = 1, LONG = 2, PROGRAM = 1, EXECUTABLE = 4 };
    const bool wide = ock_file_get(f, 4, 1) == LONG;
    const unsigned word = wide ? 8 : 4;
    f->big = ock_file_get(f, 5, 1) != LITTLE;
    const unsigned width = elf_width(ock_file_get(f, 18, 2));
    const uint64_t table = ock_file_get(f, wide ? 0x28 : 0x20, word);
    const uint64_t size = ock_file_get(f, wide ? 0x3A : 0x2E, 2);
    const uint64_t count = ock_file_get(f, wide ? 0x3C : 0x30, 2);
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t at = ock_plus(table, i * size);
        const uint64_t flags = ock_file_get(f, ock_plus(at, 8), word),
                       rest = ock_plus(at, 8 + 2 * word);
        if (ock_file_get(f, ock_plus(at, 4), 4) == PROGRAM && (flags & EXECUTABLE)) {
            add_code(f, ock_file_get(f, rest, word), ock_file_get(f, ock_plus(rest, word), word),
                     width);
        }
    }
    return true;
}

/* ---- PE ---- */

bool ock_read_pe(ock_file *f)
{
    enum { SECTION = 40, EXECUTABLE = 0x20000000, ARM64 = 0xAA64 };
    const uint64_t at = ock_file_get(f, 0x3C, 4), count = ock_file_get(f, at + 6, 2);
    const unsigned width = ock_file_get(f, at + 4, 2) == ARM64 ? 4 : 1;
    const uint64_t first = at + 24 + ock_file_get(f, at + 20, 2);
    if (!ock_file_has(f, at, "PE\0\0", 4)) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t section = first + i * SECTION;
        if (ock_file_get(f, section + 36, 4) & EXECUTABLE) {
            add_code(f, ock_file_get(f, section + 20, 4), ock_file_get(f, section + 16, 4), width);
        }
    }
    return true;
}

/* ---- Mach-O ---- */

static void read_segment(ock_file *f, uint64_t at, bool wide, unsigned width)
{
    enum { EXECUTABLE = 4 };
    const unsigned word = wide ? 8 : 4;
    const uint64_t two = 2 * (uint64_t)word, place = at + 24 + two;
    if (ock_file_get(f, place + two + 4, 4) & EXECUTABLE) {
        add_code(f, ock_file_get(f, place, word), ock_file_get(f, place + word, word), width);
    }
}

bool ock_read_macho(ock_file *f)
{
    enum { ARM = 12, SEGMENT = 1, WIDE_SEGMENT = 0x19, HEAD = 28 };
    f->big = ock_file_has(f, 0, "\xfe", 1);
    const bool wide = ock_file_get(f, 0, 4) == 0xFEEDFACF;
    const unsigned width = (ock_file_get(f, 4, 4) & 0xFFFFFF) == ARM ? 4 : 1;
    const uint64_t count = ock_file_get(f, 16, 4);
    uint64_t at = wide ? HEAD + 4 : HEAD;
    for (uint64_t i = 0; i < count && i < OCK_HEADER_STEPS && at < f->bytes; i++) {
        const uint64_t what = ock_file_get(f, at, 4);
        if (what == SEGMENT || what == WIDE_SEGMENT) {
            read_segment(f, at, what == WIDE_SEGMENT, width);
        }
        at += ock_file_get(f, at + 4, 4);
    }
    return true;
}

/* ---- tar ---- */

/* Octal digits; or, with the highest bit of the first byte set, bytes. */
static uint64_t tar_size(ock_file *f, uint64_t at)
{
    uint64_t size = 0;
    f->big = true;
    if (ock_file_get(f, at, 1) & 128) {
        return ock_file_get(f, at + 4, 8);
    }
    for (uint64_t i = 0; i < 12; i++) {
        const uint64_t digit = ock_file_get(f, at + i, 1) - '0';
        size = digit < 8 ? size * 8 + digit : size;
    }
    return size;
}

bool ock_read_tar(ock_file *f)
{
    enum { BLOCK = 512, SIZE = 124, KIND = 156, MAGIC = 257 };
    for (uint64_t at = 0; ock_file_has(f, ock_plus(at, MAGIC), "ustar", 5);) {
        const uint64_t size = tar_size(f, at + SIZE), kind = ock_file_get(f, at + KIND, 1);
        if (kind == 0 || kind == '0' || kind == '7') {
            ock_find_in_member(f, at + BLOCK, size);
        }
        at = ock_plus(at + BLOCK, ock_times(size / BLOCK + (size % BLOCK > 0), BLOCK));
    }
    return true;
}
