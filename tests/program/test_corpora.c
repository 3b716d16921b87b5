/* SPDX-License-Identifier: MIT */
/* test_corpora.c - trees of files: what goes in comes out, one file for one tree, and nothing that a
 * forger can write into a list leads out of the folder that is restored.
 *
 * Usage: test_corpora PROGRAM ALICE29 [LAUNCHER ...] */
#include "files_by_path.h"
#include "harness.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "archive/manifest_code.h"
#include "io/container/container.h"
#include "io/file/spool.h"
#include "io/tree/manifest.h"
#include "numeric/fpenv.h"
#include "plan/config.h"

enum { MOST_PATH = 1024 };

/* Where it does not matter what predicts. */
#define FAST "-q -1 --lanes 3 --shards 2"

/* ---- trees ---- */

/* Everything that a list can hold. The order in which things are made is the file system's business. */
#define PLANT                                                                                      \
    "mkdir -p t/a/b t/a-b t/empty/inner && cp in t/a/text && head -c 3001 in >t/a-b/text && "      \
    ": >t/nothing && ln -s /etc/passwd t/outside && ln -s ../nowhere/at/all t/a/dangling && "      \
    "ln -s b t/a/to-folder && printf '#!/bin/sh\\nexit 0\\n' >t/run && chmod 755 t/run && "        \
    "printf x >\"$(printf 't/new\\nline')\" && printf 'yy' >\"$(printf 't/\\377\\376')\" && "      \
    "head -c 100 in >'t/a b' && ln t/nothing t/twin"

static void plant(void)
{
    ock_make_phrases("in", 9000);
    ock_expect(0, PLANT);
}

static void walk(const char *path, size_t prefix, FILE *to);

static void describe(const char *path, size_t prefix, FILE *to)
{
    struct stat found;
    assert_int_equal(lstat(path, &found), 0);
    fprintf(to, "%s: ", path + prefix);
    if (S_ISDIR(found.st_mode)) {
        fputs("folder\n", to);
        walk(path, prefix, to);
    } else if (S_ISLNK(found.st_mode)) {
        char target[MOST_PATH] = "";
        assert_true(readlink(path, target, sizeof target - 1) > 0);
        fprintf(to, "link to %s\n", target);
    } else {
        FILE *file = fopen(path, "rb");
        assert_true(S_ISREG(found.st_mode) && file != NULL);
        fprintf(to, "%s of %lld bytes: ", (found.st_mode & S_IXUSR) != 0 ? "program" : "file",
                (long long)found.st_size);
        for (int c; (c = getc(file)) != EOF;) {
            putc(c, to);
        }
        putc('\n', to);
        fclose(file);
    }
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Names, kinds, contents, rights to execute and targets, as text. */
static void walk(const char *path, size_t prefix, FILE *to)
{
    struct dirent **names;
    const int count = scandir(path, &names, NULL, by_bytes);
    assert_true(count >= 2);
    for (int i = 0; i < count; i++) {
        char inner[MOST_PATH];
        snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
        if (strcmp(names[i]->d_name, ".") != 0 && strcmp(names[i]->d_name, "..") != 0) {
            describe(inner, prefix, to);
        }
        free(names[i]);
    }
    free(names);
}

static char *walk_of(const char *name, size_t *bytes)
{
    char path[MOST_PATH], *text = NULL;
    FILE *to = open_memstream(&text, bytes);
    assert_non_null(to);
    snprintf(path, sizeof path, "%s", ock_path(name));
    walk(path, strlen(path), to);
    assert_int_equal(fclose(to), 0);
    return text;
}

static bool same_trees(const char *a, const char *b)
{
    size_t a_bytes, b_bytes;
    char *a_text = walk_of(a, &a_bytes), *b_text = walk_of(b, &b_bytes);
    const bool same = a_bytes == b_bytes && memcmp(a_text, b_text, a_bytes) == 0;
    free(a_text);
    free(b_text);
    return same;
}

static void expect_same_trees(const char *a, const char *b)
{
    if (!same_trees(a, b)) {
        fail_msg("%s and %s differ", a, b);
    }
}

/* ---- round trips ---- */

static void test_the_walk_can_fail(void **state)
{
    static const char *const changes[] = {"chmod -x u/run",
                                          "mkdir u/empty/more",
                                          "rmdir u/a/b",
                                          "printf z >>u/nothing",
                                          "ln -sf c u/a/to-folder",
                                          "printf X | dd of=u/a/text bs=1 seek=8999 conv=notrunc"};
    (void)state;
    plant();
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ock_expect(0, "rm -rf u && cp -a t u");
        expect_same_trees("t", "u");
        ock_expect(0, "%s", changes[i]);
        assert_false(same_trees("t", "u"));
    }
}

static void test_any_ranks(void **state)
{
    (void)state;
    plant();
    ock_expect(0, "$OCKHAM compress $SMALL t");
    ock_assert_folder("in t t.ock");
    for (int ranks = 1; ranks <= 3; ranks++) {
        ock_expect(0, "%s $OCKHAM compress $SMALL t/ -o r.ock", ock_on_ranks(ranks));
        ock_assert_same("t.ock", "r.ock");
        ock_expect(0, "%s $OCKHAM decompress -q r.ock", ock_on_ranks(ranks));
        expect_same_trees("t", "r");
        ock_expect(0, "%s $OCKHAM test -q r.ock && rm -rf r r.ock", ock_on_ranks(ranks));
        ock_assert_folder("in t t.ock");
    }
    ock_expect(0, "$OCKHAM compress $SMALL --verify -c t >r.ock");
    ock_assert_same("t.ock", "r.ock");
    ock_expect(0, "$OCKHAM decompress -q - -o u/ <r.ock");
    expect_same_trees("t", "u");
}

/* Order of creation, rights beyond one bit, times and the tree's name are not in the file. */
static void test_one_file(void **state)
{
    (void)state;
    plant();
    ock_expect(0, "$OCKHAM compress " FAST " t -o a.ock && umask 077 && mkdir u && cd t && "
                  "find . -mindepth 1 -type d | sort -r | (cd ../u && xargs mkdir -p) && "
                  "find . ! -type d -print0 | sort -rz | xargs -0 cp -P --parents -t ../u && "
                  "cd ../u && touch -d 2001-02-03 a/text a && test $(stat -c %%a run) = 700");
    ock_expect(0, "ln -s u v && $OCKHAM compress " FAST " v -o b.ock");
    expect_same_trees("t", "u");
    ock_assert_same("a.ock", "b.ock");
}

static void test_small_trees(void **state)
{
    (void)state;
    ock_make_alice("in", 5000);
    ock_expect(0,
               "mkdir -p t0 t1 t2/x t3 && cp in t1/only && : >t2/x/e && : >t2/f && ln -s . t3/l");
    for (int i = 0; i < 4; i++) {
        ock_expect(0, "$OCKHAM compress " FAST " t%d && %s $OCKHAM decompress -q t%d.ock -o u%d", i,
                   ock_on_ranks(2), i, i);
        char a[8], b[8];
        snprintf(a, sizeof a, "t%d", i);
        snprintf(b, sizeof b, "u%d", i);
        expect_same_trees(a, b);
    }
}

/* A single file is what it was before there were trees; its first bytes say so. */
static void test_single_files_have_no_list(void **state)
{
    size_t bytes;
    (void)state;
    ock_make_alice("in", 3000);
    ock_expect(0,
               "$OCKHAM compress " FAST " in && mkdir t && cp in t && $OCKHAM compress " FAST " t");
    uint8_t *data = ock_load("in.ock", &bytes);
    assert_int_equal(data[8], 1);
    free(data);
    data = ock_load("t.ock", &bytes);
    assert_int_equal(data[8], 2);
    free(data);
    ock_assert_says(ock_expect(1, "$OCKHAM info --files in.ock")->err, "no list");
}

static void test_many_files(void **state)
{
    (void)state;
    ock_make_phrases("in", 4000);
    ock_expect(0, "for i in 1 2 3 4 5 6 7; do mkdir -p t/$i; for j in $(seq 60); do "
                  "head -c $((i * j)) in >t/$i/$j; done; done");
    ock_expect(0, "%s $OCKHAM compress " FAST " t && %s $OCKHAM decompress -q t.ock -o u",
               ock_on_ranks(2), ock_on_ranks(1));
    expect_same_trees("t", "u");
}

/* ---- times ---- */

#define STAT "(cd %s && find . -mindepth 1 ! -type l -exec stat -c '%%n %%a %%y' {} + | sort)"

static void test_times(void **state)
{
    (void)state;
    plant();
    ock_expect(0, "chmod 640 t/a/text && chmod 555 t/empty/inner && chmod 1770 t/a && "
                  "touch -d '2001-02-03 04:05:06.789' t/a/text t/empty && "
                  "touch -d '1960-01-01' t/a-b && touch -h -d 2002-02-02 t/outside");
    ock_expect(0, "$OCKHAM compress " FAST " --times t && %s $OCKHAM decompress -q t.ock -o u",
               ock_on_ranks(2));
    expect_same_trees("t", "u");
    ock_expect(0, "chmod 770 t/a && touch -d '1960-01-01' t/a-b; " STAT ">x; " STAT ">y; cmp x y",
               "t", "u");
    ock_expect(0, "test \"$(stat -c %%y u/outside)\" = \"$(stat -c %%y t/outside)\"");
    ock_assert_says(ock_expect(1, "$OCKHAM compress " FAST " --times in")->err, "--times");
    ock_expect(0, "$OCKHAM compress " FAST " t -o p.ock && ! cmp -s p.ock t.ock");
}

static void test_umask(void **state)
{
    (void)state;
    plant();
    ock_expect(0, "$OCKHAM compress " FAST " t && umask 027 && $OCKHAM decompress -q t.ock -o u");
    ock_expect(0, "test \"$(stat -c %%a u u/a u/run u/nothing | xargs)\" = '750 750 750 640'");
}

/* ---- lists ---- */

static void test_lists(void **state)
{
    (void)state;
    plant();
    ock_expect(0, "printf 't/a/text\\n./t/a-b//text\\nt/a/text\\n\\nt/run\\nt/outside\\n' >list && "
                  "mkdir want && for f in t/a/text t/a-b/text t/run t/outside; do "
                  "mkdir -p want/${f%%/*} && cp -P $f want/$f; done");
    ock_expect(0,
               "%s $OCKHAM compress " FAST " --files-from list -o l.ock && "
               "$OCKHAM decompress -q l.ock",
               ock_on_ranks(2));
    expect_same_trees("want", "l");
    ock_expect(0, "tr '\\n' '\\0' <list | sort -z | $OCKHAM compress " FAST
                  " -0 --files-from - -c >m");
    ock_assert_same("l.ock", "m");
    /* A folder with all that is in it; and all of this folder. */
    ock_expect(0, "(cd t && printf '.\\na/text\\n' | $OCKHAM compress " FAST
                  " --files-from - -o ../n)");
    ock_expect(0, "$OCKHAM compress " FAST " t -o o");
    ock_assert_same("n", "o");
    ock_expect(0, "(cd t && find . -print0 | $OCKHAM compress " FAST " -0 --files-from - -o ../p)");
    ock_assert_same("p", "o");
}

static void test_lists_refused(void **state)
{
    static const struct {
        const char *line, *reason;
    } cases[] = {{"/etc/passwd", "relative"},  {"t/../in", "relative"},
                 {"t/missing", "t/missing"},   {"t/a/to-folder/x", "to-folder"},
                 {"t/nothing/x", "t/nothing"}, {"in\\nout.ock/x", "out.ock"}};
    (void)state;
    plant();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ock_outcome *result =
            ock_expect(1, "printf '%s\\n' | $OCKHAM compress " FAST " --files-from - -o out.ock",
                       cases[i].line);
        ock_assert_says(result->err, cases[i].reason);
        ock_assert_folder("in t");
    }
    ock_expect(1, "$OCKHAM compress --files-from list");
    ock_expect(1, "$OCKHAM compress --files-from list in -o out.ock");
    ock_expect(1, "$OCKHAM decompress --files-from list -o out");
    ock_expect(1, "$OCKHAM compress -0 in");
    ock_expect(1, "$OCKHAM compress --files in");
    ock_assert_folder("in t");
}

/* ---- one file ---- */

static void test_extract(void **state)
{
    (void)state;
    plant();
    ock_expect(0, "$OCKHAM compress " FAST " t");
    for (int ranks = 1; ranks <= 2; ranks++) {
        ock_expect(0,
                   "%s $OCKHAM decompress -q --extract a-b/text t.ock -o one && cmp one t/a-b/text",
                   ock_on_ranks(ranks));
        ock_expect(0, "rm one");
    }
    ock_expect(0, "$OCKHAM decompress -q --extract a/text -c t.ock >one && cmp one t/a/text");
    ock_expect(0, "$OCKHAM decompress -q --extract run t.ock -o run && ./run && cmp run t/run");
    ock_expect(0, "$OCKHAM decompress -q --extract nothing t.ock -o two && test ! -s two");
    ock_expect(
        0, "$OCKHAM decompress -q --extract run --checkpoint D t.ock -o three && cmp three run");
    ock_assert_says(ock_expect(1, "$OCKHAM decompress -q --extract run t.ock -o one")->err,
                    "exists");
    ock_expect(0, "rm -r one two three run D");
    ock_assert_says(ock_expect(1, "$OCKHAM decompress -q --extract a t.ock -o u")->err,
                    "no file a");
    ock_assert_says(ock_expect(1, "$OCKHAM decompress -q --extract outside t.ock -o u")->err,
                    "no file");
    ock_expect(1, "$OCKHAM decompress -q --extract run t.ock");
    ock_expect(1, "$OCKHAM test -q --extract run t.ock");
    ock_assert_folder("in t t.ock");
    ock_expect(0, "$OCKHAM compress " FAST " in");
    ock_assert_says(ock_expect(1, "$OCKHAM decompress -q --extract in in.ock -o u")->err,
                    "no list");
}

/* ---- info ---- */

static void test_info(void **state)
{
    (void)state;
    plant();
    ock_expect(0, "$OCKHAM compress " FAST " t");
    const ock_outcome *result = ock_expect(0, "$OCKHAM info --files t.ock");
    ock_assert_says(result->out, "d            0  a\n");
    ock_assert_says(result->out, "-         9000  a/text\n");
    ock_assert_says(result->out, "x           17  run\n");
    ock_assert_says(result->out, "l            0  outside -> /etc/passwd\n");
    ock_assert_says(result->out, "-            1  new\\012line\n");
    ock_assert_says(ock_expect(0, "$OCKHAM info t.ock")->out, "--files");
    result = ock_expect(0, "$OCKHAM info --files --json t.ock");
    json_t *about = json_loads(result->out, 0, NULL);
    const json_t *files = json_object_get(about, "files");
    assert_int_equal(json_array_size(files), 16);
    assert_string_equal(json_string_value(json_object_get(json_array_get(files, 15), "path_hex")),
                        "fffe");
    json_decref(about);
}

/* ---- refusals ---- */

static void test_special_files(void **state)
{
    (void)state;
    plant();
    ock_expect(0, "mkfifo t/a/pipe");
    ock_assert_says(ock_expect(1, "$OCKHAM compress " FAST " t")->err, "t/a/pipe");
    ock_assert_folder("in t");
    ock_assert_says(ock_expect(1, "cd /proc/self && echo limits | $OCKHAM compress " FAST
                                  " --files-from - -c >/dev/null")
                        ->err,
                    "is not");
}

static void test_unreadable(void **state)
{
    (void)state;
    plant();
    if (geteuid() == 0) {
        ock_skip("root reads everything");
    }
    ock_expect(0, "chmod 0 t/a/text");
    ock_assert_says(ock_expect(1, "$OCKHAM compress " FAST " t")->err, "t/a/text");
    ock_expect(0, "chmod 644 t/a/text && chmod 0 t/a");
    ock_assert_says(ock_expect(1, "$OCKHAM compress " FAST " t")->err, "t/a");
    ock_assert_folder("in t");
}

static void test_output_within(void **state)
{
    (void)state;
    plant();
    ock_expect(0, "touch t/a/x.ock");
    ock_assert_says(ock_expect(1, "$OCKHAM compress " FAST " t -o t/a/b/x.ock")->err,
                    "another place");
    ock_assert_says(ock_expect(1, "$OCKHAM compress " FAST " -f t -o t/a/x.ock")->err,
                    "another place");
    ock_expect(1, "cd t && $OCKHAM compress " FAST " . -o x.ock");
    ock_expect(1, "cd t && $OCKHAM compress " FAST " .");
    ock_expect(1, "$OCKHAM compress " FAST " t --checkpoint t/empty -o x.ock");
    ock_expect(1, "$OCKHAM compress " FAST " t --log t/log -o x.ock");
    ock_expect(1, "test -e t/log");
    ock_expect(1, "echo in | $OCKHAM compress -f " FAST " --files-from - -o in");
    ock_expect(0, "rm t/a/x.ock && cd t && $OCKHAM compress " FAST " . -o ../x.ock");
    ock_assert_folder("in t x.ock");
}

static void test_targets(void **state)
{
    (void)state;
    plant();
    ock_expect(0, "$OCKHAM compress " FAST " t && mkdir full hollow && touch full/mine file && "
                  "ln -s hollow link");
    ock_assert_says(ock_expect(1, "$OCKHAM decompress -q t.ock")->err, "exists already");
    ock_assert_says(ock_expect(1, "$OCKHAM decompress -q t.ock -c")->err, "-o DIRECTORY");
    ock_expect(1, "$OCKHAM decompress -q - <t.ock");
    ock_expect(1, "$OCKHAM decompress -q t.ock -o hollow");
    for (const char *const *name = (const char *const[]){"full", "file", "link", "t", NULL};
         *name != NULL; name++) {
        ock_assert_says(ock_expect(1, "$OCKHAM decompress -q -f t.ock -o %s", *name)->err,
                        "not an empty directory");
    }
    ock_assert_folder("in t t.ock full hollow file link");
    ock_expect(0, "test -e full/mine && $OCKHAM decompress -q -f t.ock -o hollow");
    expect_same_trees("t", "hollow");
}

/* ---- other ranks, other times ---- */

static void test_missing_on_other_ranks(void **state)
{
    (void)state;
    ock_need_mpi();
    plant();
    ock_expect(0, "$OCKHAM compress " FAST " t -o alone.ock && mkdir elsewhere");
    ock_expect(0, "$MPIRUN 1 $OCKHAM compress " FAST " t -o r.ock : "
                  "-n 2 -wdir elsewhere $OCKHAM compress " FAST " t -o r.ock");
    ock_assert_same("alone.ock", "r.ock");
    /* There, but of other content: found out. */
    ock_expect(0, "cp -a t elsewhere/t && tr a b <t/a/text >elsewhere/t/a/text");
    ock_assert_says(ock_expect(1, "$MPIRUN 1 $OCKHAM compress " FAST " t -o s.ock : "
                                  "-n 2 -wdir elsewhere $OCKHAM compress " FAST " t -o s.ock")
                        ->err,
                    "differs between ranks");
    ock_assert_folder("in t alone.ock r.ock elsewhere");
}

/* Small tables, so that a checkpoint is quick; and a run that is disturbed once it has made one. */
#define MODEL                                                                                      \
    "$SMALL --lanes 4 --shards 2 --set step=16 --set layers=2 --set table_bits=14 "                \
    "--set match_bits=12 --set contexts=12"
#define KEEP "--checkpoint D --checkpoint-every 15 --resume --log log"
#define RARELY " --checkpoint-every 1000" /* behind a command: the rest of it is not disturbed */
#define KEPT                                                                                       \
    "rm -f log; %s & pid=$!; "                                                                     \
    "while ! grep -q '\"checkpoint\"' log 2>/dev/null; do kill -0 $pid || exit 99; sleep 0.01; "   \
    "done; "

static void plant_longer(void)
{
    plant();
    ock_make_alice("longer", 24000);
    ock_expect(0, "mv longer t/a/alice");
}

static void test_changed_while_read(void **state)
{
    static const char *const changes[] = {"echo more >>t/nothing", "touch t/a/text",
                                          "mv t/a/alice t/a/bob", "mv t/a t/c"};
    (void)state;
    plant_longer();
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ock_expect(0, "rm -rf u && cp -a t u");
        const ock_outcome *result = ock_expect(
            1, KEPT "%s; wait $pid",
            "$OCKHAM compress " MODEL " --checkpoint D --checkpoint-every 120 --log log t -o made",
            changes[i]);
        ock_assert_says(result->err, "changed while it was read");
        ock_expect(0, "test ! -e made && rm -rf t D log && mv u t");
        ock_assert_folder("in t");
    }
}

static void test_stop_and_resume(void **state)
{
    (void)state;
    plant_longer();
    ock_expect(0, "$OCKHAM compress " MODEL " t -o ref.ock");
    ock_expect(75, KEPT "kill -USR1 $pid; wait $pid",
               "$OCKHAM compress " MODEL " " KEEP " t -o made");
    ock_assert_folder("in t ref.ock D log");
    ock_expect(0, "mv t/run t/ran");
    ock_assert_says(ock_expect(1, "$OCKHAM compress " MODEL " " KEEP " t -o made")->err,
                    "manifest_blake2b");
    ock_expect(0, "mv t/ran t/run && %s $OCKHAM compress " MODEL " " KEEP RARELY " t -o made",
               ock_on_ranks(2));
    ock_assert_same("made", "ref.ock");
    ock_expect(0, "rm -rf D log made");
    ock_expect(75, KEPT "kill -USR1 $pid; wait $pid",
               "$OCKHAM decompress -q " KEEP " ref.ock -o u");
    ock_assert_folder("in t ref.ock D log");
    ock_expect(0, "%s $OCKHAM decompress -q " KEEP RARELY " ref.ock -o u && test -z \"$(ls -A D)\"",
               ock_on_ranks(2));
    expect_same_trees("t", "u");
    ock_assert_folder("in t ref.ock D log u");
}

/* TERM in the midst of it: the temporary directory goes away, with all that is in it. */
static void test_terminated(void **state)
{
    (void)state;
    plant_longer();
    ock_expect(0, "$OCKHAM compress " MODEL " t -o ref.ock");
    for (int i = 0; i < 4; i++) {
        ock_expect(143,
                   "$OCKHAM decompress -q ref.ock -o u & pid=$!; "
                   "while ! ls -A | grep -q '^\\.u\\..*\\.tmp'; do kill -0 $pid || exit 99; done; "
                   "sleep 0.0%d; kill -TERM $pid; wait $pid",
                   i * 3);
        ock_assert_folder("in t ref.ock");
    }
}

static void test_full_disk(void **state)
{
    (void)state;
    plant_longer();
    ock_expect(0, "$OCKHAM compress " FAST " t -o ref.ock");
    ock_expect(1, "trap '' XFSZ; ulimit -f 20; $OCKHAM decompress -q ref.ock -o u");
    ock_assert_folder("in t ref.ock");
}

/* ---- damage and forgery ---- */

static void must(ock_status status)
{
    if (status != OCK_OK) {
        fail_msg("%s", ock_error_text());
    }
}

static ock_spool *spool_of(ock_container *container)
{
    const ock_container_info *info = ock_container_about(container);
    ock_spool *spool;
    must(ock_spool_new(NULL, info->lanes, &spool));
    for (uint32_t lane = 0; lane < info->lanes; lane++) {
        uint8_t *bytes = malloc((size_t)info->lane_bytes[lane] + 1);
        assert_non_null(bytes);
        must(ock_container_read(container, lane, 0, bytes, (size_t)info->lane_bytes[lane]));
        must(ock_spool_append(spool, lane, bytes, (size_t)info->lane_bytes[lane]));
        free(bytes);
    }
    return spool;
}

/* bad.ock: t.ock with this list, coded and sealed as it should be. */
static void forge(const uint8_t *list, size_t count)
{
    const ock_manifest manifest = {(uint8_t *)list, count};
    const ock_kernels *kernels;
    ock_container *container;
    ock_manifest value;
    uint64_t bytes;
    ock_fpenv_set();
    must(ock_kernels_select(NULL, &kernels));
    must(ock_manifest_encode(NULL, kernels, &manifest, &value));
    must(ock_container_open(ock_path("t.ock"), OCK_CONTRACT_VERSION, &container));
    ock_spool *spool = spool_of(container);
    ock_container_info info = *ock_container_about(container);
    info.manifest = value.bytes;
    info.manifest_bytes = value.count;
    ock_store("bad.ock", "", 0);
    must(write_container(ock_path("bad.ock"), &info, spool, &bytes));
    ock_spool_free(spool);
    ock_container_close(container);
    free(value.bytes);
}

/* The content is 200 bytes: \310\1 as a number. */
#define BYTES "\310\1"

static const struct {
    const char *what, *list;
    size_t count;
} lists[] = {
#define LIST(what, list)                                                                           \
    {                                                                                              \
        what, list, sizeof(list) - 1                                                               \
    }
    LIST("an absolute path", "\0\1\0\6/tmp/x\0" BYTES),
    LIST("..", "\0\1\0\2..\2"),
    LIST("a path by ..", "\0\1\0\6../esc\0" BYTES),
    LIST("a path by .. further in", "\0\2\0\1d\2\1\12/../../esc\0" BYTES),
    LIST("through a link", "\0\2\0\1l\3\2..\1\4/esc\0" BYTES),
    LIST("a link, then a folder of its name", "\0\3\0\1l\3\2..\0\1l\2\1\4/esc\0" BYTES),
    LIST("a name twice", "\0\2\0\1a\0" BYTES "\0\1a\0\0"),
    LIST("out of order", "\0\2\0\1b\0" BYTES "\0\1a\0\0"),
    LIST("a file as a folder", "\0\2\0\1a\0" BYTES "\1\2/b\0\0"),
    LIST("a folder that is not there", "\0\1\0\3a/b\0" BYTES),
    LIST("an empty name", "\0\2\0\1a\2\1\3//b\0" BYTES),
    LIST("files that are too short", "\0\1\0\1a\0\1"),
    LIST("files that are too long", "\0\1\0\1a\0\311\1"),
    LIST("no files at all", "\0\0"),
    LIST("a list that ends early", "\0\2\0\1a\0" BYTES),
    LIST("a list that goes on", "\0\1\0\1a\0" BYTES "\0"),
    LIST("a kind that is none", "\0\1\0\1a\7" BYTES),
};

static void test_forged_lists(void **state)
{
    (void)state;
    ock_make_alice("in", 200);
    ock_expect(0, "mkdir t && mv in t && $OCKHAM compress " FAST " t");
    /* The forger is able to make a good one. */
    forge((const uint8_t *)"\0\1\0\1a\0" BYTES, 8);
    ock_expect(0, "$OCKHAM decompress -q bad.ock -o u && cmp u/a t/in && rm -r u");
    ock_expect(0, "$OCKHAM audit verify bad.ock && $OCKHAM audit replay -q bad.ock");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        print_message("%s\n", lists[i].what);
        forge((const uint8_t *)lists[i].list, lists[i].count);
        ock_assert_says(ock_expect(2, "$OCKHAM decompress -q bad.ock -o u")->err, "list");
        ock_expect(2, "$OCKHAM test -q bad.ock");
        ock_expect(2, "$OCKHAM info --files bad.ock");
        ock_assert_says(ock_expect(2, "$OCKHAM audit verify bad.ock")->out, "MISMATCH");
        ock_assert_says(ock_expect(2, "$OCKHAM audit replay -q bad.ock")->out, "MISMATCH");
        ock_expect(0, "$OCKHAM info bad.ock && test ! -e ../esc && test ! -e ../../esc");
        ock_assert_folder("t t.ock bad.ock");
    }
}

static void test_damage(void **state)
{
    size_t bytes;
    uint64_t random = 3;
    (void)state;
    ock_make_alice("in", 200);
    ock_expect(0, "mkdir t && mv in t && $OCKHAM compress " FAST " t");
    uint8_t *data = ock_load("t.ock", &bytes);
    for (int i = 0; i < 30; i++) {
        const uint32_t bit = ock_random(&random, (uint32_t)bytes * 8);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ock_store("bad.ock", data, bytes);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ock_expect(2, "$OCKHAM decompress -q bad.ock -o u");
        ock_assert_folder("t t.ock bad.ock");
    }
    free(data);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ock_folder_new, ock_folder_remove)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_the_walk_can_fail),
        CASE(test_any_ranks),
        CASE(test_one_file),
        CASE(test_small_trees),
        CASE(test_single_files_have_no_list),
        CASE(test_many_files),
        CASE(test_times),
        CASE(test_umask),
        CASE(test_lists),
        CASE(test_lists_refused),
        CASE(test_extract),
        CASE(test_info),
        CASE(test_special_files),
        CASE(test_unreadable),
        CASE(test_output_within),
        CASE(test_targets),
        CASE(test_missing_on_other_ranks),
        CASE(test_changed_while_read),
        CASE(test_stop_and_resume),
        CASE(test_terminated),
        CASE(test_full_disk),
        CASE(test_forged_lists),
        CASE(test_damage),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
