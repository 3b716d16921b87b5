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

/* Both in order; of those that overlap the first. */
static ock_status merge(const ock_transforms *a, const ock_transforms *b, ock_transforms *found)
{
    ock_status status = OCK_OK;
    for (size_t i = 0, j = 0; i + j < a->count + b->count && status == OCK_OK;) {
        const bool first = j == b->count || (i < a->count && a->of[i].begin <= b->of[j].begin);
        status = ock_scan_take(found, first ? &a->of[i++] : &b->of[j++]);
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
