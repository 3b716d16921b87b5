/* checkpoint_private.h - what the writer and the reader of checkpoints share; private to io/. */
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

/* The next packed bytes of the state as they stand in the file; *got < count only at its end. */
ock_status ock_checkpoint_read_packed(ock_checkpoint *checkpoint, uint8_t *bytes, size_t count,
                                      size_t *got) OCK_WARN_UNUSED;

#endif
