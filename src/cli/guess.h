/* SPDX-License-Identifier: MIT */
/* guess.h - what a mistyped word may have been meant for. */
#ifndef OCK_GUESS_H
#define OCK_GUESS_H

#include <stddef.h>

enum { OCK_GUESS_BYTES = 64 };

/* Begin with {.word = word, .length = length}; `best` is NULL until a known word is near. */
typedef struct ock_guess {
    const char *word;
    size_t length;
    const char *best;
    size_t cost; /* of best */
} ock_guess;

/* Takes `known` for the best if it is near, and nearer than the one before: by letters left out, put in,
 * exchanged or taken for others (Damerau and Levenshtein's distance), at most one and a quarter of the word's. */
void ock_guess_try(ock_guess *guess, const char *known);

/* "; did you mean --lanes?", with `before` in front of the word; "; try ockham --help" when none was near. Returns
 * text. */
const char *ock_guess_say(const ock_guess *guess, const char *before, char text[OCK_GUESS_BYTES]);

#endif
