/* SPDX-License-Identifier: MIT */
/* page_write.c - text, numbers and bytes as they stand on a page. */
#include "measure/page_write.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "measure/trace_format.h"

void ock_page_character(FILE *to, char c)
{
    switch (c) {
    case '&':
        fputs("&amp;", to);
        break;
    case '<':
        fputs("&lt;", to);
        break;
    case '>':
        fputs("&gt;", to);
        break;
    case '"':
        fputs("&quot;", to);
        break;
    case '\'':
        fputs("&#39;", to);
        break;
    default:
        fputc(c, to);
    }
}

/* ---- characters of several bytes ---- */

static bool is_behind(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

size_t ock_page_behind(const uint8_t *bytes, size_t count)
{
    size_t behind = 0;
    while (behind < count && behind < 3 && is_behind(bytes[behind])) {
        behind++;
    }
    return behind;
}

/* What a reader would not see, or see elsewhere: controls, marks and turns of direction, separators, no characters. */
static bool is_hidden(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0, 0x1f},         {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},
                  {0x200b, 0x200f},  {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff},
                  {0xfff9, 0xfffb},  {0xfdd0, 0xfdef}, {0xfffe, 0xffff}, {0xe0000, 0xe0fff},
                  {0x1fffe, 0x1ffff}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

/* ---- names ---- */

void ock_page_name(FILE *to, const char *name)
{
    char shown[OCK_SHOWN_BYTES];
    while (ock_text_show(&name, shown)) {
        uint32_t code = 0;
        const size_t bytes = strlen(shown);
        if (ock_text_character(shown, bytes, &code) == bytes && is_hidden(code)) {
            fprintf(to, "\\u{%" PRIx32 "}", code);
            continue;
        }
        for (const char *c = shown; *c != '\0'; c++) {
            ock_page_character(to, *c);
        }
    }
}

/* ---- numbers ---- */

void ock_page_count(FILE *to, uint64_t number)
{
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, number);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            fputc(',', to);
        }
        fputc(digits[i], to);
    }
}

/* In 1/256 bit a byte; shade i begins at element i. */
static const uint16_t shades[OCK_PAGE_SHADES] = {0, 16, 64, 128, 256, 512, 768, 1152, 1664, 2304};

unsigned ock_page_shade(uint64_t units, uint64_t bytes)
{
    const uint64_t mean = units / bytes;
    unsigned shade = 0;
    while (shade + 1 < OCK_PAGE_SHADES && mean >= shades[shade + 1]) {
        shade++;
    }
    return shade;
}

double ock_page_shade_from(unsigned shade)
{
    return (double)shades[shade] / OCK_TRACE_BIT;
}

/* ---- bytes ---- */

/* What stands for a character that would not be seen; marked, for a text may have the same letters. */
static void put_hidden(FILE *to, uint32_t code)
{
    if (code == '\r') {
        fputs("<u>\\r</u>", to);
    } else if (code < 0x20 || code == 0x7f) {
        fprintf(to, "<u>\\x%02" PRIx32 "</u>", code);
    } else {
        fprintf(to, "<u>\\u{%" PRIx32 "}</u>", code);
    }
}

static void put_sign(FILE *to, const uint8_t *bytes, size_t length, uint32_t code, bool lines)
{
    if (code == '\n') {
        fputs(lines ? "\xe2\x86\xb5\n" : "\xe2\x86\xb5", to); /* an arrow for the line end */
    } else if (code == '\t') {
        fputs("\xe2\x87\xa5", to);
    } else if (is_hidden(code)) {
        put_hidden(to, code);
    } else if (length == 1) {
        ock_page_character(to, (char)bytes[0]);
    } else {
        fwrite(bytes, 1, length, to);
    }
}

/* The character at the beginning, or a lone byte; returns its length. */
static size_t put_next(FILE *to, const uint8_t *bytes, size_t count, bool lines)
{
    uint32_t code = 0;
    const size_t length = ock_text_character(bytes, count, &code);
    if (length == 0) {
        fprintf(to, "<u>\\x%02x</u>", bytes[0]);
        return 1;
    }
    put_sign(to, bytes, length, code, lines);
    return length;
}

static unsigned shade_of_next(const uint8_t *bytes, const uint16_t *costs, size_t count)
{
    uint32_t code = 0;
    uint64_t sum = 0;
    size_t length = ock_text_character(bytes, count, &code);
    length = length == 0 ? 1 : length;
    for (size_t i = 0; i < length; i++) {
        sum += costs[i];
    }
    return ock_page_shade(sum, length);
}

/* Neighbours of one shade are one element. */
void ock_page_bytes(FILE *to, const uint8_t *bytes, const uint16_t *costs, size_t count, bool lines)
{
    unsigned open = OCK_PAGE_SHADES;
    for (size_t i = 0; i < count;) {
        const unsigned shade =
            costs != NULL ? shade_of_next(bytes + i, costs + i, count - i) : OCK_PAGE_SHADES;
        if (shade != open) {
            fputs(open < OCK_PAGE_SHADES ? "</i>" : "", to);
            fprintf(to, "<i class=h%u>", shade);
            open = shade;
        }
        i += put_next(to, bytes + i, count - i, lines);
    }
    fputs(open < OCK_PAGE_SHADES ? "</i>" : "", to);
}
