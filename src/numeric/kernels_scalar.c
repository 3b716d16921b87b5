/* SPDX-License-Identifier: MIT */
/* kernels_scalar.c - the specification of every kernel: plain loops whose bits the vector backends
 * must reproduce. Each function is its contract in kernels.h, written as code. */
#include "numeric/kernels.h"

#include <stdint.h>
#include <string.h>

#include "numeric/numeric.h"

#if defined(__x86_64__)
#include <xmmintrin.h>

/* The instruction: a builtin would call libm for negative arguments to set errno. */
static float square_root(float x)
{
    return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x)));
}
#else
static float square_root(float x)
{
    return __builtin_sqrtf(x);
}
#endif

/* The fixed tree of Sum16 over its 16 virtual lanes; destroys `lane`. */
static float tree16(float lane[OCK_LANES16])
{
    for (size_t width = OCK_LANES16 / 2; width > 0; width /= 2) {
        for (size_t i = 0; i < width; i++) {
            lane[i] = lane[i] + lane[i + width];
        }
    }
    return lane[0];
}

static float sum16(size_t n, const float *x)
{
    float lane[OCK_LANES16] = {0};
    for (size_t i = 0; i < n; i++) {
        lane[i % OCK_LANES16] = lane[i % OCK_LANES16] + x[i];
    }
    return tree16(lane);
}

static float dot(size_t n, const float *x, const float *y)
{
    float lane[OCK_LANES16] = {0};
    for (size_t i = 0; i < n; i++) {
        lane[i % OCK_LANES16] = __builtin_fmaf(x[i], y[i], lane[i % OCK_LANES16]);
    }
    return tree16(lane);
}

/* The 32 columns of a panel are independent chains; only the order of k matters. */
static void gemm(const ock_gemm *g)
{
    for (size_t i = 0; i < g->m; i++) {
        for (size_t j = 0; j < g->n; j += OCK_PANEL) {
            const float *a = g->a + i * g->a_row;
            const float *b = g->b + j / OCK_PANEL * g->b_panel;
            float *c = g->c + i * g->c_row + j / OCK_PANEL * g->c_panel;
            float s[OCK_PANEL] = {0};
            for (size_t k = 0; k < g->k; k++) {
                for (size_t l = 0; l < OCK_PANEL; l++) {
                    s[l] = __builtin_fmaf(a[k * g->a_col], b[k * g->b_row + l], s[l]);
                }
            }
            for (size_t l = 0; l < OCK_PANEL; l++) {
                c[l] = g->add ? c[l] + s[l] : s[l];
            }
        }
    }
}

static void add(size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = y[i] + x[i];
    }
}

static void axpy(size_t n, float a, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = __builtin_fmaf(a, x[i], y[i]);
    }
}

static void dot_sets(size_t sets, size_t n, const float *x, const float *const w[], float *out)
{
    for (size_t s = 0; s < sets; s++) {
        out[s] = dot(n, x, w[s]);
    }
}

static void axpy_sets(size_t sets, size_t n, const float rate[], const float *x, float *const w[])
{
    for (size_t s = 0; s < sets; s++) {
        axpy(n, rate[s], x, w[s]);
    }
}

static void rmsnorm(size_t rows, size_t n, size_t stride, const float *x, float *y, float *inverse,
                    size_t inverse_stride)
{
    float one_over_n = 1.0f / (float)n;
    for (size_t r = 0; r < rows; r++) {
        float mean_square = dot(n, x + r * stride, x + r * stride) * one_over_n;
        float scale = 1.0f / square_root(mean_square + 1e-6f);
        for (size_t i = 0; i < n; i++) {
            y[r * stride + i] = x[r * stride + i] * scale;
        }
        inverse[r * inverse_stride] = scale;
    }
}

static void rmsnorm_backward(size_t rows, size_t n, const float *y, const float *inverse,
                             const float *dy, float *dx)
{
    float one_over_n = 1.0f / (float)n;
    for (size_t r = 0; r < rows; r++) {
        float s = dot(n, dy + r * n, y + r * n) * one_over_n;
        for (size_t i = r * n; i < (r + 1) * n; i++) {
            float d = __builtin_fmaf(-y[i], s, dy[i]);
            dx[i] = dx[i] + d * inverse[r];
        }
    }
}

static void exp_shifted(size_t n, const float *x, float shift, float *y)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = ock_exp(x[i] - shift);
    }
}

static float max(size_t n, const float *x)
{
    float largest = x[0];
    for (size_t i = 1; i < n; i++) {
        largest = largest > x[i] ? largest : x[i];
    }
    return largest + 0.0f; /* -0 becomes +0: which zero came first must not show */
}

static void sigmoid(size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = ock_sigmoid(x[i]);
    }
}

static void recur(const ock_recurrence *shape, float *gates, const float *before, float *state,
                  float *out)
{
    size_t n = shape->n;
    const float *v_f = shape->vectors, *v_r = v_f + n, *b_f = v_r + n, *b_r = b_f + n;
    float *u = gates, *f = u + n, *r = f + n;
    for (size_t i = 0; i < shape->count; i++) {
        f[i] = ock_sigmoid(__builtin_fmaf(v_f[i], before[i], f[i]) + b_f[i]);
        r[i] = ock_sigmoid(__builtin_fmaf(v_r[i], before[i], r[i]) + b_r[i]);
        state[i] = __builtin_fmaf(f[i], before[i] - u[i], u[i]);
        out[i] = r[i] * state[i];
    }
}

static void recur_backward(const ock_recurrence *shape, const float *gates, const float *before,
                           const float *state, const float *dout, float *carry, float *dgates,
                           float *dvectors)
{
    size_t n = shape->n;
    const float *v_f = shape->vectors, *v_r = v_f + n;
    const float *u = gates, *f = u + n, *r = f + n;
    float *du = dgates, *da = du + n, *db = da + n;
    for (size_t i = 0; i < shape->count; i++) {
        float dc = __builtin_fmaf(dout[i], r[i], carry[i]);
        du[i] = dc * (1.0f - f[i]);
        da[i] = (dc * (before[i] - u[i])) * (f[i] * (1.0f - f[i]));
        db[i] = (dout[i] * state[i]) * (r[i] * (1.0f - r[i]));
        carry[i] = __builtin_fmaf(dc, f[i], __builtin_fmaf(da[i], v_f[i], db[i] * v_r[i]));
        dvectors[i] = __builtin_fmaf(da[i], before[i], dvectors[i]);
        dvectors[n + i] = __builtin_fmaf(db[i], before[i], dvectors[n + i]);
        dvectors[2 * n + i] = dvectors[2 * n + i] + da[i];
        dvectors[3 * n + i] = dvectors[3 * n + i] + db[i];
    }
}

static void lstm(const ock_recurrence *shape, float *gates, const float *before, float *cell,
                 float *squashed, float *out)
{
    const size_t n = shape->n;
    const float *b_i = shape->vectors, *b_f = b_i + n, *b_o = b_f + n, *b_g = b_o + n;
    float *i = gates, *f = i + n, *o = f + n, *g = o + n;
    for (size_t e = 0; e < shape->count; e++) {
        i[e] = ock_sigmoid(i[e] + b_i[e]);
        f[e] = ock_sigmoid(f[e] + b_f[e]);
        o[e] = ock_sigmoid(o[e] + b_o[e]);
        g[e] = ock_tanh(g[e] + b_g[e]);
        cell[e] = __builtin_fmaf(f[e], before[e], i[e] * g[e]);
        squashed[e] = ock_tanh(cell[e]);
        out[e] = o[e] * squashed[e];
    }
}

static void lstm_backward(const ock_recurrence *shape, const float *gates, const float *before,
                          const float *squashed, const float *dout, float *carry, float *dgates,
                          float *dbias)
{
    const size_t n = shape->n;
    const float *i = gates, *f = i + n, *o = f + n, *g = o + n;
    float *di = dgates, *df = di + n, *d_o = df + n, *dg = d_o + n;
    for (size_t e = 0; e < shape->count; e++) {
        const float s = squashed[e];
        const float dc = __builtin_fmaf(dout[e] * o[e], __builtin_fmaf(-s, s, 1.0f), carry[e]);
        d_o[e] = (dout[e] * s) * (o[e] * (1.0f - o[e]));
        di[e] = (dc * g[e]) * (i[e] * (1.0f - i[e]));
        df[e] = (dc * before[e]) * (f[e] * (1.0f - f[e]));
        dg[e] = (dc * i[e]) * __builtin_fmaf(-g[e], g[e], 1.0f);
        carry[e] = dc * f[e];
        for (size_t gate = 0; gate < 4; gate++) {
            dbias[gate * n + e] = dbias[gate * n + e] + dgates[gate * n + e];
        }
    }
}

static void relu2(size_t n, const float *h, float *a)
{
    for (size_t i = 0; i < n; i++) {
        float positive = h[i] > 0.0f ? h[i] : 0.0f;
        a[i] = positive * positive;
    }
}

static void relu2_backward(size_t n, const float *h, const float *da, float *dh)
{
    for (size_t i = 0; i < n; i++) {
        float positive = h[i] > 0.0f ? h[i] : 0.0f;
        dh[i] = da[i] * (2.0f * positive);
    }
}

/* Softmax of one head's scores in place; zeroes the row up to the multiple of 16. */
static void softmax_row(size_t count, float *row)
{
    exp_shifted(count, row, max(count, row), row);
    float total = sum16(count, row);
    for (size_t j = 0; j < count; j++) {
        row[j] = row[j] / total;
    }
    for (size_t j = count; j % OCK_LANES16 != 0; j++) {
        row[j] = 0.0f;
    }
}

static void attention(const ock_attention *shape, const float *q, const float *keys,
                      const float *values, float *weight, float *out)
{
    size_t width = shape->head_width, count = shape->count;
    for (size_t h = 0; h < shape->heads; h++) {
        float *row = weight + h * shape->weight_stride;
        const float *bias = shape->bias + h * shape->bias_stride;
        for (size_t j = 0; j < count; j++) {
            float score = dot(width, q + h * width, keys + j * shape->stride + h * width);
            row[j] = __builtin_fmaf(score, shape->scale, bias[count - 1 - j]);
        }
        softmax_row(count, row);
        memset(out + h * width, 0, width * sizeof *out);
        for (size_t j = 0; j < count; j++) {
            axpy(width, row[j], values + j * shape->stride + h * width, out + h * width);
        }
    }
}

/* Gradient of one head; the pointers are already moved to the head's columns. */
static void head_backward(const ock_attention *shape, size_t first, const float *q,
                          const float *keys, const float *values, const float *weight,
                          const float *dout, float *dq, float *dkeys, float *dvalues, float *dbias,
                          float *scratch)
{
    size_t width = shape->head_width, count = shape->count, stride = shape->stride;
    for (size_t j = 0; j < count; j++) {
        scratch[j] = dot(width, dout, values + j * stride);
    }
    float t = dot(count, weight, scratch);
    memset(dq, 0, width * sizeof *dq);
    for (size_t j = 0; j < count; j++) {
        float ds = weight[j] * (scratch[j] - t);
        dbias[count - 1 - j] = dbias[count - 1 - j] + ds;
        axpy(width, ds * shape->scale, keys + j * stride, dq);
        if (j >= first) {
            axpy(width, ds * shape->scale, q, dkeys + j * stride);
            axpy(width, weight[j], dout, dvalues + j * stride);
        }
    }
}

static void attention_backward(const ock_attention *shape, size_t first, const float *q,
                               const float *keys, const float *values, const float *weight,
                               const float *dout, float *dq, float *dkeys, float *dvalues,
                               float *dbias, float *scratch)
{
    for (size_t h = 0; h < shape->heads; h++) {
        size_t at = h * shape->head_width;
        head_backward(shape, first, q + at, keys + at, values + at,
                      weight + h * shape->weight_stride, dout + at, dq + at, dkeys + at,
                      dvalues + at, dbias + h * shape->bias_stride, scratch);
    }
}

/* Sums of what all channels have of a position are the caller's (layer_ssm.c). */
static void scan_channel(const ock_state_space *shape, size_t e, const float *gates, const float *b,
                         const float *c, const float *before, float *state, float *sum)
{
    const size_t n = shape->n;
    const float u = gates[e], step = gates[2 * n + e];
    float s = 0;
    for (size_t k = 0; k < shape->states; k++) {
        const float decay = ock_exp(-(step * shape->rates[k * n + e])), w = b[k] * u;
        const float h = __builtin_fmaf(decay, before[k * n + e] - w, w);
        state[k * n + e] = h;
        s = __builtin_fmaf(c[k], h, s);
    }
    sum[e] = __builtin_fmaf(shape->vectors[n + e], u, s);
}

static void scan(const ock_state_space *shape, float *gates, const float *b, const float *c,
                 const float *before, float *state, float *sum, float *out)
{
    const size_t n = shape->n;
    float *r = gates + n, *step = r + n;
    for (size_t e = 0; e < shape->count; e++) {
        r[e] = ock_sigmoid(r[e]);
        step[e] = ock_sigmoid(step[e] + shape->vectors[e]);
        scan_channel(shape, e, gates, b, c, before, state, sum);
        out[e] = r[e] * sum[e];
    }
}

/* The states' part; *du goes on, the gradient of the step is returned. */
static float scan_channel_backward(const ock_state_space *shape, size_t e, const float *gates,
                                   const float *b, const float *c, const float *before, float dsum,
                                   float *carry, float *du, float *dinputs, float *dlogs)
{
    const size_t n = shape->n;
    const float u = gates[e], step = gates[2 * n + e];
    float dstep = 0;
    for (size_t k = 0; k < shape->states; k++) {
        const size_t at = k * n + e;
        const float x = step * shape->rates[at], decay = ock_exp(-x), w = b[k] * u;
        const float dh = __builtin_fmaf(c[k], dsum, carry[at]), dw = dh * (1.0f - decay);
        const float g = (dh * (before[at] - w)) * decay;
        dinputs[at] = dw;
        *du = __builtin_fmaf(dw, b[k], *du);
        dstep = __builtin_fmaf(-g, shape->rates[at], dstep);
        dlogs[at] = __builtin_fmaf(-g, x, dlogs[at]);
        carry[at] = dh * decay;
    }
    return dstep;
}

static void scan_backward(const ock_state_space *shape, const float *gates, const float *b,
                          const float *c, const float *before, const float *sum, const float *dout,
                          float *carry, float *dgates, float *dsum, float *dinputs, float *dvectors)
{
    const size_t n = shape->n;
    const float *u = gates, *r = u + n, *step = r + n, *skip = shape->vectors + n;
    float *dskip = dvectors + n;
    for (size_t e = 0; e < shape->count; e++) {
        const float ds = dout[e] * r[e];
        float du = ds * skip[e];
        dsum[e] = ds;
        dskip[e] = __builtin_fmaf(ds, u[e], dskip[e]);
        const float dstep = scan_channel_backward(shape, e, gates, b, c, before, ds, carry, &du,
                                                  dinputs, dvectors + 2 * n);
        const float da = dstep * (step[e] * (1.0f - step[e]));
        dgates[e] = du;
        dgates[n + e] = (dout[e] * sum[e]) * (r[e] * (1.0f - r[e]));
        dgates[2 * n + e] = da;
        dvectors[e] = dvectors[e] + da;
    }
}

/* 1, and 0 of an element without a gradient. */
static float moves(float g)
{
    const float size = g > -g ? g : -g, large = size * 0x1p126f;
    return large < 1.0f ? large : 1.0f;
}

static void adam(const ock_adam *adam_step, size_t n, const float *g, float *m, float *v, float *w)
{
    const ock_adam s = *adam_step;
    for (size_t i = 0; i < n; i++) {
        const float move = moves(g[i]);
        float moment = g[i];
        if (m != NULL) {
            moment = __builtin_fmaf(move * s.one_minus_beta1, g[i] - m[i], m[i]);
            m[i] = moment;
        }
        v[i] = __builtin_fmaf(move * s.one_minus_beta2, g[i] * g[i] - v[i], v[i]);
        float d = square_root(v[i] * s.v_correction) + s.epsilon;
        w[i] = w[i] - s.rate * __builtin_fmaf(move, moment, 0.0f) / d;
    }
}

static void adagrad_row(size_t n, float rate, const float *g, float *accumulator, float *row)
{
    float a = *accumulator + dot(n, g, g) * (1.0f / (float)n);
    *accumulator = a;
    axpy(n, -(rate / (square_root(a) + 1e-8f)), g, row);
}

static bool all_finite(size_t n, const float *x)
{
    const uint32_t exponent = 0x7f800000u;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        if ((bits & exponent) == exponent) {
            return false;
        }
    }
    return true;
}

const ock_kernels ock_kernels_scalar = {
    .name = "scalar",
    .gemm = gemm,
    .add = add,
    .axpy = axpy,
    .dot = dot,
    .dot_sets = dot_sets,
    .axpy_sets = axpy_sets,
    .rmsnorm = rmsnorm,
    .rmsnorm_backward = rmsnorm_backward,
    .exp_shifted = exp_shifted,
    .sigmoid = sigmoid,
    .max = max,
    .sum = sum16,
    .recur = recur,
    .recur_backward = recur_backward,
    .lstm = lstm,
    .lstm_backward = lstm_backward,
    .relu2 = relu2,
    .relu2_backward = relu2_backward,
    .attention = attention,
    .attention_backward = attention_backward,
    .scan = scan,
    .scan_backward = scan_backward,
    .adam = adam,
    .adagrad_row = adagrad_row,
    .all_finite = all_finite,
};
