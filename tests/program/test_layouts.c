/* SPDX-License-Identifier: MIT */
/* test_layouts.c - layouts of numbers that are detected or stated by hand: printed, stored, right or wrong.
 *
 * Usage: test_layouts PROGRAM ALICE29 [LAUNCHER ...] */
#include "forgery.h"
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN_BYTES = 24000 };

static size_t size_of(const char *name)
{
    size_t bytes;
    free(ock_load(name, &bytes));
    return bytes;
}

/* Two channels of 24 bits, the highest byte first, that walk. */
static void make_walks(const char *name)
{
    uint8_t bytes[IN_BYTES];
    uint64_t random = 5;
    uint32_t value[2] = {400000, 9000000};
    for (size_t i = 0; i < IN_BYTES; i += 3) {
        uint32_t *v = &value[i / 3 % 2];
        *v += ock_random(&random, 2001) - 1000;
        for (unsigned k = 0; k < 3; k++) {
            bytes[i + k] = (uint8_t)(*v >> (16 - 8 * k));
        }
    }
    ock_store(name, bytes, sizeof bytes);
}

/* Records as in STL: a normal, three corners on a grid, of which neighbours have two in common, two further bytes. */
static void make_mesh(const char *name)
{
    enum { SIDE = 7, RECORD = 50, TRIANGLES = 2 * SIDE * SIDE };
    uint8_t records[TRIANGLES][RECORD] = {{0}};
    for (int t = 0; t < TRIANGLES; t++) {
        static const int corners[2][3][2] = {{{0, 0}, {1, 0}, {0, 1}}, {{1, 1}, {0, 1}, {1, 0}}};
        for (int v = 0; v < 3; v++) {
            const int x = t / 2 % SIDE + corners[t % 2][v][0];
            const int y = t / 2 / SIDE + corners[t % 2][v][1];
            const float at[3] = {0.37f * (float)x, 1.9f * (float)y, 0.013f * (float)(x * x + y)};
            memcpy(records[t] + 12 + (size_t)v * sizeof at, at, sizeof at);
        }
    }
    ock_store(name, records, sizeof records);
}

static void stated_layouts_are_stored_and_pay(void **state)
{
    (void)state;
    make_walks("in");
    ock_expect(0, "$OCKHAM compress -q -1 --lanes 1 --layout '0+:i24be,record=6' in -o stated");
    ock_assert_says(ock_expect(0, "$OCKHAM info stated")->out,
                    "layout           0+24000:numbers,i24be,record=6\n");
    ock_assert_says(ock_expect(0, "$OCKHAM info --json stated")->out,
                    "\"0+24000:numbers,i24be,record=6\"");
    ock_expect(0, "$OCKHAM compress -q -1 --lanes 1 --layout none in -o none");
    assert_null(strstr(ock_expect(0, "$OCKHAM info none")->out, "\nlayout "));
    ock_expect(0, "$OCKHAM compress -q -1 --lanes 1 in -o auto");
    ock_expect(0, "$OCKHAM compress -q -1 --lanes 1 --layout auto in -o auto2");
    ock_assert_same("auto2", "auto");
    ock_assert_same("stated", "auto"); /* for that is what is detected */
    assert_true(100 * size_of("stated") < 99 * size_of("none"));
    ock_expect(0,
               "for f in stated none; do $OCKHAM decompress -q $f -o - | cmp - in || exit 1; done");
}

/* What `info` prints can be stated again. */
static void what_is_printed_is_taken(void **state)
{
    (void)state;
    make_walks("walks");
    ock_make_alice("text", 3000);
    ock_expect(0, "(printf 'P6 100 20 255\\n'; head -c 6000 text; cat walks) >in");
    ock_expect(0, "$OCKHAM compress -q $SMALL in -o made");
    ock_assert_says(ock_expect(0, "$OCKHAM info made")->out, ":pixels,u8,record=3,row=300\n");
    ock_expect(0, "$OCKHAM info made | sed -n 's/^layout *//p' | paste -sd ';' >list");
    ock_expect(0, "$OCKHAM compress -q $SMALL --layout \"$(cat list)\" in -o made2");
    ock_assert_same("made2", "made");
}

static void wrong_layouts_restore_all_the_same(void **state)
{
    static const char *const wrong[] = {
        "0+:f64be,record=40,row=400,plane=4000",
        "1+:w32le,fraction=24",
        "0+:pages,row=512",
        "5+:triangles,i32be,record=39",
        "0+:pixels,u8,record=23999",
        "3+1:u8;5+7000:samples,i16be,record=2,row=6000;7005+:code,u32le",
        "0+:samples,u64be,record=64,row=65535",
        "100+20000:text;20100+3900:numbers,f16le,row=3",
    };
    (void)state;
    make_walks("walks");
    ock_make_alice("text", 12000);
    ock_expect(0, "(cat walks text walks; cat text) >in");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const bool short_row = strstr(wrong[i], "row=65535") != NULL;
        ock_expect(0, "head -c %d in >part", short_row ? 72000 : IN_BYTES);
        ock_expect(0, "$OCKHAM compress -q -f -1 --lanes 2 --layout '%s' part -o made", wrong[i]);
        ock_assert_says(ock_expect(0, "$OCKHAM info made")->out, "\nlayout ");
        ock_expect(0, "$OCKHAM decompress -q -f made -o back");
        ock_assert_same("back", "part");
    }
}

static void one_file_however_it_is_made(void **state)
{
    static const char *const layout =
        "--layout '2+4999:pixels,u8,record=3,row=300;5007+3000:u16le,record=4;"
        "8007+5000:i16be,row=100,plane=900;13007+:triangles,f32le,record=50'";
    (void)state;
    make_walks("walks");
    make_mesh("mesh");
    ock_expect(0, "head -c 13007 walks | cat - mesh >in");
    ock_expect(0, "$OCKHAM compress -q $SMALL %s in -o wanted", layout);
    ock_expect(0, "%s $OCKHAM compress -q $SMALL %s -T 2 in -o made", ock_on_ranks(2), layout);
    ock_assert_same("made", "wanted");
    ock_expect(0, "cat in | $OCKHAM compress -q $SMALL %s - -o - | cmp - wanted", layout);
    ock_expect(0, "%s $OCKHAM decompress -q wanted -o back", ock_on_ranks(3));
    ock_assert_same("back", "in");
    ock_assert_says(ock_expect(0, "$OCKHAM audit replay --input in wanted")->out, "MATCH");
}

static void what_is_no_layout_is_refused(void **state)
{
    static const char *const bad[] = {
        "0+:video",
        "0+24001:u8",
        "24000+:u8",
        "0+9:u8;8+9:u8",
        "0+:u12",
        "0+:f24le",
        "0+:u8,row=24000",
        "0+:f32le,fraction=15",
        "0+:u8,record=0",
        "0+:u8;",
        "AUTO",
        "0+:w32le,fraction=25",
        "0x0+:u8",
        "0+:u8,plane=30",
        "0+:u8 ",
        "auto,none",
    };
    (void)state;
    make_walks("in");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const ock_outcome *ended =
            ock_expect(1, "$OCKHAM compress -q -1 --layout '%s' in -o made", bad[i]);
        ock_assert_says(ended->err, "layout");
        assert_int_equal(ended->out_bytes, 0);
    }
    ock_assert_says(
        ock_expect(1, "$OCKHAM compress -q -1 --layout '0+9:u8;9+:u12' in -o made")->err,
        "'9+:u12'"); /* the one that is wrong */
    ock_assert_says(ock_expect(1, "$OCKHAM decompress --layout none in -o made")->err,
                    "does not take --layout");
    ock_assert_folder("in");
}

/* Another list than the one that the file was made with: damage, or a state that is another one; or the same in other
 * words. Nothing is left behind. */
static void other_lists_are_noticed(void **state)
{
    const size_t every = ock_long_tests() ? 1 : 7;
    size_t seen[4] = {0};
    (void)state;
    make_walks("in");
    ock_expect(0, "$OCKHAM compress -q -1 --layout "
                  "'0+8000:w32be,fraction=9;8000+8000:pixels,u8,record=3,row=300,plane=3000' "
                  "in -o good");
    ock_forgery f;
    ock_take_apart("good", &f);
    assert_true(f.info.layouts_bytes > 0);
    for (size_t i = 0; i < 8 * f.info.layouts_bytes; i += every) {
        const uint8_t flip = (uint8_t)(1 << i % 8);
        f.info.layouts[i / 8] ^= flip;
        ock_put_together("bad", &f);
        f.info.layouts[i / 8] ^= flip;
        const int code =
            ock_expect(0, "$OCKHAM decompress -q bad -o back 2>err; echo $?")->out[0] - '0';
        assert_true(code == 0 || code == 2 || code == 3);
        seen[code]++;
        if (code == 0) {
            ock_assert_same("back", "in");
            ock_expect(0, "rm back");
        } else {
            ock_expect(0, "test ! -e back && test -s err");
        }
    }
    assert_true(seen[2] > 0 && seen[3] > 0);
    ock_forgery_free(&f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(stated_layouts_are_stored_and_pay, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(what_is_printed_is_taken, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(wrong_layouts_restore_all_the_same, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(one_file_however_it_is_made, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(what_is_no_layout_is_refused, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(other_lists_are_noticed, ock_folder_new, ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
