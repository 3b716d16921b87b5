/* SPDX-License-Identifier: MIT */
/* checkpoint_private.h - what the writer and the reader of checkpoints share. */
#ifndef OCK_CHECKPOINT_PRIVATE_H
#define OCK_CHECKPOINT_PRIVATE_H

#include <stdint.h>

#include "io/checkpoint/checkpoint.h"
#include "io/checkpoint/pack.h"
#include "io/file/file_io.h"
#include "io/hdf5/user_block.h"

#define OCK_CHECKPOINT_PROGRESS "progress"
#define OCK_CHECKPOINT_IDENTITY "identity"
#define OCK_CHECKPOINT_TENSORS "tensors"
#define OCK_CHECKPOINT_STATE "state"

/* /progress: position (u64), produced bytes (u64), their digest. */
enum { OCK_CHECKPOINT_PROGRESS_BYTES = 8 + 8 + OCK_DIGEST_BYTES };

/* The digest of all of the state that was not yet read, as it stands packed in the file. */
ock_status ock_checkpoint_digest_rest(const ock_checkpoint *checkpoint,
                                      uint8_t digest[OCK_DIGEST_BYTES]) OCK_WARN_UNUSED;

#endif
