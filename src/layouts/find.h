/* SPDX-License-Identifier: MIT */
/* find.h - what an input consists of: by the headers of its files, else by its numbers.
 *
 * A pure function of the input and its files' borders, in integers, with bounded memory (the list excepted). */
#ifndef OCK_FIND_H
#define OCK_FIND_H

#include "base/memory.h"
#include "layouts/headers.h"

/* Files that lie in an input one after the other. */
typedef struct ock_borders {
    /* Where the file ends that begins at `begin`, which is 0 or what the call before returned: more than begin. */
    uint64_t (*end_of)(void *context, uint64_t begin);
    void *context;
} ock_borders;

/* borders: NULL for one file. *regions: an empty list, which the caller frees, after a failure too. Failures are those of
 * reading and of memory. */
ock_status ock_regions_find(const ock_source *source, uint64_t bytes, const ock_borders *borders,
                            ock_memory *memory, ock_regions *regions) OCK_WARN_UNUSED;

/* For readers: a file within theirs is looked at by itself. */
void ock_find_in_member(ock_file *around, uint64_t begin, uint64_t bytes);

#endif
