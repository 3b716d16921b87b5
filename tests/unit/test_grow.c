/* SPDX-License-Identifier: MIT */
/* test_grow.c - an array filled one by one keeps what is in it, whatever its room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "base/grow.h"

static void filled_one_by_one(void **state)
{
    enum { COUNT = 1000 };
    uint32_t *array = NULL;
    size_t room = 0, moves = 0;
    (void)state;
    for (uint32_t i = 0; i < COUNT; i++) {
        const size_t before = room;
        assert_int_equal(ock_grow((void **)&array, i, &room, sizeof *array, "a test"), OCK_OK);
        assert_true(room > i);
        moves += room != before;
        array[i] = 3 * i;
    }
    assert_true(moves < 10); /* by doubling */
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(array[i], 3 * i);
    }
    free(array);
}

/* More than there can be: what was there stays. */
static void a_failure_changes_nothing(void **state)
{
    uint8_t *array = malloc(1), *before = array;
    size_t room = 1;
    (void)state;
    assert_non_null(array);
    array[0] = 7;
    ock_error_clear();
    assert_int_equal(ock_grow((void **)&array, 1, &room, (size_t)PTRDIFF_MAX / 2, "a test"),
                     OCK_ENVIRONMENT);
    assert_non_null(strstr(ock_error_text(), "a test"));
    assert_ptr_equal(array, before);
    assert_int_equal(room, 1);
    assert_int_equal(array[0], 7);
    ock_error_clear();
    free(array);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filled_one_by_one),
        cmocka_unit_test(a_failure_changes_nothing),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
