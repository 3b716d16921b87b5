/* SPDX-License-Identifier: MIT */
/* experts.c - what counters, bit histories, runs, matches and the network say of a bit, as inputs of the
 * mixer. */
#include <string.h>

#include "mixing/mixing_private.h"
#include "numeric/numeric.h"

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

/* ---- before a symbol and between its nibbles ---- */

/* Which contexts have seen the nibble. */
static void note_known(const ock_mixing *m, opinion *o)
{
    const known_flags *flags = &m->known[o->kind];
    uint32_t known = 0;
    for (size_t i = 0; i < o->effort->contexts; i++) {
        known += flags->counts[i] & -(uint32_t)(o->line[i]->tag != 0);
    }
    for (size_t g = 0; g < KNOWN_GROUPS; g++) {
        o->known[g] = known >> g * KNOWN_BITS & ((1u << KNOWN_BITS) - 1);
    }
}

/* What followed last time in the contexts of the first nibble. */
static void start_runs(lane_state *l, opinion *o)
{
    const size_t contexts = o->effort->contexts;
    run_list *r = &o->runs;
    size_t count = 0;
    for (size_t i = 0; i < contexts; i++) {
        const ock_counter_line *line = o->line[i];
        unsigned bucket = line->run < RUN_BUCKETS ? line->run : RUN_BUCKETS - 1;
        r->of[count].context = (uint8_t)i;
        r->of[count].symbol = line->last;
        r->of[count].cell = l->maps->run[o->effort->maps + i][bucket];
        count += bucket > 0;
    }
    r->count = count;
}

static void start_matches(const lane_state *l, opinion *o)
{
    for (size_t k = 0; k < OCK_MATCHES; k++) {
        const ock_match *match = &l->match[k];
        o->match[k].bucket = match_bucket(match->length);
        o->match[k].symbol = match->length > 0 ? ock_match_symbol(&l->group->match, match) : 0;
    }
}

static void start_copies(const lane_state *l, opinion *o)
{
    const ock_bases *bases = &contexts_of(l)->past.bases;
    for (unsigned k = 0; k < OCK_COPIES; k++) {
        const ock_copy *copy = &l->copy[k];
        o->copy[k] = (expectation){.bucket = 0};
        if (copy->active != 0) {
            o->copy[k].bucket = 1 + ock_copy_kind(copy);
            o->copy[k].symbol = ock_copy_symbol(&l->group->match, bases, k % OCK_COPY_WAYS, copy);
        }
    }
}

void ock_experts_start(const ock_mixing *m, lane_state *l, opinion *o)
{
    const ock_contexts *c = contexts_of(l);
    const uint32_t easy_after = m->config.easy_after;
    const bool easy = easy_after > 0 && l->match[OCK_MATCHES - 1].length >= easy_after;
    const unsigned effort = has_bases(m, l) ? BASES : easy ? EASY : FULL;
    o->effort = &m->efforts[effort];
    o->mixer = &l->mixer[effort];
    o->kind = ock_past_kind(&c->past);
    start_matches(l, o);
    if (effort == BASES) {
        start_copies(l, o);
    }
    for (size_t i = 0; i < o->effort->contexts; i++) {
        o->line[i] = ock_counters_find(&l->group->counters, c->hash[i], &o->seen[i]);
    }
    note_known(m, o);
    start_runs(l, o);
    ock_select_symbol(l, o);
}

void ock_experts_second(const ock_mixing *m, const lane_state *l, unsigned first, opinion *o)
{
    const ock_contexts *c = contexts_of(l);
    for (size_t i = 0; i < o->effort->contexts; i++) {
        o->line[i] = ock_counters_second(&l->group->counters, c->hash[i], first, o->seen[i]);
    }
    note_known(m, o);
}

/* ---- counters and bit histories ---- */

/* which ? a : b without a branch, where one would be hard to foretell. */
static int32_t selected(bool which, int32_t a, int32_t b)
{
    int32_t mask = -(int32_t)which;
    return (a & mask) | (b & ~mask);
}

/* Takes half the mean of the known ones off them, for mixers learn the common part of inputs slowly. Inputs come in
 * whole vectors, with zeros behind the last. -> twice the mean, an input of its own. */
static float centre(const ock_kernels *kernels, size_t inputs, size_t total, const float *known,
                    float *x)
{
    const float mean = total > 0 ? kernels->sum(inputs, x) / (float)(int64_t)total : 0.0f;
    kernels->axpy(inputs, -0.5f * mean, known, x);
    return 2.0f * mean;
}

static void hear_counters(const ock_mixing *m, lane_state *l, unsigned node, opinion *o)
{
    const size_t contexts = o->effort->contexts, inputs = ock_whole_vectors(contexts);
    const float *logit_of = m->logits.of;
    const input_places *place = &o->effort->place;
    ock_map_cell(*cells)[OCK_HISTORY_STATES] = l->maps->history + o->effort->maps;
    float *input = o->mixer->input;
    float *counter = input + place->counter, *history = input + place->history;
    float *certain = input + place->certain, *mean = input + place->mean;
    float known[OCK_MAX_CONTEXTS];
    size_t total = 0;
    for (size_t i = 0; i < contexts; i++) {
        const ock_counter_line *line = o->line[i];
        const unsigned state = line->state[node - 1], p12 = line->p[node - 1] >> 4;
        ock_map_cell *cell = &cells[i][state];
        const float logit =
            logit_of[selected(state != 0, (int32_t)ock_map_p12(*cell), OCK_NO_OPINION)];
        o->history[i] = cell;
        counter[i] = logit_of[p12];
        history[i] = logit;
        certain[i] = logit * m->states[state].certain;
        known[i] = m->states[state].known;
        total += state != 0;
    }
    for (size_t i = contexts; i < inputs; i++) {
        known[i] = 0.0f;
    }
    mean[0] = centre(m->kernels, inputs, total, known, counter);
    mean[1] = centre(m->kernels, inputs, total, known, history);
}

/* ---- experts that expect a symbol ---- */

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

static void hear_runs(const ock_mixing *m, unsigned known, opinion *o)
{
    static const float sign[2] = {-1.0f, 1.0f};
    const run_list *r = &o->runs;
    const size_t count = r->count;
    float *input = o->mixer->input + o->effort->place.run;
    memset(input, 0, o->effort->contexts * sizeof *input);
    for (size_t k = 0; k < count; k++) {
        input[r->of[k].context] = sign[r->of[k].symbol >> (7 - known) & 1] *
                                  m->logits.of[ock_map_p12(r->of[k].cell[known])];
    }
}

static void hear_matches(const ock_mixing *m, lane_state *l, const ock_split *split, opinion *o)
{
    float *input = o->mixer->input + o->effort->place.match;
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

static void hear_copies(const ock_mixing *m, lane_state *l, const ock_split *split, opinion *o)
{
    float *input = o->mixer->input + o->effort->place.copies;
    for (size_t k = 0; k < OCK_COPIES; k++) {
        expectation *e = &o->copy[k];
        input[2 * k] = input[2 * k + 1] = 0.0f;
        if (!still_expects(e, split)) {
            continue;
        }
        e->cell = &l->maps->copy[k][e->bucket - 1][bits_known(split)];
        const float logit = expected_logit(m, e);
        input[2 * k] = logit;
        input[2 * k + 1] = 0.25f * logit * (logit < 0.0f ? -logit : logit);
    }
}

/* ---- the network ---- */

static void hear_network(const float *tree, const ock_split *split, opinion *o)
{
    float *input = o->mixer->input + o->effort->place.network;
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

/* ---- numbers ---- */

static void hear_numbers(const ock_numbers *numbers, unsigned node, const opinion *o)
{
    float *input = o->mixer->input + o->effort->place.numbers;
    memset(input, 0, OCK_NUMBER_ODDS * sizeof *input);
    if (o->kind == OCK_DATA_NUMBERS) {
        float odds[OCK_NUMBER_ODDS];
        ock_numbers_say(numbers, node, odds);
        for (size_t k = 0; k < OCK_NUMBER_ODDS; k++) {
            input[k] = odds[k] == 1.0f ? 0.0f : ock_log(odds[k]);
        }
    }
}

void ock_experts_hear(const ock_mixing *m, lane_state *l, const float *tree, const ock_split *split,
                      opinion *o)
{
    const unsigned known = bits_known(split), bits = known & 3;
    const unsigned node = (split->node & ((1u << bits) - 1)) | 1u << bits;
    hear_counters(m, l, node, o);
    hear_runs(m, known, o);
    hear_matches(m, l, split, o);
    hear_network(tree, split, o);
    if (o->effort == &m->efforts[BASES]) {
        hear_copies(m, l, split, o);
    } else {
        hear_numbers(&contexts_of(l)->past.numbers, split->node, o);
    }
}

/* ---- learning ---- */

/* Those that were wrong leave the list. rates: NULL where nothing is learned. */
static inline void follow_runs(const ock_map_rates *rates, unsigned known, unsigned bit, opinion *o)
{
    run_list *r = &o->runs;
    const size_t count = r->count;
    size_t kept = 0;
    for (size_t k = 0; k < count; k++) {
        const unsigned right = (r->of[k].symbol >> (7 - known) & 1) ^ bit ^ 1;
        if (rates != NULL) {
            ock_map_update(rates, &r->of[k].cell[known], right);
        }
        r->of[kept] = r->of[k];
        kept += right;
    }
    r->count = kept;
}

/* What was expected of the bit, where anything was. */
static void learn_expected(const ock_mixing *m, const expectation *of, size_t count, unsigned bit)
{
    for (size_t k = 0; k < count; k++) {
        if (of[k].cell != NULL) {
            ock_map_update(&m->rates, of[k].cell, bit == of[k].bit);
        }
    }
}

void ock_experts_learn(const ock_mixing *m, const ock_split *split, unsigned bit, opinion *o)
{
    const size_t contexts = o->effort->contexts;
    for (size_t i = 0; i < contexts; i++) {
        ock_map_update(&m->rates, o->history[i], bit);
    }
    follow_runs(&m->rates, bits_known(split), bit, o);
    learn_expected(m, o->match, OCK_MATCHES, bit);
    if (o->effort == &m->efforts[BASES]) {
        learn_expected(m, o->copy, OCK_COPIES, bit);
    }
}

void ock_experts_pass(const ock_split *split, unsigned bit, opinion *o)
{
    follow_runs(NULL, bits_known(split), bit, o);
}
