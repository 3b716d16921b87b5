/* SPDX-License-Identifier: MIT */
/* bases.c - follows bases, and turns them. */
#include "contexts/bases.h"

#include "contexts/symbol_kind.h"

unsigned ock_bases_code(uint8_t symbol)
{
    switch (symbol & 0xDF) {
    case 'A':
        return 0;
    case 'C':
        return 1;
    case 'G':
        return 2;
    case 'T':
    case 'U':
        return 3;
    default:
        return OCK_NO_BASE;
    }
}

/* Of a code, in a case. */
static uint8_t letter(const ock_bases *b, uint64_t code, uint64_t small)
{
    static const uint8_t letters[] = {'A', 'C', 'G'};
    const uint8_t capital = code < 3 ? letters[code] : b->fourth == 'U' ? 'U' : 'T';
    return (uint8_t)(capital | small << 5);
}

uint8_t ock_bases_opposite(const ock_bases *b, uint8_t symbol)
{
    const unsigned code = ock_bases_code(symbol);
    return code == OCK_NO_BASE ? symbol : letter(b, 3 - code, symbol >> 5 & 1);
}

/* Some other symbols are common among bases: ends of lines, and letters for what was not read. */
static void follow_share(ock_bases *b, uint8_t symbol)
{
    enum { MOST = 512, ENTER = 256, LEAVE = 128, OTHER = 8 };
    if (b->between == 0) {
        b->share += b->share < MOST;
    } else if ((symbol & 0xDF) != 'N') {
        b->share -= b->share < OTHER ? b->share : OTHER;
    }
    b->active = b->share >= (b->active ? LEAVE : ENTER);
}

void ock_bases_follow(ock_bases *b, uint8_t symbol)
{
    const unsigned code = ock_bases_code(symbol);
    b->between = code == OCK_NO_BASE ? symbol : 0;
    if (code != OCK_NO_BASE) {
        b->recent = b->recent << 2 | code;
        b->small = b->small << 1 | (symbol >> 5 & 1);
        b->fourth = code == 3 ? symbol & 0xDF : b->fourth;
    }
    follow_share(b, symbol);
}

/* Pairs of bits in the opposite order. */
static uint64_t reversed(uint64_t x)
{
    x = (x >> 2 & 0x3333333333333333u) | (x & 0x3333333333333333u) << 2;
    x = (x >> 4 & 0x0F0F0F0F0F0F0F0Fu) | (x & 0x0F0F0F0F0F0F0F0Fu) << 4;
    return __builtin_bswap64(x);
}

uint64_t ock_bases_turned(const ock_bases *b, unsigned order)
{
    return reversed(~b->recent) >> (64 - 2 * order) | (b->small >> (order - 1) & 1) << 56;
}

uint8_t ock_bases_turned_next(const ock_bases *b, unsigned order)
{
    return letter(b, 3 - (b->recent >> 2 * order & 3), b->small >> order & 1);
}
