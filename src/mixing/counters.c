/* counters.c - two-way associative table of counter lines. */
#include "mixing/counters.h"

#include <string.h>

#define FRESH_P 32768
static const ock_counter_line fresh = {
    .p = {FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P,
          FRESH_P, FRESH_P, FRESH_P, FRESH_P, FRESH_P},
};

ock_status ock_counters_init(ock_counters *counters, uint32_t bits, uint32_t limit,
                             const ock_bit_history *machine, ock_arena *arena)
{
    counters->bits = bits;
    counters->limit = limit;
    counters->machine = machine;
    for (uint32_t n = 0; n < 256; n++) {
        counters->rate[n] = (uint16_t)(2 * 65536 / (2 * n + 3));
    }
    return ock_arena_take(arena, (size_t)1 << bits, sizeof *counters->lines, "the counter table",
                          (void **)&counters->lines);
}

static size_t place_of(const ock_counters *counters, uint64_t hash)
{
    return (size_t)(hash >> (64 - counters->bits));
}

static uint16_t tag_of(uint64_t hash)
{
    uint16_t tag = (uint16_t)hash;
    return tag != 0 ? tag : 1;
}

void ock_counters_prefetch(const ock_counters *counters, uint64_t hash)
{
    size_t place = place_of(counters, hash);
    __builtin_prefetch(&counters->lines[place]);
    __builtin_prefetch(&counters->lines[place ^ 1]);
}

const ock_counter_line *ock_counters_find(const ock_counters *counters, uint64_t hash)
{
    const ock_counter_line *first = &counters->lines[place_of(counters, hash)];
    const ock_counter_line *second = &counters->lines[place_of(counters, hash) ^ 1];
    uint16_t tag = tag_of(hash);
    /* selected, not branched to: hard to foretell */
    const ock_counter_line *found = second->tag == tag ? second : &fresh;
    return first->tag == tag ? first : found;
}

static ock_counter_line *find_or_claim(ock_counters *counters, uint64_t hash)
{
    ock_counter_line *first = &counters->lines[place_of(counters, hash)];
    ock_counter_line *second = &counters->lines[place_of(counters, hash) ^ 1];
    uint16_t tag = tag_of(hash);
    ock_counter_line *line = first->tag == tag ? first : second;
    if (line->tag == tag) {
        return line;
    }
    /* n[0] counts all visits; a free line has 0 */
    line = second->n[0] < first->n[0] ? second : first;
    *line = fresh;
    line->tag = tag;
    return line;
}

ock_counter_line *ock_counters_learn(ock_counters *counters, uint64_t hash, unsigned nibble)
{
    ock_counter_line *line = find_or_claim(counters, hash);
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
    return line;
}

void ock_counters_learn_run(ock_counter_line *line, uint8_t symbol)
{
    unsigned run = line->last == symbol ? line->run : 0;
    line->last = symbol;
    line->run = (uint8_t)(run + (run < UINT8_MAX));
}
