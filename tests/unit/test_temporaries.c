/* SPDX-License-Identifier: MIT */
/* test_temporaries.c - the registry of temporary files: full, forgotten, removed, and used by two threads
 * and a signal handler at once. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"

#include "io/file/temporaries.h"
#include "scratch_folder.h"

static void the_registry_is_full(void **state)
{
    int slots[OCK_TEMPORARIES], slot = 0;

    (void)state;
    for (int i = 0; i < OCK_TEMPORARIES; i++) {
        assert_int_equal(ock_temporary_remember(AT_FDCWD, "x", &slots[i]), OCK_OK);
        assert_true(slots[i] >= 0);
    }
    assert_int_equal(ock_temporary_remember(AT_FDCWD, "x", &slot), OCK_INTERNAL);
    assert_int_equal(slot, -1);
    ock_error_clear();
    ock_temporary_forget(slots[5]);
    assert_int_equal(ock_temporary_remember(AT_FDCWD, "x", &slot), OCK_OK);
    assert_int_equal(slot, slots[5]);
    for (int i = 0; i < OCK_TEMPORARIES; i++) {
        ock_temporary_forget(slots[i]);
    }
    ock_temporary_forget(-1);
}

static void a_name_that_is_too_long(void **state)
{
    static char name[257];
    int slot = 0;

    (void)state;
    memset(name, 'x', sizeof name - 1);
    assert_int_equal(ock_temporary_remember(AT_FDCWD, name, &slot), OCK_ENVIRONMENT);
    assert_int_equal(slot, -1);
    ock_error_clear();
}

/* In a child, for what was removed keeps its place: exits with 0 when all is as it should be. */
static void remove_in_child(void)
{
    const int folder = open(scratch_folder, O_RDONLY | O_DIRECTORY);
    const int tree = openat(folder, "tree", O_RDONLY | O_DIRECTORY);
    int slots[4];

    if (folder < 0 || tree < 0 || ock_temporary_remember(folder, "file", &slots[0]) != OCK_OK ||
        ock_temporary_remember(folder, "tree", &slots[1]) != OCK_OK ||
        ock_temporary_remember(folder, "kept", &slots[2]) != OCK_OK ||
        ock_temporary_remember(folder, "new tree", &slots[3]) != OCK_OK) {
        _exit(1);
    }
    ock_temporary_is_tree(slots[1], tree);
    ock_temporary_forget(slots[2]);
    errno = 77;
    ock_temporaries_remove();
    _exit(errno != 77 ? 2 : 0);
}

static void expect_exit(pid_t child, int code)
{
    int result = 0;

    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), code);
}

static void what_is_remembered_is_removed(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    pid_t child = 0;

    (void)state;
    write_scratch("file", "x");
    write_scratch("kept", "x");
    assert_int_equal(mkdir(scratch_path("new tree", path), 0700), 0); /* not known to be one yet */
    assert_int_equal(mkdir(scratch_path("tree", path), 0700), 0);
    assert_int_equal(mkdir(scratch_path("tree/inner", path), 0700), 0);
    write_scratch("tree/inner/file", "x");
    assert_int_equal(symlink(scratch_path("kept", path), "link"), 0);
    assert_int_equal(rename("link", scratch_path("tree/link", path)), 0);
    assert_int_equal(chmod(scratch_path("tree/inner", path), 0), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        remove_in_child();
    }
    expect_exit(child, 0);
    expect_scratch("kept", "x");
    assert_int_equal(scratch_count(), 1);
    assert_int_equal(unlink(scratch_path("kept", path)), 0);
}

/* The tree was moved away, and somebody's has its name: only what is in our own is removed. */
static void a_tree_is_its_descriptor(void **state)
{
    char path[SCRATCH_PATH_BYTES], moved[SCRATCH_PATH_BYTES];
    int tree = -1;
    const int folder = open(scratch_folder, O_RDONLY | O_DIRECTORY);

    (void)state;
    assert_int_equal(mkdir(scratch_path("tree", path), 0700), 0);
    write_scratch("tree/ours", "x");
    tree = open(path, O_RDONLY | O_DIRECTORY);
    assert_int_equal(rename(path, scratch_path("moved", moved)), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    write_scratch("tree/theirs", "x");
    ock_temporary_remove_tree(folder, "tree", tree);
    expect_scratch("tree/theirs", "x");
    assert_int_equal(unlink(scratch_path("tree/theirs", moved)), 0);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(scratch_path("moved", moved)), 0); /* empty */
    close(tree);
    close(folder);
}

/* ---- threads ---- */

enum { ROUNDS = 20000 };

static atomic_int failures;

/* Takes and gives back slots; each must be its own while it has it. */
static void *churn(void *context)
{
    static atomic_int owners[OCK_TEMPORARIES];
    const int me = *(const int *)context;

    for (int i = 0; i < ROUNDS; i++) {
        int slots[OCK_TEMPORARIES / 4];

        for (int k = 0; k < OCK_TEMPORARIES / 4; k++) {
            int nobody = 0;

            if (ock_temporary_remember(AT_FDCWD, me == 1 ? "one" : "the other", &slots[k]) !=
                    OCK_OK ||
                !atomic_compare_exchange_strong(&owners[slots[k]], &nobody, me)) {
                atomic_fetch_add(&failures, 1);
                return NULL;
            }
        }
        for (int k = 0; k < OCK_TEMPORARIES / 4; k++) {
            atomic_store(&owners[slots[k]], 0);
            ock_temporary_forget(slots[k]);
        }
    }
    return NULL;
}

static void two_threads(void **state)
{
    int names[2] = {1, 2};
    pthread_t threads[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, churn, &names[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(failures, 0);
    the_registry_is_full(NULL); /* no slot was lost */
}

/* ---- a signal while two threads make files ---- */

static int scratch = -1; /* the test's folder */

static void remove_and_exit(int number)
{
    (void)number;
    ock_temporaries_remove(); /* NOLINT(bugprone-signal-handler,cert-sig30-c): made for handlers */
    _exit(42);
}

/* Makes a file that is known before it is there, then removes it and forgets it: for ever. */
static void *make_files(void *context)
{
    const int me = *(const int *)context;
    char name[32], path[SCRATCH_PATH_BYTES];

    for (unsigned i = 0;; i++) {
        int slot = -1, fd = -1;

        snprintf(name, sizeof name, "file.%d.%u", me, i);
        if (ock_temporary_remember(scratch, name, &slot) != OCK_OK) {
            _exit(9);
        }
        fd = open(scratch_path(name, path), O_CREAT | O_EXCL | O_WRONLY, 0600);
        if (fd >= 0) {
            (void)close(fd);
        }
        (void)unlink(path);
        ock_temporary_forget(slot);
    }
    return NULL;
}

/* In a child: two threads that make files, four files that stay, and a byte through the pipe when all
 * of it has begun. */
static void work_until_signal(int ready)
{
    int names[2] = {1, 2}, slot = -1;
    pthread_t threads[2];
    sigset_t term;

    scratch = open(scratch_folder, O_RDONLY | O_DIRECTORY);
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    (void)signal(SIGTERM, remove_and_exit);
    pthread_sigmask(SIG_BLOCK, &term, NULL); /* the handler runs in this thread alone */
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, make_files, &names[i]) != 0) {
            _exit(8);
        }
    }
    for (int i = 0; i < 4; i++) {
        char name[32];

        snprintf(name, sizeof name, "held.%d", i);
        if (ock_temporary_remember(scratch, name, &slot) != OCK_OK) {
            _exit(9);
        }
        write_scratch(name, "x");
    }
    pthread_sigmask(SIG_UNBLOCK, &term, NULL);
    if (write(ready, "r", 1) != 1) {
        _exit(7);
    }
    for (;;) {
        pause();
    }
}

/* What is known when the signal comes is removed. A thread may make one more file between that and the
 * end of the process. */
static void a_signal_while_threads_work(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        char command[2 * SCRATCH_PATH_BYTES], byte = 0;
        int ends[2];
        pid_t child = 0;

        assert_int_equal(pipe(ends), 0);
        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            work_until_signal(ends[1]);
        }
        close(ends[1]);
        assert_int_equal(read(ends[0], &byte, 1), 1);
        close(ends[0]);
        usleep(200 * (unsigned)round);
        assert_int_equal(kill(child, SIGTERM), 0);
        expect_exit(child, 42);
        assert_true(scratch_count() <= 2);
        snprintf(command, sizeof command, "! ls '%s' | grep held && rm -f '%s'/file.*",
                 scratch_folder, scratch_folder);
        assert_int_equal(system(command), 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_registry_is_full),
        cmocka_unit_test(a_name_that_is_too_long),
        cmocka_unit_test(what_is_remembered_is_removed),
        cmocka_unit_test(a_tree_is_its_descriptor),
        cmocka_unit_test(two_threads),
        cmocka_unit_test(a_signal_while_threads_work),
    };

    return ock_run_cases(argc, argv, tests, make_scratch_folder, remove_scratch_folder);
}
