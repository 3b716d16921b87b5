/* SPDX-License-Identifier: MIT */
/* output.c - the calls that all outputs have, and parts of what is written. */
#include "io/file/output.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "io/file/file_io.h"
#include "io/file/input.h"
#include "io/file/variant.h"

/* ---- any output ---- */

void ock_output_discard(ock_output *output)
{
    if (output == NULL) {
        return;
    }
    output->calls->discard(output->self);
    free(output);
}

ock_status ock_output_end(ock_output *output, ock_status status)
{
    if (status == OCK_OK) {
        return ock_output_commit(output);
    }
    ock_output_discard(output);
    return status;
}

ock_open_file ock_output_file(const ock_output *output)
{
    return output->file;
}

ock_status ock_output_write(ock_output *output, uint64_t offset, const void *bytes, size_t count)
{
    return output->calls->write(output->self, offset, bytes, count);
}

ock_status ock_output_read(ock_output *output, uint64_t offset, void *bytes, size_t count)
{
    return output->calls->read(output->self, offset, bytes, count);
}

static ock_status write_target(void *context, uint64_t offset, const void *bytes, size_t count)
{
    return ock_output_write(context, offset, bytes, count);
}

static ock_status read_source(void *context, uint64_t offset, void *bytes, size_t count)
{
    return ock_output_read(context, offset, bytes, count);
}

static ock_status flush_target(void *context)
{
    return ock_output_flush(context);
}

ock_target ock_output_target(ock_output *output)
{
    return (ock_target){write_target, read_source, flush_target, output};
}

ock_source ock_output_source(ock_output *output)
{
    return (ock_source){read_source, output};
}

ock_status ock_output_flush(ock_output *output)
{
    return output->calls->flush(output->self);
}

void ock_output_copy_attributes(ock_output *output, const ock_input *input)
{
    output->has_like = input->opened != NULL;
    if (output->has_like) {
        output->like = *input->opened;
    }
}

void ock_output_report_to(ock_output *output, const ock_report *report)
{
    output->report = report;
}

ock_status ock_output_commit(ock_output *output)
{
    ock_status status = output->calls->commit(output->self, output->has_like ? &output->like : NULL,
                                              output->report);

    free(output);
    return status;
}

/* ---- a part of what is written ---- */

typedef struct part_output {
    ock_output *whole; /* the file that the part makes */
    uint64_t begin, end;
} part_output;

static ock_status part_write(void *self, uint64_t offset, const void *bytes, size_t count)
{
    const part_output *part = self;
    const uint64_t from = offset > part->begin ? offset : part->begin;
    const uint64_t to = offset + count < part->end ? offset + count : part->end;

    if (from >= to) {
        return OCK_OK;
    }
    return ock_output_write(part->whole, from - part->begin,
                            (const uint8_t *)bytes + (from - offset), (size_t)(to - from));
}

static ock_status part_read(void *self, uint64_t offset, void *bytes, size_t count)
{
    const part_output *part = self;

    if (offset < part->begin || offset > part->end || count > part->end - offset) {
        return ock_fail(OCK_INTERNAL, "read outside the part that was written");
    }
    return ock_output_read(part->whole, offset - part->begin, bytes, count);
}

static ock_status part_flush(void *self)
{
    const part_output *part = self;

    return ock_output_flush(part->whole);
}

/* The file that the whole came from does not lend a part of it its mode and times. */
static ock_status part_commit(void *self, const struct stat *like, const ock_report *report)
{
    part_output *part = self;
    ock_status status = OCK_OK;

    (void)like;
    ock_output_report_to(part->whole, report);
    status = ock_output_commit(part->whole);
    free(part);
    return status;
}

static void part_discard(void *self)
{
    part_output *part = self;

    ock_output_discard(part->whole);
    free(part);
}

static const ock_output_calls part_calls = {part_write, part_read, part_flush, part_commit,
                                            part_discard};

ock_status ock_output_create_part(const char *target, bool force, ock_access access, uint64_t begin,
                                  uint64_t end, ock_output **output)
{
    part_output *part = calloc(1, sizeof *part);
    ock_status status = OCK_OK;

    *output = NULL;
    if (part == NULL) {
        return ock_fail_memory(sizeof *part, "an output file");
    }
    status = ock_output_create_for(target, force, access, &part->whole);
    if (status != OCK_OK) {
        free(part);
        return status;
    }
    part->begin = begin;
    part->end = end;
    return ock_output_new(&part_calls, part, ock_output_file(part->whole), output);
}
