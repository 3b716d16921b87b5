/* SPDX-License-Identifier: MIT */
/* test_container.c - .ock files: round trips, identity, size, and damage
 * that the user block sees. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "files_by_path.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "container_specimen.h"
#include "io/hdf5/hdf5_setup.h"

/* ---- digests ---- */

static void digests_are_blake2b_256(void **state)
{
    uint8_t out[32];
    char text[65];
    ock_digest digest;

    (void)state;
    ock_digest_start(&digest);
    ock_digest_finish(&digest, out);
    ock_digest_hex(out, text);
    assert_string_equal(text, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    ock_digest_start(&digest);
    ock_digest_update(&digest, "a", 1);
    ock_digest_update(&digest, NULL, 0);
    ock_digest_update(&digest, "bc", 2);
    ock_digest_finish(&digest, out);
    ock_digest_hex(out, text);
    assert_string_equal(text, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

/* ---- round trips ---- */

static void check_about(const ock_container_info *want, const ock_container_info *got)
{
    assert_int_equal(got->contract, want->contract);
    assert_int_equal(got->level, want->level);
    assert_int_equal(got->lanes, want->lanes);
    assert_int_equal(got->shards, want->shards);
    assert_int_equal(got->step, want->step);
    assert_string_equal(got->config_text, want->config_text);
    assert_memory_equal(got->plan_digest, want->plan_digest, OCK_DIGEST_BYTES);
    assert_true(got->input_bytes == want->input_bytes);
    assert_true(got->rest_bytes == want->rest_bytes);
    assert_true(got->repeats_bytes == want->repeats_bytes);
    assert_true(got->repeats == NULL ||
                memcmp(got->repeats, want->repeats, got->repeats_bytes) == 0);
    assert_true(got->transforms_bytes == want->transforms_bytes);
    assert_true(got->transforms == NULL ||
                memcmp(got->transforms, want->transforms, got->transforms_bytes) == 0);
    assert_memory_equal(got->input_digest, want->input_digest, OCK_DIGEST_BYTES);
    assert_memory_equal(got->root_digest, want->root_digest, OCK_DIGEST_BYTES);
    assert_memory_equal(got->lane_digests, want->lane_digests, want->lanes * OCK_DIGEST_BYTES);
    assert_memory_equal(got->lane_bytes, want->lane_bytes, want->lanes * sizeof(uint64_t));
    assert_int_equal(got->trace_marks, want->trace_marks);
    assert_memory_equal(got->trace, want->trace, want->trace_marks * sizeof(uint64_t));
    assert_int_equal(got->mark_count, want->mark_count);
    assert_memory_equal(got->marks, want->marks, want->mark_count * OCK_DIGEST_BYTES);
}

static void check_transcript(const specimen *want, ock_container *container)
{
    uint8_t *bytes = NULL;

    for (uint32_t lane = 0; lane < want->info.lanes; lane++) {
        const uint64_t count = want->info.lane_bytes[lane];

        bytes = malloc(count + 1);
        assert_non_null(bytes);
        assert_int_equal(ock_container_read(container, lane, 0, bytes, count), OCK_OK);
        assert_memory_equal(bytes, want->lanes[lane], count);
        if (count > 2) {
            assert_int_equal(ock_container_read(container, lane, 1, bytes, count - 2), OCK_OK);
            assert_memory_equal(bytes, want->lanes[lane] + 1, count - 2);
        }
        free(bytes);
    }
}

static void check_round_trip(specimen *made)
{
    char path[PATH_BYTES];
    ock_container *container = NULL;
    const uint64_t bytes = write_file(made, path_of("round.ock", path));

    assert_int_equal(ock_container_open(path, CONTRACT, &container), OCK_OK);
    assert_true(ock_container_file_bytes(container) == bytes);
    assert_true(ock_container_transcript_bytes(container) == ock_container_sum(&made->info));
    check_about(&made->info, ock_container_about(container));
    check_transcript(made, container);
    ock_container_close(container);
    discard(made);
}

static void round_trips(void **state)
{
    static const struct {
        uint32_t lanes;
        size_t lane_bytes, config;
        uint32_t marks;
    } shapes[] = {
        {1, 0, 0, 0},
        {1, 1, 1, 1},
        {2, 0, 500, 15},
        {2, 126, 0, 0}, /* 255 bytes with a table of one byte a lane */
        {2, 127, 0, 0},
        {2, 32765, 0, 0}, /* 65,535 with one of two; contiguous */
        {2, 32766, 0, 0},
        {1, OCK_HEAD_BYTES - 1, 0, 1}, /* the most that is all in the user block */
        {1, OCK_HEAD_BYTES, 0, 0},     /* the dataset is empty */
        {1, OCK_HEAD_BYTES + 1, 0, 1},
        {250, 1, 0, 0}, /* the table goes on in the dataset */
        {1, OCK_HEAD_BYTES + OCK_CONTAINER_MAX_COMPACT_BYTES, 0, 1},
        {1, OCK_HEAD_BYTES + OCK_CONTAINER_MAX_COMPACT_BYTES + 1, 0, 1},
        {3, 70000, 500, 15},
        {16, 14000, 500, 15},
        {64, 200, OCK_CONTAINER_MAX_CONFIG_BYTES, 16},
        {1, 300000, 80, OCK_CONTAINER_MAX_TRACE},
        {1873, 9, 20, 3}, /* the digests are compact */
        {1874, 9, 20, 3}, /* and contiguous */
        {OCK_CONTAINER_MAX_LANES, 5, 300, 100},
    };

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        specimen made =
            make(shapes[i].lanes, shapes[i].lane_bytes, shapes[i].config, shapes[i].marks);

        check_round_trip(&made);
    }
}

/* A list of repeats before the lanes, or one of transforms, or both; what is left may be nothing. */
static void lists_before_lanes(void **state)
{
    static const size_t lengths[] = {1, 255, OCK_HEAD_BYTES - 1, OCK_CONTAINER_MAX_COMPACT_BYTES,
                                     300000};

    (void)state;
    for (size_t i = 0; i < 3 * sizeof lengths / sizeof lengths[0]; i++) {
        static const uint32_t lanes[] = {1, 2, 30};
        specimen made = make(lanes[i % 3], i % 2 ? 30000 : 10, 40, 2);

        made.info.rest_bytes = i % 4 == 0 ? 0 : made.info.input_bytes - 1;
        for (size_t list = 0; list < 2; list++) {
            const size_t bytes = lengths[i / 3] + 3 * list;
            uint8_t *coded = list == 1 - i % 2 || i % 5 == 0 ? malloc(bytes) : NULL;
            *(list == 0 ? &made.info.repeats : &made.info.transforms) = coded;
            if (coded != NULL) {
                memset(coded, (int)(i + list) + 7, bytes);
                *(list == 0 ? &made.info.repeats_bytes : &made.info.transforms_bytes) = bytes;
            }
        }
        made.info.rest_bytes += made.info.repeats == NULL && i % 3 == 0;
        made.info.lane_digests[0][3] ^= 1; /* a lane alone has another digest than the whole */
        ock_container_root(&made.info, made.info.root_digest);
        check_round_trip(&made);
    }
}

/* A list of files beside it: the smallest, both sides of the compact layout's limit, and beyond. */
static void lists_of_files(void **state)
{
    static const size_t lengths[] = {1, OCK_CONTAINER_MAX_COMPACT_BYTES,
                                     OCK_CONTAINER_MAX_COMPACT_BYTES + 1, 300000};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        specimen made = make(3, i % 2 ? 70000 : 300, 40, 2);

        made.info.manifest_bytes = lengths[i];
        made.info.manifest = malloc(lengths[i]);
        assert_non_null(made.info.manifest);
        memset(made.info.manifest, (int)i + 7, lengths[i]);
        check_round_trip(&made);
    }
}

static void large_numbers(void **state)
{
    static const uint64_t lengths[] = {((uint64_t)5 << 30) + 1, UINT32_MAX, INT64_MAX};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        specimen made = make(4, 100, 60, 3);

        made.info.input_bytes = made.info.rest_bytes = lengths[i];
        made.info.trace[0] = 0;
        made.info.trace[1] = UINT64_MAX - i;
        made.info.contract = CONTRACT;
        made.info.step = OCK_CONTAINER_MAX_STEP;
        check_round_trip(&made);
    }
}

/* A single lane has no table. Else the width that the length gives is that of the table in it. */
static void tables_of_lane_lengths(void **state)
{
    (void)state;
    for (uint32_t lanes = 1; lanes <= OCK_CONTAINER_MAX_LANES; lanes = 3 * lanes / 2 + 1) {
        for (unsigned shift = 0; shift < 62; shift++) {
            for (uint64_t less = 0; less < 5 * lanes && less >> shift == 0; less++) {
                uint64_t sums[OCK_CONTAINER_MAX_LANES] = {((uint64_t)1 << shift) - less};
                const uint64_t sum = sums[0];
                const ock_container_info info = {.lanes = lanes, .lane_bytes = sums};
                const uint64_t length = ock_container_transcript_length(&info);
                const size_t width = ock_container_table_width(length, lanes);

                assert_true(length == sum + lanes * width && (width == 0) == (lanes == 1));
            }
        }
    }
}

/* A length that no file has would be a negative number to most readers. */
static void input_lengths(void **state)
{
    specimen made = make(3, 20, 40, 2);

    (void)state;
    made.info.input_bytes = made.info.rest_bytes = INT64_MAX;
    assert_int_equal(ock_container_info_check(&made.info, "a file", OCK_BAD_DATA), OCK_OK);
    made.info.rest_bytes = ++made.info.input_bytes;
    assert_int_equal(ock_container_info_check(&made.info, "a file", OCK_BAD_DATA), OCK_BAD_DATA);
    assert_non_null(strstr(ock_error_text(), "length"));
    ock_error_clear();
    discard(&made);
}

static void contract_lines(void **state)
{
    static const char *const wrong[] = {
        "",
        "v1",
        "v1 range64",
        "v1 range64 level=5 bytes=100000 lanes=1 shards=1 step=",
        "v1 range64 level=5 bytes=100000 lanes=1 shards=1 step=64 ",
        "v1 range64 level=5 bytes=100000 lanes=1 shards=1 step=064",
        "v1 range64 level=5 bytes=100000 lanes=1 shards=1 step=-64",
        "v1 range64 level=5 bytes=100000 lanes=1 shards=1  step=64",
        "v1 range64 level=5 bytes=100000 lanes=1 step=64 shards=1",
        "v1 range64 level=5 bytes=100000 lanes=4294967296 shards=1 step=64",
        "v1 range64 level=5 bytes=18446744073709551616 lanes=1 shards=1 step=64",
        "v1 range65 level=5 bytes=100000 lanes=1 shards=1 step=64",
        "V1 range64 level=5 bytes=100000 lanes=1 shards=1 step=64",
        "v1 range64 level=5 bytes=100000 rest=100000 list=1 lanes=1 shards=1 step=64",
        "v1 range64 level=5 bytes=100000 rest=99999 lanes=1 shards=1 step=64",
        "v1 range64 level=5 bytes=100000 list=1 lanes=1 shards=1 step=64",
        "v1 range64 level=5 bytes=100000 list=1 rest=99999 lanes=1 shards=1 step=64",
        "v1 range64 level=5 bytes=100000 spans=1 lanes=1 shards=1 step=64",
        "v1 range64 level=5 bytes=100000 rest=9 spans=1 list=1 lanes=1 shards=1 step=64",
        "v1 range64 level=5 bytes=100000 rest=100000 spans=0 lanes=1 shards=1 step=64",
    };
    ock_container_info info = {.contract = UINT32_MAX,
                               .level = UINT32_MAX,
                               .lanes = UINT32_MAX,
                               .shards = UINT32_MAX,
                               .step = UINT32_MAX,
                               .input_bytes = UINT64_MAX,
                               .rest_bytes = UINT64_MAX - 1,
                               .repeats_bytes = UINT32_MAX,
                               .transforms_bytes = UINT32_MAX,
                               .layouts_bytes = UINT32_MAX};
    char line[OCK_CONTRACT_LINE_BYTES];

    (void)state;
    ock_contract_line(&info, line); /* the longest */
    assert_true(ock_contract_parse(line, &info) && info.step == UINT32_MAX);
    assert_true(info.input_bytes == UINT64_MAX && info.rest_bytes == UINT64_MAX - 1);
    assert_true(info.repeats_bytes == UINT32_MAX && info.transforms_bytes == UINT32_MAX);
    assert_true(ock_contract_parse(
        "v1 range64 level=5 bytes=7 rest=7 spans=2 lanes=4 shards=3 step=64", &info));
    assert_true(info.rest_bytes == 7 && info.repeats_bytes == 0 && info.transforms_bytes == 2);
    assert_true(ock_contract_parse("v1 range64 level=5 bytes=7 lanes=4 shards=3 step=64", &info));
    assert_true(info.contract == 1 && info.level == 5 && info.input_bytes == 7);
    assert_true(info.rest_bytes == 7 && info.repeats_bytes + info.transforms_bytes == 0);
    assert_true(info.lanes == 4 && info.shards == 3 && info.step == 64);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(ock_contract_parse(wrong[i], &info));
    }
}

static void reads_stay_in_their_lane(void **state)
{
    char path[PATH_BYTES];
    uint8_t bytes[256];
    ock_container *container = NULL;

    (void)state;
    write_small(path_of("lane.ock", path));
    assert_int_equal(ock_container_open(path, CONTRACT, &container), OCK_OK);
    assert_int_equal(ock_container_read(container, 0, 200, bytes, 0), OCK_OK);
    ock_error_clear();
    assert_int_equal(ock_container_read(container, 3, 0, bytes, 1), OCK_INTERNAL);
    assert_int_equal(ock_container_read(container, 0, 0, bytes, 201), OCK_INTERNAL);
    assert_int_equal(ock_container_read(container, 0, 201, bytes, 0), OCK_INTERNAL);
    assert_int_equal(ock_container_read(container, 0, UINT64_MAX, bytes, 2), OCK_INTERNAL);
    ock_error_clear();
    ock_container_close(container);
}

/* ---- identity and size ---- */

static void files_are_identical_anywhere(void **state)
{
    char first[PATH_BYTES], second[PATH_BYTES], other[PATH_BYTES];
    size_t a_count = 0, b_count = 0;
    uint8_t *a = NULL, *b = NULL;

    (void)state;
    assert_int_equal(mkdir(path_of("another-folder", other), 0700), 0);
    for (int round = 0; round < 2; round++) {
        specimen made = make(round == 0 ? 16 : 2500, 300, 500, 15);

        write_file(&made, path_of("a.ock", first));
        write_file(&made, path_of("another-folder/quite another name", second));
        a = read_whole(first, &a_count);
        b = read_whole(second, &b_count);
        assert_int_equal(a_count, b_count);
        assert_memory_equal(a, b, a_count);
        free(a);
        free(b);
        discard(&made);
    }
}

static void check_overhead(uint32_t lanes, size_t config, uint32_t marks, uint64_t reached)
{
    char path[PATH_BYTES];
    specimen made = make(lanes, 14000, config, marks);
    const uint64_t transcript = ock_container_sum(&made.info);
    const uint64_t over = write_file(&made, path_of("size.ock", path)) - transcript;

    printf("    %u lanes, %zu bytes of configuration, %u marks: %llu bytes over the transcript\n",
           lanes, config, marks, (unsigned long long)over);
    assert_true(over <= 4096 + transcript / 1000); /* the promise */
    assert_true(over <= reached);
    discard(&made);
}

static void overhead_is_small(void **state)
{
    (void)state;
    check_overhead(1, 0, 0, 520);
    check_overhead(1, 500, 2, 1240);
    check_overhead(16, 0, 15, 1770);
}

/* ---- damage that the user block sees ---- */

static void every_flipped_bit_is_refused(void **state)
{
    char path[PATH_BYTES];
    const size_t count = write_small(path_of("flip.ock", path));
    const int fd = open(path, O_RDWR);
    uint8_t byte = 0;

    (void)state;
    for (size_t bit = 0; bit < 8 * count; bit++) {
        ock_container *container = NULL;
        uint8_t wrong = 0;

        assert_int_equal(pread(fd, &byte, 1, (off_t)(bit / 8)), 1);
        wrong = byte ^ (uint8_t)(1 << bit % 8);
        assert_int_equal(pwrite(fd, &wrong, 1, (off_t)(bit / 8)), 1);
        ock_error_clear();
        assert_int_equal(ock_container_open(path, CONTRACT, &container), OCK_BAD_DATA);
        assert_int_equal(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
    }
    ock_error_clear();
    printf("    %zu of %zu single-bit flips refused\n", 8 * count, 8 * count);
    assert_int_equal(close(fd), 0);
}

static void every_truncation_and_extension_is_refused(void **state)
{
    char path[PATH_BYTES];
    const size_t count = write_small(path_of("cut.ock", path));
    size_t same = 0;
    uint8_t *bytes = read_whole(path, &same);
    ock_container *container = NULL;

    (void)state;
    assert_int_equal(count, same);
    for (size_t length = count; length-- > 0;) {
        assert_int_equal(truncate(path, (off_t)length), 0);
        ock_error_clear();
        assert_int_equal(ock_container_open(path, CONTRACT, &container), OCK_BAD_DATA);
    }
    for (size_t more = 1; more <= 4096; more *= 64) {
        write_whole(path, bytes, count);
        assert_int_equal(truncate(path, (off_t)(count + more)), 0);
        expect_refused(path, "bytes instead of");
    }
    free(bytes);
}

static void other_files_are_refused_politely(void **state)
{
    char path[PATH_BYTES];
    ock_container *container = NULL;

    (void)state;
    ock_error_clear();
    assert_int_equal(ock_container_open(path_of("absent.ock", path), CONTRACT, &container),
                     OCK_ENVIRONMENT);
    ock_error_clear();
    assert_int_equal(ock_container_open(folder_path(), CONTRACT, &container), OCK_BAD_DATA);
    assert_non_null(strstr(ock_error_text(), "is not a regular file"));
    ock_error_clear();
    write_whole(path_of("text", path), (const uint8_t *)"just text\n", 10);
    expect_refused(path, "is not an Ockham file");
    write_small(path_of("contract.ock", path));
    ock_error_clear();
    assert_int_equal(ock_container_open(path, CONTRACT + 1, &container), OCK_BAD_DATA);
    assert_non_null(strstr(ock_error_text(), "contract 7"));
    assert_non_null(strstr(ock_error_text(), "contract 8"));
    ock_error_clear();
}

/* A user block that is consistent but not ours: version, length, digest; the table of lengths in it. */
static void forged_user_blocks_are_refused(void **state)
{
    static const struct {
        size_t at;
        const char *because;
    } changes[] = {{8, "file format"},
                   {16, "bytes instead"},
                   {88, "as long as its lanes"},
                   {24, "digest differs"}};
    char path[PATH_BYTES];
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ock_digest digest;
        uint8_t *bytes = NULL;

        write_small(path_of("forged.ock", path));
        bytes = read_whole(path, &count);
        bytes[changes[i].at] ^= 0x10;
        ock_digest_start(&digest);
        ock_digest_update(&digest, bytes, 480);
        ock_digest_finish(&digest, bytes + 480);
        write_whole(path, bytes, count);
        free(bytes);
        expect_refused(path, changes[i].because);
    }
}

/* What is all in the user block ends there by a byte 1, and zeros. */
static void ends_in_the_user_block(void **state)
{
    static const struct {
        size_t bytes, at;
        uint8_t value;
        bool good;
    } cases[] = {{30, 30, 1, true},    {30, 30, 0, false},   {30, 30, 2, false},
                 {30, 31, 1, true},    {30, 391, 1, true},   {30, 391, 3, false},
                 {391, 391, 0, false}, {391, 391, 9, false}, {391, 391, 1, true},
                 {0, 0, 0, false},     {0, 0, 1, true},      {0, 0, 128, false}};
    char path[PATH_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        specimen made = make(1, cases[i].bytes, 0, 0);
        ock_container *container = NULL;
        int fd = -1;

        memset(made.lanes[0], 2, cases[i].bytes);
        write_file(&made, path_of("end.ock", path));
        fd = open(path, O_RDWR);
        assert_int_equal(pwrite(fd, &cases[i].value, 1, (off_t)(OCK_HEAD_AT + cases[i].at)), 1);
        assert_int_equal(close(fd), 0);
        reseal(path);
        if (cases[i].good) {
            assert_int_equal(ock_container_open(path, CONTRACT, &container), OCK_OK);
            assert_true(ock_container_transcript_bytes(container) == cases[i].at);
            ock_container_close(container);
        } else {
            expect_refused(path, "transcript has the wrong length");
        }
        discard(&made);
    }
}

/* ---- the HDF5 library reads what Ockham wrote ---- */

static void must(long long result)
{
    assert_true(result >= 0);
}

static void read_value(hid_t file, const char *name, hid_t type, void *bytes)
{
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const hid_t stored = H5Dget_type(dataset);

    must(dataset);
    assert_true(H5Tequal(stored, type) > 0);
    must(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes));
}

/* head: what the user block has of the transcript, which goes on in the dataset. */
static void check_with_library(hid_t file, const uint8_t *head, const specimen *made)
{
    const ock_container_info *info = &made->info;
    uint8_t input[1024], trace[64], transcript[4096];
    char line[OCK_CONTRACT_LINE_BYTES], contract[OCK_CONTRACT_LINE_BYTES], config[256];
    size_t at = 2 * info->lanes;

    ock_contract_line(info, line);
    read_value(file, "contract", ock_hdf5_type_text(strlen(line)), contract);
    assert_string_equal(contract, line);
    read_value(file, "config", ock_hdf5_type_text(strlen(info->config_text)), config);
    assert_string_equal(config, info->config_text);
    read_value(file, "digest", ock_hdf5_type_opaque(32 * (2 + info->lanes + info->mark_count)),
               input);
    assert_memory_equal(input, info->input_digest, 32);
    assert_memory_equal(input + 32, info->root_digest, 32);
    assert_memory_equal(input + 64, info->lane_digests, info->lanes * 32);
    assert_memory_equal(input + 64 + 32 * info->lanes, info->marks, info->mark_count * 32);
    read_value(file, "trace", ock_hdf5_type_unsigned(4), trace);
    for (uint32_t i = 0; i < info->trace_marks; i++) {
        assert_true(ock_get_le(trace + 4 * i, 4) == info->trace[i]);
    }
    memcpy(transcript, head, OCK_HEAD_BYTES);
    read_value(file, "transcript", H5T_STD_U8LE, transcript + OCK_HEAD_BYTES);
    for (uint32_t i = 0; i < info->lanes; i++) {
        assert_true(ock_get_le(transcript + 2 * i, 2) == info->lane_bytes[i]);
        assert_memory_equal(transcript + at, made->lanes[i], info->lane_bytes[i]);
        at += info->lane_bytes[i];
    }
}

static void the_library_reads_it(void **state)
{
    char path[PATH_BYTES];
    specimen made = make(8, 400, 100, 9);
    hid_t file = H5I_INVALID_HID;
    size_t count = 0;
    uint8_t *bytes = NULL;

    (void)state;
    write_file(&made, path_of("library.ock", path));
    bytes = read_whole(path, &count);
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    must(file);
    check_with_library(file, bytes + OCK_HEAD_AT, &made);
    must(H5Fclose(file));
    free(bytes);
    discard(&made);
    assert_true(strchr(ock_container_hdf5_version(), '.') != NULL);
}

/* ---- two writers at once ---- */

/* What a thread writes, again and again, without a word to cmocka, which knows one thread only. */
typedef struct again {
    specimen made;
    char path[PATH_BYTES];
    ock_status worst;
} again;

static void *write_again(void *context)
{
    again *a = context;
    uint64_t bytes = 0;

    for (int round = 0; round < 100 && a->worst == OCK_OK; round++) {
        if (truncate(a->path, 0) != 0) {
            a->worst = OCK_ENVIRONMENT;
        } else {
            a->worst = write_container(a->path, &a->made.info, a->made.spool, &bytes);
        }
    }
    return NULL;
}

static void expect_written(const again *a, const char *alone)
{
    size_t counts[2];
    uint8_t *const found = read_whole(a->path, &counts[0]);
    uint8_t *const wanted = read_whole(alone, &counts[1]);

    assert_int_equal(counts[0], counts[1]);
    assert_memory_equal(found, wanted, counts[0]);
    free(found);
    free(wanted);
}

/* Each writes what it writes alone: small datasets, and a transcript that is long. */
static void two_threads_write(void **state)
{
    again both[2] = {{.made = make(3, 20, 40, 2)}, {.made = make(8, 9000, 900, 500)}};
    char alone[2][PATH_BYTES];
    pthread_t threads[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        write_file(&both[i].made, path_of(i == 0 ? "alone.0" : "alone.1", alone[i]));
        write_file(&both[i].made, path_of(i == 0 ? "both.0" : "both.1", both[i].path));
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, write_again, &both[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(both[i].worst, OCK_OK);
        expect_written(&both[i], alone[i]);
        discard(&both[i].made);
    }
}

/* ---- the writer's own checks ---- */

static void expect_unwritten(const specimen *made, ock_status status)
{
    char path[PATH_BYTES];
    uint64_t bytes = 0;

    write_whole(path_of("unwritten.ock", path), (const uint8_t *)"", 0);
    ock_error_clear();
    assert_int_equal(write_container(path, &made->info, made->spool, &bytes), status);
    assert_true(ock_error_text()[0] != '\0');
    ock_error_clear();
}

static void the_writer_checks_what_it_gets(void **state)
{
    specimen made = make(3, 20, 40, 2);

    (void)state;
    made.info.lane_bytes[1]++;
    expect_unwritten(&made, OCK_INTERNAL);
    made.info.lane_bytes[1]--;
    made.info.root_digest[0] ^= 1;
    expect_unwritten(&made, OCK_INTERNAL);
    made.info.root_digest[0] ^= 1;
    made.info.config_text[0] = '\t';
    expect_unwritten(&made, OCK_INTERNAL);
    made.info.config_text[0] = 'a';
    made.info.level = 10;
    expect_unwritten(&made, OCK_INTERNAL);
    discard(&made);
    made = make(1, 20, 40, 2);
    made.info.input_digest[0] ^= 1;
    expect_unwritten(&made, OCK_INTERNAL);
    discard(&made);
}

/* In a child, as HDF5 leaks memory when a close fails. */
static int write_in_child(const char *path, const specimen *made)
{
    uint64_t bytes = 0;
    int result = 0;
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        _exit(write_container(path, &made->info, made->spool, &bytes));
    }
    assert_int_equal(waitpid(child, &result, 0), child);
    return WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

static void failing_disks_are_reported(void **state)
{
    char path[PATH_BYTES];
    specimen made = make(3, 20000, 40, 2);

    (void)state;
    assert_int_equal(write_in_child("/proc/no/such/folder", &made), OCK_ENVIRONMENT);
    assert_int_equal(write_in_child("/dev/full", &made), OCK_ENVIRONMENT);
    assert_int_equal(write_in_child(path_of("good.ock", path), &made), OCK_OK);
    discard(&made);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_blake2b_256),
        cmocka_unit_test(round_trips),
        cmocka_unit_test(lists_before_lanes),
        cmocka_unit_test(lists_of_files),
        cmocka_unit_test(large_numbers),
        cmocka_unit_test(tables_of_lane_lengths),
        cmocka_unit_test(contract_lines),
        cmocka_unit_test(input_lengths),
        cmocka_unit_test(reads_stay_in_their_lane),
        cmocka_unit_test(files_are_identical_anywhere),
        cmocka_unit_test(overhead_is_small),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(every_truncation_and_extension_is_refused),
        cmocka_unit_test(other_files_are_refused_politely),
        cmocka_unit_test(forged_user_blocks_are_refused),
        cmocka_unit_test(ends_in_the_user_block),
        cmocka_unit_test(the_library_reads_it),
        cmocka_unit_test(two_threads_write),
        cmocka_unit_test(the_writer_checks_what_it_gets),
        cmocka_unit_test(failing_disks_are_reported),
    };

    return ock_run_cases(argc, argv, tests, make_folder, remove_folder);
}
