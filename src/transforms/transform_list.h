/* SPDX-License-Identifier: MIT */
/* transform_list.h - a list of transforms as bytes, a few each, and back.
 *
 * io/container/FORMAT.md, section 10, says how. */
#ifndef OCK_TRANSFORM_LIST_H
#define OCK_TRANSFORM_LIST_H

#include "transforms/transforms.h"

/* *coded: new memory, which the caller frees; NULL and *count 0 for a list without transforms. */
ock_status ock_transforms_encode(const ock_transforms *list, uint8_t **coded,
                                 size_t *count) OCK_WARN_UNUSED;

/* What `count` bytes from outside, at least one, say of a stream of `bytes` bytes: at least one transform. OCK_BAD_DATA,
 * with `name`, where they hold no list that ock_transforms_allow would have let grow. The caller frees the list, after a
 * failure too. */
ock_status ock_transforms_decode(const uint8_t *coded, size_t count, uint64_t bytes,
                                 const char *name, ock_transforms *list) OCK_WARN_UNUSED;

#endif
