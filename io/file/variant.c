/* SPDX-License-Identifier: MIT */
/* variant.c - inputs and outputs from their variants. */
#include "io/file/variant.h"

#include <stdlib.h>

ock_status ock_input_new(const ock_input *made, ock_input **input)
{
    *input = malloc(sizeof **input);
    if (*input == NULL) {
        made->calls->close(made->self);
        return ock_fail_memory(sizeof **input, "an input");
    }
    **input = *made;
    return OCK_OK;
}

ock_status ock_input_any_range(void *self, uint64_t begin, uint64_t end)
{
    (void)self;
    (void)begin;
    (void)end;
    return OCK_OK;
}

ock_status ock_input_never_changes(void *self)
{
    (void)self;
    return OCK_OK;
}

ock_status ock_output_new(const ock_output_calls *calls, void *self, ock_open_file file,
                          ock_output **output)
{
    *output = calloc(1, sizeof **output);
    if (*output == NULL) {
        calls->discard(self);
        return ock_fail_memory(sizeof **output, "an output");
    }
    (*output)->calls = calls;
    (*output)->self = self;
    (*output)->file = file;
    return OCK_OK;
}

ock_status ock_output_no_commit(const ock_output_calls *calls, void *self)
{
    calls->discard(self);
    return ock_fail(OCK_INTERNAL, "an output without a name was to get one");
}
