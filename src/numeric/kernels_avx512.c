/* SPDX-License-Identifier: MIT */
/* kernels_avx512.c - the backend for CPUs with AVX-512 F, VL, DQ and BW. */
#include "numeric/v16_avx512.h"

#include "numeric/kernels_v16.inc"

const ock_kernels ock_kernels_avx512 = {.name = "avx512", V16_KERNELS};
