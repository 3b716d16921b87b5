/* SPDX-License-Identifier: MIT */
/* memory_fixture.h - the codec alone, with its own two ports, from memory to memory: input, transcripts,
 * checkpoint and output are arrays, behind the tables of calls of src/codec.
 *
 * Nothing here asserts: a child that may make no system call has nowhere to say what failed. */
#ifndef OCK_MEMORY_FIXTURE_H
#define OCK_MEMORY_FIXTURE_H

#include "model_fixture.h"

#include "codec/port_decode.h"
#include "codec/port_encode.h"
#include "codec/study.h"

enum {
    MEMORY_BYTES = 2000,
    MEMORY_LANES = 3,
    MEMORY_PRIOR = 500,
    MEMORY_STREAM = 2 * MEMORY_BYTES,
    MEMORY_STATE = 1 << 27,
    MEMORY_STOP = 7 /* the step after which a run that is to be resumed stops */
};

typedef struct memory {
    uint8_t input[MEMORY_BYTES], prior[MEMORY_PRIOR], output[MEMORY_BYTES];
    uint8_t streams[MEMORY_LANES][MEMORY_STREAM];
    uint64_t places[MEMORY_LANES][OCK_PLACE_NUMBERS]; /* bytes of the streams */
    uint64_t lane_bytes[MEMORY_LANES];                /* what the encoder said of them */
    uint8_t lane_digests[MEMORY_LANES][OCK_DIGEST_BYTES];
    /* a checkpoint */
    uint8_t *state; /* (MEMORY_STATE) */
    size_t state_bytes, loaded;
    uint64_t position;
    ock_produced produced;
    ock_source source; /* of the input; a test may put another one here */
} memory;

/* ---- sources, targets and streams ---- */

static ock_status memory_read(void *context, uint64_t offset, void *bytes, size_t count)
{
    const memory *m = context;
    if (offset + count > MEMORY_BYTES) {
        return ock_fail(OCK_ENVIRONMENT, "the input is shorter");
    }
    memcpy(bytes, m->input + offset, count);
    return OCK_OK;
}

static ock_status memory_read_prior(void *context, uint64_t offset, void *bytes, size_t count)
{
    const memory *m = context;
    if (offset + count > MEMORY_PRIOR) {
        return ock_fail(OCK_ENVIRONMENT, "the prior is shorter");
    }
    memcpy(bytes, m->prior + offset, count);
    return OCK_OK;
}

static ock_status memory_write(void *context, uint64_t offset, const void *bytes, size_t count)
{
    memory *m = context;
    if (offset + count > MEMORY_BYTES) {
        return ock_fail(OCK_ENVIRONMENT, "the output is shorter");
    }
    memcpy(m->output + offset, bytes, count);
    return OCK_OK;
}

static ock_status memory_read_back(void *context, uint64_t offset, void *bytes, size_t count)
{
    const memory *m = context;
    memcpy(bytes, m->output + offset, count);
    return OCK_OK;
}

static ock_status memory_flush(void *context)
{
    (void)context;
    return OCK_OK;
}

static ock_status memory_append(void *context, uint32_t lane, const uint8_t *bytes, size_t count)
{
    memory *m = context;
    if (m->places[lane][0] + count > MEMORY_STREAM) {
        return ock_fail(OCK_ENVIRONMENT, "the stream is full");
    }
    memcpy(m->streams[lane] + m->places[lane][0], bytes, count);
    m->places[lane][0] += count;
    return OCK_OK;
}

static uint64_t memory_stream_bytes(const void *context, uint32_t lane)
{
    const memory *m = context;
    return m->places[lane][0];
}

static uint64_t *memory_place(void *context, uint32_t lane)
{
    memory *m = context;
    return m->places[lane];
}

static void memory_name_streams(const memory *m, ock_produced *produced)
{
    ock_digest digest;
    ock_digest_start(&digest);
    *produced = (ock_produced){.bytes = 0};
    for (size_t lane = 0; lane < MEMORY_LANES; lane++) {
        ock_digest_update(&digest, m->streams[lane], m->places[lane][0]);
        produced->bytes += m->places[lane][0];
    }
    ock_digest_finish(&digest, produced->digest);
}

static ock_status memory_flush_streams(void *context, ock_produced *produced)
{
    memory_name_streams(context, produced);
    return OCK_OK;
}

/* The streams are as they were left; the places are loaded next. */
static ock_status memory_go_back(void *context, const ock_produced *produced)
{
    memory *m = context;
    ock_produced found;
    memory_name_streams(m, &found);
    memset(m->places, 0, sizeof m->places);
    return memcmp(&found, produced, sizeof found) == 0
               ? OCK_OK
               : ock_fail(OCK_BAD_DATA, "the streams are others");
}

static ock_status memory_read_stream(void *context, uint32_t lane, uint64_t offset, uint8_t *bytes,
                                     size_t count)
{
    const memory *m = context;
    if (count == 0 || offset + count > m->lane_bytes[lane]) {
        return ock_fail(OCK_INTERNAL, "read beyond a stream");
    }
    memcpy(bytes, m->streams[lane] + offset, count);
    return OCK_OK;
}

static inline memory *memory_new(void)
{
    memory *m = fixture_memory(1, sizeof *m);
    m->state = fixture_memory(1, MEMORY_STATE);
    m->source = (ock_source){memory_read, m};
    fixture_text(m->input, MEMORY_BYTES, 5);
    for (size_t lane = 0; lane < MEMORY_LANES; lane++) { /* where all lanes repeat */
        memset(m->input + lane * MEMORY_BYTES / MEMORY_LANES + 300, 'z', 200);
    }
    fixture_text(m->prior, MEMORY_PRIOR, 6);
    return m;
}

static inline void memory_free(memory *m)
{
    free(m->state);
    free(m);
}

/* ---- a run in one direction ---- */

typedef struct memory_run {
    memory *m;
    ock_comm *comm;
    const ock_kernels *kernels;
    const ock_plan *plan;
    uint64_t stop_at, steps; /* 0: it doesn't stop */
    bool resumed;            /* it goes on from the checkpoint */
    ock_port port;
    ock_codec *codec;
} memory_run;

static void memory_show(void *context, ock_state_visitor *visitor)
{
    memory_run *r = context;
    ock_codec_state(r->codec, &r->port, visitor);
}

static ock_status memory_save_piece(void *context, void *bytes, size_t count)
{
    memory *m = context;
    if (count > MEMORY_STATE - m->state_bytes) {
        return ock_fail(OCK_ENVIRONMENT, "the state is too long");
    }
    memcpy(m->state + m->state_bytes, bytes, count);
    m->state_bytes += count;
    return OCK_OK;
}

static ock_status memory_load_piece(void *context, void *bytes, size_t count)
{
    memory *m = context;
    if (count > m->state_bytes - m->loaded) {
        return ock_fail(OCK_BAD_DATA, "the state is too short");
    }
    memcpy(bytes, m->state + m->loaded, count);
    m->loaded += count;
    return OCK_OK;
}

static ock_order memory_decide(void *context, const ock_codec *codec)
{
    memory_run *r = context;
    (void)codec;
    return ++r->steps == r->stop_at ? OCK_ORDER_STOP : OCK_ORDER_NONE;
}

static ock_status memory_obey(void *context, ock_codec *codec, ock_order order)
{
    memory_run *r = context;
    const ock_state_owner owner = {memory_show, r};
    (void)order;
    r->m->state_bytes = r->m->loaded = 0;
    r->m->position = codec->position;
    ock_status status = r->port.saving->flush(r->port.context, codec, &r->m->produced);
    if (status == OCK_OK) {
        status = ock_state_save(r->comm, &r->plan->map, &owner, memory_save_piece, r->m);
    }
    return status != OCK_OK ? status : ock_fail(OCK_STOPPED, "stopped");
}

static ock_status memory_resume(memory_run *r)
{
    const ock_state_owner owner = {memory_show, r};
    ock_status status = r->port.saving->go_back(r->port.context, r->m->position, &r->m->produced);
    if (status == OCK_OK) {
        status = ock_state_load(r->comm, &r->plan->map, &owner, memory_load_piece, r->m);
    }
    return status != OCK_OK ? status : ock_codec_restored(r->codec, &r->port);
}

/* From the start, with the prior, or from the checkpoint, as far as it goes. */
static ock_status memory_go(memory_run *r)
{
    const ock_source prior = {memory_read_prior, r->m};
    const ock_keeping keeping = {.decide = memory_decide, .obey = memory_obey, .context = r};
    ock_status status = ock_codec_new(r->comm, NULL, r->kernels, r->plan, &r->codec);
    if (status == OCK_OK) {
        status = r->resumed ? memory_resume(r) : ock_study(r->codec, &prior, MEMORY_PRIOR);
    }
    if (status == OCK_OK) {
        r->codec->keeping = &keeping;
        status = ock_codec_run(r->codec, &r->port);
    }
    ock_codec_free(r->codec);
    r->codec = NULL;
    return status;
}

static ock_status memory_encode_once(memory_run *r)
{
    static const uint8_t readable[1] = {1};
    memory *m = r->m;
    const ock_lane_sink sink = {memory_append,        memory_stream_bytes, memory_place,
                                memory_flush_streams, memory_go_back,      m};
    ock_encode_result result;
    ock_encode_port *port;
    ock_status status =
        ock_encode_port_new(r->plan, r->comm, NULL, &m->source, readable, &sink, &port);
    if (status == OCK_OK) {
        r->port = ock_encode_port_calls(port);
        status = memory_go(r);
    }
    if (status == OCK_OK) {
        status = ock_encode_port_finish(port, &result);
    }
    if (status == OCK_OK) {
        memcpy(m->lane_bytes, result.lane_bytes, sizeof m->lane_bytes);
        memcpy(m->lane_digests, result.lane_digests, sizeof m->lane_digests);
    }
    ock_encode_port_free(port);
    return status;
}

static ock_lane_source memory_transcripts(memory *m)
{
    return (ock_lane_source){memory_read_stream, m, m->lane_bytes, m->lane_digests};
}

static ock_status memory_decode_once(memory_run *r)
{
    memory *m = r->m;
    const ock_lane_source transcripts = memory_transcripts(m);
    const ock_target output = {memory_write, memory_read_back, memory_flush, m};
    ock_decode_port *port;
    ock_status status = ock_decode_port_new(r->plan, r->comm, NULL, &transcripts, &output, &port);
    if (status == OCK_OK) {
        r->port = ock_decode_port_calls(port);
        status = memory_go(r);
    }
    if (status == OCK_OK) {
        status = ock_decode_port_finish(port);
    }
    ock_decode_port_free(port);
    return status;
}

/* Stops the run after MEMORY_STOP steps, and goes on with another codec and port. */
static ock_status memory_in_two(memory_run *r, ock_status (*once)(memory_run *r))
{
    r->stop_at = MEMORY_STOP;
    ock_status status = once(r);
    if (status != OCK_STOPPED) {
        return status != OCK_OK ? status : ock_fail(OCK_INTERNAL, "the run did not stop");
    }
    ock_error_clear();
    r->stop_at = 0;
    r->resumed = true;
    return once(r);
}

/* Compresses and restores, each without a stop (`in_two`: with one). OCK_OK: it is the input. */
static ock_status memory_round_trip(memory *m, ock_comm *alone, const ock_kernels *kernels,
                                    const ock_plan *plan, bool in_two)
{
    memory_run encoder = {.m = m, .comm = alone, .kernels = kernels, .plan = plan};
    memory_run decoder = encoder;
    memset(m->places, 0, sizeof m->places);
    memset(m->output, 0, sizeof m->output);
    ock_status status =
        in_two ? memory_in_two(&encoder, memory_encode_once) : memory_encode_once(&encoder);
    if (status == OCK_OK) {
        status =
            in_two ? memory_in_two(&decoder, memory_decode_once) : memory_decode_once(&decoder);
    }
    if (status == OCK_OK && memcmp(m->output, m->input, MEMORY_BYTES) != 0) {
        status = ock_fail(OCK_INTERNAL, "something else was restored");
    }
    return status;
}

/* What may predict: the network, the mixing stage, both. */
enum { MEMORY_PREDICTORS = 3 };

static inline ock_plan memory_plan(size_t predictor)
{
    ock_plan plan = {
        .map = {MEMORY_BYTES, MEMORY_LANES, 2, 2}, .input_bytes = MEMORY_BYTES, .level = 5};
    plan.config = fixture_config();
    plan.config.network = predictor != 1;
    plan.config.mixing = predictor != 0;
    plan.config.contexts = 4;
    plan.config.sets = 2;
    plan.config.estimations = 1;
    plan.config.step = 16;
    plan.config.mark_steps = 12;
    plan.config.light_after = 100;
    return plan;
}

#endif
