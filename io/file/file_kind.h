/* SPDX-License-Identifier: MIT */
/* file_kind.h - which of Ockham's files a file is, by its first bytes (io/container/FORMAT.md). */
#ifndef OCK_FILE_KIND_H
#define OCK_FILE_KIND_H

#include <stdint.h>

typedef enum ock_file_kind {
    OCK_FILE_CONTAINER,
    OCK_FILE_CHECKPOINT,
    OCK_FILE_OTHER /* nothing of ours, no regular file, or not to be read */
} ock_file_kind;

enum { OCK_MAGIC_BYTES = 8 };

/* (OCK_MAGIC_BYTES) what files of the kind, of the first two, begin with. */
const uint8_t *ock_file_magic(ock_file_kind kind);

/* The kind that the bytes are the magic of. */
ock_file_kind ock_magic_kind(const uint8_t magic[OCK_MAGIC_BYTES]);

/* The kind of the file at `path`. Reports nothing: who opens it as what it seems to be will say what is
 * wrong with it. Not collective. */
ock_file_kind ock_file_kind_of(const char *path);

#endif
