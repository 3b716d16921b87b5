/* container_write.c - one .ock file, written, sealed, flushed and read back. */
#include "container.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "container_private.h"
#include "hdf5_setup.h"

typedef struct file_writer {
    const char *path;
    const ock_container_info *info;
    hid_t file;
    hid_t compact, contiguous; /* dataset creation lists */
} file_writer;

static ock_status fail_hdf5(const file_writer *writer, const char *what)
{
    if (errno != 0)
        return ock_fail_errno(writer->path, "cannot be written");
    return ock_fail(OCK_ENVIRONMENT, "%s: HDF5 could not write %s", writer->path, what);
}

/* ---- the file ---- */

static hid_t creation_list(H5D_layout_t layout, H5D_alloc_time_t allocation, bool no_attributes)
{
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);

    if (list >= 0 && H5Pset_obj_track_times(list, false) >= 0 && H5Pset_layout(list, layout) >= 0 &&
        H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) >= 0 &&
        H5Pset_alloc_time(list, allocation) >= 0 &&
        H5Pset_dset_no_attrs_hint(list, no_attributes) >= 0)
        return list;
    if (list >= 0)
        H5Pclose(list);
    return H5I_INVALID_HID;
}

static hid_t create_file(const char *path)
{
    const hid_t access = ock_hdf5_access();
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    hid_t file = H5I_INVALID_HID;

    if (access >= 0 && creation >= 0 && H5Pset_userblock(creation, OCK_USER_BLOCK_BYTES) >= 0 &&
        H5Pset_obj_track_times(creation, false) >= 0 &&
        H5Pset_est_link_info(creation, OCK_CONTAINER_OBJECTS, OCK_CONTAINER_NAME_ESTIMATE) >= 0)
        file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    if (creation >= 0)
        H5Pclose(creation);
    if (access >= 0)
        H5Pclose(access);
    return file;
}

static ock_status writer_open(file_writer *writer)
{
    errno = 0;
    writer->compact = creation_list(H5D_COMPACT, H5D_ALLOC_TIME_EARLY, true);
    writer->contiguous = creation_list(H5D_CONTIGUOUS, H5D_ALLOC_TIME_EARLY, true);
    writer->file = create_file(writer->path);
    if (writer->compact < 0 || writer->contiguous < 0 || writer->file < 0)
        return fail_hdf5(writer, "a new file");
    return OCK_OK;
}

/* A full disk may show up here for the first time. */
static ock_status writer_close(file_writer *writer)
{
    ock_status status = OCK_OK;

    if (writer->compact >= 0)
        H5Pclose(writer->compact);
    if (writer->contiguous >= 0)
        H5Pclose(writer->contiguous);
    errno = 0;
    if (writer->file >= 0 && H5Fclose(writer->file) < 0)
        status = fail_hdf5(writer, "the end of the file");
    return status;
}

/* ---- objects ---- */

/* Stores `bytes` as the whole value of a new dataset. Closes type and space, whatever happens. */
static ock_status store(const file_writer *writer, const char *name, hid_t type, hid_t space,
                        size_t count, const void *bytes)
{
    const hid_t creation =
        count <= OCK_CONTAINER_MAX_COMPACT_BYTES ? writer->compact : writer->contiguous;
    hid_t dataset = H5I_INVALID_HID;
    herr_t error = type < 0 || space < 0 ? -1 : 0;

    errno = 0;
    if (error >= 0)
        dataset = H5Dcreate2(writer->file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (dataset < 0)
        error = -1;
    if (error >= 0 && count > 0)
        error = H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes);
    if (dataset >= 0 && H5Dclose(dataset) < 0)
        error = -1;
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    return error < 0 ? fail_hdf5(writer, name) : OCK_OK;
}

static ock_status store_contract(const file_writer *writer)
{
    const ock_container_info *info = writer->info;
    const uint32_t numbers[] = {info->contract, info->level,  info->lanes,
                                info->shards,   info->groups, info->step};
    uint8_t bytes[OCK_CONTRACT_BYTES] = {0};

    for (size_t i = 0; i < 6; i++)
        ock_put_le(bytes + 4 * i, numbers[i], 4);
    memcpy(bytes + 24, OCK_CODER_NAME, sizeof OCK_CODER_NAME);
    return store(writer, "contract", ock_hdf5_type_contract(), H5Screate(H5S_SCALAR), sizeof bytes,
                 bytes);
}

static ock_status store_config(const file_writer *writer)
{
    const char *text = writer->info->config_text;
    const size_t characters = strlen(text);

    return store(writer, "config", ock_hdf5_type_text(characters), H5Screate(H5S_SCALAR),
                 characters + 1, text);
}

static ock_status store_input(const file_writer *writer)
{
    const ock_container_info *info = writer->info;
    const size_t lane_part = (size_t)info->lanes * OCK_DIGEST_BYTES;
    const size_t count = OCK_INPUT_FIXED_BYTES + lane_part;
    uint8_t *bytes = malloc(count);
    ock_status status = OCK_OK;

    if (bytes == NULL)
        return ock_fail_memory(count, "the lane digests");
    ock_put_le(bytes, info->input_bytes, 8);
    memcpy(bytes + 8, info->input_digest, OCK_DIGEST_BYTES);
    memcpy(bytes + 8 + OCK_DIGEST_BYTES, info->root_digest, OCK_DIGEST_BYTES);
    memcpy(bytes + OCK_INPUT_FIXED_BYTES, info->lane_digests, lane_part);
    status = store(writer, "input", ock_hdf5_type_input(info->lanes), H5Screate(H5S_SCALAR), count,
                   bytes);
    free(bytes);
    return status;
}

/* The values as little-endian integers of `width` bytes; NULL when memory is short. */
static uint8_t *pack(const uint64_t *values, size_t count, size_t width)
{
    uint8_t *bytes = malloc(count * width + 1);

    for (size_t i = 0; bytes != NULL && i < count; i++)
        ock_put_le(bytes + i * width, values[i], width);
    return bytes;
}

static ock_status store_trace(const file_writer *writer)
{
    const ock_container_info *info = writer->info;
    const size_t width = ock_container_width(info->trace, info->trace_marks);
    const hsize_t dimension = info->trace_marks;
    uint8_t *bytes = pack(info->trace, info->trace_marks, width);
    ock_status status = OCK_OK;

    if (bytes == NULL)
        return ock_fail_memory(info->trace_marks * width, "the trace");
    status = store(writer, "trace", ock_hdf5_type_unsigned(width),
                   H5Screate_simple(1, &dimension, NULL), info->trace_marks * width, bytes);
    free(bytes);
    return status;
}

/* ---- the transcript ---- */

static herr_t attach_lane_bytes(const file_writer *writer, hid_t dataset, const uint8_t *bytes,
                                size_t width)
{
    const hsize_t dimension = writer->info->lanes;
    const hid_t type = ock_hdf5_type_unsigned(width);
    const hid_t space = H5Screate_simple(1, &dimension, NULL);
    hid_t attribute = H5I_INVALID_HID;
    herr_t error = -1;

    if (type >= 0 && space >= 0)
        attribute = H5Acreate2(dataset, OCK_LANE_BYTES_NAME, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0) {
        error = H5Awrite(attribute, type, bytes);
        if (H5Aclose(attribute) < 0)
            error = -1;
    }
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    return error;
}

static ock_status store_lane_bytes(const file_writer *writer, hid_t dataset)
{
    const ock_container_info *info = writer->info;
    const size_t width = ock_container_width(info->lane_bytes, info->lanes);
    uint8_t *bytes = pack(info->lane_bytes, info->lanes, width);
    ock_status status = OCK_OK;

    if (bytes == NULL)
        return ock_fail_memory(info->lanes * width, "the lane lengths");
    errno = 0;
    if (attach_lane_bytes(writer, dataset, bytes, width) < 0)
        status = fail_hdf5(writer, "the lane lengths");
    free(bytes);
    return status;
}

static ock_status write_part(const file_writer *writer, hid_t dataset, hid_t space, uint64_t offset,
                             const uint8_t *bytes, size_t count)
{
    const hsize_t start = offset, length = count;
    const hid_t memory = H5Screate_simple(1, &length, NULL);
    herr_t error = memory < 0 ? -1 : 0;

    errno = 0;
    if (error >= 0)
        error = H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &length, NULL);
    if (error >= 0)
        error = H5Dwrite(dataset, H5T_STD_U8LE, memory, space, H5P_DEFAULT, bytes);
    if (memory >= 0)
        H5Sclose(memory);
    return error < 0 ? fail_hdf5(writer, "the transcript") : OCK_OK;
}

/* The spool hands out the end of a lane first, so the last lane is written first too. */
static ock_status write_lanes(const file_writer *writer, hid_t dataset, hid_t space,
                              ock_spool *spool)
{
    const ock_container_info *info = writer->info;
    uint64_t begin = ock_container_sum(info);
    ock_status status = OCK_OK;

    for (uint32_t lane = info->lanes; status == OCK_OK && lane-- > 0;) {
        size_t count = 1;

        begin -= info->lane_bytes[lane];
        status = ock_spool_rewind(spool, lane);
        while (status == OCK_OK && count > 0) {
            const uint8_t *bytes = NULL;
            uint64_t offset = 0;

            status = ock_spool_previous(spool, &offset, &bytes, &count);
            if (status == OCK_OK && count > 0)
                status = write_part(writer, dataset, space, begin + offset, bytes, count);
        }
    }
    return status;
}

static ock_status store_transcript(const file_writer *writer, ock_spool *spool)
{
    const hsize_t dimension = ock_container_sum(writer->info);
    const hid_t space = H5Screate_simple(1, &dimension, NULL);
    hid_t dataset = H5I_INVALID_HID;
    ock_status status = OCK_OK;

    errno = 0;
    if (space >= 0)
        dataset = H5Dcreate2(writer->file, "transcript", H5T_STD_U8LE, space, H5P_DEFAULT,
                             writer->contiguous, H5P_DEFAULT);
    if (dataset < 0)
        status = fail_hdf5(writer, "the transcript");
    if (status == OCK_OK)
        status = store_lane_bytes(writer, dataset);
    if (status == OCK_OK)
        status = write_lanes(writer, dataset, space, spool);
    errno = 0;
    if (dataset >= 0 && H5Dclose(dataset) < 0 && status == OCK_OK)
        status = fail_hdf5(writer, "the transcript");
    if (space >= 0)
        H5Sclose(space);
    return status;
}

/* ---- seal and verify ---- */

static ock_status write_objects(const file_writer *writer, ock_spool *spool)
{
    ock_status status = store_contract(writer);

    if (status == OCK_OK)
        status = store_config(writer);
    if (status == OCK_OK)
        status = store_input(writer);
    if (status == OCK_OK)
        status = store_trace(writer);
    if (status == OCK_OK)
        status = store_transcript(writer, spool);
    return status;
}

static ock_status seal(const char *path, uint32_t contract, uint64_t *file_bytes)
{
    const int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    ock_status status = OCK_OK;

    if (fd < 0)
        return ock_fail_errno(path, "cannot be opened");
    status = ock_user_block_write(fd, path, contract, file_bytes);
    if (status == OCK_OK && fsync(fd) != 0)
        status = ock_fail_errno(path, "cannot be flushed");
    if (close(fd) != 0 && status == OCK_OK)
        status = ock_fail_errno(path, "cannot be closed");
    return status;
}

static bool same_info(const ock_container_info *a, const ock_container_info *b)
{
    return a->contract == b->contract && a->level == b->level && a->lanes == b->lanes &&
           a->shards == b->shards && a->groups == b->groups && a->step == b->step &&
           a->input_bytes == b->input_bytes && a->trace_marks == b->trace_marks &&
           strcmp(a->config_text, b->config_text) == 0 &&
           memcmp(a->input_digest, b->input_digest, OCK_DIGEST_BYTES) == 0 &&
           memcmp(a->root_digest, b->root_digest, OCK_DIGEST_BYTES) == 0 &&
           memcmp(a->lane_digests, b->lane_digests, (size_t)a->lanes * OCK_DIGEST_BYTES) == 0 &&
           memcmp(a->lane_bytes, b->lane_bytes, a->lanes * sizeof *a->lane_bytes) == 0 &&
           (a->trace_marks == 0 ||
            memcmp(a->trace, b->trace, a->trace_marks * sizeof *a->trace) == 0);
}

static ock_status compare_lane(ock_container *container, uint32_t lane, ock_spool *spool,
                               uint8_t *buffer)
{
    size_t count = 1;
    ock_status status = ock_spool_rewind(spool, lane);

    while (status == OCK_OK && count > 0) {
        const uint8_t *bytes = NULL;
        uint64_t offset = 0;

        status = ock_spool_previous(spool, &offset, &bytes, &count);
        if (status != OCK_OK || count == 0)
            break;
        if (count > OCK_IO_BUFFER_BYTES)
            return ock_fail(OCK_INTERNAL, "a block of the spool is too large");
        status = ock_container_read(container, lane, offset, buffer, count);
        if (status == OCK_OK && memcmp(bytes, buffer, count) != 0)
            status = ock_fail(OCK_INTERNAL, "%s: the transcript was not written as given",
                              container->path);
    }
    return status;
}

/* What stands on the disk is opened as any reader would, and compared with
 * what was to be written. */
static ock_status verify(const char *path, const ock_container_info *info, ock_spool *spool)
{
    uint8_t *buffer = malloc(OCK_IO_BUFFER_BYTES);
    ock_container *container = NULL;
    ock_status status = OCK_OK;

    if (buffer == NULL)
        return ock_fail_memory(OCK_IO_BUFFER_BYTES, "verifying a file");
    status = ock_container_open(path, info->contract, &container);
    if (status == OCK_BAD_DATA)
        status = OCK_INTERNAL; /* our own file: the message stands */
    if (status == OCK_OK && !same_info(info, ock_container_about(container)))
        status = ock_fail(OCK_INTERNAL, "%s: was not written as given", path);
    for (uint32_t lane = 0; status == OCK_OK && lane < info->lanes; lane++)
        status = compare_lane(container, lane, spool, buffer);
    ock_container_close(container);
    free(buffer);
    return status;
}

static ock_status check_spool(const char *path, const ock_container_info *info,
                              const ock_spool *spool)
{
    for (uint32_t lane = 0; lane < info->lanes; lane++) {
        if (info->lane_bytes[lane] != ock_spool_bytes(spool, lane))
            return ock_fail(OCK_INTERNAL, "%s: lane %lu has another length in the spool", path,
                            (unsigned long)lane);
    }
    return OCK_OK;
}

ock_status ock_container_write(const char *path, const ock_container_info *info, ock_spool *spool,
                               uint64_t *file_bytes)
{
    file_writer writer = {path, info, H5I_INVALID_HID, H5I_INVALID_HID, H5I_INVALID_HID};
    ock_status status = ock_container_info_check(info, path, OCK_INTERNAL);
    ock_status closing = OCK_OK;

    *file_bytes = 0;
    if (status == OCK_OK)
        status = check_spool(path, info, spool);
    if (status == OCK_OK)
        status = ock_hdf5_start();
    if (status == OCK_OK)
        status = writer_open(&writer);
    if (status == OCK_OK)
        status = write_objects(&writer, spool);
    closing = writer_close(&writer);
    if (status == OCK_OK)
        status = closing;
    if (status == OCK_OK)
        status = seal(path, info->contract, file_bytes);
    if (status == OCK_OK)
        status = verify(path, info, spool);
    return status;
}
