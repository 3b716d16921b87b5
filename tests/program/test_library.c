/* SPDX-License-Identifier: MIT */
/* test_library.c - libockham, the shared one: it writes what the program writes, says what is wrong, and leaves
 * the process as it was.
 *
 * Usage: test_library PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <hdf5.h>
#include <ockham.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BYTES = 6000 };

typedef struct buffer {
    uint8_t *bytes;
    size_t count;
} buffer;

static buffer load(const char *name)
{
    buffer loaded;
    loaded.bytes = ock_load(name, &loaded.count);
    return loaded;
}

static void assert_same(const buffer *a, const buffer *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->bytes, b->bytes, a->count);
}

/* "level 2, lanes 3": a handle with these options; paths are of the folder. */
static ockham *handle_of(const char *options)
{
    ockham *handle = ockham_new();
    char text[256], *rest = NULL;
    assert_non_null(handle);
    snprintf(text, sizeof text, "%s", options);
    for (char *name = strtok_r(text, " ,", &rest); name != NULL;
         name = strtok_r(NULL, " ,", &rest)) {
        const char *value = strtok_r(NULL, " ,", &rest);
        const int status =
            ockham_set(handle, name, strcmp(name, "prior") == 0 ? ock_path(value) : value);
        if (status != OCKHAM_OK) {
            fail_msg("%s", ockham_error(handle));
        }
    }
    return handle;
}

static buffer packed(ockham *handle, const buffer *input)
{
    buffer made = {NULL, 0};
    const size_t room = ockham_bound(handle, input->count);
    made.bytes = malloc(room);
    const int status =
        ockham_compress(handle, input->bytes, input->count, made.bytes, room, &made.count);
    if (status != OCKHAM_OK) {
        fail_msg("%d: %s", status, ockham_error(handle));
    }
    assert_true(made.count <= room);
    return made;
}

static buffer unpacked(ockham *handle, const buffer *file)
{
    ockham_info info;
    assert_int_equal(ockham_info_of(handle, file->bytes, file->count, &info), OCKHAM_OK);
    buffer made = {malloc((size_t)info.input_bytes + 1), 0};
    const int status = ockham_decompress(handle, file->bytes, file->count, made.bytes,
                                         (size_t)info.input_bytes, &made.count);
    if (status != OCKHAM_OK) {
        fail_msg("%d: %s", status, ockham_error(handle));
    }
    return made;
}

/* ---- the same bytes as the program's ---- */

static const char small_options[] = "set width=96, set order_max=4, lanes 8, shards 5, threads 2";

static void compare(const char *input_name, const char *library, const char *program)
{
    const buffer input = load(input_name);
    ockham *handle = handle_of(library);
    const buffer made = packed(handle, &input);
    ock_expect(0, "$OCKHAM compress -q -f %s %s -o theirs.ock", program, input_name);
    const buffer theirs = load("theirs.ock");
    assert_same(&made, &theirs);
    const buffer back = unpacked(handle, &made);
    assert_same(&back, &input);
    ockham_free(handle);
    free(made.bytes);
    free(theirs.bytes);
    free(back.bytes);
    free(input.bytes);
}

static void it_writes_what_the_program_writes(void **state)
{
    (void)state;
    ock_make_alice("text", BYTES);
    ock_make_random("noise", BYTES);
    ock_store("nothing", "", 0);
    ock_store("byte", "x", 1);
    ock_make_random("part", 3000);
    ock_expect(0, "cat part text part >repeats && head -c 3000 text >first");
    compare("text", "", "");
    compare("text", "level 1, threads 2", "-1");
    compare("text", "level 2, lanes 3, seed 7, verify 1", "-2 --lanes 3 --seed 7");
    compare("text", "level 1, prior first", "-1 --prior first");
    compare("noise", "level 1", "-1");
    compare("repeats", "level 1, lanes 2, threads 0", "-1 --lanes 2");
    compare("nothing", "", "");
    compare("byte", "level 9", "-9");
    compare("text", small_options, "$SMALL");
}

/* What the bound leaves for noise, and for many lanes. */
static void the_bound_is_enough(void **state)
{
    (void)state;
    static const char *const options[] = {"level 1", "level 1, lanes 64",
                                          "level 1, set mark_steps=1", "level 3, lanes 7"};
    ock_make_random("noise", BYTES);
    const buffer noise = load("noise");
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        ockham *handle = handle_of(options[i]);
        for (size_t count = 0; count <= noise.count; count = 50 * count + 7) {
            const buffer input = {noise.bytes, count};
            free(packed(handle, &input).bytes);
        }
        ockham_free(handle);
    }
    free(noise.bytes);
}

/* ---- calls ---- */

typedef struct place {
    buffer *of;
    int fail_after; /* calls; -1: never fails */
    uint64_t end;   /* of what was written, as long as it came in order */
} place;

static int read_place(void *context, uint64_t offset, void *bytes, size_t count)
{
    place *p = context;
    assert_true(offset + count <= p->of->count);
    memcpy(bytes, p->of->bytes + offset, count);
    return p->fail_after >= 0 && p->fail_after-- == 0;
}

static int write_place(void *context, uint64_t offset, const void *bytes, size_t count)
{
    place *p = context;
    assert_true(offset + count <= p->of->count);
    memcpy(p->of->bytes + offset, bytes, count);
    p->end = p->end == offset ? offset + count : UINT64_MAX;
    return p->fail_after >= 0 && p->fail_after-- == 0;
}

static void it_works_over_calls(void **state)
{
    (void)state;
    ock_make_alice("text", BYTES);
    buffer input = load("text"), file = {calloc(1, 2 * BYTES), 2 * BYTES},
           back = {calloc(1, BYTES), BYTES};
    ockham *handle = handle_of(small_options);
    const buffer wanted = packed(handle, &input);
    place from = {&input, -1, 0}, to = {&file, -1, 0};
    const ockham_source source = {input.count, read_place, &from};
    const ockham_target target = {write_place, NULL, &to};
    assert_int_equal(ockham_compress_from(handle, &source, &target), OCKHAM_OK);
    assert_int_equal(to.end, wanted.count);
    assert_memory_equal(file.bytes, wanted.bytes, wanted.count);

    place from_file = {&file, -1, 0};
    const ockham_source packed_source = {to.end, read_place, &from_file};
    ockham_info info;
    assert_int_equal(ockham_info_from(handle, &packed_source, &info), OCKHAM_OK);
    assert_int_equal(info.lanes, 8);
    assert_int_equal(info.input_bytes, BYTES);
    assert_int_equal(ockham_decompress_from(handle, &packed_source, NULL), OCKHAM_OK);
    for (int direct = 0; direct < 2; direct++) {
        place whole = {&back, -1, 0};
        const ockham_target kept = {write_place, direct ? read_place : NULL, &whole};
        memset(back.bytes, 0, BYTES);
        assert_int_equal(ockham_decompress_from(handle, &packed_source, &kept), OCKHAM_OK);
        assert_true(direct || whole.end == BYTES);
        assert_same(&back, &input);
    }

    for (int calls = 0; calls < 2; calls++) {
        from = (place){&input, calls, 0};
        assert_int_equal(ockham_compress_from(handle, &source, &target), OCKHAM_ENVIRONMENT);
        ock_assert_says(ockham_error(handle), "the caller's read_at failed at byte");
    }
    from.fail_after = -1;
    to = (place){&file, 0, 0};
    assert_int_equal(ockham_compress_from(handle, &source, &target), OCKHAM_ENVIRONMENT);
    ock_assert_says(ockham_error(handle), "the caller's write_at failed at byte 0");
    ockham_free(handle);
    free(input.bytes);
    free(file.bytes);
    free(back.bytes);
    free(wanted.bytes);
}

/* ---- what goes wrong ---- */

static int cancel_half(void *seen, uint64_t done, uint64_t total)
{
    assert_true(done <= total);
    *(uint64_t *)seen = done;
    return 2 * done > total;
}

static void a_watcher_ends_a_run(void **state)
{
    (void)state;
    ock_make_alice("text", BYTES);
    const buffer input = load("text");
    ockham *handle = handle_of("level 1, set step=16");
    buffer file = packed(handle, &input), back = {malloc(BYTES), 0};
    uint64_t seen = 0;
    ockham_watch(handle, cancel_half, &seen);
    assert_int_equal(
        ockham_compress(handle, input.bytes, input.count, file.bytes, file.count, &back.count),
        OCKHAM_CANCELLED);
    assert_in_range(seen, BYTES / 2, BYTES / 2 + 64);
    ock_assert_says(ockham_error(handle), "cancelled");
    assert_int_equal(
        ockham_decompress(handle, file.bytes, file.count, back.bytes, BYTES, &back.count),
        OCKHAM_CANCELLED);
    ockham_watch(handle, NULL, NULL);
    assert_int_equal(
        ockham_decompress(handle, file.bytes, file.count, back.bytes, BYTES, &back.count),
        OCKHAM_OK);
    assert_string_equal(ockham_error(handle), "");
    assert_same(&back, &input);
    ockham_free(handle);
    free(input.bytes);
    free(file.bytes);
    free(back.bytes);
}

static void damage_is_found(void **state)
{
    (void)state;
    ock_make_alice("text", 500);
    const buffer input = load("text");
    ockham *handle = handle_of("level 1");
    const buffer file = packed(handle, &input);
    ockham_info info;
    uint8_t back[500];
    for (size_t at = 0; at < file.count; at += 37) {
        file.bytes[at] ^= 0x10;
        assert_int_equal(ockham_decompress(handle, file.bytes, file.count, back, 500, NULL),
                         OCKHAM_BAD_DATA);
        assert_int_equal(ockham_info_of(handle, file.bytes, file.count, &info), OCKHAM_BAD_DATA);
        file.bytes[at] ^= 0x10;
        assert_int_equal(ockham_decompress(handle, file.bytes, at, back, 500, NULL),
                         OCKHAM_BAD_DATA);
    }
    ock_assert_says(ockham_error(handle), "the compressed data: ");
    ockham_free(handle);
    free(input.bytes);
    free(file.bytes);
}

static void a_file_of_contract_1_is_refused(void **state)
{
    (void)state;
    ock_make_contract_1("old.ock");
    const buffer file = load("old.ock");
    ockham *handle = handle_of("level 1");
    ockham_info info;
    assert_int_equal(ockham_decompress(handle, file.bytes, file.count, NULL, 0, NULL),
                     OCKHAM_BAD_DATA);
    ock_assert_says(ockham_error(handle), "contract 1");
    assert_int_equal(ockham_info_of(handle, file.bytes, file.count, &info), OCKHAM_BAD_DATA);
    ock_assert_says(ockham_error(handle), "contract 1");
    ockham_free(handle);
    free(file.bytes);
}

static void wrong_use_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"level", "0"},   {"level", "10"},         {"lanes", "-1"}, {"lanes", "1x"},
        {"set", "width"}, {"set", "depth=1"},      {"Level", "1"},  {"threads", ""},
        {"verify", "2"},  {"memory-limit", "much"}};
    uint8_t byte = 0;
    size_t bytes = 0;
    ockham *handle = handle_of("");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(ockham_set(handle, wrong[i][0], wrong[i][1]), OCKHAM_ENVIRONMENT);
        assert_string_not_equal(ockham_error(handle), "");
    }
    assert_int_equal(ockham_compress(handle, "abc", 3, &byte, 1, &bytes), OCKHAM_NO_ROOM);
    assert_true(bytes > 3);
    assert_int_equal(ockham_set(handle, "memory-limit", "64K"), OCKHAM_OK);
    assert_int_equal(ockham_compress(handle, "abc", 3, &byte, 1, &bytes), OCKHAM_ENVIRONMENT);
    ock_assert_says(ockham_error(handle), "memory");
    assert_int_equal(ockham_set(handle, "set", "width=33"), OCKHAM_OK);
    assert_int_equal(ockham_bound(handle, 3), 0);
    assert_string_not_equal(ockham_error(handle), "");
    ockham_free(handle);

    ock_expect(0, "mkdir d && echo x >d/x && $OCKHAM compress -q -1 d");
    const buffer tree = load("d.ock");
    handle = handle_of("");
    assert_int_equal(ockham_decompress(handle, tree.bytes, tree.count, &byte, 1, &bytes),
                     OCKHAM_ENVIRONMENT);
    ock_assert_says(ockham_error(handle), "directory");
    ockham_free(handle);
    free(tree.bytes);
}

/* As from a caller who asks no result for NULL. */
static void null_is_refused(void **state)
{
    (void)state;
    static const ockham_source none = {3, NULL, NULL};
    static const ockham_target nowhere = {NULL, NULL, NULL};
    uint8_t bytes[64];
    ockham_info info;
    ockham *handle = handle_of("level 1");
    const int refused[] = {ockham_set(NULL, "level", "1"),
                           ockham_set(handle, NULL, "1"),
                           ockham_set(handle, "level", NULL),
                           ockham_compress(NULL, "abc", 3, bytes, sizeof bytes, NULL),
                           ockham_compress(handle, NULL, 3, bytes, sizeof bytes, NULL),
                           ockham_decompress(NULL, "abc", 3, bytes, sizeof bytes, NULL),
                           ockham_decompress(handle, NULL, 3, bytes, sizeof bytes, NULL),
                           ockham_compress_from(handle, &none, &nowhere),
                           ockham_compress_from(handle, NULL, NULL),
                           ockham_decompress_from(handle, NULL, NULL),
                           ockham_decompress_from(handle, &none, &nowhere),
                           ockham_info_of(handle, NULL, 3, &info),
                           ockham_info_of(handle, "abc", 3, NULL),
                           ockham_info_from(handle, NULL, &info)};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(refused[i], OCKHAM_ENVIRONMENT);
    }
    ock_assert_says(ockham_error(handle), "NULL");
    assert_int_equal(ockham_bound(NULL, 3), 0);
    assert_string_not_equal(ockham_error(NULL), "");
    ockham_watch(NULL, NULL, NULL);
    ockham_free(NULL);
    ockham_free(handle);
}

/* ---- threads ---- */

typedef struct worker {
    const char *options;
    const buffer *input;
    buffer made, back;
    int status, bad_status;
    char error[512];
} worker;

/* Nothing is asserted here: cmocka is the main thread's. */
static void *work(void *context)
{
    worker *w = context;
    ockham *handle = ockham_new();
    w->status = handle == NULL || ockham_set(handle, "level", w->options) != OCKHAM_OK;
    for (int round = 0; round < 3 && w->status == OCKHAM_OK; round++) {
        const size_t room = ockham_bound(handle, w->input->count);
        free(w->made.bytes);
        free(w->back.bytes);
        w->made.bytes = malloc(room);
        w->back.bytes = malloc(w->input->count);
        w->status = ockham_compress(handle, w->input->bytes, w->input->count, w->made.bytes, room,
                                    &w->made.count);
        if (w->status == OCKHAM_OK) {
            w->status = ockham_decompress(handle, w->made.bytes, w->made.count, w->back.bytes,
                                          w->input->count, &w->back.count);
        }
        w->bad_status =
            ockham_decompress(handle, w->options, strlen(w->options), w->back.bytes, 1, NULL);
        snprintf(w->error, sizeof w->error, "%s", ockham_error(handle));
    }
    ockham_free(handle);
    return NULL;
}

static void threads_share_nothing(void **state)
{
    (void)state;
    enum { WORKERS = 4 };
    static const char *const levels[WORKERS] = {"1", "2", "1", "3"};
    worker workers[WORKERS] = {{0}};
    pthread_t threads[WORKERS];
    ock_make_alice("text", 2000);
    const buffer input = load("text");
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (worker){.options = levels[i], .input = &input};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        worker *w = &workers[i];
        char options[32];
        (void)pthread_join(threads[i], NULL);
        assert_int_equal(w->status, OCKHAM_OK);
        assert_int_equal(w->bad_status, OCKHAM_BAD_DATA);
        ock_assert_says(w->error, "is not an Ockham file");
        assert_same(&w->back, &input);
        snprintf(options, sizeof options, "level %s", levels[i]);
        ockham *handle = handle_of(options);
        const buffer alone = packed(handle, &input);
        assert_same(&w->made, &alone);
        ockham_free(handle);
        free(alone.bytes);
        free(w->made.bytes);
        free(w->back.bytes);
    }
    free(input.bytes);
}

/* ---- the process is as it was ---- */

static int count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    while (folder != NULL && readdir(folder) != NULL) {
        count++;
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return count;
}

static void on_signal(int number)
{
    (void)number;
}

static herr_t printer(hid_t stack, void *context)
{
    (void)stack;
    (void)context;
    return 0;
}

/* Nothing of it has a name, so that memory to memory works without any directory. */
static void the_process_is_as_it_was(void **state)
{
    (void)state;
    H5E_auto2_t print = NULL;
    void *context = NULL;
    static const int signals[] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE, SIGXCPU};
    ock_make_alice("text", BYTES);
    const buffer input = load("text");
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        signal(signals[i], on_signal);
    }
    umask(027);
    assert_true(H5Eset_auto2(H5E_DEFAULT, printer, &context) >= 0);
    char *tmpdir = getenv("TMPDIR");
    setenv("TMPDIR", "/nowhere", 1);
    const int before = count_descriptors();
    ockham *handle = handle_of("level 1, threads 2");
    const buffer file = packed(handle, &input), back = unpacked(handle, &file);
    assert_same(&back, &input);
    assert_int_equal(ockham_decompress(handle, "x", 1, back.bytes, 1, NULL), OCKHAM_BAD_DATA);
    ockham_free(handle);
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(umask(022), 027);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        assert_ptr_equal(signal(signals[i], SIG_DFL), on_signal);
    }
    void *found = NULL;
    assert_true(H5Eget_auto2(H5E_DEFAULT, &print, &found) >= 0);
    assert_true(print == printer && found == &context);
    if (tmpdir != NULL) {
        setenv("TMPDIR", tmpdir, 1);
    } else {
        unsetenv("TMPDIR");
    }
    free(file.bytes);
    free(back.bytes);
    free(input.bytes);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_writes_what_the_program_writes, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(the_bound_is_enough, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(it_works_over_calls, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(a_watcher_ends_a_run, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(damage_is_found, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(a_file_of_contract_1_is_refused, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(wrong_use_is_refused, ock_folder_new, ock_folder_remove),
        cmocka_unit_test(null_is_refused),
        cmocka_unit_test_setup_teardown(threads_share_nothing, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(the_process_is_as_it_was, ock_folder_new,
                                        ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
