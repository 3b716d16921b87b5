/* SPDX-License-Identifier: MIT */
/* reader.h - what a mixing stage that has learned says of further text, while it stays as it is.
 *
 * A reader looks up in the stage's tables, maps and weights and changes none of them; of its own it has a past and
 * the matches that it follows. So what it says of a text depends on the stage and on that text alone, and any
 * number of readers may work on one stage at the same time. */
#ifndef OCK_READER_H
#define OCK_READER_H

#include "coder/coder.h"
#include "mixing/mixing.h"

typedef struct ock_reader ock_reader;

/* A reader of the first own lane of the stage, which outlives it and is not to be changed meanwhile. OCK_ENVIRONMENT
 * when there is no memory for it. Not collective. */
ock_status ock_reader_new(ock_memory *memory, const ock_mixing *mixing,
                          ock_reader **reader) OCK_WARN_UNUSED;
/* One more that judges as `other` does, which outlives it and is not taught meanwhile. */
ock_status ock_reader_new_like(ock_memory *memory, const ock_reader *other,
                               ock_reader **reader) OCK_WARN_UNUSED;
void ock_reader_free(ock_reader *reader); /* NULL is allowed */

/* ---- a reader that may learn how much its experts are worth ----
 *
 * The tables stay as they are: what it learns is how to weigh what they say. */

/* Gives the reader weights and maps of its own, which begin as the stage's and learn as fast as in the beginning. */
ock_status ock_reader_own(ock_reader *reader) OCK_WARN_UNUSED;

/* As ock_reader_code, and the reader, which has weights of its own, learns from the symbol. */
ock_status ock_reader_learn(ock_reader *reader, uint8_t symbol) OCK_WARN_UNUSED;

/* Goes back to where the stage is: the past is that of its lane with `before`, which may be empty, behind it; of
 * matches nothing is known but that. */
void ock_reader_start(ock_reader *reader, const char *before);

/* The interval of the next symbol, which then is a part of the past. OCK_INTERNAL when a probability is not a
 * number. */
ock_status ock_reader_code(ock_reader *reader, uint8_t symbol,
                           ock_interval *interval) OCK_WARN_UNUSED;

/* The next symbol is known, and nobody will ask for anything but places (below) before the next start. */
void ock_reader_look(ock_reader *reader, uint8_t symbol);

/* Where the newest symbols stand in what the stage has learned: before index `place` of lane `lane`'s ring. */
typedef struct ock_reader_place {
    size_t lane;
    uint64_t place;
} ock_reader_place;

enum { OCK_READER_PLACES = 2 };

/* Where as many of them as a match is looked for with were seen last, for each of the match lengths; -> how many
 * such places there are. */
size_t ock_reader_places(const ock_reader *reader, ock_reader_place places[OCK_READER_PLACES]);

/* What lane `lane` has learned last. Symbol number i of the lane is ring[i & mask]. */
typedef struct ock_reader_history {
    const uint8_t *ring;
    uint64_t mask;
    uint64_t written; /* symbols of the lane, */
    uint64_t bytes;   /* of which the newest so many are there */
} ock_reader_history;
ock_reader_history ock_reader_history_of(const ock_reader *reader, size_t lane);

#endif
