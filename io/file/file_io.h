/* file_io.h - whole reads and writes on descriptors, and unlinked temporary files; private to io/.
 *
 * `name` is what messages call the file. Interrupted calls are repeated. */
#ifndef OCK_FILE_IO_H
#define OCK_FILE_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/status.h"
#include "io/file/input.h"

/* Largest count passed to one system call: Linux cuts longer ones short anyway. */
enum { OCK_IO_BYTES_PER_CALL = 1 << 30, OCK_IO_BUFFER_BYTES = 1 << 16 };

/* "NAME: WHAT: text of errno" as OCK_ENVIRONMENT. */
ock_status ock_fail_errno(const char *name, const char *what) OCK_WARN_UNUSED;

/* Up to `count` bytes at `offset`; *got < count only at the end of the file. */
ock_status ock_file_read_at(int fd, const char *name, uint64_t offset, void *bytes, size_t count,
                            size_t *got) OCK_WARN_UNUSED;
ock_status ock_file_write_at(int fd, const char *name, uint64_t offset, const void *bytes,
                             size_t count) OCK_WARN_UNUSED;

/* At the file position, for pipes and standard output. */
ock_status ock_file_write(int fd, const char *name, const void *bytes,
                          size_t count) OCK_WARN_UNUSED;
/* One read of at most `count` bytes; *got is 0 at the end. */
ock_status ock_file_read_some(int fd, const char *name, void *bytes, size_t count,
                              size_t *got) OCK_WARN_UNUSED;

/* Opens `path` for reading and writing, creates it (mode 0600 as umask says) if need be; a symbolic
 * link or anything but a regular file is refused. */
ock_status ock_file_open_growing(const char *path, int *fd) OCK_WARN_UNUSED;

/* `folder`, or $TMPDIR, or /tmp. */
const char *ock_temporary_folder(const char *folder);

/* A new file without a name in ock_temporary_folder(folder), open for reading and writing. */
ock_status ock_temporary_open_unlinked(const char *folder, int *fd) OCK_WARN_UNUSED;

/* Names of a temporary file or folder for `target`: the folder that it lies in, and
 * FOLDER/.BASE.RANDOM.tmp. The caller frees both, also after a failure. */
ock_status ock_temporary_beside(const char *target, char **folder,
                                char **temporary) OCK_WARN_UNUSED;

/* The names in a folder reach the disk. A folder that may not be read, or a file system without such a
 * flush, cannot be asked for it: no failure. */
ock_status ock_flush_folder(const char *folder) OCK_WARN_UNUSED;

/* What fstat said when the input was opened; NULL for a spool and for a tree. */
const struct stat *ock_input_stat(const ock_input *input);

#endif
