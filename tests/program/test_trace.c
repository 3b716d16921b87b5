/* SPDX-License-Identifier: MIT */
/* test_trace.c - the cost of every byte beside the container, and the page that shows it: the container is the same with
 * and without, the trace on any ranks and threads; names and inputs are text on the page; what does not belong together is
 * refused, and nothing is left.
 *
 * Usage: test_trace PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "measure/trace_format.h"

/* The head of a trace, after its sum was compared with its costs. */
static ock_trace_head head_of(const char *name)
{
    size_t bytes;
    uint8_t *trace = ock_load(name, &bytes);
    ock_trace_head head;
    uint64_t sum = 0;
    assert_true(bytes >= OCK_TRACE_HEAD_BYTES);
    assert_memory_equal(trace, OCK_TRACE_MAGIC, 8);
    head.input_bytes = ock_get_le(trace + 8, 8);
    head.sum = ock_get_le(trace + 16, 8);
    head.payload_bytes = ock_get_le(trace + 24, 8);
    assert_int_equal(bytes, OCK_TRACE_HEAD_BYTES + 2 * head.input_bytes);
    for (size_t i = OCK_TRACE_HEAD_BYTES; i < bytes; i += 2) {
        sum += ock_get_le(trace + i, 2);
    }
    assert_int_equal(sum, head.sum);
    free(trace);
    return head;
}

/* The payload but for the coder's overhead and rounding: 8 bytes a lane, and half a unit for a step of a lane. */
static void sum_is_payload(const char *name, uint64_t input_bytes, unsigned lanes)
{
    const ock_trace_head head = head_of(name);
    const uint64_t unit = 8 * OCK_TRACE_BIT, payload = unit * head.payload_bytes;
    const uint64_t over = payload / 20000 + unit * 8 * lanes,
                   under = input_bytes / 8 + unit * lanes;
    assert_int_equal(head.input_bytes, input_bytes);
    assert_true(head.payload_bytes > 0);
    assert_true(head.sum + over >= payload);
    assert_true(head.sum <= payload + under);
}

static void test_same_file(void **state)
{
    (void)state;
    ock_make_alice("in", 8000);
    ock_expect(0, "$OCKHAM compress $SMALL in -o plain.ock");
    ock_expect(0, "$OCKHAM compress $SMALL in -o in.ock --trace-bytes t");
    ock_assert_same("plain.ock", "in.ock");
    sum_is_payload("t", 8000, 8);
    ock_expect(0, "$OCKHAM compress $SMALL -T 3 in -o other.ock --trace-bytes t3");
    ock_assert_same("t", "t3");
    ock_expect(0, "cat in | $OCKHAM --trace-bytes tp $SMALL >piped.ock");
    ock_assert_same("t", "tp");
    ock_assert_same("in.ock", "piped.ock");
    ock_expect(0, "$OCKHAM compress $SMALL in -f -o in.ock --verify --trace-bytes t -f");
    ock_assert_same("t", "t3");
    ock_assert_folder("in in.ock other.ock piped.ock plain.ock t t3 tp");
}

static void test_ranks(void **state)
{
    (void)state;
    ock_need_mpi();
    ock_make_alice("in", 6000);
    ock_expect(0, "$OCKHAM compress $SMALL in --trace-bytes t");
    ock_expect(0, "%s $OCKHAM compress $SMALL in -o r.ock --trace-bytes tr", ock_on_ranks(3));
    ock_assert_same("in.ock", "r.ock");
    ock_assert_same("t", "tr");
    ock_assert_folder("in in.ock r.ock t tr");
}

/* Repeats, base64 and light steps; trees. */
static void test_what_the_lanes_do_not_have(void **state)
{
    (void)state;
    ock_make_alice("a", 6000);
    ock_expect(0, "{ cat a; base64 -w 76 a; cat a a a; head -c 40000 /dev/zero; } >in");
    ock_expect(0,
               "$OCKHAM compress $SMALL in --trace-bytes t && $OCKHAM compress $SMALL in -o p.ock");
    ock_assert_same("in.ock", "p.ock");
    const ock_outcome *info = ock_expect(0, "$OCKHAM info in.ock && stat -c %%s in");
    ock_assert_says(info->out, "repeated bytes");
    sum_is_payload("t", (uint64_t)strtoul(strrchr(info->out, '\n') - 6, NULL, 10), 8);
    ock_expect(0,
               "mkdir d && cp a d/one && cp a d/two && $OCKHAM compress $SMALL d --trace-bytes td");
    sum_is_payload("td", 12000, 8);
    ock_expect(0, "$OCKHAM mdl d.ock --html d.html --input d --trace-bytes td >/dev/null");
    ock_expect(0, ": >empty && $OCKHAM compress $SMALL empty --trace-bytes te");
    assert_int_equal(head_of("te").sum, 0);
    ock_expect(0, "$OCKHAM mdl empty.ock --html e.html --input empty --trace-bytes te >/dev/null");
    ock_assert_folder("a d d.html d.ock e.html empty empty.ock in in.ock p.ock t td te");
}

/* ---- the page ---- */

/* The page as text, until the next command. */
static const char *page(const char *name)
{
    const ock_outcome *got = ock_expect(0, "cat %s", name);
    assert_int_equal(strlen(got->out), got->out_bytes);
    ock_assert_says(got->out, "<!DOCTYPE html>");
    ock_assert_says(got->out, "</html>");
    return got->out;
}

static void test_page(void **state)
{
    (void)state;
    ock_make_alice("in", 20000);
    ock_expect(0, "$OCKHAM compress $SMALL in --trace-bytes t && "
                  "$OCKHAM compress $SMALL --set contexts=1 in -o bad.ock --trace-bytes u");
    ock_expect(0, "$OCKHAM mdl bad.ock in.ock --html p.html --input in --trace-bytes u "
                  "--trace-bytes t");
    const char *text = page("p.html");
    ock_assert_says(text, "The shortest description is <b>in.ock</b>");
    ock_assert_says(text, "By <b>in.ock</b>"); /* whose trace it is was found out */
    ock_assert_says(text, "<h3>As text</h3>");
    ock_expect(0, "$OCKHAM mdl in.ock --html q.html --json | grep -q sum_bits");
    ock_expect(1, "$OCKHAM mdl in.ock --html q.html"); /* nothing is replaced */
    ock_expect(0, "$OCKHAM mdl in.ock --html q.html -f");
    ock_expect(0, "$OCKHAM mdl - <in.ock --html s.html");
    ock_assert_folder("bad.ock in in.ock p.html q.html s.html t u");
}

static void test_hostile(void **state)
{
    static const char line[] = "</pre></td><script>alert(1)</script><img src=x onerror=y>\x1b[31m";
    char *text = malloc(sizeof line * 200);
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < 200; i++) {
        memcpy(text + i * (sizeof line - 1), line, sizeof line - 1);
    }
    ock_store("in", text, 200 * (sizeof line - 1));
    free(text);
    ock_expect(0,
               "$OCKHAM compress $SMALL --set repeats=0 in --trace-bytes t -o '<script>\"&.ock'");
    ock_expect(0, "$OCKHAM mdl '<script>\"&.ock' --html p.html --input in --trace-bytes t");
    const char *shown = page("p.html");
    ock_assert_says(shown, "&lt;script&gt;&quot;&amp;.ock");
    ock_assert_says(shown, "<u>\\x1b</u>");
    assert_null(strstr(shown, "<img"));
    const char *script = strstr(shown, "<script");
    assert_non_null(script);
    assert_null(strstr(script + 1, "<script"));
    assert_null(strchr(shown, 0x1b));
}

static void test_refusals(void **state)
{
    (void)state;
    ock_make_alice("in", 5000);
    ock_make_phrases("other", 5000);
    ock_expect(0, "$OCKHAM compress $SMALL in --trace-bytes t && "
                  "$OCKHAM compress $SMALL other --trace-bytes u && head -c 5000 t >cut");
    static const struct {
        int code;
        const char *command, *because;
    } cases[] = {
        {1, "compress $SMALL in -o x --trace-bytes in -f", "input"},
        {1, "compress $SMALL in -o x --trace-bytes ./x", "output"},
        {1, "compress $SMALL in -o x --trace-bytes t", "exists"},
        {1, "compress $SMALL in -o x --trace-bytes -", "name of a file"},
        {1, "compress $SMALL in -o x --trace-bytes no/t", "no"},
        {1, "compress $SMALL in -o x --trace-bytes y --checkpoint D", "--checkpoint"},
        {1, "compress $SMALL in -o x --trace-bytes y --log y", "log"},
        {1, "$SMALL in other --trace-bytes y", "one FILE"},
        {1, "compress $SMALL in -o x --trace-bytes y --trace-bytes z", "one --trace-bytes"},
        {2, "mdl in.ock --html p --trace-bytes t --trace-bytes t", "trace of another file"},
        {1, "mdl in.ock --html in.ock -f", "input"},
        {1, "mdl in.ock --html in -f --input in", "--input"},
        {1, "mdl in.ock --html t -f --trace-bytes t", "trace"},
        {1, "mdl in.ock --html p --plot p", "plot"},
        {1, "mdl in.ock --html -", "name of a file"},
        {1, "mdl in.ock --trace-bytes t", "--html"},
        {1, "mdl in.ock --input in", "--html"},
        {1, "mdl in.ock other.ock --html p", "one input"},
        {1, "mdl in.ock --html p --input missing", "missing"},
        {2, "mdl in.ock --html p --input other", "is not what in.ock was made from"},
        {2, "mdl in.ock --html p --trace-bytes u", "trace of another file"},
        {2, "mdl in.ock --html p --trace-bytes cut", "not a file of --trace-bytes"},
        {2, "mdl in.ock --html p --trace-bytes in", "not a file of --trace-bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ock_outcome *got = ock_expect(cases[i].code, "$OCKHAM %s", cases[i].command);
        ock_assert_says(got->err, cases[i].because);
    }
    ock_expect(1, "mkdir d && cp in d && $OCKHAM compress $SMALL d -o x --trace-bytes d/t");
    ock_expect(1, "echo in >list && echo u >>list && "
                  "$OCKHAM compress $SMALL --files-from list -o x --trace-bytes u -f");
    ock_assert_folder("cut d in in.ock list other other.ock t u");
}

/* Neither page nor trace is left of what fails late. */
static void test_nothing_is_left(void **state)
{
    (void)state;
    ock_make_alice("in", 5000);
    ock_expect(0, "$OCKHAM compress $SMALL in");
    ock_expect(1, "$OCKHAM mdl in.ock --html p >/dev/full");
    ock_expect(1, "(ulimit -f 8; $OCKHAM compress $SMALL in -o x --trace-bytes y)");
    ock_assert_folder("in in.ock");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, ock_folder_new, ock_folder_remove)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_same_file),
        CASE(test_ranks),
        CASE(test_what_the_lanes_do_not_have),
        CASE(test_page),
        CASE(test_hostile),
        CASE(test_refusals),
        CASE(test_nothing_is_left),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
