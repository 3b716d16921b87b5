/* SPDX-License-Identifier: MIT */
/* test_fields.c - the table of a container's fields: what is changed in one of them is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "io/container/container_private.h"

enum { LANES = 3 };

/* Arrays have one element more than they need. */
static void *filled(size_t bytes, uint8_t first)
{
    uint8_t *array = malloc(bytes);

    assert_non_null(array);
    for (size_t i = 0; i < bytes; i++) {
        array[i] = (uint8_t)(first + i);
    }
    return array;
}

static ock_container_info make(void)
{
    ock_container_info info = {.contract = 7,
                               .level = 5,
                               .lanes = LANES,
                               .shards = 2,
                               .step = 16,
                               .trace_marks = 4,
                               .mark_count = 2,
                               .config_text = strdup("a=1\n"),
                               .input_bytes = 1000,
                               .rest_bytes = 900,
                               .repeats_bytes = 5,
                               .transforms_bytes = 6,
                               .layouts_bytes = 7,
                               .manifest_bytes = 9};
    memset(info.plan_digest, 1, OCK_DIGEST_BYTES);
    memset(info.input_digest, 2, OCK_DIGEST_BYTES);
    info.lane_digests = filled((LANES + 1) * OCK_DIGEST_BYTES, 3);
    info.lane_bytes = calloc(LANES + 1, sizeof *info.lane_bytes);
    info.trace = filled(5 * sizeof *info.trace, 5);
    info.marks = filled(3 * OCK_DIGEST_BYTES, 6);
    info.repeats = filled(6, 8);
    info.transforms = filled(7, 9);
    info.layouts = filled(8, 10);
    info.manifest = filled(10, 7);
    ock_container_root(&info, info.root_digest);
    return info;
}

static void expect(bool same, const ock_container_info *a, const ock_container_info *b)
{
    assert_int_equal(ock_container_info_same(a, b), same);
    assert_int_equal(ock_container_info_same(b, a), same);
}

/* Every byte of the struct but the pointers, which differ anyhow, and the counters, which are looked at
 * below: so a member that the table forgot would be found here too. */
static void every_byte_counts(void **state)
{
    static const struct {
        size_t offset, bytes;
    } passed_over[] = {
        {offsetof(ock_container_info, config_text), sizeof(char *)},
        {offsetof(ock_container_info, lane_digests), 5 * sizeof(char *)},
        {offsetof(ock_container_info, repeats_bytes), sizeof(size_t)},
        {offsetof(ock_container_info, transforms), sizeof(char *)},
        {offsetof(ock_container_info, transforms_bytes), sizeof(size_t)},
        {offsetof(ock_container_info, layouts), sizeof(char *)},
        {offsetof(ock_container_info, layouts_bytes), sizeof(size_t)},
        {offsetof(ock_container_info, manifest), sizeof(char *)},
        {offsetof(ock_container_info, lanes), sizeof(uint32_t)},
        {offsetof(ock_container_info, trace_marks), 2 * sizeof(uint32_t)},
        {offsetof(ock_container_info, manifest_bytes), sizeof(size_t)},
    };
    ock_container_info a = make(), b = make();
    size_t changed = 0;

    (void)state;
    expect(true, &a, &b);
    for (size_t at = 0; at < sizeof a; at++) {
        bool passed = false;

        for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++) {
            passed = passed || (at >= passed_over[i].offset &&
                                at < passed_over[i].offset + passed_over[i].bytes);
        }
        if (!passed) {
            ((uint8_t *)&b)[at] ^= 0x40;
            expect(false, &a, &b);
            ((uint8_t *)&b)[at] ^= 0x40;
            changed++;
        }
    }
    expect(true, &a, &b);
    assert_true(changed == 5 * sizeof(uint32_t) + 2 * sizeof(uint64_t) + 3 * OCK_DIGEST_BYTES);
    ock_container_info_clear(&a);
    ock_container_info_clear(&b);
    assert_null(b.manifest);
}

/* The last byte of each array, and none behind it. */
static void arrays_count_to_their_end(void **state)
{
    ock_container_info a = make(), b = make();
    uint8_t *const ends[] = {b.lane_digests[LANES],  (uint8_t *)&b.lane_bytes[LANES],
                             (uint8_t *)&b.trace[4], b.marks[2],
                             b.repeats + 5,          b.transforms + 6,
                             b.layouts + 7,          b.manifest + 9};

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        ends[i][0] ^= 1;
        expect(true, &a, &b);
        ends[i][-1] ^= 1;
        expect(false, &a, &b);
        ends[i][-1] ^= 1;
    }
    b.config_text[2] = '2';
    expect(false, &a, &b);
    ock_container_info_clear(&a);
    ock_container_info_clear(&b);
}

static void counters_count(void **state)
{
    ock_container_info a = make(), b = make();

    (void)state;
    b.lanes--;
    expect(false, &a, &b);
    b.lanes++;
    b.trace_marks--;
    expect(false, &a, &b);
    b.trace_marks++;
    b.mark_count--;
    expect(false, &a, &b);
    b.mark_count++;
    b.manifest_bytes--;
    expect(false, &a, &b);
    b.manifest_bytes++;
    b.repeats_bytes--;
    expect(false, &a, &b);
    b.repeats_bytes++;
    b.transforms_bytes--;
    expect(false, &a, &b);
    b.transforms_bytes++;
    b.layouts_bytes--;
    expect(false, &a, &b);
    b.layouts_bytes++;
    expect(true, &a, &b);

    /* Without elements the pointers don't matter. */
    a.trace_marks = b.trace_marks = 0;
    free(b.trace);
    b.trace = NULL;
    expect(true, &a, &b);
    free(b.manifest);
    b.manifest = NULL;
    b.manifest_bytes = 0;
    expect(false, &a, &b);
    ock_container_info_clear(&a);
    ock_container_info_clear(&b);
}

static void check(const ock_container_info *info, const char *because)
{
    assert_int_equal(ock_container_info_check(info, "file", OCK_BAD_DATA),
                     because == NULL ? OCK_OK : OCK_BAD_DATA);
    if (because != NULL && strstr(ock_error_text(), because) == NULL) {
        fail_msg("message \"%s\" lacks \"%s\"", ock_error_text(), because);
    }
    ock_error_clear();
}

static void ranges_are_checked(void **state)
{
    ock_container_info good = make();

    (void)state;
    check(&good, NULL);
    for (int i = 0; i < 10; i++) {
        static const char *const because[10] = {
            "level is 0, not 1 to 9",       "level is 10, not 1 to 9",
            "lanes is 4097, not 1 to 4096", "shards is 0, not 1 to",
            "shards is 4, not 1 to 3",      "step is 65537, not 1 to 65536",
            "trace_marks is 4097",          "mark_count is 65537",
            "unused is 1, not 0 to 0",      "the input has an impossible length"};
        ock_container_info bad = good;

        bad.level = i == 0 ? 0 : i == 1 ? 10 : bad.level;
        bad.lanes = i == 2 ? OCK_CONTAINER_MAX_LANES + 1 : bad.lanes;
        bad.shards = i == 3 ? 0 : i == 4 ? LANES + 1 : bad.shards;
        bad.step = i == 5 ? OCK_CONTAINER_MAX_STEP + 1 : bad.step;
        bad.trace_marks = i == 6 ? OCK_CONTAINER_MAX_TRACE + 1 : bad.trace_marks;
        bad.mark_count = i == 7 ? OCK_CONTAINER_MAX_MARKS + 1 : bad.mark_count;
        bad.unused = i == 8;
        bad.input_bytes = i == 9 ? (uint64_t)INT64_MAX + 1 : bad.input_bytes;
        check(&bad, because[i]);
    }
    ock_container_info_clear(&good);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(arrays_count_to_their_end),
        cmocka_unit_test(counters_count),
        cmocka_unit_test(ranges_are_checked),
    };

    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
