/* SPDX-License-Identifier: MIT */
/* checkpoint.h - one generation of a run's state in a file: HDF5 after a sealed user block, as the
 * .ock file (FORMAT.md, section 7).
 *
 * The state itself is a stream of bytes to this module: what it means stands in `tensors`. It is
 * written and read in pieces of the same sizes. Not collective: only rank 0 touches these files. */
#ifndef OCK_CHECKPOINT_H
#define OCK_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/status.h"
#include "io/file/file_io.h"

enum {
    OCK_CHECKPOINT_TEXT_MAX = 60000, /* bytes of identity and of tensors */
    OCK_CHECKPOINT_PIECE_MAX = 1 << 20
};

/* Everything but the state. The texts belong to whoever filled it in. A new member goes into the list in
 * checkpoint_write.c, from which it is compared. */
typedef struct ock_checkpoint_info {
    uint32_t contract;       /* version of the numeric contract */
    uint32_t unused;         /* 0: in the place of padding */
    uint64_t position;       /* positions done in every lane */
    uint64_t produced_bytes; /* of transcript or output, kept beside the checkpoint */
    uint8_t produced_digest[OCK_DIGEST_BYTES]; /* of those bytes */
    char *identity; /* what a run must have in common to go on: lines "name=value\n" */
    char *tensors;  /* the state's layout: lines "name element_bytes elements\n" */
} ock_checkpoint_info;

/* ---- writing ---- */

typedef struct ock_checkpoint_writer ock_checkpoint_writer;

/* How many bytes a piece of the state takes in the file. count <= OCK_CHECKPOINT_PIECE_MAX. */
uint64_t ock_checkpoint_piece_bytes(const void *piece, size_t count);

/* Begins to write to the open, empty file, which the caller gives its name afterwards. state_bytes: the sum
 * of ock_checkpoint_piece_bytes over all pieces to come. Descriptor and info must outlive the writer. */
ock_status ock_checkpoint_create(const ock_open_file *file, const ock_checkpoint_info *info,
                                 uint64_t state_bytes,
                                 ock_checkpoint_writer **writer) OCK_WARN_UNUSED;
ock_status ock_checkpoint_append(ock_checkpoint_writer *writer, const void *piece,
                                 size_t count) OCK_WARN_UNUSED;
/* After the last piece: every close checked, sealed, flushed, read again and compared with what
 * was to be written. *file_bytes gets the file's size. Frees the writer, whatever it returns. */
ock_status ock_checkpoint_finish(ock_checkpoint_writer *writer,
                                 uint64_t *file_bytes) OCK_WARN_UNUSED;
/* Gives up (NULL allowed); the caller discards the file. */
void ock_checkpoint_abandon(ock_checkpoint_writer *writer);

/* ---- reading ---- */

typedef struct ock_checkpoint ock_checkpoint;

/* Opens a checkpoint and checks all of it: digests first, then structure, by our own reader of the
 * subset of HDF5 that we write. Every damage is OCK_BAD_DATA with `path` and what is wrong; any
 * contract is accepted and reported. */
ock_status ock_checkpoint_open(const char *path, ock_checkpoint **checkpoint) OCK_WARN_UNUSED;
/* The same of a file that is open for reading, and stays the caller's. */
ock_status ock_checkpoint_open_file(const ock_open_file *file,
                                    ock_checkpoint **checkpoint) OCK_WARN_UNUSED;
void ock_checkpoint_close(ock_checkpoint *checkpoint);
const ock_checkpoint_info *ock_checkpoint_about(const ock_checkpoint *checkpoint);
/* The state's next piece. OCK_BAD_DATA when the file holds something else than a piece of `count`
 * bytes there. */
ock_status ock_checkpoint_read(ock_checkpoint *checkpoint, void *piece,
                               size_t count) OCK_WARN_UNUSED;
/* After the last piece: OCK_BAD_DATA unless the state ends here. */
ock_status ock_checkpoint_end(const ock_checkpoint *checkpoint) OCK_WARN_UNUSED;

#endif
