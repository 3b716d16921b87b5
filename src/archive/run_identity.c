/* SPDX-License-Identifier: MIT */
/* run_identity.c - writes and reads the description of a run. */
#include "archive/run_identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/manifest_code.h"
#include "archive/plan_file.h"
#include "base/number.h"

static const char encoding[] = "direction=compress", decoding[] = "direction=decompress";
static const char *const byte_order =
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "byte_order=little" : "byte_order=big";

/* ---- what a run works on ---- */

ock_run_subject ock_run_encodes(const uint8_t input_digest[OCK_DIGEST_BYTES],
                                const ock_manifest *list)
{
    ock_run_subject subject = {.has_list = list != NULL && list->bytes != NULL};
    memcpy(subject.digest, input_digest, sizeof subject.digest);
    if (subject.has_list) {
        ock_manifest_digest(list, subject.list_digest);
    }
    return subject;
}

ock_run_subject ock_run_decodes(const uint8_t file_digest[OCK_DIGEST_BYTES])
{
    ock_run_subject subject = {.decodes = true};
    memcpy(subject.digest, file_digest, sizeof subject.digest);
    return subject;
}

/* ---- writing ---- */

static void write_digest(FILE *to, const char *name, const uint8_t digest[OCK_DIGEST_BYTES])
{
    char hex[OCK_DIGEST_TEXT_BYTES];
    ock_digest_hex(digest, hex);
    fprintf(to, "%s%s\n", name, hex);
}

static const char file_name[] = "file_blake2b=", input_name[] = "input_blake2b=";
static const char list_name[] = "manifest_blake2b=";

static void write_run(FILE *to, const ock_run_identity *run, const char *config)
{
    const ock_run_subject *subject = &run->subject;
    const ock_lane_map *map = &run->plan.map;
    fprintf(to, "%s\n%s\n", subject->decodes ? decoding : encoding, byte_order);
    write_digest(to, subject->decodes ? file_name : input_name, subject->digest);
    if (subject->has_list) {
        write_digest(to, list_name, subject->list_digest);
    }
    fprintf(to,
            "level=%" PRIu32 "\ninput_bytes=%" PRIu64 "\nrest_bytes=%" PRIu64 "\nlanes=%" PRIu32
            "\nshards=%" PRIu32 "\ngroups=%" PRIu32 "\n%s",
            run->plan.level, run->plan.input_bytes, map->bytes, map->lanes, map->shards,
            map->groups, config);
}

ock_status ock_run_identity_write(const ock_run_identity *run, char **text)
{
    char *config = NULL;
    size_t bytes = 0;
    *text = NULL;
    ock_status status = ock_plan_text(&run->plan, NULL, &config);
    FILE *to = status == OCK_OK ? open_memstream(text, &bytes) : NULL;
    if (to != NULL) {
        write_run(to, run, config);
    }
    free(config);
    const bool written = to != NULL && ferror(to) == 0;
    const bool closed = to != NULL && fclose(to) == 0;
    if (status == OCK_OK && !(written && closed)) {
        free(*text);
        *text = NULL;
        status = ock_fail_memory(bytes, "the run's description");
    }
    return status;
}

/* ---- reading ----
 * Each line is understood by itself. That all are there, once and in order, and each in the one form that
 * it has, shows when the run is written again. */

/* What follows the name, or NULL when the line has another one. */
static const char *value_of(const char *line, const char *name)
{
    const size_t length = strlen(name);
    return strncmp(line, name, length) == 0 ? line + length : NULL;
}

/* Whether the line is `name` and a number of at most `most`, and nothing else. */
static bool take_number(const char *line, const char *name, uint64_t most, uint64_t *number)
{
    const char *at = value_of(line, name);
    uint64_t value = 0;
    if (at == NULL || !ock_number_take(&at, most, &value) || *at != '\0') {
        return false;
    }
    *number = value;
    return true;
}

static bool take_count(const char *line, const char *name, uint32_t *count)
{
    uint64_t number = 0;
    if (!take_number(line, name, UINT32_MAX, &number)) {
        return false;
    }
    *count = (uint32_t)number;
    return true;
}

static bool take_digest(const char *line, const char *name, uint8_t digest[OCK_DIGEST_BYTES])
{
    const char *value = value_of(line, name);
    return value != NULL && ock_digest_parse(value, digest);
}

static bool take_subject(const char *line, ock_run_subject *subject)
{
    if (strcmp(line, encoding) == 0 || strcmp(line, byte_order) == 0) {
        return true;
    }
    if (strcmp(line, decoding) == 0) {
        subject->decodes = true;
        return true;
    }
    if (take_digest(line, list_name, subject->list_digest)) {
        subject->has_list = true;
        return true;
    }
    return take_digest(line, input_name, subject->digest) ||
           take_digest(line, file_name, subject->digest);
}

static bool take_plan(const char *line, ock_plan *plan)
{
    return take_count(line, "level=", &plan->level) ||
           take_number(line, "input_bytes=", UINT64_MAX, &plan->input_bytes) ||
           take_number(line, "rest_bytes=", UINT64_MAX, &plan->map.bytes) ||
           take_count(line, "lanes=", &plan->map.lanes) ||
           take_count(line, "shards=", &plan->map.shards) ||
           take_count(line, "groups=", &plan->map.groups) ||
           ock_plan_take_prior(line, &plan->priors) ||
           ock_config_set(&plan->config, line) == OCK_OK;
}

/* *unknown: the line that is not understood, within `copy`, whose lines become strings; else NULL. */
static void take_lines(char *copy, ock_run_identity *run, const char **unknown)
{
    char *rest = NULL;
    *unknown = NULL;
    for (char *line = strtok_r(copy, "\n", &rest); line != NULL && *unknown == NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (!take_subject(line, &run->subject) && !take_plan(line, &run->plan)) {
            *unknown = line;
        }
    }
    ock_error_clear(); /* what the configuration has said of it */
}

/* Whether the numbers make a plan. */
static bool is_possible(const ock_plan *plan)
{
    const bool possible = plan->level >= OCK_LEVEL_MIN && plan->level <= OCK_LEVEL_MAX &&
                          ock_config_is_complete(&plan->config) &&
                          ock_config_check(&plan->config, OCK_BAD_DATA) == OCK_OK &&
                          ock_lane_map_check(&plan->map) == OCK_OK &&
                          plan->map.bytes <= plan->input_bytes &&
                          ock_plan_marks(plan) <= OCK_MAX_MARKS;
    ock_error_clear();
    return possible;
}

static const char not_valid[] = "the checkpoint's description of its run is not valid";

static ock_status check_form(const char *text, const ock_run_identity *run)
{
    char lines[2][96], *again = NULL;
    ock_status status = ock_run_identity_write(run, &again);
    if (status == OCK_OK && strcmp(again, text) != 0) {
        ock_first_difference(text, again, lines);
        status = ock_fail(OCK_BAD_DATA, "%s: it has \"%s\" instead of \"%s\"", not_valid, lines[0],
                          lines[1]);
    }
    free(again);
    return status;
}

ock_status ock_run_identity_read(const char *text, ock_run_identity *run)
{
    const char *unknown = NULL;
    char *copy = strdup(text);
    ock_status status = OCK_OK;
    *run = (ock_run_identity){.subject = {.decodes = false}};
    if (copy == NULL) {
        return ock_fail_memory(strlen(text) + 1, "the run's description");
    }
    take_lines(copy, run, &unknown);
    if (unknown != NULL) {
        status = ock_fail(OCK_BAD_DATA, "%s: \"%.80s\" is not a line of it", not_valid, unknown);
    } else if (!is_possible(&run->plan)) {
        status = ock_fail(OCK_BAD_DATA, "%s: not a valid run description", not_valid);
    }
    free(copy);
    return status != OCK_OK ? status : check_form(text, run);
}

void ock_first_difference(const char *a, const char *b, char lines[2][96])
{
    while (*a != '\0' && *b != '\0') {
        size_t length_a = strcspn(a, "\n"), length_b = strcspn(b, "\n");
        if (length_a != length_b || memcmp(a, b, length_a) != 0) {
            break;
        }
        a += length_a + (a[length_a] != '\0');
        b += length_b + (b[length_b] != '\0');
    }
    snprintf(lines[0], sizeof lines[0], "%.*s", (int)strcspn(a, "\n"), a);
    snprintf(lines[1], sizeof lines[1], "%.*s", (int)strcspn(b, "\n"), b);
}
