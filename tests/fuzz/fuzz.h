/* SPDX-License-Identifier: MIT */
/* fuzz.h - what the fuzzers of files share: the bytes as a file without a name. */
#ifndef OCK_FUZZ_H
#define OCK_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's entry; 0 always. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* The one file of the process gets these bytes. Returns its descriptor; *path opens it again. */
int ock_fuzz_file(const uint8_t *data, size_t bytes, const char **path);

#endif
