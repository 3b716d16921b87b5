/* SPDX-License-Identifier: MIT */
/* test_resume.c - runs that are stopped, killed, disturbed and resumed end with the file of a run
 * that was left alone.
 *
 * Usage: test_resume PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Small tables, so that a checkpoint is quick; enough steps that there is time to disturb a run. */
#define MODEL "$SMALL --set step=16 --set layers=2 --set table_bits=14 --set match_bits=12"
#define KEEP "--checkpoint D --checkpoint-every 15 --resume --log log"
#define RARELY " --checkpoint-every 1000" /* behind a command: the rest of it is not disturbed */
enum { INPUT_BYTES = 24000 };

/* Starts the command and waits until it has made a checkpoint. Then $pid is its process. */
#define KEPT                                                                                       \
    "rm -f log; %s & pid=$!; "                                                                     \
    "while ! grep -q '\"checkpoint\"' log 2>/dev/null; do kill -0 $pid || exit 99; sleep 0.01; "   \
    "done; "

/* The commands of both directions: what they do, and how it is compared. */
typedef struct direction {
    const char *command; /* behind $OCKHAM */
    const char *result, *wanted;
} direction;

static const direction directions[] = {
    {"compress " MODEL " " KEEP " in -o made", "made", "ref.ock"},
    {"decompress -q " KEEP " ref.ock -o made", "made", "in"},
};

static void make_reference(void)
{
    ock_make_alice("in", INPUT_BYTES);
    ock_expect(0, "$OCKHAM compress " MODEL " in -o ref.ock");
}

/* "$OCKHAM ..." on so many ranks, with the kernels named ("": the best). One command at a time. */
static const char *on(int ranks, const char *isa, const char *command)
{
    static char text[2048];
    const char *set = isa[0] != '\0' ? "OCKHAM_ISA=" : "";
    if (ranks > 1 && ock_rank_limit() > 1) {
        snprintf(text, sizeof text, "env %s%s $MPIRUN %d $OCKHAM %s", set, isa, ranks, command);
    } else {
        snprintf(text, sizeof text, "env %s%s $OCKHAM %s", set, isa, command);
    }
    return text;
}

static void finish(const direction *d, int ranks)
{
    ock_expect(0, "%s" RARELY, on(ranks, "", d->command));
    ock_assert_same(d->result, d->wanted);
    ock_expect(0, "test -z \"$(ls -A D)\" && rm -rf D log made");
    ock_assert_folder("in ref.ock");
}

/* The widest kernels of this machine. */
static const char *widest(void)
{
    const ock_outcome *result = ock_expect(0, "for i in avx512 avx2 scalar; do "
                                              "if OCKHAM_ISA=$i $OCKHAM --version | grep -qx "
                                              "\"instruction set $i\"; then echo $i; exit 0; "
                                              "fi; done; exit 1");
    static char name[16];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(result->out, "\n"), result->out);
    return name;
}

/* ---- stopped on request ---- */

/* By signal on one rank with scalar kernels, by a halt file on three with the widest, to the end on
 * two. */
static void test_stop_and_resume(void **state)
{
    (void)state;
    make_reference();
    const char *wide = widest();
    for (size_t i = 0; i < 2; i++) {
        const direction *d = &directions[i];
        const ock_outcome *result =
            ock_expect(75, KEPT "kill -USR1 $pid; wait $pid", on(1, "scalar", d->command));
        ock_assert_says(result->err, "stopped by SIGUSR1");
        ock_assert_folder("in ref.ock D log");
        result = ock_expect(75, KEPT "touch D/halt; wait $pid", on(3, wide, d->command));
        ock_assert_says(result->err, "stopped by the halt file");
        ock_expect(0, "test ! -e D/halt && test $(ls D/*.ockc | wc -l) = 2");
        ock_assert_folder("in ref.ock D log");
        finish(d, 2);
    }
}

static void test_signal_through_launcher(void **state)
{
    (void)state;
    ock_need_mpi();
    make_reference();
    for (size_t i = 0; i < 2; i++) {
        /* More ranks than shards: rank 0 owns none, and has only old copies of what others train. */
        ock_expect(75, KEPT "kill -USR1 $pid; wait $pid", on(8, "", directions[i].command));
        ock_expect(75, KEPT "kill -USR1 $pid; wait $pid", on(3, "", directions[i].command));
        finish(&directions[i], 8);
    }
}

/* As one that reaches its limit of processor time is. */
static void test_signal_to_another_rank(void **state)
{
    (void)state;
    ock_need_mpi();
    make_reference();
    for (size_t i = 0; i < 2; i++) {
        char line[1024];
        snprintf(line, sizeof line,
                 "$MPIRUN 1 $OCKHAM %s : -n 1 sh -c 'echo $$ >rank1; exec $OCKHAM %s'",
                 directions[i].command, directions[i].command);
        const ock_outcome *result = ock_expect(75, KEPT "kill -USR1 $(cat rank1); wait $pid", line);
        ock_assert_says(result->err, "stopped by a signal to rank 1");
        ock_expect(0, "rm rank1");
        finish(&directions[i], 2);
    }
}

static void test_halt_before_the_start(void **state)
{
    (void)state;
    make_reference();
    for (size_t i = 0; i < 2; i++) {
        ock_expect(75, "mkdir D && touch D/halt && %s", on(1, "", directions[i].command));
        finish(&directions[i], 1);
    }
}

/* Momentum is kept by slices, whatever the ranks. */
static void test_orthogonalised_momentum(void **state)
{
    (void)state;
    const char *made = "compress -q $SMALL --set mixing=0 --set step=16 --set optimiser=muon "
                       "--set muon_every=16 "
                       "--checkpoint D --checkpoint-every 10 --resume in -o made";
    ock_make_alice("in", 2000);
    ock_expect(0, "%s && mv made ref.ock", on(1, "", made));
    for (int ranks = 1; ranks <= 3; ranks++) {
        ock_expect(75, "mkdir -p D && touch D/halt && %s", on(ranks, "scalar", made));
    }
    ock_expect(0, "%s", on(2, "", made));
    ock_assert_same("made", "ref.ock");
}

/* There is no time for more than a step or two; what was done is kept. */
static void test_stop_before(void **state)
{
    (void)state;
    make_reference();
    for (size_t i = 0; i < 2; i++) {
        for (int k = 0; k < 3; k++) {
            const ock_outcome *result =
                ock_expect(75, "%s --stop-before 1", on(1, "", directions[i].command));
            ock_assert_says(result->err, "stopped by --stop-before");
        }
        finish(&directions[i], 1);
    }
}

static void test_status_line(void **state)
{
    (void)state;
    make_reference();
    const ock_outcome *result =
        ock_expect(0, KEPT "kill -USR2 $pid; wait $pid", on(1, "", directions[0].command));
    ock_assert_says(result->err, "% ");
    ock_assert_says(result->err, "of 24000 bytes");
    ock_assert_same("made", "ref.ock");
}

/* ---- ended by force ---- */

/* TERM leaves nothing outside the folder, and what is in it can be used. */
static void test_terminated(void **state)
{
    (void)state;
    make_reference();
    for (size_t i = 0; i < 2; i++) {
        ock_expect(143, KEPT "kill -TERM $pid; wait $pid", on(1, "", directions[i].command));
        ock_assert_folder("in ref.ock D log");
        finish(&directions[i], 1);
    }
}

/* left: does a process named in pid.* run? A zombie doesn't. Before the first is named: they are yet to
 * come.
 * END_LAUNCHER: the mpirun of Open MPI 4.1.4 with PMIx 4.2.2 releases an object twice when a rank is
 * killed while it connects to it, and then may hang in its own end, behind that of all ranks. What it
 * has not done half a minute after their end it won't do. */
#define LEFT                                                                                       \
    "left() { for f in pid.*; do test -e $f || return 0; "                                         \
    "grep -qs '^State:.[^ZX]' /proc/$(cat $f)/status && return 0; done; return 1; }; "
#define END_LAUNCHER                                                                               \
    "n=0; while kill -0 $pid 2>/dev/null && test $n -lt 600; do "                                  \
    "if left; then n=0; else n=$((n+1)); fi; sleep 0.05; done; "                                   \
    "test $n -lt 600 || kill -9 $pid; "

/* A rank or the launcher is killed at a random moment, again and again; each run takes up where the
 * one before was. The next run begins when the last process of the killed one is gone; PMIx_Init may not
 * notice that the daemon is, and then a rank ends by the deadline of the start. */
static void kill_at_random(const direction *d, int kills, uint64_t *seed)
{
    const bool launched = ock_rank_limit() > 1;
    for (int k = 0; k < kills; k++) {
        const unsigned delay = 100 + ock_random(seed, 1200), victim = ock_random(seed, 3);
        const char *who = !launched || victim == 2 ? "$pid"
                          : victim == 1            ? "$(cat pid.1)"
                                                   : "$(cat pid.0)";
        ock_expect(0,
                   LEFT "rm -f pid.*; OCKHAM_START_DEADLINE=60 %s sh -c 'echo $$ "
                        ">pid.${OMPI_COMM_WORLD_RANK:-0}; "
                        "exec $OCKHAM %s' & pid=$!; sleep %u.%03u; kill -9 %s 2>/dev/null; "
                        "%swait $pid; set -- pid.*; "
                        "while test -e $1 && left; do sleep 0.02; done; rm -f pid.*",
                   launched ? "$MPIRUN 2" : "", d->command, delay / 1000, delay % 1000, who,
                   launched ? END_LAUNCHER : "");
        if (ock_expect(0, "test -e made && echo done; true")->out_bytes > 0) {
            ock_assert_same(d->result, d->wanted);
            ock_expect(0, "rm -rf made D");
        }
        /* Nothing may be there but what a kill can't avoid: the final file under its temporary name. */
        ock_expect(0, "rm -f .made.*.tmp; "
                      "test -z \"$(ls -A | grep -vx -e in -e ref.ock -e D -e log)\"");
    }
    finish(d, 1);
}

static void test_killed_at_random(void **state)
{
    const int kills = ock_long_tests() ? 50 : 5;
    uint64_t seed = 11;
    (void)state;
    make_reference();
    for (size_t i = 0; i < 2; i++) {
        kill_at_random(&directions[i], kills, &seed);
    }
}

/* ---- damage ---- */

/* The newest generation damaged in this way: it is named, the one before is used. */
static void test_damaged_generation(void **state)
{
    static const char *const damages[] = {
        "printf '\\377\\001' | dd of=$f conv=notrunc status=none bs=1 seek=$(($(stat -c %s $f)/2))",
        "truncate -s -1 $f",
        "truncate -s 300 $f",
        ": >$f",
        "rm $f; mkdir $f",
        "cp in $f"};
    (void)state;
    make_reference();
    for (size_t k = 0; k < sizeof damages / sizeof damages[0]; k++) {
        const direction *d = &directions[k % 2];
        ock_expect(75, KEPT "kill -USR1 $pid; wait $pid", on(1, "", d->command));
        const ock_outcome *result =
            ock_expect(0,
                       "f=D/$(ls D | grep ockc | tail -n 1); %s; rm log; %s" RARELY
                       "; c=$?; rm -rf D/*.ockc; exit $c",
                       damages[k], on(1, "", d->command));
        ock_assert_says(result->err, "is not usable");
        ock_expect(0, "grep -q '\"resume\"' log");
        ock_assert_same(d->result, d->wanted);
        ock_expect(0, "rm -rf D log made");
    }
}

/* Nothing in the folder is usable: said so, and begun anew. */
static void test_nothing_usable(void **state)
{
    static const char *const damages[] = {
        "for f in D/*.ockc; do truncate -s -5 $f; done", "rm D/transcript D/output",
        "for f in D/transcript D/output; do test -e $f && truncate -s 20 $f; done",
        "for f in D/transcript D/output; do test -e $f && "
        "printf '\\377\\001' | dd of=$f conv=notrunc status=none bs=1 seek=3; done"};
    (void)state;
    make_reference();
    for (size_t k = 0; k < sizeof damages / sizeof damages[0]; k++) {
        const direction *d = &directions[k % 2];
        ock_expect(75, KEPT "kill -USR1 $pid; wait $pid", on(1, "", d->command));
        const ock_outcome *result =
            ock_expect(0, "{ %s; } 2>/dev/null; %s -v" RARELY, damages[k], on(1, "", d->command));
        ock_assert_says(result->err, "is not usable");
        ock_assert_says(result->err, "starting from the beginning");
        ock_assert_same(d->result, d->wanted);
        ock_expect(0, "rm -rf D log made");
    }
}

/* ---- refusals ---- */

static void test_other_runs_are_refused(void **state)
{
    static const struct {
        const char *command, *reason;
    } others[] = {
        {"compress " MODEL " " KEEP " changed -o made", "input_blake2b"},
        {"compress " MODEL " --set contexts=8 " KEEP " in -o made", "contexts=8"},
        {"compress " MODEL " --seed 2 " KEEP " in -o made", "seed=2"},
        {"compress " MODEL " --lanes 4 --shards 4 " KEEP " in -o made", "lanes=4"},
        {"decompress -q " KEEP " ref.ock -o made", "direction=decompress"},
        {"compress " MODEL " --checkpoint D in -o made", "--resume"},
    };
    (void)state;
    make_reference();
    ock_expect(0, "tr a b <in >changed");
    ock_expect(75, KEPT "kill -USR1 $pid; wait $pid", on(1, "", directions[0].command));
    ock_expect(0, "cp -r D before");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const ock_outcome *result = ock_expect(1, "$OCKHAM %s", others[i].command);
        ock_assert_says(result->err, others[i].reason);
        ock_expect(0, "test ! -e made && diff -r -x output D before");
    }
    ock_expect(1, "$OCKHAM compress " MODEL " --resume in -o made");
    ock_expect(1, "$OCKHAM compress " MODEL " --checkpoint D --checkpoint-every 0 in -o made");
    ock_expect(0, "$OCKHAM compress -f " MODEL " --checkpoint D in -o made"); /* begins anew */
    ock_assert_same("made", "ref.ock");
}

static void test_one_run_a_folder(void **state)
{
    (void)state;
    make_reference();
    const ock_outcome *result = ock_expect(1, KEPT "$OCKHAM %s; c=$?; kill -9 $pid; exit $c",
                                           on(1, "", directions[0].command), directions[0].command);
    ock_assert_says(result->err, "another run");
    finish(&directions[0], 1);
}

/* A limit on the length of files stands for a full disk: an error, and no unfinished file. */
static void test_full_disk(void **state)
{
    (void)state;
    make_reference();
    for (size_t i = 0; i < 2; i++) {
        ock_expect(1, "trap '' XFSZ; ulimit -f 4000; %s", on(1, "", directions[i].command));
        ock_expect(0, "test -z \"$(ls -A D | grep -v -e output -e transcript)\"");
        ock_assert_folder("in ref.ock D log");
        finish(&directions[i], 1);
    }
}

static void test_test_command(void **state)
{
    (void)state;
    make_reference();
    ock_expect(75, KEPT "kill -USR1 $pid; wait $pid", "$OCKHAM test -q " KEEP " ref.ock");
    ock_expect(0, "$OCKHAM test -q " KEEP " ref.ock" RARELY " && grep -q '\"resume\"' log");
    ock_expect(0, "test -z \"$(ls -A D)\"");
    ock_assert_folder("in ref.ock D log");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ock_folder_new, ock_folder_remove)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_stop_and_resume),
        CASE(test_signal_through_launcher),
        CASE(test_signal_to_another_rank),
        CASE(test_halt_before_the_start),
        CASE(test_orthogonalised_momentum),
        CASE(test_stop_before),
        CASE(test_status_line),
        CASE(test_terminated),
        CASE(test_killed_at_random),
        CASE(test_damaged_generation),
        CASE(test_nothing_usable),
        CASE(test_other_runs_are_refused),
        CASE(test_one_run_a_folder),
        CASE(test_full_disk),
        CASE(test_test_command),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
