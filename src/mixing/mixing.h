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
#include "numeric/kernels.h"
#include "plan/config.h"
#include "plan/history.h"
#include "plan/share.h"

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

/* Codes the next symbol of own lane `lane` (0 = first own one). tree: the network's bit
 * probabilities (head.h) or NULL when there is no network. Lanes of a shard come in ascending
 * order. OCK_INTERNAL when a probability is not a number. Not collective. */
ock_status ock_mixing_code(ock_mixing *mixing, size_t lane, const float *tree,
                           ock_choice *choice) OCK_WARN_UNUSED;

/* The position is over: position t of `history` holds the symbols of global lanes [0, active).
 * Replays them in the tables of the own groups. Not collective. */
void ock_mixing_learn(ock_mixing *mixing, const ock_history *history, size_t t, size_t active);

/* Instead of code and learn: a whole step in which all lanes repeat. Contexts, match history and
 * matches move on, nothing is counted. Not collective. */
void ock_mixing_skip(ock_mixing *mixing, const ock_history *history);

/* Shows the stage's state: tables of all groups, maps of all shards, mixers and matches of all
 * lanes. Not collective. */
void ock_mixing_state(ock_mixing *mixing, ock_state_visitor *visitor);

/* After the state was replaced: OCK_BAD_DATA when a value that is used as an index is impossible. */
ock_status ock_mixing_check(const ock_mixing *mixing) OCK_WARN_UNUSED;

size_t ock_mixing_bytes(const ock_mixing *mixing);

#endif
