/* SPDX-License-Identifier: MIT */
/* test_names.c - names that hold anything reach standard output and standard error in shown form, whatever
 * command quotes them; lists and JSON tell them in full; long ones are cut.
 *
 * Usage: test_names PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#define FAST "-q -1 --lanes 3 --shards 2"

/* Sets a terminal's title, goes back over its line, deletes, begins a sequence in one character (0x9b), is no
 * UTF-8, ends a line; and has letters that are all right. */
static const char hostile[] = "e\x1b]0;t\x07\r\x7f\xc2\x9b\xff\\\n\xc3\xa9";
static const char hostile_shown[] = "e\\033]0;t\\007\\015\\177\\302\\233\\377\\134\\012\xc3\xa9";

/* The same in UTF-8. */
static const char hostile_text[] = "u\x1b[2J\x7f\xc2\x9b\\\n\xc3\xa9";
static const char hostile_text_shown[] = "u\\033[2J\\177\\302\\233\\134\\012\xc3\xa9";

/* No control character but the newlines of the program itself, and nothing but UTF-8. */
static void assert_shown(const char *text, const char *command)
{
    json_t *utf8 = json_string(text);
    bool good = utf8 != NULL;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        good = good && (*at >= 0x20 || *at == '\n') && *at != 0x7f &&
               !(at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0);
    }
    json_decref(utf8);
    if (!good) {
        fail_msg("raw bytes of a name are in what \"%s\" prints", command);
    }
}

/* With $NAME in the environment. */
static void use(const char *name)
{
    assert_int_equal(setenv("NAME", name, 1), 0);
}

/* The command quotes the name, and nothing of it is raw. */
static void expect_shown(int exit_code, const char *command, const char *shown)
{
    const ock_outcome *result = ock_expect(exit_code, "%s", command);
    assert_shown(result->out, command);
    assert_shown(result->err, command);
    if (strstr(result->out, shown) == NULL && strstr(result->err, shown) == NULL) {
        fail_msg("\"%s\" does not quote %s but prints\n%s%s", command, shown, result->out,
                 result->err);
    }
}

static void test_results(void **state)
{
    static const char sign_and_verify[] =
        "$OCKHAM audit keygen --key \"$NAME.k\" && $OCKHAM audit sign --key \"$NAME.k\" "
        "\"$NAME.ock\" && $OCKHAM audit verify --key \"$NAME.k.pub\" \"$NAME.ock\"";
    static const char plot[] = /* with what gnuplot is told */
        "mkdir bin && printf '#!/bin/sh\\ncat\\n' >bin/gnuplot && chmod +x bin/gnuplot && "
        "PATH=$PWD/bin:$PATH $OCKHAM info --plot plot \"$NAME.ock\" >/dev/null && cat plot";
    static const char *const commands[] = {
        "$OCKHAM compress $SMALL -v \"$NAME\"",
        "$OCKHAM test -v \"$NAME.ock\"",
        "$OCKHAM decompress -v \"$NAME.ock\" -o out",
        "$OCKHAM info \"$NAME.ock\"",
        "$OCKHAM mdl \"$NAME.ock\" \"$NAME.ock\"",
        plot,
        sign_and_verify,
        "$OCKHAM audit bisect \"$NAME.ock\" \"$NAME.ock\"",
        "$OCKHAM test -v --checkpoint \"$NAME.D\" --resume \"$NAME.ock\"",
    };
    (void)state;
    ock_make_alice(hostile, 3000);
    use(hostile);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        expect_shown(0, commands[i], hostile_shown);
    }
    ock_expect(0, "cmp \"$NAME\" out");
}

static void test_errors(void **state)
{
    static const struct {
        int exit_code;
        const char *command;
    } cases[] = {
        {1, "$OCKHAM compress $SMALL \"$NAME.none\""},
        {1, "$OCKHAM compress $SMALL \"$NAME\" && $OCKHAM compress $SMALL \"$NAME\""},
        {1, "$OCKHAM decompress \"$NAME.ock\""},
        {1, "$OCKHAM decompress \"$NAME\""},
        {1, "$OCKHAM decompress --extract \"$NAME\" \"$NAME.ock\" -o out"},
        {2, "$OCKHAM test \"$NAME\""},
        {2, "$OCKHAM info \"$NAME\""},
        {2, "$OCKHAM mdl \"$NAME\""},
        {2, "$OCKHAM audit verify \"$NAME\""},
        {1, "$OCKHAM audit sign --key \"$NAME\" \"$NAME.ock\""},
        {1, "$OCKHAM audit check --key \"$NAME\" \"$NAME.ock\""},
        {1, "$OCKHAM audit bisect \"$NAME\" \"$NAME.none\""},
        {1, "$OCKHAM plan \"$NAME.none\""},
        {1, "$OCKHAM \"$NAME\""},
        {1, "$OCKHAM compress --\"$NAME\" in"},
        {1, "$OCKHAM compress --set \"$NAME=1\" in"},
        {1, "$OCKHAM compress --lanes \"$NAME\" in"},
        {1, "$OCKHAM compress --memory-limit \"$NAME\" in"},
        {1, "$OCKHAM compress --log \"$NAME/log\" in"},
        {1, "$OCKHAM compress --checkpoint \"$NAME\" in"},
        {1, "$OCKHAM compress --prior \"$NAME.none\" in"},
        {1, "$OCKHAM compress --files-from \"$NAME.none\" -o out"},
        {1, "printf '%s\\0' \"../$NAME\" | $OCKHAM compress -0 --files-from - -o out"},
        {1, "printf '%s\\0' \"$NAME.none\" | $OCKHAM compress -0 --files-from - -o out"},
        {1, "mkdir \"$NAME.d\" && mkfifo \"$NAME.d/$NAME\" && $OCKHAM compress \"$NAME.d\""},
        {1, "OCKHAM_ISA=\"$NAME\" $OCKHAM compress in"},
        {1, "OCKHAM_THREADS=\"$NAME\" $OCKHAM compress in"},
        {1, "OCKHAM_START_DEADLINE=\"$NAME\" $OCKHAM compress in"},
        {1, "TMPDIR=\"$PWD/$NAME.none\" $OCKHAM compress - <in >out"},
    };
    (void)state;
    ock_make_alice("in", 3000);
    ock_make_alice(hostile, 3000);
    use(hostile);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_shown(cases[i].exit_code, cases[i].command, hostile_shown);
    }
}

/* A message that rank 1 has, and the launcher passes on. */
static void test_other_ranks(void **state)
{
    (void)state;
    ock_need_mpi();
    ock_make_alice("in", 3000);
    use(hostile);
    const ock_outcome *result = ock_expect(
        1, "$MPIRUN 1 $OCKHAM compress $SMALL in : -n 1 env OCKHAM_ISA=\"$NAME\" $OCKHAM compress "
           "$SMALL in");
    ock_assert_says(result->err, "rank 1: OCKHAM_ISA=e\\033]0;t\\007\\015\\177");
    assert_null(strchr(result->err, '\x1b'));
}

/* ---- lists ---- */

static void plant(void)
{
    use(hostile);
    ock_expect(0, "mkdir t && printf one >\"t/$NAME\" && ln -s \"$NAME\" t/link");
    use(hostile_text);
    ock_expect(0, "printf three >\"t/$NAME\" && $OCKHAM compress " FAST " t");
}

static void test_list(void **state)
{
    (void)state;
    plant();
    const ock_outcome *result = ock_expect(0, "$OCKHAM info --files t.ock");
    char line[256];
    assert_shown(result->out, "info --files");
    snprintf(line, sizeof line, "-            3  %s\n", hostile_shown);
    ock_assert_says(result->out, line);
    snprintf(line, sizeof line, "l            0  link -> %s\n", hostile_shown);
    ock_assert_says(result->out, line);
    snprintf(line, sizeof line, "-            5  %s\n", hostile_text_shown);
    ock_assert_says(result->out, line);
}

/* JSON says the same to a program, and nothing to a terminal. */
static void test_json(void **state)
{
    (void)state;
    plant();
    const ock_outcome *result = ock_expect(0, "$OCKHAM info --files --json t.ock");
    assert_shown(result->out, "info --files --json");
    json_t *about = json_loads(result->out, 0, NULL);
    const json_t *files = json_object_get(about, "files");
    assert_int_equal(json_array_size(files), 3);
    assert_string_equal(json_string_value(json_object_get(json_array_get(files, 2), "path")),
                        hostile_text);
    json_decref(about);
    use(hostile_text);
    result = ock_expect(0, "cp t.ock \"$NAME.ock\" && $OCKHAM mdl --json \"$NAME.ock\"");
    assert_shown(result->out, "mdl --json");
    about = json_loads(result->out, 0, NULL);
    const char *file = json_string_value(
        json_object_get(json_array_get(json_object_get(about, "files"), 0), "file"));
    assert_non_null(file);
    assert_memory_equal(file, hostile_text, sizeof hostile_text - 1);
    json_decref(about);
    result = ock_expect(0, "$OCKHAM audit keygen --key k && $OCKHAM audit sign --key k "
                           "\"$NAME.ock\" && $OCKHAM audit check --key k.pub \"$NAME.ock\"");
    assert_shown(result->out, "audit check");
    const char *begin = strchr(result->out, '{'), *end = strstr(result->out, "\n}\n");
    assert_true(begin != NULL && end != NULL);
    json_t *statement = json_loadb(begin, (size_t)(end + 2 - begin), 0, NULL);
    const json_t *subject = json_array_get(json_object_get(statement, "subject"), 0);
    const char *name = json_string_value(json_object_get(subject, "name"));
    assert_non_null(name);
    assert_memory_equal(name, hostile_text, sizeof hostile_text - 1);
    json_decref(statement);
}

/* Both the bytes of a name and what a list prints of it name the file; where they name two, the bytes do. */
static void test_listed_names_are_taken(void **state)
{
    static const struct {
        const char *name, *listed, *content;
    } files[] = {{hostile, hostile_shown, "one"},
                 {"nl\nname", "nl\\012name", "two"},
                 {"back\\slash", "back\\134slash", "three"},
                 {"both\nnames", NULL, "four"}, /* the next one's bytes are what it is listed as */
                 {"both\\012names", "both\\134012names", "five"},
                 {"plain", "plain", "six"}};
    (void)state;
    ock_expect(0, "mkdir t");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[64];
        snprintf(path, sizeof path, "t/%s", files[i].name);
        ock_store(path, files[i].content, strlen(files[i].content));
    }
    ock_expect(0, "$OCKHAM compress " FAST " t");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        use(files[i].name);
        ock_expect(0,
                   "$OCKHAM decompress -q t.ock --extract \"$NAME\" -o one && "
                   "test \"$(cat one)\" = %s && rm one",
                   files[i].content);
        if (files[i].listed != NULL) {
            use(files[i].listed);
            ock_expect(0,
                       "$OCKHAM decompress -q t.ock --extract \"$NAME\" -o one && "
                       "test \"$(cat one)\" = %s && rm one",
                       files[i].content);
        }
    }
    use("nl\\12name");
    ock_assert_says(ock_expect(1, "$OCKHAM decompress -q t.ock --extract \"$NAME\" -o one")->err,
                    "has no file nl\\13412name");
    ock_assert_folder("t t.ock");
}

/* ---- long names ---- */

/* Folders in folders, deeper than a path can say. */
static void make_deep(const char *name, int levels)
{
    int fd = open(ock_path(""), O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < levels; i++) {
        assert_int_equal(mkdirat(fd, name, 0777), 0);
        const int inner = openat(fd, name, O_RDONLY | O_DIRECTORY);
        close(fd);
        fd = inner;
    }
    assert_true(fd >= 0);
    close(fd);
}

static void test_long_names(void **state)
{
    char name[5000];
    (void)state;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    use(name);
    const ock_outcome *result = ock_expect(1, "$OCKHAM compress -1 \"$NAME\" -o out");
    ock_assert_says(result->err, "nnn...nnn");
    ock_assert_says(result->err, "nnn: cannot be opened: File name too long\n");
    assert_true(strlen(result->err) < 600);
    ock_make_alice("in", 100);
    result = ock_expect(1, "$OCKHAM compress --lanes \"$NAME\" in");
    ock_assert_says(result->err, "--lanes nnn");
    ock_assert_says(result->err, "expected an integer from 0 to 4096\n");
    make_deep("deeper-than-that", 500);
    result = ock_expect(1, "$OCKHAM compress -1 deeper-than-that -o out");
    ock_assert_says(result->err, "ockham: deeper-than-that/deeper");
    ock_assert_says(result->err, "...");
    ock_assert_says(result->err, "deeper-than-that: has an empty or too long path\n");
    assert_true(strlen(result->err) < 600);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_results, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_errors, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_other_ranks, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_list, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_json, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_listed_names_are_taken, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_long_names, ock_folder_new, ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
