/* container_read.c - an .ock file from outside, hostile until checked.
 *
 * The user block's digests come first; but whoever makes a file can make digests. So
 * every structure is then compared with what Ockham itself would have written, byte
 * for byte where it can be. */
#include "container.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "container_private.h"
#include "hdf5_subset.h"

typedef enum object { CONTRACT, CONFIG, INPUT, TRANSCRIPT, TRACE } object;

static const char *const names[OCK_CONTAINER_OBJECTS] = {"contract", "config", "input",
                                                         "transcript", "trace"};

static ock_status fail(const ock_container *container, const char *name, const char *what)
{
    return ock_fail(OCK_BAD_DATA, "%s: %s %s", container->path, name, what);
}

/* ---- types, encoded as HDF5 does under the bounds V110 ---- */

enum { UNSIGNED_TYPE_BYTES = 12, TEXT_TYPE_BYTES = 8, OPAQUE_TYPE_BYTES = 8, LONGEST_TYPE = 256 };

typedef struct type_text {
    uint8_t bytes[LONGEST_TYPE];
    size_t count;
} type_text;

/* Class and version, 3 bytes of flags, size. */
static void put_head(type_text *type, uint8_t class_version, uint32_t flags, uint64_t size)
{
    type->bytes[type->count] = class_version;
    ock_put_le(type->bytes + type->count + 1, flags, 3);
    ock_put_le(type->bytes + type->count + 4, size, 4);
    type->count += 8;
}

static void put_unsigned(type_text *type, size_t width)
{
    put_head(type, 0x10, 0, width);
    ock_put_le(type->bytes + type->count, 0, 2);             /* bit offset */
    ock_put_le(type->bytes + type->count + 2, 8 * width, 2); /* precision */
    type->count += 4;
}

static void put_text(type_text *type, size_t size)
{
    put_head(type, 0x13, 0, size);
}

static void put_digest(type_text *type)
{
    put_head(type, 0x15, 0, OCK_DIGEST_BYTES);
}

/* A member's name and its offset, in as few bytes as the compound's size needs. */
static void put_member(type_text *type, const char *name, uint64_t offset, uint64_t compound)
{
    const size_t width = compound < 1 << 8 ? 1 : compound < 1 << 16 ? 2 : 3;
    const size_t name_bytes = strlen(name) + 1;

    memcpy(type->bytes + type->count, name, name_bytes);
    ock_put_le(type->bytes + type->count + name_bytes, offset, width);
    type->count += name_bytes + width;
}

static void put_contract(type_text *type)
{
    static const char *const members[] = {"version", "level", "lanes", "shards", "groups", "step"};

    put_head(type, 0x36, 7, OCK_CONTRACT_BYTES);
    for (size_t i = 0; i < 6; i++) {
        put_member(type, members[i], 4 * i, OCK_CONTRACT_BYTES);
        put_unsigned(type, 4);
    }
    put_member(type, "coder", 24, OCK_CONTRACT_BYTES);
    put_text(type, OCK_CODER_NAME_BYTES);
}

static void put_input(type_text *type, uint32_t lanes)
{
    const uint64_t lane_part = (uint64_t)lanes * OCK_DIGEST_BYTES;
    const uint64_t size = OCK_INPUT_FIXED_BYTES + lane_part;

    put_head(type, 0x36, 4, size);
    put_member(type, "bytes", 0, size);
    put_unsigned(type, 8);
    put_member(type, "blake2b", 8, size);
    put_digest(type);
    put_member(type, "root", 8 + OCK_DIGEST_BYTES, size);
    put_digest(type);
    put_member(type, "lanes", OCK_INPUT_FIXED_BYTES, size);
    put_head(type, 0x3A, 0, lane_part); /* an array */
    type->bytes[type->count] = 1;       /* of one dimension */
    ock_put_le(type->bytes + type->count + 1, lanes, 4);
    type->count += 5;
    put_digest(type);
}

static bool is_type(ock_h5_bytes found, const type_text *wanted)
{
    return found.count == wanted->count && memcmp(found.at, wanted->bytes, wanted->count) == 0;
}

/* 1, 2, 4 or 8 when the type is unsigned, little-endian and of that width; else 0. */
static size_t unsigned_width(ock_h5_bytes found)
{
    for (size_t width = 1; width <= 8; width *= 2) {
        type_text type = {{0}, 0};

        put_unsigned(&type, width);
        if (is_type(found, &type))
            return width;
    }
    return 0;
}

/* ---- values ---- */

/* The rule of the writer: small values in the header. */
static bool is_stored_right(const ock_h5_dataset *dataset, uint64_t count)
{
    return dataset->value_bytes == count &&
           dataset->compact == (count <= OCK_CONTAINER_MAX_COMPACT_BYTES) &&
           dataset->attribute.count == 0;
}

static ock_status copy_value(const ock_container *container, const ock_h5_dataset *dataset,
                             uint8_t *bytes, size_t count)
{
    size_t got = 0;
    ock_status status = OCK_OK;

    if (dataset->compact) {
        memcpy(bytes, dataset->value.at, count);
        return OCK_OK;
    }
    status = ock_file_read_at(container->fd, container->path, dataset->offset, bytes, count, &got);
    if (status == OCK_OK && got < count)
        status = ock_fail(OCK_ENVIRONMENT, "%s: changed while it was read", container->path);
    return status;
}

/* Opens dataset `which`, checks that it is a scalar of this type and size, copies its value. */
static ock_status load_scalar(const ock_h5_file *file, const ock_container *container,
                              const uint64_t *addresses, object which, const type_text *type,
                              uint8_t *bytes, size_t count)
{
    ock_h5_dataset dataset;
    ock_status status = ock_h5_dataset_open(file, addresses[which], names[which], &dataset);

    if (status == OCK_OK && (!is_type(dataset.type, type) || !ock_h5_is_scalar(dataset.space)))
        status = fail(container, names[which], "has another type or shape than it should");
    if (status == OCK_OK && !is_stored_right(&dataset, count))
        status = fail(container, names[which], "is not stored as Ockham stores it");
    if (status == OCK_OK)
        status = copy_value(container, &dataset, bytes, count);
    ock_h5_dataset_close(&dataset);
    return status;
}

/* *values: a new array of `count` integers; only the narrowest width that holds them is allowed. */
static ock_status unpack(const ock_container *container, const char *name, ock_h5_bytes bytes,
                         size_t count, size_t width, uint64_t **values)
{
    if (bytes.count != count * width)
        return fail(container, name, "has another size than it should");
    *values = calloc(count + 1, sizeof **values);
    if (*values == NULL)
        return ock_fail_memory(count * sizeof **values, name);
    for (size_t i = 0; i < count; i++)
        (*values)[i] = ock_get_le(bytes.at + i * width, width);
    if (width != ock_container_width(*values, count))
        return fail(container, name, "has wider integers than it needs");
    return OCK_OK;
}

/* ---- the objects ---- */

static ock_status load_contract(const ock_h5_file *file, ock_container *container,
                                const uint64_t *addresses)
{
    ock_container_info *info = &container->info;
    uint32_t *const numbers[] = {&info->contract, &info->level,  &info->lanes,
                                 &info->shards,   &info->groups, &info->step};
    const uint32_t expected = info->contract;
    type_text type = {{0}, 0};
    uint8_t bytes[OCK_CONTRACT_BYTES];
    ock_status status = OCK_OK;

    put_contract(&type);
    status = load_scalar(file, container, addresses, CONTRACT, &type, bytes, sizeof bytes);
    if (status != OCK_OK)
        return status;
    for (size_t i = 0; i < 6; i++)
        *numbers[i] = (uint32_t)ock_get_le(bytes + 4 * i, 4);
    if (info->contract != expected)
        return fail(container, "contract", "names another version than the user block");
    if (memcmp(bytes + 24, OCK_CODER_NAME, OCK_CODER_NAME_BYTES) != 0)
        return fail(container, "contract", "names an unknown coder");
    if (info->lanes < 1 || info->lanes > OCK_CONTAINER_MAX_LANES)
        return fail(container, "contract", "has an impossible number of lanes");
    return OCK_OK;
}

/* The length of the text is the size of its type. */
static ock_status take_config(ock_container *container, const ock_h5_dataset *config)
{
    const uint64_t count = config->value_bytes;
    type_text type = {{0}, 0};
    char *text = NULL;

    if (count < 1 || count > OCK_CONTAINER_MAX_CONFIG_BYTES + 1 || !is_stored_right(config, count))
        return fail(container, "config", "is not stored as Ockham stores it");
    put_text(&type, count);
    if (!is_type(config->type, &type) || !ock_h5_is_scalar(config->space))
        return fail(container, "config", "has another type or shape than it should");
    if (memchr(config->value.at, '\0', count) != config->value.at + count - 1)
        return fail(container, "config", "does not end where it should");
    text = malloc(count);
    if (text == NULL)
        return ock_fail_memory(count, "the configuration");
    memcpy(text, config->value.at, count);
    container->info.config_text = text;
    return OCK_OK;
}

static ock_status load_input(const ock_h5_file *file, ock_container *container,
                             const uint64_t *addresses)
{
    ock_container_info *info = &container->info;
    const size_t lane_part = (size_t)info->lanes * OCK_DIGEST_BYTES;
    const size_t count = OCK_INPUT_FIXED_BYTES + lane_part;
    type_text type = {{0}, 0};
    uint8_t *bytes = malloc(count);
    ock_status status = OCK_OK;

    info->lane_digests = malloc(lane_part);
    put_input(&type, info->lanes);
    if (bytes == NULL || info->lane_digests == NULL)
        status = ock_fail_memory(count + lane_part, "the lane digests");
    if (status == OCK_OK)
        status = load_scalar(file, container, addresses, INPUT, &type, bytes, count);
    if (status == OCK_OK) {
        info->input_bytes = ock_get_le(bytes, 8);
        memcpy(info->input_digest, bytes + 8, OCK_DIGEST_BYTES);
        memcpy(info->root_digest, bytes + 8 + OCK_DIGEST_BYTES, OCK_DIGEST_BYTES);
        memcpy(info->lane_digests, bytes + OCK_INPUT_FIXED_BYTES, lane_part);
    }
    free(bytes);
    return status;
}

static ock_status take_trace(ock_container *container, const ock_h5_dataset *trace)
{
    const size_t width = unsigned_width(trace->type);
    uint64_t marks = 0;

    if (width == 0 || !ock_h5_is_row(trace->space, &marks) || marks > OCK_CONTAINER_MAX_TRACE)
        return fail(container, "trace", "has another type or shape than it should");
    if (!is_stored_right(trace, marks * width))
        return fail(container, "trace", "is not stored as Ockham stores it");
    container->info.trace_marks = (uint32_t)marks;
    return unpack(container, "trace", trace->value, marks, width, &container->info.trace);
}

static ock_status take_lane_bytes(ock_container *container, ock_h5_bytes attribute)
{
    ock_container_info *info = &container->info;
    ock_h5_bytes type, space, value;
    uint64_t length = 0;

    if (!ock_h5_attribute_parts(attribute, OCK_LANE_BYTES_NAME, &type, &space, &value))
        return fail(container, OCK_LANE_BYTES_NAME, "is missing");
    if (unsigned_width(type) == 0 || !ock_h5_is_row(space, &length) || length != info->lanes)
        return fail(container, OCK_LANE_BYTES_NAME, "has another type or shape than it should");
    return unpack(container, OCK_LANE_BYTES_NAME, value, info->lanes, unsigned_width(type),
                  &info->lane_bytes);
}

/* Of the transcript only the place is read: contiguous, even when it is short. */
static ock_status take_transcript(ock_container *container, const ock_h5_dataset *transcript)
{
    ock_container_info *info = &container->info;
    uint64_t length = 0, offset = 0;
    ock_status status = OCK_OK;

    if (unsigned_width(transcript->type) != 1 || !ock_h5_is_row(transcript->space, &length))
        return fail(container, "transcript", "has another type or shape than it should");
    if (transcript->compact || transcript->value_bytes != length)
        return fail(container, "transcript", "is not stored as Ockham stores it");
    container->transcript_bytes = length;
    container->transcript_offset = transcript->offset;
    status = take_lane_bytes(container, transcript->attribute);
    if (status != OCK_OK)
        return status;
    if (ock_container_sum(info) != length)
        return fail(container, "transcript", "is not the sum of its lanes");
    container->lane_offsets = calloc(info->lanes, sizeof *container->lane_offsets);
    if (container->lane_offsets == NULL)
        return ock_fail_memory(info->lanes * sizeof *container->lane_offsets, "the lanes' places");
    for (uint32_t i = 0; i < info->lanes; i++) {
        container->lane_offsets[i] = offset;
        offset += info->lane_bytes[i];
    }
    return OCK_OK;
}

typedef ock_status take_dataset(ock_container *container, const ock_h5_dataset *dataset);

static ock_status load_with(const ock_h5_file *file, ock_container *container,
                            const uint64_t *addresses, object which, take_dataset *take)
{
    ock_h5_dataset dataset;
    ock_status status = ock_h5_dataset_open(file, addresses[which], names[which], &dataset);

    if (status == OCK_OK)
        status = take(container, &dataset);
    ock_h5_dataset_close(&dataset);
    return status;
}

/* ---- open ---- */

/* In this order: the number of lanes, from the contract, is what the others are checked against. */
static ock_status load(ock_container *container)
{
    const ock_h5_file file = {container->fd, container->path, container->file_bytes,
                              OCK_USER_BLOCK_BYTES};
    uint64_t addresses[OCK_CONTAINER_OBJECTS];
    ock_status status = ock_h5_find(&file, names, OCK_CONTAINER_OBJECTS, addresses);

    if (status == OCK_OK)
        status = load_contract(&file, container, addresses);
    if (status == OCK_OK)
        status = load_with(&file, container, addresses, CONFIG, take_config);
    if (status == OCK_OK)
        status = load_input(&file, container, addresses);
    if (status == OCK_OK)
        status = load_with(&file, container, addresses, TRACE, take_trace);
    if (status == OCK_OK)
        status = load_with(&file, container, addresses, TRANSCRIPT, take_transcript);
    if (status == OCK_OK)
        status = ock_container_info_check(&container->info, container->path, OCK_BAD_DATA);
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
