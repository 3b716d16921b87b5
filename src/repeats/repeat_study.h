/* SPDX-License-Identifier: MIT */
/* repeat_study.h - what of a prior is worth learning from, when repeats of the input refer to it.
 *
 * What they refer to will not be coded, and is not learned either. Where they make up more than half of the input, it is
 * another version of the prior: then only what lies around the places where both begin to differ is learned from, as
 * far as that is at most OCK_STUDY_TIMES the input's rest.
 *
 * Part of the numeric contract: both directions derive it from the list alone. */
#ifndef OCK_REPEAT_STUDY_H
#define OCK_REPEAT_STUDY_H

#include "repeats/repeats.h"

enum { OCK_STUDY_TIMES = 2 };

/* *parts: what is left out of the priors, as repeats of a text without an input of its own: ock_rest_source reads
 * the others. The caller frees it, after a failure too. OCK_ENVIRONMENT when memory is short. */
ock_status ock_repeats_study(const ock_repeats *repeats, ock_repeats *parts) OCK_WARN_UNUSED;

#endif
