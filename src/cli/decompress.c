/* SPDX-License-Identifier: MIT */
/* decompress.c - the decompress and test commands: from an .ock file to verified output. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/corpus.h"
#include "archive/ends.h"
#include "archive/keeper.h"
#include "archive/plan_file.h"
#include "archive/run.h"
#include "base/clock.h"
#include "base/digest.h"
#include "io/file/output.h"
#include "io/tree/manifest.h"
#include "io/tree/tree_output.h"
#include "numeric/fpenv.h"

/* Everything a run acquires; freed in one place. */
typedef struct decompression {
    const ock_session *session;
    const ock_run_settings *run;
    ock_comm *comm;
    double started; /* seconds, monotonic clock */
    ock_coding of;
    ock_input *input;      /* rank 0: the file, spooled when it is standard input */
    ock_output *output;    /* rank 0; for test nameless, or NULL: not needed */
    ock_manifest manifest; /* rank 0: the list of a corpus; else without bytes */
    ock_keeper *keeper;    /* NULL without --checkpoint */
    ock_output *growing;   /* rank 0: the whole output so far, where `output` comes at the end */
    uint8_t file_digest[OCK_DIGEST_BYTES]; /* rank 0, with a keeper: of the compressed file */
} decompression;

static bool is_root(const decompression *d)
{
    return ock_comm_rank(d->comm) == 0;
}

/* One file of a tree, for --extract. */
static ock_status create_extract(decompression *d)
{
    const ock_options *o = d->session->options;
    ock_corpus_file file;
    if (d->manifest.bytes == NULL) {
        return ock_fail(OCK_ENVIRONMENT, "%s: contains one file and no list of files", o->input);
    }
    ock_status status = ock_corpus_find(&d->manifest, o->input, o->extract, &file);
    if (status != OCK_OK) {
        return status;
    }
    return ock_output_create_part(o->output, o->force,
                                  file.program ? OCK_ACCESS_PROGRAM : OCK_ACCESS_USUAL, file.begin,
                                  file.end, &d->output);
}

static ock_status create_output(decompression *d)
{
    const ock_options *o = d->session->options;
    if (o->extract != NULL) {
        return create_extract(d);
    }
    if (d->manifest.bytes == NULL) {
        return ock_output_create(o->output, o->force, &d->output);
    }
    if (strcmp(o->output, "-") == 0) {
        return ock_fail(OCK_ENVIRONMENT,
                        "%s: contains a directory, which cannot be written to standard output: "
                        "give -o DIRECTORY",
                        o->input);
    }
    return ock_tree_output_create(o->output, o->force, &d->manifest, &d->output);
}

/* The output comes at the end: that it could be made is known, and nothing is left of it. */
static ock_status put_off_output(decompression *d)
{
    ock_output_discard(d->output);
    d->output = NULL;
    if (d->keeper == NULL) {
        return ock_output_open_scratch(&d->growing);
    }
    ock_status status = ock_keeper_open_output(d->keeper, &d->growing);
    return status != OCK_OK ? status : ock_input_digest(d->input, d->file_digest);
}

/* A run that is kept writes into its folder until it is over; what one file of a tree repeats may lie in another, and
 * what is rewritten needs room where it was. The test command needs all of the output, for the digest of the whole, where that is not a lane's. */
static ock_status prepare_output(decompression *d)
{
    const ock_options *o = d->session->options;
    const bool other = ock_condensed_differs(&d->of.condensed);
    ock_status status = OCK_OK;
    if (o->output != NULL) {
        status = create_output(d);
    } else if (d->keeper == NULL && (d->of.plan.map.lanes > 1 || other)) {
        status = ock_output_open_scratch(&d->output);
    }
    const bool later = d->keeper != NULL || (o->extract != NULL && other);
    return status != OCK_OK || !later ? status : put_off_output(d);
}

/* Rank 0: the open file, what it says of the run, and what must be known before. */
static ock_status open_container(decompression *d, ock_open_file file)
{
    const char *name = d->run->input;
    ock_manifest_totals totals;
    ock_status status = ock_container_open_file(&file, OCK_CONTRACT_VERSION, &d->of.container);
    if (status == OCK_OK) {
        status = ock_plan_load(ock_container_about(d->of.container), &d->of.plan);
    }
    if (status == OCK_OK) {
        status = ock_corpus_load(d->run->memory, d->run->kernels, d->of.container, name,
                                 &d->manifest, &totals);
    }
    return status != OCK_OK ? status
                            : ock_begin_decoding(d->run, d->of.container, &d->of.plan, name,
                                                 &d->of.condensed, &d->of.priors);
}

static ock_status open_file(decompression *d)
{
    ock_status status = ock_input_open(d->run->input, &d->input);
    if (status == OCK_OK) {
        status = open_container(d, ock_input_file(d->input));
    }
    return status != OCK_OK ? status : prepare_output(d);
}

/* Checkpoints, if wanted: the run goes on from one, or begins and makes them. */
static ock_status keep(void *context, ock_codec *codec, const ock_port *calls)
{
    const decompression *d = context;
    if (d->keeper == NULL) {
        return OCK_OK;
    }
    const ock_run_subject subject = ock_run_decodes(d->file_digest);
    return ock_keeper_start(d->keeper, codec, calls, &subject);
}

static ock_status decode(decompression *d)
{
    ock_output *written = d->growing != NULL ? d->growing : d->output;
    const ock_target output = ock_output_target(written);
    return ock_run_decode(&d->of, written != NULL ? &output : NULL);
}

/* A run that is kept goes on from what it has kept: where restoring would spoil that, it is done with a copy. */
static ock_status leave_kept(decompression *d)
{
    ock_output *copy = NULL;
    if (d->keeper == NULL || !ock_condensed_is_rewritten(&d->of.condensed)) {
        return OCK_OK;
    }
    ock_status status = ock_output_open_scratch(&copy);
    if (status == OCK_OK) {
        ock_condensed twin = d->of.condensed; /* the same lists, for both are used at once */
        const ock_target whole[2] = {ock_output_target(d->growing), ock_output_target(copy)};
        const ock_target from = ock_condensed_target(&d->of.condensed, &whole[0]);
        const ock_target to = ock_condensed_target(&twin, &whole[1]);
        status =
            ock_source_copy(&(ock_source){from.read_at, from.context}, d->of.plan.map.bytes, &to);
    }
    ock_output_discard(d->growing);
    d->growing = copy;
    return status;
}

/* Rank 0: all that the lanes have is written; what is not the input yet is restored. */
static ock_status complete(decompression *d)
{
    ock_status status = ock_decode_port_finish(d->of.decoder);
    if (status == OCK_OK) {
        status = leave_kept(d);
    }
    const ock_target whole = ock_output_target(d->growing != NULL ? d->growing : d->output);
    return status != OCK_OK ? status : ock_run_restore(&d->of, &whole);
}

/* Rank 0: the whole output, read back from where it was written. */
static ock_status check_output(const decompression *d, ock_output *output)
{
    const ock_source written = ock_output_source(output);
    return ock_end_output(d->of.container, d->run->input, &written);
}

/* The output grew elsewhere: it is copied to where its name will be. */
static ock_status copy_growing(decompression *d)
{
    ock_status status = create_output(d);
    if (status != OCK_OK) {
        return status;
    }
    const ock_source from = ock_output_source(d->growing);
    const ock_target to = ock_output_target(d->output);
    return ock_source_copy(&from, d->of.plan.input_bytes, &to);
}

static ock_status write_file(decompression *d)
{
    const bool test = d->session->options->output == NULL;
    ock_status status = complete(d);
    if (status == OCK_OK && d->growing != NULL && !test) {
        status = copy_growing(d);
    }
    const bool part = d->session->options->extract != NULL;
    /* Of a part alone the lanes' digests must do. */
    ock_output *written = part || d->output == NULL ? d->growing : d->output;
    if (status == OCK_OK && written != NULL) {
        status = check_output(d, written);
    }
    if (status != OCK_OK || test) {
        return status;
    }
    if (!part) {
        ock_output_copy_attributes(d->output, d->input);
    }
    ock_output_report_to(d->output, d->run->report);
    status = ock_output_commit(d->output); /* what goes wrong from then on is a warning */
    d->output = NULL;
    return status;
}

static void tell(const decompression *d)
{
    uint64_t out = d->of.plan.input_bytes, in = ock_container_file_bytes(d->of.container);
    double seconds = ock_clock_seconds() - d->started;
    bool test = d->session->options->command == OCK_COMMAND_TEST;
    ock_report_line(d->run->report, OCK_REPORT_NOTE,
                    "%s: %s%" PRIu64 " -> %" PRIu64 " bytes, %.1f KB/s", d->run->input,
                    test ? "good, " : "", in, out, (double)out / seconds / 1000.0);
    ock_run_log_end(d->run, json_pack("{s:I, s:I, s:f}", "file_bytes", (json_int_t)in,
                                      "output_bytes", (json_int_t)out, "seconds", seconds));
}

static void begin(decompression *d, const ock_session *session)
{
    *d = (decompression){.session = session,
                         .run = &session->run,
                         .comm = session->run.comm,
                         .started = ock_clock_seconds(),
                         .of = {.run = &session->run, .before = keep, .context = d}};
}

static void release(decompression *d)
{
    ock_coding_clear(&d->of);
    ock_output_discard(d->output);
    ock_output_discard(d->growing);
    ock_keeper_close(d->keeper);
    free(d->manifest.bytes);
    ock_input_close(d->input);
}

/* ---- the story of a run: each part is collective, and agrees on failures ---- */

static ock_status open_keeper(decompression *d)
{
    return ock_keeper_open(d->run, &d->session->keeping, &d->keeper);
}

static ock_status agree_on_plan(decompression *d)
{
    ock_status status = is_root(d) ? open_file(d) : OCK_OK;
    if (status == OCK_OK) {
        status = ock_fpenv_check("reading the file");
    }
    if (status == OCK_OK) {
        status = ock_run_begin(d->run, &d->of.plan);
    }
    return ock_run_share_plan(d->comm, status, &d->of.plan);
}

static ock_status publish(decompression *d)
{
    ock_status status = is_root(d) ? write_file(d) : OCK_OK;
    if (is_root(d) && status == OCK_OK) {
        ock_keeper_done(d->keeper);
        tell(d);
    }
    return ock_run_agree_on_end(d->run, status);
}

static ock_status run(decompression *d)
{
    static ock_status (*const parts[])(decompression *) = {open_keeper, agree_on_plan, decode,
                                                           publish};
    ock_status status = OCK_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == OCK_OK; i++) {
        status = parts[i](d);
    }
    return status;
}

ock_status ock_decompress(const ock_session *session)
{
    decompression d;
    begin(&d, session);
    ock_status status = run(&d);
    status = ock_run_blame(d.run, status, d.input, NULL);
    release(&d);
    return status;
}

/* ---- compress --verify ---- */

/* Rank 0. The lanes' digests are those of the input where they have that. */
static ock_status open_written(decompression *d, const ock_output *written)
{
    ock_status status = open_container(d, ock_output_file(written));
    if (status == OCK_OK && ock_condensed_differs(&d->of.condensed)) {
        status = ock_output_open_scratch(&d->output);
    }
    return status;
}

/* Rank 0. */
static ock_status check_written(decompression *d)
{
    ock_status status = complete(d);
    return status != OCK_OK || d->output == NULL ? status : check_output(d, d->output);
}

static ock_status decode_written(decompression *d, const ock_output *written)
{
    ock_status status =
        ock_run_share_plan(d->comm, is_root(d) ? open_written(d, written) : OCK_OK, &d->of.plan);
    if (status == OCK_OK) {
        status = decode(d);
    }
    if (status != OCK_OK) {
        return status;
    }
    return ock_comm_agree(d->comm, is_root(d) ? check_written(d) : OCK_OK);
}

ock_status ock_verify(const ock_session *session, const ock_output *written, ock_priors *priors)
{
    decompression d;
    begin(&d, session);
    d.of.priors = priors; /* opened once: a pipe is read only once */
    ock_status status = decode_written(&d, written);
    d.of.priors = NULL;
    release(&d);
    return status == OCK_BAD_DATA ? OCK_INTERNAL : status; /* our own file: the message stands */
}
