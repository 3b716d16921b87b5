/* SPDX-License-Identifier: MIT */
/* counters.c - two-way associative table of counter lines, four-way one of what was seen once. */
#include "mixing/counters.h"

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

static void make_lines(ock_counters *counters)
{
    for (unsigned s = 0; s < 256; s++) {
        counters->first_of[s] = fresh;
        counters->first_of[s].tag = 1;
        count_first(counters, &counters->first_of[s], (uint8_t)s);
    }
    for (unsigned s = 0; s < 16; s++) {
        counters->second_of[s] = fresh;
        counters->second_of[s].tag = 1;
        count(counters, &counters->second_of[s], s);
    }
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
    make_lines(counters);
    const ock_arena_part parts[] = {{&counters->lines, (size_t)1 << bits, sizeof *counters->lines},
                                    {&counters->once, (size_t)1 << bits, sizeof *counters->once}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), "the counter table");
}

uint64_t ock_counters_bytes(uint32_t bits)
{
    return (uint64_t)(sizeof(ock_counter_line) + sizeof(ock_once)) << bits;
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

static uint32_t once_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 16 & 0xFFFFFF) | 1;
}

static void prefetch_lines(const ock_counters *counters, size_t place)
{
    __builtin_prefetch(&counters->lines[place]);
    __builtin_prefetch(&counters->lines[place ^ 1]);
}

void ock_counters_prefetch(const ock_counters *counters, uint64_t hash)
{
    const size_t place = place_of(counters, hash);
    prefetch_lines(counters, place);
    __builtin_prefetch(&counters->once[place]);
}

void ock_counters_prefetch_second(const ock_counters *counters, uint64_t hash, unsigned first)
{
    prefetch_lines(counters, second_place(counters, hash, second_hash(hash, first)));
}

/* The line at a place or its neighbour with the tag, else the fresh one: selected, not branched to, for it is hard
 * to foretell. */
static const ock_counter_line *line_at(const ock_counters *counters, size_t place, uint16_t tag)
{
    const ock_counter_line *one = &counters->lines[place], *other = &counters->lines[place ^ 1];
    const ock_counter_line *found = other->tag == tag ? other : &fresh;
    return one->tag == tag ? one : found;
}

/* Which entry is the context's; OCK_ONCE_WAYS: none. */
static size_t entry_of(const ock_once *once, uint64_t hash)
{
    const uint32_t tag = once_tag(hash);
    size_t way = OCK_ONCE_WAYS;
    for (size_t w = 0; w < OCK_ONCE_WAYS; w++) {
        way = once->entry[w] >> 8 == tag ? w : way;
    }
    return way;
}

const ock_counter_line *ock_counters_find(const ock_counters *counters, uint64_t hash,
                                          uint16_t *seen)
{
    const size_t place = place_of(counters, hash);
    const ock_counter_line *line = line_at(counters, place, tag_of(hash));
    if (line != &fresh) {
        *seen = OCK_SEEN_OFTEN;
        return line;
    }
    const ock_once *once = &counters->once[place];
    const size_t way = entry_of(once, hash);
    *seen = way < OCK_ONCE_WAYS ? (uint8_t)once->entry[way] : OCK_SEEN_NEVER;
    return way < OCK_ONCE_WAYS ? &counters->first_of[*seen] : &fresh;
}

const ock_counter_line *ock_counters_second(const ock_counters *counters, uint64_t hash,
                                            unsigned first, uint16_t seen)
{
    if (seen == OCK_SEEN_OFTEN) {
        const uint64_t second = second_hash(hash, first);
        return line_at(counters, second_place(counters, hash, second), tag_of(second));
    }
    return seen >> 4 == first ? &counters->second_of[seen & 15] : &fresh;
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

static ock_counter_line *find_or_claim(ock_counters *counters, size_t place, uint16_t tag,
                                       const ock_counter_line *start)
{
    ock_counter_line *one = &counters->lines[place], *other = &counters->lines[place ^ 1];
    ock_counter_line *line = one->tag == tag ? one : other;
    return line->tag == tag ? line : claim(counters, place, tag, start);
}

static ock_counter_line *second_line(ock_counters *counters, uint64_t hash, unsigned first,
                                     const ock_counter_line *start)
{
    const uint64_t second = second_hash(hash, first);
    return find_or_claim(counters, second_place(counters, hash, second), tag_of(second), start);
}

/* The symbol is the context's first: the oldest entry makes room. */
static void note(ock_once *once, uint64_t hash, uint8_t symbol)
{
    memmove(once->entry + 1, once->entry, (OCK_ONCE_WAYS - 1) * sizeof once->entry[0]);
    once->entry[0] = once_tag(hash) << 8 | symbol;
}

static void forget(ock_once *once, size_t way)
{
    memmove(once->entry + way, once->entry + way + 1,
            (OCK_ONCE_WAYS - 1 - way) * sizeof once->entry[0]);
    once->entry[OCK_ONCE_WAYS - 1] = 0;
}

/* The context has seen one symbol, and sees its second: it gets lines. */
static ock_counter_line *promote(ock_counters *counters, uint64_t hash, uint8_t symbol)
{
    (void)second_line(counters, hash, symbol >> 4, &counters->second_of[symbol & 15]);
    return claim(counters, place_of(counters, hash), tag_of(hash), &counters->first_of[symbol]);
}

void ock_counters_learn(ock_counters *counters, uint64_t hash, uint8_t symbol)
{
    uint16_t seen;
    const ock_counter_line *found = ock_counters_find(counters, hash, &seen);
    ock_once *once = &counters->once[place_of(counters, hash)];
    if (seen == OCK_SEEN_NEVER) {
        note(once, hash, symbol);
        return;
    }
    ock_counter_line *line;
    if (seen == OCK_SEEN_OFTEN) {
        line = &counters->lines[found - counters->lines];
    } else {
        forget(once, entry_of(once, hash));
        line = promote(counters, hash, (uint8_t)seen);
    }
    count_first(counters, line, symbol);
    count(counters, second_line(counters, hash, symbol >> 4, &fresh), symbol & 15);
}
