/* SPDX-License-Identifier: MIT */
/* test_status.c - the first message of a thread is kept, no other thread's is touched, and it can be
 * handed from one to another. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cases.h"

#include "base/status.h"

static void the_first_message_is_kept(void **state)
{
    (void)state;
    ock_error_clear();
    assert_int_equal(ock_fail(OCK_BAD_DATA, "cause %d", 1), OCK_BAD_DATA);
    assert_int_equal(ock_fail(OCK_INTERNAL, "consequence"), OCK_INTERNAL);
    assert_string_equal(ock_error_text(), "cause 1");
    ock_error_clear();
    assert_string_equal(ock_error_text(), "");
    assert_int_equal(ock_fail_memory(7, "a test"), OCK_ENVIRONMENT);
    assert_string_equal(ock_error_text(), "out of memory (7 bytes for a test)");
    ock_error_clear();
}

/* What a worker has to say of itself. */
typedef struct worker {
    pthread_barrier_t *all_have_failed;
    int number;
    bool clean;       /* it began without a message */
    bool undisturbed; /* and kept its own */
    ock_error error;
} worker;

static void *fail_beside_others(void *argument)
{
    worker *w = argument;
    char expected[64];
    w->clean = ock_error_text()[0] == '\0';
    snprintf(expected, sizeof expected, "worker %d", w->number);
    const ock_status status = ock_fail(OCK_BAD_DATA, "worker %d", w->number);
    pthread_barrier_wait(w->all_have_failed);
    w->undisturbed = status == OCK_BAD_DATA && strcmp(ock_error_text(), expected) == 0;
    pthread_barrier_wait(w->all_have_failed);
    ock_error_take(&w->error);
    w->undisturbed =
        w->undisturbed && ock_error_text()[0] == '\0' && strcmp(w->error.text, expected) == 0;
    return NULL;
}

static void every_thread_has_its_own(void **state)
{
    enum { WORKERS = 4 };
    worker workers[WORKERS];
    pthread_t threads[WORKERS];
    pthread_barrier_t barrier;
    (void)state;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, WORKERS + 1), 0);
    assert_int_equal(ock_fail(OCK_INTERNAL, "the main thread"), OCK_INTERNAL);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (worker){.all_have_failed = &barrier, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, fail_beside_others, &workers[i]), 0);
    }
    pthread_barrier_wait(&barrier);
    const bool undisturbed = strcmp(ock_error_text(), "the main thread") == 0;
    ock_error_clear();
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < WORKERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(workers[i].clean);
        assert_true(workers[i].undisturbed);
    }
    assert_true(undisturbed);
    ock_error_give(&workers[2].error);
    ock_error_give(&workers[1].error); /* a consequence */
    assert_string_equal(ock_error_text(), "worker 2");
    ock_error_clear();
    pthread_barrier_destroy(&barrier);
}

/* No message given or taken is none recorded; a long one arrives whole. */
static void nothing_and_much(void **state)
{
    char longest[OCK_ERROR_TEXT_BYTES];
    ock_error error;
    (void)state;
    ock_error_take(&error);
    assert_string_equal(error.text, "");
    ock_error_give(&error);
    assert_string_equal(ock_error_text(), "");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(ock_fail(OCK_BAD_DATA, "%s", longest), OCK_BAD_DATA);
    ock_error_take(&error);
    assert_string_equal(ock_error_text(), "");
    ock_error_give(&error);
    assert_string_equal(ock_error_text(), longest);
    ock_error_clear();
}

/* The end of a message says what is wrong, and is there whatever name stands before it. */
static void long_names_are_cut(void **state)
{
    char name[5000];
    (void)state;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(ock_fail(OCK_ENVIRONMENT, "first %s: cannot be opened: %s", name, "a reason"),
                     OCK_ENVIRONMENT);
    const char *text = ock_error_text(), *end = "nnn: cannot be opened: a reason";
    assert_int_equal(strlen(text), OCK_ERROR_TEXT_BYTES - 1);
    assert_memory_equal(text, "first nnn", 9);
    assert_non_null(strstr(text, "nnn...nnn"));
    assert_string_equal(text + strlen(text) - strlen(end), end);
    ock_error_clear();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_message_is_kept),
        cmocka_unit_test(every_thread_has_its_own),
        cmocka_unit_test(nothing_and_much),
        cmocka_unit_test(long_names_are_cut),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
