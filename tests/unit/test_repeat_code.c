/* SPDX-License-Identifier: MIT */
/* test_repeat_code.c - lists of repeats come back from their code, and bytes from outside are a list or refused. */
#include "repeats_fixture.h"

#include "repeats/repeat_code.h"

/* ---- the code of a list ---- */

/* *bytes: the code, which the caller frees. */
static size_t check_code(const ock_repeats *repeats, uint8_t **bytes)
{
    ock_repeats back;
    size_t count = 0;
    assert_int_equal(ock_repeats_encode(repeats, bytes, &count), OCK_OK);
    assert_true(*bytes != NULL && count > 0);
    assert_int_equal(ock_repeats_decode(*bytes, count, repeats->prior_bytes, repeats->input_bytes,
                                        "code", &back),
                     OCK_OK);
    check_same(repeats, &back);
    ock_repeats_free(&back);
    return count;
}

/* A number of any length up to that many bits. */
static uint64_t wide(uint64_t *random, unsigned most_bits)
{
    const unsigned bits = (unsigned)below(random, most_bits + 1);
    return next(random) & ((UINT64_C(1) << bits) - 1);
}

/* Numbers of all lengths in bits; sources as far back as one of the last, nearly so, or anywhere. */
static ock_repeats wide_list(uint64_t *random)
{
    ock_repeats list;
    uint64_t end = 0, distance = 1;
    ock_repeats_start(&list, UINT64_C(1) << below(random, 63), UINT64_C(1) << 62);
    for (;;) {
        const uint64_t target = end + wide(random, 60), length = 1 + wide(random, 60);
        const uint64_t kind = below(random, 4), most = list.prior_bytes + target;
        if (kind == 0 && list.count > 5) {
            distance =
                list.prior_bytes + list.of[list.count - 5].target - list.of[list.count - 5].source;
        } else if (kind == 1) {
            distance += below(random, 2000) - 1000;
        } else if (kind == 2) {
            distance = 1 + wide(random, 62);
        }
        if (target > list.input_bytes || length > list.input_bytes - target) {
            return list;
        }
        distance = distance == 0 || distance > most ? 1 : distance;
        assert_int_equal(ock_repeats_append(&list, target, most - distance, length), OCK_OK);
        end = target + length;
    }
}

static void lists_come_back_from_their_code(void **state)
{
    uint64_t random = 9;
    size_t repeats = 0;
    (void)state;
    for (int i = 0; i < 200; i++) {
        uint8_t *bytes;
        ock_repeats list = wide_list(&random);
        if (list.count > 0) {
            (void)check_code(&list, &bytes);
            free(bytes);
        }
        repeats += list.count;
        ock_repeats_free(&list);
    }
    assert_true(repeats > 10000);
}

static void extreme_lists_come_back(void **state)
{
    static const struct {
        uint64_t prior_bytes, input_bytes, target, source, length;
    } cases[] = {
        {0, 2, 1, 0, 1},
        {1, 1, 0, 0, 1},
        {0, UINT64_MAX, 1, 0, UINT64_MAX - 1},
        {0, UINT64_MAX, UINT64_MAX - 1, 0, 1},
        {0, UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 2, 1},
        {UINT64_MAX - 1, 1, 0, 0, 1},
        {UINT64_MAX - 1, 1, 0, UINT64_MAX - 2, 1},
        {1, UINT64_MAX - 1, 0, 0, UINT64_MAX - 1},
        {UINT64_C(1) << 63, (UINT64_C(1) << 63) - 1, 1, 0, (UINT64_C(1) << 63) - 2},
        {0, UINT64_MAX, UINT64_C(1) << 63, 0, UINT64_C(1) << 62},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_repeats list;
        uint8_t *bytes;
        ock_repeats_start(&list, cases[i].prior_bytes, cases[i].input_bytes);
        assert_int_equal(
            ock_repeats_append(&list, cases[i].target, cases[i].source, cases[i].length), OCK_OK);
        (void)check_code(&list, &bytes);
        free(bytes);
        ock_repeats_free(&list);
    }
}

static void no_repeats_have_no_code(void **state)
{
    ock_repeats list;
    uint8_t *bytes = (uint8_t *)&list;
    size_t count = 7;
    (void)state;
    ock_repeats_start(&list, 5, 100);
    assert_int_equal(ock_repeats_encode(&list, &bytes, &count), OCK_OK);
    assert_null(bytes);
    assert_int_equal(count, 0);
}

static ock_repeats regular_list(size_t count)
{
    ock_repeats list;
    ock_repeats_start(&list, 0, 1000 * (count + 1));
    for (uint64_t i = 1; i <= count; i++) {
        const uint64_t back = i % 3 == 0 ? 1000 : i % 3 == 1 ? 400 : 777;
        assert_int_equal(ock_repeats_append(&list, 1000 * i, 1000 * i - back, 300 + i % 2), OCK_OK);
    }
    return list;
}

static void what_is_regular_costs_little(void **state)
{
    ock_repeats list = regular_list(3000);
    uint8_t *bytes;
    (void)state;
    const size_t count = check_code(&list, &bytes);
    printf("    %zu repeats in %zu bytes\n", list.count, count);
    assert_in_range(count, 1, 2 * list.count);
    free(bytes);
    ock_repeats_free(&list);
}

/* FNV-1a, 64 bits */
static uint64_t hash_of(const uint8_t *bytes, size_t count)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* These bytes reach the file: they may not change. */
static void the_code_is_fixed(void **state)
{
    static const uint8_t expected[] = {0x06, 0x87, 0x90, 0x48, 0x22, 0x48, 0x2f, 0x50,
                                       0x03, 0xf4, 0xb1, 0x7c, 0x8b, 0x50, 0x25, 0x90,
                                       0xa5, 0xe0, 0x68, 0xf2, 0x0a, 0xb5, 0x06, 0x72};
    static const uint64_t repeats[][3] = {
        {100, 0, 300}, {400, 250, 256}, {5000, 4850, 1000}, {7000, 6, 999}, {7999, 1010, 1}};
    ock_repeats list;
    uint8_t *bytes;
    (void)state;
    ock_repeats_start(&list, 50, 100000);
    for (size_t i = 0; i < sizeof repeats / sizeof repeats[0]; i++) {
        assert_int_equal(ock_repeats_append(&list, repeats[i][0], repeats[i][1], repeats[i][2]),
                         OCK_OK);
    }
    size_t count = check_code(&list, &bytes);
    assert_int_equal(count, sizeof expected);
    assert_memory_equal(bytes, expected, count);
    free(bytes);
    ock_repeats_free(&list);

    list = regular_list(1000); /* models that have seen much */
    count = check_code(&list, &bytes);
    assert_true(hash_of(bytes, count) == UINT64_C(0xd58730a1733e7d45));
    free(bytes);
    ock_repeats_free(&list);
}

/* Bytes from outside: another list that obeys the rules, or a refusal that names them. */
static ock_status decode_damaged(const uint8_t *bytes, size_t count, const ock_repeats *original)
{
    uint8_t *exact = memory_of(count);
    ock_repeats list;
    memcpy(exact, bytes, count);
    ock_error_clear();
    ock_status status = ock_repeats_decode(exact, count, original->prior_bytes,
                                           original->input_bytes, "some name", &list);
    if (status == OCK_OK) {
        check_rules(&list);
        assert_true(list.count > 0);
        assert_true(list.count != original->count ||
                    memcmp(list.of, original->of, list.count * sizeof *list.of) != 0);
    } else {
        assert_int_equal(status, OCK_BAD_DATA);
        assert_non_null(strstr(ock_error_text(), "some name"));
    }
    ock_error_clear();
    ock_repeats_free(&list);
    free(exact);
    return status;
}

/* What is missing is read as zeros, eight bytes of them: a few bytes less may be the code of another list. What is too
 * much is refused. */
static void other_lengths_are_refused(void **state)
{
    enum { FEW = 16 };
    uint64_t random = 10;
    (void)state;
    for (int i = 0; i < 2; i++) {
        ock_repeats list = wide_list(&random);
        uint8_t *bytes;
        const size_t full = check_code(&list, &bytes);
        assert_true(full > 2 * FEW);
        for (size_t count = 1; count < full; count++) {
            const ock_status status = decode_damaged(bytes, count, &list);
            assert_true(status == OCK_BAD_DATA || count + FEW > full);
        }
        uint8_t *longer = memory_of(full + 2);
        memcpy(longer, bytes, full);
        for (int byte = 0; byte < 256; byte++) {
            longer[full] = (uint8_t)byte;
            assert_int_equal(decode_damaged(longer, full + 1, &list), OCK_BAD_DATA);
            assert_int_equal(decode_damaged(longer, full + 2, &list), OCK_BAD_DATA);
        }
        free(longer);
        free(bytes);
        ock_repeats_free(&list);
    }
}

static void flipped_bits_give_another_list_or_none(void **state)
{
    uint64_t random = 11;
    size_t flips = 0, refused = 0;
    (void)state;
    for (int i = 0; i < 3; i++) {
        ock_repeats list = i == 0 ? regular_list(60) : wide_list(&random);
        uint8_t *bytes;
        const size_t count = check_code(&list, &bytes);
        for (size_t bit = 0; bit + 8 < 8 * count; bit++, flips++) {
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            refused += decode_damaged(bytes, count, &list) == OCK_BAD_DATA;
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        free(bytes);
        ock_repeats_free(&list);
    }
    printf("    %zu flips: %zu refused, the others gave other lists\n", flips, refused);
    assert_true(refused > 0 && refused < flips);
}

static ock_status decode_for(const uint8_t *bytes, size_t count, uint64_t prior_bytes,
                             uint64_t input_bytes)
{
    ock_repeats list;
    ock_status status =
        ock_repeats_decode(bytes, count, prior_bytes, input_bytes, "some name", &list);
    check_rules(&list);
    ock_repeats_free(&list);
    ock_error_clear();
    return status;
}

/* What a list says is held against the text that it is said to be of. */
static void lists_of_other_texts_are_refused(void **state)
{
    ock_repeats list = regular_list(10);
    uint8_t *bytes;
    (void)state;
    size_t count = check_code(&list, &bytes);
    assert_int_equal(decode_for(bytes, count, 0, 10000 + 300), OCK_OK);
    assert_int_equal(decode_for(bytes, count, 0, 10000 + 299), OCK_BAD_DATA);
    free(bytes);
    ock_repeats_free(&list);

    ock_repeats_start(&list, 500, 1000);
    assert_int_equal(ock_repeats_append(&list, 100, 0, 10), OCK_OK);
    count = check_code(&list, &bytes);
    assert_int_equal(decode_for(bytes, count, 500, 110), OCK_OK);
    assert_int_equal(decode_for(bytes, count, 499, 110), OCK_BAD_DATA);
    free(bytes);
    ock_repeats_free(&list);
}

/* A list is never without repeats, so no code says so: it would be this one. */
static void a_code_of_no_repeats_is_refused(void **state)
{
    static const uint8_t zero[1] = {0};
    (void)state;
    assert_int_equal(decode_for(zero, sizeof zero, 0, 1000), OCK_BAD_DATA);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_come_back_from_their_code),
        cmocka_unit_test(extreme_lists_come_back),
        cmocka_unit_test(no_repeats_have_no_code),
        cmocka_unit_test(what_is_regular_costs_little),
        cmocka_unit_test(the_code_is_fixed),
        cmocka_unit_test(other_lengths_are_refused),
        cmocka_unit_test(flipped_bits_give_another_list_or_none),
        cmocka_unit_test(lists_of_other_texts_are_refused),
        cmocka_unit_test(a_code_of_no_repeats_is_refused),
    };

    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
