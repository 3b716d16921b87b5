/* SPDX-License-Identifier: MIT */
/* mixing_build.c - the mixing stage in its initial state. */
#include <stdlib.h>

#include "mixing/mixing_private.h"

/* Inputs of a kind are whole vectors; those behind the last context stay zero. */
static input_places place_inputs(unsigned effort, size_t contexts)
{
    const size_t whole = ock_whole_vectors(contexts);
    input_places p = {.counter = 0};
    p.history = p.counter + whole;
    p.certain = p.history + whole;
    p.run = p.certain + whole;
    p.mean = p.run + whole;
    p.match = p.mean + 2;
    p.network = p.match + (size_t)2 * OCK_MATCHES;
    p.numbers = p.network + 2;
    p.copies = p.numbers;
    p.count = p.numbers + (effort == BASES ? 2 * (size_t)OCK_COPIES : OCK_NUMBER_ODDS);
    return p;
}

_Static_assert(4 * (int)OCK_MAX_CONTEXTS + 2 * (int)OCK_MATCHES + 4 + (int)OCK_NUMBER_ODDS <=
                       (int)OCK_MIX_INPUTS &&
                   (int)OCK_MAX_CONTEXTS % (int)OCK_LANES16 == 0,
               "all inputs fit");

void ock_mixing_efforts(const ock_config *config, ock_effort efforts[EFFORTS])
{
    enum { EASY_CONTEXTS = 16, EASY_ESTIMATIONS = 4, BASES_ESTIMATIONS = 0 };
    const size_t all = ock_config_contexts(config);
    const size_t of_bases = ock_context_lists[OCK_DATA_BASES].count;
    const size_t contexts[EFFORTS] = {all, EASY_CONTEXTS,
                                      of_bases < OCK_MAX_TURNED ? of_bases : OCK_MAX_TURNED};
    const size_t estimations[EFFORTS] = {config->estimations, EASY_ESTIMATIONS, BASES_ESTIMATIONS};
    for (unsigned e = 0; e < EFFORTS; e++) {
        ock_effort *to = &efforts[e];
        to->contexts = contexts[e] < all ? contexts[e] : all;
        to->estimations =
            estimations[e] < config->estimations ? estimations[e] : config->estimations;
        to->place = place_inputs(e, to->contexts);
        to->maps = e == BASES ? OCK_MAX_CONTEXTS : 0;
        ock_selectors_shape(e, config->sets, &to->shape);
        to->shape.inputs = to->place.count;
        to->shape.shared = to->place.count - (e != BASES); /* the last of numbers' comes on top */
    }
}

static void start_copies(shard_maps *s)
{
    for (size_t k = 0; k < OCK_COPIES; k++) {
        for (uint32_t i = 0; i < OCK_COPY_KINDS; i++) {
            for (size_t b = 0; b < BITS; b++) {
                s->copy[k][i][b] = ock_map_cell_start(1 + i % OCK_COPY_LENGTHS, 1);
            }
        }
    }
}

static ock_status make_maps(ock_mixing *m, shard_maps *s)
{
    for (size_t c = 0; c < CONTEXT_MAPS; c++) {
        for (size_t i = 0; i < m->machine.count; i++) {
            s->history[c][i] = ock_map_cell_start(m->machine.n1[i], m->machine.n0[i]);
        }
        for (uint32_t i = 0; i < RUN_BUCKETS; i++) {
            for (size_t b = 0; b < BITS; b++) {
                s->run[c][i][b] = ock_map_cell_start(2 * i, 1);
            }
        }
    }
    for (size_t k = 0; k < OCK_MATCHES; k++) {
        for (uint32_t i = 0; i < MATCH_BUCKETS; i++) {
            s->match[k][i] = ock_map_cell_start(4 * i, 1);
        }
    }
    start_copies(s);
    ock_status status = OCK_OK;
    for (size_t a = 0; a < m->config.estimations && status == OCK_OK; a++) {
        status = ock_apm_init(&s->apm[a], (size_t)1 << APM_BITS, &m->arena);
    }
    return status;
}

static void mark_states(ock_mixing *m)
{
    for (size_t i = 0; i < m->machine.count; i++) {
        m->states[i].known = i > 0 ? 1.0f : 0.0f;
        m->states[i].certain = (m->machine.n0[i] == 0) != (m->machine.n1[i] == 0) ? 1.0f : 0.0f;
    }
}

static ock_status make_lane(ock_mixing *m, size_t index)
{
    lane_state *l = &m->lanes[index];
    size_t lane = m->share.lanes.begin + index;
    size_t shard = m->share.shards.begin;
    while (ock_shard_first_lane(&m->map, (uint32_t)shard + 1) <= lane) {
        shard++;
    }
    l->maps = &m->shards[shard - m->share.shards.begin];
    l->group = &m->groups[ock_group_of_shard(&m->map, (uint32_t)shard) - m->share.groups.begin];
    l->lane_in_group = lane - l->group->first_lane;
    ock_status status = OCK_OK;
    for (unsigned e = 0; e < EFFORTS && status == OCK_OK; e++) {
        status = ock_mixer_init(&l->mixer[e], &m->efforts[e].shape, &m->arena);
    }
    return status;
}

static ock_status build(ock_mixing *m, const ock_plan *plan)
{
    const ock_arena_part parts[] = {
        {&m->groups, ock_range_length(m->share.groups), sizeof *m->groups},
        {&m->shards, ock_range_length(m->share.shards), sizeof *m->shards},
        {&m->lanes, ock_range_length(m->share.lanes), sizeof *m->lanes}};
    ock_status status =
        ock_arena_take_parts(&m->arena, parts, OCK_PARTS(parts), "the mixing stage");
    for (size_t i = 0; i < ock_range_length(m->share.groups) && status == OCK_OK; i++) {
        status =
            ock_table_group_init(&m->groups[i], plan, &m->share,
                                 (uint32_t)(m->share.groups.begin + i), &m->machine, &m->arena);
    }
    for (size_t i = 0; i < ock_range_length(m->share.shards) && status == OCK_OK; i++) {
        status = make_maps(m, &m->shards[i]);
    }
    for (size_t i = 0; i < ock_range_length(m->share.lanes) && status == OCK_OK; i++) {
        status = make_lane(m, i);
    }
    return status;
}

ock_status ock_mixing_new(ock_memory *memory, const ock_kernels *kernels, const ock_plan *plan,
                          const ock_share *share, ock_mixing **mixing)
{
    ock_mixing *m = calloc(1, sizeof *m);
    *mixing = NULL;
    if (m == NULL) {
        return ock_fail_memory(sizeof *m, "the mixing stage");
    }
    m->kernels = kernels;
    m->config = plan->config;
    m->map = plan->map;
    m->share = *share;
    ock_mixing_efforts(&m->config, m->efforts);
    ock_arena_init(&m->arena, memory);
    ock_bit_history_make(&m->machine);
    mark_states(m);
    ock_selectors_flags(&m->config, m->known);
    ock_logits_make(&m->logits);
    ock_map_rates_make(&m->rates, plan->config.history_limit);
    ock_map_rates_make(&m->apm_rates, OCK_APM_LIMIT);
    m->mixer_rates = (ock_mixer_rates){plan->config.mix_rate, plan->config.mix_rate_end,
                                       plan->config.mix_steps, plan->config.final_rate};
    ock_status status = build(m, plan);
    if (status != OCK_OK) {
        ock_mixing_free(m);
        return status;
    }
    *mixing = m;
    return OCK_OK;
}

void ock_mixing_free(ock_mixing *m)
{
    if (m == NULL) {
        return;
    }
    ock_arena_free(&m->arena);
    free(m);
}

size_t ock_mixing_bytes(const ock_mixing *m)
{
    return m->arena.bytes;
}
