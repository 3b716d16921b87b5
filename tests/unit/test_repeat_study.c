/* SPDX-License-Identifier: MIT */
/* test_repeat_study.c - what of priors is learned from, against a model that marks every byte. */
#include "repeats_fixture.h"

#include "repeats/repeat_study.h"

enum { MOST_PRIOR = 3000 };

/* Marks the bytes of priors that some repeat refers to. -> bytes of the input that come from there */
static uint64_t mark_referred(const ock_repeats *repeats, bool *referred)
{
    uint64_t saved = 0;
    memset(referred, 0, MOST_PRIOR);
    for (size_t i = 0; i < repeats->count; i++) {
        for (uint64_t k = 0; k < repeats->of[i].length; k++) {
            if (repeats->of[i].source + k < repeats->prior_bytes) {
                referred[repeats->of[i].source + k] = true;
                saved++;
            }
        }
    }
    return saved;
}

/* Marks what lies within `reach` of an end of what is referred to. -> how much that is */
static uint64_t mark_around(const bool *referred, uint64_t prior_bytes, uint64_t reach,
                            bool *around)
{
    uint64_t sum = 0;
    memset(around, 0, MOST_PRIOR);
    for (uint64_t at = 0; at <= prior_bytes; at++) {
        const bool before = at > 0 && referred[at - 1], after = at < prior_bytes && referred[at];
        for (uint64_t k = at < reach ? 0 : at - reach; before != after && k < at + reach; k++) {
            if (k < prior_bytes) {
                around[k] = true;
            }
        }
    }
    for (uint64_t at = 0; at < prior_bytes; at++) {
        sum += around[at];
    }
    return sum;
}

/* Which bytes are learned from. */
static void mark_wanted(const ock_repeats *repeats, bool *wanted)
{
    bool referred[MOST_PRIOR], around[MOST_PRIOR];
    const uint64_t saved = mark_referred(repeats, referred), most = repeats->prior_bytes;
    if (saved <= repeats->input_bytes / 2) {
        for (uint64_t at = 0; at < most; at++) {
            wanted[at] = !referred[at];
        }
        return;
    }
    memset(wanted, 0, MOST_PRIOR);
    for (uint64_t reach = 16; reach <= most; reach *= 2) {
        if (mark_around(referred, most, reach, around) >
            OCK_STUDY_TIMES * ock_repeats_rest(repeats)) {
            return;
        }
        memcpy(wanted, around, sizeof around);
    }
}

static void check(const ock_repeats *repeats)
{
    bool wanted[MOST_PRIOR];
    ock_repeats parts;
    uint64_t kept = 0;
    mark_wanted(repeats, wanted);
    assert_int_equal(ock_repeats_study(repeats, &parts), OCK_OK);
    for (uint64_t at = 0; at < repeats->prior_bytes; at++) {
        assert_true(ock_repeats_rest_before(&parts, at) == kept);
        if (wanted[at]) {
            assert_true(ock_repeats_place(&parts, kept).offset == at);
        }
        kept += wanted[at];
    }
    assert_true(ock_repeats_rest(&parts) == kept);
    ock_repeats_free(&parts);
}

static void append(ock_repeats *repeats, uint64_t target, uint64_t source, uint64_t length)
{
    assert_int_equal(ock_repeats_append(repeats, target, source, length), OCK_OK);
}

static void random_lists(void **state)
{
    uint64_t random = 3;
    (void)state;
    for (int round = 0; round < 300; round++) {
        const uint64_t prior = 1 + below(&random, MOST_PRIOR), gaps = 1 + below(&random, 400);
        ock_repeats repeats;
        uint64_t target = 0;
        ock_repeats_start(&repeats, prior, 4000);
        while (below(&random, 12) > 0) {
            const uint64_t length = 1 + below(&random, 500);
            target += below(&random, gaps);
            const uint64_t source = below(&random, prior + target);
            if (target + length > 4000) {
                break;
            }
            append(&repeats, target, source, length);
            target += length;
        }
        check(&repeats);
        ock_repeats_free(&repeats);
    }
}

/* Nothing refers to them: all is learned from. Everything does, and nothing is left: nothing is. */
static void both_extremes(void **state)
{
    ock_repeats repeats, parts;
    (void)state;
    ock_repeats_start(&repeats, 1000, 500);
    append(&repeats, 100, 1020, 50);
    assert_int_equal(ock_repeats_study(&repeats, &parts), OCK_OK);
    assert_true(parts.count == 0 && ock_repeats_rest(&parts) == 1000);
    ock_repeats_free(&parts);
    ock_repeats_free(&repeats);
    ock_repeats_start(&repeats, 1000, 500);
    append(&repeats, 0, 300, 500);
    assert_int_equal(ock_repeats_study(&repeats, &parts), OCK_OK);
    assert_true(ock_repeats_rest(&parts) == 0);
    ock_repeats_free(&parts);
    ock_repeats_free(&repeats);
    ock_repeats_start(&repeats, 0, 500);
    append(&repeats, 100, 0, 100);
    assert_int_equal(ock_repeats_study(&repeats, &parts), OCK_OK);
    assert_true(parts.count == 0 && ock_repeats_rest(&parts) == 0);
    ock_repeats_free(&parts);
    ock_repeats_free(&repeats);
}

/* A version with a change in its middle: what lies around it is learned from. */
static void a_version(void **state)
{
    ock_repeats repeats, parts;
    (void)state;
    ock_repeats_start(&repeats, 2000, 2100);
    append(&repeats, 0, 0, 900);
    append(&repeats, 1100, 1000, 1000);
    check(&repeats);
    assert_int_equal(ock_repeats_study(&repeats, &parts), OCK_OK);
    assert_true(ock_repeats_place(&parts, 0).offset > 700 ||
                ock_repeats_place(&parts, 0).offset == 0);
    assert_true(ock_repeats_rest(&parts) <= OCK_STUDY_TIMES * ock_repeats_rest(&repeats));
    assert_true(ock_repeats_rest(&parts) > 0);
    ock_repeats_free(&parts);
    ock_repeats_free(&repeats);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_lists),
        cmocka_unit_test(both_extremes),
        cmocka_unit_test(a_version),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
