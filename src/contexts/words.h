/* SPDX-License-Identifier: MIT */
/* words.h - what a lane's past says of words: runs of letters of any language, capitals the same as
 * small letters. */
#ifndef OCK_WORDS_H
#define OCK_WORDS_H

#include <stddef.h>
#include <stdint.h>

enum { OCK_WORDS_BEFORE = 4, OCK_WORD_AGE_BITS = 14 };

/* All values are 64 bits wide, so that a checkpoint can take them as one array. */
typedef struct ock_words {
    uint64_t count;  /* symbols so far */
    uint64_t word;   /* hash of the letters since the last non-letter, 0 between words */
    uint64_t cased;  /* the same with capitals told apart; a non-letter stands for itself */
    uint64_t stem;   /* of the word's first five letters */
    uint64_t length; /* letters of the word so far */
    uint64_t previous[OCK_WORDS_BEFORE]; /* the words before, the newest first: hashes, */
    uint64_t stems[OCK_WORDS_BEFORE];    /* their stems, */
    uint64_t endings;                    /* the last three letters of each of the last two, */
    uint64_t lengths;                    /* and lengths, a byte each */
    uint64_t letters;                    /* last 8 small letters, one space between words */
    uint64_t skeleton; /* vowels and others of the word so far, two bits each, a one before them */
    uint64_t initial;  /* of the word so far */
    uint64_t initials; /* hash of the initials since the sentence began */
    uint64_t capitals; /* which of the last words began with a capital, a bit each */
    uint64_t gap;      /* hash of what stands between this word, or place, and the word before */
    uint64_t number;   /* hash of the digits since a symbol that is neither digit nor letter */
    uint64_t number_before;
    uint64_t age;      /* 1 + log2 of the symbols since the word so far was here last; 0: never */
    uint64_t sentence; /* words since the sentence began */
    uint64_t ended;    /* 1 when the letters so far were a whole word before */
} ock_words;

typedef struct ock_word_ages {
    uint32_t last[1 << OCK_WORD_AGE_BITS]; /* where the letters so far were last, + 1 */
    uint8_t ended[1 << OCK_WORD_AGE_BITS]; /* 1: they were a whole word */
} ock_word_ages;

void ock_words_follow(ock_words *words, ock_word_ages *ages, uint8_t symbol);

#endif
