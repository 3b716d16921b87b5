/* SPDX-License-Identifier: MIT */
/* checkpoint_folder.h - the directory of --checkpoint: numbered generations, what the run has produced,
 * and the halt file.
 *
 *     DIR/0000000007.ockc   a checkpoint; a file is never changed once it has its name
 *     DIR/transcript        compress: the growing transcript
 *     DIR/output            decompress, test: the growing output
 *     DIR/halt              made by the operator: stop at the next step
 *
 * Not collective: rank 0 alone. */
#ifndef OCK_CHECKPOINT_FOLDER_H
#define OCK_CHECKPOINT_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "io/checkpoint/checkpoint.h"
#include "io/file/output.h"
#include "io/file/spool.h"

typedef struct ock_folder ock_folder;

/* Whether a file of such a directory may have this name. */
bool ock_folder_has_name(const char *name);

/* Creates the directory if necessary (mode 0700) and locks it, so that no two runs use it at the same time
 * (on file systems that support locks). Checkpoints contain the input, so a directory that others can
 * access gets mode 0700 if it contains nothing but the files above, and is refused otherwise. From then on
 * it is used by its descriptor. OCK_ENVIRONMENT when it cannot be used or is in use. */
ock_status ock_folder_open(const char *path, ock_folder **folder) OCK_WARN_UNUSED;
void ock_folder_close(ock_folder *folder);

/* Path of generation `number`, for messages; valid until the next call. */
const char *ock_folder_generation(ock_folder *folder, uint64_t number);

/* Opens generation `number`, as ock_checkpoint_open does. */
ock_status ock_folder_read_generation(ock_folder *folder, uint64_t number,
                                      ock_checkpoint **checkpoint) OCK_WARN_UNUSED;
/* A new file for its owner alone, which a commit calls generation `number`. */
ock_status ock_folder_create_generation(ock_folder *folder, uint64_t number,
                                        ock_output **output) OCK_WARN_UNUSED;
/* What the run produces, created if necessary. */
ock_status ock_folder_open_transcript(ock_folder *folder, uint32_t streams,
                                      ock_spool **spool) OCK_WARN_UNUSED;
ock_status ock_folder_open_output(ock_folder *folder, ock_output **output) OCK_WARN_UNUSED;

/* *number: the newest generation below `below`; 0: there is none. Numbers begin with 1. */
ock_status ock_folder_newest(ock_folder *folder, uint64_t below, uint64_t *number) OCK_WARN_UNUSED;

/* Removes all generations but two (0: none). Files that cannot be removed stay, which is harmless. */
void ock_folder_keep(ock_folder *folder, uint64_t newest, uint64_t before);
/* Removes transcript and output: the run is over. OCK_ENVIRONMENT, here and below, names the first file that
 * cannot be removed; the others are. */
ock_status ock_folder_end(ock_folder *folder) OCK_WARN_UNUSED;
/* Removes all generations too: nothing is kept, or the run starts over. */
ock_status ock_folder_clear(ock_folder *folder) OCK_WARN_UNUSED;

bool ock_folder_halt_asked(ock_folder *folder);
/* Removes the halt file, so that a resumed run continues. */
void ock_folder_halt_done(ock_folder *folder);

#endif
