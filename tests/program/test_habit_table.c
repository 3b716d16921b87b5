/* SPDX-License-Identifier: MIT */
/* test_habit_table.c - what users of zstd and xz type by habit, and what each does: one line a habit.
 *
 * Usage: test_habit_table PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdio.h>
#include <string.h>

/* Every habit begins in a folder with these files: a and b; p.ock and q.ock, made of such; bad.ock, which is
 * damaged; d/1, d/x/2, and a link d/l. $S is $OCKHAM $SMALL, $P is $OCKHAM -q. */
typedef struct habit {
    const char *what;
    const char *command; /* for the shell, in the folder */
    int exit_code;
    const char *files; /* what it changes in the folder: "+new -gone", by name */
    const char *says;  /* within standard output or error; NULL: both are empty */
    const char
        *then; /* a test of the effect, or NULL; old/ has the files as they were, and p and q */
} habit;

static const habit files_and_names[] = {
    {"FILE makes FILE.ock, and stays", "$S a", 0, "+a.ock", NULL, "cmp a old/a"},
    {"several FILEs", "$S a b", 0, "+a.ock +b.ock", NULL, "$P -t a.ock b.ock"},
    {"one that is missing stops no other", "$S a no b", 1, "+a.ock +b.ock", "no: cannot be opened",
     NULL},
    {"the exit code is the worst", "$P -d no.ock bad.ock p.ock", 2, "+p", "bad.ock", "cmp p old/p"},
    {"-d restores", "$P -d p.ock q.ock", 0, "+p +q", NULL, "cmp p old/p && cmp q old/q"},
    {"--decompress, cut short", "$P --decomp p.ock", 0, "+p", NULL, "cmp p old/p"},
    {"-z compresses; the last mode counts", "$S -d -z a", 0, "+a.ock", NULL, NULL},
    {"-o names the output", "$S -o x a && $P -d -o y x", 0, "+x +y", NULL, "cmp a y"},
    {"-o is for one FILE", "$S -o x a b", 1, "", "--output is for one FILE", NULL},
    {"FILE.ock is not compressed again", "$S p.ock a", 1, "+a.ock", "already has the suffix", NULL},
    {"-d needs the suffix", "$P -d a p.ock", 1, "+p", "a: does not end in .ock", NULL},
    {"a directory is one stream", "$S d && rm -r d && $P -d d.ock", 0, "+d.ock", NULL,
     "diff -r --no-dereference d old/d"},
    {"-- ends the options", "cp a ./-a && $S -- -a", 0, "+-a +-a.ock", NULL, NULL},
    {"behind it no word is a command", "cp a test && $S -- test", 0, "+test +test.ock", NULL, NULL},
    {"./test is a file too", "cp a test && $S ./test", 0, "+test +test.ock", NULL, NULL},
};

static const habit keeping_and_removing[] = {
    {"-k keeps, as always", "$S -k a && $P -dk p.ock", 0, "+a.ock +p", NULL, NULL},
    {"--rm removes what is compressed", "$S --rm a b", 0, "+a.ock +b.ock -a -b", NULL,
     "$P -dc a.ock | cmp - old/a"},
    {"--rm removes what is restored", "$P -d --rm p.ock", 0, "+p -p.ock", NULL, "cmp p old/p"},
    {"--rm -k: the last counts", "$S --rm -k a", 0, "+a.ock", NULL, NULL},
    {"--rm -c removes nothing", "$S --rm -c a >x && $P -tc --rm p.ock", 0, "+x", NULL, NULL},
    {"--rm keeps what failed", "$P -d --rm bad.ock", 2, "", "bad.ock", NULL},
    {"--rm takes no directory", "$S --rm d a", 1, "+a.ock -a", "only regular files", NULL},
    {"--rm keeps a prior", "$S --rm --prior a a b", 1, "+b.ock -b", "a: is a prior", NULL},
    {"no input is the output", "$P -dc p.ock q.ock >>q.ock", 1, "", "cannot be the output",
     "cmp q.ock old/q.ock"},
    {"nor the log", "$S --log b a b", 1, "", "cannot be the log", "cmp b old/b"},
    {"no file is replaced", "cp b a.ock && $S --rm a", 1, "+a.ock", "--force", "cmp b a.ock"},
    {"-f replaces it", "cp b a.ock && $S -f a", 0, "+a.ock", NULL, "$P -dc a.ock | cmp - a"},
    {"-df too", "cp b p && $P -df p.ock", 0, "+p", NULL, "cmp p old/p"},
    {"what failed leaves the old file", "cp b bad && $P -df bad.ock", 2, "+bad", "bad.ock",
     "cmp b bad"},
    {"-r: the files in directories", "$S -r d a", 0, "+a.ock +d/1.ock +d/x/2.ock", NULL, NULL},
    {"-r again passes over *.ock", "$S -r d && $S -rf d", 0, "+d/1.ock +d/x/2.ock", NULL, NULL},
    {"-dr takes nothing else", "cp p.ock d/x && $P -dr --rm d", 0, "+d/x/p", NULL,
     "cmp d/x/p old/p"},
};

static const habit streams[] = {
    {"no FILE: input to output", "$S <a >x && $P -d <x >y", 0, "+x +y", NULL, "cmp a y"},
    {"- is a FILE among others", "$S - b <a >x", 0, "+b.ock +x", NULL, "$P -dc x | cmp - a"},
    {"-c writes to the output", "$S -c a | cat >x", 0, "+x", NULL, "$P -dc - <x | cmp - a"},
    {"-dc of several, in a row", "$P -dc p.ock q.ock >x", 0, "+x", NULL,
     "cat old/p old/q | cmp - x"},
    {"-c of several is refused", "$S -c a b >x", 1, "+x", "--stdout is for one FILE",
     "! test -s x"},
    {"-t keeps nothing", "$P -t p.ock - <q.ock", 0, "", NULL, NULL},
    {"-t of a damaged file", "$P -t bad.ock p.ock", 2, "", "bad.ock", NULL},
    {"compressed data and a terminal", "script -qec \"$S -c a\" /dev/null", 1, "",
     "standard output is a terminal", NULL},
    {"a terminal is not read", "script -qec \"$OCKHAM\" /dev/null", 1, "",
     "standard input is a terminal", NULL},
    {"a terminal shows what is restored", "script -qec \"$P -dc p.ock\" /dev/null", 0, "",
     "ALICE'S ADVENTURES", NULL},
    {"tar -I, both ways", "tar -I \"$S\" -cf t.ock d && rm -r d && tar -I $OCKHAM -xf t.ock", 0,
     "+t.ock", "bytes", "diff -r --no-dereference d old/d"},
};

static const habit options[] = {
    {"-l lists", "$OCKHAM -l p.ock q.ock", 0, "", "2 files", NULL},
    {"-l goes on too", "$OCKHAM -l bad.ock p.ock", 2, "", "p.ock\n", NULL},
    {"-l <FILE", "$OCKHAM -l <p.ock", 0, "", "2000 ", NULL},
    {"-lr, and JSON", "cp p.ock d/x && $OCKHAM -lr --json d", 0, "+d/x/p.ock",
     "\"input_bytes\": 2000", NULL},
    {"-T N, and -T0 for all cores", "$S -T 2 a && $S -T0 b", 0, "+a.ock +b.ock", NULL, NULL},
    {"letters together", "$S -1kfT2 a && $OCKHAM -qdcT1 a.ock >x", 0, "+a.ock +x", NULL, "cmp a x"},
    {"a level of zstd", "$S -19 a", 1, "", "a level is from -1 to -9", NULL},
    {"a level by name", "$S --fast=3 a", 1, "", "--fast: a level is from -1 to -9", NULL},
    {"restoring takes any level", "$P -7 --lanes 3 -dc p.ock >x", 0, "+x", NULL, "cmp x old/p"},
    {"-v says more, -q nothing", "$OCKHAM -tv p.ock", 0, "", "8 lanes in 5 shards", NULL},
    {"-V, -h and --help", "$OCKHAM -V && $OCKHAM -h && $OCKHAM a --help", 0, "", "Usage: ockham",
     NULL},
    {"a command mistyped", "$S compres a", 1, "", "did you mean compress?", NULL},
    {"an option mistyped", "$S --recursve d", 1, "", "did you mean --recursive?", NULL},
    {"another tool's option", "$P --uncompress p.ock", 1, "", "did you mean --decompress?", NULL},
    {"a letter mistyped", "$P -D p.ock", 1, "", "did you mean -d?", NULL},
    {"the commands stay", "$OCKHAM compress $SMALL a && $OCKHAM test -q a.ock", 0, "+a.ock", NULL,
     NULL},
};

/* $S and $P are text of the command line, and $OCKHAM has no blanks. */
static const char prepare[] = "S=\"$OCKHAM $SMALL\"; P=\"$OCKHAM -q\"; rm -rf now && cp -a old now "
                              "&& rm now/p now/q && cd now && ";

static void prepare_files(void)
{
    ock_expect(0, "mkdir -p old/d/x");
    ock_make_alice("old/a", 3000);
    ock_make_alice("old/b", 1000);
    ock_make_alice("old/p", 2000);
    ock_make_phrases("old/q", 900);
    ock_make_phrases("old/d/1", 700);
    ock_make_phrases("old/d/x/2", 800);
    ock_expect(0, "cd old && ln -s 1 d/l && $OCKHAM $SMALL p q && head -c 900 p.ock >bad.ock");
    ock_expect(0, "cp -a old now && rm now/p now/q && cd now && find . -type f | cut -c 3- | sort "
                  ">../before");
}

static void try_habit(const habit *h)
{
    char changes[512];
    const ock_outcome *result = ock_expect(h->exit_code, "%s%s", prepare, h->command);
    if (h->says == NULL) {
        assert_int_equal(result->out_bytes + result->err_bytes, 0);
    } else if (strstr(result->out, h->says) == NULL) {
        ock_assert_says(result->err, h->says);
    }
    result = ock_expect(
        0, "(cd now && find . -type f | cut -c 3- | sort) >after; (comm -13 before after | "
           "sed s/^/+/; comm -23 before after | sed s/^/-/) | paste -sd ' '");
    snprintf(changes, sizeof changes, "%s\n", h->files);
    assert_string_equal(result->out, changes);
    if (h->then != NULL) {
        ock_expect(0, "P=\"$OCKHAM -q\"; ln -s ../old now/old && cd now && %s", h->then);
    }
    printf("  %-36s %-60s exit %d %s\n", h->what, h->command, h->exit_code, h->files);
}

static void try_habits(const habit *habits, size_t count)
{
    prepare_files();
    for (size_t i = 0; i < count; i++) {
        try_habit(&habits[i]);
    }
}

#define TRY(table) try_habits(table, sizeof(table) / sizeof(table)[0])

static void test_files_and_names(void **state)
{
    (void)state;
    TRY(files_and_names);
}

static void test_keeping_and_removing(void **state)
{
    (void)state;
    TRY(keeping_and_removing);
}

static void test_streams(void **state)
{
    (void)state;
    TRY(streams);
}

static void test_options(void **state)
{
    (void)state;
    TRY(options);
}

/* Ranks go from file to file together, whether one fails or not, and make what one process makes. */
static void test_on_ranks(void **state)
{
    (void)state;
    ock_need_mpi();
    prepare_files();
    ock_expect(0, "cd now && $OCKHAM $SMALL -r a d");
    for (int ranks = 1; ranks <= 3; ranks += 2) {
        const char *on = ock_on_ranks(ranks);
        ock_expect(0, "rm -rf r && cp -a old r");
        ock_assert_says(ock_expect(1, "cd r && %s $OCKHAM $SMALL --rm a no -r d", on)->err,
                        "no: cannot be opened");
        ock_expect(
            0, "for i in a d/1 d/x/2; do cmp now/$i.ock r/$i.ock && ! test -e r/$i || exit; done");
        ock_expect(0,
                   "cd r && %s $OCKHAM -dc -q a.ock d/1.ock | cat >x && cat ../old/a ../old/d/1 | "
                   "cmp - x",
                   on);
        ock_assert_says(ock_expect(2, "cd r && %s $OCKHAM -t no bad.ock a.ock", on)->err,
                        "a.ock: good");
        ock_assert_says(ock_expect(1, "cd r && %s $OCKHAM compres", on)->err, "did you mean");
        ock_expect(0, "cd r && %s $OCKHAM -c $SMALL ../old/a | cat >x && cmp x a.ock", on);
    }
}

/* A file that is replaced while it is compressed is not removed. */
static void test_removal_of_what_has_changed(void **state)
{
    (void)state;
    ock_make_alice("a", 3000);
    ock_expect(0, "mkfifo prior");
    ock_assert_says(ock_expect(1, "{ exec 3>prior; rm a; echo new >a; echo past >&3; } & "
                                  "$OCKHAM $SMALL --rm --prior prior a")
                        ->err,
                    "changed");
    ock_expect(0, "rm prior; test \"$(cat a)\" = new");
    ock_assert_folder("a");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_files_and_names, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_keeping_and_removing, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_streams, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_options, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_on_ranks, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_removal_of_what_has_changed, ock_folder_new,
                                        ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
