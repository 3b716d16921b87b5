/* table_group.c - replays symbols in the tables that lanes share. */
#include "table_group.h"

ock_status ock_table_group_init(ock_table_group *g, const ock_plan *plan, uint32_t number,
                                const ock_bit_history *machine, ock_arena *arena)
{
    const ock_lane_map *map = &plan->map;
    g->first_lane = ock_shard_first_lane(map, ock_group_first_shard(map, number));
    g->lanes = ock_shard_first_lane(map, ock_group_first_shard(map, number + 1)) - g->first_lane;
    ock_status status =
        ock_arena_take(arena, g->lanes, sizeof *g->contexts, "the contexts", (void **)&g->contexts);
    if (status != OCK_OK)
        return status;
    for (size_t i = 0; i < g->lanes; i++)
        ock_contexts_start(&g->contexts[i], plan->config.contexts);
    status = ock_counters_init(&g->counters, plan->config.table_bits, plan->config.counter_limit,
                               machine, arena);
    return status != OCK_OK ? status : ock_match_init(&g->match, &plan->config, g->lanes, arena);
}

static void learn_counters(ock_table_group *g, size_t lane, uint8_t symbol)
{
    const ock_contexts *c = &g->contexts[lane];
    for (size_t i = 0; i < c->count; i++) {
        ock_counter_line *first = ock_counters_learn(&g->counters, c->hash[i], symbol >> 4);
        ock_counters_learn_run(first, symbol);
        ock_counters_learn(&g->counters, ock_contexts_second(c->hash[i], symbol >> 4), symbol & 15);
    }
}

static void prefetch_next(const ock_table_group *g, size_t lane)
{
    const ock_contexts *c = &g->contexts[lane];
    for (size_t i = 0; i < c->count; i++)
        ock_counters_prefetch(&g->counters, c->hash[i]);
}

/* Other ranks' lanes were not looked up here: their second nibbles' lines are far away. */
static void prefetch_second(const ock_table_group *g, size_t lane, uint8_t symbol)
{
    const ock_contexts *c = &g->contexts[lane];
    for (size_t i = 0; i < c->count; i++)
        ock_counters_prefetch(&g->counters, ock_contexts_second(c->hash[i], symbol >> 4));
}

void ock_table_group_append(ock_table_group *g, const ock_history *history, size_t t, size_t lanes)
{
    if (lanes > 0)
        prefetch_second(g, 0, *ock_history_at(history, g->first_lane, t));
    for (size_t lane = 0; lane < lanes; lane++) {
        uint8_t symbol = *ock_history_at(history, g->first_lane + lane, t);
        if (lane + 1 < lanes)
            prefetch_second(g, lane + 1, *ock_history_at(history, g->first_lane + lane + 1, t));
        learn_counters(g, lane, symbol);
        ock_match_append(&g->match, lane, symbol);
        ock_contexts_update(&g->contexts[lane], symbol);
        prefetch_next(g, lane);
    }
}

void ock_table_group_skip(ock_table_group *g, const ock_history *history, size_t t)
{
    for (size_t lane = 0; lane < g->lanes; lane++)
        ock_match_append(&g->match, lane, *ock_history_at(history, g->first_lane + lane, t));
}

void ock_table_group_arrive(ock_table_group *g, const ock_history *history)
{
    for (size_t lane = 0; lane < g->lanes; lane++) {
        const uint8_t *symbols = ock_history_at(history, g->first_lane + lane, 0);
        ock_contexts_advance(&g->contexts[lane], symbols, history->step);
        prefetch_next(g, lane);
    }
}

void ock_table_group_insert(ock_table_group *g, size_t lanes)
{
    for (size_t lane = 0; lane < lanes; lane++)
        ock_match_insert(&g->match, lane);
}
