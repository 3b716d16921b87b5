/* SPDX-License-Identifier: MIT */
/* test_lane_map.c - lanes partition the input, shards the lanes, groups the shards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "cases.h"

#include "plan/lane_map.h"

static const uint32_t lane_counts[] = {1, 2, 3, 7, 16, 64, 1000, 4095, 4096};
enum { LANE_COUNTS = sizeof lane_counts / sizeof lane_counts[0] };

static void check_lengths(const ock_lane_map *map)
{
    uint64_t sum = 0, previous = UINT64_MAX;

    for (uint32_t i = 0; i < map->lanes; i++) {
        const uint64_t length = ock_lane_length(map, i);

        assert_true(ock_lane_begin(map, i) == sum);
        assert_true(length <= previous); /* active lanes are a prefix */
        assert_true(length == map->bytes / map->lanes || length == map->bytes / map->lanes + 1);
        sum += length;
        previous = length;
    }
    assert_true(sum == map->bytes);
    assert_true(ock_lane_begin(map, map->lanes) == map->bytes);
    assert_true(ock_lane_positions(map) == ock_lane_length(map, 0));
}

static void check_active(const ock_lane_map *map, uint64_t position)
{
    const uint32_t active = ock_lanes_active(map, position);

    for (uint32_t i = 0; i < map->lanes; i++) {
        assert_int_equal(i < active, position < ock_lane_length(map, i));
    }
}

static void lengths_of_every_kind(void **state)
{
    static const uint64_t bases[] = {0, (uint64_t)1 << 32, (uint64_t)5 << 33,
                                     ((uint64_t)1 << 63) - 5000, UINT64_MAX - 5000};

    (void)state;
    for (size_t b = 0; b < sizeof bases / sizeof bases[0]; b++) {
        for (size_t l = 0; l < LANE_COUNTS; l++) {
            const uint64_t lanes = lane_counts[l];
            const uint64_t extra[] = {0, 1, lanes - 1, lanes, lanes + 1};

            for (size_t e = 0; e < 5; e++) {
                const ock_lane_map map = {bases[b] + extra[e], (uint32_t)lanes, 1, 1};
                const uint64_t last = ock_lane_positions(&map);

                assert_int_equal(ock_lane_map_check(&map), OCK_OK);
                check_lengths(&map);
                check_active(&map, 0);
                check_active(&map, last);
                check_active(&map, last > 0 ? last - 1 : 0);
                check_active(&map, last > 1 ? last - 2 : 0);
                assert_int_equal(ock_lanes_active(&map, last), 0);
                assert_int_equal(ock_lanes_active(&map, UINT64_MAX), 0);
            }
        }
    }
}

static void known_values(void **state)
{
    const ock_lane_map map = {10, 4, 3, 2};

    (void)state;
    assert_int_equal(ock_lane_begin(&map, 1), 3);
    assert_int_equal(ock_lane_begin(&map, 2), 6);
    assert_int_equal(ock_lane_begin(&map, 3), 8);
    assert_int_equal(ock_lane_positions(&map), 3);
    assert_int_equal(ock_lanes_active(&map, 1), 4);
    assert_int_equal(ock_lanes_active(&map, 2), 2);
    assert_int_equal(ock_shard_first_lane(&map, 1), 1);
    assert_int_equal(ock_shard_first_lane(&map, 2), 2);
    assert_int_equal(ock_group_first_shard(&map, 1), 1);
}

static void check_groups(const ock_lane_map *map)
{
    uint32_t previous = 0;

    assert_int_equal(ock_shard_first_lane(map, 0), 0);
    assert_int_equal(ock_shard_first_lane(map, map->shards), map->lanes);
    assert_int_equal(ock_group_first_shard(map, 0), 0);
    assert_int_equal(ock_group_first_shard(map, map->groups), map->shards);
    for (uint32_t s = 0; s < map->shards; s++) {
        const uint32_t group = ock_group_of_shard(map, s);

        assert_true(ock_shard_first_lane(map, s) < ock_shard_first_lane(map, s + 1));
        assert_true(group < map->groups && group >= previous);
        assert_true(ock_group_first_shard(map, group) <= s);
        assert_true(s < ock_group_first_shard(map, group + 1));
        previous = group;
    }
}

static void shards_and_groups(void **state)
{
    (void)state;
    for (uint32_t shards = 1; shards <= 70; shards++) {
        for (uint32_t groups = 1; groups <= shards; groups++) {
            const ock_lane_map tight = {0, shards, shards, groups};
            const ock_lane_map wide = {0, 4096, shards, groups};

            check_groups(&tight);
            check_groups(&wide);
        }
    }
    check_groups(&(ock_lane_map){0, 4096, 4096, 4096});
    check_groups(&(ock_lane_map){0, 4096, 4095, 4093});
}

static void impossible_maps_are_refused(void **state)
{
    static const ock_lane_map bad[] = {
        {1, 0, 1, 1},
        {1, 4097, 1, 1},
        {1, 4, 0, 1},
        {1, 4, 5, 1},
        {1, 4, 2, 0},
        {1, 4, 2, 3},
        {1, UINT32_MAX, UINT32_MAX, UINT32_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ock_error_clear();
        assert_int_equal(ock_lane_map_check(&bad[i]), OCK_ENVIRONMENT);
        assert_true(ock_error_text()[0] != '\0');
    }
    ock_error_clear();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_of_every_kind),
        cmocka_unit_test(known_values),
        cmocka_unit_test(shards_and_groups),
        cmocka_unit_test(impossible_maps_are_refused),
    };

    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
