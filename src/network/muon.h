/* SPDX-License-Identifier: MIT */
/* muon.h - orthogonalised momentum: how hidden matrices are moved where the configuration's optimiser is OCK_MUON.
 *
 *     m = momentum m + g;  u = momentum m + g              element by element, by whoever owns the slice
 *     w = w - rate gain sqrt(rows) O(u)                    block by block, by whoever owns the block
 *
 * O(u) is u with its singular values brought near 1 (Jordan et al., "Muon: an optimizer for hidden layers in
 * neural networks", 2024): a few turns of Newton and Schulz on u / |u|, each X = X (a I + b A + c A A), A = X^T X.
 * A block is so many columns of a matrix that it has no more columns than rows. With the factor sqrt(rows) its
 * elements move by `rate gain` in the mean square. All other parameters are moved by Adam.
 *
 * Blocks are whole whatever the ranks: which rank computes one is scheduling, the order of its products is
 * the contract's (NUMERICS.md, "Orthogonalised momentum"). */
#ifndef OCK_MUON_H
#define OCK_MUON_H

#include "base/arena.h"
#include "base/range.h"
#include "base/status.h"
#include "network/layer.h"
#include "numeric/kernels.h"
#include "plan/config.h"
#include "threads/team.h"

typedef struct ock_muon {
    const ock_kernels *kernels;
    float momentum;
    size_t turns;
    size_t block_count;
    ock_matrix *blocks;   /* (block_count) ascending */
    float *x, *y;         /* (most floats of a block) by rows */
    float *gram, *factor; /* (most columns, most columns) */
} ock_muon;

/* The blocks of all layers' matrices, of a vector that begins with the layers' parameters. Memory is taken from the
 * arena. Not collective. */
ock_status ock_muon_init(ock_muon *muon, const ock_kernels *kernels, const ock_config *config,
                         ock_arena *arena) OCK_WARN_UNUSED;

/* The blocks that rank `rank` moves, and the parameters from the first of them to the next rank's first: the ranks'
 * ranges make up the whole vector of `parameters`. Pure. */
ock_range ock_muon_share(const ock_muon *muon, int ranks, int rank);
ock_range ock_muon_span(const ock_muon *muon, size_t parameters, int ranks, int rank);

/* The next run of parameters in [at, end) that are moved alike: -> its end; *whole: it belongs to blocks. */
size_t ock_muon_run(const ock_muon *muon, size_t at, size_t end, bool *whole);

/* `count` elements of blocks. The momentum takes the gradient in: m = momentum m + g. Then u = momentum m + g is what is to
 * be orthogonalised. An element without a gradient stays as it is, and is 0 in u: a network that sleeps is not
 * moved. Nothing aliases. */
void ock_muon_gather(const ock_muon *muon, size_t count, const float *gradient, float *momentum);
void ock_muon_direct(const ock_muon *muon, size_t count, const float *gradient,
                     const float *momentum, float *u);

/* O(u) of a block, by rows; u is its (rows, columns) in panels. The result lies in a buffer of muon's until the next
 * call. All members of a team call alike; a member's own rows (ock_team_part) are there when it returns, the others' after
 * the next barrier, before which nobody may call again. */
const float *ock_muon_orthogonalise(const ock_muon *muon, const ock_worker *me,
                                    const ock_matrix *block, const float *u);

/* Moves the blocks [blocks.begin, blocks.end) of the parameters: u as ock_muon_direct left it, both vectors whole. All
 * members of a team call alike. */
void ock_muon_move(const ock_muon *muon, const ock_worker *me, ock_range blocks, float rate,
                   const float *u, float *parameters);

/* Multiply-adds of the products a step, in the mean. Pure. */
double ock_muon_work(const ock_config *config);

#endif
