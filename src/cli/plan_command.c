/* plan_command.c - the plan command: how an input would be cut, and what that needs. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/config_json.h"
#include "forecast/footprint.h"
#include "forecast/speed.h"
#include "io/file/input.h"

/* Restoring over compressing: see README.md. */
static const double restore_factor = 1.2;

typedef struct forecast {
    ock_plan plan;
    int ranks;
    uint32_t working;   /* ranks that own a shard */
    ock_footprint most; /* of the rank that needs most */
    uint64_t all_bytes; /* of all ranks together */
    double seconds;     /* of compressing */
} forecast;

/* A number of bytes, with k, M, G or T behind it for powers of 1000; false for anything else. */
static bool parse_bytes(const char *text, uint64_t *bytes)
{
    static const char units[] = "kMGT";
    size_t digits = strspn(text, "0123456789");
    const char *unit = text[digits] != '\0' ? strchr(units, text[digits]) : NULL;
    if (digits == 0 || digits > 18 ||
        (text[digits] != '\0' && (!unit || text[digits + 1] != '\0'))) {
        return false;
    }
    *bytes = strtoull(text, NULL, 10);
    for (const char *u = units; unit != NULL && u <= unit; u++) {
        if (__builtin_mul_overflow(*bytes, (uint64_t)1000, bytes)) {
            return false;
        }
    }
    return true;
}

/* A file of that name goes before a number. */
static ock_status find_length(const char *name, uint64_t *bytes)
{
    ock_input *input = NULL;
    if (access(name, F_OK) != 0 && parse_bytes(name, bytes)) {
        return OCK_OK;
    }
    ock_status status = ock_input_open(name, &input);
    if (status == OCK_OK) {
        *bytes = ock_input_bytes(input);
    }
    ock_input_close(input);
    return status;
}

static ock_status sum_ranks(forecast *f)
{
    ock_footprint *list = calloc((size_t)f->ranks, sizeof *list);
    if (list == NULL) {
        return ock_fail_memory((size_t)f->ranks * sizeof *list, "the list of ranks");
    }
    ock_status status = ock_footprint_of(&f->plan, f->ranks, list);
    for (int rank = 0; rank < f->ranks && status == OCK_OK; rank++) {
        f->all_bytes += ock_footprint_total(&list[rank]);
        if (ock_footprint_total(&list[rank]) > ock_footprint_total(&f->most)) {
            f->most = list[rank];
        }
    }
    free(list);
    return status;
}

static uint64_t steps_of(const ock_plan *plan)
{
    return (ock_lane_positions(&plan->map) + plan->config.step - 1) / plan->config.step;
}

static void print_memory(const char *name, uint64_t bytes)
{
    printf("%-17s%10.1f MB\n", name, (double)bytes / 1e6);
}

static void print_time(const char *name, double seconds)
{
    if (seconds < 600) {
        printf("%-17s%10.0f seconds\n", name, seconds);
    } else if (seconds < 36000) {
        printf("%-17s%10.0f minutes\n", name, seconds / 60);
    } else {
        printf("%-17s%10.1f hours\n", name, seconds / 3600);
    }
}

static void print_text(const forecast *f)
{
    const ock_lane_map *map = &f->plan.map;
    printf("input            %10" PRIu64 " bytes, level %" PRIu32 "\n", map->input_bytes,
           f->plan.level);
    printf("lanes            %10" PRIu32 " in %" PRIu32 " shards, %" PRIu32 " table groups\n",
           map->lanes, map->shards, map->groups);
    printf("step             %10" PRIu32 " symbols a lane, %" PRIu64 " steps\n",
           f->plan.config.step, steps_of(&f->plan));
    printf("parameters       %10" PRIu64 " of the network, embeddings aside\n",
           ock_dense_parameters(&f->plan.config));
    printf("ranks            %10d, %" PRIu32 " of them with work\n", f->ranks, f->working);
    print_memory("memory per rank", ock_footprint_total(&f->most));
    print_memory("  tables", f->most.tables);
    print_memory("  mixers", f->most.mixers);
    print_memory("  network", f->most.network + f->most.gradients);
    print_memory("  coding", f->most.coding);
    print_memory("  program", f->most.program);
    print_memory("memory, all ranks", f->all_bytes);
    print_time("compressing", f->seconds);
    print_time("restoring", f->seconds * restore_factor);
    printf("Times are estimates, for a core a rank on a machine like the one measured"
           " (src/forecast/speed.c).\n");
}

static ock_status print_json(const forecast *f)
{
    const ock_lane_map *map = &f->plan.map;
    const ock_footprint *m = &f->most;
    json_t *object = json_pack(
        "{s:I, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:i, s:i, s:I, s:{s:I, s:I, s:I, s:I, s:I, s:I}, "
        "s:I, "
        "s:f, s:f, s:o}",
        "input_bytes", (json_int_t)map->input_bytes, "level", (int)f->plan.level, "lanes",
        (int)map->lanes, "shards", (int)map->shards, "groups", (int)map->groups, "step",
        (int)f->plan.config.step, "steps", (json_int_t)steps_of(&f->plan), "parameters",
        (json_int_t)ock_dense_parameters(&f->plan.config), "ranks", f->ranks, "working_ranks",
        (int)f->working, "rank_bytes", (json_int_t)ock_footprint_total(m), "rank_parts", "tables",
        (json_int_t)m->tables, "mixers", (json_int_t)m->mixers, "network", (json_int_t)m->network,
        "gradients", (json_int_t)m->gradients, "coding", (json_int_t)m->coding, "program",
        (json_int_t)m->program, "all_bytes", (json_int_t)f->all_bytes, "estimated_compress_seconds",
        f->seconds, "estimated_restore_seconds", f->seconds * restore_factor, "config",
        ock_config_json(&f->plan.config));
    if (object == NULL) {
        return ock_fail_memory(0, "the JSON text");
    }
    int failed = json_dumpf(object, stdout, JSON_INDENT(2)) != 0 || putchar('\n') == EOF;
    json_decref(object);
    return failed ? ock_fail(OCK_ENVIRONMENT, "cannot write to standard output") : OCK_OK;
}

ock_status ock_plan_command(const ock_options *options)
{
    forecast f = {.ranks = (int)options->ranks};
    uint64_t bytes = 0;
    ock_status status = find_length(options->input, &bytes);
    if (status == OCK_OK) {
        status = ock_plan_make(bytes, &options->wishes, &f.plan);
    }
    if (status == OCK_OK) {
        status = sum_ranks(&f);
    }
    if (status != OCK_OK) {
        return status;
    }
    f.working = options->ranks < f.plan.map.shards ? options->ranks : f.plan.map.shards;
    f.seconds = ock_speed_seconds(&f.plan, f.ranks);
    if (options->json) {
        status = print_json(&f);
    } else {
        print_text(&f);
    }
    if (status == OCK_OK && fflush(stdout) != 0) {
        status = ock_fail(OCK_ENVIRONMENT, "cannot write to standard output");
    }
    return status;
}
