/* SPDX-License-Identifier: MIT */
/* followers.c - remembers followers of short contexts. */
#include "contexts/followers.h"

#include "contexts/hash.h"

static void add16(uint16_t *entry, uint8_t symbol)
{
    *entry = (uint16_t)(*entry << 8 | symbol);
}

void ock_followers_learn(ock_followers *f, const ock_following *now, uint64_t recent,
                         uint8_t symbol)
{
    f->after1[recent & 0xFF] = f->after1[recent & 0xFF] << 8 | symbol;
    add16(&f->after2[recent & 0xFFFF], symbol);
    add16(&f->after3[now->place3], symbol);
    add16(&f->folded3[now->place_folded3], symbol);
    add16(&f->folded4[now->place_folded4], symbol);
    add16(&f->kinds[now->place_kinds], symbol);
}

void ock_followers_find(const ock_followers *f, ock_following *now, uint64_t recent,
                        uint64_t folded, uint64_t kinds)
{
    now->place3 = ock_hash_place(recent & 0xFFFFFF, OCK_FOLLOWER_BITS);
    now->place_folded3 = ock_hash_place(folded & 0xFFFFFF, OCK_FOLLOWER_BITS);
    now->place_folded4 = ock_hash_place(folded & 0xFFFFFFFF, OCK_FOLLOWER_BITS);
    now->place_kinds = ock_hash_place(kinds & 0xFFFFFF, OCK_FOLLOWER_BITS);
    now->after1 = f->after1[recent & 0xFF];
    now->after2 = f->after2[recent & 0xFFFF];
    now->after3 = f->after3[now->place3];
    now->folded3 = f->folded3[now->place_folded3];
    now->folded4 = f->folded4[now->place_folded4];
    now->kinds = f->kinds[now->place_kinds];
}
