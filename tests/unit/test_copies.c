/* SPDX-License-Identifier: MIT */
/* test_copies.c - repeats of bases are found on either strand and in any lane, go on after wrong bases, and end. */
#include "model_fixture.h"

#include "mixing/copies.h"

enum { MAX_LANES = 2, MANY_BITS = 20, FEW_BITS = 10 };

typedef struct specimen {
    ock_arena arena;
    ock_match_index index;
    ock_bases bases[MAX_LANES];
    ock_copy copies[OCK_COPIES]; /* of the last lane */
} specimen;

static void make(specimen *s, size_t lanes, uint32_t bits)
{
    ock_config config = fixture_config();
    config.match_bits = bits;
    memset(s, 0, sizeof *s);
    ock_arena_init(&s->arena, NULL);
    assert_int_equal(ock_match_init(&s->index, &config, lanes, &s->arena), OCK_OK);
}

/* One position of all lanes, in the order the mixing stage keeps. */
static void feed(specimen *s, const uint8_t symbols[])
{
    const size_t lanes = s->index.lanes, last = lanes - 1;
    for (unsigned k = 0; k < OCK_COPIES; k++) {
        ock_copy_follow(&s->index, &s->bases[last], k % OCK_COPY_WAYS, &s->copies[k],
                        symbols[last]);
    }
    for (size_t lane = 0; lane < lanes; lane++) {
        ock_match_append(&s->index, lane, symbols[lane]);
        ock_bases_follow(&s->bases[lane], symbols[lane]);
    }
    ock_copies_find(&s->index, &s->bases[last], s->copies, last);
    for (size_t lane = 0; lane < lanes; lane++) {
        ock_match_entry entry = ock_match_entry_of(&s->index, lane);
        ock_match_enter_bases(&s->index, &s->bases[lane], &entry);
        ock_match_insert(&s->index, &entry, 0, 1);
    }
}

static uint8_t expected(const specimen *s, unsigned way)
{
    assert_int_equal(s->copies[way].active, 1);
    return ock_copy_symbol(&s->index, &s->bases[s->index.lanes - 1], way, &s->copies[way]);
}

static uint8_t random_base(uint64_t stream, uint64_t i)
{
    return (uint8_t) "ACGTacgt"[fixture_bits(stream, i) >> 24 & 7];
}

static uint8_t opposite(uint8_t symbol)
{
    return (uint8_t) "TGCAtgca"[strchr("ACGTacgt", symbol) - "ACGTacgt"];
}

enum { GENE = 300, GAP = 150, WRONG = 20 };

/* Symbol number i of a gene, read in a way; every so often another base. */
static uint8_t gene(unsigned way, size_t i)
{
    return way == OCK_COPY_TURNED ? opposite(random_base(1, GENE - 1 - i)) : random_base(1, i);
}

/* A gene, something else, and the gene again, in which every twentieth base is another one. */
static void copies_go_on_after_wrong_bases(void **state)
{
    (void)state;
    for (unsigned way = 0; way < OCK_COPY_WAYS; way++) {
        for (size_t lanes = 1; lanes <= MAX_LANES; lanes++) {
            specimen s;
            make(&s, lanes, MANY_BITS);
            for (size_t i = 0; i < GENE + GAP; i++) { /* the gene in the first lane */
                const uint8_t symbol = i < GENE ? gene(0, i) : random_base(2, i);
                feed(&s, (uint8_t[]){symbol, random_base(3, i)});
            }
            for (size_t i = 0; i < GENE; i++) {
                const bool wrong = i % WRONG == WRONG - 1;
                const uint8_t right = gene(way, i), symbol = wrong ? opposite(right) : right;
                if (i >= OCK_COPY_ORDER) {
                    assert_int_equal(expected(&s, way), right);
                    assert_int_equal(s.copies[way].misses & 1, i % WRONG == 0);
                    assert_int_equal(s.copies[way].length,
                                     i < WRONG ? s.copies[way].length : i % WRONG);
                } else {
                    assert_int_equal(s.copies[way].active, 0);
                }
                assert_int_equal(s.copies[1 - way].active, 0);
                feed(&s, lanes == 1 ? &symbol : (uint8_t[]){random_base(4, i), symbol});
            }
            ock_arena_free(&s.arena);
        }
    }
}

/* Bases that have nothing to do with it end a copy; what is no base is opposite to itself. */
static void copies_end(void **state)
{
    (void)state;
    for (unsigned way = 0; way < OCK_COPY_WAYS; way++) {
        specimen s;
        make(&s, 1, MANY_BITS);
        for (size_t i = 0; i < GENE; i++) {
            feed(&s, &(uint8_t){gene(0, i)});
        }
        for (size_t i = 0; i < GENE / 2; i++) {
            feed(&s, &(uint8_t){gene(way, i)});
        }
        assert_int_equal(s.copies[way].active, 1);
        const unsigned kind = ock_copy_kind(&s.copies[way]);
        size_t others = 0;
        for (; s.copies[way].active; others++) {
            const uint8_t symbol = opposite(expected(&s, way));
            feed(&s, &symbol);
            assert_true(ock_copy_kind(&s.copies[way]) < OCK_COPY_KINDS);
            assert_true(ock_copy_kind(&s.copies[way]) != kind);
        }
        assert_int_equal(others, OCK_COPY_MISSES);
        ock_arena_free(&s.arena);
    }
}

/* Of several genes that go on in different ways, the one that was right longest is the first. */
static void the_best_is_the_first(void **state)
{
    enum { ALIKE = 40, MOTIF = 20 };
    specimen s;
    (void)state;
    make(&s, 1, MANY_BITS);
    for (size_t i = 0; i < ALIKE; i++) {
        feed(&s, &(uint8_t){random_base(5, i)});
    }
    feed(&s, (const uint8_t *)"A");
    for (size_t i = 0; i < GAP; i++) {
        feed(&s, &(uint8_t){random_base(6, i)});
    }
    for (size_t i = ALIKE - MOTIF; i < ALIKE; i++) { /* its end, and goes on otherwise */
        feed(&s, &(uint8_t){random_base(5, i)});
    }
    feed(&s, (const uint8_t *)"C");
    for (size_t i = 0; i < GAP; i++) {
        feed(&s, &(uint8_t){random_base(7, i)});
    }
    for (size_t i = 0; i < ALIKE; i++) {
        feed(&s, &(uint8_t){random_base(5, i)});
    }
    assert_int_equal(expected(&s, OCK_COPY_FORWARDS), 'A');
    assert_int_equal(expected(&s, OCK_COPY_FORWARDS + OCK_COPY_WAYS), 'C');
    feed(&s, (const uint8_t *)"C"); /* now the other one is */
    assert_int_equal(expected(&s, OCK_COPY_FORWARDS), random_base(7, 0));
    assert_int_equal(expected(&s, OCK_COPY_FORWARDS + OCK_COPY_WAYS), random_base(6, 0));
    ock_arena_free(&s.arena);
}

/* Through several turns of the ring, and with symbols of all kinds, places stay within it. */
static void rings_turn(void **state)
{
    specimen s;
    size_t active = 0;
    (void)state;
    make(&s, 2, FEW_BITS);
    for (uint64_t i = 0; i < 20000; i++) {
        const uint64_t bits = fixture_bits(8, i);
        const uint8_t symbol =
            bits % 100 == 0 ? (uint8_t)(bits >> 8) : gene(i / GENE % 2, i % GENE);
        feed(&s, (uint8_t[]){symbol, i % 3000 < 1000 ? random_base(9, i) : symbol});
        for (unsigned k = 0; k < OCK_COPIES; k++) {
            assert_true(s.copies[k].place < 1u << s.index.ring_bits);
            assert_true(s.copies[k].lane < s.index.lanes);
            active += s.copies[k].active;
        }
    }
    assert_true(active > 5000);
    ock_arena_free(&s.arena);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_go_on_after_wrong_bases),
        cmocka_unit_test(copies_end),
        cmocka_unit_test(the_best_is_the_first),
        cmocka_unit_test(rings_turn),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
