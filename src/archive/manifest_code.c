/* SPDX-License-Identifier: MIT */
/* manifest_code.c - a list of files, coded by the mixing stage alone. */
#include "archive/manifest_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alive.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "coder/coder.h"
#include "mixing/mixing.h"

enum { LENGTH_BYTES = 8, HEAD_BYTES = LENGTH_BYTES + OCK_DIGEST_BYTES };

/* One lane of symbols and what predicts them. */
typedef struct stage {
    ock_plan plan;
    ock_mixing *mixing;
    ock_arena arena;
    ock_history history;
    size_t t; /* position within the step */
} stage;

static ock_status stage_open(stage *s, ock_memory *memory, const ock_kernels *kernels, size_t count)
{
    ock_wishes wishes = {.level = 1, .lanes = 1, .shards = 1};
    ock_status status = ock_config_level(wishes.level, &wishes.config);

    memset(s, 0, sizeof *s);
    ock_arena_init(&s->arena, memory);
    if (status == OCK_OK) {
        status = ock_plan_make(count, &wishes, &s->plan);
    }
    if (status != OCK_OK) {
        return status;
    }
    s->history.lanes = 1;
    s->history.step = s->plan.config.step;
    status = ock_arena_take(&s->arena, 1, OCK_MAX_ORDER + s->history.step, "a list of files",
                            (void **)&s->history.rows);
    if (status == OCK_OK) {
        const ock_share share = ock_share_of(&s->plan.map, 1, 0);
        status = ock_mixing_new(memory, kernels, &s->plan, &share, &s->mixing);
    }
    return status;
}

static void stage_close(stage *s)
{
    ock_mixing_free(s->mixing);
    ock_arena_free(&s->arena);
}

/* The symbol is known: the stage learns it. */
static void stage_learn(stage *s, uint8_t symbol)
{
    *ock_history_at(&s->history, 0, s->t) = symbol;
    ock_mixing_learn(s->mixing, &s->history, s->t, 1);
    if (++s->t < s->history.step) {
        return;
    }
    ock_history_advance(&s->history);
    s->t = 0;
    ock_alive();
}

/* ---- encoding ---- */

static ock_status to_stream(void *context, const uint8_t *bytes, size_t count)
{
    return fwrite(bytes, 1, count, context) == count
               ? OCK_OK
               : ock_fail_memory(count, "the code of the list of files");
}

static ock_status encode(stage *s, const ock_manifest *manifest, FILE *to)
{
    ock_encoder encoder;
    ock_status status = OCK_OK;

    ock_encoder_start(&encoder);
    for (size_t i = 0; i < manifest->count && status == OCK_OK; i++) {
        ock_choice choice = {.symbol = manifest->bytes[i]};
        status = ock_mixing_code(s->mixing, 0, NULL, &choice);
        if (status == OCK_OK) {
            status = ock_encoder_put(&encoder, choice.interval, to_stream, to);
        }
        if (status == OCK_OK) {
            stage_learn(s, choice.symbol);
        }
    }
    return status != OCK_OK ? status : ock_encoder_finish(&encoder, to_stream, to);
}

const uint8_t *ock_manifest_named(const uint8_t *value, size_t count)
{
    return count < HEAD_BYTES ? NULL : value + LENGTH_BYTES;
}

void ock_manifest_digest(const ock_manifest *manifest, uint8_t digest[OCK_DIGEST_BYTES])
{
    ock_digest running;

    ock_digest_start(&running);
    ock_digest_update(&running, manifest->bytes, manifest->count);
    ock_digest_finish(&running, digest);
}

static ock_status put_head(const ock_manifest *manifest, FILE *to)
{
    uint8_t head[HEAD_BYTES];

    ock_put_le(head, manifest->count, LENGTH_BYTES);
    ock_manifest_digest(manifest, head + LENGTH_BYTES);
    return to_stream(to, head, sizeof head);
}

ock_status ock_manifest_encode(ock_memory *memory, const ock_kernels *kernels,
                               const ock_manifest *manifest, ock_manifest *value)
{
    char *bytes = NULL;
    stage s;
    *value = (ock_manifest){NULL, 0};
    FILE *to = open_memstream(&bytes, &value->count);
    ock_status status = stage_open(&s, memory, kernels, manifest->count);

    if (status == OCK_OK && to == NULL) {
        status = ock_fail_memory(manifest->count, "the code of the list of files");
    }
    if (status == OCK_OK) {
        status = put_head(manifest, to);
    }
    if (status == OCK_OK) {
        status = encode(&s, manifest, to);
    }
    if (to != NULL && fclose(to) != 0 && status == OCK_OK) {
        status = ock_fail_memory(manifest->count, "the code of the list of files");
    }
    stage_close(&s);
    if (status == OCK_OK) {
        value->bytes = (uint8_t *)bytes;
    } else {
        free(bytes);
    }
    return status;
}

/* ---- decoding ---- */

static ock_status decode(stage *s, ock_coded *code, const ock_manifest *manifest)
{
    ock_decoder decoder;
    ock_status status = ock_decoder_start(&decoder, ock_coded_read, code);

    for (size_t i = 0; i < manifest->count && status == OCK_OK; i++) {
        ock_choice choice = {.decode = true};
        status = ock_decoder_target(&decoder, &choice.target);
        if (status == OCK_OK) {
            status = ock_mixing_code(s->mixing, 0, NULL, &choice);
        }
        if (status == OCK_OK) {
            status = ock_decoder_take(&decoder, choice.interval);
        }
        if (status != OCK_OK) {
            return status;
        }
        manifest->bytes[i] = choice.symbol;
        stage_learn(s, choice.symbol);
    }
    return status != OCK_OK ? status : ock_decoder_finish(&decoder);
}

/* manifest: its length is known, its memory there. */
static ock_status decode_value(ock_memory *memory, const ock_kernels *kernels, const uint8_t *value,
                               size_t count, const char *name, const ock_manifest *manifest)
{
    ock_coded code = {value + HEAD_BYTES, count - HEAD_BYTES};
    uint8_t digest[OCK_DIGEST_BYTES];
    stage s;
    ock_status status = stage_open(&s, memory, kernels, manifest->count);

    if (status == OCK_OK) {
        status = decode(&s, &code, manifest);
    }
    stage_close(&s);
    if (status != OCK_OK) {
        return status;
    }
    ock_manifest_digest(manifest, digest);
    if (memcmp(digest, value + LENGTH_BYTES, sizeof digest) != 0) {
        status = ock_fail(OCK_BAD_DATA, "%s: the list of files does not match its digest", name);
    }
    return status;
}

ock_status ock_manifest_decode(ock_memory *memory, const ock_kernels *kernels, const uint8_t *value,
                               size_t count, const char *name, ock_manifest *manifest,
                               ock_manifest_totals *totals)
{
    const uint64_t length = count < HEAD_BYTES ? UINT64_MAX : ock_get_le(value, LENGTH_BYTES);
    ock_status status = OCK_OK;

    *manifest = (ock_manifest){NULL, 0};
    if (length > OCK_MANIFEST_MAX_BYTES) {
        return ock_fail(OCK_BAD_DATA, "%s: the list of files has an impossible length", name);
    }
    manifest->count = (size_t)length;
    manifest->bytes = malloc(manifest->count + 1);
    if (manifest->bytes == NULL) {
        status = ock_fail_memory(manifest->count, "the list of files");
    }
    if (status == OCK_OK) {
        status = decode_value(memory, kernels, value, count, name, manifest);
    }
    if (status == OCK_OK) {
        status = ock_manifest_check(manifest, name, totals);
    }
    if (status == OCK_OK) {
        return OCK_OK;
    }
    free(manifest->bytes);
    *manifest = (ock_manifest){NULL, 0};
    return status;
}
