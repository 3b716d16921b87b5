/* SPDX-License-Identifier: MIT */
/* test_codec.c - the loop in both directions, on one rank and in memory: whatever the length,
 * the lanes and the configuration, the decoder gets the encoder's symbols and intervals,
 * position by position, on any number of threads. */
#include "comm_fixture.h"
#include "step_fixture.h"
#include "team_fixture.h"

#include <math.h>

#include "codec/codec.h"

enum { MAX_LANES = 5, MOST_LANES = 8, MAX_LENGTH = 1000, MAX_LANE_BYTES = MAX_LENGTH + 64 };

/* Where a decoder's target lies in the interval of its symbol. */
typedef enum target_place { AT_LOW, AT_HIGH, ANYWHERE, FROM_BYTES, PLACES } target_place;

/* A lane's coded bytes, and how many of them have been read. */
typedef struct lane_bytes {
    uint8_t bytes[MAX_LANE_BYTES];
    size_t count, read;
} lane_bytes;

/* A port over memory. Encoding records; decoding is led by the record and compared with it. */
typedef struct memory_port {
    ock_lane_map map;
    target_place aim;
    uint8_t input[MAX_LENGTH], output[MAX_LENGTH];
    ock_interval intervals[MAX_LENGTH]; /* by input offset */
    lane_bytes lanes[MOST_LANES];
    ock_encoder encoders[MOST_LANES];
    ock_decoder decoders[MOST_LANES];
    ock_interval answers[MAX_LENGTH]; /* by step: whether it is light, where that was asked */
    size_t positions, steps, light;   /* finished, over all calls; steps that were light */
    ock_team *team;                   /* does the work; NULL: this thread alone */
    int32_t poisoned; /* lane that stops being numbers after the third step; -1: none */
    uint8_t digest[OCK_MARK_BYTES]; /* of the last mark, where the plan has one */
    size_t fail_at;                 /* position at which finish_position fails; SIZE_MAX: never */
} memory_port;

static ock_status sink(void *context, const uint8_t *bytes, size_t count)
{
    lane_bytes *lane = context;
    assert_true(lane->count + count <= MAX_LANE_BYTES);
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

/* A target in the interval, where the port aims. */
static uint32_t target_in(const memory_port *p, ock_interval interval, size_t at)
{
    if (p->aim == ANYWHERE) {
        return interval.low + (uint32_t)(fixture_bits(1, at) % interval.width);
    }
    return interval.low + (p->aim == AT_HIGH ? interval.width - 1 : 0);
}

static void put(memory_port *p, uint32_t lane, ock_interval interval)
{
    assert_int_equal(ock_encoder_put(&p->encoders[lane], interval, sink, &p->lanes[lane]), OCK_OK);
}

/* ---- the encoder's side ---- */

static void encode_answer(memory_port *p, const ock_codec *codec, ock_step *step)
{
    step->light = ock_regular_holds(&codec->regular, &codec->history);
    p->answers[p->steps] = ock_regular_interval(&codec->regular, step->light);
    put(p, 0, p->answers[p->steps]);
}

static ock_status encode_begin(void *context, ock_codec *codec, ock_step *step)
{
    memory_port *p = context;
    for (size_t t = 0; t < step->count; t++) {
        for (uint32_t lane = 0; lane < active(step, t); lane++) {
            *ock_history_at(&codec->history, lane, t) = p->input[offset_of(step, lane, t)];
        }
    }
    if (step->expected) {
        encode_answer(p, codec, step);
    }
    return OCK_OK;
}

static ock_status encode_finish_position(void *context, ock_codec *codec, const ock_step *step,
                                         size_t t, ock_status mine)
{
    memory_port *p = context;
    const size_t before = p->positions;
    (void)codec;
    assert_int_equal(t, step->count - 1); /* once a step, of all positions */
    p->positions += step->count;
    return p->fail_at >= before && p->fail_at < p->positions ? OCK_BAD_DATA : mine;
}

static ock_status encode_finish_step(void *context, ock_codec *codec, ock_step *step)
{
    memory_port *p = context;
    p->steps++;
    p->light += step->light;
    for (size_t t = 0; t < step->count && !step->light; t++) {
        for (uint32_t lane = 0; lane < active(step, t); lane++) {
            ock_interval interval = choice_of(codec, lane, t)->interval;
            p->intervals[offset_of(step, lane, t)] = interval;
            put(p, lane, interval);
        }
    }
    return OCK_OK;
}

/* ---- the decoder's side ---- */

static void set_targets(memory_port *p, ock_codec *codec, const ock_step *step, size_t t)
{
    for (uint32_t lane = 0; lane < active(step, t); lane++) {
        size_t at = offset_of(step, lane, t);
        ock_interval interval = p->intervals[at];
        uint32_t *target = &choice_of(codec, lane, t)->target;
        if (p->aim == FROM_BYTES) {
            assert_int_equal(ock_decoder_target(&p->decoders[lane], target), OCK_OK);
        } else {
            *target = target_in(p, interval, at);
        }
    }
}

static void decode_answer(memory_port *p, const ock_codec *codec, ock_step *step)
{
    uint32_t target = target_in(p, p->answers[p->steps], p->steps);
    if (p->aim == FROM_BYTES) {
        assert_int_equal(ock_decoder_target(&p->decoders[0], &target), OCK_OK);
    }
    step->light = target < ock_regular_interval(&codec->regular, true).width;
    ock_interval interval = ock_regular_interval(&codec->regular, step->light);
    assert_memory_equal(&interval, &p->answers[p->steps], sizeof interval);
    if (p->aim == FROM_BYTES) {
        assert_int_equal(ock_decoder_take(&p->decoders[0], interval), OCK_OK);
    }
}

static ock_status decode_begin(void *context, ock_codec *codec, ock_step *step)
{
    memory_port *p = context;
    if (step->expected) {
        decode_answer(p, codec, step);
    }
    if (!step->light) {
        set_targets(p, codec, step, 0);
    }
    return OCK_OK;
}

static ock_status decode_finish_position(void *context, ock_codec *codec, const ock_step *step,
                                         size_t t, ock_status mine)
{
    memory_port *p = context;
    if (p->positions++ == p->fail_at || mine != OCK_OK) {
        return mine != OCK_OK ? mine : OCK_BAD_DATA;
    }
    for (uint32_t lane = 0; lane < active(step, t); lane++) {
        size_t at = offset_of(step, lane, t);
        const ock_choice *choice = choice_of(codec, lane, t);
        assert_int_equal(choice->interval.low, p->intervals[at].low);
        assert_int_equal(choice->interval.width, p->intervals[at].width);
        if (p->aim == FROM_BYTES) {
            assert_int_equal(ock_decoder_take(&p->decoders[lane], choice->interval), OCK_OK);
        }
        *ock_history_at(&codec->history, lane, t) = p->output[at] = choice->symbol;
    }
    if (t + 1 < step->count) {
        set_targets(p, codec, step, t + 1);
    }
    return OCK_OK;
}

static ock_status decode_finish_step(void *context, ock_codec *codec, ock_step *step)
{
    memory_port *p = context;
    p->steps++;
    p->light += step->light;
    for (uint32_t lane = 0; lane < p->map.lanes && step->light; lane++) {
        memcpy(p->output + offset_of(step, lane, 0), ock_history_at(&codec->history, lane, 0),
               step->count);
    }
    return OCK_OK;
}

/* ---- runs ---- */

/* What a lane keeps in floats: weights of its mixers, the state of its layers. */
static ock_status poison_part(void *context, const ock_state_part *part)
{
    memory_port *p = context;
    const bool floats =
        strstr(part->name, ".weights") != NULL || strncmp(part->name, "layer", 5) == 0;
    if (floats && part->holder == OCK_HELD_BY_LANE && (int32_t)part->index == p->poisoned) {
        for (size_t i = 0; i < part->count; i++) {
            ((float *)part->data)[i] = NAN;
        }
    }
    return OCK_OK;
}

static void perhaps_poison(void *context, const ock_codec *codec)
{
    memory_port *p = context;
    ock_state_visitor visitor = {.visit = poison_part, .context = p};
    if (p->poisoned >= 0 && p->steps == 3) {
        ock_codec_model_state((ock_codec *)(uintptr_t)codec, &visitor);
    }
}

static ock_status run(memory_port *p, const ock_plan *plan, bool decode)
{
    const ock_port encoder = {.decode = false,
                              .begin_step = encode_begin,
                              .finish_position = encode_finish_position,
                              .finish_step = encode_finish_step,
                              .context = p};
    const ock_port decoder = {.decode = true,
                              .begin_step = decode_begin,
                              .finish_position = decode_finish_position,
                              .finish_step = decode_finish_step,
                              .context = p};
    ock_codec *codec;
    p->map = plan->map;
    p->positions = p->steps = p->light = 0;
    assert_int_equal(ock_codec_new(comm, NULL, fixture_kernels(), plan, &codec), OCK_OK);
    ock_codec_use_team(codec, p->team);
    codec->report = perhaps_poison;
    codec->report_context = p;
    ock_status status = ock_codec_run(codec, decode ? &decoder : &encoder);
    if (status == OCK_OK && plan->config.mark_steps > 0) {
        memcpy(p->digest, codec->chain.digests[codec->chain.marks - 1], sizeof p->digest);
    }
    if (status == OCK_OK) {
        uint64_t positions = ock_lane_positions(&plan->map), step = plan->config.step;
        assert_true(p->positions == positions - p->light * step);
        assert_true(p->steps == (positions + step - 1) / step);
        assert_true(ock_codec_symbols_done(codec) == plan->map.bytes);
    }
    ock_codec_free(codec);
    return status;
}

static memory_port *new_port(void)
{
    memory_port *p = fixture_memory(1, sizeof *p);
    fixture_text(p->input, MAX_LENGTH, 5);
    p->fail_at = SIZE_MAX;
    p->poisoned = -1;
    for (size_t lane = 0; lane < MOST_LANES; lane++) {
        ock_encoder_start(&p->encoders[lane]);
    }
    return p;
}

static void encode(memory_port *p, const ock_plan *plan)
{
    assert_int_equal(run(p, plan, false), OCK_OK);
    for (uint32_t lane = 0; lane < plan->map.lanes; lane++) {
        assert_int_equal(ock_encoder_finish(&p->encoders[lane], sink, &p->lanes[lane]), OCK_OK);
    }
}

static void decode(memory_port *p, const ock_plan *plan, target_place aim)
{
    p->aim = aim;
    memset(p->output, 0xAA, sizeof p->output);
    for (uint32_t lane = 0; lane < plan->map.lanes && aim == FROM_BYTES; lane++) {
        assert_int_equal(ock_decoder_start(&p->decoders[lane], source, &p->lanes[lane]), OCK_OK);
    }
    assert_int_equal(run(p, plan, true), OCK_OK);
    assert_memory_equal(p->output, p->input, plan->map.bytes);
    for (uint32_t lane = 0; lane < plan->map.lanes && aim == FROM_BYTES; lane++) {
        assert_int_equal(ock_decoder_finish(&p->decoders[lane]), OCK_OK);
    }
}

/* The predictors a configuration can have. */
typedef struct parts {
    uint32_t network, mixing, layers;
} parts;

static const parts predictors[] = {{1, 0, 0}, {1, 0, 1}, {1, 0, 2}, {0, 1, 0}, {1, 1, 1}};
enum { PREDICTORS = sizeof predictors / sizeof predictors[0] };

static ock_plan plan_of(const parts *predictor, uint32_t step, ock_lane_map map)
{
    ock_plan plan = {.map = map, .input_bytes = map.bytes, .level = 5, .config = fixture_config()};
    plan.config.network = predictor->network;
    plan.config.mixing = predictor->mixing;
    plan.config.layers = predictor->layers;
    plan.config.step = step;
    if (predictor
            ->network) { /* all of them where the mixing stage works alone; each costs memory */
        plan.config.contexts = 8;
    }
    assert_int_equal(ock_config_check(&plan.config, OCK_ENVIRONMENT), OCK_OK);
    assert_int_equal(ock_lane_map_check(&plan.map), OCK_OK);
    return plan;
}

static void round_trip(const ock_plan *plan, target_place aim)
{
    memory_port *p = new_port();
    encode(p, plan);
    decode(p, plan, aim);
    free(p);
}

/* All predictors, one lane and three, lengths that leave lanes empty or of unequal length, steps
 * shorter and longer than the lanes. */
static void every_length_step_and_predictor(void **state)
{
    static const struct {
        uint32_t lanes, shards, step;
        uint64_t lengths[7];
    } cases[] = {{1, 1, 1, {0, 1, 2, MAX_LENGTH}}, {1, 1, 7, {0, 1, 2, 6, 7, 8, MAX_LENGTH}},
                 {1, 1, 16, {16, MAX_LENGTH}},     {3, 2, 1, {0, 1, 2, 3, 4, MAX_LENGTH}},
                 {3, 2, 7, {2, 3, 4, MAX_LENGTH}}, {3, 2, 16, {48, MAX_LENGTH}}};
    unsigned runs = 0;
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        for (size_t i = 0; i < 7; i++) {
            for (size_t k = 0; k < PREDICTORS && (i == 0 || cases[c].lengths[i] > 0); k++) {
                ock_plan plan = plan_of(
                    &predictors[k], cases[c].step,
                    (ock_lane_map){cases[c].lengths[i], cases[c].lanes, cases[c].shards, 1});
                round_trip(&plan, (target_place)(runs++ % PLACES));
            }
        }
    }
}

/* Every aim for one input; the lanes end in the middle of a step, at different positions. */
static void shards_and_groups(void **state)
{
    (void)state;
    for (size_t k = 0; k < PREDICTORS; k++) {
        for (int aim = 0; aim < PLACES; aim++) {
            ock_plan plan = plan_of(&predictors[k], 16, (ock_lane_map){503, MAX_LANES, 3, 2});
            round_trip(&plan, (target_place)aim);
        }
    }
}

/* Bits of a whole input; the predictors must be worth their name. */
static double cost(const parts *predictor)
{
    double bits = 0;
    ock_plan plan = plan_of(predictor, 8, (ock_lane_map){MAX_LENGTH, 1, 1, 1});
    memory_port *p = new_port();
    encode(p, &plan);
    for (size_t i = 0; i < MAX_LENGTH; i++) {
        bits += (double)ock_code_length_q24(p->intervals[i]) / (1 << 24);
    }
    assert_true(fabs(bits / 8 - (double)p->lanes[0].count) < 9); /* the coder wastes nothing */
    free(p);
    return bits / MAX_LENGTH;
}

static void predictors_predict(void **state)
{
    (void)state;
    for (size_t k = 0; k < PREDICTORS; k++) {
        double bits = cost(&predictors[k]);
        print_message("network %u, mixing %u, layers %u: %.3f bits a symbol\n",
                      predictors[k].network, predictors[k].mixing, predictors[k].layers, bits);
        assert_true(bits < (predictors[k].mixing ? 3.0 : 6.5));
    }
}

/* Noise, then text: the noise costs next to nothing above its eight bits, the text is soon cheaper,
 * and both come back. */
static void noise_is_bypassed(void **state)
{
    enum { NOISE = 500 };
    (void)state;
    for (size_t k = 0; k < PREDICTORS; k++) {
        ock_plan plan = plan_of(&predictors[k], 8, (ock_lane_map){MAX_LENGTH, 1, 1, 1});
        memory_port *p = new_port();
        double noise = 0, text = 0;
        size_t bypassed = 0;
        for (size_t i = 0; i < NOISE; i++) {
            p->input[i] = (uint8_t)(fixture_bits(77, i) >> 16);
        }
        encode(p, &plan);
        for (size_t i = 0; i < MAX_LENGTH; i++) {
            ock_interval uniform = ock_bypass_interval(p->input[i]), spent = p->intervals[i];
            *(i < NOISE ? &noise : &text) += (double)ock_code_length_q24(spent) / (1 << 24);
            bypassed += i < NOISE && spent.low == uniform.low && spent.width == uniform.width;
        }
        assert_true(noise < NOISE * 8.05);
        assert_true(bypassed > NOISE / 2);
        assert_true(text < (MAX_LENGTH - NOISE) * 7.5);
        decode(p, &plan, FROM_BYTES);
        free(p);
    }
}

/* ---- light steps ---- */

enum { LIGHT_STEP = 8, LIGHT_AFTER = 96 };

static ock_plan light_plan(const parts *predictor, uint32_t lanes, uint32_t shards)
{
    ock_plan plan =
        plan_of(predictor, LIGHT_STEP, (ock_lane_map){MAX_LENGTH, lanes, shards, (shards + 1) / 2});
    plan.config.light_after = LIGHT_AFTER;
    return plan;
}

/* Encodes, decodes with every aim; -> how many steps were light, the same in both directions. */
static size_t light_steps(memory_port *p, const ock_plan *plan)
{
    encode(p, plan);
    size_t light = p->light;
    for (int aim = 0; aim < PLACES; aim++) {
        decode(p, plan, (target_place)aim);
        assert_int_equal(p->light, light);
    }
    return light;
}

static void fill_pattern(uint8_t *input, size_t count, size_t period, uint64_t stream)
{
    for (size_t i = 0; i < count; i++) {
        input[i] = (uint8_t)fixture_bits(stream, i % period);
    }
}

/* Zeros cost next to nothing once all lanes are known to repeat. */
static void zeros_are_light(void **state)
{
    static const uint32_t lanes[] = {1, 3, MAX_LANES};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 3; k < PREDICTORS; k++) {
            ock_plan plan = light_plan(&predictors[k], lanes[i], lanes[i]);
            memory_port *p = new_port();
            memset(p->input, 0, MAX_LENGTH);
            size_t whole = MAX_LENGTH / lanes[i] / LIGHT_STEP;
            size_t first = (LIGHT_AFTER / lanes[i] + LIGHT_STEP - 1) / LIGHT_STEP;
            assert_int_equal(light_steps(p, &plan), whole - first);
            free(p);
        }
    }
}

/* No predictor but the network, or the number is 0: never. */
static void light_only_where_asked_for(void **state)
{
    (void)state;
    for (size_t k = 0; k < PREDICTORS; k++) {
        ock_plan plan = light_plan(&predictors[k], 2, 2);
        memory_port *p = new_port();
        memset(p->input, 0, MAX_LENGTH);
        plan.config.light_after = predictors[k].mixing ? 0 : LIGHT_AFTER;
        assert_int_equal(light_steps(p, &plan), 0);
        free(p);
    }
}

/* Zeros with single other bytes at random places. */
static void deviations_are_coded(void **state)
{
    (void)state;
    for (uint64_t trial = 0; trial < 10; trial++) {
        ock_plan plan = light_plan(&predictors[3 + trial % 2], 1 + (uint32_t)trial % 3, 1);
        memory_port *p = new_port();
        memset(p->input, 0, MAX_LENGTH);
        for (uint64_t i = 0; i < 1 + trial / 2; i++) {
            p->input[fixture_bits(trial, 2 * i) % MAX_LENGTH] = (uint8_t)fixture_bits(trial, i);
        }
        assert_true(light_steps(p, &plan) > 0);
        free(p);
    }
}

/* Periods of four symbols, the longest one and one too long; another one from the middle of a step
 * on. */
static void periods_change(void **state)
{
    enum { LONGEST = OCK_MAX_PERIOD };
    static const struct {
        size_t period, then;
        bool light;
    } cases[] = {{4, 4, true}, {4, 3, true}, {LONGEST, 1, true}, {LONGEST + 1, LONGEST + 1, false}};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 3; k < PREDICTORS; k++) {
            ock_plan plan = light_plan(&predictors[k], 1, 1);
            memory_port *p = new_port();
            fill_pattern(p->input, MAX_LENGTH, cases[i].period, 7);
            fill_pattern(p->input + 501, MAX_LENGTH - 501, cases[i].then, 8);
            assert_int_equal(light_steps(p, &plan) > 20, cases[i].light);
            free(p);
        }
    }
}

/* Text, a run that begins and ends within steps, text again: in one lane of several, which are
 * never light, and in all of them. */
static void runs_in_text(void **state)
{
    enum { LANES = 3, FROM = 61, UNTIL = 303 };
    (void)state;
    for (uint32_t running = 1; running <= LANES; running += LANES - 1) {
        for (size_t k = 3; k < PREDICTORS; k++) {
            ock_plan plan = light_plan(&predictors[k], LANES, 2);
            memory_port *p = new_port();
            for (uint32_t lane = 0; lane < running; lane++) {
                fill_pattern(p->input + ock_lane_begin(&plan.map, lane) + FROM + lane, UNTIL - FROM,
                             1 + lane, 9);
            }
            assert_int_equal(light_steps(p, &plan) > 10, running == LANES);
            free(p);
        }
    }
}

/* A port's failure at any position ends the run with its status, in both directions: a decoder's at once,
 * an encoder's with the step. */
static void failures_end_the_run(void **state)
{
    static const size_t positions[] = {0, 1, 7, 8, 100};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        for (int direction = 0; direction < 2; direction++) {
            ock_plan plan = plan_of(&predictors[4], 8, (ock_lane_map){500, 2, 2, 1});
            memory_port *p = new_port();
            if (direction == 1) {
                encode(p, &plan);
            }
            p->fail_at = positions[i];
            assert_int_equal(run(p, &plan, direction == 1), OCK_BAD_DATA);
            const size_t step = direction == 1 ? 1 : plan.config.step;
            assert_int_equal(p->positions, (positions[i] / step + 1) * step);
            free(p);
        }
    }
}

/* Embedding rows that become infinite reach the distribution, and end the
 * run wherever it is used. */
static void infinities_end_the_run(void **state)
{
    (void)state;
    for (size_t k = 0; k < PREDICTORS; k++) {
        if (!predictors[k].network) {
            continue;
        }
        ock_plan plan = plan_of(&predictors[k], 8, (ock_lane_map){500, 2, 2, 1});
        plan.config.byte_rate = INFINITY;
        memory_port *p = new_port();
        assert_int_equal(run(p, &plan, false), OCK_INTERNAL);
        assert_true(strlen(ock_error_text()) > 0);
        ock_error_clear();
        free(p);
    }
}

/* ---- threads ---- */

typedef struct thread_wish {
    ock_lane_map map;
    uint32_t network, mixing, layers, step;
    bool zeros;   /* in all lanes for a while: light steps */
    bool another; /* the last symbol is another, for the control */
} thread_wish;

/* All that a run brings forth: bytes, intervals, what comes back, and digests of the whole state. */
typedef struct thread_results {
    lane_bytes lanes[MOST_LANES];
    ock_interval intervals[MAX_LENGTH];
    uint8_t output[MAX_LENGTH];
    uint8_t digests[2][OCK_MARK_BYTES]; /* the encoder's, and the decoder's */
    size_t light;
} thread_results;

static ock_plan thread_plan(const thread_wish *wish)
{
    const parts predictor = {wish->network, wish->mixing, wish->layers};
    ock_plan plan = plan_of(&predictor, wish->step, wish->map);
    plan.config.contexts = 4;
    plan.config.mark_steps = OCK_MARK_AT_END;
    plan.config.light_after = wish->zeros ? LIGHT_AFTER : 0;
    assert_int_equal(ock_config_check(&plan.config, OCK_ENVIRONMENT), OCK_OK);
    return plan;
}

static void work_in_threads(const void *context, ock_team *team, void *result)
{
    const thread_wish *wish = context;
    const ock_plan plan = thread_plan(wish);
    thread_results *r = result;
    memory_port *p = new_port();
    p->team = team;
    p->input[wish->map.bytes - 1] ^= wish->another;
    for (uint32_t lane = 0; lane < wish->map.lanes && wish->zeros; lane++) {
        memset(p->input + ock_lane_begin(&wish->map, lane) + 3, 0, 48);
    }
    encode(p, &plan);
    memcpy(r->digests[0], p->digest, sizeof r->digests[0]);
    decode(p, &plan, FROM_BYTES);
    memcpy(r->digests[1], p->digest, sizeof r->digests[1]);
    assert_memory_equal(r->digests[1], r->digests[0], sizeof p->digest);
    memcpy(r->lanes, p->lanes, sizeof r->lanes);
    for (size_t lane = 0; lane < MOST_LANES; lane++) {
        r->lanes[lane].read = 0;
    }
    memcpy(r->intervals, p->intervals, sizeof r->intervals);
    memcpy(r->output, p->output, sizeof r->output);
    r->light = p->light;
    free(p);
}

/* One lane and eight, shards and groups of one lane and of several, lanes that end within a step, a
 * last shorter step; each predictor alone and both together; light steps. */
static void threads_change_no_bit(void **state)
{
    static const thread_wish wishes[] = {
        {.map = {75, 4, 2, 2}, .network = 1, .mixing = 1, .layers = 1, .step = 8},
        {.map = {51, 2, 2, 1}, .network = 1, .mixing = 1, .layers = 1, .step = 8},
        {.map = {101, 1, 1, 1}, .network = 1, .mixing = 1, .layers = 1, .step = 16},
        {.map = {101, 1, 1, 1}, .network = 1, .layers = 1, .step = 16},
        {.map = {203, 8, 8, 1}, .network = 1, .mixing = 1, .layers = 1, .step = 8},
        {.map = {203, 8, 4, 2}, .mixing = 1, .step = 16},
        {.map = {203, 8, 3, 3}, .network = 1, .mixing = 1, .layers = 2, .step = 8},
        {.map = {103, 5, 2, 1}, .network = 1, .layers = 2, .step = 7},
        {.map = {603, 5, 3, 2}, .network = 1, .mixing = 1, .step = 8, .zeros = true},
        {.map = {3, 4, 2, 1}, .network = 1, .mixing = 1, .layers = 1, .step = 8},
    };
    (void)state;
    for (size_t i = 0; i < fixture_cases(sizeof wishes / sizeof wishes[0]); i++) {
        char what[32];
        snprintf(what, sizeof what, "case %zu", i);
        fixture_same_on_teams(work_in_threads, &wishes[i], sizeof(thread_results), what);
    }
}

/* The last symbol of all is in the bytes, the intervals and the digests that are compared. */
static void comparisons_see_a_symbol(void **state)
{
    thread_wish wish = {.map = {400, 8, 4, 2}, .network = 1, .mixing = 1, .layers = 1, .step = 10};
    thread_results *usual = fixture_memory(1, sizeof *usual);
    thread_results *other = fixture_memory(1, sizeof *other);
    (void)state;
    work_in_threads(&wish, NULL, usual);
    wish.another = true;
    work_in_threads(&wish, NULL, other);
    assert_memory_not_equal(usual->lanes, other->lanes, sizeof usual->lanes);
    assert_memory_not_equal(usual->intervals, other->intervals, sizeof usual->intervals);
    assert_memory_not_equal(usual->output, other->output, sizeof usual->output);
    assert_memory_not_equal(usual->digests, other->digests, sizeof usual->digests);
    free(usual);
    free(other);
}

/* A run in which a lane stops being numbers after the third step: its message, and where it ended. */
static void run_poisoned(const thread_wish *wish, size_t threads, int32_t lane, bool decoder,
                         char text[OCK_ERROR_TEXT_BYTES], size_t *positions)
{
    const ock_plan plan = thread_plan(wish);
    memory_port *p = new_port();
    ock_team *team = fixture_team(threads);
    if (decoder) {
        encode(p, &plan); /* soundly */
    }
    p->team = team;
    p->poisoned = lane;
    ock_error_clear();
    assert_int_equal(run(p, &plan, decoder), OCK_INTERNAL);
    assert_int_equal(p->steps, 3);
    *positions = p->positions;
    snprintf(text, OCK_ERROR_TEXT_BYTES, "%s", ock_error_text());
    ock_error_clear();
    ock_team_free(team);
    free(p);
}

/* What befalls one thread ends the run with its message, the same at the same place on any number of
 * threads. */
static void a_failing_lane_is_reported(void **state)
{
    static const thread_wish wishes[] = {
        {.map = {160, 4, 2, 2}, .mixing = 1, .step = 8},
        {.map = {400, 8, 4, 1}, .network = 1, .mixing = 1, .layers = 1, .step = 8},
        {.map = {400, 8, 8, 1}, .network = 1, .layers = 1, .step = 8},
    };
    static const size_t threads[] = {3, 7};
    (void)state;
    for (size_t i = 0; i < fixture_cases(sizeof wishes / sizeof wishes[0] * 2); i++) {
        const thread_wish *wish = &wishes[i / 2];
        const int32_t last = (int32_t)wish->map.lanes - 1;
        for (int32_t lane = 0; lane <= last; lane += last) {
            char expected[OCK_ERROR_TEXT_BYTES], text[OCK_ERROR_TEXT_BYTES], named[32];
            size_t place, found;
            run_poisoned(wish, 1, lane, i % 2, expected, &place);
            snprintf(named, sizeof named, "lane %d: ", lane);
            assert_non_null(strstr(expected, wish->mixing ? named : "not finite"));
            for (size_t k = 0; k < fixture_cases(3) - 1; k++) {
                run_poisoned(wish, threads[k], lane, i % 2, text, &found);
                assert_string_equal(text, expected);
                assert_int_equal(found, place);
            }
        }
    }
}

static void report(void *context, const ock_codec *codec)
{
    uint64_t *done = context, now = ock_codec_symbols_done(codec);
    assert_true(now > *done);
    *done = now;
}

static void progress_is_reported(void **state)
{
    ock_plan plan = plan_of(&predictors[3], 16, (ock_lane_map){503, MAX_LANES, 3, 1});
    memory_port *p = new_port();
    const ock_port encoder = {.decode = false,
                              .begin_step = encode_begin,
                              .finish_position = encode_finish_position,
                              .finish_step = encode_finish_step,
                              .context = p};
    uint64_t done = 0;
    ock_codec *codec;
    (void)state;
    p->map = plan.map;
    assert_int_equal(ock_codec_new(comm, NULL, fixture_kernels(), &plan, &codec), OCK_OK);
    codec->report = report;
    codec->report_context = &done;
    assert_int_equal(ock_codec_run(codec, &encoder), OCK_OK);
    assert_true(done == plan.map.bytes);
    ock_codec_free(codec);
    ock_codec_free(NULL);
    free(p);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_step_and_predictor),
        cmocka_unit_test(shards_and_groups),
        cmocka_unit_test(predictors_predict),
        cmocka_unit_test(noise_is_bypassed),
        cmocka_unit_test(zeros_are_light),
        cmocka_unit_test(light_only_where_asked_for),
        cmocka_unit_test(deviations_are_coded),
        cmocka_unit_test(periods_change),
        cmocka_unit_test(runs_in_text),
        cmocka_unit_test(failures_end_the_run),
        cmocka_unit_test(infinities_end_the_run),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(comparisons_see_a_symbol),
        cmocka_unit_test(a_failing_lane_is_reported),
        cmocka_unit_test(progress_is_reported),
    };
    return ock_run_cases(argc, argv, tests, fixture_comm_set_up, fixture_comm_tear_down);
}
