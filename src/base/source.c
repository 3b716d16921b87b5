/* SPDX-License-Identifier: MIT */
/* source.c - copies what a source has. */
#include "base/source.h"

#include <stdlib.h>

ock_status ock_source_copy(const ock_source *from, uint64_t bytes, const ock_target *to)
{
    enum { BLOCK = 1 << 16 };
    uint8_t *block = malloc(BLOCK);
    ock_status status = block != NULL ? OCK_OK : ock_fail_memory(BLOCK, "a copy");
    for (uint64_t at = 0; at < bytes && status == OCK_OK; at += BLOCK) {
        const size_t count = bytes - at < BLOCK ? (size_t)(bytes - at) : BLOCK;
        status = from->read_at(from->context, at, block, count);
        if (status == OCK_OK) {
            status = to->write_at(to->context, at, block, count);
        }
    }
    free(block);
    return status;
}
