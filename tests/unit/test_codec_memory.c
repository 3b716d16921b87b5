/* SPDX-License-Identifier: MIT */
/* test_codec_memory.c - the codec and its own ports, linked to nothing that knows files: what is
 * compressed into memory is restored from it, with other data studied before, in one run or in two. */
#include "comm_fixture.h"
#include "memory_fixture.h"

static void memory_to_memory(void **state)
{
    memory *m = memory_new();
    (void)state;
    for (size_t k = 0; k < MEMORY_PREDICTORS; k++) {
        const ock_plan plan = memory_plan(k);
        assert_int_equal(memory_round_trip(m, comm, fixture_kernels(), &plan, false), OCK_OK);
        uint64_t bytes = 0;
        for (size_t lane = 0; lane < MEMORY_LANES; lane++) {
            bytes += m->lane_bytes[lane];
        }
        assert_in_range(bytes, 1, MEMORY_BYTES * 9 / 10);
    }
    memory_free(m);
}

/* A stop changes no byte of the transcripts. */
static void a_stop_changes_nothing(void **state)
{
    memory *whole = memory_new(), *parts = memory_new();
    (void)state;
    for (size_t k = 0; k < MEMORY_PREDICTORS; k++) {
        const ock_plan plan = memory_plan(k);
        assert_int_equal(memory_round_trip(whole, comm, fixture_kernels(), &plan, false), OCK_OK);
        assert_int_equal(memory_round_trip(parts, comm, fixture_kernels(), &plan, true), OCK_OK);
        assert_memory_equal(parts->lane_bytes, whole->lane_bytes, sizeof whole->lane_bytes);
        for (size_t lane = 0; lane < MEMORY_LANES; lane++) {
            assert_memory_equal(parts->streams[lane], whole->streams[lane],
                                whole->lane_bytes[lane]);
        }
    }
    memory_free(whole);
    memory_free(parts);
}

/* ---- what is studied ---- */

/* Studies, and looks at the codec meanwhile: it is that of its run, at the start. */
typedef struct watched {
    const memory *m;
    const ock_codec *codec;
    const ock_keeping *keeping;
    size_t looks;
} watched;

static ock_status look_and_read(void *context, uint64_t offset, void *bytes, size_t count)
{
    watched *w = context;
    assert_true(w->codec->position == 0);
    assert_true(w->codec->plan.map.bytes == MEMORY_BYTES);
    assert_ptr_equal(w->codec->keeping, w->keeping);
    assert_true(ock_codec_symbols_done(w->codec) == 0);
    w->looks++;
    memcpy(bytes, w->m->prior + offset, count);
    return OCK_OK;
}

static ock_order never(void *context, const ock_codec *codec)
{
    (void)context;
    (void)codec;
    fail_msg("asked about a step that is no step of the run");
    return OCK_ORDER_NONE;
}

static ock_status no_step(void *context, ock_codec *codec)
{
    (void)context;
    (void)codec;
    fail_msg("told of a step that is no step of the run");
    return OCK_OK;
}

static void no_report(void *context, const ock_codec *codec)
{
    (void)no_step(context, (ock_codec *)(uintptr_t)codec);
}

static void studying_leaves_the_run_alone(void **state)
{
    memory *m = memory_new();
    const ock_plan plan = memory_plan(2);
    const ock_keeping keeping = {.decide = never};
    watched w = {.m = m, .keeping = &keeping};
    const ock_source prior = {look_and_read, &w};
    uint8_t before[OCK_MARK_BYTES], after[OCK_MARK_BYTES];
    ock_codec *codec;
    (void)state;
    assert_int_equal(ock_codec_new(comm, NULL, fixture_kernels(), &plan, &codec), OCK_OK);
    w.codec = codec;
    codec->keeping = &keeping;
    codec->stepped = no_step;
    codec->report = no_report;
    assert_int_equal(ock_codec_digest(codec, before), OCK_OK);
    assert_int_equal(ock_study(codec, &prior, MEMORY_PRIOR), OCK_OK);
    assert_int_equal(ock_codec_digest(codec, after), OCK_OK);
    assert_true(w.looks > MEMORY_LANES);
    assert_memory_not_equal(before, after, sizeof before); /* it has learned */
    assert_true(codec->position == 0);
    ock_codec_free(codec);
    memory_free(m);
}

/* ---- from one direction's state to the other's ---- */

static void show_model(void *context, ock_state_visitor *visitor)
{
    ock_codec_model_state(context, visitor);
}

/* A decoder with the model of an encoder's checkpoint, its lanes placed by the encoder's part of it. */
static ock_status go_on_as_decoder(memory *m, const ock_plan *plan, ock_codec *codec,
                                   ock_decode_port *port, const ock_lane_place *places)
{
    const ock_port calls = ock_decode_port_calls(port);
    ock_produced produced;
    ock_status status = OCK_OK;
    for (uint32_t lane = 0; lane < plan->map.lanes && status == OCK_OK; lane++) {
        status = ock_decode_port_place(port, lane, &places[lane]);
    }
    if (status == OCK_OK) {
        status = ock_codec_restored(codec, &calls);
    }
    if (status == OCK_OK) {
        status = ock_codec_run(codec, &calls);
    }
    if (status == OCK_OK) { /* what is decoded from here on is written as though from the start */
        status = calls.saving->flush(calls.context, codec, &produced);
    }
    assert_true(m->loaded == m->state_bytes);
    return status;
}

static void an_encoders_places_lead_a_decoder(void **state)
{
    memory *m = memory_new();
    (void)state;
    for (size_t k = 0; k < MEMORY_PREDICTORS; k++) {
        const ock_plan plan = memory_plan(k);
        const ock_target output = {memory_write, memory_read_back, memory_flush, m};
        ock_lane_place places[MEMORY_LANES];
        ock_decode_port *port;
        ock_codec *codec;
        memory_run encoder = {.m = m, .comm = comm, .kernels = fixture_kernels(), .plan = &plan};
        memset(m->places, 0, sizeof m->places);
        assert_int_equal(memory_in_two(&encoder, memory_encode_once), OCK_OK);
        const ock_lane_source transcripts = memory_transcripts(m);
        assert_int_equal(ock_decode_port_new(&plan, comm, NULL, &transcripts, &output, &port),
                         OCK_OK);
        assert_int_equal(ock_codec_new(comm, NULL, fixture_kernels(), &plan, &codec), OCK_OK);
        const ock_state_owner owner = {show_model, codec};
        m->loaded = 0;
        assert_int_equal(ock_state_load(comm, &plan.map, &owner, memory_load_piece, m), OCK_OK);
        assert_int_equal(ock_encode_port_read_places(&plan, memory_load_piece, m, places), OCK_OK);
        assert_int_equal(go_on_as_decoder(m, &plan, codec, port, places), OCK_OK);
        for (uint32_t lane = 0; lane < MEMORY_LANES; lane++) {
            uint64_t begin = ock_lane_begin(&plan.map, lane);
            assert_memory_equal(m->output + begin, m->input + begin + m->position,
                                ock_lane_length(&plan.map, lane) - m->position);
        }
        places[1].shifted = m->lane_bytes[1] + 1;
        assert_int_equal(ock_decode_port_place(port, 1, &places[1]), OCK_BAD_DATA);
        m->loaded = m->state_bytes - 1; /* a state that ends too early */
        assert_int_equal(ock_encode_port_read_places(&plan, memory_load_piece, m, places),
                         OCK_BAD_DATA);
        ock_error_clear();
        ock_codec_free(codec);
        ock_decode_port_free(port);
    }
    memory_free(m);
}

/* ---- ports without what they would need ---- */

/* Where nothing outlives the process, a checkpoint is refused. */
static void what_is_not_kept_is_not_saved(void **state)
{
    static const uint8_t readable[1] = {1};
    memory *m = memory_new();
    const ock_plan plan = memory_plan(1);
    const ock_lane_sink sink = {
        .append = memory_append, .bytes = memory_stream_bytes, .place = memory_place, .context = m};
    const ock_lane_source transcripts = memory_transcripts(m);
    ock_encode_port *encoder;
    ock_decode_port *decoder;
    ock_produced produced = {.bytes = 0};
    (void)state;
    assert_int_equal(ock_encode_port_new(&plan, comm, NULL, &m->source, readable, &sink, &encoder),
                     OCK_OK);
    assert_int_equal(ock_decode_port_new(&plan, comm, NULL, &transcripts, NULL, &decoder), OCK_OK);
    const ock_port ports[] = {ock_encode_port_calls(encoder), ock_decode_port_calls(decoder)};
    for (size_t i = 0; i < 2; i++) {
        const ock_port_saving *saving = ports[i].saving;
        assert_int_equal(saving->flush(ports[i].context, NULL, &produced), OCK_INTERNAL);
        assert_int_equal(saving->go_back(ports[i].context, 0, &produced), OCK_INTERNAL);
        ock_error_clear();
    }
    ock_encode_port_free(encoder);
    ock_decode_port_free(decoder);
    memory_free(m);
}

/* A source or a sink that fails ends the run with its status. */
static ock_status fail_to_read(void *context, uint64_t offset, void *bytes, size_t count)
{
    return offset + count > MEMORY_BYTES / 6 ? ock_fail(OCK_ENVIRONMENT, "can't be read")
                                             : memory_read(context, offset, bytes, count);
}

static void a_failing_source_ends_the_run(void **state)
{
    memory *m = memory_new();
    const ock_plan plan = memory_plan(1);
    (void)state;
    m->source.read_at = fail_to_read;
    assert_int_equal(memory_round_trip(m, comm, fixture_kernels(), &plan, false), OCK_ENVIRONMENT);
    assert_string_equal(ock_error_text(), "can't be read");
    ock_error_clear();
    memory_free(m);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_to_memory),
        cmocka_unit_test(a_stop_changes_nothing),
        cmocka_unit_test(studying_leaves_the_run_alone),
        cmocka_unit_test(an_encoders_places_lead_a_decoder),
        cmocka_unit_test(what_is_not_kept_is_not_saved),
        cmocka_unit_test(a_failing_source_ends_the_run),
    };
    return ock_run_cases(argc, argv, tests, fixture_comm_set_up, fixture_comm_tear_down);
}
