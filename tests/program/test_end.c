/* SPDX-License-Identifier: MIT */
/* test_end.c - what goes wrong at the very end: an output that is in its place is exit code 0, whatever
 * fails then, and that is a warning; with any other code there is none.
 *
 * Usage: test_end PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#define FAST "-q -1 --lanes 2 --shards 2"

/* The calls of a kind that touch a path go wrong. */
#define FAILING(call, path, how)                                                                   \
    "strace -f -qq -o trace -P " path " -e trace=" call " -e inject=" call ":" how " "

static int number(const char *command)
{
    return (int)strtol(ock_expect(0, "%s", command)->out, NULL, 10);
}

/* Every line of a log but the first, and the last alone: compress, decompress and test. */
static void test_log_lines(void **state)
{
    static const char *const commands[] = {"compress " FAST " in -o made",
                                           "decompress -q in.ock -o made", "test -q in.ock"};
    (void)state;
    ock_need_strace();
    ock_make_alice("in", 3000);
    ock_expect(0, "$OCKHAM compress " FAST " in");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const bool makes = strstr(commands[i], "made") != NULL;
        ock_expect(0, "strace -f -qq -o trace -P $PWD/log -e trace=write $OCKHAM %s --log log",
                   commands[i]);
        const int writes = number("grep -c write trace"), first = number("head -n 1 log | wc -c");
        ock_expect(0, "%s rm log", makes ? "mv made wanted;" : "");
        const ock_outcome *result = ock_expect(
            0, FAILING("write", "$PWD/log", "error=ENOSPC:when=%d") "$OCKHAM %s --log log", writes,
            commands[i]);
        ock_assert_says(result->err, "ockham: log: 1 lines could not be written: No space left");
        ock_expect(0, "! grep -q '\"end\"' log && rm log");
        if (makes) {
            ock_assert_same("made", "wanted");
        }
        result = ock_expect(
            0, "%s " FAILING("write", "$PWD/log", "error=EIO:when=%d+") "$OCKHAM %s --log log",
            makes ? "rm made;" : "", first > 4096 ? 3 : 2, commands[i]);
        ock_assert_says(result->err, "lines could not be written: Input/output error");
        if (makes) {
            ock_assert_same("made", "wanted");
        }
        ock_expect(0, "test $(wc -l <log) = 1 && rm -f log made wanted trace");
        ock_assert_folder("in in.ock");
    }
}

/* Nobody reads progress, notes and warnings. */
static void test_messages(void **state)
{
    (void)state;
    ock_make_alice("in", 3000);
    ock_expect(0, "$OCKHAM compress -v -1 --lanes 2 in 2>/dev/full");
    ock_expect(0, "$OCKHAM decompress in.ock -o out 2>/dev/full");
    ock_assert_same("in", "out");
    ock_expect(0, "$OCKHAM test in.ock 2>&-");
    ock_assert_folder("in in.ock out");
}

/* The run is over, and what it was kept by can't be removed. (The first time is at the start, when nothing is there.) */
static void test_checkpoints_that_stay(void **state)
{
    static const char keeping[] = "--checkpoint D --checkpoint-every 8";
    (void)state;
    ock_need_strace();
    ock_make_alice("in", 3000);
    ock_expect(0, "$OCKHAM compress " FAST " in -o wanted.ock");
    const ock_outcome *result = ock_expect(
        0,
        FAILING("unlinkat", "transcript", "error=EPERM:when=2") "$OCKHAM compress " FAST " in %s",
        keeping);
    ock_assert_says(result->err,
                    "ockham: the run is complete, but its checkpoints are still there: "
                    "D/transcript: cannot be removed: Operation not permitted");
    ock_assert_same("in.ock", "wanted.ock");
    ock_expect(0, "test -e D/transcript && rm -r D");
    result = ock_expect(0,
                        FAILING("unlinkat", "output",
                                "error=EPERM:when=2") "$OCKHAM decompress -q in.ock -o out %s",
                        keeping);
    ock_assert_says(result->err, "D/output: cannot be removed");
    ock_assert_same("in", "out");
    ock_expect(0, "test -e D/output && rm -r D");
    ock_assert_folder("in in.ock out trace wanted.ock");
}

/* ---- the name can't be flushed ---- */

#define UNFLUSHED FAILING("fsync", "$PWD", "error=EIO")
#define IN_PLACE                                                                                   \
    ": is complete and in place, but may not survive a power failure: directory . cannot be "      \
    "flushed"

static void test_name_of_a_file(void **state)
{
    static const char *const commands[] = {"compress " FAST " in -o made",
                                           "decompress -q in.ock -o made",
                                           "decompress -q t.ock --extract a -o made"};
    (void)state;
    ock_need_strace();
    ock_make_alice("in", 3000);
    ock_expect(0, "$OCKHAM compress " FAST " in && mkdir t && cp in t/a && $OCKHAM compress " FAST
                  " t");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const ock_outcome *result = ock_expect(1, UNFLUSHED "$OCKHAM %s", commands[i]);
        ock_assert_says(result->err, "ockham: .: cannot be flushed: Input/output error");
        ock_expect(0, "rm trace");
        ock_assert_folder("in in.ock t t.ock");
        result = ock_expect(0, "echo old >made; " UNFLUSHED "$OCKHAM %s -f", commands[i]);
        ock_assert_says(result->err, "ockham: made" IN_PLACE);
        ock_assert_same("made", i == 0 ? "in.ock" : "in");
        ock_expect(0, "rm made trace");
        /* What can't be taken back stays too. */
        result = ock_expect(0,
                            "strace -f -qq -o trace -P $PWD -P made -e trace=fsync,unlinkat -e "
                            "inject=fsync:error=EIO "
                            "-e inject=unlinkat:error=EROFS $OCKHAM %s",
                            commands[i]);
        ock_assert_says(result->err, "ockham: made" IN_PLACE);
        ock_assert_same("made", i == 0 ? "in.ock" : "in");
        ock_expect(0, "rm made trace");
    }
}

/* What may not outlive a power cut is not all that is left. */
static void test_name_and_removal(void **state)
{
    (void)state;
    ock_need_strace();
    ock_make_alice("in", 3000);
    const ock_outcome *result =
        ock_expect(0, "echo old >in.ock; " UNFLUSHED "$OCKHAM " FAST " -f --rm in");
    ock_assert_says(result->err, "ockham: in.ock" IN_PLACE);
    ock_assert_says(result->err, "ockham: in: is not removed: see the warning");
    ock_expect(0, "cp in kept; " UNFLUSHED "$OCKHAM -q -d -f --rm in.ock");
    ock_assert_same("in", "kept");
    ock_assert_folder("in in.ock kept trace");
}

static void test_name_of_a_tree(void **state)
{
    (void)state;
    ock_need_strace();
    ock_make_alice("in", 3000);
    ock_expect(0, "mkdir t && cp in t/a && $OCKHAM compress " FAST " t");
    const ock_outcome *result = ock_expect(1, UNFLUSHED "$OCKHAM decompress -q t.ock -o out");
    ock_assert_says(result->err, "ockham: .: cannot be flushed: Input/output error");
    ock_assert_folder("in t t.ock trace");
    result = ock_expect(0, "mkdir out && " UNFLUSHED "$OCKHAM decompress -q -f t.ock -o out");
    ock_assert_says(result->err, "ockham: out" IN_PLACE);
    ock_expect(0, "diff -r t out");
    ock_assert_folder("in out t t.ock trace");
}

/* ---- the tree itself ---- */

/* Does syncfs tell of failed writes here, as io/tree/tree_flush.c knows it? */
static bool syncs_together(void)
{
    const char *there =
        ock_expect(0, "stat -f -c %%T . && uname -r | awk -F. '{ print ($1 * 1000 + $2 >= 5008) }'")
            ->out;
    static const char *const known[] = {"ext2/ext3\n1", "xfs\n1", "btrfs\n1", "f2fs\n1",
                                        "tmpfs\n1"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strncmp(there, known[i], strlen(known[i])) == 0) {
            return true;
        }
    }
    return false;
}

static int calls(const char *call)
{
    return (int)strtol(ock_expect(0, "grep -c '%s(' trace || true", call)->out, NULL, 10);
}

/* Few files are flushed one by one, and everywhere where syncfs tells of no failed writes; many together,
 * but for a large one. What can't be flushed leaves nothing. */
static void test_flush_of_a_tree(void **state)
{
    static const struct {
        int files;
        const char *failing;
    } cases[] = {{20, "fsync"}, {100, "syncfs"}};
    (void)state;
    ock_need_strace();
    for (size_t i = 0; i < 2; i++) {
        const bool together = i == 1 && syncs_together();
        const char *failing = together ? cases[i].failing : "fsync";
        ock_expect(
            0,
            "mkdir t && for i in $(seq %d); do echo $i >t/$i; done; head -c 1100000 /dev/zero "
            ">t/large && $OCKHAM compress " FAST " t",
            cases[i].files);
        ock_expect(
            0, "strace -f -qq -o trace -e trace=fsync,syncfs $OCKHAM decompress -q t.ock -o out");
        ock_expect(0, "diff -r t out && rm -r out");
        assert_int_equal(calls("syncfs"), together ? 1 : 0);
        /* the large file and the folder that the tree lies in; else each file, and both folders */
        assert_int_equal(calls("fsync"), together ? 2 : cases[i].files + 3);
        const ock_outcome *result = ock_expect(
            1,
            "strace -f -qq -o trace -e trace=%s -e inject=%s:error=EIO:when=1 $OCKHAM decompress "
            "-q t.ock -o out",
            failing, failing);
        ock_assert_says(result->err, "cannot be completed: Input/output error");
        ock_assert_folder("t t.ock trace");
        ock_expect(0, "rm -r t t.ock trace");
    }
}

/* ---- commands with two results ---- */

/* The plot gets its name when all is said. */
static void test_plot(void **state)
{
    (void)state;
    ock_need_strace();
    ock_make_alice("in", 3000);
    ock_expect(0, "$OCKHAM compress " FAST
                  " in && mkdir bin && cat >bin/gnuplot <<'END' && chmod +x bin/gnuplot\n"
                  "#!/bin/sh\ncat >/dev/null && echo plot\nEND");
    ock_expect(1, "PATH=$PWD/bin:$PATH $OCKHAM mdl in.ock --plot p.svg >/dev/full");
    ock_expect(1, "PATH=$PWD/bin:$PATH $OCKHAM mdl in.ock --json --plot p.svg >/dev/full");
    ock_assert_folder("bin in in.ock");
    ock_expect(0,
               "PATH=$PWD/bin:$PATH $OCKHAM mdl in.ock --plot p.svg && test $(cat p.svg) = plot");
    const ock_outcome *result =
        ock_expect(0, "PATH=$PWD/bin:$PATH " UNFLUSHED "$OCKHAM mdl -f in.ock --plot p.svg");
    ock_assert_says(result->err, "ockham: p.svg" IN_PLACE);
}

/* Two keys or none. */
static void test_keys(void **state)
{
    (void)state;
    ock_need_strace();
    ock_make_alice("in", 3000);
    for (int name = 1; name <= 2; name++) {
        ock_expect(1,
                   "strace -f -qq -o trace -e trace=linkat,renameat2 "
                   "-e inject=linkat,renameat2:error=EIO:when=%d "
                   "$OCKHAM audit keygen --key k; code=$?; rm trace; exit $code",
                   name);
        ock_assert_folder("in");
    }
    ock_expect(0, "$OCKHAM audit keygen --key k && $OCKHAM compress " FAST " in");
    const ock_outcome *result = ock_expect(0, UNFLUSHED "$OCKHAM audit keygen -f --key k");
    ock_assert_says(result->err, "ockham: k" IN_PLACE);
    ock_assert_says(result->err, "ockham: k.pub" IN_PLACE);
    ock_expect(1, UNFLUSHED "$OCKHAM audit sign --key k in.ock");
    ock_assert_folder("in in.ock k k.pub trace");
    ock_expect(0, "$OCKHAM audit sign --key k in.ock");
    result = ock_expect(0, UNFLUSHED "$OCKHAM audit sign -f --key k in.ock");
    ock_assert_says(result->err, "ockham: in.ock.sig" IN_PLACE);
    ock_expect(0, "$OCKHAM audit check --key k.pub in.ock");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_log_lines, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_messages, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_checkpoints_that_stay, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_name_of_a_file, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_name_and_removal, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_name_of_a_tree, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_flush_of_a_tree, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_plot, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_keys, ock_folder_new, ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
