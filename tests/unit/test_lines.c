/* SPDX-License-Identifier: MIT */
/* test_lines.c - lines, columns, fields, and what stands above. */
#include "model_fixture.h"

#include "contexts/lines.h"
#include "contexts/past.h"

/* A lane's lines; begins as a past does. */
typedef struct specimen {
    ock_lines lines;
    ock_line_texts texts;
} specimen;

static specimen after(const char *text)
{
    static ock_past past;
    ock_past_start(&past);
    specimen s = {past.lines, past.texts};
    for (; *text != '\0'; text++) {
        ock_lines_follow(&s.lines, &s.texts, (uint8_t)*text);
    }
    return s;
}

static unsigned above(const char *text, uint64_t ahead)
{
    specimen s = after(text);
    return ock_lines_above(&s.lines, &s.texts, ahead);
}

static void columns_and_starts(void **state)
{
    specimen s = after("first\nab\nlonger\nxy");
    (void)state;
    assert_int_equal(s.lines.column, 2);
    assert_int_equal(s.lines.length, 6);
    assert_int_equal(s.lines.start, 0x7879);
    assert_int_equal(s.lines.start_above, 0x6C6F6E67);
    assert_int_equal(s.lines.start_second, 0x6162);
    assert_int_equal(after("ab\n").lines.column, 0);
    assert_int_equal(after("ab\n").lines.start, 0);
    assert_int_equal(after("ab").lines.start_above, 0);
}

static void the_line_so_far(void **state)
{
    (void)state;
    assert_true(after("one\nab c").lines.line == after("two\n\nab c").lines.line);
    assert_true(after("one\nab c").lines.line != after("one\nab d").lines.line);
    assert_true(after("one\nab c").lines.line != after("one\nab").lines.line);
    assert_int_equal(after("one\n").lines.line, 0);
}

static void symbols_above(void **state)
{
    (void)state;
    assert_int_equal(above("abcd\nxy", 0), 'c');
    assert_int_equal(above("abcd\nxy", 1), 'd');
    assert_int_equal(above("abcd\nxy", 2), 0); /* behind the line's end */
    assert_int_equal(above("abcd\n", 0), 'a');
    assert_int_equal(above("abcd\n\n", 0), 0);
    assert_int_equal(above("abcd\nef\n", 2), 0);
    assert_int_equal(above("abcd", 0), 0);
    assert_int_equal(after("abcd\nef\ng").texts.second[1], 'b');
    assert_int_equal(after("abcd\nef\ng").texts.line[0], 'g');
}

static void agreement_with_the_line_above(void **state)
{
    (void)state;
    assert_int_equal(after("abcd\nab").lines.agreed, 2);
    assert_int_equal(after("abcd\nxbc").lines.agreed, 2);
    assert_int_equal(after("abcd\nabx").lines.agreed, 0);
    assert_int_equal(after("abcd\nabcde").lines.agreed, 0);
    assert_int_equal(after("abcd\nabcd\n").lines.agreed, 0);
    assert_int_equal(after("abcd").lines.agreed, 0);
}

/* Of a line longer than what is kept, the newest symbols are. */
static void long_lines_wrap(void **state)
{
    enum { LENGTH = OCK_LINE_COLUMNS + 44 };
    char text[LENGTH + 3];
    (void)state;
    for (size_t i = 0; i < LENGTH; i++) {
        text[i] = (char)('a' + i % 23);
    }
    memcpy(text + LENGTH, "\nx", 3);
    assert_int_equal(above(text, 0), 'a' + (OCK_LINE_COLUMNS + 1) % 23);
    assert_int_equal(above(text, 44), 'a' + 45 % 23);
    assert_int_equal(after(text).lines.length, LENGTH);
    text[LENGTH] = '\0';
    assert_int_equal(after(text).lines.column, LENGTH);
}

/* What the line begins with: a symbol of any kind, and the letters behind it. */
static void first_words(void **state)
{
    (void)state;
    const uint64_t word = after("if").lines.word;
    assert_true(word != 0);
    assert_true(word == after("x\nif (y").lines.word);
    assert_true(word == after(" \t if [z else").lines.word);
    assert_true(word == after("if1f").lines.word);
    assert_true(word != after("i").lines.word);
    assert_true(word != after("else").lines.word);
    assert_true(after("#if a").lines.word == after("#if b").lines.word);
    assert_true(after("#if a").lines.word != after("if a").lines.word);
    assert_true(after("12 a").lines.word == after("1").lines.word);
    assert_int_equal(after("if").lines.in_word, 1);
    assert_int_equal(after("if x").lines.in_word, 0);
    assert_int_equal(after("if\n").lines.word, 0);
    assert_int_equal(after("if\n").lines.in_word, 1);
    assert_int_equal(after("").lines.in_word, 1);
}

static void indentation(void **state)
{
    (void)state;
    assert_int_equal(after("  \tx").lines.indent, 3);
    assert_int_equal(after("  \tx  y").lines.indent, 3);
    assert_int_equal(after("    x\n  ").lines.indent, 2);
    assert_int_equal(after("    x\n").lines.indent, 0);
    assert_int_equal(after("").lines.blank, 1);
    assert_int_equal(after("  ").lines.blank, 1);
    assert_int_equal(after("  x ").lines.blank, 0);
    assert_int_equal(after("  x\n").lines.blank, 1);
}

static void fields(void **state)
{
    (void)state;
    assert_int_equal(after("a,b;c|d\te").lines.field, 4);
    assert_int_equal(after("a,b\nc").lines.field, 0);
    assert_int_equal(after("a, bcd").lines.field_length, 4);
    assert_int_equal(after("a,").lines.field_length, 0);
    assert_true(after("x,abc").lines.in_field == after("long;abc").lines.in_field);
    assert_true(after("x,abc").lines.in_field != after("x,abd").lines.in_field);
    assert_true(after("x,abcdef").lines.in_field == after("x,abcdefg").lines.in_field);
    assert_true(after("x,abcde").lines.in_field != after("x,abcdef").lines.in_field);
    assert_int_equal(after("x,").lines.in_field, 0);
    const uint64_t ab = after("ab").lines.in_field, cd = after("cd").lines.in_field;
    specimen s = after("ab,cd");
    assert_true(s.lines.fields[0] == ab);
    assert_int_equal(s.lines.fields[1], 0); /* it goes on */
    assert_int_equal(s.lines.fields_above[0], 0);
    s = after("ab,cd\nx,");
    assert_true(s.lines.fields_above[0] == ab && s.lines.fields_above[1] == cd);
    assert_int_equal(s.lines.fields_above[2], 0);
    assert_true(s.lines.fields[0] != 0 && s.lines.fields[0] != ab);
    assert_int_equal(after("ab,cd\n\n").lines.fields_above[1], 0);
}

/* More fields than are kept: the last ones are. */
static void many_fields_wrap(void **state)
{
    enum { FIELDS = OCK_LINE_FIELDS + 3 };
    char text[2 * FIELDS + 1];
    (void)state;
    for (size_t i = 0; i < FIELDS; i++) {
        text[2 * i] = i == OCK_LINE_FIELDS + 1 ? 'x' : 'y';
        text[2 * i + 1] = ',';
    }
    text[sizeof text - 1] = '\0';
    const uint64_t x = after("x").lines.in_field, y = after("y").lines.in_field;
    const ock_lines l = after(text).lines;
    assert_int_equal(l.field, FIELDS);
    assert_true(l.fields[1] == x && l.fields[0] == y && l.fields[2] == y);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_and_starts), cmocka_unit_test(the_line_so_far),
        cmocka_unit_test(symbols_above),      cmocka_unit_test(agreement_with_the_line_above),
        cmocka_unit_test(long_lines_wrap),    cmocka_unit_test(first_words),
        cmocka_unit_test(indentation),        cmocka_unit_test(fields),
        cmocka_unit_test(many_fields_wrap),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
