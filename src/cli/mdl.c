/* SPDX-License-Identifier: MIT */
/* mdl.c - the mdl command: how long a description of the data a file is, with the program counted, and
 * where along the input the bits went (measure/lengths.h).
 *
 *   L(program)        = 8 bits for every byte that xz -9e makes of the linked sources without their comments,
 *                       concatenated in the order of their paths (program_length.cmake). Dependencies are named,
 *                       not counted. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/config_json.h"
#include "base/digest.h"
#include "cli/mdl_page.h"
#include "cli/messages.h"
#include "cli/plot.h"
#include "cli/print.h"
#include "cli/program_length.h"
#include "cli/side_file.h"
#include "io/container/container.h"
#include "measure/lengths.h"

static const char *const dependencies[] = {"MPI", "HDF5", "libsodium", "Jansson", "the C library"};
enum { DEPENDENCIES = sizeof dependencies / sizeof dependencies[0] };

static const uint64_t program_bits = 8 * (uint64_t)OCK_PROGRAM_XZ_BYTES;

/* ---- text ---- */

static void print_one(const ock_length *d)
{
    char digest[65];
    uint64_t input_bits = 8 * d->about->input_bytes, sum = ock_length_bits(d) + program_bits;
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
    ock_print_line(stdout,
                   "  L(program)        %12" PRIu64
                   " bits  (xz -9e of %d source files without comments%s)",
                   program_bits, OCK_PROGRAM_FILES,
                   program_bits == 0 ? ": UNKNOWN, built where there was no xz or awk" : "");
    ock_print_line(stdout, "  sum               %12" PRIu64 " bits", sum);
    ock_print_line(stdout, "  ratio to input    %12.6f without the program, %.6f with it",
                   ock_bits_per_byte(ock_length_bits(d), input_bits),
                   ock_bits_per_byte(sum, input_bits));
    ock_print_line(stdout, "  %-24s %14s %10s %14s", "span of the input", "bits", "bits/byte",
                   "integral");
    uint64_t integral = 0;
    for (uint32_t s = 0; s < d->spans; s++) {
        char range[48];
        integral += ock_length_span_bits(d, s);
        snprintf(range, sizeof range, "%" PRIu64 " - %" PRIu64, ock_length_span_begin(d, s),
                 ock_length_span_begin(d, s + 1));
        ock_print_line(stdout, "  %-24s %14" PRIu64 " %10.4f %14" PRIu64, range,
                       ock_length_span_bits(d, s), ock_length_span_per_byte(d, s), integral);
    }
}

/* Where file `index` is the best, behind its name. */
static ock_status print_won(const ock_length *all, size_t count, size_t index)
{
    char *text = NULL;
    size_t bytes = 0;
    uint32_t won = 0;
    FILE *list = open_memstream(&text, &bytes);
    for (uint32_t s = 0; list != NULL && s < all[0].spans; s++) {
        if (ock_lengths_best_in_span(all, count, s) == index) {
            fprintf(list, " %" PRIu64 "-%" PRIu64, ock_length_span_begin(&all[0], s),
                    ock_length_span_begin(&all[0], s + 1));
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

static ock_status print_comparison(const ock_length *all, size_t count)
{
    size_t best = ock_lengths_best(all, count);
    ock_status status = OCK_OK;
    ock_print_line(stdout, "the shortest description is %s", all[best].path);
    for (size_t i = 0; i < count; i++) {
        if (i != best) {
            ock_print_line(stdout, "  %" PRIu64 " bits less than %s",
                           ock_length_bits(&all[i]) - ock_length_bits(&all[best]), all[i].path);
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

static ock_status print_text(const ock_length *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        print_one(&all[i]);
    }
    print_dependencies();
    if (ock_lengths_comparable(all, count)) {
        return print_comparison(all, count);
    }
    if (count > 1) {
        ock_print_line(stdout, "not compared: these are not all of the same input");
    }
    return OCK_OK;
}

/* ---- JSON ---- */

static json_t *json_spans(const ock_length *d)
{
    json_t *list = json_array();
    uint64_t integral = 0;
    for (uint32_t s = 0; s < d->spans; s++) {
        integral += ock_length_span_bits(d, s);
        json_array_append_new(list, json_pack("{s:I, s:I, s:I, s:f, s:I}", "begin",
                                              (json_int_t)ock_length_span_begin(d, s), "end",
                                              (json_int_t)ock_length_span_begin(d, s + 1), "bits",
                                              (json_int_t)ock_length_span_bits(d, s),
                                              "bits_per_byte", ock_length_span_per_byte(d, s),
                                              "integral_bits", (json_int_t)integral));
    }
    return list;
}

static json_t *json_one(const ock_length *d)
{
    char digest[65];
    uint64_t input_bits = 8 * d->about->input_bytes, sum = ock_length_bits(d) + program_bits;
    ock_digest_hex(d->about->input_digest, digest);
    return json_pack("{s:o, s:I, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:o, s:o}", "file",
                     ock_log_text(d->path), "input_bytes", (json_int_t)d->about->input_bytes,
                     "input_digest", digest, "level", (int)d->plan.level, "file_bytes",
                     (json_int_t)ock_container_file_bytes(d->container), "extra_bytes",
                     (json_int_t)d->extra_bytes, "data_bits", (json_int_t)d->data_bits,
                     "prior_bits", (json_int_t)d->prior_bits, "sum_bits", (json_int_t)sum, "ratio",
                     ock_bits_per_byte(ock_length_bits(d), input_bits), "ratio_with_program",
                     ock_bits_per_byte(sum, input_bits), "config", ock_config_json(&d->plan.config),
                     "spans", json_spans(d));
}

static json_t *json_comparison(const ock_length *all, size_t count)
{
    if (!ock_lengths_comparable(all, count)) {
        return json_null();
    }
    json_t *list = json_array();
    for (uint32_t s = 0; s < all[0].spans; s++) {
        json_array_append_new(list,
                              json_integer((json_int_t)ock_lengths_best_in_span(all, count, s)));
    }
    return json_pack("{s:I, s:o}", "best", (json_int_t)ock_lengths_best(all, count), "best_in_span",
                     list);
}

static ock_status print_json(const ock_length *all, size_t count)
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
    return ock_print_json(object, JSON_INDENT(2));
}

/* ---- all ---- */

static ock_status load_all(const char *const *paths, size_t count, ock_length *all)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        status = ock_length_load(paths[i], &all[i]);
    }
    return status;
}

/* Page and plot get their names when everything else is done: then nothing can fail any more. */
static ock_status tell(const ock_options *options, const ock_length *all, size_t count)
{
    const ock_report report = ock_messages(&options->verbosity);
    ock_output *drawn = NULL, *page = NULL;
    ock_status status = OCK_OK;
    if (options->html != NULL) {
        status = ock_mdl_page(options, all, count, program_bits, &page);
    }
    if (status == OCK_OK && options->plot != NULL) {
        status = ock_plot_lengths(options->plot, options->force, all, count, &drawn);
    }
    if (status == OCK_OK) {
        status = options->json ? print_json(all, count) : print_text(all, count);
    }
    status = ock_messages_end(status);
    status = ock_side_file_end(status, page, &report);
    return ock_side_file_end(status, drawn, &report);
}

/* What only the page shows. */
static ock_status check_options(const ock_options *o)
{
    const char *name = o->corpus != NULL ? "--input" : o->trace_count > 0 ? "--trace-bytes" : NULL;
    return name == NULL || o->html != NULL
               ? OCK_OK
               : ock_fail(OCK_ENVIRONMENT, "mdl takes %s with --html FILE.html", name);
}

ock_status ock_mdl(const ock_options *options)
{
    size_t count = options->operand_count, priors = options->prior_count;
    ock_length *all = calloc(count + priors, sizeof *all), *of_priors = all + count;
    if (all == NULL) {
        return ock_fail_memory((count + priors) * sizeof *all, "the description lengths");
    }
    ock_status status = check_options(options);
    if (status == OCK_OK) {
        status = load_all(options->operands, count, all);
    }
    if (status == OCK_OK) {
        status = load_all(options->priors, priors, of_priors);
    }
    for (size_t i = 0; i < priors && status == OCK_OK; i++) {
        if (of_priors[i].plan.priors.count > 0) {
            status = ock_fail(OCK_ENVIRONMENT, "%s: has a prior itself", of_priors[i].path);
        }
    }
    for (size_t i = 0; i < count && status == OCK_OK && !options->prior_known; i++) {
        ock_length_count_priors(&all[i], of_priors, priors);
    }
    if (status == OCK_OK) {
        status = tell(options, all, count);
    }
    for (size_t i = 0; i < count + priors; i++) {
        ock_length_close(&all[i]);
    }
    free(all);
    return status;
}
