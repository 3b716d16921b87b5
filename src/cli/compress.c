/* SPDX-License-Identifier: MIT */
/* compress.c - the compress command: from an input to a verified .ock file. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdlib.h>

#include "archive/binding.h"
#include "archive/condensed.h"
#include "archive/corpus.h"
#include "archive/description.h"
#include "archive/ends.h"
#include "archive/keeper.h"
#include "archive/run.h"
#include "base/clock.h"
#include "cli/side_file.h"
#include "codec/codec.h"
#include "codec/port_encode.h"
#include "io/container/container.h"
#include "io/file/input.h"
#include "io/file/output.h"
#include "io/file/spool.h"
#include "io/tree/manifest.h"
#include "measure/trace_costs.h"
#include "numeric/fpenv.h"

/* Everything a run acquires; freed in one place. */
typedef struct compression {
    const ock_session *session;
    const ock_run_settings *run;
    ock_comm *comm;
    double started; /* seconds, monotonic clock */
    ock_plan plan;
    ock_input *input;      /* NULL where this rank cannot read it */
    ock_manifest manifest; /* of a tree: the list of its files; else without bytes */
    uint8_t *readable;     /* (ranks) */
    ock_priors *priors;    /* rank 0 */
    ock_condensed condensed;
    ock_output *output; /* rank 0; with a keeper only while the file is written */
    ock_keeper *keeper; /* NULL without --checkpoint */
    ock_spool *spool;   /* rank 0 */
    ock_encode_port *port;
    ock_codec *codec;
    ock_container_info info; /* rank 0 */
    uint64_t file_bytes;     /* rank 0, once written */
    ock_output *trace;       /* rank 0, with --trace-bytes; NULL without */
    ock_trace_costs costs;
} compression;

static bool is_root(const compression *c)
{
    return ock_comm_rank(c->comm) == 0;
}

/* A run that is kept may end at any moment and go on later: it only makes sure that it could write,
 * and leaves nothing in the target's folder. */
static ock_status prepare_output(compression *c)
{
    const ock_options *o = c->session->options;
    ock_status status = ock_output_create(o->output, o->force, &c->output);
    if (status == OCK_OK && c->keeper != NULL) {
        ock_output_discard(c->output);
        c->output = NULL;
    }
    return status;
}

static ock_status prepare_trace(compression *c)
{
    const ock_options *o = c->session->options;
    if (o->trace_count == 0) {
        return OCK_OK;
    }
    return ock_side_file_create("--trace-bytes", o->traces[0], o->force, &c->trace);
}

static ock_status open_spool(compression *c)
{
    if (c->keeper == NULL) {
        return ock_spool_new(NULL, c->plan.map.lanes, &c->spool);
    }
    return ock_keeper_open_transcript(c->keeper, c->plan.map.lanes, &c->spool);
}

static ock_status make_plan(compression *c)
{
    const ock_options *o = c->session->options;
    return ock_begin_plan(c->run, &c->manifest, o->layout, &o->wishes, c->input, &c->priors,
                          &c->condensed, &c->plan);
}

/* Rank 0: input, output and plan. */
static ock_status open_all(compression *c)
{
    ock_status status = ock_corpus_open(&c->session->input, &c->manifest, &c->input);
    if (status != OCK_OK) {
        ock_log_mute(c->run->log); /* it may be one of the files that were to be read */
    }
    if (status == OCK_OK) {
        status = prepare_output(c);
    }
    if (status == OCK_OK) {
        status = prepare_trace(c);
    }
    if (status == OCK_OK) {
        status = make_plan(c);
    }
    return status != OCK_OK ? status : open_spool(c);
}

/* Rank 0 decides the plan; everyone gets it, and tries to read the input too. */
static ock_status agree_on_plan(compression *c)
{
    ock_status status = ock_comm_agree(c->comm, is_root(c) ? open_all(c) : OCK_OK);
    if (status == OCK_OK) {
        status = ock_comm_bcast(c->comm, &c->plan, sizeof c->plan);
    }
    if (status == OCK_OK) {
        status = ock_corpus_share(c->comm, &c->manifest);
    }
    if (status == OCK_OK) {
        status = ock_condensed_share(c->comm, &c->condensed);
    }
    return status != OCK_OK ? status
                            : ock_corpus_readers(c->comm, &c->session->input, &c->manifest,
                                                 &c->plan, &c->condensed, &c->input, &c->readable);
}

static uint64_t spool_total(void *context)
{
    const compression *c = context;
    uint64_t total = 0;
    for (uint32_t lane = 0; lane < c->plan.map.lanes; lane++) {
        total += ock_spool_bytes(c->spool, lane);
    }
    return total;
}

/* Checkpoints, if wanted: the run goes on from one, or begins and makes them. */
static ock_status keep(compression *c, const ock_port *calls)
{
    if (c->keeper == NULL) {
        return OCK_OK;
    }
    uint8_t digest[OCK_DIGEST_BYTES] = {0};
    if (is_root(c)) {
        ock_condensed_digest(&c->info, digest);
    }
    const ock_run_subject subject = ock_run_encodes(digest, &c->manifest);
    return ock_keeper_start(c->keeper, c->codec, calls, &subject);
}

static ock_status log_mark(void *context, const ock_mark *mark)
{
    const compression *c = context;
    ock_run_log_digest(c->run, "mark", mark->step, mark->digest);
    return OCK_OK;
}

static ock_status make_port(compression *c)
{
    const ock_source input = ock_input_source(c->input);
    const ock_source rest = ock_condensed_source(&c->condensed, &input);
    const ock_lane_sink sink = ock_bind_spool(c->spool);
    ock_status status =
        ock_encode_port_new(&c->plan, c->comm, c->run->memory, c->input != NULL ? &rest : NULL,
                            c->readable, is_root(c) ? &sink : NULL, &c->port);
    if (status == OCK_OK) {
        ock_condensed_tell_places(&c->condensed, c->port);
    }
    return status;
}

/* Rank 0, if what every byte costs is wanted. */
static ock_status listen_to_costs(compression *c)
{
    if (c->trace == NULL) {
        return OCK_OK;
    }
    const ock_target trace = ock_output_target(c->trace);
    const ock_cost_sink sink = ock_trace_costs_sink(&c->costs);
    ock_encode_port_tell_costs(c->port, &sink);
    return ock_trace_costs_start(&c->costs, &trace, &c->condensed, c->plan.input_bytes);
}

static ock_status encode(compression *c)
{
    ock_status status = make_port(c);
    if (status == OCK_OK) {
        status = listen_to_costs(c);
    }
    status = ock_comm_agree(c->comm, status);
    if (status == OCK_OK) {
        status = ock_run_codec_new(c->run, &c->plan, &c->condensed, &c->codec);
    }
    if (status != OCK_OK) {
        return status;
    }
    ock_port calls = ock_encode_port_calls(c->port);
    status = keep(c, &calls);
    if (status == OCK_OK && c->codec->position == 0) {
        status = ock_condensed_study(&c->condensed, c->priors, c->codec);
    }
    if (status != OCK_OK) {
        return status;
    }
    c->codec->marked = log_mark;
    c->codec->marked_context = c;
    return ock_run_codec(c->run, c->codec, &calls, spool_total, c);
}

/* Rank 0: what was coded must be what was digested at the start; then the file is written, and has no
 * name yet. */
static ock_status write_file(compression *c)
{
    ock_encode_result result;
    const ock_options *o = c->session->options;
    ock_status status = ock_encode_port_finish(c->port, &result);
    if (status == OCK_OK) {
        status = ock_input_check_unchanged(c->input);
    }
    if (status == OCK_OK) {
        status = ock_describe_run(&result, &c->codec->chain, &c->condensed, o->input, &c->info);
    }
    if (status == OCK_OK && c->trace != NULL) {
        status = ock_trace_costs_finish(&c->costs, &c->info);
    }
    if (status == OCK_OK && c->output == NULL) {
        status = ock_output_create(o->output, o->force, &c->output);
    }
    if (status != OCK_OK) {
        return status;
    }
    const ock_open_file file = ock_output_file(c->output);
    return ock_container_write(&file, &c->info, c->spool, &c->file_bytes);
}

/* --verify: the file is decoded on the same ranks before it gets its name. The encoder's memory is
 * given back first. Collective. */
static ock_status verify(compression *c)
{
    if (!c->session->options->verify) {
        return OCK_OK;
    }
    ock_codec_free(c->codec);
    ock_encode_port_free(c->port);
    c->codec = NULL;
    c->port = NULL;
    return ock_verify(c->session, c->output, c->priors);
}

/* Rank 0: the trace of bytes gets its name before the file has one, so that a failure is one. */
static ock_status commit_trace(compression *c)
{
    ock_output *trace = c->trace;
    c->trace = NULL;
    return ock_side_file_end(OCK_OK, trace, c->run->report);
}

/* Rank 0: the file gets its name. What goes wrong from then on is a warning. */
static ock_status commit(compression *c)
{
    const ock_status traced = commit_trace(c);
    if (traced != OCK_OK) {
        return traced;
    }
    ock_output_copy_attributes(c->output, c->input);
    ock_output_report_to(c->output, c->run->report);
    ock_status status = ock_output_commit(c->output);
    c->output = NULL;
    if (status == OCK_OK) {
        ock_keeper_done(c->keeper);
    }
    return status;
}

static void tell(const compression *c)
{
    uint64_t in = c->plan.input_bytes, out = c->file_bytes;
    double seconds = ock_clock_seconds() - c->started;
    double bits = in > 0 ? 8.0 * (double)out / (double)in : 0.0;
    ock_report_line(c->run->report, OCK_REPORT_NOTE,
                    "%s: %" PRIu64 " -> %" PRIu64 " bytes, %.3f bits/byte, %.1f KB/s%s",
                    c->run->input, in, out, bits, (double)in / seconds / 1000.0,
                    c->session->options->verify ? ", verified" : "");
    ock_run_log_end(c->run,
                    json_pack("{s:I, s:I, s:f, s:f}", "input_bytes", (json_int_t)in, "file_bytes",
                              (json_int_t)out, "bits_per_byte", bits, "seconds", seconds));
}

/* ---- the story of a run: each part is collective, and agrees on failures ---- */

static ock_status open_keeper(compression *c)
{
    return ock_keeper_open(c->run, &c->session->keeping, &c->keeper);
}

/* Rank 0 knows what the file will say of the input before the first byte is coded. */
static ock_status describe(compression *c)
{
    ock_status status = is_root(c)
                            ? ock_begin_description(c->run, &c->plan, &c->condensed, c->priors,
                                                    c->input, &c->manifest, &c->info)
                            : OCK_OK;
    if (status == OCK_OK) {
        status = ock_fpenv_check("reading the input");
    }
    if (status == OCK_OK) {
        status = ock_run_begin(c->run, &c->plan);
    }
    return ock_comm_agree(c->comm, status);
}

static ock_status write_down(compression *c)
{
    return ock_comm_agree(c->comm, is_root(c) ? write_file(c) : OCK_OK);
}

static ock_status publish(compression *c)
{
    ock_status status = is_root(c) ? commit(c) : OCK_OK;
    if (is_root(c) && status == OCK_OK) {
        tell(c);
    }
    return ock_run_agree_on_end(c->run, status);
}

static ock_status run(compression *c)
{
    static ock_status (*const parts[])(compression *) = {
        open_keeper, agree_on_plan, describe, encode, write_down, verify, publish};
    ock_status status = OCK_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == OCK_OK; i++) {
        status = parts[i](c);
    }
    return status;
}

ock_status ock_compress(const ock_session *session)
{
    compression c = {.session = session,
                     .run = &session->run,
                     .comm = session->run.comm,
                     .started = ock_clock_seconds()};
    ock_status status = run(&c);
    ock_codec_free(c.codec);
    ock_encode_port_free(c.port);
    ock_spool_free(c.spool);
    ock_keeper_close(c.keeper);
    ock_priors_close(c.priors);
    ock_output_discard(c.output);
    ock_output_discard(c.trace);
    ock_input_close(c.input);
    ock_container_info_clear(&c.info);
    ock_condensed_clear(&c.condensed);
    free(c.manifest.bytes);
    free(c.readable);
    return status;
}
