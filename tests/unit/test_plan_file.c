/* test_plan_file.c - a plan in an .ock file: what stands there, that it comes back, and that a file
 * for which this program would compute something else is refused. */
#include "model_fixture.h"

#include "plan_file.h"

/* The plan of `bytes` at a level; `assignment` is a --set or NULL. */
static ock_plan make_plan(uint64_t bytes, uint32_t level, uint32_t lanes, const char *assignment)
{
    ock_wishes wishes = {.level = level, .lanes = lanes};
    ock_plan plan;
    assert_int_equal(ock_config_level(level, &wishes.config), OCK_OK);
    if (assignment != NULL)
        assert_int_equal(ock_config_set(&wishes.config, assignment), OCK_OK);
    assert_int_equal(ock_plan_make(bytes, &wishes, &plan), OCK_OK);
    return plan;
}

static ock_container_info stored(const ock_plan *plan)
{
    ock_container_info info = {0};
    assert_int_equal(ock_plan_store(plan, &info), OCK_OK);
    return info;
}

static void assert_comes_back(const ock_plan *plan, const char *text)
{
    ock_container_info info = stored(plan);
    ock_plan again;
    assert_string_equal(info.config_text, text);
    if (ock_plan_load(&info, &again) != OCK_OK)
        fail_msg("%s", ock_error_text());
    assert_int_equal(again.level, plan->level);
    assert_memory_equal(&again.config, &plan->config, sizeof again.config);
    assert_true(again.map.input_bytes == plan->map.input_bytes);
    assert_int_equal(again.map.lanes, plan->map.lanes);
    assert_int_equal(again.map.shards, plan->map.shards);
    assert_int_equal(again.map.groups, plan->map.groups);
    ock_container_info_clear(&info);
}

static void plans_come_back(void **state)
{
    static const uint64_t lengths[] = {0, 1, 100, 100000, 3000000, 100000000, UINT64_MAX};
    (void)state;
    for (uint32_t level = OCK_LEVEL_MIN; level <= OCK_LEVEL_MAX; level++)
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
            for (uint32_t lanes = 0; lanes <= 64; lanes += 32) {
                ock_plan plan = make_plan(lengths[i], level, lanes, NULL);
                assert_comes_back(&plan, "");
                plan = make_plan(lengths[i], level, lanes, "window=17");
                assert_comes_back(&plan, "window=17\n");
                plan = make_plan(lengths[i], level, lanes, "table_bits=13");
                assert_comes_back(&plan, "table_bits=13\n");
            }
}

/* `change` makes the description one of another plan; `because` is said. */
static void assert_refused(void (*change)(ock_container_info *info), const char *because)
{
    const ock_plan plan = make_plan(100000, 5, 8, "seed=7");
    ock_container_info info = stored(&plan);
    ock_plan again;
    change(&info);
    ock_error_clear();
    assert_int_equal(ock_plan_load(&info, &again), OCK_BAD_DATA);
    if (strstr(ock_error_text(), because) == NULL)
        fail_msg("message \"%s\" lacks \"%s\"", ock_error_text(), because);
    ock_error_clear();
    ock_container_info_clear(&info);
}

/* As if a level had been changed under the same contract. */
static void change_digest(ock_container_info *info)
{
    info->plan_digest[31] ^= 1;
}

static void change_level(ock_container_info *info)
{
    info->level = 6;
}

static void change_shards(ock_container_info *info)
{
    info->shards = 4; /* one table group instead of two */
}

static void change_seed(ock_container_info *info)
{
    info->config_text[strlen("seed=")] = '8';
}

static void drop_seed(ock_container_info *info)
{
    info->config_text[0] = '\0';
}

static void change_step(ock_container_info *info)
{
    info->step--;
}

static void more_shards_than_lanes(ock_container_info *info)
{
    info->shards = 9;
}

static void impossible_seed(ock_container_info *info)
{
    info->config_text[strlen("seed=")] = 'x';
}

static void leave_range(ock_container_info *info)
{
    free(info->config_text);
    info->config_text = strdup("width=16\n");
}

static void more_marks(ock_container_info *info)
{
    info->mark_count++;
}

static void leave_step_open(ock_container_info *info)
{
    free(info->config_text);
    info->config_text = strdup("step=0\n");
    info->step = 0;
}

static void other_plans_are_refused(void **state)
{
    (void)state;
    assert_refused(change_digest, "other numbers for level 5");
    assert_refused(change_level, "other numbers for level 6");
    assert_refused(change_shards, "other numbers");
    assert_refused(change_seed, "other numbers");
    assert_refused(drop_seed, "other numbers");
    assert_refused(change_step, "contradicts itself");
    assert_refused(more_shards_than_lanes, "");
    assert_refused(impossible_seed, "damaged at \"seed=x\"");
    assert_refused(leave_range, "width");
    assert_refused(more_marks, "digests of the state");
    assert_refused(leave_step_open, "contradicts itself");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_come_back),
        cmocka_unit_test(other_plans_are_refused),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, NULL);
}
