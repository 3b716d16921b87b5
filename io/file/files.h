/* files.h - input files, output files that appear whole or not at all, and the transcript spool.
 *
 * Not collective. Offsets and lengths are 64-bit. Errors name the file and errno's text. */
#ifndef OCK_FILES_H
#define OCK_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/tree/manifest.h"
#include "base/status.h"

/* ---- input ---- */

typedef struct ock_input ock_input;
struct ock_identity;

/* Opens a regular file, or spools standard input ("-") to an unlinked temporary file in
 * $TMPDIR (/tmp) first. Directories, devices and FIFOs given by name: FIFOs and character devices
 * are spooled like standard input, directories refused. OCK_ENVIRONMENT on failure. */
ock_status ock_input_open(const char *path, ock_input **input) OCK_WARN_UNUSED;
/* The files of a list that was checked, one behind the other in its order, from the folder `root`;
 * `name` is what messages call that, "" where paths stand for themselves. identities: (files of the
 * list) what was found when it was made (parts.h), or NULL when only the lengths are known. Files are
 * opened as they are read. */
ock_status ock_input_open_tree(const char *root, const char *name, const ock_manifest *manifest,
                               const struct ock_identity *identities,
                               ock_input **input) OCK_WARN_UNUSED;
void ock_input_close(ock_input *input);
uint64_t ock_input_bytes(const ock_input *input);
/* Whether the bytes [begin, end) can be read: opens all their files, of a tree. */
ock_status ock_input_try(ock_input *input, uint64_t begin, uint64_t end) OCK_WARN_UNUSED;
/* A path under which other readers can open the same bytes: the given one, or for a spool its place
 * in /proc/self/fd. Valid as long as the input. Not for trees. */
const char *ock_input_path(const ock_input *input);
/* Exactly `count` bytes at `offset`; a short read means the file shrank: OCK_ENVIRONMENT,
 * "changed while it was read". */
ock_status ock_input_read(ock_input *input, uint64_t offset, void *bytes,
                          size_t count) OCK_WARN_UNUSED;
/* BLAKE2b-256 of all its bytes. */
ock_status ock_input_digest(ock_input *input, uint8_t digest[32]) OCK_WARN_UNUSED;
/* OCK_ENVIRONMENT if size, inode's modification time (ns) or change of identity show that the
 * file changed since it was opened. Always OCK_OK for a spool. */
ock_status ock_input_check_unchanged(ock_input *input) OCK_WARN_UNUSED;

/* ---- output ---- */

typedef struct ock_output ock_output;

/* Creates a temporary file (exclusive creation, mode 0600 & then as umask says) in the folder
 * of `target`, or in $TMPDIR when `target` is "-" (standard output). Refuses an existing
 * target unless `force`, and always a target that is a directory or other non-regular file.
 * Symlinks at the target are not followed: refused without force, replaced with it. SIGINT,
 * SIGTERM and SIGHUP remove the temporary file before they end the process (handlers are
 * installed by the first call). */
ock_status ock_output_create(const char *target, bool force, ock_output **output) OCK_WARN_UNUSED;
/* The same for the files of a list that was checked: a new folder `target` with all that is in the
 * list, restored as its content is written at offsets of all files one behind the other. A tree
 * replaces nothing, but with `force` an empty folder. */
ock_status ock_output_create_tree(const char *target, bool force, const ock_manifest *manifest,
                                  ock_output **output) OCK_WARN_UNUSED;
/* Before anything is written: of all that will be, only the bytes [begin, end) count, and they make the
 * whole file. program: its owner may execute it. Not for trees. */
void ock_output_take_only(ock_output *output, uint64_t begin, uint64_t end, bool program);
/* Not for trees. */
const char *ock_output_temporary(const ock_output *output);
ock_status ock_output_write(ock_output *output, uint64_t offset, const void *bytes,
                            size_t count) OCK_WARN_UNUSED;
ock_status ock_output_read(ock_output *output, uint64_t offset, void *bytes,
                           size_t count) OCK_WARN_UNUSED;
/* Flush, checked close, rename to the target (never over an existing file without force, even one
 * that appeared meanwhile), flush of the folder; or the copy to standard output. Frees output,
 * whatever it returns. After a failure nothing is left behind, but for one: with force, when the
 * flush of the folder fails, the new file keeps its name, and the message says so. */
ock_status ock_output_commit(ock_output *output) OCK_WARN_UNUSED;
/* Copies mode and times of the input (not for "-" and trees) onto the temporary file; failures ignored as
 * xz does. Call before commit. */
void ock_output_copy_attributes(ock_output *output, const ock_input *input);
/* Removes the temporary file and frees output (NULL allowed). */
void ock_output_discard(ock_output *output);

/* An output at a path of its own that stays there whatever happens, for a run that may be resumed:
 * opened or created, read and written like any other; discarding it only closes it. */
ock_status ock_output_open_growing(const char *path, ock_output **output) OCK_WARN_UNUSED;
/* A file without a name in $TMPDIR or /tmp, gone once it is discarded; never committed. */
ock_status ock_output_open_scratch(ock_output **output) OCK_WARN_UNUSED;
/* Everything written reaches the disk. */
ock_status ock_output_flush(ock_output *output) OCK_WARN_UNUSED;

/* ---- spool: many append-only byte streams in one file ---- */

typedef struct ock_spool ock_spool;

/* Memory is O(streams), never O(bytes): full blocks go to the file, each naming its predecessor.
 * `folder` is where the temporary file lives (the target's folder, or $TMPDIR when NULL). */
ock_status ock_spool_new(const char *folder, uint32_t streams, ock_spool **spool) OCK_WARN_UNUSED;
/* The same in the file `path` that outlives the process: opened or created, its content not looked
 * at. The streams are empty until ock_spool_go_back. */
ock_status ock_spool_open(const char *path, uint32_t streams, ock_spool **spool) OCK_WARN_UNUSED;
void ock_spool_free(ock_spool *spool);
ock_status ock_spool_append(ock_spool *spool, uint32_t stream, const uint8_t *bytes,
                            size_t count) OCK_WARN_UNUSED;
uint64_t ock_spool_bytes(const ock_spool *spool, uint32_t stream);

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
