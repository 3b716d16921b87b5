/* SPDX-License-Identifier: MIT */
/* info.c - the info command: what a compressed file holds, for people and as JSON. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/condensed.h"
#include "archive/config_json.h"
#include "base/digest.h"
#include "cli/info_files.h"
#include "cli/messages.h"
#include "cli/plot.h"
#include "cli/print.h"
#include "cli/side_file.h"
#include "io/container/container.h"
#include "io/tree/manifest.h"
#include "layouts/region_code.h"
#include "measure/lengths.h"

static double bits_per_byte(const ock_container *container)
{
    return ock_bits_per_byte(8 * ock_container_file_bytes(container),
                             ock_container_about(container)->input_bytes);
}

static json_t *lane_list(const ock_container_info *info)
{
    json_t *list = json_array();
    for (uint32_t lane = 0; lane < info->lanes; lane++) {
        char digest[65];
        ock_digest_hex(info->lane_digests[lane], digest);
        json_array_append_new(list,
                              json_pack("{s:I, s:s}", "transcript_bytes",
                                        (json_int_t)info->lane_bytes[lane], "digest", digest));
    }
    return list;
}

static json_t *trace_list(const ock_container_info *info)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < info->trace_marks; i++) {
        json_array_append_new(list, json_real(8.0 * (double)info->trace[i]));
    }
    return list;
}

static json_t *prior_list(const ock_prior_names *priors)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < priors->count; i++) {
        char digest[OCK_DIGEST_TEXT_BYTES];
        ock_digest_hex(priors->of[i].digest, digest);
        json_array_append_new(list, json_pack("{s:I, s:I, s:s}", "bytes",
                                              (json_int_t)priors->of[i].bytes, "studied_bytes",
                                              (json_int_t)priors->of[i].studied, "digest", digest));
    }
    return list;
}

static json_t *layout_list(const ock_regions *spans)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < spans->count; i++) {
        char text[OCK_REGION_TEXT_BYTES];
        json_array_append_new(list, json_string(ock_region_print(&spans->of[i], text)));
    }
    return list;
}

/* The list of a corpus goes in where it was asked for. */
static ock_status print_json(const ock_container *container, const ock_plan *plan,
                             const ock_condensed *condensed, const ock_manifest *files)
{
    const ock_container_info *info = ock_container_about(container);
    char digest[65], root[65];
    ock_digest_hex(info->input_digest, digest);
    ock_digest_hex(info->root_digest, root);
    json_t *object = json_pack(
        "{s:I, s:s, s:s, s:I, s:I, s:f, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:o, s:o}",
        "input_bytes", (json_int_t)info->input_bytes, "input_digest", digest, "lane_root_digest",
        root, "file_bytes", (json_int_t)ock_container_file_bytes(container), "transcript_bytes",
        (json_int_t)ock_container_transcript_bytes(container), "bits_per_byte",
        bits_per_byte(container), "contract", (int)info->contract, "shards", (int)info->shards,
        "lanes", (int)info->lanes, "groups", (int)plan->map.groups, "step", (int)info->step,
        "level", (int)info->level, "config", ock_config_json(&plan->config), "lane_transcripts",
        lane_list(info), "trace_bits", trace_list(info));
    if (object != NULL) {
        json_object_set_new(object, "priors", prior_list(&plan->priors));
    }
    if (object != NULL) {
        json_object_set_new(object, "rest_bytes", json_integer((json_int_t)info->rest_bytes));
        json_object_set_new(object, "repeats_bytes", json_integer((json_int_t)info->repeats_bytes));
        json_object_set_new(object, "transforms_bytes",
                            json_integer((json_int_t)info->transforms_bytes));
        json_object_set_new(object, "layouts_bytes", json_integer((json_int_t)info->layouts_bytes));
        json_object_set_new(object, "layouts", layout_list(&condensed->layouts));
    }
    if (object != NULL && info->manifest != NULL) {
        json_object_set_new(object, "manifest_bytes",
                            json_integer((json_int_t)info->manifest_bytes));
    }
    if (object != NULL && files != NULL) {
        json_object_set_new(object, "files", ock_info_files_json(files));
    }
    return ock_print_json(object, JSON_INDENT(2));
}

static void print_config(const ock_config *config)
{
    const char *name;
    int is_float;
    double real;
    uint32_t integer;
    for (size_t i = 0; (name = ock_config_value(config, i, &is_float, &real, &integer)) != NULL;
         i++) {
        if (is_float) {
            ock_print_line(stdout, "  %-15s %.9g", name, real);
        } else if (strcmp(name, "layer") == 0) {
            ock_print_line(stdout, "  %-15s %s", name, ock_layer_name(integer));
        } else {
            ock_print_line(stdout, "  %-15s %" PRIu32, name, integer);
        }
    }
}

/* Without which nothing is decoded. */
static void print_priors(const ock_prior_names *priors)
{
    for (uint32_t i = 0; i < priors->count; i++) {
        char digest[OCK_DIGEST_TEXT_BYTES];
        ock_digest_hex(priors->of[i].digest, digest);
        ock_print_line(stdout, "prior            %" PRIu64 " bytes, digest %s", priors->of[i].bytes,
                       digest);
    }
}

/* What the lanes don't have as it is. */
static void print_lists(const ock_container_info *info, const ock_condensed *condensed)
{
    const ock_transforms *spans = &condensed->transforms;
    if (info->repeats != NULL) {
        ock_print_line(stdout, "repeated bytes   %" PRIu64 ", by references of %zu bytes",
                       ock_repeats_taken(&condensed->repeats), info->repeats_bytes);
    }
    for (unsigned kind = 0; kind < OCK_TRANSFORM_KINDS; kind++) {
        uint64_t count = 0, bytes = 0;
        for (size_t i = 0; i < spans->count; i++) {
            count += spans->of[i].kind == kind;
            bytes += spans->of[i].kind == kind ? spans->of[i].length : 0;
        }
        if (count > 0) {
            ock_print_line(stdout, "%-16s %" PRIu64 " bytes in %" PRIu64 " spans, rewritten",
                           ock_transform_name(kind), bytes, count);
        }
    }
}

/* Those that are more stand in the JSON. */
static void print_layouts(const ock_regions *spans)
{
    enum { MOST = 16 };
    char text[OCK_REGION_TEXT_BYTES];
    for (size_t i = 0; i < spans->count && i < MOST; i++) {
        ock_print_line(stdout, "layout           %s", ock_region_print(&spans->of[i], text));
    }
    if (spans->count > MOST) {
        ock_print_line(stdout, "layout           and %zu more", spans->count - MOST);
    }
}

static void print_text(const char *path, const ock_container *container, const ock_plan *plan,
                       const ock_condensed *condensed)
{
    const ock_container_info *info = ock_container_about(container);
    char digest[65];
    ock_digest_hex(info->input_digest, digest);
    ock_print_line(stdout, "file             %s", path);
    ock_print_line(stdout, "input bytes      %" PRIu64, info->input_bytes);
    ock_print_line(stdout, "input digest     %s (BLAKE2b-256)", digest);
    print_lists(info, condensed);
    print_layouts(&condensed->layouts);
    print_priors(&plan->priors);
    ock_print_line(stdout, "file bytes       %" PRIu64, ock_container_file_bytes(container));
    ock_print_line(stdout, "transcript bytes %" PRIu64, ock_container_transcript_bytes(container));
    if (info->manifest != NULL) {
        ock_print_line(stdout, "list of files    %zu bytes (--files shows it)",
                       info->manifest_bytes);
    }
    ock_print_line(stdout, "bits per byte    %.4f", bits_per_byte(container));
    ock_print_line(stdout, "contract         %" PRIu32, info->contract);
    ock_print_line(stdout, "level            %" PRIu32, info->level);
    ock_print_line(stdout,
                   "lanes            %" PRIu32 " in %" PRIu32 " shards, %" PRIu32 " table groups",
                   info->lanes, info->shards, plan->map.groups);
    ock_print_line(stdout, "step             %" PRIu32 " symbols a lane", info->step);
    ock_print_line(stdout, "configuration");
    print_config(&plan->config);
}

static ock_status load_files(const ock_container *container, const char *path,
                             ock_manifest *manifest)
{
    ock_manifest_totals totals;
    if (ock_container_about(container)->manifest == NULL) {
        return ock_fail(OCK_ENVIRONMENT, "%s: contains one file and no list of files", path);
    }
    return ock_info_files_load(container, path, manifest, &totals);
}

static ock_status print(const ock_options *o, const ock_container *container, const ock_plan *plan,
                        const ock_manifest *files)
{
    ock_condensed condensed = {.repeats = {.of = NULL}};
    if (o->files && !o->json) {
        return ock_info_files_print(files);
    }
    ock_status status = ock_condensed_load(container, plan, o->input, &condensed);
    if (status == OCK_OK && o->json) {
        status = print_json(container, plan, &condensed, o->files ? files : NULL);
    } else if (status == OCK_OK) {
        print_text(o->input, container, plan, &condensed);
    }
    ock_condensed_clear(&condensed);
    return status;
}

/* The plot gets its name when all is said. */
static ock_status tell(const ock_options *options, const ock_length *length,
                       const ock_manifest *files)
{
    const ock_report report = ock_messages(&options->verbosity);
    ock_output *drawn = NULL;
    ock_status status = OCK_OK;
    if (options->plot != NULL) {
        status = ock_plot_lengths(options->plot, options->force, length, 1, &drawn);
    }
    if (status == OCK_OK) {
        status = print(options, length->container, &length->plan, files);
    }
    return ock_side_file_end(ock_messages_end(status), drawn, &report);
}

ock_status ock_info(const ock_options *options)
{
    ock_manifest files = {NULL, 0};
    ock_length length = {.path = NULL};
    ock_status status = ock_length_load(options->input, &length);
    if (status == OCK_OK && options->files) {
        status = load_files(length.container, options->input, &files);
    }
    if (status == OCK_OK) {
        status = tell(options, &length, &files);
    }
    free(files.bytes);
    ock_length_close(&length);
    return status;
}
