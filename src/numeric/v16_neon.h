/* SPDX-License-Identifier: MIT */
/* v16_neon.h - sixteen floats as four NEON registers: the operations kernels_v16.inc is written in.
 * Every operation is one rounded IEEE operation per element. */
#ifndef OCK_V16_NEON_H
#define OCK_V16_NEON_H

#include <arm_neon.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "numeric/numeric_exp.h"

#define V16_INLINE static inline __attribute__((always_inline))

typedef struct v16 {
    float32x4_t a, b, c, d; /* elements 0..3, 4..7, 8..11, 12..15 */
} v16;
typedef float32x4_t v4;

/* Register tiles of gemm, X(rows, vectors of 16 columns): at most 24 accumulators of 32 registers,
 * and at least 12, to cover the latency of fma. */
#define V16_GEMM_TILES(X) X(1, 4) X(2, 2) X(3, 1) X(4, 1) X(5, 1) X(6, 1)
enum { V16_GEMM_ROWS = 6 };

/* Whether a row of B stays in registers for all rows of the tile, or is read as operand of each. */
#define V16_GEMM_KEEPS(rows, vectors) ((rows) > 1)

/* Holds x in registers: the compiler may not read its source in memory again instead. */
V16_INLINE void v16_keep(v16 *x)
{
    __asm__("" : "+w"(x->a), "+w"(x->b), "+w"(x->c), "+w"(x->d));
}

V16_INLINE v16 v16_four(float32x4_t a, float32x4_t b, float32x4_t c, float32x4_t d)
{
    v16 x = {a, b, c, d};
    return x;
}

V16_INLINE v16 v16_set1(float x)
{
    float32x4_t all = vdupq_n_f32(x);
    return v16_four(all, all, all, all);
}

V16_INLINE v16 v16_zero(void)
{
    return v16_set1(0.0f);
}

V16_INLINE v16 v16_load(const float *p)
{
    return v16_four(vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12));
}

V16_INLINE void v16_store(float *p, v16 x)
{
    vst1q_f32(p, x.a);
    vst1q_f32(p + 4, x.b);
    vst1q_f32(p + 8, x.c);
    vst1q_f32(p + 12, x.d);
}

/* The first `count` < 16 elements; the others are 0 and are not touched in memory. */
V16_INLINE v16 v16_load_part(const float *p, size_t count)
{
    float whole[16] = {0};
    memcpy(whole, p, count * sizeof *p);
    return v16_load(whole);
}

V16_INLINE void v16_store_part(float *p, v16 x, size_t count)
{
    float whole[16];
    v16_store(whole, x);
    memcpy(p, whole, count * sizeof *p);
}

V16_INLINE v16 v16_add(v16 x, v16 y)
{
    return v16_four(vaddq_f32(x.a, y.a), vaddq_f32(x.b, y.b), vaddq_f32(x.c, y.c),
                    vaddq_f32(x.d, y.d));
}

V16_INLINE v16 v16_sub(v16 x, v16 y)
{
    return v16_four(vsubq_f32(x.a, y.a), vsubq_f32(x.b, y.b), vsubq_f32(x.c, y.c),
                    vsubq_f32(x.d, y.d));
}

V16_INLINE v16 v16_mul(v16 x, v16 y)
{
    return v16_four(vmulq_f32(x.a, y.a), vmulq_f32(x.b, y.b), vmulq_f32(x.c, y.c),
                    vmulq_f32(x.d, y.d));
}

V16_INLINE v16 v16_div(v16 x, v16 y)
{
    return v16_four(vdivq_f32(x.a, y.a), vdivq_f32(x.b, y.b), vdivq_f32(x.c, y.c),
                    vdivq_f32(x.d, y.d));
}

V16_INLINE v16 v16_sqrt(v16 x)
{
    return v16_four(vsqrtq_f32(x.a), vsqrtq_f32(x.b), vsqrtq_f32(x.c), vsqrtq_f32(x.d));
}

/* x * y + z, rounded once. */
V16_INLINE v16 v16_fma(v16 x, v16 y, v16 z)
{
    return v16_four(vfmaq_f32(z.a, x.a, y.a), vfmaq_f32(z.b, x.b, y.b), vfmaq_f32(z.c, x.c, y.c),
                    vfmaq_f32(z.d, x.d, y.d));
}

/* x > y ? x : y. The maximum and minimum of the instruction set differ from it in zeros and NaN. */
V16_INLINE float32x4_t v4_max(float32x4_t x, float32x4_t y)
{
    return vbslq_f32(vcgtq_f32(x, y), x, y);
}

V16_INLINE v16 v16_max(v16 x, v16 y)
{
    return v16_four(v4_max(x.a, y.a), v4_max(x.b, y.b), v4_max(x.c, y.c), v4_max(x.d, y.d));
}

/* x < y ? x : y */
V16_INLINE float32x4_t v4_min(float32x4_t x, float32x4_t y)
{
    return vbslq_f32(vcltq_f32(x, y), x, y);
}

V16_INLINE v16 v16_min(v16 x, v16 y)
{
    return v16_four(v4_min(x.a, y.a), v4_min(x.b, y.b), v4_min(x.c, y.c), v4_min(x.d, y.d));
}

V16_INLINE float32x4_t v4_power_of_two(float32x4_t t)
{
    uint32x4_t exponent = vshlq_n_u32(vreinterpretq_u32_f32(t), 23);
    return vreinterpretq_f32_u32(vaddq_u32(exponent, vdupq_n_u32(OCK_EXP_ONE_BITS)));
}

/* The float whose bits are (bits(t) << 23) + bits(1): 2^n of exp. */
V16_INLINE v16 v16_power_of_two(v16 t)
{
    return v16_four(v4_power_of_two(t.a), v4_power_of_two(t.b), v4_power_of_two(t.c),
                    v4_power_of_two(t.d));
}

/* The tree of Sum16 down to four lanes. */
V16_INLINE float32x4_t v16_sum_to_four(v16 x)
{
    return vaddq_f32(vaddq_f32(x.a, x.c), vaddq_f32(x.b, x.d));
}

/* Two such trees down to two lanes each: those of x, then those of y. */
V16_INLINE float32x4_t v4_sums_to_two(float32x4_t x, float32x4_t y)
{
    return vaddq_f32(vcombine_f32(vget_low_f32(x), vget_low_f32(y)),
                     vcombine_f32(vget_high_f32(x), vget_high_f32(y)));
}

/* The trees of Sum16 over four vectors at once: element 0 of x .. element 3 of w. */
V16_INLINE v4 v16_sums4(v16 x, v16 y, v16 z, v16 w)
{
    float32x4_t xy = v4_sums_to_two(v16_sum_to_four(x), v16_sum_to_four(y));
    float32x4_t zw = v4_sums_to_two(v16_sum_to_four(z), v16_sum_to_four(w));
    return vpaddq_f32(xy, zw);
}

V16_INLINE void v4_store(float *p, v4 x)
{
    vst1q_f32(p, x);
}

/* The tree of Sum16. */
V16_INLINE float v16_sum16(v16 x)
{
    float32x4_t x4 = v16_sum_to_four(x);
    float32x2_t x2 = vadd_f32(vget_low_f32(x4), vget_high_f32(x4));
    return vget_lane_f32(vpadd_f32(x2, x2), 0);
}

/* The largest element (of numbers; which zero is open). */
V16_INLINE float v16_largest(v16 x)
{
    return vmaxvq_f32(v4_max(v4_max(x.a, x.b), v4_max(x.c, x.d)));
}

V16_INLINE uint32x4_t v4_exponents_full(float32x4_t x)
{
    const uint32x4_t exponent = vdupq_n_u32(0x7f800000);
    return vceqq_u32(vandq_u32(vreinterpretq_u32_f32(x), exponent), exponent);
}

/* No element is NaN or infinite. */
V16_INLINE bool v16_finite(v16 x)
{
    uint32x4_t low = vorrq_u32(v4_exponents_full(x.a), v4_exponents_full(x.b));
    uint32x4_t high = vorrq_u32(v4_exponents_full(x.c), v4_exponents_full(x.d));
    return vmaxvq_u32(vorrq_u32(low, high)) == 0;
}

/* sqrt of one float, as an instruction. */
V16_INLINE float v16_sqrt1(float x)
{
    return vget_lane_f32(vsqrt_f32(vdup_n_f32(x)), 0);
}

/* Element e is element count-1-e of x, for e < count <= 16; the others are open. */
V16_INLINE v16 v16_reverse_first(v16 x, size_t count)
{
    float whole[16], reversed[16] = {0};
    v16_store(whole, x);
    for (size_t e = 0; e < count; e++) {
        reversed[e] = whole[count - 1 - e];
    }
    return v16_load(reversed);
}

/* All ones in the elements first .. first + 3 that lie below `count`. */
V16_INLINE uint32x4_t v4_mask_below(uint32_t first, size_t count)
{
    static const uint32_t index[4] = {0, 1, 2, 3};
    return vcltq_u32(vaddq_u32(vld1q_u32(index), vdupq_n_u32(first)), vdupq_n_u32((uint32_t)count));
}

/* The first `count` <= 16 elements of x, then those of other. */
V16_INLINE v16 v16_first(v16 x, size_t count, v16 other)
{
    return v16_four(vbslq_f32(v4_mask_below(0, count), x.a, other.a),
                    vbslq_f32(v4_mask_below(4, count), x.b, other.b),
                    vbslq_f32(v4_mask_below(8, count), x.c, other.c),
                    vbslq_f32(v4_mask_below(12, count), x.d, other.d));
}

/* Elements of a, b, c, d in this order. */
V16_INLINE v16 v16_join(v4 a, v4 b, v4 c, v4 d)
{
    return v16_four(a, b, c, d);
}

#endif
