/* SPDX-License-Identifier: MIT */
/* test_config.c - every number of the model: names and ranges of --set, the stored text and its
 * damage, relations between fields, and that every level suits every input. */
#include "model_fixture.h"

#include <locale.h>

#include "plan/limits.h"

static ock_config level_config(uint32_t level)
{
    ock_config config;
    assert_int_equal(ock_config_level(level, &config), OCK_OK);
    return config;
}

/* A refused assignment says so and changes nothing. */
static void assert_refused(const char *assignment)
{
    const ock_config before = level_config(OCK_LEVEL_DEFAULT);
    ock_config config = before;
    ock_error_clear();
    if (ock_config_set(&config, assignment) != OCK_ENVIRONMENT) {
        fail_msg("--set %s was accepted", assignment);
    }
    assert_true(strlen(ock_error_text()) > 0);
    assert_memory_equal(&config, &before, sizeof config);
    ock_error_clear();
}

static float rate_after(const char *assignment)
{
    ock_config config = level_config(OCK_LEVEL_DEFAULT);
    if (ock_config_set(&config, assignment) != OCK_OK) {
        fail_msg("--set %s was refused: %s", assignment, ock_error_text());
    }
    return config.rate;
}

static void bad_assignments_are_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "rate",
                                      "=1",
                                      "rat=1",
                                      "rates=1",
                                      "Rate=1",
                                      "rate =1",
                                      " rate=1",
                                      "rate=",
                                      "rate= 1",
                                      "rate=1 ",
                                      "rate=0,5",
                                      "rate=nan",
                                      "rate=inf",
                                      "rate=1e999",
                                      "rate=-1e-9",
                                      "rate=1.001",
                                      "rate=0x1p-3",
                                      "rate=0x3f",
                                      "rate=0x3f8000000",
                                      "rate=0x7fc00000",
                                      "rate=0x7f800000",
                                      "rate=0xbf800000",
                                      "rate=1e",
                                      "rate=1-2",
                                      "rate=--1",
                                      "rate=.",
                                      "rate=1.2.3",
                                      "rate=0.5=0.5",
                                      "step=257",
                                      "step=1.5",
                                      "step=-1",
                                      "step=+1",
                                      "step=0x10",
                                      "step=1e1",
                                      "step= 8",
                                      "step=8 ",
                                      "step=",
                                      "step=00000000008",
                                      "seed=4294967296",
                                      "seed=18446744073709551617",
                                      "seed=99999999999999999999999",
                                      "width=31",
                                      "width=4097",
                                      "network=2",
                                      "beta1=1",
                                      "beta2=1",
                                      "epsilon=0",
                                      "rate_steps=0.5",
                                      "order_min=1",
                                      "order_max=17",
                                      "layers=1025",
                                      "match_min=1",
                                      "match_long=33",
                                      "contexts=0",
                                      "sets=0",
                                      "easy_after=65537",
                                      "sleep_below=8.1",
                                      "sleep_below=-1",
                                      "counter_limit=251",
                                      "history_limit=1021",
                                      "table_bits=29",
                                      "optimiser=",
                                      "optimiser=2",
                                      "optimiser=Adam",
                                      "optimiser=adam|muon",
                                      "optimiser=muo",
                                      "optimiser=muons",
                                      "momentum=1"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_refused(bad[i]);
    }
}

/* A name brings along what suits it, a number does not. */
static void an_optimiser_has_a_name(void **state)
{
    const ock_config base = level_config(OCK_LEVEL_DEFAULT);
    ock_config config = base;
    (void)state;
    assert_int_equal(ock_config_set(&config, "optimiser=muon"), OCK_OK);
    assert_true(config.optimiser == OCK_MUON && config.momentum > 0 && config.muon_gain > 0);
    assert_true(config.rate > base.rate && config.muon_turns > 0);
    assert_int_equal(config.muon_every, 0); /* by length */
    assert_int_equal(ock_config_check(&config, OCK_ENVIRONMENT), OCK_OK);
    assert_int_equal(ock_config_set(&config, "optimiser=adam"), OCK_OK);
    config.rate = base.rate;
    config.rate_end = base.rate_end;
    assert_memory_equal(&config, &base, sizeof config);
    assert_int_equal(ock_config_set(&config, "optimiser=1"), OCK_OK);
    assert_true(config.optimiser == OCK_MUON && config.muon_every == 0);
}

/* Fields that came later are not in the text of a whole configuration that doesn't use them: digests of plans stay. */
static void later_fields_are_silent(void **state)
{
    ock_config config = level_config(OCK_LEVEL_DEFAULT);
    char *text = NULL;
    (void)state;
    assert_int_equal(ock_config_write(&config, NULL, &text), OCK_OK);
    assert_null(strstr(text, "optimiser"));
    assert_null(strstr(text, "muon"));
    assert_null(strstr(text, "momentum"));
    assert_non_null(strstr(text, "mark_steps=0\n"));
    free(text);
    assert_int_equal(ock_config_set(&config, "optimiser=muon"), OCK_OK);
    assert_int_equal(ock_config_write(&config, NULL, &text), OCK_OK);
    assert_non_null(strstr(text, "optimiser=1\nmomentum=0x3f733333\n"));
    free(text);
}

static void floats_in_both_notations(void **state)
{
    (void)state;
    assert_true(rate_after("rate=0.5") == 0.5f);
    assert_true(rate_after("rate=+.5") == 0.5f);
    assert_true(rate_after("rate=5e-1") == 0.5f);
    assert_true(rate_after("rate=1") == 1.0f);
    assert_true(rate_after("rate=0") == 0.0f);
    assert_true(rate_after("rate=0.1") == 0x1.99999ap-4f); /* nearest, not truncated */
    assert_true(rate_after("rate=0.002") == 0.002f);
    assert_true(rate_after("rate=0x3f000000") == 0.5f);
    assert_true(rate_after("rate=0x3dcccccd") == 0x1.99999ap-4f);
    assert_true(rate_after("rate=0x00000001") == 0x1p-149f);
    assert_true(rate_after("rate=1e-60") == 0.0f);
}

/* So many as there can be, and not one more. */
static void limits_are_bounds(void **state)
{
    static const struct {
        const char *name;
        unsigned most;
    } cases[] = {{"contexts", OCK_MAX_CONTEXTS},
                 {"sets", OCK_MAX_SETS},
                 {"estimations", OCK_MAX_ESTIMATIONS},
                 {"order_max", OCK_MAX_NGRAM},
                 {"features", OCK_MAX_FEATURES}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char assignment[64];
        ock_config config = level_config(OCK_LEVEL_DEFAULT);
        snprintf(assignment, sizeof assignment, "%s=%u", cases[i].name, cases[i].most);
        assert_int_equal(ock_config_set(&config, assignment), OCK_OK);
        snprintf(assignment, sizeof assignment, "%s=%u", cases[i].name, cases[i].most + 1);
        assert_refused(assignment);
    }
}

/* The bounds themselves belong to the range of a float, though not all are binary32 numbers. */
static void bounds_are_allowed(void **state)
{
    static const char *const good[] = {
        "beta1=0.9999",    "beta2=0.99999", "epsilon=1e-12", "epsilon=1",    "rate_steps=1e9",
        "embed_rate=10",   "rate=1",        "step=0",        "step=256",     "seed=0",
        "seed=4294967295", "ngram_bits=0",  "width=4096",    "order_max=16", "step=007",
        "contexts=1",      "sets=1",        "estimations=0", "easy_after=0", "easy_after=65536",
        "sleep_below=0",   "sleep_below=8"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ock_config config = level_config(OCK_LEVEL_DEFAULT);
        if (ock_config_set(&config, good[i]) != OCK_OK) {
            fail_msg("--set %s was refused: %s", good[i], ock_error_text());
        }
    }
}

/* A name stands for the layer and the rates that suit it; a number for the layer alone, and what comes behind
 * counts. */
static void layers_have_names(void **state)
{
    (void)state;
    for (uint32_t layer = 0; layer < OCK_LAYER_CHOICES; layer++) {
        const ock_config usual = level_config(OCK_LEVEL_DEFAULT);
        ock_config named = usual, numbered = usual;
        char assignment[64];
        snprintf(assignment, sizeof assignment, "layer=%s", ock_layer_name(layer));
        assert_int_equal(ock_config_set(&named, assignment), OCK_OK);
        assert_int_equal(named.layer, layer);
        assert_true(named.rate > 0 && named.rate_end > 0);
        snprintf(assignment, sizeof assignment, "layer=%u", layer);
        assert_int_equal(ock_config_set(&numbered, assignment), OCK_OK);
        assert_int_equal(numbered.layer, layer);
        assert_true(numbered.rate == usual.rate && numbered.rate_end == usual.rate_end);
        assert_int_equal(ock_config_set(&named, "rate=0.25"), OCK_OK);
        assert_true(named.rate == 0.25f);
        assert_int_equal(ock_config_layers(&named), layer == OCK_LAYER_NONE ? 0 : usual.layers);
    }
    assert_refused("layer=5");
    assert_refused("layer=perceptron");
    assert_refused("layer=");
}

/* The usual layer's name changes nothing: files stay as they are. */
static void the_usual_layer_is_recurrent(void **state)
{
    (void)state;
    for (uint32_t level = OCK_LEVEL_MIN; level <= OCK_LEVEL_MAX; level++) {
        const ock_config usual = level_config(level);
        ock_config named = usual;
        assert_int_equal(ock_config_set(&named, "layer=recurrent"), OCK_OK);
        assert_true(ock_config_same(&named, &usual));
    }
}

/* A decimal comma must not reach the parser, nor the text in the file. */
static void locale_is_ignored(void **state)
{
    static const char *const comma[] = {"de_DE.UTF-8", "de_DE.utf8",  "de_DE",      "fr_FR.UTF-8",
                                        "fr_FR.utf8",  "nl_NL.UTF-8", "it_IT.UTF-8"};
    bool found = false;
    (void)state;
    for (size_t i = 0; i < sizeof comma / sizeof comma[0] && !found; i++) {
        found =
            setlocale(LC_ALL, comma[i]) != NULL && strcmp(localeconv()->decimal_point, ",") == 0;
    }
    if (!found) {
        ock_leave_out("no locale with a decimal comma is installed");
    }
    const ock_config config = level_config(OCK_LEVEL_DEFAULT);
    char *text = NULL;
    ock_config read = {0};
    float rate = rate_after("rate=0.5");
    assert_int_equal(ock_config_write(&config, &read, &text), OCK_OK);
    ock_status status = ock_config_read(text, &read);
    setlocale(LC_ALL, "C");
    assert_true(rate == 0.5f);
    assert_int_equal(status, OCK_OK);
    assert_null(strchr(text, ','));
    assert_memory_equal(&read, &config, sizeof read);
    free(text);
}

/* --set takes the file's notation of every field, and changes exactly its four bytes. */
static void every_field_has_a_name(void **state)
{
    const ock_config from = fixture_config();
    const char *source = (const char *)&from;
    ock_config config = {0};
    char expected[sizeof config] = {0}, text[64];
    size_t count = 0;
    (void)state;
    for (; ock_config_field(&from, count, text, sizeof text); count++) {
        int is_float;
        double real;
        uint32_t integer;
        const char *name = ock_config_value(&from, count, &is_float, &real, &integer);
        assert_non_null(name);
        assert_int_equal(strncmp(text, name, strlen(name)), 0);
        assert_int_equal(text[strlen(name)], '=');
        assert_int_equal(ock_config_set(&config, text), OCK_OK);
        memcpy(expected + 4 * count, source + 4 * count, 4);
        assert_memory_equal(&config, expected, sizeof config);
    }
    assert_int_equal(count, sizeof(ock_config) / 4);
    assert_null(ock_config_value(&from, count, &(int){0}, &(double){0}, &(uint32_t){0}));
}

static void values_for_people(void **state)
{
    const ock_config config = fixture_config();
    (void)state;
    bool seen_rate = false, seen_width = false;
    int is_float;
    double real;
    uint32_t integer;
    const char *name;
    for (size_t i = 0; (name = ock_config_value(&config, i, &is_float, &real, &integer)); i++) {
        if (strcmp(name, "rate") == 0) {
            seen_rate = is_float && real == (double)config.rate;
        }
        if (strcmp(name, "width") == 0) {
            seen_width = !is_float && integer == config.width && real == config.width;
        }
    }
    assert_true(seen_rate);
    assert_true(seen_width);
}

static size_t line_count(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += *text == '\n';
    }
    return count;
}

static ock_config random_config(uint64_t stream)
{
    ock_config config;
    uint32_t words[sizeof config / 4];
    for (size_t i = 0; i < sizeof config / 4; i++) {
        words[i] = (uint32_t)fixture_bits(stream, i);
    }
    memcpy(&config, words, sizeof config);
    return config;
}

/* Bits, not values: NaN payloads, -0 and denormals come back as they were. */
static void write_and_read_any_bits(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 500; round++) {
        const ock_config config = random_config(round);
        ock_config read = random_config(1000 + round);
        char *text = NULL;
        assert_int_equal(ock_config_write(&config, &read, &text), OCK_OK);
        assert_int_equal(ock_config_read(text, &read), OCK_OK);
        assert_memory_equal(&read, &config, sizeof read);
        free(text);
    }
}

/* Those that a whole configuration leaves out where they are 0, so that digests of older ones stay as they are. */
enum { LATER_FIELDS = 9 };

static void a_line_for_every_difference(void **state)
{
    const ock_config base = fixture_config();
    ock_config config = base, read = base;
    char *text = NULL;
    (void)state;
    assert_int_equal(ock_config_write(&config, &base, &text), OCK_OK);
    assert_string_equal(text, "");
    free(text);
    config.final_rate = 0.5f;
    config.seed = 7;
    assert_int_equal(ock_config_write(&config, &base, &text), OCK_OK);
    assert_string_equal(text, "seed=7\nfinal_rate=0x3f000000\n");
    assert_int_equal(ock_config_read(text, &read), OCK_OK);
    assert_memory_equal(&read, &config, sizeof read);
    free(text);
    assert_int_equal(ock_config_write(&config, NULL, &text), OCK_OK);
    assert_int_equal(line_count(text), sizeof config / 4 - LATER_FIELDS);
    free(text);
    config.layer = OCK_LAYER_SSM;
    assert_int_equal(ock_config_write(&config, NULL, &text), OCK_OK);
    assert_int_equal(line_count(text), sizeof config / 4 - LATER_FIELDS + 1);
    assert_non_null(strstr(text, "\nlayer=4\n"));
    free(text);
}

static void assert_unreadable(const char *text)
{
    const ock_config base = level_config(OCK_LEVEL_DEFAULT);
    ock_config config = base;
    ock_error_clear();
    if (ock_config_read(text, &config) != OCK_BAD_DATA) {
        fail_msg("a damaged configuration was read:\n%s", text);
    }
    assert_true(strlen(ock_error_text()) > 0);
    assert_memory_equal(&config, &base, sizeof config);
}

/* Cut within a line, every byte but a digit removed or doubled: never read. What is left when whole
 * lines go is the text of another configuration, and the digest of the plan is there for that. */
static void damaged_texts_are_refused(void **state)
{
    const ock_config zero = {0}, config = fixture_config();
    char *text = NULL;
    (void)state;
    assert_int_equal(ock_config_write(&config, &zero, &text), OCK_OK);
    size_t length = strlen(text);
    char *damaged = fixture_memory(length + 2, 1);
    for (size_t at = 0; at < length; at++) {
        bool harmless = text[at] >= '0' && text[at] <= '9'; /* may be another valid integer */
        memcpy(damaged, text, at + 1);
        damaged[at + 1] = '\0';
        if (text[at] != '\n') {
            assert_unreadable(damaged);
        }
        memcpy(damaged + at, text + at + 1, length - at);
        if (!harmless) {
            assert_unreadable(damaged);
        }
        memcpy(damaged, text, at + 1);
        memcpy(damaged + at + 1, text + at, length - at + 1);
        if (!harmless) {
            assert_unreadable(damaged);
        }
    }
    ock_error_clear();
    free(damaged);
    free(text);
}

static void wrong_texts_are_refused(void **state)
{
    static const char *const wrong[] = {
        "\n",
        "seed=7",
        "seed=7\r\n",
        "seed=7\n\n",
        " seed=7\n",
        "seed=7\nseed=7\n",
        "seed=7\nseed=8\n",
        "step=8\nseed=7\n",
        "seed=1\n", /* as it is anyhow */
        "match_min=6\n",
        "seed=\n",
        "seed=-1\n",
        "seed= 7\n",
        "seed=4294967296\n",
        "seed=000000000000000000000000000000007\n",
        "step=0x00000008\n",
        "beta1=0.5\n", /* decimals are for people */
        "beta1=0x3f00000\n",
        "beta1=0X3f000000\n",
        "beta1=0x3f00000g\n",
        "rates=0x3f000000\n",
        "more=1\n",
        "seed=7\nmore=1\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_unreadable(wrong[i]);
    }
    ock_error_clear();
}

static void relations_between_fields(void **state)
{
    static const struct {
        const char *assignment;
        bool allowed;
    } cases[] = {{"seed=5", true},       {"width=64", true},     {"width=48", false},
                 {"order_max=4", false}, /* 3 orders: width 32 is no multiple of 48 */
                 {"order_max=2", true},  {"order_min=4", false}, {"network=0", true},
                 {"mixing=0", true},     {"layers=0", true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_config config = fixture_config();
        assert_int_equal(ock_config_set(&config, cases[i].assignment), OCK_OK);
        ock_status expected = cases[i].allowed ? OCK_OK : OCK_ENVIRONMENT;
        if (ock_config_check(&config, OCK_ENVIRONMENT) != expected) {
            fail_msg("check after %s", cases[i].assignment);
        }
        expected = cases[i].allowed ? OCK_OK : OCK_BAD_DATA;
        assert_int_equal(ock_config_check(&config, OCK_BAD_DATA), expected);
        ock_error_clear();
    }
    ock_config nothing = fixture_config();
    nothing.network = nothing.mixing = 0;
    assert_int_equal(ock_config_check(&nothing, OCK_BAD_DATA), OCK_BAD_DATA);
    ock_error_clear();
}

/* What a file may hold in every field, not only what --set lets through. */
static void check_bounds_every_field(void **state)
{
    const ock_config good = fixture_config();
    (void)state;
    assert_int_equal(ock_config_check(&good, OCK_BAD_DATA), OCK_OK);
    for (size_t i = 0; i < sizeof good / 4; i++) {
        int is_float;
        double real;
        uint32_t integer;
        const char *name = ock_config_value(&good, i, &is_float, &real, &integer);
        static const uint32_t bad_floats[] = {0x7fc00000, 0x7f800000, 0xff800000, 0xbf800000};
        static const uint32_t bad_integers[] = {UINT32_MAX, 0x80000000};
        size_t count = is_float ? 4 : 2;
        for (size_t b = 0; b < count && strcmp(name, "seed") != 0; b++) {
            ock_config bad = good;
            memcpy((char *)&bad + 4 * i, is_float ? &bad_floats[b] : &bad_integers[b], 4);
            if (ock_config_check(&bad, OCK_BAD_DATA) != OCK_BAD_DATA) {
                fail_msg("%s = bits 0x%08x passes", name,
                         is_float ? bad_floats[b] : bad_integers[b]);
            }
            assert_non_null(strstr(ock_error_text(), name));
            ock_error_clear();
        }
    }
}

static void assert_plan(uint64_t bytes, uint32_t level, uint32_t lanes)
{
    ock_wishes wishes = {.level = level, .lanes = lanes, .config = level_config(level)};
    ock_plan plan;
    if (ock_plan_make(bytes, &wishes, &plan) != OCK_OK) {
        fail_msg("level %u, %llu bytes: %s", level, (unsigned long long)bytes, ock_error_text());
    }
    assert_int_equal(ock_config_check(&plan.config, OCK_BAD_DATA), OCK_OK);
    assert_int_equal(ock_lane_map_check(&plan.map), OCK_OK);
    assert_true(plan.map.bytes == bytes);
    assert_true(plan.config.ngram_bits >= 1 && plan.config.table_bits >= 1 &&
                plan.config.match_bits >= 1); /* nothing is left to be derived */
}

static void every_level_suits_every_length(void **state)
{
    (void)state;
    for (uint32_t level = OCK_LEVEL_MIN; level <= OCK_LEVEL_MAX; level++) {
        assert_plan(0, level, 0);
        assert_plan(UINT64_MAX, level, 0);
        for (unsigned shift = 0; shift < 64; shift++) {
            for (uint64_t off = 0; off < 3; off++) {
                assert_plan(((uint64_t)1 << shift) + off - 1, level, 0);
                assert_plan(((uint64_t)1 << shift) + off - 1, level, 1);
                assert_plan(((uint64_t)1 << shift) + off - 1, level, OCK_MAX_LANES);
            }
        }
    }
}

/* Bits count, not values: a field of every kind changed by one bit, and two zeros. */
static void same_means_the_same_bits(void **state)
{
    const ock_config config = level_config(OCK_LEVEL_DEFAULT);
    ock_config other = config;
    (void)state;
    assert_true(ock_config_same(&config, &other));
    for (size_t i = 0; i < sizeof other; i++) {
        other = config;
        ((unsigned char *)&other)[i] ^= 1;
        assert_false(ock_config_same(&config, &other));
        assert_false(ock_config_same(&other, &config));
    }
    ock_config zero = config;
    zero.rate = 0.0f;
    other = zero;
    other.rate = -0.0f;
    assert_false(ock_config_same(&zero, &other));
    zero.rate = other.rate = __builtin_nanf("");
    assert_true(ock_config_same(&zero, &other));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_assignments_are_refused),
        cmocka_unit_test(an_optimiser_has_a_name),
        cmocka_unit_test(later_fields_are_silent),
        cmocka_unit_test(floats_in_both_notations),
        cmocka_unit_test(bounds_are_allowed),
        cmocka_unit_test(limits_are_bounds),
        cmocka_unit_test(layers_have_names),
        cmocka_unit_test(the_usual_layer_is_recurrent),
        cmocka_unit_test(locale_is_ignored),
        cmocka_unit_test(every_field_has_a_name),
        cmocka_unit_test(values_for_people),
        cmocka_unit_test(write_and_read_any_bits),
        cmocka_unit_test(a_line_for_every_difference),
        cmocka_unit_test(damaged_texts_are_refused),
        cmocka_unit_test(wrong_texts_are_refused),
        cmocka_unit_test(relations_between_fields),
        cmocka_unit_test(check_bounds_every_field),
        cmocka_unit_test(every_level_suits_every_length),
        cmocka_unit_test(same_means_the_same_bits),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
