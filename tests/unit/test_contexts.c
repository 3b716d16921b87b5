/* test_contexts.c - contexts are pure functions of a lane's past, distinct from each other, and
 * what distinguishes the second nibble's from the first's. */
#include "model_fixture.h"

#include "mixing/contexts.h"

/* Overwritten by the next call but one. */
static const ock_contexts *after(const char *text)
{
    static ock_contexts both[2];
    static unsigned turn;
    ock_contexts *contexts = &both[turn++ % 2];
    ock_contexts_start(contexts, OCK_CONTEXTS);
    for (; *text != '\0'; text++) {
        ock_contexts_update(contexts, (uint8_t)*text);
    }
    return contexts;
}

static size_t equal_hashes(const char *one, const char *other)
{
    const ock_contexts *a = after(one), *b = after(other);
    size_t equal = 0;
    for (size_t i = 0; i < OCK_CONTEXTS; i++) {
        equal += a->hash[i] == b->hash[i];
    }
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

/* Many symbols at once lead where they lead one by one, from any state and for any number of
 * contexts; none at all leads nowhere. */
static void advance_equals_updates(void **state)
{
    enum { MOST = 9000 };
    static const size_t counts[] = {1,
                                    OCK_CONTEXT_ROW_ABOVE,
                                    OCK_CONTEXT_ROW_ABOVE + 1,
                                    OCK_CONTEXT_KINDS8_ORDER2,
                                    OCK_CONTEXT_KINDS8_ORDER2 + 1,
                                    OCK_CONTEXTS};
    static ock_contexts a, b;
    static uint8_t symbols[MOST];
    (void)state;
    fixture_text(symbols, MOST, 4);
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        ock_contexts_start(&a, counts[c]);
        ock_contexts_start(&b, counts[c]);
        for (size_t at = 0, length = 0; at < MOST; at += length, length = (3 * length + 1) % 700) {
            length = length < MOST - at ? length : MOST - at;
            ock_contexts_advance(&a, symbols + at, length);
            for (size_t i = 0; i < length; i++) {
                ock_contexts_update(&b, symbols[at + i]);
            }
            assert_memory_equal(&a, &b, sizeof a);
        }
    }
}

/* The first contexts are the same, however many follow them. */
static void contexts_do_not_depend_on_their_number(void **state)
{
    enum { LENGTH = 5000, EVERY = 41 };
    static uint64_t all[1 + LENGTH / EVERY][OCK_CONTEXTS];
    static ock_contexts c;
    static uint8_t symbols[LENGTH];
    (void)state;
    fixture_text(symbols, LENGTH, 5);
    for (size_t count = OCK_CONTEXTS; count > 0; count--) {
        ock_contexts_start(&c, count);
        for (size_t i = 0; i < LENGTH; i++) {
            if (i % EVERY == 0 && count == OCK_CONTEXTS) {
                memcpy(all[i / EVERY], c.hash, sizeof c.hash);
            }
            if (i % EVERY == 0) {
                assert_memory_equal(c.hash, all[i / EVERY], count * sizeof c.hash[0]);
            }
            ock_contexts_update(&c, symbols[i]);
        }
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

/* ---- what each context sees ---- */

enum { OLDER = 12 }; /* symbols before the last ones */

/* Contexts of a text of which only the symbol `distance` before its end (1: the last) is another
 * one, by `flip`: which of them are the same, for each. */
static void compare_at(const char *text, size_t distance, uint8_t flip, bool same[OCK_CONTEXTS])
{
    char other[64];
    size_t length = strlen(text);
    assert_true(length < sizeof other && distance <= length);
    memcpy(other, text, length + 1);
    other[length - distance] = (char)((uint8_t)other[length - distance] ^ flip);
    const ock_contexts *a = after(text), *b = after(other);
    for (size_t i = 0; i < OCK_CONTEXTS; i++) {
        same[i] = a->hash[i] == b->hash[i];
    }
}

/* Contexts of symbols at fixed distances: bit d - 1 for the symbol that is d before the next. */
static void distances(void **state)
{
    static const struct {
        unsigned context, seen;
    } cases[] = {
        {OCK_CONTEXT_ORDER0, 0},        {OCK_CONTEXT_ORDER1, 1},
        {OCK_CONTEXT_ORDER2, 3},        {OCK_CONTEXT_ORDER3, 7},
        {OCK_CONTEXT_ORDER4, 15},       {OCK_CONTEXT_ORDER5, 31},
        {OCK_CONTEXT_ORDER6, 63},       {OCK_CONTEXT_ORDER7, 127},
        {OCK_CONTEXT_ORDER8, 255},      {OCK_CONTEXT_ORDER10, 1023},
        {OCK_CONTEXT_SKIP1_ORDER2, 6},  {OCK_CONTEXT_SKIP1_ORDER3, 14},
        {OCK_CONTEXT_SECOND, 2},        {OCK_CONTEXT_THIRD, 4},
        {OCK_CONTEXT_FOURTH, 8},        {OCK_CONTEXT_FIRST_THIRD, 5},
        {OCK_CONTEXT_FIRST_FOURTH, 9},  {OCK_CONTEXT_SECOND_FOURTH, 10},
        {OCK_CONTEXT_SECOND_FIFTH, 18}, {OCK_CONTEXT_THIRD_FOURTH, 12},
        {OCK_CONTEXT_PIXELS, 4 | 32},   {OCK_CONTEXT_HIGH_BITS, 15},
    };
    static const char *const texts[] = {"qwertyuiopasdfghjklzx", "AB cd, EF gh. IJ kl\n",
                                        "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\xF0\xF1\xF2"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
            for (size_t d = 1; d <= OLDER; d++) {
                bool same[OCK_CONTEXTS];
                compare_at(texts[t], d, 0x08, same);
                if (same[cases[i].context] == (cases[i].seen >> (d - 1) & 1)) {
                    fail_msg("context %u, distance %zu", cases[i].context, d);
                }
                compare_at(texts[t], d, 0x07, same); /* below what HIGH_BITS looks at */
                assert_true(same[OCK_CONTEXT_HIGH_BITS]);
            }
        }
    }
}

/* How many symbols' kinds are seen: a digit among small letters. */
static void kinds_reach(void **state)
{
    static const char text[] = "abcdefghijklmnopqrstuv";
    (void)state;
    for (size_t d = 4; d <= 20; d++) {
        bool same[OCK_CONTEXTS];
        compare_at(text, d, 0x50, same); /* a letter becomes a digit or a symbol beside them */
        assert_int_equal(same[OCK_CONTEXT_KINDS16], d > 16);
        assert_int_equal(same[OCK_CONTEXT_KINDS8_ORDER2], d > 8);
        assert_int_equal(same[OCK_CONTEXT_KINDS6_ORDER3], d > 6);
        compare_at(text, d, 0x20, same); /* a capital */
        assert_int_equal(same[OCK_CONTEXT_KINDS16], d > 16);
    }
}

#define CONTEXT(name) OCK_CONTEXT_##name

enum { MOST_NAMED = 10 };

/* Two pasts and the contexts they share, and do not; order 0 ends a list. */
typedef struct comparison {
    const char *one, *other;
    uint8_t shared[MOST_NAMED], told[MOST_NAMED];
} comparison;

/* clang-format off */
static const comparison comparisons[] = {
    /* kinds: small, capital or beyond ASCII, space or line feed, other; with one, two, three symbols */
    {"Rome 12, was", "Bonn 34; fas",
     {CONTEXT(KINDS16), CONTEXT(KINDS8_ORDER2)}, {CONTEXT(KINDS6_ORDER3)}},
    {"Rome 12, was", "Bonn 34; fss", {CONTEXT(KINDS16)}, {CONTEXT(KINDS8_ORDER2)}},
    {"Rome 12, was", "Rome 12, wat", {0}, {CONTEXT(KINDS16), CONTEXT(KINDS6_ORDER3)}},
    {"one two six", "one\ntwo six",
     {CONTEXT(KINDS16), CONTEXT(KINDS8_ORDER2), CONTEXT(KINDS6_ORDER3)}, {CONTEXT(COLUMN_ORDER1)}},
    {"one Xbcd", "one \xC4" "bcd",
     {CONTEXT(KINDS16), CONTEXT(KINDS8_ORDER2), CONTEXT(KINDS6_ORDER3)}, {0}},
    {"one Xbcd", "one xbcd",
     {0}, {CONTEXT(KINDS16), CONTEXT(KINDS8_ORDER2), CONTEXT(KINDS6_ORDER3)}},
    /* lengths of two words and the newest symbol */
    {"alpha beta", "gamma zeta", {CONTEXT(LENGTHS)}, {CONTEXT(PREVIOUS_ORDER2)}},
    {"alpha beta", "alphs betb", {0}, {CONTEXT(LENGTHS)}},
    {"alpha beta", "alph beta", {0}, {CONTEXT(LENGTHS)}},
    {"alpha beta", "alpha beeta", {CONTEXT(PREVIOUS_ORDER2)}, {CONTEXT(LENGTHS)}},
    {"alpha beta ", "gamma zeta ", {CONTEXT(LENGTHS)}, {CONTEXT(PREVIOUS_ORDER2)}},
    {"alpha beta ", "gamma zet ", {0}, {CONTEXT(LENGTHS)}},
    {"a beta  ", "alpha beta \t ", {CONTEXT(LENGTHS)}, {0}},
    /* letters, whatever stands between words */
    {"the cat", "THE, (Cat", {CONTEXT(LETTERS3), CONTEXT(LETTERS5), CONTEXT(WORD)}, {0}},
    {"the cat", "thx cat", {CONTEXT(LETTERS3)}, {CONTEXT(LETTERS5)}},
    {"the cat", "thy1cat", {CONTEXT(LETTERS3)}, {CONTEXT(LETTERS5)}},
    {"the cat", "the bat", {0}, {CONTEXT(LETTERS3), CONTEXT(LETTERS5)}},
    {"the cat", "thecat", {CONTEXT(LETTERS3)}, {CONTEXT(LETTERS5)}},
    {"the cat", "she cat", {CONTEXT(LETTERS5)}, {CONTEXT(PREVIOUS_ORDER2)}},
    {"the ca t", "the ca  t", {CONTEXT(LETTERS3), CONTEXT(LETTERS5)}, {0}},
    /* capitals, and what stands before the word */
    {"x rome", "y rome", {CONTEXT(CASED_WORD), CONTEXT(WORD)}, {CONTEXT(WORD_PREVIOUS)}},
    {"x rome", "x Rome", {CONTEXT(WORD), CONTEXT(WORD_PREVIOUS)}, {CONTEXT(CASED_WORD)}},
    {"x rome", "x-rome", {CONTEXT(WORD)}, {CONTEXT(CASED_WORD)}},
    {"x rome ", "y bonn ", {CONTEXT(CASED_WORD)}, {CONTEXT(PREVIOUS_ORDER1)}},
    /* the words before */
    {"two one abc", "two one xxc",
     {CONTEXT(BIGRAM_ORDER1), CONTEXT(BIGRAM_LENGTH)}, {CONTEXT(PREVIOUS_INITIAL)}},
    {"two one abc", "two one abd", {CONTEXT(BIGRAM_LENGTH)}, {CONTEXT(BIGRAM_ORDER1)}},
    {"two one abc", "two one abbc", {CONTEXT(BIGRAM_ORDER1)}, {CONTEXT(BIGRAM_LENGTH)}},
    {"two one abc", "six one abc", {0}, {CONTEXT(BIGRAM_ORDER1), CONTEXT(BIGRAM_LENGTH)}},
    {"two one abc", "two six abc", {0}, {CONTEXT(BIGRAM_ORDER1), CONTEXT(BIGRAM_LENGTH)}},
    {"two one abc", "one two abc", {0}, {CONTEXT(BIGRAM_ORDER1), CONTEXT(BIGRAM_LENGTH)}},
    {"six two one abc", "six one two abc",
     {CONTEXT(WORD_THIRD)}, {CONTEXT(WORD_SECOND), CONTEXT(WORD_PREVIOUS)}},
    {"six two one abc", "ten two one abc",
     {CONTEXT(WORD_SECOND), CONTEXT(TRIGRAM), CONTEXT(WORD_PREVIOUS)}, {CONTEXT(WORD_THIRD)}},
    {"six two one abc", "six two one xbc", {0}, {CONTEXT(WORD_THIRD), CONTEXT(WORD_SECOND)}},
    {"ten six two one abc", "pot six two one abc", {CONTEXT(WORD_THIRD)}, {0}},
    {"one abxc", "one abyc", {CONTEXT(PREVIOUS_INITIAL)}, {CONTEXT(PREVIOUS_ORDER2)}},
    {"one abxc", "one bbxc", {CONTEXT(PREVIOUS_ORDER2)}, {CONTEXT(PREVIOUS_INITIAL)}},
    {"one abxc", "one abxxc", {CONTEXT(PREVIOUS_ORDER2)}, {CONTEXT(PREVIOUS_INITIAL)}},
    {"one abxc", "ten abxc", {0}, {CONTEXT(PREVIOUS_INITIAL), CONTEXT(PREVIOUS_ORDER2)}},
    {"one ", "one (", {CONTEXT(PREVIOUS_INITIAL)}, {CONTEXT(PREVIOUS_ORDER2)}},
    /* brackets */
    {"(one two six", "(one ten six", {CONTEXT(BRACKET_SECOND)}, {CONTEXT(BRACKET_BIGRAM)}},
    {"(one two six", "[one two six", {0}, {CONTEXT(BRACKET_SECOND), CONTEXT(BRACKET_WORD)}},
    {"(one two six", " one two six", {0}, {CONTEXT(BRACKET_SECOND), CONTEXT(BRACKET_WORD)}},
    {"[(one two six", "<(one two six", {CONTEXT(BRACKET_SECOND)}, {CONTEXT(BRACKET_WORD)}},
    {"(one two six", "(one() two six", {CONTEXT(BRACKET_SECOND), CONTEXT(BRACKET_WORD)}, {0}},
    {"(one two six", "(ten two six", {CONTEXT(BRACKET_WORD)}, {CONTEXT(BRACKET_SECOND)}},
    {"(one two six", "(one two sux", {0}, {CONTEXT(BRACKET_SECOND)}},
    /* initials since the sentence began */
    {"The quick br", "Tall queens bar", {CONTEXT(INITIALS)}, {CONTEXT(WORD_PREVIOUS)}},
    {"The quick br", "The quick bs", {0}, {CONTEXT(INITIALS)}},
    {"The quick br", "the quick br", {0}, {CONTEXT(INITIALS)}},
    {"The quick br", "The slow br", {0}, {CONTEXT(INITIALS)}},
    {"The quick br", "Quick the br", {0}, {CONTEXT(INITIALS)}},
    {"Old. The quick", "So it was. The quick", {CONTEXT(INITIALS)}, {0}},
    {"Old. The quick", "Old\n The quick", {CONTEXT(INITIALS)}, {0}},
    {"Old. The quick", "Old, The quick", {0}, {CONTEXT(INITIALS)}},
    /* digits */
    {"a 123", "b 123", {CONTEXT(NUMBER)}, {CONTEXT(ORDER5)}},
    {"a 123", "a 9 123", {CONTEXT(NUMBER)}, {0}},
    {"a 123", "a 223", {0}, {CONTEXT(NUMBER)}},
    {"a 123", "a 213", {0}, {CONTEXT(NUMBER)}},
    {"a 123", "a 23", {0}, {CONTEXT(NUMBER)}},
    {"a 0", "a 00", {0}, {CONTEXT(NUMBER)}},
    {"12 a", "92 a", {CONTEXT(NUMBER)}, {0}},
    {"12a", "92a", {0}, {CONTEXT(NUMBER)}},
    /* lines: the symbol above, the column */
    {"abcd\nxyz", "qrsd\nxyz", {CONTEXT(ABOVE_WORD), CONTEXT(ABOVE_ORDER2)}, {0}},
    {"abcd\nxyz", "abce\nxyz", {0}, {CONTEXT(ABOVE_WORD), CONTEXT(ABOVE_ORDER2)}},
    {"abcd\nxyz", "abcd\nwyz", {CONTEXT(ABOVE_ORDER2)}, {CONTEXT(ABOVE_WORD)}},
    {"abcde\n.xyz", "abcde\n;xyz", {CONTEXT(ABOVE_WORD), CONTEXT(ABOVE_ORDER2)}, {0}},
    {"abcd\nxyz", "abcd\nxzz", {0}, {CONTEXT(ABOVE_WORD), CONTEXT(ABOVE_ORDER2)}},
    {"abcd\nxyz", "abcd\n\nxyz", {0}, {CONTEXT(ABOVE_WORD), CONTEXT(ABOVE_ORDER2)}},
    {"abc\nxyz", "q\nuvz", {CONTEXT(COLUMN_ORDER1)}, {CONTEXT(WORD)}},
    {"abc\nxyz", "abc\nxyyz", {0}, {CONTEXT(COLUMN_ORDER1)}},
    {"abc\nxyz", "abc\nxyx", {0}, {CONTEXT(COLUMN_ORDER1)}},
    {"a\nb 1 wxyz", "c\nb 1 wxyz", {CONTEXT(LINE_ORDER4)}, {0}},
    {"a\nb 1 wxyz", "a\nb 1 vxyz", {0}, {CONTEXT(LINE_ORDER4)}},
    /* the last tag's name */
    {"<b>text wo", "<b>other wo", {CONTEXT(TAG_WORD)}, {CONTEXT(WORD_PREVIOUS)}},
    {"<b>text wo", "<i>text wo", {CONTEXT(WORD_PREVIOUS)}, {CONTEXT(TAG_WORD)}},
    {"<b>text wo", "<b>text we", {0}, {CONTEXT(TAG_WORD)}},
    {"<b x>text wo", "<b y>text wo", {CONTEXT(TAG_WORD)}, {0}},
    {"<ab>text wo", "<ba>text wo", {0}, {CONTEXT(TAG_WORD)}},
    {"<b>x</b>text wo", "<i>x</i>text wo", {CONTEXT(TAG_WORD)}, {0}},
    {"b> text wo", "i> text wo", {CONTEXT(TAG_WORD)}, {0}},
    /* followers of one symbol: the last two, three with two symbols, four */
    {"a5a1a2a3a4a", "a6a1a2a3a4a",
     {CONTEXT(FOLLOWERS1), CONTEXT(FOLLOWERS_ORDER2), CONTEXT(FOLLOWERS4)}, {0}},
    {"a1a2a3a4a", "a9a2a3a4a",
     {CONTEXT(FOLLOWERS1), CONTEXT(FOLLOWERS_ORDER2)}, {CONTEXT(FOLLOWERS4)}},
    {"a1a2a3a4a", "a1a9a3a4a",
     {CONTEXT(FOLLOWERS1)}, {CONTEXT(FOLLOWERS_ORDER2), CONTEXT(FOLLOWERS4)}},
    {"a1a2a3a4a", "a1a2a9a4a",
     {0}, {CONTEXT(FOLLOWERS1), CONTEXT(FOLLOWERS_ORDER2), CONTEXT(FOLLOWERS4)}},
    {"a1a2a3a4.a", "a1a2a3a4,a",
     {CONTEXT(FOLLOWERS1), CONTEXT(FOLLOWERS4)}, {CONTEXT(FOLLOWERS_ORDER2)}},
    {"a9a8a21a", "a9a8a23a", {CONTEXT(FOLLOWERS1)}, {CONTEXT(FOLLOWERS_ORDER2)}}, /* bits of 2 */
    {"a1a2a3a4.a", "b1b2b3b4.b",
     {0}, {CONTEXT(FOLLOWERS1), CONTEXT(FOLLOWERS_ORDER2), CONTEXT(FOLLOWERS4)}},
    /* of two symbols and of three */
    {"xy1 xy2 xy3 xy", "xy9 xy2 xy3 xy",
     {CONTEXT(FOLLOWERS2), CONTEXT(FOLLOWER2), CONTEXT(FOLLOWERS1)}, {CONTEXT(FOLLOWERS_ORDER2)}},
    {"xy1 xy2 xy3 xy", "xy1 xy9 xy3 xy", {CONTEXT(FOLLOWER2)}, {CONTEXT(FOLLOWERS2)}},
    {"xy1 xy2 xy3 xy", "xy1 xy2 xy9 xy", {0}, {CONTEXT(FOLLOWER2), CONTEXT(FOLLOWERS2)}},
    {"wxy1 wxy2 wxy", "xwy1 xwy2 xwy", {CONTEXT(FOLLOWERS3)}, {CONTEXT(ORDER2)}},
    {"wxy0 wxy1 wxy2 wxy", "wxy9 wxy1 wxy2 wxy", {CONTEXT(FOLLOWERS3)}, {0}},
    {"wxy1 wxy2 wxy", "wxy9 wxy2 wxy", {0}, {CONTEXT(FOLLOWERS3)}},
    {"wxy1 wxy2 wxy", "wxy1 wxy9 wxy", {0}, {CONTEXT(FOLLOWERS3)}},
    {"wxy1 wxy2 wxy", "wxz1 wxz2 wxz", {0}, {CONTEXT(FOLLOWERS3)}},
};
/* clang-format on */

static void pasts_that_share_contexts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
        const comparison *c = &comparisons[i];
        const ock_contexts *a = after(c->one), *b = after(c->other);
        for (size_t k = 0; k < MOST_NAMED && c->shared[k] != OCK_CONTEXT_ORDER0; k++) {
            if (a->hash[c->shared[k]] != b->hash[c->shared[k]]) {
                fail_msg("\"%s\", \"%s\": context %u is told", c->one, c->other, c->shared[k]);
            }
        }
        for (size_t k = 0; k < MOST_NAMED && c->told[k] != OCK_CONTEXT_ORDER0; k++) {
            if (a->hash[c->told[k]] == b->hash[c->told[k]]) {
                fail_msg("\"%s\", \"%s\": context %u is shared", c->one, c->other, c->told[k]);
            }
        }
    }
}

/* Contexts are told apart even where they look at the same symbols: at the start, and in a run. */
static void contexts_are_distinct(void **state)
{
    static const char *const texts[] = {"", "a", "aaaaaaaaaaaaaaaaaaaaaaaa", "\n\n\n\n\n\n\n\n\n\n",
                                        "one two three four five"};
    (void)state;
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        const ock_contexts *c = after(texts[t]);
        for (size_t i = 0; i < OCK_CONTEXTS; i++) {
            for (size_t k = 0; k < i; k++) {
                assert_true(c->hash[i] != c->hash[k]);
            }
        }
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
            for (unsigned k = 0; k < nibble; k++) {
                assert_true(second[nibble] != second[k]);
            }
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pure_function_of_the_past),
        cmocka_unit_test(advance_equals_updates),
        cmocka_unit_test(contexts_do_not_depend_on_their_number),
        cmocka_unit_test(recent_symbols_count),
        cmocka_unit_test(distances),
        cmocka_unit_test(kinds_reach),
        cmocka_unit_test(pasts_that_share_contexts),
        cmocka_unit_test(contexts_are_distinct),
        cmocka_unit_test(hashes_spread),
        cmocka_unit_test(second_nibble),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
