/* SPDX-License-Identifier: MIT */
/* mixing_private.h - what the files of the mixing stage share: its parts and who owns them. */
#ifndef OCK_MIXING_PRIVATE_H
#define OCK_MIXING_PRIVATE_H

#include "coder/split.h"
#include "mixing/copies.h"
#include "mixing/mixer.h"
#include "mixing/mixing.h"
#include "mixing/table_group.h"

/* Buckets of what selectors look at. */
enum {
    MATCH_BUCKETS = 16, /* lengths of a match */
    NETWORK_BUCKETS = 16,
    RUN_BUCKETS = 16,
    BITS = 8 /* how many of the symbol's bits are known: 0 .. 7 */
};

/* Contexts of secondary estimation, the most worthy first: a level uses the first so many. */
enum {
    APM_ORDER1,
    APM_ORDER2,
    APM_ORDER3,
    APM_WORD,    /* the word so far and the newest symbol */
    APM_MATCH,   /* the expected symbol, and how long it was right */
    APM_INITIAL, /* two symbols and the word's initial */
    APM_ORDER4,
    APM_BIGRAM,
    APM_GROUPS,
    APM_BRACKETS,
    APM_TOKEN, /* what followed the token last */
    APM_LETTERS,
    APMS,
    APM_BITS = 14
};

_Static_assert((int)APMS == (int)OCK_MAX_ESTIMATIONS, "the configuration knows how many");

/* How much work a symbol is worth. An easy one, which a long match expects, is coded by the first few
 * contexts, and by a mixer of its own. So is a base, by contexts of bases. Both sides know which beforehand. */
enum { FULL, EASY, BASES, EFFORTS };

/* Where each kind of expert's opinions begin in the mixers' input vector. */
typedef struct input_places {
    size_t counter, history, certain, run; /* one a context */
    size_t mean;                           /* of counters, of histories */
    size_t match;                          /* two a match */
    size_t network;                        /* two */
    size_t numbers;                        /* one a spread; or, of bases, */
    size_t copies;                         /* two a copy */
    size_t count;                          /* all */
} input_places;

typedef struct ock_effort {
    size_t contexts, estimations;
    size_t maps; /* the first one of the contexts */
    input_places place;
    ock_mixer_shape shape;
} ock_effort;

/* Those of contexts of bases come last. */
enum { CONTEXT_MAPS = (int)OCK_MAX_CONTEXTS + (int)OCK_MAX_TURNED };

typedef struct shard_maps {
    ock_map_cell history[CONTEXT_MAPS][OCK_HISTORY_STATES];
    ock_map_cell run[CONTEXT_MAPS][RUN_BUCKETS][BITS]; /* P(the last symbol's bit comes again) */
    ock_map_cell match[OCK_MATCHES][MATCH_BUCKETS];    /* P(the predicted symbol's bit comes) */
    ock_map_cell copy[OCK_COPIES][OCK_COPY_KINDS][BITS];
    ock_apm apm[APMS];
} shard_maps;

typedef struct lane_state {
    ock_table_group *group;
    shard_maps *maps;
    size_t lane_in_group;
    ock_match match[OCK_MATCHES];
    ock_copy copy[OCK_COPIES];
    ock_mixer mixer[EFFORTS];
    bool seeks; /* a match, before the next symbol is coded */
} lane_state;

/* An expert that expects a symbol: silent once a bit of it was wrong. */
typedef struct expectation {
    unsigned symbol;
    unsigned bucket;    /* how long it was right; 0: silent */
    unsigned bit;       /* expected now */
    ock_map_cell *cell; /* what it is worth; NULL: no opinion on this bit */
} expectation;

/* Contexts that expect the symbol they saw last, as long as no bit of it was wrong. */
typedef struct run_list {
    size_t count;
    struct {
        uint8_t context, symbol;
        ock_map_cell *cell; /* (BITS) what the expectation of each bit is worth */
    } of[OCK_MAX_CONTEXTS];
} run_list;

/* Contexts that are counted together. */
enum { KNOWN_ORDERS, KNOWN_WORDS, KNOWN_GROUPS };

/* What selectors ask of each context in use, by its place in the list. */
enum { KNOWN_BITS = 16 };
typedef struct known_flags {
    uint32_t counts[OCK_MAX_CONTEXTS]; /* bit g * KNOWN_BITS: group g counts it */
} known_flags;

/* What the experts say about the bit at hand; pieces needed again when it is known. */
typedef struct opinion {
    const ock_effort *effort;
    ock_mixer *mixer;
    uint16_t seen[OCK_MAX_CONTEXTS];                /* by each context (counters.h) */
    const ock_counter_line *line[OCK_MAX_CONTEXTS]; /* of the present nibble */
    ock_map_cell *history[OCK_MAX_CONTEXTS];
    run_list runs;
    expectation match[OCK_MATCHES];
    expectation copy[OCK_COPIES]; /* of bases; bucket: 1 + what it is worth */
    unsigned known[KNOWN_GROUPS]; /* how many contexts of a group have seen the present nibble */
    unsigned network_bucket;
    unsigned kind;               /* of the past */
    size_t chosen[OCK_MIX_SETS]; /* weight vectors, as far as the past chooses them */
    uint64_t estimated[APMS];    /* contexts of secondary estimation, of the symbol */
    size_t apm[APMS];            /* and of the bit */
} opinion;

struct ock_mixing {
    const ock_kernels *kernels;
    /* Of benchmarks: is shown every bit. NULL: nobody. */
    void (*watch)(const opinion *o, unsigned bit);
    ock_config config;
    ock_share share;
    ock_lane_map map;
    ock_arena arena;
    ock_effort efforts[EFFORTS];
    ock_bit_history machine;
    struct {
        float known,
            certain; /* 1 where anything, where only zeros or only ones were seen, else 0 */
    } states[OCK_HISTORY_STATES];
    known_flags known[OCK_DATA_KINDS]; /* of each list */
    ock_logits logits;
    ock_map_rates rates, apm_rates;
    ock_mixer_rates mixer_rates;
    ock_table_group *groups; /* (own groups) */
    shard_maps *shards;      /* (own shards) */
    lane_state *lanes;       /* (own lanes) */
};

static inline const ock_contexts *contexts_of(const lane_state *l)
{
    return &l->group->contexts[l->lane_in_group];
}

/* Whether its next symbol is taken for a base. */
static inline bool has_bases(const ock_mixing *m, const lane_state *l)
{
    return m->config.orders == 0 && ock_past_kind(&contexts_of(l)->past) == OCK_DATA_BASES;
}

static inline unsigned bits_known(const ock_split *split)
{
    return 31u - (unsigned)__builtin_clz(split->node);
}

/* Contexts, estimations, inputs and weight sets of each effort, as the configuration has them. */
void ock_mixing_efforts(const ock_config *config, ock_effort efforts[EFFORTS]);

/* ---- mixing.c ---- */

/* P(bit is 1) of what the experts have said: the mean of the mixer's and its secondary estimations'. */
float ock_mixing_mix(const ock_mixing *m, lane_state *l, const ock_split *split, const opinion *o);

/* Teaches all of them the bit, `split` still being without it. */
void ock_mixing_learn_bit(const ock_mixing *m, lane_state *l, const ock_split *split, unsigned bit,
                          opinion *o);

/* ---- selectors.c ---- */

/* How many contexts choose the weights of each set, and of each last mixer; inputs are left 0. */
void ock_selectors_shape(unsigned effort, size_t sets, ock_mixer_shape *shape);

/* The flags of those of each list that are in use. */
void ock_selectors_flags(const ock_config *config, known_flags flags[OCK_DATA_KINDS]);

/* Before a symbol: what its past says of all choices below. */
void ock_select_symbol(const lane_state *l, opinion *o);

/* Which weight vectors, and which cells of secondary estimation, the bit at hand is for. */
void ock_select_weights(const ock_split *split, const opinion *o, ock_mixer_choice *choice);
/* Where plain orders are all that is counted in: every set goes by how many of them are known, the first by the bits
 * too. */
void ock_select_weights_by_orders(const ock_split *split, const opinion *o,
                                  ock_mixer_choice *choice);
void ock_select_weights_easy(const lane_state *l, const ock_split *split, const opinion *o,
                             ock_mixer_choice *choice);
void ock_select_weights_of_bases(const lane_state *l, const ock_split *split, const opinion *o,
                                 ock_mixer_choice *choice);
void ock_select_estimations(const lane_state *l, const ock_split *split, opinion *o);

/* ---- experts.c ---- */

/* Before a symbol; before its second nibble, the first one being `first`; */
void ock_experts_start(const ock_mixing *m, lane_state *l, opinion *o);
void ock_experts_second(const ock_mixing *m, const lane_state *l, unsigned first, opinion *o);
/* puts what they say of the next bit into the mixer's inputs; tree: of the network, or NULL; */
void ock_experts_hear(const ock_mixing *m, lane_state *l, const float *tree, const ock_split *split,
                      opinion *o);
/* teaches them the bit, `split` still being without it. */
void ock_experts_learn(const ock_mixing *m, const ock_split *split, unsigned bit, opinion *o);
/* Instead of that: those that were wrong about it are silent from then on, and nothing is learned. */
void ock_experts_pass(const ock_split *split, unsigned bit, opinion *o);

#endif
