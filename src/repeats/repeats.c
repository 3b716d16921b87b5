/* SPDX-License-Identifier: MIT */
/* repeats.c - the list of repeats, and where what is left lies. */
#include "repeats/repeats.h"

#include <stdlib.h>

#include "base/grow.h"
#include "base/search.h"

void ock_repeats_start(ock_repeats *repeats, uint64_t prior_bytes, uint64_t input_bytes)
{
    *repeats = (ock_repeats){.prior_bytes = prior_bytes, .input_bytes = input_bytes};
}

void ock_repeats_free(ock_repeats *repeats)
{
    free(repeats->of);
    *repeats = (ock_repeats){.of = NULL};
}

uint64_t ock_repeats_end(const ock_repeats *repeats, size_t count)
{
    return count == 0 ? 0 : repeats->of[count - 1].target + repeats->of[count - 1].length;
}

/* Bytes of the first `count` repeats. */
static uint64_t taken_by(const ock_repeats *repeats, size_t count)
{
    return count == 0 ? 0 : repeats->of[count - 1].taken + repeats->of[count - 1].length;
}

uint64_t ock_repeats_taken(const ock_repeats *repeats)
{
    return taken_by(repeats, repeats->count);
}

uint64_t ock_repeats_rest(const ock_repeats *repeats)
{
    return repeats->input_bytes - ock_repeats_taken(repeats);
}

bool ock_repeats_allow(const ock_repeats *repeats, uint64_t target, uint64_t source,
                       uint64_t length)
{
    const uint64_t least = ock_repeats_end(repeats, repeats->count);
    return length > 0 && target >= least && target <= repeats->input_bytes &&
           length <= repeats->input_bytes - target &&
           (source < repeats->prior_bytes || source - repeats->prior_bytes < target);
}

ock_status ock_repeats_append(ock_repeats *repeats, uint64_t target, uint64_t source,
                              uint64_t length)
{
    if (!ock_repeats_allow(repeats, target, source, length)) {
        return ock_fail(OCK_INTERNAL, "a repeat that is out of order or range");
    }
    if (repeats->count == OCK_MAX_REPEATS) {
        return ock_fail(OCK_ENVIRONMENT, "more than %d repeats", (int)OCK_MAX_REPEATS);
    }
    const uint64_t taken = ock_repeats_taken(repeats);
    ock_status status = ock_grow((void **)&repeats->of, repeats->count, &repeats->room,
                                 sizeof *repeats->of, "the list of repeats");
    if (status == OCK_OK) {
        repeats->of[repeats->count++] = (ock_repeat){target, source, length, taken};
    }
    return status;
}

/* The first `kept` entries are those kept of the first `at`: that one follows, or is left out. */
static size_t keep_one(ock_repeats *repeats, size_t kept, size_t at, bool wanted)
{
    if (wanted) {
        ock_repeat repeat = repeats->of[at];
        repeat.taken = taken_by(repeats, kept);
        repeats->of[kept] = repeat;
    }
    return kept + wanted;
}

void ock_repeats_keep(ock_repeats *repeats, const bool *wanted)
{
    size_t kept = 0;
    for (size_t i = 0; i < repeats->count; i++) {
        kept = keep_one(repeats, kept, i, wanted[i]);
    }
    repeats->count = kept;
}

void ock_repeats_drop_short(ock_repeats *repeats, uint64_t shortest)
{
    size_t kept = 0;
    for (size_t i = 0; i < repeats->count; i++) {
        kept = keep_one(repeats, kept, i, repeats->of[i].length >= shortest);
    }
    repeats->count = kept;
}

/* Where the rest before a repeat ends, counted in the rest. */
static uint64_t rest_before(const ock_repeat *repeat)
{
    return repeat->target - repeat->taken;
}

/* Whether a repeat's target begins at an offset of the input or before it; and of the rest. */
static bool begins_by(const void *repeat, uint64_t offset)
{
    return ((const ock_repeat *)repeat)->target <= offset;
}

static bool begins_in_rest_by(const void *repeat, uint64_t at)
{
    return rest_before(repeat) <= at;
}

ock_rest_run ock_repeats_place(const ock_repeats *repeats, uint64_t at)
{
    const size_t before =
        ock_count_before(repeats->of, repeats->count, sizeof *repeats->of, begins_in_rest_by, at);
    const uint64_t end =
        before < repeats->count ? rest_before(&repeats->of[before]) : ock_repeats_rest(repeats);
    return (ock_rest_run){at + taken_by(repeats, before), end - at};
}

size_t ock_repeats_begun(const ock_repeats *repeats, uint64_t offset)
{
    return ock_count_before(repeats->of, repeats->count, sizeof *repeats->of, begins_by, offset);
}

uint64_t ock_repeats_rest_before(const ock_repeats *repeats, uint64_t offset)
{
    const size_t begun = ock_repeats_begun(repeats, offset);
    if (begun == 0) {
        return offset;
    }
    const ock_repeat *last = &repeats->of[begun - 1];
    return offset < ock_repeats_end(repeats, begun) ? rest_before(last)
                                                    : offset - last->taken - last->length;
}
