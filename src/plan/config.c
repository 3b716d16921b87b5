/* SPDX-License-Identifier: MIT */
/* config.c - the table of configuration fields: names, ranges, text form. */
#include "plan/config.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/limits.h"

typedef struct field {
    const char *name;
    size_t offset;
    bool is_float;
    double min, max;
    bool
        later; /* newer than the first files: a whole configuration does not mention it if it is 0 */
} field;

/* clang-format off */
#define INTEGER(name, min, max) {#name, offsetof(ock_config, name), false, min, max, false}
#define REAL(name, min, max) {#name, offsetof(ock_config, name), true, min, max, false}
#define LATER(name, max) {#name, offsetof(ock_config, name), false, 0, max, true}
#define LATER_REAL(name, max) {#name, offsetof(ock_config, name), true, 0, max, true}
/* clang-format on */

/* The order of this table is the order in the file. */
static const field fields[] = {
    INTEGER(seed, 0, UINT32_MAX),
    INTEGER(step, 0, 256),
    INTEGER(network, 0, 1),
    INTEGER(layers, 0, OCK_MAX_LAYERS),
    INTEGER(width, 32, 4096),
    INTEGER(order_min, 2, OCK_MAX_NGRAM),
    INTEGER(order_max, 2, OCK_MAX_NGRAM),
    INTEGER(features, 0, OCK_MAX_FEATURES),
    INTEGER(ngram_bits, 0, 28),
    REAL(rate, 0, 1),
    REAL(rate_end, 0, 1),
    REAL(rate_steps, 1, 1e9),
    REAL(beta1, 0, 0.9999),
    REAL(beta2, 0, 0.99999),
    REAL(epsilon, 1e-12, 1),
    REAL(embed_rate, 0, 10),
    REAL(byte_rate, 0, 10),
    REAL(sleep_below, 0, 8),
    INTEGER(mixing, 0, 1),
    INTEGER(table_bits, 0, 28),
    INTEGER(match_bits, 0, 28),
    INTEGER(match_min, 2, 32),
    INTEGER(match_long, 2, 32),
    INTEGER(contexts, 1, OCK_MAX_CONTEXTS),
    INTEGER(sets, 1, OCK_MAX_SETS),
    INTEGER(estimations, 0, OCK_MAX_ESTIMATIONS),
    INTEGER(easy_after, 0, 1 << 16),
    INTEGER(counter_limit, 2, 250),
    INTEGER(history_limit, 2, 1020),
    REAL(mix_rate, 0, 1),
    REAL(mix_rate_end, 0, 1),
    REAL(mix_steps, 1, 1e9),
    REAL(final_rate, 0, 1),
    INTEGER(light_after, 0, 1 << 30),
    INTEGER(repeats, 0, 1 << 30),
    INTEGER(transforms, 0, 31),
    INTEGER(mark_steps, 0, OCK_MARK_AT_END),
    LATER(layer, OCK_LAYER_CHOICES - 1),
    LATER(window, OCK_MAX_WINDOW),
    LATER(orders, OCK_MAX_ORDERS - 1),
    LATER(optimiser, OCK_OPTIMISERS - 1),
    LATER_REAL(momentum, 0.9999),
    LATER_REAL(muon_gain, 1000),
    LATER(muon_block, 4096),
    LATER(muon_every, 1024),
    LATER(muon_turns, 16),
};

enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };
_Static_assert(sizeof(ock_config) == sizeof(uint32_t) * FIELD_COUNT,
               "every field is listed and 32 bits wide");

static uint32_t get_bits(const ock_config *config, const field *f)
{
    uint32_t bits;
    memcpy(&bits, (const char *)config + f->offset, sizeof bits);
    return bits;
}

static void put_bits(ock_config *config, const field *f, uint32_t bits)
{
    memcpy((char *)config + f->offset, &bits, sizeof bits);
}

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double value_of(const field *f, uint32_t bits)
{
    return f->is_float ? (double)float_of_bits(bits) : (double)bits;
}

static const field *find_field(const char *name, size_t length)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strlen(fields[i].name) == length && memcmp(fields[i].name, name, length) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

/* "0x" and exactly eight hexadecimal digits. */
static bool parse_hex_bits(const char *text, uint32_t *bits)
{
    if (strlen(text) != 10 || text[0] != '0' || text[1] != 'x' ||
        strspn(text + 2, "0123456789abcdef") != 8) {
        return false;
    }
    *bits = (uint32_t)strtoul(text + 2, NULL, 16);
    return true;
}

static bool parse_integer(const char *text, uint32_t *value)
{
    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 10) {
        return false;
    }
    unsigned long long wide = strtoull(text, NULL, 10);
    *value = (uint32_t)wide;
    return wide <= UINT32_MAX;
}

/* In the C locale's notation, whatever locale the process is in. */
static bool parse_real(const char *text, uint32_t *bits)
{
    if (parse_hex_bits(text, bits)) {
        return true;
    }
    if (text[0] == '\0' || strspn(text, "0123456789+-.eE") != strlen(text)) {
        return false;
    }
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c_locale == (locale_t)0) {
        return false;
    }
    char *end;
    float value = strtof_l(text, &end, c_locale);
    freelocale(c_locale);
    memcpy(bits, &value, sizeof *bits);
    return *end == '\0';
}

static bool in_range(const field *f, uint32_t bits)
{
    double value = value_of(f, bits);
    return value >= (float)f->min && value <= (f->is_float ? (float)f->max : f->max); /* not NaN */
}

enum { MOST_OTHERS = 7 };

/* A value that has a name, and the numbers that suit it, which the name sets too (PREDICTOR.md says how they were
 * found). */
typedef struct choice {
    const char *field, *name;
    uint32_t value;
    const char *others[MOST_OTHERS]; /* assignments; NULL: no more */
} choice;

static const choice choices[] = {
    {"layer", "recurrent", OCK_LAYER_RECURRENT, {NULL}},
    {"layer", "none", OCK_LAYER_NONE, {"rate=0.002", "rate_end=0.0005"}},
    {"layer", "lstm", OCK_LAYER_LSTM, {"rate=0.002", "rate_end=0.0004"}},
    {"layer", "transformer", OCK_LAYER_TRANSFORMER, {"rate=0.001", "rate_end=0.0004"}},
    {"layer", "ssm", OCK_LAYER_SSM, {"rate=0.002", "rate_end=0.0004"}},
    {"optimiser",
     "adam",
     OCK_ADAM,
     {"momentum=0", "muon_gain=0", "muon_block=0", "muon_every=0", "muon_turns=0"}},
    {"optimiser",
     "muon",
     OCK_MUON,
     {"momentum=0.95", "muon_gain=1", "muon_block=0", "muon_every=0", "muon_turns=5", "rate=0.002",
      "rate_end=0.0008"}},
};

enum { CHOICE_COUNT = sizeof choices / sizeof choices[0] };

const char *ock_layer_name(uint32_t layer)
{
    for (size_t i = 0; i < CHOICE_COUNT; i++) {
        if (strcmp(choices[i].field, "layer") == 0 && choices[i].value == layer) {
            return choices[i].name;
        }
    }
    return "unknown";
}

/* The choice that the assignment names; NULL: none. */
static const choice *find_choice(const char *assignment)
{
    for (size_t i = 0; i < CHOICE_COUNT; i++) {
        const size_t length = strlen(choices[i].field);
        if (strncmp(assignment, choices[i].field, length) == 0 && assignment[length] == '=' &&
            strcmp(assignment + length + 1, choices[i].name) == 0) {
            return &choices[i];
        }
    }
    return NULL;
}

static ock_status set_number(ock_config *config, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    if (equals == NULL) {
        return ock_fail(OCK_ENVIRONMENT, "--set %s: expected name=value", assignment);
    }
    const field *f = find_field(assignment, (size_t)(equals - assignment));
    if (f == NULL) {
        return ock_fail(OCK_ENVIRONMENT, "--set %s: the model has no such number (see info)",
                        assignment);
    }
    uint32_t bits;
    bool parsed = f->is_float ? parse_real(equals + 1, &bits) : parse_integer(equals + 1, &bits);
    if (!parsed || !in_range(f, bits)) {
        return ock_fail(OCK_ENVIRONMENT, "--set %s: expected %s from %.9g to %.9g", assignment,
                        f->is_float ? "a number" : "an integer", f->min, f->max);
    }
    put_bits(config, f, bits);
    return OCK_OK;
}

static ock_status set_choice(ock_config *config, const choice *chosen)
{
    ock_config changed = *config;
    ock_status status = OCK_OK;
    put_bits(&changed, find_field(chosen->field, strlen(chosen->field)), chosen->value);
    for (size_t i = 0; i < MOST_OTHERS && chosen->others[i] != NULL && status == OCK_OK; i++) {
        status = set_number(&changed, chosen->others[i]);
    }
    if (status == OCK_OK) {
        *config = changed;
    }
    return status;
}

ock_status ock_config_set(ock_config *config, const char *assignment)
{
    const choice *chosen = find_choice(assignment);
    return chosen != NULL ? set_choice(config, chosen) : set_number(config, assignment);
}

bool ock_config_same(const ock_config *a, const ock_config *b)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (get_bits(a, &fields[i]) != get_bits(b, &fields[i])) {
            return false;
        }
    }
    return true;
}

int ock_config_field(const ock_config *config, size_t index, char *text, size_t text_bytes)
{
    if (index >= FIELD_COUNT) {
        return 0;
    }
    const field *f = &fields[index];
    uint32_t bits = get_bits(config, f);
    snprintf(text, text_bytes, f->is_float ? "%s=0x%08" PRIx32 : "%s=%" PRIu32, f->name, bits);
    return 1;
}

const char *ock_config_value(const ock_config *config, size_t index, int *is_float, double *real,
                             uint32_t *integer)
{
    if (index >= FIELD_COUNT) {
        return NULL;
    }
    *is_float = fields[index].is_float;
    *integer = get_bits(config, &fields[index]);
    *real = value_of(&fields[index], *integer);
    return fields[index].name;
}

ock_status ock_config_write(const ock_config *config, const ock_config *base, char **text)
{
    enum { LINE = 64 };
    *text = malloc((size_t)FIELD_COUNT * LINE + 1);
    if (*text == NULL) {
        return ock_fail_memory((size_t)FIELD_COUNT * LINE, "the configuration's text");
    }
    char *at = *text;
    for (size_t i = 0; ock_config_field(config, i, at, LINE); i++) {
        const uint32_t bits = get_bits(config, &fields[i]);
        const bool silent =
            base != NULL ? bits == get_bits(base, &fields[i]) : fields[i].later && bits == 0;
        if (silent) {
            continue;
        }
        at += strlen(at);
        *at++ = '\n';
    }
    *at = '\0';
    return OCK_OK;
}

/* Reads the line "name=value\n" of field f at *text and moves *text past it. False for any other
 * line, and for one that changes nothing: it would not have been written. */
static bool read_line(const char **text, const field *f, ock_config *config)
{
    const char *end = strchr(*text, '\n');
    size_t name_length = strlen(f->name);
    char value[16];
    if (end == NULL || strncmp(*text, f->name, name_length) != 0 || (*text)[name_length] != '=') {
        return false;
    }
    const char *start = *text + name_length + 1;
    if (end < start || (size_t)(end - start) >= sizeof value) {
        return false;
    }
    memcpy(value, start, (size_t)(end - start));
    value[end - start] = '\0';
    uint32_t bits;
    if (!(f->is_float ? parse_hex_bits(value, &bits) : parse_integer(value, &bits)) ||
        bits == get_bits(config, f)) {
        return false;
    }
    put_bits(config, f, bits);
    *text = end + 1;
    return true;
}

ock_status ock_config_read(const char *text, ock_config *config)
{
    ock_config changed = *config;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        (void)read_line(&text, &fields[i], &changed); /* or not: the line may be a later field's */
    }
    if (*text != '\0') {
        return ock_fail(OCK_BAD_DATA, "the configuration in the file is damaged at \"%.*s\"",
                        (int)strcspn(text, "\n"), text);
    }
    *config = changed;
    return OCK_OK;
}

static ock_status check_network(const ock_config *c, ock_status blame)
{
    if (c->order_max < c->order_min) {
        return ock_fail(blame, "configuration: order_max is below order_min");
    }
    uint32_t slices = c->order_max - c->order_min + 1 + c->features;
    if (c->width % 32 != 0 || c->width % (16 * slices) != 0) {
        return ock_fail(blame,
                        "configuration: width %" PRIu32
                        " is not a multiple of 32 and of 16 x %" PRIu32 " orders and features",
                        c->width, slices);
    }
    return OCK_OK;
}

/* Whether the field is left to the plan, by a number that is none of its own. */
static bool is_open(const ock_config *config, const field *f)
{
    return f->offset == offsetof(ock_config, layers) && config->layers == OCK_LAYERS_BY_LENGTH;
}

ock_status ock_config_check(const ock_config *config, ock_status blame)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (!in_range(&fields[i], get_bits(config, &fields[i])) && !is_open(config, &fields[i])) {
            return ock_fail(blame, "configuration: %s is not within %.9g .. %.9g", fields[i].name,
                            fields[i].min, fields[i].max);
        }
    }
    if (config->network == 0 && config->mixing == 0) {
        return ock_fail(blame, "configuration: network and mixing are both off");
    }
    if (config->repeats > 0 && config->repeats < OCK_LEAST_REPEAT) {
        return ock_fail(blame, "configuration: repeats is below %d and not 0",
                        (int)OCK_LEAST_REPEAT);
    }
    return check_network(config, blame);
}
