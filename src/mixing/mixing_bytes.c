/* SPDX-License-Identifier: MIT */
/* mixing_bytes.c - what the mixing stage would take, without building more than one part of a kind. */
#include "mixing/mixing_private.h"

/* The counters are no more than their lines, of which there may be too many to ask for here. */
static ock_status measure_match(const ock_config *config, size_t lanes, uint64_t *bytes)
{
    ock_arena arena;
    ock_match_index index;
    ock_arena_init(&arena, NULL);
    ock_status status = ock_match_init(&index, config, lanes, &arena);
    *bytes = arena.bytes;
    ock_arena_free(&arena);
    return status;
}

ock_status ock_mixing_measure(const ock_config *config, ock_mixing_part_bytes *parts)
{
    ock_effort efforts[EFFORTS];
    ock_arena arena;
    ock_apm apm;
    ock_status status = OCK_OK;
    ock_mixing_efforts(config, efforts);
    ock_arena_init(&arena, NULL);
    for (unsigned e = 0; e < EFFORTS && status == OCK_OK; e++) {
        ock_mixer mixer;
        status = ock_mixer_init(&mixer, &efforts[e].shape, &arena);
    }
    parts->lane = sizeof(lane_state) + arena.bytes;
    const uint64_t before = arena.bytes;
    if (status == OCK_OK) {
        status = ock_apm_init(&apm, (size_t)1 << APM_BITS, &arena);
    }
    parts->shard = sizeof(shard_maps) + config->estimations * (arena.bytes - before);
    ock_arena_free(&arena);
    return status;
}

ock_status ock_mixing_group_bytes(const ock_plan *plan, uint32_t group, uint64_t *bytes)
{
    const size_t lanes = ock_range_length(ock_group_lanes(&plan->map, group));
    uint64_t match;
    ock_status status = measure_match(&plan->config, lanes, &match);
    const ock_table_group *g = NULL;
    const uint64_t learned = sizeof *g->learned[0], entry = sizeof *g->entries[0];
    const uint64_t slots = sizeof *g->slots * OCK_MAX_LEARNED;
    *bytes = sizeof *g + lanes * (sizeof *g->contexts + 2 * (learned + entry) + slots) +
             ock_counters_bytes(plan->config.table_bits) + match;
    return status;
}
