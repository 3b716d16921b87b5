/* SPDX-License-Identifier: MIT */
/* past.h - a lane's past, as contexts see it: all that follows from its symbols alone.
 *
 * Parts that only some contexts ask for are followed when asked for. */
#ifndef OCK_PAST_H
#define OCK_PAST_H

#include "contexts/bases.h"
#include "contexts/brackets.h"
#include "contexts/classes.h"
#include "contexts/columns.h"
#include "contexts/followers.h"
#include "contexts/lines.h"
#include "contexts/numbers.h"
#include "contexts/pages.h"
#include "contexts/stride.h"
#include "contexts/tokens.h"
#include "contexts/words.h"

/* Parts beyond words, brackets, classes and numbers, which are always followed. Bits. */
enum {
    OCK_NEED_TOKENS = 1,
    OCK_NEED_FOLLOWERS = 2,
    OCK_NEED_LINES = 4,
    OCK_NEED_STRIDE = 8,
    OCK_NEED_ALL = 15
};

typedef struct ock_symbols {
    uint64_t recent, older; /* last 8 symbols, the newest in the low byte; the 8 before */
    uint64_t awaited;       /* bytes that the UTF-8 character so far lacks */
    uint64_t foreign;       /* how many of the last symbols no text has, in 1/65536, decaying */
    uint64_t binary;        /* 1: the past is no text */
} ock_symbols;

typedef struct ock_past {
    ock_symbols symbols;
    ock_words words;
    ock_brackets brackets;
    ock_classes classes;
    ock_bases bases;
    ock_tokens tokens;
    ock_following following;
    ock_lines lines;
    ock_stride stride;
    ock_numbers numbers;
    ock_columns columns;
    ock_pages pages;
    ock_line_texts texts;
    ock_word_ages ages;
    ock_token_followers token_followers;
    ock_followers followers;
    ock_filters filters;
    ock_number_past number_past;
    ock_column_filters column_filters;
    ock_column_past column_past;
    ock_page_past page_past;
} ock_past;

/* What the past is of: text; numbers as bytes; text with many numbers; pages of records; bases; or
 * anything else. */
enum {
    OCK_DATA_TEXT,
    OCK_DATA_OTHER,
    OCK_DATA_NUMBERS,
    OCK_DATA_TABLE,
    OCK_DATA_PAGES,
    OCK_DATA_BASES,
    OCK_DATA_KINDS
};

/* Whether the next symbol is one of pages. */
static inline bool ock_past_has_pages(const ock_past *past)
{
    return past->numbers.count < past->pages.laid;
}

static inline unsigned ock_past_kind(const ock_past *past)
{
    if (ock_past_has_pages(past)) {
        return OCK_DATA_PAGES;
    }
    if (past->symbols.binary || ock_numbers_are_laid(&past->numbers)) {
        return past->numbers.sure ? OCK_DATA_NUMBERS : OCK_DATA_OTHER;
    }
    if (past->bases.active) {
        return OCK_DATA_BASES;
    }
    return past->columns.active ? OCK_DATA_TABLE : OCK_DATA_TEXT;
}

/* Before a lane's first symbol. */
void ock_past_start(ock_past *past);

/* The next symbols are of pages (pages.h), up to symbol number `end`. */
void ock_past_lay_pages(ock_past *past, uint64_t size, uint64_t at, uint64_t end);

/* The lane's next symbol is known. needs: of OCK_NEED_. */
void ock_past_follow(ock_past *past, unsigned needs, uint8_t symbol);

#endif
