/* SPDX-License-Identifier: MIT */
/* list_code.h - lists of numbers as bytes, a few each, by adaptive models; one walk for both directions: what codes a
 * number also decodes it.
 *
 * io/container/FORMAT.md, section 9, says how. */
#ifndef OCK_LIST_CODE_H
#define OCK_LIST_CODE_H

#include <stdio.h>

#include "coder/coder.h"

/* P(1) in 1/65536, and how often it was seen. */
typedef struct ock_bit_model {
    uint16_t one, seen;
} ock_bit_model;

enum { OCK_LENGTH_BITS = 7, OCK_MODELLED_BITS = 2 };

/* Of numbers: a tree for the length in bits, and for each length one for the bits below the highest. */
typedef struct ock_number_model {
    ock_bit_model length[1 << OCK_LENGTH_BITS];
    ock_bit_model high[1 << OCK_LENGTH_BITS][1 << OCK_MODELLED_BITS];
} ock_number_model;

/* All models at first; arrays of them are (bytes) long. */
void ock_models_start(void *models, size_t bytes);

typedef struct ock_list_coder {
    bool decode;
    ock_encoder encoder;
    ock_decoder decoder;
    FILE *to;       /* encoding */
    ock_coded from; /* decoding */
} ock_list_coder;

/* A value below 2^bits by a tree of 2^bits models, and any number: *value is coded, or gets what was. */
ock_status ock_list_tree(ock_list_coder *c, ock_bit_model *tree, unsigned bits,
                         unsigned *value) OCK_WARN_UNUSED;
ock_status ock_list_number(ock_list_coder *c, ock_number_model *model,
                           uint64_t *value) OCK_WARN_UNUSED;

static inline unsigned ock_bits_of(uint64_t value)
{
    return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

/* Codes item number `i` of a list; decoding, appends it. */
typedef ock_status ock_list_item(ock_list_coder *c, void *context, uint64_t i);

/* How many items there are, then all of them. *bytes: new memory, which the caller frees; NULL and *count 0 where
 * there are none, and after a failure. */
ock_status ock_list_encode(uint64_t items, ock_list_item *item, void *context, uint8_t **bytes,
                           size_t *count) OCK_WARN_UNUSED;

/* 1 to `most` items. OCK_BAD_DATA, that `name` has a damaged list of `what`, where there are none or more, where an item
 * says so, or where bytes are left or missing. */
ock_status ock_list_decode(const uint8_t *bytes, size_t count, uint64_t most, ock_list_item *item,
                           void *context, const char *name, const char *what) OCK_WARN_UNUSED;

#endif
