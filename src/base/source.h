/* SPDX-License-Identifier: MIT */
/* source.h - where bytes come from and go to, by offset: how what knows no files reads and writes.
 *
 * A source or target belongs to whoever made it and outlives those that use it. Calls return
 * OCK_ENVIRONMENT when the bytes cannot be had or kept, with a message that names them. */
#ifndef OCK_SOURCE_H
#define OCK_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct ock_source {
    /* Exactly `count` bytes at `offset`. */
    ock_status (*read_at)(void *context, uint64_t offset, void *bytes, size_t count);
    void *context;
} ock_source;

typedef struct ock_target {
    ock_status (*write_at)(void *context, uint64_t offset, const void *bytes, size_t count);
    /* What was written before. */
    ock_status (*read_at)(void *context, uint64_t offset, void *bytes, size_t count);
    /* Everything written is kept, whatever comes; NULL where nothing outlives the process. */
    ock_status (*flush)(void *context);
    void *context;
} ock_target;

/* The first `bytes` bytes of the source go to the target, in order, and to the same offsets. */
ock_status ock_source_copy(const ock_source *from, uint64_t bytes,
                           const ock_target *to) OCK_WARN_UNUSED;

#endif
