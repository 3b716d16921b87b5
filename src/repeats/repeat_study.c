/* SPDX-License-Identifier: MIT */
/* repeat_study.c - spans of priors that are referred to, and what lies around their ends. */
#include "repeats/repeat_study.h"

#include <stdlib.h>

typedef struct span {
    uint64_t begin, end; /* in the priors */
} span;

/* What repeats refer to: apart, and in order. */
typedef struct referred {
    span *of;
    size_t count;
    uint64_t prior_bytes;
    uint64_t saved; /* bytes of the input that come from priors */
} referred;

static int compare_begins(const void *a, const void *b)
{
    const span *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

static void collect(const ock_repeats *repeats, referred *r)
{
    for (size_t i = 0; i < repeats->count; i++) {
        const ock_repeat *repeat = &repeats->of[i];
        if (repeat->source < repeats->prior_bytes) {
            const uint64_t left = repeats->prior_bytes - repeat->source;
            const uint64_t length = repeat->length < left ? repeat->length : left;
            r->of[r->count++] = (span){repeat->source, repeat->source + length};
            r->saved += length;
        }
    }
}

static void merge(referred *r)
{
    size_t kept = 0;
    qsort(r->of, r->count, sizeof *r->of, compare_begins);
    for (size_t i = 0; i < r->count; i++) {
        if (kept > 0 && r->of[i].begin <= r->of[kept - 1].end) {
            span *last = &r->of[kept - 1];
            last->end = r->of[i].end > last->end ? r->of[i].end : last->end;
        } else {
            r->of[kept++] = r->of[i];
        }
    }
    r->count = kept;
}

/* Repeats of priors begin anywhere: as though a text of one byte stood before them. */
static ock_status leave_out(ock_repeats *parts, uint64_t begin, uint64_t end)
{
    return begin < end ? ock_repeats_append(parts, begin, 0, end - begin) : OCK_OK;
}

static ock_status leave_referred_out(const referred *r, ock_repeats *parts)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < r->count && status == OCK_OK; i++) {
        status = leave_out(parts, r->of[i].begin, r->of[i].end);
    }
    return status;
}

/* End number `index` of the spans, with `reach` bytes on either side. */
static span around(const referred *r, size_t index, uint64_t reach)
{
    const span *of = &r->of[index / 2];
    const uint64_t at = index % 2 == 0 ? of->begin : of->end, left = r->prior_bytes - at;
    return (span){at < reach ? 0 : at - reach, left < reach ? r->prior_bytes : at + reach};
}

/* How much lies within `reach` of an end. */
static uint64_t count_around(const referred *r, uint64_t reach)
{
    uint64_t sum = 0, covered = 0;
    for (size_t i = 0; i < 2 * r->count; i++) {
        const span s = around(r, i, reach);
        const uint64_t begin = s.begin > covered ? s.begin : covered;
        sum += s.end > begin ? s.end - begin : 0;
        covered = s.end > covered ? s.end : covered;
    }
    return sum;
}

static ock_status leave_far_out(const referred *r, uint64_t reach, ock_repeats *parts)
{
    uint64_t covered = 0;
    ock_status status = OCK_OK;
    for (size_t i = 0; i < 2 * r->count && status == OCK_OK; i++) {
        const span s = around(r, i, reach);
        status = leave_out(parts, covered, s.begin);
        covered = s.end > covered ? s.end : covered;
    }
    return status != OCK_OK ? status : leave_out(parts, covered, r->prior_bytes);
}

/* The farthest power of two within which no more than that lies; 0 where none is near enough. */
static uint64_t choose_reach(const referred *r, uint64_t most)
{
    uint64_t reach = 0;
    for (uint64_t next = 16; next <= r->prior_bytes && count_around(r, next) <= most; next *= 2) {
        reach = next;
    }
    return reach;
}

ock_status ock_repeats_study(const ock_repeats *repeats, ock_repeats *parts)
{
    referred r = {.of = malloc((repeats->count + 1) * sizeof *r.of),
                  .prior_bytes = repeats->prior_bytes};
    ock_repeats_start(parts, 1, repeats->prior_bytes);
    if (r.of == NULL) {
        return ock_fail_memory((repeats->count + 1) * sizeof *r.of, "choosing parts of priors");
    }
    collect(repeats, &r);
    merge(&r);
    const bool version = r.saved > repeats->input_bytes / 2;
    const uint64_t most = OCK_STUDY_TIMES * ock_repeats_rest(repeats);
    ock_status status =
        version ? leave_far_out(&r, choose_reach(&r, most), parts) : leave_referred_out(&r, parts);
    free(r.of);
    return status;
}
