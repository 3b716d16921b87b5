/* SPDX-License-Identifier: MIT */
/* test_bisect.c - digests of two runs side by side, the steps in which the runs part, and what to replay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "audit/audit_compare.h"

/* Digests of the steps in `steps` (0: the end); those from step `wrong` on (0: none) are of another run. */
static ock_digests make_digests(const uint64_t *steps, uint64_t wrong)
{
    ock_digests list = {0};
    for (size_t i = 0; steps[i] != 0; i++) {
        uint8_t digest[OCK_MARK_BYTES] = {0};
        digest[0] = (uint8_t)steps[i];
        digest[OCK_MARK_BYTES - 1] = wrong != 0 && steps[i] >= wrong;
        assert_int_equal(ock_digests_add(&list, steps[i], digest), OCK_OK);
    }
    return list;
}

/* Merges both ways: which of the two runs comes first makes no difference. */
static void check_merge(const uint64_t *first, const uint64_t *second, uint64_t wrong,
                        const ock_comparison *expected, size_t count)
{
    ock_digests lists[2] = {make_digests(first, 0), make_digests(second, wrong)};
    for (int i = 0; i < 2; i++) {
        ock_comparisons found = {0};
        assert_int_equal(ock_comparisons_merge(&found, &lists[i], &lists[1 - i]), OCK_OK);
        assert_int_equal(found.count, count);
        for (size_t j = 0; j < count; j++) {
            assert_int_equal(found.at[j].step, expected[j].step);
            assert_int_equal(found.at[j].same, expected[j].same);
        }
        free(found.at);
    }
    free(lists[0].at);
    free(lists[1].at);
}

static void steps_of_both_are_compared(void **state)
{
    static const uint64_t none[] = {0}, even[] = {2, 4, 6, 8, 0}, odd[] = {1, 3, 5, 0};
    static const uint64_t gaps[] = {4, 5, 8, 9, 0};
    (void)state;
    check_merge(even, even, 0, (ock_comparison[]){{2, true}, {4, true}, {6, true}, {8, true}}, 4);
    check_merge(even, even, 5, (ock_comparison[]){{2, true}, {4, true}, {6, false}, {8, false}}, 4);
    check_merge(even, gaps, 0, (ock_comparison[]){{4, true}, {8, true}}, 2);
    check_merge(even, gaps, 8, (ock_comparison[]){{4, true}, {8, false}}, 2);
    check_merge(even, odd, 0, NULL, 0);
    check_merge(even, none, 0, NULL, 0);
    check_merge(none, none, 0, NULL, 0);
}

static void the_last_byte_of_a_digest_counts(void **state)
{
    static const uint64_t step[] = {7, 0};
    (void)state;
    check_merge(step, step, 7, (ock_comparison[]){{7, false}}, 1);
}

static void merging_adds(void **state)
{
    static const uint64_t marks[] = {4, 8, 0}, states[] = {5, 6, 7, 0};
    ock_digests first = make_digests(marks, 0), second = make_digests(states, 0);
    ock_comparisons found = {0};
    (void)state;
    assert_int_equal(ock_comparisons_merge(&found, &first, &first), OCK_OK);
    assert_int_equal(ock_comparisons_merge(&found, &second, &second), OCK_OK);
    assert_int_equal(found.count, 5);
    assert_int_equal(found.at[1].step, 8);
    assert_int_equal(found.at[2].step, 5);
    free(found.at);
    free(first.at);
    free(second.at);
}

static void long_lists_grow(void **state)
{
    enum { STEPS = 1000 };
    ock_comparisons found = {0};
    (void)state;
    for (uint64_t step = 1; step <= STEPS; step++) {
        assert_int_equal(ock_comparisons_add(&found, step, step < 700), OCK_OK);
    }
    ock_parting span = ock_parting_of(found.at, found.count);
    assert_int_equal(found.count, STEPS);
    assert_int_equal(span.agreed, 699);
    assert_int_equal(span.parted, 700);
    free(found.at);
}

static void check_parting(const ock_comparison *comparisons, size_t count, uint64_t agreed,
                          uint64_t parted)
{
    const ock_parting span = ock_parting_of(comparisons, count);
    assert_int_equal(span.agreed, agreed);
    assert_int_equal(span.parted, parted);
}

static void the_narrowest_span(void **state)
{
    (void)state;
    check_parting(NULL, 0, 0, 0);
    check_parting((ock_comparison[]){{4, true}}, 1, 4, 0);
    check_parting((ock_comparison[]){{4, false}}, 1, 0, 4);
    check_parting((ock_comparison[]){{4, true}, {8, false}, {12, false}}, 3, 4, 8);
    /* what later comparisons tell narrows what earlier ones did, from both sides */
    check_parting((ock_comparison[]){{4, true}, {8, false}, {5, true}, {6, false}}, 4, 5, 6);
    check_parting((ock_comparison[]){{6, false}, {5, true}, {8, false}, {4, true}}, 4, 5, 6);
}

/* Where a difference heals, as that of an altered digest does, it still is the first. */
static void agreement_behind_a_difference_counts_for_nothing(void **state)
{
    (void)state;
    check_parting((ock_comparison[]){{2, true}, {4, false}, {6, true}}, 3, 2, 4);
    check_parting((ock_comparison[]){{6, true}, {4, false}}, 2, 0, 4);
    check_parting((ock_comparison[]){{6, true}, {4, false}, {2, true}}, 3, 2, 4);
    check_parting((ock_comparison[]){{4, true}, {4, false}}, 2, 0, 4);
}

/* A file, log or checkpoint, with digests of states by themselves or without. */
static ock_trail make_trail(ock_trail_kind kind, bool states)
{
    static ock_mark mark;
    ock_trail trail = {.kind = kind};
    if (states) {
        trail.states = (ock_digests){&mark, 1, 1};
    }
    return trail;
}

static void check_replays(ock_trail first, ock_trail second, bool of_first, bool of_second)
{
    const ock_trail trails[2] = {first, second};
    const ock_replays replays = ock_replays_for(trails, (ock_parting){4, 8});
    const bool any = of_first || of_second;
    assert_int_equal(replays.wanted[0], of_first);
    assert_int_equal(replays.wanted[1], of_second);
    assert_int_equal(replays.first, any ? 5 : 0);
    assert_int_equal(replays.last, any ? 8 : 0);
}

static void files_are_replayed_where_digests_lack(void **state)
{
    const ock_trail file = make_trail(OCK_TRAIL_FILE, false);
    const ock_trail log = make_trail(OCK_TRAIL_LOG, false);
    const ock_trail full_log = make_trail(OCK_TRAIL_LOG, true);
    const ock_trail checkpoint = make_trail(OCK_TRAIL_CHECKPOINT, false);
    (void)state;
    check_replays(file, file, true, true);
    check_replays(file, full_log, true, false);
    check_replays(full_log, file, false, true);
    check_replays(full_log, full_log, false, false);
    check_replays(file, log, false, false);
    check_replays(log, file, false, false);
    check_replays(full_log, log, false, false);
    check_replays(full_log, checkpoint, false, false);
    check_replays(checkpoint, checkpoint, false, false);
}

static void nothing_is_replayed_for_a_single_step(void **state)
{
    static const ock_parting spans[] = {{0, 0}, {4, 0}, {4, 5}, {0, 1}};
    const ock_trail file = make_trail(OCK_TRAIL_FILE, false);
    const ock_trail trails[2] = {file, file};
    (void)state;
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        const ock_replays replays = ock_replays_for(trails, spans[i]);
        assert_int_equal(replays.wanted[0] + replays.wanted[1], 0);
        assert_int_equal(replays.last, 0);
    }
    assert_int_equal(ock_replays_for(trails, (ock_parting){0, 2}).wanted[0], 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_of_both_are_compared),
        cmocka_unit_test(the_last_byte_of_a_digest_counts),
        cmocka_unit_test(merging_adds),
        cmocka_unit_test(long_lists_grow),
        cmocka_unit_test(the_narrowest_span),
        cmocka_unit_test(agreement_behind_a_difference_counts_for_nothing),
        cmocka_unit_test(files_are_replayed_where_digests_lack),
        cmocka_unit_test(nothing_is_replayed_for_a_single_step),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
