/* compress.c - the compress command: from an input to a verified .ock file. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/corpus.h"
#include "archive/keeper.h"
#include "archive/manifest_code.h"
#include "archive/plan_file.h"
#include "archive/prior.h"
#include "base/digest.h"
#include "cli/progress.h"
#include "codec/codec.h"
#include "codec/port_encode.h"
#include "io/container/container.h"
#include "io/file/input.h"
#include "io/file/output.h"
#include "io/file/spool.h"
#include "io/tree/manifest.h"
#include "numeric/fpenv.h"

/* Everything a run acquires; freed in one place. */
typedef struct compression {
    const ock_session *session;
    ock_comm *comm;
    ock_plan plan;
    ock_input *input;      /* NULL where this rank cannot read it */
    ock_manifest manifest; /* of a tree: the list of its files; else without bytes */
    uint8_t *readable;     /* (ranks) */
    ock_priors *priors;    /* rank 0 */
    ock_output *output;    /* rank 0; with a keeper only while the file is written */
    ock_keeper *keeper;    /* NULL without --checkpoint */
    ock_spool *spool;      /* rank 0 */
    ock_encode_port *port;
    ock_codec *codec;
    ock_container_info info; /* rank 0 */
    uint64_t file_bytes;     /* rank 0, once written */
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

static ock_status open_spool(compression *c)
{
    if (c->keeper == NULL) {
        return ock_spool_new(NULL, c->plan.map.lanes, &c->spool);
    }
    return ock_spool_open(ock_keeper_file(c->keeper, "transcript"), c->plan.map.lanes, &c->spool);
}

static ock_status make_plan(compression *c)
{
    const ock_options *o = c->session->options;
    ock_wishes wishes = o->wishes;
    ock_status status = ock_priors_open(o->priors, o->prior_count, &c->priors);
    if (status != OCK_OK) {
        return status;
    }
    ock_priors_name(c->priors, &wishes.priors);
    return ock_plan_make(ock_input_bytes(c->input), &wishes, &c->plan);
}

/* Rank 0 opens input and output and decides the plan; everyone gets it. */
static ock_status agree_on_plan(compression *c)
{
    const ock_options *o = c->session->options;
    ock_status status = OCK_OK;
    if (is_root(c)) {
        status = ock_corpus_open(o, &c->manifest, &c->input);
        if (status == OCK_OK) {
            status = prepare_output(c);
        }
        if (status == OCK_OK) {
            status = make_plan(c);
        }
        if (status == OCK_OK) {
            status = open_spool(c);
        }
    }
    status = ock_comm_agree(c->comm, status);
    if (status == OCK_OK) {
        status = ock_comm_bcast(c->comm, &c->plan, sizeof c->plan);
    }
    return status != OCK_OK ? status : ock_corpus_share(c->comm, &c->manifest);
}

/* Another rank tries the input by its name; where it fails, or finds another length, rank 0 reads for
 * it. Of a tree it tries what lies in its own lanes. */
static void reopen_input(compression *c)
{
    const ock_options *o = c->session->options;
    const ock_lane_map *map = &c->plan.map;
    ock_range lanes = ock_share_of(map, ock_comm_size(c->comm), ock_comm_rank(c->comm)).lanes;
    if (c->manifest.bytes != NULL) {
        ock_corpus_reopen(o, &c->manifest, ock_lane_begin(map, (uint32_t)lanes.begin),
                          ock_lane_begin(map, (uint32_t)lanes.end), &c->input);
    } else if (strcmp(o->input, "-") == 0) {
        return;
    } else if (ock_input_open(o->input, &c->input) != OCK_OK) {
        ock_error_clear();
    } else if (ock_input_bytes(c->input) != map->input_bytes) {
        ock_input_close(c->input);
        c->input = NULL;
    }
}

/* Who can read the input. */
static ock_status find_readers(compression *c)
{
    int rank = ock_comm_rank(c->comm), ranks = ock_comm_size(c->comm);
    size_t *layout = calloc(2 * (size_t)ranks, sizeof *layout);
    c->readable = calloc((size_t)ranks, 1);
    ock_status status = OCK_OK;
    if (layout == NULL || c->readable == NULL) {
        status = ock_fail_memory((size_t)ranks, "the list of ranks");
    }
    status = ock_comm_agree(c->comm, status);
    if (status != OCK_OK) {
        goto done;
    }
    if (rank != 0) {
        reopen_input(c);
    }
    c->readable[rank] = c->input != NULL;
    for (int r = 0; r < ranks; r++) {
        layout[r] = 1;
        layout[ranks + r] = (size_t)r;
    }
    status = ock_comm_allgather(c->comm, c->readable, layout, layout + ranks);
done:
    free(layout);
    return status;
}

/* Rank 0 reads the input once, in order: the digest of the whole and of each lane. */
static ock_status digest_input(compression *c)
{
    enum { BLOCK = 1 << 16 };
    const ock_lane_map *map = &c->plan.map;
    uint8_t *block = malloc(BLOCK);
    ock_digest *whole = aligned_alloc(64, 3 * sizeof(ock_digest));
    ock_status status = OCK_OK;
    if (block == NULL || whole == NULL) {
        status = ock_fail_memory(BLOCK, "reading the input");
        goto done;
    }
    ock_digest *lane_digest = whole + 1, *root = whole + 2;
    ock_digest_start(whole);
    ock_digest_start(root);
    for (uint32_t lane = 0; lane < map->lanes && status == OCK_OK; lane++) {
        uint64_t at = ock_lane_begin(map, lane), end = ock_lane_begin(map, lane + 1);
        ock_digest_start(lane_digest);
        while (at < end && status == OCK_OK) {
            size_t count = end - at < BLOCK ? (size_t)(end - at) : BLOCK;
            status = ock_input_read(c->input, at, block, count);
            ock_digest_update(whole, block, count);
            ock_digest_update(lane_digest, block, count);
            at += count;
            ock_comm_progress(c->comm);
        }
        ock_digest_finish(lane_digest, c->info.lane_digests[lane]);
        ock_digest_update(root, c->info.lane_digests[lane], OCK_DIGEST_BYTES);
    }
    ock_digest_finish(whole, c->info.input_digest);
    ock_digest_finish(root, c->info.root_digest);
done:
    free(whole);
    free(block);
    return status;
}

static ock_status encode_manifest(compression *c)
{
    ock_manifest value;
    if (c->manifest.bytes == NULL) {
        return OCK_OK;
    }
    ock_status status =
        ock_manifest_encode(c->session->memory, c->session->kernels, &c->manifest, &value);
    c->info.manifest = value.bytes;
    c->info.manifest_bytes = value.count;
    return status;
}

static ock_status begin_info(compression *c)
{
    ock_container_info *info = &c->info;
    const ock_lane_map *map = &c->plan.map;
    info->contract = OCK_CONTRACT_VERSION;
    info->lane_digests = calloc(map->lanes, OCK_DIGEST_BYTES);
    info->lane_bytes = calloc(map->lanes, sizeof *info->lane_bytes);
    info->trace = calloc(OCK_TRACE_MAX_MARKS, sizeof *info->trace);
    info->marks = calloc(ock_plan_marks(&c->plan) + 1, sizeof *info->marks);
    if (info->lane_digests == NULL || info->lane_bytes == NULL || info->trace == NULL ||
        info->marks == NULL) {
        return ock_fail_memory((size_t)map->lanes * OCK_DIGEST_BYTES, "the file's description");
    }
    ock_status status = ock_plan_store(&c->plan, info);
    if (status == OCK_OK) {
        status = encode_manifest(c);
    }
    return status != OCK_OK ? status : digest_input(c);
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
    char digest[65], list[65], subject[192];
    if (c->keeper == NULL) {
        return OCK_OK;
    }
    ock_digest_hex(c->info.input_digest, digest);
    ock_corpus_digest(&c->manifest, list);
    snprintf(subject, sizeof subject, "input_blake2b=%s\n%s%s%s", digest,
             c->manifest.bytes != NULL ? "manifest_blake2b=" : "",
             c->manifest.bytes != NULL ? list : "", c->manifest.bytes != NULL ? "\n" : "");
    return ock_keeper_start(c->keeper, c->codec, calls, subject);
}

static ock_status log_mark(void *context, const ock_mark *mark)
{
    const compression *c = context;
    ock_session_log_digest(c->session, "mark", mark->step, mark->digest);
    return OCK_OK;
}

static ock_status encode(compression *c)
{
    ock_progress progress;
    ock_status status = ock_encode_port_new(&c->plan, c->comm, c->session->memory, c->input,
                                            c->readable, c->spool, &c->port);
    status = ock_comm_agree(c->comm, status);
    if (status == OCK_OK) {
        status =
            ock_codec_new(c->comm, c->session->memory, c->session->kernels, &c->plan, &c->codec);
    }
    if (status != OCK_OK) {
        return status;
    }
    ock_port calls = ock_encode_port_calls(c->port);
    status = keep(c, &calls);
    if (status == OCK_OK && c->codec->position == 0) {
        status = ock_priors_study(c->priors, c->codec);
    }
    if (status != OCK_OK) {
        return status;
    }
    if (is_root(c)) {
        ock_progress_start(&progress, c->session, spool_total, c);
        progress.before = ock_codec_symbols_done(c->codec);
        c->codec->report = ock_progress_report;
        c->codec->report_context = &progress;
    }
    c->codec->marked = log_mark;
    c->codec->marked_context = c;
    status = ock_codec_run(c->codec, &calls);
    if (is_root(c)) {
        ock_progress_end(&progress);
    }
    return status;
}

/* From 1/256 bit to the nearest byte. */
static void take_trace(const ock_encode_result *result, ock_container_info *info)
{
    enum { UNITS = 256 * 8 };
    info->trace_marks = result->trace_marks;
    for (uint32_t i = 0; i < result->trace_marks; i++) {
        info->trace[i] = (result->trace[i] + UNITS / 2) / UNITS;
    }
}

/* Rank 0: what was coded must be what was digested at the start; then the file is written, under its
 * temporary name. */
static ock_status write_file(compression *c)
{
    ock_encode_result result;
    ock_container_info *info = &c->info;
    const ock_options *o = c->session->options;
    ock_status status = ock_encode_port_finish(c->port, &result);
    if (status == OCK_OK) {
        status = ock_input_check_unchanged(c->input);
    }
    if (status != OCK_OK) {
        return status;
    }
    for (uint32_t lane = 0; lane < info->lanes; lane++) {
        if (memcmp(result.lane_digests[lane], info->lane_digests[lane], OCK_DIGEST_BYTES) != 0) {
            return ock_fail(OCK_ENVIRONMENT,
                            "%s: changed while it was read, or differs between ranks (lane %" PRIu32
                            ")",
                            o->input, lane);
        }
    }
    if (c->output == NULL) {
        status = ock_output_create(o->output, o->force, &c->output);
    }
    if (status != OCK_OK) {
        return status;
    }
    memcpy(info->lane_bytes, result.lane_bytes, info->lanes * sizeof *info->lane_bytes);
    take_trace(&result, info);
    memcpy(info->marks, c->codec->chain.digests, info->mark_count * sizeof *info->marks);
    return ock_container_write(ock_output_temporary(c->output), info, c->spool, &c->file_bytes);
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
    return ock_verify(c->session, is_root(c) ? ock_output_temporary(c->output) : NULL);
}

/* Rank 0: the file gets its name. */
static ock_status commit(compression *c)
{
    ock_output_copy_attributes(c->output, c->input);
    ock_status status = ock_output_commit(c->output);
    c->output = NULL;
    if (status == OCK_OK) {
        ock_keeper_done(c->keeper);
    }
    return status;
}

static ock_status tell(const compression *c, double seconds)
{
    uint64_t in = c->plan.map.input_bytes, out = c->file_bytes;
    double bits = in > 0 ? 8.0 * (double)out / (double)in : 0.0;
    if (c->session->options->verbosity >= 0) {
        fprintf(stderr,
                "ockham: %s: %" PRIu64 " -> %" PRIu64 " bytes, %.3f bits/byte, %.1f KB/s%s\n",
                c->session->options->input, in, out, bits, (double)in / seconds / 1000.0,
                c->session->options->verify ? ", verified" : "");
    }
    return ock_log_write(c->session->log, "end",
                         json_pack("{s:I, s:I, s:f, s:f}", "input_bytes", (json_int_t)in,
                                   "file_bytes", (json_int_t)out, "bits_per_byte", bits, "seconds",
                                   seconds));
}

static ock_status run(compression *c)
{
    ock_progress clock;
    ock_progress_start(&clock, c->session, NULL, NULL);
    ock_status status = ock_keeper_open(c->session, &c->keeper);
    if (status == OCK_OK) {
        status = agree_on_plan(c);
    }
    if (status == OCK_OK) {
        status = find_readers(c);
    }
    if (status != OCK_OK) {
        return status;
    }
    status = is_root(c) ? begin_info(c) : OCK_OK;
    if (status == OCK_OK) {
        status = ock_fpenv_check("reading the input");
    }
    if (status == OCK_OK) {
        status = ock_session_begin(c->session, &c->plan);
    }
    status = ock_comm_agree(c->comm, status);
    if (status == OCK_OK) {
        status = encode(c);
    }
    if (status != OCK_OK) {
        return status;
    }
    status = ock_comm_agree(c->comm, is_root(c) ? write_file(c) : OCK_OK);
    if (status == OCK_OK) {
        status = verify(c);
    }
    if (status != OCK_OK) {
        return status;
    }
    if (is_root(c)) {
        status = commit(c);
    }
    if (is_root(c) && status == OCK_OK) {
        status = tell(c, ock_progress_end(&clock));
    }
    return ock_comm_agree(c->comm, status);
}

ock_status ock_compress(const ock_session *session)
{
    compression c = {.session = session, .comm = session->comm};
    ock_status status = run(&c);
    ock_codec_free(c.codec);
    ock_encode_port_free(c.port);
    ock_spool_free(c.spool);
    ock_keeper_close(c.keeper);
    ock_priors_close(c.priors);
    ock_output_discard(c.output);
    ock_input_close(c.input);
    ock_container_info_clear(&c.info);
    free(c.manifest.bytes);
    free(c.readable);
    return status;
}
