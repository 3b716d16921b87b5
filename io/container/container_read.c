/* SPDX-License-Identifier: MIT */
/* container_read.c - an .ock file from outside, hostile until checked.
 *
 * The user block's digests come first; but whoever makes a file can make digests. So
 * every structure is then compared with what Ockham itself would have written, byte
 * for byte where it can be. */
#include "io/container/container.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "io/container/container_private.h"
#include "io/hdf5/hdf5_subset.h"

enum { CONTRACT, CONFIG, DIGEST, TRANSCRIPT, TRACE, MANIFEST };

static const char *const names[OCK_CONTAINER_MOST_OBJECTS] = {
    [CONTRACT] = "contract",     [CONFIG] = "config", [DIGEST] = "digest",
    [TRANSCRIPT] = "transcript", [TRACE] = "trace",   [MANIFEST] = "manifest"};

static ock_status fail(const ock_container *container, const char *name, const char *what)
{
    return ock_fail(OCK_BAD_DATA, "%s: %s %s", container->path, name, what);
}

/* ---- types, encoded as HDF5 does under the bounds V110 ---- */

enum { LONGEST_TYPE = 12 };

typedef struct type_text {
    uint8_t bytes[LONGEST_TYPE];
    size_t count;
} type_text;

/* Class and version, 3 bytes of flags (none set), size. */
static type_text plain_type(uint8_t class_version, uint64_t size)
{
    type_text type = {{class_version}, 8};

    ock_put_le(type.bytes + 4, size, 4);
    return type;
}

static type_text text_type(uint64_t size)
{
    return plain_type(0x13, size);
}

static type_text opaque_type(uint64_t size)
{
    return plain_type(0x15, size);
}

static type_text unsigned_type(size_t width)
{
    type_text type = plain_type(0x10, width);

    ock_put_le(type.bytes + 8, 0, 2);          /* bit offset */
    ock_put_le(type.bytes + 10, 8 * width, 2); /* precision */
    type.count = 12;
    return type;
}

static bool is_type(ock_h5_bytes found, const type_text *wanted)
{
    return found.count == wanted->count && memcmp(found.at, wanted->bytes, wanted->count) == 0;
}

/* 1, 2, 4 or 8 when the type is unsigned, little-endian and of that width; else 0. */
static size_t unsigned_width(ock_h5_bytes found)
{
    for (size_t width = 1; width <= 8; width *= 2) {
        const type_text type = unsigned_type(width);

        if (is_type(found, &type)) {
            return width;
        }
    }
    return 0;
}

/* ---- values ---- */

/* The rule of the writer: small values in the header. */
static bool is_stored_right(const ock_h5_dataset *dataset, uint64_t count)
{
    return dataset->value_bytes == count &&
           dataset->compact == (count <= OCK_CONTAINER_MAX_COMPACT_BYTES);
}

static ock_status expect_scalar(const ock_container *container, const char *name,
                                const ock_h5_dataset *dataset, const type_text *type,
                                uint64_t count)
{
    if (!is_type(dataset->type, type) || !ock_h5_is_scalar(dataset->space)) {
        return fail(container, name, "has an unexpected type or shape");
    }
    if (!is_stored_right(dataset, count)) {
        return fail(container, name, "is not stored as expected");
    }
    return OCK_OK;
}

/* *bytes: the first `count` bytes of the dataset or, without one, of the transcript, in new memory, which the caller
 * frees. */
static ock_status load_bytes(const ock_container *container, const char *name,
                             const ock_h5_dataset *dataset, size_t count, uint8_t **bytes)
{
    *bytes = malloc(count + 1);
    if (*bytes == NULL) {
        return ock_fail_memory(count, name);
    }
    return dataset == NULL
               ? ock_container_read_at(container, 0, *bytes, count)
               : ock_file_read_all(container->fd, container->path, dataset->offset, *bytes, count);
}

/* *text: a value of at most `most` characters, as long as its type says, in new memory. */
static ock_status load_text(const ock_container *container, const char *name,
                            const ock_h5_dataset *dataset, size_t most, char **text)
{
    const uint64_t count = dataset->value_bytes;
    const type_text type = text_type(count);
    uint8_t *bytes = NULL;
    ock_status status = OCK_OK;

    if (count < 1 || count > most + 1) {
        return fail(container, name, "is not stored as expected");
    }
    status = expect_scalar(container, name, dataset, &type, count);
    if (status == OCK_OK) {
        status = load_bytes(container, name, dataset, (size_t)count, &bytes);
    }
    if (status == OCK_OK && memchr(bytes, '\0', (size_t)count) != bytes + count - 1) {
        status = fail(container, name, "has the wrong length");
    }
    *text = (char *)bytes;
    return status;
}

/* *values: a new array of `count` integers of `width` bytes each. */
static ock_status unpack(const char *name, const uint8_t *bytes, size_t count, size_t width,
                         uint64_t **values)
{
    *values = calloc(count + 1, sizeof **values);
    if (*values == NULL) {
        return ock_fail_memory(count * sizeof **values, name);
    }
    for (size_t i = 0; i < count; i++) {
        (*values)[i] = ock_get_le(bytes + i * width, width);
    }
    return OCK_OK;
}

/* ---- the objects ---- */

static ock_status take_contract(ock_container *container, const ock_h5_dataset *dataset)
{
    ock_container_info *info = &container->info;
    const uint32_t expected = info->contract;
    char *line = NULL;
    ock_status status =
        load_text(container, "contract", dataset, OCK_CONTRACT_LINE_BYTES - 1, &line);

    if (status == OCK_OK && !ock_contract_parse(line, info)) {
        status = fail(container, "contract", "is malformed");
    }
    if (status == OCK_OK && info->contract != expected) {
        status = fail(container, "contract", "names a different version than the user block");
    }
    if (status == OCK_OK && (info->lanes < 1 || info->lanes > OCK_CONTAINER_MAX_LANES)) {
        status = fail(container, "contract", "has an impossible number of lanes");
    }
    if (status == OCK_OK && info->repeats_bytes > OCK_CONTAINER_MAX_REPEATS_BYTES) {
        status = fail(container, "contract", "has too long a list of repeats");
    }
    if (status == OCK_OK && info->transforms_bytes > OCK_CONTAINER_MAX_TRANSFORMS_BYTES) {
        status = fail(container, "contract", "has too long a list of transforms");
    }
    if (status == OCK_OK && info->layouts_bytes > OCK_CONTAINER_MAX_LAYOUTS_BYTES) {
        status = fail(container, "contract", "has too long a list of layouts");
    }
    free(line);
    return status;
}

static ock_status take_config(ock_container *container, const ock_h5_dataset *dataset)
{
    ock_status status = load_text(container, "config", dataset, OCK_CONTAINER_MAX_CONFIG_BYTES,
                                  &container->info.config_text);

    if (status == OCK_OK && container->info.config_text[0] == '\0') {
        status = fail(container, "config", "is empty");
    }
    return status;
}

/* In the order of the file: the whole, root, lanes, as far as they are there; the state. */
static void spread_digests(ock_container_info *info, const uint8_t *bytes)
{
    const ock_digest_layout layout = ock_container_digests(info);
    const size_t before = layout.before * OCK_DIGEST_BYTES;
    const size_t lane_part = (size_t)info->lanes * OCK_DIGEST_BYTES;

    memcpy(info->input_digest, bytes, OCK_DIGEST_BYTES);
    memcpy(info->lane_digests, bytes + before, lane_part);
    if (layout.before < 2) {
        ock_container_root(info, info->root_digest);
    } else {
        memcpy(info->root_digest, bytes + OCK_DIGEST_BYTES, OCK_DIGEST_BYTES);
    }
    memcpy(info->marks, bytes + before + lane_part, (size_t)info->mark_count * OCK_DIGEST_BYTES);
}

/* What is more than the input's digests are those of the state. */
static ock_status take_digests(ock_container *container, const ock_h5_dataset *dataset)
{
    ock_container_info *info = &container->info;
    const uint64_t input = ock_container_digests(info).count, count = dataset->value_bytes;
    const type_text type = opaque_type(count);
    uint8_t *bytes = NULL;
    ock_status status = OCK_OK;

    if (count % OCK_DIGEST_BYTES != 0 || count / OCK_DIGEST_BYTES < input ||
        count / OCK_DIGEST_BYTES - input > OCK_CONTAINER_MAX_MARKS) {
        return fail(container, "digest", "has an unexpected type or shape");
    }
    status = expect_scalar(container, "digest", dataset, &type, count);
    if (status != OCK_OK) {
        return status;
    }
    info->mark_count = (uint32_t)(count / OCK_DIGEST_BYTES - input);
    info->lane_digests = malloc(count);
    info->marks = malloc(count);
    if (info->lane_digests == NULL || info->marks == NULL) {
        return ock_fail_memory(count, "the digests");
    }
    status = load_bytes(container, "digest", dataset, (size_t)count, &bytes);
    if (status == OCK_OK) {
        spread_digests(info, bytes);
    }
    free(bytes);
    return status;
}

static ock_status take_trace(ock_container *container, const ock_h5_dataset *dataset)
{
    ock_container_info *info = &container->info;
    const size_t width = unsigned_width(dataset->type);
    uint64_t marks = 0;
    uint8_t *bytes = NULL;
    ock_status status = OCK_OK;

    if (width == 0 || !ock_h5_is_row(dataset->space, &marks) || marks < 1 ||
        marks > OCK_CONTAINER_MAX_TRACE) {
        return fail(container, "trace", "has an unexpected type or shape");
    }
    if (!is_stored_right(dataset, marks * width)) {
        return fail(container, "trace", "is not stored as expected");
    }
    info->trace_marks = (uint32_t)marks;
    status = load_bytes(container, "trace", dataset, marks * width, &bytes);
    if (status == OCK_OK) {
        status = unpack("trace", bytes, marks, width, &info->trace);
    }
    free(bytes);
    if (status == OCK_OK && width != ock_container_width(info->trace, marks)) {
        status = fail(container, "trace", "has integers that are wider than necessary");
    }
    return status;
}

/* *list: a copy of `count` bytes, NULL for none. */
static ock_status copy_list(const uint8_t *bytes, size_t count, uint8_t **list)
{
    if (count == 0) {
        return OCK_OK;
    }
    *list = malloc(count);
    if (*list == NULL) {
        return ock_fail_memory(count, "the lists of the transcript");
    }
    memcpy(*list, bytes, count);
    return OCK_OK;
}

static ock_status take_lists(ock_container *container, size_t bytes, size_t width)
{
    ock_container_info *info = &container->info;
    uint8_t *lists = NULL;
    ock_status status = load_bytes(container, "transcript", NULL, bytes, &lists);

    if (status == OCK_OK) {
        status = copy_list(lists, info->repeats_bytes, &info->repeats);
    }
    if (status == OCK_OK) {
        status = copy_list(lists + info->repeats_bytes, info->transforms_bytes, &info->transforms);
    }
    if (status == OCK_OK) {
        status = copy_list(lists + info->repeats_bytes + info->transforms_bytes,
                           info->layouts_bytes, &info->layouts);
    }
    if (status == OCK_OK) {
        status = unpack("transcript", lists + ock_container_lists(info), info->lanes, width,
                        &info->lane_bytes);
    }
    free(lists);
    return status;
}

/* The lists of repeats, transforms and layouts, if there are any, and the table of lane lengths that `length` bytes of transcript
 * begin with; a single lane has none. Lists and lanes must fill the length. */
static ock_status take_lanes(ock_container *container, uint64_t length)
{
    ock_container_info *info = &container->info;
    const size_t width = ock_container_table_width(length, info->lanes);
    const uint64_t lists = ock_container_lists(info) + info->lanes * width;
    ock_status status = OCK_OK;
    uint64_t sum = 0;

    if (lists > length) {
        return fail(container, "transcript", "is shorter than its lists");
    }
    status = take_lists(container, (size_t)lists, width);
    if (status != OCK_OK) {
        return status;
    }
    if (info->lanes == 1) {
        info->lane_bytes[0] = length - lists;
    }
    sum = ock_container_sum(info);
    if (sum > length || sum + lists != length) {
        return fail(container, "transcript", "is not as long as its lanes together");
    }
    container->lists_bytes = lists;
    return OCK_OK;
}

static ock_status take_transcript(ock_container *container, const ock_h5_dataset *dataset)
{
    uint64_t length = 0;

    if (unsigned_width(dataset->type) != 1 || !ock_h5_is_row(dataset->space, &length)) {
        return fail(container, "transcript", "has an unexpected type or shape");
    }
    if (!is_stored_right(dataset, length)) {
        return fail(container, "transcript", "is not stored as expected");
    }
    container->rest_base = dataset->offset - OCK_HEAD_BYTES;
    return take_lanes(container, OCK_HEAD_BYTES + length);
}

/* All of it is in the user block. */
static ock_status take_short_transcript(ock_container *container)
{
    uint8_t head[OCK_HEAD_BYTES];
    size_t length = sizeof head - 1;
    ock_status status = ock_container_read_at(container, 0, head, sizeof head);

    while (status == OCK_OK && length > 0 && head[length] == 0) {
        length--;
    }
    if (status == OCK_OK && head[length] != OCK_HEAD_END) {
        status = fail(container, "transcript", "has the wrong length");
    }
    return status != OCK_OK ? status : take_lanes(container, length);
}

static ock_status take_manifest(ock_container *container, const ock_h5_dataset *dataset)
{
    ock_container_info *info = &container->info;
    uint64_t count = 0;

    if (unsigned_width(dataset->type) != 1 || !ock_h5_is_row(dataset->space, &count)) {
        return fail(container, "manifest", "has an unexpected type or shape");
    }
    if (!is_stored_right(dataset, count)) {
        return fail(container, "manifest", "is not stored as expected");
    }
    if (count < 1 || count > OCK_CONTAINER_MAX_MANIFEST_BYTES) {
        return fail(container, "manifest", "is empty or too long");
    }
    info->manifest_bytes = (size_t)count;
    return load_bytes(container, "manifest", dataset, (size_t)count, &info->manifest);
}

typedef ock_status take_dataset(ock_container *container, const ock_h5_dataset *dataset);

static ock_status load_with(const ock_h5_file *file, ock_container *container, uint64_t address,
                            const char *name, take_dataset *take)
{
    ock_h5_dataset dataset;
    ock_status status = ock_h5_dataset_open(file, address, name, &dataset);

    if (status == OCK_OK) {
        status = take(container, &dataset);
    }
    ock_h5_dataset_close(&dataset);
    return status;
}

/* ---- open ---- */

/* Objects that would say nothing are not there. */
static ock_status take_absent(ock_container *container, size_t object)
{
    switch (object) {
    case CONFIG:
        container->info.config_text = calloc(1, 1);
        return container->info.config_text != NULL ? OCK_OK
                                                   : ock_fail_memory(1, "the configuration");
    case TRACE:
        return OCK_OK;
    case TRANSCRIPT:
        return take_short_transcript(container);
    default:
        return fail(container, names[object], "is missing");
    }
}

/* In this order: the number of lanes, from the contract, is what the others are checked against. */
static ock_status load(ock_container *container, uint32_t format)
{
    const ock_h5_file file = {container->fd, container->path, container->file_bytes,
                              OCK_USER_BLOCK_BYTES};
    static take_dataset *const take[OCK_CONTAINER_MOST_OBJECTS] = {
        [CONTRACT] = take_contract,     [CONFIG] = take_config, [DIGEST] = take_digests,
        [TRANSCRIPT] = take_transcript, [TRACE] = take_trace,   [MANIFEST] = take_manifest};
    const size_t known = format == OCK_FORMAT_CORPUS ? MANIFEST + 1 : MANIFEST;
    uint64_t addresses[OCK_CONTAINER_MOST_OBJECTS];
    ock_status status = ock_h5_find(&file, names, known, addresses);

    for (size_t i = 0; status == OCK_OK && i < known; i++) {
        if (addresses[i] == OCK_H5_ABSENT) {
            status = take_absent(container, i);
        } else {
            status = load_with(&file, container, addresses[i], names[i], take[i]);
        }
    }
    if (status == OCK_OK) {
        status = ock_container_info_check(&container->info, container->path, OCK_BAD_DATA);
    }
    return status;
}

/* Takes the descriptor over, whatever happens. */
static ock_status open_descriptor(int fd, const char *name, uint32_t contract,
                                  ock_container **container)
{
    ock_container *fresh = calloc(1, sizeof *fresh);
    uint32_t format = 0;
    ock_status status = OCK_OK;

    *container = NULL;
    if (fresh == NULL) {
        (void)close(fd);
        return ock_fail_memory(sizeof *fresh, "an .ock file");
    }
    fresh->fd = fd;
    fresh->info.contract = contract;
    fresh->path = strdup(name);
    if (fresh->path == NULL) {
        status = ock_fail_memory(strlen(name) + 1, "a file name");
    }
    if (status == OCK_OK) {
        status = ock_user_block_check(fd, name, contract, &format, fresh->info.plan_digest,
                                      &fresh->file_bytes);
    }
    if (status == OCK_OK) {
        status = load(fresh, format);
    }
    if (status == OCK_OK) {
        *container = fresh;
    } else {
        ock_container_close(fresh);
    }
    return status;
}

ock_status ock_container_open(const char *path, uint32_t contract, ock_container **container)
{
    int fd = -1;
    ock_status status = ock_file_open_regular(AT_FDCWD, path, path, &fd);

    *container = NULL;
    return status != OCK_OK ? status : open_descriptor(fd, path, contract, container);
}

ock_status ock_container_open_file(const ock_open_file *file, uint32_t contract,
                                   ock_container **container)
{
    int fd = -1;
    ock_status status = ock_open_file_again(file, &fd);

    *container = NULL;
    return status != OCK_OK ? status : open_descriptor(fd, file->name, contract, container);
}
