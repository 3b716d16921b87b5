/* SPDX-License-Identifier: MIT */
/* test_regions.c - lists of regions: rules, bytes, text, places in the rest. */
#include "layouts_fixture.h"

static ock_regions parsed(const char *text, uint64_t bytes)
{
    ock_regions regions;
    assert_int_equal(ock_regions_parse(text, bytes, &regions), OCK_OK);
    return regions;
}

static void text_comes_back(void **state)
{
    static const struct {
        const char *typed, *printed;
    } cases[] = {
        {"44+1000:pixels,u8,record=3,row=99", NULL},
        {"0+1:text", "0+1:text,u8"},
        {"7+:u16le", "7+9993:numbers,u16le"},
        {"0+100:code,u32be;100+8:samples,i24be,record=6", NULL},
        {"0+4000:numbers,f64le,record=24,row=240,plane=2400", NULL},
        {"0+4000:unknown,w32be;5000+5000:samples,f16le", NULL},
        {"0+4000:w32be,fraction=24;5000+:samples,w32le,fraction=15,record=8",
         "0+4000:numbers,w32be,fraction=24;5000+5000:samples,w32le,fraction=15,record=8"},
        {"0+400:f32,row=80", "0+400:numbers,f32le,row=80"},
        {"0+500:triangles,f32be,record=50;500+72:triangles,i32le,record=36", NULL},
    };
    char text[FOUND_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_regions regions = parsed(cases[i].typed, 10000);
        assert_string_equal(text_of(&regions, text),
                            cases[i].printed != NULL ? cases[i].printed : cases[i].typed);
        ock_regions_free(&regions);
    }
}

static void text_that_is_no_list_is_refused(void **state)
{
    static const char *const cases[] = {"",
                                        "1",
                                        "1+2",
                                        "1+2:",
                                        "1+2:u8,",
                                        "a+2:u8",
                                        "-1+2:u8",
                                        "0+0:u8",
                                        "0+101:u8",
                                        "101+:u8",
                                        "100+:u8",
                                        "0+9:u12",
                                        "0+9:f8",
                                        "0+9:f24",
                                        "0+9:w16",
                                        "0+9:f32le,fraction=1",
                                        "0+9:w32le,fraction=25",
                                        "0+9:w32le,fraction=",
                                        "0+9:w32le,fraction=9,fraction=9",
                                        "0+9:w32le,fraction=9,w64le",
                                        "0+9:u40",
                                        "0+9:u8be",
                                        "0+9:u8;",
                                        "0+9:u8;8+1:u8",
                                        "0+9:u8 ",
                                        "0+9:video",
                                        "0+99:triangles,f32,record=35",
                                        "0+99:triangles,f64,record=72",
                                        "0+99:triangles,u16,record=36",
                                        "0+9:row=0x9",
                                        "0+9:record=0",
                                        "0+9:u8,row=1",
                                        "0+9:u8,row=9",
                                        "0+9:row=",
                                        "0+9:plane=4",
                                        "0+9:record=10",
                                        "0+9:row=3,plane=3",
                                        "0+9:row=3,plane=9",
                                        "0+9:record=4294967296",
                                        "18446744073709551615+2:u8",
                                        "0+18446744073709551616:u8"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_regions regions;
        assert_int_equal(ock_regions_parse(cases[i], 100, &regions), OCK_ENVIRONMENT);
        assert_non_null(strstr(ock_error_text(), "layout"));
        ock_error_clear();
        ock_regions_free(&regions);
    }
}

static ock_regions any_list(uint64_t *random, size_t most)
{
    static const uint8_t widths[] = {1, 2, 3, 4, 8};
    ock_regions regions = {.of = NULL};
    ock_region s = {0};
    for (size_t i = 0; i < most; i++) {
        uint64_t gap = below(random, 3) * below(random, 1000);
        if (below(random, 3) > 0) {
            const uint8_t width = widths[below(random, 5)];
            gap = below(random, 1000);
            s.length = 1 + below(random, 1 << 20);
            s.shape = (ock_shape){.kind = (uint8_t)below(random, OCK_REGION_KINDS),
                                  .type = (uint8_t)below(random, OCK_REGION_TYPES),
                                  .big = below(random, 2),
                                  .width = width,
                                  .record = (uint32_t)(width + below(random, 4)),
                                  .row = below(random, 2) * below(random, 300)};
            s.shape.plane = s.shape.row > 0 ? below(random, 2) * below(random, 9000) : 0;
        }
        s.begin = ock_regions_end(&regions, regions.count) + gap;
        for (uint64_t k = below(random, 3); ock_regions_allow(&regions, &s, UINT64_MAX); k--) {
            assert_int_equal(ock_regions_append(&regions, &s), OCK_OK);
            s.begin += s.length + gap;
            if (k == 0) {
                break;
            }
        }
    }
    return regions;
}

static void bytes_come_back(void **state)
{
    uint64_t random = 7;
    (void)state;
    for (size_t i = 0; i < 300; i++) {
        ock_regions regions = any_list(&random, i), back = {.of = NULL};
        uint8_t *bytes;
        size_t count;
        assert_int_equal(ock_regions_encode(&regions, &bytes, &count), OCK_OK);
        assert_int_equal(count == 0, regions.count == 0);
        if (count > 0) {
            const uint64_t end = ock_regions_end(&regions, regions.count);
            assert_int_equal(ock_regions_decode(bytes, count, end, "x", &back), OCK_OK);
            assert_true(ock_regions_equal(&regions, &back));
            ock_regions_free(&back);
            assert_int_equal(ock_regions_decode(bytes, count, end - 1, "x", &back), OCK_BAD_DATA);
            ock_regions_free(&back);
            assert_int_equal(ock_regions_decode(bytes, count - 1, end, "x", &back) == OCK_OK &&
                                 ock_regions_equal(&regions, &back),
                             false);
            ock_error_clear();
        }
        free(bytes);
        ock_regions_free(&regions);
        ock_regions_free(&back);
    }
}

/* Whatever they are, they are a list that keeps the rules, or damage. */
static void any_bytes_are_a_list_or_damage(void **state)
{
    uint64_t random = 3;
    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        uint8_t bytes[24];
        const size_t count = 1 + below(&random, sizeof bytes);
        ock_regions regions;
        for (size_t k = 0; k < count; k++) {
            bytes[k] = (uint8_t)(below(&random, 2) ? next(&random) : below(&random, 10));
        }
        const ock_status status = ock_regions_decode(bytes, count, 5000, "file", &regions);
        assert_true(status == OCK_OK || status == OCK_BAD_DATA);
        for (size_t k = 0; k < regions.count; k++) {
            const ock_regions before = {.count = k, .of = regions.of};
            assert_true(ock_regions_allow(&before, &regions.of[k], 5000));
        }
        ock_error_clear();
        ock_regions_free(&regions);
    }
}

static void lookups_know_how_far_they_hold(void **state)
{
    ock_regions regions = parsed("10+10:u8;20+5:u16le;30+9:u8", 100);
    static const struct {
        uint64_t at, end;
        int region;
    } cases[] = {{0, 10, -1}, {10, 20, 0},  {19, 20, 0},          {20, 25, 1},
                 {24, 25, 1}, {25, 30, -1}, {39, UINT64_MAX, -1}, {99, UINT64_MAX, -1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t end = 0;
        const ock_region *s = ock_regions_at(&regions, cases[i].at, &end);
        assert_ptr_equal(s, cases[i].region < 0 ? NULL : &regions.of[cases[i].region]);
        assert_int_equal(end, cases[i].end);
    }
    ock_regions_free(&regions);
}

static void layouts_are_those_of_the_contexts(void **state)
{
    ock_regions regions =
        parsed("10+9000:pixels,i16be,record=6,row=60;9100+9000:f32le,record=100", 20000);
    ock_layout l;
    (void)state;
    for (uint64_t at = 10; at < 40; at++) {
        ock_region_layout(&regions.of[0], at, &l);
        assert_true(ock_layout_is_sound(&l));
        assert_true(l.width == 2 && l.big == 1 && l.real == 0 && l.record == 6 && l.row == 60);
        assert_int_equal((at + l.offset - 10) % 6, 0);
    }
    ock_region_layout(&regions.of[1], 9101, &l);
    assert_true(l.real == 1 && l.record == 4 && l.row == 100 && l.offset == 3);
    ock_regions_free(&regions);
}

static void repeats_are_cut_out(void **state)
{
    ock_regions regions = parsed("100+400:u8,record=10;600+50:u16le;700+100:text", 1000);
    ock_regions rest = {.of = NULL};
    ock_repeats repeats;
    (void)state;
    ock_repeats_start(&repeats, 0, 1000);
    assert_int_equal(ock_repeats_append(&repeats, 50, 0, 55), OCK_OK);  /* the begin */
    assert_int_equal(ock_repeats_append(&repeats, 203, 0, 14), OCK_OK); /* within */
    assert_int_equal(ock_repeats_append(&repeats, 590, 0, 70), OCK_OK); /* all of the second */
    for (uint64_t at = 0; at < ock_repeats_rest(&repeats);) {
        const ock_rest_run run = ock_repeats_place(&repeats, at);
        assert_int_equal(ock_regions_cut(&regions, run.offset, run.bytes, at, &rest), OCK_OK);
        at += run.bytes;
    }
    static const uint64_t wanted[][3] = {{50, 98, 5}, {148, 283, 117}, {561, 100, 0}};
    assert_int_equal(rest.count, 3);
    for (size_t i = 0; i < rest.count; i++) {
        assert_int_equal(rest.of[i].begin, wanted[i][0]);
        assert_int_equal(rest.of[i].length, wanted[i][1]);
        assert_int_equal(rest.of[i].phase, wanted[i][2]);
    }
    ock_layout l;
    ock_region_layout(&rest.of[1], 148, &l);
    assert_int_equal(l.offset, 3);
    ock_repeats_free(&repeats);
    ock_regions_free(&regions);
    ock_regions_free(&rest);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_comes_back),
        cmocka_unit_test(text_that_is_no_list_is_refused),
        cmocka_unit_test(bytes_come_back),
        cmocka_unit_test(any_bytes_are_a_list_or_damage),
        cmocka_unit_test(lookups_know_how_far_they_hold),
        cmocka_unit_test(layouts_are_those_of_the_contexts),
        cmocka_unit_test(repeats_are_cut_out),
    };

    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
