/* mixing.c - gathers opinions on each bit, mixes them, splits the interval, learns. */
#include "mixing.h"

#include <stdlib.h>

#include "contexts.h"
#include "counters.h"
#include "head.h"
#include "match.h"
#include "mixer.h"
#include "numeric.h"
#include "split.h"

/* Places in the mixers' input vector. */
enum {
    IN_COUNTER = 0,
    IN_HISTORY = IN_COUNTER + (int)OCK_CONTEXTS,
    IN_MATCH = IN_HISTORY + (int)OCK_CONTEXTS,
    IN_NETWORK = IN_MATCH + 2,
    IN_LINEAR = IN_NETWORK + 2,
    INPUTS_IN_USE = IN_LINEAR + (int)OCK_CONTEXTS
};
_Static_assert((int)INPUTS_IN_USE <= (int)OCK_MIX_INPUTS, "all inputs fit");

enum { MATCH_BUCKETS = 16, HITS = OCK_ORDER_CONTEXTS + 1, NETWORK_BUCKETS = 16, APM2_BITS = 16 };

typedef struct group_tables {
    size_t first_lane, lanes; /* global numbers */
    ock_contexts *contexts;   /* (lanes) */
    ock_counters counters;
    ock_match_index match;
} group_tables;

typedef struct shard_maps {
    ock_map_cell history[OCK_CONTEXTS][OCK_HISTORY_STATES];
    ock_map_cell match[MATCH_BUCKETS]; /* P(the predicted symbol's bit comes), by length */
    ock_apm apm_order1, apm_order2;
} shard_maps;

typedef struct lane_state {
    group_tables *group;
    shard_maps *maps;
    size_t lane_in_group;
    ock_match match;
    ock_mixer mixer;
    uint64_t symbols; /* coded so far */
    float rate;       /* of the mixers, for the present symbol */
} lane_state;

struct ock_mixing {
    const ock_kernels *kernels;
    ock_config config;
    ock_share share;
    ock_lane_map map;
    ock_arena arena;
    ock_bit_history machine;
    ock_logits logits;
    ock_map_rates rates;
    group_tables *groups; /* (own groups) */
    shard_maps *shards;   /* (own shards) */
    lane_state *lanes;    /* (own lanes) */
};

/* What the experts say about the bit at hand; pieces needed again when it is known. */
typedef struct opinion {
    const ock_counter_line *line[OCK_CONTEXTS]; /* of the present nibble */
    ock_map_cell *history[OCK_CONTEXTS];
    ock_map_cell *match; /* NULL: no opinion */
    unsigned predicted_symbol, expected_bit;
    unsigned match_bucket; /* 0: no match */
    unsigned hits;         /* how many of the order contexts know the present nibble's context */
    unsigned network_bucket;
    size_t apm_order1, apm_order2; /* contexts of secondary estimation */
} opinion;

/* ---- construction ---- */

static ock_status make_group(ock_mixing *m, group_tables *g, uint32_t number)
{
    g->first_lane = ock_shard_first_lane(&m->map, ock_group_first_shard(&m->map, number));
    g->lanes =
        ock_shard_first_lane(&m->map, ock_group_first_shard(&m->map, number + 1)) - g->first_lane;
    ock_status status = ock_arena_take(&m->arena, g->lanes, sizeof *g->contexts, "the contexts",
                                       (void **)&g->contexts);
    if (status != OCK_OK)
        return status;
    for (size_t i = 0; i < g->lanes; i++)
        ock_contexts_start(&g->contexts[i]);
    status = ock_counters_init(&g->counters, m->config.table_bits, m->config.counter_limit,
                               &m->machine, &m->arena);
    return status != OCK_OK ? status : ock_match_init(&g->match, &m->config, g->lanes, &m->arena);
}

static ock_status make_maps(ock_mixing *m, shard_maps *s)
{
    for (size_t c = 0; c < OCK_CONTEXTS; c++)
        for (size_t i = 0; i < m->machine.count; i++)
            s->history[c][i] = ock_map_cell_start(m->machine.n1[i], m->machine.n0[i]);
    for (uint32_t i = 0; i < MATCH_BUCKETS; i++)
        s->match[i] = ock_map_cell_start(4 * i, 1);
    ock_status status = ock_apm_init(&s->apm_order1, (size_t)1 << 16, &m->arena);
    return status != OCK_OK ? status
                            : ock_apm_init(&s->apm_order2, (size_t)1 << APM2_BITS, &m->arena);
}

static ock_status make_lane(ock_mixing *m, size_t index)
{
    static const size_t contexts[OCK_MIX_SETS] = {256, MATCH_BUCKETS * HITS, 256,
                                                  8 * NETWORK_BUCKETS, 256};
    lane_state *l = &m->lanes[index];
    size_t lane = m->share.lanes.begin + index;
    size_t shard = m->share.shards.begin;
    while (ock_shard_first_lane(&m->map, (uint32_t)shard + 1) <= lane)
        shard++;
    l->maps = &m->shards[shard - m->share.shards.begin];
    l->group = &m->groups[ock_group_of_shard(&m->map, (uint32_t)shard) - m->share.groups.begin];
    l->lane_in_group = lane - l->group->first_lane;
    return ock_mixer_init(&l->mixer, contexts, MATCH_BUCKETS * HITS, INPUTS_IN_USE, &m->arena);
}

static size_t length_of(ock_range range)
{
    return range.end - range.begin;
}

static ock_status build(ock_mixing *m)
{
    const ock_arena_part parts[] = {{&m->groups, length_of(m->share.groups), sizeof *m->groups},
                                    {&m->shards, length_of(m->share.shards), sizeof *m->shards},
                                    {&m->lanes, length_of(m->share.lanes), sizeof *m->lanes}};
    ock_status status =
        ock_arena_take_parts(&m->arena, parts, OCK_PARTS(parts), "the mixing stage");
    for (size_t i = 0; i < length_of(m->share.groups) && status == OCK_OK; i++)
        status = make_group(m, &m->groups[i], (uint32_t)(m->share.groups.begin + i));
    for (size_t i = 0; i < length_of(m->share.shards) && status == OCK_OK; i++)
        status = make_maps(m, &m->shards[i]);
    for (size_t i = 0; i < length_of(m->share.lanes) && status == OCK_OK; i++)
        status = make_lane(m, i);
    return status;
}

ock_status ock_mixing_new(const ock_kernels *kernels, const ock_plan *plan, const ock_share *share,
                          ock_mixing **mixing)
{
    ock_mixing *m = calloc(1, sizeof *m);
    *mixing = NULL;
    if (m == NULL)
        return ock_fail_memory(sizeof *m, "the mixing stage");
    m->kernels = kernels;
    m->config = plan->config;
    m->map = plan->map;
    m->share = *share;
    ock_arena_init(&m->arena);
    ock_bit_history_make(&m->machine);
    ock_logits_make(&m->logits);
    ock_map_rates_make(&m->rates, plan->config.history_limit);
    ock_status status = build(m);
    if (status != OCK_OK) {
        ock_mixing_free(m);
        return status;
    }
    *mixing = m;
    return OCK_OK;
}

void ock_mixing_free(ock_mixing *m)
{
    if (m == NULL)
        return;
    ock_arena_free(&m->arena);
    free(m);
}

size_t ock_mixing_bytes(const ock_mixing *m)
{
    return m->arena.bytes;
}

/* ---- coding ---- */

static unsigned match_bucket(uint32_t length)
{
    if (length < 8)
        return length;
    if (length < 16)
        return 8 + (length - 8) / 4;
    if (length < 32)
        return 10 + (length - 16) / 8;
    return length < 64 ? 12 : length < 256 ? 13 : length < 1024 ? 14 : 15;
}

/* Looks up the lines of a nibble. first: value of the first nibble, or -1 for the first itself. */
static void open_nibble(const lane_state *l, int first, opinion *o)
{
    const ock_contexts *c = &l->group->contexts[l->lane_in_group];
    o->hits = 0;
    for (size_t i = 0; i < OCK_CONTEXTS; i++) {
        uint64_t hash = first < 0 ? c->hash[i] : ock_contexts_second(c->hash[i], (unsigned)first);
        o->line[i] = ock_counters_find(&l->group->counters, hash);
        o->hits += i >= 1 && i <= OCK_ORDER_CONTEXTS && o->line[i]->tag != 0;
    }
}

static void hear_counters(const ock_mixing *m, lane_state *l, unsigned node, opinion *o)
{
    float *input = l->mixer.input;
    for (size_t i = 0; i < OCK_CONTEXTS; i++) {
        unsigned state = o->line[i]->state[node - 1];
        ock_map_cell *cell = &l->maps->history[i][state];
        o->history[i] = cell;
        input[IN_COUNTER + i] = m->logits.of[o->line[i]->p[node - 1] >> 4];
        unsigned p12 = ock_map_p12(*cell);
        input[IN_HISTORY + i] = state == 0 ? 0.0f : m->logits.of[p12];
        input[IN_LINEAR + i] = state == 0 ? 0.0f : ((float)p12 - 2048.0f) * (2.0f / 2048.0f);
    }
}

static void hear_match(const ock_mixing *m, lane_state *l, const ock_split *split, opinion *o)
{
    float *input = l->mixer.input + IN_MATCH;
    unsigned bits_known = 31u - (unsigned)__builtin_clz(split->node);
    bool alive =
        o->match_bucket > 0 && (o->predicted_symbol | 256u) >> (8 - bits_known) == split->node;
    o->match = NULL;
    input[0] = input[1] = 0.0f;
    if (!alive) {
        o->match_bucket = 0;
        return;
    }
    o->match = &l->maps->match[o->match_bucket];
    o->expected_bit = o->predicted_symbol >> (7 - bits_known) & 1;
    float sign = o->expected_bit ? 1.0f : -1.0f;
    input[0] = sign * m->logits.of[ock_map_p12(*o->match)];
    input[1] = sign * (float)o->match_bucket * 0.25f;
}

static void hear_network(lane_state *l, const float *tree, const ock_split *split, opinion *o)
{
    float *input = l->mixer.input + IN_NETWORK;
    o->network_bucket = 0;
    input[0] = input[1] = 0.0f;
    if (tree == NULL)
        return;
    float zero = tree[2 * split->node], one = tree[2 * split->node + 1];
    float logit = ock_log(one / zero);
    input[0] = logit;
    input[1] = (one - zero) / (one + zero) * 2.0f;
    float place = logit + 8.0f;
    place = place > 0.0f ? place : 0.0f;
    place = place < 15.0f ? place : 15.0f;
    o->network_bucket = (unsigned)place;
}

/* Contexts of the two secondary estimations; fetched early, for each is a cache miss. */
static void choose_apms(const lane_state *l, const ock_split *split, opinion *o)
{
    uint64_t recent = l->group->contexts[l->lane_in_group].recent;
    uint64_t hash = ((recent & 0xFFFF) << 8 | split->node) * 0x9E3779B97F4A7C15u;
    o->apm_order1 = (recent & 255) << 8 | split->node;
    o->apm_order2 = hash >> (64 - APM2_BITS);
    ock_apm_prefetch(&l->maps->apm_order1, o->apm_order1);
    ock_apm_prefetch(&l->maps->apm_order2, o->apm_order2);
}

static float mix(ock_mixing *m, lane_state *l, const ock_split *split, const opinion *o)
{
    uint64_t recent = l->group->contexts[l->lane_in_group].recent;
    unsigned bits_known = 31u - (unsigned)__builtin_clz(split->node);
    const size_t context[OCK_MIX_SETS] = {
        split->node, o->match_bucket * HITS + o->hits, recent & 255,
        bits_known * NETWORK_BUCKETS + o->network_bucket, recent >> 8 & 255};
    float logit =
        ock_mixer_predict(&l->mixer, m->kernels, context, o->match_bucket * HITS + o->hits);
    float p1 = ock_apm_predict(&l->maps->apm_order1, o->apm_order1, logit);
    float p2 = ock_apm_predict(&l->maps->apm_order2, o->apm_order2, logit);
    return 0.25f * l->mixer.p_final + 0.25f * p1 + 0.5f * p2;
}

static void learn_bit(ock_mixing *m, lane_state *l, const opinion *o, unsigned bit)
{
    ock_mixer_update(&l->mixer, m->kernels, bit, l->rate, m->config.final_rate);
    ock_apm_update(&l->maps->apm_order1, bit, m->config.apm_rate);
    ock_apm_update(&l->maps->apm_order2, bit, m->config.apm_rate);
    for (size_t i = 0; i < OCK_CONTEXTS; i++)
        ock_map_update(&m->rates, o->history[i], bit);
    if (o->match != NULL)
        ock_map_update(&m->rates, o->match, bit == o->expected_bit);
}

static void start_symbol(const ock_mixing *m, lane_state *l, opinion *o)
{
    const ock_config *c = &m->config;
    l->rate = c->mix_rate_end +
              (c->mix_rate - c->mix_rate_end) / (1.0f + (float)l->symbols++ / c->mix_steps);
    o->match_bucket = match_bucket(l->match.length);
    o->predicted_symbol = l->match.length > 0 ? ock_match_symbol(&l->group->match, &l->match) : 0;
}

ock_status ock_mixing_code(ock_mixing *m, size_t lane, const float *tree, ock_choice *choice)
{
    lane_state *l = &m->lanes[lane];
    ock_split split = ock_split_start();
    opinion o;
    float sum = 0.0f; /* becomes NaN when any probability is */
    start_symbol(m, l, &o);
    open_nibble(l, -1, &o);
    for (unsigned i = 0; i < 8; i++) {
        if (i == 4)
            open_nibble(l, (int)(split.node & 15), &o);
        unsigned node = i < 4 ? split.node : (split.node & ((1u << (i - 4)) - 1)) | 1u << (i - 4);
        choose_apms(l, &split, &o);
        hear_counters(m, l, node, &o);
        hear_match(m, l, &split, &o);
        hear_network(l, tree, &split, &o);
        float p = mix(m, l, &split, &o);
        sum += p;
        uint64_t upper = ock_split_upper(&split, ock_split_quantise(p));
        unsigned bit = choice->decode ? ock_split_bit(&split, upper, choice->target)
                                      : choice->symbol >> (7 - i) & 1u;
        learn_bit(m, l, &o, bit);
        ock_split_take(&split, upper, bit);
    }
    choice->symbol = (uint8_t)split.node;
    choice->interval = ock_split_interval(&split);
    if (!(sum >= 0.0f))
        return ock_fail(OCK_INTERNAL, "lane %zu: a probability is not a number",
                        m->share.lanes.begin + lane);
    return OCK_OK;
}

/* ---- replay ---- */

static void learn_counters(group_tables *g, size_t lane, uint8_t symbol)
{
    const uint64_t *hash = g->contexts[lane].hash;
    for (size_t i = 0; i < OCK_CONTEXTS; i++) {
        ock_counters_learn(&g->counters, hash[i], symbol >> 4);
        ock_counters_learn(&g->counters, ock_contexts_second(hash[i], symbol >> 4), symbol & 15);
    }
}

static void prefetch_next(const group_tables *g, size_t lane)
{
    for (size_t i = 0; i < OCK_CONTEXTS; i++)
        ock_counters_prefetch(&g->counters, g->contexts[lane].hash[i]);
}

/* Other ranks' lanes were not looked up here: their second nibbles' lines are far away. */
static void prefetch_second(const group_tables *g, size_t lane, uint8_t symbol)
{
    const uint64_t *hash = g->contexts[lane].hash;
    for (size_t i = 0; i < OCK_CONTEXTS; i++)
        ock_counters_prefetch(&g->counters, ock_contexts_second(hash[i], symbol >> 4));
}

static void learn_group(ock_mixing *m, group_tables *g, const ock_history *history, size_t t,
                        size_t active)
{
    size_t lanes = active > g->first_lane ? active - g->first_lane : 0;
    lanes = lanes < g->lanes ? lanes : g->lanes;
    for (size_t i = 0; i < length_of(m->share.lanes); i++) {
        lane_state *l = &m->lanes[i];
        if (l->group == g && l->lane_in_group < lanes)
            ock_match_follow(&g->match, &l->match,
                             *ock_history_at(history, g->first_lane + l->lane_in_group, t));
    }
    for (size_t lane = 0; lane < lanes; lane++)
        prefetch_second(g, lane, *ock_history_at(history, g->first_lane + lane, t));
    for (size_t lane = 0; lane < lanes; lane++) {
        uint8_t symbol = *ock_history_at(history, g->first_lane + lane, t);
        learn_counters(g, lane, symbol);
        ock_match_append(&g->match, lane, symbol);
        ock_contexts_update(&g->contexts[lane], symbol);
        prefetch_next(g, lane);
    }
    for (size_t i = 0; i < length_of(m->share.lanes); i++) {
        lane_state *l = &m->lanes[i];
        if (l->group == g && l->lane_in_group < lanes)
            ock_match_find(&g->match, &l->match, l->lane_in_group);
    }
    for (size_t lane = 0; lane < lanes; lane++)
        ock_match_insert(&g->match, lane);
}

void ock_mixing_learn(ock_mixing *m, const ock_history *history, size_t t, size_t active)
{
    for (size_t i = 0; i < length_of(m->share.groups); i++)
        learn_group(m, &m->groups[i], history, t, active);
}
