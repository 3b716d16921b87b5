/* SPDX-License-Identifier: MIT */
/* cases.c - lists and runs the cases of a test program. */
#include "cases.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static char **rest; /* the program's own arguments */
static int rest_count;

/* Of the one case of --only. */
static CMUnitTestFunction function;
static bool finished, has_reason;

char **ock_case_arguments(int *count)
{
    *count = rest_count;
    return rest;
}

void ock_skip(const char *reason)
{
    ock_leave_out("%s", reason);
    has_reason = reason[0] != '\0';
    _skip(__FILE__, __LINE__);
}

void ock_leave_out(const char *format, ...)
{
    va_list arguments;

    fputs("SKIPPED: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

static int list(const struct CMUnitTest *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printf("%s\n", cases[i].name);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}

/* cmocka counts a skipped case as passed; but only what was not left by a jump comes to its end. */
static void run_to_its_end(void **state)
{
    function(state);
    finished = true;
}

static int run_one(struct CMUnitTest one, CMFixtureFunction setup, CMFixtureFunction teardown)
{
    function = one.test_func;
    one.test_func = run_to_its_end;
    const int failed = _cmocka_run_group_tests(one.name, &one, 1, setup, teardown);
    if (failed != 0 || finished) {
        return failed != 0;
    }
    if (!has_reason) {
        fprintf(stderr, "%s: was skipped without a reason\n", one.name);
        return 1;
    }
    return OCK_CASE_SKIPPED;
}

static int run_named(const char *name, const struct CMUnitTest *cases, size_t count,
                     CMFixtureFunction setup, CMFixtureFunction teardown)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(cases[i].name, name) == 0) {
            return run_one(cases[i], setup, teardown);
        }
    }
    fprintf(stderr, "%s: no such case; --list names them\n", name);
    return 2;
}

int ock_run_cases_of(int argc, char **argv, const struct CMUnitTest *cases, size_t count,
                     CMFixtureFunction setup, CMFixtureFunction teardown)
{
    const char *name = argc > 1 ? argv[1] : "";

    if (strcmp(name, "--list") == 0) {
        return list(cases, count);
    }
    const bool alone = strcmp(name, "--only") == 0 && argc > 2;
    const int used = alone ? 3 : 1;
    rest = argv + used;
    rest_count = argc > used ? argc - used : 0;
    if (alone) {
        return run_named(argv[2], cases, count, setup, teardown);
    }
    if (strncmp(name, "--", 2) == 0) {
        fprintf(stderr, "usage: %s [--list | --only CASE] [ARGUMENT...]\n", argv[0]);
        return 2;
    }
    return _cmocka_run_group_tests(argv[0], cases, count, setup, teardown) != 0;
}
