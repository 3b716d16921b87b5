/* SPDX-License-Identifier: MIT */
/* test_plan_file.c - a plan in an .ock file: what stands there, that it comes back, and that a file
 * for which this program would compute something else is refused. */
#include "model_fixture.h"

#include "archive/plan_file.h"

/* The plan of `bytes` at a level; `assignment` is a --set or NULL. */
static ock_plan make_plan(uint64_t bytes, uint32_t level, uint32_t lanes, const char *assignment)
{
    ock_wishes wishes = {.level = level, .lanes = lanes};
    ock_plan plan;
    assert_int_equal(ock_config_level(level, &wishes.config), OCK_OK);
    if (assignment != NULL) {
        assert_int_equal(ock_config_set(&wishes.config, assignment), OCK_OK);
    }
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
    if (ock_plan_load(&info, &again) != OCK_OK) {
        fail_msg("%s", ock_error_text());
    }
    assert_int_equal(again.level, plan->level);
    assert_memory_equal(&again.config, &plan->config, sizeof again.config);
    assert_true(again.map.bytes == plan->map.bytes);
    assert_int_equal(again.map.lanes, plan->map.lanes);
    assert_int_equal(again.map.shards, plan->map.shards);
    assert_int_equal(again.map.groups, plan->map.groups);
    ock_container_info_clear(&info);
}

static void plans_come_back(void **state)
{
    static const uint64_t lengths[] = {0, 1, 100, 100000, 3000000, 100000000, UINT64_MAX};
    (void)state;
    for (uint32_t level = OCK_LEVEL_MIN; level <= OCK_LEVEL_MAX; level++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            for (uint32_t lanes = 0; lanes <= 64; lanes += 32) {
                ock_plan plan = make_plan(lengths[i], level, lanes, NULL);
                assert_comes_back(&plan, "");
                plan = make_plan(lengths[i], level, lanes, "match_min=17");
                assert_comes_back(&plan, "match_min=17\n");
                plan = make_plan(lengths[i], level, lanes, "table_bits=14");
                assert_comes_back(&plan, "table_bits=14\n");
            }
        }
    }
}

static ock_plan plan_with_priors(uint32_t count)
{
    ock_wishes wishes = {.level = 5, .priors = {.count = count}};
    ock_plan plan;
    for (uint32_t i = 0; i < count; i++) {
        wishes.priors.of[i].bytes = (uint64_t)i << i % 50;
        wishes.priors.of[i].studied = wishes.priors.of[i].bytes >> i % 3;
        for (size_t b = 0; b < 32; b++) {
            wishes.priors.of[i].digest[b] = (uint8_t)(i * 37 + b);
        }
    }
    assert_int_equal(ock_config_level(5, &wishes.config), OCK_OK);
    assert_int_equal(ock_config_set(&wishes.config, "seed=3"), OCK_OK);
    assert_int_equal(ock_plan_make(5000, &wishes, &plan), OCK_OK);
    return plan;
}

static void priors_come_back(void **state)
{
    (void)state;
    for (uint32_t count = 0; count <= OCK_MAX_PRIORS; count += 16) {
        const ock_plan plan = plan_with_priors(count);
        ock_container_info info = stored(&plan);
        ock_plan again;
        if (ock_plan_load(&info, &again) != OCK_OK) {
            fail_msg("%s", ock_error_text());
        }
        assert_int_equal(again.priors.count, count);
        assert_memory_equal(&again.priors, &plan.priors, sizeof plan.priors);
        assert_memory_equal(&again.config, &plan.config, sizeof plan.config);
        ock_container_info_clear(&info);
    }
}

/* Tables are sized for all that is learned. */
static void priors_count_for_the_size(void **state)
{
    (void)state;
    ock_wishes wishes = {.level = 5,
                         .priors = {.count = 1, .of = {{.bytes = 995000, .studied = 995000}}}};
    ock_plan plan;
    assert_int_equal(ock_config_level(5, &wishes.config), OCK_OK);
    assert_int_equal(ock_plan_make(5000, &wishes, &plan), OCK_OK);
    const ock_plan whole = make_plan(1000000, 5, 0, NULL);
    assert_int_equal(plan.config.table_bits, whole.config.table_bits);
    assert_int_equal(plan.map.lanes, whole.map.lanes);
    assert_true(plan.map.bytes == 5000);
    wishes.priors.of[0].bytes = UINT64_MAX;
    assert_int_equal(ock_plan_make(5000, &wishes, &plan), OCK_ENVIRONMENT);
    ock_error_clear();
}

/* Every byte of the text, changed in three ways: another plan, or none. */
static void damaged_priors_are_refused(void **state)
{
    static const char others[] = {'\n', '0', 'f'};
    const ock_plan plan = plan_with_priors(2);
    ock_container_info info = stored(&plan);
    ock_plan again;
    (void)state;
    for (size_t i = 0; info.config_text[i] != '\0'; i++) {
        for (size_t k = 0; k < sizeof others; k++) {
            char kept = info.config_text[i];
            if (kept == others[k]) {
                continue;
            }
            info.config_text[i] = others[k];
            if (ock_plan_load(&info, &again) == OCK_OK) {
                assert_memory_not_equal(&again.priors, &plan.priors, sizeof plan.priors);
            }
            info.config_text[i] = kept;
            ock_error_clear();
        }
    }
    info.config_text[strlen(info.config_text) - 1] = '\0';
    assert_int_equal(ock_plan_load(&info, &again), OCK_BAD_DATA);
    ock_error_clear();
    ock_container_info_clear(&info);
}

/* `change` makes the description one of another plan; `because` is said. */
static void assert_refused(void (*change)(ock_container_info *info), const char *because)
{
    const ock_plan plan = make_plan(100000, 5, 128, "seed=7");
    ock_container_info info = stored(&plan);
    ock_plan again;
    change(&info);
    ock_error_clear();
    assert_int_equal(ock_plan_load(&info, &again), OCK_BAD_DATA);
    if (strstr(ock_error_text(), because) == NULL) {
        fail_msg("message \"%s\" lacks \"%s\"", ock_error_text(), because);
    }
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
    info->shards = 1; /* one table group instead of two */
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
    info->shards = info->lanes + 1;
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

static void leave_layers_open(ock_container_info *info)
{
    free(info->config_text);
    info->config_text = strdup("layers=1025\n");
}

static void leave_moves_open(ock_container_info *info)
{
    free(info->config_text);
    info->config_text = strdup("optimiser=1\n");
}

static void other_plans_are_refused(void **state)
{
    (void)state;
    assert_refused(change_digest, "different numbers for level 5");
    assert_refused(change_level, "different numbers for level 6");
    assert_refused(change_shards, "different numbers");
    assert_refused(change_seed, "different numbers");
    assert_refused(drop_seed, "different numbers");
    assert_refused(change_step, "contradicts itself");
    assert_refused(more_shards_than_lanes, "");
    assert_refused(impossible_seed, "damaged at \"seed=x\"");
    assert_refused(leave_range, "width");
    assert_refused(more_marks, "digests of the state");
    assert_refused(leave_step_open, "contradicts itself");
    assert_refused(leave_layers_open, "contradicts itself");
    assert_refused(leave_moves_open, "contradicts itself");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_come_back),           cmocka_unit_test(priors_come_back),
        cmocka_unit_test(priors_count_for_the_size), cmocka_unit_test(damaged_priors_are_refused),
        cmocka_unit_test(other_plans_are_refused),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
