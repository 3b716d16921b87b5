/* SPDX-License-Identifier: MIT */
/* test_scarce.c - every call that asks the system for something fails in turn, from the first to the last of a
 * whole round: what comes back is right, or there is a reason; nothing stays open, and afterwards all is well. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "scratch_folder.h"

#include <fcntl.h>
#include <ockham.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/checkpoint/checkpoint.h"
#include "io/checkpoint/checkpoint_folder.h"
#include "io/container/container.h"
#include "io/file/input.h"
#include "io/file/output.h"
#include "io/tree/tree_output.h"
#include "io/tree/tree_scan.h"

/* HDF5 loses memory of its own where its writes fail; ours is still looked for. Read by the leak sanitizer, where there
 * is one. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* ---- calls that fail ---- */

static size_t calls, failing; /* since begin(); which one fails, from 1 */

static bool fails(int error)
{
    if (++calls != failing) {
        return false;
    }
    errno = error;
    return true;
}

/* The linker gives the calls of the objects under test these names. */
#define STANDS_IN(result, name, error, failure, parameters, arguments)                             \
    result __real_##name parameters;                                                               \
    result __wrap_##name parameters;                                                               \
    result __wrap_##name parameters                                                                \
    {                                                                                              \
        return fails(error) ? (failure) : __real_##name arguments;                                 \
    }

STANDS_IN(void *, malloc, ENOMEM, NULL, (size_t bytes), (bytes))
STANDS_IN(void *, calloc, ENOMEM, NULL, (size_t count, size_t bytes), (count, bytes))
STANDS_IN(void *, realloc, ENOMEM, NULL, (void *memory, size_t bytes), (memory, bytes))
STANDS_IN(void *, aligned_alloc, ENOMEM, NULL, (size_t to, size_t bytes), (to, bytes))
STANDS_IN(ssize_t, pread64, EIO, -1, (int fd, void *to, size_t bytes, off_t at),
          (fd, to, bytes, at))
STANDS_IN(ssize_t, pwrite64, ENOSPC, -1, (int fd, const void *from, size_t bytes, off_t at),
          (fd, from, bytes, at))
STANDS_IN(int, fstat64, EIO, -1, (int fd, struct stat *about), (fd, about))
STANDS_IN(int, fstatat64, EIO, -1, (int folder, const char *name, struct stat *about, int flags),
          (folder, name, about, flags))
STANDS_IN(int, ftruncate64, EIO, -1, (int fd, off_t bytes), (fd, bytes))
STANDS_IN(int, fsync, EIO, -1, (int fd), (fd))
STANDS_IN(int, fchmod, EPERM, -1, (int fd, mode_t mode), (fd, mode))
STANDS_IN(int, mkdirat, EACCES, -1, (int folder, const char *name, mode_t mode),
          (folder, name, mode))
STANDS_IN(int, linkat, EACCES, -1, (int from, const char *old, int to, const char *new, int flags),
          (from, old, to, new, flags))
STANDS_IN(int, symlinkat, EACCES, -1, (const char *to, int folder, const char *name),
          (to, folder, name))
STANDS_IN(int, renameat2, EACCES, -1,
          (int from, const char *old, int to, const char *new, unsigned flags),
          (from, old, to, new, flags))

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __real_openat64(int folder, const char *name, int flags, ...);
int __wrap_openat64(int folder, const char *name, int flags, ...);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __wrap_openat64(int folder, const char *name, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    return fails(EMFILE) ? -1 : __real_openat64(folder, name, flags, mode);
}

static int descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

/* Runs a round without a fault, and then one for every `stride`th of its calls, which fails. The round asserts
 * what is promised; -> whether it succeeded. */
static void with_calls_failing(bool (*round)(void), size_t stride)
{
    size_t failed = 0, tried = 0;
    failing = 0;
    assert_true(round()); /* libraries have made what they keep */
    calls = 0;
    assert_true(round());
    const size_t all = calls;
    const int open = descriptors();
    assert_true(all > 20);
    for (size_t i = 1; i <= all; i += stride) {
        calls = 0;
        failing = i;
        failed += !round();
        failing = 0;
        assert_int_equal(descriptors(), open);
        if (++tried % 32 == 0) {
            assert_true(round());
        }
    }
    assert_true(round());
    assert_true(failed > tried / 2);
}

/* ---- the library ---- */

enum { TEXT_BYTES = 700, ROOM = 1 << 16 };
static char text[TEXT_BYTES];

static bool set_all(ockham *handle, const char *const *options)
{
    bool done = true;
    for (size_t i = 0; done && options[i] != NULL; i += 2) {
        done = ockham_set(handle, options[i], options[i + 1]) == OCKHAM_OK;
    }
    return done;
}

static bool round_of(const char *const *options)
{
    static uint8_t packed[ROOM], back[TEXT_BYTES];
    size_t bytes = 0, count = 0;
    ockham *handle = ockham_new();
    if (handle == NULL) {
        return false;
    }
    bool good = set_all(handle, options) && ockham_compress(handle, text, sizeof text, packed,
                                                            sizeof packed, &bytes) == OCKHAM_OK;
    if (good) {
        good = ockham_decompress(handle, packed, bytes, back, sizeof back, &count) == OCKHAM_OK;
    }
    if (good) {
        assert_int_equal(count, sizeof text);
        assert_memory_equal(back, text, sizeof text);
    }
    assert_int_equal(ockham_error(handle)[0] == '\0', good);
    ockham_free(handle);
    return good;
}

static bool round_of_mixing(void)
{
    static const char *const options[] = {
        "level", "1", "set", "table_bits=10", "set", "match_bits=10", "set", "contexts=2",
        "lanes", "1", NULL};
    return round_of(options);
}

static bool round_of_network(void)
{
    static const char *const options[] = {"set", "width=32",      "set",   "layers=1",
                                          "set", "order_max=2",   "set",   "ngram_bits=8",
                                          "set", "features=0",    "set",   "table_bits=10",
                                          "set", "match_bits=10", "set",   "contexts=2",
                                          "set", "step=32",       "lanes", "1",
                                          NULL};
    return round_of(options);
}

static void the_library_says_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = "etaoin shrdlu"[i * i % 13];
    }
    with_calls_failing(round_of_mixing, 1);
    with_calls_failing(round_of_network, 3);
}

/* ---- checkpoints ---- */

static char identity[] = "direction=compress\n", tensors[] = "position 8 1\n";
static uint8_t piece[70000];

static ock_status write_generation(ock_folder *folder, uint64_t number)
{
    const ock_checkpoint_info about = {
        .contract = 7, .position = 5, .identity = identity, .tensors = tensors};
    ock_checkpoint_writer *writer = NULL;
    ock_output *output = NULL;
    uint64_t bytes = 0;
    ock_status status = ock_folder_create_generation(folder, number, &output);
    if (status != OCK_OK) {
        return status;
    }
    const ock_open_file file = ock_output_file(output);
    status = ock_checkpoint_create(&file, &about, ock_checkpoint_piece_bytes(piece, sizeof piece),
                                   &writer);
    if (status == OCK_OK) {
        status = ock_checkpoint_append(writer, piece, sizeof piece);
        if (status == OCK_OK) {
            status = ock_checkpoint_finish(writer, &bytes);
        } else {
            ock_checkpoint_abandon(writer);
        }
    }
    return ock_output_end(output, status);
}

static ock_status read_generation(ock_folder *folder, uint64_t number)
{
    static uint8_t back[sizeof piece];
    ock_checkpoint *checkpoint = NULL;
    ock_status status = ock_folder_read_generation(folder, number, &checkpoint);
    if (status == OCK_OK) {
        status = ock_checkpoint_read(checkpoint, back, sizeof back);
    }
    if (status == OCK_OK) {
        status = ock_checkpoint_end(checkpoint);
        assert_memory_equal(back, piece, sizeof piece);
    }
    ock_checkpoint_close(checkpoint);
    return status;
}

static ock_status write_streams(ock_folder *folder)
{
    ock_spool *spool = NULL;
    uint64_t bytes = 0;
    uint8_t digest[OCK_DIGEST_BYTES];
    ock_status status = ock_folder_open_transcript(folder, 2, &spool);
    for (uint32_t i = 0; i < 2 && status == OCK_OK; i++) {
        status = ock_spool_append(spool, i, piece, sizeof piece);
    }
    if (status == OCK_OK) {
        status = ock_spool_flush(spool, &bytes, digest);
    }
    if (status == OCK_OK) {
        status = ock_spool_go_back(spool, bytes, digest);
    }
    ock_spool_free(spool);
    return status;
}

static bool round_of_checkpoints(void)
{
    char path[SCRATCH_PATH_BYTES];
    ock_folder *folder = NULL;
    uint64_t newest = 0;
    ock_error_clear();
    ock_status status = ock_folder_open(scratch_path("run", path), &folder);
    if (status == OCK_OK) {
        status = write_generation(folder, 3);
    }
    if (status == OCK_OK) {
        status = ock_folder_newest(folder, UINT64_MAX, &newest);
        assert_true(status != OCK_OK || newest == 3);
    }
    if (status == OCK_OK) {
        status = read_generation(folder, 3);
    }
    if (status == OCK_OK) {
        status = write_streams(folder);
    }
    if (status == OCK_OK) {
        status = ock_folder_clear(folder);
    }
    assert_int_equal(ock_error_text()[0] == '\0', status == OCK_OK);
    ock_folder_close(folder);
    char command[2 * SCRATCH_PATH_BYTES];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
    return status == OCK_OK;
}

static void checkpoints_say_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof piece; i++) {
        piece[i] = (uint8_t)(i * i >> 5);
    }
    with_calls_failing(round_of_checkpoints, 1);
    assert_int_equal(scratch_count(), 0);
}

/* ---- trees ---- */

static ock_status copy_tree(const ock_tree *tree, const char *target)
{
    ock_output *output = NULL;
    uint8_t bytes[64];
    const uint64_t count = ock_input_bytes(tree->input);
    assert_int_equal(count, 10);
    ock_status status = ock_tree_output_create(target, false, &tree->manifest, &output);
    if (status != OCK_OK) {
        return status;
    }
    status = ock_input_read(tree->input, 0, bytes, (size_t)count);
    if (status == OCK_OK) {
        status = ock_output_write(output, 0, bytes, (size_t)count);
    }
    return ock_output_end(output, status);
}

static bool round_of_trees(void)
{
    const ock_scan how = {.times = true};
    char path[SCRATCH_PATH_BYTES], target[SCRATCH_PATH_BYTES], command[4 * SCRATCH_PATH_BYTES];
    ock_tree tree = {{NULL, 0}, NULL};
    ock_error_clear();
    ock_status status = ock_tree_scan(scratch_path("tree", path), &how, &tree);
    if (status == OCK_OK) {
        status = copy_tree(&tree, scratch_path("copy", target));
    }
    assert_int_equal(ock_error_text()[0] == '\0', status == OCK_OK);
    ock_input_close(tree.input);
    free(tree.manifest.bytes);
    if (status == OCK_OK) {
        snprintf(command, sizeof command, "diff -r --no-dereference '%s' '%s' && rm -r '%s'", path,
                 target, target);
        assert_int_equal(system(command), 0);
    }
    if (strstr(ock_error_text(), "replaced by another process") != NULL) {
        (void)rmdir(
            target); /* its name could not be looked at, and so is left alone; it is empty */
    }
    assert_int_equal(scratch_count(), 1); /* of a copy that failed nothing else is left */
    return status == OCK_OK;
}

static void trees_say_so(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    (void)state;
    assert_int_equal(mkdir(scratch_path("tree", path), 0755), 0);
    assert_int_equal(mkdir(scratch_path("tree/d", path), 0755), 0);
    write_scratch("tree/a", "first");
    write_scratch("tree/d/b", "other");
    write_scratch("tree/d/empty", "");
    assert_int_equal(symlink("a", scratch_path("tree/l", path)), 0);
    with_calls_failing(round_of_trees, 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_library_says_so, make_scratch_folder,
                                        remove_scratch_folder),
        cmocka_unit_test_setup_teardown(checkpoints_say_so, make_scratch_folder,
                                        remove_scratch_folder),
        cmocka_unit_test_setup_teardown(trees_say_so, make_scratch_folder, remove_scratch_folder),
    };
    ock_container_keep_out_of_exit();
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
