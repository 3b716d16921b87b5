/* SPDX-License-Identifier: MIT */
/* classes.h - a lane's past with its symbols replaced by their kinds. */
#ifndef OCK_CLASSES_H
#define OCK_CLASSES_H

#include <stdint.h>

typedef struct ock_classes {
    uint64_t kinds;       /* of the last 32 symbols, two bits each, the newest in the low bits */
    uint64_t classes;     /* of the last 21, three bits each */
    uint64_t groups;      /* of the last 16, four bits each */
    uint64_t collapsed;   /* groups of the last 16 runs of symbols of one group */
    uint64_t run;         /* symbols of the newest run */
    uint64_t spaces;      /* which of the last 64 symbols were blanks, a bit each */
    uint64_t punctuation; /* the last eight symbols of the groups from brackets to marks */
    uint64_t folded;      /* the last eight symbols, capitals as small letters */
} ock_classes;

void ock_classes_follow(ock_classes *classes, uint8_t symbol);

#endif
