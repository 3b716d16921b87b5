/* SPDX-License-Identifier: MIT */
/* plain.h - coding by the network's distribution alone, for configurations
 * without a mixing stage. */
#ifndef OCK_PLAIN_H
#define OCK_PLAIN_H

#include "mixing/mixing.h"

/* As ock_mixing_code, with the tree's conditional probabilities as they are. */
ock_status ock_plain_code(const float *tree, ock_choice *choice) OCK_WARN_UNUSED;

#endif
