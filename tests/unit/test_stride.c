/* SPDX-License-Identifier: MIT */
/* test_stride.c - the distance between rows is found, from the data alone, and its symbols are
 * where they are said to be. */
#include "model_fixture.h"

#include "contexts/stride.h"

enum { SEARCHES = 3, SYMBOLS = SEARCHES * OCK_STRIDE_PERIOD };

/* A picture of `width` symbols a row: stripes that darken from row to row, with a little noise. */
static uint8_t pixel(uint64_t i, size_t width)
{
    uint64_t x = i % width, y = i / width;
    return (uint8_t)(fixture_bits(4, x / 3) % 200 + y % 8 + fixture_bits(1, i) % 3);
}

static void rows_are_found(void **state)
{
    static const size_t widths[] = {OCK_STRIDE_MIN, 17, 100, 216, 2304, OCK_STRIDE_MAX};
    static ock_stride s;
    (void)state;
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
        ock_stride_start(&s);
        for (uint64_t i = 0; i < 2 * SYMBOLS; i++) {
            ock_stride_update(&s, pixel(i, widths[w]));
        }
        assert_int_equal(s.stride % widths[w], 0); /* noise may favour a farther row */
        assert_true(widths[w] < 1000 || s.stride == widths[w]);
    }
}

/* Before there are data, all is zero; afterwards `back` counts from the newest symbol. */
static void symbols_lie_behind(void **state)
{
    static ock_stride s;
    static uint8_t text[SYMBOLS];
    (void)state;
    ock_stride_start(&s);
    for (size_t back = 1; back <= 2 * OCK_STRIDE_MAX; back++) {
        assert_int_equal(ock_stride_symbol(&s, back), 0);
    }
    for (size_t i = 0; i < SYMBOLS; i++) {
        text[i] = (uint8_t)fixture_bits(2, i);
        ock_stride_update(&s, text[i]);
        for (size_t back = 1; back <= 2 * OCK_STRIDE_MAX && i % 97 == 0; back += 31) {
            assert_int_equal(ock_stride_symbol(&s, back), back <= i + 1 ? text[i + 1 - back] : 0);
        }
        assert_true(s.stride >= OCK_STRIDE_MIN && s.stride <= OCK_STRIDE_MAX);
    }
}

static void pure_function_of_the_past(void **state)
{
    static ock_stride a, b;
    (void)state;
    memset(&a, 0xFF, sizeof a);
    ock_stride_start(&a);
    ock_stride_start(&b);
    for (uint64_t i = 0; i < SYMBOLS; i++) {
        ock_stride_update(&a, (uint8_t)fixture_bits(3, i));
        ock_stride_update(&b, (uint8_t)fixture_bits(3, i));
        assert_int_equal(a.stride, b.stride);
    }
    assert_memory_equal(&a, &b, sizeof a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_found),
        cmocka_unit_test(symbols_lie_behind),
        cmocka_unit_test(pure_function_of_the_past),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
