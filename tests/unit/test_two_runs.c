/* SPDX-License-Identifier: MIT */
/* test_two_runs.c - two compressions at the same time, in two threads of one process: each gives the
 * bytes it gives alone, and what befalls one is no matter of the other's. Also built with the thread
 * sanitizer, which finds what two runs would share. Threads don't assert: cmocka is the main thread's. */
#include "model_fixture.h"
#include "step_fixture.h"

#include <pthread.h>

#include "codec/codec.h"
#include "coder/coder.h"

enum { LANES = 3, LENGTH = 400, LANE_BYTES = LENGTH + 64, RUNS = 2 };

/* A lane's coded bytes, and how many of them have been read. */
typedef struct lane_bytes {
    uint8_t bytes[LANE_BYTES];
    size_t count, read;
} lane_bytes;

/* A run and all it has: nothing here is another run's. */
typedef struct run {
    /* the wish */
    ock_plan plan;
    uint8_t input[LENGTH];
    uint64_t memory_limit;
    uint64_t fail_at; /* position at which its port fails; UINT64_MAX: never */
    /* what it works with */
    ock_memory memory;
    ock_comm *comm;
    ock_encoder encoders[LANES];
    ock_decoder decoders[LANES];
    /* what came of it */
    ock_status status;
    ock_error error;
    lane_bytes lanes[LANES];
    uint8_t output[LENGTH];
    uint8_t digest[OCK_MARK_BYTES]; /* of the whole state at the end, of both directions in turn */
    bool environment_kept;
    uint64_t bytes_left; /* on the account at its end */
} run;

static ock_status sink(void *context, const uint8_t *bytes, size_t count)
{
    lane_bytes *lane = context;
    if (count > LANE_BYTES - lane->count) {
        return ock_fail(OCK_INTERNAL, "too many bytes for a lane");
    }
    memcpy(lane->bytes + lane->count, bytes, count);
    lane->count += count;
    return OCK_OK;
}

static ock_status source(void *context, uint8_t *bytes, size_t capacity, size_t *count)
{
    lane_bytes *lane = context;
    *count = lane->count - lane->read < capacity ? lane->count - lane->read : capacity;
    memcpy(bytes, lane->bytes + lane->read, *count);
    lane->read += *count;
    return OCK_OK;
}

/* ---- the two directions ---- */

static ock_status encode_begin(void *context, ock_codec *codec, ock_step *step)
{
    run *r = context;
    for (size_t t = 0; t < step->count; t++) {
        for (uint32_t lane = 0; lane < active(step, t); lane++) {
            *ock_history_at(&codec->history, lane, t) = r->input[offset_of(step, lane, t)];
        }
    }
    return OCK_OK;
}

static ock_status encode_position(void *context, ock_codec *codec, const ock_step *step, size_t t,
                                  ock_status mine)
{
    const run *r = context;
    const uint64_t at =
        r->fail_at - step->position; /* all positions of the step up to t are coded */
    if (mine == OCK_OK && at <= t) {
        return ock_fail(OCK_BAD_DATA, "position %zu of seed %u", (size_t)at,
                        codec->plan.config.seed);
    }
    return mine;
}

static ock_status encode_finish(void *context, ock_codec *codec, ock_step *step)
{
    run *r = context;
    ock_status status = OCK_OK;
    for (size_t t = 0; t < step->count; t++) {
        for (uint32_t lane = 0; lane < active(step, t) && status == OCK_OK; lane++) {
            status = ock_encoder_put(&r->encoders[lane], choice_of(codec, lane, t)->interval, sink,
                                     &r->lanes[lane]);
        }
    }
    return status;
}

static ock_status find_targets(run *r, ock_codec *codec, const ock_step *step, size_t t)
{
    ock_status status = OCK_OK;
    for (uint32_t lane = 0; lane < active(step, t) && status == OCK_OK; lane++) {
        status = ock_decoder_target(&r->decoders[lane], &choice_of(codec, lane, t)->target);
    }
    return status;
}

static ock_status decode_begin(void *context, ock_codec *codec, ock_step *step)
{
    return find_targets(context, codec, step, 0);
}

static ock_status decode_position(void *context, ock_codec *codec, const ock_step *step, size_t t,
                                  ock_status mine)
{
    run *r = context;
    ock_status status = mine;
    for (uint32_t lane = 0; lane < active(step, t) && status == OCK_OK; lane++) {
        const ock_choice *choice = choice_of(codec, lane, t);
        status = ock_decoder_take(&r->decoders[lane], choice->interval);
        r->output[offset_of(step, lane, t)] = choice->symbol;
        *ock_history_at(&codec->history, lane, t) = choice->symbol;
    }
    return status == OCK_OK && t + 1 < step->count ? find_targets(r, codec, step, t + 1) : status;
}

static ock_status decode_finish(void *context, ock_codec *codec, ock_step *step)
{
    (void)context;
    (void)codec;
    (void)step;
    return OCK_OK;
}

static const ock_port encoding = {
    .begin_step = encode_begin, .finish_position = encode_position, .finish_step = encode_finish};
static const ock_port decoding = {.decode = true,
                                  .begin_step = decode_begin,
                                  .finish_position = decode_position,
                                  .finish_step = decode_finish};

/* ---- one run ---- */

static ock_status pass(run *r, const ock_kernels *kernels, ock_port port)
{
    ock_codec *codec = NULL;
    port.context = r;
    ock_status status = ock_codec_new(r->comm, &r->memory, kernels, &r->plan, &codec);
    if (status == OCK_OK) {
        status = ock_codec_run(codec, &port);
    }
    if (status == OCK_OK) {
        memcpy(r->digest, codec->chain.digests[codec->chain.marks - 1], sizeof r->digest);
    }
    ock_codec_free(codec);
    return status;
}

static ock_status encode(run *r, const ock_kernels *kernels)
{
    for (size_t lane = 0; lane < LANES; lane++) {
        r->lanes[lane].count = r->lanes[lane].read = 0;
        ock_encoder_start(&r->encoders[lane]);
    }
    ock_status status = pass(r, kernels, encoding);
    for (size_t lane = 0; lane < r->plan.map.lanes && status == OCK_OK; lane++) {
        status = ock_encoder_finish(&r->encoders[lane], sink, &r->lanes[lane]);
    }
    return status;
}

static ock_status decode(run *r, const ock_kernels *kernels)
{
    ock_status status = OCK_OK;
    memset(r->output, 0xAA, sizeof r->output);
    for (size_t lane = 0; lane < r->plan.map.lanes && status == OCK_OK; lane++) {
        status = ock_decoder_start(&r->decoders[lane], source, &r->lanes[lane]);
    }
    return status == OCK_OK ? pass(r, kernels, decoding) : status;
}

static ock_status there_and_back(run *r)
{
    const ock_kernels *kernels;
    ock_status status = ock_kernels_select(NULL, &kernels);
    if (status == OCK_OK) {
        status = ock_comm_alone(&r->comm);
    }
    if (status == OCK_OK) {
        status = encode(r, kernels);
    }
    if (status == OCK_OK) {
        status = decode(r, kernels);
    }
    ock_comm_free(r->comm);
    r->comm = NULL;
    return status;
}

/* As a caller of a library would: with its own floating-point environment, which is its own again. */
static void *work(void *argument)
{
    run *r = argument;
    ock_fpenv callers, after;
    ock_memory_init(&r->memory, r->memory_limit);
    ock_fpenv_enter(&callers);
    r->status = there_and_back(r);
    ock_fpenv_leave(&callers);
    ock_fpenv_enter(&after);
    r->environment_kept = callers.control == after.control;
    r->bytes_left = r->memory.taken;
    ock_error_take(&r->error);
    return NULL;
}

static void at_the_same_time(run *runs[RUNS])
{
    pthread_t threads[RUNS];
    for (size_t i = 0; i < RUNS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, work, runs[i]), 0);
    }
    for (size_t i = 0; i < RUNS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}

/* ---- the wishes ---- */

/* Different in all that a configuration can differ in, seed and input included. */
static run *wish(size_t number)
{
    run *r = fixture_memory(1, sizeof *r);
    r->plan = (ock_plan){.map = {LENGTH, number == 0 ? 1 : LANES, number == 0 ? 1 : 2, 1},
                         .level = 5,
                         .config = fixture_config()};
    ock_config *config = &r->plan.config;
    config->seed = 1 + (uint32_t)number;
    config->layers = number == 0 ? 2 : 1;
    config->step = number == 0 ? 16 : 8;
    config->width = number == 0 ? 64 : 32;
    config->beta1 = number == 0 ? 0 : 0.9f;
    config->contexts = number == 0 ? 8 : 4;
    config->mark_steps = OCK_MARK_AT_END;
    config->order_max = config->order_min;
    config->features = 1;
    assert_int_equal(ock_config_check(config, OCK_ENVIRONMENT), OCK_OK);
    assert_int_equal(ock_lane_map_check(&r->plan.map), OCK_OK);
    fixture_text(r->input, LENGTH, number);
    r->fail_at = UINT64_MAX;
    return r;
}

static void assert_came_back(const run *r)
{
    assert_string_equal(r->error.text, "");
    assert_int_equal(r->status, OCK_OK);
    assert_memory_equal(r->output, r->input, LENGTH);
    assert_true(r->environment_kept);
    assert_true(r->bytes_left == 0);
}

static void assert_same(const run *r, const run *alone)
{
    assert_came_back(r);
    for (size_t lane = 0; lane < LANES; lane++) {
        assert_int_equal(r->lanes[lane].count, alone->lanes[lane].count);
        assert_memory_equal(r->lanes[lane].bytes, alone->lanes[lane].bytes,
                            alone->lanes[lane].count);
    }
    assert_memory_equal(r->digest, alone->digest, sizeof r->digest);
}

/* Each of them, run by itself on the main thread, once. Not before two threads have been the first to
 * use whatever is made once a process. */
static const run *alone(size_t number)
{
    static run *runs[RUNS];
    if (runs[number] == NULL) {
        runs[number] = wish(number);
        work(runs[number]);
        assert_came_back(runs[number]);
    }
    return runs[number];
}

static void free_all(run *runs[RUNS])
{
    for (size_t i = 0; i < RUNS; i++) {
        free(runs[i]);
    }
}

/* The first case: nothing has been computed in this process yet. */
static void two_give_what_each_gives_alone(void **state)
{
    run *runs[RUNS] = {wish(0), wish(1)};
    (void)state;
    at_the_same_time(runs);
    assert_memory_not_equal(alone(0)->digest, alone(1)->digest, OCK_MARK_BYTES);
    for (size_t k = 0; k < RUNS; k++) {
        assert_same(runs[k], alone(k));
    }
    free_all(runs);
}

/* Two of the same plan, too: they share the most. */
static void twins(void **state)
{
    run *runs[RUNS] = {wish(1), wish(1)};
    (void)state;
    at_the_same_time(runs);
    for (size_t k = 0; k < RUNS; k++) {
        assert_same(runs[k], alone(1));
    }
    free_all(runs);
}

/* One fails, with its own status and message, and the other does not hear of it. */
static void one_fails(void **state)
{
    run *runs[RUNS] = {wish(0), wish(1)};
    (void)state;
    runs[1]->fail_at = 42;
    at_the_same_time(runs);
    assert_same(runs[0], alone(0));
    assert_int_equal(runs[1]->status, OCK_BAD_DATA);
    assert_string_equal(runs[1]->error.text, "position 2 of seed 2");
    assert_true(runs[1]->bytes_left == 0);
    assert_string_equal(ock_error_text(), "");
    free_all(runs);
}

/* Each has its own limit: what one may not take, the other takes. */
static void one_has_too_little_memory(void **state)
{
    run *runs[RUNS] = {wish(0), wish(1)};
    (void)state;
    runs[0]->memory_limit = 1 << 20;
    at_the_same_time(runs);
    assert_same(runs[1], alone(1));
    assert_int_equal(runs[0]->status, OCK_ENVIRONMENT);
    assert_non_null(strstr(runs[0]->error.text, "not enough memory"));
    assert_true(runs[0]->bytes_left == 0);
    free_all(runs);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_give_what_each_gives_alone),
        cmocka_unit_test(twins),
        cmocka_unit_test(one_fails),
        cmocka_unit_test(one_has_too_little_memory),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
