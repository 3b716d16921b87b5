/* SPDX-License-Identifier: MIT */
/* guess.c - the distance between two words. */
#include "cli/guess.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 31 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* d[i][j]: of the first i letters of a and the first j of b. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= a_length; i++) {
        for (size_t j = 0; j <= b_length; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = least(d[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
                            least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
    }
    return d[a_length][b_length];
}

void ock_guess_try(ock_guess *guess, const char *known)
{
    const size_t length = strlen(known);
    if (length > LONGEST || guess->length > LONGEST) {
        return;
    }
    const size_t away = distance(guess->word, guess->length, known, length);
    const size_t cost = 2 * away + (length != guess->length); /* of two, the one as long */
    if (away <= 1 + guess->length / 4 && (guess->best == NULL || cost < guess->cost)) {
        guess->best = known;
        guess->cost = cost;
    }
}

const char *ock_guess_say(const ock_guess *guess, const char *before, char text[OCK_GUESS_BYTES])
{
    snprintf(text, OCK_GUESS_BYTES,
             guess->best != NULL ? "; did you mean %s%s?" : "; try ockham --help", before,
             guess->best);
    return text;
}
