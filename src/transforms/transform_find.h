/* SPDX-License-Identifier: MIT */
/* transform_find.h - the spans of a stream that pay to be rewritten, and come back as they are. */
#ifndef OCK_TRANSFORM_FIND_H
#define OCK_TRANSFORM_FIND_H

#include "base/source.h"
#include "transforms/transforms.h"

/* Reads the stream once, from its begin to its end, and spans of text once more; kinds: a bit for each that is wanted.
 * What is found follows from the stream and the kinds alone. The caller frees the list, after a failure too. One
 * thread. */
ock_status ock_transforms_find(const ock_source *stream, uint64_t bytes, unsigned kinds,
                               ock_transforms *found) OCK_WARN_UNUSED;

#endif
