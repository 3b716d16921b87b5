/* SPDX-License-Identifier: MIT */
/* hdf5_subset.c - the few structures of HDF5 that an .ock file is made of, read with care. */
#include "io/hdf5/hdf5_subset.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "io/file/file_io.h"
#include "io/hdf5/user_block.h"

/* Message types of an object header. */
enum {
    NIL = 0x00,
    DATASPACE = 0x01,
    LINK_INFO = 0x02,
    DATATYPE = 0x03,
    FILL_VALUE = 0x05,
    LINK = 0x06,
    LAYOUT = 0x08,
    GROUP_INFO = 0x0A
};

enum {
    SUPERBLOCK_BYTES = 48,
    HEADER_PREFIX_MAX = 10, /* signature, version, flags, a size of 4 bytes */
    MESSAGE_HEAD = 4,       /* type, size (2), flags */
    CHECKSUM = 4,           /* for HDF5's sake; our digest has covered every byte */
    LAYOUT_COMPACT = 0,
    LAYOUT_CONTIGUOUS = 1
};

static const char root_name[] = "the root group";

static ock_status fail(const ock_h5_file *file, const char *name, const char *what)
{
    return ock_fail(OCK_BAD_DATA, "%s: %s %s", file->path, name, what);
}

static bool equals(ock_h5_bytes bytes, const void *wanted, size_t count)
{
    return bytes.count == count && memcmp(bytes.at, wanted, count) == 0;
}

/* ---- reading ---- */

/* An extent of the HDF5 part, given by an address relative to its base. */
static bool is_inside(const ock_h5_file *file, uint64_t address, uint64_t count)
{
    const uint64_t part = file->bytes - file->base;

    return address <= part && count <= part - address;
}

static ock_status read_extent(const ock_h5_file *file, uint64_t address, const char *name,
                              uint8_t *bytes, size_t count)
{
    if (!is_inside(file, address, count)) {
        return fail(file, name, "lies outside the file");
    }
    return ock_file_read_all(file->fd, file->path, file->base + address, bytes, count);
}

/* ---- superblock ---- */

static ock_status find_root(const ock_h5_file *file, uint64_t *root)
{
    static const uint8_t start[12] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n', 3, 8, 8, 0};
    uint8_t block[SUPERBLOCK_BYTES];
    ock_status status = read_extent(file, 0, "the superblock", block, sizeof block);

    if (status != OCK_OK) {
        return status;
    }
    if (memcmp(block, start, sizeof start) != 0 || ock_get_le(block + 12, 8) != file->base ||
        ock_get_le(block + 20, 8) != UINT64_MAX || ock_get_le(block + 28, 8) != file->bytes) {
        return fail(file, "the superblock", "is malformed");
    }
    *root = ock_get_le(block + 36, 8);
    return OCK_OK;
}

/* ---- object headers ---- */

typedef struct header_message {
    uint8_t type, flags;
    ock_h5_bytes body;
} header_message;

/* Reads the header at `address`, which has one chunk of messages and no second. */
static ock_status read_header(const ock_h5_file *file, uint64_t address, const char *name,
                              ock_h5_header *header)
{
    static const uint8_t start[5] = {'O', 'H', 'D', 'R', 2};
    uint8_t prefix[HEADER_PREFIX_MAX];
    ock_status status = read_extent(file, address, name, prefix, sizeof prefix);
    size_t width = 0;

    if (status != OCK_OK) {
        return status;
    }
    /* Of the flags only the width of the size may be set, to 1, 2 or 4 bytes. */
    if (memcmp(prefix, start, sizeof start) != 0 || prefix[5] > 2) {
        return fail(file, name, "has a malformed header");
    }
    width = (size_t)1 << prefix[5];
    header->count = (size_t)ock_get_le(prefix + 6, width);
    if (header->count > OCK_H5_MAX_HEADER_BYTES) {
        return fail(file, name, "has too large a header");
    }
    header->messages = malloc(header->count + CHECKSUM);
    if (header->messages == NULL) {
        return ock_fail_memory(header->count, "an object header");
    }
    header->offset = file->base + address + 6 + width;
    return read_extent(file, address + 6 + width, name, header->messages, header->count + CHECKSUM);
}

/* Takes the next message; *found is false at the end, where up to 3 bytes may be unused. */
static ock_status next_message(const ock_h5_file *file, const char *name, ock_h5_bytes *rest,
                               header_message *next, bool *found)
{
    size_t count = 0;

    *found = rest->count >= MESSAGE_HEAD;
    if (!*found) {
        return OCK_OK;
    }
    next->type = rest->at[0];
    next->flags = rest->at[3];
    count = (size_t)ock_get_le(rest->at + 1, 2);
    if (count > rest->count - MESSAGE_HEAD) {
        return fail(file, name, "has a broken header");
    }
    next->body = (ock_h5_bytes){rest->at + MESSAGE_HEAD, count};
    rest->at += MESSAGE_HEAD + count;
    rest->count -= MESSAGE_HEAD + count;
    return OCK_OK;
}

/* ---- the root group ---- */

enum { MOST_LINKS = 8 }; /* more than any file of ours has */

/* Version 1, no flags: a hard link, its name of up to 255 ASCII bytes, its address. */
static bool take_link(const header_message *link, const char *const names[], size_t count,
                      uint64_t *addresses)
{
    const uint8_t *body = link->body.at;
    size_t length = 0;

    if (link->flags != 0 || link->body.count < 3 || body[0] != 1 || body[1] != 0) {
        return false;
    }
    length = body[2];
    if (link->body.count != 3 + length + 8) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (strlen(names[i]) != length || memcmp(names[i], body + 3, length) != 0) {
            continue;
        }
        if (addresses[i] != OCK_H5_ABSENT) {
            return false; /* a second one of that name */
        }
        addresses[i] = ock_get_le(body + 3 + length, 8);
        return addresses[i] != OCK_H5_ABSENT;
    }
    return false;
}

static bool is_zero(ock_h5_bytes bytes)
{
    for (size_t i = 0; i < bytes.count; i++) {
        if (bytes.at[i] != 0) {
            return false;
        }
    }
    return true;
}

/* What the root was made for. */
typedef struct root_estimate {
    unsigned links, name_length;
} root_estimate;

/* Version 0; number and mean length of the names are stored unless they are 4 and 8. */
static bool take_estimate(const header_message *message, root_estimate *estimate)
{
    const uint8_t *body = message->body.at;

    *estimate = (root_estimate){4, 8};
    if (message->flags != 1 || message->body.count < 2 || body[0] != 0) {
        return false;
    }
    if (body[1] == 0) {
        return message->body.count == 2;
    }
    if (body[1] != 2 || message->body.count != 6) {
        return false;
    }
    estimate->links = (unsigned)ock_get_le(body + 2, 2);
    estimate->name_length = (unsigned)ock_get_le(body + 4, 2);
    return estimate->links != 4 || estimate->name_length != 8;
}

static bool take_root_message(const header_message *message, const char *const names[],
                              size_t count, uint64_t *addresses, root_estimate *estimate)
{
    /* No dense storage, no creation order: two undefined addresses after two zero bytes. */
    static const uint8_t info[18] = {0,    0,    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                     0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

    switch (message->type) {
    case NIL: /* room for links that are not there */
        return message->flags == 0 && is_zero(message->body);
    case LINK_INFO:
        return message->flags == 0 && equals(message->body, info, sizeof info);
    case GROUP_INFO:
        return take_estimate(message, estimate);
    case LINK:
        return take_link(message, names, count, addresses);
    default:
        return false;
    }
}

unsigned ock_h5_name_estimate(const char *const names[], size_t count)
{
    size_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += strlen(names[i]);
    }
    return (unsigned)((sum + count - 1) / count);
}

/* Whether the root was made for the links that it holds, in number and length. */
static bool is_made_for(const root_estimate *estimate, const char *const names[], size_t count,
                        const uint64_t *addresses)
{
    const char *found[MOST_LINKS];
    size_t links = 0;

    for (size_t i = 0; i < count; i++) {
        if (addresses[i] != OCK_H5_ABSENT) {
            found[links++] = names[i];
        }
    }
    return links > 0 && estimate->links == links &&
           estimate->name_length == ock_h5_name_estimate(found, links);
}

static ock_status take_root(const ock_h5_file *file, ock_h5_bytes rest, const char *const names[],
                            size_t count, uint64_t *addresses)
{
    header_message message = {0, 0, {NULL, 0}};
    root_estimate estimate = {0, 0};
    bool found = true;
    ock_status status = next_message(file, root_name, &rest, &message, &found);

    for (size_t i = 0; i < count; i++) {
        addresses[i] = OCK_H5_ABSENT;
    }
    while (status == OCK_OK && found) {
        if (!take_root_message(&message, names, count, addresses, &estimate)) {
            return fail(file, root_name, "has unexpected contents");
        }
        status = next_message(file, root_name, &rest, &message, &found);
    }
    if (status == OCK_OK && !is_made_for(&estimate, names, count, addresses)) {
        status = fail(file, root_name, "has unexpected contents");
    }
    return status;
}

ock_status ock_h5_find(const ock_h5_file *file, const char *const names[], size_t count,
                       uint64_t *addresses)
{
    ock_h5_header header = {NULL, 0, 0};
    uint64_t root = 0;
    ock_status status = find_root(file, &root);

    if (status == OCK_OK) {
        status = read_header(file, root, root_name, &header);
    }
    if (status == OCK_OK) {
        status =
            take_root(file, (ock_h5_bytes){header.messages, header.count}, names, count, addresses);
    }
    free(header.messages);
    return status;
}

/* ---- datasets ---- */

/* Version 4; compact: size and bytes; contiguous: address and size. */
static bool take_layout(const ock_h5_file *file, const header_message *layout,
                        ock_h5_dataset *dataset)
{
    const uint8_t *body = layout->body.at;
    uint64_t address = 0;

    if (layout->body.count < 4 || body[0] != 4) {
        return false;
    }
    dataset->compact = body[1] == LAYOUT_COMPACT;
    if (dataset->compact) {
        dataset->value_bytes = ock_get_le(body + 2, 2);
        dataset->offset = dataset->header.offset + (uint64_t)(body + 4 - dataset->header.messages);
        return layout->flags == 0 && layout->body.count == 4 + dataset->value_bytes;
    }
    if (body[1] != LAYOUT_CONTIGUOUS || layout->body.count != 18) {
        return false;
    }
    address = ock_get_le(body + 2, 8);
    dataset->value_bytes = ock_get_le(body + 10, 8);
    dataset->offset = file->base + address;
    return layout->flags == 1 && is_inside(file, address, dataset->value_bytes);
}

/* The room that the library keeps for a continuation. */
static bool is_spare(const header_message *message)
{
    return message->flags == 0 && message->body.count == 16 && is_zero(message->body);
}

static bool take_message(const ock_h5_file *file, const header_message *message,
                         ock_h5_dataset *dataset)
{
    /* Version 3: allocated early, never filled, no value. */
    static const uint8_t fill[2] = {3, 5};
    const unsigned bit = 1u << (message->type & 31);

    if (message->type > LAYOUT || (dataset->seen & bit) != 0) {
        return false; /* each at most once */
    }
    dataset->seen |= bit;
    switch (message->type) {
    case NIL:
        return is_spare(message);
    case DATASPACE:
        dataset->space = message->body;
        return message->flags == 0;
    case DATATYPE:
        dataset->type = message->body;
        return message->flags == 1;
    case FILL_VALUE:
        return message->flags == 1 && equals(message->body, fill, sizeof fill);
    case LAYOUT:
        return take_layout(file, message, dataset);
    default:
        return false;
    }
}

static ock_status take_messages(const ock_h5_file *file, const char *name, ock_h5_dataset *dataset)
{
    ock_h5_bytes rest = {dataset->header.messages, dataset->header.count};
    header_message message = {0, 0, {NULL, 0}};
    bool found = true;
    ock_status status = next_message(file, name, &rest, &message, &found);

    while (status == OCK_OK && found) {
        if (!take_message(file, &message, dataset)) {
            return fail(file, name, "is not stored as expected");
        }
        status = next_message(file, name, &rest, &message, &found);
    }
    return status;
}

ock_status ock_h5_dataset_open(const ock_h5_file *file, uint64_t address, const char *name,
                               ock_h5_dataset *dataset)
{
    const unsigned needed = 1u << DATASPACE | 1u << DATATYPE | 1u << FILL_VALUE | 1u << LAYOUT;
    ock_status status = OCK_OK;

    memset(dataset, 0, sizeof *dataset);
    status = read_header(file, address, name, &dataset->header);
    if (status == OCK_OK) {
        status = take_messages(file, name, dataset);
    }
    if (status == OCK_OK && (dataset->seen & needed) != needed) {
        status = fail(file, name, "is not a valid dataset");
    }
    return status;
}

void ock_h5_dataset_close(ock_h5_dataset *dataset)
{
    free(dataset->header.messages);
    memset(dataset, 0, sizeof *dataset);
}

/* ---- parts of messages ---- */

bool ock_h5_is_scalar(ock_h5_bytes space)
{
    static const uint8_t scalar[4] = {2, 0, 0, 0}; /* version, rank, flags, class */

    return equals(space, scalar, sizeof scalar);
}

bool ock_h5_is_row(ock_h5_bytes space, uint64_t *length)
{
    static const uint8_t row[4] = {2, 1, 0, 1}; /* rank 1, no largest length, class simple */

    if (space.count != 12 || memcmp(space.at, row, sizeof row) != 0) {
        return false;
    }
    *length = ock_get_le(space.at + 4, 8);
    return true;
}

bool ock_h5_is_plain_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text != '\n' && (*text < ' ' || *text > '~')) {
            return false;
        }
    }
    return true;
}
