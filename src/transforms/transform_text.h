/* SPDX-License-Identifier: MIT */
/* transform_text.h - spans of text as bytes, and back: any part of one by itself.
 *
 * Internal to the directory; any thread. */
#ifndef OCK_TRANSFORM_TEXT_H
#define OCK_TRANSFORM_TEXT_H

#include "base/source.h"
#include "transforms/transforms.h"

/* Part of what stands for a span of the stream. Characters that the kind does not have count as any. */
ock_status ock_text_read(const ock_transform *t, const ock_source *stream, uint64_t within,
                         uint8_t *bytes, size_t count) OCK_WARN_UNUSED;

/* Writes the span, from what stands for it, from its end to its begin: so that may lie where the span begins. made: at
 * offsets within it; stream: at those of the stream. */
ock_status ock_text_restore(const ock_transform *t, const ock_source *made,
                            const ock_target *stream) OCK_WARN_UNUSED;

#endif
