/* SPDX-License-Identifier: MIT */
/* option_values.c - one reader for each type of argument. */
#include "cli/option_values.h"

#include <string.h>

#include "base/number.h"

/* Digits alone, as a decimal. Their end, or NULL: there are none, or too many. */
static const char *read_digits(const char *text, uint64_t *value)
{
    return ock_number_take(&text, UINT64_MAX, value) ? text : NULL;
}

static bool is_within(const ock_option *option, uint64_t value)
{
    return value >= option->least && value <= option->most;
}

static ock_status store_count(const ock_option *option, const char *text, uint32_t *place)
{
    uint64_t value;
    const char *end = read_digits(text, &value);
    if (end == NULL || *end != '\0' || !is_within(option, value)) {
        return ock_fail(OCK_ENVIRONMENT, "--%s %s: expected an integer from %u to %u", option->name,
                        text, (unsigned)option->least, (unsigned)option->most);
    }
    *place = (uint32_t)value;
    return OCK_OK;
}

static ock_status store_size(const ock_option *option, const char *text, uint64_t *place)
{
    uint64_t value = 0;
    if (!ock_size_parse(text, &value) || value < option->least) {
        return ock_fail(OCK_ENVIRONMENT,
                        "--%s %s: expected a number of bytes, as 4096, 512K, 4G or 4GB",
                        option->name, text);
    }
    *place = value;
    return OCK_OK;
}

/* Microseconds, or in the unit after them. */
static ock_status store_delay(const ock_option *option, const char *text, uint32_t *place)
{
    static const struct {
        const char *name;
        uint64_t nanoseconds;
    } units[] = {{"", 1000}, {"us", 1000}, {"ns", 1}, {"ms", 1000000}};
    uint64_t value = 0;
    const char *end = read_digits(text, &value);
    for (size_t i = 0; end != NULL && i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].name) == 0 && value <= option->most / units[i].nanoseconds) {
            *place = (uint32_t)(value * units[i].nanoseconds);
            return OCK_OK;
        }
    }
    return ock_fail(OCK_ENVIRONMENT, "--%s %s: expected a time up to %ums, as 2us or 800ns",
                    option->name, text, (unsigned)(option->most / 1000000));
}

/* "N": steps; "Ns": seconds, and no number of steps. */
static ock_status store_period(const ock_option *option, const char *text, unsigned *steps,
                               unsigned *seconds)
{
    uint64_t value;
    const char *end = read_digits(text, &value);
    const bool timed = end != NULL && strcmp(end, "s") == 0;
    if (end == NULL || (*end != '\0' && !timed) || !is_within(option, value)) {
        return ock_fail(OCK_ENVIRONMENT,
                        "--%s %s: expected steps, or seconds with an s, from %u "
                        "to %u",
                        option->name, text, (unsigned)option->least, (unsigned)option->most);
    }
    *steps = timed ? 0 : (unsigned)value;
    *(timed ? seconds : steps) = (unsigned)value;
    return OCK_OK;
}

/* "A:B"; either may be missing. */
static ock_status store_steps(const ock_option *option, const char *text, uint64_t *first,
                              uint64_t *last)
{
    const char *end = text;
    *first = *last = 0;
    if (*end != ':') {
        end = read_digits(end, first);
    }
    if (end != NULL && *end == ':') {
        end = end[1] == '\0' ? end + 1 : read_digits(end + 1, last);
    } else {
        end = NULL;
    }
    if (end == NULL || *end != '\0' || (*last != 0 && *first > *last)) {
        return ock_fail(OCK_ENVIRONMENT, "--%s %s: expected two numbers, as in 100:200",
                        option->name, text);
    }
    return OCK_OK;
}

static ock_status store_path(const ock_option *option, const char *text, const char **place)
{
    if (text[0] == '\0') {
        return ock_fail(OCK_ENVIRONMENT, "--%s: expected a %s, got nothing", option->name,
                        option->type == OCK_OPTION_DIRECTORY ? "directory" : "path");
    }
    *place = text;
    return OCK_OK;
}

static ock_status append_path(const ock_option *option, const char *text, const char **places,
                              size_t *count)
{
    if (*count == option->most) {
        return ock_fail(OCK_ENVIRONMENT, "--%s: more than %u", option->name,
                        (unsigned)option->most);
    }
    return store_path(option, text, &places[(*count)++]);
}

ock_status ock_option_store(const ock_option *option, const char *argument, ock_options *options)
{
    void *place = (char *)options + option->place;
    void *other = (char *)options + option->other_place;
    if (option->given != 0) {
        *(bool *)((char *)options + option->given) = true;
    }
    switch (option->type) {
    case OCK_OPTION_FLAG:
        *(bool *)place = true;
        return OCK_OK;
    case OCK_OPTION_SWITCH:
        *(int *)place = option->value;
        return OCK_OK;
    case OCK_OPTION_INSTEAD:
        options->command = (ock_command)option->value;
        return OCK_OK;
    case OCK_OPTION_STDOUT:
        *(const char **)place = "-";
        return OCK_OK;
    case OCK_OPTION_LEVEL:
        *(uint32_t *)place = (uint32_t)(argument[0] - '0');
        return OCK_OK;
    case OCK_OPTION_COUNT:
        return store_count(option, argument, place);
    case OCK_OPTION_SIZE:
        return store_size(option, argument, place);
    case OCK_OPTION_DELAY:
        return store_delay(option, argument, place);
    case OCK_OPTION_PERIOD:
        return store_period(option, argument, place, other);
    case OCK_OPTION_STEPS:
        return store_steps(option, argument, place, other);
    case OCK_OPTION_NAME:
        *(const char **)place = argument;
        return OCK_OK;
    case OCK_OPTION_FILE:
    case OCK_OPTION_DIRECTORY:
        return store_path(option, argument, place);
    case OCK_OPTION_FILES:
        return append_path(option, argument, place, other);
    case OCK_OPTION_SETTING:
        return ock_config_set(place, argument);
    }
    return ock_fail(OCK_INTERNAL, "--%s: no such type of option", option->name);
}
