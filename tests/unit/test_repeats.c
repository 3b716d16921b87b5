/* SPDX-License-Identifier: MIT */
/* test_repeats.c - lists of repeats, what they leave, what is filled in and left to the models; naive models say what is right. */
#include "repeats_fixture.h"

#include "repeats/repeat_choice.h"
#include "repeats/rest.h"

enum { BLOCK = 1 << 18 }; /* of rest.c */

/* ---- the list ---- */

static void a_list_takes_what_is_in_order(void **state)
{
    static const struct {
        uint64_t target, source, length;
        bool allowed;
    } cases[] = {
        {0, 99, 1, true},
        {0, 100, 1, false}, /* it is its own source */
        {0, 101, 1, false},
        {0, 0, 0, false},
        {0, 0, 1000, true},
        {0, 0, 1001, false},
        {999, 1098, 1, true},
        {999, 1099, 1, false},
        {999, 0, 2, false},
        {1000, 0, 0, false},
        {1000, 0, 1, false},
        {1001, 0, 1, false},
        {0, 0, UINT64_MAX, false},
        {1, 0, UINT64_MAX, false},
        {UINT64_MAX, 0, 1, false},
        {UINT64_MAX, 0, UINT64_MAX, false},
        {UINT64_MAX - 4, 0, 5, false},
        {5, UINT64_MAX, 1, false},
        {5, UINT64_MAX - 99, 1, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_repeats list;
        ock_repeats_start(&list, 100, 1000);
        assert_int_equal(
            ock_repeats_allow(&list, cases[i].target, cases[i].source, cases[i].length),
            cases[i].allowed);
        ock_error_clear();
        assert_int_equal(
            ock_repeats_append(&list, cases[i].target, cases[i].source, cases[i].length),
            cases[i].allowed ? OCK_OK : OCK_INTERNAL);
        assert_int_equal(list.count, cases[i].allowed);
        ock_repeats_free(&list);
    }
    ock_error_clear();
}

static void a_list_takes_what_is_behind_its_end(void **state)
{
    ock_repeats list;
    (void)state;
    ock_repeats_start(&list, 0, UINT64_MAX);
    assert_true(ock_repeats_allow(&list, 1, 0, UINT64_MAX - 1));
    assert_false(ock_repeats_allow(&list, 2, 0, UINT64_MAX - 1));
    assert_true(ock_repeats_allow(&list, UINT64_MAX - 1, UINT64_MAX - 2, 1));
    assert_false(ock_repeats_allow(&list, UINT64_MAX - 1, UINT64_MAX - 2, 2));
    assert_int_equal(ock_repeats_append(&list, 10, 0, 20), OCK_OK);
    assert_false(ock_repeats_allow(&list, 0, 0, 1));
    assert_false(ock_repeats_allow(&list, 10, 0, 1));
    assert_false(ock_repeats_allow(&list, 29, 0, 1));
    assert_true(ock_repeats_allow(&list, 30, 0, 1));
    assert_true(ock_repeats_allow(&list, 30, 29, UINT64_MAX - 30));
    assert_false(ock_repeats_allow(&list, 30, 29, UINT64_MAX - 29));
    check_rules(&list);
    ock_repeats_free(&list);
}

/* The memory of a full list is never touched but at its end. */
static void a_list_that_is_full_takes_no_more(void **state)
{
    const size_t most = OCK_MAX_REPEATS;
    ock_repeats list = {0, UINT64_MAX, most, most, calloc(most, sizeof *list.of)};
    (void)state;
    assert_non_null(list.of);
    list.of[most - 1] = (ock_repeat){most, 0, 1, most - 1};
    assert_true(ock_repeats_allow(&list, most + 1, 0, 1));
    assert_int_equal(ock_repeats_append(&list, most + 1, 0, 1), OCK_ENVIRONMENT);
    assert_int_equal(list.count, most);
    list.count--;
    list.of[most - 2] = (ock_repeat){most - 1, 0, 1, most - 2};
    assert_int_equal(ock_repeats_append(&list, most + 1, 0, 1), OCK_OK);
    ock_error_clear();
    ock_repeats_free(&list);
}

/* which[i]: whether byte i of the input is in a repeat. Freed by the caller. */
static bool *covered_by(const ock_repeats *repeats)
{
    bool *which = memory_of(repeats->input_bytes * sizeof *which);
    for (size_t i = 0; i < repeats->count; i++) {
        for (uint64_t j = 0; j < repeats->of[i].length; j++) {
            which[repeats->of[i].target + j] = true;
        }
    }
    return which;
}

static void check_places(const ock_repeats *repeats)
{
    bool *covered = covered_by(repeats);
    uint64_t at = 0;
    for (uint64_t offset = 0; offset < repeats->input_bytes; offset++) {
        assert_true(ock_repeats_rest_before(repeats, offset) == at);
        if (!covered[offset]) {
            const ock_rest_run run = ock_repeats_place(repeats, at);
            uint64_t end = offset;
            while (end < repeats->input_bytes && !covered[end]) {
                end++;
            }
            assert_true(run.offset == offset && run.bytes == end - offset);
            at++;
        }
    }
    assert_true(ock_repeats_rest_before(repeats, repeats->input_bytes) == at);
    assert_true(ock_repeats_rest(repeats) == at);
    free(covered);
}

static void places_are_those_of_a_naive_model(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (int i = 0; i < 400; i++) {
        specimen s = any_specimen(20, 400, &random);
        if (i % 20 != 0) {
            add_random(&s, 1 + below(&random, 40), &random);
        }
        check_rules(&s.repeats);
        check_places(&s.repeats);
        discard(&s);
    }
}

/* Those of the first list for which `wanted` holds, one by one. */
static void check_kept(const ock_repeats *all, const bool *wanted, const ock_repeats *kept)
{
    ock_repeats expected;
    ock_repeats_start(&expected, all->prior_bytes, all->input_bytes);
    for (size_t i = 0; i < all->count; i++) {
        if (wanted[i]) {
            const ock_repeat *r = &all->of[i];
            assert_int_equal(ock_repeats_append(&expected, r->target, r->source, r->length),
                             OCK_OK);
        }
    }
    check_same(kept, &expected);
    check_rules(kept);
    ock_repeats_free(&expected);
}

static void what_is_not_wanted_is_rest_again(void **state)
{
    uint64_t random = 2;
    size_t dropped = 0, kept_count = 0;
    (void)state;
    for (int i = 0; i < 200; i++) {
        specimen s = specimen_of(10, 500, 2);
        add_random(&s, 20, &random);
        bool *wanted = memory_of(s.repeats.count);
        for (size_t j = 0; j < s.repeats.count; j++) {
            wanted[j] = below(&random, 3) > 0;
        }
        ock_repeats kept = copy_of(&s.repeats);
        ock_repeats_keep(&kept, wanted);
        check_kept(&s.repeats, wanted, &kept);
        check_places(&kept);
        ock_repeats_free(&kept);

        const uint64_t shortest = below(&random, 23);
        kept = copy_of(&s.repeats);
        ock_repeats_drop_short(&kept, shortest);
        for (size_t j = 0; j < s.repeats.count; j++) {
            wanted[j] = s.repeats.of[j].length >= shortest;
        }
        check_kept(&s.repeats, wanted, &kept);
        dropped += s.repeats.count - kept.count;
        kept_count += kept.count;
        ock_repeats_free(&kept);
        free(wanted);
        discard(&s);
    }
    assert_true(dropped > 100 && kept_count > 100);
}

/* ---- the rest, and what is filled in ---- */

/* The bytes of the rest, one by one. Freed by the caller. */
static uint8_t *rest_of(const specimen *s)
{
    bool *covered = covered_by(&s->repeats);
    uint8_t *rest = memory_of(s->input_bytes);
    size_t count = 0;
    for (size_t i = 0; i < s->input_bytes; i++) {
        if (!covered[i]) {
            rest[count++] = input_of(s)[i];
        }
    }
    assert_true(count == ock_repeats_rest(&s->repeats));
    free(covered);
    return rest;
}

enum { UNTOUCHED = 0xAA };

static void check_untouched(const specimen *s, const uint8_t *output)
{
    bool *covered = covered_by(&s->repeats);
    for (size_t i = 0; i < s->input_bytes; i++) {
        assert_int_equal(output[i], covered[i] ? UNTOUCHED : input_of(s)[i]);
    }
    free(covered);
}

/* Any part of [0, count). */
static size_t any_part(size_t count, uint64_t *random, size_t *begin)
{
    const size_t most = below(random, 2) == 0 ? count : count / 16 + 1;
    const size_t length = 1 + (size_t)below(random, most);
    *begin = (size_t)below(random, count - length + 1);
    return length;
}

/* Reads of a source of the rest, all of it once and parts of it. */
static void check_reads(ock_status (*read_at)(void *, uint64_t, void *, size_t), void *context,
                        const uint8_t *rest, size_t count, uint64_t *random)
{
    uint8_t *got = memory_of(count);
    for (int i = 0; i < 12 && count > 0; i++) {
        size_t begin = 0;
        const size_t length = i == 0 ? count : any_part(count, random, &begin);
        assert_int_equal(read_at(context, begin, got, length), OCK_OK);
        assert_memory_equal(got, rest + begin, length);
    }
    free(got);
}

/* Written in parts of any size, the last one first where `backwards`. */
static void write_rest(const ock_target *target, const uint8_t *rest, size_t count, bool backwards,
                       uint64_t *random)
{
    for (size_t done = 0, part = 0; done < count; done += part) {
        part = 1 + (size_t)below(random, (count - done) / 4 + 1);
        const size_t begin = backwards ? count - done - part : done;
        assert_int_equal(target->write_at(target->context, begin, rest + begin, part), OCK_OK);
    }
}

/* From the rest back to the input. -> calls of the output while repeats were filled in */
static size_t check_rest(const specimen *s, uint64_t *random)
{
    const size_t count = (size_t)ock_repeats_rest(&s->repeats);
    uint8_t *rest_bytes = rest_of(s), *bytes = memory_of(s->input_bytes);
    shelf text = shelf_of(s->text, s->prior_bytes + s->input_bytes);
    shelf priors = shelf_of(s->text, s->prior_bytes);
    shelf input = shelf_of(input_of(s), s->input_bytes), output = shelf_of(bytes, s->input_bytes);
    ock_rest rest = {.repeats = &s->repeats,
                     .input = {read_shelf, &input},
                     .output = {write_shelf, read_shelf, NULL, &output}};
    const ock_source source = ock_rest_source(&rest), before = {read_shelf, &priors};
    const ock_target target = ock_rest_target(&rest);

    assert_null(target.flush);
    check_reads(source.read_at, source.context, rest_bytes, count, random);
    memset(bytes, UNTOUCHED, s->input_bytes);
    write_rest(&target, rest_bytes, count, below(random, 2) == 0, random);
    check_untouched(s, bytes);
    check_reads(target.read_at, target.context, rest_bytes, count, random);
    output.calls = 0;
    assert_int_equal(ock_rest_fill(&s->repeats, &before, &rest.output), OCK_OK);
    assert_memory_equal(bytes, input_of(s), s->input_bytes);
    if (s->prior_bytes == 0) {
        assert_int_equal(ock_rest_fill(&s->repeats, NULL, &rest.output), OCK_OK);
    }
    const ock_source whole = {read_shelf, &text};
    assert_int_equal(ock_rest_check(&s->repeats, &whole, "specimen"), OCK_OK);
    free(bytes);
    free(rest_bytes);
    return output.calls;
}

static void blocks_are_filled_in(void **state)
{
    enum { EACH = 50000, BLOCKS = 12 };
    uint64_t random = 3;
    specimen s = specimen_of(0, 2 * EACH, 3);
    (void)state;
    add(&s, EACH, 0, EACH); /* halves */
    (void)check_rest(&s, &random);
    discard(&s);

    s = specimen_of(0, 2 * BLOCKS * EACH, 4); /* their order reversed */
    for (uint64_t i = 0; i < BLOCKS; i++) {
        add(&s, (BLOCKS + i) * EACH, (BLOCKS - 1 - i) * EACH, EACH);
    }
    (void)check_rest(&s, &random);
    discard(&s);

    s = specimen_of(0, 4 * BLOCK, 5); /* longer than a block, and nothing before it */
    add(&s, BLOCK + 5, 5, 3 * BLOCK - 5);
    (void)check_rest(&s, &random);
    discard(&s);

    s = specimen_of(0, 1000, 6); /* none */
    (void)check_rest(&s, &random);
    discard(&s);
}

/* A repeat in a repeat: each source lies in targets before. */
static void nested_repeats_are_filled_in_their_order(void **state)
{
    uint64_t random = 4;
    (void)state;
    for (uint64_t overlap = 0; overlap < 100; overlap += 9) {
        specimen s = specimen_of(0, 4000, 7);
        add(&s, 100, 0, 100);
        for (uint64_t target = 200; target + 150 <= 4000; target += 150 + overlap) {
            add(&s, target, target - 100 - overlap, 150);
        }
        (void)check_rest(&s, &random);
        discard(&s);
    }
}

static void check_period(uint64_t period, uint64_t length, uint64_t *random)
{
    specimen s = specimen_of(0, (size_t)(period + length + 10), period);
    add(&s, period + 3, 3, length);
    (void)check_rest(&s, random);
    discard(&s);
}

static void runs_of_all_periods_are_filled_in(void **state)
{
    uint64_t random = 5;
    (void)state;
    for (uint64_t period = 1; period <= 300; period++) {
        const uint64_t lengths[] = {1, period, period + 1, 2 * period - 1, 2 * period, 3000};
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            check_period(period, lengths[i], &random);
        }
    }
    for (int around = -1; around <= 1; around++) {
        const uint64_t half = BLOCK / 2 + (uint64_t)around, whole = BLOCK + (uint64_t)around;
        check_period(1 + (uint64_t)(around + 1), 3 * BLOCK + 1, &random);
        check_period(half, half + 1, &random);
        check_period(half, 2 * BLOCK + 5, &random);
        check_period(whole, BLOCK - 1, &random);
        check_period(whole, 2 * BLOCK + 5, &random);
    }
}

static void sources_in_priors_are_read_there(void **state)
{
    uint64_t random = 6;
    (void)state;
    for (uint64_t back = 1; back <= 300; back++) { /* a run that begins before the input */
        specimen s = specimen_of(300, 1000, back);
        add(&s, 0, 300 - back, 900);
        (void)check_rest(&s, &random);
        discard(&s);
        s = specimen_of(300, 1000, back);
        add(&s, 20, 300 - back, 900);
        (void)check_rest(&s, &random);
        discard(&s);
    }
    specimen s = specimen_of(2 * BLOCK, 4 * BLOCK, 9); /* across the border, with a long period */
    add(&s, 7, 12345, 4 * BLOCK - 100);
    (void)check_rest(&s, &random);
    discard(&s);

    s = specimen_of(20000, 30000, 10); /* all of it is the priors': no rest */
    add(&s, 0, 5000, 15000);
    add(&s, 15000, 100, 15000);
    assert_true(ock_repeats_rest(&s.repeats) == 0);
    (void)check_rest(&s, &random);
    discard(&s);
}

/* A period of one byte that stands in the priors: not byte by byte. */
static void a_run_that_begins_in_the_priors_takes_few_calls(void **state)
{
    uint64_t random = 7;
    (void)state;
    for (uint64_t back = 1; back < 10; back++) {
        specimen s = specimen_of(10, 4 * BLOCK, 11);
        add(&s, 0, 10 - back, 4 * BLOCK);
        assert_in_range(check_rest(&s, &random), 4, 12);
        discard(&s);
    }
}

static void random_lists_are_filled_in(void **state)
{
    uint64_t random = 8;
    (void)state;
    for (int i = 0; i < 300; i++) {
        specimen s = any_specimen(100, 3000, &random);
        add_random(&s, 1 + below(&random, 200), &random);
        (void)check_rest(&s, &random);
        discard(&s);
    }
}

static void failures_of_what_lies_behind_come_through(void **state)
{
    enum { PRIOR = 100, INPUT = 1000 };
    uint8_t bytes[PRIOR + INPUT], got[INPUT];
    shelf text = shelf_of(bytes, sizeof bytes), output = shelf_of(bytes + PRIOR, INPUT);
    specimen s = specimen_of(PRIOR, INPUT, 13);
    ock_rest rest = {.repeats = &s.repeats,
                     .input = {read_shelf, &output},
                     .output = {write_shelf, read_shelf, flush_shelf, &output}};
    const ock_source source = ock_rest_source(&rest), whole = {read_shelf, &text};
    const ock_target target = ock_rest_target(&rest);

    (void)state;
    add(&s, 100, 50, 100);
    add(&s, 300, 350, 100);
    add(&s, 500, 599, 400);
    memcpy(bytes, s.text, sizeof bytes);
    for (size_t failing = 0; failing < 4; failing++) { /* the rest is of four pieces */
        output.failing = failing;
        output.calls = 0;
        assert_int_equal(source.read_at(source.context, 0, got, 400), OCK_ENVIRONMENT);
        output.calls = 0;
        assert_int_equal(target.write_at(target.context, 0, got, 400), OCK_ENVIRONMENT);
        output.calls = 0;
        assert_int_equal(target.read_at(target.context, 0, got, 400), OCK_ENVIRONMENT);
    }
    for (text.failing = 0; text.failing < 6; text.failing++) {
        text.calls = 0;
        assert_int_equal(ock_rest_check(&s.repeats, &whole, "x"), OCK_ENVIRONMENT);
        text.calls = 0;
        output.calls = 0;
        output.failing = text.failing < 2 ? SIZE_MAX : text.failing - 1;
        assert_int_equal(ock_rest_fill(&s.repeats, &whole, &rest.output),
                         text.failing == 1 ? OCK_OK : OCK_ENVIRONMENT);
    }
    ock_error_clear();
    assert_int_equal(target.flush(target.context), OCK_ENVIRONMENT);
    assert_string_equal(ock_error_text(), "the shelf can't be flushed");
    ock_error_clear();
    discard(&s);
}

/* ---- whether what is repeated still is ---- */

/* A byte of the text is changed: is it noticed? */
static void check_change(const specimen *s, size_t at, bool noticed)
{
    shelf text = shelf_of(s->text, s->prior_bytes + s->input_bytes);
    const ock_source whole = {read_shelf, &text};
    s->text[at] ^= 0x10;
    ock_error_clear();
    assert_int_equal(ock_rest_check(&s->repeats, &whole, "some name"),
                     noticed ? OCK_ENVIRONMENT : OCK_OK);
    assert_true(!noticed || strstr(ock_error_text(), "some name") != NULL);
    ock_error_clear();
    s->text[at] ^= 0x10;
}

static void changes_are_noticed(void **state)
{
    enum { PRIOR = 1000, LONG = 2 * BLOCK + 100 };
    static const size_t places[] = {0, 1, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, LONG - 1};
    specimen s = specimen_of(PRIOR, 3 * LONG, 14);
    (void)state;
    add(&s, LONG, PRIOR, LONG);
    add(&s, 2 * LONG + 10, 500, 100);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        check_change(&s, PRIOR + places[i], true);        /* a source */
        check_change(&s, PRIOR + LONG + places[i], true); /* a target */
    }
    for (size_t i = 0; i < 100; i += 33) {
        check_change(&s, 500 + i, true);
        check_change(&s, PRIOR + 2 * LONG + 10 + i, true);
    }
    check_change(&s, 499, false);
    check_change(&s, 600, false);
    check_change(&s, PRIOR + 2 * LONG, false);
    check_change(&s, PRIOR + 2 * LONG + 9, false);
    check_change(&s, PRIOR + 2 * LONG + 110, false);
    check_change(&s, PRIOR + 3 * LONG - 1, false);
    discard(&s);
}

/* ---- what is left to the models ---- */

typedef struct place {
    uint32_t group;
    uint64_t position;
} place;

/* By walking over lanes; behind the last byte the last lane's end is meant. */
static place place_in(const ock_lane_map *map, uint64_t at)
{
    uint32_t lane = 0, group = 0;
    while (lane + 1 < map->lanes && ock_lane_begin(map, lane) + ock_lane_length(map, lane) <= at) {
        lane++;
    }
    while (lane >= ock_group_lanes(map, group).end) {
        group++;
    }
    return (place){group, at - ock_lane_begin(map, lane)};
}

/* Whether a lane of the target's group has had the source's first byte when it comes to the target. */
static bool is_met(const ock_repeats *all, const ock_lane_map *map, const bool *wanted, size_t i)
{
    const ock_repeat *r = &all->of[i];
    if (r->source < all->prior_bytes || map->bytes == 0) {
        return false;
    }
    const uint64_t offset = r->source - all->prior_bytes;
    for (size_t j = 0; j < i; j++) {
        const ock_repeat *other = &all->of[j];
        if (wanted[j] && offset >= other->target && offset < other->target + other->length) {
            return false;
        }
    }
    const place from = place_in(map, ock_repeats_rest_before(all, offset));
    const place to = place_in(map, ock_repeats_rest_before(all, r->target));
    return from.group == to.group && from.position < to.position;
}

static ock_lane_map map_of(const ock_repeats *repeats, uint32_t lanes, uint32_t shards,
                           uint32_t groups)
{
    return (ock_lane_map){ock_repeats_rest(repeats), lanes, shards, groups};
}

static void what_lanes_have_met_is_left_to_them(void **state)
{
    uint64_t random = 13;
    size_t left = 0, kept_short = 0;
    (void)state;
    for (int i = 0; i < 600; i++) {
        specimen s = any_specimen(30, 2000, &random);
        const uint32_t lanes = 1 + (uint32_t)below(&random, i % 10 == 0 ? 300 : 9);
        const uint32_t shards = 1 + (uint32_t)below(&random, lanes);
        const uint64_t shortest = below(&random, 60);
        add_random(&s, 1 + below(&random, 60), &random);
        const ock_lane_map map =
            map_of(&s.repeats, lanes, shards, 1 + (uint32_t)below(&random, shards));
        bool *wanted = memory_of(s.repeats.count);
        for (size_t j = 0; j < s.repeats.count; j++) {
            const bool is_long = s.repeats.of[j].length >= shortest;
            wanted[j] = is_long || !is_met(&s.repeats, &map, wanted, j);
            left += !wanted[j];
            kept_short += wanted[j] && !is_long;
        }
        ock_repeats kept = copy_of(&s.repeats);
        assert_int_equal(ock_repeats_leave_to_models(&kept, &map, shortest), OCK_OK);
        check_kept(&s.repeats, wanted, &kept);
        ock_repeats_free(&kept);
        free(wanted);
        discard(&s);
    }
    assert_true(left > 1000 && kept_short > 1000);
}

/* One repeat, in a rest of 1000 bytes: whether it is kept. */
static bool is_kept(const uint64_t repeat[3], uint64_t prior_bytes, uint32_t lanes, uint32_t groups,
                    uint64_t shortest)
{
    ock_repeats list;
    ock_repeats_start(&list, prior_bytes, 1000 + repeat[2]);
    assert_int_equal(ock_repeats_append(&list, repeat[0], repeat[1], repeat[2]), OCK_OK);
    const ock_lane_map map = map_of(&list, lanes, lanes, groups);
    assert_int_equal(ock_repeats_leave_to_models(&list, &map, shortest), OCK_OK);
    const bool kept = list.count == 1;
    ock_repeats_free(&list);
    return kept;
}

static void single_repeats_are_left_or_kept(void **state)
{
    static const uint64_t near[3] = {700, 600, 50}, far[3] = {700, 100, 50},
                          late[3] = {600, 400, 50};
    static const uint64_t last[3] = {1000, 990, 50}, prior[3] = {700, 9, 50};
    (void)state;
    assert_false(is_kept(near, 0, 1, 1, 51));
    assert_true(is_kept(near, 0, 1, 1, 50)); /* as long as is asked for */
    assert_false(
        is_kept(near, 0, 2, 2, 51)); /* both in the second of two lanes, groups of their own */
    assert_true(is_kept(far, 0, 2, 2, 51));  /* the first lane's: another group's */
    assert_false(is_kept(far, 0, 2, 1, 51)); /* of the same group, and at position 100 before 200 */
    assert_true(is_kept(late, 0, 2, 1, 51)); /* at position 400, after 100 */
    assert_false(is_kept(last, 0, 1, 1, 51)); /* behind the last byte of the rest */
    assert_false(is_kept(last, 0, 4, 4, 51));
    assert_true(is_kept(prior, 10, 1, 1, 51));
    assert_false(is_kept(near, 10, 1, 1, 51));
}

/* The third of three copies refers to the second, which no lane has where it stays a reference. */
static void what_refers_to_a_reference_stays_one(void **state)
{
    ock_repeats list;
    (void)state;
    for (uint32_t groups = 1; groups <= 2; groups++) {
        ock_repeats_start(&list, 0, 1000 + 200);
        assert_int_equal(ock_repeats_append(&list, 700, 100, 100), OCK_OK);
        assert_int_equal(ock_repeats_append(&list, 900, 700, 100), OCK_OK);
        const ock_lane_map map = map_of(&list, 2, 2, groups);
        assert_int_equal(ock_repeats_leave_to_models(&list, &map, 101), OCK_OK);
        assert_int_equal(list.count, groups == 1 ? 0 : 2);
        ock_repeats_free(&list);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_takes_what_is_in_order),
        cmocka_unit_test(a_list_takes_what_is_behind_its_end),
        cmocka_unit_test(a_list_that_is_full_takes_no_more),
        cmocka_unit_test(places_are_those_of_a_naive_model),
        cmocka_unit_test(what_is_not_wanted_is_rest_again),
        cmocka_unit_test(blocks_are_filled_in),
        cmocka_unit_test(nested_repeats_are_filled_in_their_order),
        cmocka_unit_test(runs_of_all_periods_are_filled_in),
        cmocka_unit_test(sources_in_priors_are_read_there),
        cmocka_unit_test(a_run_that_begins_in_the_priors_takes_few_calls),
        cmocka_unit_test(random_lists_are_filled_in),
        cmocka_unit_test(failures_of_what_lies_behind_come_through),
        cmocka_unit_test(changes_are_noticed),
        cmocka_unit_test(what_lanes_have_met_is_left_to_them),
        cmocka_unit_test(single_repeats_are_left_or_kept),
        cmocka_unit_test(what_refers_to_a_reference_stays_one),
    };

    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
