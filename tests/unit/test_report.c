/* SPDX-License-Identifier: MIT */
/* test_report.c - lines of a report, as whoever listens gets them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "base/report.h"

typedef struct heard {
    unsigned lines;
    ock_report_kind kind;
    char text[4096];
} heard;

static void listen(void *context, ock_report_kind kind, const char *text)
{
    heard *h = context;
    h->lines++;
    h->kind = kind;
    assert_true(strlen(text) < sizeof h->text);
    memcpy(h->text, text, strlen(text) + 1);
}

static void lines_are_handed_over(void **state)
{
    heard h = {0};
    const ock_report report = {listen, &h};
    (void)state;
    ock_report_line(&report, OCK_REPORT_WARNING, "%s: %d of %d", "x", 3, 4);
    assert_int_equal(h.lines, 1);
    assert_int_equal(h.kind, OCK_REPORT_WARNING);
    assert_string_equal(h.text, "x: 3 of 4");
    ock_report_text(&report, OCK_REPORT_RESULT, "100 %s");
    assert_int_equal(h.lines, 2);
    assert_int_equal(h.kind, OCK_REPORT_RESULT);
    assert_string_equal(h.text, "100 %s");
}

/* Around every length at which another buffer might be taken. */
static void no_length_is_cut(void **state)
{
    heard h = {0};
    const ock_report report = {listen, &h};
    char text[4096];
    (void)state;
    for (size_t length = 0; length < sizeof text - 2; length++) {
        memset(text, 'a', length);
        text[length] = '\0';
        ock_report_line(&report, OCK_REPORT_NOTE, "%s.", text);
        assert_int_equal(strlen(h.text), length + 1);
        assert_int_equal(h.text[length], '.');
    }
}

static void nobody_need_listen(void **state)
{
    (void)state;
    ock_report_line(NULL, OCK_REPORT_RESULT, "%s", "x");
    ock_report_text(NULL, OCK_REPORT_RESULT, "x");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_handed_over),
        cmocka_unit_test(no_length_is_cut),
        cmocka_unit_test(nobody_need_listen),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
