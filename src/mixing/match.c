/* SPDX-License-Identifier: MIT */
/* match.c - rings, index and verification of repeats. */
#include "mixing/match.h"

uint32_t ock_match_ring_bits(const ock_config *config, size_t lanes)
{
    uint32_t bits = config->match_bits;
    while (bits > 8 && ((uint64_t)lanes << bits) > ((uint64_t)1 << config->match_bits)) {
        bits--;
    }
    return bits;
}

ock_status ock_match_init(ock_match_index *index, const ock_config *config, size_t lanes,
                          ock_arena *arena)
{
    index->lanes = lanes;
    index->bits = config->match_bits;
    index->minimum[0] = config->match_min;
    index->minimum[1] = config->match_long;
    index->ring_bits = ock_match_ring_bits(config, lanes);
    const ock_arena_part parts[] = {
        {&index->rings, lanes << index->ring_bits, 1},
        {&index->written, lanes, sizeof *index->written},
        {&index->rolling, lanes * OCK_MATCHES, sizeof *index->rolling},
        {&index->entries, (size_t)OCK_MATCHES << index->bits, sizeof *index->entries}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), "the match history and index");
}

uint8_t ock_match_symbol(const ock_match_index *index, const ock_match *match)
{
    return ock_match_symbol_at(index, match->lane, match->place);
}

void ock_match_follow(const ock_match_index *index, ock_match *match, uint8_t symbol)
{
    if (match->length == 0) {
        return;
    }
    if (ock_match_symbol(index, match) != symbol) {
        match->length = 0;
        return;
    }
    match->place++;
    match->length += match->length < OCK_MATCH_MAX_LENGTH;
}

/* Every further symbol shifts the older ones up, by so much that `minimum` of them (or somewhat
 * fewer, when 64 is no multiple of it) fit into the hash. */
static uint64_t rolled(uint64_t hash, uint32_t minimum, uint8_t symbol)
{
    uint32_t shift = (63 + minimum) / minimum;
    return hash * (UINT64_C(0x2F0B4C47) << shift) + (symbol + 1) * UINT64_C(0x9E3779B97F4A7C15);
}

/* hashes: (OCK_MATCHES) */
static void roll(const ock_match_index *index, uint64_t *hashes, uint8_t symbol)
{
    for (size_t which = 0; which < OCK_MATCHES; which++) {
        hashes[which] = rolled(hashes[which], index->minimum[which], symbol);
    }
}

void ock_match_append(ock_match_index *index, size_t lane, uint8_t symbol)
{
    uint64_t mask = ((uint64_t)1 << index->ring_bits) - 1;
    index->rings[(lane << index->ring_bits) + (index->written[lane]++ & mask)] = symbol;
    roll(index, index->rolling + lane * OCK_MATCHES, symbol);
}

/* Entry of symbols with that hash. */
static uint32_t *entry_at(const ock_match_index *index, size_t which, uint64_t hash)
{
    hash = (hash ^ hash >> 29) * 0xD6E8FEB86659FD93u;
    return index->entries + (which << index->bits) + (hash >> (64 - index->bits));
}

/* Entry of the lane's newest symbols. */
static uint32_t *entry_of(const ock_match_index *index, size_t which, size_t lane)
{
    return entry_at(index, which, index->rolling[lane * OCK_MATCHES + which]);
}

enum { VERIFY = 40 };

/* Newest symbols, for which a match is looked for. */
typedef struct newest {
    const uint8_t *ring;
    uint64_t mask;
    uint64_t written; /* symbols so far */
    uint64_t hash;    /* of as many as the match needs */
    uint64_t most;    /* how many are compared */
} newest;

/* How many symbols before `place` in lane `other` equal the newest ones. */
static uint32_t common_length(const ock_match_index *index, const newest *n, size_t other,
                              uint32_t place)
{
    uint32_t length = 0;
    while (length < n->most &&
           n->ring[(n->written - 1 - length) & n->mask] ==
               ock_match_symbol_at(index, other, (uint64_t)place - 1 - length)) {
        length++;
    }
    return length;
}

static void find(const ock_match_index *index, size_t which, const newest *n, ock_match *match)
{
    const uint32_t minimum = index->minimum[which];
    if (match->length > 0 || n->written < minimum) {
        return;
    }
    const uint32_t entry = *entry_at(index, which, n->hash);
    if (entry == 0) {
        return;
    }
    match->lane = entry >> index->ring_bits;
    match->place = entry & ((1u << index->ring_bits) - 1);
    const uint32_t length = common_length(index, n, match->lane, match->place);
    match->length = length >= minimum ? length : 0;
}

void ock_match_find(const ock_match_index *index, size_t which, ock_match *match, size_t lane)
{
    const newest own = {.ring = index->rings + (lane << index->ring_bits),
                        .mask = ((uint64_t)1 << index->ring_bits) - 1,
                        .written = index->written[lane],
                        .hash = index->rolling[lane * OCK_MATCHES + which],
                        .most = VERIFY};
    find(index, which, &own, match);
}

void ock_match_seeker_append(const ock_match_index *index, ock_match_seeker *seeker, uint8_t symbol)
{
    seeker->recent[seeker->written++ % OCK_MATCH_RECENT] = symbol;
    roll(index, seeker->rolling, symbol);
}

_Static_assert((int)VERIFY <= (int)OCK_MATCH_RECENT, "a seeker keeps what is verified");

void ock_match_seek(const ock_match_index *index, size_t which, ock_match *match,
                    const ock_match_seeker *seeker)
{
    const newest own = {.ring = seeker->recent,
                        .mask = OCK_MATCH_RECENT - 1,
                        .written = seeker->written,
                        .hash = seeker->rolling[which],
                        .most = seeker->written < VERIFY ? seeker->written : VERIFY};
    find(index, which, &own, match);
}

ock_match_entry ock_match_entry_of(const ock_match_index *index, size_t lane)
{
    uint32_t mask = (1u << index->ring_bits) - 1;
    ock_match_entry entry = {.value = (uint32_t)(lane << index->ring_bits) |
                                      ((uint32_t)index->written[lane] & mask)};
    for (size_t which = 0; which < OCK_MATCHES; which++) {
        if (index->written[lane] >= index->minimum[which]) {
            entry.at[which] = entry_of(index, which, lane);
            __builtin_prefetch(entry.at[which], 1); /* is read before it is written */
        }
    }
    return entry;
}

uint32_t *ock_match_base_entry(const ock_match_index *index, uint64_t context)
{
    const uint64_t bases = context & (((uint64_t)1 << 2 * OCK_MATCH_BASES) - 1);
    return entry_at(index, 0, bases * 0x9E3779B97F4A7C15u);
}

void ock_match_enter_bases(const ock_match_index *index, const ock_bases *bases,
                           ock_match_entry *entry)
{
    entry->at[0] = ock_match_base_entry(index, ock_bases_order(bases, OCK_MATCH_BASES));
}

void ock_match_insert(ock_match_index *index, const ock_match_entry *entry, size_t part,
                      size_t parts)
{
    for (size_t which = 0; which < OCK_MATCHES; which++) {
        if (entry->at[which] == NULL) {
            continue;
        }
        size_t place =
            (size_t)(entry->at[which] - index->entries) & (((size_t)1 << index->bits) - 1);
        if (place * parts >> index->bits == part) {
            *entry->at[which] = entry->value;
        }
    }
}

bool ock_match_index_is_sound(const ock_match_index *index)
{
    uint64_t end = (uint64_t)index->lanes << index->ring_bits;
    uint32_t largest = 0;
    for (size_t i = 0; i < (size_t)OCK_MATCHES << index->bits; i++) {
        largest = index->entries[i] > largest ? index->entries[i] : largest;
    }
    return largest < end;
}
