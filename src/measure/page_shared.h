/* SPDX-License-Identifier: MIT */
/* page_shared.h - what a page is made of, and what its sections have in common. */
#ifndef OCK_PAGE_SHARED_H
#define OCK_PAGE_SHARED_H

#include <stdbool.h>
#include <stdio.h>

#include "base/range.h"
#include "base/source.h"
#include "measure/lengths.h"
#include "measure/trace_read.h"

typedef struct ock_page {
    const ock_length *models; /* (count) of one input; at least one */
    size_t count;
    const ock_trace *
        traces; /* (count) what the bytes cost by each; without an input where that is unknown; NULL: by none */
    const ock_source *input; /* what all were made of, or NULL */
    uint64_t program_bits;   /* 0: unknown */
} ock_page;

/* Curves have so many styles, one after another. */
enum { OCK_PAGE_STYLES = 6 };

/* The trace of bytes by a model, or NULL. */
const ock_trace *ock_page_trace(const ock_page *page, size_t model);

/* The model whose costs are shown in shades: the shortest of those that have a trace, or of all where none has. */
size_t ock_page_shown(const ock_page *page);

/* What equal parts of the input cost by a model, in 1/256 bit. *parts: how many are wanted; what there are: one a span
 * without a trace of bytes, and none that has no byte. *sums: new memory, which the caller frees. */
ock_status ock_page_sums(const ock_page *page, size_t model, uint32_t *parts,
                         uint64_t **sums) OCK_WARN_UNUSED;

/* The bytes of part i of these; and what a byte of it costs in the mean, in bits, where the part costs `sum` in 1/256
 * bit. */
ock_range ock_page_part(const ock_page *page, uint32_t parts, uint32_t i);
double ock_page_part_mean(const ock_page *page, uint32_t parts, uint32_t i, uint64_t sum);

uint64_t ock_page_input_bytes(const ock_page *page);

/* The bytes of the input from `offset` on, at most `count`, in shades where their costs are known; in lines or
 * in one. */
ock_status ock_page_excerpt(const ock_page *page, uint64_t offset, size_t count, bool lines,
                            FILE *to) OCK_WARN_UNUSED;

/* Whether the bytes from `offset` on, `count` of them, read as text. */
ock_status ock_page_is_text(const ock_page *page, uint64_t offset, size_t count,
                            bool *text) OCK_WARN_UNUSED;

#endif
