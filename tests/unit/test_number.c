/* test_number.c - decimal numbers of foreign texts: what is one, its range, and where it ends. */
#include "cases.h"

#include <inttypes.h>
#include <string.h>

#include "base/number.h"

static void numbers_end_where_digits_end(void **state)
{
    static const struct {
        const char *text, *rest;
        uint64_t most, number;
    } cases[] = {
        {"0", "", 0, 0},
        {"7", "", 7, 7},
        {"9 lives", " lives", 9, 9},
        {"0012\n", "\n", 12, 12},
        {"10x", "x", 10, 10},
        {"4294967295,", ",", UINT32_MAX, UINT32_MAX},
        {"18446744073709551615", "", UINT64_MAX, UINT64_MAX},
        {"00018446744073709551615.", ".", UINT64_MAX, UINT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *at = cases[i].text;
        uint64_t number = 99;
        assert_true(ock_number_take(&at, cases[i].most, &number));
        assert_true(number == cases[i].number);
        assert_string_equal(at, cases[i].rest);
    }
}

static void other_texts_change_nothing(void **state)
{
    static const struct {
        const char *text;
        uint64_t most;
    } cases[] = {
        {"", UINT64_MAX},
        {" 1", UINT64_MAX},
        {"+1", UINT64_MAX},
        {"-1", UINT64_MAX},
        {"x1", UINT64_MAX},
        {"max\n", UINT64_MAX},
        {"1", 0},
        {"8", 7},
        {"11", 10},
        {"100", 99},
        {"4294967296", UINT32_MAX},
        {"42949672950", UINT32_MAX},
        {"18446744073709551615", UINT64_MAX - 1},
        {"18446744073709551616", UINT64_MAX},
        {"18446744073709551620", UINT64_MAX},
        {"99999999999999999999999999999999999999999", UINT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *at = cases[i].text;
        uint64_t number = 99;
        if (ock_number_take(&at, cases[i].most, &number)) {
            fail_msg("\"%s\" is %" PRIu64, cases[i].text, number);
        }
        assert_ptr_equal(at, cases[i].text);
        assert_true(number == 99);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_end_where_digits_end),
        cmocka_unit_test(other_texts_change_nothing),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
