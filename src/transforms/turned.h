/* SPDX-License-Identifier: MIT */
/* turned.h - a stream with its transforms as a source and as a target, and how the spans are restored.
 *
 * Of one thread at a time. */
#ifndef OCK_TURNED_H
#define OCK_TURNED_H

#include "base/source.h"
#include "transforms/transforms.h"

/* What lies behind one of these tables of calls; the caller keeps it as long as the table. */
typedef struct ock_turned {
    const ock_transforms *list;
    ock_source stream; /* read at offsets of the stream */
    ock_target output; /* or written: what stands for a span lies where that begins */
} ock_turned;

/* What the transforms make of the stream; offsets count in it. */
ock_source ock_turned_source(ock_turned *turned);

/* The same, to be written and read again; flush is NULL where that of the output is. */
ock_target ock_turned_target(ock_turned *turned);

/* Restores all spans of an output that has what the transforms make, each in its place: not twice. */
ock_status ock_turned_restore(const ock_transforms *list, const ock_target *output) OCK_WARN_UNUSED;

/* Whether every span comes back: reads them all. OCK_ENVIRONMENT where one does not: the input, called `name`, has
 * changed since they were found. */
ock_status ock_turned_check(const ock_transforms *list, const ock_source *stream,
                            const char *name) OCK_WARN_UNUSED;

#endif
