/* SPDX-License-Identifier: MIT */
/* test_combinations.c - what a file was made from, and all that can be done with it: a file, a directory, a
 * list, standard input, with priors and without; compressed in one go and resumed, tested, restored,
 * replayed, compared, signed, measured, planned. Each works, or is refused with the reason that the manual
 * gives.
 *
 * Usage: test_combinations PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/hdf5/user_block.h"
#include "plan/config.h"

/* Where it does not matter what predicts: 75 steps, digests after 20, 40, 60 and the last. */
#define MODEL                                                                                      \
    "-q -1 --lanes 1 --shards 1 --set step=32 --set mark_steps=20 --set contexts=4 "               \
    "--set table_bits=12 --set match_bits=12"
#define EVERY "--checkpoint-every 25 --keep-checkpoints"
enum { BYTES = 2400 };

/* What a file is made from. */
typedef struct source {
    const char *feed;  /* stands before a command that reads it; "" but for standard input */
    const char *wish;  /* of compress */
    const char *again; /* of audit replay, to compress it again */
    const char *plan;  /* of plan */
    const char *prior; /* of all that decodes; "" without one */
    const char *same;  /* exits with 0 when `out` is what it was */
    bool tree;
} source;

static const source of_file = {"", "in", "--input in", "in", "", "cmp out in", false};
static const source of_tree = {"",  "t", "--input t", "t", "", "diff -r --no-dereference out t",
                               true};
static const source of_times = {
    "", "--times t/", "--input t", "t", "", "diff -r --no-dereference out t", true};
static const source of_list = {"",
                               "--files-from list",
                               "--files-from list",
                               "--files-from list",
                               "",
                               "diff -r --no-dereference out/t t",
                               true};
static const source of_piped_list = {"tr '\\n' '\\0' <list |",
                                     "-0 --files-from -",
                                     "-0 --files-from -",
                                     "-0 --files-from -",
                                     "",
                                     "diff -r --no-dereference out/t t",
                                     true};
static const source of_pipe = {"cat in |", "-", "--input -", "-", "", "cmp out in", false};
static const source of_prior = {"",          "--prior p in", "--input in", "in",
                                "--prior p", "cmp out in",   false};
static const source of_tree_with_prior = {
    "", "--prior p t", "--input t", "t", "--prior p", "diff -r --no-dereference out t", true};
static const source of_piped_prior = {"cat p |",   "--prior - in", "--input in", "in",
                                      "--prior p", "cmp out in",   false};

/* in, p, and t, which has the bytes of `in` in two files; list: all of t but its name for itself. */
static int make_sources(void **state)
{
    const int failed = ock_folder_new(state);
    if (failed) {
        return failed;
    }
    ock_make_alice("in", BYTES);
    ock_make_phrases("p", 1500);
    ock_expect(0, "mkdir -p t/b && head -c 1000 in >t/a && tail -c 1400 in >t/b/c && "
                  "ln -s nowhere t/link && printf 't/a\\nt/b\\nt/link\\n' >list");
    return 0;
}

/* The last line of standard output is the word. */
static const ock_outcome *assert_verdict(const ock_outcome *result, const char *word)
{
    const size_t length = strlen(word);
    const char *end = result->out + result->out_bytes, *begin = end - length - 1;
    if (result->out_bytes <= length || end[-1] != '\n' || memcmp(begin, word, length) != 0 ||
        (begin > result->out && begin[-1] != '\n')) {
        fail_msg("expected %s at the end of:\n%s%s", word, result->out, result->err);
    }
    return result;
}

/* ---- made, stopped, resumed ---- */

/* in.ock in one go; D: checkpoints of a run that was stopped and resumed; E: of one that was not. */
static void make_file(const source *s)
{
    ock_expect(0, "%s $OCKHAM compress " MODEL " %s -o in.ock", s->feed, s->wish);
    ock_expect(0, "%s $OCKHAM compress " MODEL " %s --verify -o other && cmp other in.ock", s->feed,
               s->wish);
    ock_expect(75,
               "mkdir D && touch D/halt && %s $OCKHAM compress " MODEL " %s -f -o other " EVERY
               " --checkpoint D --resume",
               s->feed, s->wish);
    ock_expect(0,
               "%s $OCKHAM compress " MODEL " %s -f -o other " EVERY " --checkpoint D --resume "
               "&& cmp other in.ock && test $(ls D/*.ockc | wc -l) = 3",
               s->feed, s->wish);
    ock_expect(0,
               "%s $OCKHAM compress " MODEL " %s -f -o other " EVERY " --checkpoint E && "
               "cmp other in.ock && test $(ls E/*.ockc | wc -l) = 2 && rm other",
               s->feed, s->wish);
}

/* F: checkpoints of a run that restores, stopped and resumed too. */
static void restore(const source *s)
{
    ock_expect(75,
               "mkdir F && touch F/halt && $OCKHAM decompress -q %s in.ock -o out " EVERY
               " --checkpoint F --resume",
               s->prior);
    ock_expect(0, "$OCKHAM decompress -q %s in.ock -o out " EVERY " --checkpoint F --resume && %s",
               s->prior, s->same);
    ock_expect(0, "rm -r out && $OCKHAM decompress -q %s - -o out <in.ock && %s && rm -r out",
               s->prior, s->same);
}

static void test_it(const source *s)
{
    ock_expect(0, "$OCKHAM test -q %s in.ock", s->prior);
    ock_expect(75, "mkdir G && touch G/halt && $OCKHAM test -q %s - --checkpoint G <in.ock",
               s->prior);
    ock_expect(0, "$OCKHAM test -q %s - --checkpoint G --resume <in.ock && rm -r G", s->prior);
}

/* ---- audits ---- */

static void verify(const source *s)
{
    const ock_outcome *result = ock_expect(0, "$OCKHAM audit verify in.ock");
    assert_verdict(result, "MATCH");
    assert_int_equal(strstr(result->out, " list of 2 files, ") != NULL, s->tree);
    assert_verdict(ock_expect(0, "$OCKHAM audit verify - <in.ock"), "MATCH");
}

static void replay(const source *s)
{
    assert_verdict(ock_expect(0, "$OCKHAM audit replay -q %s in.ock", s->prior), "MATCH");
    assert_verdict(ock_expect(0, "$OCKHAM audit replay -q %s - <in.ock", s->prior), "MATCH");
    assert_verdict(
        ock_expect(0, "%s $OCKHAM audit replay -q %s in.ock %s", s->feed, s->prior, s->again),
        "MATCH");
    if (s->prior[0] != '\0') {
        const ock_outcome *result = ock_expect(1, "$OCKHAM audit replay -q in.ock");
        ock_assert_says(assert_verdict(result, "INCOMPLETE")->err, "give it with --prior");
    }
}

/* From checkpoints of both directions, of runs that were resumed and of one that was not; what was learned from
 * priors is in them. */
static void replay_from(const source *s)
{
    static const char *const folders[] = {"D", "E", "F"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        const ock_outcome *result =
            ock_expect(0, "$OCKHAM audit replay -q --from %s in.ock", folders[i]);
        assert_verdict(result, "MATCH");
        assert_null(strstr(result->out, "started after step 1 "));
        ock_assert_says(result->out, "started after step 5");
    }
    assert_verdict(ock_expect(0, "%s $OCKHAM audit replay -q %s --from E --steps 30:40 in.ock %s",
                              s->feed, s->prior, s->again),
                   "MATCH");
    const ock_outcome *result =
        ock_expect(1, "%s $OCKHAM audit replay -q --from F in.ock %s", s->feed, s->again);
    ock_assert_says(assert_verdict(result, "INCOMPLETE")->err, "was made while decompressing");
}

/* A file with itself, with a checkpoint, and checkpoints of the two directions after one step. */
static void bisect(const source *s)
{
    assert_verdict(ock_expect(0, "$OCKHAM audit bisect -q %s in.ock in.ock", s->prior), "MATCH");
    const ock_outcome *result =
        ock_expect(0, "$OCKHAM audit bisect -q %s in.ock E/0000000001.ockc", s->prior);
    ock_assert_says(assert_verdict(result, "MATCH")->out, "the states after step 25 are the same");
    result = ock_expect(0, "$OCKHAM audit bisect -q D/0000000002.ockc F/0000000002.ockc");
    ock_assert_says(assert_verdict(result, "MATCH")->out, "are the same");
    result = ock_expect(0, "$OCKHAM audit bisect -q --from D in.ock E/0000000002.ockc");
    ock_assert_says(assert_verdict(result, "MATCH")->out, "the states after step 50 are the same");
}

static void sign(const source *s)
{
    (void)s;
    ock_expect(0, "$OCKHAM audit keygen --key k && $OCKHAM audit sign in.ock --key k");
    assert_verdict(ock_expect(0, "$OCKHAM audit check in.ock --key k.pub"), "MATCH");
    assert_verdict(ock_expect(0, "$OCKHAM audit verify in.ock --key k.pub"), "MATCH");
    ock_expect(0, "rm k k.pub in.ock.sig");
}

/* ---- reports ---- */

static void report(const source *s)
{
    ock_assert_says(ock_expect(0, "$OCKHAM mdl in.ock")->out, "2400 bytes of input");
    ock_expect(0, "$OCKHAM mdl --json - <in.ock");
    const ock_outcome *result = ock_expect(0, "$OCKHAM info in.ock");
    ock_assert_says(result->out, "input bytes      2400\n");
    assert_int_equal(strstr(result->out, "list of files ") != NULL, s->tree);
    assert_int_equal(strstr(result->out, "prior            1500 bytes") != NULL,
                     s->prior[0] != '\0');
    ock_expect(0, "$OCKHAM info --json - <in.ock");
    result = ock_expect(s->tree ? 0 : 1, "$OCKHAM info --files in.ock");
    ock_assert_says(s->tree ? result->out : result->err, s->tree ? "b/c" : "no list of files");
    result = ock_expect(0, "%s $OCKHAM plan -1 %s", s->feed, s->plan);
    ock_assert_says(result->out, "input                  2400 bytes, level 1");
}

static void all_of(const source *s)
{
    static void (*const cells[])(const source *) = {make_file,   restore, test_it, verify, replay,
                                                    replay_from, bisect,  sign,    report};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        cells[i](s);
    }
    ock_assert_folder("in p t list in.ock D E F");
}

static void test_file(void **state)
{
    (void)state;
    all_of(&of_file);
}

static void test_directory(void **state)
{
    (void)state;
    all_of(&of_tree);
}

static void test_directory_with_times(void **state)
{
    (void)state;
    all_of(&of_times);
}

static void test_list(void **state)
{
    (void)state;
    all_of(&of_list);
}

static void test_list_from_standard_input(void **state)
{
    (void)state;
    all_of(&of_piped_list);
}

static void test_standard_input(void **state)
{
    (void)state;
    all_of(&of_pipe);
}

static void test_prior(void **state)
{
    (void)state;
    all_of(&of_prior);
}

static void test_directory_with_prior(void **state)
{
    (void)state;
    all_of(&of_tree_with_prior);
}

static void test_prior_from_standard_input(void **state)
{
    (void)state;
    all_of(&of_piped_prior);
}

/* The first rank reads for all. */
static void test_ranks(void **state)
{
    (void)state;
    ock_need_mpi();
    ock_expect(0, "$OCKHAM compress " MODEL " --lanes 3 --shards 3 --prior p t -o t.ock "
                  "--checkpoint D --checkpoint-every 10 --keep-checkpoints");
    for (int ranks = 2; ranks <= 3; ranks++) {
        static const char *const wishes[] = {"--prior p", "--prior p --input t", "--from D",
                                             "--from D --input t"};
        for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
            assert_verdict(ock_expect(0, "%s $OCKHAM audit replay -q %s t.ock", ock_on_ranks(ranks),
                                      wishes[i]),
                           "MATCH");
        }
        assert_verdict(ock_expect(0, "%s $OCKHAM audit bisect -q --prior p t.ock D/0000000001.ockc",
                                  ock_on_ranks(ranks)),
                       "MATCH");
    }
}

/* ---- what is refused ---- */

/* What FILE was not made of. */
static void test_compressing_something_else_again(void **state)
{
    static const struct {
        const char *file, *change, *wish;
        int exit_code;
        const char *reason;
    } cases[] = {
        {"in.ock", "true", "--input t", 2, "is a tree of files, but in.ock was made from one file"},
        {"in.ock", "true", "--files-from list", 2, "is a tree of files"},
        {"in.ock", "true", "--input p", 2, "is not what in.ock was made from"},
        {"in.ock", "true", "--input none", 1, "none"},
        {"t.ock", "true", "--input in", 2, "is one file, but t.ock was made from a tree of files"},
        {"t.ock", "true", "--files-from list", 2, "contains other files than t.ock was made from"},
        {"t.ock", "true", "--input none", 1, "none"},
        {"l.ock", "true", "--input t", 2, "contains other files than l.ock was made from"},
        {"l.ock", "true", "--input .", 2, "contains other files than l.ock was made from"},
        {"t.ock", "touch -d 2001-02-03 t/a", "--input t", 0, ""},
        {"times.ock", "touch -d 2001-02-03 t/a", "--input t", 2, "contains other files"},
        {"t.ock", ": >t/new", "--input t", 2, "contains other files"},
        {"t.ock", "mv t/a t/z", "--input t", 2, "contains other files"},
        {"t.ock", "chmod +x t/a", "--input t", 2, "contains other files"},
        {"t.ock", "ln -sf elsewhere t/link", "--input t", 2, "contains other files"},
        {"t.ock", "tr a b <t/a >x && mv x t/a", "--input t", 2, "is not what t.ock was made from"},
    };
    (void)state;
    ock_expect(0, "$OCKHAM compress " MODEL " in && $OCKHAM compress " MODEL " t && "
                  "$OCKHAM compress " MODEL " --times t -o times.ock && "
                  "$OCKHAM compress " MODEL " --files-from list -o l.ock && cp -a t kept");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ock_outcome *result =
            ock_expect(cases[i].exit_code, "%s && $OCKHAM audit replay -q %s %s", cases[i].change,
                       cases[i].wish, cases[i].file);
        assert_verdict(result, cases[i].exit_code == 0   ? "MATCH"
                               : cases[i].exit_code == 2 ? "MISMATCH"
                                                         : "INCOMPLETE");
        ock_assert_says(result->err, cases[i].reason);
        ock_expect(0, "rm -rf t && cp -a kept t");
    }
    ock_assert_folder("in p t list in.ock t.ock times.ock l.ock kept");
}

/* The same bytes in one file and in two, the same tree with another name in it, with a prior and without: each is
 * a run of its own. */
static void test_checkpoints_of_other_runs(void **state)
{
    static const char *const wishes[] = {"in", "t", "u", "--prior p in"};
    static const char *const reasons[] = {"input_blake2b", "manifest_blake2b", "manifest_blake2b",
                                          "prior="};
    enum { RUNS = sizeof wishes / sizeof wishes[0] };
    (void)state;
    ock_expect(0, "cp -a t u && mv u/a u/0");
    for (int i = 0; i < RUNS; i++) {
        ock_expect(0, "$OCKHAM compress " MODEL " %s -o %d.ock " EVERY " --checkpoint D%d",
                   wishes[i], i, i);
    }
    for (int i = 0; i < RUNS; i++) {
        for (int k = 0; k < RUNS; k++) {
            const ock_outcome *result = ock_expect(
                i == k ? 0 : 1, "$OCKHAM audit replay -q --from D%d --steps 51: %d.ock", k, i);
            assert_verdict(result, i == k ? "MATCH" : "INCOMPLETE");
            if (i != k) {
                ock_assert_says(result->err, "belongs to another run");
            }
            if ((i == 0) != (k == 0)) {
                ock_assert_says(result->err, reasons[i == 0 ? k : i]);
            }
        }
    }
    ock_assert_says(
        ock_expect(1, "$OCKHAM compress " MODEL " u -o x.ock --checkpoint D1 --resume")->err,
        "belongs to another run: it has \"");
    const ock_outcome *result = ock_expect(2, "$OCKHAM audit bisect -q 0.ock 3.ock");
    ock_assert_says(assert_verdict(result, "MISMATCH")->out,
                    "the runs have different options: none in 0.ock, prior=1500:");
}

/* Replaces a text in the checkpoint by one that is as long, and seals it like a real one. */
static void forge(const char *from, const char *to, const char *text, const char *instead)
{
    const ock_seal seal = {OCK_FILE_CHECKPOINT, OCK_FORMAT_PLAIN, OCK_CONTRACT_VERSION,
                           ock_no_plan_digest};
    const size_t length = strlen(text);
    size_t bytes;
    uint64_t sealed = 0;
    uint8_t *data = ock_load(from, &bytes), *at = memmem(data, bytes, text, length);
    assert_non_null(at);
    assert_int_equal(strlen(instead), length);
    memcpy(at, instead, length);
    ock_store(to, data, bytes);
    free(data);
    const int fd = open(ock_path(to), O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(ock_seal_write(fd, ock_path(to), &seal, &sealed), OCK_OK);
    close(fd);
}

/* A line that is not known, there twice, out of its range or in another form: nobody goes on from it. */
static void test_forged_descriptions(void **state)
{
    static const char *const cases[][2] = {{"\nlevel=1\n", "\nlevel=0\n"},
                                           {"\nlevel=1\n", "\nlevel=x\n"},
                                           {"\nlevel=1\n", "\nlanes=1\n"},
                                           {"\nlanes=1\n", "\nlanes=0\n"},
                                           {"\nshards=1\n", "\nshards=2\n"},
                                           {"\nseed=1\n", "\nmood=1\n"},
                                           {"\nseed=1\n", "\nstep=1\n"},
                                           {"\nmanifest_blake2b=", "\nmanifest_blake3b="},
                                           {"=little\n", "=middle\n"},
                                           {"=compress\n", "=compresS\n"},
                                           {"\ninput_bytes=2400\n", "\ninput_bytes=02e3\n"}};
    (void)state;
    ock_expect(0, "$OCKHAM compress " MODEL " t " EVERY " --checkpoint D && "
                  "mv D/0000000001.ockc C && rm -r D && mkdir D");
    forge("C", "good", "\nlevel=1\n", "\nlevel=1\n");
    assert_verdict(ock_expect(0, "$OCKHAM audit replay -q --from good t.ock"), "MATCH");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forge("C", "D/0000000001.ockc", cases[i][0], cases[i][1]);
        const ock_outcome *result = ock_expect(1, "$OCKHAM audit replay -q --from D t.ock");
        ock_assert_says(assert_verdict(result, "INCOMPLETE")->err, "is not valid");
        result = ock_expect(1, "$OCKHAM audit bisect -q t.ock D/0000000001.ockc");
        ock_assert_says(assert_verdict(result, "INCOMPLETE")->err, "is not valid");
        result = ock_expect(1, "$OCKHAM compress " MODEL " t -o x --checkpoint D --resume");
        ock_assert_says(result->err, "belongs to another run");
    }
}

static void test_other_data_is_not_compared(void **state)
{
    (void)state;
    ock_expect(0, "$OCKHAM compress " MODEL " in && $OCKHAM compress " MODEL " t && "
                  "cp -a t u && mv u/a u/0 && $OCKHAM compress " MODEL " u && "
                  "cp t.ock same.ock");
    static const char *const pairs[] = {"in.ock t.ock", "t.ock u.ock"};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        ock_assert_says(ock_expect(0, "$OCKHAM mdl %s", pairs[i])->out, "not compared");
    }
    ock_assert_says(ock_expect(0, "$OCKHAM mdl t.ock same.ock")->out, "the shortest description");
}

/* Each with the reason that stands in the manual. */
static void test_refusals(void **state)
{
    static const char *const cases[][2] = {
        {"compress " MODEL " --prior t in -o x", "t: is a directory"},
        {"compress " MODEL " --prior - - -o x <in", "can be read only once"},
        {"compress " MODEL " --prior - --files-from - -o x <in", "can be read only once"},
        {"compress " MODEL " --prior - --prior - in -o x <in", "can be read only once"},
        {"compress " MODEL " --times in -o x", "--times needs a directory"},
        {"compress " MODEL " --times - -o x <in", "--times needs a directory"},
        {"compress " MODEL " t -o t/x", "t"},
        {"test -q --prior - - <in.ock", "can be read only once"},
        {"audit replay -q - --input - <in.ock", "can be read only once"},
        {"audit replay -q in.ock --input in --files-from list", "--files-from or --input"},
        {"audit replay -q in.ock -0 --input in", "--null needs --files-from"},
        {"audit bisect -q - in.ock <in.ock", "reads its files more than once"},
        {"audit bisect -q in.ock -- - <in.ock", "reads its files more than once"},
        {"audit bisect -q --prior - in.ock in.ock <p", "reads its files more than once"},
        {"audit bisect -q in.ock t", "cannot be read"},
        {"audit sign - --key k <in.ock", "needs a FILE with a name"},
        {"audit check - --key k.pub <in.ock", "needs a FILE with a name"},
        {"audit verify - --key k.pub <in.ock", "needs a FILE with a name"},
        {"plan --prior p in", "plan does not take --prior"},
        {"plan --files-from list in", "--files-from or a FILE, not both"},
        {"mdl - - <in.ock", "can be read only once"},
        {"info --files in.ock", "no list of files"},
        {"decompress -q --extract in in.ock -o x", "no list of files"},
        {"decompress -q t.ock -c", "cannot be written to standard output"},
    };
    (void)state;
    ock_expect(0, "$OCKHAM compress " MODEL " in && $OCKHAM compress " MODEL " t && "
                  "$OCKHAM audit keygen --key k");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_assert_says(ock_expect(1, "$OCKHAM %s", cases[i][0])->err, cases[i][1]);
    }
    ock_assert_folder("in p t list in.ock t.ock k k.pub");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_sources, ock_folder_remove)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_file),
        CASE(test_directory),
        CASE(test_directory_with_times),
        CASE(test_list),
        CASE(test_list_from_standard_input),
        CASE(test_standard_input),
        CASE(test_prior),
        CASE(test_directory_with_prior),
        CASE(test_prior_from_standard_input),
        CASE(test_ranks),
        CASE(test_compressing_something_else_again),
        CASE(test_checkpoints_of_other_runs),
        CASE(test_forged_descriptions),
        CASE(test_other_data_is_not_compared),
        CASE(test_refusals),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
