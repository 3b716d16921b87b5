/* SPDX-License-Identifier: MIT */
/* kernels.h - the contract of one numeric backend: every loop over floats that reaches a
 * probability and is worth vectorising.
 *
 * kernels_scalar.c is the specification. kernels_avx2.c, kernels_avx512.c and kernels_neon.c give
 * the same bits for the same arguments (tests/unit/test_kernels.c, by memcmp). For all of them: bits
 * do not depend on alignment, ISA, or on how many rows one call covers. Inputs are finite; NaN and
 * Inf pass through and are caught by `all_finite`. Counts called "multiple of 16" must be (asserted
 * at set-up by the configuration, not per call). Pointers never alias unless said so. No kernel can
 * fail.
 *
 * "Chain" means one fused multiply-add chain: s = 0; s = fma(a[k], b[k], s), k ascending.
 * "Sum16" means 16 virtual lanes: element i goes to lane i mod 16 in ascending order (as a chain
 * where it is a product), then the fixed tree  l[i] += l[i+8]; l[i] += l[i+4]; l[i] += l[i+2];
 * l[0] += l[1]. */
#ifndef OCK_KERNELS_H
#define OCK_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "numeric/cpu.h"

/* Width of a column panel. Weights are stored as panels: element (k, n) of a (K, N) matrix lies at
 * [n / 32][k][n % 32]; N is padded to a multiple of 32 with zero columns. */
enum { OCK_PANEL = 32, OCK_LANES16 = 16 };

/* `floats` in whole vectors: rounded up to a multiple of OCK_LANES16. */
static inline size_t ock_whole_vectors(size_t floats)
{
    return (floats + OCK_LANES16 - 1) / OCK_LANES16 * OCK_LANES16;
}

/* One matrix product C = A B (or C = C + A B, the product computed from zero first, then added).
 * A:(m, k), B:(k, n), C:(m, n); n is a multiple of OCK_PANEL.
 * a(i, kk) = a[i * a_row + kk * a_col]
 * b(kk, j) = b[(j / 32) * b_panel + kk * b_row + j % 32]
 * c(i, j)  = c[i * c_row + (j / 32) * c_panel + j % 32]          all strides in floats */
typedef struct ock_gemm {
    size_t m, n, k;
    const float *a;
    size_t a_row, a_col;
    const float *b;
    size_t b_panel, b_row;
    float *c;
    size_t c_row, c_panel;
    bool add;
} ock_gemm;

/* One query position of one lane attending to `count` consecutive memory rows.
 * Head h covers columns [h*head_width, (h+1)*head_width). Row j of keys is keys + j*stride.
 * bias[h*bias_stride + (count-1-j)] is the learned bias of head h for distance count-1-j.
 *   score[h][j] = fma(Sum16(q_h * k_jh), scale, bias), weight = softmax over j:
 *   e_j = exp(score_j - max), total = Sum16(e_j) (absent elements of the last 16 count as 0),
 *   weight[h*weight_stride + j] = e_j / total, and 0 from count to the multiple of 16,
 *   out_h = chain over j of weight_j * v_jh. */
typedef struct ock_attention {
    size_t heads, head_width; /* head_width: multiple of 16 */
    size_t count;             /* rows attended to, >= 1, the query's own row last */
    size_t stride;            /* floats between memory rows */
    float scale;
    const float *bias;
    size_t bias_stride;
    size_t weight_stride; /* >= count rounded up to 16 */
} ock_attention;

/* One position of the gated recurrence (layer_recurrent.c), element by element, of `count` elements from the
 * one that all pointers point to:
 *   f = sigmoid(fma(v_f, before, a) + b_f);  r = sigmoid(fma(v_r, before, b) + b_r);
 *   state = fma(f, before - u, u);  out = r * state. */
typedef struct ock_recurrence {
    size_t n; /* distance from one vector to the next, in `vectors`, gates, dgates and dvectors */
    size_t count;         /* multiple of 16 */
    const float *vectors; /* (4 n) v_f, v_r, b_f, b_r */
} ock_recurrence;

/* One position of long short-term memory (layer_lstm.c), with the shape of the above; `vectors` are (4 n) the biases
 * of i, f, o, g:
 *   i = sigmoid(i + b_i);  f = sigmoid(f + b_f);  o = sigmoid(o + b_o);  g = tanh(g + b_g);
 *   cell = fma(f, before, i * g);  squashed = tanh(cell);  out = o * squashed. */

/* One position of the diagonal state space (layer_ssm.c), of `count` channels from the one that all pointers
 * point to; h: n ascending
 *   step = sigmoid(a + b_step);  r = sigmoid(r);
 *   decay = exp(-(step * rate_n));  w = b_n * u;  h_n = fma(decay, before_n - w, w);
 *   sum = fma(skip, u, chain over n of c_n * h_n);  out = r * sum. */
typedef struct ock_state_space {
    size_t n;     /* distance from one vector to the next */
    size_t count; /* multiple of 16 */
    size_t states;
    const float *vectors; /* (2 n) b_step, skip */
    const float *rates;   /* (states n) */
} ock_state_space;

/* Adam with bias correction folded into step sizes by the caller. An element without a gradient stays as it is:
 * were its moments to fall meanwhile, it would leap when it has one again.
 *   move = 0 where g == 0, else 1
 *   m = m + move * (1-beta1) * (g - m)  (skipped where beta1 == 0: then m == NULL and g stands for m)
 *   v = v + move * (1-beta2) * (g*g - v)
 *   w = w - rate * move * m / (sqrt(v * v_correction) + epsilon)
 * exactly: move = min(max(g, -g) * 2^126, 1); m = fma(move*one_minus_beta1, g - m, m);
 *          v = fma(move*one_minus_beta2, g*g - v, v); d = sqrtf(v*v_correction) + epsilon;
 *          w = w - (rate*fma(move, m, 0))/d. */
typedef struct ock_adam {
    float rate; /* already divided by (1 - beta1^t) */
    float one_minus_beta1, one_minus_beta2;
    float v_correction; /* 1 / (1 - beta2^t) */
    float epsilon;
} ock_adam;

typedef struct ock_kernels {
    const char *name; /* "scalar", "avx2", "avx512", "neon" */

    void (*gemm)(const ock_gemm *product);

    /* y[i] = y[i] + x[i] */
    void (*add)(size_t n, const float *x, float *y);

    /* y[i] = fma(a, x[i], y[i])                           n: multiple of 16 */
    void (*axpy)(size_t n, float a, const float *x, float *y);

    /* Sum16(x * y)                                        n: multiple of 16 */
    float (*dot)(size_t n, const float *x, const float *y);

    /* out[s] = Sum16(x * w[s]) for s < sets               n: multiple of 16 */
    void (*dot_sets)(size_t sets, size_t n, const float *x, const float *const w[], float *out);

    /* w[s][i] = fma(rate[s], x[i], w[s][i]) for s < sets  n: multiple of 16 */
    void (*axpy_sets)(size_t sets, size_t n, const float rate[], const float *x, float *const w[]);

    /* Root-mean-square norm without gain, of `rows` rows of n (multiple of 16), `stride` floats
     * apart. inverse[r*inverse_stride] = 1 / sqrt(Sum16(x*x) * (1/n) + 1e-6);  y = x * inverse. */
    void (*rmsnorm)(size_t rows, size_t n, size_t stride, const float *x, float *y, float *inverse,
                    size_t inverse_stride);

    /* dx += gradient of rmsnorm: with y = x*inverse and s = Sum16(dy*y) * (1/n):
     * dx = dx + (dy - y*s) * inverse, each operation rounded (y*s as fma(-y, s, dy)).
     * Rows are contiguous (stride n). */
    void (*rmsnorm_backward)(size_t rows, size_t n, const float *y, const float *inverse,
                             const float *dy, float *dx);

    /* a = max(h, 0)^2, with max(h,0) = h > 0 ? h : 0 */
    void (*relu2)(size_t n, const float *h, float *a);

    /* dh = da * (2 * max(h, 0));  dh may alias da */
    void (*relu2_backward)(size_t n, const float *h, const float *da, float *dh);

    /* y[i] = ock_exp(x[i] - shift) (numeric.h); y may alias x */
    void (*exp_shifted)(size_t n, const float *x, float shift, float *y);

    /* y[i] = ock_sigmoid(x[i]) (numeric.h)                n: multiple of 16 */
    void (*sigmoid)(size_t n, const float *x, float *y);

    /* Largest element, n >= 1, as compare and select (a > b ? a : b), then + 0.0f: a zero is +0,
     * so order cannot matter. */
    float (*max)(size_t n, const float *x);

    /* Sum16(x) with absent elements of the last 16 counted as 0. */
    float (*sum)(size_t n, const float *x);

    /* See ock_recurrence. gates:(3 n) come as products u, a, b and become u, f, r;
     * before: the state of the position before; state, out:(n). */
    void (*recur)(const ock_recurrence *shape, float *gates, const float *before, float *state,
                  float *out);

    /* Gradient of one position, positions descending: given dout and in `carry` the gradient of
     * this position's state from later ones, stores dgates:(3 n) of u, a, b, leaves in `carry` that
     * of the state before, and accumulates into dvectors (v_f, v_r, b_f, b_r):
     *   dc = fma(dout, r, carry);  du = dc * (1 - f);
     *   da = (dc * (before - u)) * (f * (1 - f));  db = (dout * state) * (r * (1 - r));
     *   carry = fma(dc, f, fma(da, v_f, db * v_r));
     *   dv_f = fma(da, before, dv_f);  dv_r = fma(db, before, dv_r);  db_f + da;  db_r + db. */
    void (*recur_backward)(const ock_recurrence *shape, const float *gates, const float *before,
                           const float *state, const float *dout, float *carry, float *dgates,
                           float *dvectors);

    /* See above. gates:(4 n) come as sums of products i, f, o, g and are squashed in place; before: the cell of the
     * position before; cell, squashed, out:(n). */
    void (*lstm)(const ock_recurrence *shape, float *gates, const float *before, float *cell,
                 float *squashed, float *out);

    /* Gradient of one position, positions descending: given dout and in `carry` the gradient of this position's
     * cell from later ones, stores dgates:(4 n) of the sums i, f, o, g, leaves in `carry` that of the cell before,
     * and adds dgates to dbias:(4 n):
     *   dc = fma(dout * o, fma(-squashed, squashed, 1), carry);  do = (dout * squashed) * (o * (1 - o));
     *   di = (dc * g) * (i * (1 - i));  df = (dc * before) * (f * (1 - f));  dg = (dc * i) * fma(-g, g, 1);
     *   carry = dc * f. */
    void (*lstm_backward)(const ock_recurrence *shape, const float *gates, const float *before,
                          const float *squashed, const float *dout, float *carry, float *dgates,
                          float *dbias);

    /* See ock_attention. q, out: (heads*head_width); keys, values: count rows. */
    void (*attention)(const ock_attention *shape, const float *q, const float *keys,
                      const float *values, float *weight, float *out);

    /* Gradient of one query: given dout, accumulates into dkeys, dvalues (same stride as keys) for
     * the rows j >= first (earlier rows are memory of former steps: constants) and into dbias (same
     * layout as bias), and stores dq. For each head, j ascending over all rows:
     *   dw_j = Sum16(dout_h * v_jh); t = Sum16(weight * dw);
     *   ds_j = weight_j * (dw_j - t); dbias[count-1-j] = dbias + ds_j;
     *   dq_h = chain over j of (ds_j*scale) * k_jh;
     *   for j >= first: dk_jh = fma(ds_j*scale, q_h, dk_jh); dv_jh = fma(weight_j, dout_h, dv_jh).
     * scratch: weight_stride floats, left undefined. */
    void (*attention_backward)(const ock_attention *shape, size_t first, const float *q,
                               const float *keys, const float *values, const float *weight,
                               const float *dout, float *dq, float *dkeys, float *dvalues,
                               float *dbias, float *scratch);

    /* See ock_state_space. gates:(3 n) come as products u, r, a and become u, r, step; b, c:(states) are read by all
     * channels; before, state:(states n); sum, out:(n). */
    void (*scan)(const ock_state_space *shape, float *gates, const float *b, const float *c,
                 const float *before, float *state, float *sum, float *out);

    /* Gradient of one position, positions descending: given dout and in `carry`:(states n) the gradient of this
     * position's states from later ones, stores dgates:(3 n) of u, r, a, dsum:(n) and dinputs:(states n) of w, leaves
     * in `carry` that of the states before, and adds to dvectors:((2 + states) n) of b_step, skip and the logarithms
     * of the rates; n ascending:
     *   dsum = dout * r;  dr = (dout * sum) * (r * (1 - r));  dskip = fma(dsum, u, dskip);  du = dsum * skip;
     *   dh = fma(c_n, dsum, carry_n);  dw_n = dh * (1 - decay);  du = fma(dw_n, b_n, du);
     *   g = (dh * (before_n - w)) * decay;  dstep = fma(-g, rate_n, dstep), from 0;
     *   dlog_n = fma(-g, step * rate_n, dlog_n);  carry_n = dh * decay;
     *   da = dstep * (step * (1 - step));  db_step = db_step + da. */
    void (*scan_backward)(const ock_state_space *shape, const float *gates, const float *b,
                          const float *c, const float *before, const float *sum, const float *dout,
                          float *carry, float *dgates, float *dsum, float *dinputs,
                          float *dvectors);

    /* See ock_adam. n: any. m may be NULL (beta1 == 0). */
    void (*adam)(const ock_adam *adam, size_t n, const float *g, float *m, float *v, float *w);

    /* Row-wise Adagrad, one occurrence: a = *accumulator + Sum16(g*g) * (1/n);
     * *accumulator = a; row = fma(-(rate / (sqrtf(a) + 1e-8f)), g, row).    n: multiple of 16
     * A row whose gradient is all zero is still an occurrence. */
    void (*adagrad_row)(size_t n, float rate, const float *g, float *accumulator, float *row);

    /* False if any element is NaN or infinite (by exponent bits). */
    bool (*all_finite)(size_t n, const float *x);
} ock_kernels;

/* The specification and the variants this build contains. A pointer that the machine cannot run
 * may still be non-NULL: ask ock_kernels_select. Exposed for tests. */
extern const ock_kernels ock_kernels_scalar;
#if defined(__x86_64__)
extern const ock_kernels ock_kernels_avx2;
extern const ock_kernels ock_kernels_avx512;
#elif defined(__aarch64__)
extern const ock_kernels ock_kernels_neon;
#endif

/* Chooses the backend once: the widest this CPU has, or the one named ("scalar", "avx2", "avx512", "neon";
 * NULL or "" for the widest; the program passes the environment variable OCKHAM_ISA). OCK_ENVIRONMENT
 * with a clear message when the name is unknown or the CPU lacks it.
 * *chosen points to static storage. Not collective. */
ock_status ock_kernels_select(const char *name, const ock_kernels **chosen) OCK_WARN_UNUSED;

/* The same on a CPU that has just these features. */
ock_status ock_kernels_select_on(ock_cpu cpu, const char *name,
                                 const ock_kernels **chosen) OCK_WARN_UNUSED;

#endif
