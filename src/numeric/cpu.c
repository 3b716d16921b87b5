/* SPDX-License-Identifier: MIT */
/* cpu.c - what this CPU can run, asked before any numeric code is called. */
#include "numeric/cpu.h"

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

enum {
    CPUID1_ECX_FMA = 1u << 12,
    CPUID1_ECX_OSXSAVE = 1u << 27,
    CPUID1_ECX_AVX = 1u << 28,
    CPUID7_EBX_AVX2 = 1u << 5,
    XCR0_AVX = 0x6,    /* xmm and ymm state saved by the operating system */
    XCR0_AVX512 = 0xe6 /* and mask registers and zmm */
};
/* AVX-512 F, DQ, BW, VL. */
static const uint32_t cpuid7_ebx_avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;

static uint32_t enabled_state(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

ock_cpu ock_cpu_detect(void)
{
    ock_cpu cpu = {.fma = false};
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & CPUID1_ECX_OSXSAVE) || !(c & CPUID1_ECX_AVX)) {
        return cpu;
    }
    uint32_t state = enabled_state();
    cpu.fma = (c & CPUID1_ECX_FMA) && (state & XCR0_AVX) == XCR0_AVX;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        cpu.avx2 = cpu.fma && (b & CPUID7_EBX_AVX2);
        cpu.avx512 = cpu.avx2 && (b & cpuid7_ebx_avx512) == cpuid7_ebx_avx512 &&
                     (state & XCR0_AVX512) == XCR0_AVX512;
    }
    return cpu;
}
#else
/* Every 64-bit ARM has fused multiply-add and NEON in its baseline. */
ock_cpu ock_cpu_detect(void)
{
    ock_cpu cpu = {.fma = true, .neon = true};
    return cpu;
}
#endif

/* Whether `name` is one of the items of a comma-separated list. */
static bool listed(const char *list, const char *name)
{
    size_t length = strlen(name);
    while (list != NULL) {
        if (strncmp(list, name, length) == 0 && (list[length] == ',' || list[length] == '\0')) {
            return true;
        }
        list = strchr(list, ',');
        if (list != NULL) {
            list++;
        }
    }
    return false;
}

ock_cpu ock_cpu_without(ock_cpu cpu, const char *disabled)
{
    /* Each set builds on the one before it. */
    cpu.fma = cpu.fma && !listed(disabled, "fma");
    cpu.avx2 = cpu.avx2 && cpu.fma && !listed(disabled, "avx2");
    cpu.avx512 = cpu.avx512 && cpu.avx2 && !listed(disabled, "avx512");
    cpu.neon = cpu.neon && cpu.fma && !listed(disabled, "neon");
    return cpu;
}

ock_status ock_cpu_require(ock_cpu cpu)
{
    if (!cpu.fma) {
        return ock_fail(OCK_ENVIRONMENT, "this CPU (or operating system) does not support fused "
                                         "multiply-add: ockham needs x86-64 with FMA (2013 or "
                                         "later) or 64-bit ARM");
    }
    return OCK_OK;
}
