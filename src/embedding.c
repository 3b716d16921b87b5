/* embedding.c - byte and hashed n-gram embeddings with row-wise Adagrad. */
#include "embedding.h"

#include <string.h>

#include "rng.h"
#include "tensors.h"

static const uint64_t hash_multiplier = 0x9E3779B97F4A7C15u; /* 2^64 / golden ratio, odd */

ock_status ock_embedding_init(ock_embedding *e, const ock_kernels *kernels,
                              const ock_config *config, ock_arena *arena)
{
    const float byte_scale = 0.1f;
    e->kernels = kernels;
    e->width = config->width;
    e->order_min = config->order_min;
    e->orders = config->order_max - config->order_min + 1;
    e->slice = config->width / e->orders;
    e->bits = config->ngram_bits;
    e->byte_rate = config->byte_rate;
    e->ngram_rate = config->embed_rate;
    size_t rows = (size_t)e->orders << e->bits;
    const ock_arena_part parts[] = {{&e->byte_rows, (size_t)256 * e->width, sizeof(float)},
                                    {&e->byte_accumulators, 256, sizeof(float)},
                                    {&e->rows, rows * e->slice, sizeof(float)},
                                    {&e->accumulators, rows, sizeof(float)}};
    ock_status status =
        ock_arena_take_parts(arena, parts, OCK_PARTS(parts), "the embedding tables");
    if (status != OCK_OK)
        return status;
    for (size_t i = 0; i < (size_t)256 * e->width; i++)
        e->byte_rows[i] = byte_scale * ock_rng_uniform(config->seed, OCK_TENSOR_BYTES, i);
    return OCK_OK;
}

/* Row numbers, over all orders, of the n-grams that end at next[-1]. The hash of order o extends
 * that of order o - 1 by one older symbol. */
static void row_numbers(const ock_embedding *e, const uint8_t *next, size_t row[OCK_MAX_ORDER])
{
    uint64_t hash = 0;
    uint32_t first = e->order_min;
    for (uint32_t order = 1; order < first + e->orders; order++) {
        hash = (hash + next[-(int)order] + 1) * hash_multiplier;
        hash ^= hash >> 29;
        if (order >= first)
            row[order - first] = ((size_t)(order - first) << e->bits) +
                                 (size_t)((hash * hash_multiplier) >> (64 - e->bits));
    }
}

void ock_embedding_lookup(const ock_embedding *e, const uint8_t *next, float *x)
{
    size_t row[OCK_MAX_ORDER];
    row_numbers(e, next, row);
    memcpy(x, e->byte_rows + (size_t)next[-1] * e->width, e->width * sizeof *x);
    for (uint32_t o = 0; o < e->orders; o++)
        e->kernels->add(e->slice, e->rows + row[o] * e->slice, x + (size_t)o * e->slice);
}

void ock_embedding_update(ock_embedding *e, const uint8_t *next, const float *gradient)
{
    size_t row[OCK_MAX_ORDER];
    row_numbers(e, next, row);
    uint8_t last = next[-1];
    e->kernels->adagrad_row(e->width, e->byte_rate, gradient, e->byte_accumulators + last,
                            e->byte_rows + (size_t)last * e->width);
    for (uint32_t o = 0; o < e->orders; o++)
        e->kernels->adagrad_row(e->slice, e->ngram_rate, gradient + (size_t)o * e->slice,
                                e->accumulators + row[o], e->rows + row[o] * e->slice);
}

void ock_embedding_prefetch(const ock_embedding *e, const uint8_t *next)
{
    enum { FLOATS_PER_LINE = 16 };
    size_t row[OCK_MAX_ORDER];
    row_numbers(e, next, row);
    for (uint32_t o = 0; o < e->orders; o++) {
        __builtin_prefetch(e->accumulators + row[o]);
        for (uint32_t i = 0; i < e->slice; i += FLOATS_PER_LINE)
            __builtin_prefetch(e->rows + row[o] * e->slice + i);
    }
}

void ock_embedding_state(const ock_embedding *e, ock_state_visitor *visitor)
{
    size_t rows = (size_t)e->orders << e->bits;
    const ock_state_part parts[] = {
        {"embedding.byte_rows", OCK_HELD_BY_WORKERS, 0, sizeof(float), (size_t)256 * e->width,
         e->byte_rows},
        {"embedding.byte_accumulators", OCK_HELD_BY_WORKERS, 0, sizeof(float), 256,
         e->byte_accumulators},
        {"embedding.rows", OCK_HELD_BY_WORKERS, 0, sizeof(float), rows * e->slice, e->rows},
        {"embedding.accumulators", OCK_HELD_BY_WORKERS, 0, sizeof(float), rows, e->accumulators}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        ock_state_show(visitor, &parts[i]);
}
