/* SPDX-License-Identifier: MIT */
/* audit_replay.c - audit replay: the run once more, its states compared with the file's digests. */
#include "audit/audit_replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/binding.h"
#include "archive/condensed.h"
#include "archive/corpus.h"
#include "archive/plan_file.h"
#include "archive/prior.h"
#include "archive/run.h"
#include "audit/audit_common.h"
#include "audit/audit_start.h"
#include "base/digest.h"
#include "codec/port_decode.h"
#include "codec/port_encode.h"
#include "io/file/input.h"
#include "io/file/spool.h"
#include "numeric/fpenv.h"

/* Everything a replay acquires; freed in one place. */
struct ock_replay {
    const ock_run_settings *run;
    const ock_replay_wish *wish;
    ock_comm *comm;
    ock_plan plan;
    uint8_t *readable; /* (ranks) rank 0 alone reads the corpus */
    ock_encode_port *encoder;
    ock_decode_port *decoder;
    ock_port port;
    ock_codec *codec;
    uint64_t start; /* step after which the replay begins */
    /* rank 0 from here on */
    ock_input *input;         /* the file, spooled when it is standard input */
    ock_container *container; /* NULL elsewhere */
    ock_corpus_record record;
    ock_condensed condensed;
    ock_input *corpus;
    ock_priors *priors;
    ock_spool *spool;
    ock_checkpoint *source;
    bool foreign;    /* the checkpoint is an encoder's, the replay decodes */
    uint64_t agreed; /* the last step whose mark was the same */
};

static bool is_root(const ock_replay *r)
{
    return ock_comm_rank(r->comm) == 0;
}

static const ock_container_info *about(const ock_replay *r)
{
    return ock_container_about(r->container);
}

/* ---- the file and the corpus ---- */

/* Another corpus than the file's would give other states from some step on: that is told at once. */
static ock_status open_corpus(ock_replay *r)
{
    ock_status status = ock_corpus_open_again(r->wish->corpus, &r->record, &r->corpus);
    return status != OCK_OK ? status : ock_spool_new(NULL, r->plan.map.lanes, &r->spool);
}

/* The list of files is part of what the file says, and is decoded whether it is needed or not. */
static ock_status open_record(ock_replay *r)
{
    r->record.name = r->wish->path;
    r->record.about = about(r);
    return ock_corpus_load(r->run->memory, r->run->kernels, r->container, r->wish->path,
                           &r->record.list, &r->record.totals);
}

/* What cannot be repeated or rewritten is damage, though only a replay of the input needs it. */
static ock_status load_condensed(ock_replay *r)
{
    return ock_condensed_load(r->container, &r->plan, r->wish->path, &r->condensed);
}

/* A checkpoint holds what was learned from priors: then they are not needed, but those that are given must
 * be the file's. */
static ock_status open_priors(ock_replay *r)
{
    const ock_prior_choice *priors = &r->run->priors;
    ock_status status = ock_priors_open(priors->paths, priors->count, &r->priors);
    if (status == OCK_OK && (r->wish->from == NULL || priors->count > 0)) {
        status = ock_priors_match(r->priors, &r->plan.priors, r->wish->path);
    }
    return status;
}

static ock_status open_files(ock_replay *r)
{
    ock_status status = ock_plan_open(r->wish->path, &r->input, &r->container, &r->plan);
    if (status == OCK_OK) {
        status = open_record(r);
    }
    if (status == OCK_OK) {
        status = load_condensed(r);
    }
    if (status == OCK_OK) {
        status = open_priors(r);
    }
    if (status == OCK_OK && r->wish->corpus != NULL) {
        status = open_corpus(r);
    }
    return status;
}

/* ---- the checkpoint ---- */

static ock_status open_checkpoint(ock_replay *r)
{
    uint8_t file[OCK_DIGEST_BYTES], subject[OCK_DIGEST_BYTES];
    ock_run_identity found;
    ock_status status = ock_input_digest(r->input, file);
    if (status != OCK_OK) {
        return status;
    }
    ock_condensed_digest(about(r), subject);
    const ock_audit_start start = {.from = r->wish->from,
                                   .plan = &r->plan,
                                   .encodes = ock_run_encodes(subject, &r->record.list),
                                   .decodes = ock_run_decodes(file),
                                   .first_step = r->wish->first_step};
    status = ock_audit_start_open(&start, r->run->report, &r->source, &found);
    if (status == OCK_OK && found.subject.decodes && r->wish->corpus != NULL) {
        status = ock_fail(OCK_ENVIRONMENT,
                          "%s: was made while decompressing, and cannot be used to compress again",
                          r->wish->from);
    }
    r->foreign = status == OCK_OK && !found.subject.decodes && r->wish->corpus == NULL;
    return status;
}

/* Rank 0: to where an encoder stood, by its part of the checkpoint. */
static ock_status place_lanes(ock_replay *r)
{
    const uint32_t lanes = r->plan.map.lanes;
    ock_lane_place *places = calloc(lanes, sizeof *places);
    if (places == NULL) {
        return ock_fail_memory(lanes * sizeof *places, "the lanes' coders");
    }
    ock_status status =
        ock_encode_port_read_places(&r->plan, ock_audit_read_piece, r->source, places);
    for (uint32_t lane = 0; lane < lanes && status == OCK_OK; lane++) {
        status = ock_decode_port_place(r->decoder, lane, &places[lane]);
    }
    free(places);
    return status;
}

static void show_all(void *context, ock_state_visitor *visitor)
{
    ock_replay *r = context;
    ock_codec_state(r->codec, &r->port, visitor);
}

/* What is wrong with a checkpoint says nothing about the file. */
static ock_status blame_checkpoint(ock_status status)
{
    return status == OCK_BAD_DATA ? OCK_ENVIRONMENT : status;
}

/* Collective. */
static ock_status load_checkpoint(ock_replay *r)
{
    const ock_state_owner owner = {show_all, r};
    uint8_t foreign = r->foreign;
    ock_status status = ock_comm_bcast(r->comm, &foreign, sizeof foreign);
    if (status == OCK_OK && foreign) {
        status = ock_audit_load_model(r->codec, r->source);
    } else if (status == OCK_OK) {
        status = ock_state_load(r->comm, &r->plan.map, &owner, ock_audit_read_piece, r->source);
    }
    if (status != OCK_OK) {
        return blame_checkpoint(status);
    }
    if (foreign && is_root(r)) {
        status = place_lanes(r);
    }
    if (status == OCK_OK) {
        status = blame_checkpoint(ock_codec_restored(r->codec, &r->port));
    }
    return ock_comm_agree(r->comm, status);
}

/* ---- comparing ---- */

/* Rank 0: the file's mark, and the one made `where`. */
static ock_status compare(ock_replay *r, const ock_mark *mark, const char *where)
{
    const uint8_t *stored = about(r)->marks[mark->number - 1];
    if (mark->step >= r->wish->first_step || memcmp(stored, mark->digest, OCK_MARK_BYTES) != 0) {
        ock_audit_report_mark(r->run->report, mark->step, stored, mark->digest, "in the file",
                              where);
    }
    if (memcmp(stored, mark->digest, OCK_MARK_BYTES) != 0) {
        return ock_fail(OCK_BAD_DATA,
                        "the states differ after step %" PRIu64 " and did not after step %" PRIu64,
                        mark->step, r->agreed);
    }
    r->agreed = mark->step;
    return OCK_OK;
}

static ock_status take_mark(void *context, const ock_mark *mark)
{
    ock_replay *r = context;
    ock_run_log_digest(r->run, "mark", mark->step, mark->digest);
    ock_status status = compare(r, mark, "here");
    bool enough = r->wish->last_step > 0 && mark->step >= r->wish->last_step;
    return status == OCK_OK && enough ? ock_fail(OCK_STOPPED, "replayed") : status;
}

/* Rank 0: what the run that made the checkpoint had noted before it. */
static ock_status compare_noted(ock_replay *r)
{
    ock_status status = OCK_OK;
    for (uint64_t number = 1; status == OCK_OK; number++) {
        ock_mark mark = {.number = number, .step = ock_plan_mark_step(&r->plan, number)};
        if (number > ock_plan_marks(&r->plan) || mark.step > r->start) {
            break;
        }
        memcpy(mark.digest, r->codec->chain.digests[number - 1], OCK_MARK_BYTES);
        status = compare(r, &mark, "in the checkpoint");
    }
    return status;
}

static ock_status visit(void *context, ock_codec *codec)
{
    const ock_replay *r = context;
    const ock_replay_visit *wish = &r->wish->visit;
    uint64_t step = ock_codec_step(codec);
    bool wanted = step >= wish->first && (wish->last == 0 || step <= wish->last);
    return wanted ? wish->visit(wish->context, codec) : OCK_OK;
}

/* ---- the run ---- */

static ock_status make_decoder(ock_replay *r)
{
    ock_status status = OCK_OK;
    if (is_root(r)) {
        const ock_lane_source transcripts = ock_bind_container(r->container);
        status =
            ock_decode_port_new(&r->plan, r->comm, r->run->memory, &transcripts, NULL, &r->decoder);
    } else {
        status = ock_decode_port_new(&r->plan, r->comm, r->run->memory, NULL, NULL, &r->decoder);
    }
    if (status == OCK_OK) {
        r->port = ock_decode_port_calls(r->decoder);
    }
    return status;
}

static ock_status make_encoder(ock_replay *r)
{
    const ock_source whole = ock_input_source(r->corpus);
    const ock_source corpus = ock_condensed_source(&r->condensed, &whole);
    const ock_lane_sink sink = ock_bind_spool(r->spool);
    r->readable = calloc((size_t)ock_comm_size(r->comm), 1);
    if (r->readable == NULL) {
        return ock_fail_memory((uint64_t)ock_comm_size(r->comm), "the list of ranks");
    }
    r->readable[0] = 1;
    ock_status status =
        ock_encode_port_new(&r->plan, r->comm, r->run->memory, is_root(r) ? &corpus : NULL,
                            r->readable, is_root(r) ? &sink : NULL, &r->encoder);
    if (status == OCK_OK) {
        r->port = ock_encode_port_calls(r->encoder);
    }
    return status;
}

static ock_status make_port(ock_replay *r)
{
    return r->wish->corpus != NULL ? make_encoder(r) : make_decoder(r);
}

/* Rank 0: the file, and where a checkpoint is given that. */
static ock_status open_all(ock_replay *r)
{
    ock_status status = open_files(r);
    if (status == OCK_OK && r->wish->from != NULL) {
        status = open_checkpoint(r);
    }
    return status;
}

/* Collective. */
static ock_status agree_on_plan(ock_replay *r)
{
    ock_status status = is_root(r) ? open_all(r) : OCK_OK;
    if (status == OCK_OK) {
        status = ock_fpenv_check("reading the file");
    }
    status = ock_run_share_plan(r->comm, status, &r->plan);
    return status != OCK_OK ? status : ock_comm_agree(r->comm, ock_run_begin(r->run, &r->plan));
}

/* From a checkpoint on. Collective. */
static ock_status begin_midway(ock_replay *r)
{
    ock_status status = load_checkpoint(r);
    r->start = ock_codec_step(r->codec);
    if (status != OCK_OK) {
        return status;
    }
    ock_report_line(r->run->report, OCK_REPORT_RESULT,
                    "started after step %" PRIu64 " of %" PRIu64 ", from a checkpoint", r->start,
                    ock_plan_steps(&r->plan));
    return ock_comm_agree(r->comm, is_root(r) ? compare_noted(r) : OCK_OK);
}

/* Collective. */
static ock_status prepare(ock_replay *r)
{
    ock_status status = agree_on_plan(r);
    if (status == OCK_OK) {
        status = ock_comm_agree(r->comm, make_port(r));
    }
    if (status == OCK_OK) {
        status = ock_run_codec_new(r->run, &r->plan, &r->condensed, &r->codec);
    }
    if (status != OCK_OK) {
        return status;
    }
    return r->wish->from == NULL ? ock_condensed_study(&r->condensed, r->priors, r->codec)
                                 : begin_midway(r);
}

/* Rank 0: `count` bytes of a transcript as they were made here, against the file's. */
static ock_status compare_bytes(const ock_replay *r, uint32_t lane, uint64_t offset,
                                const uint8_t *bytes, size_t count)
{
    uint8_t stored[4096];
    ock_status status = OCK_OK;
    for (size_t at = 0; at < count && status == OCK_OK; at += sizeof stored) {
        size_t part = count - at < sizeof stored ? count - at : sizeof stored;
        status = ock_container_read(r->container, lane, offset + at, stored, part);
        if (status == OCK_OK && memcmp(stored, bytes + at, part) != 0) {
            status = ock_fail(OCK_BAD_DATA, "lane %" PRIu32 ": the transcript differs", lane);
        }
    }
    return status;
}

static ock_status compare_lane(ock_replay *r, uint32_t lane)
{
    size_t count = 1;
    ock_status status = ock_spool_rewind(r->spool, lane);
    while (status == OCK_OK && count > 0) {
        const uint8_t *bytes = NULL;
        uint64_t offset = 0;
        status = ock_spool_previous(r->spool, &offset, &bytes, &count);
        if (status == OCK_OK) {
            status = compare_bytes(r, lane, offset, bytes, count);
        }
    }
    return status;
}

/* Rank 0: the transcript made here is the file's, byte for byte. */
static ock_status compare_transcripts(ock_replay *r)
{
    ock_encode_result result;
    ock_status status = ock_encode_port_finish(r->encoder, &result);
    for (uint32_t lane = 0; lane < r->plan.map.lanes && status == OCK_OK; lane++) {
        status = result.lane_bytes[lane] == about(r)->lane_bytes[lane]
                     ? compare_lane(r, lane)
                     : ock_fail(OCK_BAD_DATA,
                                "lane %" PRIu32 ": the transcript has a different length", lane);
    }
    return status;
}

/* Rank 0, when the run went from the first step to the last: its product is the file's too. */
static ock_status compare_product(ock_replay *r)
{
    if (r->start > 0) {
        return OCK_OK;
    }
    return r->encoder != NULL ? compare_transcripts(r) : ock_decode_port_finish(r->decoder);
}

/* For the line of progress. */
static uint64_t transcript_bytes(void *context)
{
    const ock_replay *r = context;
    return r->decoder != NULL ? ock_decode_port_bytes_read(r->decoder) : ock_spool_total(r->spool);
}

static ock_status run(ock_replay *r)
{
    ock_status status = prepare(r);
    if (status != OCK_OK) {
        return status;
    }
    if (r->wish->visit.visit != NULL) {
        r->codec->stepped = visit;
        r->codec->stepped_context = r;
    }
    r->codec->marked = take_mark;
    r->codec->marked_context = r;
    status = ock_run_codec(r->run, r->codec, &r->port, transcript_bytes, r);
    if (is_root(r) && (status == OCK_BAD_DATA || status == OCK_INTERNAL)) {
        ock_report_line(r->run->report, OCK_REPORT_RESULT,
                        "ended at step %" PRIu64 "; last agreement: after step %" PRIu64,
                        ock_codec_step(r->codec), r->agreed);
    }
    if (status == OCK_OK) {
        status = ock_comm_agree(r->comm, is_root(r) ? compare_product(r) : OCK_OK);
    }
    return status;
}

ock_status ock_replay_run(const ock_run_settings *settings, const ock_replay_wish *wish)
{
    ock_replay r = {.run = settings, .wish = wish, .comm = settings->comm};
    ock_status status = run(&r);
    status = ock_run_blame(settings, status, r.input, r.corpus);
    ock_codec_free(r.codec);
    ock_encode_port_free(r.encoder);
    ock_decode_port_free(r.decoder);
    ock_spool_free(r.spool);
    ock_checkpoint_close(r.source);
    ock_container_close(r.container);
    ock_priors_close(r.priors);
    ock_input_close(r.corpus);
    ock_input_close(r.input);
    ock_condensed_clear(&r.condensed);
    free(r.record.list.bytes);
    free(r.readable);
    return status;
}

/* ---- the command ---- */

static ock_status report_state(void *context, ock_codec *codec)
{
    const ock_run_settings *settings = *(const ock_run_settings **)context;
    uint8_t digest[OCK_MARK_BYTES];
    char text[65];
    ock_status status = ock_codec_digest(codec, digest);
    if (status != OCK_OK || ock_comm_rank(settings->comm) != 0) {
        return status;
    }
    ock_run_log_digest(settings, "state", ock_codec_step(codec), digest);
    ock_digest_hex(digest, text);
    ock_report_line(settings->report, OCK_REPORT_RESULT, "state after step %" PRIu64 ": %s",
                    ock_codec_step(codec), text);
    return OCK_OK;
}

ock_status ock_audit_replay(const ock_run_settings *settings, const ock_replay_wish *wish,
                            bool each_step)
{
    ock_replay_wish whole = *wish;
    if (each_step) {
        whole.visit =
            (ock_replay_visit){wish->first_step, wish->last_step, report_state, &settings};
    }
    return ock_audit_verdict(settings->report, ock_replay_run(settings, &whole));
}
