/* mixing_state.c - the logical state of the mixing stage, for checkpoints (state.h). */
#include "mixing/mixing_private.h"

static const ock_state_field map_fields[] = {
    OCK_STATE_ARRAY("maps.history", shard_maps, history, ock_map_cell),
    OCK_STATE_ARRAY("maps.run", shard_maps, run, ock_map_cell),
    OCK_STATE_ARRAY("maps.match", shard_maps, match, ock_map_cell),
};

static const ock_state_field lane_fields[] = {
    OCK_STATE_ARRAY("lane.match", lane_state, match, ock_match),
};

/* NULL where this rank doesn't hold it. */
static shard_maps *shard_at(const ock_mixing *m, size_t shard)
{
    bool held = shard >= m->share.shards.begin && shard < m->share.shards.end;
    return held ? &m->shards[shard - m->share.shards.begin] : NULL;
}

static lane_state *lane_at(const ock_mixing *m, size_t lane)
{
    bool held = lane >= m->share.lanes.begin && lane < m->share.lanes.end;
    return held ? &m->lanes[lane - m->share.lanes.begin] : NULL;
}

static void show_map_field(const ock_mixing *m, const ock_state_field *f, ock_state_visitor *v)
{
    for (uint32_t shard = 0; shard < m->map.shards; shard++) {
        char *maps = (char *)shard_at(m, shard);
        ock_state_show(v, &(ock_state_part){f->name, OCK_HELD_BY_SHARD, shard, f->element, f->count,
                                            maps != NULL ? maps + f->offset : NULL});
    }
}

static void show_apm(const ock_mixing *m, size_t number, ock_state_visitor *v)
{
    ock_state_enter(v, "apm", number);
    for (uint32_t shard = 0; shard < m->map.shards; shard++) {
        shard_maps *maps = shard_at(m, shard);
        ock_state_show(v, &(ock_state_part){"p", OCK_HELD_BY_SHARD, shard, sizeof(float),
                                            (size_t)OCK_APM_STEPS << APM_BITS,
                                            maps != NULL ? maps->apm[number].p : NULL});
    }
    ock_state_leave(v);
}

static void show_lane_field(const ock_mixing *m, const ock_state_field *f, ock_state_visitor *v)
{
    for (uint32_t lane = 0; lane < m->map.lanes; lane++) {
        char *state = (char *)lane_at(m, lane);
        ock_state_show(v, &(ock_state_part){f->name, OCK_HELD_BY_LANE, lane, f->element, f->count,
                                            state != NULL ? state + f->offset : NULL});
    }
}

/* How often each weight vector of set number `set` was chosen. */
static void show_visits(const ock_mixing *m, size_t set, ock_state_visitor *v)
{
    const ock_mixer_shape shape = ock_mixing_shape(m->config.contexts);
    ock_state_enter(v, "mixer", set);
    for (uint32_t lane = 0; lane < m->map.lanes; lane++) {
        const lane_state *l = lane_at(m, lane);
        uint32_t *visits = l != NULL ? l->mixer.visits[set] : NULL;
        ock_state_show(v, &(ock_state_part){"visits", OCK_HELD_BY_LANE, lane, sizeof *visits,
                                            shape.contexts[set], visits});
    }
    ock_state_leave(v);
}

/* Weights of set number `set`, of the first mixers or the last ones. */
static void show_weights(const ock_mixing *m, bool last, size_t set, ock_state_visitor *v)
{
    const ock_mixer_shape shape = ock_mixing_shape(m->config.contexts);
    size_t count = last ? shape.final_contexts[set] * OCK_FINAL_INPUTS
                        : shape.contexts[set] * ock_whole_vectors(shape.inputs);
    ock_state_enter(v, last ? "last_mixer" : "mixer", set);
    for (uint32_t lane = 0; lane < m->map.lanes; lane++) {
        const lane_state *l = lane_at(m, lane);
        float *weights = l == NULL ? NULL
                         : last    ? l->mixer.final_weights[set]
                                   : l->mixer.weights[set];
        ock_state_show(
            v, &(ock_state_part){"weights", OCK_HELD_BY_LANE, lane, sizeof(float), count, weights});
    }
    ock_state_leave(v);
}

void ock_mixing_state(ock_mixing *m, ock_state_visitor *v)
{
    const ock_plan plan = {.map = m->map, .config = m->config};
    ock_table_groups_state(m->groups, m->share.groups, &plan, v);
    for (size_t i = 0; i < sizeof map_fields / sizeof map_fields[0]; i++) {
        show_map_field(m, &map_fields[i], v);
    }
    for (size_t a = 0; a < APMS; a++) {
        show_apm(m, a, v);
    }
    for (size_t i = 0; i < sizeof lane_fields / sizeof lane_fields[0]; i++) {
        show_lane_field(m, &lane_fields[i], v);
    }
    for (size_t s = 0; s < OCK_MIX_SETS; s++) {
        show_weights(m, false, s, v);
        show_visits(m, s, v);
    }
    for (size_t s = 0; s < OCK_MIX_FINALS; s++) {
        show_weights(m, true, s, v);
    }
}

ock_status ock_mixing_check(const ock_mixing *m)
{
    for (size_t i = 0; i < ock_range_length(m->share.groups); i++) {
        if (!ock_table_group_is_sound(&m->groups[i])) {
            return ock_fail(OCK_BAD_DATA, "the state of table group %zu is impossible",
                            m->share.groups.begin + i);
        }
    }
    for (size_t i = 0; i < ock_range_length(m->share.lanes); i++) {
        for (size_t k = 0; k < OCK_MATCHES; k++) {
            if (m->lanes[i].match[k].lane >= m->lanes[i].group->lanes) {
                return ock_fail(OCK_BAD_DATA, "the state of lane %zu is impossible: its match",
                                m->share.lanes.begin + i);
            }
        }
    }
    return OCK_OK;
}
