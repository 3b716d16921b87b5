/* SPDX-License-Identifier: MIT */
/* test_pack.c - packing of the state: nothing is lost, little is stored, and no packed bytes make the
 * reader write elsewhere. */
#include "model_fixture.h"

#include "io/checkpoint/pack.h"

enum { MOST = OCK_PACK_BLOCK, GUARD = 64 };

static uint8_t block[MOST], packed[OCK_PACK_HEAD + MOST], back[MOST + GUARD];

/* -> L of the packed block, after the round trip. */
static size_t round_trip(size_t count)
{
    size_t bytes = ock_pack(block, count, packed);
    size_t length = ock_pack_length(packed);
    assert_int_equal(bytes, ock_pack_size(block, count));
    assert_int_equal(bytes, OCK_PACK_HEAD + length);
    memset(back, 0xA5, sizeof back);
    assert_true(ock_unpack(packed + OCK_PACK_HEAD, length, back, count));
    assert_memory_equal(back, block, count);
    for (size_t i = count; i < count + GUARD; i++) {
        assert_int_equal(back[i], 0xA5);
    }
    return length;
}

static const size_t counts[] = {1, 2, 63, 64, 65, 127, 128, 129, 512, 513, 4095, 4096, 65535, MOST};
enum { COUNTS = sizeof counts / sizeof counts[0] };

static void zeros_cost_nothing(void **state)
{
    (void)state;
    memset(block, 0, sizeof block);
    for (size_t c = 0; c < COUNTS; c++) {
        assert_int_equal(round_trip(counts[c]), 0);
    }
}

static void noise_is_stored(void **state)
{
    (void)state;
    for (size_t i = 0; i < MOST; i++) {
        block[i] = (uint8_t)(fixture_bits(1, i) | 1);
    }
    for (size_t c = 0; c < COUNTS; c++) {
        assert_int_equal(round_trip(counts[c]), counts[c]);
    }
}

static void equal_lines_are_stored_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < MOST; i++) {
        block[i] = (uint8_t)(i % 64 + 1);
    }
    assert_int_equal(round_trip(MOST), MOST / 64 / 8 + 8 + 64);
}

static void sparse_bytes_shrink(void **state)
{
    (void)state;
    for (uint64_t density = 2; density < 5000; density *= 3) {
        memset(block, 0, sizeof block);
        for (size_t i = 0; i < MOST; i++) {
            if (fixture_bits(density, i) % density == 0) {
                block[i] = (uint8_t)(fixture_bits(density + 1, i) | 1);
            }
        }
        for (size_t c = 0; c < COUNTS; c++) {
            assert_true(round_trip(counts[c]) <= counts[c]);
        }
    }
    assert_true(round_trip(MOST) < MOST / 8);
}

/* Whatever stands in a file: true or false, and not a byte beside the block. */
static void any_bytes_are_survived(void **state)
{
    size_t accepted = 0, tries = 0;
    (void)state;
    for (uint64_t try = 0; try < 20000; try++) {
        size_t count = 1 + fixture_bits(7, try) % 700, length = fixture_bits(8, try) % (count + 9);
        for (size_t i = 0; i < length; i++) {
            packed[i] = (uint8_t)(fixture_bits(try, i) & fixture_bits(try + 1, i) &
                                  fixture_bits(try + 2, i));
        }
        memset(back, 0xA5, sizeof back);
        accepted += ock_unpack(packed, length, back, count);
        tries++;
        for (size_t i = count; i < count + GUARD; i++) {
            assert_int_equal(back[i], 0xA5);
        }
    }
    assert_true(accepted < tries);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeros_cost_nothing),          cmocka_unit_test(noise_is_stored),
        cmocka_unit_test(equal_lines_are_stored_once), cmocka_unit_test(sparse_bytes_shrink),
        cmocka_unit_test(any_bytes_are_survived),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
