/* SPDX-License-Identifier: MIT */
/* grow.h - arrays that grow while they are filled. */
#ifndef OCK_GROW_H
#define OCK_GROW_H

#include <stddef.h>

#include "base/status.h"

/* Makes sure that the array *array of `element` bytes each, with room for *room of them, can take one
 * more after its first `count`. *array may be NULL with *room 0; the caller frees it. After a failure
 * nothing has changed. `what` is for the message. */
ock_status ock_grow(void **array, size_t count, size_t *room, size_t element,
                    const char *what) OCK_WARN_UNUSED;

#endif
