/* SPDX-License-Identifier: MIT */
/* rest.c - reads, writes and completes inputs with repeats. */
#include "repeats/rest.h"

#include <stdlib.h>
#include <string.h>

#include "base/alive.h"

/* ---- the rest as a source and a target ---- */

static size_t part_of(const ock_rest_run *run, size_t left)
{
    return run->bytes < left ? (size_t)run->bytes : left;
}

static ock_status read_input(void *context, uint64_t at, void *bytes, size_t count)
{
    const ock_rest *rest = context;
    ock_status status = OCK_OK;
    for (size_t done = 0, part = 0; done < count && status == OCK_OK; done += part) {
        const ock_rest_run run = ock_repeats_place(rest->repeats, at + done);
        part = part_of(&run, count - done);
        status = rest->input.read_at(rest->input.context, run.offset, (char *)bytes + done, part);
    }
    return status;
}

ock_source ock_rest_source(ock_rest *rest)
{
    return (ock_source){read_input, rest};
}

static ock_status write_output(void *context, uint64_t at, const void *bytes, size_t count)
{
    const ock_rest *rest = context;
    ock_status status = OCK_OK;
    for (size_t done = 0, part = 0; done < count && status == OCK_OK; done += part) {
        const ock_rest_run run = ock_repeats_place(rest->repeats, at + done);
        part = part_of(&run, count - done);
        status = rest->output.write_at(rest->output.context, run.offset, (const char *)bytes + done,
                                       part);
    }
    return status;
}

static ock_status read_output(void *context, uint64_t at, void *bytes, size_t count)
{
    const ock_rest *rest = context;
    ock_rest reading = {.repeats = rest->repeats,
                        .input = {rest->output.read_at, rest->output.context}};
    return read_input(&reading, at, bytes, count);
}

static ock_status flush_output(void *context)
{
    const ock_rest *rest = context;
    return rest->output.flush(rest->output.context);
}

ock_target ock_rest_target(ock_rest *rest)
{
    return (ock_target){write_output, read_output, rest->output.flush != NULL ? flush_output : NULL,
                        rest};
}

/* ---- filling in ---- */

enum { BLOCK = 1 << 18 };

typedef struct filling {
    const ock_repeats *repeats;
    const ock_source *priors;
    const ock_target *output;
    uint8_t *block; /* (BLOCK) */
} filling;

/* `count` bytes at an offset of the text, on one side of where the input begins. */
static ock_status read_text(const filling *f, uint64_t at, size_t count)
{
    const uint64_t before = f->repeats->prior_bytes;
    return at < before ? f->priors->read_at(f->priors->context, at, f->block, count)
                       : f->output->read_at(f->output->context, at - before, f->block, count);
}

/* A period that is shorter than a block is read once, and made as often as the block holds it or as `wanted` bytes
 * need it. -> bytes */
static size_t repeat_period(const filling *f, size_t period, uint64_t wanted)
{
    size_t filled = period;
    while (filled < wanted && 2 * filled <= BLOCK) {
        memcpy(f->block + filled, f->block, filled);
        filled *= 2;
    }
    return filled;
}

/* The first of min(left, filled) bytes are in the block: they are written again and again. */
static ock_status write_runs(const filling *f, uint64_t at, uint64_t left, size_t filled)
{
    ock_status status = OCK_OK;
    while (left > 0 && status == OCK_OK) {
        const size_t part = left < filled ? (size_t)left : filled;
        status = f->output->write_at(f->output->context, at, f->block, part);
        at += part;
        left -= part;
        ock_alive();
    }
    return status;
}

/* The longest piece that lies before the target's missing part, and on one side of the input's beginning. */
static size_t piece_of(const filling *f, const ock_repeat *repeat, uint64_t done)
{
    const uint64_t before = f->repeats->prior_bytes, at = repeat->source + done;
    const uint64_t there = at < before ? before - at : before + repeat->target - repeat->source;
    const uint64_t left = repeat->length - done;
    const uint64_t most = left < there ? left : there;
    return most < BLOCK ? (size_t)most : BLOCK;
}

/* Whether what is missing of a repeat is more than once its period, which is short and in the input. */
static bool is_run(const filling *f, const ock_repeat *repeat, uint64_t done)
{
    const uint64_t before = f->repeats->prior_bytes;
    const uint64_t period = before + repeat->target - repeat->source;
    return repeat->source + done >= before && period <= BLOCK / 2 && period < repeat->length - done;
}

static ock_status fill_run(const filling *f, const ock_repeat *repeat, uint64_t done)
{
    const uint64_t left = repeat->length - done;
    const size_t period = (size_t)(f->repeats->prior_bytes + repeat->target - repeat->source);
    ock_status status = read_text(f, repeat->source + done, period);
    return status != OCK_OK
               ? status
               : write_runs(f, repeat->target + done, left, repeat_period(f, period, left));
}

static ock_status fill(const filling *f, const ock_repeat *repeat)
{
    ock_status status = OCK_OK;
    for (uint64_t done = 0; done < repeat->length && status == OCK_OK;) {
        if (is_run(f, repeat, done)) {
            return fill_run(f, repeat, done);
        }
        const size_t part = piece_of(f, repeat, done);
        status = read_text(f, repeat->source + done, part);
        if (status == OCK_OK) {
            status = f->output->write_at(f->output->context, repeat->target + done, f->block, part);
        }
        done += part;
        ock_alive();
    }
    return status;
}

ock_status ock_rest_fill(const ock_repeats *repeats, const ock_source *priors,
                         const ock_target *output)
{
    filling f = {repeats, priors, output, malloc(BLOCK)};
    ock_status status =
        f.block != NULL ? OCK_OK : ock_fail_memory(BLOCK, "filling in what is repeated");
    for (size_t i = 0; i < repeats->count && status == OCK_OK; i++) {
        status = fill(&f, &repeats->of[i]);
    }
    free(f.block);
    return status;
}

/* ---- checking: filling in what is there already ---- */

typedef struct comparing {
    const ock_source *text;
    uint64_t before; /* of the text, the input */
    const char *name;
    uint8_t block[BLOCK];
} comparing;

static ock_status read_there(void *context, uint64_t at, void *bytes, size_t count)
{
    const comparing *c = context;
    return c->text->read_at(c->text->context, c->before + at, bytes, count);
}

static ock_status compare(void *context, uint64_t at, const void *bytes, size_t count)
{
    comparing *c = context;
    ock_status status = read_there(c, at, c->block, count);
    if (status == OCK_OK && memcmp(bytes, c->block, count) != 0) {
        status = ock_fail(OCK_ENVIRONMENT, "%s: changed while it was read", c->name);
    }
    return status;
}

ock_status ock_rest_check(const ock_repeats *repeats, const ock_source *text, const char *name)
{
    comparing *c = malloc(sizeof *c);
    if (c == NULL) {
        return ock_fail_memory(sizeof *c, "checking what is repeated");
    }
    c->text = text;
    c->before = repeats->prior_bytes;
    c->name = name;
    const ock_target there = {compare, read_there, NULL, c};
    ock_status status = ock_rest_fill(repeats, text, &there);
    free(c);
    return status;
}
