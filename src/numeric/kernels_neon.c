/* SPDX-License-Identifier: MIT */
/* kernels_neon.c - the backend for 64-bit ARM, whose baseline has NEON and fused multiply-add. */
#include "numeric/v16_neon.h"

#include "numeric/kernels_v16.inc"

const ock_kernels ock_kernels_neon = {.name = "neon", V16_KERNELS};
