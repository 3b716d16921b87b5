/* SPDX-License-Identifier: MIT */
/* test_bases.c - bases and their strands: what contexts of them hear of, what the opposite strand says, and where they
 * are taken for bases. */
#include "model_fixture.h"

#include "contexts/bases.h"

enum { LENGTH = 400 };

static const unsigned orders[] = {1, 2, 3, 8, 11, 16, 23, 24};
enum { ORDERS = sizeof orders / sizeof orders[0] };

static ock_bases after(const char *text, size_t length)
{
    ock_bases bases = {0};
    for (size_t i = 0; i < length; i++) {
        ock_bases_follow(&bases, (uint8_t)text[i]);
    }
    return bases;
}

/* small: one in so many is a small letter; 0: none. */
static void draw(char *text, const char *letters, uint64_t stream, uint64_t small)
{
    for (uint64_t i = 0; i < LENGTH; i++) {
        const uint64_t bits = fixture_bits(stream, i);
        text[i] = letters[bits & 3];
        text[i] = (char)(text[i] + (small > 0 && (bits >> 8) % small == 0 ? 32 : 0));
    }
}

static void codes(void **state)
{
    static const char known[] = "ACGTacgtUu", opposite[] = "TGCAtgcaAa";
    ock_bases bases = {0};
    (void)state;
    for (unsigned s = 0; s < 256; s++) {
        const char *at = s != 0 ? strchr(known, (int)s) : NULL;
        if (at == NULL) {
            assert_int_equal(ock_bases_code((uint8_t)s), OCK_NO_BASE);
            assert_int_equal(ock_bases_opposite(&bases, (uint8_t)s), s);
        } else {
            const uint8_t other = (uint8_t)opposite[at - known];
            assert_int_equal(ock_bases_opposite(&bases, (uint8_t)s), other);
            assert_int_equal(ock_bases_code((uint8_t)s) + ock_bases_code(other), 3);
        }
    }
    bases = after("GAUC", 4);
    assert_int_equal(ock_bases_opposite(&bases, 'A'), 'U');
    assert_int_equal(ock_bases_opposite(&bases, 'a'), 'u');
    bases = after("GAUCt", 5);
    assert_int_equal(ock_bases_opposite(&bases, 'A'), 'T');
}

/* Of so many bases and of the newest one's case; of no older ones, of no older one's case, of no other symbols between. */
static void orders_hear_of_their_bases(void **state)
{
    char text[LENGTH], other[LENGTH];
    (void)state;
    draw(text, "ACGT", 1, 0);
    const ock_bases usual = after(text, LENGTH);
    for (size_t back = 1; back <= 32; back++) {
        memcpy(other, text, sizeof other);
        other[LENGTH - back] = text[LENGTH - back] == 'G' ? 'C' : 'G';
        const ock_bases changed = after(other, LENGTH);
        other[LENGTH - back] = (char)(text[LENGTH - back] + 32);
        const ock_bases small = after(other, LENGTH);
        for (size_t k = 0; k < ORDERS; k++) {
            const uint64_t value = ock_bases_order(&usual, orders[k]);
            assert_int_equal(value == ock_bases_order(&changed, orders[k]), back > orders[k]);
            assert_int_equal(value == ock_bases_order(&small, orders[k]), back > 1);
        }
    }
    ock_bases line = usual;
    ock_bases_follow(&line, '\n');
    assert_true(ock_bases_order(&line, 8) != ock_bases_order(&usual, 8));
    ock_bases_follow(&line, 'A');
    ock_bases joined = usual;
    ock_bases_follow(&joined, 'A');
    assert_int_equal(ock_bases_order(&line, 24), ock_bases_order(&joined, 24));
}

/* What the past says of the other strand is what a reader of that strand has before it. */
static void the_other_strand_is_read(void **state)
{
    static const char *const letters[] = {"ACGT", "ACGU"};
    (void)state;
    for (size_t l = 0; l < 2; l++) {
        char text[LENGTH], other[LENGTH];
        draw(text, letters[l], 2 + l, 3);
        for (size_t length = 40; length < LENGTH; length += 7) {
            const ock_bases past = after(text, length);
            for (size_t i = 0; i < length; i++) {
                other[i] = (char)ock_bases_opposite(&past, (uint8_t)text[length - 1 - i]);
            }
            for (size_t k = 0; k < ORDERS; k++) {
                const ock_bases turned = after(other, orders[k]);
                assert_int_equal(ock_bases_turned(&past, orders[k]),
                                 ock_bases_order(&turned, orders[k]));
                assert_int_equal(ock_bases_turned_next(&past, orders[k]), other[orders[k]]);
            }
        }
    }
}

static void where_they_are_active(void **state)
{
    char text[LENGTH];
    (void)state;
    draw(text, "ACGT", 4, 2);
    ock_bases bases = after(text, 255);
    assert_int_equal(bases.active, 0);
    ock_bases_follow(&bases, 'A');
    assert_int_equal(bases.active, 1);
    for (size_t i = 0; i < 10000; i++) {
        ock_bases_follow(&bases, i % 2 ? 'N' : 'n'); /* not read: no other data */
    }
    assert_int_equal(bases.active, 1);
    for (size_t i = 0; i < 10000; i++) { /* lines */
        ock_bases_follow(&bases, i % 61 == 60 ? '\n' : (uint8_t)text[i % LENGTH]);
        assert_int_equal(bases.active, 1);
    }
    size_t others = 0;
    while (bases.active) {
        ock_bases_follow(&bases, 'x');
        others++;
    }
    assert_in_range(others, 8, 64);
    static const char *const data[] = {
        "A cat at a table ate a tag, and a gnat attacked a tattered tact.",
        "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQ", "0110100110010110"};
    for (size_t d = 0; d < 3; d++) {
        const size_t length = strlen(data[d]);
        bases = (ock_bases){0};
        for (size_t i = 0; i < 20000; i++) {
            ock_bases_follow(&bases, (uint8_t)data[d][i % length]);
            assert_int_equal(bases.active, 0);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes),
        cmocka_unit_test(orders_hear_of_their_bases),
        cmocka_unit_test(the_other_strand_is_read),
        cmocka_unit_test(where_they_are_active),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
