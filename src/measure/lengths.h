/* SPDX-License-Identifier: MIT */
/* lengths.h - how long a description of its input a compressed file is, and where along the input the bits went.
 *
 *   L(data | program) = 8 bits for every byte of the file, less what no decoder needs (trace, digests of states).
 *                       Configuration and seed are counted: information could hide there.
 *   L(prior)          = likewise of a file of the prior that is given, else 8 bits for each of its bytes; nothing
 *                       for a receiver who has it anyway.
 *   a span's bits     = the integral of the training loss, in bits, over that part of the input: the
 *                       sum of -log2 p of its symbols, each predicted before it was learnt from.
 *
 * Not collective; of one thread at a time. */
#ifndef OCK_LENGTHS_H
#define OCK_LENGTHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/container/container.h"
#include "io/file/input.h"
#include "plan/config.h"

/* One file. An input too short for a trace is a single span, its transcript. */
typedef struct ock_length {
    const char *path;
    ock_input *input;
    ock_container *container;
    const ock_container_info *about;
    ock_plan plan;
    uint64_t data_bits, extra_bytes;
    uint64_t prior_bits; /* of all priors; 0 where the receiver has them */
    uint32_t spans;      /* at least 1 */
    uint64_t whole_bits; /* of transcript and lists */
} ock_length;

/* Opens and checks the file; path outlives the length. The caller closes *length, which was zeros, after a failure too. */
ock_status ock_length_load(const char *path, ock_length *length) OCK_WARN_UNUSED;
void ock_length_close(ock_length *length);

/* Counts the priors, of which those in the list, (count) loaded files, have a description of their own. */
void ock_length_count_priors(ock_length *length, const ock_length *priors, size_t count);

/* Data and priors. */
uint64_t ock_length_bits(const ock_length *length);

/* Span i is the bytes [begin(i), begin(i + 1)) of the input; spans are counted from 0. */
uint64_t ock_length_span_begin(const ock_length *length, uint32_t span);
uint64_t ock_length_span_bits(const ock_length *length, uint32_t span);
double ock_length_span_per_byte(const ock_length *length, uint32_t span);

/* Bits a byte; 0 for no bytes. */
double ock_bits_per_byte(uint64_t bits, uint64_t bytes);

/* Whether all are of one input, list of files included, and there are two or more. */
bool ock_lengths_comparable(const ock_length *all, size_t count);

/* The shortest description, of all and of a span; of equals the first. count: at least 1. */
size_t ock_lengths_best(const ock_length *all, size_t count);
size_t ock_lengths_best_in_span(const ock_length *all, size_t count, uint32_t span);

#endif
