/* match.c - rings, index and verification of repeats. */
#include "match.h"

ock_status ock_match_init(ock_match_index *index, const ock_config *config, size_t lanes,
                          ock_arena *arena)
{
    index->lanes = lanes;
    index->bits = config->match_bits;
    index->minimum = config->match_min;
    index->ring_bits = config->match_bits;
    while (index->ring_bits > 8 &&
           ((uint64_t)lanes << index->ring_bits) > ((uint64_t)1 << config->match_bits))
        index->ring_bits--;
    const ock_arena_part parts[] = {
        {&index->rings, lanes << index->ring_bits, 1},
        {&index->written, lanes, sizeof *index->written},
        {&index->entries, (size_t)1 << index->bits, sizeof *index->entries}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), "the match history and index");
}

static uint8_t symbol_at(const ock_match_index *index, size_t lane, uint64_t place)
{
    uint64_t mask = ((uint64_t)1 << index->ring_bits) - 1;
    return index->rings[(lane << index->ring_bits) + (place & mask)];
}

uint8_t ock_match_symbol(const ock_match_index *index, const ock_match *match)
{
    return symbol_at(index, match->lane, match->place);
}

void ock_match_follow(const ock_match_index *index, ock_match *match, uint8_t symbol)
{
    if (match->length == 0)
        return;
    if (ock_match_symbol(index, match) != symbol) {
        match->length = 0;
        return;
    }
    match->place++;
    match->length += match->length < OCK_MATCH_MAX_LENGTH;
}

void ock_match_append(ock_match_index *index, size_t lane, uint8_t symbol)
{
    uint64_t mask = ((uint64_t)1 << index->ring_bits) - 1;
    index->rings[(lane << index->ring_bits) + (index->written[lane]++ & mask)] = symbol;
}

/* Entry of the lane's last `minimum` symbols. */
static size_t entry_of(const ock_match_index *index, size_t lane)
{
    uint64_t hash = 0;
    for (uint32_t i = 1; i <= index->minimum; i++) {
        hash = (hash + symbol_at(index, lane, index->written[lane] - i) + 1) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 31;
    }
    return (size_t)(hash >> (64 - index->bits));
}

/* How many symbols before `place` in `other` equal the lane's newest ones, up to a bound. */
static uint32_t common_length(const ock_match_index *index, size_t lane, size_t other,
                              uint32_t place)
{
    enum { VERIFY = 40 };
    uint32_t length = 0;
    while (length < VERIFY && symbol_at(index, lane, index->written[lane] - 1 - length) ==
                                  symbol_at(index, other, (uint64_t)place - 1 - length))
        length++;
    return length;
}

void ock_match_find(const ock_match_index *index, ock_match *match, size_t lane)
{
    if (match->length > 0 || index->written[lane] < index->minimum)
        return;
    uint32_t entry = index->entries[entry_of(index, lane)];
    if (entry == 0)
        return;
    match->lane = entry >> index->ring_bits;
    match->place = entry & ((1u << index->ring_bits) - 1);
    uint32_t length = common_length(index, lane, match->lane, match->place);
    match->length = length >= index->minimum ? length : 0;
}

void ock_match_insert(ock_match_index *index, size_t lane)
{
    uint32_t mask = (1u << index->ring_bits) - 1;
    if (index->written[lane] >= index->minimum)
        index->entries[entry_of(index, lane)] =
            (uint32_t)(lane << index->ring_bits) | ((uint32_t)index->written[lane] & mask);
}
