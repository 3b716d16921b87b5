/* SPDX-License-Identifier: MIT */
/* transforms.h - spans of a stream that are rewritten before lanes are cut, and restored after them: a list.
 *
 * What stands for a span is never longer; the stream with all of them rewritten is what is coded (io/container/FORMAT.md,
 * section 10).
 *
 * Plain data: one thread at a time changes a list, any number read it. */
#ifndef OCK_TRANSFORMS_H
#define OCK_TRANSFORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    OCK_MAX_TRANSFORMS = 1 << 20,
    OCK_MAX_TEXT_WIDTH = 1 << 20,
    OCK_TRANSFORM_BLOCK = 1 << 14 /* of code: each is rewritten by itself */
};

/* Lines of text are equally long, but for the last, which may be shorter; they end alike, but for the last, whose end is
 * not part of the span. */
typedef enum ock_transform_kind {
    OCK_BASE64,  /* 4 characters are 3 bytes; the last 4 may be fewer, with padding */
    OCK_HEX,     /* 2 characters are a byte */
    OCK_WRAPPED, /* line ends are left out */
    OCK_X86,     /* addresses in instructions: transform_branch.h */
    OCK_ARM64,
    OCK_TRANSFORM_KINDS
} ock_transform_kind;

enum { OCK_ALL_TRANSFORMS = (1 << OCK_TRANSFORM_KINDS) - 1 }; /* a bit for each kind */

typedef struct ock_transform {
    uint64_t begin, length; /* in the stream */
    uint64_t saved;         /* bytes that all before this one save */
    uint32_t
        width; /* of a line of text in characters; 0: there is but one line, or it is no text */
    uint8_t kind;
    uint8_t line_end; /* 1: "\n", 2: "\r\n"; 0: width is 0 */
    uint8_t detail;   /* base64: characters of padding, 0 .. 2; hex: 1 for capitals; else 0 */
} ock_transform;

typedef struct ock_transforms {
    uint64_t bytes; /* of the stream */
    size_t count, room;
    ock_transform *of; /* (count) in order, and apart */
} ock_transforms;

/* A list without transforms. Nothing is allocated. */
void ock_transforms_start(ock_transforms *list, uint64_t bytes);
void ock_transforms_free(ock_transforms *list);

/* "base64", "hex", "wrapped", "x86", "arm64". */
const char *ock_transform_name(unsigned kind);

/* Where the last of the first `count` ends; 0 for none. */
uint64_t ock_transforms_end(const ock_transforms *list, size_t count);

/* Whether a transform could stand after those of the list: all of the above holds. `saved` is not looked at. */
bool ock_transforms_allow(const ock_transforms *list, const ock_transform *transform);

/* Takes one that the list allows (OCK_INTERNAL otherwise), and fills in `saved`. OCK_ENVIRONMENT when memory is short
 * or the list has OCK_MAX_TRANSFORMS. */
ock_status ock_transforms_append(ock_transforms *list,
                                 const ock_transform *transform) OCK_WARN_UNUSED;

/* Characters that are bytes together, of a kind of text. */
typedef struct ock_text_group {
    uint8_t characters, bytes;
} ock_text_group;
ock_text_group ock_text_group_of(unsigned kind);

/* Where a character of text stands, from the span's beginning on. */
uint64_t ock_transform_offset(const ock_transform *t, uint64_t character);

/* Characters of text, without line ends; bytes that stand for the span; bytes of the stream once all are rewritten. */
uint64_t ock_transform_characters(const ock_transform *t);
uint64_t ock_transform_made(const ock_transform *t);
uint64_t ock_transforms_made(const ock_transforms *list);

/* Where a byte of what is made lies: in a span, `within` what stands for it, or between them (NULL), at an offset of the
 * stream; and how many bytes from there on lie there. at < ock_transforms_made. */
typedef struct ock_made_place {
    const ock_transform *in;
    uint64_t within; /* or the offset */
    uint64_t bytes;
} ock_made_place;
ock_made_place ock_transforms_place(const ock_transforms *list, uint64_t at);

/* The bytes of the stream that this byte of what is made needs. */
typedef struct ock_stream_part {
    uint64_t begin, end;
} ock_stream_part;
ock_stream_part ock_transforms_origin(const ock_transforms *list, uint64_t at);

#endif
