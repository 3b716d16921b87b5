/* SPDX-License-Identifier: MIT */
/* test_chain.c - digests of the state: the hash follows its written rule, both directions make the
 * same digests on any kernels, and a flipped bit anywhere in the state shows in the next one, which
 * with the state at hand names the tensor and the element. */
#include "coding_fixture.h"

#include "state/state_compare.h"

enum { BYTES = 903, LANES = 3, STATE_MOST = 1 << 26, MARKS = 512 };

#ifdef __SANITIZE_ADDRESS__ /* a fifth of the speed */
enum { FLIPS = 20 };
#else
enum { FLIPS = 100 };
#endif

static uint8_t text[BYTES];

/* ---- the hash ---- */

/* As DIGESTS.md says it, one word after the other. */
static ock_state_hash by_the_rule(const uint8_t *bytes, size_t count)
{
    ock_state_hash hash = {{0, 0}};
    for (size_t at = 0; at < count; at += 4) {
        uint64_t word = 0;
        for (size_t b = 0; b < 4 && at + b < count; b++) {
            word |= (uint64_t)bytes[at + b] << 8 * b;
        }
        for (uint32_t i = 0; i < 2; i++) {
            uint64_t key = (ock_rng_bits(0, 1 + i, at / 4 % 1024) >> 32) | 1;
            uint64_t page_key = ock_rng_bits(0, 3 + i, at / 4096) | 1;
            hash.sums[i] += page_key * (word * key);
        }
    }
    return hash;
}

static bool equal(const ock_state_hash *a, const ock_state_hash *b)
{
    return a->sums[0] == b->sums[0] && a->sums[1] == b->sums[1];
}

static void hash_follows_its_rule(void **state)
{
    static uint8_t bytes[3 * 4096 + 9];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)fixture_bits(1, i);
    }
    for (size_t count = 0; count < sizeof bytes; count += count < 40 ? 1 : 1021) {
        ock_state_hash hash = {{0, 0}}, wanted = by_the_rule(bytes + 1, count);
        ock_state_hash_add(&hash, 0, bytes + 1, count);
        assert_true(equal(&hash, &wanted));
    }
}

/* Cut at any words, and added in another order. */
static void hash_knows_no_cuts(void **state)
{
    static uint8_t bytes[3 * 4096 + 9];
    ock_state_hash whole = {{0, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)fixture_bits(2, i);
    }
    ock_state_hash_add(&whole, 0, bytes, sizeof bytes);
    for (size_t cut = 4; cut < sizeof bytes - 4096; cut += 508) {
        ock_state_hash parts[3] = {0};
        ock_state_hash_add(&parts[2], cut + 4096, bytes + cut + 4096, sizeof bytes - cut - 4096);
        ock_state_hash_add(&parts[0], 0, bytes, cut);
        ock_state_hash_add(&parts[1], cut, bytes + cut, 4096);
        ock_state_hash_join(&parts[2], &parts[0]);
        ock_state_hash_join(&parts[2], &parts[1]);
        assert_true(equal(&parts[2], &whole));
    }
}

static void hash_sees_every_flipped_bit(void **state)
{
    static uint8_t bytes[4096 + 40];
    ock_state_hash whole = {{0, 0}};
    (void)state;
    ock_state_hash_add(&whole, 0, bytes, sizeof bytes);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        ock_state_hash hash = {{0, 0}};
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ock_state_hash_add(&hash, 0, bytes, sizeof bytes);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_true(hash.sums[0] != whole.sums[0] && hash.sums[1] != whole.sums[1]);
    }
}

/* ---- runs ---- */

typedef struct part_place {
    char name[OCK_STATE_NAME_BYTES];
    uint32_t index;
    size_t element, at; /* bytes of an element; number of the element */
} part_place;

/* A run in one of the directions, and what is done to it. */
typedef struct run {
    coding c;
    ock_mark marks[MARKS];
    size_t count;
    const ock_mark *wanted; /* the run ends at the first mark that is not as here; NULL: none is */
    uint64_t end_at;        /* the run ends at the mark of this step */
    /* the flip: after which step, the random numbers that choose the bit, what they chose */
    uint64_t flip_at, stream;
    bool only_parameters;
    size_t parts;
    part_place place;
    uint8_t *saved; /* (STATE_MOST) the model's state at the end, if wanted */
    size_t saved_bytes, read;
} run;

static void show_model(void *context, ock_state_visitor *visitor)
{
    run *r = context;
    ock_codec_shared_state(r->c.codec, visitor);
}

static ock_status append(void *context, void *bytes, size_t count)
{
    run *r = context;
    assert_true(r->saved_bytes + count <= STATE_MOST);
    memcpy(r->saved + r->saved_bytes, bytes, count);
    r->saved_bytes += count;
    return OCK_OK;
}

static ock_status deliver(void *context, void *bytes, size_t count)
{
    run *r = context;
    memcpy(bytes, r->saved + r->read, count);
    r->read += count;
    return OCK_OK;
}

static void save(run *r)
{
    const ock_state_owner owner = {show_model, r};
    r->saved_bytes = r->read = 0;
    assert_int_equal(ock_state_save(comm, &r->c.plan.map, &owner, append, r), OCK_OK);
}

static ock_status take_mark(void *context, const ock_mark *mark)
{
    run *r = context;
    assert_true(r->count < MARKS && mark->number == r->count + 1);
    r->marks[r->count++] = *mark;
    bool differs =
        r->wanted != NULL && memcmp(&r->wanted[mark->number - 1], mark, sizeof *mark) != 0;
    if (!differs && mark->step != r->end_at) {
        return OCK_OK;
    }
    if (r->saved != NULL) {
        save(r);
    }
    return ock_fail(OCK_STOPPED, "stopped");
}

/* Not what the loop itself counts by, and not what is only a copy made for the walk. */
static bool may_flip(const run *r, const ock_state_part *part)
{
    if (r->only_parameters) {
        return strcmp(part->name, "network.parameters") == 0;
    }
    return strcmp(part->name, "position") != 0 && strcmp(part->name, "lane.shifted") != 0;
}

static ock_status count_part(void *context, const ock_state_part *part)
{
    run *r = context;
    r->parts += may_flip(r, part);
    return OCK_OK;
}

/* A bit of a value; in a parameter one of those that stay visible. */
static ock_status flip_in_part(void *context, const ock_state_part *part)
{
    run *r = context;
    if (!may_flip(r, part) || r->parts-- != 1) {
        return OCK_OK;
    }
    size_t bit = r->only_parameters ? 20 : (size_t)fixture_bits(r->stream, 2) % (8 * part->element);
    snprintf(r->place.name, sizeof r->place.name, "%s", part->name);
    r->place.index = part->index;
    r->place.element = part->element;
    r->place.at = (size_t)fixture_bits(r->stream, 3) % part->count;
    ((uint8_t *)part->data)[r->place.at * part->element + bit / 8] ^= (uint8_t)(1 << bit % 8);
    return OCK_OK;
}

/* After each step, before its mark. */
static void perhaps_flip(void *context, const ock_codec *codec)
{
    run *r = context;
    ock_state_visitor counter = {.visit = count_part, .context = r};
    ock_state_visitor flipper = {.visit = flip_in_part, .context = r};
    if (ock_codec_step(codec) != r->flip_at) {
        return;
    }
    r->parts = 0;
    show_model(r, &counter);
    r->parts = 1 + (size_t)fixture_bits(r->stream, 1) % r->parts;
    show_model(r, &flipper);
}

static void listen(run *r)
{
    r->c.codec->marked = take_mark;
    r->c.codec->report = perhaps_flip;
    r->c.codec->marked_context = r->c.codec->report_context = r;
}

static void start(run *r, const ock_plan *plan, const ock_kernels *kernels)
{
    *r = (run){0};
    coding_start(&r->c, plan, kernels, NULL);
    listen(r);
}

static void start_decoder(run *r, const ock_plan *plan, const ock_kernels *kernels)
{
    *r = (run){0};
    coding_start_decoder(&r->c, plan, kernels, NULL);
    listen(r);
}

/* ---- configurations ---- */

static const predictor predictors[] = {{1, 0, 2, 0.9f, OCK_LAYER_RECURRENT},
                                       {1, 0, 1, 0, OCK_LAYER_RECURRENT},
                                       {0, 1, 0, 0, OCK_LAYER_RECURRENT},
                                       {1, 1, 2, 0.9f, OCK_LAYER_RECURRENT},
                                       {1, 1, 1, 0, OCK_LAYER_RECURRENT}};
enum { PREDICTORS = sizeof predictors / sizeof predictors[0], WHOLE = 3 };

static const ock_lane_map map = {BYTES, LANES, 2, 2};

/* ---- tests ---- */

/* Also the last step, which is shorter and in which not all lanes take part. */
static void directions_agree(void **state)
{
    const ock_kernels *kernels[FIXTURE_MAX_KERNELS];
    size_t count = fixture_all_kernels(kernels);
    run *first = fixture_memory(1, sizeof *first), *second = fixture_memory(1, sizeof *second);
    (void)state;
    for (size_t k = 0; k < PREDICTORS; k++) {
        for (uint32_t every = 1; every <= 7; every += 6) {
            ock_plan plan = coding_plan(&map, &predictors[k], every);
            start(first, &plan, kernels[0]);
            coding_finish(&first->c, "ock");
            assert_true(first->count == ock_plan_marks(&plan) &&
                        first->marks[first->count - 1].step == ock_plan_steps(&plan));
            start_decoder(second, &plan, kernels[count - 1]);
            second->wanted = first->marks;
            assert_int_equal(ock_codec_run(second->c.codec, &second->c.port), OCK_OK);
            assert_int_equal(second->count, first->count);
            coding_end(&second->c);
            coding_end(&first->c);
        }
    }
    free(first);
    free(second);
}

/* What the first digest is chained to: options that change no bit of the state so far show too. */
static void options_are_part_of_the_chain(void **state)
{
    run *first = fixture_memory(1, sizeof *first), *second = fixture_memory(1, sizeof *second);
    ock_plan plan = coding_plan(&map, &predictors[WHOLE], 1);
    (void)state;
    start(first, &plan, fixture_kernels());
    first->end_at = 1;
    assert_int_equal(ock_codec_run(first->c.codec, &first->c.port), OCK_STOPPED);
    coding_end(&first->c);
    plan.config.light_after = 1 << 29;
    start(second, &plan, fixture_kernels());
    second->wanted = first->marks;
    assert_int_equal(ock_codec_run(second->c.codec, &second->c.port), OCK_STOPPED);
    assert_int_equal(second->count, 1);
    coding_end(&second->c);
    free(first);
    free(second);
}

/* A good run up to the step at which the bad one was stopped, compared with the bad one's state. */
static void find_in_saved_state(run *bad, run *good, uint64_t step)
{
    ock_state_difference found;
    start(good, &bad->c.plan, fixture_kernels());
    const ock_state_owner owner = {show_model, good};
    good->end_at = step;
    assert_int_equal(ock_codec_run(good->c.codec, &good->c.port), OCK_STOPPED);
    assert_int_equal(ock_state_compare(comm, &good->c.plan.map, &owner, deliver, bad, &found),
                     OCK_OK);
    if (!found.found || strcmp(found.name, bad->place.name) != 0 ||
        found.index != bad->place.index || found.element != bad->place.at) {
        fail_msg("flipped %s (%u) element %zu, found %s (%u) element %llu", bad->place.name,
                 bad->place.index, bad->place.at, found.name, found.index,
                 (unsigned long long)found.element);
    }
    coding_end(&good->c);
}

/* One bit of any value, after a random step. With a mark a step the step is named, with its state the
 * element. */
static void every_flip_is_found(void **state)
{
    run *good = fixture_memory(1, sizeof *good), *bad = fixture_memory(1, sizeof *bad);
    ock_plan plan = coding_plan(&map, &predictors[WHOLE], 1);
    uint8_t *saved = fixture_memory(1, STATE_MOST);
    static ock_mark marks[MARKS];
    (void)state;
    start(good, &plan, fixture_kernels());
    assert_int_equal(ock_codec_run(good->c.codec, &good->c.port), OCK_OK);
    memcpy(marks, good->marks, sizeof marks);
    size_t steps = good->count;
    coding_end(&good->c);
    for (uint64_t i = 0; i < FLIPS; i++) {
        start(bad, &plan, fixture_kernels());
        bad->wanted = marks;
        bad->saved = saved;
        bad->stream = 100 + i;
        bad->flip_at = 1 + fixture_bits(bad->stream, 0) % steps;
        assert_int_equal(ock_codec_run(bad->c.codec, &bad->c.port), OCK_STOPPED);
        assert_int_equal(bad->count, bad->flip_at);
        find_in_saved_state(bad, good, bad->flip_at);
        coding_end(&bad->c);
    }
    free(saved);
    free(good);
    free(bad);
}

/* With a mark every seven steps, the first one at the flip or behind it. */
static void next_mark_names_the_span(void **state)
{
    run *good = fixture_memory(1, sizeof *good), *bad = fixture_memory(1, sizeof *bad);
    ock_plan plan = coding_plan(&map, &predictors[WHOLE], 7);
    (void)state;
    start(good, &plan, fixture_kernels());
    assert_int_equal(ock_codec_run(good->c.codec, &good->c.port), OCK_OK);
    uint64_t steps = ock_plan_steps(&plan);
    for (uint64_t i = 0; i < FLIPS; i++) {
        start(bad, &plan, fixture_kernels());
        bad->wanted = good->marks;
        bad->stream = 1000 + i;
        bad->only_parameters = true;
        bad->flip_at = 1 + fixture_bits(bad->stream, 0) % steps;
        assert_int_equal(ock_codec_run(bad->c.codec, &bad->c.port), OCK_STOPPED);
        assert_int_equal(bad->count, (bad->flip_at + 6) / 7);
        coding_end(&bad->c);
    }
    coding_end(&good->c);
    free(good);
    free(bad);
}

static int set_up(void **state)
{
    if (coding_set_up(state) != 0) {
        return -1;
    }
    fixture_text(text, BYTES, 5); /* the lanes are not of one length */
    write_input(text, BYTES);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_follows_its_rule),         cmocka_unit_test(hash_knows_no_cuts),
        cmocka_unit_test(hash_sees_every_flipped_bit),   cmocka_unit_test(directions_agree),
        cmocka_unit_test(options_are_part_of_the_chain), cmocka_unit_test(every_flip_is_found),
        cmocka_unit_test(next_mark_names_the_span),
    };
    return ock_run_cases(argc, argv, tests, set_up, coding_tear_down);
}
