/* SPDX-License-Identifier: MIT */
/* test_cpu.c - CPU features can be masked one after another, each with what builds on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cases.h"

#include "numeric/cpu.h"

static ock_cpu with_disabled(const char *list)
{
    return ock_cpu_without(ock_cpu_detect(), list);
}

static void expect_cpu(ock_cpu got, bool fma, bool avx2, bool avx512, bool neon)
{
    assert_int_equal(got.fma, fma);
    assert_int_equal(got.avx2, avx2);
    assert_int_equal(got.avx512, avx512);
    assert_int_equal(got.neon, neon);
}

/* The test programs themselves need FMA, so a machine that runs them has it. */
static void this_cpu_is_supported(void **state)
{
    (void)state;
    ock_cpu cpu = ock_cpu_detect();
    assert_true(cpu.fma);
    assert_true(cpu.avx2 || !cpu.avx512);
    assert_false(cpu.avx2 && cpu.neon);
    assert_int_equal(ock_cpu_require(cpu), OCK_OK);
}

static void masks_follow_the_chain(void **state)
{
    (void)state;
    ock_cpu cpu = ock_cpu_detect();
    expect_cpu(with_disabled(NULL), cpu.fma, cpu.avx2, cpu.avx512, cpu.neon);
    expect_cpu(with_disabled(""), cpu.fma, cpu.avx2, cpu.avx512, cpu.neon);
    expect_cpu(with_disabled("avx512"), cpu.fma, cpu.avx2, false, cpu.neon);
    expect_cpu(with_disabled("avx2"), cpu.fma, false, false, cpu.neon);
    expect_cpu(with_disabled("neon"), cpu.fma, cpu.avx2, cpu.avx512, false);
    expect_cpu(with_disabled("fma"), false, false, false, false);
    expect_cpu(with_disabled("avx512,fma"), false, false, false, false);
    expect_cpu(with_disabled("avx512,avx2"), cpu.fma, false, false, cpu.neon);
}

static void only_whole_names_count(void **state)
{
    (void)state;
    ock_cpu cpu = ock_cpu_detect();
    expect_cpu(with_disabled("avx51"), cpu.fma, cpu.avx2, cpu.avx512, cpu.neon);
    expect_cpu(with_disabled("avx5120"), cpu.fma, cpu.avx2, cpu.avx512, cpu.neon);
    expect_cpu(with_disabled("xfma,,fm,neo"), cpu.fma, cpu.avx2, cpu.avx512, cpu.neon);
    expect_cpu(with_disabled(",,avx512,"), cpu.fma, cpu.avx2, false, cpu.neon);
}

static void without_fma_is_refused(void **state)
{
    (void)state;
    assert_int_equal(ock_cpu_require(with_disabled("fma")), OCK_ENVIRONMENT);
    assert_non_null(strstr(ock_error_text(), "multiply-add"));
    ock_error_clear();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(this_cpu_is_supported),
        cmocka_unit_test(masks_follow_the_chain),
        cmocka_unit_test(only_whole_names_count),
        cmocka_unit_test(without_fma_is_refused),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
