/* SPDX-License-Identifier: MIT */
/* compress.c - the compress command: from an input to a verified .ock file. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdlib.h>

#include "archive/corpus.h"
#include "archive/ends.h"
#include "archive/keeper.h"
#include "archive/run.h"
#include "base/clock.h"
#include "cli/side_file.h"
#include "io/file/output.h"
#include "io/tree/manifest.h"
#include "measure/trace_costs.h"
#include "numeric/fpenv.h"

/* Everything a run acquires; freed in one place. */
typedef struct compression {
    const ock_session *session;
    const ock_run_settings *run;
    ock_comm *comm;
    double started; /* seconds, monotonic clock */
    ock_coding of;
    ock_manifest manifest; /* of a tree: the list of its files; else without bytes */
    uint8_t *readable;     /* (ranks) */
    ock_output *output;    /* rank 0; with a keeper only while the file is written */
    ock_keeper *keeper;    /* NULL without --checkpoint */
    uint64_t file_bytes;   /* rank 0, once written */
    ock_output *trace;     /* rank 0, with --trace-bytes; NULL without */
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
        return ock_spool_new(NULL, c->of.plan.map.lanes, &c->of.spool);
    }
    return ock_keeper_open_transcript(c->keeper, c->of.plan.map.lanes, &c->of.spool);
}

static ock_status make_plan(compression *c)
{
    const ock_options *o = c->session->options;
    return ock_begin_plan(c->run, &c->manifest, o->layout, &o->wishes, c->of.input, &c->of.priors,
                          &c->of.condensed, &c->of.plan);
}

/* Rank 0: input, output and plan. */
static ock_status open_all(compression *c)
{
    ock_status status = ock_corpus_open(&c->session->input, &c->manifest, &c->of.input);
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
    ock_status status = ock_run_share_plan(c->comm, is_root(c) ? open_all(c) : OCK_OK, &c->of.plan);
    if (status == OCK_OK) {
        status = ock_corpus_share(c->comm, &c->manifest);
    }
    if (status == OCK_OK) {
        status = ock_condensed_share(c->comm, &c->of.condensed);
    }
    if (status == OCK_OK) {
        status = ock_corpus_readers(c->comm, &c->session->input, &c->manifest, &c->of.plan,
                                    &c->of.condensed, &c->of.input, &c->readable);
        c->of.readable = c->readable;
    }
    return status;
}

/* Checkpoints, if wanted: the run goes on from one, or begins and makes them. */
static ock_status keep(compression *c, ock_codec *codec, const ock_port *calls)
{
    if (c->keeper == NULL) {
        return OCK_OK;
    }
    uint8_t digest[OCK_DIGEST_BYTES] = {0};
    if (is_root(c)) {
        ock_condensed_digest(&c->of.info, digest);
    }
    const ock_run_subject subject = ock_run_encodes(digest, &c->manifest);
    return ock_keeper_start(c->keeper, codec, calls, &subject);
}

/* Rank 0, if what every byte costs is wanted. */
static ock_status listen_to_costs(compression *c)
{
    if (c->trace == NULL) {
        return OCK_OK;
    }
    const ock_target trace = ock_output_target(c->trace);
    const ock_cost_sink sink = ock_trace_costs_sink(&c->costs);
    ock_encode_port_tell_costs(c->of.encoder, &sink);
    return ock_trace_costs_start(&c->costs, &trace, &c->of.condensed, c->of.plan.input_bytes);
}

/* Before the run. */
static ock_status prepare(void *context, ock_codec *codec, const ock_port *calls)
{
    compression *c = context;
    ock_status status = OCK_OK;
    if (c->session->options->trace_count > 0) {
        status = ock_comm_agree(c->comm, listen_to_costs(c));
    }
    return status != OCK_OK ? status : keep(c, codec, calls);
}

static ock_status encode(compression *c)
{
    return ock_run_encode(&c->of);
}

/* Rank 0: what was coded must be what was digested at the start; then the file is written, and has no
 * name yet. */
static ock_status write_file(compression *c)
{
    const ock_options *o = c->session->options;
    ock_status status = ock_run_describe(&c->of);
    if (status == OCK_OK && c->trace != NULL) {
        status = ock_trace_costs_finish(&c->costs, &c->of.info);
    }
    if (status == OCK_OK && c->output == NULL) {
        status = ock_output_create(o->output, o->force, &c->output);
    }
    if (status != OCK_OK) {
        return status;
    }
    const ock_open_file file = ock_output_file(c->output);
    return ock_container_write(&file, &c->of.info, c->of.spool, &c->file_bytes);
}

/* --verify: the file is decoded on the same ranks before it gets its name. The encoder's memory is
 * given back first. Collective. */
static ock_status verify(compression *c)
{
    if (!c->session->options->verify) {
        return OCK_OK;
    }
    ock_coding_end(&c->of);
    return ock_verify(c->session, c->output, c->of.priors);
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
    ock_output_copy_attributes(c->output, c->of.input);
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
    uint64_t in = c->of.plan.input_bytes, out = c->file_bytes;
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
    ock_status status =
        is_root(c) ? ock_begin_description(c->run, &c->of.plan, &c->of.condensed, c->of.priors,
                                           c->of.input, &c->manifest, &c->of.info)
                   : OCK_OK;
    if (status == OCK_OK) {
        status = ock_fpenv_check("reading the input");
    }
    if (status == OCK_OK) {
        status = ock_run_begin(c->run, &c->of.plan);
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
                     .of = {.run = &session->run, .before = prepare, .context = &c},
                     .comm = session->run.comm,
                     .started = ock_clock_seconds()};
    ock_status status = run(&c);
    ock_coding_clear(&c.of);
    ock_keeper_close(c.keeper);
    ock_output_discard(c.output);
    ock_output_discard(c.trace);
    ock_input_close(c.of.input);
    free(c.manifest.bytes);
    free(c.readable);
    return status;
}
