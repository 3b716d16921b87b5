/* contexts.h - the contexts in which the mixing stage counts: one 64-bit hash each, from a lane's
 * past.
 *
 * Pure functions of a lane's symbols, so every rank can follow every lane. The list is ordered by
 * what the contexts are worth for their cost: a level uses the first `contexts` of them. */
#ifndef OCK_CONTEXTS_H
#define OCK_CONTEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "mixing/stride.h"
#include "plan/limits.h"

enum {
    /* the newest 0 .. 6 symbols */
    OCK_CONTEXT_ORDER0,
    OCK_CONTEXT_ORDER1,
    OCK_CONTEXT_ORDER2,
    OCK_CONTEXT_ORDER3,
    OCK_CONTEXT_ORDER4,
    OCK_CONTEXT_ORDER5,
    OCK_CONTEXT_ORDER6,
    /* text: the word so far, the word before, the innermost open bracket */
    OCK_CONTEXT_WORD,
    OCK_CONTEXT_WORD_PREVIOUS,
    OCK_CONTEXT_PREVIOUS_ORDER1,
    OCK_CONTEXT_BRACKET_ORDER2,
    OCK_CONTEXT_COLUMN_ABOVE, /* column, the symbol in the line above, the newest symbol */
    OCK_CONTEXT_BRACKET_WORD,
    /* records and pixels */
    OCK_CONTEXT_SKIP1_ORDER2, /* the second and third newest symbol */
    OCK_CONTEXT_HIGH_BITS,    /* four symbols without their low bits */
    OCK_CONTEXT_FOURTH,       /* the fourth newest: words of four bytes */
    OCK_CONTEXT_ROW_ABOVE,    /* a stride before, and the newest symbol: the first that needs the
                                 stride */
    OCK_CONTEXT_ROW_GRADIENT, /* above + left - above left, three symbols a pixel */
    /* from here on: little each, but another kind of knowledge */
    OCK_CONTEXT_WORD_SECOND, /* the word so far and the word before the previous one */
    OCK_CONTEXT_TRIGRAM,     /* the word so far and the two before it, in either order */
    OCK_CONTEXT_BRACKET_ORDER3,
    OCK_CONTEXT_BRACKET_BIGRAM,
    OCK_CONTEXT_LINE_START_WORD, /* last of the line's first four symbols, and the word so far */
    OCK_CONTEXT_COLUMN,          /* first four symbols of the line and the column */
    OCK_CONTEXT_ORDER8,
    OCK_CONTEXT_FOLLOWERS1, /* what came after the newest symbol, the last two times */
    OCK_CONTEXT_FOLLOWERS2, /* the same after the two newest symbols */
    OCK_CONTEXT_FOLLOWER2,  /* the last time only, with the newest symbol */
    OCK_CONTEXT_PIXELS,     /* the third and sixth newest symbol */
    OCK_CONTEXT_SKIP1_ORDER3,
    OCK_CONTEXT_ROW_NEIGHBOURS, /* above left, above, above right */
    OCK_CONTEXT_ROWS,           /* above, and above that */
    /* kinds of symbols and lengths of words, pairs of symbols at fixed distances */
    OCK_CONTEXT_KINDS8_ORDER2,
    OCK_CONTEXT_KINDS16, /* kinds of 16 symbols, and the newest one */
    OCK_CONTEXT_COLUMN_ORDER1,
    OCK_CONTEXT_LENGTHS, /* lengths of this word and the one before, newest symbol */
    OCK_CONTEXT_PREVIOUS_ORDER2,
    OCK_CONTEXT_FIRST_THIRD, /* the newest and the third newest symbol */
    OCK_CONTEXT_FIRST_FOURTH,
    OCK_CONTEXT_SECOND,
    /* what many of the above know too, seen from other sides */
    OCK_CONTEXT_SECOND_FOURTH,
    OCK_CONTEXT_SECOND_FIFTH,
    OCK_CONTEXT_THIRD,
    OCK_CONTEXT_THIRD_FOURTH,
    OCK_CONTEXT_KINDS6_ORDER3,
    OCK_CONTEXT_FOLLOWERS3,       /* the last two followers of three symbols, hashed */
    OCK_CONTEXT_FOLLOWERS4,       /* the last four followers of the newest symbol */
    OCK_CONTEXT_FOLLOWERS_ORDER2, /* the last three, and the two newest symbols */
    OCK_CONTEXT_CASED_WORD,       /* the word so far, capitals told from small letters */
    OCK_CONTEXT_LETTERS3,         /* three letters, whatever stands between words */
    OCK_CONTEXT_LETTERS5,
    OCK_CONTEXT_WORD_THIRD,       /* the word so far and the one three words before */
    OCK_CONTEXT_BIGRAM_ORDER1,    /* two words before and the newest symbol */
    OCK_CONTEXT_BIGRAM_LENGTH,    /* two words before and how long this one is */
    OCK_CONTEXT_PREVIOUS_INITIAL, /* the word before, initial and length of this one */
    OCK_CONTEXT_BRACKET_SECOND,   /* innermost bracket, this word and the one before the previous */
    OCK_CONTEXT_INITIALS,         /* initials of the sentence's words, and the newest symbol */
    OCK_CONTEXT_NUMBER,           /* the digits so far, and the newest symbol */
    OCK_CONTEXT_ABOVE_WORD,       /* the symbol in the line above, and the word so far */
    OCK_CONTEXT_ABOVE_ORDER2,
    OCK_CONTEXT_LINE_ORDER4, /* last of the line's first four symbols, four newest ones */
    OCK_CONTEXT_TAG_WORD,    /* name of the last tag, and the word so far */
    OCK_CONTEXT_ORDER7,
    OCK_CONTEXT_ORDER10,
    OCK_CONTEXTS
};

_Static_assert((int)OCK_CONTEXTS == (int)OCK_MAX_CONTEXTS, "the configuration knows how many");

/* Kinds of symbols, two bits each. */
enum { OCK_KIND_SMALL, OCK_KIND_SPACE, OCK_KIND_CAPITAL, OCK_KIND_OTHER };

enum { OCK_LINE_COLUMNS = 256 }; /* columns told apart; longer lines wrap around */

typedef struct ock_contexts {
    uint64_t hash[OCK_CONTEXTS]; /* contexts of the next symbol's first nibble */
    uint64_t recent, older;      /* last 8 symbols, the newest in the low byte; the 8 before */
    uint64_t kinds;              /* of the last 32 symbols, the newest in the low bits */
    uint64_t word;        /* hash of the letters since the last non-letter, 0 between words */
    uint64_t cased_word;  /* the same with capitals told apart; a non-letter stands for itself */
    uint64_t previous[3]; /* hashes of the words before, the newer first */
    uint64_t letters;     /* last 8 small letters, one space between words */
    uint64_t initials;    /* hash of the initials since the sentence began */
    uint64_t tag;         /* hash of the letters after the last '<' */
    uint32_t word_length, previous_length;
    uint32_t number;     /* hash of the digits since a symbol that is neither digit nor letter */
    uint8_t initial;     /* of the word so far */
    uint8_t in_tag_name; /* 1 between '<' and the next non-letter */
    uint32_t brackets;   /* open brackets and the like, the innermost in the low byte */
    uint32_t column;     /* symbols since the last line feed */
    uint32_t line_start; /* the line's first symbols, up to four */
    uint8_t line[OCK_LINE_COLUMNS];  /* this line, by column */
    uint8_t above[OCK_LINE_COLUMNS]; /* the line before */
    uint32_t followers1[1 << 8];     /* last four symbols seen after a symbol, the newest below */
    uint16_t followers2[1 << 16];    /* last two after two symbols */
    uint16_t followers3[1 << 16];    /* and after three, hashed */
    size_t count;                    /* contexts in use: hash[0] .. hash[count - 1] */
    ock_stride stride;               /* followed when a context in use needs it */
} ock_contexts;

/* Contexts of a lane's first symbol. The first `count` are in use, the others'
 * hashes mean nothing. */
void ock_contexts_start(ock_contexts *contexts, size_t count);

/* The lane's next symbol is known: moves on to the contexts of the one after it. */
void ock_contexts_update(ock_contexts *contexts, uint8_t symbol);

/* The same for `count` further symbols at once, whose own contexts nobody asks for. */
void ock_contexts_advance(ock_contexts *contexts, const uint8_t *symbols, size_t count);

/* Context of the second nibble, from that of the first and the first nibble's value (0 .. 15). */
static inline uint64_t ock_contexts_second(uint64_t hash, unsigned nibble)
{
    uint64_t h = (hash ^ (nibble + 1)) * 0xD6E8FEB86659FD93u;
    return h ^ (h >> 32);
}

#endif
