/* SPDX-License-Identifier: MIT */
/* v16_avx2.h - sixteen floats as two AVX registers: the operations kernels_v16.inc is written in.
 * Every operation is one rounded IEEE operation per element. */
#ifndef OCK_V16_AVX2_H
#define OCK_V16_AVX2_H

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "numeric/numeric_exp.h"

#define V16_INLINE static inline __attribute__((always_inline))

typedef struct v16 {
    __m256 low, high; /* elements 0..7 and 8..15 */
} v16;
typedef __m128 v4;

/* Register tiles of gemm, X(rows, vectors of 16 columns): at most 12 accumulators of 16 registers,
 * and at least 8, to cover two fma a cycle of latency 4. */
#define V16_GEMM_TILES(X) X(1, 4) X(2, 2) X(3, 2) X(4, 1) X(5, 1) X(6, 1)
enum { V16_GEMM_ROWS = 6 };

/* Whether a row of B stays in registers for all rows of the tile, or is read as operand of each. */
#define V16_GEMM_KEEPS(rows, vectors) ((rows) > 1 && (rows) * (vectors) + (vectors) < 8)

/* Holds x in registers: the compiler may not read its source in memory again instead. */
V16_INLINE void v16_keep(v16 *x)
{
    __asm__("" : "+x"(x->low), "+x"(x->high));
}

V16_INLINE v16 v16_pair(__m256 low, __m256 high)
{
    v16 x = {low, high};
    return x;
}

V16_INLINE v16 v16_zero(void)
{
    return v16_pair(_mm256_setzero_ps(), _mm256_setzero_ps());
}

V16_INLINE v16 v16_set1(float x)
{
    return v16_pair(_mm256_set1_ps(x), _mm256_set1_ps(x));
}

V16_INLINE v16 v16_load(const float *p)
{
    return v16_pair(_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8));
}

V16_INLINE void v16_store(float *p, v16 x)
{
    _mm256_storeu_ps(p, x.low);
    _mm256_storeu_ps(p + 8, x.high);
}

/* All ones in the elements first .. first + 7 that lie below `count`. */
V16_INLINE __m256i v16_mask_below(int first, size_t count)
{
    __m256i index =
        _mm256_add_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(first));
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), index);
}

/* The first `count` < 16 elements; the others are 0 and are not touched in memory. */
V16_INLINE v16 v16_load_part(const float *p, size_t count)
{
    __m256i low = v16_mask_below(0, count), high = v16_mask_below(8, count);
    return v16_pair(_mm256_maskload_ps(p, low), _mm256_maskload_ps(p + 8, high));
}

V16_INLINE void v16_store_part(float *p, v16 x, size_t count)
{
    _mm256_maskstore_ps(p, v16_mask_below(0, count), x.low);
    _mm256_maskstore_ps(p + 8, v16_mask_below(8, count), x.high);
}

V16_INLINE v16 v16_add(v16 a, v16 b)
{
    return v16_pair(_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high));
}

V16_INLINE v16 v16_sub(v16 a, v16 b)
{
    return v16_pair(_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high));
}

V16_INLINE v16 v16_mul(v16 a, v16 b)
{
    return v16_pair(_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high));
}

V16_INLINE v16 v16_div(v16 a, v16 b)
{
    return v16_pair(_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high));
}

V16_INLINE v16 v16_sqrt(v16 a)
{
    return v16_pair(_mm256_sqrt_ps(a.low), _mm256_sqrt_ps(a.high));
}

/* a * b + c, rounded once. */
V16_INLINE v16 v16_fma(v16 a, v16 b, v16 c)
{
    return v16_pair(_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high));
}

/* a > b ? a : b */
V16_INLINE v16 v16_max(v16 a, v16 b)
{
    return v16_pair(_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high));
}

/* a < b ? a : b */
V16_INLINE v16 v16_min(v16 a, v16 b)
{
    return v16_pair(_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high));
}

V16_INLINE __m256 v16_power_of_two_half(__m256 t)
{
    __m256i exponent = _mm256_slli_epi32(_mm256_castps_si256(t), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(OCK_EXP_ONE_BITS)));
}

/* The float whose bits are (bits(t) << 23) + bits(1): 2^n of exp. */
V16_INLINE v16 v16_power_of_two(v16 t)
{
    return v16_pair(v16_power_of_two_half(t.low), v16_power_of_two_half(t.high));
}

/* Two trees of Sum16 down to four lanes each: those of a, then those of b. */
V16_INLINE __m256 v16_sums_to_four(v16 a, v16 b)
{
    __m256 a8 = _mm256_add_ps(a.low, a.high);
    __m256 b8 = _mm256_add_ps(b.low, b.high);
    return _mm256_add_ps(_mm256_permute2f128_ps(a8, b8, 0x20),
                         _mm256_permute2f128_ps(a8, b8, 0x31));
}

/* The trees of Sum16 over four vectors at once: element 0 of a .. element 3 of d. */
V16_INLINE v4 v16_sums4(v16 a, v16 b, v16 c, v16 d)
{
    __m256 ab = v16_sums_to_four(a, b), cd = v16_sums_to_four(c, d);
    __m256 two = _mm256_add_ps(_mm256_shuffle_ps(ab, cd, 0x44), _mm256_shuffle_ps(ab, cd, 0xee));
    __m256 one = _mm256_add_ps(two, _mm256_movehdup_ps(two)); /* a . c . | b . d . */
    __m128 ac = _mm256_castps256_ps128(one), bd = _mm256_extractf128_ps(one, 1);
    return _mm_movelh_ps(_mm_unpacklo_ps(ac, bd), _mm_unpackhi_ps(ac, bd));
}

V16_INLINE void v4_store(float *p, v4 x)
{
    _mm_storeu_ps(p, x);
}

/* The tree of Sum16. */
V16_INLINE float v16_sum16(v16 x)
{
    __m256 x8 = _mm256_add_ps(x.low, x.high);
    __m128 x4 = _mm_add_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
    __m128 x2 = _mm_add_ps(x4, _mm_movehl_ps(x4, x4));
    return _mm_cvtss_f32(_mm_add_ss(x2, _mm_movehdup_ps(x2)));
}

/* The largest element (of numbers; which zero is open). */
V16_INLINE float v16_largest(v16 x)
{
    __m256 x8 = _mm256_max_ps(x.low, x.high);
    __m128 x4 = _mm_max_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
    __m128 x2 = _mm_max_ps(x4, _mm_movehl_ps(x4, x4));
    return _mm_cvtss_f32(_mm_max_ss(x2, _mm_movehdup_ps(x2)));
}

V16_INLINE __m256i v16_exponents_full(__m256 x)
{
    const __m256i exponent = _mm256_set1_epi32(0x7f800000);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_castps_si256(x), exponent), exponent);
}

/* No element is NaN or infinite. */
V16_INLINE bool v16_finite(v16 x)
{
    __m256i full = _mm256_or_si256(v16_exponents_full(x.low), v16_exponents_full(x.high));
    return _mm256_testz_si256(full, full);
}

/* sqrt of one float, as an instruction. */
V16_INLINE float v16_sqrt1(float x)
{
    return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x)));
}

V16_INLINE __m256 v16_pick_half(v16 x, __m256i from)
{
    __m256 of_low = _mm256_permutevar8x32_ps(x.low, from);
    __m256 of_high = _mm256_permutevar8x32_ps(x.high, from);
    __m256i bit3_as_sign = _mm256_slli_epi32(from, 28);
    return _mm256_blendv_ps(of_low, of_high, _mm256_castsi256_ps(bit3_as_sign));
}

/* Element e is element count-1-e of x, for e < count <= 16; the others are open. */
V16_INLINE v16 v16_reverse_first(v16 x, size_t count)
{
    const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i from = _mm256_sub_epi32(_mm256_set1_epi32((int)count - 1), index);
    __m256i from_high = _mm256_sub_epi32(from, _mm256_set1_epi32(8));
    return v16_pair(v16_pick_half(x, from), v16_pick_half(x, from_high));
}

/* The first `count` <= 16 elements of x, then those of other. */
V16_INLINE v16 v16_first(v16 x, size_t count, v16 other)
{
    __m256 low = _mm256_castsi256_ps(v16_mask_below(0, count));
    __m256 high = _mm256_castsi256_ps(v16_mask_below(8, count));
    return v16_pair(_mm256_blendv_ps(other.low, x.low, low),
                    _mm256_blendv_ps(other.high, x.high, high));
}

/* Elements of a, b, c, d in this order. */
V16_INLINE v16 v16_join(v4 a, v4 b, v4 c, v4 d)
{
    return v16_pair(_mm256_set_m128(b, a), _mm256_set_m128(d, c));
}

#endif
