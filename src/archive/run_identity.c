/* run_identity.c - writes and reads the description of a run. */
#include "archive/run_identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/plan_file.h"
#include "base/number.h"

static const char decoding[] = "direction=decompress\n";

ock_status ock_run_identity(const ock_plan *plan, bool decode, const char *subject, char **identity)
{
    char *config = NULL;
    size_t bytes = 0;
    ock_status status = ock_plan_text(plan, NULL, &config);
    if (status != OCK_OK) {
        return status;
    }
    FILE *text = open_memstream(identity, &bytes);
    if (text != NULL) {
        fprintf(text,
                "%sbyte_order=%s\n%slevel=%" PRIu32 "\ninput_bytes=%" PRIu64 "\nlanes=%" PRIu32
                "\nshards=%" PRIu32 "\ngroups=%" PRIu32 "\n%s",
                decode ? decoding : "direction=compress\n",
                __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "little" : "big", subject, plan->level,
                plan->map.input_bytes, plan->map.lanes, plan->map.shards, plan->map.groups, config);
    }
    free(config);
    bool good = text != NULL && ferror(text) == 0;
    good = text != NULL && fclose(text) == 0 && good;
    return good ? OCK_OK : ock_fail_memory(bytes, "the run's description");
}

bool ock_run_decodes(const char *identity)
{
    return strncmp(identity, decoding, sizeof decoding - 1) == 0;
}

/* Whether the line is `name` and a number of at most `most`, and nothing else. */
static bool take_number(const char *line, const char *name, uint64_t most, uint64_t *number)
{
    const size_t length = strlen(name);
    const char *at = line + length;
    uint64_t value = 0;
    if (strncmp(line, name, length) != 0 || !ock_number_take(&at, most, &value) || *at != '\0') {
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

/* Sets what the line "name=value" is about; false for a line that is not understood. */
static bool take_line(const char *line, ock_plan *plan)
{
    static const char *const known[] = {
        "direction=", "byte_order=", "input_blake2b=", "file_blake2b="};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strncmp(line, known[i], strlen(known[i])) == 0) {
            return true;
        }
    }
    if (take_count(line, "level=", &plan->level) ||
        take_number(line, "input_bytes=", UINT64_MAX, &plan->map.input_bytes) ||
        take_count(line, "lanes=", &plan->map.lanes) ||
        take_count(line, "shards=", &plan->map.shards) ||
        take_count(line, "groups=", &plan->map.groups)) {
        return true;
    }
    return ock_plan_take_prior(line, &plan->priors) ||
           ock_config_set(&plan->config, line) == OCK_OK;
}

ock_status ock_run_plan(const char *identity, ock_plan *plan)
{
    char *copy = strdup(identity), *rest = NULL;
    bool good = copy != NULL;
    *plan = (ock_plan){0};
    for (char *line = good ? strtok_r(copy, "\n", &rest) : NULL; line != NULL && good;
         line = strtok_r(NULL, "\n", &rest)) {
        good = take_line(line, plan);
    }
    free(copy);
    ock_error_clear();
    good = good && plan->level >= OCK_LEVEL_MIN && plan->level <= OCK_LEVEL_MAX &&
           ock_config_is_complete(&plan->config) &&
           ock_config_check(&plan->config, OCK_BAD_DATA) == OCK_OK &&
           ock_lane_map_check(&plan->map) == OCK_OK;
    ock_error_clear();
    return good ? OCK_OK : ock_fail(OCK_BAD_DATA, "the checkpoint tells of no possible run");
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
