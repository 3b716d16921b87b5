/* SPDX-License-Identifier: MIT */
/* test_scan.c - what is found in data that no header tells about. */
#include "layouts_fixture.h"

/* A walk with steps of up to `step` either way, from `from`. */
typedef struct walk {
    uint64_t random;
    int64_t at, step;
} walk;

static int64_t step(walk *w)
{
    w->at += (int64_t)below(&w->random, (uint64_t)(2 * w->step + 1)) - w->step;
    return w->at;
}

static made *empty(size_t count)
{
    made *m = memory_of(sizeof *m);
    m->count = count;
    return m;
}

static void integers_are_found(void **state)
{
    static const struct {
        unsigned width, channels;
        bool big;
        const char *found;
    } cases[] = {
        {2, 1, false, "0+120000:numbers,i16le"},
        {2, 1, true, "0+120000:numbers,i16be"},
        {3, 2, false, "0+120000:numbers,i24le,record=6"},
        {4, 3, true, "0+120000:numbers,i32be,record=12"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        made *m = empty(120000);
        walk w[3] = {{1, 500, 60}, {2, -900, 60}, {3, 70, 60}};
        for (size_t at = 0, k = 0; at < m->count; at += cases[i].width, k++) {
            const int64_t value = step(&w[k % cases[i].channels]);
            put(m, at, cases[i].width, (uint64_t)(cases[i].width > 2 ? 999 * value : value),
                cases[i].big);
        }
        expect(m, cases[i].found);
    }
}

static void fractions_are_found(void **state)
{
    made *m = empty(120000);
    walk w[2] = {{1, 500, 60}, {2, -900, 60}};
    (void)state;
    for (size_t at = 0, k = 0; at < m->count; at += 4, k++) {
        const float value = (float)step(&w[k % 2]) / 32768.0F;
        memcpy(m->bytes + at, &value, 4);
    }
    expect(m, "0+120000:numbers,w32le,fraction=15,record=8");
}

static float height(size_t x, size_t y)
{
    return 200.0F + 0.25F * (float)((x * x + 3 * y * y + x * y) % 1000) / (float)(1 + (x + y) % 2);
}

static void rows_of_floats_are_found(void **state)
{
    enum { COLUMNS = 100 };
    made *m = empty(160000);
    walk row[COLUMNS];
    (void)state;
    for (size_t x = 0; x < COLUMNS; x++) {
        row[x] = (walk){x, (int64_t)(height(x * 37 % 91, x) * 1000), 30};
    }
    for (size_t i = 0; i < m->count / 4; i++) {
        const float value = (float)step(&row[i % COLUMNS]) / 777.0F;
        memcpy(m->bytes + 4 * i, &value, 4);
    }
    expect(m, "0+160000:numbers,f32le,row=400");
}

static void pixels_are_found(void **state)
{
    enum { COLUMNS = 150, ROW = 3 * COLUMNS };
    made *m = empty(ROW * 400);
    uint64_t random = 5;
    (void)state;
    for (size_t i = 0; i < m->count; i++) {
        const int before = i >= ROW ? m->bytes[i - ROW] : 60 * (int)(i % 3) + (int)(i / 4);
        const int now = before + (int)below(&random, 7) - 3;
        m->bytes[i] = (uint8_t)(now < 0 ? 0 : now > 255 ? 255 : now);
    }
    char text[FOUND_BYTES];
    ock_regions regions;
    find_in(m, m->count, NULL, &regions);
    assert_non_null(strstr(text_of(&regions, text), "pixels,u8,record=3,row=450"));
    assert_int_equal(regions.count, 1);
    assert_true(regions.of[0].length > m->count - 3000);
    ock_regions_free(&regions);
    free(m);
}

static void text_noise_and_zeros_have_no_regions(void **state)
{
    static const char *const words[] = {"the ", "lazy ", "dog, ", "which ", "sleeps\n", "0.25 "};
    uint64_t random = 9;
    made *m = empty(100000);
    (void)state;
    expect(m, "");
    expect(noise(0), "");
    m = empty(100000);
    for (size_t at = 0; at + 8 < m->count;) {
        const char *word = words[below(&random, 6)];
        put_text(m, at, word);
        at += strlen(word);
    }
    m->count -= 8;
    expect(m, "");
}

/* Whole numbers and then real ones: where the one layout ends the other begins, to some KiB. */
static void one_layout_follows_another(void **state)
{
    enum { BORDER = 100000 };
    char text[FOUND_BYTES];
    made *m = empty(2 * BORDER);
    walk whole = {1, 500, 60}, real = {2, 200000, 30};
    ock_regions regions;
    (void)state;
    for (size_t at = 0; at < BORDER; at += 2) {
        put(m, at, 2, (uint64_t)step(&whole), false);
    }
    for (size_t at = BORDER; at < m->count; at += 4) {
        const float value = (float)step(&real) / 777.0F;
        memcpy(m->bytes + at, &value, 4);
    }
    find_in(m, m->count, NULL, &regions);
    assert_int_equal(regions.count, 2);
    assert_non_null(strstr(text_of(&regions, text), "numbers,i16le;"));
    assert_non_null(strstr(text, "numbers,f32le"));
    assert_int_equal(regions.of[0].begin, 0);
    assert_in_range(regions.of[0].length, BORDER - 4096, BORDER + 4096);
    assert_in_range(regions.of[1].begin - regions.of[0].length, 0, 3);
    assert_int_equal(regions.of[1].begin + regions.of[1].length, m->count);
    ock_regions_free(&regions);
    free(m);
}

/* Numbers between text and noise: borders are found to some KiB. */
static void regions_begin_and_end_where_numbers_do(void **state)
{
    made *m = noise(0);
    walk w = {1, 0, 40};
    ock_regions regions;
    (void)state;
    m->count = 200000;
    for (size_t at = 50001; at < 150001; at += 2) {
        put(m, at, 2, (uint64_t)step(&w), true);
    }
    find_in(m, m->count, NULL, &regions);
    assert_int_equal(regions.count, 1);
    assert_in_range(regions.of[0].begin, 50001 - 2048, 50001 + 3072);
    assert_int_equal(regions.of[0].begin % 2, 1);
    assert_in_range(regions.of[0].begin + regions.of[0].length, 150001 - 2048, 150001 + 2048);
    ock_regions_free(&regions);
    free(m);
}

/* Of a borders' list: files of 50,001 bytes. */
static uint64_t end_of(void *context, uint64_t begin)
{
    const uint64_t bytes = *(const uint64_t *)context;
    return begin + 50001 < bytes ? begin + 50001 : bytes;
}

static void files_are_looked_at_by_themselves(void **state)
{
    uint64_t bytes = 150003;
    const ock_borders borders = {end_of, &bytes};
    made *m = noise(0);
    char text[FOUND_BYTES];
    ock_regions regions;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        put_text(m, i * 50001, "P6 100 160 255\n");
    }
    find_in(m, bytes, &borders, &regions);
    assert_string_equal(text_of(&regions, text), "15+48000:pixels,u8,record=3,row=300;"
                                                 "50016+48000:pixels,u8,record=3,row=300;"
                                                 "100017+48000:pixels,u8,record=3,row=300");
    ock_regions_free(&regions);
    free(m);
}

static void failures_of_the_source_come_through(void **state)
{
    made *m = noise(0);
    (void)state;
    for (size_t failing = 0; failing < 3; failing++) {
        shelf s = shelf_of(m->bytes, m->count);
        const ock_source source = {read_shelf, &s};
        ock_regions regions = {.of = NULL};
        s.failing = failing;
        assert_int_equal(ock_regions_find(&source, m->count, NULL, NULL, &regions),
                         OCK_ENVIRONMENT);
        ock_error_clear();
        ock_regions_free(&regions);
    }
    free(m);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_found),
        cmocka_unit_test(fractions_are_found),
        cmocka_unit_test(rows_of_floats_are_found),
        cmocka_unit_test(pixels_are_found),
        cmocka_unit_test(text_noise_and_zeros_have_no_regions),
        cmocka_unit_test(one_layout_follows_another),
        cmocka_unit_test(regions_begin_and_end_where_numbers_do),
        cmocka_unit_test(files_are_looked_at_by_themselves),
        cmocka_unit_test(failures_of_the_source_come_through),
    };

    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
