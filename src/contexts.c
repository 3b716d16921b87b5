/* contexts.c - which contexts there are. */
#include "contexts.h"

#include <stdbool.h>
#include <string.h>

/* An odd multiplier and a shift: enough to spread structured input over table and tag bits. */
static uint64_t mix(uint64_t value, unsigned key)
{
    uint64_t h = (value + 0x9E3779B97F4A7C15u * (key + 1)) * 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ (h >> 29);
}

static uint64_t combined(uint64_t a, uint64_t b)
{
    return a + b * 0x2545F4914F6CDD1Du;
}

/* The newest `count` symbols (1 .. 7). */
static uint64_t newest(uint64_t recent, unsigned count)
{
    return recent & (((uint64_t)1 << (8 * count)) - 1);
}

static bool is_letter(uint8_t symbol)
{
    return (symbol >= 'a' && symbol <= 'z') || symbol >= 128;
}

static void derive(ock_contexts *c)
{
    uint64_t r = c->recent;
    uint64_t *h = c->hash;
    h[0] = mix(0, 0);
    h[1] = mix(newest(r, 1), 1);
    h[2] = mix(newest(r, 2), 2);
    h[3] = mix(newest(r, 3), 3);
    h[4] = mix(newest(r, 4), 4);
    h[5] = mix(newest(r, 5), 5);
    h[6] = mix(newest(r, 7), 6);
    h[7] = mix(combined(newest(r, 1), c->previous_word), 7);
    h[8] = mix(c->word ^ newest(r, 1), 8);
    h[9] = mix(combined(c->word, c->previous_word), 9);
    h[10] = mix(r & 0xFFFF00, 10);       /* skips the newest symbol */
    h[11] = mix(r & 0xFF0000FF0000, 11); /* third and sixth symbol: pixels */
    h[12] = mix(r & 0xFF000000, 12);     /* fourth symbol: words of four bytes */
    h[13] = mix(r & 0xF8F8F8F8, 13);     /* four symbols without their low bits */
}

void ock_contexts_start(ock_contexts *contexts)
{
    memset(contexts, 0, sizeof *contexts);
    derive(contexts);
}

void ock_contexts_update(ock_contexts *c, uint8_t symbol)
{
    c->recent = c->recent << 8 | symbol;
    uint8_t lower = symbol >= 'A' && symbol <= 'Z' ? (uint8_t)(symbol + 32) : symbol;
    if (is_letter(lower)) {
        c->word = (c->word + lower + 1) * 0x9E3779B97F4A7C15u;
    } else if (c->word != 0) {
        c->previous_word = c->word;
        c->word = 0;
    }
    derive(c);
}
