/* SPDX-License-Identifier: MIT */
/* mixing.h - the mixing stage: from all experts' opinions to the interval of a symbol, bit by bit.
 *
 * Who owns what:
 *   table group  (table_group.h) counter table, match rings and indexes, contexts of every lane:
 *                follow from symbols alone, replayed for all lanes of the group, in lane order,
 *                by every rank that owns a shard of it;
 *   shard        maps of bit histories, runs and matches, secondary estimation: its lanes in
 *                ascending order;
 *   lane         mixer weights, current matches. */
#ifndef OCK_MIXING_H
#define OCK_MIXING_H

#include <stdbool.h>

#include "base/memory.h"
#include "base/state.h"
#include "coder/choice.h"
#include "contexts/layout.h"
#include "numeric/kernels.h"
#include "plan/config.h"
#include "plan/history.h"
#include "plan/share.h"
#include "threads/team.h"

typedef struct ock_mixing ock_mixing;

/* Bytes that a rank takes for each lane and each shard that it owns. */
typedef struct ock_mixing_part_bytes {
    uint64_t lane, shard;
} ock_mixing_part_bytes;

/* Builds one of each to know. Not collective. */
ock_status ock_mixing_measure(const ock_config *config,
                              ock_mixing_part_bytes *parts) OCK_WARN_UNUSED;

/* Bytes of a table group's tables, histories and contexts. Not collective. */
ock_status ock_mixing_group_bytes(const ock_plan *plan, uint32_t group,
                                  uint64_t *bytes) OCK_WARN_UNUSED;

/* The stage in its initial state for a rank's share. Not collective. */
ock_status ock_mixing_new(ock_memory *memory, const ock_kernels *kernels, const ock_plan *plan,
                          const ock_share *share, ock_mixing **mixing) OCK_WARN_UNUSED;
void ock_mixing_free(ock_mixing *mixing);

/* ---- a step, by a team of threads ----
 *
 *     begin_step
 *     for each position t:
 *         code      each lane, by the member whose it is (ock_share_part)
 *         prepare   and every lane's symbol becomes known
 *         -         all wait for each other
 *         replay
 *         -         all wait for each other
 *     end_step
 *
 * A member's calls for t = 0 may begin before others have ended begin_step, but for replay. All give the
 * same bits whatever the size of the team. */

/* t: the number of the first position: 0. */
void ock_mixing_begin_step(ock_mixing *mixing, const ock_worker *me, size_t t);

/* Position t has symbols in global lanes [0, active). */
void ock_mixing_prepare(ock_mixing *mixing, const ock_worker *me, size_t t, size_t active);
/* Replays them, which `history` holds, in the tables of the own groups. */
void ock_mixing_replay(ock_mixing *mixing, const ock_worker *me, const ock_history *history,
                       size_t t, size_t active);

/* After the last position, t, was replayed and all have waited for each other: the stage's state is
 * whole again. */
void ock_mixing_end_step(ock_mixing *mixing, const ock_worker *me, size_t t);

/* Codes the next symbol of own lane `lane` (0 = first own one). tree: the network's bit
 * probabilities (head.h) or NULL when there is no network. Lanes of a shard come in ascending
 * order. OCK_INTERNAL when a probability is not a number. Not collective. Lanes of different shards
 * may be coded by different threads at the same time. */
ock_status ock_mixing_code(ock_mixing *mixing, size_t lane, const float *tree,
                           ock_choice *choice) OCK_WARN_UNUSED;

/* A position by itself, by one thread: begin_step, replay and end_step after `code` of all own lanes.
 * Not collective. */
void ock_mixing_learn(ock_mixing *mixing, const ock_history *history, size_t t, size_t active);

/* Instead of code and learn: a whole step in which all lanes repeat. Contexts, match history and
 * matches move on, nothing is counted. Not collective. */
void ock_mixing_skip(ock_mixing *mixing, const ock_history *history);

/* Whether the next symbols of own lane number `lane` are taken for numbers. */
bool ock_mixing_has_numbers(const ock_mixing *mixing, size_t lane);

/* What is known beforehand of the layouts of all lanes, of each of which up to `position` symbols are over; it outlives
 * the run. NULL: nothing. After ock_mixing_new, or after a state was loaded. */
typedef struct ock_laid_lane {
    size_t count;
    const ock_laid *of; /* (count) in order and apart */
} ock_laid_lane;
void ock_mixing_lay(ock_mixing *mixing, const ock_laid_lane *lanes, uint64_t position);

/* Shows the stage's state: tables of all groups, maps of all shards, mixers and matches of all
 * lanes. Not collective. */
void ock_mixing_state(ock_mixing *mixing, ock_state_visitor *visitor);

/* After the state was replaced: OCK_BAD_DATA when a value that is used as an index is impossible. */
ock_status ock_mixing_check(const ock_mixing *mixing) OCK_WARN_UNUSED;

size_t ock_mixing_bytes(const ock_mixing *mixing);

#endif
