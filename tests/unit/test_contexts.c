/* SPDX-License-Identifier: MIT */
/* test_contexts.c - contexts are pure functions of a lane's past, distinct from each other, of the list that
 * the data ask for; every row says what it needs. */
#include "model_fixture.h"

#include "contexts/contexts.h"
#include "contexts/hash.h"

/* All lists whole, the shorter ones too. */
static size_t most(void)
{
    return OCK_MAX_CONTEXTS;
}

/* ---- data ---- */

enum { PIECE = 1024, PIECES = 12, LENGTH = PIECES * PIECE };

static uint8_t varied[LENGTH];

static void repeat_text(const char *text, uint8_t *to, size_t bytes)
{
    const size_t length = strlen(text);
    for (size_t i = 0; i < bytes; i++) {
        to[i] = (uint8_t)text[i % length];
    }
}

static const char english[] =
    "It was the best of times, it was the worst of times. \"Why?\" asked the running man (who had "
    "never been there), and nobody\nanswered him: 1789 was a year like any other; so was 1790.\n";
static const char markup[] =
    "<body><p class=\"first\">Some <b>bold</b> text [1] {a|b=c}<br/>\n  <ul><li>One</li>\n"
    "  <li>Two &amp; three</li></ul></p>\n`code (x[0] + 1)`\n";
static const char table[] = "id,name,value;x\n1,anna,10.5;y\n2,bert,11.25;y\n13,\tclara,9;z\n"
                            "2024-01-02|14|OK\n2024-01-03|151|OK\n";
static const char cyrillic[] =
    "\xD0\x9E\xD0\xBD \xD0\xB1\xD1\x8B\xD0\xBB \xD1\x81\xD1\x82\xD0\xB0\xD1\x80, "
    "\xD0\xB8 \xD0\xBE\xD0\xBD \xD0\xB2\xD1\x8B\xD1\x88\xD0\xB5\xD0\xBB \xD0\xB2 "
    "\xD0\xBC\xD0\xBE\xD1\x80\xD0\xB5.\n";
static const char latin1[] =
    "Le pr\xE9sident est arriv\xE9 hier soir \xE0 Paris, o\xF9 il restera deux jours avec sa "
    "famille; les m\xEAmes journaux parlent de la for\xEAt.\n";

/* A rising tone in 16 bits, the low byte first, with some noise. */
static void samples(uint8_t *to, size_t bytes)
{
    int32_t place = 0, step = 900;
    for (size_t i = 0; i + 1 < bytes; i += 2) {
        step += place > 0 ? -60 : 60;
        place += step + (int32_t)(fixture_bits(8, i) % 64);
        to[i] = (uint8_t)place;
        to[i + 1] = (uint8_t)((uint32_t)place >> 8);
    }
}

static void random_bytes(uint8_t *to, size_t bytes, uint64_t kinds)
{
    for (size_t i = 0; i < bytes; i++) {
        to[i] = (uint8_t)(fixture_bits(9, i) % kinds);
    }
}

static int set_up(void **state)
{
    uint8_t *to = varied;
    (void)state;
    fixture_text(to, 2 * (size_t)PIECE, 5);
    repeat_text(english, to += 2 * PIECE, PIECE);
    repeat_text(markup, to += PIECE, PIECE);
    repeat_text(table, to += PIECE, PIECE);
    repeat_text(cyrillic, to += PIECE, PIECE);
    samples(to += PIECE, 2 * (size_t)PIECE);
    random_bytes(to += 2 * PIECE, PIECE, 256);
    random_bytes(to += PIECE, PIECE, 3);
    fixture_text(to += PIECE, 2 * (size_t)PIECE, 6);
    return 0;
}

/* ---- all in use ---- */

/* Whatever the memory held before. */
static void pure_function_of_the_past(void **state)
{
    static ock_contexts a, b;
    (void)state;
    memset(&a, 0x00, sizeof a);
    memset(&b, 0xFF, sizeof b);
    ock_contexts_start(&a, ock_context_lists, most(), 0);
    ock_contexts_start(&b, ock_context_lists, most(), 0);
    for (size_t i = 0; i < LENGTH; i++) {
        assert_memory_equal(a.hash, b.hash, most() * sizeof a.hash[0]);
        ock_contexts_update(&a, varied[i]);
        ock_contexts_update(&b, varied[i]);
    }
    assert_memory_equal(&a.past, &b.past, sizeof a.past);
}

/* In another lane some contexts are others, all the rest are the same: of numbers, pages and bases all are. */
static void lanes_count_for_themselves(void **state)
{
    static ock_contexts a, b;
    size_t apart = 0, of_numbers = 0;
    (void)state;
    ock_contexts_start(&a, ock_context_lists, most(), 0);
    ock_contexts_start(&b, ock_context_lists, most(), 3);
    for (size_t i = 0; i < LENGTH; i++) {
        const unsigned kind = ock_past_kind(&a.past);
        const bool all = kind != OCK_DATA_TEXT && kind != OCK_DATA_TABLE && kind != OCK_DATA_OTHER;
        for (size_t k = 0; k < ock_contexts_used(&a); k++) {
            const unsigned needs = ock_context_rows[ock_context_lists[kind].of[k]].needs;
            const bool own = (needs & OCK_ROW_OWN) != 0;
            assert_int_equal(a.hash[k] != b.hash[k], own && !all);
            apart += own && !all;
            of_numbers += own && all;
        }
        ock_contexts_update(&a, varied[i]);
        ock_contexts_update(&b, varied[i]);
    }
    assert_true(apart > LENGTH && of_numbers > 0);
    assert_memory_equal(&a.past, &b.past, sizeof a.past);
}

/* Many symbols at once lead where they lead one by one, from any state and for any number of
 * contexts; none at all leads nowhere. */
static void advance_equals_updates(void **state)
{
    const size_t counts[] = {1, 2, most() / 2, most()};
    static ock_contexts a, b;
    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        memset(&a, 0, sizeof a);
        memset(&b, 0, sizeof b);
        ock_contexts_start(&a, ock_context_lists, counts[c], 0);
        ock_contexts_start(&b, ock_context_lists, counts[c], 0);
        for (size_t at = 0, length = 0; at < LENGTH;
             at += length, length = (3 * length + 1) % 700) {
            length = length < LENGTH - at ? length : LENGTH - at;
            ock_contexts_advance(&a, varied + at, length);
            for (size_t i = 0; i < length; i++) {
                ock_contexts_update(&b, varied[at + i]);
            }
            assert_memory_equal(&a, &b, sizeof a);
        }
    }
}

/* The first contexts are the same, however many follow them. */
static void contexts_do_not_depend_on_their_number(void **state)
{
    enum { EVERY = 41 };
    static uint64_t all[1 + LENGTH / EVERY][OCK_MAX_CONTEXTS];
    static ock_contexts c;
    (void)state;
    for (size_t count = most(); count > 0; count = count > 8 ? count - 7 : count - 1) {
        ock_contexts_start(&c, ock_context_lists, count, 0);
        for (size_t i = 0; i < LENGTH; i++) {
            if (i % EVERY == 0 && count == most()) {
                memcpy(all[i / EVERY], c.hash, sizeof c.hash);
            }
            if (i % EVERY == 0) {
                assert_memory_equal(c.hash, all[i / EVERY], count * sizeof c.hash[0]);
            }
            ock_contexts_update(&c, varied[i]);
        }
    }
}

/* Plain orders hear of so many symbols and of nothing before them; each hears of all of those. */
static void orders_hear_of_their_symbols(void **state)
{
    enum { OTHERS = 300 };
    static ock_contexts a, b;
    (void)state;
    for (size_t same = 0; same < OCK_MAX_ORDERS; same++) {
        ock_contexts_start(&a, ock_context_orders, OCK_MAX_ORDERS, 0);
        ock_contexts_start(&b, ock_context_orders, OCK_MAX_ORDERS, 0);
        ock_contexts_advance(&a, varied, OTHERS);
        ock_contexts_advance(&b, varied + PIECE, OTHERS);
        ock_contexts_advance(&a, (const uint8_t *)"x", 1);
        ock_contexts_advance(&b, (const uint8_t *)"y", 1);
        ock_contexts_advance(&a, varied, same);
        ock_contexts_advance(&b, varied, same);
        for (size_t order = 0; order < OCK_MAX_ORDERS; order++) {
            assert_int_equal(a.hash[order] == b.hash[order], order <= same);
        }
    }
}

/* Contexts are told apart even where they look at the same symbols: at the start, and in a run. */
static void contexts_are_distinct(void **state)
{
    static const char *const texts[] = {"", "a", "aaaaaaaaaaaaaaaaaaaaaaaa", "\n\n\n\n\n\n\n\n\n\n",
                                        "one two three four five"};
    static ock_contexts c;
    (void)state;
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        ock_contexts_start(&c, ock_context_lists, most(), 0);
        ock_contexts_advance(&c, (const uint8_t *)texts[t], strlen(texts[t]));
        for (size_t i = 0; i < most(); i++) {
            for (size_t k = 0; k < i; k++) {
                assert_true(c.hash[i] != c.hash[k]);
            }
        }
    }
}

/* The table takes place and tag from a hash: both halves must vary. */
static void hashes_spread(void **state)
{
    enum { ROUNDS = 4096, BUCKETS = 256 };
    static unsigned high[OCK_MAX_CONTEXTS][BUCKETS], low[OCK_MAX_CONTEXTS][BUCKETS];
    static ock_contexts c;
    (void)state;
    ock_contexts_start(&c, ock_context_lists, most(), 0);
    for (uint64_t i = 0; i < ROUNDS; i++) {
        ock_contexts_update(&c, (uint8_t)fixture_bits(2, i));
        for (size_t k = 0; k < most(); k++) {
            high[k][c.hash[k] >> 56]++;
            low[k][c.hash[k] & 255]++;
        }
    }
    for (size_t k = 0; k < most(); k++) {
        unsigned filled_high = 0, filled_low = 0, values = 0;
        for (size_t b = 0; b < BUCKETS; b++) {
            filled_high += high[k][b] > 0;
            filled_low += low[k][b] > 0;
            values += high[k][b] > 0 && high[k][b] < ROUNDS / 16;
        }
        /* those with few values, order 0 first of all, can't fill them */
        assert_true(values < BUCKETS / 2 ||
                    (filled_high > BUCKETS / 2 && filled_low > BUCKETS / 2));
    }
}

/* ---- text and other data ---- */

static bool is_in_use(const ock_contexts *c, const ock_context_list *list)
{
    for (size_t i = 0; i < ock_contexts_used(c); i++) {
        const size_t row = list->of[i];
        if (c->hash[i] != ock_hash_spread(ock_context_rows[row].value(&c->past), (unsigned)row)) {
            return false;
        }
    }
    return true;
}

static void lists_name_rows_once(void **state)
{
    const ock_context_list *lists = ock_context_lists;
    (void)state;
    for (size_t l = 0; l < OCK_DATA_KINDS; l++) {
        bool named[OCK_CONTEXT_COUNT] = {false};
        assert_in_range(lists[l].count, 1, OCK_MAX_CONTEXTS);
        for (size_t i = 0; i < lists[l].count; i++) {
            assert_in_range(lists[l].of[i], 0, OCK_CONTEXT_COUNT - 1);
            assert_false(named[lists[l].of[i]]);
            named[lists[l].of[i]] = true;
        }
    }
}

/* With the past the list changes, and back. */
static void the_list_is_that_of_the_data(void **state)
{
    static ock_contexts c;
    static uint8_t noise[40 * PIECE], text[8 * PIECE];
    size_t changes = 0, seen[OCK_DATA_KINDS] = {0};
    (void)state;
    random_bytes(noise, sizeof noise / 4, 256);
    samples(noise + sizeof noise / 4, sizeof noise - sizeof noise / 4);
    repeat_text(english, text, sizeof text);
    ock_contexts_start(&c, ock_context_lists, most(), 0);
    assert_true(is_in_use(&c, &ock_context_lists[OCK_DATA_TEXT]));
    for (size_t i = 0; i < PIECE + sizeof noise + sizeof text; i++) {
        const unsigned before = ock_past_kind(&c.past);
        ock_contexts_update(&c, i < PIECE                  ? text[i]
                                : i < PIECE + sizeof noise ? noise[i - PIECE]
                                                           : text[i - PIECE - sizeof noise]);
        const unsigned kind = ock_past_kind(&c.past);
        assert_true(is_in_use(&c, &ock_context_lists[kind]));
        changes += before != kind;
        seen[kind]++;
        assert_true(i >= PIECE || kind == OCK_DATA_TEXT);
        assert_true(i != PIECE + sizeof noise / 4 - 1 || kind == OCK_DATA_OTHER);
        assert_true(i != PIECE + sizeof noise - 1 || kind == OCK_DATA_NUMBERS);
    }
    assert_int_equal(ock_past_kind(&c.past), OCK_DATA_TEXT);
    assert_true(changes >= 3 && changes < 8);
    assert_true(seen[OCK_DATA_NUMBERS] > sizeof noise / 4);
}

/* A list of fewer contexts than are asked for is in use as it is. */
static void bases_have_a_list_of_their_own(void **state)
{
    const ock_context_list *list = &ock_context_lists[OCK_DATA_BASES];
    static const size_t counts[] = {1, 5, OCK_MAX_CONTEXTS};
    static ock_contexts c;
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        ock_contexts_start(&c, ock_context_lists, counts[k], 0);
        for (size_t i = 0; i < PIECE; i++) {
            assert_int_equal(ock_past_kind(&c.past), i < 256 ? OCK_DATA_TEXT : OCK_DATA_BASES);
            ock_contexts_update(&c, (uint8_t) "ACGT"[fixture_bits(11, i) & 3]);
        }
        const size_t used = ock_contexts_used(&c);
        assert_int_equal(used, counts[k] < list->count ? counts[k] : list->count);
        assert_true(is_in_use(&c, list));
        for (size_t i = used; i < counts[k]; i++) {
            assert_int_equal(c.hash[i], 0);
        }
    }
    ock_contexts_update(&c, 'N');
    assert_true(is_in_use(&c, list));
    ock_contexts_advance(&c, (const uint8_t *)english, 100);
    assert_true(is_in_use(&c, &ock_context_lists[OCK_DATA_TEXT]));
}

/* Of a row "bases7", 7; of others 0. */
static size_t order_of_bases(size_t row)
{
    static const char begin[] = "bases";
    const char *name = ock_context_rows[row].name;
    const bool is = strncmp(name, begin, sizeof begin - 1) == 0;
    return is ? (size_t)strtoul(name + sizeof begin - 1, NULL, 10) : 0;
}

/* What is counted for the other strand is what would be counted if it were read: the same hash, the same symbol. */
static void turned_contexts_are_those_of_the_other_strand(void **state)
{
    enum { BASES = 400, LAST = 32 };
    static ock_contexts c, other;
    uint64_t hash[OCK_MAX_TURNED];
    uint8_t next[OCK_MAX_TURNED], strand[LAST];
    const ock_context_list *list = &ock_context_lists[OCK_DATA_BASES];
    (void)state;
    ock_contexts_start(&c, ock_context_lists, most(), 0);
    ock_contexts_advance(&c, varied, PIECE);
    assert_int_equal(ock_contexts_turned(&c, hash, next), 0); /* of text nothing */
    for (size_t i = 0; i < BASES; i++) {
        ock_contexts_update(&c, (uint8_t) "ACGTacgt"[fixture_bits(12, i) & 7]);
    }
    for (size_t i = 0; i < LAST; i++) {
        const uint64_t from = fixture_bits(12, BASES - 1 - i) & 7;
        strand[i] = (uint8_t) "TGCAtgca"[from];
    }
    const size_t count = ock_contexts_turned(&c, hash, next);
    assert_in_range(count, 10, list->count);
    size_t found = 0;
    ock_contexts_start(&other, ock_context_lists, most(), 0);
    for (size_t i = 0; i < BASES; i++) {
        ock_contexts_update(&other, (uint8_t) "ACGT"[fixture_bits(13, i) & 3]);
    }
    for (size_t read = 0; read < LAST - 1; read++) {
        ock_contexts_update(&other, strand[read]);
        for (size_t k = 0; k < count; k++) {
            for (size_t i = 0; i < list->count; i++) {
                if (order_of_bases(list->of[i]) == read + 1 && other.hash[i] == hash[k]) {
                    assert_int_equal(next[k], strand[read + 1]);
                    found++;
                }
            }
        }
    }
    assert_int_equal(found, count);
}

/* A layout that is known beforehand applies from its first symbol to its last; a lane that is loaded in the middle of it,
 * or where it begins, goes on alike. */
static void known_layouts_apply(void **state)
{
    static const ock_laid laid[] = {
        {.begin = 1500,
         .end = 6000,
         .layout = {.width = 2, .big = 1, .record = 4, .offset = 1, .row = 400}}};
    static ock_contexts whole, resumed;
    static const size_t starts[] = {1500, 3000};
    static uint8_t data[8 * PIECE];
    (void)state;
    random_bytes(data, sizeof data, 60);
    for (size_t k = 0; k < 2; k++) {
        ock_contexts_start(&whole, ock_context_lists, most(), 0);
        ock_contexts_lay(&whole, laid, 1, 0);
        for (size_t i = 0; i < sizeof data; i++) {
            if (i == starts[k]) {
                resumed = whole;
                resumed.laid = NULL;
                resumed.laid_count = resumed.next = 0;
                ock_contexts_lay(&resumed, laid, 1, i);
            }
            const bool known = i >= laid[0].begin && i < laid[0].end;
            assert_int_equal(ock_numbers_are_laid(&whole.past.numbers), known);
            assert_true(!known || (whole.past.numbers.layout.width == 2 &&
                                   whole.past.numbers.place == (i - laid[0].begin + 3) % 4));
            assert_true(i != laid[0].begin || ock_past_kind(&whole.past) == OCK_DATA_NUMBERS);
            ock_contexts_update(&whole, data[i]);
            if (i >= starts[k]) {
                ock_contexts_update(&resumed, data[i]);
            }
        }
        assert_memory_equal(&whole.past, &resumed.past, sizeof whole.past);
        assert_memory_equal(whole.hash, resumed.hash, sizeof whole.hash);
    }
}

/* How many of the last half's pasts are binary. */
static size_t binary_pasts(const uint8_t *data, size_t bytes)
{
    static ock_past past;
    size_t binary = 0;
    ock_past_start(&past);
    for (size_t i = 0; i < bytes; i++) {
        ock_past_follow(&past, 0, data[i]);
        binary += i >= bytes / 2 && past.symbols.binary != 0;
    }
    return binary;
}

static void which_data_are_binary(void **state)
{
    enum { BYTES = 8 * PIECE };
    static const char *const texts[] = {english, markup, table, cyrillic, latin1};
    static uint8_t data[BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        repeat_text(texts[i], data, BYTES);
        assert_int_equal(binary_pasts(data, BYTES), 0);
    }
    random_bytes(data, BYTES, 256);
    assert_int_equal(binary_pasts(data, BYTES), BYTES / 2);
    random_bytes(data, BYTES, 3);
    assert_int_equal(binary_pasts(data, BYTES), BYTES / 2);
    samples(data, BYTES);
    assert_int_equal(binary_pasts(data, BYTES), BYTES / 2);
    memset(data, 0, BYTES);
    assert_int_equal(binary_pasts(data, BYTES), BYTES / 2);
}

/* ---- rows ---- */

static void names_are_distinct(void **state)
{
    (void)state;
    for (size_t i = 0; i < OCK_CONTEXT_COUNT; i++) {
        assert_true(strlen(ock_context_rows[i].name) > 0 && strlen(ock_context_rows[i].text) > 0);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(ock_context_rows[i].name, ock_context_rows[k].name);
        }
    }
}

enum { NEEDS = OCK_NEED_ALL + 1 };

/* Pages whose cells are small numbers, in another order than their keys. */
static void make_pages(uint8_t *to, size_t bytes)
{
    enum { PAGE = OCK_PAGE_LEAST, CELLS = 16, CELL = 24, AT = 100, HEAD = 8 };
    static const uint8_t types[2] = {13, 10};
    random_bytes(to, bytes, 20);
    for (size_t i = 0; i < bytes; i += PAGE) {
        const uint8_t head[HEAD] = {types[i / PAGE % 2], 0, 0, 0, CELLS, 0, AT, 0};
        memcpy(to + i, head, HEAD);
        for (size_t k = 0; k < CELLS; k++) {
            const size_t at = AT + CELL * (k * 5 % CELLS);
            to[i + HEAD + 2 * k] = (uint8_t)(at >> 8);
            to[i + HEAD + 2 * k + 1] = (uint8_t)at;
        }
    }
}

/* Every value of every row, with each of the 16 choices of what is followed, as a hash over all symbols. */
static uint64_t hashes[NEEDS][OCK_CONTEXT_COUNT];

static void hash_all_values(void)
{
    static ock_past past;
    static uint8_t bytes[LENGTH + 4 * PIECE];
    memcpy(bytes, varied, LENGTH);
    make_pages(bytes + LENGTH, sizeof bytes - LENGTH);
    for (unsigned needs = 0; needs < NEEDS; needs++) {
        ock_past_start(&past);
        for (size_t row = 0; row < OCK_CONTEXT_COUNT; row++) {
            hashes[needs][row] = FIXTURE_HASH_START;
        }
        for (size_t i = 0; i < sizeof bytes; i++) {
            if (i == LENGTH) {
                ock_past_lay_pages(&past, OCK_PAGE_LEAST, OCK_PAGE_LEAST, sizeof bytes);
            }
            ock_past_follow(&past, needs, bytes[i]);
            for (size_t row = 0; row < OCK_CONTEXT_COUNT; row++) {
                const uint64_t value = ock_context_rows[row].value(&past);
                hashes[needs][row] = ock_hash_next(hashes[needs][row], value);
            }
        }
    }
}

/* With what it needs followed, and nothing else, a row has the value that it has with all followed; with less
 * it has another one. */
static void rows_say_what_they_need(void **state)
{
    (void)state;
    hash_all_values();
    for (size_t row = 0; row < OCK_CONTEXT_COUNT; row++) {
        const unsigned own = ock_context_rows[row].needs & ~(unsigned)OCK_ROW_OWN;
        assert_in_range(own, 0, OCK_NEED_ALL);
        for (unsigned needs = 0; needs < NEEDS; needs++) {
            const bool same = hashes[needs][row] == hashes[OCK_NEED_ALL][row];
            if (same != ((needs & own) == own)) {
                fail_msg("row %s, needs %u: with %u followed it is %s", ock_context_rows[row].name,
                         own, needs, same ? "the same" : "another");
            }
        }
    }
    assert_int_equal(ock_context_rows[OCK_CONTEXT_column_kinds].needs, OCK_NEED_LINES);
    assert_true(hashes[0][OCK_CONTEXT_column_kinds] !=
                hashes[OCK_NEED_LINES][OCK_CONTEXT_column_kinds]);
}

static void no_two_rows_are_the_same(void **state)
{
    (void)state;
    hash_all_values();
    for (size_t i = 0; i < OCK_CONTEXT_COUNT; i++) {
        for (size_t k = 0; k < i; k++) {
            if (hashes[OCK_NEED_ALL][i] == hashes[OCK_NEED_ALL][k]) {
                fail_msg("rows %s and %s are the same", ock_context_rows[i].name,
                         ock_context_rows[k].name);
            }
        }
    }
}

/* ---- what some rows see ---- */

static uint64_t value_after(size_t row, const char *text)
{
    static ock_past past;
    ock_past_start(&past);
    for (; *text != '\0'; text++) {
        ock_past_follow(&past, OCK_NEED_ALL, (uint8_t)*text);
    }
    return ock_context_rows[row].value(&past);
}

/* Contexts of the newest symbols see those, and none before. */
static void orders(void **state)
{
    static const size_t rows[] = {OCK_CONTEXT_order0, OCK_CONTEXT_order1, OCK_CONTEXT_order2,
                                  OCK_CONTEXT_order3, OCK_CONTEXT_order4, OCK_CONTEXT_order5,
                                  OCK_CONTEXT_order6};
    static const char *const texts[] = {"qwertyuiopasdfghjklzx", "AB cd, EF gh. IJ kl\n",
                                        "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\xF0\xF1\xF2"};
    (void)state;
    for (size_t order = 0; order < sizeof rows / sizeof rows[0]; order++) {
        for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
            for (size_t distance = 1; distance <= 12; distance++) {
                char other[32];
                const size_t length = strlen(texts[t]);
                memcpy(other, texts[t], length + 1);
                other[length - distance] ^= 1;
                assert_int_equal(value_after(rows[order], texts[t]) !=
                                     value_after(rows[order], other),
                                 distance <= order);
            }
        }
    }
}

enum { MOST_NAMED = 5 };

/* Two pasts, and rows whose values they share, and do not; order 0 ends a list. */
typedef struct comparison {
    const char *one, *other;
    uint8_t shared[MOST_NAMED], told[MOST_NAMED];
} comparison;

#define ROW(name) OCK_CONTEXT_##name

/* clang-format off */
static const comparison comparisons[] = {
    /* words */
    {"the cat", "THE, (cat", {ROW(word), ROW(word_previous), ROW(letters8)}, {ROW(order4)}},
    {"the cat", "thy cat", {ROW(word)}, {ROW(word_previous), ROW(letters8)}},
    {"the cat", "the bat", {ROW(order2)}, {ROW(word), ROW(word_previous), ROW(letters8)}},
    {"the cat ", "the bat ", {ROW(word)}, {ROW(word_previous)}},
    {"the cat.", "the cat,", {ROW(word_previous)}, {ROW(word)}},
    /* tokens */
    {"a1 b2 a", "c1 b2 a", {ROW(token_second)}, {ROW(token_followers_groups)}},
    {"12 b2 a", "13 b2 a", {ROW(token_second), ROW(token_followers_groups)}, {0}},
    {"one, two", "one; two", {ROW(token_second)}, {ROW(order6)}},
    {"one, two", "six, two", {ROW(order4)}, {ROW(token_second)}},
    {"ab1 ab2 ab", "ab1 ab3 ab", {0}, {ROW(token_followers_groups)}},
    {"ab1 ab2 +ab", "ab1 ab2 -ab", {ROW(token_followers_groups)}, {ROW(order3)}},
    {"ab1 ab2 +ab", "ab1 ab2 xab", {0}, {ROW(token_followers_groups)}},
    /* followers */
    {"vwxy1 VWXY2 vwxy", "vwxy3 vwxy2 vwxy", {ROW(followers_folded4_order2)}, {0}},
    {"vwxy1 vwxy2 vwxy", "vwxy1 vwxy3 vwxy", {0}, {ROW(followers_folded4_order2)}},
    /* lines */
    {"abc\nxyz", "abc\n\nuvw", {ROW(column_kinds)}, {ROW(above_ahead)}},
    {"abc\nxyz", "abc\nwxyz", {0}, {ROW(column_kinds)}},
    {"abc\nxyz", "abc\nxyZ", {0}, {ROW(column_kinds)}},
    {"abcdef\nxy", "uvcdef\nzy", {ROW(above_ahead)}, {ROW(word)}},
    {"abcdef\nxy", "abcdeg\nxy", {ROW(above_ahead)}, {0}},
    {"abcdef\nxy", "abcdgf\nxy", {0}, {ROW(above_ahead)}},
    {"if (x", "if [x", {ROW(line_word), ROW(indent_word)}, {0}},
    {"if (x", "so (x", {ROW(indent_word)}, {ROW(line_word)}},
    {"  if (x", "    if (x", {ROW(line_word)}, {ROW(indent_word)}},
    /* brackets, quotes, tags */
    {"f(abc", "g[abc", {ROW(bracket_inner_since)}, {ROW(bracket_order2)}},
    {"f(abc", "f(xbc", {ROW(bracket_order2)}, {ROW(bracket_inner_since)}},
    {"f(abcdefgh", "f(abcdefghi", {0}, {ROW(bracket_inner_since)}},
    {"f{a b", "f(x d", {ROW(depth_quote)}, {ROW(bracket_order2)}},
    {"f(a b", "f(g(a b", {0}, {ROW(depth_quote)}},
    {"f(a b", "f(\"a b", {0}, {ROW(depth_quote)}},
    {"<ul><li>one", "<ul><li class=x>one", {ROW(tags_two)}, {0}},
    {"<ul><li>one", "<ol><li>one", {0}, {ROW(tags_two)}},
    {"<ul><li>one", "<ul><li><br/>one", {ROW(tags_two)}, {0}},
    /* kinds, groups, runs */
    {"Rome 12, was", "Bonn 34; fas", {ROW(kinds8_order2), ROW(groups6)}, {ROW(order3)}},
    {"Rome 12, was", "Bonn 34. fas", {ROW(kinds8_order2)}, {ROW(groups6)}},
    {"Rome 12, was", "Rome a2, was", {ROW(groups6)}, {ROW(kinds8_order2)}},
    {"word, and 12", "wor; the 12", {ROW(collapsed8)}, {ROW(word_previous)}},
    {"word, and 12", "word, and 112", {0}, {ROW(collapsed8)}},
    {"word, and 12", "word. and 12", {0}, {ROW(collapsed8)}},
};
/* clang-format on */

static void pasts_that_share_contexts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
        const comparison *c = &comparisons[i];
        for (size_t k = 0; k < MOST_NAMED && c->shared[k] != OCK_CONTEXT_order0; k++) {
            if (value_after(c->shared[k], c->one) != value_after(c->shared[k], c->other)) {
                fail_msg("\"%s\", \"%s\": %s is told", c->one, c->other,
                         ock_context_rows[c->shared[k]].name);
            }
        }
        for (size_t k = 0; k < MOST_NAMED && c->told[k] != OCK_CONTEXT_order0; k++) {
            if (value_after(c->told[k], c->one) == value_after(c->told[k], c->other)) {
                fail_msg("\"%s\", \"%s\": %s is shared", c->one, c->other,
                         ock_context_rows[c->told[k]].name);
            }
        }
    }
}

/* The same word in another kilobyte is another context. */
static void kilobytes(void **state)
{
    char text[1100];
    (void)state;
    memset(text, ' ', sizeof text);
    memcpy(text + 100, "cat", 4);
    const uint64_t early = value_after(OCK_CONTEXT_word_kilobyte, text);
    memset(text, ' ', sizeof text);
    memcpy(text + 800, "cat", 4);
    assert_true(value_after(OCK_CONTEXT_word_kilobyte, text) == early);
    memset(text, ' ', sizeof text);
    memcpy(text + 1090, "cat", 4);
    assert_true(value_after(OCK_CONTEXT_word_kilobyte, text) != early);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pure_function_of_the_past),
        cmocka_unit_test(lanes_count_for_themselves),
        cmocka_unit_test(advance_equals_updates),
        cmocka_unit_test(contexts_do_not_depend_on_their_number),
        cmocka_unit_test(orders_hear_of_their_symbols),
        cmocka_unit_test(contexts_are_distinct),
        cmocka_unit_test(hashes_spread),
        cmocka_unit_test(lists_name_rows_once),
        cmocka_unit_test(the_list_is_that_of_the_data),
        cmocka_unit_test(bases_have_a_list_of_their_own),
        cmocka_unit_test(turned_contexts_are_those_of_the_other_strand),
        cmocka_unit_test(known_layouts_apply),
        cmocka_unit_test(which_data_are_binary),
        cmocka_unit_test(names_are_distinct),
        cmocka_unit_test(rows_say_what_they_need),
        cmocka_unit_test(no_two_rows_are_the_same),
        cmocka_unit_test(orders),
        cmocka_unit_test(pasts_that_share_contexts),
        cmocka_unit_test(kilobytes),
    };
    return ock_run_cases(argc, argv, tests, set_up, NULL);
}
