/* SPDX-License-Identifier: MIT */
/* numeric.c - exp, log, sigmoid and tanh of the numeric contract as written-out operations. */
#include "numeric/numeric.h"

#include <stdint.h>
#include <string.h>

#include "numeric/numeric_exp.h"

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

float ock_exp(float x)
{
    x = OCK_EXP_LOW > x ? OCK_EXP_LOW : x;
    x = OCK_EXP_HIGH < x ? OCK_EXP_HIGH : x;
    float t = __builtin_fmaf(x, OCK_EXP_LOG2E, OCK_EXP_MAGIC);
    float n = t - OCK_EXP_MAGIC;
    float r = __builtin_fmaf(n, -OCK_LN2_HIGH, x);
    r = __builtin_fmaf(n, -OCK_LN2_LOW, r);
    float p = OCK_EXP_C6;
    p = __builtin_fmaf(p, r, OCK_EXP_C5);
    p = __builtin_fmaf(p, r, OCK_EXP_C4);
    p = __builtin_fmaf(p, r, OCK_EXP_C3);
    p = __builtin_fmaf(p, r, OCK_EXP_C2);
    p = __builtin_fmaf(p, r, 1.0f);
    p = __builtin_fmaf(p, r, 1.0f);
    float scale = float_of((bits_of(t) << 23) + OCK_EXP_ONE_BITS); /* 2^n, -126 <= n <= 127 */
    return p * scale;
}

/* log x = e ln 2 + log(1 + f), x = 2^e (1 + f), sqrt(1/2) <= 1 + f < sqrt(2);
 * log(1 + f) = f + f^2 (-1/2 + f Q(f)). Q: weighted least squares of degree 7 over that interval,
 * coefficients rounded to binary32 one after another; error of the polynomial 2^-29. */
float ock_log(float x)
{
    const uint32_t sqrt_half_bits = 0x3f3504f3u;
    uint32_t offset = bits_of(x) - sqrt_half_bits;
    /* Floor division by 2^23 without a signed shift: the bias keeps the number positive. */
    float e = (float)((int32_t)((offset + 0x40000000u) >> 23) - 128);
    float f = float_of((offset & 0x007fffffu) + sqrt_half_bits) - 1.0f;
    float q = -0x1.2c45d4p-4f;
    q = __builtin_fmaf(q, f, 0x1.0402a2p-3f);
    q = __builtin_fmaf(q, f, -0x1.0f8652p-3f);
    q = __builtin_fmaf(q, f, 0x1.233e80p-3f);
    q = __builtin_fmaf(q, f, -0x1.54409ap-3f);
    q = __builtin_fmaf(q, f, 0x1.999818p-3f);
    q = __builtin_fmaf(q, f, -0x1.0002e6p-2f);
    q = __builtin_fmaf(q, f, 0x1.55556ap-2f);
    q = __builtin_fmaf(q, f, -0.5f);
    float y = (f * f) * q;
    y = __builtin_fmaf(e, OCK_LN2_LOW, y);
    y = f + y;
    return __builtin_fmaf(e, OCK_LN2_HIGH, y);
}

float ock_sigmoid(float x)
{
    return 1.0f / (1.0f + ock_exp(-x));
}

float ock_tanh(float x)
{
    x = -9.0f > x ? -9.0f : x;
    x = 9.0f < x ? 9.0f : x;
    float e = ock_exp(2.0f * x);
    return (e - 1.0f) / (e + 1.0f);
}
