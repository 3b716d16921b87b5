/* SPDX-License-Identifier: MIT */
/* golden.h - whether this machine computes what the numeric contract says: golden vectors of every
 * kernel, and the scalar functions over ranges of their arguments. All hashes are of the contract's
 * bits and change only with its version. Not collective. */
#ifndef OCK_GOLDEN_H
#define OCK_GOLDEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "numeric/kernels.h"

/* Number of kernel checks, and the name of one ("gemm"). */
size_t ock_golden_kernels(void);
const char *ock_golden_kernel_name(size_t check);

/* Runs one kernel of `kernels` on generated inputs (ordinary numbers, zeros of both signs,
 * denormals) and compares with the specification by memcmp, and the specification with its golden hash.
 * OCK_INTERNAL names the kernel and the first element that differs. */
ock_status ock_golden_kernel(const ock_kernels *kernels, size_t check) OCK_WARN_UNUSED;

/* A function of one argument, checked over all floats between two by every `stride`-th of their bit
 * patterns. */
typedef struct ock_golden_range {
    const char *name;    /* "exp" */
    const char *range;   /* "-87 to 88" */
    const char *skipped; /* NULL, or why this backend has no such function: it has no kernel */
    uint64_t arguments;  /* looked at */
} ock_golden_range;

enum {
    OCK_GOLDEN_RANGES = 4,  /* exp, sigmoid, log, tanh */
    OCK_GOLDEN_STRIDE = 61, /* the usual sample; 1 is the other stride with golden hashes */
};

/* Compares the hash of all results with the golden one of stride 1 or OCK_GOLDEN_STRIDE;
 * OCK_INTERNAL names the function. *range is filled in in any case. */
ock_status ock_golden_function(const ock_kernels *kernels, size_t function, uint32_t stride,
                               ock_golden_range *range) OCK_WARN_UNUSED;

#endif
