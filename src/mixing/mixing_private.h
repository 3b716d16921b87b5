/* mixing_private.h - what the files of the mixing stage share: its parts and who owns them. */
#ifndef OCK_MIXING_PRIVATE_H
#define OCK_MIXING_PRIVATE_H

#include "mixing/mixer.h"
#include "mixing/mixing.h"
#include "mixing/table_group.h"

/* Numbers of contexts that choose mixer weights. */
enum {
    MATCH_BUCKETS = 16,
    KNOWN_ORDERS = 7, /* 0 .. 6 of the orders 1 .. 6 have been seen */
    KNOWN_SETS = 256, /* which of eight long contexts have been seen */
    NETWORK_BUCKETS = 16,
    KIND_SETS = 1 << 10,   /* kinds of the newest five symbols */
    WORD_SETS = 1 << 8,    /* lengths of the word so far and of the one before */
    ORDER2_SETS = 1 << 12, /* the newest two symbols, hashed */
    BITS = 8               /* how many of the symbol's bits are known: 0 .. 7 */
};

enum { RUN_BUCKETS = 16, APMS = 4, APM_BITS = 16 };

typedef struct shard_maps {
    ock_map_cell history[OCK_CONTEXTS][OCK_HISTORY_STATES];
    ock_map_cell run[OCK_CONTEXTS][RUN_BUCKETS][BITS]; /* P(the last symbol's bit comes again) */
    ock_map_cell match[OCK_MATCHES]
                      [MATCH_BUCKETS]; /* P(the predicted symbol's bit comes), by length */
    ock_apm apm[APMS];
} shard_maps;

typedef struct lane_state {
    ock_table_group *group;
    shard_maps *maps;
    size_t lane_in_group;
    ock_match match[OCK_MATCHES];
    ock_mixer mixer;
    bool seeks; /* a match, before the next symbol is coded */
} lane_state;

/* Where each kind of expert's opinions begin in the mixers' input vector. */
typedef struct input_places {
    size_t counter, history, linear, run; /* one a context */
    size_t match;                         /* two a match */
    size_t network;                       /* two */
    size_t count;
} input_places;

struct ock_mixing {
    const ock_kernels *kernels;
    ock_config config;
    ock_share share;
    ock_lane_map map;
    ock_arena arena;
    input_places place;
    ock_bit_history machine;
    ock_logits logits;
    ock_map_rates rates;
    ock_mixer_rates mixer_rates;
    ock_table_group *groups; /* (own groups) */
    shard_maps *shards;      /* (own shards) */
    lane_state *lanes;       /* (own lanes) */
};

/* Inputs, and contexts of each set, of every lane's mixers, with the configuration's number of
 * contexts counted in. */
ock_mixer_shape ock_mixing_shape(size_t contexts);

#endif
