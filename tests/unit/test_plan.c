/* SPDX-License-Identifier: MIT */
/* test_plan.c - lanes, shards, step, table groups and automatic sizes follow from the input's
 * length, the level and the options alone. No rank count is among the arguments; the table pins
 * what comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cases.h"

#include "plan/config.h"

#define KIB UINT64_C(1024)
#define GIB (KIB * KIB * KIB)
#define MB UINT64_C(1000000)

typedef struct expectation {
    uint64_t bytes;
    uint32_t level, wished_lanes, wished_shards; /* 0: not wished */
    uint32_t lanes, shards, groups, step;
    uint32_t layers, ngram_bits, table_bits, match_bits;
} expectation;

static const expectation expectations[] = {
    /* bytes, level, wishes   lanes shards groups step   layers, ngram table match bits */
    {0, 5, 0, 0, 1, 1, 1, 64, 2, 10, 12, 12},
    {1, 5, 0, 0, 1, 1, 1, 64, 2, 10, 12, 12},
    {64 * KIB, 5, 0, 0, 1, 1, 1, 64, 2, 14, 20, 16},
    {959999, 5, 0, 0, 1, 1, 1, 128, 2, 18, 24, 20},
    {960000, 5, 0, 0, 2, 2, 1, 64, 2, 18, 24, 20},
    {MB, 5, 0, 0, 2, 2, 1, 64, 2, 18, 24, 20},
    {4499999, 5, 0, 0, 2, 2, 1, 128, 4, 20, 25, 23},
    {4500000, 5, 0, 0, 4, 4, 1, 64, 4, 20, 25, 23},
    {10 * MB, 5, 0, 0, 8, 8, 1, 64, 4, 20, 25, 24},
    {37999999, 5, 0, 0, 8, 8, 1, 128, 4, 20, 25, 24},
    {38 * MB, 5, 0, 0, 16, 16, 1, 64, 4, 20, 25, 24},
    {100 * MB, 5, 0, 0, 16, 16, 1, 64, 4, 20, 25, 24},
    {151999999, 5, 0, 0, 16, 16, 1, 128, 4, 20, 25, 24},
    {152 * MB, 5, 0, 0, 32, 16, 1, 64, 4, 20, 25, 24},
    {5 * GIB, 5, 0, 0, 128, 64, 2, 64, 4, 20, 25, 24},
    {100, 1, 0, 0, 1, 1, 1, 64, 0, 10, 12, 12},
    {MB, 1, 0, 0, 2, 2, 1, 64, 0, 18, 22, 20},
    {10 * MB, 1, 0, 0, 8, 8, 1, 64, 0, 18, 22, 24},
    {5 * GIB, 1, 0, 0, 128, 64, 2, 64, 0, 18, 22, 24},
    {100, 9, 0, 0, 1, 1, 1, 32, 2, 10, 13, 12},
    {MB, 9, 0, 0, 1, 1, 1, 64, 2, 18, 25, 20},
    {5 * GIB, 9, 0, 0, 64, 32, 1, 64, 3, 20, 25, 24},
    {100, 5, 4096, 0, 4096, 2048, 64, 32, 2, 10, 12, 12},
    {MB, 5, 4096, 0, 4096, 2048, 64, 32, 2, 18, 18, 14},
    {MB, 5, 64, 33, 64, 33, 1, 32, 2, 18, 24, 20},
    {MB, 5, 65, 1, 65, 1, 1, 32, 2, 18, 24, 20},
    {5 * GIB, 5, 1, 0, 1, 1, 1, 256, 4, 20, 25, 24},
    {5 * GIB, 5, 1024, 512, 1024, 512, 16, 32, 4, 20, 22, 24},
};

static ock_wishes wishes_of(const expectation *e)
{
    ock_wishes wishes;
    memset(&wishes, 0, sizeof wishes);
    assert_int_equal(ock_config_level(e->level, &wishes.config), OCK_OK);
    wishes.level = e->level;
    wishes.lanes = e->wished_lanes;
    wishes.shards = e->wished_shards;
    return wishes;
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        const expectation *e = &expectations[i];
        const ock_wishes wishes = wishes_of(e);
        ock_plan plan;

        print_message("%llu bytes, level %u\n", (unsigned long long)e->bytes, e->level);
        assert_int_equal(ock_plan_make(e->bytes, &wishes, &plan), OCK_OK);
        assert_true(plan.map.bytes == e->bytes);
        assert_int_equal(plan.level, e->level);
        assert_int_equal(plan.map.lanes, e->lanes);
        assert_int_equal(plan.map.shards, e->shards);
        assert_int_equal(plan.map.groups, e->groups);
        assert_int_equal(plan.config.step, e->step);
        assert_int_equal(plan.config.layers, e->layers);
        assert_int_equal(plan.config.ngram_bits, e->ngram_bits);
        assert_int_equal(plan.config.table_bits, e->table_bits);
        assert_int_equal(plan.config.match_bits, e->match_bits);
    }
}

/* Every byte of the plan: nothing of it is left as the caller's memory had it. */
static void test_every_byte_is_determined(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        const ock_wishes wishes = wishes_of(&expectations[i]);
        ock_plan a, b;

        memset(&a, 0x55, sizeof a);
        memset(&b, 0xAA, sizeof b);
        assert_int_equal(ock_plan_make(expectations[i].bytes, &wishes, &a), OCK_OK);
        assert_int_equal(ock_plan_make(expectations[i].bytes, &wishes, &b), OCK_OK);
        assert_memory_equal(&a.config, &b.config, sizeof a.config);
        assert_memory_equal(&a.map, &b.map, offsetof(ock_lane_map, groups) + sizeof a.map.groups);
    }
}

static void test_wishes_reach_the_plan(void **state)
{
    const expectation any = {.level = 5};
    ock_wishes wishes = wishes_of(&any);
    ock_plan plan;

    (void)state;
    assert_int_equal(ock_config_set(&wishes.config, "step=8"), OCK_OK);
    assert_int_equal(ock_config_set(&wishes.config, "table_bits=13"), OCK_OK);
    assert_int_equal(ock_plan_make(MB, &wishes, &plan), OCK_OK);
    assert_int_equal(plan.config.step, 8);
    assert_int_equal(plan.config.table_bits, 13);
    assert_int_equal(plan.config.match_bits, 20);
    assert_int_equal(ock_config_set(&wishes.config, "layers=0"), OCK_OK);
    assert_int_equal(ock_plan_make(10 * MB, &wishes, &plan), OCK_OK);
    assert_int_equal(plan.config.layers, 0);
}

/* What orthogonalised momentum costs is spread over equally many symbols, whatever the step. */
static void test_momentum_moves_by_symbols(void **state)
{
    static const struct {
        const char *step;
        uint32_t lanes, every;
    } cases[] = {{"step=64", 1, 16}, {"step=256", 1, 4}, {"step=64", 6, 2}, {"step=64", 32, 1}};
    const expectation any = {.level = 5};
    ock_plan plan;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_wishes wishes = wishes_of(&any);
        wishes.lanes = cases[i].lanes;
        assert_int_equal(ock_config_set(&wishes.config, cases[i].step), OCK_OK);
        assert_int_equal(ock_config_set(&wishes.config, "optimiser=muon"), OCK_OK);
        assert_int_equal(ock_plan_make(MB, &wishes, &plan), OCK_OK);
        assert_int_equal(plan.config.muon_every, cases[i].every);
        assert_int_equal(ock_config_set(&wishes.config, "muon_every=7"), OCK_OK);
        assert_int_equal(ock_plan_make(MB, &wishes, &plan), OCK_OK);
        assert_int_equal(plan.config.muon_every, 7);
    }
}

/* How many digests of the state a file has, and after which steps. */
static void test_marks(void **state)
{
    static const struct {
        uint64_t bytes, marks;
    } cases[] = {{0, 0},
                 {1, 1},
                 {999999, 1},
                 {1000000, 2},
                 {8000000, 16},
                 {10000000, 16},
                 {64000000, 16},
                 {100000000, 25},
                 {1000000000, 250},
                 {UINT64_MAX / 2, 65536}};
    ock_wishes wishes = {.level = 5};
    ock_plan plan;

    (void)state;
    assert_int_equal(ock_config_level(5, &wishes.config), OCK_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(ock_plan_make(cases[i].bytes, &wishes, &plan), OCK_OK);
        print_message("%llu bytes: a mark every %u of %llu steps\n",
                      (unsigned long long)cases[i].bytes, plan.config.mark_steps,
                      (unsigned long long)ock_plan_steps(&plan));
        assert_true(ock_plan_marks(&plan) == cases[i].marks);
        if (cases[i].marks > 0) {
            assert_true(ock_plan_mark_step(&plan, cases[i].marks) == ock_plan_steps(&plan));
        }
    }
    assert_int_equal(ock_config_set(&wishes.config, "mark_steps=7"), OCK_OK);
    assert_int_equal(ock_plan_make(64 * 100, &wishes, &plan), OCK_OK); /* 100 steps */
    assert_true(ock_plan_marks(&plan) == 15 && ock_plan_mark_step(&plan, 14) == 98);
    assert_true(ock_plan_mark_number(&plan, 7) == 1 && ock_plan_mark_number(&plan, 8) == 2);
    assert_int_equal(ock_config_set(&wishes.config, "mark_steps=1"), OCK_OK);
    assert_int_equal(ock_plan_make(UINT64_C(1) << 40, &wishes, &plan), OCK_ENVIRONMENT);
    ock_error_clear();
}

static void test_levels_differ(void **state)
{
    ock_config configs[OCK_LEVEL_MAX + 1];

    (void)state;
    for (uint32_t level = OCK_LEVEL_MIN; level <= OCK_LEVEL_MAX; level++) {
        assert_int_equal(ock_config_level(level, &configs[level]), OCK_OK);
        assert_int_equal(ock_config_check(&configs[level], OCK_ENVIRONMENT), OCK_OK);
        for (uint32_t other = OCK_LEVEL_MIN; other < level; other++) {
            assert_memory_not_equal(&configs[level], &configs[other], sizeof configs[level]);
        }
    }
    assert_int_equal(ock_config_level(0, &configs[0]), OCK_ENVIRONMENT);
    assert_int_equal(ock_config_level(10, &configs[0]), OCK_ENVIRONMENT);
    ock_error_clear();
}

static void test_impossible_wishes_are_refused(void **state)
{
    const expectation more_shards_than_lanes = {.level = 5, .wished_lanes = 4, .wished_shards = 5};
    const expectation too_many_lanes = {.level = 5, .wished_lanes = OCK_MAX_LANES + 1};
    ock_wishes wishes = wishes_of(&more_shards_than_lanes);
    ock_plan plan;

    (void)state;
    assert_int_equal(ock_plan_make(MB, &wishes, &plan), OCK_ENVIRONMENT);
    wishes = wishes_of(&too_many_lanes);
    assert_int_equal(ock_plan_make(MB, &wishes, &plan), OCK_ENVIRONMENT);
    ock_error_clear();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_every_byte_is_determined),
        cmocka_unit_test(test_wishes_reach_the_plan),
        cmocka_unit_test(test_momentum_moves_by_symbols),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_levels_differ),
        cmocka_unit_test(test_impossible_wishes_are_refused),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
