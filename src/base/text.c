/* SPDX-License-Identifier: MIT */
/* text.c - shown forms, cuts and formats. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- shown forms ---- */

/* Well-formed sequences of UTF-8 (RFC 3629, section 4): the first byte decides how many there are and what
 * the second may be; further ones are 0x80 to 0xbf. */
static const struct {
    unsigned char first, first_most, second, second_most;
    size_t bytes;
} sequences[] = {
    {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool is_within(unsigned char byte, unsigned char least, unsigned char most)
{
    return byte >= least && byte <= most;
}

size_t ock_text_character(const void *text, size_t count, uint32_t *code)
{
    const unsigned char *at = text;
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0] && count > 0; i++) {
        const size_t bytes = sequences[i].bytes;
        if (!is_within(at[0], sequences[i].first, sequences[i].first_most)) {
            continue;
        }
        if (bytes > count ||
            (bytes > 1 && !is_within(at[1], sequences[i].second, sequences[i].second_most))) {
            return 0;
        }
        *code = bytes == 1 ? at[0] : at[0] & (0x7fU >> bytes);
        for (size_t next = 1; next < bytes; next++) {
            if (!is_within(at[next], 0x80, 0xbf)) {
                return 0;
            }
            *code = *code << 6 | (at[next] & 0x3f);
        }
        return bytes;
    }
    return 0;
}

static bool is_plain(uint32_t code)
{
    return code >= 0x20 && code != '\\' && (code < 0x7f || code >= 0xa0);
}

bool ock_text_show(const char **text, char shown[OCK_SHOWN_BYTES])
{
    enum { LONGEST = 4 };
    const unsigned char *at = (const unsigned char *)*text;
    uint32_t code = 0;
    const size_t found = ock_text_character(at, strnlen(*text, LONGEST), &code);
    const size_t bytes = found > 0 ? found : 1;
    if (at[0] == '\0') {
        return false;
    }
    if (found > 0 && is_plain(code)) {
        memcpy(shown, at, bytes);
        shown[bytes] = '\0';
    } else {
        for (size_t i = 0; i < bytes; i++) {
            snprintf(shown + 4 * i, OCK_SHOWN_BYTES - 4 * i, "\\%03o", (unsigned)at[i]);
        }
    }
    *text += bytes;
    return true;
}

bool ock_text_is_shown_as(const char *text, const char *shown)
{
    char character[OCK_SHOWN_BYTES];
    while (ock_text_show(&text, character)) {
        const size_t bytes = strlen(character);
        if (strncmp(shown, character, bytes) != 0) {
            return false;
        }
        shown += bytes;
    }
    return *shown == '\0';
}

/* ---- cuts ---- */

static bool continues(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

char *ock_text_cut(const char *text, char *to, size_t size)
{
    static const char gap[] = "...";
    enum { GAP = sizeof gap - 1, MOST_CONTINUATIONS = 3 };
    const size_t length = strlen(text);
    if (length < size) {
        memcpy(to, text, length + 1);
        return to;
    }
    size_t head = (size - 1 - GAP) / 2, tail = length - (size - 1 - GAP - head);
    for (int i = 0; i < MOST_CONTINUATIONS && head > 0 && continues(text[head]); i++) {
        head--;
    }
    for (int i = 0; i < MOST_CONTINUATIONS && continues(text[tail]); i++) {
        tail++;
    }
    memcpy(to, text, head);
    memcpy(to + head, gap, GAP);
    memcpy(to + head + GAP, text + tail, length - tail + 1);
    return to;
}

/* ---- paths ---- */

const char *ock_text_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* ---- formats ---- */

char *ock_text_format(char *usual, size_t size, const char *format, va_list arguments)
{
    va_list again;
    char *longer = NULL;
    va_copy(again, arguments);
    const int length = vsnprintf(usual, size, format, arguments);
    if (length < 0) {
        usual[0] = '\0';
    } else if ((size_t)length >= size) {
        longer = malloc((size_t)length + 1);
    }
    if (longer != NULL) {
        vsnprintf(longer, (size_t)length + 1, format, again);
    }
    va_end(again);
    return longer != NULL ? longer : usual;
}
