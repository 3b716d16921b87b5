/* SPDX-License-Identifier: MIT */
/* chain.c - hashes the parts of the state where they lie, compares replicas, chains digests. */
#include "state/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/grow.h"
#include "mpi/reduce.h"

static bool is_root(const ock_chain *chain)
{
    return ock_comm_rank(chain->comm) == 0;
}

/* What the first mark is chained to: all that the run's course depends on besides the input. */
static ock_status begin(ock_chain *chain)
{
    const ock_plan *plan = &chain->plan;
    char cut[192], *options = NULL;
    ock_digest digest;
    ock_status status = ock_config_write(&plan->config, NULL, &options);
    if (status != OCK_OK) {
        return status;
    }
    snprintf(cut, sizeof cut,
             "contract=%d\ninput_bytes=%" PRIu64 "\nrest_bytes=%" PRIu64 "\nlanes=%" PRIu32
             "\nshards=%" PRIu32 "\ngroups=%" PRIu32 "\n",
             (int)OCK_CONTRACT_VERSION, plan->input_bytes, plan->map.bytes, plan->map.lanes,
             plan->map.shards, plan->map.groups);
    ock_digest_start(&digest);
    ock_digest_update(&digest, cut, strlen(cut));
    ock_digest_update(&digest, options, strlen(options));
    ock_digest_finish(&digest, chain->begin);
    free(options);
    return OCK_OK;
}

ock_status ock_chain_init(ock_chain *chain, ock_comm *comm, const ock_plan *plan)
{
    size_t ranks = (size_t)ock_comm_size(comm);
    *chain = (ock_chain){.comm = comm, .plan = *plan, .marks = ock_plan_marks(plan)};
    chain->shares = calloc(ranks, sizeof *chain->shares);
    chain->counts = calloc(2 * ranks, sizeof *chain->counts);
    if (is_root(chain)) {
        chain->digests = calloc(chain->marks + 1, sizeof *chain->digests);
    }
    if (chain->shares == NULL || chain->counts == NULL ||
        (is_root(chain) && chain->digests == NULL)) {
        return ock_fail_memory(chain->marks * OCK_MARK_BYTES, "the digests of the state");
    }
    chain->offsets = chain->counts + ranks;
    for (size_t rank = 0; rank < ranks; rank++) {
        chain->shares[rank] = ock_share_of(&plan->map, (int)ranks, (int)rank);
    }
    return begin(chain);
}

void ock_chain_free(ock_chain *chain)
{
    free(chain->shares);
    free(chain->digests);
    free(chain->own);
    free(chain->all);
    free(chain->counts);
    *chain = (ock_chain){0};
}

bool ock_chain_is_due(const ock_chain *chain, uint64_t step)
{
    uint64_t number = ock_plan_mark_number(&chain->plan, step);
    return number > 0 && ock_plan_mark_step(&chain->plan, number) == step;
}

/* ---- every rank: what it holds ---- */

/* A part that is cut into slices counts as held by all: a rank without a slice adds nothing. */
static bool holds(const ock_chain *chain, int rank, const ock_state_part *part)
{
    return part->holder == OCK_HELD_BY_SLICE || ock_state_is_held(&chain->shares[rank], rank, part);
}

static void hash_part(const ock_chain *chain, const ock_state_part *part, ock_state_hash *hash)
{
    int ranks = ock_comm_size(chain->comm), rank = ock_comm_rank(chain->comm);
    ock_range held = {0, part->count};
    if (part->holder == OCK_HELD_BY_SLICE) {
        held = ock_slice(part->count, ranks, rank);
    }
    *hash = (ock_state_hash){{0, 0}};
    ock_state_hash_by_team(chain->team, hash, (uint64_t)held.begin * part->element, part->data,
                           ock_range_length(held) * part->element);
}

static ock_status hash_own(void *context, const ock_state_part *part)
{
    ock_chain *chain = context;
    if (!holds(chain, ock_comm_rank(chain->comm), part)) {
        return OCK_OK;
    }
    ock_status status = ock_grow((void **)&chain->own, chain->own_count, &chain->own_room,
                                 sizeof *chain->own, "hashing the state");
    if (status != OCK_OK) {
        return status;
    }
    hash_part(chain, part, &chain->own[chain->own_count++]);
    ock_comm_progress(chain->comm);
    return OCK_OK;
}

static ock_status count_parts(void *context, const ock_state_part *part)
{
    ock_chain *chain = context;
    for (int rank = 0; rank < ock_comm_size(chain->comm); rank++) {
        if (holds(chain, rank, part)) {
            chain->counts[rank] += sizeof(ock_state_hash);
        }
    }
    return OCK_OK;
}

/* The walk is the same every time: its messages are planned once. */
static ock_status plan_messages(ock_chain *chain, const ock_state_owner *owner)
{
    ock_state_visitor visitor = {.visit = count_parts, .context = chain};
    size_t total = 0;
    if (chain->counts[0] > 0) {
        return OCK_OK;
    }
    owner->show(owner->context, &visitor);
    for (int rank = 0; rank < ock_comm_size(chain->comm); rank++) {
        chain->offsets[rank] = total;
        total += chain->counts[rank];
    }
    chain->all = is_root(chain) ? malloc(total) : NULL;
    return is_root(chain) && chain->all == NULL ? ock_fail_memory(total, "hashing the state")
                                                : OCK_OK;
}

/* ---- rank 0: from hashes to the digest ---- */

typedef struct combination {
    const ock_chain *chain;
    uint64_t step;
    ock_digest digest;
    size_t *next; /* (ranks) bytes of `all` already used of each rank's part */
} combination;

static const ock_state_hash *hash_of(const combination *c, int rank)
{
    return (const ock_state_hash *)((const uint8_t *)c->chain->all + c->chain->offsets[rank] +
                                    c->next[rank]);
}

static bool same(const ock_state_hash *a, const ock_state_hash *b)
{
    return a->sums[0] == b->sums[0] && a->sums[1] == b->sums[1];
}

/* How many holders have what `rank` has. */
static size_t agreeing(const combination *c, int rank, const ock_state_part *part, size_t *holders)
{
    size_t count = 0;
    *holders = 0;
    for (int other = 0; other < ock_comm_size(c->chain->comm); other++) {
        if (!holds(c->chain, other, part)) {
            continue;
        }
        (*holders)++;
        count += same(hash_of(c, rank), hash_of(c, other));
    }
    return count;
}

/* Ranks `first` and `second` hold different replicas. The one that stands against most of the holders
 * is named; of two alone nobody can tell. */
static ock_status blame(const combination *c, int first, int second, const ock_state_part *part)
{
    size_t holders, with_first = agreeing(c, first, part, &holders);
    size_t with_second = agreeing(c, second, part, &holders);
    if (2 * with_first <= holders && 2 * with_second <= holders) {
        return ock_fail(OCK_INTERNAL,
                        "step %" PRIu64 ": rank %d and rank %d hold different replicas of %s "
                        "(number %" PRIu32 "), of %zu: one of the two machines is faulty",
                        c->step, first, second, part->name, part->index, holders);
    }
    int wrong = 2 * with_first > holders ? second : first;
    return ock_fail(OCK_INTERNAL,
                    "step %" PRIu64 ": rank %d holds a different replica of %s (number %" PRIu32
                    ") than most of its %zu holders: its machine is faulty",
                    c->step, wrong, part->name, part->index, holders);
}

/* The part's hash: the sum of the slices, or what all holders have. */
static ock_status join(const combination *c, const ock_state_part *part, ock_state_hash *hash)
{
    int first = -1;
    *hash = (ock_state_hash){{0, 0}};
    for (int rank = 0; rank < ock_comm_size(c->chain->comm); rank++) {
        if (!holds(c->chain, rank, part)) {
            continue;
        }
        if (part->holder == OCK_HELD_BY_SLICE || first < 0) {
            ock_state_hash_join(hash, hash_of(c, rank));
        } else if (!same(hash_of(c, rank), hash)) {
            return blame(c, first, rank, part);
        }
        first = first < 0 ? rank : first;
    }
    return OCK_OK;
}

static void update_number(ock_digest *digest, uint64_t number)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(number >> 8 * i);
    }
    ock_digest_update(digest, bytes, sizeof bytes);
}

static ock_status combine_part(void *context, const ock_state_part *part)
{
    combination *c = context;
    ock_state_hash hash;
    ock_status status = join(c, part, &hash);
    if (status != OCK_OK) {
        return status;
    }
    ock_digest_update(&c->digest, part->name, strlen(part->name) + 1);
    update_number(&c->digest, part->index);
    update_number(&c->digest, part->element);
    update_number(&c->digest, part->count);
    update_number(&c->digest, hash.sums[0]);
    update_number(&c->digest, hash.sums[1]);
    for (int rank = 0; rank < ock_comm_size(c->chain->comm); rank++) {
        if (holds(c->chain, rank, part)) {
            c->next[rank] += sizeof hash;
        }
    }
    return OCK_OK;
}

/* Rank 0. */
static ock_status combine(ock_chain *chain, uint64_t step, const ock_state_owner *owner,
                          const uint8_t *previous, uint8_t *digest)
{
    size_t ranks = (size_t)ock_comm_size(chain->comm);
    combination c = {.chain = chain, .step = step, .next = calloc(ranks, sizeof(size_t))};
    ock_state_visitor visitor = {.visit = combine_part, .context = &c};
    if (c.next == NULL) {
        return ock_fail_memory(ranks * sizeof(size_t), "hashing the state");
    }
    ock_digest_start(&c.digest);
    ock_digest_update(&c.digest, previous, OCK_MARK_BYTES);
    update_number(&c.digest, step);
    owner->show(owner->context, &visitor);
    ock_digest_finish(&c.digest, digest);
    free(c.next);
    return visitor.status;
}

/* Collective; `digest` is rank 0's, chained to `previous`. */
static ock_status hash_state(ock_chain *chain, uint64_t step, const ock_state_owner *owner,
                             const uint8_t *previous, uint8_t *digest)
{
    ock_state_visitor visitor = {.visit = hash_own, .context = chain};
    ock_status status = plan_messages(chain, owner);
    chain->own_count = 0;
    if (status == OCK_OK) {
        owner->show(owner->context, &visitor);
        status = visitor.status;
    }
    status = ock_comm_agree(chain->comm, status);
    if (status == OCK_OK) {
        status =
            ock_comm_gather(chain->comm, chain->own, chain->all, chain->counts, chain->offsets);
    }
    if (status != OCK_OK) {
        return status;
    }
    if (is_root(chain)) {
        status = combine(chain, step, owner, previous, digest);
    }
    return ock_comm_agree(chain->comm, status);
}

ock_status ock_chain_mark(ock_chain *chain, uint64_t step, const ock_state_owner *owner,
                          ock_mark *mark)
{
    const uint8_t *previous = NULL;
    *mark = (ock_mark){.number = ock_plan_mark_number(&chain->plan, step), .step = step};
    if (is_root(chain)) {
        previous = mark->number > 1 ? chain->digests[mark->number - 2] : chain->begin;
    }
    ock_status status = hash_state(chain, step, owner, previous, mark->digest);
    if (status == OCK_OK && is_root(chain)) {
        memcpy(chain->digests[mark->number - 1], mark->digest, OCK_MARK_BYTES);
    }
    return status;
}

ock_status ock_chain_digest(ock_chain *chain, uint64_t step, const ock_state_owner *owner,
                            uint8_t digest[OCK_MARK_BYTES])
{
    static const uint8_t nothing[OCK_MARK_BYTES];
    return hash_state(chain, step, owner, nothing, digest);
}

void ock_chain_state(ock_chain *chain, ock_state_visitor *visitor)
{
    ock_state_show(visitor, &(ock_state_part){"marks", OCK_HELD_BY_ROOT, 0, OCK_MARK_BYTES,
                                              (size_t)chain->marks, chain->digests});
}
