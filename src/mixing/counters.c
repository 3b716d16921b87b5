/* SPDX-License-Identifier: MIT */
/* counters.c - two-way associative table of counter lines, four-way one of what has seen one symbol only. */
#include "mixing/counters.h"

#include <stdbool.h>
#include <string.h>

#define FRESH_P 32768
static const ock_counter_line fresh = {
    .p = {FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P,
          FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P},
};

/* ---- one line ---- */

static void count(const ock_counters *counters, ock_counter_line *line, unsigned nibble)
{
    const uint8_t(*next)[2] = counters->machine->next;
    const uint32_t limit = counters->limit;
    for (unsigned known = 0; known < 4; known++) {
        unsigned bit = nibble >> (3 - known) & 1, i = ((16 | nibble) >> (4 - known)) - 1;
        uint32_t n = line->n[i], end = bit * 65535, distance = line->p[i] ^ end;
        distance -= distance * counters->rate[n] >> 16;
        line->p[i] = (uint16_t)(distance ^ end);
        line->n[i] = (uint8_t)(n + (n < limit));
        line->state[i] = next[line->state[i]][bit];
    }
}

static void count_first(const ock_counters *counters, ock_counter_line *line, uint8_t symbol)
{
    const unsigned run = line->last == symbol ? line->run : 0;
    count(counters, line, symbol >> 4);
    line->last = symbol;
    line->run = (uint8_t)(run + (run < UINT8_MAX));
}

/* ---- the table ---- */

enum { FIRSTS = OCK_SEEN_NEVER, SECONDS = OCK_ENTRY_TIMES << 4 };

static void make_lines(ock_counters *counters)
{
    for (size_t i = 0; i < FIRSTS; i++) {
        ock_counter_line *line = &counters->first_of[i];
        *line = i < 256 ? fresh : line[-256];
        line->tag = 1;
        count_first(counters, line, (uint8_t)i);
    }
    for (size_t i = 0; i < SECONDS; i++) {
        ock_counter_line *line = &counters->second_of[i];
        *line = i < 16 ? fresh : line[-16];
        line->tag = 1;
        count(counters, line, i & 15);
    }
    counters->first_of[FIRSTS] = fresh;
    counters->second_of[SECONDS] = fresh;
}

ock_status ock_counters_init(ock_counters *counters, uint32_t bits, uint32_t limit,
                             const ock_bit_history *machine, ock_arena *arena)
{
    counters->bits = bits;
    counters->block_bits = bits < OCK_BLOCK_BITS ? bits : OCK_BLOCK_BITS;
    counters->limit = limit;
    counters->machine = machine;
    for (uint32_t n = 0; n < 256; n++) {
        counters->rate[n] = (uint16_t)(2 * 65536 / (2 * n + 3));
    }
    const ock_arena_part parts[] = {
        {&counters->lines, (size_t)1 << bits, sizeof *counters->lines},
        {&counters->entries, (size_t)1 << bits, sizeof *counters->entries},
        {&counters->first_of, FIRSTS + 1, sizeof *counters->first_of},
        {&counters->second_of, SECONDS + 1, sizeof *counters->second_of}};
    const ock_status status =
        ock_arena_take_parts(arena, parts, OCK_PARTS(parts), "the counter table");
    if (status == OCK_OK) {
        make_lines(counters);
    }
    return status;
}

uint64_t ock_counters_bytes(uint32_t bits)
{
    return ((uint64_t)(sizeof(ock_counter_line) + sizeof(ock_entries)) << bits) +
           (FIRSTS + SECONDS + 2) * sizeof(ock_counter_line);
}

static size_t place_of(const ock_counters *counters, uint64_t hash)
{
    return (size_t)(hash >> (64 - counters->bits));
}

/* The hash of a context with its first nibble. */
static uint64_t second_hash(uint64_t hash, unsigned first)
{
    const uint64_t h = (hash ^ (first + 1)) * 0xD6E8FEB86659FD93u;
    return h ^ (h >> 32);
}

static size_t second_place(const ock_counters *counters, uint64_t hash, uint64_t second)
{
    const size_t within = ((size_t)1 << counters->block_bits) - 1;
    return (place_of(counters, hash) & ~within) | (place_of(counters, second) & within);
}

static uint16_t tag_of(uint64_t hash)
{
    uint16_t tag = (uint16_t)hash;
    return tag != 0 ? tag : 1;
}

/* ---- entries ---- */

enum { SEEN_BITS = 12, ONE_MORE = 1 << 8 };

/* What an entry's context has seen. */
static uint16_t seen_in(uint32_t entry)
{
    return entry & ((1u << SEEN_BITS) - 1);
}

static uint32_t entry_tag(uint64_t hash)
{
    const uint32_t tag = (uint32_t)(hash >> 16) & (UINT32_MAX >> SEEN_BITS);
    return tag != 0 ? tag : 1;
}

/* Where in second_of the line of what a context has seen is; of OCK_SEEN_NEVER, too. */
static size_t second_nibble(uint16_t seen)
{
    return (size_t)(seen >> 8) << 4 | (seen & 15);
}

static void prefetch_place(const ock_counters *counters, size_t place)
{
    __builtin_prefetch(&counters->lines[place]);
    __builtin_prefetch(&counters->lines[place ^ 1]);
    __builtin_prefetch(&counters->entries[place]);
}

void ock_counters_prefetch(const ock_counters *counters, uint64_t hash)
{
    prefetch_place(counters, place_of(counters, hash));
}

void ock_counters_prefetch_second(const ock_counters *counters, uint64_t hash, unsigned first)
{
    prefetch_place(counters, second_place(counters, hash, second_hash(hash, first)));
}

/* Which entry is the context's; OCK_ENTRY_WAYS: none. */
static size_t entry_of(const ock_entries *entries, uint64_t hash)
{
    const uint32_t tag = entry_tag(hash);
    size_t way = OCK_ENTRY_WAYS;
    for (size_t w = 0; w < OCK_ENTRY_WAYS; w++) {
        way = entries->of[w] >> SEEN_BITS == tag ? w : way;
    }
    return way;
}

/* ---- looking up ---- */

/* What the context at a place has seen, by its entry. */
static uint16_t seen_at(const ock_counters *counters, size_t place, uint64_t hash)
{
    const ock_entries *entries = &counters->entries[place];
    const size_t way = entry_of(entries, hash);
    return way < OCK_ENTRY_WAYS ? seen_in(entries->of[way]) : OCK_SEEN_NEVER;
}

/* The line at a place or its neighbour with the tag, else the other one: selected, not branched to, for what a context has
 * seen is hard to foretell. */
static const ock_counter_line *line_at(const ock_counters *counters, size_t place, uint64_t hash,
                                       const ock_counter_line *other)
{
    const uint16_t tag = tag_of(hash);
    const ock_counter_line *one = &counters->lines[place], *two = &counters->lines[place ^ 1];
    const ock_counter_line *found = two->tag == tag ? two : other;
    return one->tag == tag ? one : found;
}

const ock_counter_line *ock_counters_find(const ock_counters *counters, uint64_t hash,
                                          uint16_t *seen)
{
    const size_t place = place_of(counters, hash);
    const uint16_t by_entry = seen_at(counters, place, hash);
    const ock_counter_line *kept = &counters->first_of[by_entry];
    const ock_counter_line *line = line_at(counters, place, hash, kept);
    *seen = line != kept ? OCK_SEEN_OFTEN : by_entry;
    return line;
}

const ock_counter_line *ock_counters_second(const ock_counters *counters, uint64_t hash,
                                            unsigned first, uint16_t seen)
{
    if (seen != OCK_SEEN_OFTEN) {
        const bool follows = seen != OCK_SEEN_NEVER && (seen >> 4 & 15) == first;
        return &counters->second_of[follows ? second_nibble(seen) : SECONDS];
    }
    const uint64_t second = second_hash(hash, first);
    const size_t place = second_place(counters, hash, second);
    seen = seen_at(counters, place, second);
    return line_at(counters, place, second, &counters->second_of[second_nibble(seen)]);
}

/* ---- learning ---- */

/* Replaces the less used one of two. */
static ock_counter_line *claim(ock_counters *counters, size_t place, uint16_t tag,
                               const ock_counter_line *start)
{
    ock_counter_line *one = &counters->lines[place], *other = &counters->lines[place ^ 1];
    /* n[0] counts all visits; a free line has 0 */
    ock_counter_line *line = other->n[0] < one->n[0] ? other : one;
    *line = *start;
    line->tag = tag;
    return line;
}

static void put_first(ock_entries *entries, size_t way, uint32_t entry)
{
    memmove(entries->of + 1, entries->of, way * sizeof entry);
    entries->of[0] = entry;
}

static void forget(ock_entries *entries, size_t way)
{
    memmove(entries->of + way, entries->of + way + 1,
            (OCK_ENTRY_WAYS - 1 - way) * sizeof entries->of[0]);
    entries->of[OCK_ENTRY_WAYS - 1] = 0;
}

/* A new entry takes a free place, which is the last, or that of the one seen least often, of those the one met longest
 * ago. */
static void enter(ock_entries *entries, uint64_t hash, uint16_t seen)
{
    size_t least = OCK_ENTRY_WAYS - 1;
    for (size_t w = OCK_ENTRY_WAYS - 1; w-- > 0;) {
        least = seen_in(entries->of[w]) >> 8 < seen_in(entries->of[least]) >> 8 ? w : least;
    }
    put_first(entries, least, entry_tag(hash) << SEEN_BITS | seen);
}

/* A context's line, where it has one. */
static ock_counter_line *own_line(const ock_counters *counters, size_t place, uint64_t hash)
{
    ock_counter_line *one = &counters->lines[place], *other = &counters->lines[place ^ 1];
    const uint16_t tag = tag_of(hash);
    return one->tag == tag ? one : other->tag == tag ? other : NULL;
}

/* The context without a line sees a symbol, or second nibble. -> whether its entry says so; if not, it has none any
 * more, and *seen is what it said. */
static bool entry_counts(ock_entries *entries, uint64_t hash, uint8_t symbol, uint16_t *seen)
{
    const size_t way = entry_of(entries, hash);
    if (way == OCK_ENTRY_WAYS) {
        enter(entries, hash, symbol);
        return true;
    }
    *seen = seen_in(entries->of[way]);
    if ((uint8_t)*seen == symbol && *seen >> 8 < OCK_ENTRY_TIMES - 1) {
        put_first(entries, way, entries->of[way] + ONE_MORE);
        return true;
    }
    forget(entries, way);
    return false;
}

static void learn_second(ock_counters *counters, uint64_t hash, uint8_t symbol)
{
    const uint64_t second = second_hash(hash, symbol >> 4);
    const size_t place = second_place(counters, hash, second);
    ock_counter_line *line = own_line(counters, place, second);
    uint16_t seen;
    if (line == NULL) {
        if (entry_counts(&counters->entries[place], second, symbol & 15, &seen)) {
            return;
        }
        line = claim(counters, place, tag_of(second), &counters->second_of[second_nibble(seen)]);
    }
    count(counters, line, symbol & 15);
}

/* The context has seen one symbol so often, and gets a line: its second nibble becomes an entry, if there is nothing of
 * it from before. */
static ock_counter_line *promote(ock_counters *counters, uint64_t hash, uint16_t seen)
{
    const uint64_t second = second_hash(hash, seen >> 4 & 15);
    const size_t place = second_place(counters, hash, second);
    if (own_line(counters, place, second) == NULL &&
        seen_at(counters, place, second) == OCK_SEEN_NEVER) {
        enter(&counters->entries[place], second, seen & ~0xF0u);
    }
    return claim(counters, place_of(counters, hash), tag_of(hash), &counters->first_of[seen]);
}

void ock_counters_learn(ock_counters *counters, uint64_t hash, uint8_t symbol)
{
    const size_t place = place_of(counters, hash);
    ock_counter_line *line = own_line(counters, place, hash);
    uint16_t seen;
    if (line == NULL) {
        if (entry_counts(&counters->entries[place], hash, symbol, &seen)) {
            return;
        }
        line = promote(counters, hash, seen);
    }
    count_first(counters, line, symbol);
    learn_second(counters, hash, symbol);
}
