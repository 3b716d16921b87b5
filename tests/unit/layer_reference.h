/* SPDX-License-Identifier: MIT */
/* layer_reference.h - the layer once more, naively and in double: what test_layer.c takes finite
 * differences of. Nothing of it is shared with the layer but the formulas in its header. */
#ifndef OCK_LAYER_REFERENCE_H
#define OCK_LAYER_REFERENCE_H

#include <math.h>

#include "model_fixture.h"
#include "network/layer.h"

enum { REFERENCE_POSITIONS = 64, REFERENCE_MAX_WIDTH = 64 };

/* Tensors of the parameter vector. */
enum { TENSOR_IN, TENSOR_OUT, TENSOR_V_F, TENSOR_V_R, TENSOR_B_F, TENSOR_B_R, REFERENCE_TENSORS };

typedef struct reference {
    ock_config config;
    size_t lanes;
    size_t past;        /* positions of former steps */
    size_t forget;      /* positions before this one are not remembered */
    double *parameters; /* as the layer's vector; matrices in panels */
    double *states;     /* (lanes, REFERENCE_POSITIONS, width) as they were computed */
} reference;

/* Numbers of one tensor. */
static inline size_t reference_tensor(const ock_config *c, int tensor)
{
    size_t d = c->width;
    return tensor == TENSOR_IN ? 3 * d * d : tensor == TENSOR_OUT ? d * d : d;
}

/* Where a tensor begins; the vector's length for the number of tensors. */
static inline size_t reference_offset(const ock_config *c, int tensor)
{
    size_t offset = 0;
    for (int i = 0; i < tensor; i++) {
        offset += reference_tensor(c, i);
    }
    return offset;
}

static inline size_t reference_count(const ock_config *c)
{
    return reference_offset(c, REFERENCE_TENSORS);
}

static inline const double *reference_parameter(const reference *r, int tensor)
{
    return r->parameters + reference_offset(&r->config, tensor);
}

static inline void reference_init(reference *r, const ock_config *config, size_t lanes)
{
    *r = (reference){.config = *config, .lanes = lanes};
    assert_true(config->width <= REFERENCE_MAX_WIDTH);
    r->parameters = fixture_memory(reference_count(config), sizeof(double));
    r->states = fixture_memory(lanes * REFERENCE_POSITIONS * config->width, sizeof(double));
}

static inline void reference_free(reference *r)
{
    free(r->parameters);
    free(r->states);
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

static inline double reference_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* x:(width) of a lane's position becomes the layer's output; leaves what later ones need. */
static inline void reference_position(reference *r, size_t lane, size_t position, double *x)
{
    size_t d = r->config.width;
    double y[REFERENCE_MAX_WIDTH], uab[3 * REFERENCE_MAX_WIDTH], gated[REFERENCE_MAX_WIDTH];
    double *state = r->states + (lane * REFERENCE_POSITIONS + position) * d;
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

/* x:(lanes, step, width) becomes the layer's output. */
static inline void reference_forward(reference *r, double *x)
{
    for (size_t lane = 0; lane < r->lanes; lane++) {
        for (size_t t = 0; t < r->config.step; t++) {
            reference_position(r, lane, r->past + t,
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
