/* test_atomic_name.c - temporary names beside a target, and renames that replace nothing, on file
 * systems with RENAME_NOREPLACE and, by a renameat2 of our own, on those without. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
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
        const char *target, *folder, *start;
    } cases[] = {{"out", ".", "./.out."},
                 {"/out", "/", "//.out."},
                 {"a/b/out", "a/b", "a/b/.out."},
                 {"./out", ".", "./.out."}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_atomic_name name, other;

        assert_int_equal(ock_atomic_name_beside(cases[i].target, &name), OCK_OK);
        assert_int_equal(ock_atomic_name_beside(cases[i].target, &other), OCK_OK);
        assert_string_equal(name.target, cases[i].target);
        assert_string_equal(name.folder, cases[i].folder);
        assert_memory_equal(name.temporary, cases[i].start, strlen(cases[i].start));
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
    assert_true(strlen(strrchr(name.temporary, '/') + 1) <= 255);
    ock_atomic_name_end(&name);
}

/* ---- renames ---- */

static void a_new_file_gets_its_name(void **state)
{
    char from[SCRATCH_PATH_BYTES], to[SCRATCH_PATH_BYTES];

    (void)state;
    for (size_t i = 0; i < REFUSALS; i++) {
        refusal = refusals[i];
        calls = 0;
        write_scratch("from", "ours");
        assert_int_equal(ock_rename_new_file(scratch_path("from", from), scratch_path("to", to)),
                         0);
        assert_true(calls > 0); /* else this tests the kernel's alone */
        expect_scratch("to", "ours");
        assert_int_equal(scratch_count(), 1);
        assert_int_equal(unlink(to), 0);
    }
}

/* What appeared meanwhile stays as it is: a file, a symlink, or a directory. */
static void a_file_replaces_nothing(void **state)
{
    char from[SCRATCH_PATH_BYTES], to[SCRATCH_PATH_BYTES];

    (void)state;
    write_scratch("from", "ours");
    scratch_path("from", from);
    scratch_path("to", to);
    for (size_t i = 0; i < REFUSALS; i++) {
        refusal = refusals[i];
        write_scratch("to", "theirs");
        assert_int_equal(ock_rename_new_file(from, to), -1);
        assert_int_equal(errno, EEXIST);
        expect_scratch("to", "theirs");
        assert_int_equal(unlink(to), 0);
        assert_int_equal(symlink("nowhere", to), 0);
        assert_int_equal(ock_rename_new_file(from, to), -1);
        assert_int_equal(errno, EEXIST);
        assert_int_equal(unlink(to), 0);
        assert_int_equal(mkdir(to, 0700), 0);
        assert_int_equal(ock_rename_new_file(from, to), -1);
        assert_int_equal(errno, EEXIST);
        assert_int_equal(rmdir(to), 0);
        expect_scratch("from", "ours");
        assert_int_equal(scratch_count(), 1);
    }
    assert_int_equal(unlink(from), 0);
}

static void a_new_folder_gets_its_name(void **state)
{
    char from[SCRATCH_PATH_BYTES], to[SCRATCH_PATH_BYTES], command[2 * SCRATCH_PATH_BYTES];

    (void)state;
    scratch_path("from", from);
    scratch_path("to", to);
    for (size_t i = 0; i < REFUSALS; i++) {
        refusal = refusals[i];
        calls = 0;
        assert_int_equal(mkdir(from, 0700), 0);
        write_scratch("from/file", "ours");
        assert_int_equal(ock_rename_new_folder(from, to), 0);
        assert_true(calls > 0);
        expect_scratch("to/file", "ours");
        assert_int_equal(scratch_count(), 1);
        snprintf(command, sizeof command, "rm -r '%s'", to);
        assert_int_equal(system(command), 0);
    }
}

/* Not even an empty directory, whose place a plain rename would take. */
static void a_folder_replaces_nothing(void **state)
{
    char from[SCRATCH_PATH_BYTES], to[SCRATCH_PATH_BYTES];
    struct stat before, after;

    (void)state;
    scratch_path("from", from);
    scratch_path("to", to);
    assert_int_equal(mkdir(from, 0700), 0);
    for (size_t i = 0; i < REFUSALS; i++) {
        refusal = refusals[i];
        assert_int_equal(mkdir(to, 0700), 0);
        assert_int_equal(stat(to, &before), 0);
        assert_int_equal(ock_rename_new_folder(from, to), -1);
        assert_int_equal(errno, EEXIST);
        assert_int_equal(stat(to, &after), 0);
        assert_true(before.st_ino == after.st_ino);
        assert_int_equal(rmdir(to), 0);
        write_scratch("to", "theirs");
        assert_int_equal(ock_rename_new_folder(from, to), -1);
        assert_int_equal(errno, EEXIST);
        expect_scratch("to", "theirs");
        assert_int_equal(unlink(to), 0);
    }
    assert_int_equal(rmdir(from), 0);
}

/* Other failures are not got round. */
static void other_failures_stand(void **state)
{
    char from[SCRATCH_PATH_BYTES], to[SCRATCH_PATH_BYTES];

    (void)state;
    refusal = EIO;
    write_scratch("from", "ours");
    assert_int_equal(ock_rename_new_file(scratch_path("from", from), scratch_path("to", to)), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(scratch_count(), 1);
    assert_int_equal(ock_rename_new_folder(scratch_path("from", from), to), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(scratch_count(), 1);
    assert_int_equal(unlink(from), 0);
    refusal = 0;
    assert_int_equal(ock_rename_new_file(from, to), -1);
    assert_int_equal(errno, ENOENT);
    /* A directory made for a rename that fails then is not left. */
    refusal = EINVAL;
    assert_int_equal(ock_rename_new_folder(from, to), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(scratch_count(), 0);
    refusal = 0;
}

/* ---- flushes ---- */

static void folders_are_flushed(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    assert_int_equal(ock_try_to_flush_folder(scratch_folder), 0);
    assert_int_equal(ock_try_to_flush_folder(scratch_path("absent", path)), ENOENT);
    /* A file system without it: not a failure. */
    assert_int_equal(ock_try_to_flush_folder("/proc"), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_beside_a_target),
        cmocka_unit_test(names_that_are_none),
        cmocka_unit_test(a_long_name),
        cmocka_unit_test(a_new_file_gets_its_name),
        cmocka_unit_test(a_file_replaces_nothing),
        cmocka_unit_test(a_new_folder_gets_its_name),
        cmocka_unit_test(a_folder_replaces_nothing),
        cmocka_unit_test(other_failures_stand),
        cmocka_unit_test(folders_are_flushed),
    };

    return ock_run_cases(argc, argv, tests, make_scratch_folder, remove_scratch_folder);
}
