/* SPDX-License-Identifier: MIT */
/* numeric.h - the scalar functions of the numeric contract (NUMERICS.md), as written-out sequences
 * of correctly rounded binary32 operations. No libm.
 *
 * Bits depend on the argument alone. All but ock_log give NaN for NaN. Worst errors are tested by
 * tests/unit/test_numeric.c on every 61st binary32 argument of the range; with OCKHAM_TEST_STRIDE=1
 * on all of them. */
#ifndef OCK_NUMERIC_H
#define OCK_NUMERIC_H

/* exp(x); x is first clamped to [-87, 88] by compare and select. Relative error below 2^-22. */
float ock_exp(float x);

/* Natural logarithm of a positive normal x. Absolute error below 2^-22 * max(1, |log x|). */
float ock_log(float x);

/* 1 / (1 + exp(-x)). Absolute error below 2^-22. */
float ock_sigmoid(float x);

/* (exp(2x) - 1) / (exp(2x) + 1) with x clamped to [-9, 9]. Absolute error below
 * 2^-21 (not relative: do not use it where small values matter). */
float ock_tanh(float x);

#endif
