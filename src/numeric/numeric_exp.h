/* SPDX-License-Identifier: MIT */
/* numeric_exp.h - the constants of the exponential, shared by numeric.c and the vector backends.
 *
 * The sequence (each line one rounded operation per element; NUMERICS.md section 4):
 *   x = LOW > x ? LOW : x;  x = HIGH < x ? HIGH : x
 *   t = fma(x, LOG2E, MAGIC);  n = t - MAGIC              n = x / ln 2 to nearest
 *   r = fma(n, -LN2_HIGH, x);  r = fma(n, -LN2_LOW, r)
 *   p = C6;  p = fma(p, r, C5) .. C2;  p = fma(p, r, 1);  p = fma(p, r, 1)
 *   exp = p * 2^n, with the bits of 2^n = (bits(t) << 23) + ONE_BITS modulo 2^32
 * C2..C6: weighted least squares of (e^r - 1 - r) / r^2 on |r| <= 0.35, rounded to binary32 one
 * after another; error of the polynomial 2^-27.9. LN2_HIGH has 15 bits, so n * LN2_HIGH is exact.
 * A NaN stays a NaN, whatever 2^n its bits give. */
#ifndef OCK_NUMERIC_EXP_H
#define OCK_NUMERIC_EXP_H

#define OCK_EXP_LOW (-87.0f)
#define OCK_EXP_HIGH 88.0f
#define OCK_EXP_LOG2E 0x1.715476p+0f
#define OCK_EXP_MAGIC 0x1.8p+23f /* adding it rounds to an integer, held in the low bits */
#define OCK_LN2_HIGH 0x1.62e4p-1f
#define OCK_LN2_LOW 0x1.7f7d1cp-20f
#define OCK_EXP_C2 0x1.fffff8p-2f
#define OCK_EXP_C3 0x1.555486p-3f
#define OCK_EXP_C4 0x1.555b7cp-5f
#define OCK_EXP_C5 0x1.1241c2p-7f
#define OCK_EXP_C6 0x1.687d62p-10f
#define OCK_EXP_ONE_BITS 0x3f800000

#endif
