/* SPDX-License-Identifier: MIT */
/* test_brackets.c - what stands open: marks of a line, brackets, quotes, tags of markup. */
#include "model_fixture.h"

#include <inttypes.h>

#include "contexts/brackets.h"

static ock_brackets after(const char *text)
{
    ock_brackets brackets = {0};
    for (; *text != '\0'; text++) {
        ock_brackets_follow(&brackets, (uint8_t)*text);
    }
    return brackets;
}

/* The innermost two; some close nothing, a line closes all. */
static void marks_of_a_line(void **state)
{
    (void)state;
    assert_int_equal(after("a (b [c").marks, '(' << 8 | '[');
    assert_int_equal(after("a (b [c]").marks, '(');
    assert_int_equal(after("a (b [c])").marks, 0);
    assert_int_equal(after("{(b [c").marks, '(' << 8 | '[');
    assert_int_equal(after("x = \"a").marks, '=' << 8 | '"');
    assert_int_equal(after("(a;").marks, 0);
    assert_int_equal(after("(a\nb").marks, 0);
    assert_int_equal(after(")").marks, 0);
}

/* Of the newest that was opened, or closed. */
static void distance_and_beginning(void **state)
{
    (void)state;
    assert_int_equal(after("a (bcd").since, 3);
    assert_int_equal(after("a (").since, 0);
    assert_int_equal(after("a (b)cd").since, 2);
    assert_int_equal(after("a (b\ncde").since, 3);
    assert_true(after("x(abc").inner == after("y[(abc").inner);
    assert_true(after("x(abc").inner != after("x(abd").inner);
    assert_true(after("x(abcde").inner != after("x(abcdef").inner);
    assert_true(after("x(abcdef").inner == after("x(abcdefg").inner);
    assert_int_equal(after("x(").inner, 0);
}

/* Over lines. */
static void nesting(void **state)
{
    (void)state;
    ock_brackets b = after("f(a[1]) {\n g(");
    assert_int_equal(b.depth, 2);
    assert_int_equal(ock_brackets_last(&b), '(');
    b = after("f(a[1]) {\n g()");
    assert_int_equal(b.depth, 1);
    assert_int_equal(ock_brackets_last(&b), '{');
    b = after("f(a[1]) {\n g() }\n");
    assert_int_equal(b.depth, 0);
    assert_int_equal(ock_brackets_last(&b), 0);
    b = after("]) f(");
    assert_int_equal(b.depth, 1); /* what was never opened counts for nothing */
    assert_int_equal(after("a < b").depth, 0);
}

/* Deeper than is remembered: counted all the same. */
static void deep_nesting(void **state)
{
    (void)state;
    ock_brackets b = after("(((((((({{");
    assert_int_equal(b.depth, 10);
    assert_int_equal(ock_brackets_last(&b), '{');
    b = after("(((((((({{}}");
    assert_int_equal(b.depth, 8);
    assert_int_equal(ock_brackets_last(&b), '(');
    assert_int_equal(after("(((((((({{}}))))))))").depth, 0);
}

static void quotes(void **state)
{
    (void)state;
    assert_int_equal(after("say \"a").quote, '"');
    assert_int_equal(after("say \"a\" b").quote, 0);
    assert_int_equal(after("say `a").quote, '`');
    assert_int_equal(after("say `a`").quote, 0);
    assert_int_equal(after("say \"a\nb").quote, 0);
    assert_int_equal(after("don't").quote, 0);
}

static uint64_t name_of(const char *text)
{
    return after(text).tag;
}

static void names_of_tags(void **state)
{
    (void)state;
    assert_true(name_of("<b") != 0);
    assert_true(name_of("<b>text") == name_of("<i>x <b"));
    assert_true(name_of("<b x=1>text") == name_of("<b>"));
    assert_true(name_of("<ab>") != name_of("<ba>"));
    assert_true(name_of("<i>x</b>") == name_of("<b>"));
    assert_int_equal(name_of("b>text"), 0);
    assert_int_equal(after("a <").in_name, 1);
    assert_int_equal(after("a <b").in_name, 1);
    assert_int_equal(after("a <b ").in_name, 0);
    assert_int_equal(after("a </").in_name, 2);
    assert_int_equal(after("a </b").in_name, 2);
    assert_int_equal(after("a </b>").in_name, 0);
}

static void tags_open_and_close(void **state)
{
    (void)state;
    const uint64_t body = name_of("<body"), p = name_of("<p");
    ock_brackets b = after("<body><p class=\"x\">text");
    assert_int_equal(b.tag_depth, 2);
    assert_true(ock_brackets_tag(&b, 0) == p && ock_brackets_tag(&b, 1) == body);
    assert_int_equal(ock_brackets_tag(&b, 2), 0);
    b = after("<body><p>text\n</p>");
    assert_int_equal(b.tag_depth, 1);
    assert_true(ock_brackets_tag(&b, 0) == body);
    assert_int_equal(after("<body><p>text</p></body>").tag_depth, 0);
    assert_int_equal(after("</p>").tag_depth, 0);
    b = after("<body><p"); /* not before its name ends */
    assert_int_equal(b.tag_depth, 1);
}

/* What closes itself leaves nothing open. */
static void tags_that_close_themselves(void **state)
{
    static const char *const texts[] = {"<br/>", "<br />", "<img src=\"a/b.png\"/>",
                                        "<a:b c='d' />", "<br/><hr/>"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char text[64];
        assert_int_equal(after(texts[i]).tag_depth, 0);
        snprintf(text, sizeof text, "<p>a %s b", texts[i]);
        const ock_brackets b = after(text);
        assert_int_equal(b.tag_depth, 1);
        assert_true(ock_brackets_tag(&b, 0) == name_of("<p"));
    }
    assert_int_equal(after("<a href=x/y>").tag_depth, 1);
}

static void signs_that_are_no_tags(void **state)
{
    static const char *const texts[] = {"a < b", "a <= b", "a << 3", "<!-- x -->", "<?xml?>",
                                        "</>",   "<>",     "1/2",    "<1>"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const ock_brackets b = after(texts[i]);
        if (b.tag_depth != 0 || b.in_name != 0) {
            fail_msg("%s: %" PRIu64 " tags open", texts[i], b.tag_depth);
        }
    }
}

static void many_tags(void **state)
{
    (void)state;
    const ock_brackets b = after("<a><b><c><d><e><f><g><h><i><j></j></i>");
    assert_int_equal(b.tag_depth, 8);
    assert_true(ock_brackets_tag(&b, 0) == name_of("<h"));
    assert_true(ock_brackets_tag(&b, 5) == name_of("<c"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_of_a_line),
        cmocka_unit_test(distance_and_beginning),
        cmocka_unit_test(nesting),
        cmocka_unit_test(deep_nesting),
        cmocka_unit_test(quotes),
        cmocka_unit_test(names_of_tags),
        cmocka_unit_test(tags_open_and_close),
        cmocka_unit_test(tags_that_close_themselves),
        cmocka_unit_test(signs_that_are_no_tags),
        cmocka_unit_test(many_tags),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
