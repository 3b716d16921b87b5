/* SPDX-License-Identifier: MIT */
/* test_atomic_name.c - temporary names beside a target, and renames that replace nothing, on file
 * systems with RENAME_NOREPLACE and, by a renameat2 of our own, on those without. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cases.h"

#include "io/file/atomic_name.h"
#include "scratch_folder.h"

/* ---- renameat2 as the linker gives it to what is tested ---- */

static int refusal; /* errno of a call with a flag; 0: it is done */
static unsigned calls;

/* The names are the linker's.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __real_renameat2(int from_folder, const char *from, int to_folder, const char *to,
                     unsigned flags);
int __wrap_renameat2(int from_folder, const char *from, int to_folder, const char *to,
                     unsigned flags);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

int __wrap_renameat2(int from_folder, const char *from, int to_folder, const char *to,
                     unsigned flags)
{
    calls++;
    if (refusal != 0 && flags != 0) {
        errno = refusal;
        return -1;
    }
    return __real_renameat2(from_folder, from, to_folder, to, flags);
}

/* 0, and what file systems and kernels without the flag say. */
static const int refusals[] = {0, EINVAL, ENOSYS, ENOTSUP};

enum { REFUSALS = sizeof refusals / sizeof refusals[0] };

/* ---- names ---- */

static void names_beside_a_target(void **state)
{
    static const struct {
        const char *target, *folder;
    } cases[] = {{"out", "."}, {"/out", "/"}, {"/tmp/../out", "/tmp/.."}, {"./out", "."}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_atomic_name name, other;

        assert_int_equal(ock_atomic_name_beside(cases[i].target, &name), OCK_OK);
        assert_int_equal(ock_atomic_name_beside(cases[i].target, &other), OCK_OK);
        assert_string_equal(name.target, cases[i].target);
        assert_string_equal(name.base, "out");
        assert_string_equal(name.folder_path, cases[i].folder);
        assert_true(name.folder >= 0);
        assert_memory_equal(name.temporary, ".out.", 5);
        assert_string_equal(name.temporary + strlen(name.temporary) - 4, ".tmp");
        assert_string_not_equal(name.temporary, other.temporary);
        assert_false(name.made);
        assert_true(name.slot >= 0 && name.slot != other.slot);
        ock_atomic_name_end(&name);
        ock_atomic_name_end(&other);
    }
}

static void names_that_are_none(void **state)
{
    static const char *const targets[] = {"", "folder/", "/"};
    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        ock_atomic_name name;

        assert_int_equal(ock_atomic_name_beside(targets[i], &name), OCK_ENVIRONMENT);
        assert_non_null(strstr(ock_error_text(), "is not the name of a file"));
        ock_error_clear();
        ock_atomic_name_end(&name);
    }
}

/* The longest name there can be has a temporary one that can be too. */
static void a_long_name(void **state)
{
    char target[256];
    ock_atomic_name name;

    (void)state;
    memset(target, 'n', 255);
    target[255] = '\0';
    assert_int_equal(ock_atomic_name_beside(target, &name), OCK_OK);
    assert_true(strlen(name.temporary) <= 255);
    ock_atomic_name_end(&name);
}

/* The directory that a name is in is held: one that takes its place later is not it. */
static void the_folder_is_held(void **state)
{
    char first[SCRATCH_PATH_BYTES], moved[SCRATCH_PATH_BYTES], target[SCRATCH_PATH_BYTES];
    ock_atomic_name name;
    int fd = -1;

    (void)state;
    assert_int_equal(mkdir(scratch_path("first", first), 0700), 0);
    assert_int_equal(ock_atomic_name_beside(scratch_path("first/out", target), &name), OCK_OK);
    assert_int_equal(rename(first, scratch_path("moved", moved)), 0);
    assert_int_equal(mkdir(first, 0700), 0);
    fd = openat(name.folder, name.temporary, O_CREAT | O_EXCL | O_RDWR, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ock_name_new_file(name.folder, fd, name.temporary, name.base), 0);
    ock_atomic_name_end(&name);
    close(fd);
    assert_int_equal(rmdir(first), 0); /* nothing is in it */
    assert_int_equal(unlink(scratch_path("moved/out", target)), 0);
    assert_int_equal(rmdir(moved), 0);
}

/* ---- giving names ---- */

static int folder = -1;

/* A new file or directory "from", open. */
static int make(bool is_folder)
{
    int fd = -1;

    if (folder < 0) {
        folder = open(scratch_folder, O_RDONLY | O_DIRECTORY);
        assert_true(folder >= 0);
    }
    if (is_folder) {
        assert_int_equal(mkdirat(folder, "from", 0700), 0);
        fd = openat(folder, "from", O_RDONLY | O_DIRECTORY);
        write_scratch("from/file", "ours");
    } else {
        write_scratch("from", "ours");
        fd = openat(folder, "from", O_RDWR);
    }
    assert_true(fd >= 0);
    return fd;
}

static void remove_made(const char *name)
{
    char path[SCRATCH_PATH_BYTES], command[2 * SCRATCH_PATH_BYTES];

    snprintf(command, sizeof command, "rm -r '%s'", scratch_path(name, path));
    assert_int_equal(system(command), 0);
    assert_int_equal(scratch_count(), 0);
}

static void a_new_file_gets_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < REFUSALS; i++) {
        const int fd = make(false);

        refusal = refusals[i];
        calls = 0;
        assert_int_equal(ock_name_new_file(folder, fd, "from", "to"), 0);
        assert_true(calls > 0); /* else this tests the kernel's alone */
        expect_scratch("to", "ours");
        assert_int_equal(scratch_count(), 1);
        close(fd);
        remove_made("to");
    }
    refusal = 0;
}

static void a_file_without_a_name_gets_one(void **state)
{
    int fd = -1;

    (void)state;
    close(make(false));
    remove_made("from");
    fd = openat(folder, ".", O_TMPFILE | O_RDWR, 0600);
    if (fd < 0) {
        ock_skip("the file system of temporary files has no files without names");
    }
    assert_int_equal(write(fd, "ours", 4), 4);
    write_scratch("to", "theirs");
    assert_int_equal(ock_name_new_file(folder, fd, NULL, "to"), -1);
    assert_int_equal(errno, EEXIST);
    expect_scratch("to", "theirs");
    remove_made("to");
    assert_int_equal(ock_name_new_file(folder, fd, NULL, "to"), 0);
    expect_scratch("to", "ours");
    assert_true(ock_is_named(folder, "to", fd));
    close(fd);
    remove_made("to");
}

/* What appeared meanwhile stays as it is: a file, a symlink, or a directory, empty as it may be. */
static void nothing_is_replaced(void **state)
{
    char to[SCRATCH_PATH_BYTES];

    (void)state;
    scratch_path("to", to);
    for (size_t i = 0; i < 2 * REFUSALS; i++) {
        const bool is_folder = i % 2 != 0;
        const int fd = make(is_folder);
        int (*const give)(int, int, const char *, const char *) =
            is_folder ? ock_name_new_folder : ock_name_new_file;

        refusal = refusals[i / 2];
        write_scratch("to", "theirs");
        assert_int_equal(give(folder, fd, "from", "to"), -1);
        assert_int_equal(errno, EEXIST);
        expect_scratch("to", "theirs");
        assert_int_equal(unlink(to), 0);
        assert_int_equal(symlink("nowhere", to), 0);
        assert_int_equal(give(folder, fd, "from", "to"), -1);
        assert_int_equal(errno, EEXIST);
        assert_int_equal(unlink(to), 0);
        assert_int_equal(mkdir(to, 0700), 0);
        assert_int_equal(give(folder, fd, "from", "to"), -1);
        assert_int_equal(errno, EEXIST);
        assert_int_equal(rmdir(to), 0);
        assert_int_equal(scratch_count(), 1);
        close(fd);
        remove_made("from");
    }
    refusal = 0;
}

static void a_new_folder_gets_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < REFUSALS; i++) {
        const int fd = make(true);

        refusal = refusals[i];
        calls = 0;
        assert_int_equal(ock_name_new_folder(folder, fd, "from", "to"), 0);
        assert_true(calls > 0);
        expect_scratch("to/file", "ours");
        assert_int_equal(scratch_count(), 1);
        close(fd);
        remove_made("to");
    }
    refusal = 0;
}

static void another_is_replaced(void **state)
{
    const int fd = make(false);

    (void)state;
    write_scratch("to", "theirs");
    assert_int_equal(ock_name_in_place(folder, fd, "from", "to"), 0);
    expect_scratch("to", "ours");
    assert_int_equal(scratch_count(), 1);
    close(fd);
    remove_made("to");
}

/* Somebody's file or directory has the temporary name by now: it gets no name of ours. */
static void what_was_swapped_is_found_out(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const bool is_folder = i >= 2;
        const int fd = make(is_folder);
        int (*const give)(int, int, const char *, const char *) = i % 2 != 0  ? ock_name_in_place
                                                                  : is_folder ? ock_name_new_folder
                                                                              : ock_name_new_file;

        assert_int_equal(renameat(folder, "from", folder, "ours"), 0);
        write_scratch("from", "theirs");
        assert_int_equal(give(folder, fd, "from", "to"), -1);
        assert_int_equal(errno, ESTALE);
        expect_scratch("from", "theirs");
        assert_int_equal(scratch_count(), 2);
        close(fd);
        assert_int_equal(unlinkat(folder, "from", 0), 0);
        remove_made("ours");
    }
}

/* Other failures are not got round. */
static void other_failures_stand(void **state)
{
    int fd = make(false);

    (void)state;
    refusal = EIO;
    assert_int_equal(ock_name_new_file(folder, fd, "from", "to"), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(scratch_count(), 1);
    close(fd);
    remove_made("from");
    fd = make(true);
    assert_int_equal(ock_name_new_folder(folder, fd, "from", "to"), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(scratch_count(), 1);
    remove_made("from");
    /* A directory made for a rename that fails then is not left. */
    refusal = EINVAL;
    assert_int_equal(ock_name_new_folder(folder, fd, "from", "to"), -1);
    assert_int_equal(errno, ESTALE);
    assert_int_equal(scratch_count(), 0);
    close(fd);
    refusal = 0;
}

/* ---- flushes ---- */

static void folders_are_flushed(void **state)
{
    const int fd = open(scratch_folder, O_RDONLY | O_DIRECTORY);
    const int unreadable = open(scratch_folder, O_PATH | O_DIRECTORY);
    const int without = open("/proc", O_RDONLY | O_DIRECTORY);

    (void)state;
    assert_int_equal(ock_try_to_flush_folder(fd), 0);
    assert_int_equal(ock_try_to_flush_folder(unreadable), 0);
    /* A file system without it: not a failure. */
    assert_int_equal(ock_try_to_flush_folder(without), 0);
    close(without);
    close(unreadable);
    close(fd);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_beside_a_target),
        cmocka_unit_test(names_that_are_none),
        cmocka_unit_test(a_long_name),
        cmocka_unit_test(the_folder_is_held),
        cmocka_unit_test(a_new_file_gets_its_name),
        cmocka_unit_test(a_file_without_a_name_gets_one),
        cmocka_unit_test(nothing_is_replaced),
        cmocka_unit_test(a_new_folder_gets_its_name),
        cmocka_unit_test(another_is_replaced),
        cmocka_unit_test(what_was_swapped_is_found_out),
        cmocka_unit_test(other_failures_stand),
        cmocka_unit_test(folders_are_flushed),
    };

    return ock_run_cases(argc, argv, tests, make_scratch_folder, remove_scratch_folder);
}
