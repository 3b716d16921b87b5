/* SPDX-License-Identifier: MIT */
/* cases.h - the main function of every test program: it runs all its cases, names them, or runs one.
 *
 *     test_NAME                      runs all
 *     test_NAME --list               writes their names, one a line; sets nothing up
 *     test_NAME --only CASE          runs this one; exit code OCK_CASE_SKIPPED when it was skipped
 *
 * What stands behind these are the program's own arguments: ock_case_arguments().
 *
 * A main ends with `return ock_run_cases(argc, argv, tests, setup, teardown);`, as with cmocka's
 * cmocka_run_group_tests(). The setup and the teardown are those of the group: with --only they are
 * run for the one case. CMake registers each case that --list names as a test of its own. */
#ifndef OCK_CASES_H
#define OCK_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { OCK_CASE_SKIPPED = 77 };

/* The result is the exit code: 0 when no case failed. */
#define ock_run_cases(argc, argv, tests, setup, teardown)                                          \
    ock_run_cases_of(argc, argv, tests, sizeof(tests) / sizeof(tests)[0], setup, teardown)
int ock_run_cases_of(int argc, char **argv, const struct CMUnitTest *cases, size_t count,
                     CMFixtureFunction setup, CMFixtureFunction teardown);

/* The program's own arguments, for a setup: *count strings. Storage is main's. */
char **ock_case_arguments(int *count);

/* Ends the running case as skipped, and says why on standard error: "SKIPPED: reason". */
void ock_skip(const char *reason);
/* Says, likewise (printf-style), what the running case leaves out. */
void ock_leave_out(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Only with a reason. */
#undef skip
#define skip() _Static_assert(0, "ock_skip(reason) skips a case")

#endif
