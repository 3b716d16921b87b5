/* SPDX-License-Identifier: MIT */
/* test_repeat_find.c - what is found is repeated, wherever it lies, and a matter of the text alone. */
#include "repeats_fixture.h"

#include "repeats/repeat_find.h"
#include "repeats/view.h"

enum { BLOCK = 1 << 20 }; /* of repeat_find.c */

/* ---- finding ---- */

static void check_found(const specimen *s, const ock_repeats *found, uint64_t shortest)
{
    assert_true(found->prior_bytes == s->prior_bytes && found->input_bytes == s->input_bytes);
    check_rules(found);
    for (size_t i = 0; i < found->count; i++) {
        const ock_repeat *r = &found->of[i];
        assert_true(r->length >= shortest);
        for (uint64_t j = 0; j < r->length; j++) {
            assert_int_equal(input_of(s)[r->target + j], s->text[r->source + j]);
        }
    }
}

/* What is found of the specimen's text, by the caller alone. */
static void find(specimen *s, uint64_t shortest)
{
    shelf text = shelf_of(s->text, s->prior_bytes + s->input_bytes);
    const ock_source source = {read_shelf, &text};
    assert_int_equal(ock_repeats_find(&source, s->prior_bytes, s->input_bytes, shortest, NULL, NULL,
                                      &s->repeats),
                     OCK_OK);
    check_found(s, &s->repeats, shortest);
}

/* The same by teams, and from a source that is slow. */
static void find_on_teams(specimen *s, uint64_t shortest)
{
    static const size_t teams[] = {1, 2, 3, 5};
    find(s, shortest);
    for (size_t i = 0; i < sizeof teams / sizeof teams[0]; i++) {
        shelf text = shelf_of(s->text, s->prior_bytes + s->input_bytes);
        const ock_source source = {read_shelf, &text};
        ock_repeats found;
        ock_team *team;
        text.piece = i == 3 ? 13 : SIZE_MAX;
        assert_int_equal(ock_team_new(teams[i], &team), OCK_OK);
        assert_int_equal(
            ock_repeats_find(&source, s->prior_bytes, s->input_bytes, shortest, team, NULL, &found),
            OCK_OK);
        check_same(&found, &s->repeats);
        ock_repeats_free(&found);
        ock_team_free(team);
    }
}

static void check_one(const specimen *s, uint64_t target, uint64_t source, uint64_t length)
{
    assert_int_equal(s->repeats.count, 1);
    const ock_repeat *r = s->repeats.of;
    assert_true(r->target == target && r->source == source && r->length == length);
}

static void halves_are_one_repeat(void **state)
{
    enum { HALF = 100000 };
    (void)state;
    for (uint64_t shortest = 64; shortest <= HALF; shortest = 5 * shortest / 2) {
        specimen s = specimen_of(0, 2 * HALF, 20);
        memcpy(s.text + HALF, s.text, HALF);
        find(&s, shortest);
        check_one(&s, HALF, 0, HALF);
        discard(&s);
    }
    specimen s = specimen_of(0, 2 * HALF, 20);
    memcpy(s.text + HALF, s.text, HALF);
    find(&s, HALF);
    check_one(&s, HALF, 0, HALF);
    discard(&s);
    s = specimen_of(0, 2 * HALF, 20);
    memcpy(s.text + HALF, s.text, HALF);
    find(&s, HALF + 1);
    assert_int_equal(s.repeats.count, 0);
    discard(&s);
}

static void shifted_halves_are_one_repeat(void **state)
{
    enum { HALF = 60000 };
    (void)state;
    for (size_t shift = 1; shift < 70; shift += 4) {
        specimen s = specimen_of(0, 2 * HALF + shift, 21 + shift);
        memcpy(s.text + HALF + shift, s.text, HALF);
        s.text[HALF + shift - 1] = (uint8_t)(s.text[HALF - 1] + 1);
        find(&s, 256);
        check_one(&s, HALF + shift, 0, HALF);
        discard(&s);
    }
}

static void blocks_in_another_order_are_found(void **state)
{
    enum { EACH = 5000, BLOCKS = 200 };
    specimen s = specimen_of(0, 2 * BLOCKS * EACH, 22);
    (void)state;
    for (size_t i = 0; i < BLOCKS; i++) {
        memcpy(s.text + (BLOCKS + i) * EACH, s.text + (BLOCKS - 1 - i) * EACH, EACH);
    }
    find_on_teams(&s, 256);
    assert_int_equal(s.repeats.count, BLOCKS);
    assert_true(ock_repeats_rest(&s.repeats) <= BLOCKS * EACH);
    discard(&s);
}

static void runs_of_short_periods_are_found(void **state)
{
    enum { AROUND = 1000, RUN = 20000 };
    (void)state;
    for (size_t period = 0; period <= 64; period++) {
        specimen s = specimen_of(0, 2 * AROUND + RUN, 23 + period);
        if (period == 0) {
            memset(s.text + AROUND, 0, RUN);
        }
        for (size_t i = period; period > 0 && i < RUN; i++) {
            s.text[AROUND + i] = s.text[AROUND + i - period];
        }
        find(&s, 256);
        const uint64_t distance = period == 0 ? 1 : period;
        assert_int_equal(s.repeats.count, 1);
        assert_true(s.repeats.of[0].target - s.repeats.of[0].source == distance);
        assert_true(ock_repeats_rest(&s.repeats) <= 2 * AROUND + distance);
        discard(&s);
    }
}

/* Where anchors are as rare as in long texts, between runs without any: the second one is found as the first was. */
static void runs_are_found_one_after_another(void **state)
{
    enum { RUN = 100000, BETWEEN = 30, RUNS = 20 };
    specimen s = specimen_of(0, (size_t)RUNS * (RUN + BETWEEN), 24);
    (void)state;
    for (size_t i = 0; i < RUNS; i++) {
        memset(s.text + i * (RUN + BETWEEN), 0, RUN);
    }
    find_on_teams(&s, 16384);
    assert_int_equal(s.repeats.count, RUNS);
    assert_true(ock_repeats_rest(&s.repeats) < (uint64_t)RUNS * (BETWEEN + 2));
    discard(&s);
}

static void copies_with_edits_are_found_between_them(void **state)
{
    enum { HALF = 300000, APART = 600 };
    specimen s = specimen_of(0, 2 * HALF, 25);
    (void)state;
    memcpy(s.text + HALF, s.text, HALF);
    for (size_t i = APART; i < HALF; i += APART) {
        s.text[HALF + i] ^= 0x40;
    }
    find_on_teams(&s, 256);
    assert_int_equal(s.repeats.count, HALF / APART);
    assert_true(ock_repeats_rest(&s.repeats) == HALF + HALF / APART - 1);
    discard(&s);
}

/* Runs that are too short and have no anchors, for so long that none is looked for any more; then a long one. */
static void anchors_make_patience_short_again(void **state)
{
    enum { SHORT = 12000, SHORTS = 40, BETWEEN = 20000, LONG = 400000 };
    specimen s = specimen_of(0, SHORTS * SHORT + BETWEEN + LONG, 38);
    uint8_t *run = s.text + SHORTS * SHORT + BETWEEN;
    (void)state;
    memset(s.text, 0, SHORTS * SHORT);
    for (size_t i = 0; i < SHORTS; i++) {
        s.text[i * SHORT] = 1;
    }
    memset(run, 0, LONG);
    run[-1] = 1;
    find(&s, 16384);
    check_one(&s, s.input_bytes - LONG + 1, s.input_bytes - LONG, LONG - 1);
    discard(&s);
}

/* Where a piece of it has been seen again since, a copy still goes on where it began. */
static void copies_keep_their_distance(void **state)
{
    enum { BYTES = 50000, PIECE = 5000, APART = 700, SECOND = BYTES + PIECE };
    specimen s = specimen_of(0, 2 * BYTES + PIECE, 39);
    (void)state;
    memcpy(s.text + BYTES, s.text + 20000, PIECE);
    memcpy(s.text + SECOND, s.text, BYTES);
    for (size_t i = APART; i < BYTES; i += APART) {
        s.text[SECOND + i] ^= 0x40;
    }
    find(&s, 256);
    assert_int_equal(s.repeats.count, 1 + 1 + BYTES / APART);
    for (size_t i = 1; i < s.repeats.count; i++) {
        assert_true(s.repeats.of[i].target - s.repeats.of[i].source == SECOND);
    }
    discard(&s);
}

static void short_texts_are_looked_at(void **state)
{
    (void)state;
    for (size_t bytes = 0; bytes <= 200; bytes++) {
        specimen s = specimen_of(0, bytes, 26);
        memset(s.text, 0, bytes / 2);
        find(&s, 64);
        discard(&s);
        s = specimen_of(bytes, 200 - bytes, 27);
        memset(s.text, 'a', 200);
        find(&s, 64);
        discard(&s);
        s = specimen_of(bytes, bytes, 28);
        memcpy(input_of(&s), s.text, bytes);
        find(&s, 64);
        assert_true(s.repeats.count == 0 || (s.repeats.count == 1 && bytes >= 64));
        assert_true(s.repeats.count == 1 || bytes < 200); /* between, it is a matter of anchors */
        discard(&s);
    }
}

static void repeats_of_priors_are_found(void **state)
{
    enum { PRIOR = 50000, NEW = 3000 };
    specimen s = specimen_of(PRIOR, 39900 + NEW, 29);
    (void)state;
    memcpy(s.text + 30000, s.text, 10000); /* of itself: that is no matter of the input */
    memcpy(input_of(&s), s.text + 10000, 20000);
    memcpy(input_of(&s) + 20000 + NEW, s.text + 40000, 10000);
    memcpy(input_of(&s) + 30000 + NEW, s.text + 100, 9900);
    find_on_teams(&s, 256);
    assert_in_range(s.repeats.count, 3, 4);
    assert_true(s.repeats.of[0].target == 0 && s.repeats.of[0].source == 10000);
    assert_in_range(ock_repeats_rest(&s.repeats), NEW - 4, NEW);
    discard(&s);

    s = specimen_of(PRIOR, PRIOR, 30); /* nothing is left */
    memcpy(input_of(&s), s.text, PRIOR);
    find(&s, 256);
    check_one(&s, 0, 0, PRIOR);
    discard(&s);

    s = specimen_of(PRIOR, PRIOR, 31); /* a run goes on across the border */
    memset(s.text + PRIOR - 10000, 7, 10000 + PRIOR);
    find(&s, 256);
    check_one(&s, 0, PRIOR - 1, PRIOR);
    discard(&s);
}

static void repeats_from_far_away_are_found(void **state)
{
    enum { PIECE = 3000, FAR = 3 * BLOCK + 12345 };
    specimen s = specimen_of(0, FAR + 2 * PIECE, 32);
    (void)state;
    memcpy(s.text + FAR, s.text + 777, PIECE);
    s.text[FAR - 1] = (uint8_t)(s.text[776] + 1);
    s.text[FAR + PIECE] = (uint8_t)(s.text[777 + PIECE] + 1);
    find_on_teams(&s, 256);
    check_one(&s, FAR, 777, PIECE);
    discard(&s);
}

/* Repeats across the borders of blocks, and of batches of one thread and of more. */
static void repeats_across_blocks_are_found(void **state)
{
    enum { PIECE = 600 };
    specimen s = specimen_of(0, 6 * BLOCK, 33);
    (void)state;
    for (size_t i = 1; i < 6; i++) {
        memcpy(s.text + i * BLOCK - PIECE / 2, s.text + 1000 * i, PIECE);
    }
    find_on_teams(&s, 512);
    assert_int_equal(s.repeats.count, 5);
    discard(&s);

    s = specimen_of(0, 6 * BLOCK, 37); /* every window of these begins in the block before */
    for (size_t i = 1; i < 6; i++) {
        memcpy(s.text + i * BLOCK - OCK_REPEAT_WINDOW, s.text + 1000 * i,
               2 * OCK_REPEAT_WINDOW - 1);
    }
    find_on_teams(&s, 64);
    assert_int_equal(s.repeats.count, 5);
    discard(&s);
}

/* In a run of this byte every place is an anchor, as random_of in repeat_find.c has it: a block has more than are
 * kept. What comes in the blocks behind is found. */
static void more_anchors_than_a_block_holds(void **state)
{
    enum { BYTE = 0x03, PIECE = 50000, RUN = 2 * BLOCK };
    specimen s = specimen_of(0, 2 * PIECE + RUN, 34);
    (void)state;
    memset(s.text + PIECE, BYTE, RUN);
    s.text[PIECE - 1] = s.text[0] = BYTE + 1;
    memcpy(s.text + PIECE + RUN, s.text, PIECE);
    find_on_teams(&s, 64);
    assert_int_equal(s.repeats.count, 2);
    assert_int_equal(ock_repeats_rest(&s.repeats), PIECE + 1);
    discard(&s);
}

/* Every read fails once: those of blocks, of what is compared, and of runs. */
static void failures_of_the_text_come_through(void **state)
{
    enum { HALF = 70000, RUN = 20000 };
    specimen s = specimen_of(0, 2 * HALF + RUN, 35);
    shelf text = shelf_of(s.text, s.input_bytes);
    const ock_source source = {read_shelf, &text};
    (void)state;
    memcpy(s.text + HALF, s.text, HALF);
    memset(s.text + 2 * HALF, 0, RUN);
    find(&s, 256);
    assert_int_equal(s.repeats.count, 2);
    const size_t calls = 1 + 2 * HALF / OCK_VIEW_PAGE; /* there are more */
    for (text.failing = 0;; text.failing++) {
        ock_repeats found;
        text.calls = 0;
        ock_error_clear();
        ock_status status = ock_repeats_find(&source, 0, s.input_bytes, 256, NULL, NULL, &found);
        ock_repeats_free(&found);
        if (status == OCK_OK) {
            break;
        }
        assert_int_equal(status, OCK_ENVIRONMENT);
        assert_string_equal(ock_error_text(), "the shelf fails on purpose");
    }
    assert_true(text.failing == text.calls && text.calls > calls);
    ock_error_clear();
    discard(&s);
}

/* What is taken is given back, and a limit is a message. */
static void memory_is_counted(void **state)
{
    specimen s = specimen_of(0, 1000, 36);
    shelf text = shelf_of(s.text, s.input_bytes);
    const ock_source source = {read_shelf, &text};
    ock_repeats found;
    ock_memory memory;
    (void)state;
    for (uint64_t limit = 1 << 10; limit <= 1 << 30; limit *= 16) {
        ock_memory_init(&memory, limit);
        assert_int_equal(ock_repeats_find(&source, 0, s.input_bytes, 256, NULL, &memory, &found),
                         limit < 1 << 26 ? OCK_ENVIRONMENT : OCK_OK);
        assert_true(atomic_load(&memory.taken) == 0);
        ock_repeats_free(&found);
    }
    ock_error_clear();
    discard(&s);
}

/* ---- views ---- */

static uint64_t equal_after(const uint8_t *text, size_t bytes, size_t a, size_t b, uint64_t most)
{
    uint64_t n = 0;
    while (n < most && a + n < bytes && b + n < bytes && text[a + n] == text[b + n]) {
        n++;
    }
    return n;
}

static uint64_t equal_before(const uint8_t *text, size_t a, size_t b, uint64_t most)
{
    uint64_t n = 0;
    while (n < most && n < a && n < b && text[a - n - 1] == text[b - n - 1]) {
        n++;
    }
    return n;
}

/* Few pages are kept of many; the text is long runs of one byte and of another. */
static void views_compare_as_memory_does(void **state)
{
    const size_t bytes = 5 * (size_t)OCK_VIEW_PAGE + 100;
    uint8_t *text_bytes = memory_of(bytes);
    shelf text = shelf_of(text_bytes, bytes);
    const ock_source source = {read_shelf, &text};
    ock_arena arena;
    ock_view a, b;
    uint64_t random = 12, longest = 0;
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        text_bytes[below(&random, bytes)] = 1;
    }
    ock_arena_init(&arena, NULL);
    assert_int_equal(ock_view_init(&a, &source, bytes, 2, &arena), OCK_OK);
    assert_int_equal(ock_view_init(&b, &source, bytes, 1, &arena), OCK_OK);
    for (int i = 0; i < 2000; i++) {
        const size_t x = below(&random, bytes + 1), y = below(&random, bytes + 1);
        const uint64_t most = below(&random, 3) == 0 ? below(&random, 30) : UINT64_MAX;
        uint64_t equal = 0;
        assert_int_equal(ock_view_equal_after(&a, x, &b, y, most, &equal), OCK_OK);
        assert_true(equal == equal_after(text_bytes, bytes, x, y, most));
        longest = equal > longest ? equal : longest;
        assert_int_equal(ock_view_equal_before(&a, x, &b, y, most, &equal), OCK_OK);
        assert_true(equal == equal_before(text_bytes, x, y, most));
    }
    assert_true(longest > OCK_VIEW_PAGE);
    ock_arena_free(&arena);
    free(text_bytes);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_are_one_repeat),
        cmocka_unit_test(shifted_halves_are_one_repeat),
        cmocka_unit_test(blocks_in_another_order_are_found),
        cmocka_unit_test(runs_of_short_periods_are_found),
        cmocka_unit_test(runs_are_found_one_after_another),
        cmocka_unit_test(copies_with_edits_are_found_between_them),
        cmocka_unit_test(anchors_make_patience_short_again),
        cmocka_unit_test(copies_keep_their_distance),
        cmocka_unit_test(short_texts_are_looked_at),
        cmocka_unit_test(repeats_of_priors_are_found),
        cmocka_unit_test(repeats_from_far_away_are_found),
        cmocka_unit_test(repeats_across_blocks_are_found),
        cmocka_unit_test(more_anchors_than_a_block_holds),
        cmocka_unit_test(failures_of_the_text_come_through),
        cmocka_unit_test(memory_is_counted),
        cmocka_unit_test(views_compare_as_memory_does),
    };

    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
