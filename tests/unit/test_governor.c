/* SPDX-License-Identifier: MIT */
/* test_governor.c - how many threads are used, on machines that are made up: as many as are fastest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "cases.h"

#include "threads/governor.h"

/* Seconds that a step takes with so many members. */
typedef double machine(size_t members);

/* As many cores as members. */
static double quiet(size_t members)
{
    return 0.004 / (double)members + 0.0001;
}

/* Two cores: more members wait for each other. */
static double two_cores(size_t members)
{
    return members <= 2 ? quiet(members) : 0.002 + 0.001 * (double)members;
}

/* Every core is busy with other work. */
static double busy(size_t members)
{
    return 0.004 + 0.01 * (double)(members - 1);
}

/* Two cores whose speed is anything between one and two thirds, from step to step and from one half second to
 * the next. */
static double unsteady(size_t members)
{
    static uint64_t chance = 1;
    static double told;
    const double step = members == 2 ? 0.0023 : 0.004;
    chance = chance * UINT64_C(6364136223846793005) + 1;
    const double now = 1.0 + 0.25 * (double)(chance >> 33) / (double)(UINT64_C(1) << 31);
    told += step;
    return step * now * ((uint64_t)(2.0 * told) % 3 == 0 ? 1.2 : 1.0);
}

/* Runs for `seconds`; -> the share of the time that a number of members other than `wanted` was used. */
static double others(ock_governor *g, machine *takes, double seconds, size_t wanted)
{
    size_t members = ock_governor_use(g, 0.0, 0);
    double spent = 0.0, other = 0.0;
    while (spent < seconds) {
        const double step = takes(members);
        spent += step;
        other += members != wanted ? step : 0.0;
        members = ock_governor_use(g, step, 64);
        assert_in_range(members, 1, g->most);
    }
    return other / spent;
}

static void one_is_one(void **state)
{
    ock_governor g;
    (void)state;
    ock_governor_start(&g, 1, 4);
    assert_true(others(&g, quiet, 5.0, 1) == 0.0);
}

static void all_where_all_pay(void **state)
{
    ock_governor g;
    (void)state;
    ock_governor_start(&g, 16, 16);
    assert_true(others(&g, quiet, 100.0, 16) < 0.03);
    assert_int_equal(g.settled, 16);
}

static void as_many_as_cores(void **state)
{
    ock_governor g;
    (void)state;
    ock_governor_start(&g, 8, 2);
    assert_true(others(&g, two_cores, 100.0, 2) < 0.05);
    assert_int_equal(g.settled, 2);
}

/* Chance does not make fewer of as many as cores. */
static void all_where_speed_varies(void **state)
{
    ock_governor g;
    (void)state;
    ock_governor_start(&g, 2, 2);
    assert_true(others(&g, unsteady, 300.0, 2) < 0.05);
    assert_int_equal(g.settled, 2);
}

/* Other work begins and ends: the number follows, both ways. */
static void follows_other_work(void **state)
{
    ock_governor g;
    (void)state;
    ock_governor_start(&g, 4, 4);
    assert_true(others(&g, quiet, 30.0, 4) < 0.05);
    assert_true(others(&g, busy, 30.0, 1) < 0.10);
    assert_true(others(&g, quiet, 60.0, 4) < 0.30);
    assert_int_equal(g.settled, 4);
}

/* A number that is no power of two is found again. */
static void seven(void **state)
{
    ock_governor g;
    (void)state;
    ock_governor_start(&g, 7, 8);
    assert_true(others(&g, busy, 30.0, 1) < 0.15);
    (void)others(&g, quiet, 60.0, 7);
    assert_int_equal(g.settled, 7);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_one),         cmocka_unit_test(all_where_all_pay),
        cmocka_unit_test(as_many_as_cores),   cmocka_unit_test(all_where_speed_varies),
        cmocka_unit_test(follows_other_work), cmocka_unit_test(seven),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
