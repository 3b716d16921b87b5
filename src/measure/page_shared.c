/* SPDX-License-Identifier: MIT */
/* page_shared.c - costs summed and bytes of the input written, for the sections of a page. */
#include "measure/page_shared.h"

#include <stdlib.h>

#include "measure/page_write.h"

uint64_t ock_page_input_bytes(const ock_page *page)
{
    return page->models[0].about->input_bytes;
}

ock_range ock_page_part(const ock_page *page, uint32_t parts, uint32_t i)
{
    return ock_part(ock_page_input_bytes(page), parts, i);
}

double ock_page_part_mean(const ock_page *page, uint32_t parts, uint32_t i, uint64_t sum)
{
    const uint64_t bytes = ock_range_length(ock_page_part(page, parts, i));
    return ock_bits_per_byte(sum, bytes) / OCK_TRACE_BIT;
}

const ock_trace *ock_page_trace(const ock_page *page, size_t model)
{
    return page->traces != NULL && page->traces[model].input != NULL ? &page->traces[model] : NULL;
}

size_t ock_page_shown(const ock_page *page)
{
    size_t best = page->count;
    for (size_t i = 0; i < page->count; i++) {
        if (ock_page_trace(page, i) != NULL &&
            (best == page->count ||
             ock_length_bits(&page->models[i]) < ock_length_bits(&page->models[best]))) {
            best = i;
        }
    }
    return best < page->count ? best : ock_lengths_best(page->models, page->count);
}

ock_status ock_page_sums(const ock_page *page, size_t i, uint32_t *parts, uint64_t **sums)
{
    const ock_length *model = &page->models[i];
    const ock_trace *trace = ock_page_trace(page, i);
    const uint64_t bytes = ock_page_input_bytes(page);
    if (trace == NULL) {
        *parts = model->spans;
    } else if (*parts > bytes) {
        *parts = (uint32_t)bytes;
    }
    *sums = calloc(*parts, sizeof **sums);
    if (*sums == NULL) {
        return ock_fail_memory(*parts * sizeof **sums, "the sums of a page");
    }
    for (uint32_t s = 0; s < *parts && trace == NULL; s++) {
        (*sums)[s] = OCK_TRACE_BIT * ock_length_span_bits(model, s);
    }
    return trace != NULL ? ock_trace_sums(trace, *parts, *sums) : OCK_OK;
}

static ock_status load(const ock_page *page, const ock_trace *trace, uint64_t offset, size_t count,
                       uint8_t *bytes, uint16_t *costs)
{
    const ock_status status = page->input->read_at(page->input->context, offset, bytes, count);
    return status != OCK_OK || trace == NULL ? status : ock_trace_read(trace, offset, costs, count);
}

ock_status ock_page_excerpt(const ock_page *page, uint64_t offset, size_t count, bool lines,
                            FILE *to)
{
    const ock_trace *trace = ock_page_trace(page, ock_page_shown(page));
    const uint64_t left = ock_page_input_bytes(page) - offset;
    const size_t shown = left < count ? (size_t)left : count;
    uint8_t *bytes = malloc(shown + 1);
    uint16_t *costs = malloc((shown + 1) * sizeof *costs);
    ock_status status = bytes != NULL && costs != NULL
                            ? load(page, trace, offset, shown, bytes, costs)
                            : ock_fail_memory(shown * 3, "an excerpt");
    if (status == OCK_OK) {
        const size_t behind = offset > 0 ? ock_page_behind(bytes, shown) : 0;
        ock_page_bytes(to, bytes + behind, trace != NULL ? costs + behind : NULL, shown - behind,
                       lines);
    }
    free(costs);
    free(bytes);
    return status;
}

/* No zeros, and hardly any other control character. */
static bool reads_as_text(const uint8_t *bytes, size_t count)
{
    size_t odd = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t b = bytes[i];
        odd += (b < 0x20 && b != '\n' && b != '\r' && b != '\t' && b != '\f') || b == 0x7f;
        if (b == 0) {
            return false;
        }
    }
    return odd <= count / 100;
}

ock_status ock_page_is_text(const ock_page *page, uint64_t offset, size_t count, bool *text)
{
    uint8_t *bytes = malloc(count + 1);
    if (bytes == NULL) {
        return ock_fail_memory(count, "a look at the input");
    }
    const ock_status status = page->input->read_at(page->input->context, offset, bytes, count);
    *text = status == OCK_OK && reads_as_text(bytes, count);
    free(bytes);
    return status;
}
