/* SPDX-License-Identifier: MIT */
/* test_score.c - the score command: items of every kind, threads and ranks, reports, exit codes, refusals.
 *
 * Usage: test_score PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

enum { BYTES = 30000 };

/* corpus: the sample's beginning. items: lines of it (odd ones), and of what comes behind it. */
static void make_inputs(void)
{
    ock_make_alice("all", 2 * BYTES);
    ock_expect(0, "head -c %d all >corpus && tail -c %d all >behind && rm all", BYTES, BYTES);
    ock_expect(0, "sed -n '/.\\{60\\}/p' corpus | sed -n 200,209p >old");
    ock_expect(0, "sed -n '/.\\{60\\}/p' behind | sed -n 200,209p >new");
    ock_expect(0, "paste -d '\\n' old new >items");
}

/* Bits of evidence of item `number` in lines of JSON. */
static double evidence(const char *lines, int number)
{
    while (--number > 0) {
        lines = strchr(lines, '\n') + 1;
    }
    json_t *object = json_loads(lines, JSON_DISABLE_EOF_CHECK, NULL);
    const json_t *value = json_object_get(object, "evidence_bits");
    assert_true(json_is_real(value));
    const double bits = json_real_value(value);
    json_decref(object);
    return bits;
}

static void old_lines_are_told_from_new_ones(void **state)
{
    (void)state;
    make_inputs();
    const char *out = ock_expect(0, "$OCKHAM score -T 1 --json --given corpus items")->out;
    for (int i = 1; i <= 20; i++) {
        assert_true(i % 2 == 1 ? evidence(out, i) > 20 : evidence(out, i) < 16);
    }
    ock_assert_says(out, "\"corpus_file\":\"corpus\",\"corpus_offset\":");
    out = ock_expect(0, "$OCKHAM score -T 1 --top 3 --given corpus items")->out;
    ock_assert_says(out, "20 items; 10 with more than 16 bits of evidence");
    assert_null(strstr(out, "items:2 "));
    ock_assert_folder("behind corpus items new old");
}

/* In capitals, at other widths and without punctuation it is the same to --fold; places are those of the file. */
static void folded_lines_are_the_same(void **state)
{
    (void)state;
    make_inputs();
    ock_expect(0, "tr 'a-z' 'A-Z' <old | tr -d ',.' | tr ' ' '\\n' >wrapped");
    ock_expect(0, "$OCKHAM score -T 1 --json --fold --by file --given corpus wrapped >a");
    ock_expect(0, "$OCKHAM score -T 1 --json --fold --by file --given corpus old >b");
    ock_expect(0, "sed 's/wrapped/old/' a >c");
    ock_assert_same("b", "c");
    assert_true(evidence(ock_expect(0, "cat a")->out, 1) > 100);
}

static void threads_and_ranks_change_no_byte(void **state)
{
    (void)state;
    make_inputs();
    ock_expect(0, "$OCKHAM score -T 1 --json --given corpus --baseline behind items >one");
    ock_expect(0, "$OCKHAM score -T 2 --json --given corpus --baseline behind items >two");
    ock_assert_same("one", "two");
    ock_expect(0, "$OCKHAM score -T 1 --given corpus items --html one.html >table1");
    if (ock_rank_limit() > 1) {
        ock_expect(0, "%s $OCKHAM score -T 1 --json --given corpus --baseline behind items >ranks",
                   ock_on_ranks(2));
        ock_assert_same("one", "ranks");
        ock_expect(0, "%s $OCKHAM score -T 1 --given corpus items --html two.html >table2",
                   ock_on_ranks(2));
        ock_assert_same("table1", "table2");
        ock_assert_same("one.html", "two.html");
    }
}

/* Lines, paragraphs, files and fields with the same texts have the same scores. */
static void items_of_every_kind(void **state)
{
    (void)state;
    make_inputs();
    ock_expect(
        0,
        "mkdir files && head -n 1 old | tr -d '\\r\\n' >files/a && head -n 1 new | tr -d '\\r\\n' "
        ">files/b");
    ock_expect(0, "(cat files/a; echo; cat files/b) >lines");
    ock_expect(0, "(cat files/a; echo; echo; cat files/b) >paragraphs");
    ock_expect(0, "sed 's/\"/\\\\\"/g; s/.*/{\"t\": \"&\"}/' lines >fields");
    ock_expect(0,
               "for k in lines '--by paragraph paragraphs' '--field t fields' files; do $OCKHAM "
               "score -T 1 --json --given corpus $k | sed 's/.*\"bytes\"/\"bytes\"/' >out; cat out "
               ">>all; done");
    ock_expect(0, "test $(sort -u all | wc -l) = 2 && test $(wc -l <all) = 8");
    ock_expect(0, "mkdir many && cp corpus many/c && $OCKHAM score -T 1 --json --given behind many "
                  "files >several");
    ock_assert_says(ock_expect(0, "cat several")->out, "\"corpus_file\":\"many/c\"");
}

/* What was learned is found again, of the same corpus and options alone; what is damaged is refused. */
static void a_state_is_used_again(void **state)
{
    (void)state;
    make_inputs();
    ock_expect(0, "$OCKHAM score -T 1 --json --given corpus new >wanted");
    for (int i = 0; i < 2; i++) {
        ock_expect(0, "$OCKHAM score -T 1 --json --given corpus --state D new >made");
        ock_assert_same("made", "wanted");
        ock_expect(0, "test $(ls D | wc -l) = 1");
    }
    ock_expect(0, "printf x | dd of=$(ls D/*) bs=1 seek=5000 conv=notrunc 2>dd");
    ock_assert_says(ock_expect(2, "$OCKHAM score -T 1 --given corpus --state D new")->err,
                    "D/score-");
    ock_expect(0, "$OCKHAM score -T 1 --given corpus --fold --state D new >made");
    ock_expect(0, "test $(ls D | wc -l) = 2");
    ock_expect(0, "chmod 720 D");
    ock_assert_says(ock_expect(1, "$OCKHAM score -T 1 --given corpus --state D new")->err,
                    "D: others can write to this directory");
    ock_assert_folder("D behind corpus dd items made new old wanted");
}

static void a_limit_decides_the_exit_code(void **state)
{
    (void)state;
    make_inputs();
    ock_expect(0, "$OCKHAM score -q -T 1 --given corpus --fail-above 16 new");
    ock_assert_says(
        ock_expect(4, "$OCKHAM score -q -T 1 --given corpus --fail-above 16 items")->err,
        "more than --fail-above 16");
}

static void a_page_shows_what_was_found(void **state)
{
    (void)state;
    make_inputs();
    ock_expect(0, "echo '<b>&\"'\"$(head -n 1 old)\" >odd");
    ock_expect(0, "$OCKHAM score -T 1 --given corpus odd --html page.html");
    const char *page = ock_expect(0, "cat page.html")->out;
    ock_assert_says(page, "&lt;b&gt;&amp;&quot;");
    ock_assert_says(page, "In the corpus, corpus:");
    ock_assert_says(page, "</html>");
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "://"));
    ock_assert_says(page, "default-src 'none'"); /* nothing is loaded, and nothing runs */
    ock_assert_says(ock_expect(1, "$OCKHAM score -T 1 --given corpus odd --html page.html")->err,
                    "page.html");
    ock_expect(0, "$OCKHAM score -T 1 -f --given corpus odd --html page.html");
    ock_assert_folder("behind corpus items new odd old page.html");
}

/* Of a long text the page has beginning and end, around the stretch that was found and within it. */
static void a_page_of_long_items_is_short(void **state)
{
    (void)state;
    make_inputs();
    ock_expect(0, "mkdir long && (cat behind; head -c 20000 corpus; cat behind) >long/a");
    ock_expect(0, "$OCKHAM score -T 1 --given corpus long --html page.html");
    ock_expect(0, "test $(wc -c <page.html) -lt 60000");
    const char *page = ock_expect(0, "cat page.html")->out;
    ock_assert_says(page, " bytes ... </small>");
    ock_assert_says(page, "</mark>");
}

static void a_compressed_corpus_is_told(void **state)
{
    (void)state;
    make_inputs();
    ock_expect(0, "$OCKHAM compress -1 -T 1 -q corpus");
    ock_assert_says(ock_expect(0, "$OCKHAM score -T 1 --given corpus --given corpus.ock new")->err,
                    "corpus.ock: is compressed: what it was made from is not looked for");
}

static void refusals(void **state)
{
    static const char *const cases[][2] = {
        {"--given corpus empty", "empty: has no items"},
        {"--given empty items", "empty: the corpus is empty"},
        {"--given corpus --baseline empty items", "empty: the baseline is empty"},
        {"--given blank --fold items", "blank: the corpus has neither letters nor digits"},
        {"--given corpus --field t items", "items, line 1: is no JSON object: "},
        {"--given corpus --field t list", "list, line 1: is no JSON object\n"},
        {"--given corpus --field t halves", "halves, line 1: is no JSON object: invalid Unicode"},
        {"--given corpus --by json items", "--by json needs --field"},
        {"--given corpus --by line --field t items", "--field is for --by json"},
        {"--given corpus --by word items", "--by word: expected line"},
        {"--given corpus items --html items", "items: is the input, and cannot be the page"},
        {"--given corpus items --html corpus", "corpus: is the corpus, and cannot be the page"},
        {"--given missing items", "missing: cannot be opened"},
        {"--given corpus", "takes one FILE or more"},
        {"corpus items", "score needs --given CORPUS"},
        {"--given - -", "standard input"},
    };
    (void)state;
    make_inputs();
    ock_expect(0, ": >empty; echo ... >blank; echo '[]' >list; echo '{\"t\":\"\\ud800\"}' >halves");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ock_outcome *o = ock_expect(1, "$OCKHAM score -T 1 %s", cases[i][0]);
        ock_assert_says(o->err, cases[i][1]);
        assert_int_equal(o->out_bytes, 0);
    }
    ock_assert_folder("behind blank corpus empty halves items list new old");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ock_folder_new, ock_folder_remove)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(old_lines_are_told_from_new_ones),
        CASE(folded_lines_are_the_same),
        CASE(threads_and_ranks_change_no_byte),
        CASE(items_of_every_kind),
        CASE(a_state_is_used_again),
        CASE(a_limit_decides_the_exit_code),
        CASE(a_page_shows_what_was_found),
        CASE(a_page_of_long_items_is_short),
        CASE(a_compressed_corpus_is_told),
        CASE(refusals),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
