/* SPDX-License-Identifier: MIT */
/* mixer.h - the parts that combine predictions of one bit: adaptive maps, gated mixers, secondary
 * estimation. All belong to a lane or a shard and are touched by its owner only.
 *
 * "Logit" means ln(p / (1 - p)) of P(bit is 1). */
#ifndef OCK_MIXER_H
#define OCK_MIXER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "numeric/kernels.h"

/* ---- logit of a quantised probability ---- */

enum { OCK_LOGIT_BITS = 12, OCK_NO_OPINION = 1 << OCK_LOGIT_BITS };

typedef struct ock_logits {
    float of[OCK_NO_OPINION + 1]; /* logit of (i + 0.5) / 4096; last, 0 */
} ock_logits;

void ock_logits_make(ock_logits *logits);

/* ---- adaptive map: small context -> probability ---- */

/* P in 1/2^22 in the upper 22 bits, times seen in the lower 10. */
typedef uint32_t ock_map_cell;

typedef struct ock_map_rates {
    uint16_t of[1024]; /* 65536 / (n + 1.5) */
    uint32_t limit;    /* largest n */
} ock_map_rates;

void ock_map_rates_make(ock_map_rates *rates, uint32_t limit);
ock_map_cell ock_map_cell_start(uint32_t ones, uint32_t zeros); /* P = (ones + 1/2) / (total + 1) */

/* Moves P towards the bit by 1 / (n + 1.5) of the distance, rounded down. Seen from the other end
 * (all bits inverted) a step up is a step down. */
static inline void ock_map_update(const ock_map_rates *rates, ock_map_cell *cell, uint32_t bit)
{
    const uint32_t n = *cell & 1023, end = -bit >> 10; /* of 22 bits */
    uint32_t distance = *cell >> 10 ^ end;
    distance -= (uint32_t)((uint64_t)distance * rates->of[n] >> 16);
    *cell = (distance ^ end) << 10 | (n + (n < rates->limit));
}

static inline unsigned ock_map_p12(ock_map_cell cell)
{
    return cell >> 20;
}

/* ---- gated mixing (Mattern, "Mixing strategies in data compression", 2012; lpaq) ---- */

enum {
    OCK_MIX_INPUTS = 480, /* at most */
    OCK_MIX_SETS = 32,    /* at most */
    OCK_MIX_FINALS = 2,
    OCK_FINAL_INPUTS = 32, /* OCK_MIX_SETS in whole vectors */
    OCK_LAST_INPUTS = 16   /* OCK_MIX_FINALS + 1, likewise */
};

/* How many contexts choose among the weight vectors. */
typedef struct ock_mixer_shape {
    size_t inputs; /* in use, at most OCK_MIX_INPUTS */
    size_t shared; /* so many of them are usual: the first weights are 3 / shared */
    size_t sets;   /* in use */
    size_t contexts[OCK_MIX_SETS];
    size_t final_contexts[OCK_MIX_FINALS];
} ock_mixer_shape;

/* How fast weights learn. A vector of the sets slows down as it is visited:
 * rate(v) = end + (start - end) / (1 + v / steps), v the bits it was chosen for before. */
typedef struct ock_mixer_rates {
    float start, end, steps;
    float last; /* of the last mixers */
} ock_mixer_rates;

/* The contexts of one bit, each below its number in the shape. */
typedef struct ock_mixer_choice {
    size_t context[OCK_MIX_SETS];
    size_t final_context[OCK_MIX_FINALS];
} ock_mixer_choice;

/* OCK_MIX_SETS weight vectors, each chosen by a context of its own, look at the same
 * inputs; the last mixers, chosen by further contexts, look at the sets' outputs, and the
 * mean of their logits is the prediction. Each is trained online on its own coding error:
 * w += rate * (bit - p) * input. */
typedef struct ock_mixer {
    size_t sets;                          /* in use */
    size_t width;                         /* inputs in whole vectors: floats of one weight vector */
    float *weights[OCK_MIX_SETS];         /* (contexts of the set, width) */
    uint32_t *visits[OCK_MIX_SETS];       /* (contexts of the set) bits a vector was chosen for */
    size_t final_width;                   /* sets in whole vectors */
    float *final_weights[OCK_MIX_FINALS]; /* (final contexts, final_width) */
    /* of the present bit: */
    float *selected[OCK_MIX_SETS], *final_selected[OCK_MIX_FINALS];
    uint32_t *visited[OCK_MIX_SETS];
    float input[OCK_MIX_INPUTS] __attribute__((aligned(64)));
    /* of the sets; behind them, in a vector of their own, of the last mixers and of the prediction: */
    float middle[OCK_FINAL_INPUTS + OCK_LAST_INPUTS] __attribute__((aligned(64))); /* logits */
    float p[OCK_FINAL_INPUTS + OCK_LAST_INPUTS] __attribute__((aligned(64))); /* probabilities */
} ock_mixer;

/* Logits of the last mixers, then of the prediction; and probabilities. */
static inline const float *ock_mixer_last(const ock_mixer *mixer)
{
    return mixer->middle + mixer->final_width;
}
static inline const float *ock_mixer_p_last(const ock_mixer *mixer)
{
    return mixer->p + mixer->final_width;
}

static inline float ock_mixer_probability(const ock_mixer *mixer)
{
    return ock_mixer_p_last(mixer)[OCK_MIX_FINALS];
}

ock_status ock_mixer_init(ock_mixer *mixer, const ock_mixer_shape *shape,
                          ock_arena *arena) OCK_WARN_UNUSED;

/* A mixer that is a copy of another one, and has its weights still in common with it, gets weights of its own,
 * equal ones, of which no vector was ever chosen. After a failure it is not to be used. */
ock_status ock_mixer_own(ock_mixer *mixer, const ock_mixer_shape *shape,
                         ock_arena *arena) OCK_WARN_UNUSED;

/* Logit of the mixed prediction from mixer->input. */
float ock_mixer_predict(ock_mixer *mixer, const ock_kernels *kernels,
                        const ock_mixer_choice *choice);
void ock_mixer_update(ock_mixer *mixer, const ock_kernels *kernels, unsigned bit,
                      const ock_mixer_rates *rates);

/* ---- secondary estimation: (context, logit) -> probability, interpolated ---- */

enum { OCK_APM_LIMIT = 255 }; /* largest n of a cell */

enum { OCK_APM_STEPS = 16 }; /* one cache line of cells */

typedef struct ock_apm {
    ock_map_cell *cells; /* (contexts, OCK_APM_STEPS), P at logits -8 .. 8, 16/15 apart */
    ock_map_cell *low;   /* the two cells of the present bit: low[0], low[1] */
    float weight;        /* of low[1] */
} ock_apm;

ock_status ock_apm_init(ock_apm *apm, size_t contexts, ock_arena *arena) OCK_WARN_UNUSED;
/* Hints the cache that the context comes soon. */
void ock_apm_prefetch(const ock_apm *apm, size_t context);
float ock_apm_predict(ock_apm *apm, size_t context, float logit);
void ock_apm_update(ock_apm *apm, const ock_map_rates *rates, unsigned bit);

#endif
