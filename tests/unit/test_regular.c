/* SPDX-License-Identifier: MIT */
/* test_regular.c - periods of lanes, when they are relied on, the answer's interval. */
#include "model_fixture.h"

#include <math.h>

#include "codec/regular.h"

enum { STEP = 6, AFTER = 30 };

typedef struct specimen {
    ock_arena arena;
    ock_history history;
    ock_regular regular;
} specimen;

static void make(specimen *s, size_t lanes, size_t step, uint32_t after)
{
    ock_arena_init(&s->arena, NULL);
    s->history = (ock_history){
        .lanes = lanes, .step = step, .rows = fixture_memory(lanes, OCK_MAX_ORDER + step)};
    assert_int_equal(ock_regular_init(&s->regular, lanes, after, &s->arena), OCK_OK);
}

static void discard(specimen *s)
{
    ock_arena_free(&s->arena);
    free(s->history.rows);
}

/* A step of a lane: symbols first, first + 1 .. of a pattern of numbers below `period`, plus
 * `offset`. */
static void write_lane(specimen *s, size_t lane, size_t first, size_t period, uint8_t offset)
{
    for (size_t t = 0; t < s->history.step; t++) {
        *ock_history_at(&s->history, lane, t) = (uint8_t)((first + t) % period + offset);
    }
}

static void end_step(specimen *s)
{
    ock_regular_learn(&s->regular, &s->history);
    ock_history_advance(&s->history);
}

/* Every period is found, the shortest one where multiples fit too; a longer one is not. */
static void every_period_is_found(void **state)
{
    (void)state;
    for (size_t step = 1; step <= 40; step += 13) {
        for (size_t period = 1; period <= OCK_MAX_PERIOD + 1; period++) {
            specimen s;
            make(&s, 1, step, AFTER);
            for (size_t at = 0; at < 400; at += step) {
                write_lane(&s, 0, at, period, 100);
                end_step(&s);
            }
            assert_int_equal(ock_regular_expected(&s.regular), period <= OCK_MAX_PERIOD);
            if (period <= OCK_MAX_PERIOD) {
                assert_int_equal(s.regular.repetitions[0].period % period, 0);
            }
            if (step > OCK_MAX_PERIOD && period <= OCK_MAX_PERIOD) {
                assert_int_equal(s.regular.repetitions[0].period, period);
            }
            discard(&s);
        }
    }
}

/* The symbols of all lanes together count, but each lane must have repeated that long. */
static void length_is_counted_over_lanes(void **state)
{
    (void)state;
    for (size_t lanes = 1; lanes <= 4; lanes++) {
        specimen s;
        size_t steps = 0;
        make(&s, lanes, STEP, AFTER);
        for (; !ock_regular_expected(&s.regular); steps++) {
            end_step(&s); /* zeros after zeros */
        }
        assert_int_equal(steps, (AFTER + lanes * STEP - 1) / (lanes * STEP));
        write_lane(&s, lanes - 1, 0, 250, 1);
        end_step(&s);
        assert_false(ock_regular_expected(&s.regular));
        discard(&s);
    }
}

static void never_without_a_number(void **state)
{
    specimen s;
    (void)state;
    make(&s, 2, STEP, 0);
    for (size_t i = 0; i < 100; i++) {
        end_step(&s);
    }
    assert_false(ock_regular_expected(&s.regular));
    discard(&s);
}

/* What is filled in is what would have come, and a single other symbol anywhere is noticed. */
static void fill_and_holds_agree(void **state)
{
    enum { LANES = 3 };
    uint8_t expected[LANES][STEP];
    specimen s;
    (void)state;
    make(&s, LANES, STEP, AFTER);
    for (size_t at = 0; at < 20 * STEP; at += STEP) {
        for (size_t lane = 0; lane < LANES; lane++) {
            write_lane(&s, lane, at, 2 + 5 * lane, (uint8_t)(10 * lane));
        }
        end_step(&s);
    }
    assert_true(ock_regular_expected(&s.regular));
    ock_regular_fill(&s.regular, &s.history);
    assert_true(ock_regular_holds(&s.regular, &s.history));
    for (size_t lane = 0; lane < LANES; lane++) {
        memcpy(expected[lane], ock_history_at(&s.history, lane, 0), STEP);
        write_lane(&s, lane, 20 * STEP, 2 + 5 * lane, (uint8_t)(10 * lane));
        assert_memory_equal(expected[lane], ock_history_at(&s.history, lane, 0), STEP);
    }
    for (size_t i = 0; i < LANES * STEP; i++) {
        uint8_t *symbol = ock_history_at(&s.history, i / STEP, i % STEP);
        *symbol ^= 1;
        assert_false(ock_regular_holds(&s.regular, &s.history));
        *symbol ^= 1;
    }
    assert_true(ock_regular_holds(&s.regular, &s.history));
    discard(&s);
}

/* After a change of the pattern the lane has to prove itself again. */
static void a_change_starts_again(void **state)
{
    specimen s;
    (void)state;
    make(&s, 1, STEP, AFTER);
    for (size_t i = 0; i < 10; i++) {
        end_step(&s);
    }
    write_lane(&s, 0, 0, 2, 50); /* 50 51 50 .. after zeros */
    end_step(&s);
    assert_false(ock_regular_expected(&s.regular));
    for (size_t steps = 1; steps <= AFTER / STEP; steps++) {
        assert_false(ock_regular_expected(&s.regular));
        write_lane(&s, 0, 0, 2, 50);
        end_step(&s);
    }
    assert_true(ock_regular_expected(&s.regular));
    assert_int_equal(s.regular.repetitions[0].period, 2);
    discard(&s);
}

static double bits(ock_interval interval)
{
    return 32 - log2((double)interval.width);
}

/* The two answers share [0, 2^32), whatever came before, and a run of one of them gets cheap. */
static void intervals_are_complementary(void **state)
{
    enum { ANSWERS = 100000 };
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        ock_regular regular = {.after = 1};
        double spent = 0;
        for (uint64_t i = 0; i < ANSWERS; i++) {
            bool answer = kind < 2 ? kind == 1 : fixture_bits(3, i) % 16 != 0;
            ock_interval yes = ock_regular_interval(&regular, true);
            ock_interval no = ock_regular_interval(&regular, false);
            assert_int_equal(yes.low, 0);
            assert_int_equal(yes.width, no.low);
            assert_true((uint64_t)no.low + no.width == (uint64_t)1 << 32);
            assert_true(yes.width > 0 && no.width > 0);
            spent += bits(answer ? yes : no);
            ock_regular_answered(&regular, answer);
        }
        /* 2^-11.5 of a bit and less each in a run; the entropy of 1/16 is 0.3373 bits */
        assert_true(spent < (kind < 2 ? 60 : ANSWERS * 0.34));
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_period_is_found),  cmocka_unit_test(length_is_counted_over_lanes),
        cmocka_unit_test(never_without_a_number), cmocka_unit_test(fill_and_holds_agree),
        cmocka_unit_test(a_change_starts_again),  cmocka_unit_test(intervals_are_complementary),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
