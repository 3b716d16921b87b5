/* SPDX-License-Identifier: MIT */
/* table_group.h - what a table group shares: every lane's contexts, the counter table, the match
 * history.
 *
 * All of it follows from symbols alone. Every rank that owns a shard of the group replays all its
 * lanes, in lane order; looking up changes nothing. */
#ifndef OCK_TABLE_GROUP_H
#define OCK_TABLE_GROUP_H

#include <stdbool.h>

#include "base/state.h"
#include "contexts/contexts.h"
#include "mixing/counters.h"
#include "mixing/match.h"
#include "plan/config.h"
#include "plan/history.h"
#include "plan/share.h"
#include "threads/team.h"

enum { OCK_MAX_LEARNED = (int)OCK_MAX_CONTEXTS + (int)OCK_MAX_TURNED };

/* What is counted at a position: the symbol in the first hashes, and in each of those after them a symbol of its own, which
 * was known before (ock_contexts_turned). */
typedef struct ock_learned {
    size_t contexts, count;
    uint64_t hash[OCK_MAX_LEARNED];
    uint8_t symbol[OCK_MAX_LEARNED];
} ock_learned;

typedef struct ock_table_group {
    size_t first_lane, lanes; /* global numbers */
    ock_lane_map map;
    ock_share share;
    ock_contexts *contexts; /* (lanes) */
    ock_counters counters;
    ock_match_index match;
    /* Between two positions, twice: one for what is being replayed, one for what comes next. */
    ock_learned *learned[2];     /* (lanes) */
    ock_match_entry *entries[2]; /* (lanes) places to be entered in the match index */
    uint32_t slot_bits;          /* log2 of slots: blocks in one slot are learned as one */
    uint16_t *slots; /* (lanes, OCK_MAX_LEARNED) of the blocks of what is learned at the position */
} ock_table_group;

/* Group `number` of the plan, on a rank of that share. */
ock_status ock_table_group_init(ock_table_group *group, const ock_plan *plan,
                                const ock_share *share, uint32_t number,
                                const ock_bit_history *machine, ock_arena *arena) OCK_WARN_UNUSED;

/* Hints the cache that the second nibble's lines of the first `contexts` contexts come soon, the first nibble being
 * `first`; seen: what each of them has seen. */
void ock_table_group_prefetch(const ock_table_group *group, size_t lane, size_t contexts,
                              const uint16_t *seen, unsigned first);

/* A step, replayed by the members of a team together:
 *
 *     begin      once, before anything is coded; t: the first position, 0 of a whole step
 *     prepare    position by position
 *     replay     before anything of the next position is looked up: nobody codes meanwhile
 *     end        after the last one, when matches were looked for (mixing.h)
 *
 * Between any two of them the team waits for each other (ock_team_barrier). */
void ock_table_group_begin(ock_table_group *group, const ock_worker *me, size_t t);

/* Tells the others which blocks the contexts of the member's lanes lie in, at position t, where the first `lanes`
 * lanes of the group have a symbol. */
void ock_table_group_prepare(ock_table_group *group, const ock_worker *me, size_t t, size_t lanes);

/* The first `lanes` lanes of the group have a symbol at position t of `history`: counts it, appends
 * it to the match history and moves on to the next position's contexts. Enters the places of the
 * position before in the match index. */
void ock_table_group_replay(ock_table_group *group, const ock_worker *me,
                            const ock_history *history, size_t t, size_t lanes);

/* Enters the places of the last position, t. */
void ock_table_group_end(ock_table_group *group, const ock_worker *me, size_t t);

/* What entering a lane's present place in the match index comes to. */
ock_match_entry ock_table_group_entry(const ock_table_group *group, size_t lane);

/* A step in which nothing is counted: appends the symbols of position t to the match history; after
 * all positions `arrive` moves on to the contexts after the step. */
void ock_table_group_skip(ock_table_group *group, const ock_history *history, size_t t);
void ock_table_group_arrive(ock_table_group *group, const ock_history *history);
/* After that, when matches were looked for: enters all lanes' places in the match index. */
void ock_table_group_insert(ock_table_group *group);

/* Shows the state of all groups of the plan, of which this rank holds `own` in groups[0 ..]. */
void ock_table_groups_state(ock_table_group *groups, ock_range own, const ock_plan *plan,
                            ock_state_visitor *visitor);

/* Whether all values that are used as indexes are possible, after the state was replaced. */
bool ock_table_group_is_sound(const ock_table_group *group);

#endif
