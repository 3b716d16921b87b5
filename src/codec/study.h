/* SPDX-License-Identifier: MIT */
/* study.h - prior knowledge: a codec learns from other data before it codes the input.
 *
 * Both directions do it alike, from the same bytes, so it changes what is expected and no bit of it
 * is coded. Whoever decodes needs the same data. */
#ifndef OCK_STUDY_H
#define OCK_STUDY_H

#include "base/source.h"
#include "codec/codec.h"

/* Lets the codec, before its run, learn from `bytes` bytes as though they were its input, in its lanes;
 * it stays at the start of that. `source` is rank 0's, which reads for all, and NULL elsewhere.
 * Collective (agrees on failure). */
ock_status ock_study(ock_codec *codec, const ock_source *source, uint64_t bytes) OCK_WARN_UNUSED;

#endif
