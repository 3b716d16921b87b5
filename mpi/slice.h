/* SPDX-License-Identifier: MIT */
/* slice.h - which part of a vector of floats a rank owns. Pure. */
#ifndef OCK_SLICE_H
#define OCK_SLICE_H

#include "base/range.h"

/* Slice `rank` of a vector of n floats: boundaries are multiples of 16 except the last. */
ock_range ock_slice(size_t n, int ranks, int rank);

#endif
