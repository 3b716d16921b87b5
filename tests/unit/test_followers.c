/* SPDX-License-Identifier: MIT */
/* test_followers.c - what followed the newest symbols before. */
#include "model_fixture.h"

#include "contexts/past.h"

static ock_following after(const char *text)
{
    static ock_past past;
    ock_past_start(&past);
    for (; *text != '\0'; text++) {
        ock_past_follow(&past, OCK_NEED_FOLLOWERS, (uint8_t)*text);
    }
    return past.following;
}

/* The newest in the low byte, as many as there is room for. */
static void of_one_symbol(void **state)
{
    (void)state;
    assert_int_equal(after("a1a2a3a4a5a").after1, 0x32333435);
    assert_int_equal(after("a1 a").after1, '1');
    assert_int_equal(after("a1 A").after1, 0);
    assert_int_equal(after("aaa").after1, 0x6161);
}

static void of_two_symbols(void **state)
{
    (void)state;
    assert_int_equal(after("xy1 xy2 xy3 xy").after2, '2' << 8 | '3');
    assert_int_equal(after("xy1 zy2 xy").after2, '1');
    assert_int_equal(after("xy1 yx").after2, 0);
}

static void of_three_symbols(void **state)
{
    (void)state;
    assert_int_equal(after("wxy1 wxy2 wxy3 wxy").after3, '2' << 8 | '3');
    assert_int_equal(after("wxy1 vxy2 wxy").after3, '1');
    assert_int_equal(after("wxy1 WXY").after3, 0);
}

static void capitals_folded(void **state)
{
    (void)state;
    assert_int_equal(after("wxy1 WXY2 Wxy").folded3, '1' << 8 | '2');
    assert_int_equal(after("vwxy1 VWXY2 vwXy").folded4, '1' << 8 | '2');
    assert_int_equal(after("vwxy1 uwxy2 vwxy").folded4, '1');
    assert_int_equal(after("vwxy1 uwxy2 vwxy").folded3, '1' << 8 | '2');
    assert_int_equal(after("wxyA WXY").folded3, 'A'); /* the follower itself is not folded */
}

/* Twelve of them: the thirteenth newest doesn't count, the twelfth does. */
static void of_kinds(void **state)
{
    (void)state;
    assert_int_equal(after("ab CD, ef 12!xy QR; gh 34").kinds, '!');
    assert_int_equal(after(".ab CD, ef 12!.xy QR; gh 34").kinds, '!');
    assert_int_equal(after("zab CD, ef 12!.xy QR; gh 34").kinds, '!');
    assert_int_equal(after("ab CD, ef 12!.y QR; gh 34").kinds, 0);
    assert_int_equal(after("ab CD, ef 12!xy QR; gh 34?zz AA. yy 00").kinds, '!' << 8 | '?');
}

/* Nothing is known of what was not here, whatever the tables held before. */
static void followers_start_anew(void **state)
{
    (void)state;
    (void)after("abcdeabcdeabcdeabcde");
    const ock_following f = after("abcde");
    assert_true(f.after1 == 0 && f.after2 == 0 && f.after3 == 0 && f.folded3 == 0 &&
                f.folded4 == 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_one_symbol),    cmocka_unit_test(of_two_symbols),
        cmocka_unit_test(of_three_symbols), cmocka_unit_test(capitals_folded),
        cmocka_unit_test(of_kinds),         cmocka_unit_test(followers_start_anew),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
