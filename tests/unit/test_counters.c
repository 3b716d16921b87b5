/* SPDX-License-Identifier: MIT */
/* test_counters.c - looking up changes nothing; a symbol makes an entry, which counts it, another one lines; claiming
 * replaces the less used; probabilities follow the bits; what stands in different blocks is independent; and a
 * replica that learns the same is the same. */
#include "model_fixture.h"

#include "mixing/counters.h"

enum { BITS = 10, LINES = 1 << BITS, LIMIT = 120 };

typedef struct specimen {
    ock_bit_history machine;
    ock_arena arena;
    ock_counters counters;
} specimen;

static void make_bits(specimen *s, uint32_t bits)
{
    ock_bit_history_make(&s->machine);
    ock_arena_init(&s->arena, NULL);
    assert_int_equal(ock_counters_init(&s->counters, bits, LIMIT, &s->machine, &s->arena), OCK_OK);
    assert_int_equal(s->arena.bytes, ock_counters_bytes(bits));
}

static void make(specimen *s)
{
    make_bits(s, BITS);
}

/* A hash that goes to place `place` of the table, with tags of its own. */
static uint64_t hash_of(uint64_t place, uint32_t tag)
{
    return place << (64 - BITS) | (uint64_t)tag << 17 | tag;
}

static void learn_times(specimen *s, uint64_t hash, uint8_t symbol, unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        ock_counters_learn(&s->counters, hash, symbol);
    }
}

static unsigned seen_by(const specimen *s, uint64_t hash)
{
    uint16_t seen;
    (void)ock_counters_find(&s->counters, hash, &seen);
    return seen;
}

static const ock_counter_line *first_of(const specimen *s, uint64_t hash)
{
    uint16_t seen;
    return ock_counters_find(&s->counters, hash, &seen);
}

static const ock_counter_line *second_of(const specimen *s, uint64_t hash, unsigned first)
{
    uint16_t seen;
    (void)ock_counters_find(&s->counters, hash, &seen);
    return ock_counters_second(&s->counters, hash, first, seen);
}

static void assert_fresh(const ock_counter_line *line)
{
    assert_int_equal(line->tag, 0);
    assert_int_equal(line->run, 0);
    for (size_t i = 0; i < OCK_NODES; i++) {
        assert_int_equal(line->p[i], 32768);
        assert_int_equal(line->n[i], 0);
        assert_int_equal(line->state[i], 0);
    }
}

/* The line has counted the nibbles, in their order, and nothing else. */
static void assert_counted(const specimen *s, const ock_counter_line *line, const uint8_t *nibbles,
                           size_t count)
{
    ock_counter_line expected = {.tag = 1};
    for (size_t i = 0; i < OCK_NODES; i++) {
        expected.p[i] = 32768;
    }
    for (size_t k = 0; k < count; k++) {
        for (unsigned known = 0; known < 4; known++) {
            const unsigned bit = nibbles[k] >> (3 - known) & 1u;
            const size_t i = ((16u | nibbles[k]) >> (4 - known)) - 1;
            const unsigned n = expected.n[i]++;
            const uint32_t end = bit * 65535, way = expected.p[i] ^ end;
            expected.p[i] = (uint16_t)((way - (way * (2 * 65536 / (2 * n + 3)) >> 16)) ^ end);
            expected.state[i] = s->machine.next[expected.state[i]][bit];
        }
    }
    assert_int_not_equal(line->tag, 0);
    assert_memory_equal(line->p, expected.p, sizeof expected.p);
    assert_memory_equal(line->n, expected.n, sizeof expected.n);
    assert_memory_equal(line->state, expected.state, sizeof expected.state);
}

/* ---- looking up ---- */

/* Any number of look-ups leaves the table's bytes as they were. */
static void find_changes_nothing(void **state)
{
    static ock_counter_line lines[LINES];
    static ock_entries entries[LINES];
    specimen s;
    (void)state;
    make(&s);
    for (uint64_t i = 0; i < 3000; i++) {
        ock_counters_learn(&s.counters, fixture_bits(1, i % 700), (uint8_t)fixture_bits(2, i));
    }
    memcpy(lines, s.counters.lines, sizeof lines);
    memcpy(entries, s.counters.entries, sizeof entries);
    size_t kinds[3] = {0};
    for (uint64_t i = 0; i < 5000; i++) {
        const uint64_t hash = fixture_bits(1, i);
        ock_counters_prefetch(&s.counters, hash);
        ock_counters_prefetch_second(&s.counters, hash, i % 16);
        const unsigned seen = seen_by(&s, hash);
        assert_int_equal(first_of(&s, hash)->tag != 0, seen != OCK_SEEN_NEVER);
        (void)second_of(&s, hash, i % 16);
        kinds[seen < OCK_SEEN_NEVER ? 0 : seen - OCK_SEEN_NEVER + 1]++;
    }
    assert_true(kinds[0] > 0 && kinds[1] > 4000 && kinds[2] > 0);
    assert_memory_equal(s.counters.lines, lines, sizeof lines);
    assert_memory_equal(s.counters.entries, entries, sizeof entries);
    ock_arena_free(&s.arena);
}

/* ---- one context ---- */

/* Whether first and second nibble are counted as the symbols `a`, `times` times, and then `b`. */
static void assert_symbols(const specimen *s, uint64_t hash, uint8_t a, unsigned times, uint8_t b)
{
    uint8_t high[OCK_ENTRY_TIMES + 2], low[OCK_ENTRY_TIMES + 2];
    for (unsigned i = 0; i <= times; i++) {
        high[i] = (i < times ? a : b) >> 4;
        low[i] = (i < times ? a : b) & 15;
    }
    const bool same = a >> 4 == b >> 4;
    assert_counted(s, first_of(s, hash), high, times + 1);
    assert_int_equal(first_of(s, hash)->last, b);
    assert_int_equal(first_of(s, hash)->run, a == b ? times + 1 : 1);
    assert_counted(s, second_of(s, hash, a >> 4), low, same ? times + 1 : times);
    if (!same) {
        assert_counted(s, second_of(s, hash, b >> 4), low + times, 1);
    }
    for (unsigned other = 0; other < 16; other++) {
        if (other != a >> 4 && other != b >> 4) {
            assert_fresh(second_of(s, hash, other));
        }
    }
}

/* Every symbol, any number of times, and every one after it: nothing, an entry that says what lines would, a line. */
static void symbols_are_counted(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256 * 16; i++) {
        const uint8_t a = (uint8_t)i, b = (uint8_t)(a + (i >> 8) * 17);
        const unsigned times = 1 + i * 5 % (OCK_ENTRY_TIMES + 1);
        const uint64_t hash = hash_of(5 + i % 1000, 1234 + i);
        specimen s;
        make(&s);
        assert_int_equal(seen_by(&s, hash), OCK_SEEN_NEVER);
        assert_fresh(first_of(&s, hash));
        assert_fresh(second_of(&s, hash, a >> 4));
        for (unsigned n = 0; n < times; n++) {
            ock_counters_learn(&s.counters, hash, a);
            assert_int_equal(seen_by(&s, hash), n < OCK_ENTRY_TIMES ? n << 8 | a : OCK_SEEN_OFTEN);
            assert_symbols(&s, hash, a, n, a);
        }
        ock_counters_learn(&s.counters, hash, b);
        const bool kept = a == b && times < OCK_ENTRY_TIMES;
        assert_int_equal(seen_by(&s, hash), kept ? times << 8 | a : OCK_SEEN_OFTEN);
        assert_symbols(&s, hash, a, times, b);
        ock_arena_free(&s.arena);
    }
}

/* A context that lost its first line and gets another: what its second nibble has seen still counts. */
static void second_nibble_outlives_first(void **state)
{
    static const uint8_t low[] = {1, 2, 1, 2};
    specimen s;
    (void)state;
    make(&s);
    const uint64_t hash = hash_of(300, 1234);
    learn_times(&s, hash, 0x41, 1);
    learn_times(&s, hash, 0x42, 1);
    s.counters.lines[first_of(&s, hash) - s.counters.lines].tag = 0;
    assert_int_equal(seen_by(&s, hash), OCK_SEEN_NEVER);
    learn_times(&s, hash, 0x41, 1);
    learn_times(&s, hash, 0x42, 1);
    assert_int_equal(seen_by(&s, hash), OCK_SEEN_OFTEN);
    assert_counted(&s, second_of(&s, hash, 4), (const uint8_t[]){low[0], low[1], low[3]}, 3);
    ock_arena_free(&s.arena);
}

/* The same place, another tag; the same tag, another place. */
static void contexts_are_told_apart(void **state)
{
    specimen s;
    (void)state;
    make(&s);
    for (unsigned times = 1; times < 4; times++) {
        learn_times(&s, hash_of(5, 1234), 65, 1);
        assert_int_not_equal(seen_by(&s, hash_of(5, 1234)), OCK_SEEN_NEVER);
        assert_int_equal(seen_by(&s, hash_of(5, 1236)), OCK_SEEN_NEVER);
        assert_int_equal(seen_by(&s, hash_of(7, 1234)), OCK_SEEN_NEVER);
    }
    ock_arena_free(&s.arena);
}

/* Tag 0 means a free line, and an entry of 0 a free one: a hash that would have them still counts. */
static void zero_is_no_tag(void **state)
{
    specimen s;
    (void)state;
    make(&s);
    assert_int_equal(seen_by(&s, hash_of(20, 0)), OCK_SEEN_NEVER);
    learn_times(&s, hash_of(20, 0), 0, 1);
    assert_int_equal(seen_by(&s, hash_of(20, 0)), 0);
    learn_times(&s, hash_of(20, 0), 0, OCK_ENTRY_TIMES);
    assert_int_equal(seen_by(&s, hash_of(20, 0)), OCK_SEEN_OFTEN);
    assert_int_equal(first_of(&s, hash_of(20, 0))->n[0], OCK_ENTRY_TIMES + 1);
    ock_arena_free(&s.arena);
}

/* ---- replacement ---- */

/* Of contexts that have seen one symbol, a place keeps those that saw it most often, then the newest; one that gets lines
 * leaves its entry. */
static void least_seen_entry_is_replaced(void **state)
{
    specimen s;
    (void)state;
    make(&s);
    learn_times(&s, hash_of(8, 50), 7, 2);
    for (uint32_t k = 0; k < OCK_ENTRY_WAYS; k++) {
        learn_times(&s, hash_of(8, 100 + 2 * k), (uint8_t)k, 1);
    }
    assert_int_equal(seen_by(&s, hash_of(8, 50)), 1 << 8 | 7);
    assert_int_equal(seen_by(&s, hash_of(8, 100)), OCK_SEEN_NEVER);
    for (uint32_t k = 1; k < OCK_ENTRY_WAYS; k++) {
        assert_int_equal(seen_by(&s, hash_of(8, 100 + 2 * k)), k);
    }
    learn_times(&s, hash_of(8, 104), 77, 1);
    learn_times(&s, hash_of(8, 200), 99, 1); /* takes the place that was left */
    assert_int_equal(seen_by(&s, hash_of(8, 102)), 1);
    assert_int_equal(seen_by(&s, hash_of(8, 104)), OCK_SEEN_OFTEN);
    assert_int_equal(seen_by(&s, hash_of(8, 200)), 99);
    ock_arena_free(&s.arena);
}

/* A pair of lines holds two contexts; the third takes the place of the less visited one. (Values of the second nibble
 * that were seen alone are entries, so that no other line is in the way.) */
static void less_used_line_is_replaced(void **state)
{
    (void)state;
    for (unsigned busy_first = 0; busy_first < 2; busy_first++) {
        for (unsigned newcomer = 0; newcomer < 2; newcomer++) {
            specimen s;
            make(&s);
            uint64_t a = hash_of(8, 100), b = hash_of(9, 200), c = hash_of(8 + newcomer, 300);
            for (unsigned i = 0; i < 2; i++) {
                const uint64_t hash = i == 0 ? a : b;
                learn_times(&s, hash, 51, 1);
                learn_times(&s, hash, 119, (i == 0) == (busy_first != 0) ? 9 : 3);
                assert_int_equal(seen_by(&s, hash), OCK_SEEN_OFTEN);
            }
            learn_times(&s, c, 119, 1);
            learn_times(&s, c, 51, 1);
            assert_int_equal(seen_by(&s, c), OCK_SEEN_OFTEN);
            assert_int_equal(first_of(&s, c)->n[0], 2); /* starts anew */
            assert_int_equal(seen_by(&s, busy_first ? a : b), OCK_SEEN_OFTEN);
            assert_int_equal(seen_by(&s, busy_first ? b : a), OCK_SEEN_NEVER);
            ock_arena_free(&s.arena);
        }
    }
}

/* Two contexts of one place live side by side: the second goes to the neighbour. */
static void collision_moves_next_door(void **state)
{
    specimen s;
    (void)state;
    make(&s);
    learn_times(&s, hash_of(10, 2), 255, OCK_ENTRY_TIMES + 5);
    learn_times(&s, hash_of(10, 4), 0, OCK_ENTRY_TIMES + 5);
    const ock_counter_line *one = first_of(&s, hash_of(10, 2));
    const ock_counter_line *two = first_of(&s, hash_of(10, 4));
    assert_ptr_not_equal(one, two);
    assert_true(one->p[0] > 60000 && two->p[0] < 5000);
    ock_arena_free(&s.arena);
}

/* All that a context makes of its symbols lies in its block: lines and entries. Tables of a block, of less and of
 * many. */
static void blocks_are_apart(void **state)
{
    static const uint32_t bits[] = {1, 4, OCK_BLOCK_BITS, OCK_BLOCK_BITS + 1, 14};
    (void)state;
    for (size_t b = 0; b < sizeof bits / sizeof bits[0]; b++) {
        for (uint64_t i = 0; i < 20; i++) {
            specimen s;
            make_bits(&s, bits[b]);
            const uint64_t hash = fixture_bits(9, i);
            const size_t block = ock_counters_block(&s.counters, hash);
            for (unsigned symbol = 0; symbol < 256; symbol++) {
                ock_counters_learn(&s.counters, hash, (uint8_t)(symbol * 37));
                ock_counters_learn(&s.counters, hash ^ 2, (uint8_t)symbol);
            }
            ock_counters_learn(&s.counters, hash ^ 1 << 20, 1);
            size_t filled = 0;
            for (size_t place = 0; place < (size_t)1 << bits[b]; place++) {
                const bool used =
                    s.counters.lines[place].tag != 0 || s.counters.entries[place].of[0] != 0;
                assert_true(!used || place >> s.counters.block_bits == block);
                filled += used;
            }
            assert_true(filled > 0);
            ock_arena_free(&s.arena);
        }
    }
}

/* ---- counting ---- */

/* P(first bit is 1) after many symbols whose first bit is 1 `eighths` times of 8. */
static double learnt_frequency(uint64_t eighths)
{
    enum { ROUNDS = 4000, MEASURED = 1000 };
    specimen s;
    double sum = 0;
    make(&s);
    for (uint64_t i = 0; i < ROUNDS; i++) {
        ock_counters_learn(&s.counters, hash_of(0, 9), fixture_bits(7, i) % 8 < eighths ? 128 : 0);
        if (i >= ROUNDS - MEASURED) {
            sum += first_of(&s, hash_of(0, 9))->p[0];
        }
    }
    ock_arena_free(&s.arena);
    return sum / MEASURED / 65536;
}

static void probabilities_converge(void **state)
{
    (void)state;
    for (uint64_t eighths = 0; eighths <= 8; eighths++) {
        double p = learnt_frequency(eighths), expected = (double)eighths / 8;
        if (!(p > expected - 0.03 && p < expected + 0.03)) {
            fail_msg("P(1) = %f after %d/8", p, (int)eighths);
        }
        assert_true(p > 0 && p < 1);
    }
}

/* However long a run: p stays inside, n stops at the limit, and the run's length; the first surprise still shows. */
static void counts_are_bounded(void **state)
{
    (void)state;
    for (unsigned symbol = 0; symbol <= 255; symbol += 255) {
        specimen s;
        make(&s);
        learn_times(&s, hash_of(1, 5), (uint8_t)symbol, 100000);
        const ock_counter_line *line = first_of(&s, hash_of(1, 5));
        assert_int_equal(line->n[0], LIMIT);
        assert_int_equal(line->run, 255);
        uint16_t p = line->p[0];
        assert_true(symbol != 0 ? p > 65000 && p < 65535 : p < 536 && p > 0);
        learn_times(&s, hash_of(1, 5), (uint8_t)(255 - symbol), 1);
        assert_true(symbol != 0 ? line->p[0] < p : line->p[0] > p);
        assert_int_equal(line->run, 1);
        ock_arena_free(&s.arena);
    }
}

/* Evictions included: the same lessons make the same bytes, another order of them does not. */
static void replicas_agree(void **state)
{
    specimen a, b, other;
    (void)state;
    make(&a);
    make(&b);
    make(&other);
    for (uint64_t i = 0; i < 9000; i++) {
        const uint64_t hash = fixture_bits(3, fixture_bits(4, i) % 1500);
        const uint8_t symbol = (uint8_t)fixture_bits(5, i);
        ock_counters_learn(&a.counters, hash, symbol);
        (void)second_of(&b, ~hash, 3); /* one replica may look up more than another */
        ock_counters_learn(&b.counters, hash, symbol);
        uint64_t swapped = i ^ 1;
        ock_counters_learn(&other.counters, fixture_bits(3, fixture_bits(4, swapped) % 1500),
                           (uint8_t)fixture_bits(5, swapped));
    }
    assert_memory_equal(a.counters.lines, b.counters.lines, LINES * sizeof *a.counters.lines);
    assert_memory_equal(a.counters.entries, b.counters.entries, LINES * sizeof *a.counters.entries);
    assert_memory_not_equal(a.counters.lines, other.counters.lines,
                            LINES * sizeof *a.counters.lines);
    ock_arena_free(&a.arena);
    ock_arena_free(&b.arena);
    ock_arena_free(&other.arena);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_changes_nothing),
        cmocka_unit_test(symbols_are_counted),
        cmocka_unit_test(second_nibble_outlives_first),
        cmocka_unit_test(contexts_are_told_apart),
        cmocka_unit_test(zero_is_no_tag),
        cmocka_unit_test(least_seen_entry_is_replaced),
        cmocka_unit_test(less_used_line_is_replaced),
        cmocka_unit_test(collision_moves_next_door),
        cmocka_unit_test(blocks_are_apart),
        cmocka_unit_test(probabilities_converge),
        cmocka_unit_test(counts_are_bounded),
        cmocka_unit_test(replicas_agree),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
