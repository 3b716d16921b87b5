/* SPDX-License-Identifier: MIT */
/* test_number.c - decimal numbers of foreign texts: what is one, its range, and where it ends; lengths
 * with units. */
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

/* One rule for every length that is typed: bare letters and KiB are binary, kB is decimal. */
static void lengths_have_units(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        {"0", 0},
        {"4096", 4096},
        {"1k", 1024},
        {"1K", 1024},
        {"3m", 3 << 20},
        {"3M", 3 << 20},
        {"4g", (uint64_t)4 << 30},
        {"4G", (uint64_t)4 << 30},
        {"5t", (uint64_t)5 << 40},
        {"5T", (uint64_t)5 << 40},
        {"1KiB", 1024},
        {"2kiB", 2048},
        {"4GiB", (uint64_t)4 << 30},
        {"1TiB", (uint64_t)1 << 40},
        {"1kB", 1000},
        {"1KB", 1000},
        {"7MB", 7000000},
        {"4GB", 4000000000},
        {"3TB", 3000000000000},
        {"16777215T", 16777215 * ((uint64_t)1 << 40)},
        {"18446744073709551615", UINT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t bytes = 99;
        assert_true(ock_size_parse(cases[i].text, &bytes));
        assert_true(bytes == cases[i].bytes);
    }
}

static void other_lengths_change_nothing(void **state)
{
    static const char *const texts[] = {"",
                                        "K",
                                        "-1",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "1 K",
                                        "1KK",
                                        "1Ki",
                                        "1Kb",
                                        "1B",
                                        "1iB",
                                        "1Q",
                                        "1E",
                                        "1.5G",
                                        "1e9",
                                        "0x10",
                                        "16777216T",
                                        "1KiBs",
                                        "1GBB",
                                        "1,000",
                                        "18446744073709551616",
                                        "18446744073709551615K",
                                        "18014398509481984K"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t bytes = 99;
        if (ock_size_parse(texts[i], &bytes)) {
            fail_msg("\"%s\" is %" PRIu64, texts[i], bytes);
        }
        assert_true(bytes == 99);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_end_where_digits_end),
        cmocka_unit_test(other_texts_change_nothing),
        cmocka_unit_test(lengths_have_units),
        cmocka_unit_test(other_lengths_change_nothing),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
