/* SPDX-License-Identifier: MIT */
/* specimen_cases.c - cases that end in every way; run_cases.sh looks at what becomes of each. */
#include <stdio.h>
#include <string.h>

#include "cases.h"

static void passes(void **state)
{
    assert_string_equal(*state, "set up");
}

static void fails(void **state)
{
    (void)state;
    fail_msg("as it should");
}

static void is_skipped(void **state)
{
    (void)state;
    ock_skip("a reason");
}

static void is_skipped_silently(void **state)
{
    (void)state;
    _skip(__FILE__, __LINE__);
}

static void is_skipped_for_nothing(void **state)
{
    (void)state;
    ock_skip("");
}

static void leaves_out(void **state)
{
    (void)state;
    ock_leave_out("%d of its parts", 2);
}

/* `broken` among the program's own arguments: the setup fails. */
static int set_up(void **state)
{
    int count;
    char **arguments = ock_case_arguments(&count);
    *state = "set up";
    return count > 0 && strcmp(arguments[0], "broken") == 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    fputs("torn down\n", stderr);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes),
        cmocka_unit_test(fails),
        cmocka_unit_test(is_skipped),
        cmocka_unit_test(is_skipped_silently),
        cmocka_unit_test(is_skipped_for_nothing),
        cmocka_unit_test(leaves_out),
    };
    return ock_run_cases(argc, argv, tests, set_up, tear_down);
}
