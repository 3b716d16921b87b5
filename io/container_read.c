/* container_read.c - an .ock file from outside, hostile until checked. */
#include "container.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "container_private.h"

/* Where the reading of a file stands; the message of every failure names the path. */
typedef struct file_reader {
    ock_container *to;
    hid_t file;
} file_reader;

static ock_status fail_structure(const file_reader *reader, const char *name, const char *what)
{
    return ock_fail(OCK_BAD_DATA, "%s: %s %s", reader->to->path, name, what);
}

/* ---- the file as a whole ---- */

/* The digest was computed through container->fd: HDF5 must have opened that very file. */
static ock_status check_same_file(const file_reader *reader)
{
    struct stat ours, theirs;
    void *handle = NULL;

    if (H5Fget_vfd_handle(reader->file, H5P_DEFAULT, &handle) < 0 || handle == NULL ||
        fstat(*(const int *)handle, &theirs) != 0 || fstat(reader->to->fd, &ours) != 0)
        return fail_structure(reader, "the file", "cannot be examined");
    if (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino)
        return ock_fail(OCK_ENVIRONMENT, "%s: was replaced while it was read", reader->to->path);
    return OCK_OK;
}

/* Superblock 3 right behind our block, no extension, no shared messages, nothing after its end. */
static ock_status check_superblock(const file_reader *reader)
{
    const hid_t creation = H5Fget_create_plist(reader->file);
    hsize_t user_block = 0;
    size_t address_bytes = 0, length_bytes = 0;
    haddr_t end = 0;
    H5F_info2_t info;
    bool good = creation >= 0 && H5Pget_userblock(creation, &user_block) >= 0 &&
                H5Pget_sizes(creation, &address_bytes, &length_bytes) >= 0 &&
                H5Fget_info2(reader->file, &info) >= 0 && H5Fget_eoa(reader->file, &end) >= 0;

    if (good)
        good = user_block == OCK_USER_BLOCK_BYTES && address_bytes == 8 && length_bytes == 8 &&
               info.super.version == 3 && info.super.super_ext_size == 0 &&
               info.sohm.hdr_size == 0 && end == reader->to->file_bytes;
    if (creation >= 0)
        H5Pclose(creation);
    return good ? OCK_OK : fail_structure(reader, "the superblock", "is not as Ockham writes it");
}

static herr_t count_attribute(hid_t object, const char *name, const H5A_info_t *info, void *count)
{
    (void)object;
    (void)name;
    (void)info;
    ++*(unsigned *)count;
    return 0;
}

static bool has_attributes(hid_t object, unsigned wanted)
{
    unsigned count = 0;
    hsize_t index = 0;

    return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &index, count_attribute, &count) >= 0 &&
           count == wanted;
}

static ock_status check_root(const file_reader *reader)
{
    static const char *const names[OCK_CONTAINER_OBJECTS] = {"contract", "config", "input",
                                                             "transcript", "trace"};
    H5G_info_t root;
    H5L_info_t link;

    if (H5Gget_info(reader->file, &root) < 0 || root.nlinks != OCK_CONTAINER_OBJECTS ||
        root.mounted || !has_attributes(reader->file, 0))
        return fail_structure(reader, "the root group", "holds other things than it should");
    for (size_t i = 0; i < OCK_CONTAINER_OBJECTS; i++) {
        if (H5Lget_info(reader->file, names[i], &link, H5P_DEFAULT) < 0)
            return fail_structure(reader, names[i], "is missing");
        if (link.type != H5L_TYPE_HARD)
            return fail_structure(reader, names[i], "is a link to somewhere else");
    }
    return OCK_OK;
}

/* ---- one object ---- */

/* Plain storage of the expected layout: asked of the creation list before anything that could make
 * HDF5 look for the data. */
static bool storage_is_plain(hid_t dataset, H5D_layout_t layout)
{
    const hid_t creation = H5Dget_create_plist(dataset);
    const bool plain = creation >= 0 && H5Pget_layout(creation) == layout &&
                       H5Pget_external_count(creation) == 0 && H5Pget_nfilters(creation) == 0;

    if (creation >= 0)
        H5Pclose(creation);
    return plain;
}

static ock_status open_object(const file_reader *reader, const char *name, H5D_layout_t layout,
                              unsigned attributes, hid_t *dataset)
{
    *dataset = H5Dopen2(reader->file, name, H5P_DEFAULT);
    if (*dataset < 0)
        return fail_structure(reader, name, "is no dataset that can be opened");
    if (!storage_is_plain(*dataset, layout))
        return fail_structure(reader, name, "is not stored as Ockham stores it");
    if (!has_attributes(*dataset, attributes))
        return fail_structure(reader, name, "has other attributes than it should");
    return OCK_OK;
}

/* Consumes both types. Exactly equal, and no named (shared) type. */
static bool types_agree(hid_t found, hid_t wanted)
{
    const bool agree =
        found >= 0 && wanted >= 0 && H5Tcommitted(found) == 0 && H5Tequal(found, wanted) > 0;

    if (found >= 0)
        H5Tclose(found);
    if (wanted >= 0)
        H5Tclose(wanted);
    return agree;
}

/* Consumes the space. */
static bool space_is_scalar(hid_t space)
{
    const bool scalar = space >= 0 && H5Sget_simple_extent_type(space) == H5S_SCALAR;

    if (space >= 0)
        H5Sclose(space);
    return scalar;
}

/* One fixed dimension of at most `most`. Consumes the space. */
static bool space_is_row(hid_t space, uint64_t most, uint64_t *length)
{
    hsize_t now = 0, largest = 0;
    const bool row = space >= 0 && H5Sget_simple_extent_type(space) == H5S_SIMPLE &&
                     H5Sget_simple_extent_ndims(space) == 1 &&
                     H5Sget_simple_extent_dims(space, &now, &largest) == 1 && now == largest &&
                     now <= most;

    if (space >= 0)
        H5Sclose(space);
    *length = now;
    return row;
}

/* The file offset of a contiguous dataset's bytes, wholly inside the file. */
static bool storage_is_inside(const file_reader *reader, hid_t dataset, uint64_t count,
                              uint64_t *offset)
{
    const haddr_t address = H5Dget_offset(dataset);

    *offset = address;
    if (H5Dget_storage_size(dataset) != count)
        return false;
    return address != HADDR_UNDEF && address >= OCK_USER_BLOCK_BYTES &&
           address <= reader->to->file_bytes && count <= reader->to->file_bytes - address;
}

/* Reads a scalar of the given type and size (at most a few hundred KiB, checked by the caller).
 * Consumes the type. */
static ock_status load_scalar(const file_reader *reader, const char *name, hid_t type, size_t count,
                              uint8_t *bytes)
{
    const bool compact = count <= OCK_CONTAINER_MAX_COMPACT_BYTES;
    const hid_t stored = type < 0 ? type : H5Tcopy(type);
    hid_t dataset = H5I_INVALID_HID;
    uint64_t offset = 0;
    ock_status status =
        open_object(reader, name, compact ? H5D_COMPACT : H5D_CONTIGUOUS, 0, &dataset);
    bool agree = types_agree(status == OCK_OK ? H5Dget_type(dataset) : H5I_INVALID_HID, type);

    if (status == OCK_OK && (!agree || !space_is_scalar(H5Dget_space(dataset))))
        status = fail_structure(reader, name, "has another type or shape than it should");
    if (status == OCK_OK && !compact && !storage_is_inside(reader, dataset, count, &offset))
        status = fail_structure(reader, name, "does not lie in the file");
    if (status == OCK_OK &&
        (stored < 0 || H5Dread(dataset, stored, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0))
        status = fail_structure(reader, name, "cannot be read");
    if (dataset >= 0)
        H5Dclose(dataset);
    if (stored >= 0)
        H5Tclose(stored);
    return status;
}

/* ---- the objects ---- */

static ock_status load_contract(const file_reader *reader)
{
    ock_container_info *info = &reader->to->info;
    uint32_t *const numbers[] = {&info->contract, &info->level,  &info->lanes,
                                 &info->shards,   &info->groups, &info->step};
    const uint32_t expected = info->contract;
    uint8_t bytes[OCK_CONTRACT_BYTES];
    ock_status status =
        load_scalar(reader, "contract", ock_container_type_contract(), sizeof bytes, bytes);

    if (status != OCK_OK)
        return status;
    for (size_t i = 0; i < 6; i++)
        *numbers[i] = (uint32_t)ock_get_le(bytes + 4 * i, 4);
    if (info->contract != expected)
        return fail_structure(reader, "contract", "names another version than the user block");
    if (memcmp(bytes + 24, OCK_CODER_NAME, OCK_CODER_NAME_BYTES) != 0)
        return fail_structure(reader, "contract", "names an unknown coder");
    if (info->lanes < 1 || info->lanes > OCK_CONTAINER_MAX_LANES)
        return fail_structure(reader, "contract", "has an impossible number of lanes");
    return OCK_OK;
}

/* The length of the text is the size of its type. */
static ock_status load_config(const file_reader *reader)
{
    const hid_t dataset = H5Dopen2(reader->file, "config", H5P_DEFAULT);
    const hid_t type = dataset < 0 ? dataset : H5Dget_type(dataset);
    const size_t count = type < 0 ? 0 : H5Tget_size(type);
    char *text = NULL;
    ock_status status = OCK_OK;

    if (type >= 0)
        H5Tclose(type);
    if (dataset >= 0)
        H5Dclose(dataset);
    if (count < 1 || count > OCK_CONTAINER_MAX_CONFIG_BYTES + 1)
        return fail_structure(reader, "config", "has an impossible length");
    text = calloc(1, count);
    if (text == NULL)
        return ock_fail_memory(count, "the configuration");
    reader->to->info.config_text = text;
    status =
        load_scalar(reader, "config", ock_container_type_config(count - 1), count, (uint8_t *)text);
    if (status == OCK_OK && memchr(text, '\0', count) != text + count - 1)
        status = fail_structure(reader, "config", "does not end where it should");
    text[count - 1] = '\0';
    return status;
}

static ock_status load_input(const file_reader *reader)
{
    ock_container_info *info = &reader->to->info;
    const size_t lane_part = (size_t)info->lanes * OCK_DIGEST_BYTES;
    const size_t count = OCK_INPUT_FIXED_BYTES + lane_part;
    uint8_t *bytes = malloc(count);
    ock_status status = OCK_OK;

    info->lane_digests = malloc(lane_part);
    if (bytes == NULL || info->lane_digests == NULL)
        status = ock_fail_memory(count + lane_part, "the lane digests");
    if (status == OCK_OK)
        status = load_scalar(reader, "input", ock_container_type_input(info->lanes), count, bytes);
    if (status == OCK_OK) {
        info->input_bytes = ock_get_le(bytes, 8);
        memcpy(info->input_digest, bytes + 8, OCK_DIGEST_BYTES);
        memcpy(info->root_digest, bytes + 8 + OCK_DIGEST_BYTES, OCK_DIGEST_BYTES);
        memcpy(info->lane_digests, bytes + OCK_INPUT_FIXED_BYTES, lane_part);
    }
    free(bytes);
    return status;
}

/* ---- arrays of unsigned integers ---- */

/* The width of the elements: 1, 2, 4 or 8 if the type is one of the four; else 0. Consumes it. */
static size_t unsigned_width(hid_t type)
{
    const size_t width = type < 0 ? 0 : H5Tget_size(type);

    return types_agree(type, ock_container_type_unsigned(width)) ? width : 0;
}

/* Widens in place, from the end: `values` holds count*width little-endian bytes. */
static void unpack(uint64_t *values, size_t count, size_t width)
{
    const uint8_t *bytes = (const uint8_t *)values;

    for (size_t i = count; i > 0; i--)
        values[i - 1] = ock_get_le(bytes + (i - 1) * width, width);
}

static ock_status load_trace_from(const file_reader *reader, hid_t dataset)
{
    ock_container_info *info = &reader->to->info;
    const size_t width = unsigned_width(H5Dget_type(dataset));
    uint64_t marks = 0;
    hid_t type = H5I_INVALID_HID;
    herr_t error = 0;

    if (width == 0 || !space_is_row(H5Dget_space(dataset), OCK_CONTAINER_MAX_TRACE, &marks))
        return fail_structure(reader, "trace", "has another type or shape than it should");
    info->trace_marks = (uint32_t)marks;
    info->trace = calloc(marks + 1, sizeof *info->trace);
    if (info->trace == NULL)
        return ock_fail_memory(marks * sizeof *info->trace, "the trace");
    if (marks > 0) {
        type = ock_container_type_unsigned(width);
        error = H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, info->trace);
        H5Tclose(type);
    }
    if (error < 0)
        return fail_structure(reader, "trace", "cannot be read");
    unpack(info->trace, marks, width);
    if (width != ock_container_width(info->trace, marks))
        return fail_structure(reader, "trace", "has wider integers than it needs");
    return OCK_OK;
}

static ock_status load_trace(const file_reader *reader)
{
    hid_t dataset = H5I_INVALID_HID;
    ock_status status = open_object(reader, "trace", H5D_COMPACT, 0, &dataset);

    if (status == OCK_OK)
        status = load_trace_from(reader, dataset);
    if (dataset >= 0)
        H5Dclose(dataset);
    return status;
}

static ock_status load_lane_bytes_from(const file_reader *reader, hid_t attribute)
{
    ock_container_info *info = &reader->to->info;
    const size_t width = unsigned_width(H5Aget_type(attribute));
    uint64_t length = 0;
    hid_t type = H5I_INVALID_HID;
    herr_t error = 0;

    if (width == 0 || !space_is_row(H5Aget_space(attribute), info->lanes, &length) ||
        length != info->lanes)
        return fail_structure(reader, OCK_LANE_BYTES_NAME, "has another type or shape");
    info->lane_bytes = calloc(info->lanes, sizeof *info->lane_bytes);
    if (info->lane_bytes == NULL)
        return ock_fail_memory(info->lanes * sizeof *info->lane_bytes, "the lane lengths");
    type = ock_container_type_unsigned(width);
    error = H5Aread(attribute, type, info->lane_bytes);
    H5Tclose(type);
    if (error < 0)
        return fail_structure(reader, OCK_LANE_BYTES_NAME, "cannot be read");
    unpack(info->lane_bytes, info->lanes, width);
    if (width != ock_container_width(info->lane_bytes, info->lanes))
        return fail_structure(reader, OCK_LANE_BYTES_NAME, "has wider integers than it needs");
    return OCK_OK;
}

static ock_status load_lane_bytes(const file_reader *reader, hid_t dataset)
{
    const hid_t attribute = H5Aopen(dataset, OCK_LANE_BYTES_NAME, H5P_DEFAULT);
    ock_status status = OCK_OK;

    if (attribute < 0)
        return fail_structure(reader, OCK_LANE_BYTES_NAME, "is missing");
    status = load_lane_bytes_from(reader, attribute);
    H5Aclose(attribute);
    return status;
}

/* ---- the transcript: only its place is read ---- */

static ock_status place_lanes(const file_reader *reader)
{
    ock_container *to = reader->to;
    uint64_t offset = 0;

    if (ock_container_sum(&to->info) != to->transcript_bytes)
        return fail_structure(reader, "transcript", "is not the sum of its lanes");
    to->lane_offsets = calloc(to->info.lanes, sizeof *to->lane_offsets);
    if (to->lane_offsets == NULL)
        return ock_fail_memory(to->info.lanes * sizeof *to->lane_offsets, "the lanes' places");
    for (uint32_t i = 0; i < to->info.lanes; i++) {
        to->lane_offsets[i] = offset;
        offset += to->info.lane_bytes[i];
    }
    return OCK_OK;
}

static ock_status load_transcript(const file_reader *reader)
{
    ock_container *to = reader->to;
    hid_t dataset = H5I_INVALID_HID;
    ock_status status = open_object(reader, "transcript", H5D_CONTIGUOUS, 1, &dataset);

    if (status == OCK_OK &&
        (unsigned_width(H5Dget_type(dataset)) != 1 ||
         !space_is_row(H5Dget_space(dataset), to->file_bytes, &to->transcript_bytes)))
        status = fail_structure(reader, "transcript", "has another type or shape than it should");
    if (status == OCK_OK && to->transcript_bytes > 0 &&
        !storage_is_inside(reader, dataset, to->transcript_bytes, &to->transcript_offset))
        status = fail_structure(reader, "transcript", "does not lie in the file");
    if (status == OCK_OK)
        status = load_lane_bytes(reader, dataset);
    if (status == OCK_OK)
        status = place_lanes(reader);
    if (dataset >= 0)
        H5Dclose(dataset);
    return status;
}

/* ---- open ---- */

static ock_status load_objects(const file_reader *reader)
{
    ock_status status = check_same_file(reader);

    if (status == OCK_OK)
        status = check_superblock(reader);
    if (status == OCK_OK)
        status = check_root(reader);
    if (status == OCK_OK)
        status = load_contract(reader);
    if (status == OCK_OK)
        status = load_config(reader);
    if (status == OCK_OK)
        status = load_input(reader);
    if (status == OCK_OK)
        status = load_trace(reader);
    if (status == OCK_OK)
        status = load_transcript(reader);
    if (status == OCK_OK)
        status = ock_container_info_check(&reader->to->info, reader->to->path, OCK_BAD_DATA);
    return status;
}

static ock_status load(ock_container *container)
{
    file_reader reader = {container, H5I_INVALID_HID};
    hid_t access = H5I_INVALID_HID;
    ock_status status = ock_container_start_hdf5();

    if (status != OCK_OK)
        return status;
    access = ock_container_access();
    if (access >= 0)
        reader.file = H5Fopen(container->path, H5F_ACC_RDONLY, access);
    status = reader.file < 0 ? fail_structure(&reader, "the HDF5 part", "cannot be opened")
                             : load_objects(&reader);
    if (reader.file >= 0)
        H5Fclose(reader.file);
    if (access >= 0)
        H5Pclose(access);
    return status;
}

static ock_status open_regular(ock_container *container)
{
    struct stat found;

    container->fd = open(container->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (container->fd < 0 || fstat(container->fd, &found) != 0)
        return ock_fail_errno(container->path, "cannot be opened");
    if (!S_ISREG(found.st_mode))
        return ock_fail(OCK_ENVIRONMENT, "%s: is not a regular file", container->path);
    return OCK_OK;
}

ock_status ock_container_open(const char *path, uint32_t contract, ock_container **container)
{
    ock_container *fresh = calloc(1, sizeof *fresh);
    ock_status status = OCK_OK;

    *container = NULL;
    if (fresh == NULL)
        return ock_fail_memory(sizeof *fresh, "an .ock file");
    fresh->fd = -1;
    fresh->info.contract = contract;
    fresh->path = strdup(path);
    if (fresh->path == NULL)
        status = ock_fail_memory(strlen(path) + 1, "a file name");
    if (status == OCK_OK)
        status = open_regular(fresh);
    if (status == OCK_OK)
        status = ock_user_block_check(fresh->fd, path, contract, &fresh->file_bytes);
    if (status == OCK_OK)
        status = load(fresh);
    if (status == OCK_OK)
        *container = fresh;
    else
        ock_container_close(fresh);
    return status;
}
