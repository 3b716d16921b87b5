/* output.h - output files that appear whole or not at all.
 *
 * Not collective. Offsets and lengths are 64-bit. Errors name the file and errno's text. */
#ifndef OCK_OUTPUT_H
#define OCK_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/file/input.h"

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
/* The file stays readable and writable by its owner alone, whatever umask says. Not for "-" and trees. */
void ock_output_keep_private(ock_output *output);
/* Removes the temporary file and frees output (NULL allowed). */
void ock_output_discard(ock_output *output);

/* An output at a path of its own that stays there whatever happens, for a run that may be resumed:
 * opened or created, read and written like any other; discarding it only closes it. */
ock_status ock_output_open_growing(const char *path, ock_output **output) OCK_WARN_UNUSED;
/* A file without a name in $TMPDIR or /tmp, gone once it is discarded; never committed. */
ock_status ock_output_open_scratch(ock_output **output) OCK_WARN_UNUSED;
/* Everything written reaches the disk. */
ock_status ock_output_flush(ock_output *output) OCK_WARN_UNUSED;

#endif
