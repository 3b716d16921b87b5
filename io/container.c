/* container.c - what is known of an .ock file: its limits, its types, and an opened one. */
#include "container.h"

#include <stdio.h>
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

/* Plain reads of the bytes whose digest was checked: HDF5 is not asked again. */
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

/* ---- HDF5 ---- */

ock_status ock_container_start_hdf5(void)
{
    if (H5open() < 0 || H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0)
        return ock_fail(OCK_ENVIRONMENT, "the HDF5 library does not start");
    return OCK_OK;
}

const char *ock_container_hdf5_version(void)
{
    static char text[32] = "unknown";
    unsigned major = 0, minor = 0, release = 0;

    if (H5get_libversion(&major, &minor, &release) >= 0)
        snprintf(text, sizeof text, "%u.%u.%u", major, minor, release);
    return text;
}

/* Locks would fail on cluster file systems without them; a temporary file needs none, and a
 * finished one never changes. Block sizes of 0: nothing is set aside that would stay unused. */
hid_t ock_container_access(void)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);

    if (access >= 0 && H5Pset_fapl_sec2(access) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
        H5Pset_file_locking(access, 0, 1) >= 0 && H5Pset_meta_block_size(access, 0) >= 0 &&
        H5Pset_small_data_block_size(access, 0) >= 0 && H5Pset_sieve_buf_size(access, 0) >= 0)
        return access;
    if (access >= 0)
        H5Pclose(access);
    return H5I_INVALID_HID;
}

hid_t ock_container_type_unsigned(size_t size)
{
    switch (size) {
    case 1:
        return H5Tcopy(H5T_STD_U8LE);
    case 2:
        return H5Tcopy(H5T_STD_U16LE);
    case 4:
        return H5Tcopy(H5T_STD_U32LE);
    case 8:
        return H5Tcopy(H5T_STD_U64LE);
    default:
        return H5I_INVALID_HID;
    }
}

hid_t ock_container_type_config(size_t characters)
{
    const hid_t type = H5Tcopy(H5T_C_S1);

    if (type >= 0 && H5Tset_size(type, characters + 1) >= 0)
        return type;
    if (type >= 0)
        H5Tclose(type);
    return H5I_INVALID_HID;
}

hid_t ock_container_type_contract(void)
{
    static const char *const names[] = {"version", "level", "lanes", "shards", "groups", "step"};
    const size_t count = sizeof names / sizeof names[0];
    const hid_t type = H5Tcreate(H5T_COMPOUND, OCK_CONTRACT_BYTES);
    const hid_t coder = ock_container_type_config(OCK_CODER_NAME_BYTES - 1);
    herr_t error = type < 0 || coder < 0 ? -1 : 0;

    for (size_t i = 0; error >= 0 && i < count; i++)
        error = H5Tinsert(type, names[i], 4 * i, H5T_STD_U32LE);
    if (error >= 0)
        error = H5Tinsert(type, "coder", 4 * count, coder);
    if (coder >= 0)
        H5Tclose(coder);
    if (error >= 0)
        return type;
    if (type >= 0)
        H5Tclose(type);
    return H5I_INVALID_HID;
}

hid_t ock_container_type_input(uint32_t lanes)
{
    const hsize_t dimension = lanes;
    const hid_t digest = H5Tcreate(H5T_OPAQUE, OCK_DIGEST_BYTES);
    const hid_t array = digest < 0 ? digest : H5Tarray_create2(digest, 1, &dimension);
    hid_t type = array < 0 ? array
                           : H5Tcreate(H5T_COMPOUND,
                                       OCK_INPUT_FIXED_BYTES + (size_t)lanes * OCK_DIGEST_BYTES);

    if (type >= 0 && (H5Tinsert(type, "bytes", 0, H5T_STD_U64LE) < 0 ||
                      H5Tinsert(type, "blake2b", 8, digest) < 0 ||
                      H5Tinsert(type, "root", 8 + OCK_DIGEST_BYTES, digest) < 0 ||
                      H5Tinsert(type, "lanes", OCK_INPUT_FIXED_BYTES, array) < 0)) {
        H5Tclose(type);
        type = H5I_INVALID_HID;
    }
    if (array >= 0)
        H5Tclose(array);
    if (digest >= 0)
        H5Tclose(digest);
    return type;
}
