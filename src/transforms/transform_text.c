/* SPDX-License-Identifier: MIT */
/* transform_text.c - groups of characters, and the lines they stand in. */
#include "transforms/transform_text.h"

#include <string.h>

#include "base/alive.h"

enum {
    GROUPS = 2048, /* at once */
    MOST_MADE = 3 * GROUPS,
    MOST_CHARACTERS = 4 * GROUPS,
    MOST_TEXT = 3 * MOST_CHARACTERS + 2 /* where every character is a line */
};

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char hex[2][17] = {"0123456789abcdef", "0123456789ABCDEF"};

/* ---- groups ---- */

static unsigned value_of(const char *digits, char digit)
{
    const char *found = digit != '\0' ? strchr(digits, digit) : NULL;
    return found != NULL ? (unsigned)(found - digits) : 0;
}

static void groups_to_bytes(const ock_transform *t, const char *text, size_t count, uint8_t *bytes)
{
    uint8_t values[256];
    const char *digits = t->kind == OCK_BASE64 ? base64 : hex[t->detail];
    for (int i = 0; i < 256; i++) {
        values[i] = (uint8_t)value_of(digits, (char)i);
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *c = (const uint8_t *)text + i * ock_text_group_of(t->kind).characters;
        if (t->kind == OCK_HEX) {
            bytes[i] = (uint8_t)(values[c[0]] << 4 | values[c[1]]);
        } else {
            bytes[3 * i] = (uint8_t)(values[c[0]] << 2 | values[c[1]] >> 4);
            bytes[3 * i + 1] = (uint8_t)(values[c[1]] << 4 | values[c[2]] >> 2);
            bytes[3 * i + 2] = (uint8_t)(values[c[2]] << 6 | values[c[3]]);
        }
    }
}

static void bytes_to_groups(const ock_transform *t, const uint8_t *b, size_t count, char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (t->kind == OCK_HEX) {
            text[2 * i] = hex[t->detail][b[i] >> 4];
            text[2 * i + 1] = hex[t->detail][b[i] & 15];
        } else {
            const uint8_t *g = b + 3 * i;
            const unsigned bits = (unsigned)g[0] << 16 | (unsigned)g[1] << 8 | g[2];
            for (unsigned k = 0; k < 4; k++) {
                text[4 * i + k] = base64[bits >> (18 - 6 * k) & 63];
            }
        }
    }
}

/* ---- some groups of a span ---- */

typedef struct piece {
    uint64_t groups;           /* of the span */
    uint64_t made, made_bytes; /* of what stands for it */
    uint64_t character, characters;
    uint64_t begin, end; /* in the span; with a line end before the first character */
} piece;

static uint64_t group_count(const ock_transform *t)
{
    return ock_transform_characters(t) / ock_text_group_of(t->kind).characters;
}

static piece piece_of(const ock_transform *t, uint64_t first, uint64_t count)
{
    const ock_text_group group = ock_text_group_of(t->kind);
    piece p = {.groups = count};
    p.made = first * group.bytes;
    const uint64_t left = ock_transform_made(t) - p.made, most = count * group.bytes;
    p.made_bytes = left < most ? left : most;
    p.character = first * group.characters;
    p.characters = count * group.characters;
    const bool line = t->width != 0 && p.character > 0 && p.character % t->width == 0;
    p.begin = ock_transform_offset(t, p.character) - (line ? t->line_end : 0);
    p.end = ock_transform_offset(t, p.character + p.characters - 1) + 1;
    return p;
}

/* With and without the line ends. */
static void take_lines_out(const ock_transform *t, const piece *p, const char *lines, char *text)
{
    for (uint64_t i = 0; i < p->characters; i++) {
        text[i] = lines[ock_transform_offset(t, p->character + i) - p->begin];
    }
}

static void put_lines_in(const ock_transform *t, const piece *p, const char *text, char *lines)
{
    static const char ends[2][3] = {"\n\n", "\r\n"};
    for (uint64_t i = 0; i < p->end - p->begin; i++) {
        const uint64_t line = t->width + t->line_end, at = (p->begin + i) % (line > 0 ? line : 1);
        if (t->width != 0 && at >= t->width) {
            lines[i] = ends[t->line_end - 1][at - t->width];
        }
    }
    for (uint64_t i = 0; i < p->characters; i++) {
        lines[ock_transform_offset(t, p->character + i) - p->begin] = text[i];
    }
}

static ock_status read_piece(const ock_transform *t, const ock_source *stream, const piece *p,
                             uint8_t *bytes)
{
    char lines[MOST_TEXT], text[MOST_CHARACTERS];
    ock_status status =
        stream->read_at(stream->context, t->begin + p->begin, lines, (size_t)(p->end - p->begin));
    if (status != OCK_OK) {
        return status;
    }
    take_lines_out(t, p, lines, t->kind == OCK_WRAPPED ? (char *)bytes : text);
    if (t->kind != OCK_WRAPPED) {
        groups_to_bytes(t, text, (size_t)p->groups, bytes);
    }
    return OCK_OK;
}

ock_status ock_text_read(const ock_transform *t, const ock_source *stream, uint64_t within,
                         uint8_t *bytes, size_t count)
{
    uint8_t made[MOST_MADE];
    const unsigned group = ock_text_group_of(t->kind).bytes;
    ock_status status = OCK_OK;
    while (count > 0 && status == OCK_OK) {
        const uint64_t first = within / group, last = (within + count - 1) / group + 1;
        const piece p = piece_of(t, first, last - first < GROUPS ? last - first : GROUPS);
        const size_t before = (size_t)(within - p.made);
        const size_t left = (size_t)p.made_bytes - before, part = left < count ? left : count;
        status = read_piece(t, stream, &p, made);
        memcpy(bytes, made + before, part);
        bytes += part;
        within += part;
        count -= part;
    }
    return status;
}

/* The last group's missing bytes are zeros. */
static ock_status write_piece(const ock_transform *t, const piece *p, uint8_t *made,
                              const ock_target *stream)
{
    char lines[MOST_TEXT], text[MOST_CHARACTERS];
    const bool last = p->made + p->made_bytes == ock_transform_made(t);
    memset(made + p->made_bytes, 0, 3);
    if (t->kind == OCK_WRAPPED) {
        memcpy(text, made, (size_t)p->made_bytes);
    } else {
        bytes_to_groups(t, made, (size_t)p->groups, text);
    }
    if (t->kind == OCK_BASE64 && last) {
        memset(text + p->characters - t->detail, '=', t->detail);
    }
    put_lines_in(t, p, text, lines);
    return stream->write_at(stream->context, t->begin + p->begin, lines,
                            (size_t)(p->end - p->begin));
}

ock_status ock_text_restore(const ock_transform *t, const ock_source *made,
                            const ock_target *stream)
{
    uint8_t bytes[MOST_MADE + 3];
    ock_status status = OCK_OK;
    for (uint64_t end = group_count(t); end > 0 && status == OCK_OK;) {
        const uint64_t first = (end - 1) / GROUPS * GROUPS;
        const piece p = piece_of(t, first, end - first);
        status = made->read_at(made->context, p.made, bytes, (size_t)p.made_bytes);
        if (status == OCK_OK) {
            status = write_piece(t, &p, bytes, stream);
        }
        end = first;
        ock_alive();
    }
    return status;
}
