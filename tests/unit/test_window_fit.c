/* SPDX-License-Identifier: MIT */
/* test_window_fit.c - a dependence on neighbours is found in every layout; what is no past is not read, nor what is not kept;
 * windows end where rows do. */
#include "model_fixture.h"

#include <math.h>

#include "contexts/window_fit.h"

enum { COLUMNS = 40, ROWS = 24, BYTES_MOST = COLUMNS * ROWS * 8, PLACES = 50 };

static const ock_window windows[] = {{5, 5, 12}, {10, 10, 20}, {10, 1, 8}};
enum { WINDOWS = sizeof windows / sizeof windows[0] };

static const ock_layout layouts[] = {
    {.width = 1, .record = 1},           {.width = 1, .record = 3},
    {.width = 2, .record = 2},           {.width = 2, .record = 2, .big = 1},
    {.width = 2, .record = 6, .big = 1}, {.width = 4, .record = 4, .big = 1, .real = 1},
    {.width = 8, .record = 8},
};
enum { LAYOUTS = sizeof layouts / sizeof layouts[0] };

static ock_layout in_rows(const ock_layout *layout)
{
    ock_layout l = *layout;
    l.row = COLUMNS * l.record;
    return l;
}

static void put(const ock_layout *l, uint8_t *to, uint64_t ordered)
{
    const uint64_t raw = ock_layout_raw(l, ordered, (unsigned)l->width);
    for (uint64_t i = 0; i < l->width; i++) {
        to[l->big ? l->width - 1 - i : i] = (uint8_t)(raw >> 8 * i);
    }
}

/* Of its column and its row: each number is the one above and the one before, less the one above that. */
static uint64_t of_plane(const ock_layout *l, size_t column, size_t row, size_t channel)
{
    const uint64_t sum =
        fixture_bits(channel, column) % 100 + fixture_bits(10 + channel, row) % 100;
    return l->width == 8 ? sum << 20 : sum;
}

/* All bytes, so many rows. */
static void fill(const ock_layout *l, uint8_t bytes[BYTES_MOST])
{
    memset(bytes, 0, BYTES_MOST);
    for (size_t y = 0; y < ROWS && (y + 1) * l->row <= BYTES_MOST; y++) {
        for (size_t x = 0; x < COLUMNS; x++) {
            for (size_t k = 0; k < l->record / l->width; k++) {
                put(l, bytes + y * l->row + x * l->record + k * l->width, of_plane(l, x, y, k));
            }
        }
    }
}

static void dependence_is_found(void **state)
{
    static uint8_t bytes[BYTES_MOST];
    (void)state;
    for (size_t i = 0; i < LAYOUTS * WINDOWS; i++) {
        const ock_layout l = in_rows(&layouts[i % LAYOUTS]);
        ock_window w = windows[i / LAYOUTS];
        const size_t x = COLUMNS / 2, y = 18;
        fill(&l, bytes);
        assert_true(ock_window_cut(&w, &l, y * l.row));
        for (size_t k = 0; k < l.record / l.width; k++) {
            const uint8_t *start = bytes + y * l.row + x * l.record + k * l.width;
            const double apart = (double)of_plane(&l, x, y, k) - (double)of_plane(&l, x - 1, y, k);
            const double unit = l.width == 8 ? 0x1p12 : 1;
            const double found = ock_window_fit(&w, &l, start, (unsigned)l.width);
            if (!(fabs(found - apart / (l.width == 8 ? 256 : 1)) < 0.5 * unit)) {
                fail_msg("layout %zu, window %zu, number %zu: %g instead of %g", i % LAYOUTS,
                         i / LAYOUTS, k, found, apart);
            }
        }
    }
}

/* The number itself and those behind it, and symbols that are not kept, change nothing. */
static void only_what_is_kept_is_read(void **state)
{
    static uint8_t bytes[BYTES_MOST], others[BYTES_MOST];
    (void)state;
    for (size_t i = 0; i < LAYOUTS * WINDOWS; i++) {
        const ock_layout l = in_rows(&layouts[i % LAYOUTS]);
        ock_window w = windows[i / LAYOUTS];
        const size_t begin = 2 * l.row + 3, start = 15 * l.row + 7 * l.record;
        for (size_t b = 0; b < BYTES_MOST; b++) {
            bytes[b] = (uint8_t)fixture_bits(5, b);
            others[b] = b >= begin && b < start ? bytes[b] : (uint8_t)~bytes[b];
        }
        assert_true(ock_window_cut(&w, &l, start - begin));
        const double a = ock_window_fit(&w, &l, bytes + start, (unsigned)l.width);
        const double b = ock_window_fit(&w, &l, others + start, (unsigned)l.width);
        assert_memory_equal(&a, &b, sizeof a);
        others[start - l.row + (l.big ? 0 : l.width - 1)] ^= 0x15; /* and the number above does */
        const double c = ock_window_fit(&w, &l, others + start, (unsigned)l.width);
        assert_memory_not_equal(&a, &c, sizeof a);
    }
}

/* Without others in its record, a number depends on those of two planes before it. */
static void planes_before_are_found(void **state)
{
    enum { LINES = 16, PLANES = 3 };
    static uint8_t bytes[PLANES * LINES * COLUMNS * 2];
    ock_layout l = {.width = 2, .record = 2, .row = COLUMNS * 2, .plane = LINES * COLUMNS * 2};
    (void)state;
    for (size_t i = 0; i < LINES * COLUMNS; i++) {
        const uint64_t first = fixture_bits(1, i) % 1000, second = fixture_bits(2, i) % 1000;
        put(&l, bytes + 2 * i, first);
        put(&l, bytes + l.plane + 2 * i, second);
        put(&l, bytes + 2 * l.plane + 2 * i, 7000 + first + 3 * second);
    }
    for (size_t p = 0; p < PLACES; p++) {
        ock_window w = {10, 10, 20};
        const size_t at = 13 * COLUMNS + 2 * COLUMNS / 3 + p % 5;
        const uint8_t *start = bytes + 2 * l.plane + 2 * at;
        assert_true(ock_window_cut(&w, &l, (uint64_t)(start - bytes)));
        const double apart =
            (double)ock_layout_number(&l, start, 2) - (double)ock_layout_number(&l, start - 2, 2);
        assert_true(fabs(ock_window_fit(&w, &l, start, 2) - apart) < 0.5);
    }
    ock_window w = {10, 10, 20};
    assert_false(ock_window_cut(&w, &l, 2 * l.plane)); /* which are too far */
}

static void windows_end_with_rows(void **state)
{
    ock_layout l = {.width = 2, .record = 2};
    ock_window w = {10, 10, 20};
    (void)state;
    assert_false(ock_window_cut(&w, &l, 1 << 17)); /* no rows */
    for (uint64_t columns = 2; columns < 30; columns++) {
        w = (ock_window){10, 10, 20};
        l.row = columns * l.record;
        const bool any = ock_window_cut(&w, &l, 1 << 17);
        assert_int_equal(any, columns > 4);
        assert_true(!any || w.reach + 4 <= columns);
        assert_true(w.reach == 10 || w.reach + 4 == columns || !any);
    }
    uint32_t rows = 0;
    for (uint64_t kept = 0; kept < 20 * l.row; kept += 7) {
        w = (ock_window){10, 10, 20};
        const uint32_t now = ock_window_cut(&w, &l, kept) ? w.rows : 0;
        assert_true(now >= rows && now <= rows + 1);
        rows = now;
    }
    assert_int_equal(rows, 10);
}

/* Where all is the same, the number is too; where nothing is regular, what is found is finite. */
static void nothing_blows_up(void **state)
{
    static uint8_t bytes[BYTES_MOST];
    (void)state;
    for (size_t i = 0; i < LAYOUTS * WINDOWS; i++) {
        const ock_layout l = in_rows(&layouts[i % LAYOUTS]);
        ock_window w = windows[i / LAYOUTS];
        memset(bytes, 77, sizeof bytes);
        assert_true(ock_window_cut(&w, &l, 14 * l.row));
        assert_true(ock_window_fit(&w, &l, bytes + 14 * l.row, (unsigned)l.width) == 0);
        for (size_t b = 0; b < BYTES_MOST; b++) {
            bytes[b] = b % 3 == 0 ? 255 : 0;
        }
        for (size_t p = 0; p < PLACES; p++) {
            const uint8_t *start = bytes + 14 * l.row + p * l.record % l.row;
            assert_true(isfinite(ock_window_fit(&w, &l, start, (unsigned)l.width)));
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dependence_is_found),     cmocka_unit_test(only_what_is_kept_is_read),
        cmocka_unit_test(planes_before_are_found), cmocka_unit_test(windows_end_with_rows),
        cmocka_unit_test(nothing_blows_up),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
