/* SPDX-License-Identifier: MIT */
/* test_numbers.c - layouts are found where there are any and told apart from none; numbers have the order of their
 * values and come back; what is expected next is right where it can be known. */
#include "model_fixture.h"

#include <math.h>

#include "contexts/numbers.h"

enum { BYTES = 60000 };

static uint8_t data[BYTES];

typedef struct follower {
    ock_numbers numbers;
    ock_filters filters;
    ock_number_past past;
} follower;

static follower *start(void)
{
    static follower f;
    memset(&f, 0, sizeof f);
    ock_numbers_start(&f.numbers, &f.past);
    return &f;
}

/* ---- samples ---- */

typedef struct sample {
    const char *name;
    uint64_t width, big, real, record, row;
    size_t header; /* bytes before the first number */
} sample;

static const sample samples[] = {
    {"sound, 16 bits, two channels", 2, 0, 0, 4, 0, 44},
    {"the same, most significant byte first", 2, 1, 0, 4, 0, 44},
    {"picture, three bytes a pixel", 1, 0, 0, 3, 600, 0},
    {"grid, 16 bits, rows", 2, 1, 0, 2, 480, 3},
    {"field, binary32, rows", 4, 0, 1, 4, 512, 0},
    {"field, binary64", 8, 0, 1, 8, 0, 8},
    {"whole numbers as binary32", 4, 0, OCK_WHOLE, 4, 0, 0},
    {"fractions as binary32", 4, 0, OCK_WHOLE + 8, 4, 0, 2},
    {"sensors, twelve channels", 2, 0, 0, 24, 0, 0},
};
enum { SAMPLES = sizeof samples / sizeof samples[0] };

static double wave(double at, uint64_t stream, uint64_t index, double noise)
{
    return 20 * sin(at * 0.031) + 9 * sin(at * 0.0072 + 1) +
           noise * ((double)(fixture_bits(stream, index) % 1001) / 1000 - 0.5);
}

/* The number's value, from its place: channel, number along the row, row. */
static double value_of(const sample *s, uint64_t index)
{
    const uint64_t channels = s->record / s->width, at = index / channels,
                   channel = index % channels;
    const uint64_t along = s->row > 0 ? s->row / s->record : BYTES;
    const uint64_t row = at / along;
    const double slope = (double)(channel + 1);
    return wave((double)(at % along), channel, index, 0.25) * slope + 0.03 * (double)row +
           3 * slope;
}

static uint64_t raw_of(const sample *s, double value)
{
    if (s->width == 8) {
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        return bits;
    }
    if (s->real != 0) {
        const uint64_t parts = s->real < OCK_WHOLE ? 1 : UINT64_C(1) << (s->real - OCK_WHOLE);
        const float x =
            s->real < OCK_WHOLE ? (float)value : (float)(int)(100 * value) / (float)parts;
        uint32_t bits;
        memcpy(&bits, &x, sizeof bits);
        return bits;
    }
    return s->width == 1 ? (uint64_t)(int)(128 + value) & 255
                         : (uint64_t)(int64_t)(100 * value) & 0xFFFF;
}

static void make_sample(const sample *s)
{
    for (size_t i = 0; i < s->header; i++) {
        data[i] = (uint8_t)(i * 7);
    }
    size_t at = s->header;
    for (uint64_t index = 0; at + s->width <= BYTES; index++) {
        const uint64_t raw = raw_of(s, value_of(s, index));
        for (uint64_t i = 0; i < s->width; i++) {
            const uint64_t place = s->big ? s->width - 1 - i : i;
            data[at++] = (uint8_t)(raw >> (8 * place));
        }
    }
}

/* ---- layouts ---- */

static void layouts_are_found(void **state)
{
    (void)state;
    for (size_t k = 0; k < SAMPLES; k++) {
        const sample *s = &samples[k];
        follower *f = start();
        make_sample(s);
        for (size_t i = 0; i < BYTES; i++) {
            ock_numbers_follow(&f->numbers, &f->filters, &f->past, data[i]);
            assert_true(ock_numbers_is_sound(&f->numbers));
        }
        const ock_layout *l = &f->numbers.layout;
        if (l->width != s->width || l->record != s->record || l->real != s->real ||
            (s->width > 1 && l->big != s->big) || (s->row > 0 && l->row != s->row) ||
            l->offset != s->header % s->record || f->numbers.sure != 1) {
            fail_msg("%s: width %u, big %u, real %u, record %u, offset %u, row %u, sure %u",
                     s->name, (unsigned)l->width, (unsigned)l->big, (unsigned)l->real,
                     (unsigned)l->record, (unsigned)l->offset, (unsigned)l->row,
                     (unsigned)f->numbers.sure);
        }
    }
}

/* Noise, and words that lie about as bytes: no numbers. */
static void what_is_no_number(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 2; kind++) {
        follower *f = start();
        for (size_t i = 0; i < BYTES; i++) {
            const uint64_t word = fixture_bits(5, i / 4) % 200;
            data[i] = kind == 0 ? (uint8_t)fixture_bits(4, i)
                                : (uint8_t)fixture_bits(6, 4 * word + i % 4);
            ock_numbers_follow(&f->numbers, &f->filters, &f->past, data[i]);
        }
        assert_true(kind == 0 || f->numbers.sure == 0);
        assert_int_equal(f->numbers.layout.real, 0);
    }
}

/* Numbers `step` apart, some of them below zero; -> what they are. */
static uint64_t kind_of_multiples(float step, int count, float last)
{
    ock_fractions fractions = {0};
    for (int i = 0; i < count; i++) {
        const int from = count / 3;
        const float x = i + 1 < count ? step * (float)(i - from) : last;
        uint32_t bits;
        memcpy(&bits, &x, sizeof bits);
        ock_fractions_add(&fractions, bits);
    }
    return ock_fractions_kind(&fractions);
}

static void fractions_are_the_least_that_fit(void **state)
{
    (void)state;
    assert_int_equal(kind_of_multiples(1.0f, 1000, 7.0f), OCK_WHOLE);
    assert_int_equal(kind_of_multiples(65536.0f, 1000, 7.0f), OCK_WHOLE);
    assert_int_equal(kind_of_multiples(0.5f, 1000, 7.0f), OCK_WHOLE + 1);
    assert_int_equal(kind_of_multiples(1.0f / 32768, 60000, 1e-30f), OCK_WHOLE + 15);
    assert_int_equal(kind_of_multiples(1.0f / (1 << 24), 60000, INFINITY), OCK_WHOLE + 24);
    assert_int_equal(kind_of_multiples(1.0f / (1 << 25), 60000, 0.0f), 1);
    assert_int_equal(kind_of_multiples(1.0f / 32768, 15, NAN), 1); /* one in fifteen does not */
    assert_int_equal(kind_of_multiples(0.1f, 1000, 0.0f), 1);
    assert_int_equal(kind_of_multiples(1024.25f, 1000, 0.0f), 1); /* nor do large ones */
    assert_int_equal(kind_of_multiples(0.0f, 100, 0.0f), OCK_WHOLE);
}

/* ---- order ---- */

static void numbers_keep_their_order(void **state)
{
    static const ock_layout layouts[] = {{.width = 1, .record = 1},
                                         {.width = 2, .record = 2},
                                         {.width = 3, .big = 1, .record = 3},
                                         {.width = 4, .record = 4, .real = 1},
                                         {.width = 4, .record = 4, .real = OCK_WHOLE},
                                         {.width = 4, .record = 4, .real = OCK_WHOLE + 15},
                                         {.width = 4, .record = 4, .real = OCK_WHOLE + 24},
                                         {.width = 8, .record = 8, .real = 1}};
    (void)state;
    for (size_t k = 0; k < sizeof layouts / sizeof layouts[0]; k++) {
        const ock_layout *l = &layouts[k];
        const unsigned width = (unsigned)l->width;
        for (uint64_t i = 0; i < 2000; i++) {
            uint64_t raw = fixture_bits(k, i) & UINT64_MAX >> (64 - 8 * width);
            if (l->real >= OCK_WHOLE) {
                const float whole =
                    (float)((int)(raw % 100000) - 50000) / (float)(1 << (l->real - OCK_WHOLE));
                uint32_t bits;
                memcpy(&bits, &whole, sizeof bits);
                raw = bits;
            }
            const uint64_t ordered = ock_layout_ordered(l, raw, width);
            assert_true(ock_layout_raw(l, ordered, width) == raw);
        }
    }
    static const float ascending[] = {-1e9f, -3.5f, -1e-9f, 0.0f, 1e-9f, 2.0f, 1e9f};
    for (size_t i = 1; i < sizeof ascending / sizeof ascending[0]; i++) {
        for (size_t k = 3; k < 5; k++) {
            uint32_t one, other;
            memcpy(&one, &ascending[i - 1], sizeof one);
            memcpy(&other, &ascending[i], sizeof other);
            const uint64_t a = ock_layout_ordered(&layouts[k], one, 4);
            const uint64_t b = ock_layout_ordered(&layouts[k], other, 4);
            assert_true(k == 3 ? a < b : a <= b);
        }
    }
    for (int value = -32768; value < 32767; value++) {
        assert_true(ock_layout_ordered(&layouts[1], (uint16_t)value, 2) <
                    ock_layout_ordered(&layouts[1], (uint16_t)(value + 1), 2));
    }
}

/* ---- expectations ---- */

/* Shares of bytes that the best prediction expected, from the second half on. */
static double share_expected(follower *f)
{
    size_t right = 0;
    for (size_t i = 0; i < BYTES; i++) {
        right += i >= BYTES / 2 && f->numbers.expected[OCK_BY_BEST] == data[i];
        ock_numbers_follow(&f->numbers, &f->filters, &f->past, data[i]);
    }
    return 2.0 * (double)right / BYTES;
}

/* A line of 16-bit numbers, a parabola, a plane: known to the last bit, whichever byte comes first. */
static void what_can_be_known_is_expected(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 3; kind++) {
        for (unsigned big = 0; big < 2; big++) {
            for (size_t i = 0; i < BYTES; i++) {
                const int64_t at = (int64_t)(i / 2), along = at % 300, row = at / 300;
                const int64_t value = kind == 0   ? 37 * at
                                      : kind == 1 ? at * at / 64
                                                  : 41 * along + 13 * row + along * row % 3;
                data[i] = (uint8_t)((uint64_t)value >> (i % 2 == big ? 0 : 8));
            }
            const double share = share_expected(start());
            if (share < (kind == 0 ? 0.95 : kind == 1 ? 0.6 : 0.4)) {
                fail_msg("kind %u, big %u: %.3f", kind, big, share);
            }
        }
    }
}

/* What passes is remembered: numbers are found as soon as they are asked for. */
static void what_passed_counts(void **state)
{
    const sample *s = &samples[0];
    follower *f = start();
    (void)state;
    make_sample(s);
    for (size_t i = 0; i < BYTES; i++) {
        if (i < BYTES / 2) {
            ock_numbers_pass(&f->numbers, &f->past, data[i]);
        } else {
            ock_numbers_follow(&f->numbers, &f->filters, &f->past, data[i]);
        }
        assert_true(i != BYTES / 2 + 5000 || f->numbers.layout.width == s->width);
    }
    assert_int_equal(f->numbers.layout.record, s->record);
    assert_int_equal(f->numbers.count, BYTES);
}

/* Whatever the bytes are, every state on the way is possible. */
static void assert_sound(follower *f, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        const size_t piece = i / 9000;
        const uint8_t symbol = piece % 3 == 0   ? (uint8_t)fixture_bits(2, i)
                               : piece % 3 == 1 ? (uint8_t)(i * piece)
                                                : (uint8_t)(fixture_bits(3, i % (5 * piece)) / 9);
        ock_numbers_follow(&f->numbers, &f->filters, &f->past, symbol);
        assert_true(ock_numbers_is_sound(&f->numbers));
        for (size_t k = 0; k < OCK_PREDICTIONS; k++) {
            assert_in_range(f->numbers.expected[k], 0, 255);
            assert_in_range(f->numbers.size[k], 0, 31);
        }
        assert_true(f->numbers.place < f->numbers.layout.record);
        assert_true(f->numbers.phase < f->numbers.layout.width);
    }
}

static void states_are_sound(void **state)
{
    enum { SHORT = 60000, LONGER_THAN_KEPT = OCK_NUMBERS_PAST + OCK_NUMBERS_PAST / 2 };
    (void)state;
    assert_sound(start(), SHORT);
    follower *hurried = start();
    ock_numbers_hurry(&hurried->numbers);
    assert_sound(hurried, LONGER_THAN_KEPT);
}

static void impossible_states_are_seen(void **state)
{
    follower *f = start();
    (void)state;
    uint64_t *const fields[] = {
        &f->numbers.layout.width,  &f->numbers.layout.big,    &f->numbers.layout.real,
        &f->numbers.layout.record, &f->numbers.layout.offset, &f->numbers.layout.row,
        &f->numbers.layout.trust,  &f->numbers.filled,        &f->numbers.taps,
        &f->numbers.sure,          &f->numbers.place,         &f->numbers.phase,
        &f->numbers.expected[3],   &f->numbers.size[3]};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const uint64_t kept = *fields[i];
        *fields[i] = UINT64_MAX / 2;
        assert_false(ock_numbers_is_sound(&f->numbers));
        *fields[i] = kept;
        assert_true(ock_numbers_is_sound(&f->numbers));
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_are_found),
        cmocka_unit_test(what_is_no_number),
        cmocka_unit_test(fractions_are_the_least_that_fit),
        cmocka_unit_test(numbers_keep_their_order),
        cmocka_unit_test(what_can_be_known_is_expected),
        cmocka_unit_test(what_passed_counts),
        cmocka_unit_test(states_are_sound),
        cmocka_unit_test(impossible_states_are_seen),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
