/* SPDX-License-Identifier: MIT */
/* test_score.c - scores of items: they depend on corpus and item alone, find what was copied, and leave what was
 * learned as it is. Text that is folded, cut into items, and searched for copies is compared with what is plain. */
#include "model_fixture.h"

#include "codec/study.h"
#include "measure/fold.h"
#include "measure/score.h"

enum { CORPUS = 24000, ITEMS = 12 };

/* Words of five to nine letters, from a vocabulary of 5,000: so that nothing of some length comes twice. */
static uint64_t make_text(uint8_t *text, uint64_t bytes, uint64_t stream)
{
    uint64_t at = 0;
    for (uint64_t i = 0; at < bytes; i++) {
        uint64_t word = fixture_bits(stream, i) % 5000 + 5000;
        for (uint64_t k = 0; k < 5 + word % 5 && at < bytes; k++) {
            text[at++] = (uint8_t)('a' + (word = word * 2862933555777941757u + 3037000493u) % 26);
        }
        if (at < bytes) {
            text[at++] = ' ';
        }
    }
    return at;
}

static ock_texts one_text(const void *bytes, uint64_t count)
{
    ock_texts t = {.count = count, .part_count = 1, .room = 1};
    t.bytes = fixture_memory(count + 1, 1);
    memcpy(t.bytes, bytes, count);
    t.parts = fixture_memory(1, sizeof *t.parts);
    t.parts[0] = (ock_text_part){strdup("file"), 0, count, 0};
    return t;
}

/* ---- folding ---- */

static void folded_text(void **state)
{
    static const char *const cases[][2] = {
        {"Hello,  World!\n", "hello world"},
        {"  don't -- stop. It's O'Brien's", "dont stop its obriens"},
        {"'quoted' words' end'", "quoted words end"},
        {"a_b\tc\x01"
         "d",
         "a b c d"},
        {"\xC3\x89t\xC3\xA9 \xE2\x80\x9C\xCE\x91\xD0\x96\xE2\x80\x9D",
         "\xC3\xA9t\xC3\xA9 \xCE\xB1\xD0\xB6"},
        {"it\xE2\x80\x99s \xFF\xE2\x80", "its \xFF\xE2\x80"},
        {"", ""},
        {"...", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t count = strlen(cases[i][0]);
        uint8_t apart[64], same[64];
        const size_t folded = ock_fold((const uint8_t *)cases[i][0], count, apart);
        assert_int_equal(folded, strlen(cases[i][1]));
        assert_memory_equal(apart, cases[i][1], folded);
        memcpy(same, cases[i][0], count);
        assert_int_equal(ock_fold(same, count, same), folded);
        assert_memory_equal(same, apart, folded);
        assert_int_equal(ock_fold(apart, folded, same), folded); /* once more changes nothing */
        assert_memory_equal(same, apart, folded);
    }
}

static void folded_bytes_have_an_origin(void **state)
{
    static const char text[] = " The -- \"End's\" \xC3\x89t\xC3\xA9";
    uint8_t folded[64];
    size_t places[64];
    const size_t count = ock_fold((const uint8_t *)text, strlen(text), folded);
    (void)state;
    for (size_t i = 0; i <= count; i++) {
        places[i] = i;
    }
    ock_fold_origins((const uint8_t *)text, strlen(text), places, count + 1);
    for (size_t i = 0; i < count; i++) {
        const uint8_t from = (uint8_t)text[places[i]];
        assert_true(folded[i] == ' '
                        ? from <= '"'
                        : folded[i] == (from < 0x80 ? from | 0x20 : from) || from == 0x89);
        assert_true(i == 0 || places[i] > places[i - 1]);
    }
    assert_int_equal(places[count], strlen(text));
}

/* ---- items ---- */

static void assert_items(const char *text, ock_item_kind kind, const char *field,
                         const char *const *expected, const uint64_t *lines, size_t count)
{
    ock_texts from = one_text(text, strlen(text)), items = {.bytes = NULL};
    assert_int_equal(ock_texts_cut(&from, "path", kind, field, &items), OCK_OK);
    assert_int_equal(items.part_count, count);
    for (size_t i = 0; i < count; i++) {
        const ock_text_part *part = &items.parts[i];
        assert_int_equal(part->end - part->begin, strlen(expected[i]));
        assert_memory_equal(items.bytes + part->begin, expected[i], strlen(expected[i]));
        assert_int_equal(part->line, lines[i]);
    }
    ock_texts_clear(&from);
    ock_texts_clear(&items);
}

static void cut_into_items(void **state)
{
    (void)state;
    assert_items("one\r\n\r\n  \ntwo words\nthree", OCK_ITEM_LINE, NULL,
                 (const char *const[]){"one", "two words", "three"}, (const uint64_t[]){1, 4, 5},
                 3);
    assert_items("\none\ntwo \n \n\nthree\n", OCK_ITEM_PARAGRAPH, NULL,
                 (const char *const[]){"one\ntwo", "three"}, (const uint64_t[]){2, 6}, 2);
    assert_items("one\n\ntwo", OCK_ITEM_FILE, NULL, (const char *const[]){"one\n\ntwo"},
                 (const uint64_t[]){0}, 1);
    assert_items("{\"t\": \"one\\ntwo\", \"x\": 1}\n\n{\"t\": \"\\u00e9\"}", OCK_ITEM_FIELD, "t",
                 (const char *const[]){"one\ntwo", "\xC3\xA9"}, (const uint64_t[]){1, 3}, 2);
}

static void assert_no_items(const char *text, ock_item_kind kind, const char *reason)
{
    ock_texts from = one_text(text, strlen(text)), items = {.bytes = NULL};
    ock_error_clear();
    assert_int_equal(ock_texts_cut(&from, "path", kind, "t", &items), OCK_ENVIRONMENT);
    assert_non_null(strstr(ock_error_text(), reason));
    ock_error_clear();
    ock_texts_clear(&from);
    ock_texts_clear(&items);
}

static void refused_items(void **state)
{
    (void)state;
    assert_no_items("", OCK_ITEM_LINE, "path: has no items");
    assert_no_items("\n \n", OCK_ITEM_PARAGRAPH, "path: has no items");
    assert_no_items("{\"t\": \"a\"}\n{\"u\": \"a\"}", OCK_ITEM_FIELD, "file, line 2: has no text");
    assert_no_items("{\"t\": 3}", OCK_ITEM_FIELD, "line 1: has no text in a field \"t\"");
    assert_no_items("[1]", OCK_ITEM_FIELD, "line 1: is no JSON object");
    assert_no_items("{\"t\": ", OCK_ITEM_FIELD, "line 1: is no JSON object");
}

/* ---- evidence ---- */

static void the_best_stretch_counts(void **state)
{
    enum { ONE = OCK_COST_UNIT };
    const uint32_t fresh[] = {4 * ONE, 4 * ONE, 4 * ONE, 4 * ONE, 4 * ONE, 4 * ONE, ONE};
    const uint32_t copied[] = {6 * ONE, 0, 0, 20 * ONE, 0, 0, 9 * ONE};
    ock_score score = {.evidence = 1};
    (void)state;
    /* twice the gains: -7, 5, 5, -23, 5, 5, -15 */
    ock_score_stretch(fresh, copied, 7, &score);
    assert_int_equal(score.evidence, 5 * ONE);
    assert_int_equal(score.begin, 1);
    assert_int_equal(score.end, 3);
    ock_score_stretch(fresh + 4, copied + 4, 3, &score);
    assert_int_equal(score.begin, 0);
    assert_int_equal(score.end, 2);
    ock_score_stretch(copied, fresh, 1, &score); /* 2 - 3 */
    assert_int_equal(score.evidence, 0);
    assert_int_equal(score.end, 0);
}

/* ---- scores ---- */

static ock_scorer_setting setting_of(ock_team *team)
{
    ock_scorer_setting s = {.kernels = fixture_kernels(),
                            .team = team,
                            .wishes = {.level = 1, .lanes = 2, .shards = 2}};
    assert_int_equal(ock_config_level(1, &s.wishes.config), OCK_OK);
    return s;
}

/* Half of the items are parts of the corpus, one with a word in its middle replaced, half are new. */
static ock_texts make_items(const uint8_t *corpus, const size_t *order, size_t count)
{
    enum { BYTES = 150 };
    ock_texts t = {.part_count = count, .room = count};
    uint8_t item[BYTES];
    t.bytes = fixture_memory(count * BYTES, 1);
    t.parts = fixture_memory(count, sizeof *t.parts);
    for (size_t i = 0; i < count; i++) {
        const size_t number = order[i];
        const size_t bytes = BYTES - 5 * number;
        if (number % 2 == 0) {
            memcpy(item, corpus + 100 + 1777 * number, bytes);
            if (number == 4) {
                memset(item + 70, 'o', 5);
            }
        } else {
            make_text(item, bytes, 900 + number);
        }
        memcpy(t.bytes + t.count, item, bytes);
        t.parts[i] = (ock_text_part){NULL, t.count, t.count + bytes, number};
        t.count += bytes;
    }
    return t;
}

/* scores: by number of the item. */
static void score(const uint8_t *corpus, const size_t *order, size_t count, size_t threads,
                  ock_score *scores)
{
    ock_comm *comm = NULL;
    ock_team *team = NULL;
    uint64_t forgotten = 1;
    ock_score list[ITEMS];
    assert_int_equal(ock_comm_alone(&comm), OCK_OK);
    assert_int_equal(ock_team_new(threads, &team), OCK_OK);
    const ock_scorer_setting setting = setting_of(team);
    ock_scoring what = {.given = one_text(corpus, CORPUS),
                        .items = make_items(corpus, order, count)};
    assert_int_equal(ock_score_items(comm, &setting, &what, list, &forgotten), OCK_OK);
    assert_int_equal(forgotten, 0);
    for (size_t i = 0; i < count; i++) {
        scores[order[i]] = list[i];
    }
    ock_texts_clear(&what.given);
    ock_texts_clear(&what.items);
    ock_team_free(team);
    ock_comm_free(comm);
}

static void order_number_and_threads_change_no_score(void **state)
{
    static const size_t forwards[ITEMS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    static const size_t backwards[ITEMS] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    static const size_t few[2] = {4, 7};
    ock_score one[ITEMS], other[ITEMS];
    uint8_t *corpus = fixture_memory(CORPUS, 1);
    (void)state;
    memset(one, 0, sizeof one);
    memset(other, 0, sizeof other);
    make_text(corpus, CORPUS, 1);
    score(corpus, forwards, ITEMS, 1, one);
    score(corpus, backwards, ITEMS, 2, other);
    assert_memory_equal(one, other, sizeof one);
    score(corpus, few, 2, 1, other);
    assert_memory_equal(one, other, sizeof one);
    for (size_t i = 0; i < ITEMS; i++) {
        const uint64_t bits = one[i].evidence / OCK_COST_UNIT;
        assert_true(i % 2 == 0 ? bits > 25 : bits < 12);
        assert_true(i % 2 == 0 ? one[i].given < one[i].without / 2 : one[i].copied.bytes < 40);
    }
    assert_int_equal(one[2].copied.at, 100 + 1777 * 2);
    assert_int_equal(one[2].copied.bytes, 140);
    free(corpus);
}

/* ---- what was learned stays ---- */

static ock_codec *new_codec(ock_comm *comm)
{
    const ock_scorer_setting setting = setting_of(NULL);
    ock_plan plan;
    ock_codec *codec = NULL;
    assert_int_equal(ock_plan_make(CORPUS, &setting.wishes, &plan), OCK_OK);
    plan.map.groups = 1;
    assert_int_equal(ock_codec_new(comm, NULL, setting.kernels, &plan, &codec), OCK_OK);
    return codec;
}

static ock_status read_text(void *context, uint64_t offset, void *bytes, size_t count)
{
    memcpy(bytes, (const uint8_t *)context + offset, count);
    return OCK_OK;
}

/* Neither asking nor what a reader learns for itself is seen in the state; a control: the stage's own learning is. */
static void readers_change_nothing(void **state)
{
    ock_comm *comm = NULL;
    ock_reader *reader = NULL;
    ock_interval interval, again;
    uint8_t before[OCK_MARK_BYTES], after[OCK_MARK_BYTES];
    uint8_t *corpus = fixture_memory(CORPUS, 1);
    const ock_source source = {read_text, corpus};
    (void)state;
    make_text(corpus, CORPUS, 2);
    assert_int_equal(ock_comm_alone(&comm), OCK_OK);
    ock_codec *codec = new_codec(comm);
    assert_int_equal(ock_study(codec, &source, CORPUS), OCK_OK);
    assert_int_equal(ock_codec_digest(codec, before), OCK_OK);
    assert_int_equal(ock_reader_new(NULL, codec->mixing, &reader), OCK_OK);
    assert_int_equal(ock_reader_own(reader), OCK_OK);
    assert_int_equal(ock_reader_code(reader, 'q', &interval), OCK_OK);
    for (size_t i = 0; i < 3000; i++) {
        assert_int_equal(ock_reader_learn(reader, corpus[i]), OCK_OK);
    }
    ock_reader_start(reader, "");
    assert_int_equal(ock_reader_code(reader, 'q', &again), OCK_OK);
    assert_int_equal(ock_codec_digest(codec, after), OCK_OK);
    assert_memory_equal(before, after, sizeof before);
    assert_true(interval.width != again.width); /* it has learned */
    ock_choice taught = {.symbol = 'q'};
    assert_int_equal(ock_mixing_code(codec->mixing, 0, NULL, &taught), OCK_OK);
    assert_int_equal(ock_codec_digest(codec, after), OCK_OK);
    assert_memory_not_equal(before, after, sizeof before);
    ock_reader_free(reader);
    ock_codec_free(codec);
    ock_comm_free(comm);
    free(corpus);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folded_text),
        cmocka_unit_test(folded_bytes_have_an_origin),
        cmocka_unit_test(cut_into_items),
        cmocka_unit_test(refused_items),
        cmocka_unit_test(the_best_stretch_counts),
        cmocka_unit_test(order_number_and_threads_change_no_score),
        cmocka_unit_test(readers_change_nothing),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
