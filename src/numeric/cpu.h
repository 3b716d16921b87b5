/* SPDX-License-Identifier: MIT */
/* cpu.h - what this CPU can run. cpu.c is compiled for the baseline instruction set and may be
 * called before anything else. */
#ifndef OCK_CPU_H
#define OCK_CPU_H

#include <stdbool.h>

#include "base/status.h"

typedef struct ock_cpu {
    bool fma, avx2, avx512; /* as enabled by CPU and operating system; avx512 means F, VL, DQ, BW */
    bool neon;              /* 64-bit ARM */
} ock_cpu;

/* Features of this CPU. */
ock_cpu ock_cpu_detect(void);

/* `cpu` less the features of a comma-separated list (fma, avx2, avx512, neon; NULL: none) and what
 * builds on them. */
ock_cpu ock_cpu_without(ock_cpu cpu, const char *disabled);

/* OCK_ENVIRONMENT with a clear message for a CPU without FMA: the contract cannot run there. */
ock_status ock_cpu_require(ock_cpu cpu) OCK_WARN_UNUSED;

#endif
