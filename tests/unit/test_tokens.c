/* SPDX-License-Identifier: MIT */
/* test_tokens.c - how symbols are cut into tokens, and what followed each of them. */
#include "model_fixture.h"

#include "contexts/tokens.h"

static ock_tokens after(const char *text)
{
    ock_tokens tokens = {0};
    static ock_token_followers followers;
    memset(&followers, 0, sizeof followers);
    for (; *text != '\0'; text++) {
        ock_tokens_follow(&tokens, &followers, (uint8_t)*text);
    }
    return tokens;
}

static uint64_t token_of(const char *text)
{
    return after(text).token;
}

/* Words, numbers and whatever is between them. */
static void tokens_are_runs(void **state)
{
    const ock_tokens t = after("Size12 += 345");
    (void)state;
    assert_true(t.token == token_of("345"));
    assert_true(t.previous[0] == token_of(" += "));
    assert_true(t.previous[1] == token_of("12"));
    assert_true(t.previous[2] == token_of("size"));
    assert_true(token_of("a345") == token_of("345"));
    assert_true(token_of("345") != token_of("354"));
    assert_true(token_of("34") != token_of("345"));
    assert_true(token_of("\xC3\xA9t") == token_of(" \xC3\xA9t"));
    assert_int_equal(after("size").previous[0], 0);
}

/* Of the token so far, whole or not; the newest in the low byte. */
static void followers_of_a_token(void **state)
{
    (void)state;
    assert_int_equal(after("ab1 ab").followed, '1');
    assert_int_equal(after("ab1 AB2 ab").followed, '1' << 8 | '2');
    assert_int_equal(after("ab1 ab2 ab3 ab4 ab5 ab").followed, 0x32333435);
    assert_int_equal(after("abc ab").followed, 'c');
    assert_int_equal(after("abc a").followed, 'b');
    assert_int_equal(after("xab1 ab").followed, 0); /* another token */
    assert_int_equal(after("ab1 cd").followed, 0);
    assert_int_equal(after("a12b 12").followed, 'b');
    assert_int_equal(after("a, b, ").followed, 'b');
}

static void followers_of_a_pair(void **state)
{
    (void)state;
    assert_int_equal(after("1ab-2ab+1ab").followed, '-' << 8 | '+');
    assert_int_equal(after("1ab-2ab+1ab").pair, '-');
    assert_int_equal(after("1ab-2ab+1ab*2ab").pair, '+');
    assert_int_equal(after("1ab-2ab+3ab").pair, 0);
    assert_int_equal(after("1abc 1ab").pair, 'c');
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_runs),
        cmocka_unit_test(followers_of_a_token),
        cmocka_unit_test(followers_of_a_pair),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
