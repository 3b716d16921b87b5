/* SPDX-License-Identifier: MIT */
/* test_split.c - for any bit probabilities the 256 intervals tile [0, 2^32) exactly, none is empty,
 * and a target finds the symbol whose interval holds it. */
#include "model_fixture.h"

#include <math.h>

#include "coder/split.h"

enum { SYMBOLS = 256, ONE = 1 << OCK_P_BITS };

/* The probability of bit 1 at each node of the tree. */
typedef struct tree {
    uint32_t p1[SYMBOLS];
} tree;

static ock_interval interval_of(const tree *t, unsigned symbol)
{
    ock_split split = ock_split_start();
    for (int shift = 7; shift >= 0; shift--) {
        uint64_t leaves = (uint64_t)1 << shift;
        uint64_t upper = ock_split_upper(&split, t->p1[split.node]);
        assert_true(upper >= leaves && split.size - upper >= leaves);
        ock_split_take(&split, upper, symbol >> shift & 1);
    }
    assert_int_equal(split.node, SYMBOLS + symbol);
    return ock_split_interval(&split);
}

static unsigned symbol_at(const tree *t, uint32_t target, ock_interval *interval)
{
    ock_split split = ock_split_start();
    for (int i = 0; i < 8; i++) {
        uint64_t upper = ock_split_upper(&split, t->p1[split.node]);
        ock_split_take(&split, upper, ock_split_bit(&split, upper, target));
    }
    *interval = ock_split_interval(&split);
    return split.node - SYMBOLS;
}

static void assert_decodes(const tree *t, uint32_t target, unsigned symbol, ock_interval expected)
{
    ock_interval found;
    unsigned decoded = symbol_at(t, target, &found);
    if (decoded != symbol || found.low != expected.low || found.width != expected.width) {
        fail_msg("target %u: symbol %u instead of %u", target, decoded, symbol);
    }
}

/* Exact tiling, and decoding at both ends and inside each interval. */
static void check_tree(const tree *t, uint64_t stream)
{
    uint64_t end = 0;
    for (unsigned s = 0; s < SYMBOLS; s++) {
        ock_interval interval = interval_of(t, s);
        assert_true(interval.width >= 1);
        assert_true(interval.low == end);
        end += interval.width;
        assert_decodes(t, interval.low, s, interval);
        assert_decodes(t, interval.low + (interval.width - 1), s, interval);
        assert_decodes(t, interval.low + (uint32_t)(fixture_bits(stream, s) % interval.width), s,
                       interval);
    }
    assert_true(end == (uint64_t)1 << 32);
}

static void random_probabilities(void **state)
{
    tree t;
    (void)state;
    for (uint64_t round = 0; round < 300; round++) {
        for (unsigned i = 0; i < SYMBOLS; i++) {
            t.p1[i] = (uint32_t)(fixture_bits(round, i) >> (40 + round % 24)); /* many scales */
        }
        check_tree(&t, round);
    }
}

/* Every node at an end of the range, all alike and mixed: intervals at their least widths. */
static void extreme_probabilities(void **state)
{
    static const uint32_t ends[] = {0, 1, ONE - 1, ONE, ONE / 2};
    tree t;
    (void)state;
    for (size_t e = 0; e < 5; e++) {
        for (unsigned i = 0; i < SYMBOLS; i++) {
            t.p1[i] = ends[e];
        }
        check_tree(&t, e);
    }
    for (uint64_t round = 0; round < 200; round++) {
        for (unsigned i = 0; i < SYMBOLS; i++) {
            t.p1[i] = ends[fixture_bits(round, i) % 5];
        }
        check_tree(&t, round);
    }
}

static void floats_of_every_kind(void **state)
{
    static const float kinds[] = {0.0f,     -0.0f,    1.0f,      0x1p-149f, -0x1p-149f,
                                  0x1p-24f, 0.5f,     1e30f,     -1e30f,    0x1.fffffep-1f,
                                  -1.0f,    INFINITY, -INFINITY, NAN,       -NAN};
    tree t;
    (void)state;
    for (uint64_t round = 0; round < 200; round++) {
        for (unsigned i = 0; i < SYMBOLS; i++) {
            uint64_t draw = fixture_bits(round, i);
            float p = kinds[draw % (sizeof kinds / sizeof kinds[0])];
            t.p1[i] = ock_split_quantise(draw >> 32 & 1 ? p : fixture_float(round, i));
        }
        check_tree(&t, round);
    }
}

static void quantise(void **state)
{
    (void)state;
    assert_int_equal(ock_split_quantise(0.0f), 1);
    assert_int_equal(ock_split_quantise(-0.0f), 1);
    assert_int_equal(ock_split_quantise(-5.0f), 1);
    assert_int_equal(ock_split_quantise(NAN), 1);
    assert_int_equal(ock_split_quantise(-NAN), 1);
    assert_int_equal(ock_split_quantise(-INFINITY), 1);
    assert_int_equal(ock_split_quantise(0x1p-24f), 1);
    assert_int_equal(ock_split_quantise(0x1p-23f), 2);
    assert_int_equal(ock_split_quantise(0.5f), ONE / 2);
    assert_int_equal(ock_split_quantise(0x1.fffffep-1f), ONE - 1); /* largest float below 1 */
    assert_int_equal(ock_split_quantise(1.0f), ONE - 1);
    assert_int_equal(ock_split_quantise(INFINITY), ONE - 1);
    uint32_t previous = 0;
    for (uint32_t i = 0; i <= 10000; i++) {
        uint32_t q = ock_split_quantise((float)i / 10000.0f);
        assert_true(q >= previous && q >= 1 && q <= ONE - 1);
        previous = q;
    }
}

/* Without clamping the interval's share is the product of its bits' probabilities. */
static void widths_follow_probabilities(void **state)
{
    tree t;
    (void)state;
    for (uint64_t round = 0; round < 50; round++) {
        for (unsigned i = 0; i < SYMBOLS; i++) {
            t.p1[i] = ONE / 4 + (uint32_t)(fixture_bits(round, i) % (ONE / 2));
        }
        for (unsigned s = 0; s < SYMBOLS; s++) {
            double share = 1;
            for (int shift = 7; shift >= 0; shift--) {
                double p1 = (double)t.p1[(SYMBOLS + s) >> (shift + 1)] / ONE;
                share *= s >> shift & 1 ? p1 : 1 - p1;
            }
            double width = interval_of(&t, s).width / 0x1p32;
            assert_true(fabs(width / share - 1) < 1e-4);
        }
    }
}

/* A symbol as unlikely as can be costs 32 bits or less; the most likely one nearly nothing. */
static void least_and_greatest_width(void **state)
{
    tree t;
    (void)state;
    for (unsigned i = 0; i < SYMBOLS; i++) {
        t.p1[i] = 0;
    }
    assert_int_equal(interval_of(&t, 255).width, 1);
    assert_true(interval_of(&t, 0).width >= UINT32_MAX - 255);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_probabilities),        cmocka_unit_test(extreme_probabilities),
        cmocka_unit_test(floats_of_every_kind),        cmocka_unit_test(quantise),
        cmocka_unit_test(widths_follow_probabilities), cmocka_unit_test(least_and_greatest_width),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
