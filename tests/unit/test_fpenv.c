/* SPDX-License-Identifier: MIT */
/* test_fpenv.c - a changed rounding mode or denormal treatment is found, and set repairs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cases.h"

#include "numeric/fpenv.h"

typedef struct change {
    const char *name;
    uint64_t bits; /* of the control register, to be flipped */
} change;

#if defined(__x86_64__)
#include <xmmintrin.h>

static const change changes[] = {
    {"flush to zero", 0x8000},   {"denormals are zero", 0x0040},      {"round down", 0x2000},
    {"round up", 0x4000},        {"round toward zero", 0x6000},       {"unmasked invalid", 0x0080},
    {"unmasked divide", 0x0200}, {"fast-math start-up code", 0x8040},
};

static uint64_t control(void)
{
    return _mm_getcsr();
}

static void flip(uint64_t bits)
{
    _mm_setcsr(_mm_getcsr() ^ (uint32_t)bits);
}
#else
static const change changes[] = {
    {"flush to zero", 1u << 24},     {"round up", 1u << 22},    {"round down", 2u << 22},
    {"round toward zero", 3u << 22}, {"default NaN", 1u << 25},
};

static uint64_t control(void)
{
    uint64_t value;
    __asm__ volatile("mrs %0, fpcr" : "=r"(value));
    return value;
}

static void flip(uint64_t bits)
{
    const uint64_t value = control();
    __asm__ volatile("msr fpcr, %0" : : "r"(value ^ bits));
}
#endif

static void set_state_passes(void **state)
{
    (void)state;
    ock_fpenv_set();
    assert_int_equal(ock_fpenv_check("a test"), OCK_OK);
    assert_string_equal(ock_error_text(), "");
}

static void each_change_is_found_and_repaired(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ock_fpenv_set();
        flip(changes[i].bits);
        ock_status found = ock_fpenv_check(changes[i].name);
        ock_fpenv_set();
        ock_status repaired = ock_fpenv_check("the repair");
        assert_int_equal(found, OCK_INTERNAL);
        assert_int_equal(repaired, OCK_OK);
        assert_non_null(strstr(ock_error_text(), changes[i].name));
        ock_error_clear();
    }
}

/* Whatever the caller's environment is, a run sets its own and gives the caller's back to the bit. */
static void a_run_leaves_no_trace(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ock_fpenv callers;
        ock_fpenv_set();
        flip(changes[i].bits);
        const uint64_t before = control();
        ock_fpenv_enter(&callers);
        const ock_status within = ock_fpenv_check(changes[i].name);
        volatile float one = 1.0f, three = 3.0f, third = one / three; /* raises a flag */
        ock_fpenv_leave(&callers);
        const uint64_t after = control();
        ock_fpenv_set();
        assert_int_equal(within, OCK_OK);
        assert_true(third > 0.0f);
        assert_true(before == after);
    }
}

/* A run within a run gives back the outer one's. */
static void runs_nest(void **state)
{
    ock_fpenv callers, outer;
    (void)state;
    ock_fpenv_set();
    flip(changes[0].bits);
    const uint64_t before = control();
    ock_fpenv_enter(&callers);
    ock_fpenv_enter(&outer);
    ock_fpenv_leave(&outer);
    const ock_status between = ock_fpenv_check("the inner run");
    ock_fpenv_leave(&callers);
    const uint64_t after = control();
    ock_fpenv_set();
    assert_int_equal(between, OCK_OK);
    assert_true(before == after);
}

/* Sticky exception flags are no part of the state: ordinary arithmetic raises them. */
static void raised_flags_do_not_matter(void **state)
{
    (void)state;
    ock_fpenv_set();
    volatile float one = 1.0f, three = 3.0f, zero = 0.0f;
    volatile float inexact = one / three, infinite = one / (zero * one + 0x1p-149f);
    assert_true(inexact > 0.0f && infinite > 1.0f);
    assert_int_equal(ock_fpenv_check("inexact and overflow"), OCK_OK);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_state_passes),
        cmocka_unit_test(each_change_is_found_and_repaired),
        cmocka_unit_test(a_run_leaves_no_trace),
        cmocka_unit_test(runs_nest),
        cmocka_unit_test(raised_flags_do_not_matter),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
