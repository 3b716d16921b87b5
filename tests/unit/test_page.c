/* SPDX-License-Identifier: MIT */
/* test_page.c - the page of mdl --html: whatever stands in names and inputs is text on it, its numbers are the sums of what
 * it is given, and its length is bounded. */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "base/bytes.h"
#include "measure/page.h"
#include "measure/page_style.h"
#include "measure/page_write.h"

/* ---- pieces ---- */

/* What is written to a stream, from begin() on; end() compares and frees it. */
typedef struct text {
    char *bytes;
    size_t count;
    FILE *to;
} text;

static void begin(text *t)
{
    t->to = open_memstream(&t->bytes, &t->count);
    assert_non_null(t->to);
}

static void end(text *t, const char *wanted)
{
    assert_int_equal(fclose(t->to), 0);
    assert_string_equal(t->bytes, wanted);
    free(t->bytes);
}

static void name_is(const char *name, const char *wanted)
{
    text t = {NULL, 0, NULL};
    begin(&t);
    ock_page_name(t.to, name);
    end(&t, wanted);
}

static void names_are_text(void **state)
{
    (void)state;
    name_is("plain.ock", "plain.ock");
    name_is("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
    name_is("\" onload='x' & y", "&quot; onload=&#39;x&#39; &amp; y");
    name_is("&lt;", "&amp;lt;");
    name_is("a\x1b[31m\n", "a\\033[31m\\012");
    name_is("\xff<", "\\377&lt;");
    name_is("\xc3\xa9\xe2\x80\xae", "\xc3\xa9\\u{202e}"); /* what turns the direction */
}

static void bytes_are(const char *bytes, size_t count, const uint16_t *costs, bool lines,
                      const char *wanted)
{
    text t = {NULL, 0, NULL};
    begin(&t);
    ock_page_bytes(t.to, (const uint8_t *)bytes, costs, count, lines);
    end(&t, wanted);
}

static void bytes_are_text(void **state)
{
    (void)state;
    bytes_are("a<b>&\"'", 7, NULL, true, "a&lt;b&gt;&amp;&quot;&#39;");
    bytes_are("</pre><script>", 14, NULL, true, "&lt;/pre&gt;&lt;script&gt;");
    bytes_are("x\ty\r\nz", 6, NULL, true, "x\xe2\x87\xa5y<u>\\r</u>\xe2\x86\xb5\nz");
    bytes_are("y\nz", 3, NULL, false, "y\xe2\x86\xb5z");
    bytes_are("\0\x1b\x7f", 3, NULL, true, "<u>\\x00</u><u>\\x1b</u><u>\\x7f</u>");
    bytes_are("\xe2\x80\xae\xc2\x9b\xef\xbb\xbf", 8, NULL, true,
              "<u>\\u{202e}</u><u>\\u{9b}</u><u>\\u{feff}</u>");
}

/* Cut, overlong, of surrogates and beyond the last: byte by byte. */
static void what_is_no_utf8_is_shown(void **state)
{
    (void)state;
    bytes_are("\xc3\xa9\xf0\x9f\x98\x80", 6, NULL, true, "\xc3\xa9\xf0\x9f\x98\x80");
    bytes_are("\xe2\x82", 2, NULL, true, "<u>\\xe2</u><u>\\x82</u>");
    bytes_are("\xc0\xbc", 2, NULL, true, "<u>\\xc0</u><u>\\xbc</u>");
    bytes_are("\xe0\x80\xbc", 3, NULL, true, "<u>\\xe0</u><u>\\x80</u><u>\\xbc</u>");
    bytes_are("\xed\xa0\x80", 3, NULL, true, "<u>\\xed</u><u>\\xa0</u><u>\\x80</u>");
    bytes_are("\xf4\x90\x80\x80", 4, NULL, true,
              "<u>\\xf4</u><u>\\x90</u><u>\\x80</u><u>\\x80</u>");
    assert_int_equal(ock_page_behind((const uint8_t *)"\x82\xac!", 3), 2);
    assert_int_equal(ock_page_behind((const uint8_t *)"\x82\x82\x82\x82", 4), 3);
    assert_int_equal(ock_page_behind((const uint8_t *)"a", 1), 0);
}

static void shades_follow_costs(void **state)
{
    static const uint16_t costs[] = {0, 0, 300, 300, 5000, 0};
    (void)state;
    bytes_are("abcd", 4, costs, true, "<i class=h0>ab</i><i class=h4>cd</i>");
    /* a character of two bytes has their mean */
    bytes_are("\xc3\xa9", 2, costs + 4, true, "<i class=h9>\xc3\xa9</i>");
    assert_int_equal(ock_page_shade(0, 1), 0);
    assert_int_equal(ock_page_shade(15, 1), 0);
    assert_int_equal(ock_page_shade(16, 1), 1);
    assert_int_equal(ock_page_shade(256, 1), 4);
    assert_int_equal(ock_page_shade(2560, 10), 4);
    assert_int_equal(ock_page_shade(UINT64_MAX, 1), OCK_PAGE_SHADES - 1);
    for (unsigned i = 0; i < OCK_PAGE_SHADES; i++) {
        assert_int_equal(ock_page_shade((uint64_t)(256 * ock_page_shade_from(i)), 1), i);
    }
}

static void count_is(uint64_t number, const char *wanted)
{
    text t = {NULL, 0, NULL};
    begin(&t);
    ock_page_count(t.to, number);
    end(&t, wanted);
}

static void counts_have_commas(void **state)
{
    (void)state;
    count_is(0, "0");
    count_is(999, "999");
    count_is(1000, "1,000");
    count_is(UINT64_MAX, "18,446,744,073,709,551,615");
}

/* The policy lets that script run and no other. */
static void the_policy_names_the_script(void **state)
{
    static const char script[] = OCK_PAGE_SCRIPT;
    uint8_t digest[crypto_hash_sha256_BYTES];
    char name[sodium_base64_ENCODED_LEN(sizeof digest, sodium_base64_VARIANT_ORIGINAL)];
    (void)state;
    crypto_hash_sha256(digest, (const uint8_t *)script, sizeof script - 1);
    sodium_bin2base64(name, sizeof name, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
    assert_string_equal(name, OCK_PAGE_SCRIPT_SHA256);
    assert_null(strstr(script, "innerHTML"));
    assert_null(strstr(script, "eval"));
}

/* ---- contrast ---- */

static double channel(unsigned value)
{
    /* the curve of sRGB between a few points is enough: 2.2 is within a hundredth of it */
    double v = value / 255.0, root = 1;
    for (int i = 0; i < 40; i++) {
        root = root - (root * root * root * root * root - v) / (5 * root * root * root * root);
    }
    return v * v * root; /* v^2.2 */
}

static double luminance(unsigned rgb)
{
    return 0.2126 * channel(rgb >> 16 & 255) + 0.7152 * channel(rgb >> 8 & 255) +
           0.0722 * channel(rgb & 255);
}

/* The colour that a variable of the style has, in the first or the second mode. */
static unsigned colour(const char *name, int mode)
{
    static const char css[] = OCK_PAGE_CSS;
    const char *at = css;
    unsigned value = 0;
    char digits[8] = "";
    for (int i = 0; i <= mode; i++) {
        at = strstr(at + i, name);
        assert_non_null(at);
    }
    assert_int_equal(sscanf(at + strlen(name), ":#%7[0-9a-f]", digits), 1);
    value = (unsigned)strtoul(digits, NULL, 16);
    return strlen(digits) == 3
               ? (value >> 8 & 15) * 0x110000 + (value >> 4 & 15) * 0x1100 + (value & 15) * 0x11
               : value;
}

static double contrast(const char *one, const char *other, int mode)
{
    const double a = luminance(colour(one, mode)), b = luminance(colour(other, mode));
    return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

/* WCAG 2: 4.5 for text, 3 for lines. */
static void colours_can_be_told(void **state)
{
    (void)state;
    for (int mode = 0; mode < 2; mode++) {
        char one[8], other[8];
        assert_true(contrast("--ink", "--page", mode) > 7);
        assert_true(contrast("--soft", "--page", mode) > 4.5);
        assert_true(contrast("--link", "--page", mode) > 4.5);
        for (int i = 0; i < OCK_PAGE_SHADES; i++) {
            snprintf(one, sizeof one, "--h%d", i);
            snprintf(other, sizeof other, "--t%d", i);
            assert_true(contrast(one, other, mode) > 4.5);
        }
        for (int i = 0; i < 6; i++) {
            snprintf(one, sizeof one, "--k%d", i);
            assert_true(contrast(one, "--page", mode) > 3);
        }
        for (int i = 0; i < 3; i++) {
            snprintf(one, sizeof one, "--b%d", i);
            snprintf(other, sizeof other, "--s%d", i);
            assert_true(contrast(one, other, mode) > 4.5);
        }
    }
}

/* ---- whole pages ---- */

enum { INPUT_BYTES = 6000, SPANS = 4 };

static char trace_path[] = "/tmp/ockham-page-XXXXXX";
static uint8_t input[INPUT_BYTES];

static ock_status read_input(void *context, uint64_t offset, void *bytes, size_t count)
{
    (void)context;
    assert_true(offset + count <= INPUT_BYTES);
    memcpy(bytes, input + offset, count);
    return OCK_OK;
}

/* A trace in which byte i costs i % 2048 units. */
static void write_trace(uint64_t bytes)
{
    uint8_t head[OCK_TRACE_HEAD_BYTES] = OCK_TRACE_MAGIC;
    FILE *to = fopen(trace_path, "wb");
    uint64_t sum = 0;
    assert_non_null(to);
    for (uint64_t i = 0; i < bytes; i++) {
        sum += i % 2048;
    }
    ock_put_le(head + 8, bytes, 8);
    ock_put_le(head + 16, sum, 8);
    fwrite(head, 1, sizeof head, to);
    for (uint64_t i = 0; i < bytes; i++) {
        uint8_t cost[2];
        ock_put_le(cost, i % 2048, 2);
        fwrite(cost, 1, 2, to);
    }
    assert_int_equal(fclose(to), 0);
}

static uint64_t spans[SPANS] = {100, 200, 300, 400};

static ock_container_info info(uint64_t bytes)
{
    return (ock_container_info){.input_bytes = bytes, .trace_marks = SPANS, .trace = spans};
}

static ock_length model(const char *path, const ock_container_info *about)
{
    return (ock_length){.path = path,
                        .about = about,
                        .plan = {.level = 5},
                        .data_bits = 123456,
                        .prior_bits = 777,
                        .spans = SPANS};
}

/* The page as a string, which the caller frees. */
static char *page_of(const ock_page *page)
{
    text t = {NULL, 0, NULL};
    begin(&t);
    assert_int_equal(ock_page_write(page, t.to), OCK_OK);
    assert_int_equal(fclose(t.to), 0);
    assert_int_equal(strlen(t.bytes), t.count); /* no NUL */
    return t.bytes;
}

static size_t times(const char *in, const char *part)
{
    size_t n = 0;
    for (const char *at = in; (at = strstr(at, part)) != NULL; at++) {
        n++;
    }
    return n;
}

static void links_lead_somewhere(const char *page)
{
    static const char link[] = "href=\"#";
    for (const char *at = strstr(page, link); at != NULL; at = strstr(at + 1, link)) {
        const char *name = at + sizeof link - 1;
        const int length = (int)strcspn(name, "\"");
        char id[64];
        snprintf(id, sizeof id, " id=%.*s", length, name);
        assert_int_equal(times(page, id), 1);
    }
}

/* What must hold of every page. */
static void check(const char *page)
{
    static const char *const paired[] = {"section", "svg", "table", "details", "pre", "script",
                                         "ul",      "h1",  "main",  "nav",     "u"};
    assert_int_equal(times(page, "<script"), 1);
    assert_int_equal(times(page, "http:") + times(page, "https:"), 0); /* loads nothing */
    assert_int_equal(times(page, "url(") + times(page, "@import"), 0);
    for (size_t i = 0; i < sizeof paired / sizeof paired[0]; i++) {
        char open[16], other[16], close[16];
        snprintf(open, sizeof open, "<%s>", paired[i]);
        snprintf(other, sizeof other, "<%s ", paired[i]);
        snprintf(close, sizeof close, "</%s>", paired[i]);
        assert_int_equal(times(page, open) + times(page, other), times(page, close));
    }
    assert_int_equal(times(page, "<i class="), times(page, "</i>"));
    links_lead_somewhere(page);
    assert_non_null(strstr(page, "</html>"));
    assert_null(strstr(page, "nan"));
    assert_null(strstr(page, "inf"));
}

static void a_page_without_a_trace(void **state)
{
    (void)state;
    const ock_container_info about = info(INPUT_BYTES);
    const ock_length models[] = {model("a<b>.ock", &about), model("c\n.ock", &about)};
    char *page = page_of(&(ock_page){.models = models, .count = 2, .program_bits = 1000});
    check(page);
    assert_non_null(strstr(page, "a&lt;b&gt;.ock"));
    assert_non_null(strstr(page, "c\\012.ock"));
    assert_null(strstr(page, "a<b>"));
    assert_non_null(strstr(page, ">123,456<"));
    assert_non_null(strstr(page, ">125,233<"));     /* the sum */
    assert_non_null(strstr(page, "<b>0.5333</b>")); /* 800 bits of 1500 bytes */
    assert_non_null(strstr(page, "--trace-bytes")); /* what there could be besides */
    assert_null(strstr(page, "<pre"));
    free(page);
}

static char *traced_page_of(const ock_length *one, const ock_source *source)
{
    ock_trace trace;
    write_trace(one->about->input_bytes);
    assert_int_equal(ock_trace_open(trace_path, &trace), OCK_OK);
    char *page = page_of(&(ock_page){.models = one, .count = 1, .traces = &trace, .input = source});
    ock_trace_close(&trace);
    return page;
}

static char *traced_page(uint64_t bytes, const ock_source *source)
{
    const ock_container_info about = info(bytes);
    const ock_length one = model("one.ock", &about);
    return traced_page_of(&one, source);
}

/* An input that would end elements, begin others and run scripts. */
static void a_hostile_input_is_text(void **state)
{
    static const char hostile[] =
        "</i></pre></td><script>alert(1)</script><img src=x onerror=alert(2)>\x1b]&#60;\xff\n";
    const ock_source source = {read_input, NULL};
    (void)state;
    for (size_t i = 0; i < INPUT_BYTES; i++) {
        input[i] = (uint8_t)hostile[i % (sizeof hostile - 1)];
    }
    char *page = traced_page(INPUT_BYTES, &source);
    check(page);
    assert_null(strstr(page, "<img"));
    assert_non_null(strstr(page, "<pre class=heat"));
    assert_non_null(strstr(page, "&lt;"));
    assert_non_null(strstr(page, "<u>\\x1b</u>"));
    assert_non_null(strstr(page, "<u>\\xff</u>"));
    free(page);
}

/* Zeros and noise are drawn, not written out. */
static void other_data_is_an_image(void **state)
{
    const ock_source source = {read_input, NULL};
    (void)state;
    for (size_t i = 0; i < INPUT_BYTES; i++) {
        input[i] = (uint8_t)(i * i >> 3);
    }
    char *page = traced_page(INPUT_BYTES, &source);
    check(page);
    assert_null(strstr(page, "As text"));
    assert_non_null(strstr(page, "<svg id=image"));
    free(page);
}

/* The dearest stretch of costs that grow and fall to none again is before the fall. */
static void stretches_are_found(void **state)
{
    (void)state;
    char *page = traced_page(INPUT_BYTES, NULL);
    const char *dearest = strstr(page, "<h3>Dearest"), *cheapest = strstr(page, "<h3>Cheapest");
    check(page);
    assert_non_null(dearest);
    assert_non_null(cheapest);
    assert_true(dearest < cheapest);
    const char *row = strstr(dearest, "<tbody>\n<tr><th scope=row class=n>");
    assert_non_null(row);
    /* 187 parts: the last whole one before 2048 or before 4096 */
    assert_true(strstr(row, ">2,0") != NULL || strstr(row, ">4,0") != NULL);
    row = strstr(cheapest, "<tbody>\n<tr><th scope=row class=n>");
    assert_non_null(row);
    assert_int_equal(strncmp(row + strlen("<tbody>\n<tr><th scope=row class=n>"), "0<", 2), 0);
    free(page);
}

static void long_inputs_make_no_long_page(void **state)
{
    (void)state;
    char *page = traced_page(3000000, NULL);
    check(page);
    assert_true(strlen(page) < 1000000);
    free(page);
}

/* 0, 1, 2 and a few bytes. */
static void short_inputs_have_a_page(void **state)
{
    const ock_source source = {read_input, NULL};
    (void)state;
    memset(input, 'x', sizeof input);
    for (uint64_t bytes = 0; bytes < 70; bytes = 2 * bytes + 1) {
        ock_container_info about = info(bytes);
        about.trace_marks = 0;
        ock_length one = model("one.ock", &about);
        one.spans = 1;
        one.whole_bits = 40;
        char *page = traced_page_of(&one, &source);
        check(page);
        free(page);
        page = page_of(&(ock_page){.models = &one, .count = 1});
        check(page);
        free(page);
    }
}

static int make_path(void **state)
{
    (void)state;
    const int fd = mkstemp(trace_path);
    return fd >= 0 && sodium_init() >= 0 ? close(fd) : -1;
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(trace_path);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_text),           cmocka_unit_test(bytes_are_text),
        cmocka_unit_test(what_is_no_utf8_is_shown), cmocka_unit_test(shades_follow_costs),
        cmocka_unit_test(counts_have_commas),       cmocka_unit_test(the_policy_names_the_script),
        cmocka_unit_test(colours_can_be_told),      cmocka_unit_test(a_page_without_a_trace),
        cmocka_unit_test(a_hostile_input_is_text),  cmocka_unit_test(other_data_is_an_image),
        cmocka_unit_test(stretches_are_found),      cmocka_unit_test(long_inputs_make_no_long_page),
        cmocka_unit_test(short_inputs_have_a_page),
    };
    return ock_run_cases(argc, argv, tests, make_path, remove_path);
}
