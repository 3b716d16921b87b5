/* SPDX-License-Identifier: MIT */
/* codec_private.h - what the files of the codec share: the positions of a step, one after the other, by the
 * team of threads: predict, code, learn. */
#ifndef OCK_CODEC_PRIVATE_H
#define OCK_CODEC_PRIVATE_H

#include "codec/codec.h"

/* Whether the network, where there is one, is trained on the step: every lane has T symbols. The last, shorter one
 * is not. */
bool ock_codec_trains(const ock_codec *codec, const ock_step *step);

/* After coding: whether all members of the team still have the floating-point environment of the numeric
 * contract; the status of ock_fpenv_check where one has not. Not collective. */
ock_status ock_check_members(ock_codec *codec) OCK_WARN_UNUSED;

/* All symbols of the step are in the history: its choices get their intervals. Failures are told to the
 * port's finish_position, of the last position. Not collective, but for that. */
ock_status ock_encode_positions(ock_codec *codec, const ock_port *port,
                                const ock_step *step) OCK_WARN_UNUSED;

/* Each position's symbols are found in its choices, and known to all after finish_position, which is
 * collective. */
ock_status ock_decode_positions(ock_codec *codec, const ock_port *port,
                                const ock_step *step) OCK_WARN_UNUSED;

#endif
