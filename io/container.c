/* container.c - what is known of an .ock file: its limits, and an opened one. */
#include "container.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "container_private.h"
#include "digest.h"

/* ---- info ---- */

void ock_container_info_clear(ock_container_info *info)
{
    free(info->config_text);
    free(info->lane_digests);
    free(info->lane_bytes);
    free(info->trace);
    memset(info, 0, sizeof *info);
}

uint64_t ock_container_sum(const ock_container_info *info)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < info->lanes; i++) {
        if (info->lane_bytes[i] > UINT64_MAX - sum)
            return UINT64_MAX;
        sum += info->lane_bytes[i];
    }
    return sum;
}

size_t ock_container_width(const uint64_t *values, size_t count)
{
    uint64_t largest = 0;

    for (size_t i = 0; i < count; i++) {
        if (values[i] > largest)
            largest = values[i];
    }
    if (largest > UINT32_MAX)
        return 8;
    if (largest > UINT16_MAX)
        return 4;
    return largest > UINT8_MAX ? 2 : 1;
}

static bool text_is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text != '\n' && (*text < ' ' || *text > '~'))
            return false;
    }
    return true;
}

static ock_status check_range(uint32_t value, uint32_t most, const char *what, const char *path,
                              ock_status status)
{
    if (value >= 1 && value <= most)
        return OCK_OK;
    return ock_fail(status, "%s: %s is %lu, not 1 to %lu", path, what, (unsigned long)value,
                    (unsigned long)most);
}

static ock_status check_numbers(const ock_container_info *info, const char *path,
                                ock_status failure)
{
    ock_status status = check_range(info->lanes, OCK_CONTAINER_MAX_LANES, "lanes", path, failure);

    if (status == OCK_OK)
        status = check_range(info->shards, info->lanes, "shards", path, failure);
    if (status == OCK_OK)
        status = check_range(info->groups, info->shards, "groups", path, failure);
    if (status == OCK_OK)
        status = check_range(info->step, OCK_CONTAINER_MAX_STEP, "step", path, failure);
    if (status == OCK_OK)
        status = check_range(info->level, 9, "level", path, failure);
    return status;
}

static bool root_is_right(const ock_container_info *info)
{
    uint8_t root[OCK_DIGEST_BYTES];
    ock_digest digest;

    ock_digest_start(&digest);
    ock_digest_update(&digest, info->lane_digests, (size_t)info->lanes * OCK_DIGEST_BYTES);
    ock_digest_finish(&digest, root);
    return memcmp(root, info->root_digest, sizeof root) == 0;
}

ock_status ock_container_info_check(const ock_container_info *info, const char *path,
                                    ock_status failure)
{
    ock_status status = check_numbers(info, path, failure);

    if (status != OCK_OK)
        return status;
    if (strlen(info->config_text) > OCK_CONTAINER_MAX_CONFIG_BYTES ||
        !text_is_plain(info->config_text))
        return ock_fail(failure, "%s: the configuration is too long or no plain text", path);
    if (info->trace_marks > OCK_CONTAINER_MAX_TRACE)
        return ock_fail(failure, "%s: the trace has too many marks", path);
    if (ock_container_sum(info) > INT64_MAX)
        return ock_fail(failure, "%s: the lane lengths have an impossible sum", path);
    if (!root_is_right(info))
        return ock_fail(failure, "%s: the root digest is not that of the lane digests", path);
    return OCK_OK;
}

/* ---- an opened container ---- */

void ock_container_close(ock_container *container)
{
    if (container == NULL)
        return;
    if (container->fd >= 0)
        (void)close(container->fd);
    ock_container_info_clear(&container->info);
    free(container->lane_offsets);
    free(container->path);
    free(container);
}

const ock_container_info *ock_container_about(const ock_container *container)
{
    return &container->info;
}

uint64_t ock_container_file_bytes(const ock_container *container)
{
    return container->file_bytes;
}

uint64_t ock_container_transcript_bytes(const ock_container *container)
{
    return container->transcript_bytes;
}

ock_status ock_container_read(ock_container *container, uint32_t lane, uint64_t offset,
                              uint8_t *bytes, size_t count)
{
    const ock_container_info *info = &container->info;
    size_t got = 0;
    ock_status status = OCK_OK;

    if (lane >= info->lanes || offset > info->lane_bytes[lane] ||
        count > info->lane_bytes[lane] - offset)
        return ock_fail(OCK_INTERNAL, "%s: read outside the transcript of lane %lu",
                        container->path, (unsigned long)lane);
    status = ock_file_read_at(container->fd, container->path,
                              container->transcript_offset + container->lane_offsets[lane] + offset,
                              bytes, count, &got);
    if (status == OCK_OK && got < count)
        status = ock_fail(OCK_ENVIRONMENT, "%s: changed while it was read", container->path);
    return status;
}
