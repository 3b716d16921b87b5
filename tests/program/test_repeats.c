/* SPDX-License-Identifier: MIT */
/* test_repeats.c - what an input repeats: every kind of it is found, costs next to nothing, and comes back.
 *
 * Usage: test_repeats PROGRAM ALICE29 [LAUNCHER ...] */
#include "forgery.h"
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Noise, so that only repeats can make a file shorter. */
enum { PART = 6000, OVERHEAD = 1700 /* of a container, more than there is */ };

static size_t size_of(const char *name)
{
    size_t bytes;
    free(ock_load(name, &bytes));
    return bytes;
}

static void make_noise(const char *name, size_t parts)
{
    ock_make_random(name, parts * PART);
}

/* A kind of input: how it is made of the noise `n`, and how many bytes are new in it. */
typedef struct kind {
    const char *name, *command;
    size_t fresh;
} kind;

static const kind kinds[] = {
    {"once", "cat n", 4 * PART},
    {"twice", "cat n n", 4 * PART},
    {"shifted by 19 bytes", "cat n; printf 'nineteen bytes here'; cat n", 4 * PART + 19},
    {"in reversed order",
     "cat n; for i in 3 2 1 0; do tail -c +$((i * 6000 + 1)) n | head -c 6000; done", 4 * PART},
    {"a run of a period", "head -c 700 n; for i in 1 2 3 4 5 6 7 8; do head -c 700 n; done", 700},
    {"zeros", "head -c 300000 /dev/zero", 1},
    {"zeros between", "cat n; head -c 100000 /dev/zero; cat n", 4 * PART + 1},
    {"nested", "cat n; head -c 9000 n; cat n; tail -c 9000 n", 4 * PART},
    {"a byte changed", "cat n; head -c 9999 n; printf x; tail -c +10001 n", 4 * PART + 1},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void make_kind(size_t i)
{
    make_noise("n", 4);
    ock_expect(0, "(%s) >in", kinds[i].command);
}

static void every_kind_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        make_kind(i);
        ock_expect(0, "$OCKHAM compress -q -f -1 in -o made");
        ock_expect(0, "$OCKHAM decompress -q -f made -o back");
        ock_assert_same("back", "in");
        if (size_of("made") > kinds[i].fresh + OVERHEAD + kinds[i].fresh / 200) {
            fail_msg("%s: %zu bytes for %zu new ones", kinds[i].name, size_of("made"),
                     kinds[i].fresh);
        }
    }
}

/* Nothing is looked for, and nothing of a file is about repeats, without them and where they are not wanted. */
static void none_costs_nothing(void **state)
{
    (void)state;
    make_kind(0);
    ock_expect(0, "$OCKHAM compress -q -1 in -o made");
    assert_null(strstr(ock_expect(0, "$OCKHAM info made")->out, "repeated"));
    make_kind(1);
    ock_expect(0, "$OCKHAM compress -q -1 --set repeats=0 in --lanes 2 -o without");
    assert_null(strstr(ock_expect(0, "$OCKHAM info without")->out, "repeated"));
    assert_true(size_of("without") > 8 * PART);
    ock_assert_says(ock_expect(1, "$OCKHAM compress --set repeats=63 in -o made2")->err, "repeats");
}

static void one_file_however_it_is_made(void **state)
{
    static const char *const ways[] = {"$OCKHAM", "$OCKHAM -T 3", NULL, NULL};
    (void)state;
    make_kind(7);
    ock_expect(0, "cat n in >text && mv text in");
    ock_expect(0, "$OCKHAM compress -q $SMALL in -o wanted");
    for (int way = 0; way < (ock_rank_limit() > 1 ? 4 : 2); way++) {
        const char *before = ways[way] != NULL ? "" : ock_on_ranks(way);
        const char *threads = way == 1 ? "-T 3" : way == 3 ? "-T 2" : "";
        ock_expect(0, "%s $OCKHAM compress -q $SMALL %s --verify in -o made", before, threads);
        ock_assert_same("made", "wanted");
        ock_expect(0, "%s $OCKHAM decompress -q %s made -o back", before, threads);
        ock_assert_same("back", "in");
        ock_expect(0, "rm made back");
    }
    ock_expect(0, "cat in | $OCKHAM compress -q $SMALL - -o - >made");
    ock_assert_same("made", "wanted");
    ock_expect(0, "$OCKHAM decompress -q - -o - <made | cmp - in");
    ock_expect(0, "$OCKHAM test -q made");
    ock_assert_folder("n in made wanted");
}

/* Files that are copies of others, wherever they lie. */
static void folders(void **state)
{
    (void)state;
    make_noise("n", 4);
    ock_expect(0, "mkdir d d/e && cp n d/a && cp n d/z && tail -c 9000 n >d/e/tail && "
                  "echo else >d/e/other");
    ock_expect(0, "$OCKHAM compress -q $SMALL d -o made");
    assert_true(size_of("made") < 4 * PART + 4096);
    ock_expect(0, "$OCKHAM decompress -q made -o back && diff -r d back && rm -r back");
    ock_expect(0, "%s $OCKHAM decompress -q made -o back && diff -r d back", ock_on_ranks(2));
    ock_expect(0, "$OCKHAM decompress -q made --extract z -o one");
    ock_assert_same("one", "n");
    ock_expect(0, "$OCKHAM decompress -q -f made --extract e/tail -o one && cmp one d/e/tail");
    ock_expect(0, "$OCKHAM decompress -q -f made --extract e/other -o - | cmp - d/e/other");
    ock_expect(0, "$OCKHAM test -q made");
    ock_expect(0, "find d -type f | LC_ALL=C sort >list && "
                  "$OCKHAM compress -q $SMALL --files-from list -o listed && "
                  "$OCKHAM decompress -q listed -o from-list && diff -r d from-list/d");
    ock_assert_says(ock_expect(0, "$OCKHAM audit replay --input d made")->out, "MATCH");
    ock_assert_folder("back d from-list list listed made n one");
}

static void what_is_told(void **state)
{
    (void)state;
    make_kind(1);
    ock_expect(0, "$OCKHAM compress -q -1 in -o made --log log");
    ock_assert_says(ock_expect(0, "$OCKHAM info made")->out, "repeated bytes   24000, by");
    ock_assert_says(ock_expect(0, "$OCKHAM info --json made")->out, "\"rest_bytes\": 24000");
    ock_assert_says(ock_expect(0, "$OCKHAM audit verify made")->out, "1 repeats of 24000 bytes");
    ock_assert_says(ock_expect(0, "$OCKHAM audit replay made")->out, "MATCH");
    ock_assert_says(ock_expect(0, "$OCKHAM audit replay --input in made")->out, "MATCH");
    ock_assert_says(ock_expect(0, "$OCKHAM mdl made")->out, "48000 bytes of input");
    ock_assert_says(ock_expect(0, "$OCKHAM plan -1 in")->out, "to be coded         24000 bytes");
    ock_assert_says(ock_expect(0, "cat log")->out, "\"input_bytes\":48000");
}

/* The trace counts by the input's bytes: its second half costs nothing. */
static void the_trace_counts_the_input(void **state)
{
    (void)state;
    ock_make_random("half", 120000);
    ock_expect(0, "cat half half >in && $OCKHAM compress -q -1 in -o made");
    const char *out = ock_expect(0, "$OCKHAM mdl --json made")->out;
    long bits[2] = {0, 0}; /* of each half */
    const char *at = strstr(out, "\"spans\"");
    assert_non_null(at);
    for (int i = 0; i < 32; i++) {
        at = strstr(at, "\"bits\": ");
        assert_non_null(at);
        at += strlen("\"bits\": ");
        bits[i / 16] += strtol(at, NULL, 10);
    }
    assert_null(strstr(at, "\"bits\": "));
    assert_true(bits[0] > 8 * 119000 && bits[0] < 8 * 121000);
    assert_true(bits[1] < 8 * 100);
}

/* Kept in the middle, and gone on with, in both directions. */
static void runs_are_resumed(void **state)
{
    static const char *const keep = "--checkpoint D --checkpoint-every 20 --resume";
    (void)state;
    make_kind(7);
    ock_expect(0, "$OCKHAM compress -q $SMALL in -o wanted");
    ock_expect(0, "mkdir -m 700 D && touch D/halt");
    ock_expect(75, "$OCKHAM compress -q $SMALL %s in -o made", keep);
    ock_expect(0, "rm -f D/halt");
    ock_expect(0, "%s $OCKHAM compress -q $SMALL %s in -o made", ock_on_ranks(2), keep);
    ock_assert_same("made", "wanted");
    ock_expect(0, "touch D/halt");
    ock_expect(75, "$OCKHAM decompress -q %s made -o back", keep);
    ock_expect(0, "rm -f D/halt");
    ock_expect(0, "$OCKHAM decompress -q %s made -o back", keep);
    ock_assert_same("back", "in");
    ock_expect(0, "touch D/halt");
    ock_expect(75, "$OCKHAM test -q %s made", keep);
    ock_expect(0, "rm -f D/halt");
    ock_expect(0, "$OCKHAM test -q %s made", keep);
}

/* A number of `info --json`. */
static long long told(const char *file, const char *name)
{
    const char *at = strstr(ock_expect(0, "$OCKHAM info --json %s", file)->out, name);
    assert_non_null(at);
    return strtoll(at + strlen(name) + strlen("\": "), NULL, 10);
}

/* A new version against the old one costs what is new, and little of the old one is studied. */
static void a_former_version(void **state)
{
    (void)state;
    make_noise("old", 10);
    make_noise("other", 1);
    ock_expect(0, "(head -c 20000 old; head -c 500 other; tail -c +20100 old; echo end) >new");
    ock_expect(0, "$OCKHAM compress -q -1 --prior old new -o made");
    assert_true(size_of("made") < 500 + OVERHEAD + 100);
    assert_true(told("made", "studied_bytes") < 2000);
    assert_true(told("made", "rest_bytes") < 600);
    ock_expect(0, "$OCKHAM decompress -q --prior old made -o back");
    ock_assert_same("back", "new");
    ock_expect(0, "%s $OCKHAM decompress -q -f --prior old made -o back", ock_on_ranks(2));
    ock_assert_same("back", "new");
    ock_expect(0, "%s $OCKHAM compress -q -f -1 --prior old --verify new -o again",
               ock_on_ranks(3));
    ock_assert_same("again", "made");
    ock_expect(0, "$OCKHAM test -q --prior old made");
    ock_expect(1, "$OCKHAM decompress -q -f made -o back");
    ock_expect(1, "$OCKHAM decompress -q -f --prior new made -o back");
    ock_assert_says(ock_expect(0, "$OCKHAM audit replay --prior old made")->out, "MATCH");
    ock_expect(0, "$OCKHAM compress -q -f -1 --prior old old -o made"); /* nothing is left */
    assert_true(told("made", "rest_bytes") == 0);
    ock_expect(0, "$OCKHAM decompress -q -f --prior old made -o back");
    ock_assert_same("back", "old");
}

/* Repeats over the border of two priors, and from the second into the input. */
static void several_priors(void **state)
{
    (void)state;
    make_noise("n", 4);
    ock_expect(0, "head -c 10000 n >first; tail -c +10001 n >second");
    ock_expect(0, "(tail -c 8000 first; head -c 3000 second; cat n) >in");
    ock_expect(0, "$OCKHAM compress -q -1 --prior first --prior second in -o made");
    assert_true(size_of("made") < OVERHEAD);
    ock_expect(0, "$OCKHAM decompress -q --prior second --prior first made -o back");
    ock_assert_same("back", "in");
}

static void impossible_lists_are_damage(void **state)
{
    const size_t every = ock_long_tests() ? 1 : 7;
    (void)state;
    make_kind(7);
    ock_expect(0, "$OCKHAM compress -q -1 in -o good");
    ock_forgery f;
    ock_take_apart("good", &f);
    ock_expect_flips_are_damage(&f, f.info.repeats, f.info.repeats_bytes, every);
    f.info.rest_bytes--;
    ock_put_together("bad", &f);
    ock_expect(2, "$OCKHAM test -q bad");
    ock_expect(2, "$OCKHAM audit verify bad");
    ock_forgery_free(&f);
    ock_assert_folder("bad err good in n");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_is_found, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(none_costs_nothing, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(one_file_however_it_is_made, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(folders, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(what_is_told, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(the_trace_counts_the_input, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(runs_are_resumed, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(a_former_version, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(several_priors, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(impossible_lists_are_damage, ock_folder_new,
                                        ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
