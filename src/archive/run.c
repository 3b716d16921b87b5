/* SPDX-License-Identifier: MIT */
/* run.c - begins, logs and watches runs of the codec. */
#include "archive/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/config_json.h"
#include "base/digest.h"
#include "io/container/container.h"

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
