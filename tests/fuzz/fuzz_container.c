/* SPDX-License-Identifier: MIT */
/* fuzz_container.c - the reader of .ock files: first the bytes as they are, then with a right user
 * block, as whoever makes a file can make it. What is accepted is read to its end. */
#include <stdlib.h>

#include "archive/plan_file.h"
#include "fuzz.h"
#include "io/container/container_private.h"

enum { CONTRACT = 7 }; /* of the seeds */

static void read_lanes(ock_container *container)
{
    const ock_container_info *info = ock_container_about(container);
    uint8_t block[512];

    for (uint32_t lane = 0; lane < info->lanes; lane++) {
        for (uint64_t at = 0; at < info->lane_bytes[lane]; at += sizeof block) {
            const uint64_t left = info->lane_bytes[lane] - at;
            const size_t count = left < sizeof block ? (size_t)left : sizeof block;

            if (ock_container_read(container, lane, at, block, count) != OCK_OK) {
                abort(); /* it was said to lie in the file */
            }
        }
    }
}

static void open_and_read(const char *path)
{
    ock_container *container = NULL;
    ock_plan plan;
    ock_status status = ock_container_open(path, CONTRACT, &container);

    if (status == OCK_OK) {
        read_lanes(container);
        status = ock_plan_load(ock_container_about(container), &plan);
    }
    if (status != OCK_OK && (status != OCK_BAD_DATA || ock_error_text()[0] == '\0')) {
        abort(); /* damage is called by its name */
    }
    ock_error_clear();
    ock_container_close(container);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const uint8_t plan[OCK_DIGEST_BYTES];
    const char *path = NULL;
    uint64_t sealed = 0;
    const int fd = ock_fuzz_file(data, bytes, &path);

    open_and_read(path);
    const ock_seal seal = {OCK_FILE_CONTAINER, OCK_FORMAT_PLAIN, CONTRACT, plan};
    if (ock_seal_write(fd, path, &seal, &sealed) == OCK_OK) {
        open_and_read(path);
    }
    ock_error_clear();
    return 0;
}
