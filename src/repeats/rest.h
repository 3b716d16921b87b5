/* SPDX-License-Identifier: MIT */
/* rest.h - the rest of an input as a source and as a target, and how repeats are filled in after it.
 *
 * Of one thread at a time. */
#ifndef OCK_REST_H
#define OCK_REST_H

#include "base/source.h"
#include "repeats/repeats.h"

/* What lies behind one of these tables of calls; the caller keeps it as long as the table. */
typedef struct ock_rest {
    const ock_repeats *repeats;
    ock_source input;  /* read at offsets of the input */
    ock_target output; /* or written */
} ock_rest;

/* The rest of what `rest->input` has: offsets count in the rest, within which reads must stay. */
ock_source ock_rest_source(ock_rest *rest);

/* The same of `rest->output`, to be written; flush is NULL where that of the output is. */
ock_target ock_rest_target(ock_rest *rest);

/* Fills in all repeats after the rest, in order. priors: the text before the input; not read where that is
 * empty. */
ock_status ock_rest_fill(const ock_repeats *repeats, const ock_source *priors,
                         const ock_target *output) OCK_WARN_UNUSED;

/* Whether every repeat of the input is one: reads all targets and sources. OCK_ENVIRONMENT where bytes
 * differ: the input, called `name`, has changed since they were found. */
ock_status ock_rest_check(const ock_repeats *repeats, const ock_source *text,
                          const char *name) OCK_WARN_UNUSED;

#endif
