/* SPDX-License-Identifier: MIT */
/* mdl.c - the mdl command: how long a description of the data a file is, with the program counted, and
 * where along the input the bits went.
 *
 *   L(data | program) = 8 bits for every byte of the file, less what no decoder needs (trace, digests of states).
 *                       Configuration and seed are counted: information could hide there.
 *   L(program)        = 8 bits for every byte that xz -9e makes of the linked sources, concatenated in the
 *                       order of their paths (program_length.cmake). Dependencies are named, not counted.
 *   L(prior)          = likewise of a file of the prior that is given with --prior, else 8 bits for each of its
 *                       bytes; nothing with --prior-known, for a receiver who has it anyway.
 *   a span's bits     = the integral of the training loss, in bits, over that part of the input: the
 *                       sum of -log2 p of its symbols, each predicted before it was learnt from. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/config_json.h"
#include "archive/plan_file.h"
#include "base/digest.h"
#include "cli/gnuplot.h"
#include "cli/messages.h"
#include "cli/print.h"
#include "cli/program_length.h"
#include "io/container/container.h"
#include "io/file/input.h"

static const char *const dependencies[] = {"MPI", "HDF5", "libsodium", "Jansson", "the C library"};
enum { DEPENDENCIES = sizeof dependencies / sizeof dependencies[0] };

/* One file. An input too short for a trace is a single span, its transcript. */
typedef struct description {
    const char *path;
    ock_input *input;
    ock_container *container;
    const ock_container_info *about;
    ock_plan plan;
    uint64_t data_bits, extra_bytes;
    uint64_t prior_bits; /* of all priors; 0 where the receiver has them */
    uint32_t spans;
    uint64_t whole_bits; /* of the single span */
} description;

static const uint64_t program_bits = 8 * (uint64_t)OCK_PROGRAM_XZ_BYTES;

static uint64_t span_begin(const description *d, uint32_t span)
{
    return (uint64_t)((unsigned __int128)d->about->input_bytes * span / d->spans);
}

static uint64_t span_bits(const description *d, uint32_t span)
{
    return d->about->trace_marks > 0 ? 8 * d->about->trace[span] : d->whole_bits;
}

/* Bits a byte; 0 for no bytes. */
static double per_byte(uint64_t bits, uint64_t bytes)
{
    return bytes > 0 ? (double)bits / (double)bytes : 0.0;
}

static double span_per_byte(const description *d, uint32_t span)
{
    return per_byte(span_bits(d, span), span_begin(d, span + 1) - span_begin(d, span));
}

static ock_status load(const char *path, description *d)
{
    d->path = path;
    ock_status status = ock_plan_open(path, &d->input, &d->container, &d->plan);
    if (status != OCK_OK) {
        return status;
    }
    d->about = ock_container_about(d->container);
    d->extra_bytes = ock_container_extra_bytes(d->container);
    d->data_bits = 8 * (ock_container_file_bytes(d->container) - d->extra_bytes);
    d->whole_bits = 8 * (ock_container_transcript_bytes(d->container) + d->about->repeats_bytes +
                         d->about->transforms_bytes + d->about->layouts_bytes);
    d->spans = d->about->trace_marks > 0 ? d->about->trace_marks : 1;
    return OCK_OK;
}

/* The file that describes prior `number` of d, or NULL. */
static const description *describing(const description *d, uint32_t number,
                                     const description *priors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (priors[i].about->input_bytes == d->plan.priors.of[number].bytes &&
            memcmp(priors[i].about->input_digest, d->plan.priors.of[number].digest,
                   OCK_DIGEST_BYTES) == 0) {
            return &priors[i];
        }
    }
    return NULL;
}

/* Counts d's priors, of which those in the list have a description of their own. */
static void count_priors(description *d, const description *priors, size_t count)
{
    for (uint32_t i = 0; i < d->plan.priors.count; i++) {
        const description *own = describing(d, i, priors, count);
        d->prior_bits += own != NULL ? own->data_bits : 8 * d->plan.priors.of[i].bytes;
    }
}

static uint64_t total_bits(const description *d)
{
    return d->data_bits + d->prior_bits;
}

/* A list of files has one code. */
static bool same_list(const ock_container_info *a, const ock_container_info *b)
{
    return (a->manifest == NULL) == (b->manifest == NULL) &&
           a->manifest_bytes == b->manifest_bytes &&
           (a->manifest == NULL || memcmp(a->manifest, b->manifest, a->manifest_bytes) == 0);
}

static bool same_input(const description *a, const description *b)
{
    return same_list(a->about, b->about) &&
           memcmp(a->about->input_digest, b->about->input_digest, OCK_DIGEST_BYTES) == 0 &&
           a->about->input_bytes == b->about->input_bytes && a->spans == b->spans;
}

static bool comparable(const description *all, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (!same_input(&all[0], &all[i])) {
            return false;
        }
    }
    return count > 1;
}

/* The file with the shortest description; of equals the first. */
static size_t best_of(const description *all, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        if (total_bits(&all[i]) < total_bits(&all[best])) {
            best = i;
        }
    }
    return best;
}

static size_t best_in_span(const description *all, size_t count, uint32_t span)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        if (span_bits(&all[i], span) < span_bits(&all[best], span)) {
            best = i;
        }
    }
    return best;
}

/* ---- text ---- */

static void print_one(const description *d)
{
    char digest[65];
    uint64_t input_bits = 8 * d->about->input_bytes, sum = total_bits(d) + program_bits;
    ock_digest_hex(d->about->input_digest, digest);
    ock_print_line(stdout, "%s: level %" PRIu32 ", %" PRIu64 " bytes of input, digest %s", d->path,
                   d->plan.level, d->about->input_bytes, digest);
    ock_print_line(stdout,
                   "  L(data | program) %12" PRIu64 " bits  (file %" PRIu64 " bytes less %" PRIu64
                   " of trace and digests)",
                   d->data_bits, ock_container_file_bytes(d->container), d->extra_bytes);
    if (d->plan.priors.count > 0) {
        ock_print_line(stdout, "  L(prior)          %12" PRIu64 " bits  (%" PRIu32 " file%s)",
                       d->prior_bits, d->plan.priors.count, d->plan.priors.count > 1 ? "s" : "");
    }
    ock_print_line(stdout, "  L(program)        %12" PRIu64 " bits  (xz -9e of %d source files%s)",
                   program_bits, OCK_PROGRAM_FILES,
                   program_bits == 0 ? ": UNKNOWN, built where there was no xz" : "");
    ock_print_line(stdout, "  sum               %12" PRIu64 " bits", sum);
    ock_print_line(stdout, "  ratio to input    %12.6f without the program, %.6f with it",
                   per_byte(total_bits(d), input_bits), per_byte(sum, input_bits));
    ock_print_line(stdout, "  %-24s %14s %10s %14s", "span of the input", "bits", "bits/byte",
                   "integral");
    uint64_t integral = 0;
    for (uint32_t s = 0; s < d->spans; s++) {
        char range[48];
        integral += span_bits(d, s);
        snprintf(range, sizeof range, "%" PRIu64 " - %" PRIu64, span_begin(d, s),
                 span_begin(d, s + 1));
        ock_print_line(stdout, "  %-24s %14" PRIu64 " %10.4f %14" PRIu64, range, span_bits(d, s),
                       span_per_byte(d, s), integral);
    }
}

/* Where file `index` is the best, behind its name. */
static ock_status print_won(const description *all, size_t count, size_t index)
{
    char *text = NULL;
    size_t bytes = 0;
    uint32_t won = 0;
    FILE *list = open_memstream(&text, &bytes);
    for (uint32_t s = 0; list != NULL && s < all[0].spans; s++) {
        if (best_in_span(all, count, s) == index) {
            fprintf(list, " %" PRIu64 "-%" PRIu64, span_begin(&all[0], s),
                    span_begin(&all[0], s + 1));
            won++;
        }
    }
    const bool good = list != NULL && fclose(list) == 0;
    if (good) {
        ock_print_line(stdout, "  best in these spans: %s:%s", all[index].path,
                       won == 0 ? " none" : text);
    }
    free(text);
    return good ? OCK_OK : ock_fail_memory(bytes, "the list of spans");
}

static ock_status print_comparison(const description *all, size_t count)
{
    size_t best = best_of(all, count);
    ock_status status = OCK_OK;
    ock_print_line(stdout, "the shortest description is %s", all[best].path);
    for (size_t i = 0; i < count; i++) {
        if (i != best) {
            ock_print_line(stdout, "  %" PRIu64 " bits less than %s",
                           total_bits(&all[i]) - total_bits(&all[best]), all[i].path);
        }
    }
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        status = print_won(all, count, i);
    }
    return status;
}

static void print_dependencies(void)
{
    char list[128];
    size_t length = 0;
    for (size_t i = 0; i < DEPENDENCIES; i++) {
        length += (size_t)snprintf(list + length, sizeof list - length, "%s %s", i > 0 ? "," : "",
                                   dependencies[i]);
    }
    ock_print_line(stdout, "not counted in L(program):%s", list);
}

static ock_status print_text(const description *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        print_one(&all[i]);
    }
    print_dependencies();
    if (comparable(all, count)) {
        return print_comparison(all, count);
    }
    if (count > 1) {
        ock_print_line(stdout, "not compared: these are not all of the same input");
    }
    return OCK_OK;
}

/* ---- JSON ---- */

static json_t *json_spans(const description *d)
{
    json_t *list = json_array();
    uint64_t integral = 0;
    for (uint32_t s = 0; s < d->spans; s++) {
        integral += span_bits(d, s);
        json_array_append_new(
            list,
            json_pack("{s:I, s:I, s:I, s:f, s:I}", "begin", (json_int_t)span_begin(d, s), "end",
                      (json_int_t)span_begin(d, s + 1), "bits", (json_int_t)span_bits(d, s),
                      "bits_per_byte", span_per_byte(d, s), "integral_bits", (json_int_t)integral));
    }
    return list;
}

static json_t *json_one(const description *d)
{
    char digest[65];
    uint64_t input_bits = 8 * d->about->input_bytes, sum = total_bits(d) + program_bits;
    ock_digest_hex(d->about->input_digest, digest);
    return json_pack("{s:o, s:I, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:o, s:o}", "file",
                     ock_log_text(d->path), "input_bytes", (json_int_t)d->about->input_bytes,
                     "input_digest", digest, "level", (int)d->plan.level, "file_bytes",
                     (json_int_t)ock_container_file_bytes(d->container), "extra_bytes",
                     (json_int_t)d->extra_bytes, "data_bits", (json_int_t)d->data_bits,
                     "prior_bits", (json_int_t)d->prior_bits, "sum_bits", (json_int_t)sum, "ratio",
                     per_byte(total_bits(d), input_bits), "ratio_with_program",
                     per_byte(sum, input_bits), "config", ock_config_json(&d->plan.config), "spans",
                     json_spans(d));
}

static json_t *json_comparison(const description *all, size_t count)
{
    if (!comparable(all, count)) {
        return json_null();
    }
    json_t *list = json_array();
    for (uint32_t s = 0; s < all[0].spans; s++) {
        json_array_append_new(list, json_integer((json_int_t)best_in_span(all, count, s)));
    }
    return json_pack("{s:I, s:o}", "best", (json_int_t)best_of(all, count), "best_in_span", list);
}

static ock_status print_json(const description *all, size_t count)
{
    json_t *files = json_array(), *apart = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(files, json_one(&all[i]));
    }
    for (size_t i = 0; i < DEPENDENCIES; i++) {
        json_array_append_new(apart, json_string(dependencies[i]));
    }
    json_t *object =
        json_pack("{s:{s:I, s:i, s:i, s:s, s:o}, s:o, s:o}", "program", "bits",
                  (json_int_t)program_bits, "source_files", OCK_PROGRAM_FILES, "source_bytes",
                  OCK_PROGRAM_BYTES, "source_sha256", OCK_PROGRAM_SHA256, "not_counted", apart,
                  "files", files, "comparison", json_comparison(all, count));
    return ock_print_json(object);
}

/* ---- plot ---- */

/* A string of gnuplot: in single quotes, in which only those are doubled. */
static void put_quoted(FILE *to, const char *text)
{
    fputc('\'', to);
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputc('\'', to);
        }
        fputc(*text == '\n' ? ' ' : *text, to);
    }
    fputc('\'', to);
}

typedef struct curves {
    const description *all;
    size_t count;
} curves;

/* Steps of bits per byte, a curve a file. */
static void write_plot(void *context, FILE *to)
{
    const curves *drawn = context;
    const description *all = drawn->all;
    const size_t count = drawn->count;
    fprintf(to, "set terminal svg size 900,500\nset xlabel 'byte of the input'\nset ylabel 'bits "
                "per byte'\nset yrange [0:*]\n"
                "set grid\nplot ");
    for (size_t i = 0; i < count; i++) {
        fprintf(to, "%s'-' with steps linewidth 2 title ", i > 0 ? ", " : "");
        put_quoted(to, all[i].path);
        fprintf(to, " noenhanced");
    }
    fputc('\n', to);
    for (size_t i = 0; i < count; i++) {
        for (uint32_t s = 0; s <= all[i].spans; s++) {
            fprintf(to, "%" PRIu64 " %.6f\n", span_begin(&all[i], s),
                    span_per_byte(&all[i], s < all[i].spans ? s : s - 1));
        }
        fprintf(to, "e\n");
    }
}

static ock_status load_all(const char *const *paths, size_t count, description *all)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        status = load(paths[i], &all[i]);
    }
    return status;
}

/* The plot gets its name when everything else is done: then nothing can fail any more. */
static ock_status tell(const ock_options *options, const description *all, size_t count)
{
    const ock_report report = ock_messages(&options->verbosity);
    ock_output *drawn = NULL;
    ock_status status = OCK_OK;
    if (options->plot != NULL) {
        status =
            ock_gnuplot(options->plot, options->force, write_plot, &(curves){all, count}, &drawn);
    }
    if (status == OCK_OK) {
        status = options->json ? print_json(all, count) : print_text(all, count);
    }
    status = ock_messages_end(status);
    if (status == OCK_OK && drawn != NULL) {
        ock_output_report_to(drawn, &report);
        return ock_output_commit(drawn);
    }
    ock_output_discard(drawn);
    return status;
}

ock_status ock_mdl(const ock_options *options)
{
    size_t count = options->operand_count, priors = options->prior_count;
    description *all = calloc(count + priors, sizeof *all), *of_priors = all + count;
    if (all == NULL) {
        return ock_fail_memory((count + priors) * sizeof *all, "the description lengths");
    }
    ock_status status = load_all(options->operands, count, all);
    if (status == OCK_OK) {
        status = load_all(options->priors, priors, of_priors);
    }
    for (size_t i = 0; i < priors && status == OCK_OK; i++) {
        if (of_priors[i].plan.priors.count > 0) {
            status = ock_fail(OCK_ENVIRONMENT, "%s: has a prior itself", of_priors[i].path);
        }
    }
    for (size_t i = 0; i < count && status == OCK_OK && !options->prior_known; i++) {
        count_priors(&all[i], of_priors, priors);
    }
    if (status == OCK_OK) {
        status = tell(options, all, count);
    }
    for (size_t i = 0; i < count + priors; i++) {
        ock_container_close(all[i].container);
        ock_input_close(all[i].input);
    }
    free(all);
    return status;
}
