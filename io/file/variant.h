/* SPDX-License-Identifier: MIT */
/* variant.h - for io/file and io/tree: what an input or output of some kind is made of. Everybody else
 * includes input.h and output.h, and does not know the kinds.
 *
 * `self` is the variant's own object. All calls must be there. Not collective; an input or output is
 * used by one thread at a time. */
#ifndef OCK_VARIANT_H
#define OCK_VARIANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/report.h"
#include "base/status.h"
#include "io/file/file_io.h"

/* ---- inputs ---- */

typedef struct ock_input_calls {
    /* Exactly `count` bytes at `offset`; OCK_ENVIRONMENT, "changed while it was read", when they
     * are not there. */
    ock_status (*read)(void *self, uint64_t offset, void *bytes, size_t count);
    /* Whether the bytes [begin, end) can be read. */
    ock_status (*try_range)(void *self, uint64_t begin, uint64_t end);
    ock_status (*check_unchanged)(void *self);
    /* Frees self. */
    void (*close)(void *self);
} ock_input_calls;

struct ock_input {
    const ock_input_calls *calls;
    void *self;
    uint64_t bytes;
    /* Of self, valid as long as it is: */
    ock_open_file file;        /* the bytes; its fd is -1 where they are in no single file */
    const struct stat *opened; /* the file when it was opened; NULL: it is no single one */
};
typedef struct ock_input ock_input;

/* *input: a copy of `made`. On failure *input is NULL and made->self closed. */
ock_status ock_input_new(const ock_input *made, ock_input **input) OCK_WARN_UNUSED;

/* For inputs that nothing can change, and of which every byte can be read. */
ock_status ock_input_any_range(void *self, uint64_t begin, uint64_t end) OCK_WARN_UNUSED;
ock_status ock_input_never_changes(void *self) OCK_WARN_UNUSED;

/* ---- outputs ---- */

typedef struct ock_output_calls {
    ock_status (*write)(void *self, uint64_t offset, const void *bytes, size_t count);
    /* What was written before; OCK_INTERNAL beyond it. */
    ock_status (*read)(void *self, uint64_t offset, void *bytes, size_t count);
    /* Everything written reaches the disk. */
    ock_status (*flush)(void *self);
    /* The output appears under its name. like: a file whose mode and times it gets, where that makes
     * sense; NULL: none. report: hears warnings of an output that is in place; NULL: nobody does. Frees
     * self, whatever it returns; after a failure nothing is left. */
    ock_status (*commit)(void *self, const struct stat *like, const ock_report *report);
    /* Nothing is left of it, but for what stays by its nature. Frees self. */
    void (*discard)(void *self);
} ock_output_calls;

struct ock_output {
    const ock_output_calls *calls;
    void *self;
    ock_open_file file; /* what self writes to; its fd is -1 where that is no single file */
    /* for commit */
    struct stat like; /* if has_like */
    bool has_like;
    const ock_report *report; /* NULL: nobody listens */
};
typedef struct ock_output ock_output;

/* *output: one of the variant. On failure *output is NULL and self discarded. */
ock_status ock_output_new(const ock_output_calls *calls, void *self, ock_open_file file,
                          ock_output **output) OCK_WARN_UNUSED;

/* For outputs that never get a name: discards self; OCK_INTERNAL. */
ock_status ock_output_no_commit(const ock_output_calls *calls, void *self) OCK_WARN_UNUSED;

#endif
