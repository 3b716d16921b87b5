/* SPDX-License-Identifier: MIT */
/* v16_avx512.h - sixteen floats as one AVX-512 register: the operations kernels_v16.inc is written
 * in. Every operation is one rounded IEEE operation per element. */
#ifndef OCK_V16_AVX512_H
#define OCK_V16_AVX512_H

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "numeric/numeric_exp.h"

#define V16_INLINE static inline __attribute__((always_inline))

typedef __m512 v16;
typedef __m128 v4;

/* Register tiles of gemm, X(rows, vectors of 16 columns): at most 24 accumulators of 32 registers,
 * and at least 8 wherever the columns allow, to cover the latency of fma. */
#define V16_GEMM_TILES(X)                                                                          \
    X(1, 8)                                                                                        \
    X(2, 4) X(3, 4) X(4, 4) X(5, 4) X(6, 4) X(7, 2) X(8, 2) X(9, 2) X(10, 2) X(11, 2) X(12, 2)
enum { V16_GEMM_ROWS = 12 };

/* Whether a row of B stays in registers for all rows of the tile, or is read as operand of each. */
#define V16_GEMM_KEEPS(rows, vectors) ((rows) > 1)

/* Holds x in a register: the compiler may not read its source in memory again instead. */
V16_INLINE void v16_keep(v16 *x)
{
    __asm__("" : "+v"(*x));
}

V16_INLINE v16 v16_zero(void)
{
    return _mm512_setzero_ps();
}

V16_INLINE v16 v16_set1(float x)
{
    return _mm512_set1_ps(x);
}

V16_INLINE v16 v16_load(const float *p)
{
    return _mm512_loadu_ps(p);
}

V16_INLINE void v16_store(float *p, v16 x)
{
    _mm512_storeu_ps(p, x);
}

/* The first `count` < 16 elements; the others are 0 and are not touched in memory. */
V16_INLINE v16 v16_load_part(const float *p, size_t count)
{
    return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
}

V16_INLINE void v16_store_part(float *p, v16 x, size_t count)
{
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), x);
}

V16_INLINE v16 v16_add(v16 a, v16 b)
{
    return _mm512_add_ps(a, b);
}

V16_INLINE v16 v16_sub(v16 a, v16 b)
{
    return _mm512_sub_ps(a, b);
}

V16_INLINE v16 v16_mul(v16 a, v16 b)
{
    return _mm512_mul_ps(a, b);
}

V16_INLINE v16 v16_div(v16 a, v16 b)
{
    return _mm512_div_ps(a, b);
}

V16_INLINE v16 v16_sqrt(v16 a)
{
    return _mm512_sqrt_ps(a);
}

/* a * b + c, rounded once. */
V16_INLINE v16 v16_fma(v16 a, v16 b, v16 c)
{
    return _mm512_fmadd_ps(a, b, c);
}

/* a > b ? a : b */
V16_INLINE v16 v16_max(v16 a, v16 b)
{
    return _mm512_max_ps(a, b);
}

/* a < b ? a : b */
V16_INLINE v16 v16_min(v16 a, v16 b)
{
    return _mm512_min_ps(a, b);
}

/* The float whose bits are (bits(t) << 23) + bits(1): 2^n of exp. */
V16_INLINE v16 v16_power_of_two(v16 t)
{
    __m512i exponent = _mm512_slli_epi32(_mm512_castps_si512(t), 23);
    return _mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_set1_epi32(OCK_EXP_ONE_BITS)));
}

/* The trees of Sum16 over four vectors at once: element 0 of a .. element 3 of d. */
V16_INLINE v4 v16_sums4(v16 a, v16 b, v16 c, v16 d)
{
    v16 ab = v16_add(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
    v16 cd = v16_add(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xee));
    v16 abcd = v16_add(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
    abcd = v16_add(abcd, _mm512_permute_ps(abcd, 0xee));
    abcd = v16_add(abcd, _mm512_permute_ps(abcd, 0x55));
    const __m512i firsts = _mm512_setr_epi32(0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
    return _mm512_castps512_ps128(_mm512_permutexvar_ps(firsts, abcd));
}

V16_INLINE void v4_store(float *p, v4 x)
{
    _mm_storeu_ps(p, x);
}

/* The tree of Sum16. */
V16_INLINE float v16_sum16(v16 x)
{
    __m256 x8 = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    __m128 x4 = _mm_add_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
    __m128 x2 = _mm_add_ps(x4, _mm_movehl_ps(x4, x4));
    return _mm_cvtss_f32(_mm_add_ss(x2, _mm_movehdup_ps(x2)));
}

/* The largest element (of numbers; which zero is open). */
V16_INLINE float v16_largest(v16 x)
{
    __m256 x8 = _mm256_max_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    __m128 x4 = _mm_max_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
    __m128 x2 = _mm_max_ps(x4, _mm_movehl_ps(x4, x4));
    return _mm_cvtss_f32(_mm_max_ss(x2, _mm_movehdup_ps(x2)));
}

/* No element is NaN or infinite. */
V16_INLINE bool v16_finite(v16 x)
{
    const __m512i exponent = _mm512_set1_epi32(0x7f800000);
    __m512i bits = _mm512_and_si512(_mm512_castps_si512(x), exponent);
    return _mm512_cmpeq_epi32_mask(bits, exponent) == 0;
}

/* sqrt of one float, as an instruction. */
V16_INLINE float v16_sqrt1(float x)
{
    return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x)));
}

/* Element e is element count-1-e of x, for e < count <= 16; the others are open. */
V16_INLINE v16 v16_reverse_first(v16 x, size_t count)
{
    const __m512i index = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i from = _mm512_sub_epi32(_mm512_set1_epi32((int)count - 1), index);
    return _mm512_permutexvar_ps(from, x);
}

/* The first `count` <= 16 elements of x, then those of other. */
V16_INLINE v16 v16_first(v16 x, size_t count, v16 other)
{
    return _mm512_mask_mov_ps(other, (__mmask16)((1u << count) - 1), x);
}

/* Elements of a, b, c, d in this order. */
V16_INLINE v16 v16_join(v4 a, v4 b, v4 c, v4 d)
{
    __m512 ab = _mm512_insertf32x4(_mm512_castps128_ps512(a), b, 1);
    __m512 cd = _mm512_insertf32x4(_mm512_castps128_ps512(c), d, 1);
    return _mm512_shuffle_f32x4(ab, cd, 0x44);
}

#endif
