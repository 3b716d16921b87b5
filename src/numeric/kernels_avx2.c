/* SPDX-License-Identifier: MIT */
/* kernels_avx2.c - the backend for CPUs with AVX2 and FMA. */
#include "numeric/v16_avx2.h"

#include "numeric/kernels_v16.inc"

const ock_kernels ock_kernels_avx2 = {.name = "avx2", V16_KERNELS};
