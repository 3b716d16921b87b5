/* SPDX-License-Identifier: MIT */
/* team_fixture.h - teams of the sizes on which no result may depend, for tests of what threads do to it. */
#ifndef OCK_TEAM_FIXTURE_H
#define OCK_TEAM_FIXTURE_H

#include "model_fixture.h"

#include "base/state.h"
#include "threads/team.h"

/* The first one is what the others are compared with. More than there are cores, and numbers that cut
 * nothing evenly. */
#ifdef __SANITIZE_THREAD__
static const size_t fixture_team_sizes[] = {
    1, 3}; /* it looks for races, and takes ten times as long */
#else
static const size_t fixture_team_sizes[] = {1, 2, 3, 4, 7};
#endif
enum { FIXTURE_TEAMS = sizeof fixture_team_sizes / sizeof fixture_team_sizes[0] };

/* Freed by ock_team_free. */
static inline ock_team *fixture_team(size_t threads)
{
    ock_team *team;
    assert_int_equal(ock_team_new(threads, &team), OCK_OK);
    assert_int_equal(ock_team_size(team), threads);
    return team;
}

/* How many of `count` cases are run: under the thread sanitizer only the first two. */
static inline size_t fixture_cases(size_t count)
{
#ifdef __SANITIZE_THREAD__
    return count < 2 ? count : 2;
#else
    return count;
#endif
}

/* A visitor's: adds a part of a state to the hash in *context, eight bytes at a time. */
static inline ock_status fixture_hash_part(void *context, const ock_state_part *part)
{
    const uint8_t *at = part->data;
    const size_t bytes = part->element * part->count;
    uint64_t hash = *(uint64_t *)context, word;
    size_t i = 0;
    for (; i + sizeof word <= bytes; i += sizeof word) {
        memcpy(&word, at + i, sizeof word);
        hash = (hash ^ word) * 0x100000001b3u;
        hash ^= hash >> 29;
    }
    *(uint64_t *)context = fixture_hash(at + i, bytes - i, hash);
    return OCK_OK;
}

/* The case once for each size of team, on memory of its own: what it leaves in the `bytes` of `result`
 * (zeroed before) must be the same for all. `make` runs on the main thread and may assert. */
static inline void fixture_same_on_teams(void (*make)(const void *wish, ock_team *team,
                                                      void *result),
                                         const void *wish, size_t bytes, const char *what)
{
    void *expected = fixture_memory(bytes, 1), *got = fixture_memory(bytes, 1);
    for (size_t i = 0; i < FIXTURE_TEAMS; i++) {
        ock_team *team = fixture_team(fixture_team_sizes[i]);
        memset(got, 0, bytes);
        make(wish, team, i == 0 ? expected : got);
        ock_team_free(team);
        if (i > 0 && memcmp(got, expected, bytes) != 0) {
            fail_msg("%s: other bits on %zu threads", what, fixture_team_sizes[i]);
        }
    }
    memset(got, 0, bytes);
    make(wish, NULL, got); /* no team at all */
    assert_memory_equal(got, expected, bytes);
    free(expected);
    free(got);
}

#endif
