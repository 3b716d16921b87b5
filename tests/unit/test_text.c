/* SPDX-License-Identifier: MIT */
/* test_text.c - shown forms of any bytes, cuts of long texts, formats of any length. */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The whole text in shown form; static storage. */
static const char *shown(const char *text)
{
    static char all[4096];
    char character[OCK_SHOWN_BYTES];
    size_t used = 0;
    while (ock_text_show(&text, character)) {
        const size_t bytes = strlen(character);
        assert_true(bytes > 0 && used + bytes < sizeof all);
        memcpy(all + used, character, bytes);
        used += bytes;
    }
    assert_int_equal(*text, '\0');
    all[used] = '\0';
    return all;
}

static void control_characters_are_named(void **state)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"", ""},
        {"plain, with spaces", "plain, with spaces"},
        {"a\nb\tc\rd", "a\\012b\\011c\\015d"},
        {"\x1b]0;title\x07", "\\033]0;title\\007"},
        {"\x01\x1f\x7f", "\\001\\037\\177"},
        {"back\\slash", "back\\134slash"},
        {"\\012", "\\134012"},
        {"\xc2\x80\xc2\x9b\xc2\x9f", "\\302\\200\\302\\233\\302\\237"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(shown(cases[i].text), cases[i].shown);
        assert_true(ock_text_is_shown_as(cases[i].text, cases[i].shown));
    }
}

/* First and last characters of every length, and around what is none. */
static void utf8_stays(void **state)
{
    static const char *const texts[] = {
        "~ !",
        "\xc2\xa0\xc3\xa9\xdf\xbf",
        "\xe0\xa0\x80\xe2\x82\xac\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf",
        "\xf0\x90\x80\x80\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_string_equal(shown(texts[i]), texts[i]);
    }
}

static void other_bytes_are_named(void **state)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"\x80", "\\200"},                            /* nothing goes before it */
        {"\xff\xfe", "\\377\\376"},                   /* never part of UTF-8 */
        {"\xc0\xaf", "\\300\\257"},                   /* longer than need be */
        {"\xe0\x9f\xbf", "\\340\\237\\277"},          /* likewise */
        {"\xf0\x8f\xbf\xbf", "\\360\\217\\277\\277"}, /* likewise */
        {"\xed\xa0\x80", "\\355\\240\\200"},          /* half of a pair of UTF-16 */
        {"\xf4\x90\x80\x80", "\\364\\220\\200\\200"}, /* beyond U+10FFFF */
        {"\xf5\x80\x80\x80", "\\365\\200\\200\\200"}, /* likewise */
        {"\xc3", "\\303"},                            /* cut short */
        {"\xe2\x82", "\\342\\202"},                   /* likewise */
        {"\xf0\x9f\x98", "\\360\\237\\230"},          /* likewise */
        {"\xc3(", "\\303("},                          /* what follows is its own */
        {"\xe2\x82\xc3\xa9", "\\342\\202\xc3\xa9"},   /* likewise */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(shown(cases[i].text), cases[i].shown);
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Of all texts of two bytes no two are shown alike, and no shown form is that of another text. */
static void no_two_are_shown_alike(void **state)
{
    enum { BYTES = 255, TEXTS = BYTES * BYTES };
    static char forms[TEXTS][2 * OCK_SHOWN_BYTES];
    size_t count = 0;
    (void)state;
    for (int a = 1; a <= BYTES; a++) {
        for (int b = 1; b <= BYTES; b++) {
            const char text[] = {(char)a, (char)b, '\0'};
            snprintf(forms[count++], sizeof forms[0], "%s", shown(text));
        }
    }
    qsort(forms, count, sizeof forms[0], by_text);
    for (size_t i = 1; i < count; i++) {
        assert_string_not_equal(forms[i - 1], forms[i]);
    }
    assert_false(ock_text_is_shown_as("a\\", "a\\"));
    assert_false(ock_text_is_shown_as("ab", "a"));
    assert_false(ock_text_is_shown_as("a", "ab"));
    assert_false(ock_text_is_shown_as("\n", "\\12"));
}

static void long_texts_lose_their_middle(void **state)
{
    char text[600], cut[OCK_SHOWN_BYTES + 91];
    (void)state;
    assert_string_equal(ock_text_cut("", cut, 16), "");
    assert_string_equal(ock_text_cut("fifteen letters", cut, 16), "fifteen letters");
    assert_string_equal(ock_text_cut("sixteen letters!", cut, 16), "sixtee...tters!");
    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 9, ": reason", 9);
    ock_text_cut(text, cut, sizeof cut);
    assert_int_equal(strlen(cut), sizeof cut - 1);
    assert_non_null(strstr(cut, "aaa...aaa"));
    assert_string_equal(cut + strlen(cut) - 8, ": reason");
}

/* Whatever the length: what is left is UTF-8 again. */
static void no_character_is_cut_apart(void **state)
{
    static const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    char text[256], cut[128];
    (void)state;
    for (size_t c = 0; c < sizeof characters / sizeof characters[0]; c++) {
        for (size_t before = 0; before < 8; before++) {
            memset(text, 'x', before);
            text[before] = '\0';
            while (strlen(text) + 5 < sizeof text) {
                memcpy(text + strlen(text), characters[c], strlen(characters[c]) + 1);
            }
            for (size_t size = 16; size <= sizeof cut; size++) {
                ock_text_cut(text, cut, size);
                assert_true(strlen(cut) < size && strlen(cut) + 7 >= size);
                assert_string_equal(shown(cut), cut);
            }
        }
    }
}

static char *format(char *usual, size_t size, const char *form, ...)
{
    va_list arguments;
    va_start(arguments, form);
    char *text = ock_text_format(usual, size, form, arguments);
    va_end(arguments);
    return text;
}

static void formats_have_any_length(void **state)
{
    char usual[32], word[64];
    (void)state;
    for (size_t length = 0; length < sizeof word; length++) {
        memset(word, 'w', length);
        word[length] = '\0';
        char *text = format(usual, sizeof usual, "%s%d", word, 7);
        assert_int_equal(strlen(text), length + 1);
        assert_int_equal(text[length], '7');
        assert_true((text == usual) == (length + 2 <= sizeof usual));
        if (text != usual) {
            free(text);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_are_named), cmocka_unit_test(utf8_stays),
        cmocka_unit_test(other_bytes_are_named),        cmocka_unit_test(no_two_are_shown_alike),
        cmocka_unit_test(long_texts_lose_their_middle), cmocka_unit_test(no_character_is_cut_apart),
        cmocka_unit_test(formats_have_any_length),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
