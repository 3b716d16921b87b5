/* SPDX-License-Identifier: MIT */
/* file_io.h - for the directories of io/: whole reads and writes on descriptors, and unlinked temporary
 * files.
 *
 * `name` is what messages call the file. Interrupted calls are repeated. Each system call that reads or
 * writes is a heartbeat (base/alive.h). All is thread-safe. */
#ifndef OCK_FILE_IO_H
#define OCK_FILE_IO_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/source.h"
#include "base/status.h"

/* Largest count passed to one system call: Linux cuts longer ones short anyway. */
enum { OCK_IO_BYTES_PER_CALL = 1 << 30, OCK_IO_BUFFER_BYTES = 1 << 16 };

/* "NAME: WHAT: text of errno" as OCK_ENVIRONMENT. */
ock_status ock_fail_errno(const char *name, const char *what) OCK_WARN_UNUSED;

/* Up to `count` bytes at `offset`; *got < count only at the end of the file. */
ock_status ock_file_read_at(int fd, const char *name, uint64_t offset, void *bytes, size_t count,
                            size_t *got) OCK_WARN_UNUSED;
/* Exactly `count` bytes: where there are fewer, OCK_ENVIRONMENT, "changed while it was read". */
ock_status ock_file_read_all(int fd, const char *name, uint64_t offset, void *bytes,
                             size_t count) OCK_WARN_UNUSED;
ock_status ock_file_write_at(int fd, const char *name, uint64_t offset, const void *bytes,
                             size_t count) OCK_WARN_UNUSED;

/* At the file position, for pipes and standard output. */
ock_status ock_file_write(int fd, const char *name, const void *bytes,
                          size_t count) OCK_WARN_UNUSED;
/* One read of at most `count` bytes; *got is 0 at the end. */
ock_status ock_file_read_some(int fd, const char *name, void *bytes, size_t count,
                              size_t *got) OCK_WARN_UNUSED;

/* fsync(2) of a file of any length: a long one is written out in pieces first, each of which is a sign of
 * life. 0, or -1 with errno when something could not be written. */
int ock_file_sync(int fd);

/* Opens `path`, from the open directory `folder` (or AT_FDCWD), for reading and writing, creates it (mode
 * 0600 as umask says) if necessary; a symbolic link or anything but a regular file is refused, and so is
 * one that others made, that they can access, or that has another name: they might have it open. called: the name
 * in messages. */
ock_status ock_file_open_growing(int folder, const char *path, const char *called,
                                 int *fd) OCK_WARN_UNUSED;

/* The entries of an open directory, which stays the caller's, from the first one on: for readdir and closedir.
 * NULL with errno. */
DIR *ock_list_folder(int folder);

/* Whether an open directory is of the user who new files in it are of: this process's, or whom root is on a squashed
 * NFS, for which one is made and removed. */
bool ock_folder_is_own(int folder);

/* `folder`, or $TMPDIR, or /tmp. */
const char *ock_temporary_folder(const char *folder);

/* A directory for temporary files that are kept in memory, where the system has such. */
extern const char ock_in_memory[];

/* A new file without a name in ock_temporary_folder(folder), open for reading and writing. */
ock_status ock_temporary_open_unlinked(const char *folder, int *fd) OCK_WARN_UNUSED;

/* An open file as a source; both belong to the caller, and what is read is as ock_file_read_all has
 * it. */
typedef struct ock_open_file {
    int fd;
    const char *name;
} ock_open_file;
ock_source ock_open_file_source(ock_open_file *file);
/* Another descriptor of the same open file, for who closes it. *fd is -1 after a failure. */
ock_status ock_open_file_again(const ock_open_file *file, int *fd) OCK_WARN_UNUSED;

/* Opens a regular file for reading, from `folder` and called as above; anything else is OCK_BAD_DATA: a
 * file that a reader of ours was led to is none of ours then. *fd is -1 after a failure. */
ock_status ock_file_open_regular(int folder, const char *path, const char *called,
                                 int *fd) OCK_WARN_UNUSED;

/* The mode bits that this process keeps from new files (umask), which are only looked at: to set them,
 * even for a moment, would be to set them for all threads. As /proc tells it; where there is none, all
 * bits of group and others. */
mode_t ock_file_mask(void);

#endif
