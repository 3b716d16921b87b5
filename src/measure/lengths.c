/* SPDX-License-Identifier: MIT */
/* lengths.c - description lengths, of the whole and span by span, and which is the shortest. */
#include "measure/lengths.h"

#include <string.h>

#include "archive/plan_file.h"
#include "base/range.h"

uint64_t ock_length_span_begin(const ock_length *length, uint32_t span)
{
    return ock_part(length->about->input_bytes, length->spans, span).begin;
}

uint64_t ock_length_span_bits(const ock_length *length, uint32_t span)
{
    return length->about->trace_marks > 0 ? 8 * length->about->trace[span] : length->whole_bits;
}

double ock_bits_per_byte(uint64_t bits, uint64_t bytes)
{
    return bytes > 0 ? (double)bits / (double)bytes : 0.0;
}

double ock_length_span_per_byte(const ock_length *length, uint32_t span)
{
    const ock_range part = ock_part(length->about->input_bytes, length->spans, span);
    return ock_bits_per_byte(ock_length_span_bits(length, span), ock_range_length(part));
}

ock_status ock_length_load(const char *path, ock_length *length)
{
    length->path = path;
    ock_status status = ock_plan_open(path, &length->input, &length->container, &length->plan);
    if (status != OCK_OK) {
        return status;
    }
    const ock_container_info *about = ock_container_about(length->container);
    length->about = about;
    length->extra_bytes = ock_container_extra_bytes(length->container);
    length->data_bits = 8 * (ock_container_file_bytes(length->container) - length->extra_bytes);
    length->whole_bits =
        8 * (ock_container_transcript_bytes(length->container) + about->repeats_bytes +
             about->transforms_bytes + about->layouts_bytes);
    length->spans = about->trace_marks > 0 ? about->trace_marks : 1;
    return OCK_OK;
}

void ock_length_close(ock_length *length)
{
    ock_container_close(length->container);
    ock_input_close(length->input);
    length->container = NULL;
    length->input = NULL;
}

/* ---- priors ---- */

/* The file that describes prior `number`, or NULL. */
static const ock_length *describing(const ock_length *length, uint32_t number,
                                    const ock_length *priors, size_t count)
{
    const ock_prior_names *named = &length->plan.priors;
    for (size_t i = 0; i < count; i++) {
        if (priors[i].about->input_bytes == named->of[number].bytes &&
            memcmp(priors[i].about->input_digest, named->of[number].digest, OCK_DIGEST_BYTES) ==
                0) {
            return &priors[i];
        }
    }
    return NULL;
}

void ock_length_count_priors(ock_length *length, const ock_length *priors, size_t count)
{
    for (uint32_t i = 0; i < length->plan.priors.count; i++) {
        const ock_length *own = describing(length, i, priors, count);
        length->prior_bits += own != NULL ? own->data_bits : 8 * length->plan.priors.of[i].bytes;
    }
}

uint64_t ock_length_bits(const ock_length *length)
{
    return length->data_bits + length->prior_bits;
}

/* ---- comparison ---- */

/* A list of files has one code. */
static bool same_list(const ock_container_info *a, const ock_container_info *b)
{
    return (a->manifest == NULL) == (b->manifest == NULL) &&
           a->manifest_bytes == b->manifest_bytes &&
           (a->manifest == NULL || memcmp(a->manifest, b->manifest, a->manifest_bytes) == 0);
}

static bool same_input(const ock_length *a, const ock_length *b)
{
    return same_list(a->about, b->about) &&
           memcmp(a->about->input_digest, b->about->input_digest, OCK_DIGEST_BYTES) == 0 &&
           a->about->input_bytes == b->about->input_bytes && a->spans == b->spans;
}

bool ock_lengths_comparable(const ock_length *all, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (!same_input(&all[0], &all[i])) {
            return false;
        }
    }
    return count > 1;
}

size_t ock_lengths_best(const ock_length *all, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        if (ock_length_bits(&all[i]) < ock_length_bits(&all[best])) {
            best = i;
        }
    }
    return best;
}

size_t ock_lengths_best_in_span(const ock_length *all, size_t count, uint32_t span)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        if (ock_length_span_bits(&all[i], span) < ock_length_span_bits(&all[best], span)) {
            best = i;
        }
    }
    return best;
}
