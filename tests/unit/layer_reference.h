/* layer_reference.h - the layers once more, naively and in double: what test_layer.c takes finite
 * differences of. Nothing of it is shared with the layers but the formulas in their headers. */
#ifndef OCK_LAYER_REFERENCE_H
#define OCK_LAYER_REFERENCE_H

#include <math.h>

#include "model_fixture.h"
#include "network/layer.h"

enum { REFERENCE_POSITIONS = 64, REFERENCE_MAX_WIDTH = 64, REFERENCE_MAX_FF = 96 };

typedef struct reference reference;

/* What is particular to a kind of layer. */
typedef struct reference_kind {
    const ock_layer_kind *layer;
    int tensors;                                            /* of the parameter vector */
    size_t (*tensor)(const ock_config *config, int tensor); /* numbers of one of them */
    /* x:(width) of a lane's position becomes the layer's output; leaves what later ones need */
    void (*position)(reference *r, size_t lane, size_t position, double *x);
} reference_kind;

struct reference {
    const reference_kind *kind;
    ock_config config;
    size_t lanes;
    size_t past;           /* positions of former steps */
    size_t forget;         /* positions before this one are not remembered */
    double *parameters;    /* as the layer's vector; matrices in panels */
    double *keys, *values; /* (lanes, REFERENCE_POSITIONS, width) as they were computed */
};

/* Where a tensor begins; the vector's length for the number of tensors. */
static inline size_t reference_offset(const reference_kind *kind, const ock_config *c, int tensor)
{
    size_t offset = 0;
    for (int i = 0; i < tensor; i++) {
        offset += kind->tensor(c, i);
    }
    return offset;
}

static inline size_t reference_count(const reference_kind *kind, const ock_config *c)
{
    return reference_offset(kind, c, kind->tensors);
}

static inline const double *reference_parameter(const reference *r, int tensor)
{
    return r->parameters + reference_offset(r->kind, &r->config, tensor);
}

static inline void reference_init(reference *r, const reference_kind *kind,
                                  const ock_config *config, size_t lanes)
{
    size_t memory = lanes * REFERENCE_POSITIONS * config->width;
    *r = (reference){.kind = kind, .config = *config, .lanes = lanes};
    assert_true(config->width <= REFERENCE_MAX_WIDTH && config->ff <= REFERENCE_MAX_FF);
    r->parameters = fixture_memory(reference_count(kind, config), sizeof(double));
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
        for (size_t k = 0; k < inputs; k++) {
            y[n] += x[k] * w[n / 32 * inputs * 32 + k * 32 + n % 32];
        }
    }
}

static inline void reference_norm(size_t n, const double *x, double *y)
{
    double square = 0;
    for (size_t i = 0; i < n; i++) {
        square += x[i] * x[i];
    }
    for (size_t i = 0; i < n; i++) {
        y[i] = x[i] / sqrt(square / (double)n + 1e-6);
    }
}

/* ---- transformer ---- */

enum { TENSOR_QKV, TENSOR_O, TENSOR_1, TENSOR_2, TENSOR_BIAS, TRANSFORMER_TENSORS };

static inline size_t reference_transformer_tensor(const ock_config *c, int tensor)
{
    size_t d = c->width, padded = (c->window + 15u) / 16 * 16;
    const size_t sizes[TRANSFORMER_TENSORS] = {3 * d * d, d * d, d * c->ff, d * c->ff,
                                               c->heads * padded};
    return sizes[tensor];
}

/* Head h of the query at `position` of a lane, over the positions its window reaches. */
static inline void reference_head(const reference *r, size_t lane, size_t h, size_t position,
                                  const double *q, double *out)
{
    const ock_config *c = &r->config;
    size_t d = c->width, head_width = d / c->heads, padded = (c->window + 15u) / 16 * 16;
    size_t first = position + 1 > c->window ? position + 1 - c->window : 0;
    const double *bias = reference_parameter(r, TENSOR_BIAS) + h * padded;
    double weight[REFERENCE_POSITIONS], total = 0;
    first = first > r->forget ? first : r->forget;
    for (size_t j = first; j <= position; j++) {
        const double *k = r->keys + (lane * REFERENCE_POSITIONS + j) * d + h * head_width;
        double score = 0;
        for (size_t i = 0; i < head_width; i++) {
            score += q[h * head_width + i] * k[i];
        }
        weight[j] = exp(score / sqrt((double)head_width) + bias[position - j]);
        total += weight[j];
    }
    for (size_t i = 0; i < head_width; i++) {
        out[h * head_width + i] = 0;
        for (size_t j = first; j <= position; j++) {
            out[h * head_width + i] +=
                weight[j] / total *
                r->values[(lane * REFERENCE_POSITIONS + j) * d + h * head_width + i];
        }
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
    for (size_t h = 0; h < c->heads; h++) {
        reference_head(r, lane, h, position, qkv, mixed);
    }
    reference_product(reference_parameter(r, TENSOR_O), d, d, mixed, y);
    for (size_t i = 0; i < d; i++) {
        x[i] += y[i];
    }
}

static inline void reference_feed_forward(const reference *r, double *x)
{
    const ock_config *c = &r->config;
    double y[REFERENCE_MAX_WIDTH], h[REFERENCE_MAX_FF];
    reference_norm(c->width, x, y);
    reference_product(reference_parameter(r, TENSOR_1), c->width, c->ff, y, h);
    for (size_t i = 0; i < c->ff; i++) {
        h[i] = h[i] > 0 ? h[i] * h[i] : 0;
    }
    reference_product(reference_parameter(r, TENSOR_2), c->ff, c->width, h, y);
    for (size_t i = 0; i < c->width; i++) {
        x[i] += y[i];
    }
}

static inline void reference_transformer_position(reference *r, size_t lane, size_t position,
                                                  double *x)
{
    reference_attend(r, lane, position, x);
    reference_feed_forward(r, x);
}

static const reference_kind reference_transformer = {&ock_layer_transformer, TRANSFORMER_TENSORS,
                                                     reference_transformer_tensor,
                                                     reference_transformer_position};

/* ---- recurrent layer ---- */

enum { TENSOR_IN, TENSOR_OUT, TENSOR_V_F, TENSOR_V_R, TENSOR_B_F, TENSOR_B_R, RECURRENT_TENSORS };

static inline size_t reference_recurrent_tensor(const ock_config *c, int tensor)
{
    size_t d = c->width;
    return tensor == TENSOR_IN ? 3 * d * d : tensor == TENSOR_OUT ? d * d : d;
}

static inline double reference_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* States take the place of keys. */
static inline void reference_recurrent_position(reference *r, size_t lane, size_t position,
                                                double *x)
{
    size_t d = r->config.width;
    double y[REFERENCE_MAX_WIDTH], uab[3 * REFERENCE_MAX_WIDTH], gated[REFERENCE_MAX_WIDTH];
    double *state = r->keys + (lane * REFERENCE_POSITIONS + position) * d;
    reference_norm(d, x, y);
    reference_product(r->parameters, d, 3 * d, y, uab);
    for (size_t i = 0; i < d; i++) {
        double before = position > r->forget ? state[(ptrdiff_t)i - (ptrdiff_t)d] : 0;
        double f = reference_sigmoid(uab[d + i] + reference_parameter(r, TENSOR_V_F)[i] * before +
                                     reference_parameter(r, TENSOR_B_F)[i]);
        double keep =
            reference_sigmoid(uab[2 * d + i] + reference_parameter(r, TENSOR_V_R)[i] * before +
                              reference_parameter(r, TENSOR_B_R)[i]);
        state[i] = f * before + (1 - f) * uab[i];
        gated[i] = keep * state[i];
    }
    reference_product(reference_parameter(r, TENSOR_OUT), d, d, gated, y);
    for (size_t i = 0; i < d; i++) {
        x[i] += y[i];
    }
}

static const reference_kind reference_recurrent = {&ock_layer_recurrent, RECURRENT_TENSORS,
                                                   reference_recurrent_tensor,
                                                   reference_recurrent_position};

/* ---- steps ---- */

/* x:(lanes, step, width) becomes the layer's output. */
static inline void reference_forward(reference *r, double *x)
{
    for (size_t lane = 0; lane < r->lanes; lane++) {
        for (size_t t = 0; t < r->config.step; t++) {
            r->kind->position(r, lane, r->past + t,
                              x + (lane * r->config.step + t) * r->config.width);
        }
    }
}

static inline void reference_end_step(reference *r)
{
    r->past += r->config.step;
    assert_true(r->past + r->config.step <= REFERENCE_POSITIONS);
}

#endif
