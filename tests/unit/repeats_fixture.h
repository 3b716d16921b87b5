/* SPDX-License-Identifier: MIT */
/* repeats_fixture.h - what the tests of repeats share: texts that have the repeats of a list, bytes behind the tables
 * of calls, and what any list must be. */
#ifndef OCK_REPEATS_FIXTURE_H
#define OCK_REPEATS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "base/source.h"
#include "repeats/repeats.h"

/* ---- numbers and texts ---- */

/* splitmix64 */
static inline uint64_t next(uint64_t *random)
{
    uint64_t z = *random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static inline uint64_t below(uint64_t *random, uint64_t limit)
{
    return next(random) % limit;
}

static inline void *memory_of(size_t bytes)
{
    void *memory = calloc(bytes > 0 ? bytes : 1, 1);
    assert_non_null(memory);
    return memory;
}

static inline void scramble(uint8_t *bytes, size_t count, uint64_t seed)
{
    uint64_t random = seed;
    for (size_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)(next(&random) >> 32);
    }
}

/* ---- bytes that are read and written by offset ---- */

typedef struct shelf {
    uint8_t *bytes;
    size_t count, calls;
    size_t failing; /* the number of the call that fails; SIZE_MAX: none */
    size_t piece;   /* calls are served so many bytes at a time */
} shelf;

static inline shelf shelf_of(uint8_t *bytes, size_t count)
{
    return (shelf){bytes, count, 0, SIZE_MAX, SIZE_MAX};
}

static inline ock_status visit(shelf *s, uint64_t offset, size_t count)
{
    assert_true(count > 0 && offset <= s->count && count <= s->count - offset);
    return s->calls++ == s->failing ? ock_fail(OCK_ENVIRONMENT, "the shelf fails on purpose")
                                    : OCK_OK;
}

static inline ock_status read_shelf(void *context, uint64_t offset, void *bytes, size_t count)
{
    shelf *s = context;
    ock_status status = visit(s, offset, count);
    for (size_t done = 0, part = 0; done < count && status == OCK_OK; done += part) {
        part = count - done < s->piece ? count - done : s->piece;
        memcpy((char *)bytes + done, s->bytes + offset + done, part);
    }
    return status;
}

static inline ock_status write_shelf(void *context, uint64_t offset, const void *bytes,
                                     size_t count)
{
    shelf *s = context;
    ock_status status = visit(s, offset, count);
    if (status == OCK_OK) {
        memcpy(s->bytes + offset, bytes, count);
    }
    return status;
}

static inline ock_status flush_shelf(void *context)
{
    shelf *s = context;
    s->calls++;
    return ock_fail(OCK_ENVIRONMENT, "the shelf can't be flushed");
}

/* ---- a text with a list ---- */

typedef struct specimen {
    uint8_t *text; /* (prior_bytes + input_bytes) */
    size_t prior_bytes, input_bytes;
    ock_repeats repeats;
} specimen;

static inline specimen specimen_of(size_t prior_bytes, size_t input_bytes, uint64_t seed)
{
    specimen s = {memory_of(prior_bytes + input_bytes), prior_bytes, input_bytes, {.of = NULL}};
    scramble(s.text, prior_bytes + input_bytes, seed);
    ock_repeats_start(&s.repeats, prior_bytes, input_bytes);
    return s;
}

/* With priors or without, and an input of up to `longest` bytes. */
static inline specimen any_specimen(size_t prior_bytes, size_t longest, uint64_t *random)
{
    const size_t before = below(random, 2) == 0 ? 0 : prior_bytes;
    const size_t bytes = (size_t)below(random, longest + 1);
    return specimen_of(before, bytes, next(random));
}

static inline void discard(specimen *s)
{
    ock_repeats_free(&s->repeats);
    free(s->text);
}

static inline uint8_t *input_of(const specimen *s)
{
    return s->text + s->prior_bytes;
}

/* One more repeat, and the text has it: byte by byte, as overlapping ones want it. */
static inline void add(specimen *s, uint64_t target, uint64_t source, uint64_t length)
{
    assert_int_equal(ock_repeats_append(&s->repeats, target, source, length), OCK_OK);
    for (uint64_t i = 0; i < length; i++) {
        input_of(s)[target + i] = s->text[source + i];
    }
}

/* What any list must be. */
static inline void check_rules(const ock_repeats *repeats)
{
    uint64_t end = 0, taken = 0;
    for (size_t i = 0; i < repeats->count; i++) {
        const ock_repeat *r = &repeats->of[i];
        assert_true(r->target >= end && r->length > 0 && r->target <= repeats->input_bytes);
        assert_true(r->length <= repeats->input_bytes - r->target);
        assert_true(r->source < repeats->prior_bytes + r->target);
        assert_true(r->taken == taken);
        end = r->target + r->length;
        taken += r->length;
    }
    assert_true(ock_repeats_taken(repeats) == taken);
    assert_true(ock_repeats_rest(repeats) == repeats->input_bytes - taken);
}

static inline void check_same(const ock_repeats *a, const ock_repeats *b)
{
    assert_int_equal(a->count, b->count);
    assert_true(a->prior_bytes == b->prior_bytes && a->input_bytes == b->input_bytes);
    if (a->count > 0) {
        assert_memory_equal(a->of, b->of, a->count * sizeof a->of[0]);
    }
}

/* Repeats of any kind: near and far, behind each other and apart, of lengths up to `longest`. */
static inline void add_random(specimen *s, uint64_t longest, uint64_t *random)
{
    uint64_t target = below(random, 3) == 0 ? 0 : below(random, longest);
    for (;;) {
        const uint64_t length = 1 + below(random, longest), before = s->prior_bytes + target;
        if (target + length > s->input_bytes) {
            return;
        }
        if (before > 0) {
            const uint64_t most = below(random, 2) == 0 || before < 5 ? before : 5;
            add(s, target, before - 1 - below(random, most), length);
        }
        target += length + (below(random, 3) == 0 ? 0 : below(random, longest));
    }
}

static inline ock_repeats copy_of(const ock_repeats *repeats)
{
    ock_repeats copy = *repeats;
    copy.room = repeats->count;
    copy.of = memory_of(repeats->count * sizeof *copy.of);
    if (repeats->count > 0) {
        memcpy(copy.of, repeats->of, repeats->count * sizeof *copy.of);
    }
    return copy;
}

#endif
