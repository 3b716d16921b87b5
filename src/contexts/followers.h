/* SPDX-License-Identifier: MIT */
/* followers.h - which symbols followed the newest ones before. */
#ifndef OCK_FOLLOWERS_H
#define OCK_FOLLOWERS_H

#include <stdint.h>

enum { OCK_FOLLOWER_BITS = 16 };

/* After each context the symbols seen last, the newest below. */
typedef struct ock_followers {
    uint32_t after1[1 << 8];                  /* four, after one symbol */
    uint16_t after2[1 << 16];                 /* two, after two symbols */
    uint16_t after3[1 << OCK_FOLLOWER_BITS];  /* after three, hashed */
    uint16_t folded3[1 << OCK_FOLLOWER_BITS]; /* after three, capitals as small letters */
    uint16_t folded4[1 << OCK_FOLLOWER_BITS]; /* after four of those */
    uint16_t kinds[1 << OCK_FOLLOWER_BITS];   /* after the kinds of twelve symbols */
} ock_followers;

/* Those that follow now. */
typedef struct ock_following {
    uint64_t after1, after2, after3, folded3, folded4, kinds;
    /* Of the newest symbols, in the tables. */
    uint64_t place3, place_folded3, place_folded4, place_kinds;
} ock_following;

/* recent: the past without the symbol (past.h), the newest in the low byte. */
void ock_followers_learn(ock_followers *followers, const ock_following *now, uint64_t recent,
                         uint8_t symbol);
/* recent, folded, kinds: the past with it (past.h, classes.h). */
void ock_followers_find(const ock_followers *followers, ock_following *now, uint64_t recent,
                        uint64_t folded, uint64_t kinds);

#endif
