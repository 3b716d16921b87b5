/* SPDX-License-Identifier: MIT */
/* test_outputs.c - the kinds of outputs, each through the same calls, and the kinds of inputs. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"

#include "base/digest.h"
#include "io/file/file_io.h"
#include "io/file/file_kind.h"
#include "io/file/input.h"
#include "io/file/output.h"
#include "io/tree/tree_input.h"
#include "io/tree/tree_output.h"
#include "scratch_folder.h"

static const char text[] = "abcdefghijklmnopqrstuvwxyz";

enum { TEXT_BYTES = 26 };

/* ---- what holds for all ---- */

/* Writes the text in two pieces, the second first, and reads [from, to) of it back. */
static void fill(ock_output *output, size_t from, size_t to)
{
    char bytes[TEXT_BYTES];

    assert_int_equal(ock_output_write(output, 10, text + 10, TEXT_BYTES - 10), OCK_OK);
    assert_int_equal(ock_output_write(output, 0, text, 10), OCK_OK);
    assert_int_equal(ock_output_read(output, from, bytes, to - from), OCK_OK);
    assert_memory_equal(bytes, text + from, to - from);
    assert_int_equal(ock_output_flush(output), OCK_OK);
}

static void expect_nothing_beyond(ock_output *output, uint64_t offset, size_t count)
{
    char bytes[TEXT_BYTES];

    assert_int_equal(ock_output_read(output, offset, bytes, count), OCK_INTERNAL);
    ock_error_clear();
}

static mode_t mode_at(const char *name)
{
    char path[SCRATCH_PATH_BYTES];
    struct stat there;

    assert_int_equal(stat(scratch_path(name, path), &there), 0);
    return there.st_mode & 07777;
}

static void remove_file(const char *name)
{
    char path[SCRATCH_PATH_BYTES];

    assert_int_equal(unlink(scratch_path(name, path)), 0);
}

static ock_output *create(const char *name, ock_access access)
{
    char path[SCRATCH_PATH_BYTES];
    ock_output *output = NULL;

    assert_int_equal(ock_output_create_for(scratch_path(name, path), false, access, &output),
                     OCK_OK);
    return output;
}

/* ---- a file ---- */

static void a_file(void **state)
{
    static const struct {
        ock_access access;
        mode_t mode;
    } cases[] = {{OCK_ACCESS_USUAL, 0640}, {OCK_ACCESS_PROGRAM, 0750}, {OCK_ACCESS_OWNER, 0600}};
    const mode_t before = umask(027);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_output *output = create("out", cases[i].access);
        struct stat there;

        assert_int_equal(fstat(ock_output_file(output).fd, &there), 0);
        assert_int_equal(there.st_mode & 07777, 0600);
        fill(output, 5, 20);
        expect_nothing_beyond(output, 20, 7);
        assert_int_equal(ock_output_commit(output), OCK_OK);
        expect_scratch("out", text);
        assert_int_equal(mode_at("out"), cases[i].mode);
        remove_file("out");
        assert_int_equal(scratch_count(), 0);
    }
    umask(before);
}

static void a_discarded_file(void **state)
{
    ock_output *output = create("other", OCK_ACCESS_USUAL);

    (void)state;
    fill(output, 0, TEXT_BYTES);
    ock_output_discard(output);
    assert_int_equal(scratch_count(), 0);
}

/* The process's umask is looked at, and never changed. */
static void the_mask_is_read(void **state)
{
    static const mode_t masks[] = {0, 022, 027, 077, 0777};

    (void)state;
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        const mode_t before = umask(masks[i]);

        assert_int_equal(ock_file_mask(), masks[i]);
        assert_int_equal(umask(before), masks[i]);
    }
}

/* ---- a part ---- */

static void a_part(void **state)
{
    char path[SCRATCH_PATH_BYTES], bytes[TEXT_BYTES];
    const mode_t before = umask(022);
    ock_output *output = NULL;

    (void)state;
    assert_int_equal(ock_output_create_part(scratch_path("part", path), false, OCK_ACCESS_PROGRAM,
                                            7, 15, &output),
                     OCK_OK);
    assert_true(ock_output_file(output).fd >= 0);
    fill(output, 7, 15);
    assert_int_equal(ock_output_read(output, 9, bytes, 3), OCK_OK);
    assert_memory_equal(bytes, text + 9, 3);
    expect_nothing_beyond(output, 6, 2);
    expect_nothing_beyond(output, 14, 2);
    expect_nothing_beyond(output, 16, 1);
    assert_int_equal(ock_output_commit(output), OCK_OK);
    expect_scratch("part", "hijklmno");
    assert_int_equal(mode_at("part"), 0755);
    umask(before);

    /* As any file it replaces nothing, and leaves nothing when it is given up. */
    assert_int_equal(ock_output_create_part(path, false, OCK_ACCESS_USUAL, 0, 1, &output),
                     OCK_ENVIRONMENT);
    assert_null(output);
    ock_error_clear();
    assert_int_equal(ock_output_create_part(path, true, OCK_ACCESS_USUAL, 3, 3, &output), OCK_OK);
    fill(output, 3, 3);
    ock_output_discard(output);
    expect_scratch("part", "hijklmno");
    remove_file("part");
    assert_int_equal(scratch_count(), 0);
}

/* ---- growing and scratch ---- */

static void a_growing_file(void **state)
{
    char path[SCRATCH_PATH_BYTES], bytes[TEXT_BYTES];
    ock_output *output = NULL;

    (void)state;
    scratch_path("growing", path);
    assert_int_equal(ock_output_open_growing(AT_FDCWD, path, path, &output), OCK_OK);
    fill(output, 0, TEXT_BYTES);
    expect_nothing_beyond(output, TEXT_BYTES, 1);
    ock_output_discard(output);
    expect_scratch("growing", text); /* whatever happens */
    assert_int_equal(mode_at("growing"), 0600);
    assert_int_equal(ock_output_open_growing(AT_FDCWD, path, path, &output), OCK_OK);
    assert_int_equal(ock_output_read(output, 3, bytes, 2), OCK_OK);
    assert_memory_equal(bytes, "de", 2);
    assert_int_equal(ock_output_commit(output), OCK_INTERNAL);
    ock_error_clear();
    expect_scratch("growing", text);
    remove_file("growing");
    assert_int_equal(scratch_count(), 0);
}

static void a_scratch_file(void **state)
{
    ock_output *output = NULL;

    (void)state;
    assert_int_equal(setenv("TMPDIR", scratch_folder, 1), 0);
    assert_int_equal(ock_output_open_scratch(&output), OCK_OK);
    fill(output, 0, TEXT_BYTES);
    expect_nothing_beyond(output, 25, 2);
    assert_int_equal(scratch_count(), 0);
    ock_output_discard(output);
    assert_int_equal(ock_output_open_scratch(&output), OCK_OK);
    assert_int_equal(ock_output_commit(output), OCK_INTERNAL);
    ock_error_clear();
    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_int_equal(scratch_count(), 0);
}

/* ---- standard output ---- */

/* Makes an output for "-", whole or a part, with standard output led to a file. */
static void write_standard(bool part, bool commit, const char *wanted)
{
    char path[SCRATCH_PATH_BYTES];
    const int before = dup(STDOUT_FILENO);
    const int fd = open(scratch_path("stdout", path), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    ock_output *output = NULL;

    assert_true(before >= 0 && fd >= 0);
    assert_int_equal((part ? ock_output_create_part("-", false, OCK_ACCESS_USUAL, 7, 15, &output)
                           : ock_output_create("-", false, &output)),
                     OCK_OK);
    assert_true(ock_output_file(output).fd >= 0);
    assert_int_equal(scratch_count(), 1);
    fill(output, 8, 12);
    fflush(stdout);
    assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
    if (commit) {
        const ock_status status = ock_output_commit(output);

        assert_int_equal(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
        assert_int_equal(status, OCK_OK);
    } else {
        ock_output_discard(output);
        assert_int_equal(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
    }
    close(fd);
    close(before);
    expect_scratch("stdout", wanted);
    assert_int_equal(scratch_count(), 1);
    remove_file("stdout");
}

static void standard_output(void **state)
{
    (void)state;
    assert_int_equal(setenv("TMPDIR", scratch_folder, 1), 0);
    write_standard(false, true, text);
    write_standard(true, true, "hijklmno");
    write_standard(false, false, "");
    write_standard(true, false, "");
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

/* ---- a tree ---- */

/* Three files of 10, 0 and 16 bytes, the last executable; a symlink. */
static ock_manifest make_list(void)
{
    static const ock_entry entries[] = {
        {.path = "a", .kind = OCK_KIND_FILE, .length = 10},
        {.path = "d", .kind = OCK_KIND_FOLDER},
        {.path = "d/empty", .kind = OCK_KIND_FILE},
        {.path = "d/z", .kind = OCK_KIND_PROGRAM, .length = 16},
        {.path = "l", .kind = OCK_KIND_LINK, .target = "a"},
    };
    ock_manifest manifest;

    assert_int_equal(
        ock_manifest_make(entries, sizeof entries / sizeof entries[0], false, &manifest), OCK_OK);
    return manifest;
}

static void a_tree(void **state)
{
    char path[SCRATCH_PATH_BYTES], command[2 * SCRATCH_PATH_BYTES], target[8];
    const mode_t before = umask(027);
    ock_manifest manifest = make_list();
    ock_output *output = NULL;

    (void)state;
    scratch_path("tree", path);
    assert_int_equal(ock_tree_output_create(path, false, &manifest, &output), OCK_OK);
    assert_int_equal(ock_output_file(output).fd, -1);
    fill(output, 8, 12);
    expect_nothing_beyond(output, 20, 7);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(ock_output_commit(output), OCK_OK);
    umask(before);
    expect_scratch("tree/a", "abcdefghij");
    expect_scratch("tree/d/empty", "");
    expect_scratch("tree/d/z", "klmnopqrstuvwxyz");
    assert_int_equal(mode_at("tree"), 0750);
    assert_int_equal(mode_at("tree/a"), 0640);
    assert_int_equal(mode_at("tree/d"), 0750);
    assert_int_equal(mode_at("tree/d/z"), 0750);
    memset(target, 0, sizeof target);
    assert_int_equal(readlink(scratch_path("tree/l", path), target, sizeof target), 1);
    assert_string_equal(target, "a");
    assert_int_equal(scratch_count(), 1);

    /* It replaces nothing, and leaves nothing when it is given up. */
    scratch_path("tree", path);
    assert_int_equal(ock_tree_output_create(path, false, &manifest, &output), OCK_ENVIRONMENT);
    assert_null(output);
    ock_error_clear();
    snprintf(command, sizeof command, "rm -r '%s'", path);
    assert_int_equal(system(command), 0);
    assert_int_equal(ock_tree_output_create(path, false, &manifest, &output), OCK_OK);
    fill(output, 0, TEXT_BYTES);
    ock_output_discard(output);
    assert_int_equal(scratch_count(), 0);
    free(manifest.bytes);
}

static void a_tree_is_an_input(void **state)
{
    char path[SCRATCH_PATH_BYTES], command[2 * SCRATCH_PATH_BYTES], bytes[TEXT_BYTES];
    uint8_t found[OCK_DIGEST_BYTES], wanted[OCK_DIGEST_BYTES];
    ock_manifest manifest = make_list();
    ock_digest digest;
    ock_output *output = NULL;
    ock_input *input = NULL;

    (void)state;
    scratch_path("tree", path);
    assert_int_equal(ock_tree_output_create(path, false, &manifest, &output), OCK_OK);
    fill(output, 0, TEXT_BYTES);
    assert_int_equal(ock_output_commit(output), OCK_OK);

    assert_int_equal(ock_tree_input_open(path, "tree", &manifest, NULL, &input), OCK_OK);
    assert_true(ock_input_bytes(input) == TEXT_BYTES);
    assert_int_equal(ock_input_file(input).fd, -1);
    assert_int_equal(ock_input_try(input, 0, TEXT_BYTES), OCK_OK);
    assert_int_equal(ock_input_read(input, 8, bytes, 4), OCK_OK);
    assert_memory_equal(bytes, "ijkl", 4);
    ock_digest_start(&digest);
    ock_digest_update(&digest, text, TEXT_BYTES);
    ock_digest_finish(&digest, wanted);
    assert_int_equal(ock_input_digest(input, found), OCK_OK);
    assert_memory_equal(found, wanted, sizeof wanted);
    assert_int_equal(ock_input_check_unchanged(input), OCK_OK);
    write_scratch("tree/a", "shorter");
    assert_int_equal(ock_input_check_unchanged(input), OCK_ENVIRONMENT);
    assert_non_null(strstr(ock_error_text(), "tree/a: changed while it was read"));
    ock_error_clear();
    ock_input_close(input);

    /* A file that is not as listed is refused each time it is asked for. */
    assert_int_equal(ock_tree_input_open(path, "tree", &manifest, NULL, &input), OCK_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ock_input_read(input, 0, bytes, 4), OCK_ENVIRONMENT);
        ock_error_clear();
        assert_int_equal(ock_input_try(input, 0, 1), OCK_ENVIRONMENT);
        ock_error_clear();
    }
    assert_int_equal(ock_input_try(input, 10, TEXT_BYTES), OCK_OK);
    ock_input_close(input);
    snprintf(command, sizeof command, "rm -r '%s'", path);
    assert_int_equal(system(command), 0);
    free(manifest.bytes);
}

/* ---- sources and targets ---- */

static void as_source_and_target(void **state)
{
    char path[SCRATCH_PATH_BYTES], bytes[TEXT_BYTES];
    ock_output *output = create("out", OCK_ACCESS_USUAL);
    const ock_target target = ock_output_target(output);
    const ock_source written = ock_output_source(output);
    ock_input *input = NULL;
    ock_source source;

    (void)state;
    assert_int_equal(target.write_at(target.context, 0, text, TEXT_BYTES), OCK_OK);
    assert_int_equal(target.read_at(target.context, 3, bytes, 3), OCK_OK);
    assert_memory_equal(bytes, "def", 3);
    assert_int_equal(written.read_at(written.context, 4, bytes, 3), OCK_OK);
    assert_memory_equal(bytes, "efg", 3);
    assert_int_equal(ock_output_commit(output), OCK_OK);
    assert_int_equal(ock_input_open(scratch_path("out", path), &input), OCK_OK);
    source = ock_input_source(input);
    assert_int_equal(source.read_at(source.context, 20, bytes, 6), OCK_OK);
    assert_memory_equal(bytes, "uvwxyz", 6);
    assert_int_equal(source.read_at(source.context, 20, bytes, 7), OCK_ENVIRONMENT);
    ock_error_clear();
    ock_input_close(input);
    remove_file("out");
}

/* ---- kinds of files ---- */

static void kinds_of_files(void **state)
{
    static const struct {
        const char *content;
        ock_file_kind kind;
    } cases[] = {{"\x89OCK\r\n\x1a\n", OCK_FILE_CONTAINER},
                 {"\x89OCK\r\n\x1a\nand more", OCK_FILE_CONTAINER},
                 {"\x89OCC\r\n\x1a\nand more", OCK_FILE_CHECKPOINT},
                 {"\x89OCK\r\n\x1a", OCK_FILE_OTHER},  /* cut */
                 {"\x89OCK\n\x1a\n.", OCK_FILE_OTHER}, /* line ends rewritten */
                 {"\x89OCX\r\n\x1a\n", OCK_FILE_OTHER},
                 {"{\"event\": \"start\"}\n", OCK_FILE_OTHER},
                 {"", OCK_FILE_OTHER}};
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_scratch("file", cases[i].content);
        assert_int_equal(ock_file_kind_of(scratch_path("file", path)), cases[i].kind);
    }
    remove_file("file");
    assert_int_equal(ock_file_kind_of(path), OCK_FILE_OTHER);
    assert_int_equal(ock_file_kind_of(scratch_folder), OCK_FILE_OTHER);
    /* Nobody writes to it: to open it would be to wait. */
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(ock_file_kind_of(path), OCK_FILE_OTHER);
    remove_file("file");
    assert_string_equal(ock_error_text(), "");
    assert_int_equal(ock_magic_kind(ock_file_magic(OCK_FILE_CONTAINER)), OCK_FILE_CONTAINER);
    assert_int_equal(ock_magic_kind(ock_file_magic(OCK_FILE_CHECKPOINT)), OCK_FILE_CHECKPOINT);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file),
        cmocka_unit_test(a_discarded_file),
        cmocka_unit_test(the_mask_is_read),
        cmocka_unit_test(a_part),
        cmocka_unit_test(a_growing_file),
        cmocka_unit_test(a_scratch_file),
        cmocka_unit_test(standard_output),
        cmocka_unit_test(a_tree),
        cmocka_unit_test(a_tree_is_an_input),
        cmocka_unit_test(as_source_and_target),
        cmocka_unit_test(kinds_of_files),
    };

    return ock_run_cases(argc, argv, tests, make_scratch_folder, remove_scratch_folder);
}
