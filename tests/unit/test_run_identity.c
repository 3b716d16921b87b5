/* test_run_identity.c - a checkpoint's description of its run: the plan comes back from it, and from no
 * text that tells of none. */
#include "model_fixture.h"

#include "archive/run_identity.h"

static ock_plan make_plan(uint64_t bytes, uint32_t level)
{
    ock_wishes wishes = {.level = level};
    ock_plan plan;
    assert_int_equal(ock_config_level(level, &wishes.config), OCK_OK);
    assert_int_equal(ock_plan_make(bytes, &wishes, &plan), OCK_OK);
    return plan;
}

static void describe(const ock_plan *plan, bool decode, char **text)
{
    assert_int_equal(ock_run_identity(plan, decode, "input_blake2b=00\n", text), OCK_OK);
}

static void plans_come_back(void **state)
{
    static const uint64_t lengths[] = {0, 1, 100000, UINT64_MAX};
    (void)state;
    for (uint32_t level = OCK_LEVEL_MIN; level <= OCK_LEVEL_MAX; level++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            const ock_plan plan = make_plan(lengths[i], level);
            char *text = NULL;
            ock_plan again;
            describe(&plan, i % 2 != 0, &text);
            assert_int_equal(ock_run_plan(text, &again), OCK_OK);
            assert_int_equal(ock_run_decodes(text), i % 2 != 0);
            assert_int_equal(again.level, level);
            assert_true(ock_config_same(&again.config, &plan.config));
            assert_true(again.map.input_bytes == plan.map.input_bytes);
            assert_int_equal(again.map.lanes, plan.map.lanes);
            assert_int_equal(again.map.shards, plan.map.shards);
            assert_int_equal(again.map.groups, plan.map.groups);
            free(text);
        }
    }
}

/* Whether the description, its line of `name` replaced by `line`, tells of a plan. */
static bool tells_of_a_plan(const char *name, const char *line)
{
    const ock_plan plan = make_plan(100000, 5);
    char *text = NULL, *changed = NULL;
    describe(&plan, false, &text);
    const char *start = strstr(text, name);
    assert_non_null(start);
    assert_true(start == text || start[-1] == '\n');
    assert_true(asprintf(&changed, "%.*s%s%s", (int)(start - text), text, line,
                         start + strcspn(start, "\n")) > 0);
    const ock_status status = ock_run_plan(changed, &(ock_plan){0});
    assert_true(status == OCK_OK || status == OCK_BAD_DATA);
    ock_error_clear();
    free(changed);
    free(text);
    return status == OCK_OK;
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
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_come_back),
        cmocka_unit_test(numbers_are_numbers_and_nothing_else),
        cmocka_unit_test(impossible_runs_are_refused),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
