/* test_contexts.c - contexts are pure functions of a lane's past, distinct from each other, and
 * what distinguishes the second nibble's from the first's. */
#include "model_fixture.h"

#include "contexts.h"

/* Overwritten by the next call but one. */
static const ock_contexts *after(const char *text)
{
    static ock_contexts both[2];
    static unsigned turn;
    ock_contexts *contexts = &both[turn++ % 2];
    ock_contexts_start(contexts, OCK_CONTEXTS);
    for (; *text != '\0'; text++)
        ock_contexts_update(contexts, (uint8_t)*text);
    return contexts;
}

static size_t equal_hashes(const char *one, const char *other)
{
    const ock_contexts *a = after(one), *b = after(other);
    size_t equal = 0;
    for (size_t i = 0; i < OCK_CONTEXTS; i++)
        equal += a->hash[i] == b->hash[i];
    return equal;
}

/* Whatever the memory held before. */
static void pure_function_of_the_past(void **state)
{
    static ock_contexts a, b;
    (void)state;
    memset(&a, 0x00, sizeof a);
    memset(&b, 0xFF, sizeof b);
    ock_contexts_start(&a, OCK_CONTEXTS);
    ock_contexts_start(&b, OCK_CONTEXTS);
    for (uint64_t i = 0; i < 1000; i++) {
        assert_memory_equal(&a.hash, &b.hash, sizeof a.hash);
        uint8_t symbol = (uint8_t)(fixture_bits(1, i) % (i % 100 < 50 ? 256 : 4));
        ock_contexts_update(&a, symbol);
        ock_contexts_update(&b, symbol);
    }
}

/* Many symbols at once lead where they lead one by one. */
static void advance_equals_updates(void **state)
{
    enum { MOST = 5000 };
    static ock_contexts a, b;
    static uint8_t symbols[MOST];
    (void)state;
    fixture_text(symbols, MOST, 4);
    ock_contexts_start(&a, OCK_CONTEXTS);
    ock_contexts_start(&b, OCK_CONTEXTS);
    for (size_t count = 1; count <= MOST; count *= 7) {
        ock_contexts_advance(&a, symbols, count);
        for (size_t i = 0; i < count; i++)
            ock_contexts_update(&b, symbols[i]);
        assert_memory_equal(&a, &b, sizeof a);
    }
}

/* The newest symbol changes nearly all contexts; one long gone changes few, and never all. */
static void recent_symbols_count(void **state)
{
    (void)state;
    assert_true(equal_hashes("a quiet afternoon in May", "a quiet afternoon in Mad") <=
                OCK_CONTEXTS / 2);
    size_t far = equal_hashes("xxxx yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy zzz 012345678901234567890123",
                              "xxxx yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy qqq 012345678901234567890123");
    assert_true(far > OCK_CONTEXTS / 2);
    assert_int_equal(equal_hashes("the same text", "the same text"), OCK_CONTEXTS);
}

/* Contexts are told apart even where they look at the same symbols: at the start, and in a run. */
static void contexts_are_distinct(void **state)
{
    static const char *const texts[] = {"", "a", "aaaaaaaaaaaaaaaaaaaaaaaa", "\n\n\n\n\n\n\n\n\n\n",
                                        "one two three four five"};
    (void)state;
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        const ock_contexts *c = after(texts[t]);
        for (size_t i = 0; i < OCK_CONTEXTS; i++)
            for (size_t k = 0; k < i; k++)
                assert_true(c->hash[i] != c->hash[k]);
    }
}

/* The table takes place and tag from a hash: both halves must vary. */
static void hashes_spread(void **state)
{
    enum { ROUNDS = 4096, BUCKETS = 256 };
    static unsigned high[OCK_CONTEXTS][BUCKETS], low[OCK_CONTEXTS][BUCKETS];
    static ock_contexts c;
    (void)state;
    ock_contexts_start(&c, OCK_CONTEXTS);
    for (uint64_t i = 0; i < ROUNDS; i++) {
        ock_contexts_update(&c, (uint8_t)fixture_bits(2, i));
        for (size_t k = 0; k < OCK_CONTEXTS; k++) {
            high[k][c.hash[k] >> 56]++;
            low[k][c.hash[k] & 255]++;
        }
    }
    size_t spread = 0;
    for (size_t k = 0; k < OCK_CONTEXTS; k++) {
        unsigned filled_high = 0, filled_low = 0;
        for (size_t b = 0; b < BUCKETS; b++) {
            filled_high += high[k][b] > 0;
            filled_low += low[k][b] > 0;
        }
        spread += filled_high > BUCKETS / 2 && filled_low > BUCKETS / 2;
    }
    assert_true(spread + 2 >= OCK_CONTEXTS); /* order 0, and perhaps words, have few values */
}

/* Sixteen second-nibble contexts of one hash: all distinct, and none the first nibble's. */
static void second_nibble(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 200; round++) {
        uint64_t hash = round == 0 ? 0 : fixture_bits(3, round), second[16];
        for (unsigned nibble = 0; nibble < 16; nibble++) {
            second[nibble] = ock_contexts_second(hash, nibble);
            assert_true(second[nibble] != hash);
            for (unsigned k = 0; k < nibble; k++)
                assert_true(second[nibble] != second[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pure_function_of_the_past),
        cmocka_unit_test(advance_equals_updates),
        cmocka_unit_test(recent_symbols_count),
        cmocka_unit_test(contexts_are_distinct),
        cmocka_unit_test(hashes_spread),
        cmocka_unit_test(second_nibble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
