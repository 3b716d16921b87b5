/* SPDX-License-Identifier: MIT */
/* plan_command.c - the plan command: how an input would be cut, and what that needs. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/condensed.h"
#include "archive/config_json.h"
#include "archive/corpus.h"
#include "base/number.h"
#include "cli/machine.h"
#include "cli/messages.h"
#include "cli/print.h"
#include "forecast/footprint.h"
#include "forecast/scaling.h"
#include "io/file/input.h"

enum { MOST_ROWS = 16 }; /* 1, 2, 4 ... 4096 and one more */

typedef struct forecast {
    ock_plan plan;
    ock_cluster cluster;
    uint64_t bandwidth;
    uint32_t working;   /* ranks that own a shard */
    ock_footprint most; /* of the rank that needs most */
    uint64_t all_bytes; /* of all ranks together */
    /* By nodes, the wished number last. */
    ock_scaling rows[MOST_ROWS];
    uint64_t rank_bytes[MOST_ROWS];
    size_t row_count;
    ock_scaling_limits limits;
} forecast;

static const char *const directions[OCK_DIRECTIONS] = {"compress", "restore"};

/* As though it were compressed: with the repeats and spans that it has. */
static ock_status find_repeats(ock_input *input, ock_wishes *wishes)
{
    const ock_search alone = {.layout = "none"};
    ock_condensed condensed = {.repeats = {.of = NULL}};
    ock_status status = ock_condense(&alone, NULL, input, wishes, &condensed);
    ock_condensed_clear(&condensed);
    return status;
}

/* A file or directory of that name goes before a number. */
static ock_status find_length(const ock_options *o, ock_wishes *wishes, uint64_t *bytes)
{
    const ock_input_choice choice = {
        .path = o->input, .list = o->files_from != NULL, .nul = o->nul};
    ock_manifest list = {NULL, 0};
    ock_input *input = NULL;
    if (!choice.list && access(choice.path, F_OK) != 0 && ock_size_parse(choice.path, bytes)) {
        return OCK_OK;
    }
    ock_status status = ock_corpus_open(&choice, &list, &input);
    if (status == OCK_OK) {
        *bytes = ock_input_bytes(input);
        status = find_repeats(input, wishes);
    }
    ock_input_close(input);
    free(list.bytes);
    return status;
}

/* ---- what is forecast ---- */

/* most: of the rank that needs most; sum: of all together. */
static ock_status find_memory(const ock_plan *plan, int ranks, ock_footprint *most, uint64_t *sum)
{
    ock_footprint *list = calloc((size_t)ranks, sizeof *list);
    *most = (ock_footprint){.tables = 0};
    *sum = 0;
    if (list == NULL) {
        return ock_fail_memory((size_t)ranks * sizeof *list, "the list of ranks");
    }
    ock_status status = ock_footprint_of(plan, ranks, list);
    for (int rank = 0; rank < ranks && status == OCK_OK; rank++) {
        *sum += ock_footprint_total(&list[rank]);
        if (ock_footprint_total(&list[rank]) > ock_footprint_total(most)) {
            *most = list[rank];
        }
    }
    free(list);
    return status;
}

static ock_status add_row(forecast *f, int nodes)
{
    const ock_cluster cluster = ock_cluster_with(&f->cluster, nodes);
    const size_t i = f->row_count++;
    ock_status status = ock_scaling_of(&f->plan, &cluster, &f->rows[i]);
    if (status == OCK_OK) {
        status = find_memory(&f->plan, cluster.ranks, &f->most, &f->all_bytes);
    }
    f->rank_bytes[i] = ock_footprint_total(&f->most);
    return status;
}

static ock_status add_rows(forecast *f)
{
    ock_status status = OCK_OK;
    for (int nodes = 1; nodes < f->cluster.nodes && status == OCK_OK; nodes *= 2) {
        status = add_row(f, nodes);
    }
    return status != OCK_OK ? status : add_row(f, f->cluster.nodes);
}

static ock_status read_cluster(const ock_options *options, forecast *f)
{
    const unsigned ranks = options->ranks != 0 ? options->ranks : options->nodes;
    size_t threads = 1;
    if (ranks < options->nodes) {
        return ock_fail(OCK_ENVIRONMENT, "--ranks %u --nodes %u: fewer ranks than nodes", ranks,
                        options->nodes);
    }
    f->bandwidth = options->bandwidth;
    f->cluster = (ock_cluster){.nodes = (int)options->nodes,
                               .ranks = (int)ranks,
                               .latency = 1e-9 * options->latency,
                               .byte_seconds = 1 / (double)options->bandwidth};
    ock_status status =
        ock_machine_threads(ock_cluster_node_ranks(&f->cluster), options->threads, &threads);
    f->cluster.threads = (int)threads;
    return status;
}

static ock_status make_forecast(const ock_options *options, forecast *f)
{
    ock_wishes wishes = options->wishes;
    uint64_t bytes = 0;
    ock_status status = read_cluster(options, f);
    if (status == OCK_OK) {
        status = find_length(options, &wishes, &bytes);
    }
    if (status == OCK_OK) {
        status = ock_plan_make(bytes, &wishes, &f->plan);
    }
    if (status == OCK_OK) {
        status = add_rows(f);
    }
    if (status == OCK_OK) {
        status = ock_scaling_find_limits(&f->plan, &f->cluster, &f->limits);
    }
    const uint32_t ranks = (uint32_t)f->cluster.ranks, shards = f->plan.map.shards;
    f->working = ranks < shards ? ranks : shards;
    return status;
}

static const ock_scaling *wished(const forecast *f)
{
    return &f->rows[f->row_count - 1];
}

/* ---- text ---- */

static void print_memory(const char *name, uint64_t bytes)
{
    ock_print_line(stdout, "%-17s%10.1f MB", name, (double)bytes / 1e6);
}

/* text: 32 bytes. Returns it. */
static const char *name_time(double seconds, char *text)
{
    if (seconds < 600) {
        snprintf(text, 32, "%.*f seconds", seconds < 10 ? 1 : 0, seconds);
    } else if (seconds < 36000) {
        snprintf(text, 32, "%.0f minutes", seconds / 60);
    } else {
        snprintf(text, 32, "%.1f hours", seconds / 3600);
    }
    return text;
}

static void print_time(const char *name, double seconds)
{
    char text[32];
    const int digits = (int)strcspn(name_time(seconds, text), " ");
    ock_print_line(stdout, "%-17s%*s%s", name, 10 - digits, "", text);
}

static void print_cut(const forecast *f)
{
    const ock_lane_map *map = &f->plan.map;
    ock_print_line(stdout, "input            %10" PRIu64 " bytes, level %" PRIu32,
                   f->plan.input_bytes, f->plan.level);
    if (map->bytes < f->plan.input_bytes) {
        ock_print_line(stdout, "  to be coded    %10" PRIu64 " bytes", map->bytes);
    }
    ock_print_line(stdout,
                   "lanes            %10" PRIu32 " in %" PRIu32 " shards, %" PRIu32 " table groups",
                   map->lanes, map->shards, map->groups);
    ock_print_line(stdout, "step             %10" PRIu32 " symbols a lane, %" PRIu64 " steps",
                   f->plan.config.step, ock_plan_steps(&f->plan));
    ock_print_line(stdout, "parameters       %10" PRIu64 " of the network, without embeddings",
                   ock_dense_parameters(&f->plan.config));
}

static void print_cluster(const forecast *f)
{
    const ock_cluster *c = &f->cluster;
    ock_print_line(stdout, "ranks            %10d, %" PRIu32 " of them with work", c->ranks,
                   f->working);
    ock_print_line(stdout, "threads          %10d per rank", c->threads);
    if (c->nodes > 1) {
        ock_print_line(stdout, "nodes            %10d, %.1f us and %.1f GB per second between them",
                       c->nodes, 1e6 * c->latency, (double)f->bandwidth / 1e9);
    }
}

static void print_memories(const forecast *f)
{
    print_memory("memory per rank", ock_footprint_total(&f->most));
    print_memory("  tables", f->most.tables);
    print_memory("  mixers", f->most.mixers);
    print_memory("  network", f->most.network + f->most.gradients);
    print_memory("  coding", f->most.coding);
    print_memory("  program", f->most.program);
    print_memory("memory, all ranks", f->all_bytes);
}

static void print_rows(const forecast *f)
{
    static const char heading[] =
        " nodes   ranks      compressing  efficiency        restoring  efficiency   MB a rank";
    char compress[32], restore[32];
    ock_print_line(stdout, "%s", "");
    ock_print_line(stdout, "%s", heading);
    for (size_t i = 0; i < f->row_count; i++) {
        const ock_scaling *row = &f->rows[i];
        ock_print_line(stdout, "%6d %7d %16s %10.1f%% %16s %10.1f%% %11.1f", row->cluster.nodes,
                       row->cluster.ranks, name_time(row->seconds[OCK_COMPRESSING], compress),
                       100 * row->efficiency[OCK_COMPRESSING],
                       name_time(row->seconds[OCK_RESTORING], restore),
                       100 * row->efficiency[OCK_RESTORING], (double)f->rank_bytes[i] / 1e6);
    }
    ock_print_line(stdout, "%s", "");
}

static const char *plural(int count)
{
    return count == 1 ? "" : "s";
}

static void print_limits(const forecast *f)
{
    const ock_scaling_limits *l = &f->limits;
    const int compress = l->fastest[OCK_COMPRESSING], restore = l->fastest[OCK_RESTORING];
    ock_print_line(stdout, "Beyond %d node%s more are idle: there are %" PRIu32 " shards.",
                   l->working, plural(l->working), f->plan.map.shards);
    ock_print_line(stdout, "Beyond %d node%s compressing gets no faster, beyond %d restoring.",
                   compress, plural(compress), restore);
}

static void print_text(const forecast *f)
{
    static const char estimates[] =
        "Times are estimates for text: half of the runs measured were within a factor of %.2f, all"
        " within %.2f.";
    const ock_scaling *row = wished(f);
    print_cut(f);
    print_cluster(f);
    print_memories(f);
    print_time("compressing", row->seconds[OCK_COMPRESSING]);
    print_time("restoring", row->seconds[OCK_RESTORING]);
    ock_print_line(stdout, "efficiency       %10.1f %% compressing, %.1f %% restoring",
                   100 * row->efficiency[OCK_COMPRESSING], 100 * row->efficiency[OCK_RESTORING]);
    if (f->row_count > 1) {
        print_rows(f);
    }
    print_limits(f);
    ock_print_line(stdout, estimates, 1 + OCK_SPEED_MEDIAN_ERROR, 1 + OCK_SPEED_WORST_ERROR);
    ock_print_line(stdout, "Other cores may be twice as fast, or half.");
}

/* ---- JSON ---- */

/* Adds to the object; false when there is no memory. */
static bool put_real(json_t *object, const char *format, int direction, double value)
{
    char name[64];
    snprintf(name, sizeof name, format, directions[direction]);
    return json_object_set_new(object, name, json_real(value)) == 0;
}

static json_t *row_json(const forecast *f, size_t i)
{
    const ock_scaling *row = &f->rows[i];
    json_t *object = json_pack("{s:i, s:i, s:I}", "nodes", row->cluster.nodes, "ranks",
                               row->cluster.ranks, "rank_bytes", (json_int_t)f->rank_bytes[i]);
    bool good = object != NULL;
    for (int d = 0; d < OCK_DIRECTIONS && good; d++) {
        good = put_real(object, "estimated_%s_seconds", d, row->seconds[d]) &&
               put_real(object, "%s_efficiency", d, row->efficiency[d]);
    }
    if (!good) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *rows_json(const forecast *f)
{
    json_t *array = json_array();
    bool good = array != NULL;
    for (size_t i = 0; i < f->row_count && good; i++) {
        good = json_array_append_new(array, row_json(f, i)) == 0;
    }
    if (!good) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static json_t *cut_json(const forecast *f)
{
    const ock_lane_map *map = &f->plan.map;
    return json_pack("{s:I, s:I, s:i, s:i, s:i, s:i, s:i, s:I, s:I}", "input_bytes",
                     (json_int_t)f->plan.input_bytes, "rest_bytes", (json_int_t)map->bytes, "level",
                     (int)f->plan.level, "lanes", (int)map->lanes, "shards", (int)map->shards,
                     "groups", (int)map->groups, "step", (int)f->plan.config.step, "steps",
                     (json_int_t)ock_plan_steps(&f->plan), "parameters",
                     (json_int_t)ock_dense_parameters(&f->plan.config));
}

static json_t *cluster_json(const forecast *f)
{
    const ock_cluster *c = &f->cluster;
    return json_pack("{s:i, s:i, s:i, s:i, s:f, s:I}", "ranks", c->ranks, "working_ranks",
                     (int)f->working, "nodes", c->nodes, "threads", c->threads, "latency_seconds",
                     c->latency, "bandwidth_bytes", (json_int_t)f->bandwidth);
}

static json_t *memory_json(const forecast *f)
{
    const ock_footprint *m = &f->most;
    return json_pack("{s:I, s:{s:I, s:I, s:I, s:I, s:I, s:I}, s:I}", "rank_bytes",
                     (json_int_t)ock_footprint_total(m), "rank_parts", "tables",
                     (json_int_t)m->tables, "mixers", (json_int_t)m->mixers, "network",
                     (json_int_t)m->network, "gradients", (json_int_t)m->gradients, "coding",
                     (json_int_t)m->coding, "program", (json_int_t)m->program, "all_bytes",
                     (json_int_t)f->all_bytes);
}

static json_t *times_json(const forecast *f)
{
    const ock_scaling *row = wished(f);
    const ock_scaling_limits *l = &f->limits;
    return json_pack(
        "{s:f, s:f, s:f, s:f, s:{s:f, s:f}, s:i, s:i, s:i, s:o, s:o}", "estimated_compress_seconds",
        row->seconds[OCK_COMPRESSING], "estimated_restore_seconds", row->seconds[OCK_RESTORING],
        "compress_efficiency", row->efficiency[OCK_COMPRESSING], "restore_efficiency",
        row->efficiency[OCK_RESTORING], "estimate_within", "median_factor",
        1 + OCK_SPEED_MEDIAN_ERROR, "worst_factor", 1 + OCK_SPEED_WORST_ERROR, "working_nodes",
        l->working, "fastest_compress_nodes", l->fastest[OCK_COMPRESSING], "fastest_restore_nodes",
        l->fastest[OCK_RESTORING], "by_nodes", rows_json(f), "config",
        ock_config_json(&f->plan.config));
}

static ock_status print_json(const forecast *f)
{
    json_t *(*const parts[])(const forecast *) = {cut_json, cluster_json, memory_json, times_json};
    json_t *object = json_object();
    bool good = object != NULL;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && good; i++) {
        json_t *part = parts[i](f);
        good = part != NULL && json_object_update(object, part) == 0;
        json_decref(part);
    }
    if (!good) {
        json_decref(object);
        return ock_fail_memory(0, "the JSON text");
    }
    return ock_print_json(object, JSON_INDENT(2));
}

ock_status ock_plan_command(const ock_options *options)
{
    forecast f = {.row_count = 0};
    ock_status status = make_forecast(options, &f);
    if (status != OCK_OK) {
        return status;
    }
    if (options->json) {
        status = print_json(&f);
    } else {
        print_text(&f);
    }
    return status == OCK_OK ? ock_messages_end(OCK_OK) : status;
}
