/* mixing.c - gathers opinions on each bit, mixes them, splits the interval, learns. */
#include "mixing/mixing.h"

#include "coder/split.h"
#include "mixing/mixing_private.h"
#include "numeric/numeric.h"

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
    } of[OCK_CONTEXTS];
} run_list;

/* What the experts say about the bit at hand; pieces needed again when it is known. */
typedef struct opinion {
    const ock_counter_line *line[OCK_CONTEXTS]; /* of the present nibble */
    ock_map_cell *history[OCK_CONTEXTS];
    run_list runs;
    expectation match[OCK_MATCHES];
    unsigned known_orders, known_set; /* which contexts of the present nibble have been seen */
    unsigned network_bucket;
    size_t apm[APMS]; /* contexts of secondary estimation */
} opinion;

/* ---- experts ---- */

static const ock_contexts *contexts_of(const lane_state *l)
{
    return &l->group->contexts[l->lane_in_group];
}

static unsigned bits_known(const ock_split *split)
{
    return 31u - (unsigned)__builtin_clz(split->node);
}

static unsigned match_bucket(uint32_t length)
{
    if (length < 8) {
        return length;
    }
    if (length < 16) {
        return 8 + (length - 8) / 4;
    }
    if (length < 32) {
        return 10 + (length - 16) / 8;
    }
    return length < 64 ? 12 : length < 256 ? 13 : length < 1024 ? 14 : 15;
}

/* Which contexts of the nibble have been seen before. */
static void note_known(const ock_mixing *m, opinion *o)
{
    static const uint8_t members[] = {OCK_CONTEXT_ORDER3,         OCK_CONTEXT_ORDER4,
                                      OCK_CONTEXT_ORDER5,         OCK_CONTEXT_ORDER6,
                                      OCK_CONTEXT_WORD,           OCK_CONTEXT_WORD_PREVIOUS,
                                      OCK_CONTEXT_BRACKET_ORDER2, OCK_CONTEXT_BRACKET_WORD};
    o->known_orders = o->known_set = 0;
    for (size_t i = OCK_CONTEXT_ORDER1; i <= OCK_CONTEXT_ORDER6 && i < m->config.contexts; i++) {
        o->known_orders += o->line[i]->tag != 0;
    }
    for (size_t i = 0; i < sizeof members && members[i] < m->config.contexts; i++) {
        o->known_set |= (unsigned)(o->line[members[i]]->tag != 0) << i;
    }
}

/* What followed last time in the contexts of the first nibble. */
static void start_runs(const ock_mixing *m, lane_state *l, opinion *o)
{
    float *input = l->mixer.input + m->place.run;
    run_list *r = &o->runs;
    r->count = 0;
    for (size_t i = 0; i < m->config.contexts; i++) {
        const ock_counter_line *line = o->line[i];
        unsigned bucket = line->run < RUN_BUCKETS ? line->run : RUN_BUCKETS - 1;
        input[i] = 0.0f;
        r->of[r->count].context = (uint8_t)i;
        r->of[r->count].symbol = line->last;
        r->of[r->count].cell = l->maps->run[i][bucket];
        r->count += bucket > 0;
    }
}

static void open_first(const ock_mixing *m, lane_state *l, opinion *o)
{
    const ock_contexts *c = contexts_of(l);
    for (size_t i = 0; i < m->config.contexts; i++) {
        o->line[i] = ock_counters_find(&l->group->counters, c->hash[i]);
    }
    note_known(m, o);
    start_runs(m, l, o);
}

/* Fetches the lines of the second nibble before they are looked up: an encoder knows which at once,
 * a decoder before the fourth bit that they are one of two. */
static void prefetch_second(const lane_state *l, const ock_split *split, const ock_choice *choice)
{
    unsigned known = bits_known(split), begun = 2 * (split->node & 7);
    if (!choice->decode && known == 0) {
        ock_table_group_prefetch(l->group, l->lane_in_group, choice->symbol >> 4);
    }
    if (choice->decode && known == 3) {
        ock_table_group_prefetch(l->group, l->lane_in_group, begun);
        ock_table_group_prefetch(l->group, l->lane_in_group, begun + 1);
    }
}

static void open_second(const ock_mixing *m, const lane_state *l, unsigned first, opinion *o)
{
    const ock_contexts *c = contexts_of(l);
    for (size_t i = 0; i < m->config.contexts; i++) {
        o->line[i] = ock_counters_find(&l->group->counters, ock_contexts_second(c->hash[i], first));
    }
    note_known(m, o);
}

/* which ? a : b without a branch, where one would be hard to foretell. */
static int32_t selected(bool which, int32_t a, int32_t b)
{
    int32_t mask = -(int32_t)which;
    return (a & mask) | (b & ~mask);
}

/* The contexts' counters and bit histories. */
static void hear_counters(const ock_mixing *m, lane_state *l, unsigned node, opinion *o)
{
    const size_t contexts = m->config.contexts;
    const float *logit_of = m->logits.of;
    ock_map_cell(*cells)[OCK_HISTORY_STATES] = l->maps->history;
    float *counter = l->mixer.input + m->place.counter;
    float *history = l->mixer.input + m->place.history;
    float *linear = l->mixer.input + m->place.linear;
    int32_t worth[OCK_CONTEXTS]; /* P in 1/4096, or no opinion */
    for (size_t i = 0; i < contexts; i++) {
        const ock_counter_line *line = o->line[i];
        unsigned state = line->state[node - 1];
        ock_map_cell *cell = &cells[i][state];
        o->history[i] = cell;
        worth[i] = selected(state != 0, (int32_t)ock_map_p12(*cell), OCK_NO_OPINION);
        counter[i] = logit_of[line->p[node - 1] >> 4];
        history[i] = logit_of[worth[i]];
    }
    for (size_t i = 0; i < contexts; i++) {
        int32_t distance = selected(worth[i] != OCK_NO_OPINION, worth[i] - 2048, 0);
        linear[i] = (float)distance * (2.0f / 2048.0f);
    }
}

/* Whether the expected symbol agrees with the bits known so far; if so, e->bit is its next one. */
static bool still_expects(expectation *e, const ock_split *split)
{
    unsigned known = bits_known(split);
    if (e->bucket > 0 && (e->symbol | 256u) >> (8 - known) == split->node) {
        e->bit = e->symbol >> (7 - known) & 1;
        return true;
    }
    e->bucket = 0;
    e->cell = NULL;
    return false;
}

/* Logit of P(bit is 1) when the expectation is worth what its cell says. */
static float expected_logit(const ock_mixing *m, const expectation *e)
{
    float logit = m->logits.of[ock_map_p12(*e->cell)];
    return e->bit ? logit : -logit;
}

static void hear_runs(const ock_mixing *m, lane_state *l, unsigned known, const run_list *r)
{
    static const float sign[2] = {-1.0f, 1.0f};
    float *input = l->mixer.input + m->place.run;
    for (size_t k = 0; k < r->count; k++) {
        input[r->of[k].context] = sign[r->of[k].symbol >> (7 - known) & 1] *
                                  m->logits.of[ock_map_p12(r->of[k].cell[known])];
    }
}

static void hear_matches(const ock_mixing *m, lane_state *l, const ock_split *split, opinion *o)
{
    float *input = l->mixer.input + m->place.match;
    for (size_t k = 0; k < OCK_MATCHES; k++) {
        expectation *e = &o->match[k];
        input[2 * k] = input[2 * k + 1] = 0.0f;
        if (!still_expects(e, split)) {
            continue;
        }
        e->cell = &l->maps->match[k][e->bucket];
        input[2 * k] = expected_logit(m, e);
        input[2 * k + 1] = (e->bit ? 0.25f : -0.25f) * (float)e->bucket;
    }
}

static void hear_network(const ock_mixing *m, lane_state *l, const float *tree,
                         const ock_split *split, opinion *o)
{
    float *input = l->mixer.input + m->place.network;
    o->network_bucket = 0;
    input[0] = input[1] = 0.0f;
    if (tree == NULL) {
        return;
    }
    const size_t node = split->node;
    float zero = tree[2 * node], one = tree[2 * node + 1];
    float logit = ock_log(one / zero);
    input[0] = logit;
    input[1] = (one - zero) / (one + zero) * 2.0f;
    float place = logit + 8.0f;
    place = place > 0.0f ? place : 0.0f;
    place = place < 15.0f ? place : 15.0f;
    o->network_bucket = (unsigned)place;
}

/* ---- mixing ---- */

/* Contexts of secondary estimation: one, two and three symbols, and the word so far. Fetched early,
 * for each is a cache miss. */
static void choose_apms(const lane_state *l, const ock_split *split, opinion *o)
{
    const uint64_t spread = 0x9E3779B97F4A7C15u;
    const ock_contexts *c = contexts_of(l);
    uint64_t order2 = c->recent & 0xFFFF, order3 = c->recent & 0xFFFFFF;
    uint64_t word = (c->word ^ (c->recent & 255)) * spread;
    o->apm[0] = (c->recent & 255) << 8 | split->node;
    o->apm[1] = (order2 << 8 | split->node) * spread >> (64 - APM_BITS);
    o->apm[2] = (order3 << 8 | split->node) * spread >> (64 - APM_BITS);
    o->apm[3] = (word + split->node) * spread >> (64 - APM_BITS);
    for (size_t a = 0; a < APMS; a++) {
        ock_apm_prefetch(&l->maps->apm[a], o->apm[a]);
    }
}

static size_t at_most(size_t value, size_t limit)
{
    return value < limit ? value : limit;
}

static size_t word_lengths(const ock_contexts *c)
{
    return at_most(c->word_length, 15) << 4 | at_most(c->previous_length, 15);
}

/* The longer match speaks for both. */
static const expectation *leading_match(const opinion *o)
{
    return &o->match[o->match[1].bucket > 0 ? 1 : 0];
}

static ock_mixer_choice choose_weights(const lane_state *l, const ock_split *split,
                                       const opinion *o)
{
    const ock_contexts *c = contexts_of(l);
    const expectation *match = leading_match(o);
    size_t known = bits_known(split), recent = c->recent & 255, older = c->recent >> 8 & 255;
    size_t expected = match->bucket > 0 ? match->symbol : 0;
    size_t follower = c->followers2[c->recent & 0xFFFF] & 255;
    size_t set = o->known_set, brackets = c->brackets & 255;
    size_t trust = match->bucket * KNOWN_ORDERS + o->known_orders;
    return (ock_mixer_choice){
        .context = {split->node, trust, recent, known * NETWORK_BUCKETS + o->network_bucket, older,
                    expected * BITS + known, follower * BITS + known, brackets * BITS + known,
                    set * BITS + known, (c->kinds & (KIND_SETS - 1)) * BITS + known,
                    word_lengths(c) * BITS + known,
                    (uint32_t)((c->recent & 0xFFFF) * 0x9E3779B1u) >> 20, c->recent >> 16 & 255,
                    at_most(c->column, OCK_LINE_COLUMNS - 1) * BITS + known},
        .final_context = {trust, split->node},
    };
}

static float mix(ock_mixing *m, lane_state *l, const ock_split *split, const opinion *o)
{
    ock_mixer_choice choice = choose_weights(l, split, o);
    float logit = ock_mixer_predict(&l->mixer, m->kernels, &choice);
    float sum = ock_mixer_probability(&l->mixer);
    for (size_t a = 0; a < APMS; a++) {
        sum += ock_apm_predict(&l->maps->apm[a], o->apm[a], logit);
    }
    return sum * (1.0f / (APMS + 1));
}

static void learn_expectation(const ock_map_rates *rates, const expectation *e, unsigned bit)
{
    if (e->cell != NULL) {
        ock_map_update(rates, e->cell, bit == e->bit);
    }
}

/* Those that were wrong leave the list. */
static void learn_runs(const ock_mixing *m, lane_state *l, unsigned known, unsigned bit,
                       run_list *r)
{
    float *input = l->mixer.input + m->place.run;
    size_t kept = 0;
    for (size_t k = 0; k < r->count; k++) {
        bool right = (r->of[k].symbol >> (7 - known) & 1) == bit;
        ock_map_update(&m->rates, &r->of[k].cell[known], right);
        input[r->of[k].context] = 0.0f;
        r->of[kept] = r->of[k];
        kept += right;
    }
    r->count = kept;
}

static void learn_bit(ock_mixing *m, lane_state *l, unsigned known, unsigned bit, opinion *o)
{
    const size_t contexts = m->config.contexts;
    ock_mixer_update(&l->mixer, m->kernels, bit, &m->mixer_rates);
    for (size_t a = 0; a < APMS; a++) {
        ock_apm_update(&l->maps->apm[a], bit, m->config.apm_rate);
    }
    for (size_t i = 0; i < contexts; i++) {
        ock_map_update(&m->rates, o->history[i], bit);
    }
    learn_runs(m, l, known, bit, &o->runs);
    for (size_t k = 0; k < OCK_MATCHES; k++) {
        learn_expectation(&m->rates, &o->match[k], bit);
    }
}

static void start_symbol(const lane_state *l, opinion *o)
{
    for (size_t k = 0; k < OCK_MATCHES; k++) {
        const ock_match *match = &l->match[k];
        o->match[k].bucket = match_bucket(match->length);
        o->match[k].symbol = match->length > 0 ? ock_match_symbol(&l->group->match, match) : 0;
    }
}

/* The lane's symbol is known, and no lane's is in the rings yet. */
static void follow_matches(lane_state *l, uint8_t symbol)
{
    for (size_t k = 0; k < OCK_MATCHES; k++) {
        ock_match_follow(&l->group->match, &l->match[k], symbol);
    }
}

/* All lanes' symbols are in the rings, and none in the index yet. */
static void seek_matches(lane_state *l)
{
    for (size_t k = 0; k < OCK_MATCHES && l->seeks; k++) {
        ock_match_find(&l->group->match, k, &l->match[k], l->lane_in_group);
    }
    l->seeks = false;
}

ock_status ock_mixing_code(ock_mixing *m, size_t lane, const float *tree, ock_choice *choice)
{
    lane_state *l = &m->lanes[lane];
    ock_split split = ock_split_start();
    seek_matches(l);
    opinion o;
    float sum = 0.0f; /* becomes NaN when any probability is */
    start_symbol(l, &o);
    open_first(m, l, &o);
    for (unsigned i = 0; i < 8; i++) {
        if (i == 4) {
            open_second(m, l, split.node & 15, &o);
        }
        unsigned node = i < 4 ? split.node : (split.node & ((1u << (i - 4)) - 1)) | 1u << (i - 4);
        prefetch_second(l, &split, choice);
        choose_apms(l, &split, &o);
        hear_counters(m, l, node, &o);
        hear_runs(m, l, i, &o.runs);
        hear_matches(m, l, &split, &o);
        hear_network(m, l, tree, &split, &o);
        float p = mix(m, l, &split, &o);
        sum += p;
        uint64_t upper = ock_split_upper(&split, ock_split_quantise(p));
        unsigned bit = choice->decode ? ock_split_bit(&split, upper, choice->target)
                                      : choice->symbol >> (7 - i) & 1u;
        learn_bit(m, l, i, bit, &o);
        ock_split_take(&split, upper, bit);
    }
    choice->symbol = (uint8_t)split.node;
    choice->interval = ock_split_interval(&split);
    follow_matches(l, choice->symbol);
    l->seeks = true;
    if (!(sum >= 0.0f)) {
        return ock_fail(OCK_INTERNAL, "lane %zu: a probability is not a number",
                        m->share.lanes.begin + lane);
    }
    return OCK_OK;
}

/* ---- replay ---- */

/* How many of the group's lanes are among the first `active` of all. */
static size_t lanes_active(const ock_table_group *g, size_t active)
{
    size_t lanes = active > g->first_lane ? active - g->first_lane : 0;
    return lanes < g->lanes ? lanes : g->lanes;
}

void ock_mixing_begin_step(ock_mixing *m, const ock_worker *me, size_t t)
{
    for (size_t i = 0; i < ock_range_length(m->share.groups); i++) {
        ock_table_group_begin(&m->groups[i], me, t);
    }
}

void ock_mixing_prepare(ock_mixing *m, const ock_worker *me, const ock_history *history, size_t t,
                        size_t active)
{
    for (size_t i = 0; i < ock_range_length(m->share.groups); i++) {
        ock_table_group *g = &m->groups[i];
        ock_table_group_prepare(g, me, history, t, lanes_active(g, active));
    }
}

void ock_mixing_replay(ock_mixing *m, const ock_worker *me, const ock_history *history, size_t t,
                       size_t active)
{
    for (size_t i = 0; i < ock_range_length(m->share.groups); i++) {
        ock_table_group *g = &m->groups[i];
        ock_table_group_replay(g, me, history, t, lanes_active(g, active));
    }
}

void ock_mixing_end_step(ock_mixing *m, const ock_worker *me, size_t t)
{
    const ock_range own = ock_team_part(me, ock_range_length(m->share.lanes));
    for (size_t i = own.begin; i < own.end; i++) {
        seek_matches(&m->lanes[i]);
    }
    ock_team_barrier(me);
    for (size_t i = 0; i < ock_range_length(m->share.groups); i++) {
        ock_table_group_end(&m->groups[i], me, t);
    }
}

void ock_mixing_learn(ock_mixing *m, const ock_history *history, size_t t, size_t active)
{
    const ock_worker me = ock_worker_alone();
    ock_mixing_begin_step(m, &me, t);
    ock_mixing_prepare(m, &me, history, t, active);
    ock_mixing_replay(m, &me, history, t, active);
    ock_mixing_end_step(m, &me, t);
}

static void skip_group(ock_mixing *m, ock_table_group *g, const ock_history *history)
{
    for (size_t t = 0; t < history->step; t++) {
        for (size_t i = 0; i < ock_range_length(m->share.lanes); i++) {
            lane_state *l = &m->lanes[i];
            if (l->group == g) {
                follow_matches(l, *ock_history_at(history, g->first_lane + l->lane_in_group, t));
            }
        }
        ock_table_group_skip(g, history, t);
    }
    ock_table_group_arrive(g, history);
    for (size_t i = 0; i < ock_range_length(m->share.lanes); i++) {
        lane_state *l = &m->lanes[i];
        if (l->group == g) {
            l->seeks = true;
            seek_matches(l);
        }
    }
    ock_table_group_insert(g);
}

void ock_mixing_skip(ock_mixing *m, const ock_history *history)
{
    for (size_t i = 0; i < ock_range_length(m->share.groups); i++) {
        skip_group(m, &m->groups[i], history);
    }
}
