/* SPDX-License-Identifier: MIT */
/* test_alive.c - rank 0 works on files for longer than the deadline, which the other rank doesn't take for
 * a rank that is stuck; but a single system call that takes so long still is one.
 *
 * Usage: test_alive PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stddef.h>

/* Two ranks; system calls of the first, of these kinds, are delayed: DELAYED "fsync" SECONDS("2") ... The
 * other rank waits for rank 0 three seconds and two of grace. */
#define DELAYED "$MPIRUN 1 strace -f -qq -o trace -e trace="
#define BY(calls, tenths) " -e inject=" calls ":delay_enter=" tenths "00ms "
#define ON_TWO(command) "$OCKHAM " command " --deadline 3 : -n 1 $OCKHAM " command " --deadline 3"
#define FAST "-q -1 --lanes 2 --shards 2"

static void plant(int files)
{
    ock_need_mpi();
    ock_need_strace();
    ock_expect(0, "mkdir t && for i in $(seq %d); do echo $i >t/$i; done", files);
}

/* How often the call was made: so that what was delayed has taken long. */
static void assert_called(const char *call, int times)
{
    ock_expect(0, "test $(grep -c '%s' trace) -ge %d", call, times);
}

/* Few files are flushed one by one. */
static void test_restoring_a_tree(void **state)
{
    (void)state;
    plant(40);
    ock_expect(0, "$OCKHAM compress " FAST " t -o t.ock");
    ock_expect(0, DELAYED "fsync" BY("fsync", "2") ON_TWO("decompress -q t.ock -o out"));
    assert_called("fsync.*= 0 .DELAYED", 40);
    ock_expect(0, "diff -r t out");
    ock_assert_folder("t t.ock out trace");
}

/* Of many it is making and completing them that takes long. */
static void test_restoring_many_files(void **state)
{
    (void)state;
    plant(80);
    ock_expect(0, "$OCKHAM compress " FAST " t -o t.ock");
    ock_expect(0, DELAYED "fchmod,ftruncate" BY("fchmod,ftruncate", "1")
                      ON_TWO("decompress -q t.ock -o out"));
    assert_called("fchmod(.*DELAYED", 80);
    assert_called("ftruncate(.*DELAYED", 80);
    ock_expect(0, "diff -r t out");
    ock_assert_folder("t t.ock out trace");
}

/* Every file of a tree is looked at again when all of it has been coded. */
static void test_looking_at_a_tree(void **state)
{
    (void)state;
    plant(80);
    ock_expect(0, DELAYED "newfstatat -P $PWD/t" BY("newfstatat", "1")
                      ON_TWO("compress " FAST " t -o t.ock"));
    assert_called("newfstatat(.*DELAYED", 160);
    ock_expect(0, "$OCKHAM decompress -q t.ock -o out && diff -r t out");
    ock_assert_folder("t t.ock out trace");
}

/* What has grown beside checkpoints is copied, and read back. */
static void test_copying_and_hashing(void **state)
{
    (void)state;
    ock_need_mpi();
    ock_need_strace();
    ock_make_zeros("in", 2000000);
    ock_expect(0, "$OCKHAM compress " FAST " in");
    ock_expect(0, DELAYED "pread64" BY("pread64", "2")
                      ON_TWO("decompress -q in.ock -o out --checkpoint D"));
    assert_called("pread64(.*DELAYED", 60);
    ock_assert_same("in", "out");
    ock_assert_folder("D in in.ock out trace");
}

/* A tree that failed is removed file by file; the others wait at the end. */
static void test_removing(void **state)
{
    (void)state;
    plant(80);
    ock_expect(0, "$OCKHAM compress " FAST " t -o t.ock");
    const ock_outcome *result =
        ock_expect(1, "$MPIRUN 1 strace -f -qq -o trace -e trace=unlinkat,syncfs "
                      "-e inject=syncfs:error=EIO -e inject=unlinkat:delay_enter=100ms " ON_TWO(
                          "decompress -q t.ock -o out"));
    ock_assert_says(result->err, "out: cannot be completed: Input/output error");
    assert_called("unlinkat(.*DELAYED", 80);
    ock_assert_folder("t t.ock trace");
}

static void test_a_call_that_hangs(void **state)
{
    (void)state;
    plant(10);
    ock_expect(0, "$OCKHAM compress " FAST " t -o t.ock");
    const ock_outcome *result =
        ock_expect(0, "! " DELAYED "fsync -e inject=fsync:delay_enter=40s:when=3 " ON_TWO(
                          "decompress -q t.ock -o out"));
    ock_assert_says(result->err,
                    "ockham: rank 1: no progress for 5 s in agree, waiting for rank 0");
    ock_expect(0, "! test -e out");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_restoring_a_tree, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_restoring_many_files, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_looking_at_a_tree, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_copying_and_hashing, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_removing, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_a_call_that_hangs, ock_folder_new, ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
