/* SPDX-License-Identifier: MIT */
/* test_habits.c - the command line behaves as users of xz and zstd expect, and does no harm.
 *
 * Usage: test_habits PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "plan/config.h"

/* ---- names and overwriting ---- */

static void test_names(void **state)
{
    (void)state;
    ock_make_alice("in", 3000);
    ock_expect(0, "$OCKHAM compress $SMALL in");
    ock_assert_folder("in in.ock");
    ock_expect(0, "mv in kept && $OCKHAM decompress -q in.ock");
    ock_assert_folder("in in.ock kept");
    ock_assert_same("in", "kept");
    ock_assert_says(ock_expect(1, "$OCKHAM compress $SMALL in.ock")->err, ".ock");
    ock_expect(0, "cp in.ock odd");
    ock_assert_says(ock_expect(1, "$OCKHAM decompress -q odd")->err, "-o");
    ock_expect(0, "$OCKHAM decompress -q odd -o out && $OCKHAM test -q odd");
    ock_assert_same("out", "kept");
    ock_expect(0, "cp in ./-in && $OCKHAM compress $SMALL -o ./-in.ock -- -in");
    ock_assert_same("in.ock", "-in.ock");
}

static void test_never_overwrites_without_force(void **state)
{
    (void)state;
    ock_make_alice("in", 3000);
    ock_make_random("in.ock", 10);
    ock_expect(0, "cp in.ock before");
    ock_assert_says(ock_expect(1, "$OCKHAM compress $SMALL in")->err, "-f");
    ock_assert_same("in.ock", "before");
    ock_expect(0, "$OCKHAM compress $SMALL -f in");
    ock_expect(0, "cp in before");
    ock_expect(1, "$OCKHAM decompress -q in.ock");
    ock_assert_same("in", "before");
    ock_expect(0, "echo other >in; $OCKHAM decompress -q -f in.ock");
    ock_assert_same("in", "before");
    ock_assert_folder("in in.ock before");
}

/* A failed run with -f leaves the old file. */
static void test_force_keeps_the_old_file_on_failure(void **state)
{
    (void)state;
    ock_make_alice("in", 3000);
    ock_make_alice("old", 10);
    ock_expect(0,
               "cp old before && $OCKHAM compress $SMALL in -o a.ock && head -c 1500 a.ock >b.ock");
    ock_expect(2, "$OCKHAM decompress -q -f b.ock -o old");
    ock_assert_same("old", "before");
    ock_assert_folder("in old before a.ock b.ock");
}

/* Neither followed without -f, nor written through with it. */
static void test_links_at_the_target(void **state)
{
    (void)state;
    ock_make_alice("in", 3000);
    ock_expect(0, "echo precious >victim && cp victim before && ln -s victim in.ock");
    ock_expect(1, "$OCKHAM compress $SMALL in");
    ock_expect(0, "$OCKHAM compress $SMALL -f in && test ! -L in.ock && $OCKHAM test -q in.ock");
    ock_assert_same("victim", "before");
    ock_expect(0, "ln -s nowhere dangling");
    ock_expect(1, "$OCKHAM compress $SMALL in -o dangling");
    ock_assert_folder("in in.ock victim before dangling");
}

static void test_input_and_target_are_one(void **state)
{
    (void)state;
    ock_make_alice("in", 3000);
    ock_expect(0, "cp in before");
    ock_expect(1, "$OCKHAM compress $SMALL in -o in");
    ock_assert_same("in", "before");
    ock_expect(1, "$OCKHAM compress $SMALL -f in -o in"); /* test_safety.c has all the others */
    ock_assert_same("in", "before");
    ock_assert_folder("in before");
}

static void test_modes_and_times_are_kept(void **state)
{
    (void)state;
    ock_make_alice("in", 1000);
    ock_expect(0,
               "chmod 640 in && touch -d 2001-02-03T04:05:06Z in && $OCKHAM compress $SMALL in && "
               "$OCKHAM decompress -q in.ock -o out && "
               "test \"$(stat -c '%%a %%Y' out)\" = \"$(stat -c '%%a %%Y' in)\"");
}

/* ---- pipes ---- */

static void test_pipes(void **state)
{
    (void)state;
    ock_make_alice("in", 9000);
    ock_expect(0, "$OCKHAM compress $SMALL in");
    ock_expect(0, "cat in | $OCKHAM compress $SMALL - >a.ock");
    ock_assert_same("in.ock", "a.ock");
    ock_expect(0, "$OCKHAM compress $SMALL -c in | cat >b.ock");
    ock_assert_same("in.ock", "b.ock");
    ock_expect(0,
               "$OCKHAM compress $SMALL -o - in >c.ock && $OCKHAM compress $SMALL - -o d.ock <in");
    ock_assert_same("in.ock", "c.ock");
    ock_assert_same("in.ock", "d.ock");
    ock_expect(0, "cat in.ock | $OCKHAM decompress -q - >out && cat in.ock | $OCKHAM test -q -");
    ock_assert_same("in", "out");
    ock_expect(0, "$OCKHAM decompress -q -c in.ock >out2 && cat in.ock | $OCKHAM info - >i1 && "
                  "$OCKHAM info in.ock >i2 && sed 1d i1 >i3 && sed 1d i2 >i4");
    ock_assert_same("in", "out2");
    ock_assert_same("i3", "i4");
}

static void test_named_pipe_and_link_as_input(void **state)
{
    (void)state;
    ock_make_alice("in", 5000);
    ock_expect(0, "$OCKHAM compress $SMALL in && mkfifo pipe && { cat in >pipe & "
                  "$OCKHAM compress $SMALL pipe -o a.ock; } && ln -s in link && "
                  "$OCKHAM compress $SMALL link");
    ock_assert_same("in.ock", "a.ock");
    ock_assert_same("in.ock", "link.ock");
}

/* Its stated length is 0. */
static void test_proc_file_as_input(void **state)
{
    (void)state;
    ock_expect(0, "cat /proc/version >in && test -s in && $OCKHAM compress $SMALL in && "
                  "$OCKHAM compress $SMALL /proc/version -o a.ock");
    ock_assert_same("in.ock", "a.ock");
}

/* Nothing of an unverified result reaches a pipe. */
static void test_no_output_before_verification(void **state)
{
    size_t bytes;
    (void)state;
    ock_make_alice("in", 5000);
    ock_expect(0, "$OCKHAM compress $SMALL in");
    uint8_t *data = ock_load("in.ock", &bytes);
    data[bytes - 1] ^= 1;
    ock_store("bad.ock", data, bytes);
    free(data);
    assert_int_equal(ock_expect(2, "$OCKHAM decompress -q -c bad.ock")->out_bytes, 0);
}

static void test_output_that_cannot_be_written(void **state)
{
    (void)state;
    ock_make_alice("in", 3000);
    ock_expect(1, "$OCKHAM compress $SMALL -c in >/dev/full");
    ock_expect(1, "$OCKHAM compress $SMALL -c in >&-");
    ock_expect(1, "$OCKHAM compress $SMALL in -o missing/a.ock");
    ock_expect(1, "$OCKHAM compress $SMALL -f in -o /dev/null");
    ock_expect(0, "mkdir folder");
    ock_expect(1, "$OCKHAM compress $SMALL -f in -o folder");
    ock_expect(1, "$OCKHAM compress $SMALL -f in -o folder/");
    ock_expect(1, "$OCKHAM compress $SMALL in --log missing/log");
    ock_expect(0, "$OCKHAM compress $SMALL in");
    ock_expect(1, "$OCKHAM info in.ock >/dev/full");
    ock_assert_folder("in in.ock folder");
}

/* ---- inputs that are none ---- */

static void test_unusable_inputs(void **state)
{
    static const char *const commands[] = {"compress", "decompress", "test", "info"};
    (void)state;
    ock_expect(0, "mkdir folder.ock && ln -s loop.ock loop.ock && touch secret.ock && "
                  "chmod 0 secret.ock");
    for (size_t i = 0; i < 4; i++) {
        const char *options = i == 0 ? "$SMALL -o out" : i == 1 ? "-q -o out" : "";
        ock_assert_says(ock_expect(1, "$OCKHAM %s %s missing.ock", commands[i], options)->err,
                        "missing.ock");
        if (i > 0) { /* a folder can be compressed: see test_corpora.c */
            ock_assert_says(ock_expect(1, "$OCKHAM %s %s folder.ock", commands[i], options)->err,
                            "folder.ock");
        }
        ock_expect(1, "$OCKHAM %s %s loop.ock", commands[i], options);
        ock_expect(1, "$OCKHAM %s %s /proc/self/mem", commands[i], options);
        if (geteuid() != 0) {
            ock_expect(1, "$OCKHAM %s %s secret.ock", commands[i], options);
        }
    }
    ock_assert_folder("folder.ock loop.ock secret.ock");
}

/* ---- usage ---- */

static void test_wrong_usage(void **state)
{
    static const char *const lines[] = {
        "compress",
        "compress in in",
        "compres in",
        "-o out in in",
        "-c in in",
        "--rm -- -in",
        "compress --frobnicate in",
        "compress -0 in",
        "compress -o",
        "compress --lanes in",
        "plan",
        "plan 1X",
        "plan 12kk",
        "plan 99999999T",
        "plan no-such-file",
        "plan 1M --ranks 0",
        "plan 1M --nodes 0",
        "plan 1M --nodes 4097",
        "plan 1M --nodes 3 --ranks 2",
        "plan 1M --nodes 2 --bandwidth 0",
        "plan 1M --latency 1us",
        "plan 1M -T 1025",
        "plan 1M --lanes 2 --shards 3",
        "compress --lanes -1 in",
        "compress --lanes 5000 in",
        "compress --lanes 2 --shards 3 in",
        "compress --shards x in",
        "compress --seed 4294967296 in",
        "compress --set in",
        "compress --set nonsense=1 in",
        "compress --set width in",
        "compress --set width= in",
        "compress --set width=33 in",
        "compress --set width=-96 in",
        "compress --set rate=nan in",
        "compress --set rate=1e in",
        "compress --set rate=7 in",
        "compress --set network=0 --set mixing=0 in",
        "compress --set order_min=5 --set order_max=4 in",
        "compress ''",
        "compress in -o ''",
    };
    (void)state;
    ock_make_alice("in", 100);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const ock_outcome *result = ock_expect(1, "$OCKHAM %s", lines[i]);
        ock_assert_says(result->err, "ockham: ");
        assert_int_equal(result->out_bytes, 0);
    }
    ock_assert_folder("in");
}

static void test_help_and_version(void **state)
{
    static const char *const parts[] = {"ockham ",           "\ncontract ", "\nformat ",
                                        "\ncompiler ",       "\nmpi ",      "\nhdf5 ",
                                        "\ninstruction set "};
    (void)state;
    ock_assert_says(ock_expect(0, "$OCKHAM --help")->out, "Usage: ockham");
    ock_assert_says(ock_expect(0, "$OCKHAM compress -h")->out, "Exit codes");
    ock_assert_says(ock_expect(0, "$OCKHAM help")->out, "Usage: ockham");
    const ock_outcome *version = ock_expect(0, "$OCKHAM --version");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        ock_assert_says(version->out, parts[i]);
    }
    ock_expect(1, "$OCKHAM --version >/dev/full");
    ock_expect(1, "$OCKHAM --help >/dev/full");
}

/* They need neither kernels nor a CPU that has any, and say what is wrong with those. */
static void test_help_and_version_anywhere(void **state)
{
    static const char *const wrong[] = {"OCKHAM_ISA=sse9", "OCKHAM_CPU_DISABLE=fma",
                                        "OCKHAM_THREADS=x", "OCKHAM_START_DEADLINE=x"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ock_assert_says(ock_expect(0, "%s $OCKHAM --help", wrong[i])->out, "Usage: ockham");
        ock_assert_says(ock_expect(0, "%s $OCKHAM help", wrong[i])->out, "Usage: ockham");
        ock_assert_says(ock_expect(0, "%s $OCKHAM --version", wrong[i])->out, "instruction set ");
    }
    const ock_outcome *result = ock_expect(0, "OCKHAM_ISA=sse9 $OCKHAM --version");
    ock_assert_says(result->out, "instruction set none");
    ock_assert_says(result->err, "OCKHAM_ISA=sse9 is not an instruction set");
    ock_assert_says(ock_expect(1, "OCKHAM_CPU_DISABLE=fma $OCKHAM plan 1M")->err, "multiply-add");
}

/* The letter that is meant, wherever it stands; levels have one digit. */
static void test_wrong_letters(void **state)
{
    static const struct {
        const char *line, *said;
    } cases[] = {{"-dyc in", "option -y: unknown"},
                 {"compress -1 -Tx in", "--threads x: expected an integer"},
                 {"compress --lanes 1 -rv in", "compress does not take --recursive"},
                 {"compress -1 -dash in", "option -a: unknown"},
                 {"compress -kfy in", "option -y: unknown"},
                 {"compress -12 in", "option -12: a level is from -1 to -9"},
                 {"compress -k19 in", "option -19: a level is from -1 to -9"}};
    (void)state;
    ock_make_alice("in", 100);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_assert_says(ock_expect(1, "$OCKHAM %s", cases[i].line)->err, cases[i].said);
    }
    ock_assert_folder("in");
}

static void test_quiet_and_verbose(void **state)
{
    (void)state;
    ock_make_alice("in", 3000);
    const ock_outcome *quiet = ock_expect(0, "$OCKHAM compress $SMALL in");
    assert_int_equal(quiet->err_bytes + quiet->out_bytes, 0);
    quiet = ock_expect(0, "$OCKHAM decompress -q in.ock -o out && $OCKHAM test -q in.ock");
    assert_int_equal(quiet->err_bytes + quiet->out_bytes, 0);
    const ock_outcome *usual = ock_expect(0, "$OCKHAM test in.ock");
    ock_assert_says(usual->err, "good");
    assert_int_equal(usual->out_bytes, 0);
    const ock_outcome *verbose = ock_expect(0, "$OCKHAM test -v in.ock");
    ock_assert_says(verbose->err, "width=96");
    ock_assert_says(verbose->err, "8 lanes in 5 shards");
}

/* ---- what programs read ---- */

static json_int_t integer(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value)) {
        fail_msg("\"%s\" is missing or no integer", name);
    }
    return json_integer_value(value);
}

static void check_digest(const json_t *object, const char *name, const char *expected)
{
    const char *text = json_string_value(json_object_get(object, name));
    if (text == NULL) {
        fail_msg("\"%s\" is missing or no string", name);
    }
    assert_int_equal(strlen(text), 64);
    if (expected != NULL) {
        assert_memory_equal(text, expected, 64);
    }
}

static json_t *read_info(const char *name)
{
    json_error_t error;
    const ock_outcome *result = ock_expect(0, "$OCKHAM info --json %s", name);
    json_t *object = json_loads(result->out, 0, &error);
    if (object == NULL) {
        fail_msg("line %d: %s", error.line, error.text);
    }
    assert_int_equal(result->err_bytes, 0);
    return object;
}

static void test_info_json(void **state)
{
    size_t file_bytes;
    (void)state;
    ock_make_alice("in", 3001);
    ock_expect(0, "$OCKHAM compress $SMALL -7 --set step=24 --seed 9 in");
    free(ock_load("in.ock", &file_bytes));
    json_t *info = read_info("in.ock");
    assert_int_equal(integer(info, "input_bytes"), 3001);
    assert_int_equal(integer(info, "file_bytes"), file_bytes);
    assert_in_range(file_bytes - (size_t)integer(info, "transcript_bytes"), 1, 4096);
    assert_int_equal(integer(info, "contract"), OCK_CONTRACT_VERSION);
    assert_int_equal(integer(info, "lanes"), 8);
    assert_int_equal(integer(info, "shards"), 5);
    assert_int_equal(integer(info, "step"), 24);
    assert_int_equal(integer(info, "level"), 7);
    const double bits = json_real_value(json_object_get(info, "bits_per_byte"));
    assert_true(bits > 0 && bits == 8.0 * (double)file_bytes / 3001);
    const json_t *config = json_object_get(info, "config");
    assert_int_equal(integer(config, "width"), 96);
    assert_int_equal(integer(config, "seed"), 9);
    check_digest(info, "input_digest", ock_expect(0, "b2sum -l 256 in")->out);
    json_decref(info);
}

static void test_info_json_of_nothing(void **state)
{
    (void)state;
    ock_make_zeros("in", 0);
    ock_expect(0, "$OCKHAM compress $SMALL in");
    json_t *info = read_info("in.ock");
    assert_int_equal(integer(info, "input_bytes"), 0);
    assert_int_equal(integer(info, "transcript_bytes"), 0);
    assert_true(json_real_value(json_object_get(info, "bits_per_byte")) == 0.0);
    check_digest(info, "input_digest", ock_expect(0, "b2sum -l 256 in")->out);
    json_decref(info);
}

static json_t *read_plan(const char *arguments)
{
    const ock_outcome *result = ock_expect(0, "$OCKHAM plan --json %s", arguments);
    json_t *object = json_loads(result->out, 0, NULL);
    assert_non_null(object);
    return object;
}

/* What a plan says is what a file made with the same options has. */
static void test_plan_is_kept(void **state)
{
    static const char *const names[] = {"input_bytes", "level",  "lanes",
                                        "shards",      "groups", "step"};
    static const char options[] = "-7 --lanes 7 --set ngram_bits=10 --set table_bits=12";
    char arguments[128];
    (void)state;
    ock_make_alice("in", 3001);
    ock_expect(0, "$OCKHAM compress %s in", options);
    snprintf(arguments, sizeof arguments, "%s --ranks 3 in", options);
    json_t *info = read_info("in.ock"), *plan = read_plan(arguments);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(integer(plan, names[i]), integer(info, names[i]));
    }
    assert_true(json_equal(json_object_get(plan, "config"), json_object_get(info, "config")));
    assert_int_equal(integer(plan, "steps"), (429 + 31) / 32);
    assert_int_equal(integer(plan, "working_ranks"), 3);
    json_decref(plan);
    json_decref(info);
    ock_assert_folder("in in.ock");
}

/* The input may be a length; a file of such a name goes before it. No data is touched, however many
 * there are. */
static void test_plan_of_a_length(void **state)
{
    (void)state;
    ock_make_alice("2k", 700);
    json_t *file = read_plan("2k"), *length = read_plan("3k"),
           *large = read_plan("-9 3TB --ranks 99");
    assert_int_equal(integer(file, "input_bytes"), 700);
    assert_int_equal(integer(length, "input_bytes"), 3 * 1024);
    assert_int_equal(integer(large, "input_bytes"), 3000000000000);
    assert_int_equal(integer(large, "ranks"), 99);
    assert_true(integer(large, "rank_bytes") > integer(length, "rank_bytes"));
    assert_true(json_real_value(json_object_get(large, "estimated_compress_seconds")) > 0);
    json_decref(file);
    json_decref(length);
    json_decref(large);
    ock_assert_says(ock_expect(0, "$OCKHAM plan 1M --ranks 2")->out, "memory per rank");
    ock_expect(0, "$OCKHAM plan --lanes 4096 --shards 1 100M"); /* 100 GB of mixers, not built */
    ock_expect(1, "$OCKHAM plan 1M >/dev/full");
    ock_assert_folder("2k");
}

static double real(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    assert_true(json_is_real(value));
    return json_real_value(value);
}

/* A line for 1, 2, 4 ... nodes, of which the last says what the whole says; what the limits promise holds. */
static void test_plan_of_nodes(void **state)
{
    static const int nodes[] = {1, 2, 4, 6};
    (void)state;
    json_t *plan = read_plan("-5 --lanes 16 --shards 8 10M --nodes 6 --ranks 12 -T 4 --latency 3us "
                             "--bandwidth 4G");
    const json_t *rows = json_object_get(plan, "by_nodes");
    assert_int_equal(json_array_size(rows), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *row = json_array_get(rows, i);
        assert_int_equal(integer(row, "nodes"), nodes[i]);
        assert_int_equal(integer(row, "ranks"), 2 * nodes[i]);
        assert_true(integer(row, "rank_bytes") > 0);
        assert_true(real(row, "restore_efficiency") > 0 && real(row, "restore_efficiency") < 1);
    }
    const json_t *last = json_array_get(rows, 3);
    assert_true(real(last, "estimated_compress_seconds") ==
                real(plan, "estimated_compress_seconds"));
    assert_true(real(last, "estimated_restore_seconds") == real(plan, "estimated_restore_seconds"));
    assert_int_equal(integer(last, "rank_bytes"), integer(plan, "rank_bytes"));
    assert_int_equal(integer(plan, "threads"), 4);
    assert_int_equal(integer(plan, "bandwidth_bytes"), (long long)4 << 30);
    assert_true(real(plan, "latency_seconds") > 2.99e-6 && real(plan, "latency_seconds") < 3.01e-6);
    assert_int_equal(integer(plan, "working_nodes"), 4); /* of 8 shards, two a node */
    assert_in_range(integer(plan, "fastest_compress_nodes"), 1, 4);
    assert_in_range(integer(plan, "fastest_restore_nodes"), 1, 4);
    assert_true(real(json_object_get(plan, "estimate_within"), "worst_factor") > 1);
    json_decref(plan);
    ock_assert_says(ock_expect(0, "$OCKHAM plan 1G --lanes 1024 --nodes 4096 -T 16")->out,
                    "Beyond 512 nodes more are idle");
    ock_assert_says(ock_expect(0, "$OCKHAM plan 1M -T 1")->out, "within a factor of");
}

/* Asserts that every line is an object with a time, and event `events[i]` in line i. */
static void check_log(const char *name, const char *const *events, size_t count)
{
    size_t bytes;
    char *text = (char *)ock_load(name, &bytes), *rest = text;
    for (size_t i = 0; i < count; i++) {
        const char *line = strsep(&rest, "\n");
        json_t *object = line != NULL ? json_loads(line, 0, NULL) : NULL;
        const char *event = json_string_value(json_object_get(object, "event"));
        if (event == NULL || strcmp(event, events[i]) != 0) {
            fail_msg("line %zu of %s should be \"%s\"", i + 1, name, events[i]);
        }
        assert_non_null(json_string_value(json_object_get(object, "time")));
        json_decref(object);
    }
    assert_true(rest != NULL && *rest == '\0');
    free(text);
}

static void test_log(void **state)
{
    static const char *const events[] = {"start", "mark", "end", "start", "mark", "end", "failed"};
    (void)state;
    ock_make_alice("in", 3000);
    ock_expect(0, "$OCKHAM compress $SMALL --log log in");
    ock_expect(0, "$OCKHAM test -q --log log in.ock");
    ock_expect(2, "head -c 700 in.ock >bad.ock; $OCKHAM test -q --log log bad.ock");
    check_log("log", events, 7);
    ock_expect(0, "$OCKHAM info in.ock --json | grep -qv time");
}

/* Names are bytes; JSON is UTF-8. */
static void test_log_of_names_that_are_no_text(void **state)
{
    static const char *const events[] = {"start", "mark", "end", "start", "mark", "end", "failed"};
    (void)state;
    ock_make_alice("in", 500);
    ock_expect(0, "name=$(printf 'a\\377b'); mv in \"$name\"; $OCKHAM compress $SMALL --log log "
                  "\"$name\" && $OCKHAM decompress -q --log log \"$name.ock\" -o out && "
                  "cmp out \"$name\" && mv \"$name\" in && rm \"$name.ock\"");
    ock_expect(1, "$OCKHAM test -q --log log \"$(printf 'no\\377')\"");
    check_log("log", events, 7);
    ock_assert_folder("in out log");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_never_overwrites_without_force, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_force_keeps_the_old_file_on_failure, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_links_at_the_target, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_input_and_target_are_one, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_modes_and_times_are_kept, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_pipes, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_named_pipe_and_link_as_input, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_proc_file_as_input, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_no_output_before_verification, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_output_that_cannot_be_written, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_unusable_inputs, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_wrong_usage, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_help_and_version, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_help_and_version_anywhere, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_wrong_letters, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_quiet_and_verbose, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_info_json, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_info_json_of_nothing, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_plan_is_kept, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_plan_of_a_length, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_plan_of_nodes, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_log, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_log_of_names_that_are_no_text, ock_folder_new,
                                        ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
