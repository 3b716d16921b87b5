/* SPDX-License-Identifier: MIT */
/* embedding.c - byte embedding and hashed embeddings of contexts, with row-wise Adagrad. */
#include "network/embedding.h"

#include <stdbool.h>
#include <string.h>

#include "network/tensors.h"
#include "numeric/rng.h"

static const uint64_t hash_multiplier = 0x9E3779B97F4A7C15u; /* 2^64 / golden ratio, odd */

static uint32_t slices(const ock_embedding *e)
{
    return e->orders + e->features;
}

ock_status ock_embedding_init(ock_embedding *e, const ock_kernels *kernels,
                              const ock_config *config, ock_arena *arena)
{
    const float byte_scale = 0.1f;
    e->kernels = kernels;
    e->width = config->width;
    e->order_min = config->order_min;
    e->orders = config->order_max - config->order_min + 1;
    e->features = config->features;
    e->slice = config->width / slices(e);
    e->bits = config->ngram_bits;
    e->byte_rate = config->byte_rate;
    e->ngram_rate = config->embed_rate;
    size_t rows = (size_t)slices(e) << e->bits;
    const ock_arena_part parts[] = {{&e->byte_rows, (size_t)256 * e->width, sizeof(float)},
                                    {&e->byte_accumulators, 256, sizeof(float)},
                                    {&e->rows, rows * e->slice, sizeof(float)},
                                    {&e->accumulators, rows, sizeof(float)}};
    ock_status status =
        ock_arena_take_parts(arena, parts, OCK_PARTS(parts), "the embedding tables");
    if (status != OCK_OK) {
        return status;
    }
    for (size_t i = 0; i < (size_t)256 * e->width; i++) {
        e->byte_rows[i] = byte_scale * ock_rng_uniform(config->seed, OCK_TENSOR_BYTES, i);
    }
    return OCK_OK;
}

static size_t row_number(const ock_embedding *e, uint32_t slice, uint64_t hash)
{
    return ((size_t)slice << e->bits) + (size_t)((hash * hash_multiplier) >> (64 - e->bits));
}

/* The hash of order o extends that of order o - 1 by one older symbol. */
static void ngram_rows(const ock_embedding *e, const uint8_t *next, size_t row[])
{
    uint64_t hash = 0;
    uint32_t first = e->order_min;
    for (uint32_t order = 1; order < first + e->orders; order++) {
        hash = (hash + next[-(int)order] + 1) * hash_multiplier;
        hash ^= hash >> 29;
        if (order >= first) {
            row[order - first] = row_number(e, order - first, hash);
        }
    }
}

static bool is_letter(uint8_t symbol)
{
    uint8_t lower = symbol | 32;
    return (lower >= 'a' && lower <= 'z') || symbol >= 128;
}

/* Hash of the letters that end at next[-*back], read backwards; *back moves past them. 0: none. */
static uint64_t word_before(const uint8_t *next, int *back)
{
    uint64_t hash = 0;
    for (; *back <= OCK_MAX_ORDER && is_letter(next[-*back]); ++*back) {
        hash = (hash + (next[-*back] | 32) + 1) * hash_multiplier;
    }
    return hash;
}

static void skip_others(const uint8_t *next, int *back)
{
    while (*back <= OCK_MAX_ORDER && !is_letter(next[-*back])) {
        ++*back;
    }
}

static void feature_rows(const ock_embedding *e, const uint8_t *next, size_t row[])
{
    uint64_t word[3], feature[OCK_FEATURES];
    int back = 1;
    for (int i = 0; i < 3; i++) {
        word[i] = word_before(next, &back);
        skip_others(next, &back);
    }
    feature[OCK_FEATURE_WORD] = word[0] + next[-1];
    feature[OCK_FEATURE_WORD_PREVIOUS] = 3 * word[0] + word[1];
    feature[OCK_FEATURE_PREVIOUS] = 5 * word[1] + next[-1];
    feature[OCK_FEATURE_SKIP2] = (uint64_t)next[-2] << 8 | next[-3];
    feature[OCK_FEATURE_SKIP3] = (uint64_t)next[-2] << 16 | (uint64_t)next[-3] << 8 | next[-4];
    feature[OCK_FEATURE_TRIGRAM] = 7 * word[0] + 11 * word[1] + word[2];
    for (uint32_t f = 0; f < e->features; f++) {
        uint64_t hash = (feature[f] ^ feature[f] >> 29) * hash_multiplier;
        row[e->orders + f] = row_number(e, e->orders + f, hash ^ hash >> 31);
    }
}

void ock_embedding_rows(const ock_embedding *e, const uint8_t *next, size_t rows[OCK_MAX_SLICES])
{
    ngram_rows(e, next, rows);
    if (e->features > 0) {
        feature_rows(e, next, rows);
    }
}

void ock_embedding_lookup(const ock_embedding *e, const uint8_t *next, float *x)
{
    size_t row[OCK_MAX_SLICES];
    ock_embedding_rows(e, next, row);
    memcpy(x, e->byte_rows + (size_t)next[-1] * e->width, e->width * sizeof *x);
    for (uint32_t o = 0; o < slices(e); o++) {
        e->kernels->add(e->slice, e->rows + row[o] * e->slice, x + (size_t)o * e->slice);
    }
}

/* Which member updates a row: neighbours go to different ones. */
static bool is_mine(const ock_worker *me, size_t row)
{
    return (row * hash_multiplier >> 32) * me->count >> 32 == me->index;
}

void ock_embedding_update(ock_embedding *e, const ock_worker *me, const uint8_t *next,
                          const size_t *rows, const float *gradient)
{
    const uint8_t last = next[-1];
    if (is_mine(me, last)) {
        e->kernels->adagrad_row(e->width, e->byte_rate, gradient, e->byte_accumulators + last,
                                e->byte_rows + (size_t)last * e->width);
    }
    for (uint32_t o = 0; o < slices(e); o++) {
        if (is_mine(me, rows[o])) {
            e->kernels->adagrad_row(e->slice, e->ngram_rate, gradient + (size_t)o * e->slice,
                                    e->accumulators + rows[o], e->rows + rows[o] * e->slice);
        }
    }
}

static void prefetch_row(const ock_embedding *e, size_t row)
{
    enum { FLOATS_PER_LINE = 16 };
    __builtin_prefetch(e->accumulators + row);
    for (uint32_t i = 0; i < e->slice; i += FLOATS_PER_LINE) {
        __builtin_prefetch(e->rows + row * e->slice + i);
    }
}

void ock_embedding_prefetch(const ock_embedding *e, const uint8_t *next)
{
    size_t row[OCK_MAX_SLICES];
    ock_embedding_rows(e, next, row);
    for (uint32_t o = 0; o < slices(e); o++) {
        prefetch_row(e, row[o]);
    }
}

void ock_embedding_prefetch_update(const ock_embedding *e, const ock_worker *me, const size_t *rows)
{
    for (uint32_t o = 0; o < slices(e); o++) {
        if (is_mine(me, rows[o])) {
            prefetch_row(e, rows[o]);
        }
    }
}

void ock_embedding_state(const ock_embedding *e, ock_state_visitor *visitor)
{
    size_t rows = (size_t)slices(e) << e->bits;
    const ock_state_part parts[] = {
        {"embedding.byte_rows", OCK_HELD_BY_WORKERS, 0, sizeof(float), (size_t)256 * e->width,
         e->byte_rows},
        {"embedding.byte_accumulators", OCK_HELD_BY_WORKERS, 0, sizeof(float), 256,
         e->byte_accumulators},
        {"embedding.rows", OCK_HELD_BY_WORKERS, 0, sizeof(float), rows * e->slice, e->rows},
        {"embedding.accumulators", OCK_HELD_BY_WORKERS, 0, sizeof(float), rows, e->accumulators}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        ock_state_show(visitor, &parts[i]);
    }
}
