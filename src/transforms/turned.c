/* SPDX-License-Identifier: MIT */
/* turned.c - reads, writes and restores streams with transforms. */
#include "transforms/turned.h"

#include <string.h>

#include "base/alive.h"
#include "transforms/transform_branch.h"
#include "transforms/transform_text.h"

static size_t least(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

/* ---- spans ---- */

/* Block by block, of which each is rewritten as a whole. */
static ock_status read_code(const ock_transform *t, const ock_source *stream, uint64_t within,
                            uint8_t *bytes, size_t count)
{
    uint8_t block[OCK_TRANSFORM_BLOCK];
    ock_status status = OCK_OK;
    for (size_t part = 0; count > 0 && status == OCK_OK; bytes += part, within += part) {
        const size_t before = (size_t)(within % OCK_TRANSFORM_BLOCK);
        const uint64_t begin = within - before;
        const size_t filled = least(t->length - begin, sizeof block);
        part = least(count, filled - before);
        status = stream->read_at(stream->context, t->begin + begin, block, filled);
        ock_branches_turn(t->kind, begin, block, filled, true);
        memcpy(bytes, block + before, part);
        count -= part;
    }
    return status;
}

static ock_status read_stream(void *context, uint64_t at, void *bytes, size_t count)
{
    const ock_turned *turned = context;
    const ock_source *stream = &turned->stream;
    ock_status status = OCK_OK;
    for (size_t done = 0, part = 0; done < count && status == OCK_OK; done += part) {
        const ock_made_place place = ock_transforms_place(turned->list, at + done);
        uint8_t *to = (uint8_t *)bytes + done;
        part = least(place.bytes, count - done);
        if (place.in == NULL) {
            status = stream->read_at(stream->context, place.within, to, part);
        } else if (place.in->kind <= OCK_WRAPPED) {
            status = ock_text_read(place.in, stream, place.within, to, part);
        } else {
            status = read_code(place.in, stream, place.within, to, part);
        }
    }
    return status;
}

ock_source ock_turned_source(ock_turned *turned)
{
    return (ock_source){read_stream, turned};
}

/* ---- the target ---- */

/* One or the other: `read` is NULL, or `write`. */
static ock_status pass(const ock_turned *turned, uint64_t at, size_t count, uint8_t *read,
                       const uint8_t *write)
{
    const ock_target *output = &turned->output;
    ock_status status = OCK_OK;
    for (size_t done = 0, part = 0; done < count && status == OCK_OK; done += part) {
        const ock_made_place place = ock_transforms_place(turned->list, at + done);
        const uint64_t offset = place.within + (place.in != NULL ? place.in->begin : 0);
        part = least(place.bytes, count - done);
        status = read != NULL ? output->read_at(output->context, offset, read + done, part)
                              : output->write_at(output->context, offset, write + done, part);
    }
    return status;
}

static ock_status write_output(void *context, uint64_t at, const void *bytes, size_t count)
{
    return pass(context, at, count, NULL, bytes);
}

static ock_status read_output(void *context, uint64_t at, void *bytes, size_t count)
{
    return pass(context, at, count, bytes, NULL);
}

static ock_status flush_output(void *context)
{
    const ock_turned *turned = context;
    return turned->output.flush(turned->output.context);
}

ock_target ock_turned_target(ock_turned *turned)
{
    return (ock_target){write_output, read_output,
                        turned->output.flush != NULL ? flush_output : NULL, turned};
}

/* ---- restoring ---- */

static ock_status restore_code(const ock_transform *t, const ock_source *made,
                               const ock_target *stream)
{
    uint8_t block[OCK_TRANSFORM_BLOCK];
    ock_status status = OCK_OK;
    for (uint64_t at = 0; at < t->length && status == OCK_OK; at += sizeof block) {
        const size_t count = least(t->length - at, sizeof block);
        status = made->read_at(made->context, at, block, count);
        if (status == OCK_OK) {
            ock_branches_turn(t->kind, at, block, count, false);
            status = stream->write_at(stream->context, t->begin + at, block, count);
        }
        ock_alive();
    }
    return status;
}

/* What stands for a span, at offsets within that. */
typedef struct made_part {
    ock_source source;
    uint64_t begin; /* there */
} made_part;

static ock_status read_part(void *context, uint64_t at, void *bytes, size_t count)
{
    const made_part *part = context;
    return part->source.read_at(part->source.context, part->begin + at, bytes, count);
}

static ock_status restore(const ock_transform *t, made_part *part, const ock_target *stream)
{
    const ock_source made = {read_part, part};
    return t->kind <= OCK_WRAPPED ? ock_text_restore(t, &made, stream)
                                  : restore_code(t, &made, stream);
}

ock_status ock_turned_restore(const ock_transforms *list, const ock_target *output)
{
    made_part part = {.source = {output->read_at, output->context}};
    ock_status status = OCK_OK;
    for (size_t i = 0; i < list->count && status == OCK_OK; i++) {
        part.begin = list->of[i].begin;
        status = restore(&list->of[i], &part, output);
    }
    return status;
}

/* ---- checking: restoring what is there already ---- */

typedef struct comparing {
    const ock_source *stream;
    const char *name;
} comparing;

static ock_status compare(void *context, uint64_t at, const void *bytes, size_t count)
{
    const comparing *c = context;
    uint8_t there[4096];
    ock_status status = OCK_OK;
    for (size_t done = 0, part = 0; done < count && status == OCK_OK; done += part) {
        part = least(count - done, sizeof there);
        status = c->stream->read_at(c->stream->context, at + done, there, part);
        if (status == OCK_OK && memcmp((const char *)bytes + done, there, part) != 0) {
            status = ock_fail(OCK_ENVIRONMENT, "%s: changed while it was read", c->name);
        }
    }
    return status;
}

ock_status ock_turned_check(const ock_transforms *list, const ock_source *stream, const char *name)
{
    comparing c = {stream, name};
    ock_turned turned = {.list = list, .stream = *stream};
    made_part part = {.source = ock_turned_source(&turned)};
    const ock_target there = {compare, NULL, NULL, &c};
    ock_status status = OCK_OK;
    for (size_t i = 0; i < list->count && status == OCK_OK; i++) {
        part.begin = list->of[i].begin - list->of[i].saved;
        status = restore(&list->of[i], &part, &there);
    }
    return status;
}
