/* SPDX-License-Identifier: MIT */
/* embedding.h - the network's input: a byte embedding plus hashed embeddings of contexts.
 *
 * x = byte_row[last symbol]  (width floats)
 *   + the concatenation of one row for each context  (slice floats each): the n-grams of the last
 *     order_min .. order_max symbols, then the first `features` of the list below
 *
 * Rows are trained by row-wise Adagrad, one update per occurrence, in the global order (position,
 * then lane), by every rank on its own replica. */
#ifndef OCK_EMBEDDING_H
#define OCK_EMBEDDING_H

#include <stdint.h>

#include "base/arena.h"
#include "base/state.h"
#include "base/status.h"
#include "numeric/kernels.h"
#include "plan/config.h"
#include "plan/limits.h"
#include "threads/team.h"

/* Contexts beyond n-grams, in the order in which they are taken in. Words are runs of letters,
 * capitals the same as small ones. */
enum {
    OCK_FEATURE_WORD,          /* the word so far and the newest symbol */
    OCK_FEATURE_WORD_PREVIOUS, /* the word so far and the one before */
    OCK_FEATURE_PREVIOUS,      /* the word before and the newest symbol */
    OCK_FEATURE_SKIP2,         /* the second and third newest symbol */
    OCK_FEATURE_SKIP3,         /* the second to fourth */
    OCK_FEATURE_TRIGRAM,       /* the word so far and the two before */
    OCK_FEATURES
};

_Static_assert((int)OCK_FEATURES == (int)OCK_MAX_FEATURES, "the configuration knows how many");

enum { OCK_MAX_SLICES = OCK_MAX_NGRAM + OCK_FEATURES };

typedef struct ock_embedding {
    const ock_kernels *kernels;
    uint32_t width, slice, order_min, orders, features, bits;
    float byte_rate, ngram_rate;
    float *byte_rows;         /* (256, width) */
    float *byte_accumulators; /* (256) sums of mean squared gradients */
    float *rows;              /* (orders + features, 2^bits, slice), zero at the start */
    float *accumulators;      /* (orders + features, 2^bits) */
} ock_embedding;

/* Memory belongs to the arena. Not collective. */
ock_status ock_embedding_init(ock_embedding *embedding, const ock_kernels *kernels,
                              const ock_config *config, ock_arena *arena) OCK_WARN_UNUSED;

/* x:(width) for the position after next[-1]; next[-OCK_MAX_ORDER .. -1] are
 * the symbols before it. */
void ock_embedding_lookup(const ock_embedding *embedding, const uint8_t *next, float *x);

/* Rows that lookup(next) reads, the byte's apart: one of each slice, numbered over all slices. */
void ock_embedding_rows(const ock_embedding *embedding, const uint8_t *next,
                        size_t rows[OCK_MAX_SLICES]);

/* One Adagrad update of every row that lookup(next) read, by the gradient of x:(width); rows: their
 * numbers. Of a team each member updates the rows that are its part, all in the same order. */
void ock_embedding_update(ock_embedding *embedding, const ock_worker *me, const uint8_t *next,
                          const size_t *rows, const float *gradient);
/* Hints the cache that this comes soon. Changes nothing. */
void ock_embedding_prefetch_update(const ock_embedding *embedding, const ock_worker *me,
                                   const size_t *rows);

/* Shows rows and accumulators: held by the ranks that train. */
void ock_embedding_state(const ock_embedding *embedding, ock_state_visitor *visitor);

/* Hints the cache that lookup at `next` comes soon. Changes nothing. */
void ock_embedding_prefetch(const ock_embedding *embedding, const uint8_t *next);

#endif
