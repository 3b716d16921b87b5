/* SPDX-License-Identifier: MIT */
/* test_run_identity.c - the description of a run, whatever it works on: the run comes back from it, and from
 * no other text. */
#include "model_fixture.h"

#include "archive/run_identity.h"

static ock_plan make_plan(uint64_t bytes, uint32_t level, uint32_t priors)
{
    ock_wishes wishes = {.level = level, .priors.count = priors};
    ock_plan plan;
    for (uint32_t i = 0; i < priors; i++) {
        wishes.priors.of[i].bytes = (uint64_t)i << 40;
        memset(wishes.priors.of[i].digest, (int)i + 1, sizeof wishes.priors.of[i].digest);
    }
    assert_int_equal(ock_config_level(level, &wishes.config), OCK_OK);
    assert_int_equal(ock_plan_make(bytes, &wishes, &plan), OCK_OK);
    return plan;
}

/* What a run may work on: a file, a list of files, a compressed file. */
enum { SUBJECTS = 3 };

static ock_run_subject make_subject(size_t which)
{
    static const uint8_t digest[OCK_DIGEST_BYTES] = {0x5a, 1, 0xff};
    static uint8_t bytes[2];
    const ock_manifest list = {bytes, sizeof bytes};
    return which == 0   ? ock_run_encodes(digest, NULL)
           : which == 1 ? ock_run_encodes(digest, &list)
                        : ock_run_decodes(digest);
}

static char *describe(const ock_run_identity *run)
{
    char *text = NULL;
    assert_int_equal(ock_run_identity_write(run, &text), OCK_OK);
    return text;
}

/* OCK_OK or OCK_BAD_DATA with a message. */
static bool is_read(const char *text, ock_run_identity *run)
{
    const ock_status status = ock_run_identity_read(text, run);
    assert_true(status == OCK_OK || status == OCK_BAD_DATA);
    assert_true((ock_error_text()[0] == '\0') == (status == OCK_OK));
    ock_error_clear();
    return status == OCK_OK;
}

static void assert_same_runs(const ock_run_identity *a, const ock_run_identity *b)
{
    assert_int_equal(a->subject.decodes, b->subject.decodes);
    assert_int_equal(a->subject.has_list, b->subject.has_list);
    assert_memory_equal(a->subject.digest, b->subject.digest, OCK_DIGEST_BYTES);
    assert_memory_equal(a->subject.list_digest, b->subject.list_digest, OCK_DIGEST_BYTES);
    assert_int_equal(a->plan.level, b->plan.level);
    assert_true(ock_config_same(&a->plan.config, &b->plan.config));
    assert_true(a->plan.map.bytes == b->plan.map.bytes);
    assert_int_equal(a->plan.map.lanes, b->plan.map.lanes);
    assert_int_equal(a->plan.map.shards, b->plan.map.shards);
    assert_int_equal(a->plan.map.groups, b->plan.map.groups);
    assert_int_equal(a->plan.priors.count, b->plan.priors.count);
    for (uint32_t i = 0; i < a->plan.priors.count; i++) {
        assert_true(a->plan.priors.of[i].bytes == b->plan.priors.of[i].bytes);
        assert_memory_equal(a->plan.priors.of[i].digest, b->plan.priors.of[i].digest,
                            OCK_DIGEST_BYTES);
    }
}

static void runs_come_back(void **state)
{
    static const uint64_t lengths[] = {0, 1, 100000, UINT64_MAX >> 1};
    static const uint32_t priors[] = {0, 1, 2, OCK_MAX_PRIORS};
    (void)state;
    for (uint32_t level = OCK_LEVEL_MIN; level <= OCK_LEVEL_MAX; level++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            const ock_run_identity run = {make_subject((level + i) % SUBJECTS),
                                          make_plan(lengths[i], level, priors[(level + i) % 4])};
            ock_run_identity again;
            char *text = describe(&run);
            assert_true(is_read(text, &again));
            assert_same_runs(&run, &again);
            free(text);
        }
    }
}

/* A run of each kind, with priors. */
static char *example(size_t which)
{
    const ock_run_identity run = {make_subject(which), make_plan(100000, 5, 2)};
    return describe(&run);
}

static bool begins(const char *line, const char *name)
{
    return strncmp(line, name, strlen(name)) == 0;
}

/* A line left out, there twice, or behind the next one makes no run; but priors may be fewer, more, or in
 * another order, and without its list a run is one of a single file. */
static void lines_are_there_once_and_in_order(void **state)
{
    ock_run_identity run;
    (void)state;
    for (size_t which = 0; which < SUBJECTS; which++) {
        char *text = example(which), *changed = NULL;
        size_t lines = 0;
        for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1, lines++) {
            const char *next = strchr(line, '\n') + 1;
            const char *end = *next != '\0' ? strchr(next, '\n') + 1 : next;
            const int before = (int)(line - text), length = (int)(next - line);
            const bool prior = begins(line, "prior=");
            assert_true(asprintf(&changed, "%.*s%s", before, text, next) > 0);
            assert_int_equal(is_read(changed, &run), prior || begins(line, "manifest_"));
            free(changed);
            assert_true(asprintf(&changed, "%.*s%.*s%s", before, text, length, line, line) > 0);
            assert_int_equal(is_read(changed, &run), prior);
            free(changed);
            assert_true(asprintf(&changed, "%.*s%.*s%.*s%s", before, text, (int)(end - next), next,
                                 length, line, end) > 0);
            assert_int_equal(is_read(changed, &run), prior);
            free(changed);
        }
        assert_true(lines > 40);
        free(text);
    }
}

static void other_texts_are_refused(void **state)
{
    ock_run_identity run;
    (void)state;
    for (size_t which = 0; which < SUBJECTS; which++) {
        char *text = example(which), *changed = NULL;
        static const char *const wrappings[][2] = {
            {"", "\n"},       {"\n", ""}, {"", "mood=1\n"}, {"mood=1\n", ""},
            {"", "seed=1\n"}, {"", "="},  {" ", ""},        {"", "prior=1:00\n"}};
        for (size_t i = 0; i < sizeof wrappings / sizeof wrappings[0]; i++) {
            assert_true(asprintf(&changed, "%s%s%s", wrappings[i][0], text, wrappings[i][1]) > 0);
            assert_false(is_read(changed, &run));
            free(changed);
        }
        text[strlen(text) - 1] = '\0'; /* its last line feed */
        assert_false(is_read(text, &run));
        free(text);
    }
    assert_false(is_read("", &run));
}

/* Whether the description of a run of the kind, its line of `name` replaced by `line`, tells of one. */
static bool is_one(size_t which, const char *name, const char *line)
{
    char *text = example(which), *changed = NULL;
    ock_run_identity run;
    const char *start = strstr(text, name);
    assert_non_null(start);
    assert_true(start == text || start[-1] == '\n');
    assert_true(asprintf(&changed, "%.*s%s%s", (int)(start - text), text, line,
                         start + strcspn(start, "\n")) > 0);
    const bool good = is_read(changed, &run);
    free(changed);
    free(text);
    return good;
}

static bool tells_of_a_plan(const char *name, const char *line)
{
    return is_one(0, name, line);
}

static void numbers_are_numbers_and_nothing_else(void **state)
{
    static const char *const names[] = {"level=", "input_bytes=", "lanes=", "shards=", "groups="};
    static const char *const values[] = {"",
                                         " 1",
                                         "+1",
                                         "-1",
                                         "1 ",
                                         "1x",
                                         "1\r",
                                         "0x1",
                                         "1.0",
                                         "4294967297",
                                         "18446744073709551617",
                                         "x1",
                                         "01",
                                         "-18446744073709551615",
                                         "99999999999999999999999"};
    (void)state;
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
            char line[64];
            snprintf(line, sizeof line, "%s%s", names[n], values[v]);
            bool is_length = strcmp(names[n], "input_bytes=") == 0;
            if (is_length && strcmp(values[v], "4294967297") == 0) {
                continue; /* a length like others */
            }
            if (tells_of_a_plan(names[n], line)) {
                fail_msg("\"%s\" was understood", line);
            }
        }
    }
    assert_true(tells_of_a_plan("input_bytes=", "input_bytes=4294967297"));
}

static void impossible_runs_are_refused(void **state)
{
    (void)state;
    assert_true(tells_of_a_plan("level=", "level=6"));
    assert_false(tells_of_a_plan("level=", "level=0"));
    assert_false(tells_of_a_plan("level=", "level=10"));
    assert_false(tells_of_a_plan("level=", "direction=compress")); /* none */
    assert_false(tells_of_a_plan("lanes=", "lanes=0"));
    assert_false(tells_of_a_plan("shards=", "shards=4294967295"));
    assert_false(tells_of_a_plan("seed=", "seed=4294967296"));
    assert_false(tells_of_a_plan("seed=", "mood=1"));
    assert_false(tells_of_a_plan("mark_steps=", "mark_steps=0"));
}

/* A digest of the state after each step of a very long input: more than any memory has room for. */
static void digests_are_counted(void **state)
{
    ock_run_identity run = {make_subject(0), make_plan(UINT64_MAX >> 1, 5, 0)};
    char *text = describe(&run);
    (void)state;
    assert_true(is_read(text, &run));
    free(text);
    run.plan.config.mark_steps = 1;
    text = describe(&run);
    assert_false(is_read(text, &run));
    free(text);
}

static void subjects_are_one_of_three(void **state)
{
    char digest[2 * OCK_DIGEST_BYTES + 1], line[128];
    (void)state;
    memset(digest, 'a', sizeof digest - 1);
    digest[sizeof digest - 1] = '\0';
    static const char *const names[] = {"input_blake2b=", "manifest_blake2b=", "file_blake2b="};
    static const bool has[SUBJECTS][3] = {
        {true, false, false}, {true, true, false}, {false, false, true}};
    for (size_t which = 0; which < SUBJECTS; which++) {
        for (size_t n = 0; n < 3; n++) {
            snprintf(line, sizeof line, "%s%s", names[n], digest);
            const char *there = which == 2 ? names[2] : names[0];
            assert_int_equal(is_one(which, there, line), strcmp(there, names[n]) == 0);
            if (has[which][n]) {
                assert_true(is_one(which, names[n], line));
                line[strlen(line) - 1] = 'g';
                assert_false(is_one(which, names[n], line));
                line[strlen(line) - 1] = 'A'; /* the same number in another form */
                assert_false(is_one(which, names[n], line));
                line[strlen(line) - 1] = '\0';
                assert_false(is_one(which, names[n], line));
            }
        }
        assert_int_equal(is_one(which, "direction=", "direction=compress"), which != 2);
        assert_int_equal(is_one(which, "direction=", "direction=decompress"), which == 2);
        assert_false(is_one(which, "direction=", "direction=sideways"));
        assert_false(is_one(which, "byte_order=", "byte_order=middle"));
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_come_back),
        cmocka_unit_test(lines_are_there_once_and_in_order),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(numbers_are_numbers_and_nothing_else),
        cmocka_unit_test(impossible_runs_are_refused),
        cmocka_unit_test(digests_are_counted),
        cmocka_unit_test(subjects_are_one_of_three),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
