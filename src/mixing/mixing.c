/* SPDX-License-Identifier: MIT */
/* mixing.c - gathers opinions on each bit, mixes them, splits the interval, learns. */
#include "mixing/mixing.h"

#include <string.h>

#include "mixing/mixing_private.h"

/* Fetches the lines of the second nibble before they are looked up: an encoder knows which at once,
 * a decoder before the fourth bit that they are one of two. */
static void prefetch_second(const lane_state *l, const opinion *o, const ock_split *split,
                            const ock_choice *choice)
{
    const size_t contexts = o->effort->contexts;
    unsigned known = bits_known(split), begun = 2 * (split->node & 7);
    if (!choice->decode && known == 0) {
        ock_table_group_prefetch(l->group, l->lane_in_group, contexts, o->seen,
                                 choice->symbol >> 4);
    }
    if (choice->decode && known == 3) {
        ock_table_group_prefetch(l->group, l->lane_in_group, contexts, o->seen, begun);
        ock_table_group_prefetch(l->group, l->lane_in_group, contexts, o->seen, begun + 1);
    }
}

float ock_mixing_mix(const ock_mixing *m, lane_state *l, const ock_split *split, const opinion *o)
{
    const size_t estimations = o->effort->estimations;
    ock_mixer_choice choice;
    if (o->effort == &m->efforts[BASES]) {
        ock_select_weights_of_bases(l, split, o, &choice);
    } else if (o->effort == &m->efforts[EASY]) {
        ock_select_weights_easy(l, split, o, &choice);
    } else if (m->config.orders != 0) {
        ock_select_weights_by_orders(split, o, &choice);
    } else {
        ock_select_weights(split, o, &choice);
    }
    float logit = ock_mixer_predict(o->mixer, m->kernels, &choice);
    float sum = ock_mixer_probability(o->mixer);
    for (size_t a = 0; a < estimations; a++) {
        sum += ock_apm_predict(&l->maps->apm[a], o->apm[a], logit);
    }
    return sum / (float)(estimations + 1);
}

void ock_mixing_learn_bit(const ock_mixing *m, lane_state *l, const ock_split *split, unsigned bit,
                          opinion *o)
{
    ock_mixer_update(o->mixer, m->kernels, bit, &m->mixer_rates);
    for (size_t a = 0; a < o->effort->estimations; a++) {
        ock_apm_update(&l->maps->apm[a], &m->apm_rates, bit);
    }
    ock_experts_learn(m, split, bit, o);
}

/* The lane's symbol is known, and no lane's is in the rings yet. */
static void follow_matches(lane_state *l, uint8_t symbol)
{
    for (size_t k = 0; k < OCK_MATCHES; k++) {
        ock_match_follow(&l->group->match, &l->match[k], symbol);
    }
    const ock_bases *bases = &contexts_of(l)->past.bases;
    for (unsigned k = 0; k < OCK_COPIES; k++) {
        ock_copy_follow(&l->group->match, bases, k % OCK_COPY_WAYS, &l->copy[k], symbol);
    }
}

static void seek_copies(const ock_mixing *m, lane_state *l)
{
    if (has_bases(m, l)) {
        ock_copies_find(&l->group->match, &contexts_of(l)->past.bases, l->copy, l->lane_in_group);
    } else {
        memset(l->copy, 0, sizeof l->copy);
    }
}

/* All lanes' symbols are in the rings, and none in the index yet. */
static void seek_matches(const ock_mixing *m, lane_state *l)
{
    if (l->seeks && m->config.orders == 0) {
        for (size_t k = 0; k < OCK_MATCHES; k++) {
            ock_match_find(&l->group->match, k, &l->match[k], l->lane_in_group);
        }
        seek_copies(m, l);
    }
    l->seeks = false;
}

ock_status ock_mixing_code(ock_mixing *m, size_t lane, const float *tree, ock_choice *choice)
{
    lane_state *l = &m->lanes[lane];
    ock_split split = ock_split_start();
    float sum = 0.0f; /* becomes NaN when any probability is */
    opinion o;
    seek_matches(m, l);
    ock_experts_start(m, l, &o);
    for (unsigned i = 0; i < 8; i++) {
        if (i == 4) {
            ock_experts_second(m, l, split.node & 15, &o);
        }
        prefetch_second(l, &o, &split, choice);
        ock_select_estimations(l, &split, &o);
        ock_experts_hear(m, l, tree, &split, &o);
        float p = ock_mixing_mix(m, l, &split, &o);
        sum += p;
        uint64_t upper = ock_split_upper(&split, ock_split_quantise(p));
        unsigned bit = choice->decode ? ock_split_bit(&split, upper, choice->target)
                                      : choice->symbol >> (7 - i) & 1u;
        if (m->watch != NULL) {
            m->watch(&o, bit);
        }
        ock_mixing_learn_bit(m, l, &split, bit, &o);
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

bool ock_mixing_has_numbers(const ock_mixing *m, size_t lane)
{
    return ock_past_kind(&contexts_of(&m->lanes[lane])->past) == OCK_DATA_NUMBERS;
}

void ock_mixing_lay(ock_mixing *m, const ock_laid_lane *lanes, uint64_t position)
{
    for (size_t i = 0; i < ock_range_length(m->share.groups) && lanes != NULL; i++) {
        ock_table_group *g = &m->groups[i];
        for (size_t k = 0; k < g->lanes; k++) {
            const ock_laid_lane *lane = &lanes[g->first_lane + k];
            const uint64_t length = ock_lane_length(&m->map, (uint32_t)(g->first_lane + k));
            ock_contexts_lay(&g->contexts[k], lane->of, lane->count,
                             position < length ? position : length);
        }
    }
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

void ock_mixing_prepare(ock_mixing *m, const ock_worker *me, size_t t, size_t active)
{
    for (size_t i = 0; i < ock_range_length(m->share.groups); i++) {
        ock_table_group *g = &m->groups[i];
        ock_table_group_prepare(g, me, t, lanes_active(g, active));
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
        seek_matches(m, &m->lanes[i]);
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
    ock_mixing_prepare(m, &me, t, active);
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
            seek_matches(m, l);
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
