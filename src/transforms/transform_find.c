/* SPDX-License-Identifier: MIT */
/* transform_find.c - one pass, past all that look. */
#include "transforms/transform_find.h"

#include <stdlib.h>

#include "base/alive.h"
#include "transforms/scan.h"

ock_status ock_scan_take(ock_transforms *found, const ock_transform *span)
{
    return found->count < OCK_MAX_TRANSFORMS && ock_transforms_allow(found, span)
               ? ock_transforms_append(found, span)
               : OCK_OK;
}

enum { LEAST = 256 }; /* of code */

/* Words stay where they are. */
static void begin_behind(ock_transform *code, uint64_t offset)
{
    const uint64_t end = code->begin + code->length;
    if (offset > code->begin) {
        code->begin = offset + (code->begin - offset) % 4;
        code->length = end >= code->begin + LEAST ? end - code->begin : 0;
    }
}

/* Blocks of code have text at their borders, which goes first: the span is what lies before it, and starts
 * over after it. */
static ock_status take_text(ock_transform *code, const ock_transform *text, ock_transforms *found)
{
    ock_status status = OCK_OK;
    if (text->begin >= code->begin + LEAST) {
        ock_transform before = *code;
        before.length = text->begin - code->begin;
        status = ock_scan_take(found, &before);
    }
    begin_behind(code, text->begin + text->length);
    return status != OCK_OK ? status : ock_scan_take(found, text);
}

static ock_status merge(const ock_transforms *texts, const ock_transforms *codes,
                        ock_transforms *found)
{
    size_t i = 0;
    ock_status status = OCK_OK;
    for (size_t j = 0; j < codes->count && status == OCK_OK; j++) {
        ock_transform code = codes->of[j];
        const uint64_t end = code.begin + code.length;
        begin_behind(&code, ock_transforms_end(found, found->count));
        while (i < texts->count && texts->of[i].begin < end && status == OCK_OK) {
            status = take_text(&code, &texts->of[i++], found);
        }
        if (status == OCK_OK) {
            status = ock_scan_take(found, &code);
        }
    }
    while (i < texts->count && status == OCK_OK) {
        status = ock_scan_take(found, &texts->of[i++]);
    }
    return status;
}

static ock_status walk(const ock_source *stream, uint64_t bytes, ock_text_scan *text,
                       ock_code_scan *code)
{
    uint8_t buffer[OCK_SCAN_BYTES + OCK_SCAN_AHEAD];
    ock_status status = OCK_OK;
    for (uint64_t at = 0; at < bytes && status == OCK_OK; at += OCK_SCAN_BYTES) {
        const uint64_t left = bytes - at;
        const size_t all = left < sizeof buffer ? (size_t)left : sizeof buffer;
        const size_t count = all < OCK_SCAN_BYTES ? all : OCK_SCAN_BYTES;
        const ock_scan_block block = {at, buffer, count, all - count};
        status = stream->read_at(stream->context, at, buffer, all);
        if (status == OCK_OK) {
            status = ock_text_scan_block(text, &block);
        }
        if (status == OCK_OK) {
            status = ock_code_scan_block(code, &block);
        }
        ock_alive();
    }
    if (status == OCK_OK) {
        status = ock_text_scan_end(text, bytes);
    }
    return status != OCK_OK ? status : ock_code_scan_end(code);
}

ock_status ock_transforms_find(const ock_source *stream, uint64_t bytes, unsigned kinds,
                               ock_transforms *found)
{
    ock_transforms texts, codes;
    ock_transforms_start(&texts, bytes);
    ock_transforms_start(&codes, bytes);
    ock_transforms_start(found, bytes);
    ock_text_scan text = {.stream = stream, .kinds = kinds, .found = &texts};
    ock_code_scan code = {.kinds = kinds, .found = &codes};
    ock_status status = kinds != 0 ? walk(stream, bytes, &text, &code) : OCK_OK;
    if (status == OCK_OK) {
        status = merge(&texts, &codes, found);
    }
    ock_transforms_free(&texts);
    ock_transforms_free(&codes);
    return status;
}
