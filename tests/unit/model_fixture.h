/* SPDX-License-Identifier: MIT */
/* model_fixture.h - what the tests of the model share: cmocka, reproducible numbers and texts, the
 * kernels of this machine, small configurations, a hash for golden values. */
#ifndef OCK_MODEL_FIXTURE_H
#define OCK_MODEL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "numeric/fpenv.h"
#include "numeric/kernels.h"
#include "numeric/rng.h"
#include "plan/config.h"

/* Streams of random numbers; any fixed keys would do. */
enum { FIXTURE_FLOATS = 501, FIXTURE_INTEGERS = 502 };

/* Number i of stream `stream`, uniform in [-1, 1). */
static inline float fixture_float(uint64_t stream, uint64_t i)
{
    return ock_rng_uniform(stream, FIXTURE_FLOATS, i);
}

static inline uint64_t fixture_bits(uint64_t stream, uint64_t i)
{
    return ock_rng_bits(stream, FIXTURE_INTEGERS, i);
}

static inline void fixture_fill(float *x, size_t count, float scale, uint64_t stream)
{
    for (size_t i = 0; i < count; i++) {
        {
            x[i] = scale * fixture_float(stream, i);
        }
    }
}

/* `count` elements, zeroed; the test fails where memory does. Freed by free(). */
static inline void *fixture_memory(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    assert_non_null(memory);
    return memory;
}

/* FNV-1a, 64 bits: golden values are hashes of what was computed. */
static inline uint64_t fixture_hash(const void *data, size_t bytes, uint64_t hash)
{
    const unsigned char *at = data;
    for (size_t i = 0; i < bytes; i++) {
        {
            hash = (hash ^ at[i]) * 0x100000001b3u;
        }
    }
    return hash;
}

enum { FIXTURE_MAX_KERNELS = 4 };
#define FIXTURE_HASH_START 0xcbf29ce484222325u

/* All backends this machine runs, the scalar one first; those it lacks are
 * named on standard error. */
static inline size_t fixture_all_kernels(const ock_kernels *kernels[FIXTURE_MAX_KERNELS])
{
    static const char *const names[FIXTURE_MAX_KERNELS] = {"scalar", "avx2", "avx512", "neon"};
    size_t count = 0;
    for (size_t i = 0; i < FIXTURE_MAX_KERNELS; i++) {
        if (ock_kernels_select(names[i], &kernels[count]) == OCK_OK) {
            {
                count++;
            }
        } else {
            {
                ock_leave_out("this machine has no kernels %s", names[i]);
            }
        }
        ock_error_clear();
    }
    assert_true(count > 0);
    return count;
}

/* The widest backend this machine runs. */
static inline const ock_kernels *fixture_kernels(void)
{
    const ock_kernels *kernels;
    assert_int_equal(ock_kernels_select(NULL, &kernels), OCK_OK);
    return kernels;
}

/* A small configuration of its own, so that tests do not move with the levels. */
static inline ock_config fixture_config(void)
{
    return (ock_config){
        .seed = 1,
        .step = 8,
        .network = 1,
        .layers = 1,
        .width = 32,
        .order_min = 2,
        .order_max = 3,
        .ngram_bits = 10,
        .rate = 4e-3f,
        .rate_end = 4e-4f,
        .rate_steps = 1000,
        .beta1 = 0,
        .beta2 = 0.99f,
        .epsilon = 1e-6f,
        .embed_rate = 0.08f,
        .byte_rate = 0.08f,
        .mixing = 1,
        .table_bits = 12,
        .match_bits = 12,
        .match_min = 4,
        .match_long = 12,
        .contexts = 32,
        .sets = 14,
        .estimations = 2, /* each takes 4 MiB a shard */
        .easy_after = 32,
        .sleep_below = 0.3f,
        .counter_limit = 160,
        .history_limit = 255,
        .mix_rate = 0.02f,
        .mix_rate_end = 0.002f,
        .mix_steps = 2000,
        .final_rate = 0.002f,
    };
}

/* Reproducible text with structure: words drawn from a short list, now and then a random byte. */
static inline void fixture_text(uint8_t *text, size_t bytes, uint64_t stream)
{
    static const char *const words[] = {"the ",  "counter ", "of ",      "a lane ", "symbol, ",
                                        "rank ", "and ",     "mixes.\n", "shards ", "In "};
    size_t at = 0;
    for (uint64_t i = 0; at < bytes; i++) {
        uint64_t draw = fixture_bits(stream, i);
        if (draw % 16 == 0) {
            {
                text[at++] = (uint8_t)(draw >> 32);
            }
        }
        const char *word = words[(draw >> 8) % (sizeof words / sizeof words[0])];
        for (; *word != '\0' && at < bytes; word++) {
            {
                text[at++] = (uint8_t)*word;
            }
        }
    }
}

/* Group set-up of every test program whose numbers are floats. */
static inline int fixture_set_up(void **state)
{
    (void)state;
    ock_fpenv_set();
    return 0;
}

#endif
