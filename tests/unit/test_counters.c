/* test_counters.c - looking up changes nothing, learning claims and replaces, probabilities follow
 * the bits, and a replica that learns the same is the same. */
#include "model_fixture.h"

#include "mixing/counters.h"

enum { BITS = 6, LINES = 1 << BITS, LIMIT = 120 };

typedef struct specimen {
    ock_bit_history machine;
    ock_arena arena;
    ock_counters counters;
} specimen;

static void make(specimen *s)
{
    ock_bit_history_make(&s->machine);
    ock_arena_init(&s->arena, NULL);
    assert_int_equal(ock_counters_init(&s->counters, BITS, LIMIT, &s->machine, &s->arena), OCK_OK);
}

/* A hash that goes to place `place` of the table with tag `tag`. */
static uint64_t hash_of(uint64_t place, uint16_t tag)
{
    return place << (64 - BITS) | tag;
}

static void learn_times(ock_counters *counters, uint64_t hash, unsigned nibble, unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        ock_counters_learn(counters, hash, nibble);
    }
}

static void assert_fresh(const ock_counters *counters, uint64_t hash)
{
    const ock_counter_line *line = ock_counters_find(counters, hash);
    assert_int_equal(line->tag, 0);
    for (size_t i = 0; i < OCK_NODES; i++) {
        assert_int_equal(line->p[i], 32768);
        assert_int_equal(line->n[i], 0);
        assert_int_equal(line->state[i], 0);
    }
}

static void assert_known(const ock_counters *counters, uint64_t hash)
{
    assert_int_not_equal(ock_counters_find(counters, hash)->tag, 0);
}

/* Any number of look-ups leaves the table's bytes as they were, and what is found lies in the table
 * or in the one fresh line. */
static void find_changes_nothing(void **state)
{
    specimen s;
    ock_counter_line before[LINES];
    (void)state;
    make(&s);
    for (uint64_t i = 0; i < 100; i++) {
        ock_counters_learn(&s.counters, fixture_bits(1, i), i % 16);
    }
    memcpy(before, s.counters.lines, sizeof before);
    for (uint64_t i = 0; i < 5000; i++) {
        const ock_counter_line *line = ock_counters_find(&s.counters, fixture_bits(1, i));
        ock_counters_prefetch(&s.counters, fixture_bits(1, i));
        bool inside = line >= s.counters.lines && line < s.counters.lines + LINES;
        assert_int_equal(inside, line->tag != 0);
    }
    assert_memory_equal(s.counters.lines, before, sizeof before);
    assert_fresh(&s.counters, hash_of(3, 777));
    ock_arena_free(&s.arena);
}

/* A context is unknown until it is learnt, and then has counted one path of four nodes. */
static void learning_claims(void **state)
{
    specimen s;
    (void)state;
    make(&s);
    uint64_t hash = hash_of(5, 1234);
    assert_fresh(&s.counters, hash);
    ock_counters_learn(&s.counters, hash, 0xA); /* nodes 1, 3, 6, 13: bits 1 0 1 0 */
    const ock_counter_line *line = ock_counters_find(&s.counters, hash);
    static const unsigned path[] = {1, 3, 6, 13};
    size_t on_path = 0;
    for (unsigned node = 1; node <= OCK_NODES; node++) {
        bool hit = on_path < 4 && path[on_path] == node;
        unsigned bit = hit && on_path % 2 == 0;
        assert_int_equal(line->n[node - 1], hit);
        assert_int_equal(line->state[node - 1], hit ? s.machine.next[0][bit] : 0);
        assert_int_equal(line->p[node - 1] > 32768, hit && bit);
        assert_int_equal(line->p[node - 1] < 32768, hit && !bit);
        on_path += hit;
    }
    assert_int_equal(on_path, 4);
    assert_fresh(&s.counters, hash_of(5, 1235)); /* same place, other context */
    assert_fresh(&s.counters, hash_of(6, 1234)); /* same tag, other place */
    ock_arena_free(&s.arena);
}

/* A pair of lines holds two contexts; the third takes the place of the less visited one. */
static void less_used_line_is_replaced(void **state)
{
    (void)state;
    for (unsigned busy_first = 0; busy_first < 2; busy_first++) {
        for (unsigned newcomer = 0; newcomer < 2; newcomer++) {
            specimen s;
            make(&s);
            uint64_t a = hash_of(8, 100), b = hash_of(9, 200), c = hash_of(8 + newcomer, 300);
            learn_times(&s.counters, a, 3, busy_first ? 9 : 2);
            learn_times(&s.counters, b, 3, busy_first ? 2 : 9);
            assert_known(&s.counters, a);
            assert_known(&s.counters, b);
            ock_counters_learn(&s.counters, c, 7);
            assert_known(&s.counters, c);
            assert_int_equal(ock_counters_find(&s.counters, c)->n[0], 1); /* starts anew */
            assert_known(&s.counters, busy_first ? a : b);
            assert_fresh(&s.counters, busy_first ? b : a);
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
    learn_times(&s.counters, hash_of(10, 1), 15, 5);
    learn_times(&s.counters, hash_of(10, 2), 0, 5);
    const ock_counter_line *one = ock_counters_find(&s.counters, hash_of(10, 1));
    const ock_counter_line *two = ock_counters_find(&s.counters, hash_of(10, 2));
    assert_ptr_not_equal(one, two);
    assert_true(one->p[0] > 60000 && two->p[0] < 5000);
    ock_arena_free(&s.arena);
}

/* Tag 0 means a free line: a hash that would have it gets another tag, and still counts. */
static void tag_zero_is_avoided(void **state)
{
    specimen s;
    (void)state;
    make(&s);
    learn_times(&s.counters, hash_of(20, 0), 6, 3);
    const ock_counter_line *line = ock_counters_find(&s.counters, hash_of(20, 0));
    assert_int_not_equal(line->tag, 0);
    assert_int_equal(line->n[0], 3);
    ock_arena_free(&s.arena);
}

/* P(first bit is 1) after many nibbles whose first bit is 1 `eighths` times of 8. */
static double learnt_frequency(uint64_t eighths)
{
    enum { ROUNDS = 4000, MEASURED = 1000 };
    specimen s;
    double sum = 0;
    make(&s);
    for (uint64_t i = 0; i < ROUNDS; i++) {
        ock_counters_learn(&s.counters, hash_of(0, 9), fixture_bits(7, i) % 8 < eighths ? 8 : 0);
        if (i >= ROUNDS - MEASURED) {
            sum += ock_counters_find(&s.counters, hash_of(0, 9))->p[0];
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

/* However long a run: p stays inside, n stops at the limit; the first surprise still shows. */
static void counts_are_bounded(void **state)
{
    (void)state;
    for (unsigned nibble = 0; nibble <= 15; nibble += 15) {
        specimen s;
        make(&s);
        learn_times(&s.counters, hash_of(1, 5), nibble, 100000);
        const ock_counter_line *line = ock_counters_find(&s.counters, hash_of(1, 5));
        assert_int_equal(line->n[0], LIMIT);
        uint16_t p = line->p[0];
        assert_true(nibble != 0 ? p > 65000 && p < 65535 : p < 536 && p > 0);
        learn_times(&s.counters, hash_of(1, 5), 15 - nibble, 1);
        assert_true(nibble != 0 ? line->p[0] < p : line->p[0] > p);
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
    for (uint64_t i = 0; i < 3000; i++) {
        uint64_t hash = fixture_bits(3, fixture_bits(4, i) % 150);
        unsigned nibble = fixture_bits(5, i) % 16;
        ock_counters_learn(&a.counters, hash, nibble);
        ock_counters_find(&b.counters, ~hash); /* one replica may look up more than another */
        ock_counters_learn(&b.counters, hash, nibble);
        uint64_t swapped = i ^ 1;
        ock_counters_learn(&other.counters, fixture_bits(3, fixture_bits(4, swapped) % 150),
                           fixture_bits(5, swapped) % 16);
    }
    assert_memory_equal(a.counters.lines, b.counters.lines, LINES * sizeof *a.counters.lines);
    assert_memory_not_equal(a.counters.lines, other.counters.lines,
                            LINES * sizeof *a.counters.lines);
    ock_arena_free(&a.arena);
    ock_arena_free(&b.arena);
    ock_arena_free(&other.arena);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_changes_nothing),       cmocka_unit_test(learning_claims),
        cmocka_unit_test(less_used_line_is_replaced), cmocka_unit_test(collision_moves_next_door),
        cmocka_unit_test(tag_zero_is_avoided),        cmocka_unit_test(probabilities_converge),
        cmocka_unit_test(counts_are_bounded),         cmocka_unit_test(replicas_agree),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
