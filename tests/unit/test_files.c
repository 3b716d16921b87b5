/* SPDX-License-Identifier: MIT */
/* test_files.c - input files, and output files that appear whole or not at all. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "scratch_folder.h"

#include "base/alive.h"
#include "cli/signals.h"
#include "io/file/file_io.h"
#include "io/file/input.h"
#include "io/file/output.h"
#include "needs_names.h"

/* Names in the test's folder that look temporary. */
static int temporaries(void)
{
    DIR *listing = opendir(scratch_folder);
    int count = 0;

    assert_non_null(listing);
    for (const struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        count += strstr(entry->d_name, ".tmp") != NULL;
    }
    closedir(listing);
    return count;
}

/* Whether the file system has files without names. */
static bool has_nameless_files(void)
{
    const int fd = open(scratch_folder, O_TMPFILE | O_RDWR, 0600);

    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static void expect_failure(ock_status status, const char *because)
{
    assert_int_equal(status, OCK_ENVIRONMENT);
    if (strstr(ock_error_text(), because) == NULL) {
        fail_msg("message \"%s\" lacks \"%s\"", ock_error_text(), because);
    }
    ock_error_clear();
}

static ock_output *create(const char *path, bool force, const char *text)
{
    ock_output *output = NULL;

    if (ock_output_create(path, force, &output) != OCK_OK) {
        fail_msg("%s", ock_error_text());
    }
    assert_int_equal(ock_output_write(output, 0, text, strlen(text)), OCK_OK);
    return output;
}

/* ---- input ---- */

static void input_of_a_regular_file(void **state)
{
    char path[SCRATCH_PATH_BYTES], bytes[16];
    ock_input *input = NULL;

    (void)state;
    write_text(scratch_path("in", path), "0123456789");
    assert_int_equal(ock_input_open(path, &input), OCK_OK);
    assert_true(ock_input_bytes(input) == 10);
    assert_int_equal(ock_input_read(input, 3, bytes, 4), OCK_OK);
    assert_memory_equal(bytes, "3456", 4);
    assert_int_equal(ock_input_read(input, 10, bytes, 0), OCK_OK);
    assert_int_equal(ock_input_check_unchanged(input), OCK_OK);
    expect_failure(ock_input_read(input, 8, bytes, 3), "changed while it was read");
    expect_failure(ock_input_read(input, UINT64_MAX - 1, bytes, 3), "2^63");
    ock_input_close(input);
    ock_input_close(NULL);
}

static void input_that_cannot_be(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    ock_input *input = NULL;

    (void)state;
    expect_failure(ock_input_open(scratch_path("absent", path), &input), "No such file");
    assert_null(input);
    expect_failure(ock_input_open(scratch_folder, &input), "is a directory");
    assert_null(input);
}

static void input_beyond_4_gib(void **state)
{
    static const uint64_t places[] = {0, ((uint64_t)4 << 30) - 2, (uint64_t)4 << 30,
                                      ((uint64_t)5 << 30) - 4};
    const uint64_t length = (uint64_t)5 << 30;
    char path[SCRATCH_PATH_BYTES], bytes[8];
    ock_input *input = NULL;
    int fd = open(scratch_path("sparse", path), O_RDWR | O_CREAT | O_EXCL, 0600);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)length), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pwrite(fd, &"abcdefghijklmnop"[4 * i], 4, (off_t)places[i]), 4);
    }
    close(fd);
    assert_int_equal(ock_input_open(path, &input), OCK_OK);
    assert_true(ock_input_bytes(input) == length);
    assert_int_equal(ock_input_read(input, places[1], bytes, 2), OCK_OK);
    assert_memory_equal(bytes, "ef", 2);
    assert_int_equal(ock_input_read(input, places[2], bytes, 4), OCK_OK);
    assert_memory_equal(bytes, "ijkl", 4);
    assert_int_equal(ock_input_read(input, places[3], bytes, 4), OCK_OK);
    assert_memory_equal(bytes, "mnop", 4);
    assert_int_equal(ock_input_check_unchanged(input), OCK_OK);
    ock_input_close(input);
    assert_int_equal(unlink(path), 0);
}

static void expect_changed(void (*change)(const char *path))
{
    char path[SCRATCH_PATH_BYTES];
    ock_input *input = NULL;

    write_text(scratch_path("changing", path), "some text");
    assert_int_equal(ock_input_open(path, &input), OCK_OK);
    assert_int_equal(ock_input_check_unchanged(input), OCK_OK);
    usleep(20000); /* file times have the grain of the kernel's clock tick */
    change(path);
    expect_failure(ock_input_check_unchanged(input), "changed while it was read");
    ock_input_close(input);
}

static void grow(const char *path)
{
    assert_int_equal(truncate(path, 100), 0);
}

static void rewrite_in_place(const char *path)
{
    const int fd = open(path, O_WRONLY);

    assert_int_equal(pwrite(fd, "S", 1, 0), 1);
    close(fd);
}

/* Even when the modification time is put back. */
static void rewrite_and_hide(const char *path)
{
    struct stat there;

    assert_int_equal(stat(path, &there), 0);
    rewrite_in_place(path);
    assert_int_equal(
        utimensat(AT_FDCWD, path, (struct timespec[2]){there.st_atim, there.st_mtim}, 0), 0);
}

static void replace_by_rename(const char *path)
{
    char other[SCRATCH_PATH_BYTES];

    write_text(scratch_path("other", other), "some text");
    assert_int_equal(rename(other, path), 0);
}

static void input_that_changes(void **state)
{
    (void)state;
    expect_changed(grow);
    expect_changed(rewrite_in_place);
    expect_changed(rewrite_and_hide);
    expect_changed(replace_by_rename);
}

/* ---- standard input and FIFOs ---- */

enum { PIPED = 1000003 };

static uint8_t piped_byte(uint64_t at)
{
    return (uint8_t)((at + 1) * 0x9E3779B97F4A7C15u >> 53);
}

/* In a child: writes PIPED bytes to `fd` in pieces of odd size, and exits. */
static void feed_and_exit(int fd)
{
    uint8_t piece[7919];

    for (uint64_t at = 0; at < PIPED;) {
        size_t count = 0;

        while (count < sizeof piece && at + count < PIPED) {
            piece[count] = piped_byte(at + count);
            count++;
        }
        if (write(fd, piece, count) != (ssize_t)count) {
            _exit(1);
        }
        at += count;
    }
    _exit(0);
}

static void check_piped(ock_input *input)
{
    uint8_t *bytes = malloc(PIPED);

    assert_non_null(bytes);
    assert_true(ock_input_bytes(input) == PIPED);
    assert_int_equal(ock_input_read(input, 0, bytes, PIPED), OCK_OK);
    for (uint64_t i = 0; i < PIPED; i++) {
        assert_int_equal(bytes[i], piped_byte(i));
    }
    assert_int_equal(ock_input_read(input, PIPED - 5, bytes, 5), OCK_OK);
    assert_int_equal(bytes[4], piped_byte(PIPED - 1));
    assert_int_equal(ock_input_check_unchanged(input), OCK_OK);
    ock_input_close(input);
    free(bytes);
}

static void expect_exit(pid_t child, int code)
{
    int result = 0;

    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), code);
}

static void standard_input_through_a_pipe(void **state)
{
    const int before = dup(STDIN_FILENO);
    ock_input *input = NULL;
    int ends[2];
    pid_t child = 0;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        feed_and_exit(ends[1]);
    }
    close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    assert_int_equal(ock_input_open("-", &input), OCK_OK);
    check_piped(input);
    assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
    close(before);
    expect_exit(child, 0);
}

static void a_fifo_by_name(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    ock_input *input = NULL;
    pid_t child = 0;

    (void)state;
    assert_int_equal(mkfifo(scratch_path("fifo", path), 0600), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        feed_and_exit(open(path, O_WRONLY));
    }
    assert_int_equal(ock_input_open(path, &input), OCK_OK);
    check_piped(input);
    expect_exit(child, 0);
    assert_int_equal(ock_input_open("/dev/null", &input), OCK_OK);
    assert_true(ock_input_bytes(input) == 0);
    ock_input_close(input);
}

/* ---- output ---- */

static void output_appears_on_commit(void **state)
{
    char path[SCRATCH_PATH_BYTES], bytes[8];
    struct stat there;
    const mode_t before = umask(027);
    ock_output *output = NULL;

    (void)state;
    output = create(scratch_path("out", path), false, "whole");
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(temporaries(), has_nameless_files() ? 0 : 1);
    assert_int_equal(fstat(ock_output_file(output).fd, &there), 0);
    assert_int_equal(there.st_mode & 0777, 0600);
    assert_int_equal(ock_output_read(output, 2, bytes, 3), OCK_OK);
    assert_memory_equal(bytes, "ole", 3);
    assert_int_equal(ock_output_commit(output), OCK_OK);
    expect_text(path, "whole");
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(there.st_mode & 0777, 0640);
    assert_int_equal(temporaries(), 0);
    umask(before);
    output = create(scratch_path("never", path), false, "discarded");
    ock_output_discard(output);
    ock_output_discard(NULL);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(temporaries(), 0);
}

/* Links to devices and to standard output are what their names say to everybody: never replaced. */
static void links_of_the_system(void)
{
    static const char *const leads_to[] = {"/dev/null",      "/dev/stdout", "/proc/self/fd/1",
                                           "/proc/self/exe", "/dev",        "link"};
    char path[SCRATCH_PATH_BYTES], out[SCRATCH_PATH_BYTES], text[SCRATCH_PATH_BYTES];
    ock_output *output = NULL;
    const int before = dup(STDOUT_FILENO);
    const int fd = open(scratch_path("standard", out), O_CREAT | O_WRONLY, 0600);

    assert_true(before >= 0 && fd >= 0);
    fflush(stdout);
    assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
    for (int i = 0; i < 7; i++) { /* the last one leads to the file that standard output is */
        ssize_t bytes = 0;

        assert_int_equal(symlink(i < 6 ? leads_to[i] : out, scratch_path("link", path)), 0);
        for (int force = 0; force < 2; force++) {
            expect_failure(ock_output_create(path, force != 0, &output), "is a symlink");
        }
        bytes = readlink(path, text, sizeof text);
        assert_true(bytes > 0 && memcmp(text, i < 6 ? leads_to[i] : out, (size_t)bytes) == 0);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
    close(fd);
    close(before);
    assert_int_equal(unlink(out), 0);
}

static void existing_targets(void **state)
{
    char path[SCRATCH_PATH_BYTES], other[SCRATCH_PATH_BYTES];
    ock_output *output = NULL;
    struct stat there;

    (void)state;
    write_text(scratch_path("taken", path), "old");
    expect_failure(ock_output_create(path, false, &output), "exists already");
    assert_null(output);
    expect_text(path, "old");
    output = create(path, true, "new");
    expect_text(path, "old"); /* until the commit */
    assert_int_equal(ock_output_commit(output), OCK_OK);
    expect_text(path, "new");

    /* A symlink is not followed. */
    assert_int_equal(symlink(path, scratch_path("symlink", other)), 0);
    expect_failure(ock_output_create(other, false, &output), "exists already");
    assert_int_equal(ock_output_commit(create(other, true, "through")), OCK_OK);
    expect_text(path, "new");
    expect_text(other, "through");
    assert_int_equal(lstat(other, &there), 0);
    assert_true(S_ISREG(there.st_mode));
    assert_int_equal(symlink("nowhere", scratch_path("dangling", other)), 0);
    expect_failure(ock_output_create(other, false, &output), "does not lead to a regular file");
    expect_failure(ock_output_create(other, true, &output), "does not lead to a regular file");
    assert_int_equal(unlink(other), 0);
    links_of_the_system();

    expect_failure(ock_output_create(scratch_folder, true, &output), "not a regular file");
    expect_failure(ock_output_create("/dev/null", true, &output), "not a regular file");
    expect_failure(ock_output_create(scratch_path("no/folder", other), false, &output),
                   "No such file");
    expect_failure(ock_output_create(scratch_path("slash/", other), false, &output),
                   "not the name");
    expect_failure(ock_output_create("", false, &output), "not the name");
    assert_int_equal(temporaries(), 0);
}

static void a_target_that_appears_meanwhile(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    ock_output *output = NULL;

    (void)state;
    output = create(scratch_path("raced", path), false, "ours");
    write_text(path, "theirs");
    expect_failure(ock_output_commit(output), "exists already");
    expect_text(path, "theirs");
    assert_int_equal(unlink(path), 0);
    output = create(path, true, "ours");
    assert_int_equal(mkdir(path, 0700), 0);
    expect_failure(ock_output_commit(output), "not a regular file");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(temporaries(), 0);
}

/* Root may write anywhere: the child gives that up first. */
static void a_folder_that_may_not_be_written(void **state)
{
    char path[SCRATCH_PATH_BYTES], closed[SCRATCH_PATH_BYTES];
    pid_t child = 0;

    (void)state;
    assert_int_equal(mkdir(scratch_path("closed", closed), 0555), 0);
    assert_int_equal(chmod(scratch_folder, 0755), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        ock_output *output = NULL;

        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
            _exit(9);
        }
        if (ock_output_create(scratch_path("closed/out", path), false, &output) !=
            OCK_ENVIRONMENT) {
            _exit(1);
        }
        _exit(strstr(ock_error_text(), "Permission denied") == NULL ? 2 : 0);
    }
    expect_exit(child, 0);
}

static void attributes_are_copied(void **state)
{
    char path[SCRATCH_PATH_BYTES], from[SCRATCH_PATH_BYTES];
    const struct timespec times[2] = {{1000000000, 123456789}, {1234567890, 987654321}};
    struct stat there;
    ock_input *input = NULL;
    ock_output *output = NULL;

    (void)state;
    write_text(scratch_path("source", from), "x");
    assert_int_equal(chmod(from, 0604), 0);
    assert_int_equal(utimensat(AT_FDCWD, from, times, 0), 0);
    assert_int_equal(ock_input_open(from, &input), OCK_OK);
    output = create(scratch_path("copy", path), false, "y");
    ock_output_copy_attributes(output, input);
    assert_int_equal(ock_output_commit(output), OCK_OK);
    ock_input_close(input);
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(there.st_mode & 07777, 0604);
    assert_true(there.st_mtim.tv_sec == 1234567890 && there.st_mtim.tv_nsec == 987654321);
}

static void names_without_a_folder(void **state)
{
    char before[SCRATCH_PATH_BYTES], path[SCRATCH_PATH_BYTES], name[256];

    (void)state;
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(scratch_folder), 0);
    assert_int_equal(ock_output_commit(create("plain", false, "here")), OCK_OK);
    memset(name, 'n', 255); /* as long as names can be */
    name[255] = '\0';
    assert_int_equal(ock_output_commit(create(name, false, "long")), OCK_OK);
    assert_int_equal(chdir(before), 0);
    expect_text(scratch_path("plain", path), "here");
    expect_text(scratch_path(name, path), "long");
}

/* ---- standard output ---- */

typedef enum reader_kind { GOOD_PIPE, BROKEN_PIPE, FULL_DISK } reader_kind;

/* In a child: commits to "-" with standard output led to `fd`; exits with the status. */
static void commit_and_exit(int fd, size_t count)
{
    ock_output *output = NULL;
    uint8_t *bytes = malloc(count);
    ock_status status = OCK_OK;

    if (bytes == NULL || dup2(fd, STDOUT_FILENO) != STDOUT_FILENO) {
        _exit(9);
    }
    close(fd);
    ock_signals_make_errors();
    for (size_t i = 0; i < count; i++) {
        bytes[i] = piped_byte(i);
    }
    if (ock_output_create("-", false, &output) != OCK_OK ||
        ock_output_write(output, 0, bytes, count) != OCK_OK) {
        _exit(8);
    }
    status = ock_output_commit(output);
    _exit(status != OCK_OK && strstr(ock_error_text(), "standard output") == NULL ? 7
                                                                                  : (int)status);
}

static void check_standard_output(reader_kind reader, int expected)
{
    uint8_t bytes[4096];
    uint64_t at = 0;
    ssize_t got = 0;
    int ends[2];
    pid_t child = 0;

    assert_int_equal(pipe(ends), 0);
    if (reader == FULL_DISK) {
        close(ends[1]);
        ends[1] = open("/dev/full", O_WRONLY);
    }
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        commit_and_exit(ends[1], PIPED);
    }
    close(ends[1]);
    while (reader == GOOD_PIPE && (got = read(ends[0], bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < got; i++) {
            assert_int_equal(bytes[i], piped_byte(at++));
        }
    }
    close(ends[0]);
    assert_true(reader != GOOD_PIPE || at == PIPED);
    expect_exit(child, expected);
}

static void standard_output(void **state)
{
    (void)state;
    assert_int_equal(setenv("TMPDIR", scratch_folder, 1), 0);
    check_standard_output(GOOD_PIPE, OCK_OK);
    check_standard_output(BROKEN_PIPE, OCK_ENVIRONMENT);
    check_standard_output(FULL_DISK, OCK_ENVIRONMENT);
    assert_int_equal(temporaries(), 0);
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

/* ---- signals ---- */

/* A child with two unfinished outputs is sent `number`; `before` is what the
 * signal did at its start. */
static int end_by_signal(int number, void (*before)(int))
{
    char path[SCRATCH_PATH_BYTES];
    int ends[2], result = 0;
    char byte = 0;
    pid_t child = 0;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(number, before);
        names_needed = true;
        ock_signals_remove_temporaries();
        (void)create(scratch_path("killed", path), false, "half");
        (void)create(scratch_path("killed too", path), false, "half");
        if (write(ends[1], "r", 1) != 1) {
            _exit(9);
        }
        usleep(before == SIG_IGN ? 200000 : 20000000);
        _exit(42);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    assert_int_equal(temporaries(), 2);
    assert_int_equal(kill(child, number), 0);
    assert_int_equal(waitpid(child, &result, 0), child);
    return result;
}

static void signals_leave_nothing_behind(void **state)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
    char command[SCRATCH_PATH_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const int result = end_by_signal(numbers[i], SIG_DFL);

        assert_true(WIFSIGNALED(result));
        assert_int_equal(WTERMSIG(result), numbers[i]);
        assert_int_equal(temporaries(), 0);
    }
    /* As under nohup: what was ignored stays ignored. */
    assert_int_equal(WEXITSTATUS(end_by_signal(SIGHUP, SIG_IGN)), 42);
    assert_int_equal(temporaries(), 2);
    snprintf(command, sizeof command, "rm -f '%s'/.*.tmp", scratch_folder);
    assert_int_equal(system(command), 0);
}

static void count_sign(void *context)
{
    ++*(int *)context;
}

/* A file of 200 MiB, nearly all of it a hole: a piece every 64 MiB. A short one needs none. */
static void long_files_are_flushed_in_pieces(void **state)
{
    static const struct {
        off_t bytes;
        int signs;
    } cases[] = {{0, 0}, {1 << 26, 0}, {(1 << 26) + 1, 2}, {200 << 20, 4}};
    char path[SCRATCH_PATH_BYTES];
    int signs = 0;

    (void)state;
    const int fd = open(scratch_path("long", path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    const ock_listener before = ock_alive_listen((ock_listener){count_sign, &signs});
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        signs = 0;
        assert_int_equal(ftruncate(fd, cases[i].bytes), 0);
        assert_int_equal(ock_file_sync(fd), 0);
        assert_int_equal(signs, cases[i].signs);
    }
    (void)ock_alive_listen(before);
    assert_int_equal(close(fd), 0);
    assert_int_equal(ock_file_sync(fd), -1);
    assert_int_equal(unlink(path), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_leave_nothing_behind),
        cmocka_unit_test(input_of_a_regular_file),
        cmocka_unit_test(input_that_cannot_be),
        cmocka_unit_test(input_beyond_4_gib),
        cmocka_unit_test(input_that_changes),
        cmocka_unit_test(standard_input_through_a_pipe),
        cmocka_unit_test(a_fifo_by_name),
        cmocka_unit_test(output_appears_on_commit),
        cmocka_unit_test(existing_targets),
        cmocka_unit_test(a_target_that_appears_meanwhile),
        cmocka_unit_test(a_folder_that_may_not_be_written),
        cmocka_unit_test(attributes_are_copied),
        cmocka_unit_test(names_without_a_folder),
        cmocka_unit_test(standard_output),
        cmocka_unit_test(long_files_are_flushed_in_pieces),
    };

    return ock_run_cases(argc, argv, tests, make_scratch_folder, remove_scratch_folder);
}
