/* SPDX-License-Identifier: MIT */
/* input.h - inputs: read at offsets, known not to have changed.
 *
 * An input is a file, a pipe that was copied to a temporary file, or a tree (io/tree/tree_input.h);
 * who reads it does not see which. Not collective; an input is used by one thread at a time. Offsets and
 * lengths are 64-bit. Errors name the file and errno's text. */
#ifndef OCK_INPUT_H
#define OCK_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/source.h"
#include "base/status.h"
#include "io/file/file_io.h"

typedef struct ock_input ock_input;

/* Opens a regular file, or spools standard input ("-") to an unlinked temporary file in
 * $TMPDIR (/tmp) first. Directories, devices and FIFOs given by name: FIFOs and character devices
 * are spooled like standard input, directories refused. OCK_ENVIRONMENT on failure. */
ock_status ock_input_open(const char *path, ock_input **input) OCK_WARN_UNUSED;
/* NULL allowed. */
void ock_input_close(ock_input *input);
uint64_t ock_input_bytes(const ock_input *input);
/* Whether the bytes [begin, end) can be read: opens all their files, of a tree. */
ock_status ock_input_try(ock_input *input, uint64_t begin, uint64_t end) OCK_WARN_UNUSED;
/* The open file that has the bytes, for who reads them otherwise, valid as long as the input; its fd is -1
 * for a tree. */
ock_open_file ock_input_file(const ock_input *input);
/* Exactly `count` bytes at `offset`; a short read means the file shrank: OCK_ENVIRONMENT,
 * "changed while it was read". */
ock_status ock_input_read(ock_input *input, uint64_t offset, void *bytes,
                          size_t count) OCK_WARN_UNUSED;
/* The input as a source, valid as long as it. */
ock_source ock_input_source(ock_input *input);
/* BLAKE2b-256 of all its bytes. */
ock_status ock_input_digest(ock_input *input, uint8_t digest[32]) OCK_WARN_UNUSED;
/* OCK_ENVIRONMENT if size, inode's modification time (ns) or change of identity show that the
 * file changed since it was opened. Always OCK_OK for a spool. */
ock_status ock_input_check_unchanged(ock_input *input) OCK_WARN_UNUSED;

#endif
