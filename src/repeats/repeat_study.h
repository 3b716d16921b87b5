/* repeat_study.h - what of a prior is worth learning from, when repeats of the input refer to it.
 *
 * What they refer to will not be coded: it is not learned either. Where they make up less than half of the input, all
 * the rest of the prior is learned from. Otherwise the input is taken for another version of it: then learning from
 * much more than the input has left would cost more time than it saves, and what is learned from is what lies
 * around the places where the two begin to differ, on either side, as far as that is no more than the input's
 * rest times OCK_STUDY_TIMES.
 *
 * Part of the numeric contract: both directions derive it from the list alone. */
#ifndef OCK_REPEAT_STUDY_H
#define OCK_REPEAT_STUDY_H

#include "repeats/repeats.h"

enum { OCK_STUDY_TIMES = 2 };

/* *parts: what is left out of the priors, which lie one behind the other, as repeats of a text without an input
 * of its own: ock_repeats_rest(parts) bytes are learned from, and ock_rest_source reads them. The caller frees
 * it, after a failure too. OCK_ENVIRONMENT when memory is short. */
ock_status ock_repeats_study(const ock_repeats *repeats, ock_repeats *parts) OCK_WARN_UNUSED;

#endif
