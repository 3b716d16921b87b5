/* SPDX-License-Identifier: MIT */
/* reader.c - a mixing stage is asked, and not taught. */
#include "mixing/reader.h"

#include <stdlib.h>
#include <string.h>

#include "mixing/mixing_private.h"

/* The stage's parts, of which those that change with every bit are copies; tables, cells and weights are the
 * stage's own. */
struct ock_reader {
    const ock_mixing *mixing;
    const lane_state *from; /* the stage's lane */
    ock_arena arena;
    ock_table_group group;
    ock_contexts *contexts;
    shard_maps *maps;
    lane_state *lane;
    ock_match_seeker seeker;
};

static void borrow(ock_reader *r, const lane_state *judge)
{
    r->group = *r->from->group;
    r->group.contexts = r->contexts;
    *r->maps = *judge->maps;
    *r->lane = *judge;
    r->lane->group = &r->group;
    r->lane->maps = r->maps;
    r->lane->lane_in_group = 0;
}

/* judge: whose maps and weights it has. */
static ock_status make(ock_memory *memory, const ock_mixing *mixing, const lane_state *judge,
                       ock_reader **reader)
{
    ock_reader *r = calloc(1, sizeof *r);
    *reader = NULL;
    if (r == NULL) {
        return ock_fail_memory(sizeof *r, "a reader");
    }
    r->mixing = mixing;
    r->from = &mixing->lanes[0];
    ock_arena_init(&r->arena, memory);
    const ock_arena_part parts[] = {{&r->contexts, 1, sizeof *r->contexts},
                                    {&r->maps, 1, sizeof *r->maps},
                                    {&r->lane, 1, sizeof *r->lane}};
    ock_status status = ock_arena_take_parts(&r->arena, parts, OCK_PARTS(parts), "a reader");
    if (status != OCK_OK) {
        ock_reader_free(r);
        return status;
    }
    borrow(r, judge);
    ock_reader_start(r, "");
    *reader = r;
    return OCK_OK;
}

ock_status ock_reader_new(ock_memory *memory, const ock_mixing *mixing, ock_reader **reader)
{
    return make(memory, mixing, &mixing->lanes[0], reader);
}

ock_status ock_reader_new_like(ock_memory *memory, const ock_reader *other, ock_reader **reader)
{
    return make(memory, other->mixing, other->lane, reader);
}

static ock_status own_estimation(ock_arena *arena, ock_apm *apm)
{
    const size_t cells = (size_t)OCK_APM_STEPS << APM_BITS;
    const ock_map_cell *from = apm->cells;
    ock_status status = ock_arena_take(arena, cells, sizeof *apm->cells, "a reader's weights",
                                       (void **)&apm->cells);
    if (status == OCK_OK) {
        memcpy(apm->cells, from, cells * sizeof *from);
    }
    return status;
}

ock_status ock_reader_own(ock_reader *r)
{
    ock_status status = OCK_OK;
    for (unsigned e = 0; e < EFFORTS && status == OCK_OK; e++) {
        status = ock_mixer_own(&r->lane->mixer[e], &r->mixing->efforts[e].shape, &r->arena);
    }
    for (size_t a = 0; a < r->mixing->config.estimations && status == OCK_OK; a++) {
        status = own_estimation(&r->arena, &r->maps->apm[a]);
    }
    return status;
}

void ock_reader_free(ock_reader *r)
{
    if (r != NULL) {
        ock_arena_free(&r->arena);
        free(r);
    }
}

void ock_reader_look(ock_reader *r, uint8_t symbol)
{
    ock_match_seeker_append(&r->group.match, &r->seeker, symbol);
}

/* The next symbol is a part of the past. */
static void pass(ock_reader *r, uint8_t symbol)
{
    const ock_match_index *index = &r->group.match;
    for (size_t k = 0; k < OCK_MATCHES; k++) {
        ock_match_follow(index, &r->lane->match[k], symbol);
    }
    ock_reader_look(r, symbol);
    for (size_t k = 0; k < OCK_MATCHES; k++) {
        ock_match_seek(index, k, &r->lane->match[k], &r->seeker);
    }
    ock_contexts_update(r->contexts, symbol);
}

void ock_reader_start(ock_reader *r, const char *before)
{
    *r->contexts = *contexts_of(r->from);
    memset(r->lane->match, 0, sizeof r->lane->match);
    memset(r->lane->copy, 0, sizeof r->lane->copy);
    memset(&r->seeker, 0, sizeof r->seeker);
    for (; *before != '\0'; before++) {
        pass(r, (uint8_t)*before);
    }
}

/* As ock_mixing_code; learns: or nothing is learned. */
static ock_status code(ock_reader *r, bool learns, uint8_t symbol, ock_interval *interval)
{
    ock_split split = ock_split_start();
    float sum = 0.0f; /* becomes NaN when any probability is */
    opinion o;
    ock_experts_start(r->mixing, r->lane, &o);
    for (unsigned i = 0; i < 8; i++) {
        const unsigned bit = symbol >> (7 - i) & 1u;
        if (i == 4) {
            ock_experts_second(r->mixing, r->lane, split.node & 15, &o);
        }
        ock_select_estimations(r->lane, &split, &o);
        ock_experts_hear(r->mixing, r->lane, NULL, &split, &o);
        const float p = ock_mixing_mix(r->mixing, r->lane, &split, &o);
        sum += p;
        if (learns) {
            ock_mixing_learn_bit(r->mixing, r->lane, &split, bit, &o);
        } else {
            ock_experts_pass(&split, bit, &o);
        }
        ock_split_take(&split, ock_split_upper(&split, ock_split_quantise(p)), bit);
    }
    *interval = ock_split_interval(&split);
    pass(r, symbol);
    return sum >= 0.0f ? OCK_OK : ock_fail(OCK_INTERNAL, "a reader's probability is not a number");
}

ock_status ock_reader_code(ock_reader *r, uint8_t symbol, ock_interval *interval)
{
    return code(r, false, symbol, interval);
}

ock_status ock_reader_learn(ock_reader *r, uint8_t symbol)
{
    ock_interval interval;
    return code(r, true, symbol, &interval);
}

size_t ock_reader_places(const ock_reader *r, ock_reader_place places[OCK_READER_PLACES])
{
    size_t count = 0;
    for (size_t k = 0; k < OCK_MATCHES; k++) {
        ock_match match = {.length = 0};
        ock_match_seek(&r->group.match, k, &match, &r->seeker);
        if (match.length > 0) {
            places[count++] = (ock_reader_place){match.lane, match.place};
        }
    }
    return count;
}

_Static_assert((int)OCK_READER_PLACES == (int)OCK_MATCHES, "a place for each length");

ock_reader_history ock_reader_history_of(const ock_reader *r, size_t lane)
{
    const ock_match_index *index = &r->group.match;
    const uint64_t room = (uint64_t)1 << index->ring_bits, written = index->written[lane];
    return (ock_reader_history){.ring = index->rings + (lane << index->ring_bits),
                                .mask = room - 1,
                                .written = written,
                                .bytes = written < room ? written : room};
}
