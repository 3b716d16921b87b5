/* SPDX-License-Identifier: MIT */
/* forgery.h - .ock files taken apart, altered, and sealed again by the library that seals real ones. */
#ifndef OCK_FORGERY_H
#define OCK_FORGERY_H

#include "archive/plan_file.h"
#include "io/container/container.h"

/* A file taken apart. */
typedef struct ock_forgery {
    ock_container_info info;
    uint8_t *lanes[64]; /* each with room for 16 bytes more than info.lane_bytes */
} ock_forgery;

/* Fails the running case with the message of what failed. */
void ock_must(ock_status status);

void ock_take_apart(const char *name, ock_forgery *f);
void ock_put_together(const char *name, ock_forgery *f);
void ock_forgery_free(ock_forgery *f);

/* As if the file had been written with this option too: the digest of the plan agrees. */
void ock_claim(ock_forgery *f, const char *assignment);

/* Every so many bits of a list of the file, flipped one at a time: with digests that are right, another list is damage, or
 * says the same in other words. The file's input is `in`; `bad`, `back` and `err` are written. */
void ock_expect_flips_are_damage(ock_forgery *f, uint8_t *list, size_t bytes, size_t every);

#endif
