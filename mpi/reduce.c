/* SPDX-License-Identifier: MIT */
/* reduce.c - fixed-order reduce-scatter and allgather of shard vectors. */
#include "mpi/reduce.h"

#include <stdint.h>
#include <stdlib.h>

#include "mpi/flight.h"
#include "mpi/reduce_plan.h"

enum { ALIGNMENT = 64 }; /* bytes; a multiple of OCK_LANES16 floats */

struct ock_reduce {
    ock_comm *comm;
    ock_memory *memory; /* counts the block; NULL: nothing does */
    const ock_kernels *kernels;
    size_t n;
    size_t width; /* n rounded up to 16: floats from one buffer to the next */
    ock_range slice;
    ock_reduce_plan plan;
    size_t next; /* owned shards handed out and completed */
    ock_flight *flight;

    /* One block:
     *   own_count vectors of `width`       the operands of this rank
     *   level_count - 1 vectors            right operands under way, shared by all own operands
     *   one slice per operand of others    (none for operand 0: it arrives in the caller's slice)
     */
    size_t block_bytes;
    float *block;
    size_t first_own, own_count; /* this rank's operands: [first_own, first_own + own_count) */
    float *levels;               /* level 1, 2, ... of the operand at work */
    float *arrivals;

    float **operands; /* (operand_count) this rank's slice of each operand */
    ock_message *sends;
    size_t send_count;
    ock_message *receives;
    size_t receive_count;
    size_t *counts;  /* (size) bytes of each rank's slice */
    size_t *offsets; /* (size) bytes */
};

static float *own_operand(const ock_reduce *reduce, size_t operand)
{
    return reduce->block + (operand - reduce->first_own) * reduce->width;
}

static float *stack_level(const ock_reduce *reduce, size_t operand, size_t level)
{
    return level == 0 ? own_operand(reduce, operand) : reduce->levels + (level - 1) * reduce->width;
}

static void find_own_operands(ock_reduce *reduce)
{
    const ock_reduce_plan *plan = &reduce->plan;
    for (size_t i = 0; i < plan->operand_count; i++) {
        if (plan->operands[i].owner == plan->rank) {
            if (reduce->own_count == 0) {
                reduce->first_own = i;
            }
            reduce->own_count++;
        }
    }
}

/* The floats of whole vectors in the block, and its bytes. */
static ock_status measure_block(const ock_reduce *reduce, size_t *whole, size_t *bytes)
{
    const ock_reduce_plan *plan = &reduce->plan;
    const size_t slice = ock_whole_vectors(ock_range_length(reduce->slice));
    const size_t levels = plan->level_count > 0 ? plan->level_count - 1 : 0;
    const size_t vectors = reduce->own_count + levels;
    const size_t remote =
        plan->operand_count - reduce->own_count - (plan->operands[0].owner != plan->rank);
    size_t parts = 0;
    if (__builtin_mul_overflow(vectors, reduce->width, whole) ||
        __builtin_mul_overflow(remote, slice, &parts) ||
        __builtin_add_overflow(*whole, parts, bytes) ||
        __builtin_mul_overflow(*bytes, sizeof(float), bytes)) {
        return ock_fail(OCK_ENVIRONMENT, "gradient of %zu numbers is too large", reduce->n);
    }
    return OCK_OK;
}

static ock_status allocate_block(ock_reduce *reduce)
{
    size_t whole = 0;
    size_t bytes = 0;
    ock_status status = measure_block(reduce, &whole, &bytes);
    if (status == OCK_OK) {
        status = ock_memory_take(reduce->memory, bytes, "gradients");
    }
    if (status != OCK_OK) {
        return status;
    }
    reduce->block_bytes = bytes;
    reduce->block = aligned_alloc(ALIGNMENT, bytes > 0 ? bytes : ALIGNMENT);
    if (reduce->block == NULL) {
        return ock_fail_memory(bytes, "gradients");
    }
    reduce->levels = reduce->block + reduce->own_count * reduce->width;
    reduce->arrivals = reduce->block + whole;
    return OCK_OK;
}

static ock_status allocate_lists(ock_reduce *reduce, size_t size)
{
    const size_t operands = reduce->plan.operand_count;
    reduce->operands = calloc(operands, sizeof *reduce->operands);
    reduce->receives = calloc(operands, sizeof *reduce->receives);
    /* one more than needed: calloc(0) may return NULL */
    reduce->sends = calloc(reduce->own_count * (size - 1) + 1, sizeof *reduce->sends);
    reduce->counts = calloc(size, sizeof *reduce->counts);
    reduce->offsets = calloc(size, sizeof *reduce->offsets);
    if (reduce->operands == NULL || reduce->receives == NULL || reduce->sends == NULL ||
        reduce->counts == NULL || reduce->offsets == NULL) {
        return ock_fail_memory((operands + size) * sizeof *reduce->sends, "reduction messages");
    }
    return OCK_OK;
}

/* Every own operand goes in slices to all others. Peers are met in rotated order so that not all
 * start with rank 0; per peer the operands ascend, as the receiver lists them. */
static void list_sends(ock_reduce *reduce, int size)
{
    for (int i = 1; i < size; i++) {
        const int peer = (int)(((long)reduce->plan.rank + i) % size);
        const ock_range slice = ock_slice(reduce->n, size, peer);
        for (size_t k = 0; k < reduce->own_count; k++) {
            float *from = own_operand(reduce, reduce->first_own + k) + slice.begin;
            reduce->sends[reduce->send_count++] =
                (ock_message){peer, from, ock_range_length(slice) * sizeof(float)};
        }
    }
}

/* Operand 0 is left to ock_reduce_start_scatter where it comes from another rank: it lies in the caller's slice. */
static void list_receives(ock_reduce *reduce)
{
    const ock_reduce_plan *plan = &reduce->plan;
    const size_t length = ock_range_length(reduce->slice);
    float *arrival = reduce->arrivals;
    for (size_t i = 0; i < plan->operand_count; i++) {
        if (plan->operands[i].owner == plan->rank) {
            reduce->operands[i] = own_operand(reduce, i) + reduce->slice.begin;
        } else {
            reduce->operands[i] = arrival;
            arrival += i > 0 ? ock_whole_vectors(length) : 0;
            reduce->receives[reduce->receive_count++] =
                (ock_message){plan->operands[i].owner, reduce->operands[i], length * sizeof(float)};
        }
    }
}

static void list_slices(ock_reduce *reduce, int size)
{
    for (int rank = 0; rank < size; rank++) {
        const ock_range slice = ock_slice(reduce->n, size, rank);
        reduce->counts[rank] = ock_range_length(slice) * sizeof(float);
        reduce->offsets[rank] = slice.begin * sizeof(float);
    }
}

/* What follows from the numbers alone. */
static ock_status cut(ock_reduce *reduce, size_t shards, size_t n, int size, int rank)
{
    reduce->n = n;
    reduce->width = ock_whole_vectors(n);
    reduce->slice = ock_slice(n, size, rank);
    const ock_status status = ock_reduce_plan_make(shards, size, rank, &reduce->plan);
    if (status == OCK_OK) {
        find_own_operands(reduce);
    }
    return status;
}

ock_status ock_reduce_bytes(size_t shards, size_t n, int ranks, int rank, uint64_t *bytes)
{
    ock_reduce planned = {.comm = NULL};
    size_t whole = 0;
    size_t block = 0;
    ock_status status = cut(&planned, shards, n, ranks, rank);
    if (status == OCK_OK) {
        status = measure_block(&planned, &whole, &block);
    }
    ock_reduce_plan_clear(&planned.plan);
    *bytes = block;
    return status;
}

ock_status ock_reduce_new(ock_comm *comm, ock_memory *memory, const ock_kernels *kernels,
                          size_t shards, size_t n, ock_reduce **reduce)
{
    *reduce = NULL;
    const int size = ock_comm_size(comm);
    const int rank = ock_comm_rank(comm);
    if (n > SIZE_MAX / sizeof(float) - OCK_LANES16) {
        return ock_fail(OCK_ENVIRONMENT, "gradient of %zu numbers is too large", n);
    }
    ock_reduce *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ock_fail_memory(sizeof *made, "the reduction");
    }
    made->comm = comm;
    made->memory = memory;
    made->kernels = kernels;
    ock_status status = cut(made, shards, n, size, rank);
    if (status == OCK_OK) {
        status = allocate_block(made);
    }
    if (status == OCK_OK) {
        status = allocate_lists(made, (size_t)size);
    }
    if (status == OCK_OK) {
        status = ock_flight_new(comm, &made->flight);
    }
    if (status != OCK_OK) {
        ock_reduce_free(made);
        return status;
    }
    list_sends(made, size);
    list_receives(made);
    list_slices(made, size);
    *reduce = made;
    return OCK_OK;
}

void ock_reduce_free(ock_reduce *reduce)
{
    if (reduce == NULL) {
        return;
    }
    ock_flight_free(reduce->flight);
    ock_reduce_plan_clear(&reduce->plan);
    ock_memory_give(reduce->memory, reduce->block_bytes);
    free(reduce->block);
    free(reduce->operands);
    free(reduce->sends);
    free(reduce->receives);
    free(reduce->counts);
    free(reduce->offsets);
    free(reduce);
}

ock_leaf ock_reduce_leaf(ock_reduce *reduce)
{
    if (reduce->next >= reduce->plan.step_count) {
        return (ock_leaf){NULL, false};
    }
    const ock_leaf_step *step = &reduce->plan.steps[reduce->next];
    return (ock_leaf){stack_level(reduce, step->operand, step->level), step->add};
}

void ock_reduce_leaf_add(ock_reduce *reduce, ock_range part)
{
    if (reduce->next >= reduce->plan.step_count) {
        return;
    }
    const ock_leaf_step *step = &reduce->plan.steps[reduce->next];
    size_t level = step->level;
    for (size_t i = 0; i < step->merges; i++) {
        level--;
        reduce->kernels->add(ock_range_length(part),
                             stack_level(reduce, step->operand, level + 1) + part.begin,
                             stack_level(reduce, step->operand, level) + part.begin);
    }
}

void ock_reduce_leaf_done(ock_reduce *reduce)
{
    reduce->next += reduce->next < reduce->plan.step_count;
}

/* left + right in place of left, as the tree says; addition commutes bit for bit, so which of the
 * two is overwritten is free. */
static void combine(ock_reduce *reduce)
{
    const size_t length = ock_range_length(reduce->slice);
    for (size_t i = 0; i < reduce->plan.sum_count; i++) {
        const ock_operand_sum *sum = &reduce->plan.sums[i];
        reduce->kernels->add(length, reduce->operands[sum->from], reduce->operands[sum->into]);
    }
}

ock_status ock_reduce_start_scatter(ock_reduce *reduce, float *slice)
{
    const ock_reduce_plan *plan = &reduce->plan;
    if (reduce->next != plan->step_count) {
        return ock_fail(OCK_INTERNAL, "reduction after %zu of %zu shards", reduce->next,
                        plan->step_count);
    }
    reduce->next = 0;
    if (plan->operands[0].owner != plan->rank) {
        reduce->receives[0].data = slice;
        reduce->operands[0] = slice;
    }
    return ock_flight_start_exchange(reduce->flight, reduce->sends, reduce->send_count,
                                     reduce->receives, reduce->receive_count);
}

ock_status ock_reduce_finish_scatter(ock_reduce *reduce, float **sum)
{
    const ock_status status = ock_flight_finish(reduce->flight);
    if (status == OCK_OK) {
        combine(reduce);
    }
    *sum = reduce->operands[0];
    return status;
}

ock_status ock_reduce_start_allgather(ock_reduce *reduce, float *vector)
{
    return ock_flight_start_allgather(reduce->flight, vector, reduce->counts, reduce->offsets);
}

ock_status ock_reduce_finish_allgather(ock_reduce *reduce)
{
    return ock_flight_finish(reduce->flight);
}
