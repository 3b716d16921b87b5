/* SPDX-License-Identifier: MIT */
/* test_words.c - what a lane's past says of words. */
#include "model_fixture.h"

#include "contexts/words.h"

static ock_words after(const char *text)
{
    ock_words words = {0};
    static ock_word_ages ages;
    memset(&ages, 0, sizeof ages);
    for (; *text != '\0'; text++) {
        ock_words_follow(&words, &ages, (uint8_t)*text);
    }
    return words;
}

static uint64_t word_of(const char *text)
{
    return after(text).word;
}

static void a_word_is_letters_of_any_language(void **state)
{
    (void)state;
    assert_true(word_of("rome") != 0);
    assert_true(word_of("rome") == word_of("Rome"));
    assert_true(word_of("rome") == word_of("to ROME"));
    assert_true(word_of("rome") == word_of("1rome"));
    assert_true(word_of("rome") != word_of("rom"));
    assert_true(word_of("rome") != word_of("roem"));
    assert_true(word_of("\xD0\xBC\xD0\xB8\xD1\x80") == word_of("(\xD0\xBC\xD0\xB8\xD1\x80"));
    assert_true(word_of("\xD0\xBC\xD0\xB8\xD1\x80") != word_of("\xD0\xBC\xD0\xB8\xD1\x81"));
    assert_int_equal(word_of(""), 0);
    assert_int_equal(word_of("rome "), 0);
    assert_int_equal(word_of("rome1"), 0);
    assert_int_equal(after("two one").count, 7);
}

static void capitals_and_what_is_before_are_told(void **state)
{
    (void)state;
    assert_true(after("x rome").cased == after("y rome").cased);
    assert_true(after("x rome").cased != after("x Rome").cased);
    assert_true(after("x rome").cased != after("x-rome").cased);
    assert_int_equal(after("x rome,").cased, ',');
}

static void words_before(void **state)
{
    const ock_words w = after("one two six ten pot cat");
    (void)state;
    assert_true(w.word == word_of("cat"));
    assert_true(w.previous[0] == word_of("pot"));
    assert_true(w.previous[1] == word_of("ten"));
    assert_true(w.previous[2] == word_of("six"));
    assert_true(w.previous[3] == word_of("two"));
    assert_true(after("one, two. ").previous[0] == word_of("two"));
    assert_int_equal(after("one").previous[0], 0);
}

/* The first five letters, whatever ends the word. */
static void stems(void **state)
{
    (void)state;
    assert_true(after("running").stem == after("runnin").stem);
    assert_true(after("running").stem == after("Runni").stem);
    assert_true(after("running").stem == word_of("runni"));
    assert_true(after("running").stem != after("runn").stem);
    assert_int_equal(after("running ").stem, 0);
    const ock_words w = after("walked running far");
    assert_true(w.stems[0] == word_of("runni"));
    assert_true(w.stems[1] == word_of("walke"));
    assert_true(w.stem == word_of("far"));
    assert_int_equal(w.stems[2], 0);
}

static void lengths(void **state)
{
    char text[302];
    (void)state;
    assert_int_equal(after("three").length, 5);
    assert_int_equal(after("three ").length, 0);
    assert_int_equal(after("a be  cde f").lengths, 0x010203);
    assert_int_equal(after("a be  cde f").length, 1);
    memset(text, 'x', 300);
    memcpy(text + 300, " ", 2);
    assert_int_equal(after(text).lengths, 255);
    text[300] = '\0';
    assert_int_equal(after(text).length, 300);
}

/* Small letters with one space between words, whatever stands there. */
static void letters(void **state)
{
    (void)state;
    assert_int_equal(after("the cat").letters, 0x74686520636174);
    assert_int_equal(after("THE, (Cat").letters, 0x74686520636174);
    assert_int_equal(after("1the2cat").letters, 0x74686520636174);
    assert_int_equal(after("(the").letters, 0x746865);
    assert_int_equal(after("the ,").letters, 0x74686520);
    assert_int_equal(after("abcdefghijk").letters, 0x6465666768696A6B);
}

/* Of shorter words less; nothing of what is before them. */
static void endings(void **state)
{
    (void)state;
    assert_int_equal(after("walking Cats on").endings, 0x696E67617473);
    assert_int_equal(after("walking on a").endings, 0x696E67006F6E);
    assert_int_equal(after("walk a ").endings, 0x616C6B000061);
    assert_int_equal(after("walk").endings, 0);
}

static void skeletons(void **state)
{
    enum { VOWEL = 1, BEYOND = 2, OTHER = 3 };
    (void)state;
    assert_int_equal(after("x cat").skeleton, 1 << 6 | OTHER << 4 | VOWEL << 2 | OTHER);
    assert_int_equal(after("x CAT").skeleton, 1 << 6 | OTHER << 4 | VOWEL << 2 | OTHER);
    assert_int_equal(after("y\xE9").skeleton, 1 << 4 | VOWEL << 2 | BEYOND);
    assert_int_equal(after("cat.").skeleton, 0);
}

/* Those of the sentence; a sentence ends at . ? ! and the end of the line. */
static void initials(void **state)
{
    static const char *const begins[] = {"Old. The quick", "Why? The quick", "So! The quick",
                                         "Not here\nThe quick", "Two.\n\n The quick"};
    (void)state;
    assert_int_equal(after("The Quick").initial, 'Q');
    assert_int_equal(after("The quick ").initial, 0);
    const uint64_t two = after("The quick").initials;
    assert_true(two == after("Tall queens").initials);
    assert_true(two != after("the quick").initials);
    assert_true(two != after("Quick The").initials);
    assert_true(two != after("The quick b").initials);
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        assert_true(two == after(begins[i]).initials);
        assert_int_equal(after(begins[i]).sentence, 1);
    }
    assert_true(two != after("Old, The quick").initials);
    assert_int_equal(after("Old, The quick").sentence, 2);
    assert_int_equal(after("So it was.").initials, 0);
    assert_int_equal(after("So it was.").sentence, 0);
}

static void capitals(void **state)
{
    (void)state;
    assert_int_equal(after("The Old man IS").capitals, 0xD); /* 1101 */
    assert_int_equal(after("mcDonald").capitals, 0);
}

static void gaps(void **state)
{
    (void)state;
    assert_true(after("one, two").gap == after("six, ten").gap);
    assert_true(after("one, two").gap == after("one, t").gap);
    assert_true(after("one, two").gap == after("one, ").gap);
    assert_true(after("one, two").gap != after("one. two").gap);
    assert_true(after("one, two").gap != after("one ,two").gap);
    assert_true(after("one. so, two").gap == after("one, two").gap);
    assert_int_equal(after("one").gap, 0);
}

static void numbers(void **state)
{
    (void)state;
    const uint64_t number = after("123").number;
    assert_true(number != 0);
    assert_true(number == after("b 9 123").number);
    assert_true(number == after("b123").number);
    assert_true(number != after("213").number);
    assert_true(number != after("23").number);
    assert_true(after("0").number != after("00").number);
    assert_true(after("12").number == after("12px").number); /* until something else comes */
    assert_int_equal(after("12px ").number, 0);
    assert_int_equal(after("12.").number, 0);
    assert_true(after("7 12, 5").number_before == after("12").number);
    assert_true(after("7 12px and").number_before == after("12").number);
    assert_int_equal(after("12").number_before, 0);
}

/* 1 and the log2 of the distance to the same letters; nothing of words that were not here. */
static void ages(void **state)
{
    static const struct {
        size_t distance;
        unsigned age;
    } cases[] = {{4, 3}, {7, 3}, {8, 4}, {15, 4}, {16, 5}, {1000, 10}, {1024, 11}};
    char text[1100];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(text, '.', sizeof text);
        memcpy(text, "cat", 3);
        memcpy(text + cases[i].distance, "Cat", 4);
        assert_int_equal(after(text).age, cases[i].age);
        text[cases[i].distance + 2] = '\0'; /* so far */
        assert_int_equal(after(text).age, cases[i].age);
        memcpy(text + cases[i].distance, "dog", 4);
        assert_int_equal(after(text).age, 0);
    }
    assert_int_equal(after("cat cat ").age, 0);
}

static void words_that_ended(void **state)
{
    (void)state;
    assert_int_equal(after("cat cat").ended, 1);
    assert_int_equal(after("cat, Cat").ended, 1);
    assert_int_equal(after("cat cats").ended, 0);
    assert_int_equal(after("cats cat").ended, 0); /* seen, but not as a whole */
    assert_true(after("cats cat").age > 0);
    assert_int_equal(after("cat ca").ended, 0);
    assert_int_equal(after("cat").ended, 0);
    assert_int_equal(after("cat cat ").ended, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_letters_of_any_language),
        cmocka_unit_test(capitals_and_what_is_before_are_told),
        cmocka_unit_test(words_before),
        cmocka_unit_test(stems),
        cmocka_unit_test(lengths),
        cmocka_unit_test(letters),
        cmocka_unit_test(endings),
        cmocka_unit_test(skeletons),
        cmocka_unit_test(initials),
        cmocka_unit_test(capitals),
        cmocka_unit_test(gaps),
        cmocka_unit_test(numbers),
        cmocka_unit_test(ages),
        cmocka_unit_test(words_that_ended),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
