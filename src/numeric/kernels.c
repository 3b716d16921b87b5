/* SPDX-License-Identifier: MIT */
/* kernels.c - chooses the numeric backend once, by the CPU or by name. */
#include "numeric/kernels.h"

#include <string.h>

typedef struct backend {
    const ock_kernels *kernels;
    bool (*runs_on)(ock_cpu cpu);
} backend;

static bool runs_anywhere(ock_cpu cpu)
{
    (void)cpu;
    return true;
}

#if defined(__x86_64__)
static bool runs_with_avx2(ock_cpu cpu)
{
    return cpu.avx2;
}

static bool runs_with_avx512(ock_cpu cpu)
{
    return cpu.avx512;
}

/* Widest first. */
static const backend backends[] = {{&ock_kernels_avx512, runs_with_avx512},
                                   {&ock_kernels_avx2, runs_with_avx2},
                                   {&ock_kernels_scalar, runs_anywhere}};
static const char backend_names[] = "scalar, avx2, avx512";
#elif defined(__aarch64__)
static bool runs_with_neon(ock_cpu cpu)
{
    return cpu.neon;
}

static const backend backends[] = {{&ock_kernels_neon, runs_with_neon},
                                   {&ock_kernels_scalar, runs_anywhere}};
static const char backend_names[] = "scalar, neon";
#else
static const backend backends[] = {{&ock_kernels_scalar, runs_anywhere}};
static const char backend_names[] = "scalar";
#endif

ock_status ock_kernels_select_on(ock_cpu cpu, const char *name, const ock_kernels **chosen)
{
    bool any = name == NULL || name[0] == '\0';
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++) {
        const char *candidate = backends[i].kernels->name;
        bool runs = backends[i].runs_on(cpu);
        if (!any && strcmp(name, candidate) == 0 && !runs) {
            return ock_fail(OCK_ENVIRONMENT, "OCKHAM_ISA=%s: this CPU does not have it", name);
        }
        if (runs && (any || strcmp(name, candidate) == 0)) {
            *chosen = backends[i].kernels;
            return OCK_OK;
        }
    }
    return ock_fail(OCK_ENVIRONMENT, "OCKHAM_ISA=%s is not an instruction set of this build (%s)",
                    any ? "" : name, backend_names);
}

ock_status ock_kernels_select(const char *name, const ock_kernels **chosen)
{
    return ock_kernels_select_on(ock_cpu_detect(), name, chosen);
}
