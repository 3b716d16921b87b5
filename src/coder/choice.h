/* SPDX-License-Identifier: MIT */
/* choice.h - one symbol between predictor and coder. */
#ifndef OCK_CHOICE_H
#define OCK_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "coder/coder.h"

/* What happens at one position of one lane. Encoding: symbol is given. Decoding: target is given
 * and symbol is found. Either way the interval results. */
typedef struct ock_choice {
    bool decode;
    uint8_t symbol;
    uint32_t target;
    ock_interval interval;
} ock_choice;

#endif
