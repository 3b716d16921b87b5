/* SPDX-License-Identifier: MIT */
/* test_spreads.c - odds of a byte's bits make a distribution, about where the number is expected, as wide as errors
 * were; colours that were never seen are unlikely; layouts known beforehand reach the lanes that they lie in. */
#include "model_fixture.h"

#include <math.h>

#include "archive/lane_layouts.h"
#include "contexts/numbers.h"

static const ock_layout layouts[] = {
    {.width = 1, .record = 1},           {.width = 2, .record = 2},
    {.width = 2, .big = 1, .record = 2}, {.width = 3, .big = 1, .record = 3},
    {.width = 4, .record = 4},           {.width = 4, .big = 1, .record = 4, .real = 1},
};
enum { LAYOUTS = sizeof layouts / sizeof layouts[0], MISSES = 64 };

/* As spreads say of prediction k. */
static double share_of_byte(const ock_spreads *s, const ock_number_byte *b, unsigned byte, size_t k)
{
    double share = 1;
    for (unsigned node = 1, i = 8; i-- > 0;) {
        const unsigned bit = byte >> i & 1;
        float odds[OCK_SPREADS];
        ock_spreads_say(s, b, node, odds);
        const double one = odds[k] / (1.0 + odds[k]);
        share *= bit ? one : 1 - one;
        node = 2 * node + bit;
    }
    return share;
}

static void set_centre(ock_spreads *s, const ock_layout *l, uint64_t ordered)
{
    static const uint8_t misses[2 * MISSES];
    for (size_t k = 0; k < OCK_SPREADS; k++) {
        s->centre[k] = ordered;
    }
    ock_spreads_look(s, l, misses + MISSES, (unsigned)l->width);
}

/* Byte by byte, each with those before it known: the likeliest is that of the value, more so the nearer values were. */
static void what_is_expected_is_likeliest(void **state)
{
    (void)state;
    for (size_t n = 0; n < LAYOUTS; n++) {
        const ock_layout *l = &layouts[n];
        const unsigned width = (unsigned)l->width;
        const uint64_t raw = UINT64_C(0x41235A77) & UINT64_MAX >> (64 - 8 * width);
        ock_spreads s;
        ock_spreads_start(&s);
        set_centre(&s, l, ock_layout_ordered(l, raw, width));
        for (unsigned i = 0; i < 300; i++) {
            ock_spreads_learn(&s, s.centre[0] + (i & 1));
        }
        for (unsigned phase = 0; phase < width; phase++) {
            const uint64_t known =
                l->big ? raw >> 8 * (width - phase) : raw & ((UINT64_C(1) << 8 * phase) - 1);
            const ock_number_byte b = {l, width == 1 ? 0 : known, phase, width};
            const unsigned right =
                (unsigned)(raw >> 8 * (l->big ? width - 1 - phase : phase)) & 255;
            double sum = 0, best = 0;
            unsigned likeliest = 0;
            for (unsigned byte = 0; byte < 256; byte++) {
                const double share = share_of_byte(&s, &b, byte, n % OCK_SPREADS);
                sum += share;
                likeliest = share > best ? byte : likeliest;
                best = share > best ? share : best;
            }
            assert_true(fabs(sum - 1) < 1e-4);
            if (likeliest != right || best < 0.3) {
                fail_msg("layout %zu, byte %u: %u (%g) instead of %u", n, phase, likeliest, best,
                         right);
            }
        }
    }
}

/* Errors of a hundred make a neighbour within a hundred likely, and the value itself less so. */
static void errors_make_it_wider(void **state)
{
    const ock_layout *l = &layouts[1];
    const ock_number_byte b = {l, 0, 0, 2};
    ock_spreads near, far;
    (void)state;
    ock_spreads_start(&near);
    ock_spreads_start(&far);
    set_centre(&near, l, 0x9080);
    set_centre(&far, l, 0x9080);
    uint8_t logarithm = 0;
    for (unsigned i = 0; i < 300; i++) {
        assert_int_equal(ock_spreads_learn(&near, 0x9080), 0);
        logarithm = ock_spreads_learn(&far, 0x9080 + 100);
    }
    assert_true(logarithm > 20 && logarithm < 32); /* quarters: 4 log2 of about 100 */
    assert_true(share_of_byte(&near, &b, 0x80, 0) > 20 * share_of_byte(&far, &b, 0x80, 0));
    assert_true(share_of_byte(&far, &b, 0xC0, 0) > share_of_byte(&near, &b, 0xC0, 0));
    assert_true(ock_spreads_is_sound(&far));
    far.around = OCK_SURROUNDINGS;
    assert_false(ock_spreads_is_sound(&far));
}

/* Of pixels whose third byte is always an even step from the second, odd steps are hardly expected. */
static void colours_are_learned(void **state)
{
    static ock_hues hues;
    ock_byte_shares shares;
    (void)state;
    memset(&hues, 0, sizeof hues);
    for (uint64_t i = 0; i < 20000; i++) {
        const uint8_t second = (uint8_t)(60 + fixture_bits(1, i) % 100);
        const uint8_t pixel[3] = {(uint8_t)(second + 5), second,
                                  (uint8_t)(second + 2 * (fixture_bits(2, i) % 20))};
        ock_hues_learn(&hues, pixel);
    }
    const uint8_t pixel[2] = {105, 100};
    const uint8_t likeliest = ock_hues_weigh(&hues, pixel, 111.0, 2.0, &shares);
    assert_true(likeliest == 110 || likeliest == 112);
    double odd = 0;
    for (unsigned x = 1; x < 256; x += 2) {
        odd += shares.below[x + 1] - shares.below[x];
    }
    assert_true(odd < 0.01 * shares.below[256]);
    const float odds = ock_byte_shares_odds(&shares, 64 + 110 / 4); /* 110, 111 | 108, 109 first */
    assert_true(odds > 1);
}

/* Regions over three lanes: each lane has its part, at its own places; a record goes on in the middle; no text. */
static void regions_reach_their_lanes(void **state)
{
    const ock_lane_map map = {.bytes = 300, .lanes = 3, .shards = 1};
    ock_region of[] = {
        {10, 50, 0, {.kind = OCK_REGION_TEXT, .width = 1, .record = 1}},
        {60,
         200,
         0,
         {.kind = OCK_REGION_SAMPLES, .type = OCK_REGION_SIGNED, .width = 2, .record = 6}}};
    const ock_regions regions = {2, 2, of};
    ock_lane_layouts l;
    (void)state;
    assert_int_equal(ock_lane_layouts_make(&regions, &map, &l), OCK_OK);
    static const struct {
        uint64_t begin, end, offset;
    } wanted[3] = {{60, 100, 0}, {0, 100, 2}, {0, 60, 4}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(l.lanes[i].count, 1);
        const ock_laid *laid = l.lanes[i].of;
        assert_true(laid->begin == wanted[i].begin && laid->end == wanted[i].end);
        assert_true(laid->layout.width == 2 && laid->layout.record == 6);
        assert_int_equal(laid->layout.offset, wanted[i].offset);
    }
    ock_lane_layouts_free(&l);
    assert_int_equal(ock_lane_layouts_make(&(ock_regions){.of = NULL}, &map, &l), OCK_OK);
    assert_null(l.lanes);
}

/* What is laid out like the region before lies a plane further on, if all that is within reach. */
static void regions_alike_are_planes(void **state)
{
    static const struct {
        uint64_t begin, row, plane, wanted;
    } cases[] = {{100, 40, 0, 1100},       {1200, 40, 0, 1100},      {2400, 40, 0, 1200},
                 {4000, 40, 400, 400},     {5000, 0, 0, 0},          {6000, 0, 0, 0},
                 {1000000, 40, 0, 260000}, {1260000, 40, 0, 260000}, {1600000, 40, 0, 0}};
    enum { CASES = sizeof cases / sizeof cases[0] };
    ock_region of[CASES];
    ock_lane_layouts l;
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        of[i] = (ock_region){
            cases[i].begin, 900, 0, {.kind = OCK_REGION_NUMBERS, .width = 2, .record = 2}};
        of[i].shape.row = cases[i].row;
        of[i].shape.plane = cases[i].plane;
    }
    of[6].shape.big = of[7].shape.big = of[8].shape.big = 1;
    const ock_lane_map map = {.bytes = 2000000, .lanes = 1, .shards = 1};
    assert_int_equal(ock_lane_layouts_make(&(ock_regions){CASES, CASES, of}, &map, &l), OCK_OK);
    assert_int_equal(l.lanes[0].count, CASES);
    for (size_t i = 0; i < CASES; i++) {
        assert_int_equal(l.lanes[0].of[i].layout.plane, cases[i].wanted);
    }
    ock_lane_layouts_free(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_expected_is_likeliest), cmocka_unit_test(errors_make_it_wider),
        cmocka_unit_test(colours_are_learned), cmocka_unit_test(regions_reach_their_lanes),
        cmocka_unit_test(regions_alike_are_planes)};
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
