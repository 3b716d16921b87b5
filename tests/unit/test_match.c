/* SPDX-License-Identifier: MIT */
/* test_match.c - repeats are found and followed within a lane and across lanes, through the ring's
 * end; rings and index do not depend on whose lanes are followed. */
#include "model_fixture.h"

#include "mixing/match.h"

enum { MAX_LANES = 4, MINIMUM = 5, LONG = 12 };

typedef struct specimen {
    ock_arena arena;
    ock_match_index index;
    size_t which; /* of the two lengths; the first unless a test says otherwise */
    ock_match match[MAX_LANES];
    bool own[MAX_LANES];
    size_t
        parts; /* entered part by part, from the last one to the first; 1 unless a test says so */
    size_t left_out; /* but for this one; SIZE_MAX: none */
} specimen;

static void make(specimen *s, size_t lanes, uint32_t bits)
{
    ock_config config = fixture_config();
    config.match_bits = bits;
    config.match_min = MINIMUM;
    config.match_long = LONG;
    memset(s, 0, sizeof *s);
    s->parts = 1;
    s->left_out = SIZE_MAX;
    ock_arena_init(&s->arena, NULL);
    for (size_t lane = 0; lane < MAX_LANES; lane++) {
        s->own[lane] = true;
    }
    assert_int_equal(ock_match_init(&s->index, &config, lanes, &s->arena), OCK_OK);
}

/* One position of all lanes, in the order the mixing stage keeps. */
static void feed(specimen *s, const uint8_t symbols[])
{
    for (size_t lane = 0; lane < s->index.lanes; lane++) {
        if (s->own[lane]) {
            ock_match_follow(&s->index, &s->match[lane], symbols[lane]);
        }
    }
    for (size_t lane = 0; lane < s->index.lanes; lane++) {
        ock_match_append(&s->index, lane, symbols[lane]);
    }
    for (size_t lane = 0; lane < s->index.lanes; lane++) {
        if (s->own[lane]) {
            ock_match_find(&s->index, s->which, &s->match[lane], lane);
        }
    }
    for (size_t part = s->parts; part-- > 0;) {
        for (size_t lane = 0; lane < s->index.lanes && part != s->left_out; lane++) {
            const ock_match_entry entry = ock_match_entry_of(&s->index, lane);
            ock_match_insert(&s->index, &entry, part, s->parts);
        }
    }
}

static uint8_t random_symbol(uint64_t stream, uint64_t i)
{
    return (uint8_t)(fixture_bits(stream, i) >> 24);
}

/* Text of period 100 in one lane: the repeat is found soon (an index entry may have
 * been overwritten) and from then on every prediction is right, over several turns of a
 * ring of 1024 symbols. */
static void repeats_within_a_lane(void **state)
{
    enum { PERIOD = 100, SYMBOLS = 5000, SLACK = 20 };
    specimen s;
    uint64_t found = 0;
    (void)state;
    make(&s, 1, 10);
    assert_int_equal(s.index.ring_bits, 10);
    for (uint64_t i = 0; i < SYMBOLS; i++) {
        uint8_t symbol = random_symbol(1, i % PERIOD);
        if (found == 0 && s.match[0].length > 0) {
            found = i;
        }
        if (found > 0) {
            assert_int_equal(ock_match_symbol(&s.index, &s.match[0]), symbol);
            assert_true(s.match[0].length >= MINIMUM + (i - found));
        }
        feed(&s, &symbol);
    }
    assert_true(found >= PERIOD + MINIMUM && found < PERIOD + MINIMUM + SLACK);
    ock_arena_free(&s.arena);
}

/* A wrong prediction ends the match at once; where the text repeats further, another is found. */
static void surprise_ends_the_match(void **state)
{
    enum { PERIOD = 60 };
    specimen s;
    (void)state;
    make(&s, 1, 12);
    for (uint64_t i = 0; i < 2 * PERIOD; i++) {
        feed(&s, &(uint8_t){random_symbol(2, i % PERIOD)});
    }
    assert_true(s.match[0].length >= PERIOD);
    feed(&s, &(uint8_t){(uint8_t)~ock_match_symbol(&s.index, &s.match[0])});
    assert_int_equal(s.match[0].length, 0);
    for (uint64_t i = 1; i < PERIOD; i++) {
        uint8_t symbol = random_symbol(2, i);
        assert_int_equal(s.match[0].length > 0, i > MINIMUM);
        if (i > MINIMUM) {
            assert_int_equal(ock_match_symbol(&s.index, &s.match[0]), symbol);
        }
        feed(&s, &symbol);
    }
    ock_arena_free(&s.arena);
}

/* Lane 2 reads what lane 0 read 300 positions before, lane 1 noise: only lane 2 finds a match, and
 * it is in lane 0's ring, as soon as the length at issue has been repeated. */
static void repeats_across_lanes(void **state)
{
    enum { LAG = 300, SYMBOLS = 1000 };
    (void)state;
    for (size_t which = 0; which < OCK_MATCHES; which++) {
        specimen s;
        make(&s, 3, 18);
        s.which = which;
        size_t found = LAG + (which == 0 ? MINIMUM : LONG);
        for (uint64_t i = 0; i < SYMBOLS; i++) {
            uint8_t symbols[] = {random_symbol(3, i), random_symbol(4, i),
                                 i < LAG ? random_symbol(5, i) : random_symbol(3, i - LAG)};
            assert_int_equal(s.match[0].length, 0);
            assert_int_equal(s.match[1].length, 0);
            assert_int_equal(s.match[2].length > 0, i >= found);
            if (i >= found) {
                assert_int_equal(s.match[2].lane, 0);
                assert_int_equal(ock_match_symbol(&s.index, &s.match[2]), symbols[2]);
            }
            feed(&s, symbols);
        }
        ock_arena_free(&s.arena);
    }
}

/* Lanes in step with each other: the index remembers the last lane that entered a context, and no
 * prediction is of a symbol that is not yet known. */
static void lanes_in_lockstep(void **state)
{
    specimen s;
    (void)state;
    make(&s, 3, 12);
    for (uint64_t i = 0; i < 40; i++) {
        uint8_t symbol = random_symbol(6, i);
        feed(&s, (uint8_t[]){symbol, symbol, symbol});
        for (size_t lane = 0; lane < 3; lane++) {
            assert_int_equal(s.match[lane].length, 0); /* the same position is no past */
        }
    }
    feed(&s, (uint8_t[]){1, 2, 3}); /* what follows the shared text in each lane */
    for (uint64_t i = 20; i < 40; i++) {
        feed(&s, (uint8_t[]){random_symbol(6, i), random_symbol(7, i), random_symbol(8, i)});
    }
    assert_true(s.match[0].length > 0);
    assert_int_equal(s.match[0].lane, 2);
    assert_int_equal(ock_match_symbol(&s.index, &s.match[0]), 3);
    ock_arena_free(&s.arena);
}

/* What has been overwritten in the ring must not verify. */
static void forgotten_symbols_do_not_match(void **state)
{
    enum { RING = 256 };
    specimen s;
    (void)state;
    make(&s, 1, 8);
    for (uint64_t i = 0; i < 20; i++) {
        feed(&s, &(uint8_t){random_symbol(9, i)});
    }
    for (uint64_t i = 0; i < RING + 20; i++) {
        feed(&s, &(uint8_t){random_symbol(10, i)});
    }
    for (uint64_t i = 0; i < 20; i++) {
        feed(&s, &(uint8_t){random_symbol(9, i)});
        assert_int_equal(s.match[0].length, 0);
    }
    ock_arena_free(&s.arena);
}

/* Rings share the configured memory, down to 256 symbols a lane. */
static void ring_sizes(void **state)
{
    static const struct {
        size_t lanes;
        uint32_t bits, ring_bits;
    } cases[] = {{1, 12, 12}, {2, 12, 11}, {3, 12, 10},   {4, 12, 10},
                 {5, 12, 9},  {16, 12, 8}, {4096, 12, 8}, {1, 4, 4}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        specimen s;
        make(&s, cases[i].lanes, cases[i].bits);
        assert_int_equal(s.index.ring_bits, cases[i].ring_bits);
        ock_arena_free(&s.arena);
    }
}

static void a_run_has_a_longest_length(void **state)
{
    specimen s;
    (void)state;
    make(&s, 1, 8);
    for (uint32_t i = 0; i < OCK_MATCH_MAX_LENGTH + 500; i++) {
        feed(&s, &(uint8_t){7});
    }
    assert_int_equal(s.match[0].length, OCK_MATCH_MAX_LENGTH);
    assert_int_equal(ock_match_symbol(&s.index, &s.match[0]), 7);
    ock_arena_free(&s.arena);
}

static void assert_same_index(const ock_match_index *a, const ock_match_index *b)
{
    assert_memory_equal(a->rings, b->rings, a->lanes << a->ring_bits);
    assert_memory_equal(a->written, b->written, a->lanes * sizeof *a->written);
    assert_memory_equal(a->entries, b->entries, OCK_MATCHES * sizeof *a->entries << a->bits);
    assert_memory_equal(a->rolling, b->rolling, a->lanes * OCK_MATCHES * sizeof *a->rolling);
}

/* Three ranks with different lanes of their own: one index, and each lane's
 * match as if all were own. */
static void replicas_agree(void **state)
{
    enum { LANES = 3, SYMBOLS = 2000 };
    static const bool own[][MAX_LANES] = {{true, true, true}, {true}, {false, true, true}};
    static uint8_t text[LANES][SYMBOLS];
    specimen s[3];
    (void)state;
    for (size_t r = 0; r < 3; r++) {
        make(&s[r], LANES, 10);
        memcpy(s[r].own, own[r], sizeof own[r]);
    }
    for (uint64_t lane = 0; lane < LANES; lane++) {
        fixture_text(text[lane], SYMBOLS, lane);
    }
    for (size_t i = 0; i < SYMBOLS; i++) {
        uint8_t symbols[] = {text[0][i], text[1][i], text[2][i]};
        for (size_t r = 0; r < 3; r++) {
            feed(&s[r], symbols);
        }
        assert_memory_equal(&s[1].match[0], &s[0].match[0], sizeof(ock_match));
        assert_memory_equal(&s[2].match[1], &s[0].match[1], 2 * sizeof(ock_match));
    }
    assert_same_index(&s[0].index, &s[1].index);
    assert_same_index(&s[0].index, &s[2].index);
    for (size_t r = 0; r < 3; r++) {
        ock_arena_free(&s[r].arena);
    }
}

/* Entered by parts, in whatever order of parts: the same index. With a part missing it is another. */
static void parts_make_the_whole(void **state)
{
    enum { LANES = 3, SYMBOLS = 1000, WHOLE = 5, SPECIMENS = WHOLE + 3 };
    static const size_t parts[SPECIMENS] = {1, 2, 3, 7, 1024, 3, 3, 3};
    static uint8_t text[LANES][SYMBOLS];
    specimen s[SPECIMENS];
    (void)state;
    for (uint64_t lane = 0; lane < LANES; lane++) {
        fixture_text(text[lane], SYMBOLS, lane);
    }
    for (size_t r = 0; r < SPECIMENS; r++) {
        make(&s[r], LANES, 10);
        s[r].parts = parts[r];
        s[r].left_out = r < WHOLE ? SIZE_MAX : r - WHOLE;
        for (size_t i = 0; i < SYMBOLS; i++) {
            feed(&s[r], (uint8_t[]){text[0][i], text[1][i], text[2][i]});
        }
        if (r < WHOLE) {
            assert_same_index(&s[0].index, &s[r].index);
            assert_memory_equal(s[0].match, s[r].match, sizeof s[0].match);
        } else {
            assert_memory_not_equal(s[0].index.entries, s[r].index.entries,
                                    OCK_MATCHES * sizeof *s[0].index.entries << s[0].index.bits);
        }
    }
    for (size_t r = 0; r < SPECIMENS; r++) {
        ock_arena_free(&s[r].arena);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeats_within_a_lane),          cmocka_unit_test(surprise_ends_the_match),
        cmocka_unit_test(repeats_across_lanes),           cmocka_unit_test(lanes_in_lockstep),
        cmocka_unit_test(forgotten_symbols_do_not_match), cmocka_unit_test(ring_sizes),
        cmocka_unit_test(a_run_has_a_longest_length),     cmocka_unit_test(replicas_agree),
        cmocka_unit_test(parts_make_the_whole),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
