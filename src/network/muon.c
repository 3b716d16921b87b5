/* SPDX-License-Identifier: MIT */
/* muon.c - momentum, and Newton and Schulz's iteration on blocks of matrices. */
#include "network/muon.h"

#include "base/search.h"

/* ---- blocks ---- */

/* Columns of a matrix's blocks: all if they may be, a multiple of the panel's width. */
static size_t block_columns(const ock_config *config, const ock_matrix *matrix)
{
    size_t most = matrix->rows < matrix->columns ? matrix->rows : matrix->columns;
    if (config->muon_block != 0 && config->muon_block < most) {
        most = config->muon_block;
    }
    return most < OCK_PANEL ? OCK_PANEL : most / OCK_PANEL * OCK_PANEL;
}

/* Cuts a matrix, adding to the blocks; NULL: they are only counted. */
static size_t cut(const ock_config *config, const ock_matrix *matrix, size_t begin,
                  ock_matrix *blocks)
{
    const size_t columns = block_columns(config, matrix);
    size_t count = 0;
    for (size_t first = 0; first < matrix->columns; first += columns, count++) {
        const size_t left = matrix->columns - first;
        if (blocks != NULL) {
            blocks[count] = (ock_matrix){begin + first * matrix->rows, matrix->rows,
                                         left < columns ? left : columns};
        }
    }
    return count;
}

/* The same for all matrices of all layers: -> how many blocks. */
static size_t cut_all(const ock_config *config, ock_matrix *blocks)
{
    const size_t layer_floats = ock_layer_parameter_count(config);
    ock_matrix matrices[OCK_LAYER_MATRICES];
    const size_t matrix_count = ock_layer_matrices(config, matrices);
    size_t count = 0;
    for (size_t layer = 0; layer < ock_config_layers(config); layer++) {
        for (size_t i = 0; i < matrix_count; i++) {
            count += cut(config, &matrices[i], layer * layer_floats + matrices[i].begin,
                         blocks != NULL ? blocks + count : NULL);
        }
    }
    return count;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static ock_status allocate(ock_muon *muon, ock_arena *arena)
{
    size_t floats = 0, columns = 0;
    for (size_t i = 0; i < muon->block_count; i++) {
        floats = larger(floats, muon->blocks[i].rows * muon->blocks[i].columns);
        columns = larger(columns, muon->blocks[i].columns);
    }
    const ock_arena_part parts[] = {{&muon->x, floats, sizeof(float)},
                                    {&muon->y, floats, sizeof(float)},
                                    {&muon->gram, columns * columns, sizeof(float)},
                                    {&muon->factor, columns * columns, sizeof(float)}};
    return ock_arena_take_parts(arena, parts, OCK_PARTS(parts), "the optimiser");
}

ock_status ock_muon_init(ock_muon *muon, const ock_kernels *kernels, const ock_config *config,
                         ock_arena *arena)
{
    *muon = (ock_muon){.kernels = kernels,
                       .momentum = config->momentum,
                       .turns = config->muon_turns,
                       .block_count = cut_all(config, NULL)};
    ock_status status = ock_arena_take(arena, muon->block_count, sizeof *muon->blocks,
                                       "the optimiser", (void **)&muon->blocks);
    if (status != OCK_OK) {
        return status;
    }
    cut_all(config, muon->blocks);
    return allocate(muon, arena);
}

ock_range ock_muon_share(const ock_muon *muon, int ranks, int rank)
{
    return ock_part(muon->block_count, (size_t)ranks, (size_t)rank);
}

/* Where block number `block` begins; the first one's rank has what is before it too, the last one's what is behind. */
static size_t boundary(const ock_muon *muon, size_t parameters, size_t block)
{
    if (block == 0) {
        return 0;
    }
    return block < muon->block_count ? muon->blocks[block].begin : parameters;
}

ock_range ock_muon_span(const ock_muon *muon, size_t parameters, int ranks, int rank)
{
    const ock_range own = ock_muon_share(muon, ranks, rank);
    const size_t end = rank == ranks - 1 ? parameters : boundary(muon, parameters, own.end);
    return (ock_range){boundary(muon, parameters, own.begin), end};
}

static size_t end_of(const ock_matrix *block)
{
    return block->begin + block->rows * block->columns;
}

static bool ends_by(const void *block, uint64_t at)
{
    return end_of(block) <= at;
}

size_t ock_muon_run(const ock_muon *muon, size_t at, size_t end, bool *whole)
{
    const size_t next =
        ock_count_before(muon->blocks, muon->block_count, sizeof *muon->blocks, ends_by, at);
    *whole = false;
    if (next == muon->block_count) {
        return end;
    }
    const ock_matrix *block = &muon->blocks[next];
    *whole = block->begin <= at;
    const size_t stop = *whole ? end_of(block) : block->begin;
    return stop < end ? stop : end;
}

/* ---- momentum ---- */

void ock_muon_gather(const ock_muon *muon, size_t count, const float *gradient, float *momentum)
{
    const float keep = muon->momentum;
    for (size_t i = 0; i < count; i++) {
        const float sum = keep * momentum[i] + gradient[i];
        momentum[i] = gradient[i] != 0.0f ? sum : momentum[i];
    }
}

void ock_muon_direct(const ock_muon *muon, size_t count, const float *gradient,
                     const float *momentum, float *u)
{
    const float keep = muon->momentum;
    for (size_t i = 0; i < count; i++) {
        const float sum = keep * momentum[i] + gradient[i];
        u[i] = gradient[i] != 0.0f ? sum : 0.0f;
    }
}

/* ---- orthogonalisation ---- */

/* The member's rows of C = A B, of matrices by rows that all have so many columns. */
static void multiply(const ock_kernels *kernels, ock_range rows, size_t columns, const float *a,
                     const float *b, float *c)
{
    const ock_gemm product = {.m = ock_range_length(rows),
                              .n = columns,
                              .k = columns,
                              .a = a + rows.begin * columns,
                              .a_row = columns,
                              .a_col = 1,
                              .b = b,
                              .b_panel = OCK_PANEL,
                              .b_row = columns,
                              .c = c + rows.begin * columns,
                              .c_row = columns,
                              .c_panel = OCK_PANEL};
    if (product.m > 0) {
        kernels->gemm(&product);
    }
}

/* The next of the member's bands of a square matrix: a panel's width of rows, dealt out one by one, for their parts to
 * the right of the diagonal get shorter. */
static size_t first_band(const ock_worker *me)
{
    return me->index * OCK_PANEL;
}

static size_t next_band(const ock_worker *me, size_t band)
{
    return band + me->count * OCK_PANEL;
}

/* C = A^T A, of the member's bands what is not to the left of the band's diagonal tile. The rest is the same, to the bit:
 * factors of a product change places, sums have one order. A:(rows, columns) by rows. */
static void square_right(const ock_kernels *kernels, const ock_worker *me, size_t rows,
                         size_t columns, const float *a, float *c)
{
    for (size_t band = first_band(me); band < columns; band = next_band(me, band)) {
        const ock_gemm product = {.m = OCK_PANEL,
                                  .n = columns - band,
                                  .k = rows,
                                  .a = a + band,
                                  .a_row = 1,
                                  .a_col = columns,
                                  .b = a + band,
                                  .b_panel = OCK_PANEL,
                                  .b_row = columns,
                                  .c = c + band * columns + band,
                                  .c_row = columns,
                                  .c_panel = OCK_PANEL};
        kernels->gemm(&product);
    }
}

/* What is to the left of the diagonal tiles, from the right. */
static void mirror(const ock_worker *me, size_t columns, float *c)
{
    for (size_t band = first_band(me); band < columns; band = next_band(me, band)) {
        for (size_t i = band; i < band + OCK_PANEL; i++) {
            for (size_t j = 0; j < band; j++) {
                c[i * columns + j] = c[j * columns + i];
            }
        }
    }
}

/* factor = a I + b A + c A A, where `factor` holds A A: of the member's bands, from the diagonal tile on. */
static void combine_right(const ock_muon *muon, const ock_worker *me, size_t columns)
{
    static const float a = 3.4445f, b = -4.7750f, c = 2.0315f;
    for (size_t band = first_band(me); band < columns; band = next_band(me, band)) {
        for (size_t i = band; i < band + OCK_PANEL; i++) {
            float *factor = muon->factor + i * columns;
            const float *gram = muon->gram + i * columns;
            for (size_t j = band; j < columns; j++) {
                factor[j] = c * factor[j] + b * gram[j];
            }
            factor[i] = factor[i] + a;
        }
    }
}

/* y = x (a I + b A + c A A), A = x^T x; the member's rows of y. */
static void turn(const ock_muon *muon, const ock_worker *me, size_t rows, size_t columns,
                 const float *x, float *y)
{
    square_right(muon->kernels, me, rows, columns, x, muon->gram);
    ock_team_barrier(me);
    mirror(me, columns, muon->gram);
    ock_team_barrier(me);
    square_right(muon->kernels, me, columns, columns, muon->gram, muon->factor);
    combine_right(muon, me, columns);
    ock_team_barrier(me);
    mirror(me, columns, muon->factor);
    ock_team_barrier(me);
    multiply(muon->kernels, ock_team_part(me, rows), columns, x, muon->factor, y);
}

/* The member's rows of u / |u|, by rows. */
static void normalise(const ock_muon *muon, const ock_worker *me, const ock_matrix *block,
                      const float *u)
{
    const float least = 1e-20f; /* of no gradient at all: 0 */
    const float square = muon->kernels->dot(block->rows * block->columns, u, u);
    const float scale = 1.0f / (__builtin_sqrtf(square) + least);
    const ock_range own = ock_team_part(me, block->rows);
    for (size_t i = own.begin; i < own.end; i++) {
        for (size_t j = 0; j < block->columns; j++) {
            muon->x[i * block->columns + j] = u[ock_in_panels(block->rows, i, j)] * scale;
        }
    }
}

const float *ock_muon_orthogonalise(const ock_muon *muon, const ock_worker *me,
                                    const ock_matrix *block, const float *u)
{
    float *x = muon->x, *y = muon->y;
    normalise(muon, me, block, u);
    for (size_t i = 0; i < muon->turns; i++) {
        ock_team_barrier(me);
        turn(muon, me, block->rows, block->columns, x, y);
        float *swapped = x;
        x = y;
        y = swapped;
    }
    return x;
}

static void move_block(const ock_muon *muon, const ock_worker *me, const ock_matrix *block,
                       float rate, const float *u, float *w)
{
    const float *o = ock_muon_orthogonalise(muon, me, block, u);
    const float step = rate * __builtin_sqrtf((float)block->rows);
    const ock_range own = ock_team_part(me, block->rows);
    for (size_t i = own.begin; i < own.end; i++) {
        for (size_t j = 0; j < block->columns; j++) {
            const size_t at = ock_in_panels(block->rows, i, j);
            w[at] = w[at] - step * o[i * block->columns + j];
        }
    }
    ock_team_barrier(me);
}

void ock_muon_move(const ock_muon *muon, const ock_worker *me, ock_range blocks, float rate,
                   const float *u, float *parameters)
{
    for (size_t i = blocks.begin; i < blocks.end; i++) {
        const ock_matrix *block = &muon->blocks[i];
        move_block(muon, me, block, rate, u + block->begin, parameters + block->begin);
    }
}

/* ---- what it costs ---- */

double ock_muon_work(const ock_config *config)
{
    const double turns = config->muon_turns, tile = OCK_PANEL;
    ock_matrix matrices[OCK_LAYER_MATRICES];
    const size_t count = ock_layer_matrices(config, matrices);
    double products = 0;
    for (size_t i = 0; i < count; i++) {
        const double rows = (double)matrices[i].rows;
        const double columns = (double)block_columns(config, &matrices[i]);
        const double halves = (rows + columns) * columns * (columns + tile) / 2;
        products +=
            turns * (halves + rows * columns * columns) * (double)matrices[i].columns / columns;
    }
    return products * ock_config_layers(config) / config->muon_every;
}
