/* SPDX-License-Identifier: MIT */
/* config.h - every number of the model, as one flat record that is written to the file.
 *
 * A configuration is a level's defaults, changed by `--set name=value`. It is stored as text lines
 * "name=value", integers in decimal, floats as the 32 bits of their IEEE form, so that reading it
 * back involves no rounding and no locale. */
#ifndef OCK_CONFIG_H
#define OCK_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "plan/lane_map.h"

enum { OCK_CONTRACT_VERSION = 5, OCK_LEVEL_MIN = 1, OCK_LEVEL_MAX = 9, OCK_LEVEL_DEFAULT = 5 };

enum {
    OCK_MARK_AT_END = 1 << 30, /* of mark_steps: one digest of the state, after the last step */
    OCK_MAX_MARKS = 1 << 16    /* so many digests fit in any memory; more are refused */
};

/* 0 layers are possible, so what stands for "by length" is the first number that --set and files can't have. */
enum { OCK_MAX_LAYERS = 1024, OCK_LAYERS_BY_LENGTH };

/* The names are those of --set. Fields marked (auto) may be 0 before ock_plan_make, which then
 * derives them from the input's length. Every field is 32 bits wide. */
typedef struct ock_config {
    uint32_t seed;
    uint32_t step; /* T: symbols a lane advances between two optimiser updates; 0: by length */

    /* network */
    uint32_t network;    /* 1: on, 0: the mixing stage works alone */
    uint32_t layers;     /* of the kind `layer` (layer.h); OCK_LAYERS_BY_LENGTH (auto) */
    uint32_t width;      /* floats a position; multiple of 32 and of 16 * (orders + features) */
    uint32_t order_min;  /* hashed n-gram embeddings of orders order_min .. order_max, */
    uint32_t order_max;  /* and of further contexts (embedding.h), */
    uint32_t features;   /* so many; width / (their number) floats each */
    uint32_t ngram_bits; /* log2 of rows of each one's table (auto) */
    float rate;          /* Adam's learning rate at the start */
    float rate_end;      /* and far along; rate(s) = end + (start - end) / (1 + s / rate_steps) */
    float rate_steps;
    float beta1, beta2;
    float epsilon;     /* for the gradient summed over lanes and positions, not averaged */
    float embed_rate;  /* row-wise Adagrad's rate of hashed rows */
    float byte_rate;   /* and of the byte embedding */
    float sleep_below; /* bits a symbol: lanes that cost less of late do without the network */

    /* mixing stage */
    uint32_t mixing;      /* 1: on, 0: the network's distribution is coded as it is */
    uint32_t table_bits;  /* log2 of 64-byte lines of each group's counter table (auto) */
    uint32_t match_bits;  /* log2 of entries of a match index, and of the history (auto) */
    uint32_t match_min;   /* symbols hashed into the first match index */
    uint32_t match_long;  /* and into the second */
    uint32_t contexts;    /* how many of the hashed contexts are in use (contexts.h) */
    uint32_t sets;        /* of mixer weights, each chosen by a context of its own (selectors.c) */
    uint32_t estimations; /* secondary ones */
    uint32_t easy_after;  /* a symbol is easy when a long match was right for so many; 0: never */
    uint32_t counter_limit; /* adaptive rate of counters falls to 1 / counter_limit */
    uint32_t history_limit; /* the same for the maps of bit histories */
    float mix_rate;     /* mixer weights: rate(v) = end + (start - end) / (1 + v / mix_steps), */
    float mix_rate_end; /* v in visits of the weight vector */
    float mix_steps;
    float final_rate; /* weights of the last mixer */

    uint32_t light_after; /* symbols that repeat before steps are skipped (regular.h); 0: never */
    uint32_t repeats;     /* shortest repeat that a reference replaces (repeats.h); 0: none is */
    uint32_t transforms;  /* kinds of spans that may be rewritten: a bit each (transforms.h) */

    uint32_t mark_steps; /* steps between two digests of the state (chain.h; auto) */

    uint32_t layer;  /* ock_layer_choice */
    uint32_t window; /* positions that a transformer layer attends to; 0: OCK_USUAL_WINDOW */
    uint32_t orders; /* not 0: the mixing stage counts in the last 0 .. orders symbols alone */

    uint32_t optimiser;  /* of hidden matrices: ock_optimiser_choice; all else is moved by Adam */
    float momentum;      /* OCK_MUON's, as what follows */
    float muon_gain;     /* its rate: so many times Adam's */
    uint32_t muon_block; /* columns it makes orthogonal together, at most; 0: as many as can be */
    uint32_t muon_every; /* steps from one of its updates to the next (auto) */
    uint32_t muon_turns; /* of Newton and Schulz's iteration */
} ock_config;

/* What the network's layers are. The numbers stand in files. */
typedef enum ock_layer_choice {
    OCK_LAYER_RECURRENT,
    OCK_LAYER_NONE, /* n-gram embeddings straight into the softmax, whatever `layers` says */
    OCK_LAYER_LSTM,
    OCK_LAYER_TRANSFORMER,
    OCK_LAYER_SSM,
    OCK_LAYER_CHOICES
} ock_layer_choice;

enum { OCK_USUAL_WINDOW = 64 };

/* To how many positions a transformer layer attends. */
static inline uint32_t ock_config_window(const ock_config *config)
{
    return config->window != 0 ? config->window : OCK_USUAL_WINDOW;
}

/* "recurrent", "none", "lstm", "transformer", "ssm": as --set layer= takes it. */
const char *ock_layer_name(uint32_t layer);

/* How many layers the network has. */
static inline uint32_t ock_config_layers(const ock_config *config)
{
    return config->layer == OCK_LAYER_NONE ? 0 : config->layers;
}

/* What moves the network's hidden matrices (network/muon.h). The numbers stand in files. */
typedef enum ock_optimiser_choice { OCK_ADAM, OCK_MUON, OCK_OPTIMISERS } ock_optimiser_choice;

enum { OCK_MAX_PRIORS = 64 };

/* Other data that is learned from before the input, in this order (prior.h). */
typedef struct ock_prior_names {
    uint32_t count; /* 0 .. OCK_MAX_PRIORS */
    struct {
        uint64_t bytes;
        uint64_t studied;   /* of them: what no repeat of the input refers to, and some around it */
        uint8_t digest[32]; /* BLAKE2b-256 */
    } of[OCK_MAX_PRIORS];
} ock_prior_names;

/* In how many contexts the mixing stage counts. */
static inline uint32_t ock_config_contexts(const ock_config *config)
{
    return config->orders != 0 ? config->orders + 1 : config->contexts;
}

/* What a run is cut into, from the input's length and options alone: never from ranks. */
typedef struct ock_plan {
    ock_lane_map map;     /* of the rest */
    uint64_t input_bytes; /* repeats included, and as it is */
    uint32_t level;
    ock_config config;
    ock_prior_names priors;
} ock_plan;

/* Wishes of the user; 0 stands for "by the input's length" in lanes and shards. */
typedef struct ock_wishes {
    uint32_t level, lanes, shards;
    uint64_t left_out; /* bytes of the input that repeats and transforms save */
    ock_config config; /* a level's defaults with --set applied */
    ock_prior_names priors;
} ock_wishes;

/* The level's defaults (1 .. 9; the table stands in levels.c). OCK_ENVIRONMENT on another level. */
ock_status ock_config_level(uint32_t level, ock_config *config) OCK_WARN_UNUSED;

/* Applies "name=value". Integers in decimal; floats in decimal or as 0x and 8 hexadecimal digits; the layer and the
 * optimiser by their numbers or their names, which bring along the numbers that suit them.
 * OCK_ENVIRONMENT names the fault, config is then unchanged. */
ock_status ock_config_set(ock_config *config, const char *assignment) OCK_WARN_UNUSED;

/* Whether all fields have the same bits. */
bool ock_config_same(const ock_config *a, const ock_config *b);

/* Field number `index` as "name=value" in the file's notation and as a decimal for people; false
 * past the last. text: at least 64 bytes. */
int ock_config_field(const ock_config *config, size_t index, char *text, size_t text_bytes);
/* Name and value of field `index` for JSON: *is_float says which of the two values counts. */
const char *ock_config_value(const ock_config *config, size_t index, int *is_float, double *real,
                             uint32_t *integer);

/* A line for every field in which config differs from base; without a base (NULL) for every field, but for those
 * that came later and are 0. The caller frees *text. */
ock_status ock_config_write(const ock_config *config, const ock_config *base,
                            char **text) OCK_WARN_UNUSED;
/* Applies such lines to the base in *config: in the order of the fields, each at most once, none
 * that changes nothing. OCK_BAD_DATA otherwise, *config is then unchanged. */
ock_status ock_config_read(const char *text, ock_config *config) OCK_WARN_UNUSED;

/* Checks ranges and the relations between fields; `blame` is the status of a violation
 * (OCK_ENVIRONMENT for options, OCK_BAD_DATA for a file). */
ock_status ock_config_check(const ock_config *config, ock_status blame) OCK_WARN_UNUSED;

/* Whether no automatic number is left to be derived. */
bool ock_config_is_complete(const ock_config *config);

/* Steps of a run; they count from 1. */
uint64_t ock_plan_steps(const ock_plan *plan);

/* The run's marks, digests of its state: one after every mark_steps steps and one after the last; how
 * many, after which step mark `number` is made, and the number (from 1) of the first at `step` or
 * behind. */
uint64_t ock_plan_marks(const ock_plan *plan);
uint64_t ock_plan_mark_step(const ock_plan *plan, uint64_t number);
uint64_t ock_plan_mark_number(const ock_plan *plan, uint64_t step);

/* The smallest b in [low, high] with 2^b >= value, else high: log2 of a table's entries. */
uint32_t ock_bits_for(uint64_t value, uint32_t low, uint32_t high);

/* Derives lanes, shards, groups and all automatic numbers, all but the lane map from the length of what is
 * learned from: the input without its repeats, and what is studied of priors. Depends on nothing but its
 * arguments. */
ock_status ock_plan_make(uint64_t input_bytes, const ock_wishes *wishes,
                         ock_plan *plan) OCK_WARN_UNUSED;

#endif
