/* SPDX-License-Identifier: MIT */
/* footprint.h - the memory that one rank will need, before anything is started. */
#ifndef OCK_FOOTPRINT_H
#define OCK_FOOTPRINT_H

#include "plan/config.h"

/* Bytes, as the parts of the program ask for them. */
typedef struct ock_footprint {
    uint64_t tables;    /* counters, match history and contexts of the own shards' table groups */
    uint64_t mixers;    /* mixers of the own lanes, maps of the own shards */
    uint64_t network;   /* embeddings, parameters, optimiser, activations of the own lanes */
    uint64_t gradients; /* sums over shards under way */
    uint64_t coding;    /* symbols of a step; at rank 0 every lane's coder and buffers */
    uint64_t program;   /* the program itself and its libraries, as measured */
} ock_footprint;

/* Of each of `ranks` ranks: what is allocated for the plan. footprints: (ranks). One part of each
 * kind is built as the program builds it, and counted; nothing of the size of the whole is touched.
 * Not collective; starts no message passing. */
ock_status ock_footprint_of(const ock_plan *plan, int ranks,
                            ock_footprint footprints[]) OCK_WARN_UNUSED;

uint64_t ock_footprint_total(const ock_footprint *footprint);

#endif
