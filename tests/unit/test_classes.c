/* SPDX-License-Identifier: MIT */
/* test_classes.c - kinds, groups and classes of symbols, and a lane's past in them. */
#include "model_fixture.h"

#include "contexts/classes.h"
#include "contexts/symbol_kind.h"

static ock_classes after(const char *text)
{
    ock_classes classes = {0};
    for (; *text != '\0'; text++) {
        ock_classes_follow(&classes, (uint8_t)*text);
    }
    return classes;
}

/* ---- one symbol ---- */

static void kinds(void **state)
{
    (void)state;
    for (unsigned s = 0; s < 256; s++) {
        const unsigned kind = ock_symbol_kind((uint8_t)s);
        const bool small = s >= 'a' && s <= 'z', capital = (s >= 'A' && s <= 'Z') || s >= 128;
        assert_int_equal(kind, small                   ? OCK_KIND_SMALL
                               : capital               ? OCK_KIND_CAPITAL
                               : s == ' ' || s == '\n' ? OCK_KIND_SPACE
                                                       : OCK_KIND_OTHER);
    }
}

static void groups(void **state)
{
    static const struct {
        const char *symbols;
        unsigned group;
    } cases[] = {{"\x01\x1F\x7F\x0B", OCK_GROUP_CONTROL},
                 {"amz", OCK_GROUP_SMALL},
                 {"AMZ", OCK_GROUP_CAPITAL},
                 {"059", OCK_GROUP_DIGIT},
                 {" \t", OCK_GROUP_SPACE},
                 {"\n\r", OCK_GROUP_LINE},
                 {"([{<", OCK_GROUP_OPEN},
                 {")]}>", OCK_GROUP_CLOSE},
                 {"\"'`", OCK_GROUP_QUOTE},
                 {".!?", OCK_GROUP_STOP},
                 {",;:", OCK_GROUP_COMMA},
                 {"+-*/=_|", OCK_GROUP_SIGN},
                 {"#$%&@\\^~", OCK_GROUP_MARK},
                 {"\x80\xBF", OCK_GROUP_CONTINUED},
                 {"\xC0\xDF", OCK_GROUP_LEAD2},
                 {"\xE0\xF4\xFF", OCK_GROUP_LEAD3}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (const char *s = cases[i].symbols; *s != '\0'; s++) {
            assert_int_equal(ock_symbol_group((uint8_t)*s), cases[i].group);
        }
    }
    assert_int_equal(ock_symbol_group(0), OCK_GROUP_CONTROL);
    for (unsigned s = 0; s < 256; s++) {
        assert_in_range(ock_symbol_group((uint8_t)s), 0, 15);
    }
}

static void classes_of_symbols(void **state)
{
    static const char *const members[] = {"aeiouy", "bcz",     "09",           " \t",
                                          "\n\r",   ".,(+#\"", "\x01\x80\xC3", "AEZ"};
    (void)state;
    for (unsigned class = 0; class < 8; class ++) {
        for (const char *s = members[class]; *s != '\0'; s++) {
            assert_int_equal(ock_symbol_class((uint8_t)*s), class);
        }
    }
}

static void letters_and_digits(void **state)
{
    (void)state;
    for (unsigned s = 0; s < 256; s++) {
        const bool capital = s >= 'A' && s <= 'Z';
        assert_int_equal(ock_symbol_lower((uint8_t)s), capital ? s - 'A' + 'a' : s);
        assert_int_equal(ock_symbol_is_letter((uint8_t)s),
                         capital || (s >= 'a' && s <= 'z') || s >= 128);
        assert_int_equal(ock_symbol_is_digit((uint8_t)s), s >= '0' && s <= '9');
    }
}

/* ---- the past ---- */

/* The newest symbol stands in the low bits, older ones above it. */
static void bits_shift_in(void **state)
{
    const ock_classes c = after("aB 1");
    (void)state;
    assert_int_equal(c.kinds, OCK_KIND_SMALL << 6 | OCK_KIND_CAPITAL << 4 | OCK_KIND_SPACE << 2 |
                                  OCK_KIND_OTHER);
    assert_int_equal(c.classes, 0 << 9 | 7 << 6 | 3 << 3 | 2);
    assert_int_equal(c.groups, OCK_GROUP_SMALL << 12 | OCK_GROUP_CAPITAL << 8 |
                                   OCK_GROUP_SPACE << 4 | OCK_GROUP_DIGIT);
    assert_int_equal(c.folded, 0x61622031);
}

/* As many as there is room for. */
static void old_symbols_are_forgotten(void **state)
{
    static const char long_ago[] =
        "Q(Q abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk";
    static const char other[] =
        "1\n1xabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk";
    const ock_classes a = after(long_ago), b = after(other);
    (void)state;
    assert_true(a.kinds == b.kinds && a.classes == b.classes && a.groups == b.groups);
    assert_true(a.folded == b.folded && a.folded == 0x6465666768696A6B);
    assert_true(a.collapsed != b.collapsed);
}

static void runs_collapse(void **state)
{
    const uint64_t collapsed =
        OCK_GROUP_SMALL << 12 | OCK_GROUP_SPACE << 8 | OCK_GROUP_DIGIT << 4 | OCK_GROUP_STOP;
    (void)state;
    assert_int_equal(after("word  123...").collapsed, collapsed);
    assert_int_equal(after("a\t1!").collapsed, collapsed);
    assert_int_equal(after("a1 !").collapsed == collapsed, 0);
    assert_int_equal(after("word  123...").run, 3);
    assert_int_equal(after("word  123").run, 3);
    assert_int_equal(after("word  1").run, 1);
    assert_int_equal(after("(word").run, 4);
    assert_int_equal(after("(worD").run, 1);
}

static void blanks(void **state)
{
    (void)state;
    assert_int_equal(after("a b\tc\nd").spaces, 0x2A); /* 0101010 */
    assert_int_equal(after("  ,").spaces, 6);
}

/* Neither letters nor digits nor blanks, and no control characters. */
static void punctuation_marks(void **state)
{
    (void)state;
    assert_int_equal(after("(one, 2)\n\x01\r\xC3\xA9 + 3").punctuation, 0x282C292B);
    assert_int_equal(after("one 2").punctuation, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(groups),
        cmocka_unit_test(classes_of_symbols),
        cmocka_unit_test(letters_and_digits),
        cmocka_unit_test(bits_shift_in),
        cmocka_unit_test(old_symbols_are_forgotten),
        cmocka_unit_test(runs_collapse),
        cmocka_unit_test(blanks),
        cmocka_unit_test(punctuation_marks),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
