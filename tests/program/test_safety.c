/* SPDX-License-Identifier: MIT */
/* test_safety.c - what a run may not do to the files of its user: outputs that are inputs, limits of the
 * system, closed descriptors, kills, checkpoints that others can read, libraries that write otherwise.
 *
 * Usage: test_safety PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- outputs are no inputs ---- */

enum { INPUT_BYTES = 3000 };

static void make_files(void)
{
    ock_make_alice("in", INPUT_BYTES);
    ock_expect(0, "$OCKHAM compress -q $SMALL in && cp in.ock other.ock && ln in hard && "
                  "ln -s in soft && ln in.ock packed && mkdir d && cp in d && ln -s . here && "
                  "ln -s d/new nowhere && echo d >folders && $OCKHAM audit keygen --key k && "
                  "cp k in.ock.sig && printf 'in\\nd/in\\n' >list");
}

/* Each is refused before anything is written: all files are as they were, to the byte. */
static void test_outputs_are_no_inputs(void **state)
{
    static const char *const commands[] = {
        "compress -q $SMALL -f in -o in",
        "compress -q $SMALL -f in -o ./in",
        "compress -q $SMALL -f in -o here/here/in",
        "compress -q $SMALL -f in -o hard",
        "compress -q $SMALL -f in -o soft",
        "compress -q $SMALL -f soft -o in",
        "compress -q $SMALL -c in >>in",
        "compress -q $SMALL -c - <in >>in",
        "compress -q $SMALL -f - -o in <in",
        "compress -q $SMALL in --log in -o out",
        "compress -q $SMALL in --log hard -o out",
        "compress -q $SMALL in --log out -o out",
        "compress -q $SMALL in --log here/out -o out",
        "compress -q $SMALL in --log soft -o out",
        "compress -q $SMALL -f in --log in.ock",
        "compress -q $SMALL in --prior in.ock -o in.ock -f",
        "compress -q $SMALL in --prior in.ock --log packed -o out",
        "compress -q $SMALL d --checkpoint d -o out",
        "compress -q $SMALL d --checkpoint here/d -o out",
        "compress -q $SMALL d --log d/in -o out",
        "compress -q $SMALL d --log d/new -o out",
        "compress -q $SMALL d --log here/d/new -o out",
        "compress -q $SMALL d --log nowhere -o out",
        "compress -q $SMALL in --log nowhere -o out",
        "compress -q $SMALL --files-from folders --log d/new -o out",
        "compress -q $SMALL . --log d/new -o ../out",
        "compress -q $SMALL . --log new -o ../out",
        "compress -q $SMALL . --checkpoint d/new -o ../out",
        "compress -q $SMALL --files-from list --log in -o out",
        "compress -q $SMALL --files-from list --log list -o out",
        "compress -q $SMALL --files-from - --log d/in -o out <list",
        "compress -q $SMALL --files-from list -f -o d/in",
        "-q $SMALL -f in in.ock",
        "-q $SMALL -f in.ock in",
        "-q $SMALL -f in here/in.ock",
        "compress -q $SMALL in --checkpoint out -o out",
        "compress -q $SMALL in --checkpoint out --log out -o other",
        "decompress -q -f in.ock -o in.ock",
        "decompress -q -f in.ock -o packed",
        "decompress -q -f packed -o in.ock",
        "decompress -q in.ock --log in.ock -o out",
        "decompress -q -c in.ock >>in.ock",
        "decompress -q in.ock --log out -o out",
        "test -q in.ock --log in.ock",
        "test -q in.ock --log packed",
        "mdl in.ock --plot in.ock -f",
        "info in.ock --plot in.ock -f",
        "mdl other.ock in.ock --plot packed -f",
        "audit replay in.ock --log in.ock",
        "audit replay in.ock --input in --log in",
        "audit replay in.ock --input d --log d/new",
        "audit replay in.ock --files-from list --log list",
        "audit bisect in.ock other.ock --log other.ock",
        "audit sign in.ock --key in.ock.sig -f",
    };

    (void)state;
    make_files();
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const ock_outcome *result = ock_expect(
            1,
            "look() { find . | sort | xargs ls -di; find . -type f | sort | xargs b2sum; }; "
            "before=$(look); $OCKHAM %s; code=$?; "
            "test \"$(look)\" = \"$before\" || exit 99; exit $code",
            commands[i]);

        assert_true(strlen(result->err) > 0);
    }
}

/* A run that keeps what it has produced in a folder would take the input for it. */
static void test_an_input_called_as_a_kept_file(void **state)
{
    static const char *const names[] = {"transcript", "output", "halt", "0000000001.ockc"};

    (void)state;
    ock_expect(0, "mkdir -m 700 D");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ock_expect(0, "echo precious >D/%s", names[i]);
        const ock_outcome *result =
            ock_expect(1, "$OCKHAM compress -q -f $SMALL D/%s --checkpoint D -o out", names[i]);

        ock_assert_says(result->err, "keeps a file of that name");
        ock_expect(0, "test \"$(cat D/%s)\" = precious && rm D/%s", names[i], names[i]);
    }
    ock_assert_folder("D");
}

/* Of several FILEs each is whole until its own turn, and after it. */
static void test_a_file_does_not_replace_the_next(void **state)
{
    (void)state;
    make_files();
    ock_expect(0, "$OCKHAM compress -q $SMALL in.ock -o in.ock.ock && cp in.ock kept && mkdir r && "
                  "cp in.ock.ock in.ock r");
    const ock_outcome *result =
        ock_expect(1, "$OCKHAM -d -q -f in.ock.ock in.ock && exit 0; code=$?; cmp in.ock kept && "
                      "exit $code");
    ock_assert_says(result->err, "in.ock: is an input, and cannot be the output of in.ock.ock too");
    ock_expect(1, "$OCKHAM -d -q -f -r r; code=$?; cmp r/in r/../in && cmp r/in.ock kept && "
                  "exit $code");
    ock_expect(0, "echo other >r/in.ock && $OCKHAM -d -q -f r/in.ock.ock && cmp r/in.ock kept");
}

/* Standard output that is a file is none of the inputs, and a device may be named twice. */
static void test_what_is_no_clash(void **state)
{
    (void)state;
    make_files();
    ock_expect(0, "$OCKHAM compress -q $SMALL -c in >new.ock && cmp in.ock new.ock");
    ock_expect(0, "$OCKHAM compress -q $SMALL in --log /dev/null -c 2>/dev/null >/dev/null");
    ock_expect(0, "$OCKHAM decompress -q -c in.ock --log log >out && cmp in out && test -s log");
    ock_expect(0, "$OCKHAM test -q in.ock --log log && $OCKHAM mdl in.ock in.ock >/dev/null");
}

/* ---- limits and signals ---- */

static void test_file_size_limit(void **state)
{
    (void)state;
    ock_make_random("in", 30000);
    const ock_outcome *result = ock_expect(1, "ulimit -f 8; $OCKHAM compress -q $SMALL in");
    ock_assert_says(result->err, "File too large");
    ock_assert_folder("in");
    ock_expect(0, "$OCKHAM compress -q $SMALL in -o ref.ock");
    result = ock_expect(1, "ulimit -f 8; $OCKHAM decompress -q ref.ock -o out");
    ock_assert_says(result->err, "File too large");
    ock_assert_folder("in ref.ock");
}

/* The soft limit of processor time ends a run as SIGTERM does, and one that keeps checkpoints as SIGUSR1
 * does. */
static void test_processor_time_limit(void **state)
{
    (void)state;
    ock_make_alice("in", 100000);
    ock_expect(128 + 24, "ulimit -S -t 1; $OCKHAM compress -q -5 in");
    ock_assert_folder("in");
    const ock_outcome *result = ock_expect(
        75, "ulimit -S -t 1; $OCKHAM compress -5 --set table_bits=14 --checkpoint D in -o out");
    ock_assert_says(result->err, "stopped by SIGXCPU");
    ock_assert_folder("D in");
}

/* Whatever would end the process without a core: nothing is left. SIGUSR2 asks for a line. */
static void test_signals(void **state)
{
    const int numbers[] = {SIGHUP,  SIGINT,    SIGQUIT, SIGTERM, SIGUSR1,   SIGALRM,     SIGXCPU,
                           SIGPROF, SIGVTALRM, SIGIO,   SIGPWR,  SIGSTKFLT, SIGRTMIN + 3};

    (void)state;
    ock_expect(0, "mkdir t && cd t && seq 30000 >a && seq 20000 >b");
    ock_expect(0, "$OCKHAM compress -q -1 --lanes 1 t");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        ock_expect(128 + numbers[i],
                   "env --default-signal $OCKHAM decompress -q t.ock -o u & pid=$!; "
                   "while ! ls -A | grep -q '^\\.u\\.'; do kill -0 $pid || exit 99; done; "
                   "kill -%d $pid; wait $pid",
                   numbers[i]);
        ock_assert_folder("t t.ock");
    }
    ock_expect(0, "$OCKHAM decompress -q t.ock -o u & pid=$!; "
                  "while ! ls -A | grep -q '^\\.u\\.'; do kill -0 $pid || exit 99; done; "
                  "kill -XFSZ $pid; kill -PIPE $pid; wait $pid && diff -r t u");
}

/* A file that is written has no name until it is complete: nothing can be left of it. */
static void test_killed(void **state)
{
    (void)state;
    ock_make_alice("in", 60000);
    if (close(open(ock_path("."), O_TMPFILE | O_RDWR, 0600)) != 0) {
        ock_skip("the file system of temporary files has no files without names");
    }
    for (int i = 0; i < 4; i++) {
        ock_expect(128 + 9,
                   "$OCKHAM compress -q -5 in & pid=$!; sleep 0.%d; kill -KILL $pid; "
                   "wait $pid",
                   2 * i + 1);
        ock_assert_folder("in");
    }
}

static void test_closed_descriptors(void **state)
{
    static const char *const closed[] = {"<&-",      ">&-",      "2>&-",        "<&- >&-",
                                         "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"};

    (void)state;
    ock_make_alice("in", INPUT_BYTES);
    ock_expect(0, "$OCKHAM compress -q $SMALL in -o ref.ock");
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        ock_expect(0, "$OCKHAM compress -q $SMALL in -o made.ock %s", closed[i]);
        ock_assert_same("made.ock", "ref.ock");
        ock_expect(0, "$OCKHAM decompress -q made.ock -o out %s && rm made.ock", closed[i]);
        ock_expect(0, "cmp in out && rm out");
    }
    const ock_outcome *result = ock_expect(1, "$OCKHAM compress -q $SMALL - -o x.ock <&-");
    ock_assert_says(result->err, "standard input: cannot be read: Bad file descriptor");
    result = ock_expect(1, "$OCKHAM info - <&-");
    ock_assert_says(result->err, "standard input: cannot be read: Bad file descriptor");
    result = ock_expect(1, "$OCKHAM compress -q $SMALL -c in >&-");
    ock_assert_says(result->err, "standard output: cannot be written: Bad file descriptor");
    ock_assert_folder("in ref.ock");
}

/* ---- checkpoints are private ---- */

/* Makes checkpoints in D, and asserts what the folder and all in it may be used by: the owner. */
static void expect_private(void)
{
    ock_expect(0, "umask 0; $OCKHAM compress -q $SMALL --set step=16 --checkpoint D "
                  "--checkpoint-every 3 --keep-checkpoints in -o made.ock && rm made.ock");
    ock_expect(0, "test -z \"$(find D -perm /077)\" && test -n \"$(ls D/*.ockc)\" && rm -r D");
}

static void test_checkpoints_are_private(void **state)
{
    (void)state;
    ock_make_alice("in", INPUT_BYTES);
    expect_private();
    ock_expect(0, "mkdir -m 777 D");
    expect_private();
    ock_expect(0, "mkdir -m 755 D && touch D/mine");
    const ock_outcome *result =
        ock_expect(1, "$OCKHAM compress -q $SMALL --checkpoint D in -o made.ock");
    ock_assert_says(result->err, "others can access this directory");
    ock_expect(0, "test \"$(stat -c %%a D)\" = 755 && test \"$(ls -A D)\" = mine && chmod 700 D");
    ock_expect(0, "$OCKHAM compress -q $SMALL --checkpoint D in -o made.ock");
    ock_assert_folder("D in made.ock");
}

/* A folder that others could write to has been made private, but they may have a file in it open. */
static void test_planted_files(void **state)
{
    static const char *const planted[] = {"touch D/%s && chmod 644 D/%s",
                                          "touch mine && ln mine D/%s",
                                          "touch D/%s && chown 65534 D/%s"};

    (void)state;
    ock_make_alice("in", INPUT_BYTES);
    ock_expect(0, "$OCKHAM compress -q $SMALL in -o ref.ock");
    for (size_t i = 0; i < (geteuid() == 0 ? 3 : 2); i++) {
        char command[64];

        snprintf(command, sizeof command, planted[i], "transcript", "transcript");
        ock_expect(0, "umask 077; mkdir D && %s", command);
        const ock_outcome *result =
            ock_expect(1, "$OCKHAM compress -q $SMALL --checkpoint D --resume in -o made.ock");
        ock_assert_says(result->err, "transcript: others can access this file, or made it");
        snprintf(command, sizeof command, planted[i], "output", "output");
        ock_expect(0, "umask 077; rm -rf D mine; mkdir D && %s", command);
        result = ock_expect(1, "$OCKHAM decompress -q --checkpoint D --resume ref.ock -o out");
        ock_assert_says(result->err, "output: others can access this file, or made it");
        ock_expect(0, "test ! -s D/output && rm -rf D mine");
    }
    ock_assert_folder("in ref.ock");
}

/* Who owns a folder reads what is put there, whatever its mode; root could put it there. */
static void test_checkpoints_in_a_folder_of_another(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        ock_skip("only root can use folders of others");
    }
    ock_make_alice("in", INPUT_BYTES);
    ock_expect(0, "mkdir -m 700 D && chown 65534 D");
    const ock_outcome *result =
        ock_expect(1, "$OCKHAM compress -q $SMALL --checkpoint D in -o made.ock");
    ock_assert_says(result->err, "belongs to another user");
    ock_expect(0, "test -z \"$(ls -A D)\" && chmod 777 D");
    ock_expect(1, "$OCKHAM compress -q $SMALL --checkpoint D in -o made.ock");
    ock_expect(0, "test \"$(stat -c %%a D)\" = 777");
    ock_assert_folder("D in");
}

/* ---- other programs and libraries ---- */

static void make_gnuplot(const char *text)
{
    ock_expect(0, "mkdir -p bin && printf '#!/bin/sh\\n%s\\n' >bin/gnuplot && chmod +x bin/gnuplot",
               text);
}

/* A plotter that ends early, fails, or draws nothing. */
static void test_plotters(void **state)
{
    static const char *const bad[] = {"exit 0",
                                      "exec <&-; exit 0",
                                      "exec <&-; echo x; exit 0",
                                      "cat >/dev/null",
                                      "cat >/dev/null; echo x; exit 3",
                                      "cat >/dev/null; echo x; kill -9 $$"};

    (void)state;
    ock_make_alice("in", 40000);
    ock_expect(0, "$OCKHAM compress -q $SMALL in && rm in");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        make_gnuplot(bad[i]);
        ock_expect(1, "PATH=$PWD/bin:$PATH; $OCKHAM mdl $(yes in.ock | head -2000) --plot p.svg "
                      ">/dev/null");
        ock_assert_folder("bin in.ock");
    }
    make_gnuplot("cat >/dev/null; echo drawn");
    ock_expect(0, "PATH=$PWD/bin:$PATH; $OCKHAM mdl in.ock --plot p.svg >/dev/null && "
                  "test \"$(cat p.svg)\" = drawn");
}

/* Known at the start, and not when all is coded. */
static void test_another_library(void **state)
{
    const char *library = getenv("OCKHAM_HDF5_OTHERWISE");

    (void)state;
    assert_non_null(library);
    ock_make_alice("in", 100000);
    const ock_outcome *result =
        ock_expect(3, "LD_PRELOAD=%s $OCKHAM compress -5 --log log in", library);
    ock_assert_says(result->err, "a file made to try the HDF5 library");
    ock_expect(0, "! grep -q progress log && rm log");
    ock_assert_folder("in");
}

/* What is freed is overwritten at once (glibc's malloc; others ignore it), so that nothing can go on using it. */
static void test_freed_memory(void **state)
{
    (void)state;
    ock_make_alice("in", 3000);
    ock_expect(0, "export MALLOC_PERTURB_=85 GLIBC_TUNABLES=glibc.malloc.tcache_count=0; "
                  "$OCKHAM compress -q $SMALL --checkpoint c --checkpoint-every 20 in && "
                  "$OCKHAM decompress -q --checkpoint c --checkpoint-every 20 in.ock -o back && "
                  "cmp in back && "
                  "$OCKHAM info --json in.ock");
}

int main(int argc, char **argv)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, ock_folder_new, ock_folder_remove)
    const struct CMUnitTest tests[] = {
        CASE(test_outputs_are_no_inputs),
        CASE(test_an_input_called_as_a_kept_file),
        CASE(test_a_file_does_not_replace_the_next),
        CASE(test_what_is_no_clash),
        CASE(test_file_size_limit),
        CASE(test_processor_time_limit),
        CASE(test_signals),
        CASE(test_killed),
        CASE(test_closed_descriptors),
        CASE(test_checkpoints_are_private),
        CASE(test_planted_files),
        CASE(test_checkpoints_in_a_folder_of_another),
        CASE(test_plotters),
        CASE(test_another_library),
        CASE(test_freed_memory),
    };

    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
