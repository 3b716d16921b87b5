/* study.h - prior knowledge: a codec learns from other data before it codes the input.
 *
 * Both directions do it alike, from the same bytes, so it changes what is expected and no bit of it
 * is coded. Whoever decodes needs the same data. */
#ifndef OCK_STUDY_H
#define OCK_STUDY_H

#include "codec/codec.h"
#include "io/file/input.h"

/* Lets the codec, at the start of a run, read all `bytes` bytes as though they were its input, in its
 * lanes; afterwards it stands at the start of the input again, and has learned. `input` is rank 0's,
 * which reads for all. Collective (agrees on failure). */
ock_status ock_study(ock_codec *codec, ock_input *input, uint64_t bytes) OCK_WARN_UNUSED;

#endif
