/* contexts.h - the contexts in which the mixing stage counts: one 64-bit hash each, from a lane's past.
 *
 * Pure functions of a lane's symbols, so every rank can follow every lane. */
#ifndef OCK_CONTEXTS_H
#define OCK_CONTEXTS_H

#include <stdint.h>

/* Contexts 1 .. OCK_ORDER_CONTEXTS are the newest symbols, ever more of them. */
enum { OCK_CONTEXTS = 14, OCK_ORDER_CONTEXTS = 6 };

typedef struct ock_contexts {
    uint64_t recent;        /* last 8 symbols, the newest in the low byte */
    uint64_t word;          /* hash of the letters since the last non-letter, 0 between words */
    uint64_t previous_word; /* hash of the word before */
    uint64_t hash[OCK_CONTEXTS]; /* contexts of the next symbol's first nibble */
} ock_contexts;

/* Contexts of a lane's first symbol. */
void ock_contexts_start(ock_contexts *contexts);

/* The lane's next symbol is known: moves on to the contexts of the one after it. */
void ock_contexts_update(ock_contexts *contexts, uint8_t symbol);

/* Context of the second nibble, from that of the first and the first nibble's value (0 .. 15). */
static inline uint64_t ock_contexts_second(uint64_t hash, unsigned nibble)
{
    uint64_t h = (hash ^ (nibble + 1)) * 0xD6E8FEB86659FD93u;
    return h ^ (h >> 32);
}

#endif
