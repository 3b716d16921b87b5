/* SPDX-License-Identifier: MIT */
/* codec_alone.c - the real codec without MPI, HDF5 and libsodium, so that it can be built for any CPU
 * and run under an emulator; build.sh makes it, matrix.sh uses it.
 *
 * Usage: codec_alone compress [OPTION...] FILE   the list of repeats and the transcripts of all lanes to
 *                                                standard output
 *        codec_alone test FILE.ock               decodes and compares with the digests in the file
 *        codec_alone info FILE.ock               what the file has of that, as compress writes it
 * The options are those of ockham. OCKHAM_ISA chooses the kernels. */
#include <stdio.h>
#include <stdlib.h>

#include "archive/binding.h"
#include "archive/condensed.h"
#include "archive/plan_file.h"
#include "cli/command_line.h"
#include "codec/codec.h"
#include "codec/port_decode.h"
#include "codec/port_encode.h"
#include "io/container/container.h"
#include "numeric/cpu.h"
#include "numeric/fpenv.h"

static ock_status write_bytes(const void *bytes, size_t count)
{
    return fwrite(bytes, 1, count, stdout) == count
               ? OCK_OK
               : ock_fail(OCK_ENVIRONMENT, "cannot write to standard output");
}

/* A spool gives its blocks from the last to the first. */
static ock_status write_stream(ock_spool *spool, uint32_t stream)
{
    uint64_t total = ock_spool_bytes(spool, stream), offset;
    const uint8_t *block;
    size_t count = 1;
    uint8_t *bytes = malloc(total + 1);
    ock_status status =
        bytes == NULL ? ock_fail_memory(total, "a transcript") : ock_spool_rewind(spool, stream);
    while (status == OCK_OK && count > 0) {
        status = ock_spool_previous(spool, &offset, &block, &count);
        for (size_t i = 0; status == OCK_OK && i < count; i++) {
            bytes[offset + i] = block[i];
        }
    }
    if (status == OCK_OK) {
        status = write_bytes(bytes, total);
    }
    free(bytes);
    return status;
}

static ock_status run(ock_comm *comm, const ock_plan *plan, ock_condensed *condensed,
                      const ock_port *port)
{
    const ock_kernels *kernels;
    ock_codec *codec = NULL;
    ock_status status = ock_kernels_select(getenv("OCKHAM_ISA"), &kernels);
    if (status == OCK_OK) {
        status = ock_codec_new(comm, NULL, kernels, plan, &codec);
    }
    if (status == OCK_OK) {
        status = ock_condensed_lay(condensed, codec);
    }
    if (status == OCK_OK) {
        status = ock_codec_run(codec, port);
    }
    ock_codec_free(codec);
    return status;
}

/* An input, and what of it is coded. */
typedef struct subject {
    ock_input *input;
    ock_condensed condensed;
    ock_plan plan;
} subject;

static ock_status open_subject(const ock_options *options, subject *s)
{
    const ock_search alone = {.team = NULL};
    ock_wishes wishes = options->wishes;
    ock_status status = ock_input_open(options->input, &s->input);
    if (status == OCK_OK) {
        status = ock_condense(&alone, NULL, s->input, &wishes, &s->condensed);
    }
    return status != OCK_OK ? status : ock_plan_make(ock_input_bytes(s->input), &wishes, &s->plan);
}

static ock_status make_encoder(ock_comm *comm, subject *s, ock_spool *spool, ock_encode_port **port)
{
    static const uint8_t readable[1] = {1};
    const ock_source whole = ock_input_source(s->input);
    const ock_source source = ock_condensed_source(&s->condensed, &whole);
    const ock_lane_sink sink = ock_bind_spool(spool);
    return ock_encode_port_new(&s->plan, comm, NULL, &source, readable, &sink, port);
}

static ock_status compress(ock_comm *comm, const ock_options *options)
{
    ock_spool *spool = NULL;
    ock_encode_port *port = NULL;
    ock_encode_result result;
    subject s = {.input = NULL};
    ock_status status = open_subject(options, &s);
    const ock_plan plan = s.plan;
    if (status == OCK_OK) {
        status = ock_spool_new(NULL, plan.map.lanes, &spool);
    }
    if (status == OCK_OK) {
        status = make_encoder(comm, &s, spool, &port);
    }
    if (status == OCK_OK) {
        ock_port calls = ock_encode_port_calls(port);
        status = run(comm, &plan, &s.condensed, &calls);
    }
    if (status == OCK_OK) {
        status = ock_encode_port_finish(port, &result);
    }
    for (size_t i = 0; status == OCK_OK && i < 3; i++) {
        status = write_bytes(s.condensed.code[i].bytes, s.condensed.code[i].count);
    }
    for (uint32_t lane = 0; status == OCK_OK && lane < plan.map.lanes; lane++) {
        status = write_stream(spool, lane);
    }
    ock_encode_port_free(port);
    ock_spool_free(spool);
    ock_condensed_clear(&s.condensed);
    ock_input_close(s.input);
    return status;
}

static ock_status decode(ock_comm *comm, ock_container *container)
{
    ock_decode_port *port = NULL;
    const ock_lane_source transcripts = ock_bind_container(container);
    ock_condensed condensed = {.layouts = {.of = NULL}};
    ock_plan plan;
    ock_status status = ock_plan_load(ock_container_about(container), &plan);
    if (status == OCK_OK) {
        status = ock_condensed_load(container, &plan, "the file", &condensed);
    }
    if (status == OCK_OK) {
        status = ock_decode_port_new(&plan, comm, NULL, &transcripts, NULL, &port);
    }
    if (status == OCK_OK) {
        ock_port calls = ock_decode_port_calls(port);
        status = run(comm, &plan, &condensed, &calls);
    }
    if (status == OCK_OK) {
        status = ock_decode_port_finish(port);
    }
    ock_decode_port_free(port);
    ock_condensed_clear(&condensed);
    return status;
}

static ock_status write_transcripts(ock_container *container)
{
    const ock_container_info *about = ock_container_about(container);
    ock_status status = write_bytes(about->repeats, about->repeats_bytes);
    if (status == OCK_OK) {
        status = write_bytes(about->transforms, about->transforms_bytes);
    }
    if (status == OCK_OK) {
        status = write_bytes(about->layouts, about->layouts_bytes);
    }
    for (uint32_t lane = 0; status == OCK_OK && lane < about->lanes; lane++) {
        size_t count = (size_t)about->lane_bytes[lane];
        uint8_t *bytes = malloc(count + 1);
        status = bytes == NULL ? ock_fail_memory(count, "a transcript")
                               : ock_container_read(container, lane, 0, bytes, count);
        if (status == OCK_OK) {
            status = write_bytes(bytes, count);
        }
        free(bytes);
    }
    return status;
}

static ock_status read_file(ock_comm *comm, const ock_options *options)
{
    ock_container *container = NULL;
    ock_status status = ock_container_open(options->input, OCK_CONTRACT_VERSION, &container);
    if (status == OCK_OK) {
        status = options->command == OCK_COMMAND_TEST ? decode(comm, container)
                                                      : write_transcripts(container);
    }
    ock_container_close(container);
    return status;
}

int main(int argc, char **argv)
{
    ock_options options = {0};
    ock_comm *comm = NULL;
    ock_status status = ock_cpu_require(ock_cpu_detect());
    if (status == OCK_OK) {
        status = ock_options_parse(argc, argv, &options);
    }
    if (status == OCK_OK) {
        status = ock_comm_alone(&comm);
    }
    ock_fpenv_set();
    if (status == OCK_OK) {
        status = options.command == OCK_COMMAND_COMPRESS ? compress(comm, &options)
                                                         : read_file(comm, &options);
    }
    if (status == OCK_OK && fflush(stdout) != 0) {
        status = ock_fail(OCK_ENVIRONMENT, "cannot write to standard output");
    }
    if (status != OCK_OK) {
        fprintf(stderr, "codec_alone: %s\n", ock_error_text());
    }
    ock_comm_free(comm);
    ock_options_free(&options);
    return (int)status;
}
