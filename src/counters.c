/* counters.c - two-way associative table of counter lines. */
#include "counters.h"

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
    for (uint32_t n = 0; n < 256; n++)
        counters->rate[n] = (uint16_t)(2 * 65536 / (2 * n + 3));
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
    size_t place = place_of(counters, hash);
    uint16_t tag = tag_of(hash);
    if (counters->lines[place].tag == tag)
        return &counters->lines[place];
    if (counters->lines[place ^ 1].tag == tag)
        return &counters->lines[place ^ 1];
    return &fresh;
}

static ock_counter_line *find_or_claim(ock_counters *counters, uint64_t hash)
{
    ock_counter_line *first = &counters->lines[place_of(counters, hash)];
    ock_counter_line *second = &counters->lines[place_of(counters, hash) ^ 1];
    uint16_t tag = tag_of(hash);
    if (first->tag == tag)
        return first;
    if (second->tag == tag)
        return second;
    /* n[0] counts all visits; a free line has 0 */
    ock_counter_line *victim = second->n[0] < first->n[0] ? second : first;
    *victim = fresh;
    victim->tag = tag;
    return victim;
}

ock_counter_line *ock_counters_learn(ock_counters *counters, uint64_t hash, unsigned nibble)
{
    ock_counter_line *line = find_or_claim(counters, hash);
    unsigned node = 1;
    for (int shift = 3; shift >= 0; shift--) {
        unsigned bit = nibble >> shift & 1, i = node - 1;
        int error = (bit ? 65535 : 0) - line->p[i];
        line->p[i] = (uint16_t)(line->p[i] + error * (int)counters->rate[line->n[i]] / 65536);
        line->n[i] = (uint8_t)(line->n[i] + (line->n[i] < counters->limit));
        line->state[i] = counters->machine->next[line->state[i]][bit];
        node = 2 * node + bit;
    }
    return line;
}

void ock_counters_learn_run(ock_counter_line *line, uint8_t symbol)
{
    if (line->run == 0 || line->last != symbol) {
        line->last = symbol;
        line->run = 1;
    } else if (line->run < UINT8_MAX) {
        line->run++;
    }
}
