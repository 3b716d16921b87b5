/* SPDX-License-Identifier: MIT */
/* test_pages.c - fields of records in pages are told apart and expected from the cells beside them; whatever the bytes,
 * the state is possible. */
#include "model_fixture.h"

#include "contexts/past.h"

enum { PAGE = 1024, PAGES = 12, LENGTH = PAGE * PAGES, LEAF = 8, TABLE_LEAF = 13, INDEX_LEAF = 10 };

static uint8_t data[LENGTH];

/* ---- pages ---- */

static void put(uint8_t *to, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++) {
        to[i] = (uint8_t)(value >> 8 * (width - 1 - i));
    }
}

/* A row of a table: its number, of two bytes; a price; a text of 4 to 7 letters. -> bytes. */
static unsigned put_row(uint8_t *to, uint64_t rowid, uint64_t number)
{
    static const char *const names[4] = {"anna", "bertha", "celia", "dorothy"};
    const char *const name = names[fixture_bits(1, number) % 4];
    const unsigned length = (unsigned)strlen(name);
    const uint8_t head[] = {
        (uint8_t)(8 + length),     (uint8_t)(128 | rowid >> 7), (uint8_t)(rowid & 127), 4, 2, 2,
        (uint8_t)(13 + 2 * length)};
    memcpy(to, head, sizeof head);
    put(to + 7, 1000 + 3 * number, 2);
    put(to + 9, number / 20, 2);
    for (size_t i = 0; i < length; i++) {
        to[11 + i] = (uint8_t)name[i];
    }
    return 11 + length;
}

/* Rows, each one lower than the one before it. */
static void fill_page(uint8_t *page, uint64_t *rows)
{
    enum { ROWS = 40 };
    unsigned end = PAGE;
    memset(page, 0, PAGE);
    page[0] = TABLE_LEAF;
    put(page + 3, ROWS, 2);
    for (unsigned i = 0; i < ROWS; i++, ++*rows) {
        uint8_t row[32];
        const unsigned length = put_row(row, 300 + *rows, *rows);
        end -= length;
        memcpy(page + end, row, length);
        put(page + LEAF + 2 * i, end, 2);
    }
    put(page + 5, end, 2);
}

static void fill_pages(void)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < PAGES; i++) {
        fill_page(data + i * PAGE, &rows);
    }
}

/* ---- what is expected ---- */

typedef struct tally {
    size_t bytes, right;
} tally;

/* Of the bytes of a field, in all pages but the first: what a guess expects. */
static tally count_right(uint64_t field, unsigned by)
{
    static ock_past past;
    tally t = {0, 0};
    ock_past_start(&past);
    ock_past_lay_pages(&past, PAGE, PAGE, LENGTH); /* no file's header */
    for (size_t i = 0; i < LENGTH; i++) {
        const ock_pages *p = &past.pages;
        assert_int_equal(ock_past_kind(&past), OCK_DATA_PAGES);
        assert_int_equal(p->place, i % PAGE);
        const uint64_t at = p->stage == OCK_PAGE_CHILD ? p->cell.field : p->stage;
        if (i >= PAGE && at == field) {
            t.bytes++;
            t.right += p->guess[by].expected == data[i];
        }
        ock_past_follow(&past, OCK_NEED_ALL, data[i]);
    }
    assert_true(ock_pages_is_sound(&past.pages, &past.page_past));
    assert_int_not_equal(ock_past_kind(&past), OCK_DATA_PAGES);
    return t;
}

static void fields_are_expected(void **state)
{
    static const struct {
        uint64_t field;
        unsigned by;
        size_t bytes; /* of a page */
        double least;
    } fields[] = {{OCK_PAGE_PAYLOAD, OCK_PAGE_BY_STEP, 40, 1},
                  {OCK_PAGE_ROWID, OCK_PAGE_BY_UPPER, 80, 0.97},
                  {OCK_PAGE_ROWID, OCK_PAGE_BY_STEP, 80, 0.94},
                  {OCK_PAGE_SIZE, OCK_PAGE_BY_LAST, 40, 1},
                  {OCK_PAGE_TYPE, OCK_PAGE_BY_LAST, 40, 1},
                  {OCK_PAGE_COLUMN, OCK_PAGE_BY_STEP, 80, 0.94},
                  {OCK_PAGE_COLUMN + 1, OCK_PAGE_BY_LAST, 80, 0.94}};
    (void)state;
    fill_pages();
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const tally t = count_right(fields[i].field, fields[i].by);
        assert_int_equal(t.bytes, fields[i].bytes * (PAGES - 1));
        if ((double)t.right < fields[i].least * (double)t.bytes) {
            fail_msg("field %zu: %zu of %zu bytes expected", i, t.right, t.bytes);
        }
    }
}

/* ---- anything ---- */

static void check(const uint8_t *bytes, size_t count, uint64_t page, uint64_t at)
{
    static ock_past past;
    ock_past_start(&past);
    ock_past_lay_pages(&past, page, at, count / 2);
    for (size_t i = 0; i < count; i++) {
        if (i == count / 2) { /* and others at once */
            ock_past_lay_pages(&past, page, at + 17, count);
        }
        assert_true(past.pages.slot < 256 && past.pages.left < 128);
        ock_past_follow(&past, OCK_NEED_ALL, bytes[i]);
        assert_true(i % 64 != 0 || ock_pages_is_sound(&past.pages, &past.page_past));
    }
}

static void anything_is_followed(void **state)
{
    static uint8_t noise[LENGTH];
    static const uint8_t types[4] = {2, 5, INDEX_LEAF, TABLE_LEAF};
    (void)state;
    fill_pages();
    for (unsigned k = 0; k < 24; k++) {
        for (size_t i = 0; i < LENGTH; i++) {
            const uint64_t bits = fixture_bits(7 + k, i);
            const bool kept = k % 2 == 0 && bits >> 8 % 16 != 0;
            noise[i] = kept ? data[i] : (uint8_t)(bits >> k % 5);
        }
        for (size_t i = 0; i < LENGTH; i += OCK_PAGE_LEAST) {
            noise[i] = types[fixture_bits(100 + k, i) % 4];
        }
        check(noise, LENGTH, k % 3 == 0 ? OCK_PAGE_LEAST : PAGE, k % 4 == 3 ? 100 * k : 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_expected),
        cmocka_unit_test(anything_is_followed),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
