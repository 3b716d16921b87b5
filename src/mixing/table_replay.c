/* SPDX-License-Identifier: MIT */
/* table_replay.c - a team replays symbols in the tables that lanes share.
 *
 * Updates of one block of the counter table have a fixed order, that of lanes; those of different blocks have none. So
 * a block that only lanes of one member touch at a position is learned by that member, which has just looked it up:
 * it stays in the cache of its core. Blocks that lanes of several members touch are learned by one member
 * each, for all lanes. To find out which those are, all members read the same list of slots: a block has one,
 * which other blocks may have too. */
#include "mixing/table_group.h"

#include <string.h>

enum { SLOTS = 1 << 13, NOBODY = 0, ALL = 255 };

/* Whose a slot's blocks are at this position: NOBODY's, member i's (i + 1), or lanes of several members touch
 * them: ALL. */
typedef struct slot_owners {
    uint8_t of[SLOTS];
} slot_owners;

/* What a lane counts at position t, kept until all members have learned it. */
static ock_learned *learned_at(const ock_table_group *g, size_t lane, size_t t)
{
    return g->learned[t & 1] + lane;
}

static uint16_t *slots_of(const ock_table_group *g, size_t lane)
{
    return g->slots + lane * OCK_MAX_LEARNED;
}

static void keep_hashes(ock_table_group *g, size_t lane, size_t t)
{
    const ock_contexts *c = &g->contexts[lane];
    ock_learned *to = learned_at(g, lane, t);
    to->contexts = ock_contexts_used(c);
    memcpy(to->hash, c->hash, to->contexts * sizeof *c->hash);
    to->count =
        to->contexts + ock_contexts_turned(c, to->hash + to->contexts, to->symbol + to->contexts);
}

static void prefetch_next(const ock_table_group *g, size_t lane, size_t t)
{
    const ock_learned *next = learned_at(g, lane, t);
    for (size_t i = 0; i < next->count; i++) {
        ock_counters_prefetch(&g->counters, next->hash[i]);
    }
}

static uint8_t symbol_of(const ock_table_group *g, const ock_history *history, size_t lane,
                         size_t t)
{
    return *ock_history_at(history, g->first_lane + lane, t);
}

/* ---- whose lanes and blocks ---- */

/* A member's lanes in a group: those that it codes, and of other ranks' lanes, which lie before and after the
 * own ones, a part of each. */
enum { PIECES = 3 };

static size_t within(const ock_table_group *g, size_t lane)
{
    const size_t place = lane > g->first_lane ? lane - g->first_lane : 0;
    return place < g->lanes ? place : g->lanes;
}

static ock_range part_of(size_t begin, size_t end, const ock_worker *me)
{
    const ock_range part = ock_part(end - begin, me->count, me->index);
    return (ock_range){begin + part.begin, begin + part.end};
}

static void list_lanes(const ock_table_group *g, const ock_worker *me, ock_range pieces[PIECES])
{
    const ock_range coded = ock_share_part(&g->map, &g->share, me->count, me->index);
    pieces[0] = part_of(0, within(g, g->share.lanes.begin), me);
    pieces[1] = (ock_range){within(g, coded.begin), within(g, coded.end)};
    pieces[2] = part_of(within(g, g->share.lanes.end), g->lanes, me);
}

/* Whether blocks are told apart by who touches them. With fewer lanes than members some would have nothing to
 * do: there all blocks are all members'. */
static bool tells_apart(const ock_worker *me, size_t lanes)
{
    return me->count > 1 && me->count < ALL && lanes >= me->count;
}

static void own_slots(const ock_table_group *g, const ock_worker *other, size_t t, size_t lanes,
                      slot_owners *owners)
{
    const unsigned name = (unsigned)other->index + 1;
    ock_range pieces[PIECES];
    list_lanes(g, other, pieces);
    for (size_t p = 0; p < PIECES; p++) {
        for (size_t lane = pieces[p].begin; lane < pieces[p].end && lane < lanes; lane++) {
            const uint16_t *slot = slots_of(g, lane);
            const size_t count = learned_at(g, lane, t)->count;
            for (size_t i = 0; i < count; i++) {
                uint8_t *owner = &owners->of[slot[i]];
                *owner = (uint8_t)(*owner == NOBODY || *owner == name ? name : ALL);
            }
        }
    }
}

static void find_owners(const ock_table_group *g, const ock_worker *me, size_t t, size_t lanes,
                        slot_owners *owners)
{
    const bool apart = tells_apart(me, lanes);
    memset(owners->of, apart ? NOBODY : ALL, (size_t)1 << g->slot_bits);
    ock_worker other = *me;
    for (other.index = 0; apart && other.index < me->count; other.index++) {
        own_slots(g, &other, t, lanes, owners);
    }
}

static bool is_mine(const ock_table_group *g, const ock_worker *me, const slot_owners *owners,
                    size_t slot)
{
    const uint8_t owner = owners->of[slot];
    return owner == ALL ? slot * me->count >> g->slot_bits == me->index : owner == me->index + 1;
}

/* ---- learning ---- */

/* Fetches what it lists: a line that another member has learned last lies in that one's cache. A member alone has just
 * looked the first lines of its contexts up. */
static void list_contexts(const ock_table_group *g, const ock_worker *me, const slot_owners *owners,
                          const ock_history *history, size_t t, size_t lane, ock_learned *list)
{
    const ock_learned *all = learned_at(g, lane, t);
    const uint16_t *slot = slots_of(g, lane);
    const uint8_t now = symbol_of(g, history, lane, t);
    list->count = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (me->count == 1 || is_mine(g, me, owners, slot[i])) {
            const uint8_t symbol = i < all->contexts ? now : all->symbol[i];
            if (me->count > 1 || i >= all->contexts) {
                ock_counters_prefetch(&g->counters, all->hash[i]);
            }
            ock_counters_prefetch_second(&g->counters, all->hash[i], symbol >> 4);
            list->hash[list->count] = all->hash[i];
            list->symbol[list->count++] = symbol;
        }
    }
}

static void learn_contexts(ock_table_group *g, const ock_learned *list)
{
    for (size_t i = 0; i < list->count; i++) {
        ock_counters_learn(&g->counters, list->hash[i], list->symbol[i]);
    }
}

/* All lanes, in their order; a lane's contexts are fetched while those of the one before are learned. */
static void learn_lanes(ock_table_group *g, const ock_worker *me, const ock_history *history,
                        size_t t, size_t lanes)
{
    slot_owners owners;
    ock_learned lists[2]; /* what the member learns */
    if (me->count > 1) {
        find_owners(g, me, t, lanes, &owners);
    }
    for (size_t lane = 0; lane <= lanes; lane++) {
        if (lane < lanes) {
            list_contexts(g, me, &owners, history, t, lane, &lists[lane & 1]);
        }
        if (lane > 0) {
            learn_contexts(g, &lists[(lane - 1) & 1]);
        }
    }
}

/* To position t + 1. */
static void advance_lane(ock_table_group *g, const ock_history *history, size_t t, size_t lane)
{
    const uint8_t symbol = symbol_of(g, history, lane, t);
    ock_match_append(&g->match, lane, symbol);
    ock_contexts_update(&g->contexts[lane], symbol);
    g->entries[t & 1][lane] = ock_table_group_entry(g, lane);
    keep_hashes(g, lane, t + 1);
    prefetch_next(g, lane, t + 1);
}

static void enter_places(ock_table_group *g, const ock_worker *me, size_t t)
{
    for (size_t lane = 0; lane < g->lanes; lane++) {
        ock_match_insert(&g->match, &g->entries[t & 1][lane], me->index, me->count);
    }
}

/* ---- a step ---- */

void ock_table_group_begin(ock_table_group *g, const ock_worker *me, size_t t)
{
    ock_range pieces[PIECES];
    list_lanes(g, me, pieces);
    for (size_t p = 0; p < PIECES; p++) {
        for (size_t lane = pieces[p].begin; lane < pieces[p].end; lane++) {
            keep_hashes(g, lane, t);
            g->entries[(t + 1) & 1][lane] = (ock_match_entry){.value = 0}; /* of none before */
        }
    }
}

static void note_slots(ock_table_group *g, size_t lane, size_t t)
{
    const ock_learned *all = learned_at(g, lane, t);
    const size_t mask = ((size_t)1 << g->slot_bits) - 1;
    uint16_t *slot = slots_of(g, lane);
    for (size_t i = 0; i < all->count; i++) {
        slot[i] = (uint16_t)(ock_counters_block(&g->counters, all->hash[i]) & mask);
    }
}

void ock_table_group_prepare(ock_table_group *g, const ock_worker *me, size_t t, size_t lanes)
{
    ock_range pieces[PIECES];
    if (me->count == 1) {
        return;
    }
    list_lanes(g, me, pieces);
    for (size_t p = 0; p < PIECES; p++) {
        for (size_t lane = pieces[p].begin; lane < pieces[p].end && lane < lanes; lane++) {
            note_slots(g, lane, t);
        }
    }
}

void ock_table_group_replay(ock_table_group *g, const ock_worker *me, const ock_history *history,
                            size_t t, size_t lanes)
{
    ock_range pieces[PIECES];
    list_lanes(g, me, pieces);
    enter_places(g, me, t + 1); /* of t - 1 */
    learn_lanes(g, me, history, t, lanes);
    for (size_t p = 0; p < PIECES; p++) {
        for (size_t lane = pieces[p].begin; lane < pieces[p].end; lane++) {
            if (lane < lanes) {
                advance_lane(g, history, t, lane);
            } else {
                g->entries[t & 1][lane] = (ock_match_entry){.value = 0};
            }
        }
    }
}

void ock_table_group_end(ock_table_group *g, const ock_worker *me, size_t t)
{
    enter_places(g, me, t);
}
