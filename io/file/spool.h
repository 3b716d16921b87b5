/* SPDX-License-Identifier: MIT */
/* spool.h - many append-only byte streams in one file.
 *
 * Not collective. Offsets and lengths are 64-bit. Errors name the file and errno's text. */
#ifndef OCK_SPOOL_H
#define OCK_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct ock_spool ock_spool;

/* Memory is O(streams), never O(bytes): full blocks go to the file, each naming its predecessor.
 * `folder` is where the temporary file lives (the target's directory, or $TMPDIR when NULL). */
ock_status ock_spool_new(const char *folder, uint32_t streams, ock_spool **spool) OCK_WARN_UNUSED;
/* The same in a file that outlives the process, `path` from the open directory `folder` or AT_FDCWD:
 * opened or created, its content not looked at. The streams are empty until ock_spool_go_back. */
ock_status ock_spool_open(int folder, const char *path, uint32_t streams,
                          ock_spool **spool) OCK_WARN_UNUSED;
void ock_spool_free(ock_spool *spool);
ock_status ock_spool_append(ock_spool *spool, uint32_t stream, const uint8_t *bytes,
                            size_t count) OCK_WARN_UNUSED;
uint64_t ock_spool_bytes(const ock_spool *spool, uint32_t stream);
uint64_t ock_spool_total(const ock_spool *spool); /* of all streams */

/* Hands out a stream's blocks from last to first: each call gives one block's offset in the
 * stream, its bytes (valid until the next call) and count; count 0 when done. Start with
 * ock_spool_rewind(spool, stream). */
ock_status ock_spool_rewind(ock_spool *spool, uint32_t stream) OCK_WARN_UNUSED;
ock_status ock_spool_previous(ock_spool *spool, uint64_t *offset, const uint8_t **bytes,
                              size_t *count) OCK_WARN_UNUSED;

/* ---- a spool with a name and checkpoints ---- */

/* Everything appended so far reaches the disk: the file's first *bytes bytes, with this digest. */
ock_status ock_spool_flush(ock_spool *spool, uint64_t *bytes, uint8_t digest[32]) OCK_WARN_UNUSED;
/* A stream's part of the state after a flush: two u64, to be loaded again after
 * ock_spool_go_back. Owned by the spool. */
void *ock_spool_place(ock_spool *spool, uint32_t stream);
/* In an empty spool: the file is cut to `bytes` if they have this digest; OCK_BAD_DATA otherwise, and
 * the spool still is empty. */
ock_status ock_spool_go_back(ock_spool *spool, uint64_t bytes,
                             const uint8_t digest[32]) OCK_WARN_UNUSED;

#endif
