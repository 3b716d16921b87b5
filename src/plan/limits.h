/* SPDX-License-Identifier: MIT */
/* limits.h - how much of each kind the predictor can be given: bounds of configuration fields and of
 * the history that every rank keeps. Those who own the things check that they agree
 * (network/embedding.h, mixing/contexts.h, repeats/repeat_find.h). */
#ifndef OCK_LIMITS_H
#define OCK_LIMITS_H

enum {
    OCK_MAX_ORDER = 48,       /* symbols of history a lookup may read */
    OCK_MAX_WINDOW = 4096,    /* positions that a transformer layer attends to */
    OCK_MAX_NGRAM = 16,       /* longest n-gram with an embedding of its own */
    OCK_MAX_FEATURES = 6,     /* contexts beyond n-grams that have embeddings */
    OCK_MAX_CONTEXTS = 112,   /* contexts in which the mixing stage counts */
    OCK_MAX_ORDERS = 9,       /* of them, those of plain orders */
    OCK_MAX_ESTIMATIONS = 12, /* secondary ones, */
    OCK_MAX_SETS = 27,        /* and sets of mixer weights */
    OCK_LEAST_REPEAT = 64     /* shorter ones are not looked for */
};

#endif
