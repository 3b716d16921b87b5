/* layer_reference.h - the transformer layer once more, naively and in double: what
 * test_layer.c takes finite differences of. Nothing of it is shared with the layer but the
 * formulas in its header. */
#ifndef OCK_LAYER_REFERENCE_H
#define OCK_LAYER_REFERENCE_H

#include <math.h>

#include "model_fixture.h"

enum { REFERENCE_POSITIONS = 64, REFERENCE_MAX_WIDTH = 64, REFERENCE_MAX_FF = 96 };

typedef struct reference {
    ock_config config;
    size_t lanes;
    size_t past;           /* positions of former steps */
    size_t forget;         /* positions before this one are not attended to */
    double *parameters;    /* as the layer's vector: qkv, o, 1, 2 in panels, then the biases */
    double *keys, *values; /* (lanes, REFERENCE_POSITIONS, width) as they were computed */
} reference;

/* Sizes of the layer's parameter tensors, in order. */
enum { TENSOR_QKV, TENSOR_O, TENSOR_1, TENSOR_2, TENSOR_BIAS, TENSORS };

static inline size_t reference_tensor(const ock_config *c, int tensor)
{
    size_t d = c->width, padded = (c->window + 15u) / 16 * 16;
    const size_t sizes[TENSORS] = {3 * d * d, d * d, d * c->ff, d * c->ff, c->heads * padded};
    return sizes[tensor];
}

static inline size_t reference_offset(const ock_config *c, int tensor)
{
    size_t offset = 0;
    for (int i = 0; i < tensor; i++)
        offset += reference_tensor(c, i);
    return offset;
}

static inline void reference_init(reference *r, const ock_config *config, size_t lanes)
{
    size_t memory = lanes * REFERENCE_POSITIONS * config->width;
    *r = (reference){.config = *config, .lanes = lanes};
    assert_true(config->width <= REFERENCE_MAX_WIDTH && config->ff <= REFERENCE_MAX_FF);
    r->parameters = fixture_memory(reference_offset(config, TENSORS), sizeof(double));
    r->keys = fixture_memory(memory, sizeof(double));
    r->values = fixture_memory(memory, sizeof(double));
}

static inline void reference_free(reference *r)
{
    free(r->parameters);
    free(r->keys);
    free(r->values);
}

/* y:(outputs) = x:(inputs) times a matrix in panels of 32 columns. */
static inline void reference_product(const double *w, size_t inputs, size_t outputs,
                                     const double *x, double *y)
{
    for (size_t n = 0; n < outputs; n++) {
        y[n] = 0;
        for (size_t k = 0; k < inputs; k++)
            y[n] += x[k] * w[n / 32 * inputs * 32 + k * 32 + n % 32];
    }
}

static inline void reference_norm(size_t n, const double *x, double *y)
{
    double square = 0;
    for (size_t i = 0; i < n; i++)
        square += x[i] * x[i];
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] / sqrt(square / (double)n + 1e-6);
}

/* Head h of the query at `position` of a lane, over the positions its window reaches. */
static inline void reference_head(const reference *r, size_t lane, size_t h, size_t position,
                                  const double *q, double *out)
{
    const ock_config *c = &r->config;
    size_t d = c->width, head_width = d / c->heads, padded = (c->window + 15u) / 16 * 16;
    size_t first = position + 1 > c->window ? position + 1 - c->window : 0;
    const double *bias = r->parameters + reference_offset(c, TENSOR_BIAS) + h * padded;
    double weight[REFERENCE_POSITIONS], total = 0;
    first = first > r->forget ? first : r->forget;
    for (size_t j = first; j <= position; j++) {
        const double *k = r->keys + (lane * REFERENCE_POSITIONS + j) * d + h * head_width;
        double score = 0;
        for (size_t i = 0; i < head_width; i++)
            score += q[h * head_width + i] * k[i];
        weight[j] = exp(score / sqrt((double)head_width) + bias[position - j]);
        total += weight[j];
    }
    for (size_t i = 0; i < head_width; i++) {
        out[h * head_width + i] = 0;
        for (size_t j = first; j <= position; j++)
            out[h * head_width + i] +=
                weight[j] / total *
                r->values[(lane * REFERENCE_POSITIONS + j) * d + h * head_width + i];
    }
}

static inline void reference_attend(reference *r, size_t lane, size_t position, double *x)
{
    const ock_config *c = &r->config;
    size_t d = c->width, at = (lane * REFERENCE_POSITIONS + position) * d;
    double y[REFERENCE_MAX_WIDTH], qkv[3 * REFERENCE_MAX_WIDTH], mixed[REFERENCE_MAX_WIDTH];
    reference_norm(d, x, y);
    reference_product(r->parameters, d, 3 * d, y, qkv);
    memcpy(r->keys + at, qkv + d, d * sizeof(double));
    memcpy(r->values + at, qkv + 2 * d, d * sizeof(double));
    for (size_t h = 0; h < c->heads; h++)
        reference_head(r, lane, h, position, qkv, mixed);
    reference_product(r->parameters + reference_offset(c, TENSOR_O), d, d, mixed, y);
    for (size_t i = 0; i < d; i++)
        x[i] += y[i];
}

static inline void reference_feed_forward(const reference *r, double *x)
{
    const ock_config *c = &r->config;
    double y[REFERENCE_MAX_WIDTH], h[REFERENCE_MAX_FF];
    reference_norm(c->width, x, y);
    reference_product(r->parameters + reference_offset(c, TENSOR_1), c->width, c->ff, y, h);
    for (size_t i = 0; i < c->ff; i++)
        h[i] = h[i] > 0 ? h[i] * h[i] : 0;
    reference_product(r->parameters + reference_offset(c, TENSOR_2), c->ff, c->width, h, y);
    for (size_t i = 0; i < c->width; i++)
        x[i] += y[i];
}

/* x:(lanes, step, width) becomes the layer's output. */
static inline void reference_forward(reference *r, double *x)
{
    for (size_t lane = 0; lane < r->lanes; lane++)
        for (size_t t = 0; t < r->config.step; t++) {
            double *row = x + (lane * r->config.step + t) * r->config.width;
            reference_attend(r, lane, r->past + t, row);
            reference_feed_forward(r, row);
        }
}

static inline void reference_end_step(reference *r)
{
    r->past += r->config.step;
    assert_true(r->past + r->config.step <= REFERENCE_POSITIONS);
}

#endif
