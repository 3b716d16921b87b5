/* SPDX-License-Identifier: MIT */
/* test_spool.c - many streams in one file come back whole, last block first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "io/file/spool.h"

/* Byte `at` of stream `stream`: a function of both, so that no copy needs to be kept. */
static uint8_t byte_of(uint32_t stream, uint64_t at)
{
    const uint64_t z = (at + 1) * 0x9E3779B97F4A7C15u ^ (uint64_t)stream * 0xBF58476D1CE4E5B9u;

    return (uint8_t)(z >> 37);
}

static void append(ock_spool *spool, uint32_t stream, size_t count)
{
    const uint64_t begin = ock_spool_bytes(spool, stream);
    uint8_t *bytes = malloc(count + 1);

    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++) {
        bytes[i] = byte_of(stream, begin + i);
    }
    assert_int_equal(ock_spool_append(spool, stream, bytes, count), OCK_OK);
    assert_true(ock_spool_bytes(spool, stream) == begin + count);
    free(bytes);
}

static void check_stream(ock_spool *spool, uint32_t stream)
{
    uint64_t expected_end = ock_spool_bytes(spool, stream), offset = 0;
    const uint8_t *bytes = NULL;
    size_t count = 0;

    assert_int_equal(ock_spool_rewind(spool, stream), OCK_OK);
    for (;;) {
        assert_int_equal(ock_spool_previous(spool, &offset, &bytes, &count), OCK_OK);
        if (count == 0) {
            break;
        }
        assert_true(offset + count == expected_end);
        assert_true(count <= 65536);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(bytes[i], byte_of(stream, offset + i));
        }
        expected_end = offset;
    }
    assert_true(expected_end == 0);
    assert_int_equal(ock_spool_previous(spool, &offset, &bytes, &count), OCK_OK);
    assert_int_equal(count, 0);
}

static void lengths_around_a_block(void **state)
{
    static const size_t lengths[] = {0, 1, 65535, 65536, 65537, 131071, 131072, 131073, 700001};
    enum { COUNT = sizeof lengths / sizeof lengths[0] };
    ock_spool *spool = NULL;

    (void)state;
    assert_int_equal(ock_spool_new(NULL, COUNT, &spool), OCK_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        append(spool, i, lengths[i]);
    }
    for (int again = 0; again < 2; again++) {
        for (uint32_t i = COUNT; i-- > 0;) {
            check_stream(spool, i);
        }
    }
    ock_spool_free(spool);
}

/* As the coder does it: a few bytes here, a few there. */
static void many_streams_interleaved(void **state)
{
    enum { STREAMS = 4096, ROUNDS = 40 };
    ock_spool *spool = NULL;

    (void)state;
    assert_int_equal(ock_spool_new("/tmp", STREAMS, &spool), OCK_OK);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < STREAMS; i++) {
            append(spool, i, (i * 7 + round * 13) % 400);
        }
    }
    for (uint32_t i = 0; i < STREAMS; i++) {
        check_stream(spool, i);
    }
    append(spool, 17, 20000); /* reading does not end writing */
    check_stream(spool, 17);
    check_stream(spool, 18);
    ock_spool_free(spool);
}

static void misuse_is_an_internal_error(void **state)
{
    const uint8_t *bytes = NULL;
    uint64_t offset = 0;
    size_t count = 0;
    ock_spool *spool = NULL;

    (void)state;
    ock_error_clear();
    assert_int_equal(ock_spool_new(NULL, 2, &spool), OCK_OK);
    assert_int_equal(ock_spool_append(spool, 2, (const uint8_t *)"x", 1), OCK_INTERNAL);
    assert_int_equal(ock_spool_rewind(spool, 2), OCK_INTERNAL);
    assert_int_equal(ock_spool_previous(spool, &offset, &bytes, &count), OCK_INTERNAL);
    assert_true(ock_spool_bytes(spool, 2) == 0);
    ock_spool_free(spool);
    ock_spool_free(NULL);
    ock_error_clear();
}

static void a_folder_that_is_none(void **state)
{
    ock_spool *spool = NULL;

    (void)state;
    ock_error_clear();
    assert_int_equal(ock_spool_new("/proc/no/such/folder", 2, &spool), OCK_ENVIRONMENT);
    assert_null(spool);
    assert_non_null(strstr(ock_error_text(), "/proc/no/such/folder"));
    ock_error_clear();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_around_a_block),
        cmocka_unit_test(many_streams_interleaved),
        cmocka_unit_test(misuse_is_an_internal_error),
        cmocka_unit_test(a_folder_that_is_none),
    };

    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
