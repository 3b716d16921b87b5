/* SPDX-License-Identifier: MIT */
/* test_speed.c - the forecast of times: what must grow grows, what can't matter doesn't, and its stated
 * error is that of the runs it was fitted to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cases.h"

#include "forecast/scaling.h"
#include "speed_points.h"

static const struct {
    uint32_t level, lanes;
    uint64_t bytes;
} inputs[] = {{1, 0, 1000000},    {1, 64, 100000000}, {5, 0, 100000},         {5, 16, 1000000},
              {5, 4096, 5 << 20}, {7, 33, 12345678},  {9, 0, 20000000000ULL}, {9, 256, 1000000000}};
enum { INPUTS = sizeof inputs / sizeof inputs[0] };

static const int some_ranks[] = {1, 2, 3, 8, 64, 1000, 4096};
enum { SOME_RANKS = sizeof some_ranks / sizeof some_ranks[0] };

static ock_plan plan_of(size_t i)
{
    ock_plan plan;
    assert_int_equal(point_plan(inputs[i].level, inputs[i].bytes, inputs[i].lanes, 0, &plan),
                     OCK_OK);
    return plan;
}

static ock_load load_of(const ock_plan *plan, int ranks)
{
    ock_load load;
    assert_int_equal(ock_load_of(&plan->map, ranks, &load), OCK_OK);
    return load;
}

static double seconds(const ock_plan *plan, ock_cluster cluster, bool restore)
{
    const ock_load load = load_of(plan, cluster.ranks);
    return ock_speed_seconds(plan, &cluster, &load, restore);
}

static ock_cluster linked(int nodes, int ranks, double latency, double byte_seconds)
{
    return (ock_cluster){nodes, ranks, 2, latency, byte_seconds};
}

/* What the loads are, by looking at every rank's share. */
static void loads_are_the_largest_shares(void **state)
{
    (void)state;
    for (size_t i = 0; i < INPUTS; i++) {
        const ock_plan plan = plan_of(i);
        for (size_t r = 0; r < SOME_RANKS; r++) {
            const ock_load load = load_of(&plan, some_ranks[r]);
            const double ranks = some_ranks[r], shards = plan.map.shards;
            assert_true(load.shards >= shards / ranks && load.shards < shards / ranks + 1);
            assert_true(load.lanes >= load.shards && load.lanes <= plan.map.lanes);
            assert_true(load.replayed >= load.lanes && load.groups >= 1);
            assert_true(load.own_operands >= 1 && load.own_operands <= load.shards);
            assert_true(load.operands <= shards);
            assert_true(load.operands >= (ranks < shards ? ranks : shards));
        }
    }
    ock_plan
        plan; /* 80 lanes, 40 shards, 2 groups: of 14, 13 and 13 shards, and the second rank has both groups */
    assert_int_equal(point_plan(5, 1000000, 80, 0, &plan), OCK_OK);
    const ock_load load = load_of(&plan, 3);
    assert_true(load.shards == 14 && load.lanes == 28 && load.groups == 2 && load.replayed == 80);
}

static void one_rank_sends_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < INPUTS; i++) {
        const ock_plan plan = plan_of(i);
        const ock_load load = load_of(&plan, 1);
        const ock_cluster alone = linked(1, 1, 1, 1);
        const ock_work work = ock_work_of(&plan, &alone, &load, 1, true);
        assert_true(work.link == 0 && work.of[OCK_WORK_MESSAGE] == 0);
        assert_true(work.of[OCK_WORK_TRAFFIC] == 0 && work.of[OCK_WORK_BARRIER] == 0);
        assert_true(work.of[OCK_WORK_SYMBOL] >= (double)inputs[i].bytes);
    }
}

/* An encoder: symbols from all to all, and intervals to rank 0, once a step (port_encode.c). A decoder: once a
 * step and twice a position (port_decode.c). */
static void messages_are_those_of_the_ports(void **state)
{
    (void)state;
    for (size_t i = 0; i < INPUTS; i++) {
        ock_plan plan = plan_of(i);
        const ock_cluster four = linked(1, 4, 0, 0);
        const ock_load load = load_of(&plan, 4);
        const double steps = (double)ock_plan_steps(&plan);
        const double positions = (double)ock_lane_positions(&plan.map);
        plan.config.network = 0;
        assert_true(ock_work_of(&plan, &four, &load, 1, false).of[OCK_WORK_MESSAGE] ==
                    steps * (3 + 3 + 3));
        assert_true(ock_work_of(&plan, &four, &load, 1, true).of[OCK_WORK_MESSAGE] ==
                    2 * steps + positions * (3 + 2));
    }
}

/* More latency, less bandwidth: never faster, and slower where there is more than one node. */
static void slower_links_never_help(void **state)
{
    (void)state;
    for (size_t i = 0; i < INPUTS; i++) {
        const ock_plan plan = plan_of(i);
        for (size_t r = 1; r < SOME_RANKS; r++) {
            const int ranks = some_ranks[r];
            for (int restore = 0; restore < 2; restore++) {
                const double good = seconds(&plan, linked(ranks, ranks, 1e-6, 1e-10), restore);
                assert_true(seconds(&plan, linked(ranks, ranks, 3e-6, 1e-10), restore) > good);
                assert_true(seconds(&plan, linked(ranks, ranks, 1e-6, 1e-9), restore) > good);
                assert_true(seconds(&plan, linked(1, ranks, 1e-6, 1e-9), restore) ==
                            seconds(&plan, linked(1, ranks, 0, 0), restore));
            }
        }
    }
}

/* No latency and endless bandwidth: what is left is the work, as on one node. */
static void a_perfect_link_takes_no_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < INPUTS; i++) {
        const ock_plan plan = plan_of(i);
        for (size_t r = 0; r < SOME_RANKS; r++) {
            const int ranks = some_ranks[r];
            const ock_cluster cluster = linked(ranks, ranks, 0, 0);
            const ock_load load = load_of(&plan, ranks);
            assert_true(ock_work_of(&plan, &cluster, &load, 2, false).link == 0);
            assert_true(seconds(&plan, cluster, false) ==
                        seconds(&plan, linked(1, ranks, 5, 5), false));
        }
    }
}

/* Ranks beyond the shards own nothing: all they add is messages. Only the update's slices get smaller. */
static void ranks_without_shards_do_no_work(void **state)
{
    (void)state;
    for (size_t i = 0; i < INPUTS; i++) {
        const ock_plan plan = plan_of(i);
        const int shards = (int)plan.map.shards;
        const ock_cluster all = linked(1, shards, 0, 0), more = linked(1, 4 * shards, 0, 0);
        const ock_load load = load_of(&plan, all.ranks), same = load_of(&plan, more.ranks);
        assert_memory_equal(&load, &same, sizeof load);
        const ock_work a = ock_work_of(&plan, &all, &load, 2, false),
                       b = ock_work_of(&plan, &more, &same, 2, false);
        for (int kind = 0; kind < OCK_WORK_KINDS; kind++) {
            if (kind == OCK_WORK_UPDATE) {
                assert_true(b.of[kind] <= a.of[kind]);
            } else if (kind == OCK_WORK_MESSAGE || kind == OCK_WORK_TRAFFIC) {
                assert_true(b.of[kind] >= a.of[kind]);
            } else {
                assert_true(b.of[kind] == a.of[kind]);
            }
        }
    }
}

/* More threads are never slower, for no more work than pay; and there is a number beyond which nothing changes. */
static void threads_help_until_they_do_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < INPUTS; i++) {
        const ock_plan plan = plan_of(i);
        for (int restore = 0; restore < 2; restore++) {
            ock_cluster cluster = linked(1, 1, 0, 0);
            cluster.threads = 1;
            double before = seconds(&plan, cluster, restore);
            for (cluster.threads = 2; cluster.threads <= 1024; cluster.threads *= 2) {
                const double now = seconds(&plan, cluster, restore);
                assert_true(now <= before);
                before = now;
            }
        }
    }
    const ock_plan small = plan_of(0); /* of two lanes: two threads code, a few more replay */
    ock_cluster some = linked(1, 1, 0, 0), many = some;
    some.threads = 64;
    many.threads = 1024;
    assert_true(seconds(&small, some, false) == seconds(&small, many, false));
}

static void time_grows_with_the_input(void **state)
{
    (void)state;
    for (uint32_t level = OCK_LEVEL_MIN; level <= OCK_LEVEL_MAX; level++) {
        double before = 0;
        for (uint64_t bytes = 1000; bytes <= 1000000; bytes *= 10) {
            ock_plan plan;
            assert_int_equal(point_plan(level, bytes, 1, 64, &plan), OCK_OK);
            const double now = seconds(&plan, linked(1, 1, 0, 0), false);
            assert_true(now > before);
            before = now;
        }
    }
    ock_plan none;
    assert_int_equal(point_plan(5, 0, 0, 0, &none), OCK_OK);
    assert_true(seconds(&none, linked(4, 4, 1, 1), true) == 0);
}

static void clusters_are_cut_evenly(void **state)
{
    (void)state;
    const ock_cluster c = {.nodes = 4, .ranks = 13, .threads = 3, .latency = 1, .byte_seconds = 2};
    const ock_cluster same = ock_cluster_with(&c, 4), half = ock_cluster_with(&c, 2);
    assert_int_equal(ock_cluster_node_ranks(&c), 4);
    assert_true(same.nodes == 4 && same.ranks == 13 && same.threads == 3);
    assert_true(half.nodes == 2 && half.ranks == 8 && half.threads == 3);
    assert_true(half.latency == 1 && half.byte_seconds == 2);
}

/* Efficiency is 1 for a thread alone, and less for all others. */
static void efficiency_begins_at_one(void **state)
{
    ock_scaling s;
    (void)state;
    for (size_t i = 0; i < INPUTS; i++) {
        const ock_plan plan = plan_of(i);
        ock_cluster cluster = linked(1, 1, 0, 0);
        cluster.threads = 1;
        assert_int_equal(ock_scaling_of(&plan, &cluster, &s), OCK_OK);
        assert_true(s.efficiency[OCK_COMPRESSING] == 1 && s.efficiency[OCK_RESTORING] == 1);
        cluster = linked(4, 4, 2e-6, 1e-10);
        assert_int_equal(ock_scaling_of(&plan, &cluster, &s), OCK_OK);
        for (int d = 0; d < OCK_DIRECTIONS; d++) {
            assert_true(s.efficiency[d] > 0 && s.efficiency[d] < 1);
            assert_true(s.seconds[d] == seconds(&plan, cluster, d == OCK_RESTORING));
        }
    }
}

/* The limits against every number of nodes. */
static void limits_are_where_nothing_is_gained(void **state)
{
    (void)state;
    for (size_t i = 0; i < INPUTS; i++) {
        if (inputs[i].lanes > 1000) {
            continue; /* the same, and takes long */
        }
        const ock_plan plan = plan_of(i);
        const ock_cluster cluster = {4, 8, 4, 2e-6, 1e-10};
        ock_scaling_limits limits;
        assert_int_equal(ock_scaling_find_limits(&plan, &cluster, &limits), OCK_OK);
        assert_int_equal(limits.working, ((int)plan.map.shards + 1) / 2);
        for (int d = 0; d < OCK_DIRECTIONS; d++) {
            const int best = limits.fastest[d];
            assert_true(best >= 1 && best <= limits.working);
            const double least =
                seconds(&plan, ock_cluster_with(&cluster, best), d == OCK_RESTORING);
            for (int n = 1; n <= limits.working; n++) {
                const double other =
                    seconds(&plan, ock_cluster_with(&cluster, n), d == OCK_RESTORING);
                assert_true(least <= 1.0101 * other);
            }
        }
    }
}

/* A slower link makes fewer nodes worth while. */
static void slow_links_pay_for_fewer_nodes(void **state)
{
    const ock_plan plan = plan_of(7);
    const ock_cluster fast = {1, 1, 4, 0, 0}, slow = {1, 1, 4, 1e-4, 1e-8};
    ock_scaling_limits with_fast, with_slow;
    (void)state;
    assert_int_equal(ock_scaling_find_limits(&plan, &fast, &with_fast), OCK_OK);
    assert_int_equal(ock_scaling_find_limits(&plan, &slow, &with_slow), OCK_OK);
    assert_true(with_fast.fastest[0] > with_slow.fastest[0]);
    assert_true(with_fast.fastest[1] > with_slow.fastest[1]);
    assert_int_equal(with_fast.working, with_slow.working);
}

/* The table of speeds is the one of the measured runs, and so is its error. */
static void stated_errors_are_those_of_the_runs(void **state)
{
    static speed_point points[MOST_POINTS];
    static double ratios[MOST_POINTS];
    const size_t count = read_points(SPEED_POINTS, points);
    const double rounding = 0.02;
    (void)state;
    assert_true(count >= 50 && count < MOST_POINTS);
    for (size_t i = 0; i < count; i++) {
        const speed_point *p = &points[i];
        const ock_work work =
            ock_work_of(&p->plan, &p->cluster, &p->load, p->cluster.threads, p->restore);
        ratios[i] = ock_speed_of_work(&work, ock_speed_factors) / p->seconds;
    }
    level_machines(points, count, ratios);
    for (size_t i = 0; i < count; i++) {
        ratios[i] = deviation(ratios[i]);
    }
    const double median = value_at(ratios, count, 0.5), worst = value_at(ratios, count, 1);
    print_message("%zu runs: median %.3f, worst %.3f\n", count, median, worst);
    assert_true(median <= OCK_SPEED_MEDIAN_ERROR && worst <= OCK_SPEED_WORST_ERROR);
    assert_true(median > OCK_SPEED_MEDIAN_ERROR - rounding);
    assert_true(worst > OCK_SPEED_WORST_ERROR - 5 * rounding);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_are_the_largest_shares),
        cmocka_unit_test(one_rank_sends_nothing),
        cmocka_unit_test(messages_are_those_of_the_ports),
        cmocka_unit_test(slower_links_never_help),
        cmocka_unit_test(a_perfect_link_takes_no_time),
        cmocka_unit_test(ranks_without_shards_do_no_work),
        cmocka_unit_test(threads_help_until_they_do_not),
        cmocka_unit_test(time_grows_with_the_input),
        cmocka_unit_test(clusters_are_cut_evenly),
        cmocka_unit_test(efficiency_begins_at_one),
        cmocka_unit_test(limits_are_where_nothing_is_gained),
        cmocka_unit_test(slow_links_pay_for_fewer_nodes),
        cmocka_unit_test(stated_errors_are_those_of_the_runs),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
