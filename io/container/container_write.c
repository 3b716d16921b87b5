/* SPDX-License-Identifier: MIT */
/* container_write.c - one .ock file, written, sealed, flushed and read back. */
#include "io/container/container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "io/container/container_private.h"
#include "io/file/spool.h"
#include "io/hdf5/hdf5_setup.h"

typedef struct file_writer {
    const ock_open_file *to;
    const ock_container_info *info;
    hid_t file;
    hid_t draft;               /* a file in memory: see create_dataset */
    hid_t compact, contiguous; /* dataset creation lists */
} file_writer;

static ock_status fail_hdf5(const file_writer *writer, const char *what)
{
    if (errno != 0) {
        return ock_fail_errno(writer->to->name, "cannot be written");
    }
    return ock_fail(OCK_ENVIRONMENT, "%s: HDF5 could not write %s", writer->to->name, what);
}

/* ---- the file ---- */

/* What says nothing is left out. -> how many there are */
static size_t list_objects(const ock_container_info *info, const char **names)
{
    size_t count = 0;

    names[count++] = "contract";
    if (info->config_text[0] != '\0') {
        names[count++] = "config";
    }
    names[count++] = "digest";
    if (info->trace_marks > 0) {
        names[count++] = "trace";
    }
    if (ock_container_transcript_length(info) >= OCK_HEAD_BYTES) {
        names[count++] = "transcript";
    }
    if (info->manifest != NULL) {
        names[count++] = "manifest";
    }
    return count;
}

static ock_status writer_open(file_writer *writer)
{
    errno = 0;
    writer->compact = ock_hdf5_dataset_list(H5D_COMPACT);
    writer->contiguous = ock_hdf5_dataset_list(H5D_CONTIGUOUS);
    const char *names[OCK_CONTAINER_MOST_OBJECTS];
    const size_t count = list_objects(writer->info, names);
    writer->file =
        ock_hdf5_create_file(writer->to->name, names, count, ock_hdf5_access(writer->to));
    writer->draft = ock_hdf5_create_file("draft", names, count, ock_hdf5_access_memory());
    if (writer->compact < 0 || writer->contiguous < 0 || writer->file < 0 || writer->draft < 0) {
        return fail_hdf5(writer, "a new file");
    }
    return OCK_OK;
}

/* A full disk may show up here for the first time. */
static ock_status writer_close(file_writer *writer)
{
    ock_status status = OCK_OK;

    if (writer->compact >= 0) {
        H5Pclose(writer->compact);
    }
    if (writer->contiguous >= 0) {
        H5Pclose(writer->contiguous);
    }
    if (writer->draft >= 0) {
        H5Fclose(writer->draft);
    }
    errno = 0;
    if (writer->file >= 0 && H5Fclose(writer->file) < 0) {
        status = fail_hdf5(writer, "the end of the file");
    }
    return status;
}

/* ---- objects ---- */

static bool is_small(uint64_t count)
{
    return count <= OCK_CONTAINER_MAX_COMPACT_BYTES;
}

/* A new dataset for a value of `count` bytes; negative on failure. The library leaves 20 bytes
 * unused in every header it makes, for a continuation, and none in one it copies: small datasets
 * are made in the draft. */
static hid_t create_dataset(const file_writer *writer, const char *name, hid_t type, hid_t space,
                            uint64_t count)
{
    if (type < 0 || space < 0) {
        return H5I_INVALID_HID;
    }
    return H5Dcreate2(is_small(count) ? writer->draft : writer->file, name, type, space,
                      H5P_DEFAULT, is_small(count) ? writer->compact : writer->contiguous,
                      H5P_DEFAULT);
}

/* Closes the dataset, if there is one, and brings it into the file, if it is not there. */
static herr_t finish_dataset(const file_writer *writer, const char *name, hid_t dataset,
                             uint64_t count)
{
    if (dataset < 0 || H5Dclose(dataset) < 0) {
        return -1;
    }
    if (!is_small(count)) {
        return 0;
    }
    return H5Ocopy(writer->draft, name, writer->file, name, H5P_DEFAULT, H5P_DEFAULT);
}

/* Stores `bytes` as the whole value of a new dataset. Closes type and space, whatever happens. */
static ock_status store(const file_writer *writer, const char *name, hid_t type, hid_t space,
                        size_t count, const void *bytes)
{
    hid_t dataset = H5I_INVALID_HID;
    herr_t error = 0;

    errno = 0;
    dataset = create_dataset(writer, name, type, space, count);
    if (dataset >= 0 && count > 0) {
        error = H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes);
    }
    if (finish_dataset(writer, name, dataset, count) < 0) {
        error = -1;
    }
    if (space >= 0) {
        H5Sclose(space);
    }
    if (type >= 0) {
        H5Tclose(type);
    }
    return error < 0 ? fail_hdf5(writer, name) : OCK_OK;
}

static ock_status store_text(const file_writer *writer, const char *name, const char *text)
{
    const size_t characters = strlen(text);

    return store(writer, name, ock_hdf5_type_text(characters), H5Screate(H5S_SCALAR),
                 characters + 1, text);
}

static ock_status store_contract(const file_writer *writer)
{
    char line[OCK_CONTRACT_LINE_BYTES];

    ock_contract_line(writer->info, line);
    return store_text(writer, "contract", line);
}

static ock_status store_digests(const file_writer *writer)
{
    const ock_container_info *info = writer->info;
    const ock_digest_layout layout = ock_container_digests(info);
    const size_t input = layout.count * OCK_DIGEST_BYTES, of_all = layout.before * OCK_DIGEST_BYTES;
    const size_t state = (size_t)info->mark_count * OCK_DIGEST_BYTES, count = input + state;
    uint8_t *bytes = malloc(count);
    ock_status status = OCK_OK;

    if (bytes == NULL) {
        return ock_fail_memory(count, "the digests");
    }
    memcpy(bytes, info->input_digest, OCK_DIGEST_BYTES);
    if (layout.before > 1) {
        memcpy(bytes + OCK_DIGEST_BYTES, info->root_digest, OCK_DIGEST_BYTES);
    }
    memcpy(bytes + of_all, info->lane_digests, input - of_all);
    if (state > 0) {
        memcpy(bytes + input, info->marks, state);
    }
    status =
        store(writer, "digest", ock_hdf5_type_opaque(count), H5Screate(H5S_SCALAR), count, bytes);
    free(bytes);
    return status;
}

/* The values as little-endian integers of `width` bytes; NULL when memory is short. */
static uint8_t *pack(const uint64_t *values, size_t count, size_t width)
{
    uint8_t *bytes = malloc(count * width + 1);

    for (size_t i = 0; bytes != NULL && i < count; i++) {
        ock_put_le(bytes + i * width, values[i], width);
    }
    return bytes;
}

static ock_status store_trace(const file_writer *writer)
{
    const ock_container_info *info = writer->info;
    const size_t width = ock_container_width(info->trace, info->trace_marks);
    uint8_t *bytes = NULL;
    ock_status status = OCK_OK;

    if (info->trace_marks == 0) {
        return OCK_OK;
    }
    bytes = pack(info->trace, info->trace_marks, width);
    if (bytes == NULL) {
        return ock_fail_memory(info->trace_marks * width, "the trace");
    }
    status = store(writer, "trace", ock_hdf5_type_unsigned(width), ock_hdf5_row(info->trace_marks),
                   info->trace_marks * width, bytes);
    free(bytes);
    return status;
}

/* ---- the transcript ---- */

/* What the user block has no room for goes to the dataset. */
static ock_status write_part(const file_writer *writer, hid_t dataset, hid_t space, uint64_t offset,
                             const uint8_t *bytes, size_t count)
{
    const size_t head = ock_container_in_head(offset, count);
    const hsize_t start = offset + head - OCK_HEAD_BYTES, length = count - head;
    const ock_status status =
        ock_file_write_at(writer->to->fd, writer->to->name, OCK_HEAD_AT + offset, bytes, head);
    const hid_t memory = H5Screate_simple(1, &length, NULL);
    herr_t error = memory < 0 ? -1 : 0;

    errno = 0;
    if (error >= 0 && length > 0) {
        error = H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &length, NULL);
    }
    if (error >= 0 && length > 0) {
        error = H5Dwrite(dataset, H5T_STD_U8LE, memory, space, H5P_DEFAULT, bytes + head);
    }
    if (memory >= 0) {
        H5Sclose(memory);
    }
    return error < 0 ? fail_hdf5(writer, "the transcript") : status;
}

/* The table of lane lengths, of `width` bytes each, behind the other lists. */
static ock_status write_table(const file_writer *writer, hid_t dataset, hid_t space, size_t width)
{
    const ock_container_info *info = writer->info;
    uint8_t *bytes = pack(info->lane_bytes, info->lanes, width);
    ock_status status = OCK_OK;

    if (bytes == NULL) {
        return ock_fail_memory(info->lanes * width, "the lane lengths");
    }
    status =
        write_part(writer, dataset, space, ock_container_lists(info), bytes, info->lanes * width);
    free(bytes);
    return status;
}

/* The spool hands out the end of a lane first, so the last lane is written first too.
 * end: of the last lane in the transcript. */
static ock_status write_lanes(const file_writer *writer, hid_t dataset, hid_t space, uint64_t end,
                              ock_spool *spool)
{
    const ock_container_info *info = writer->info;
    uint64_t begin = end;
    ock_status status = OCK_OK;

    for (uint32_t lane = info->lanes; status == OCK_OK && lane-- > 0;) {
        size_t count = 1;

        begin -= info->lane_bytes[lane];
        status = ock_spool_rewind(spool, lane);
        while (status == OCK_OK && count > 0) {
            const uint8_t *bytes = NULL;
            uint64_t offset = 0;

            status = ock_spool_previous(spool, &offset, &bytes, &count);
            if (status == OCK_OK && count > 0) {
                status = write_part(writer, dataset, space, begin + offset, bytes, count);
            }
        }
    }
    return status;
}

static ock_status store_transcript(const file_writer *writer, ock_spool *spool)
{
    const ock_container_info *info = writer->info;
    const uint64_t length = ock_container_transcript_length(info);
    const size_t width = ock_container_table_width(length, info->lanes);
    const bool fits = length < OCK_HEAD_BYTES;
    const uint64_t rest = fits ? 0 : length - OCK_HEAD_BYTES;
    const hid_t space = ock_hdf5_row(rest);
    hid_t dataset = H5I_INVALID_HID;
    ock_status status = OCK_OK;

    errno = 0;
    dataset = create_dataset(writer, "transcript", H5T_STD_U8LE, space, rest);
    if (dataset < 0) {
        status = fail_hdf5(writer, "the transcript");
    }
    if (status == OCK_OK && fits) {
        status = write_part(writer, dataset, space, length, &(uint8_t){OCK_HEAD_END}, 1);
    }
    if (status == OCK_OK && info->repeats != NULL) {
        status = write_part(writer, dataset, space, 0, info->repeats, info->repeats_bytes);
    }
    if (status == OCK_OK && info->transforms != NULL) {
        status = write_part(writer, dataset, space, info->repeats_bytes, info->transforms,
                            info->transforms_bytes);
    }
    if (status == OCK_OK && info->layouts != NULL) {
        status = write_part(writer, dataset, space, info->repeats_bytes + info->transforms_bytes,
                            info->layouts, info->layouts_bytes);
    }
    if (status == OCK_OK && width > 0) {
        status = write_table(writer, dataset, space, width);
    }
    if (status == OCK_OK) {
        status = write_lanes(writer, dataset, space, length, spool);
    }
    errno = 0;
    if (!fits && finish_dataset(writer, "transcript", dataset, rest) < 0 && status == OCK_OK) {
        status = fail_hdf5(writer, "the transcript");
    }
    if (space >= 0) {
        H5Sclose(space);
    }
    return status;
}

/* ---- the list of files ---- */

static ock_status store_manifest(const file_writer *writer)
{
    const ock_container_info *info = writer->info;

    if (info->manifest == NULL) {
        return OCK_OK;
    }
    return store(writer, "manifest", ock_hdf5_type_unsigned(1), ock_hdf5_row(info->manifest_bytes),
                 info->manifest_bytes, info->manifest);
}

static ock_status write_objects(const file_writer *writer, ock_spool *spool)
{
    ock_status status = store_contract(writer);

    if (status == OCK_OK && writer->info->config_text[0] != '\0') {
        status = store_text(writer, "config", writer->info->config_text);
    }
    if (status == OCK_OK) {
        status = store_digests(writer);
    }
    if (status == OCK_OK) {
        status = store_trace(writer);
    }
    if (status == OCK_OK) {
        status = store_transcript(writer, spool);
    }
    if (status == OCK_OK) {
        status = store_manifest(writer);
    }
    return status;
}

/* ---- verify ---- */

static ock_status compare_lane(ock_container *container, uint32_t lane, ock_spool *spool,
                               uint8_t *buffer)
{
    size_t count = 1;
    ock_status status = ock_spool_rewind(spool, lane);

    while (status == OCK_OK && count > 0) {
        const uint8_t *bytes = NULL;
        uint64_t offset = 0;

        status = ock_spool_previous(spool, &offset, &bytes, &count);
        if (status != OCK_OK || count == 0) {
            break;
        }
        if (count > OCK_IO_BUFFER_BYTES) {
            return ock_fail(OCK_INTERNAL, "a block of the spool is too large");
        }
        status = ock_container_read(container, lane, offset, buffer, count);
        if (status == OCK_OK && memcmp(bytes, buffer, count) != 0) {
            status = ock_fail(OCK_INTERNAL, "%s: the transcript was not written correctly",
                              container->path);
        }
    }
    return status;
}

/* A file that was written, and what it was to be. */
typedef struct written {
    const ock_open_file *to;
    const ock_container_info *info;
    ock_spool *spool;
} written;

static ock_status compare(const written *w, ock_container *container, uint8_t *buffer)
{
    ock_status status = OCK_OK;

    if (!ock_container_info_same(w->info, ock_container_about(container))) {
        return ock_fail(OCK_INTERNAL, "%s: was not written correctly", w->to->name);
    }
    for (uint32_t lane = 0; status == OCK_OK && lane < w->info->lanes; lane++) {
        status = compare_lane(container, lane, w->spool, buffer);
    }
    return status;
}

/* What stands on the disk is opened as any reader would, and compared with what was to be
 * written. */
static ock_status verify(void *context)
{
    const written *w = context;
    uint8_t *buffer = malloc(OCK_IO_BUFFER_BYTES);
    ock_container *container = NULL;
    ock_status status = OCK_OK;

    if (buffer == NULL) {
        return ock_fail_memory(OCK_IO_BUFFER_BYTES, "verifying a file");
    }
    status = ock_container_open_file(w->to, w->info->contract, &container);
    if (status == OCK_OK) {
        status = compare(w, container, buffer);
    }
    ock_container_close(container);
    free(buffer);
    return status;
}

static ock_status check_spool(const char *path, const ock_container_info *info,
                              const ock_spool *spool)
{
    for (uint32_t lane = 0; lane < info->lanes; lane++) {
        if (info->lane_bytes[lane] != ock_spool_bytes(spool, lane)) {
            return ock_fail(OCK_INTERNAL, "%s: lane %lu has a different length in the spool", path,
                            (unsigned long)lane);
        }
    }
    return OCK_OK;
}

/* All that the HDF5 library does. */
static ock_status write_hdf5(file_writer *writer, ock_spool *spool)
{
    ock_status status = OCK_OK, closing = OCK_OK;

    ock_hdf5_lock();
    status = ock_hdf5_start();
    if (status == OCK_OK) {
        status = writer_open(writer);
    }
    if (status == OCK_OK) {
        status = write_objects(writer, spool);
    }
    closing = writer_close(writer);
    ock_hdf5_unlock();
    return status != OCK_OK ? status : closing;
}

ock_status ock_container_write(const ock_open_file *file, const ock_container_info *info,
                               ock_spool *spool, uint64_t *file_bytes)
{
    file_writer writer = {.to = file,
                          .info = info,
                          .file = H5I_INVALID_HID,
                          .draft = H5I_INVALID_HID,
                          .compact = H5I_INVALID_HID,
                          .contiguous = H5I_INVALID_HID};
    const ock_seal seal = {OCK_FILE_CONTAINER,
                           info->manifest != NULL ? OCK_FORMAT_CORPUS : OCK_FORMAT_PLAIN,
                           info->contract, info->plan_digest};
    ock_status status = ock_container_info_check(info, file->name, OCK_INTERNAL);

    *file_bytes = 0;
    if (status == OCK_OK) {
        status = check_spool(file->name, info, spool);
    }
    if (status == OCK_OK) {
        status = write_hdf5(&writer, spool);
    }
    if (status == OCK_OK) {
        status = ock_seal_finish(file, &seal, verify, &(written){file, info, spool}, file_bytes);
    }
    return status;
}

void ock_container_keep_out_of_exit(void)
{
    ock_hdf5_keep_out_of_exit();
}

uint32_t ock_container_newest_format(void)
{
    return OCK_FORMAT_NEWEST;
}

const char *ock_container_hdf5_version(void)
{
    return ock_hdf5_version();
}
