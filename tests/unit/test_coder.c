/* SPDX-License-Identifier: MIT */
/* test_coder.c - what the coder writes it reads, at the price of the ideal code length. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "coder/coder.h"

static const uint64_t whole = (uint64_t)1 << 32;

/* ---- a lane in memory ---- */

typedef struct memory_lane {
    uint8_t *bytes;
    size_t count, capacity, at;
    size_t chunk;      /* bytes given per call of the source */
    size_t fail_after; /* sink and source fail when this many bytes passed */
} memory_lane;

static ock_status to_lane(void *context, const uint8_t *bytes, size_t count)
{
    memory_lane *to = context;

    if (to->count + count > to->fail_after) {
        return ock_fail(OCK_ENVIRONMENT, "sink fails on purpose");
    }
    if (to->count + count > to->capacity) {
        to->capacity = 2 * (to->count + count);
        to->bytes = realloc(to->bytes, to->capacity);
        assert_non_null(to->bytes);
    }
    memcpy(to->bytes + to->count, bytes, count);
    to->count += count;
    return OCK_OK;
}

static ock_status from_lane(void *context, uint8_t *bytes, size_t capacity, size_t *count)
{
    memory_lane *from = context;
    const size_t left = from->count - from->at;
    const size_t chunk = from->chunk < capacity ? from->chunk : capacity;

    if (from->at >= from->fail_after) {
        return ock_fail(OCK_ENVIRONMENT, "source fails on purpose");
    }
    *count = left < chunk ? left : chunk;
    if (*count > 0) {
        memcpy(bytes, from->bytes + from->at, *count);
    }
    from->at += *count;
    return OCK_OK;
}

static memory_lane empty_lane(void)
{
    return (memory_lane){NULL, 0, 0, 0, 256, SIZE_MAX};
}

/* ---- drift-free random numbers ---- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* ---- round trips ---- */

static void encode(const ock_interval *symbols, size_t count, memory_lane *to)
{
    ock_encoder encoder;

    ock_encoder_start(&encoder);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(ock_encoder_put(&encoder, symbols[i], to_lane, to), OCK_OK);
        assert_true(encoder.range >= (uint64_t)1 << 56);
    }
    assert_int_equal(ock_encoder_finish(&encoder, to_lane, to), OCK_OK);
}

static void check_decode(const ock_interval *symbols, size_t count, memory_lane *from)
{
    ock_decoder decoder;

    from->at = 0;
    assert_int_equal(ock_decoder_start(&decoder, from_lane, from), OCK_OK);
    for (size_t i = 0; i < count; i++) {
        uint32_t target = 0;

        assert_int_equal(ock_decoder_target(&decoder, &target), OCK_OK);
        assert_true(target >= symbols[i].low && target - symbols[i].low < symbols[i].width);
        assert_int_equal(ock_decoder_take(&decoder, symbols[i]), OCK_OK);
        assert_true(decoder.range >= (uint64_t)1 << 56);
    }
    assert_int_equal(ock_decoder_finish(&decoder), OCK_OK);
}

static double ideal_bits(const ock_interval *symbols, size_t count)
{
    double bits = 0;

    for (size_t i = 0; i < count; i++) {
        bits += 32 - log2(symbols[i].width);
    }
    return bits;
}

/* Round trip, and the promise of DESIGN: under 0.005 % plus 8 bytes over the ideal code length. */
static void check_sequence(const char *name, const ock_interval *symbols, size_t count)
{
    memory_lane lane = empty_lane();
    const double ideal = ideal_bits(symbols, count);

    encode(symbols, count, &lane);
    lane.chunk = 256;
    check_decode(symbols, count, &lane);
    lane.chunk = 1;
    check_decode(symbols, count, &lane);
    printf("    %-22s %8zu symbols, ideal %14.2f bits, spent %10zu, %+.6f %%\n", name, count, ideal,
           8 * lane.count, ideal > 0 ? 100 * (8 * (double)lane.count - ideal) / ideal : 0.0);
    assert_true(8 * (double)lane.count <= ideal * 1.00005 + 64);
    assert_true(8 * (double)lane.count >= ideal - 8);
    free(lane.bytes);
}

enum { SYMBOLS = 200000 };

typedef ock_interval make_interval(uint64_t *random);

static ock_interval uniform_byte(uint64_t *random)
{
    return (ock_interval){(uint32_t)(next_random(random) & 0xFF) << 24, 1u << 24};
}

/* Any width, all magnitudes alike. */
static ock_interval any_interval(uint64_t *random)
{
    const uint32_t bits = (uint32_t)(next_random(random) % 32);
    const uint32_t width = (uint32_t)(1u << bits | (next_random(random) & ((1u << bits) - 1)));
    const uint64_t room = whole - width + 1;

    return (ock_interval){(uint32_t)(next_random(random) % room), width};
}

static ock_interval near_certain_low(uint64_t *random)
{
    (void)random;
    return (ock_interval){0, UINT32_MAX};
}

static ock_interval near_certain_high(uint64_t *random)
{
    (void)random;
    return (ock_interval){1, UINT32_MAX};
}

static ock_interval unlikely_top(uint64_t *random)
{
    (void)random;
    return (ock_interval){UINT32_MAX, 1};
}

static ock_interval unlikely_bottom(uint64_t *random)
{
    (void)random;
    return (ock_interval){0, 1};
}

/* A binary source with p = 1/1000: mostly cheap symbols, as good prediction gives. */
static ock_interval skewed_bit(uint64_t *random)
{
    const uint32_t split = 4290672328u; /* 0.999 * 2^32 */

    if ((uint32_t)next_random(random) < split) {
        return (ock_interval){0, split};
    }
    return (ock_interval){split, (uint32_t)(whole - split)};
}

static void distributions(void **state)
{
    static const struct {
        const char *name;
        make_interval *make;
    } kinds[] = {
        {"uniform bytes", uniform_byte},       {"any width", any_interval},
        {"certain, at 0", near_certain_low},   {"certain, at 1", near_certain_high},
        {"width 1, at the top", unlikely_top}, {"width 1, at 0", unlikely_bottom},
        {"skewed bits", skewed_bit},
    };
    ock_interval *symbols = malloc(SYMBOLS * sizeof *symbols);

    (void)state;
    assert_non_null(symbols);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        uint64_t random = k + 1;

        for (size_t i = 0; i < SYMBOLS; i++) {
            symbols[i] = kinds[k].make(&random);
        }
        check_sequence(kinds[k].name, symbols, SYMBOLS);
    }
    free(symbols);
}

/* Every short length, so that the tail is met in every state. */
static void short_sequences(void **state)
{
    ock_interval symbols[40];

    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        const size_t count = seed % 40;
        uint64_t random = seed;
        memory_lane lane = empty_lane();

        for (size_t i = 0; i < count; i++) {
            symbols[i] = any_interval(&random);
        }
        encode(symbols, count, &lane);
        check_decode(symbols, count, &lane);
        assert_true(8 * (double)lane.count <= ideal_bits(symbols, count) + 8.1);
        free(lane.bytes);
    }
}

static void no_symbols_no_bytes(void **state)
{
    memory_lane lane = empty_lane();

    (void)state;
    encode(NULL, 0, &lane);
    assert_int_equal(lane.count, 0);
    check_decode(NULL, 0, &lane);
}

/* ---- carries ---- */

/* Intervals that keep a carry undecided: each contains the point 2^64 in its inside, about `below`
 * quarters of it below the point. */
static size_t straddle(ock_encoder *encoder, ock_interval *symbols, size_t count, uint32_t below,
                       memory_lane *to)
{
    size_t made = 0;

    symbols[made++] = (ock_interval){(1u << 31) - 1024, 2048};
    assert_int_equal(ock_encoder_put(encoder, symbols[0], to_lane, to), OCK_OK);
    while (made < count) {
        const uint64_t distance = 0 - encoder->low;
        const uint64_t target = distance / (encoder->range >> 32);

        assert_true(target >= 4 && target < whole - 4);
        symbols[made] = (ock_interval){(uint32_t)target - below, 4};
        assert_int_equal(ock_encoder_put(encoder, symbols[made++], to_lane, to), OCK_OK);
    }
    return made;
}

typedef enum ending { AT_BOTTOM, AT_TOP, NOWHERE } ending;

/* Returns the first byte written: 7F (FF FF ...) or 80 (00 00 ...). */
static int check_straddle(size_t straddling, uint32_t below, ending last)
{
    ock_interval *symbols = malloc((straddling + 1) * sizeof *symbols);
    ock_encoder encoder;
    memory_lane lane = empty_lane();
    size_t count = 0;
    int first = 0;

    assert_non_null(symbols);
    ock_encoder_start(&encoder);
    count = straddle(&encoder, symbols, straddling, below, &lane);
    assert_true(encoder.pending >= straddling);
    assert_true(lane.count == 0); /* all of it is held back, in constant memory */
    if (last != NOWHERE) {
        symbols[count] = last == AT_BOTTOM ? (ock_interval){0, 1} : (ock_interval){UINT32_MAX, 1};
        assert_int_equal(ock_encoder_put(&encoder, symbols[count++], to_lane, &lane), OCK_OK);
    }
    assert_int_equal(ock_encoder_finish(&encoder, to_lane, &lane), OCK_OK);
    first = lane.bytes[0];
    for (size_t i = 1; i < straddling; i++) {
        assert_int_equal(lane.bytes[i], first == 0x7F ? 0xFF : 0x00);
    }
    check_decode(symbols, count, &lane);
    free(lane.bytes);
    free(symbols);
    return first;
}

static void long_carries(void **state)
{
    size_t carried = 0, not_carried = 0;

    (void)state;
    for (size_t straddling = 2; straddling < 150; straddling++) {
        for (uint32_t below = 0; below < 4; below++) {
            int first = 0;

            assert_int_equal(check_straddle(straddling, below, AT_BOTTOM), 0x7F);
            assert_int_equal(check_straddle(straddling, below, AT_TOP), 0x80);
            first = check_straddle(straddling, below, NOWHERE);
            assert_true(first == 0x7F || first == 0x80);
            carried += first == 0x80;
            not_carried += first == 0x7F;
        }
    }
    assert_true(carried > 0 && not_carried > 0); /* the tail met both */
    assert_int_equal(check_straddle(100000, 2, AT_BOTTOM), 0x7F);
    assert_int_equal(check_straddle(100000, 2, AT_TOP), 0x80);
    assert_true(check_straddle(100000, 2, NOWHERE) > 0);
}

/* ---- damage ---- */

/* Decodes uniform bytes until an error or `count` symbols; returns how many
 * agree with `symbols`. */
static ock_status decode_damaged(memory_lane *from, const ock_interval *symbols, size_t count,
                                 size_t *agreeing)
{
    ock_decoder decoder;
    ock_status status = OCK_OK;
    int same = 1;

    from->at = 0;
    *agreeing = 0;
    status = ock_decoder_start(&decoder, from_lane, from);
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        uint32_t target = 0;

        status = ock_decoder_target(&decoder, &target);
        if (status != OCK_OK) {
            break;
        }
        target &= 0xFF000000u;
        same = same && target == symbols[i].low;
        *agreeing += (size_t)same;
        status = ock_decoder_take(&decoder, (ock_interval){target, 1u << 24});
    }
    return status == OCK_OK ? ock_decoder_finish(&decoder) : status;
}

static void flipped_bits_never_pass(void **state)
{
    enum { COUNT = 500 };
    ock_interval symbols[COUNT];
    memory_lane lane = empty_lane();
    uint64_t random = 7;
    size_t refused = 0, agreeing = 0;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        symbols[i] = uniform_byte(&random);
    }
    encode(symbols, COUNT, &lane);
    assert_int_equal(decode_damaged(&lane, symbols, COUNT, &agreeing), OCK_OK);
    assert_int_equal(agreeing, COUNT);
    for (size_t bit = 0; bit < 8 * lane.count; bit++) {
        ock_status status = OCK_OK;

        ock_error_clear();
        lane.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        status = decode_damaged(&lane, symbols, COUNT, &agreeing);
        lane.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_true(status == OCK_OK || status == OCK_BAD_DATA);
        refused += status == OCK_BAD_DATA;
        /* The last byte has room for other values inside the same final interval. */
        assert_true(status == OCK_BAD_DATA || agreeing < COUNT || bit / 8 == lane.count - 1);
    }
    printf("    %zu flips: %zu reported, the others gave other symbols\n", 8 * lane.count, refused);
    ock_error_clear();
    free(lane.bytes);
}

static void truncated_and_extended_lanes(void **state)
{
    enum { COUNT = 100 };
    ock_interval symbols[COUNT];
    memory_lane lane = empty_lane();
    uint64_t random = 9;
    size_t agreeing = 0, full = 0;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        symbols[i] = uniform_byte(&random);
    }
    encode(symbols, COUNT, &lane);
    full = lane.count;
    for (lane.count = 0; lane.count + 1 < full; lane.count++) {
        ock_error_clear();
        assert_int_equal(decode_damaged(&lane, symbols, COUNT, &agreeing), OCK_BAD_DATA);
    }
    for (int byte = 0; byte < 256; byte++) {
        const uint8_t more[2] = {(uint8_t)byte, 0};

        for (size_t extra = 1; extra <= 2; extra++) {
            ock_error_clear();
            lane.count = full;
            assert_int_equal(to_lane(&lane, more, extra), OCK_OK);
            assert_int_equal(decode_damaged(&lane, symbols, COUNT, &agreeing), OCK_BAD_DATA);
        }
    }
    ock_error_clear();
    free(lane.bytes);
}

/* 8 bytes past the end are supplied to start with; the ninth is damage. */
static void nine_bytes_past_the_end(void **state)
{
    memory_lane lane = empty_lane();
    ock_decoder decoder;

    (void)state;
    assert_int_equal(ock_decoder_start(&decoder, from_lane, &lane), OCK_OK);
    assert_int_equal(decoder.past_end, 8);
    assert_int_equal(ock_decoder_take(&decoder, (ock_interval){0, 1u << 30}), OCK_OK);
    assert_int_equal(ock_decoder_take(&decoder, (ock_interval){0, 1u << 20}), OCK_BAD_DATA);
    ock_error_clear();
}

static void targets_beyond_the_range(void **state)
{
    uint8_t ones[16];
    memory_lane lane = {ones, sizeof ones, sizeof ones, 0, 256, SIZE_MAX};
    ock_decoder decoder;
    uint32_t target = 0;

    (void)state;
    memset(ones, 0xFF, sizeof ones);
    assert_int_equal(ock_decoder_start(&decoder, from_lane, &lane), OCK_OK);
    assert_int_equal(ock_decoder_target(&decoder, &target), OCK_BAD_DATA);
    ock_error_clear();
    /* Inside the range, but in the part that cutting range >> 32 leaves to nobody. */
    ones[7] = 0xFE;
    lane.at = 0;
    assert_int_equal(ock_decoder_start(&decoder, from_lane, &lane), OCK_OK);
    assert_true(decoder.code < decoder.range);
    assert_int_equal(ock_decoder_target(&decoder, &target), OCK_BAD_DATA);
    ock_error_clear();
}

static void impossible_intervals(void **state)
{
    static const ock_interval bad[] = {{0, 0}, {5, 0}, {UINT32_MAX, 2}, {2, UINT32_MAX}};
    memory_lane lane = empty_lane();
    ock_encoder encoder;
    ock_decoder decoder;

    (void)state;
    ock_encoder_start(&encoder);
    assert_int_equal(ock_decoder_start(&decoder, from_lane, &lane), OCK_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ock_error_clear();
        assert_int_equal(ock_encoder_put(&encoder, bad[i], to_lane, &lane), OCK_INTERNAL);
        assert_int_equal(ock_decoder_take(&decoder, bad[i]), OCK_INTERNAL);
    }
    /* A valid interval without the target, 0. */
    assert_int_equal(ock_decoder_take(&decoder, (ock_interval){1, 5}), OCK_INTERNAL);
    ock_error_clear();
}

static void failures_are_passed_on(void **state)
{
    ock_interval symbols[300];
    memory_lane lane = empty_lane(), whole_lane = empty_lane();
    ock_encoder encoder;
    ock_decoder decoder;
    ock_status status = OCK_OK;
    uint64_t random = 3;

    (void)state;
    for (size_t i = 0; i < 300; i++) {
        symbols[i] = uniform_byte(&random);
    }
    lane.fail_after = 100;
    ock_encoder_start(&encoder);
    for (size_t i = 0; i < 300 && status == OCK_OK; i++) {
        status = ock_encoder_put(&encoder, symbols[i], to_lane, &lane);
    }
    assert_int_equal(status, OCK_ENVIRONMENT);
    ock_error_clear();

    encode(symbols, 300, &whole_lane);
    whole_lane.fail_after = 100;
    whole_lane.chunk = 50;
    status = ock_decoder_start(&decoder, from_lane, &whole_lane);
    for (size_t i = 0; i < 300 && status == OCK_OK; i++) {
        status = ock_decoder_take(&decoder, symbols[i]);
    }
    assert_int_equal(status, OCK_ENVIRONMENT);
    ock_error_clear();
    free(lane.bytes);
    free(whole_lane.bytes);
}

/* ---- code lengths ---- */

static void code_lengths(void **state)
{
    uint64_t random = 11;
    double worst = 0;

    (void)state;
    for (uint32_t bit = 0; bit < 32; bit++) {
        assert_true(ock_code_length_q24((ock_interval){0, 1u << bit}) == (uint64_t)(32 - bit)
                                                                             << 24);
    }
    assert_true(ock_code_length_q24((ock_interval){0, UINT32_MAX}) == 1);
    for (int i = 0; i < 300000; i++) {
        const ock_interval interval = any_interval(&random);
        const double exact = 32 - log2(interval.width);
        const double error = (double)ock_code_length_q24(interval) / 16777216 - exact;

        assert_true(error > -1e-9); /* rounded up */
        worst = error > worst ? error : worst;
    }
    printf("    worst error %.3g bit (limit %.3g)\n", worst, ldexp(1, -20));
    assert_true(worst < ldexp(1, -24) + ldexp(1, -28));
}

/* These values reach the file: they may not change. */
static void code_lengths_are_fixed(void **state)
{
    (void)state;
    assert_true(ock_code_length_q24((ock_interval){0, 3}) == 510279654);
    assert_true(ock_code_length_q24((ock_interval){0, 1000000007}) == 35276566);
    assert_true(ock_code_length_q24((ock_interval){9, 4000000000u}) == 1722134);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distributions),
        cmocka_unit_test(short_sequences),
        cmocka_unit_test(no_symbols_no_bytes),
        cmocka_unit_test(long_carries),
        cmocka_unit_test(flipped_bits_never_pass),
        cmocka_unit_test(truncated_and_extended_lanes),
        cmocka_unit_test(nine_bytes_past_the_end),
        cmocka_unit_test(targets_beyond_the_range),
        cmocka_unit_test(impossible_intervals),
        cmocka_unit_test(failures_are_passed_on),
        cmocka_unit_test(code_lengths),
        cmocka_unit_test(code_lengths_are_fixed),
    };

    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
