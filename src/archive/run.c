/* SPDX-License-Identifier: MIT */
/* run.c - begins, logs and watches runs of the codec, and runs it. */
#include "archive/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/binding.h"
#include "archive/config_json.h"
#include "archive/description.h"
#include "archive/ends.h"
#include "base/digest.h"

static json_t *start_line(const ock_run_settings *run, const ock_plan *plan)
{
    char host[256] = "", library[OCK_COMM_LIBRARY_BYTES];
    if (gethostname(host, sizeof host - 1) != 0) {
        host[0] = '\0';
    }
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:o, s:I, s:i, s:i, s:i, s:i, s:o}", "version",
        run->program->version, "compiler", run->program->compiler, "mpi", ock_comm_library(library),
        "hdf5", ock_container_hdf5_version(), "isa", run->kernels->name, "host", host, "ranks",
        ock_comm_size(run->comm), "threads", (int)ock_team_size(run->team), "input",
        ock_log_text(run->input), "input_bytes", (json_int_t)plan->input_bytes, "contract",
        (int)OCK_CONTRACT_VERSION, "lanes", (int)plan->map.lanes, "shards", (int)plan->map.shards,
        "level", (int)plan->level, "config", ock_config_json(&plan->config));
}

/* The configuration on one line. */
static void report_config(const ock_report *report, const ock_config *config)
{
    char field[64], *line = NULL;
    size_t bytes;
    FILE *text = open_memstream(&line, &bytes);
    if (text == NULL) {
        return;
    }
    for (size_t i = 0; ock_config_field(config, i, field, sizeof field); i++) {
        fprintf(text, "%s%s", i > 0 ? " " : "", field);
    }
    if (fclose(text) == 0) {
        ock_report_text(report, OCK_REPORT_DETAIL, line);
    }
    free(line);
}

static void report_start(const ock_run_settings *run, const ock_plan *plan)
{
    int ranks = ock_comm_size(run->comm);
    if ((uint32_t)ranks > plan->map.shards) {
        ock_report_line(run->report, OCK_REPORT_NOTE,
                        "%d ranks but %" PRIu32
                        " shards: the other ranks own no shard (see --shards)",
                        ranks, plan->map.shards);
    }
    ock_report_line(run->report, OCK_REPORT_DETAIL,
                    "%d ranks of %zu threads, %s kernels, %" PRIu32 " lanes in %" PRIu32
                    " shards, level %" PRIu32,
                    ranks, ock_team_size(run->team), run->kernels->name, plan->map.lanes,
                    plan->map.shards, plan->level);
    report_config(run->report, &plan->config);
}

ock_status ock_run_begin(const ock_run_settings *run, const ock_plan *plan)
{
    ock_status status = ock_comm_watch(run->comm, run->deadline);
    if (status != OCK_OK || ock_comm_rank(run->comm) != 0) {
        return status;
    }
    report_start(run, plan);
    return ock_log_write(run->log, "start", start_line(run, plan));
}

void ock_run_log_digest(const ock_run_settings *run, const char *event, uint64_t step,
                        const uint8_t digest[OCK_MARK_BYTES])
{
    char text[65];
    ock_digest_hex(digest, text);
    if (ock_log_write(run->log, event,
                      json_pack("{s:I, s:s}", "step", (json_int_t)step, "digest", text)) !=
        OCK_OK) {
        ock_error_clear();
    }
}

void ock_run_log_end(const ock_run_settings *run, json_t *fields)
{
    if (ock_log_write(run->log, "end", fields) != OCK_OK) {
        ock_error_clear();
    }
}

ock_status ock_run_agree_on_end(const ock_run_settings *run, ock_status status)
{
    const ock_status agreed = ock_comm_agree(run->comm, status);
    if (ock_comm_rank(run->comm) == 0 && status == OCK_OK && agreed != OCK_OK) {
        ock_report_line(run->report, OCK_REPORT_WARNING, "%s: the output is complete, but: %s",
                        run->input, ock_error_text());
    }
    return agreed;
}

ock_status ock_run_blame(const ock_run_settings *run, ock_status status, ock_input *file,
                         ock_input *corpus)
{
    ock_error first;
    ock_status changed = OCK_OK;
    if (status != OCK_BAD_DATA && status != OCK_INTERNAL) {
        return status;
    }
    ock_error_take(&first);
    if (file != NULL) {
        changed = ock_input_check_unchanged(file);
    }
    if (changed == OCK_OK && corpus != NULL) {
        changed = ock_input_check_unchanged(corpus);
    }
    changed = ock_comm_agree(run->comm, changed);
    if (changed != OCK_OK) {
        return changed;
    }
    ock_error_give(&first);
    return status;
}

ock_status ock_run_codec_new(const ock_run_settings *run, const ock_plan *plan,
                             ock_condensed *condensed, ock_codec **codec)
{
    ock_status status = ock_codec_new(run->comm, run->memory, run->kernels, plan, codec);
    if (status == OCK_OK) {
        ock_codec_use_team(*codec, run->team);
        status = condensed != NULL ? ock_condensed_lay(condensed, *codec) : OCK_OK;
    }
    return status;
}

ock_status ock_run_codec(const ock_run_settings *run, ock_codec *codec, const ock_port *port,
                         uint64_t (*transcript_bytes)(void *of), void *of)
{
    const ock_progress_view *view = ock_comm_rank(run->comm) == 0 ? run->progress : NULL;
    if (view != NULL) {
        view->begin(view->context, codec, transcript_bytes, of);
    }
    ock_status status = ock_codec_run(codec, port);
    if (view != NULL) {
        view->end(view->context);
    }
    return status;
}

/* ---- the run itself ---- */

static bool is_root(const ock_coding *c)
{
    return ock_comm_rank(c->run->comm) == 0;
}

static uint64_t transcript_bytes(void *context)
{
    const ock_coding *c = context;
    return c->decoder != NULL ? ock_decode_port_bytes_read(c->decoder) : ock_spool_total(c->spool);
}

static ock_status take_mark(void *context, const ock_mark *mark)
{
    const ock_coding *c = context;
    ock_run_log_digest(c->run, "mark", mark->step, mark->digest);
    return c->decoder != NULL ? ock_end_mark(c->container, mark) : OCK_OK;
}

static ock_status make_encoder(ock_coding *c)
{
    ock_source input = {NULL, NULL};
    ock_lane_sink sink;
    if (c->input != NULL) {
        const ock_source whole = ock_input_source(c->input);
        input = ock_condensed_source(&c->condensed, &whole);
    }
    if (is_root(c)) {
        sink = ock_bind_spool(c->spool);
    }
    ock_status status = ock_encode_port_new(&c->plan, c->run->comm, c->run->memory,
                                            c->input != NULL ? &input : NULL, c->readable,
                                            is_root(c) ? &sink : NULL, &c->encoder);
    if (status == OCK_OK) {
        ock_condensed_tell_places(&c->condensed, c->encoder);
    }
    return status;
}

static ock_status make_decoder(ock_coding *c, const ock_target *output)
{
    ock_lane_source transcripts;
    ock_target lanes;
    if (is_root(c)) {
        transcripts = ock_bind_container(c->container);
    }
    if (output != NULL) {
        lanes = ock_condensed_target(&c->condensed, output);
    }
    return ock_decode_port_new(&c->plan, c->run->comm, c->run->memory,
                               is_root(c) ? &transcripts : NULL, output != NULL ? &lanes : NULL,
                               &c->decoder);
}

/* made: of this rank's port. */
static ock_status code(ock_coding *c, ock_status made)
{
    ock_status status = ock_comm_agree(c->run->comm, made);
    if (status == OCK_OK) {
        status = ock_run_codec_new(c->run, &c->plan, &c->condensed, &c->codec);
    }
    if (status != OCK_OK) {
        return status;
    }
    const ock_port calls =
        c->decoder != NULL ? ock_decode_port_calls(c->decoder) : ock_encode_port_calls(c->encoder);
    if (c->before != NULL) {
        status = c->before(c->context, c->codec, &calls);
    }
    if (status == OCK_OK && c->codec->position == 0) {
        status = ock_condensed_study(&c->condensed, c->priors, c->codec);
    }
    if (status != OCK_OK) {
        return status;
    }
    c->codec->marked = take_mark;
    c->codec->marked_context = c;
    return ock_run_codec(c->run, c->codec, &calls, transcript_bytes, c);
}

ock_status ock_run_share_plan(ock_comm *comm, ock_status status, ock_plan *plan)
{
    status = ock_comm_agree(comm, status);
    return status != OCK_OK ? status : ock_comm_bcast(comm, plan, sizeof *plan);
}

ock_status ock_run_encode(ock_coding *c)
{
    return code(c, make_encoder(c));
}

ock_status ock_run_decode(ock_coding *c, const ock_target *output)
{
    return code(c, make_decoder(c, output));
}

ock_status ock_run_describe(ock_coding *c)
{
    ock_encode_result result;
    ock_status status = ock_encode_port_finish(c->encoder, &result);
    if (status == OCK_OK) {
        status = ock_input_check_unchanged(c->input);
    }
    return status != OCK_OK ? status
                            : ock_describe_run(&result, &c->codec->chain, &c->condensed,
                                               c->run->input, &c->info);
}

ock_status ock_run_restore(const ock_coding *c, const ock_target *output)
{
    return ock_condensed_differs(&c->condensed)
               ? ock_condensed_restore(&c->condensed, c->priors, output)
               : OCK_OK;
}

void ock_coding_end(ock_coding *c)
{
    ock_codec_free(c->codec);
    ock_encode_port_free(c->encoder);
    ock_decode_port_free(c->decoder);
    c->codec = NULL;
    c->encoder = NULL;
    c->decoder = NULL;
}

void ock_coding_clear(ock_coding *c)
{
    ock_coding_end(c);
    ock_spool_free(c->spool);
    ock_priors_close(c->priors);
    ock_container_close(c->container);
    ock_container_info_clear(&c->info);
    ock_condensed_clear(&c->condensed);
}
