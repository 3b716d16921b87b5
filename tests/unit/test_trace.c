/* SPDX-License-Identifier: MIT */
/* test_trace.c - what every byte costs: brought to the bytes of the input, summed, written and read. */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "measure/trace_costs.h"
#include "measure/trace_format.h"
#include "measure/trace_read.h"

enum { MOST = 4000, ROOM = OCK_TRACE_HEAD_BYTES + 2 * MOST };

/* A file in memory, and what is noted in it. */
typedef struct noted {
    uint8_t bytes[ROOM];
    ock_condensed condensed;
    ock_container_info info;
    uint64_t lane_bytes[1];
    ock_trace_costs costs;
} noted;

static ock_status write_at(void *context, uint64_t offset, const void *bytes, size_t count)
{
    assert_true(offset + count <= ROOM);
    memcpy((uint8_t *)context + offset, bytes, count);
    return OCK_OK;
}

static ock_status read_at(void *context, uint64_t offset, void *bytes, size_t count)
{
    assert_true(offset + count <= ROOM);
    memcpy(bytes, (uint8_t *)context + offset, count);
    return OCK_OK;
}

static noted *start(uint64_t input_bytes)
{
    noted *n = calloc(1, sizeof *n);
    assert_non_null(n);
    ock_repeats_start(&n->condensed.repeats, 0, input_bytes);
    ock_transforms_start(&n->condensed.transforms, input_bytes);
    n->info.lanes = 1;
    n->info.lane_bytes = n->lane_bytes;
    n->info.input_bytes = input_bytes;
    memset(n->info.input_digest, 0x5a, OCK_DIGEST_BYTES);
    const ock_target to = {.write_at = write_at, .read_at = read_at, .context = n->bytes};
    assert_int_equal(ock_trace_costs_start(&n->costs, &to, &n->condensed, input_bytes), OCK_OK);
    return n;
}

static void end(noted *n)
{
    ock_condensed_clear(&n->condensed);
    free(n);
}

/* `count` symbols from `at` on, each of so many bits. */
static void spend(noted *n, uint64_t at, size_t count, unsigned bits)
{
    ock_interval intervals[MOST];
    const ock_cost_sink sink = ock_trace_costs_sink(&n->costs);
    for (size_t i = 0; i < count; i++) {
        intervals[i] = (ock_interval){0, (uint32_t)1 << (32 - bits)};
    }
    assert_int_equal(sink.add(sink.context, at, intervals, count), OCK_OK);
}

static unsigned cost(const noted *n, uint64_t offset)
{
    return (unsigned)ock_get_le(n->bytes + OCK_TRACE_HEAD_BYTES + 2 * offset, 2);
}

static uint64_t sum(const noted *n, uint64_t begin, uint64_t until)
{
    uint64_t all = 0;
    for (uint64_t i = begin; i < until; i++) {
        all += cost(n, i);
    }
    return all;
}

static void costs_stand_where_the_bytes_do(void **state)
{
    (void)state;
    noted *n = start(3000);
    spend(n, 0, 2500, 3); /* more than a piece */
    spend(n, 2500, 400, 8);
    spend(n, 10, 1, 2); /* once more */
    assert_int_equal(cost(n, 0), 3 * 256);
    assert_int_equal(cost(n, 10), 5 * 256);
    assert_int_equal(cost(n, 2499), 3 * 256);
    assert_int_equal(cost(n, 2500), 8 * 256);
    assert_int_equal(cost(n, 2899), 8 * 256);
    assert_int_equal(cost(n, 2900), 0);
    assert_int_equal(sum(n, 0, 3000), 256 * (2500 * 3 + 400 * 8 + 2));
    end(n);
}

/* Of intervals that cost no whole units the sum is right to half a unit. */
static void rounding_does_not_add_up(void **state)
{
    (void)state;
    noted *n = start(3000);
    const ock_cost_sink sink = ock_trace_costs_sink(&n->costs);
    ock_interval intervals[3000];
    uint64_t exact = 0;
    for (size_t i = 0; i < 3000; i++) {
        intervals[i] = (ock_interval){0, 0xfff00000U - (uint32_t)i * 977};
        exact += ock_code_length_q24(intervals[i]);
    }
    assert_int_equal(sink.add(sink.context, 0, intervals, 3000), OCK_OK);
    assert_int_equal(sum(n, 0, 3000), (exact + (1 << 15)) >> 16);
    end(n);
}

static void a_byte_holds_no_more_than_it_can(void **state)
{
    (void)state;
    noted *n = start(2);
    for (int i = 0; i < 20; i++) {
        spend(n, 1, 1, 31);
    }
    assert_int_equal(cost(n, 1), 65535);
    assert_int_equal(cost(n, 0), 0);
    end(n);
}

/* [100, 1100) repeats what stands at 0: the lanes' byte 100 is the input's byte 1100. */
static void repeats_cost_their_share(void **state)
{
    (void)state;
    noted *n = start(2000);
    assert_int_equal(ock_repeats_append(&n->condensed.repeats, 100, 0, 1000), OCK_OK);
    assert_int_equal(ock_repeats_append(&n->condensed.repeats, 1500, 3, 300), OCK_OK);
    spend(n, 0, 150, 4);
    n->info.repeats_bytes = 7;
    n->lane_bytes[0] = 75;
    assert_int_equal(sum(n, 0, 100), 100 * 4 * 256);
    assert_int_equal(sum(n, 100, 1100), 0);
    assert_int_equal(sum(n, 1100, 1150), 50 * 4 * 256);
    assert_int_equal(ock_trace_costs_finish(&n->costs, &n->info), OCK_OK);
    assert_int_equal(sum(n, 100, 1100), 28 * 256);
    assert_int_equal(sum(n, 1500, 1800), 28 * 256);
    assert_in_range(cost(n, 100), 7, 8); /* 28 bits over 1000 bytes are 7.168 units each */
    assert_in_range(cost(n, 1099), 7, 8);
    assert_int_equal(ock_get_le(n->bytes + 16, 8), sum(n, 0, 2000));
    assert_int_equal(ock_get_le(n->bytes + 24, 8), 82);
    end(n);
}

/* 400 characters of base64 from byte 100 on are 300 bytes in the lanes; a repeat lies before them. */
static void transforms_share_what_stands_for_them(void **state)
{
    (void)state;
    noted *n = start(1000);
    const ock_transform span = {.begin = 60, .length = 400, .kind = OCK_BASE64};
    assert_int_equal(ock_repeats_append(&n->condensed.repeats, 20, 0, 40), OCK_OK);
    ock_transforms_start(&n->condensed.transforms, 960);
    assert_int_equal(ock_transforms_append(&n->condensed.transforms, &span), OCK_OK);
    spend(n, 0, 60, 1);
    spend(n, 60, 300, 4);
    spend(n, 360, 500, 2);
    assert_int_equal(sum(n, 0, 20), 20 * 256);
    assert_int_equal(sum(n, 60, 100), 40 * 256);
    assert_int_equal(sum(n, 100, 500), 300 * 4 * 256);
    for (uint64_t i = 100; i < 500; i++) {
        assert_int_equal(cost(n, i), 3 * 256); /* three times four bits for four characters */
    }
    assert_int_equal(sum(n, 500, 1000), 500 * 2 * 256);
    n->info.transforms_bytes = 25;
    assert_int_equal(ock_trace_costs_finish(&n->costs, &n->info), OCK_OK);
    assert_int_equal(sum(n, 100, 500), 300 * 4 * 256 + 200 * 256);
    end(n);
}

/* What is code stays byte for byte where it is. */
static void code_keeps_its_places(void **state)
{
    (void)state;
    noted *n = start(1000);
    const ock_transform span = {.begin = 100, .length = 500, .kind = OCK_X86};
    assert_int_equal(ock_transforms_append(&n->condensed.transforms, &span), OCK_OK);
    spend(n, 350, 1, 8);
    assert_int_equal(cost(n, 350), 8 * 256);
    assert_int_equal(sum(n, 0, 1000), 8 * 256);
    end(n);
}

/* ---- files ---- */

static char path[] = "/tmp/ockham-trace-XXXXXX";

static int make_path(void **state)
{
    (void)state;
    memset(path + sizeof path - 7, 'X', 6);
    const int fd = mkstemp(path);
    return fd >= 0 ? close(fd) : -1;
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

static void store(const noted *n, size_t bytes)
{
    FILE *to = fopen(path, "wb");
    assert_non_null(to);
    assert_int_equal(fwrite(n->bytes, 1, bytes, to), bytes);
    assert_int_equal(fclose(to), 0);
}

static void files_are_read_and_summed(void **state)
{
    ock_trace trace;
    uint16_t costs[3];
    uint64_t sums[7], whole = 0;
    (void)state;
    noted *n = start(MOST);
    spend(n, 0, MOST / 2, 2);
    spend(n, MOST / 2, MOST / 2, 6);
    assert_int_equal(ock_trace_costs_finish(&n->costs, &n->info), OCK_OK);
    store(n, ROOM);
    assert_int_equal(ock_trace_open(path, &trace), OCK_OK);
    assert_int_equal(trace.head.input_bytes, MOST);
    assert_memory_equal(trace.head.input_digest, n->info.input_digest, OCK_DIGEST_BYTES);
    assert_int_equal(ock_trace_read(&trace, MOST / 2 - 1, costs, 3), OCK_OK);
    assert_int_equal(costs[0], 2 * 256);
    assert_int_equal(costs[1], 6 * 256);
    assert_int_equal(ock_trace_sums(&trace, 7, sums), OCK_OK);
    assert_int_equal(sums[0], MOST / 7 * 2 * 256);
    for (int i = 0; i < 7; i++) {
        whole += sums[i];
    }
    assert_int_equal(whole, trace.head.sum);
    ock_trace_close(&trace);
    end(n);
}

static void expect_refused(const noted *n, size_t bytes, const char *because)
{
    ock_trace trace;
    store(n, bytes);
    assert_int_equal(ock_trace_open(path, &trace), OCK_BAD_DATA);
    assert_non_null(strstr(ock_error_text(), because));
    assert_non_null(strstr(ock_error_text(), path));
    ock_error_clear();
    ock_trace_close(&trace);
}

static void damage_is_refused(void **state)
{
    (void)state;
    noted *n = start(MOST);
    spend(n, 0, MOST, 2);
    assert_int_equal(ock_trace_costs_finish(&n->costs, &n->info), OCK_OK);
    expect_refused(n, ROOM - 1, "not a file of --trace-bytes");
    expect_refused(n, ROOM - 2, "not a file of --trace-bytes");
    expect_refused(n, OCK_TRACE_HEAD_BYTES - 1, "not a file of --trace-bytes");
    expect_refused(n, 0, "not a file of --trace-bytes");
    n->bytes[ROOM - 2] ^= 1;
    expect_refused(n, ROOM, "damaged");
    n->bytes[0] ^= 1;
    expect_refused(n, ROOM, "not a file of --trace-bytes");
    memset(n->bytes + 8, 0xff, 8); /* a length whose double is small again */
    expect_refused(n, ROOM, "not a file of --trace-bytes");
    end(n);
}

static void an_empty_input_has_an_empty_trace(void **state)
{
    ock_trace trace;
    (void)state;
    noted *n = start(0);
    assert_int_equal(ock_trace_costs_finish(&n->costs, &n->info), OCK_OK);
    store(n, OCK_TRACE_HEAD_BYTES);
    assert_int_equal(ock_trace_open(path, &trace), OCK_OK);
    assert_int_equal(trace.head.sum, 0);
    ock_trace_close(&trace);
    end(n);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_stand_where_the_bytes_do),
        cmocka_unit_test(rounding_does_not_add_up),
        cmocka_unit_test(a_byte_holds_no_more_than_it_can),
        cmocka_unit_test(repeats_cost_their_share),
        cmocka_unit_test(transforms_share_what_stands_for_them),
        cmocka_unit_test(code_keeps_its_places),
        cmocka_unit_test(files_are_read_and_summed),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(an_empty_input_has_an_empty_trace),
    };
    return ock_run_cases(argc, argv, tests, make_path, remove_path);
}
