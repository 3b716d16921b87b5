/* SPDX-License-Identifier: MIT */
/* fields.h - for io/container and io/checkpoint: what a file says of itself, a struct, as one table of the
 * struct's fields, from which it is checked, compared and freed: what is in none of these is in none
 * of them, and the compiler says so.
 *
 * A list of fields is a macro that applies one of its arguments to each:
 *     #define FIELDS(NUMBER, BYTES, TEXT, ARRAY)
 *         NUMBER(member, least, most)   an unsigned integer of 4 or 8 bytes, and its range
 *         BYTES(member)                 an array within the struct
 *         TEXT(member)                  a pointer to a NUL-terminated text, owned
 *         ARRAY(member, counter)        a pointer to as many elements as the member `counter` says, owned;
 *                                       may be NULL when they are none
 * The struct must have no padding: OCK_FIELDS_COVER then fails as soon as a member is not in the list. */
#ifndef OCK_FIELDS_H
#define OCK_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef enum ock_field_kind {
    OCK_FIELD_NUMBER,
    OCK_FIELD_BYTES,
    OCK_FIELD_TEXT,
    OCK_FIELD_ARRAY
} ock_field_kind;

typedef struct ock_field {
    const char *name;
    ock_field_kind kind;
    size_t offset, bytes;                      /* of the member */
    uint64_t least, most;                      /* of a number */
    size_t element, count_offset, count_bytes; /* of an array: bytes of an element; the counter */
} ock_field;

#define OCK_MEMBER(type, member) ((type *)NULL)->member
/* Of the member itself, even where it is a pointer. */
#define OCK_MEMBER_BYTES(type, member) sizeof(__typeof__(OCK_MEMBER(type, member)))
#define OCK_FIELD(type, member, its_kind)                                                          \
    .name = #member, .kind = (its_kind), .offset = offsetof(type, member),                         \
    .bytes = OCK_MEMBER_BYTES(type, member)
#define OCK_NUMBER_FIELD(type, member, low, high)                                                  \
    {                                                                                              \
        OCK_FIELD(type, member, OCK_FIELD_NUMBER), .least = (low), .most = (high)                  \
    }
#define OCK_BYTES_FIELD(type, member)                                                              \
    {                                                                                              \
        OCK_FIELD(type, member, OCK_FIELD_BYTES)                                                   \
    }
#define OCK_TEXT_FIELD(type, member)                                                               \
    {                                                                                              \
        OCK_FIELD(type, member, OCK_FIELD_TEXT)                                                    \
    }
#define OCK_ARRAY_FIELD(type, member, counter)                                                     \
    {                                                                                              \
        OCK_FIELD(type, member, OCK_FIELD_ARRAY), .element = sizeof *OCK_MEMBER(type, member),     \
                                                  .count_offset = offsetof(type, counter),         \
                                                  .count_bytes = OCK_MEMBER_BYTES(type, counter)   \
    }

/* On machines of 64 bits, for which the structs have no padding. */
#define OCK_FIELDS_COVER(type, bytes)                                                              \
    _Static_assert(sizeof(void *) != 8 || (bytes) == sizeof(type),                                 \
                   "a member of " #type " is not in its list of fields")

/* `failure`, with the number's name and range, when one is out of it; `path` is for the message. */
ock_status ock_fields_check(const ock_field *fields, size_t count, const void *object,
                            const char *path, ock_status failure) OCK_WARN_UNUSED;

/* Whether two objects say the same. Their texts are there, and their arrays where they have elements. */
bool ock_fields_same(const ock_field *fields, size_t count, const void *a, const void *b);

/* Frees texts and arrays. */
void ock_fields_free(const ock_field *fields, size_t count, const void *object);

#endif
