/* SPDX-License-Identifier: MIT */
/* scorer.h - what symbols of a text cost, given a corpus that was learned.
 *
 * A scorer has learned a corpus and stays as it is. It has two judges, who look up in the same tables and weigh
 * differently what these say: the first has learned the weights with the corpus, which was new to it, and so expects
 * new text; the second has then read parts of the corpus once more, here and there with another word in place of
 * one, and so expects copied text. Texts are coded from there, each by itself: none teaches anything to another one,
 * so their order and their number change no cost, nor does the number of threads. */
#ifndef OCK_SCORER_H
#define OCK_SCORER_H

#include "base/memory.h"
#include "codec/codec.h"
#include "mixing/reader.h"

/* What a scorer needs of its surroundings, all of which outlives it. */
typedef struct ock_scorer_setting {
    ock_memory *memory; /* NULL: not limited */
    const ock_kernels *kernels;
    ock_team *team;    /* NULL: the caller alone */
    ock_wishes wishes; /* level and numbers of the model; the network is left out of it */
    bool folded;       /* texts are folded (fold.h) */
    const char
        *state; /* a directory in which what was learned is looked for (scorer_state.h), or NULL */
    bool keeps; /* and kept, if it isn't there */
} ock_scorer_setting;

typedef struct ock_scorer ock_scorer;

/* Learns `bytes` bytes (at least 1), which are not needed afterwards. Not collective: each rank learns by
 * itself. */
ock_status ock_scorer_learn(const ock_scorer_setting *setting, const uint8_t *text, uint64_t bytes,
                            ock_scorer **scorer) OCK_WARN_UNUSED;
void ock_scorer_free(ock_scorer *scorer); /* NULL is allowed */

/* Bytes of the corpus, from its beginning, that the scorer has forgotten to look for copies in: 0 up to 2^28
 * bytes. */
uint64_t ock_scorer_forgotten(const ock_scorer *scorer);

/* One thread's access to a scorer, which outlives it. */
typedef struct ock_judges {
    const ock_scorer *scorer;
    ock_reader *fresh, *copied;
} ock_judges;
ock_status ock_judges_open(const ock_scorer *scorer, ock_judges *judges) OCK_WARN_UNUSED;
void ock_judges_close(ock_judges *judges);

/* Costs are in 2^-16 bits. */
enum { OCK_COST_UNIT = 1 << 16 };

/* Costs of the symbols of `text` as the first byte of a line, of which nothing is known: fresh: by who expects new
 * text, copied: copied text. Both (count). */
ock_status ock_judges_say(const ock_judges *judges, const uint8_t *text, size_t count,
                          uint32_t *fresh, uint32_t *copied) OCK_WARN_UNUSED;

/* A stretch of a text that stands in the corpus. */
typedef struct ock_copied {
    uint64_t begin, bytes; /* in the text; 0 bytes: none */
    uint64_t at;           /* its first byte in the corpus */
} ock_copied;

/* The longest one of those that the history of matches finds: of each place where as many symbols as a match needs
 * were last seen, all that is equal before it. The first of equals. */
ock_copied ock_judges_find(const ock_judges *judges, const uint8_t *text, size_t count);

/* Costs of the symbols of `text` by a small model that begins with it, and learns only from it. costs: (count). */
ock_status ock_cost_alone(const ock_scorer_setting *setting, const uint8_t *text, size_t count,
                          uint32_t *costs) OCK_WARN_UNUSED;

#endif
