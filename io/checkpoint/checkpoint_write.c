/* SPDX-License-Identifier: MIT */
/* checkpoint_write.c - one checkpoint, written piece by piece, sealed, flushed and read back. */
#include "io/checkpoint/checkpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "io/checkpoint/checkpoint_private.h"
#include "io/hdf5/fields.h"
#include "io/hdf5/hdf5_setup.h"

/* Small pieces are gathered: a write of the library is a system call. */
enum { BUFFER_BYTES = 1 << 20, PACKED_MOST = OCK_PACK_HEAD + OCK_PACK_BLOCK };

struct ock_checkpoint_writer {
    ock_open_file to; /* its name is owned */
    const ock_checkpoint_info *info;
    hid_t file;
    hid_t state, space;            /* the dataset, and its extent */
    uint64_t written, state_bytes; /* packed bytes, without those gathered; of the whole state */
    ock_digest *digest;            /* of the packed state */
    uint8_t *packed;               /* (BUFFER_BYTES + PACKED_MOST) */
    size_t gathered;               /* in `packed` */
};

static ock_status fail_hdf5(const ock_checkpoint_writer *writer, const char *what)
{
    if (errno != 0) {
        return ock_fail_errno(writer->to.name, "cannot be written");
    }
    return ock_fail(OCK_ENVIRONMENT, "%s: HDF5 could not write %s", writer->to.name, what);
}

/* ---- objects ---- */

static hid_t create_dataset(const ock_checkpoint_writer *writer, const char *name,
                            H5D_layout_t layout, hid_t type, hid_t space)
{
    const hid_t creation = ock_hdf5_dataset_list(layout);
    hid_t dataset = H5I_INVALID_HID;

    if (creation >= 0 && type >= 0 && space >= 0) {
        dataset = H5Dcreate2(writer->file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    }
    if (creation >= 0) {
        H5Pclose(creation);
    }
    return dataset;
}

/* Stores a small value whole. Closes type and space, whatever happens. */
static ock_status store(const ock_checkpoint_writer *writer, const char *name, hid_t type,
                        hid_t space, const void *value)
{
    hid_t dataset = H5I_INVALID_HID;
    herr_t error = -1;

    errno = 0;
    dataset = create_dataset(writer, name, H5D_COMPACT, type, space);
    if (dataset >= 0) {
        error = H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value);
    }
    if (dataset >= 0 && H5Dclose(dataset) < 0) {
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

static ock_status store_text(const ock_checkpoint_writer *writer, const char *name,
                             const char *text)
{
    if (strlen(text) >= OCK_CHECKPOINT_TEXT_MAX) {
        return ock_fail(OCK_INTERNAL, "%s: %s is too long", writer->to.name, name);
    }
    return store(writer, name, ock_hdf5_type_text(strlen(text)), H5Screate(H5S_SCALAR), text);
}

static ock_status store_progress(const ock_checkpoint_writer *writer)
{
    uint8_t bytes[OCK_CHECKPOINT_PROGRESS_BYTES];

    ock_put_le(bytes, writer->info->position, 8);
    ock_put_le(bytes + 8, writer->info->produced_bytes, 8);
    memcpy(bytes + 16, writer->info->produced_digest, OCK_DIGEST_BYTES);
    return store(writer, OCK_CHECKPOINT_PROGRESS, ock_hdf5_type_unsigned(1),
                 ock_hdf5_row(OCK_CHECKPOINT_PROGRESS_BYTES), bytes);
}

static ock_status create_state(ock_checkpoint_writer *writer)
{
    errno = 0;
    writer->space = ock_hdf5_row(writer->state_bytes);
    writer->state =
        create_dataset(writer, OCK_CHECKPOINT_STATE, H5D_CONTIGUOUS, H5T_STD_U8LE, writer->space);
    return writer->state < 0 ? fail_hdf5(writer, "the state") : OCK_OK;
}

/* ---- begin ---- */

static ock_status make(const ock_open_file *file, const ock_checkpoint_info *info,
                       uint64_t state_bytes, ock_checkpoint_writer **writer)
{
    ock_checkpoint_writer *fresh = calloc(1, sizeof *fresh);

    *writer = fresh;
    if (fresh == NULL) {
        return ock_fail_memory(sizeof *fresh, "a checkpoint");
    }
    fresh->file = fresh->state = fresh->space = H5I_INVALID_HID;
    fresh->info = info;
    fresh->state_bytes = state_bytes;
    fresh->to = (ock_open_file){file->fd, strdup(file->name)};
    fresh->digest = aligned_alloc(64, sizeof *fresh->digest);
    fresh->packed = malloc(BUFFER_BYTES + PACKED_MOST);
    if (fresh->to.name == NULL || fresh->digest == NULL || fresh->packed == NULL) {
        return ock_fail_memory(BUFFER_BYTES + PACKED_MOST, "a checkpoint");
    }
    ock_digest_start(fresh->digest);
    return OCK_OK;
}

static ock_status write_begin(ock_checkpoint_writer *writer)
{
    static const char *const names[] = {OCK_CHECKPOINT_PROGRESS, OCK_CHECKPOINT_IDENTITY,
                                        OCK_CHECKPOINT_TENSORS, OCK_CHECKPOINT_STATE};
    ock_status status = ock_hdf5_start();

    errno = 0;
    if (status == OCK_OK) {
        writer->file = ock_hdf5_create_file(writer->to.name, names, sizeof names / sizeof names[0],
                                            ock_hdf5_access(&writer->to));
        if (writer->file < 0) {
            status = fail_hdf5(writer, "a new file");
        }
    }
    if (status == OCK_OK) {
        status = store_progress(writer);
    }
    if (status == OCK_OK) {
        status = store_text(writer, OCK_CHECKPOINT_IDENTITY, writer->info->identity);
    }
    if (status == OCK_OK) {
        status = store_text(writer, OCK_CHECKPOINT_TENSORS, writer->info->tensors);
    }
    if (status == OCK_OK) {
        status = create_state(writer);
    }
    return status;
}

ock_status ock_checkpoint_create(const ock_open_file *file, const ock_checkpoint_info *info,
                                 uint64_t state_bytes, ock_checkpoint_writer **writer)
{
    ock_status status = make(file, info, state_bytes, writer);

    if (status == OCK_OK) {
        ock_hdf5_lock();
        status = write_begin(*writer);
        ock_hdf5_unlock();
    }
    if (status != OCK_OK) {
        ock_checkpoint_abandon(*writer);
        *writer = NULL;
    }
    return status;
}

/* ---- pieces ---- */

uint64_t ock_checkpoint_piece_bytes(const void *piece, size_t count)
{
    const uint8_t *bytes = piece;
    uint64_t sum = 0;

    for (size_t at = 0; at < count; at += OCK_PACK_BLOCK) {
        sum += ock_pack_size(bytes + at, count - at < OCK_PACK_BLOCK ? count - at : OCK_PACK_BLOCK);
    }
    return sum;
}

/* The gathered bytes to their place in the state. */
static ock_status write_state(const ock_checkpoint_writer *writer)
{
    const hsize_t start = writer->written, length = writer->gathered;
    const hid_t memory = H5Screate_simple(1, &length, NULL);
    herr_t error = memory < 0 ? -1 : 0;

    errno = 0;
    if (error >= 0) {
        error = H5Sselect_hyperslab(writer->space, H5S_SELECT_SET, &start, NULL, &length, NULL);
    }
    if (error >= 0) {
        error = H5Dwrite(writer->state, H5T_STD_U8LE, memory, writer->space, H5P_DEFAULT,
                         writer->packed);
    }
    if (memory >= 0) {
        H5Sclose(memory);
    }
    return error < 0 ? fail_hdf5(writer, "the state") : OCK_OK;
}

/* Writes what was gathered. */
static ock_status write_gathered(ock_checkpoint_writer *writer)
{
    ock_status status = OCK_OK;

    if (writer->gathered == 0) {
        return OCK_OK;
    }
    ock_hdf5_lock();
    status = write_state(writer);
    ock_hdf5_unlock();
    if (status != OCK_OK) {
        return status;
    }
    ock_digest_update(writer->digest, writer->packed, writer->gathered);
    writer->written += writer->gathered;
    writer->gathered = 0;
    return OCK_OK;
}

static ock_status fail_changed(const ock_checkpoint_writer *writer)
{
    return ock_fail(OCK_INTERNAL, "%s: the state changed while it was written", writer->to.name);
}

ock_status ock_checkpoint_append(ock_checkpoint_writer *writer, const void *piece, size_t count)
{
    const uint8_t *bytes = piece;
    ock_status status = OCK_OK;

    for (size_t at = 0; status == OCK_OK && at < count; at += OCK_PACK_BLOCK) {
        writer->gathered +=
            ock_pack(bytes + at, count - at < OCK_PACK_BLOCK ? count - at : OCK_PACK_BLOCK,
                     writer->packed + writer->gathered);
        if (writer->gathered > writer->state_bytes - writer->written) {
            status = fail_changed(writer);
        } else if (writer->gathered >= BUFFER_BYTES) {
            status = write_gathered(writer);
        }
    }
    return status;
}

/* ---- end ---- */

/* A full disk may show up here for the first time. */
static ock_status close_file(ock_checkpoint_writer *writer)
{
    herr_t error = 0;
    ock_status status = OCK_OK;

    ock_hdf5_lock();
    errno = 0;
    if (writer->state >= 0) {
        error = H5Dclose(writer->state);
    }
    if (writer->space >= 0) {
        H5Sclose(writer->space);
    }
    if (writer->file >= 0 && H5Fclose(writer->file) < 0) {
        error = -1;
    }
    writer->file = writer->state = writer->space = H5I_INVALID_HID;
    if (error < 0) {
        status = fail_hdf5(writer, "the end of the file");
    }
    ock_hdf5_unlock();
    return status;
}

/* ---- verify ---- */

#define INFO_FIELDS(NUMBER, BYTES, TEXT)                                                           \
    NUMBER(contract, 0, UINT32_MAX)                                                                \
    NUMBER(unused, 0, 0)                                                                           \
    NUMBER(position, 0, UINT64_MAX)                                                                \
    NUMBER(produced_bytes, 0, UINT64_MAX)                                                          \
    BYTES(produced_digest)                                                                         \
    TEXT(identity)                                                                                 \
    TEXT(tensors)

#define NUMBER(member, least, most) OCK_NUMBER_FIELD(ock_checkpoint_info, member, least, most),
#define BYTES(member) OCK_BYTES_FIELD(ock_checkpoint_info, member),
#define TEXT(member) OCK_TEXT_FIELD(ock_checkpoint_info, member),

static const ock_field fields[] = {INFO_FIELDS(NUMBER, BYTES, TEXT)};

#define SIZE(member, ...) char member[OCK_MEMBER_BYTES(ock_checkpoint_info, member)];

OCK_FIELDS_COVER(ock_checkpoint_info, sizeof(struct {INFO_FIELDS(SIZE, SIZE, SIZE)}));

static ock_status compare(const ock_checkpoint_writer *writer, const ock_checkpoint *written)
{
    uint8_t given[OCK_DIGEST_BYTES], found[OCK_DIGEST_BYTES];
    ock_status status = OCK_OK;

    if (!ock_fields_same(fields, sizeof fields / sizeof fields[0], writer->info,
                         ock_checkpoint_about(written))) {
        return ock_fail(OCK_INTERNAL, "%s: was not written correctly", writer->to.name);
    }
    ock_digest_finish(writer->digest, given);
    status = ock_checkpoint_digest_rest(written, found);
    if (status == OCK_OK && memcmp(given, found, sizeof given) != 0) {
        status = ock_fail(OCK_INTERNAL, "%s: the state was not written correctly", writer->to.name);
    }
    return status;
}

/* What stands on the disk is opened as any reader would, and compared with what was to be
 * written. */
static ock_status verify(void *context)
{
    const ock_checkpoint_writer *writer = context;
    ock_checkpoint *written = NULL;
    ock_status status = ock_checkpoint_open_file(&writer->to, &written);

    if (status == OCK_OK) {
        status = compare(writer, written);
    }
    ock_checkpoint_close(written);
    return status;
}

static ock_status write_rest(ock_checkpoint_writer *writer)
{
    ock_status status = write_gathered(writer);

    if (status == OCK_OK && writer->written != writer->state_bytes) {
        status = fail_changed(writer);
    }
    return status != OCK_OK ? status : close_file(writer);
}

ock_status ock_checkpoint_finish(ock_checkpoint_writer *writer, uint64_t *file_bytes)
{
    const ock_seal seal = {OCK_FILE_CHECKPOINT, OCK_FORMAT_PLAIN, writer->info->contract,
                           ock_no_plan_digest};
    ock_status status = write_rest(writer);

    *file_bytes = 0;
    if (status == OCK_OK) {
        status = ock_seal_finish(&writer->to, &seal, verify, writer, file_bytes);
    }
    ock_checkpoint_abandon(writer);
    return status;
}

void ock_checkpoint_abandon(ock_checkpoint_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    if (close_file(writer) != OCK_OK) {
        /* The file is given up, or its failure was reported before. */
    }
    free(writer->packed);
    free(writer->digest);
    free((char *)writer->to.name);
    free(writer);
}
