/* SPDX-License-Identifier: MIT */
/* state_hash.h - a sum over a tensor's words that tells whether it is the same, at the speed of
 * memory (DIGESTS.md has the rule and its bound).
 *
 * It is a sum in integers: parts of a tensor may be added in any order and by any rank, and what they
 * add up to is the same. Bits depend on: bytes and their offsets. Not on: ISA, order, cuts. */
#ifndef OCK_STATE_HASH_H
#define OCK_STATE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "threads/team.h"

typedef struct ock_state_hash {
    uint64_t sums[2]; /* zero at the start */
} ock_state_hash;

/* Adds `count` bytes that stand at byte `offset` of the tensor, a multiple of 4; so is `count`, except
 * at the tensor's end. */
void ock_state_hash_add(ock_state_hash *hash, uint64_t offset, const void *bytes, size_t count);

/* Adds what another rank has summed up of the same tensor. */
static inline void ock_state_hash_join(ock_state_hash *hash, const ock_state_hash *other)
{
    hash->sums[0] += other->sums[0];
    hash->sums[1] += other->sums[1];
}

/* The same sums, by a team (NULL: the caller alone), whose members add up pages of their own. */
void ock_state_hash_by_team(ock_team *team, ock_state_hash *hash, uint64_t offset,
                            const void *bytes, size_t count);

#endif
