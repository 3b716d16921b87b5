/* SPDX-License-Identifier: MIT */
/* audit_doctor.c - audit doctor: a check-up of the machine, from the outside in. */
#include "audit/audit_doctor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/audit_common.h"
#include "base/digest.h"
#include "numeric/cpu.h"
#include "numeric/fpenv.h"
#include "numeric/golden.h"

/* What was found: every check is made, the first failure is the one that is reported. */
typedef struct check_up {
    const ock_report *report;
    ock_status status;
    char message[OCK_ERROR_TEXT_BYTES];
    unsigned checks, faults;
} check_up;

/* A line of the report, of a failure with its message. */
static void note(check_up *c, ock_status status, const char *what)
{
    c->checks++;
    if (status == OCK_OK) {
        ock_report_line(c->report, OCK_REPORT_RESULT, "%-50s good", what);
        return;
    }
    c->faults++;
    ock_report_line(c->report, OCK_REPORT_RESULT, "%-50s FAULT: %s", what, ock_error_text());
    if (c->status == OCK_OK) {
        c->status = status;
        snprintf(c->message, sizeof c->message, "%s", ock_error_text());
    }
    ock_error_clear();
}

static void describe_cpu(const ock_report *report)
{
    ock_cpu cpu = ock_cpu_detect();
    ock_report_line(report, OCK_REPORT_RESULT,
                    "CPU: fused multiply-add %s, AVX2 %s, AVX-512 %s, NEON %s; %ld processors",
                    cpu.fma ? "yes" : "no", cpu.avx2 ? "yes" : "no", cpu.avx512 ? "yes" : "no",
                    cpu.neon ? "yes" : "no", sysconf(_SC_NPROCESSORS_ONLN));
    ock_report_line(report, OCK_REPORT_RESULT, "memory: %.1f GiB, %.1f GiB free",
                    (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / (1 << 30),
                    (double)sysconf(_SC_AVPHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / (1 << 30));
}

/* The state the process was started with (*before) may differ from the contract's, which is set. What must not
 * happen is that a library changes it again. */
static void check_environment(check_up *c, ock_fpenv *before)
{
    ock_digest digest;
    uint8_t bytes[32];
    ock_report_line(c->report, OCK_REPORT_RESULT, "floating-point environment at the start: %s",
                    ock_fpenv_check("the start") == OCK_OK ? "the contract's" : "another one");
    ock_error_clear();
    ock_fpenv_enter(before);
    note(c, ock_fpenv_check("setting it"), "rounding to nearest, denormals on");
    ock_digest_start(&digest);
    ock_digest_finish(&digest, bytes);
    note(c, ock_fpenv_check("a call of libsodium"), "the same after a call of libsodium");
    ock_fpenv_set();
}

/* Fills memory with numbers that name their place, then with their complements, and reads both. */
static ock_status check_memory(void)
{
    enum { WORDS = 1 << 23 };
    volatile uint64_t *words = malloc(WORDS * sizeof *words);
    ock_status status = OCK_OK;
    if (words == NULL) {
        return ock_fail_memory(WORDS * sizeof *words, "a check of memory");
    }
    for (int pass = 0; pass < 2 && status == OCK_OK; pass++) {
        uint64_t flip = pass == 0 ? 0 : ~(uint64_t)0;
        for (size_t i = 0; i < WORDS; i++) {
            words[i] = i * 0x9e3779b97f4a7c15u ^ flip;
        }
        for (size_t i = 0; i < WORDS && status == OCK_OK; i++) {
            if (words[i] != (i * 0x9e3779b97f4a7c15u ^ flip)) {
                status = ock_fail(OCK_INTERNAL, "word %zu of 64 MiB came back changed", i);
            }
        }
    }
    free((void *)(uintptr_t)words);
    return status;
}

static void check_kernels(check_up *c, const ock_kernels *kernels)
{
    char what[64];
    for (size_t i = 0; i < ock_golden_kernels(); i++) {
        snprintf(what, sizeof what, "%s: %s", kernels->name, ock_golden_kernel_name(i));
        note(c, ock_golden_kernel(kernels, i), what);
    }
}

static void check_functions(check_up *c, const ock_kernels *kernels, uint32_t stride)
{
    char what[96];
    for (size_t i = 0; i < OCK_GOLDEN_RANGES; i++) {
        ock_golden_range range;
        ock_status status = ock_golden_function(kernels, i, stride, &range);
        if (range.skipped != NULL) {
            continue;
        }
        snprintf(what, sizeof what, "%s: %s, %s, %" PRIu64 " arguments", kernels->name, range.name,
                 range.range, range.arguments);
        note(c, status, what);
    }
}

/* Every instruction set of the build that this CPU has. */
static void check_arithmetic(check_up *c, uint32_t stride)
{
    static const char *const names[] = {"scalar", "avx2", "avx512", "neon"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const ock_kernels *kernels;
        if (ock_kernels_select(names[i], &kernels) == OCK_OK) {
            check_kernels(c, kernels);
            check_functions(c, kernels, stride);
        } else {
            ock_error_clear(); /* not one of this CPU */
        }
    }
}

ock_status ock_audit_doctor(const ock_report *report, bool full)
{
    check_up c = {.report = report, .status = OCK_OK};
    ock_fpenv before;
    describe_cpu(report);
    check_environment(&c, &before);
    note(&c, check_memory(), "64 MiB of memory, written and read twice");
    check_arithmetic(&c, full ? 1 : OCK_GOLDEN_STRIDE);
    note(&c, ock_fpenv_check("all checks"), "rounding to nearest, denormals on, at the end");
    ock_fpenv_leave(&before);
    ock_report_line(report, OCK_REPORT_RESULT, "%u checks, %u faults", c.checks, c.faults);
    return ock_audit_verdict(report,
                             c.status == OCK_OK ? OCK_OK : ock_fail(c.status, "%s", c.message));
}
