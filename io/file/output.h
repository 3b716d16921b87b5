/* SPDX-License-Identifier: MIT */
/* output.h - outputs: written and read at offsets; those with a name appear whole or not at all.
 *
 * An output is a file, standard output, a part of what is written, a growing file, a scratch file, or a
 * tree (io/tree/tree_output.h); who writes it does not see which. Not collective; an output is used by
 * one thread at a time. Offsets and lengths are 64-bit. Errors name the file and errno's text. */
#ifndef OCK_OUTPUT_H
#define OCK_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/report.h"
#include "base/source.h"
#include "base/status.h"
#include "io/file/file_io.h"

typedef struct ock_input ock_input;
typedef struct ock_output ock_output;

/* Who may use a new file: as umask says, to read, or to execute too; or its owner alone. */
typedef enum ock_access { OCK_ACCESS_USUAL, OCK_ACCESS_PROGRAM, OCK_ACCESS_OWNER } ock_access;

/* Creates a file in the directory of `target`: without a name where the file system can (O_TMPFILE), else
 * under a temporary one (exclusive creation); mode 0600; in $TMPDIR when `target` is "-" (standard output).
 * Refuses an existing target unless `force`, and always a target that is a directory or other non-regular
 * file, or a link that leads to no regular file or into /dev or /proc. Other symlinks at the target are not
 * followed: refused without force, replaced with it. A signal that ends the process leaves a temporary
 * name, unless ock_temporaries_remove() is called (io/file/temporaries.h). */
ock_status ock_output_create(const char *target, bool force, ock_output **output) OCK_WARN_UNUSED;
/* The same with another access than the usual one. */
ock_status ock_output_create_for(const char *target, bool force, ock_access access,
                                 ock_output **output) OCK_WARN_UNUSED;
/* The same, and of all that is written only the bytes [begin, end) count: they make the whole file. */
ock_status ock_output_create_part(const char *target, bool force, ock_access access, uint64_t begin,
                                  uint64_t end, ock_output **output) OCK_WARN_UNUSED;
/* The file `base` in the open directory `folder`, called `folder_path`, which must not be there yet. */
ock_status ock_output_create_in(int folder, const char *folder_path, const char *base,
                                ock_access access, ock_output **output) OCK_WARN_UNUSED;
/* An output at a path of its own that stays there whatever happens, for a run that may be resumed:
 * opened or created, read and written like any other; discarding it only closes it; never committed.
 * path: from the open directory `folder`, or AT_FDCWD. called: the name in messages. */
ock_status ock_output_open_growing(int folder, const char *path, const char *called,
                                   ock_output **output) OCK_WARN_UNUSED;
/* A file without a name in $TMPDIR or /tmp, gone once it is discarded; never committed. */
ock_status ock_output_open_scratch(ock_output **output) OCK_WARN_UNUSED;

/* The open file that the output is written to, for who writes it otherwise, valid as long as the output;
 * its fd is -1 for an output that is no single file. Of a part: the file that the part makes. */
ock_open_file ock_output_file(const ock_output *output);
ock_status ock_output_write(ock_output *output, uint64_t offset, const void *bytes,
                            size_t count) OCK_WARN_UNUSED;
/* What was written; OCK_INTERNAL beyond it. */
ock_status ock_output_read(ock_output *output, uint64_t offset, void *bytes,
                           size_t count) OCK_WARN_UNUSED;
/* The output as a target, valid as long as it; and for what only reads it, as a source. */
ock_target ock_output_target(ock_output *output);
ock_source ock_output_source(ock_output *output);
/* Everything written reaches the disk. */
ock_status ock_output_flush(ock_output *output) OCK_WARN_UNUSED;
/* Mode and times of the input are those of the file that the commit makes (not of "-" and trees);
 * failures are ignored as xz does. */
void ock_output_copy_attributes(ock_output *output, const ock_input *input);
/* Who hears warnings of the commit. The report outlives the output; without one nobody does. */
void ock_output_report_to(ock_output *output, const ock_report *report);
/* Flush, checked close, the target's name for the file that is held open (never over an existing file
 * without force, even one that appeared meanwhile), flush of the directory; or the copy to standard output, where a reader that
 * went away is an error if SIGPIPE is ignored. Frees output, whatever it returns. After a failure
 * nothing is left behind, but for what standard output has taken. OCK_OK: the output is in its place. When
 * the directory cannot be flushed, a new name is taken back, which is a failure; with force, or where it
 * cannot be taken back, the output stays, which is a warning. */
ock_status ock_output_commit(ock_output *output) OCK_WARN_UNUSED;
/* Nothing is left of it; frees output (NULL allowed). */
void ock_output_discard(ock_output *output);
/* Commits it, or discards it where `status`, which is returned then, is that of a failure. */
ock_status ock_output_end(ock_output *output, ock_status status) OCK_WARN_UNUSED;

#endif
