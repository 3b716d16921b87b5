/* SPDX-License-Identifier: MIT */
/* test_variants.c - the same bytes on every instruction set; every level, stage and kind of input
 * comes back.
 *
 * Usage: test_variants PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Those this CPU has; scalar comes first and defines the bits. */
static const char *isas[3] = {"scalar"};
static size_t isa_count = 1;

static int find_isas(void **state)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        isas[isa_count++] = "avx2";
    }
    if (isa_count == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")) {
        isas[isa_count++] = "avx512";
    }
#elif defined(__aarch64__)
    isas[isa_count++] = "neon";
#endif
    return ock_harness_start(state);
}

/* Encoded by each to one file, which each decodes: so each decodes what any of them encoded. */
static void check_isas(const char *options)
{
    for (size_t i = 0; i < isa_count; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s.ock", isas[i]);
        ock_expect(0, "OCKHAM_ISA=%s $OCKHAM compress $SMALL %s in -f -o %s", isas[i], options,
                   name);
        ock_assert_same("scalar.ock", name);
        ock_expect(0, "OCKHAM_ISA=%s $OCKHAM decompress -q -f %s -o out", isas[i], name);
        ock_assert_same("in", "out");
    }
}

static void test_isa_matrix(void **state)
{
    (void)state;
    ock_make_alice("in", ock_long_tests() ? 10007 : 5003);
    check_isas("");
    check_isas("--set mixing=0 --set layers=2");
    check_isas("--set network=0");
}

/* Sizes that no vector width divides evenly. */
static void test_isa_matrix_odd_sizes(void **state)
{
    (void)state;
    ock_make_phrases("in", 5003);
    check_isas(
        "--set width=160 --set order_max=6 --set features=5 --set step=7 --lanes 7 --shards 3");
}

/* A job whose ranks run on different CPUs. */
static void test_ranks_of_different_isa(void **state)
{
    (void)state;
    ock_need_mpi();
    if (isa_count == 1) {
        ock_skip("this CPU has one instruction set of ours");
    }
    ock_make_alice("in", 10007);
    ock_expect(0, "$OCKHAM compress $SMALL in -o alone.ock");
    ock_expect(0,
               "$MPIRUN 1 env OCKHAM_ISA=%s $OCKHAM compress $SMALL in -o mixed.ock : "
               "-n 2 env OCKHAM_ISA=scalar $OCKHAM compress $SMALL in -o mixed.ock",
               isas[isa_count - 1]);
    ock_assert_same("alone.ock", "mixed.ock");
    ock_expect(0,
               "$MPIRUN 1 env OCKHAM_ISA=scalar $OCKHAM decompress -q mixed.ock -o out : "
               "-n 2 env OCKHAM_ISA=%s $OCKHAM decompress -q mixed.ock -o out",
               isas[isa_count - 1]);
    ock_assert_same("in", "out");
}

static void test_unknown_isa_is_refused(void **state)
{
    (void)state;
    ock_make_alice("in", 100);
    const ock_outcome *result = ock_expect(1, "OCKHAM_ISA=sse9 $OCKHAM compress in");
    ock_assert_says(result->err, "sse9");
    ock_assert_folder("in");
}

static void test_levels(void **state)
{
    (void)state;
    ock_make_alice("in", 500);
    for (int level = 1; level <= 9; level++) {
        ock_expect(0, "$OCKHAM compress -q -%d in -o %d.ock", level, level);
        const ock_outcome *info = ock_expect(0, "$OCKHAM info %d.ock", level);
        char line[32];
        snprintf(line, sizeof line, "level            %d\n", level);
        ock_assert_says(info->out, line);
        ock_expect(0, "$OCKHAM decompress -q -f %d.ock -o out", level);
        ock_assert_same("in", "out");
    }
    ock_expect(0, "$OCKHAM compress -q in -o default.ock");
    ock_assert_same("5.ock", "default.ock");
}

static void test_kinds_of_input(void **state)
{
    static const struct {
        void (*make)(const char *name, size_t bytes);
        size_t bytes;
    } inputs[] = {{ock_make_zeros, 0},     {ock_make_zeros, 1},     {ock_make_random, 1},
                  {ock_make_alice, 7},     {ock_make_alice, 8},     {ock_make_alice, 9},
                  {ock_make_alice, 128},   {ock_make_alice, 129},   {ock_make_zeros, 30000},
                  {ock_make_random, 4000}, {ock_make_phrases, 8000}};
    static const char *const options[] = {
        "", "--set mixing=0", "--lanes 3 --shards 2 --set network=0", "--lanes 1 --shards 1"};
    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        inputs[i].make("in", inputs[i].bytes);
        for (size_t o = 0; o < sizeof options / sizeof options[0]; o++) {
            ock_expect(0, "$OCKHAM compress $SMALL %s in -f -o a.ock", options[o]);
            if (o == 0 || ock_long_tests()) {
                ock_expect(0, "$OCKHAM test -q a.ock");
            }
            ock_expect(0, "$OCKHAM decompress -q -f a.ock -o out");
            ock_assert_same("in", "out");
        }
    }
}

/* The last "no, this step does not repeat" of lane 0 is followed by zeros alone, so that its code is
 * the first one that means no; lane 1 counts and never repeats. */
static void test_answer_at_the_edge(void **state)
{
    enum { LANE = 400 };
    uint8_t data[2 * LANE] = {0};
    (void)state;
    for (int i = 0; i < LANE; i++) {
        data[LANE + i] = (uint8_t)i;
    }
    ock_store("in", data, sizeof data);
    ock_expect(0, "$OCKHAM compress -q --lanes 2 --set network=0 --set step=1 --set light_after=1 "
                  "--set contexts=1 --set mix_rate=0 --set mix_rate_end=0 --set final_rate=0 "
                  "--set estimations=0 in");
    ock_expect(0, "$OCKHAM decompress -q in.ock -o out");
    ock_assert_same("in", "out");
}

static size_t packed_bytes(const char *options)
{
    size_t bytes;
    ock_expect(0, "$OCKHAM compress $SMALL --lanes 1 --shards 1 %s in -f -o a.ock", options);
    uint8_t *data = ock_load("a.ock", &bytes);
    free(data);
    return bytes;
}

/* What must hold of any predictor that learns: bounds, not golden sizes. */
static void test_it_compresses(void **state)
{
    enum { CONTAINER_BYTES = 4096 };
    (void)state;
    ock_make_zeros("in", 30000);
    assert_in_range(packed_bytes(""), 1, CONTAINER_BYTES + 100);
    ock_make_random("in", 30000);
    assert_in_range(packed_bytes(""), 30000, 30000 + 600 + CONTAINER_BYTES);
    ock_make_phrases("in", 30000);
    const size_t network = packed_bytes("--set mixing=0"), mixing = packed_bytes("--set network=0");
    const size_t both = packed_bytes("");
    assert_in_range(network, 1, 15000);
    assert_in_range(mixing, 1, 15000);
    assert_in_range(both, 1, network < mixing ? network : mixing);
}

/* What is no part of the model changes no byte; what is a part does. */
static void test_options_that_matter(void **state)
{
    size_t bytes, other_bytes;
    (void)state;
    ock_make_alice("in", 6000);
    ock_expect(0, "$OCKHAM compress $SMALL in -o a.ock");
    ock_expect(0, "cp in elsewhere && $OCKHAM compress $SMALL -v --log l --deadline 7 -k "
                  "elsewhere -o b.ock && $OCKHAM compress $SMALL --seed 1 -c - <in >c.ock");
    ock_assert_same("a.ock", "b.ock");
    ock_assert_same("a.ock", "c.ock");
    uint8_t *a = ock_load("a.ock", &bytes);
    static const char *const others[] = {"--seed 2", "--set rate=0.003", "--lanes 9", "--shards 4",
                                         "--set mix_rate=0x3c000000"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ock_expect(0, "$OCKHAM compress $SMALL %s in -f -o d.ock", others[i]);
        uint8_t *d = ock_load("d.ock", &other_bytes);
        assert_true(bytes != other_bytes || memcmp(a, d, bytes) != 0);
        free(d);
    }
    free(a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_isa_matrix, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_isa_matrix_odd_sizes, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_ranks_of_different_isa, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_unknown_isa_is_refused, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_levels, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_kinds_of_input, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_answer_at_the_edge, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_it_compresses, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_options_that_matter, ock_folder_new,
                                        ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, find_isas, NULL);
}
