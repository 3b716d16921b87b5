/* SPDX-License-Identifier: MIT */
/* brackets.h - what stands open: brackets, quotes, tags of markup. */
#ifndef OCK_BRACKETS_H
#define OCK_BRACKETS_H

#include <stdint.h>

enum { OCK_BRACKETS_DEPTH = 8, OCK_TAGS_DEPTH = 8 };

typedef struct ock_brackets {
    uint64_t marks; /* brackets and the like open in this line, the innermost in the low byte */
    uint64_t since; /* symbols since one of them was opened or closed */
    uint64_t depth; /* real brackets open, over lines */
    uint64_t open[OCK_BRACKETS_DEPTH]; /* them */
    uint64_t inner;                    /* hash of these symbols, up to six */
    uint64_t quote;                    /* the quote that is open, or 0 */
    uint64_t tag;                      /* hash of the name after the last '<' */
    uint64_t in_name;                  /* 1 between '<' and the next non-letter, 2 after "</" */
    uint64_t slash;                    /* 1: the newest symbol is a '/' outside of names */
    uint64_t tag_depth;                /* tags that are open */
    uint64_t tags[OCK_TAGS_DEPTH];     /* their names */
} ock_brackets;

void ock_brackets_follow(ock_brackets *brackets, uint8_t symbol);

/* The bracket opened last, or 0. */
static inline uint64_t ock_brackets_last(const ock_brackets *brackets)
{
    return brackets->depth > 0 ? brackets->open[(brackets->depth - 1) % OCK_BRACKETS_DEPTH] : 0;
}

/* The name of the tag opened last, or 0; back: how many before it. */
static inline uint64_t ock_brackets_tag(const ock_brackets *brackets, uint64_t back)
{
    return brackets->tag_depth > back
               ? brackets->tags[(brackets->tag_depth - 1 - back) % OCK_TAGS_DEPTH]
               : 0;
}

#endif
