/* SPDX-License-Identifier: MIT */
/* input_source.c - inputs that are read by somebody else's calls. */
#include <stdlib.h>

#include "io/file/input.h"
#include "io/file/variant.h"

static ock_status read_at(void *self, uint64_t offset, void *bytes, size_t count)
{
    const ock_source *source = self;

    return source->read_at(source->context, offset, bytes, count);
}

static const ock_input_calls calls = {read_at, ock_input_any_range, ock_input_never_changes, free};

ock_status ock_input_from(const ock_source *source, uint64_t bytes, const char *name,
                          ock_input **input)
{
    ock_source *self = malloc(sizeof *self);

    *input = NULL;
    if (self == NULL) {
        return ock_fail_memory(sizeof *self, "an input");
    }
    *self = *source;
    return ock_input_new(
        &(ock_input){.calls = &calls, .self = self, .bytes = bytes, .file = {-1, name}}, input);
}
