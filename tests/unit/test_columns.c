/* SPDX-License-Identifier: MIT */
/* test_columns.c - numbers of tables, logs and markup are expected digit by digit where they can be known; prose is
 * left alone; whatever the text, the state is possible. */
#include "model_fixture.h"

#include <inttypes.h>

#include "contexts/columns.h"

enum { LINES = 600, BYTES = 64 * LINES };

typedef struct follower {
    ock_columns columns;
    ock_column_past past;
    ock_column_filters filters;
} follower;

static follower *start(void)
{
    static follower f;
    memset(&f, 0, sizeof f);
    return &f;
}

static void follow(follower *f, uint8_t symbol)
{
    ock_columns_follow(&f->columns, &f->past, &f->filters, symbol);
}

/* ---- texts ---- */

static char text[BYTES];

static void add(size_t *length, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    *length += (size_t)vsnprintf(text + *length, BYTES - *length, format, values);
    va_end(values);
}

/* Line `i` of a kind of text. Its last number, before the line feed or '<', is the one in question. */
typedef void add_line(size_t *length, uint64_t i);

static void counter(size_t *length, uint64_t i)
{
    add(length, "%" PRIu64 ",x,%" PRIu64 "\n", fixture_bits(1, i) % 1000, 98765 + 7 * i);
}

static void weekdays(size_t *length, uint64_t i)
{
    add(length, "2024 %" PRIu64 "\n", 1000 + i / 5 * 7 + i % 5);
}

static void copied(size_t *length, uint64_t i)
{
    add(length, "%" PRIu64 "\t0\t%" PRIu64 "\n", fixture_bits(2, i) % 100000,
        i > 0 ? fixture_bits(2, i - 1) % 100000 : 0);
}

static void sum(size_t *length, uint64_t i)
{
    const uint64_t a = fixture_bits(3, i) % 5000, b = fixture_bits(4, i) % 5000;
    add(length, "a=%" PRIu64 " b=%" PRIu64 " total=%" PRIu64 "\n", a, b, a + b);
}

/* In binary steps, so that the lines before lie close. */
static void known_by_the_first(size_t *length, uint64_t i)
{
    const uint64_t id = 100000 + i * 377 % 1000 * 800;
    add(length, "%" PRIu64 " node %" PRIu64 "\n", id, 3 * id + 1000000);
}

static void tag(size_t *length, uint64_t i)
{
    add(length, "<p lat=\"-%" PRIu64 ".%03" PRIu64 "\"><t>%02" PRIu64 "</t></p>\n",
        fixture_bits(5, i) % 90, fixture_bits(6, i) % 1000, i % 40);
}

static size_t make_text(add_line *line)
{
    size_t length = 0;
    for (uint64_t i = 0; i < LINES; i++) {
        line(&length, i);
    }
    assert_true(length < BYTES);
    return length;
}

/* ---- expectations ---- */

/* Of the digits of lines' last numbers, in the second half: the share that a prediction expects. */
static double share_expected(follower *f, size_t length, unsigned view, unsigned as)
{
    size_t digits = 0, right = 0, begin = 0;
    for (size_t i = 0; i < length; i++) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        begin = i > 0 && digit && text[i - 1] >= '0' && text[i - 1] <= '9' ? begin : i;
        const size_t rest = strspn(text + begin, "0123456789"), end = begin + rest;
        if (digit && i > length / 2 && (text[end] == '\n' || text[end] == '<')) {
            const uint64_t place = ock_columns_brief(&f->columns, view, as) & 31;
            digits++;
            right += place >= 3 && place < 23 && (place - 3) / 2 == (uint64_t)(text[i] - '0');
        }
        follow(f, (uint8_t)text[i]);
    }
    return (double)right / (double)digits;
}

static void what_can_be_known_is_expected(void **state)
{
    static const struct {
        const char *name;
        add_line *line;
        unsigned view, as;
        double least;
    } kinds[] = {{"counter", counter, OCK_AT_FIELD, OCK_AS_STEP, 1},
                 {"counter, by least squares", counter, OCK_AT_FIELD, OCK_AS_FILTER, 0.99},
                 {"weekdays", weekdays, OCK_AT_FIELD, OCK_AS_PATTERN, 1},
                 {"weekdays, by the word", weekdays, OCK_AT_WORD, OCK_AS_PATTERN, 1},
                 {"copy", copied, OCK_AT_FIELD, OCK_AS_COPY, 1},
                 {"copy, by least squares", copied, OCK_AT_FIELD, OCK_AS_FILTER, 0.95},
                 {"sum", sum, OCK_AT_WORD, OCK_AS_FILTER, 0.95},
                 {"by the line's first", known_by_the_first, OCK_AT_FIELD, OCK_AS_OTHER, 0.8},
                 {"tag", tag, OCK_AT_WORD, OCK_AS_STEP, 0.9}};
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const size_t length = make_text(kinds[k].line);
        const double share = share_expected(start(), length, kinds[k].view, kinds[k].as);
        if (share < kinds[k].least) {
            fail_msg("%s: %.3f", kinds[k].name, share);
        }
    }
}

/* A number of fewer decimals is the same number. */
static void decimals_may_be_missing(void **state)
{
    follower *f = start();
    size_t length = 0;
    (void)state;
    for (uint64_t i = 0; i < LINES; i++) {
        add(&length, i % 5 == 4 ? "12,%" PRIu64 ".5\n" : "12,%" PRIu64 ".75\n", i);
    }
    for (size_t i = 0; i < length; i++) {
        follow(f, (uint8_t)text[i]);
    }
    follow(f, '1'), follow(f, '2'), follow(f, ',');
    const uint64_t value = f->columns.guess[OCK_AT_FIELD][OCK_AS_LAST];
    assert_int_equal(value, (LINES - 1) * 100 + 50);
}

/* ---- prose ---- */

static void prose_is_left_alone(void **state)
{
    static const char *const prose = "In 1789, and again in 1793, some 40,000 people (1.5 in 100) "
                                     "left the city; the others stayed, whatever came, and waited "
                                     "for better days, which came in time.\n";
    follower *f = start();
    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        follow(f, (uint8_t)prose[i % strlen(prose)]);
        assert_int_equal(f->columns.active, 0);
    }
    const size_t length = make_text(counter);
    for (size_t i = 0; i < length; i++) {
        follow(f, (uint8_t)text[i]);
    }
    assert_int_equal(f->columns.active, 1);
}

/* ---- states ---- */

/* Digits, marks, letters, in runs of any length. */
static void states_are_sound(void **state)
{
    static const char symbols[] = "0123456789999.-,;:\t \nab\"=<\xC3\xFF";
    follower *f = start();
    (void)state;
    for (size_t i = 0; i < 60000; i++) {
        const uint64_t kind = i / 5000 % 4, bits = fixture_bits(7, i);
        const size_t among = kind == 0 ? 12 : kind == 1 ? 16 : sizeof symbols - 1;
        follow(f, (uint8_t)symbols[kind == 3 ? bits % 10 * (bits >> 20 & 1) + 5 : bits % among]);
        if (i % 64 == 0) {
            assert_true(ock_columns_is_sound(&f->columns, &f->past));
        }
    }
}

static void impossible_states_are_seen(void **state)
{
    follower *f = start();
    const size_t length = make_text(sum);
    (void)state;
    for (size_t i = 0; i < length; i++) {
        follow(f, (uint8_t)text[i]);
    }
    uint64_t *const fields[] = {&f->columns.active,
                                &f->columns.slot[0],
                                &f->columns.slot[1],
                                &f->columns.whole,
                                &f->columns.decimals,
                                &f->columns.value,
                                &f->columns.negative,
                                &f->columns.in_number,
                                &f->columns.guess[1][2],
                                &f->past.value[7],
                                &f->past.decimals[8],
                                &f->past.went[9],
                                &f->past.slots[1][10].filter,
                                &f->past.slots[0][11].value[2],
                                &f->past.slots[0][12].decimals,
                                &f->past.slots[1][13].width};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const uint64_t kept = *fields[i];
        *fields[i] = UINT64_MAX / 2;
        if (ock_columns_is_sound(&f->columns, &f->past)) {
            fail_msg("field %zu", i);
        }
        *fields[i] = kept;
        assert_true(ock_columns_is_sound(&f->columns, &f->past));
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_known_is_expected), cmocka_unit_test(decimals_may_be_missing),
        cmocka_unit_test(prose_is_left_alone),           cmocka_unit_test(states_are_sound),
        cmocka_unit_test(impossible_states_are_seen),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
