/* SPDX-License-Identifier: MIT */
/* test_transforms.c - what is rewritten before the cut comes back, however it is cut, and costs what it should.
 *
 * Usage: test_transforms PROGRAM ALICE29 [LAUNCHER ...] */
#include "forgery.h"
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t size_of(const char *name)
{
    size_t bytes;
    free(ock_load(name, &bytes));
    return bytes;
}

/* Calls of a few functions, with other instructions between: 15 bytes at a time. */
static void make_code(const char *name, size_t count)
{
    uint8_t *code = calloc(count, 15);
    uint64_t random = 3;
    assert_non_null(code);
    for (size_t i = 0; i < count; i++) {
        uint8_t *at = code + 15 * i;
        const uint32_t target = 4096 * ock_random(&random, 4),
                       distance = target - 15 * (uint32_t)(i + 1);
        memcpy(at, "\x48\x8b\x44\x24\x08\x4c\x89\xe7\x48\x8d", 10);
        at[9] = (uint8_t)(0x80 + ock_random(&random, 64));
        at[10] = 0xe8;
        for (unsigned k = 0; k < 4; k++) {
            at[11 + k] = (uint8_t)(distance >> 8 * k);
        }
    }
    ock_store(name, code, 15 * count);
    free(code);
}

/* All that is found, in one input, with other bytes between. */
static void make_all(void)
{
    ock_make_random("n", 5000);
    make_code("code", 1000);
    ock_make_alice("text", 1000);
    ock_expect(
        0,
        "base64 -w 64 n >n.pem; base64 -w 0 n >n.line; od -An -v -tx1 -w32 n | tr -d ' ' >n.hex; "
        "tr -dc ACGT <n >few; i=0; while [ $i -lt 90 ]; do cat few; i=$((i + 1)); done | "
        "rev | fold -w 60 >n.fa; "
        "(cat text n.pem; echo; sed 's/$/\\r/' n.pem; cat text code n.hex; printf 'x='; "
        "cat n.line; printf \"'\\n\"; cat n.fa) >in");
}

static void every_kind_comes_back(void **state)
{
    (void)state;
    make_all();
    ock_expect(0, "$OCKHAM compress -q -1 --set repeats=0 in -o made");
    const char *out = ock_expect(0, "$OCKHAM info made")->out;
    ock_assert_says(out, "base64 ");
    ock_assert_says(out, "in 3 spans, rewritten");
    ock_assert_says(out, "hex ");
    ock_assert_says(out, "x86 ");
    ock_expect(0, "$OCKHAM decompress -q made -o back");
    ock_assert_same("back", "in");
    ock_expect(0, "$OCKHAM compress -q -1 --set repeats=0 --set transforms=0 in -o without");
    assert_null(strstr(ock_expect(0, "$OCKHAM info without")->out, "rewritten"));
    assert_true(size_of("made") < size_of("without"));
    ock_expect(1, "$OCKHAM compress -q -1 --set transforms=32 in -o made2");
}

/* Base64 of noise costs what the noise does; addresses in code next to nothing. */
static void they_pay(void **state)
{
    (void)state;
    ock_make_random("n", 20000);
    ock_expect(0, "base64 -w 76 n >in && $OCKHAM compress -q -1 in -o made");
    assert_true(size_of("made") < 20000 + 1000);
    make_code("in", 2000);
    ock_expect(0, "$OCKHAM compress -q -f -1 in -o made");
    ock_expect(0, "$OCKHAM compress -q -1 --set transforms=0 in -o without");
    assert_true(10 * size_of("made") < 9 * size_of("without"));
}

static void one_file_however_it_is_made(void **state)
{
    (void)state;
    make_all();
    ock_expect(0, "$OCKHAM compress -q $SMALL in -o wanted");
    for (int way = 0; way < (ock_rank_limit() > 1 ? 4 : 2); way++) {
        const char *before = way < 2 ? "" : ock_on_ranks(way);
        const char *threads = way % 2 == 1 ? "-T 2" : "";
        ock_expect(0, "%s $OCKHAM compress -q $SMALL %s --verify in -o made", before, threads);
        ock_assert_same("made", "wanted");
        ock_expect(0, "%s $OCKHAM decompress -q %s made -o back", before, threads);
        ock_assert_same("back", "in");
        ock_expect(0, "%s $OCKHAM test -q %s made && rm made back", before, threads);
    }
    ock_expect(0, "cat in | $OCKHAM compress -q $SMALL - -o - | cmp - wanted");
    ock_expect(0, "$OCKHAM decompress -q - -o - <wanted | cmp - in");
    ock_assert_says(ock_expect(0, "$OCKHAM audit verify wanted")->out, "spans are rewritten");
    ock_assert_says(ock_expect(0, "$OCKHAM audit replay wanted")->out, "MATCH");
    ock_assert_says(ock_expect(0, "$OCKHAM audit replay --input in wanted")->out, "MATCH");
}

/* Spans over the borders of files, with repeats, and files alone. */
static void folders(void **state)
{
    (void)state;
    make_all();
    ock_expect(0,
               "mkdir d && cp n.hex d/z && cp in d/b && cp n.pem d/c && head -c 14000 code >d/e");
    ock_expect(0, "split -b 3001 n.line d/part.");
    ock_expect(0, "$OCKHAM compress -q $SMALL --verify d -o made");
    ock_expect(0, "$OCKHAM decompress -q made -o back && diff -r d back && rm -r back");
    ock_expect(0, "%s $OCKHAM decompress -q made -o back && diff -r d back", ock_on_ranks(2));
    ock_expect(0, "for f in b c e z part.ab; do $OCKHAM decompress -q made --extract $f -o - | "
                  "cmp - d/$f || exit 1; done");
    ock_expect(0, "$OCKHAM test -q made");
    ock_assert_says(ock_expect(0, "$OCKHAM audit replay --input d made")->out, "MATCH");
}

/* Kept in the middle, and gone on with, in both directions; what is kept stays what it is. */
static void runs_are_resumed(void **state)
{
    static const char *const keep = "--checkpoint D --checkpoint-every 20 --resume";
    (void)state;
    make_all();
    ock_expect(0, "$OCKHAM compress -q $SMALL in -o wanted");
    ock_expect(0, "mkdir -m 700 D && touch D/halt");
    ock_expect(75, "$OCKHAM compress -q $SMALL %s in -o made", keep);
    ock_expect(0, "rm -f D/halt");
    ock_expect(0, "%s $OCKHAM compress -q $SMALL %s in -o made", ock_on_ranks(2), keep);
    ock_assert_same("made", "wanted");
    ock_expect(0, "touch D/halt");
    ock_expect(75, "$OCKHAM decompress -q %s made -o back", keep);
    ock_expect(0, "rm -f D/halt && cp -a D K");
    ock_expect(0, "$OCKHAM decompress -q %s made -o back", keep);
    ock_assert_same("back", "in");
    ock_expect(1, "$OCKHAM decompress -q --checkpoint K --resume made -o back"); /* it is there */
    ock_expect(0, "$OCKHAM decompress -q -f --checkpoint K --resume made -o back");
    ock_assert_same("back", "in");
    ock_expect(0, "touch D/halt");
    ock_expect(75, "$OCKHAM test -q %s made", keep);
    ock_expect(0, "rm -f D/halt");
    ock_expect(0, "$OCKHAM test -q %s made", keep);
}

/* Text is rewritten beside priors too. */
static void priors(void **state)
{
    (void)state;
    make_all();
    ock_expect(0, "$OCKHAM compress -q $SMALL --prior text --prior code in -o made");
    const char *out = ock_expect(0, "$OCKHAM info made")->out;
    ock_assert_says(out, "hex ");
    assert_null(strstr(out, "x86 "));
    ock_expect(0, "%s $OCKHAM decompress -q --prior code --prior text made -o back",
               ock_on_ranks(2));
    ock_assert_same("back", "in");
}

static void impossible_lists_are_damage(void **state)
{
    const size_t every = ock_long_tests() ? 1 : 11;
    (void)state;
    make_all();
    ock_expect(0, "$OCKHAM compress -q -1 in -o good");
    ock_forgery f;
    ock_take_apart("good", &f);
    assert_true(f.info.transforms_bytes > 0);
    ock_expect_flips_are_damage(&f, f.info.transforms, f.info.transforms_bytes, every);
    ock_forgery_free(&f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_comes_back, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(they_pay, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(one_file_however_it_is_made, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(folders, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(runs_are_resumed, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(priors, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(impossible_lists_are_damage, ock_folder_new,
                                        ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
