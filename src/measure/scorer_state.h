/* SPDX-License-Identifier: MIT */
/* scorer_state.h - what a codec has learned of a corpus, kept in a directory between runs.
 *
 *     DIR/score-0123456789abcdef.ockc   a checkpoint (io/checkpoint) of the model's state
 *
 * The digits are the beginning of the digest of what the state belongs to: contract, every number of the model, cut,
 * length and digest of the corpus. So states of several corpora may lie in one directory, and one that is of something
 * else is never taken. It holds the corpus: its owner alone may read it. */
#ifndef OCK_SCORER_STATE_H
#define OCK_SCORER_STATE_H

#include "codec/codec.h"

/* Names the state of a codec that learns, or has learned, this text. The caller frees both texts. */
typedef struct ock_scorer_state {
    char *path;
    char *identity;
} ock_scorer_state;
ock_status ock_scorer_state_name(const char *directory, const ock_plan *plan, const uint8_t *text,
                                 uint64_t bytes, ock_scorer_state *state) OCK_WARN_UNUSED;
void ock_scorer_state_clear(ock_scorer_state *state);

/* Brings the codec, which is as it was made, to the state, if there is one (*found). OCK_BAD_DATA, with the file's
 * name, where it is damaged or impossible. Not collective: codec->comm has one rank; likewise below. */
ock_status ock_scorer_state_load(const ock_scorer_state *state, ock_codec *codec,
                                 bool *found) OCK_WARN_UNUSED;

/* Writes it; the directory is made if need be. */
ock_status ock_scorer_state_save(const ock_scorer_state *state, ock_codec *codec) OCK_WARN_UNUSED;

#endif
