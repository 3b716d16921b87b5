/* SPDX-License-Identifier: MIT */
/* tokens.h - tokens: words, numbers and runs of anything else, and what followed each of them last. */
#ifndef OCK_TOKENS_H
#define OCK_TOKENS_H

#include <stdint.h>

enum { OCK_TOKENS_BEFORE = 3, OCK_TOKEN_BITS = 16 };

typedef struct ock_tokens {
    uint64_t kind;  /* of the symbols of the token so far */
    uint64_t token; /* hash of its symbols */
    uint64_t previous[OCK_TOKENS_BEFORE];
    uint64_t followed; /* the last four symbols that followed the token so far, the newest below */
    uint64_t place;    /* in the table of followers */
    uint64_t pair;     /* those that followed it with the token before */
    uint64_t pair_place;
} ock_tokens;

typedef struct ock_token_followers {
    uint32_t of[1 << OCK_TOKEN_BITS]; /* (token so far) the last four symbols, the newest below */
    uint32_t of_pair[1 << OCK_TOKEN_BITS]; /* (with the token before) */
} ock_token_followers;

void ock_tokens_follow(ock_tokens *tokens, ock_token_followers *followers, uint8_t symbol);

#endif
