/* numeric.h - the scalar functions of the numeric contract (NUMERICS.md), as written-out sequences
 * of correctly rounded binary32 operations. No libm.
 *
 * Bits depend on the argument alone. Ranges and worst errors are tested over all binary32 arguments
 * of the stated range by tests/unit/test_numeric.c. */
#ifndef OCK_NUMERIC_H
#define OCK_NUMERIC_H

/* exp(x); x is first clamped to [-87, 88] by compare and select. Relative error below 2^-22. */
float ock_exp(float x);

/* Natural logarithm of a positive normal x. Absolute error below 2^-22 * max(1, |log x|). */
float ock_log(float x);

/* 1 / (1 + exp(-x)). */
float ock_sigmoid(float x);

/* (exp(2x) - 1) / (exp(2x) + 1) with x clamped to [-9, 9]. */
float ock_tanh(float x);

#endif
