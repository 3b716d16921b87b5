/* SPDX-License-Identifier: MIT */
/* layer_reference.h - the layers once more, naively and in double: what test_layer.c takes finite
 * differences of. Nothing of them is shared with the layers but the formulas at their heads. */
#ifndef OCK_LAYER_REFERENCE_H
#define OCK_LAYER_REFERENCE_H

#include <math.h>

#include "model_fixture.h"
#include "network/layer.h"

enum { REFERENCE_POSITIONS = 64, REFERENCE_MAX_WIDTH = 64, REFERENCE_WINDOW = 7 };

typedef struct reference reference;

/* A kind of layer, its parameters as tensors in the order of the vector. */
typedef struct reference_kind {
    ock_layer_choice layer;
    int tensors;
    size_t (*tensor)(const ock_config *config, int tensor); /* numbers of one */
    size_t memory; /* numbers that later positions need of a position, in widths */
    /* x:(width) of a lane's position becomes the layer's output; leaves what later ones need. */
    void (*position)(reference *r, size_t lane, size_t position, double *x);
} reference_kind;

struct reference {
    const reference_kind *kind;
    ock_config config;
    size_t lanes;
    size_t past;        /* positions of former steps */
    size_t forget;      /* positions before this one are not remembered */
    double *parameters; /* as the layer's vector; matrices in panels */
    double *memories;   /* (lanes, REFERENCE_POSITIONS, memory * width) as they were computed */
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
    *r = (reference){.kind = kind, .config = *config, .lanes = lanes};
    assert_true(config->width <= REFERENCE_MAX_WIDTH);
    r->parameters = fixture_memory(reference_count(kind, config), sizeof(double));
    r->memories =
        fixture_memory(lanes * REFERENCE_POSITIONS * kind->memory * config->width, sizeof(double));
}

static inline void reference_free(reference *r)
{
    free(r->parameters);
    free(r->memories);
}

/* What is remembered of a position: for writing. */
static inline double *reference_memory(const reference *r, size_t lane, size_t position)
{
    return r->memories +
           (lane * REFERENCE_POSITIONS + position) * r->kind->memory * r->config.width;
}

/* Number i of it: 0 of what was forgotten, and of what was never there. */
static inline double reference_recall(const reference *r, size_t lane, ptrdiff_t position, size_t i)
{
    return position < (ptrdiff_t)r->forget ? 0 : reference_memory(r, lane, (size_t)position)[i];
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

/* x:(outputs) += y:(inputs) times a matrix. */
static inline void reference_add_product(const double *w, size_t inputs, size_t outputs,
                                         const double *y, double *x)
{
    double sum[REFERENCE_MAX_WIDTH];
    reference_product(w, inputs, outputs, y, sum);
    for (size_t i = 0; i < outputs; i++) {
        x[i] += sum[i];
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

static inline double reference_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* ---- gated recurrence ---- */

enum { TENSOR_IN, TENSOR_OUT, TENSOR_V_F, TENSOR_V_R, TENSOR_B_F, TENSOR_B_R, RECURRENT_TENSORS };

static inline size_t reference_recurrent_tensor(const ock_config *c, int tensor)
{
    const size_t d = c->width;
    return tensor == TENSOR_IN ? 3 * d * d : tensor == TENSOR_OUT ? d * d : d;
}

static inline void reference_recurrent_position(reference *r, size_t lane, size_t position,
                                                double *x)
{
    const size_t d = r->config.width;
    double y[REFERENCE_MAX_WIDTH], uab[3 * REFERENCE_MAX_WIDTH], gated[REFERENCE_MAX_WIDTH];
    double *state = reference_memory(r, lane, position);
    reference_norm(d, x, y);
    reference_product(r->parameters, d, 3 * d, y, uab);
    for (size_t i = 0; i < d; i++) {
        const double before = reference_recall(r, lane, (ptrdiff_t)position - 1, i);
        const double f =
            reference_sigmoid(uab[d + i] + reference_parameter(r, TENSOR_V_F)[i] * before +
                              reference_parameter(r, TENSOR_B_F)[i]);
        const double keep =
            reference_sigmoid(uab[2 * d + i] + reference_parameter(r, TENSOR_V_R)[i] * before +
                              reference_parameter(r, TENSOR_B_R)[i]);
        state[i] = f * before + (1 - f) * uab[i];
        gated[i] = keep * state[i];
    }
    reference_add_product(reference_parameter(r, TENSOR_OUT), d, d, gated, x);
}

/* ---- LSTM: of a position h and c are remembered ---- */

enum { LSTM_IN, LSTM_HIDDEN, LSTM_OUT, LSTM_BIAS, LSTM_TENSORS };

static inline size_t reference_lstm_tensor(const ock_config *c, int tensor)
{
    const size_t d = c->width;
    const size_t sizes[LSTM_TENSORS] = {4 * d * d, 4 * d * d, d * d, 4 * d};
    return sizes[tensor];
}

static inline void reference_lstm_position(reference *r, size_t lane, size_t position, double *x)
{
    const size_t d = r->config.width;
    double y[REFERENCE_MAX_WIDTH], before[REFERENCE_MAX_WIDTH];
    double of_input[4 * REFERENCE_MAX_WIDTH], of_hidden[4 * REFERENCE_MAX_WIDTH];
    double *h = reference_memory(r, lane, position), *cell = h + d;
    const double *bias = reference_parameter(r, LSTM_BIAS);
    for (size_t i = 0; i < d; i++) {
        before[i] = reference_recall(r, lane, (ptrdiff_t)position - 1, i);
    }
    reference_norm(d, x, y);
    reference_product(r->parameters, d, 4 * d, y, of_input);
    reference_product(reference_parameter(r, LSTM_HIDDEN), d, 4 * d, before, of_hidden);
    for (size_t i = 0; i < d; i++) {
        double gate[4];
        for (size_t k = 0; k < 4; k++) {
            gate[k] = of_input[k * d + i] + of_hidden[k * d + i] + bias[k * d + i];
        }
        const double kept = reference_recall(r, lane, (ptrdiff_t)position - 1, d + i);
        cell[i] = reference_sigmoid(gate[1]) * kept + reference_sigmoid(gate[0]) * tanh(gate[3]);
        h[i] = reference_sigmoid(gate[2]) * tanh(cell[i]);
    }
    reference_add_product(reference_parameter(r, LSTM_OUT), d, d, h, x);
}

/* ---- transformer: of a position k and v are remembered ---- */

enum { TENSOR_QKV, TENSOR_O, TENSOR_1, TENSOR_2, TENSOR_BIAS, TRANSFORMER_TENSORS };

static inline size_t reference_transformer_tensor(const ock_config *c, int tensor)
{
    const size_t d = c->width, padded = (c->window + 15u) / 16 * 16;
    const size_t sizes[TRANSFORMER_TENSORS] = {3 * d * d, d * d, 2 * d * d, 2 * d * d,
                                               d / 32 * padded};
    return sizes[tensor];
}

/* Head h of the query at `position` of a lane, over the positions its window reaches. */
static inline void reference_head(const reference *r, size_t lane, size_t h, size_t position,
                                  const double *q, double *out)
{
    const size_t d = r->config.width, window = r->config.window, padded = (window + 15) / 16 * 16;
    const double *bias = reference_parameter(r, TENSOR_BIAS) + h * padded;
    double weight[REFERENCE_WINDOW], total = 0;
    for (size_t back = 0; back < window; back++) {
        double score = 0;
        for (size_t i = 32 * h; i < 32 * (h + 1); i++) {
            score += q[i] * reference_recall(r, lane, (ptrdiff_t)position - (ptrdiff_t)back, i);
        }
        weight[back] = exp(score / sqrt(32) + bias[back]);
        total += weight[back];
    }
    for (size_t i = 32 * h; i < 32 * (h + 1); i++) {
        out[i] = 0;
        for (size_t back = 0; back < window; back++) {
            out[i] += weight[back] / total *
                      reference_recall(r, lane, (ptrdiff_t)position - (ptrdiff_t)back, d + i);
        }
    }
}

static inline void reference_transformer_position(reference *r, size_t lane, size_t position,
                                                  double *x)
{
    const size_t d = r->config.width;
    double y[REFERENCE_MAX_WIDTH], wide[3 * REFERENCE_MAX_WIDTH], mixed[REFERENCE_MAX_WIDTH];
    reference_norm(d, x, y);
    reference_product(r->parameters, d, 3 * d, y, wide);
    memcpy(reference_memory(r, lane, position), wide + d, 2 * d * sizeof(double));
    for (size_t h = 0; h < d / 32; h++) {
        reference_head(r, lane, h, position, wide, mixed);
    }
    reference_add_product(reference_parameter(r, TENSOR_O), d, d, mixed, x);
    reference_norm(d, x, y);
    reference_product(reference_parameter(r, TENSOR_1), d, 2 * d, y, wide);
    for (size_t i = 0; i < 2 * d; i++) {
        wide[i] = wide[i] > 0 ? wide[i] * wide[i] : 0;
    }
    reference_add_product(reference_parameter(r, TENSOR_2), 2 * d, d, wide, x);
}

/* ---- state space: of a position 16 states of each channel are remembered ---- */

enum { SSM_IN, SSM_OUT, SSM_STEP, SSM_SKIP, SSM_RATES, SSM_TENSORS };

static inline size_t reference_ssm_tensor(const ock_config *c, int tensor)
{
    const size_t d = c->width;
    const size_t sizes[SSM_TENSORS] = {d * (3 * d + 32), d * d, d, d, 16 * d};
    return sizes[tensor];
}

static inline void reference_ssm_position(reference *r, size_t lane, size_t position, double *x)
{
    const size_t d = r->config.width;
    double y[REFERENCE_MAX_WIDTH], row[3 * REFERENCE_MAX_WIDTH + 32], gated[REFERENCE_MAX_WIDTH];
    const double *u = row, *b = row + 3 * d, *c = b + 16;
    double *state = reference_memory(r, lane, position);
    reference_norm(d, x, y);
    reference_product(r->parameters, d, 3 * d + 32, y, row);
    for (size_t i = 0; i < d; i++) {
        const double step = reference_sigmoid(row[2 * d + i] + reference_parameter(r, SSM_STEP)[i]);
        double sum = reference_parameter(r, SSM_SKIP)[i] * u[i];
        for (size_t n = 0; n < 16; n++) {
            const double decay = exp(-step * exp(reference_parameter(r, SSM_RATES)[n * d + i]));
            const double before = reference_recall(r, lane, (ptrdiff_t)position - 1, n * d + i);
            state[n * d + i] = decay * before + (1 - decay) * b[n] * u[i];
            sum += c[n] * state[n * d + i];
        }
        gated[i] = reference_sigmoid(row[d + i]) * sum;
    }
    reference_add_product(reference_parameter(r, SSM_OUT), d, d, gated, x);
}

/* ---- all of them ---- */

enum { REFERENCE_KINDS = 4 };

static const reference_kind reference_kinds[REFERENCE_KINDS] = {
    {OCK_LAYER_RECURRENT, RECURRENT_TENSORS, reference_recurrent_tensor, 1,
     reference_recurrent_position},
    {OCK_LAYER_LSTM, LSTM_TENSORS, reference_lstm_tensor, 2, reference_lstm_position},
    {OCK_LAYER_TRANSFORMER, TRANSFORMER_TENSORS, reference_transformer_tensor, 2,
     reference_transformer_position},
    {OCK_LAYER_SSM, SSM_TENSORS, reference_ssm_tensor, 16, reference_ssm_position},
};

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
