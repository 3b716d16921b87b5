/* SPDX-License-Identifier: MIT */
/* repeat_code.h - a list of repeats as bytes, a few each, and back.
 *
 * io/container/FORMAT.md, section 9, says how. */
#ifndef OCK_REPEAT_CODE_H
#define OCK_REPEAT_CODE_H

#include "repeats/repeats.h"

/* *bytes: new memory, which the caller frees; NULL and *count 0 for a list without repeats. */
ock_status ock_repeats_encode(const ock_repeats *repeats, uint8_t **bytes,
                              size_t *count) OCK_WARN_UNUSED;

/* What `count` bytes from outside say of a text of that many bytes; they are at least 1 and hold at least one
 * repeat. OCK_BAD_DATA, with `name`, where they hold no list that ock_repeats_allow would have let grow. The
 * caller frees the list, after a failure too. */
ock_status ock_repeats_decode(const uint8_t *bytes, size_t count, uint64_t prior_bytes,
                              uint64_t input_bytes, const char *name,
                              ock_repeats *repeats) OCK_WARN_UNUSED;

#endif
