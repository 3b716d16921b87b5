/* SPDX-License-Identifier: MIT */
/* classes.c - follows kinds of symbols. */
#include "contexts/classes.h"

#include "contexts/symbol_kind.h"

void ock_classes_follow(ock_classes *c, uint8_t symbol)
{
    const unsigned group = ock_symbol_group(symbol), last = (unsigned)(c->groups & 15);
    c->kinds = c->kinds << 2 | ock_symbol_kind(symbol);
    c->classes = c->classes << 3 | ock_symbol_class(symbol);
    c->groups = c->groups << 4 | group;
    if (group == last) {
        c->run++;
    } else {
        c->collapsed = c->collapsed << 4 | group;
        c->run = 1;
    }
    c->spaces = c->spaces << 1 | (symbol == ' ' || symbol == '\n' || symbol == '\t');
    if (group >= OCK_GROUP_OPEN && group <= OCK_GROUP_MARK) {
        c->punctuation = c->punctuation << 8 | symbol;
    }
    c->folded = c->folded << 8 | ock_symbol_lower(symbol);
}
