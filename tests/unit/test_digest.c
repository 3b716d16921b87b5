/* SPDX-License-Identifier: MIT */
/* test_digest.c - the digest of a range of a source, and its signs of life. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "base/alive.h"
#include "base/digest.h"

enum { BYTES = 200003, BLOCK = 1 << 16 };

/* A source in memory that fails at an offset, after it has spoilt what it was to fill. */
typedef struct memory {
    uint8_t *bytes; /* (BYTES) */
    uint64_t fails_at;
    unsigned calls, ticks;
    size_t largest;
} memory;

static ock_status read_at(void *context, uint64_t offset, void *bytes, size_t count)
{
    memory *m = context;

    m->calls++;
    m->largest = count > m->largest ? count : m->largest;
    assert_true(offset + count <= BYTES);
    if (offset <= m->fails_at && m->fails_at < offset + count) {
        memset(bytes, 0xEE, count);
        return ock_fail(OCK_ENVIRONMENT, "no bytes there");
    }
    memcpy(bytes, m->bytes + offset, count);
    return OCK_OK;
}

static void count_tick(void *context)
{
    ((memory *)context)->ticks++;
}

static memory make(void)
{
    memory m = {.bytes = malloc(BYTES), .fails_at = UINT64_MAX};

    assert_non_null(m.bytes);
    for (size_t i = 0; i < BYTES; i++) {
        m.bytes[i] = (uint8_t)((i + 1) * 0x9E3779B97F4A7C15u >> 53);
    }
    return m;
}

/* What the digest of the bytes at once is. */
static void expect_digest(ock_digest *digest, const void *bytes, size_t count)
{
    uint8_t found[OCK_DIGEST_BYTES], wanted[OCK_DIGEST_BYTES];
    ock_digest whole;

    ock_digest_start(&whole);
    ock_digest_update(&whole, bytes, count);
    ock_digest_finish(&whole, wanted);
    ock_digest_finish(digest, found);
    assert_memory_equal(found, wanted, sizeof wanted);
}

static void ranges_are_digested(void **state)
{
    static const struct {
        uint64_t begin, end;
        unsigned blocks;
    } ranges[] = {{0, BYTES, 4},
                  {0, 0, 0},
                  {7, 7, 0},
                  {9, 3, 0},
                  {1, 2, 1},
                  {0, BLOCK, 1},
                  {0, BLOCK + 1, 2},
                  {5, 5 + BLOCK, 1},
                  {100, BYTES - 100, 4},
                  {BYTES - 1, BYTES, 1}};
    memory m = make();
    const ock_source source = {read_at, &m};

    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const uint64_t begin = ranges[i].begin, end = ranges[i].end;
        ock_digest digest;

        m.calls = m.ticks = 0;
        ock_digest_start(&digest);
        (void)ock_alive_listen((ock_listener){count_tick, &m});
        assert_int_equal(ock_digest_source(&digest, &source, begin, end), OCK_OK);
        (void)ock_alive_listen((ock_listener){NULL, NULL});
        assert_int_equal(m.calls, ranges[i].blocks);
        assert_int_equal(m.ticks, ranges[i].blocks);
        expect_digest(&digest, m.bytes + begin, begin < end ? (size_t)(end - begin) : 0);
    }
    assert_int_equal(m.largest, BLOCK);
    free(m.bytes);
}

/* The running digest goes on: two ranges behind each other are the whole. */
static void the_digest_goes_on(void **state)
{
    memory m = make();
    const ock_source source = {read_at, &m};
    ock_digest digest;

    (void)state;
    ock_digest_start(&digest);
    assert_int_equal(ock_digest_source(&digest, &source, 0, 777), OCK_OK);
    assert_int_equal(ock_digest_source(&digest, &source, 777, BYTES), OCK_OK);
    expect_digest(&digest, m.bytes, BYTES);
    free(m.bytes);
}

/* Nothing of a block that could not be read is digested, and nothing is read behind it. */
static void a_failed_read_is_not_digested(void **state)
{
    memory m = make();
    const ock_source source = {read_at, &m};
    ock_digest digest;

    (void)state;
    m.fails_at = 2 * BLOCK + 5;
    ock_digest_start(&digest);
    (void)ock_alive_listen((ock_listener){count_tick, &m});
    assert_int_equal(ock_digest_source(&digest, &source, 0, BYTES), OCK_ENVIRONMENT);
    (void)ock_alive_listen((ock_listener){NULL, NULL});
    assert_string_equal(ock_error_text(), "no bytes there");
    ock_error_clear();
    assert_int_equal(m.calls, 3);
    assert_int_equal(m.ticks, 2);
    expect_digest(&digest, m.bytes, 2 * BLOCK);
    free(m.bytes);
}

static void spoil_errno(void *context)
{
    count_tick(context);
    errno = ENOMEM;
}

static void *listen_elsewhere(void *context)
{
    const ock_listener before = ock_alive_listen((ock_listener){count_tick, context});

    assert_null(before.tick);
    ock_alive();
    return NULL;
}

/* Who listens is put back, hears nothing of other threads, and changes no errno. */
static void listeners_are_a_threads_own(void **state)
{
    memory mine = {0}, theirs = {0};
    pthread_t thread;

    (void)state;
    ock_alive(); /* nobody listens */
    assert_null(ock_alive_listen((ock_listener){spoil_errno, &mine}).tick);
    errno = EIO;
    ock_alive();
    assert_int_equal(errno, EIO);
    assert_int_equal(mine.ticks, 1);
    assert_int_equal(pthread_create(&thread, NULL, listen_elsewhere, &theirs), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(mine.ticks, 1);
    assert_int_equal(theirs.ticks, 1);
    const ock_listener before = ock_alive_listen((ock_listener){NULL, NULL});
    assert_true(before.tick == spoil_errno && before.context == &mine);
    ock_alive();
    assert_int_equal(mine.ticks, 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_digested),
        cmocka_unit_test(the_digest_goes_on),
        cmocka_unit_test(a_failed_read_is_not_digested),
        cmocka_unit_test(listeners_are_a_threads_own),
    };

    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
