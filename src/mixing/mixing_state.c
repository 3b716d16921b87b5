/* SPDX-License-Identifier: MIT */
/* mixing_state.c - the logical state of the mixing stage, for checkpoints (state.h). */
#include "mixing/mixing_private.h"

static const ock_state_field map_fields[] = {
    OCK_STATE_ARRAY("maps.history", shard_maps, history, ock_map_cell),
    OCK_STATE_ARRAY("maps.run", shard_maps, run, ock_map_cell),
    OCK_STATE_ARRAY("maps.match", shard_maps, match, ock_map_cell),
    OCK_STATE_ARRAY("maps.copy", shard_maps, copy, ock_map_cell),
};

static const char *const mixer_names[EFFORTS] = {"mixer", "easy_mixer", "base_mixer"};
static const char *const last_names[EFFORTS] = {"last_mixer", "easy_last_mixer", "base_last_mixer"};

static const ock_state_field lane_fields[] = {
    OCK_STATE_ARRAY("lane.match", lane_state, match, ock_match),
    OCK_STATE_ARRAY("lane.copy", lane_state, copy, ock_copy),
};

/* NULL where this rank does not hold it. */
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
        ock_state_show(v, &(ock_state_part){"cells", OCK_HELD_BY_SHARD, shard, sizeof(ock_map_cell),
                                            (size_t)OCK_APM_STEPS << APM_BITS,
                                            maps != NULL ? maps->apm[number].cells : NULL});
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
static void show_visits(const ock_mixing *m, unsigned e, size_t set, ock_state_visitor *v)
{
    ock_state_enter(v, mixer_names[e], set);
    for (uint32_t lane = 0; lane < m->map.lanes; lane++) {
        const lane_state *l = lane_at(m, lane);
        uint32_t *visits = l != NULL ? l->mixer[e].visits[set] : NULL;
        ock_state_show(v, &(ock_state_part){"visits", OCK_HELD_BY_LANE, lane, sizeof *visits,
                                            m->efforts[e].shape.contexts[set], visits});
    }
    ock_state_leave(v);
}

/* Weights of set number `set`, of the first mixers or the last ones. */
static void show_weights(const ock_mixing *m, unsigned e, bool last, size_t set,
                         ock_state_visitor *v)
{
    const ock_mixer_shape *shape = &m->efforts[e].shape;
    size_t count = last ? shape->final_contexts[set] * ock_whole_vectors(shape->sets)
                        : shape->contexts[set] * ock_whole_vectors(shape->inputs);
    ock_state_enter(v, last ? last_names[e] : mixer_names[e], set);
    for (uint32_t lane = 0; lane < m->map.lanes; lane++) {
        const lane_state *l = lane_at(m, lane);
        float *weights = l == NULL ? NULL
                         : last    ? l->mixer[e].final_weights[set]
                                   : l->mixer[e].weights[set];
        ock_state_show(
            v, &(ock_state_part){"weights", OCK_HELD_BY_LANE, lane, sizeof(float), count, weights});
    }
    ock_state_leave(v);
}

static void show_mixers(const ock_mixing *m, unsigned e, ock_state_visitor *v)
{
    for (size_t s = 0; s < m->efforts[e].shape.sets; s++) {
        show_weights(m, e, false, s, v);
        show_visits(m, e, s, v);
    }
    for (size_t s = 0; s < OCK_MIX_FINALS; s++) {
        show_weights(m, e, true, s, v);
    }
}

void ock_mixing_state(ock_mixing *m, ock_state_visitor *v)
{
    const ock_plan plan = {.map = m->map, .config = m->config};
    ock_table_groups_state(m->groups, m->share.groups, &plan, v);
    for (size_t i = 0; i < sizeof map_fields / sizeof map_fields[0]; i++) {
        show_map_field(m, &map_fields[i], v);
    }
    for (size_t a = 0; a < m->config.estimations; a++) {
        show_apm(m, a, v);
    }
    for (size_t i = 0; i < sizeof lane_fields / sizeof lane_fields[0]; i++) {
        show_lane_field(m, &lane_fields[i], v);
    }
    for (unsigned e = 0; e < EFFORTS; e++) {
        show_mixers(m, e, v);
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
        for (size_t k = 0; k < OCK_COPIES; k++) {
            if (m->lanes[i].copy[k].lane >= m->lanes[i].group->lanes) {
                return ock_fail(OCK_BAD_DATA, "the state of lane %zu is impossible: its copy",
                                m->share.lanes.begin + i);
            }
        }
    }
    return OCK_OK;
}
