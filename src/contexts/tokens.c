/* SPDX-License-Identifier: MIT */
/* tokens.c - cuts symbols into tokens, remembers their followers. */
#include "contexts/tokens.h"

#include <string.h>

#include "contexts/hash.h"
#include "contexts/symbol_kind.h"

enum { START, LETTERS, DIGITS, OTHERS };

static unsigned kind_of(uint8_t symbol)
{
    return ock_symbol_is_letter(symbol) ? LETTERS : ock_symbol_is_digit(symbol) ? DIGITS : OTHERS;
}

void ock_tokens_follow(ock_tokens *t, ock_token_followers *f, uint8_t symbol)
{
    const unsigned kind = kind_of(symbol);
    f->of[t->place] = f->of[t->place] << 8 | symbol;
    f->of_pair[t->pair_place] = f->of_pair[t->pair_place] << 8 | symbol;
    if (kind != t->kind) {
        memmove(&t->previous[1], &t->previous[0], sizeof t->previous - sizeof t->previous[0]);
        t->previous[0] = t->token;
        t->token = 0;
        t->kind = kind;
    }
    t->token = ock_hash_next(t->token, ock_symbol_lower(symbol));
    t->place = ock_hash_place(t->token, OCK_TOKEN_BITS);
    t->pair_place = ock_hash_place(ock_hash_pair(t->token, t->previous[0]), OCK_TOKEN_BITS);
    t->followed = f->of[t->place];
    t->pair = f->of_pair[t->pair_place];
}
