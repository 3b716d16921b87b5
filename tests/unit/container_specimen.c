/* SPDX-License-Identifier: MIT */
/* container_specimen.c - containers to write, and files to spoil, for the tests of .ock files. */
#include "container_specimen.h"
#include "files_by_path.h"
#include "io/file/spool.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch_folder.h"

_Static_assert((int)PATH_BYTES == (int)SCRATCH_PATH_BYTES, "path_of is scratch_path");

const uint8_t specimen_plan[OCK_DIGEST_BYTES] = {1, 2, 3, [31] = 32};

/* ---- the folder ---- */

int make_folder(void **state)
{
    return make_scratch_folder(state);
}

int remove_folder(void **state)
{
    return remove_scratch_folder(state);
}

const char *folder_path(void)
{
    return scratch_folder;
}

uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* ---- files ---- */

const char *path_of(const char *name, char path[PATH_BYTES])
{
    return scratch_path(name, path);
}

uint8_t *read_whole(const char *path, size_t *count)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    struct stat there;

    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &there), 0);
    *count = (size_t)there.st_size;
    bytes = malloc(*count + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *count, file), *count);
    fclose(file);
    return bytes;
}

void write_whole(const char *path, const uint8_t *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

void reseal(const char *path)
{
    uint64_t bytes = 0;
    const int fd = open(path, O_RDWR);

    assert_true(fd >= 0);
    const ock_seal seal = {OCK_FILE_CONTAINER, OCK_FORMAT_PLAIN, CONTRACT, specimen_plan};
    assert_int_equal(ock_seal_write(fd, path, &seal, &bytes), OCK_OK);
    assert_int_equal(close(fd), 0);
}

void expect_refused(const char *path, const char *because)
{
    ock_container *container = NULL;

    ock_error_clear();
    assert_int_equal(ock_container_open(path, CONTRACT, &container), OCK_BAD_DATA);
    assert_null(container);
    if (strstr(ock_error_text(), path) == NULL || strstr(ock_error_text(), because) == NULL) {
        fail_msg("message \"%s\" lacks the path or \"%s\"", ock_error_text(), because);
    }
    ock_error_clear();
}

/* ---- containers ---- */

static void fill_lane(specimen *to, uint32_t lane, size_t count, uint64_t *random)
{
    to->lanes[lane] = malloc(count + 1);
    assert_non_null(to->lanes[lane]);
    for (size_t i = 0; i < count; i++) {
        to->lanes[lane][i] = (uint8_t)next_random(random);
    }
    to->info.lane_bytes[lane] = count;
    for (size_t i = 0; i < OCK_DIGEST_BYTES; i++) {
        to->info.lane_digests[lane][i] = (uint8_t)next_random(random);
    }
    assert_int_equal(ock_spool_append(to->spool, lane, to->lanes[lane], count), OCK_OK);
}

specimen make(uint32_t lanes, size_t lane_bytes, size_t config, uint32_t marks)
{
    specimen made;
    uint64_t random = 5;

    memset(&made, 0, sizeof made);
    made.info = (ock_container_info){
        .contract = CONTRACT, .level = 6, .lanes = lanes, .shards = (lanes + 3) / 4, .step = 16};
    made.info.input_bytes = made.info.rest_bytes = 1000003;
    made.info.config_text = calloc(config + 1, 1);
    made.info.lane_digests = calloc(lanes, sizeof *made.info.lane_digests);
    made.info.lane_bytes = calloc(lanes, sizeof *made.info.lane_bytes);
    made.info.trace_marks = marks;
    made.info.trace = calloc(marks + 1, sizeof *made.info.trace);
    made.info.mark_count = marks < 16 ? marks : 16;
    made.info.marks = calloc(marks + 1, sizeof *made.info.marks);
    for (uint32_t i = 0; i < made.info.mark_count; i++) {
        made.info.marks[i][i % OCK_DIGEST_BYTES] = (uint8_t)(i + 1);
    }
    made.lanes = calloc(lanes, sizeof *made.lanes);
    assert_int_equal(ock_spool_new(scratch_folder, lanes, &made.spool), OCK_OK);
    for (size_t i = 0; i < config; i++) {
        made.info.config_text[i] = (char)(i % 20 == 19 ? '\n' : 'a' + i % 20);
    }
    for (uint32_t i = 0; i < marks; i++) {
        made.info.trace[i] = 20000000 + next_random(&random) % 10000000;
    }
    for (uint32_t i = 0; i < lanes; i++) {
        fill_lane(&made, i, lane_bytes == 0 ? 0 : lane_bytes + i % 3, &random);
    }
    for (size_t i = 0; i < OCK_DIGEST_BYTES; i++) {
        made.info.input_digest[i] = (uint8_t)next_random(&random);
    }
    memcpy(made.info.plan_digest, specimen_plan, OCK_DIGEST_BYTES);
    if (lanes == 1) {
        memcpy(made.info.lane_digests, made.info.input_digest, OCK_DIGEST_BYTES);
    }
    ock_container_root(&made.info, made.info.root_digest);
    return made;
}

void discard(specimen *made)
{
    for (uint32_t i = 0; i < made->info.lanes; i++) {
        free(made->lanes[i]);
    }
    free(made->lanes);
    ock_spool_free(made->spool);
    ock_container_info_clear(&made->info);
}

uint64_t write_file(const specimen *from, const char *path)
{
    uint64_t bytes = 0;
    struct stat there;

    write_whole(path, (const uint8_t *)"", 0);
    if (write_container(path, &from->info, from->spool, &bytes) != OCK_OK) {
        fail_msg("%s", ock_error_text());
    }
    assert_int_equal(stat(path, &there), 0);
    assert_true((uint64_t)there.st_size == bytes);
    return bytes;
}

uint64_t write_small(const char *path)
{
    specimen small = make(3, 200, 40, 2);
    const uint64_t bytes = write_file(&small, path);

    discard(&small);
    return bytes;
}
