/* SPDX-License-Identifier: MIT */
/* head.h - the network's output: norm, softmax over the 256 symbols, and the tree of bit
 * probabilities.
 *
 * leaf[s] = exp(logit[s] - max) + 2^-20: the floor keeps every conditional probability defined. The
 * tree's node 1 is the root, node i has children 2i and 2i + 1 and the sum of their values; leaf s
 * is node 256 + s. So P(next bit is 1 | bits so far) = node[2i + 1] / node[i], i = 1 followed by
 * the bits. */
#ifndef OCK_HEAD_H
#define OCK_HEAD_H

#include "network/layer.h"

enum { OCK_SYMBOLS = 256, OCK_TREE_NODES = 512 };

typedef struct ock_head {
    const ock_kernels *kernels;
    size_t lanes, step, width;
    const ock_awake *awake;
    const float *weights; /* (width, 256) in panels, within the parameter vector */
    float *transposed;    /* (256, width) in panels */
    float *y, *inverse;   /* (R, width), (R): normalised input */
    float *logits;        /* (R, 256), later their gradient */
    float *tree;          /* (R, 512) */
    float *d_norm;        /* (R, width) */
} ock_head;

size_t ock_head_parameter_count(const ock_config *config);
void ock_head_initialise(const ock_config *config, float *parameters);
ock_status ock_head_init(ock_head *head, const ock_site *site) OCK_WARN_UNUSED;
/* What follows is called by all members of a team alike, and waits for them at its end (layer.h). */
void ock_head_refresh(ock_head *head, const ock_worker *me);

/* Trees of the span's positions from the residual stream x:(R, width); at its end other members' rows are not
 * waited for. */
void ock_head_forward(ock_head *head, const ock_worker *me, ock_span span, const float *x);

/* Tree of position t of the i-th lane at work: (512). */
const float *ock_head_tree(const ock_head *head, size_t i, size_t t);

/* Gradient of the loss (sum over positions of -ln p) for one symbol: logits = p - one_hot(symbol).
 * Called once for every row before ock_head_backward, by one member. */
void ock_head_target(ock_head *head, size_t i, size_t t, uint8_t symbol);

/* dx:(R, width) = gradient of the head's input. */
void ock_head_backward(ock_head *head, const ock_worker *me, float *dx);
void ock_head_gradient(ock_head *head, const ock_worker *me, ock_shard_lanes lanes, float *gradient,
                       bool add);

#endif
