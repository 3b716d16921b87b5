/* SPDX-License-Identifier: MIT */
/* fields.c - structs by the table of their fields. */
#include "io/hdf5/fields.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t *member(const void *object, size_t offset)
{
    return (const uint8_t *)object + offset;
}

static uint64_t number_at(const void *object, size_t offset, size_t bytes)
{
    uint64_t large = 0;
    uint32_t small = 0;

    if (bytes == sizeof large) {
        memcpy(&large, member(object, offset), sizeof large);
        return large;
    }
    memcpy(&small, member(object, offset), sizeof small);
    return small;
}

/* Of a text or an array. */
static void *pointer_at(const void *object, const ock_field *field)
{
    void *pointer = NULL;

    memcpy(&pointer, member(object, field->offset), sizeof pointer);
    return pointer;
}

ock_status ock_fields_check(const ock_field *fields, size_t count, const void *object,
                            const char *path, ock_status failure)
{
    for (size_t i = 0; i < count; i++) {
        const ock_field *field = &fields[i];
        uint64_t value = 0;

        if (field->kind != OCK_FIELD_NUMBER) {
            continue;
        }
        value = number_at(object, field->offset, field->bytes);
        if (value < field->least || value > field->most) {
            return ock_fail(failure, "%s: %s is %llu, not %llu to %llu", path, field->name,
                            (unsigned long long)value, (unsigned long long)field->least,
                            (unsigned long long)field->most);
        }
    }
    return OCK_OK;
}

static bool same_array(const ock_field *field, const void *a, const void *b)
{
    const uint64_t count = number_at(a, field->count_offset, field->count_bytes);
    const void *left = pointer_at(a, field), *right = pointer_at(b, field);

    if (count != number_at(b, field->count_offset, field->count_bytes)) {
        return false;
    }
    return count == 0 || (left != NULL && right != NULL &&
                          memcmp(left, right, (size_t)count * field->element) == 0);
}

static bool same_field(const ock_field *field, const void *a, const void *b)
{
    switch (field->kind) {
    case OCK_FIELD_TEXT:
        return strcmp(pointer_at(a, field), pointer_at(b, field)) == 0;
    case OCK_FIELD_ARRAY:
        return same_array(field, a, b);
    default:
        return memcmp(member(a, field->offset), member(b, field->offset), field->bytes) == 0;
    }
}

bool ock_fields_same(const ock_field *fields, size_t count, const void *a, const void *b)
{
    for (size_t i = 0; i < count; i++) {
        if (!same_field(&fields[i], a, b)) {
            return false;
        }
    }
    return true;
}

void ock_fields_free(const ock_field *fields, size_t count, const void *object)
{
    for (size_t i = 0; i < count; i++) {
        if (fields[i].kind == OCK_FIELD_TEXT || fields[i].kind == OCK_FIELD_ARRAY) {
            free(pointer_at(object, &fields[i]));
        }
    }
}
