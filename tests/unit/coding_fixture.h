/* SPDX-License-Identifier: MIT */
/* coding_fixture.h - a codec and its port over files of a temporary folder, on one rank, for tests of
 * what a run's state does: the input is "in", the coded file "ock". */
#ifndef OCK_CODING_FIXTURE_H
#define OCK_CODING_FIXTURE_H

#include "files_by_path.h"
#include "model_fixture.h"
#include "scratch_folder.h"

#include <unistd.h>

#include "archive/binding.h"
#include "archive/plan_file.h"
#include "codec/codec.h"
#include "codec/port_decode.h"
#include "codec/port_encode.h"
#include "io/container/container.h"
#include "io/file/input.h"
#include "io/file/output.h"
#include "io/file/spool.h"

static ock_comm *comm;

/* A run of one direction; what the other one needs is NULL. */
typedef struct coding {
    ock_plan plan;
    ock_input *input;
    ock_spool *spool;
    ock_container *container;
    ock_output *output;
    ock_encode_port *encoder;
    ock_decode_port *decoder;
    ock_port port;
    ock_codec *codec;
} coding;

/* Storage of the last four. */
static const char *path_of(const char *name)
{
    static char paths[4][SCRATCH_PATH_BYTES];
    static int next;
    return scratch_path(name, paths[next++ % 4]);
}

/* `transcript`: the spool's file, NULL: one without a name. */
static void coding_start(coding *c, const ock_plan *plan, const ock_kernels *kernels,
                         const char *transcript)
{
    static const uint8_t readable[1] = {1};
    *c = (coding){.plan = *plan};
    assert_int_equal(ock_input_open(path_of("in"), &c->input), OCK_OK);
    const uint32_t lanes = plan->map.lanes;
    assert_int_equal(transcript != NULL ? ock_spool_open(AT_FDCWD, transcript, lanes, &c->spool)
                                        : ock_spool_new(scratch_folder, lanes, &c->spool),
                     OCK_OK);
    const ock_source input = ock_input_source(c->input);
    const ock_lane_sink sink = ock_bind_spool(c->spool);
    assert_int_equal(ock_encode_port_new(plan, comm, NULL, &input, readable, &sink, &c->encoder),
                     OCK_OK);
    c->port = ock_encode_port_calls(c->encoder);
    assert_int_equal(ock_codec_new(comm, NULL, kernels, plan, &c->codec), OCK_OK);
}

/* `output`: the growing file, NULL: nothing is written. */
static void coding_start_decoder(coding *c, const ock_plan *plan, const ock_kernels *kernels,
                                 const char *output)
{
    *c = (coding){.plan = *plan};
    assert_int_equal(ock_container_open(path_of("ock"), OCK_CONTRACT_VERSION, &c->container),
                     OCK_OK);
    if (output != NULL) {
        assert_int_equal(ock_output_open_growing(AT_FDCWD, output, output, &c->output), OCK_OK);
    }
    const ock_lane_source transcripts = ock_bind_container(c->container);
    const ock_target target = ock_output_target(c->output);
    assert_int_equal(ock_decode_port_new(plan, comm, NULL, &transcripts,
                                         output != NULL ? &target : NULL, &c->decoder),
                     OCK_OK);
    c->port = ock_decode_port_calls(c->decoder);
    assert_int_equal(ock_codec_new(comm, NULL, kernels, plan, &c->codec), OCK_OK);
}

static void coding_end(coding *c)
{
    ock_codec_free(c->codec);
    ock_encode_port_free(c->encoder);
    ock_decode_port_free(c->decoder);
    ock_spool_free(c->spool);
    ock_input_close(c->input);
    ock_output_discard(c->output);
    ock_container_close(c->container);
    ock_error_clear();
}

/* The rest of an encoder's run; writes the file named. */
static void coding_finish(coding *c, const char *name)
{
    ock_encode_result result;
    ock_container_info info = {.contract = OCK_CONTRACT_VERSION};
    uint64_t file_bytes;
    assert_int_equal(ock_codec_run(c->codec, &c->port), OCK_OK);
    assert_int_equal(ock_encode_port_finish(c->encoder, &result), OCK_OK);
    assert_int_equal(ock_plan_store(&c->plan, &info), OCK_OK);
    info.lane_digests = result.lane_digests;
    info.marks = c->codec->chain.digests;
    info.lane_bytes = (uint64_t *)(uintptr_t)result.lane_bytes;
    ock_digest root;
    ock_digest_start(&root);
    ock_digest_update(&root, result.lane_digests, info.lanes * sizeof result.lane_digests[0]);
    ock_digest_finish(&root, info.root_digest);
    assert_int_equal(write_container(path_of(name), &info, c->spool, &file_bytes), OCK_OK);
    free(info.config_text);
}

/* What may predict. */
typedef struct predictor {
    uint32_t network, mixing, layers;
    float beta1;
    ock_layer_choice layer;
} predictor;

/* A state small enough to be saved and hashed again and again: one n-gram, one feature, one secondary
 * estimation, and few contexts and sets, as the mixers' weights are in proportion to them. */
static ock_plan coding_plan(const ock_lane_map *map, const predictor *p, uint32_t mark_steps)
{
    ock_plan plan = {
        .map = *map, .input_bytes = map->bytes, .level = 5, .config = fixture_config()};
    plan.config.network = p->network;
    plan.config.mixing = p->mixing;
    plan.config.layers = p->layers;
    plan.config.layer = (uint32_t)p->layer;
    plan.config.window = p->layer == OCK_LAYER_TRANSFORMER ? 20 : 0;
    plan.config.beta1 = p->beta1;
    plan.config.order_max = plan.config.order_min;
    plan.config.features = 1;
    plan.config.contexts = 4;
    plan.config.sets = 2;
    plan.config.estimations = 1;
    plan.config.step = 16;
    plan.config.mark_steps = mark_steps;
    return plan;
}

static void write_input(const uint8_t *text, size_t bytes)
{
    FILE *file = fopen(path_of("in"), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

static int coding_set_up(void **state)
{
    fixture_set_up(state);
    return make_scratch_folder(state) == 0 && ock_comm_alone(&comm) == OCK_OK ? 0 : -1;
}

static int coding_tear_down(void **state)
{
    ock_comm_free(comm);
    return remove_scratch_folder(state);
}

#endif
