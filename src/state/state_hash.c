/* SPDX-License-Identifier: MIT */
/* state_hash.c - two multilinear sums over 32-bit words. */
#include "state/state_hash.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "numeric/rng.h"

enum {
    WORD = 4,
    PAGE_WORDS = 1024,
    PAGE = WORD * PAGE_WORDS,
    SEED = 0,
    WORD_KEYS = 1,
    PAGE_KEYS = 3
};

/* A word of a tensor, which may lie anywhere. */
typedef uint32_t word __attribute__((aligned(1)));

/* Odd keys of a page's words, for both sums: the same numbers in every run of the process, made once by
 * whoever needs them first, and only read from then on. (pthread_once is what call_once of C11 stands
 * for, and thread sanitizers know it.) */
static uint32_t word_keys[2][PAGE_WORDS];
static pthread_once_t keys_made = PTHREAD_ONCE_INIT;

static void make_keys(void)
{
    for (uint32_t sum = 0; sum < 2; sum++) {
        for (size_t j = 0; j < PAGE_WORDS; j++) {
            word_keys[sum][j] = (uint32_t)(ock_rng_bits(SEED, WORD_KEYS + sum, j) >> 32) | 1;
        }
    }
}

static uint64_t page_key(uint32_t sum, uint64_t page)
{
    return ock_rng_bits(SEED, PAGE_KEYS + sum, page) | 1;
}

/* The words of a page from number `first` on. Left to the compiler to vectorise. */
static void add_words(ock_state_hash *hash, uint64_t page, size_t first, const word *words,
                      size_t count)
{
    const uint32_t *key0 = word_keys[0] + first, *key1 = word_keys[1] + first;
    uint64_t sum0 = 0, sum1 = 0;
    for (size_t j = 0; j < count; j++) {
        sum0 += (uint64_t)words[j] * key0[j];
        sum1 += (uint64_t)words[j] * key1[j];
    }
    hash->sums[0] += page_key(0, page) * sum0;
    hash->sums[1] += page_key(1, page) * sum1;
}

void ock_state_hash_add(ock_state_hash *hash, uint64_t offset, const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    word last = 0;
    if (count == 0) {
        return; /* of a rank without a slice, which may have no memory for it either */
    }
    pthread_once(&keys_made, make_keys);
    while (count >= WORD) {
        size_t in_page = (size_t)(offset % PAGE);
        size_t words = (count < PAGE - in_page ? count : PAGE - in_page) / WORD;
        add_words(hash, offset / PAGE, in_page / WORD, (const word *)at, words);
        at += words * WORD;
        offset += words * WORD;
        count -= words * WORD;
    }
    memcpy(&last, at, count);
    if (count > 0) {
        add_words(hash, offset / PAGE, (size_t)(offset % PAGE) / WORD, &last, 1);
    }
}

typedef struct shared_hash {
    uint64_t offset;
    const uint8_t *bytes;
    size_t count;
    _Atomic uint64_t sums[2];
} shared_hash;

/* Sums commute: whose part comes first decides about no bit. */
static void add_part(void *context, const ock_worker *me)
{
    shared_hash *shared = context;
    const ock_range own = ock_team_part_of(me, shared->count, PAGE);
    ock_state_hash hash = {{0, 0}};
    ock_state_hash_add(&hash, shared->offset + own.begin, shared->bytes + own.begin,
                       ock_range_length(own));
    for (size_t i = 0; i < 2; i++) {
        (void)atomic_fetch_add(&shared->sums[i], hash.sums[i]);
    }
}

void ock_state_hash_by_team(ock_team *team, ock_state_hash *hash, uint64_t offset,
                            const void *bytes, size_t count)
{
    enum { WORTHWHILE = 1 << 18 };
    if (count < WORTHWHILE || ock_team_size(team) == 1) {
        ock_state_hash_add(hash, offset, bytes, count);
        return;
    }
    shared_hash shared = {.offset = offset, .bytes = bytes, .count = count};
    for (size_t i = 0; i < 2; i++) {
        atomic_init(&shared.sums[i], 0);
    }
    ock_team_run(team, add_part, &shared);
    for (size_t i = 0; i < 2; i++) {
        hash->sums[i] += atomic_load(&shared.sums[i]);
    }
}
