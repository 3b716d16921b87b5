/* SPDX-License-Identifier: MIT */
/* harness.h - runs the real program as its users do: through the shell, in a folder of its own.
 *
 * A command line is given as to a shell and finds these variables:
 *   $OCKHAM   the program
 *   $SMALL    options of a model so small that a test takes a fraction of a second, in 8 lanes and
 *             5 shards
 *   $MPIRUN   the launcher with its options, up to the number of ranks: $MPIRUN 3 $OCKHAM ...
 *             (empty in a build without MPI: see ock_rank_limit)
 * The functions that assert end the running cmocka case when they fail. */
#ifndef OCK_HARNESS_H
#define OCK_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cases.h"

/* How a command ended. Storage is the harness's and lasts until the next command. */
typedef struct ock_outcome {
    int exit_code; /* as $? of a shell: 128 + N after signal N */
    char *out;     /* standard output, NUL behind it */
    size_t out_bytes;
    char *err; /* standard error, likewise */
    size_t err_bytes;
} ock_outcome;

/* Setup of the group: reads PROGRAM ALICE29 LAUNCHER... off the command line. */
int ock_harness_start(void **state);
/* Setup and teardown of every case: an empty folder, the working folder of
 * commands, and its removal. */
int ock_folder_new(void **state);
int ock_folder_remove(void **state);

/* Most ranks a test may start: 8, or 1 in a build without MPI. */
int ock_rank_limit(void);
/* "$MPIRUN 3", to stand before a command; nothing in a build without MPI. Static storage, until the
 * call after next: two commands of a line may be told apart. */
const char *ock_on_ranks(int ranks);
/* Skips the running case in a build without MPI. */
void ock_need_mpi(void);
/* Skips it where system calls can't be made to fail or to take long: without strace, or where it may not
 * trace. */
void ock_need_strace(void);
/* The full matrices are asked for (OCKHAM_TEST_LONG=1), not samples of them. */
bool ock_long_tests(void);

/* Runs a command (printf-style) and asserts its exit code. A command that takes minutes is killed
 * with all its children, which fails the case. */
#define ock_expect(exit_code, ...) ock_expect_at(__FILE__, __LINE__, exit_code, __VA_ARGS__)
const ock_outcome *ock_expect_at(const char *file, int line, int exit_code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Asserts that the text holds the part. */
#define ock_assert_says(text, part) ock_assert_says_at(__FILE__, __LINE__, text, part)
void ock_assert_says_at(const char *file, int line, const char *text, const char *part);

/* Asserts that the folder holds exactly these names (in any order; separated by one space), dot
 * files counted: so nothing temporary is left behind. */
#define ock_assert_folder(names) ock_assert_folder_at(__FILE__, __LINE__, names)
void ock_assert_folder_at(const char *file, int line, const char *names);

/* Asserts that two files of the folder are equal. */
#define ock_assert_same(a, b) ock_assert_same_at(__FILE__, __LINE__, a, b)
void ock_assert_same_at(const char *file, int line, const char *a, const char *b);

/* ---- files of the folder; failures end the case ---- */

uint8_t *ock_load(const char *name, size_t *bytes); /* the caller frees */
void ock_store(const char *name, const void *data, size_t bytes);
/* "folder/name"; static storage, until the next call. */
const char *ock_path(const char *name);

/* Inputs, the same ones everywhere. */
void ock_make_alice(const char *name, size_t bytes);   /* English: the sample's beginning */
void ock_make_phrases(const char *name, size_t bytes); /* words of a small vocabulary, at random */
void ock_make_random(const char *name, size_t bytes);
void ock_make_zeros(const char *name, size_t bytes);
/* A compressed file of contract 1: tests/data/unsupported-contract1.txt says where it is from. */
void ock_make_contract_1(const char *name);

/* Uniform in [0, limit), from a state the caller starts as it likes. */
uint32_t ock_random(uint64_t *state, uint32_t limit);

#endif
